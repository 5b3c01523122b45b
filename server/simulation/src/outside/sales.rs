//! The factory, the registration bodies and the transport company, by their contracts but without HTTP.

use super::{Heard, Outside, unreadable};
use async_trait::async_trait;
use caas::inbox::message::parse_date_time;
use caas::sales::delivery::port::{ScheduledTransport, Transport, TransportError, TransportRequest};
use caas::sales::factory::port::{Factory, FactoryError, FactoryOrder, FactoryRequest};
use caas::sales::model::Address;
use caas::sales::registration::port::{
    BodyVerdict, RegistrationAnswer, RegistrationBodies, RegistrationError, RegistrationRequest,
};
use caas_sandbox::{Answer, Call, Country, Operation};
use serde_json::{Value, json};

#[async_trait]
impl Factory for Outside {
    async fn place(&self, order: &FactoryRequest, key: &str) -> Result<FactoryOrder, FactoryError> {
        let body = json!({
            "orderReference": order.order.to_string(),
            "model": order.model,
            "options": order.options,
            "colour": order.colour,
            "customer": {
                "id": order.customer.to_string(), "name": order.customer_name, "country": order.country,
            },
            "dealershipId": order.dealership.to_string(),
        });
        match self.call(Call::new(Operation::PlaceOrder, "").key(key).body(body)).await {
            Heard::Nothing => Err(FactoryError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => built(&answer.body),
            Heard::Answer(answer) => Err(factory_refusal(&answer)),
        }
    }

    async fn order(&self, factory_order_id: &str) -> Result<Option<FactoryOrder>, FactoryError> {
        match self.call(Call::new(Operation::GetOrder, factory_order_id)).await {
            Heard::Nothing => Err(FactoryError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => built(&answer.body).map(Some),
            Heard::Answer(answer) if answer.status == 404 => Ok(None),
            Heard::Answer(answer) => Err(factory_refusal(&answer)),
        }
    }
}

fn built(body: &Value) -> Result<FactoryOrder, FactoryError> {
    let read = || {
        Some(FactoryOrder {
            factory_order_id: body["orderId"].as_str()?.to_owned(),
            status: body["status"].as_str()?.parse().ok()?,
            estimated_date: body["estimatedDate"].as_str().map(str::to_owned),
            vin: body["vin"].as_str().map(str::to_owned),
        })
    };
    read().ok_or_else(|| FactoryError::NoAnswer(unreadable("status")))
}

fn factory_refusal(answer: &Answer) -> FactoryError {
    let code = answer.code().unwrap_or_default().to_owned();
    match answer.status {
        422 if code == "order_rejected" => {
            FactoryError::Rejected { reason: answer.body["reason"].as_str().unwrap_or_default().to_owned() }
        }
        503 => FactoryError::Unavailable(code),
        400..500 => FactoryError::Refused { code },
        _ => FactoryError::NoAnswer(code),
    }
}

#[async_trait]
impl RegistrationBodies for Outside {
    async fn submit(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<RegistrationAnswer, RegistrationError> {
        let country = body_of(country).filter(|country| *country != Country::DE).ok_or(RegistrationError::NoApi)?;
        let call = Call::new(Operation::SubmitRegistration(country), "").key(key).body(papers(request));
        match self.call(call).await {
            Heard::Nothing => Err(RegistrationError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => decided(&answer.body),
            Heard::Answer(answer) => {
                let verdict = answer.code().and_then(|code| code.parse::<BodyVerdict>().ok());
                match verdict.filter(|_| answer.status == 422) {
                    Some(verdict) => Ok(RegistrationAnswer {
                        registration_id: None,
                        verdict,
                        plate: None,
                        registration_date: None,
                        reasons: serde_json::from_value(answer.body["reasons"].clone()).unwrap_or_default(),
                    }),
                    None => Err(body_refusal(&answer)),
                }
            }
        }
    }

    async fn registration(
        &self,
        country: &str,
        registration_id: &str,
    ) -> Result<Option<RegistrationAnswer>, RegistrationError> {
        let country = body_of(country).ok_or(RegistrationError::NoApi)?;
        match self.call(Call::new(Operation::GetRegistration(country), registration_id)).await {
            Heard::Nothing => Err(RegistrationError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => decided(&answer.body).map(Some),
            Heard::Answer(answer) if answer.status == 404 => Ok(None),
            Heard::Answer(answer) => Err(body_refusal(&answer)),
        }
    }

    async fn open_dossier(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<String, RegistrationError> {
        let country = body_of(country).ok_or(RegistrationError::NoApi)?;
        match self.call(Call::new(Operation::OpenDossier(country), "").key(key).body(papers(request))).await {
            Heard::Nothing => Err(RegistrationError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => {
                let id = answer.body["dossierId"].as_str().map(str::to_owned);
                id.ok_or_else(|| RegistrationError::NoAnswer(unreadable("dossier")))
            }
            Heard::Answer(answer) => Err(body_refusal(&answer)),
        }
    }
}

fn body_of(country: &str) -> Option<Country> {
    Country::ALL.into_iter().find(|known| known.code() == country)
}

fn papers(request: &RegistrationRequest) -> Value {
    let (vehicle, owner) = (&request.vehicle, &request.owner);
    json!({
        "reference": request.reference,
        "vehicle": {
            "vin": vehicle.vin, "make": vehicle.make, "model": vehicle.model, "year": vehicle.year,
            "engineType": vehicle.engine_type, "emissions": vehicle.emissions, "power": { "kw": vehicle.kw },
            "weight": vehicle.weight, "color": vehicle.colour,
        },
        "owner": {
            "type": owner.kind, "name": owner.name, "taxId": owner.tax_id, "address": address(&request.address),
        },
        "purchase": {
            "date": request.purchase_date,
            "price": { "value": request.price.decimal(), "currency": request.price.currency },
            "dealership": request.dealership,
            "invoice": request.invoice,
        },
        "documents": request
            .documents
            .iter()
            .map(|(kind, reference)| json!({ "kind": kind, "reference": reference }))
            .collect::<Vec<_>>(),
    })
}

fn address(address: &Address) -> Value {
    json!({
        "street": address.street, "city": address.city, "postalCode": address.postal_code, "country": address.country,
    })
}

fn decided(body: &Value) -> Result<RegistrationAnswer, RegistrationError> {
    let read = || {
        Some(RegistrationAnswer {
            registration_id: Some(body["registrationId"].as_str()?.to_owned()),
            verdict: body["status"].as_str()?.parse().ok()?,
            plate: body["plateNumber"].as_str().map(str::to_owned),
            registration_date: body["registrationDate"].as_str().map(str::to_owned),
            reasons: serde_json::from_value(body["reasons"].clone()).unwrap_or_default(),
        })
    };
    read().ok_or_else(|| RegistrationError::NoAnswer(unreadable("status")))
}

fn body_refusal(answer: &Answer) -> RegistrationError {
    let code = answer.code().unwrap_or_default().to_owned();
    match answer.status {
        503 => RegistrationError::Unavailable(code),
        400..500 => RegistrationError::Refused { code },
        _ => RegistrationError::NoAnswer(code),
    }
}

#[async_trait]
impl Transport for Outside {
    async fn schedule(&self, request: &TransportRequest, key: &str) -> Result<ScheduledTransport, TransportError> {
        let body = json!({
            "reference": request.reference,
            "vin": request.vin,
            "dealershipId": request.dealership.to_string(),
            "recipient": { "name": request.name, "phone": request.phone, "address": address(&request.address) },
        });
        match self.call(Call::new(Operation::ScheduleDelivery, "").key(key).body(body)).await {
            Heard::Nothing => Err(TransportError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => {
                let read = || {
                    Some(ScheduledTransport {
                        delivery_id: answer.body["deliveryId"].as_str()?.to_owned(),
                        scheduled_for: parse_date_time(answer.body["scheduledFor"].as_str()?)?,
                    })
                };
                read().ok_or_else(|| TransportError::NoAnswer(unreadable("time")))
            }
            Heard::Answer(answer) => {
                let code = answer.code().unwrap_or_default().to_owned();
                Err(match answer.status {
                    503 => TransportError::Unavailable(code),
                    400..500 => TransportError::Refused { code },
                    _ => TransportError::NoAnswer(code),
                })
            }
        }
    }
}
