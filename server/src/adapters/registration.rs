//! The national registration bodies over HTTP (contract `registration`): one address and one token a country.

use super::http::{Answer, CallError, Client, NO_BODY, OutsideSystem, Request, SetupError};
use super::wire::{Amount, PostalAddress, is_date, shortened};
use async_trait::async_trait;
use caas::sales::model::OwnerKind;
use caas::sales::registration::port::{
    BodyReason, BodyVerdict, RegistrationAnswer, RegistrationBodies, RegistrationError, RegistrationRequest,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a body may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// The bodies that have an API, or the sandbox's.
pub struct HttpRegistrationBodies {
    by_country: BTreeMap<String, Client>,
    timeout: Duration,
}

impl HttpRegistrationBodies {
    /// The bodies at these addresses, by country (ISO 3166-1 alpha-2); every call ends after `timeout`.
    ///
    /// # Errors
    /// When an address or a token can't be used.
    pub fn new<'a>(
        bodies: impl IntoIterator<Item = (&'a str, OutsideSystem)>,
        timeout: Duration,
    ) -> Result<HttpRegistrationBodies, SetupError> {
        let by_country = bodies
            .into_iter()
            .map(|(country, system)| Ok((country.to_owned(), Client::new(&system)?)))
            .collect::<Result<_, SetupError>>()?;
        Ok(HttpRegistrationBodies { by_country, timeout })
    }

    async fn post(
        &self,
        operation: &'static str,
        country: &str,
        path: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<Answer, RegistrationError> {
        let client = self.by_country.get(country).ok_or(RegistrationError::NoApi)?;
        let body = wire::Registration::from(request);
        let call = Request {
            operation,
            method: Method::POST,
            path: &[path],
            query: None,
            idempotency_key: Some(key),
            body: Some(&body),
            timeout: self.timeout,
        };
        Ok(client.call(call).await?)
    }
}

#[async_trait]
impl RegistrationBodies for HttpRegistrationBodies {
    async fn submit(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<RegistrationAnswer, RegistrationError> {
        if country == "DE" {
            // The German body has dossiers instead.
            return Err(RegistrationError::NoApi);
        }
        let answer = self.post("registration.submit", country, "registrations", request, key).await?;
        if answer.status == 422
            && let Some(refused) = refused_at_once(&answer)
        {
            return Ok(refused);
        }
        told(&answer)
    }

    async fn registration(
        &self,
        country: &str,
        registration_id: &str,
    ) -> Result<Option<RegistrationAnswer>, RegistrationError> {
        let client = self.by_country.get(country).ok_or(RegistrationError::NoApi)?;
        let call = Request {
            operation: "registration.registration",
            method: Method::GET,
            path: &["registrations", registration_id],
            query: None,
            idempotency_key: None,
            body: NO_BODY,
            timeout: self.timeout,
        };
        let answer = client.call(call).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let told = told(&answer)?;
        if told.registration_id.as_deref() != Some(registration_id) {
            return Err(RegistrationError::NoAnswer("the answer is about another registration".to_owned()));
        }
        Ok(Some(told))
    }

    async fn open_dossier(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<String, RegistrationError> {
        let answer = self.post("registration.open_dossier", country, "dossiers", request, key).await?;
        if !matches!(answer.status.as_u16(), 200 | 201) {
            return Err(refusal(&answer));
        }
        let dossier: wire::Dossier = answer.read().map_err(RegistrationError::NoAnswer)?;
        if dossier.dossier_id.is_empty() {
            return Err(does_not_fit("dossier id"));
        }
        Ok(dossier.dossier_id)
    }
}

/// The body's word on the papers, when that is what the 422 says; otherwise our request did not fit.
fn refused_at_once(answer: &Answer) -> Option<RegistrationAnswer> {
    let problem = answer.problem()?;
    // The contract writes the codes in capitals, but other codes of its family small.
    let verdict = match problem.code?.to_ascii_uppercase().parse().ok()? {
        verdict @ (BodyVerdict::AdditionalInfoRequired | BodyVerdict::Rejected) => verdict,
        BodyVerdict::UnderReview | BodyVerdict::Approved => return None,
    };
    Some(RegistrationAnswer {
        registration_id: problem.registration_id,
        verdict,
        plate: None,
        registration_date: None,
        reasons: reasons(&problem.reasons.unwrap_or_default()),
    })
}

/// A registration as the port has it, when every format of the contract fits.
fn told(answer: &Answer) -> Result<RegistrationAnswer, RegistrationError> {
    if !matches!(answer.status.as_u16(), 200..=202) {
        return Err(refusal(answer));
    }
    let told: wire::State = answer.read().map_err(RegistrationError::NoAnswer)?;
    let verdict: BodyVerdict = told.status.parse().map_err(|_| does_not_fit("status"))?;
    if told.registration_id.is_empty() {
        return Err(does_not_fit("registration id"));
    }
    if told.registration_date.as_deref().is_some_and(|date| !is_date(date)) {
        return Err(does_not_fit("registration date"));
    }
    Ok(RegistrationAnswer {
        registration_id: Some(told.registration_id),
        verdict,
        plate: told.plate_number,
        registration_date: told.registration_date,
        reasons: reasons(&told.reasons.unwrap_or_default()),
    })
}

/// The reasons as far as they can be read: the contract promises no more of each than that it is an object.
fn reasons(list: &[serde_json::Value]) -> Vec<BodyReason> {
    let text = |reason: &serde_json::Value, member: &str| shortened(reason[member].as_str().unwrap_or_default());
    list.iter()
        .map(|reason| BodyReason {
            field: text(reason, "field"),
            code: text(reason, "code"),
            message: text(reason, "message"),
        })
        .collect()
}

fn does_not_fit(what: &str) -> RegistrationError {
    RegistrationError::NoAnswer(format!("the answer's {what} can't be read"))
}

/// What an answer other than success says.
fn refusal(answer: &Answer) -> RegistrationError {
    let status = answer.status;
    let code = answer.problem().and_then(|problem| problem.code).map(|code| shortened(&code));
    match status.as_u16() {
        401 | 403 => RegistrationError::Unavailable("the token is not accepted".to_owned()),
        429 | 503 => RegistrationError::Unavailable(format!("answered {status}")),
        404 => RegistrationError::Refused { code: code.unwrap_or_else(|| "not_found".to_owned()) },
        400..=499 => RegistrationError::Refused { code: code.unwrap_or_else(|| "invalid_request".to_owned()) },
        _ => RegistrationError::NoAnswer(format!("answered {status}")),
    }
}

impl From<CallError> for RegistrationError {
    fn from(error: CallError) -> RegistrationError {
        match error {
            CallError::NotSent(why) => RegistrationError::Unavailable(why),
            CallError::NoAnswer(why) => RegistrationError::NoAnswer(why),
        }
    }
}

/// The contract's forms.
mod wire {
    use super::{Amount, Deserialize, OwnerKind, PostalAddress, RegistrationRequest, Serialize};
    use serde_json::Value;

    /// Horse powers (metric) of a kilowatt.
    const HP_PER_KW: f64 = 1.359_621_617;

    #[derive(Serialize)]
    pub struct Registration<'a> {
        reference: &'a str,
        vehicle: Vehicle<'a>,
        owner: Owner<'a>,
        purchase: Purchase<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        insurance: Option<Insurance<'a>>,
        documents: Vec<Document<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Vehicle<'a> {
        vin: &'a str,
        make: &'a str,
        model: &'a str,
        year: i64,
        engine_type: &'a str,
        emissions: f64,
        power: Power,
        weight: f64,
        color: &'a str,
    }

    #[derive(Serialize)]
    struct Power {
        kw: f64,
        hp: f64,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Owner<'a> {
        r#type: OwnerKind,
        name: &'a str,
        tax_id: &'a str,
        address: PostalAddress<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        date_of_birth: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        driver_license: Option<&'a str>,
    }

    #[derive(Serialize)]
    struct Purchase<'a> {
        date: &'a str,
        price: Amount,
        dealership: &'a str,
        invoice: &'a str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Insurance<'a> {
        provider: &'a str,
        policy_number: &'a str,
        valid_from: &'a str,
    }

    #[derive(Serialize)]
    struct Document<'a> {
        kind: &'a str,
        reference: &'a str,
    }

    impl<'a> From<&'a RegistrationRequest> for Registration<'a> {
        fn from(request: &'a RegistrationRequest) -> Registration<'a> {
            let (vehicle, owner) = (&request.vehicle, &request.owner);
            Registration {
                reference: &request.reference,
                vehicle: Vehicle {
                    vin: &vehicle.vin,
                    make: &vehicle.make,
                    model: &vehicle.model,
                    year: vehicle.year,
                    engine_type: &vehicle.engine_type,
                    emissions: vehicle.emissions,
                    power: Power { kw: vehicle.kw, hp: (vehicle.kw * HP_PER_KW).round() },
                    weight: vehicle.weight,
                    color: &vehicle.colour,
                },
                owner: Owner {
                    r#type: owner.kind,
                    name: &owner.name,
                    tax_id: &owner.tax_id,
                    address: PostalAddress::from(&request.address),
                    date_of_birth: owner.date_of_birth.as_deref(),
                    driver_license: owner.driver_license.as_deref(),
                },
                purchase: Purchase {
                    date: &request.purchase_date,
                    price: request.price.into(),
                    dealership: &request.dealership,
                    invoice: &request.invoice,
                },
                insurance: owner.insurance.as_ref().map(|insurance| Insurance {
                    provider: &insurance.provider,
                    policy_number: &insurance.policy_number,
                    valid_from: &insurance.valid_from,
                }),
                documents: request.documents.iter().map(|(kind, reference)| Document { kind, reference }).collect(),
            }
        }
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct State {
        pub registration_id: String,
        pub status: String,
        pub plate_number: Option<String>,
        pub registration_date: Option<String>,
        pub reasons: Option<Vec<Value>>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Dossier {
        pub dossier_id: String,
    }
}
