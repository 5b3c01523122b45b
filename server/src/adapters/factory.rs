//! The factory over HTTP (contract `factory`).

use super::http::{Answer, CallError, Client, NO_BODY, OutsideSystem, Request, SetupError};
use super::wire::{is_date, shortened};
use async_trait::async_trait;
use caas::sales::factory::port::{Factory, FactoryError, FactoryOrder, FactoryRequest, FactoryStatus};
use caas::vehicles::is_vin;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The factory, or the sandbox's.
pub struct HttpFactory {
    client: Client,
    timeout: Duration,
}

impl HttpFactory {
    /// The factory at this address; every call ends after `timeout`.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(system: &OutsideSystem, timeout: Duration) -> Result<HttpFactory, SetupError> {
        Ok(HttpFactory { client: Client::new(system)?, timeout })
    }
}

#[async_trait]
impl Factory for HttpFactory {
    async fn place(&self, order: &FactoryRequest, key: &str) -> Result<FactoryOrder, FactoryError> {
        let body = wire::Order {
            order_reference: order.order.to_string(),
            model: &order.model,
            options: &order.options,
            colour: &order.colour,
            customer: wire::Customer {
                id: order.customer.to_string(),
                name: &order.customer_name,
                country: &order.country,
            },
            dealership_id: order.dealership.to_string(),
        };
        let answer = self
            .client
            .call(Request {
                operation: "factory.place_order",
                method: Method::POST,
                path: &["orders"],
                query: None,
                idempotency_key: Some(key),
                body: Some(&body),
                timeout: self.timeout,
            })
            .await?;
        let confirmed: wire::State = expect(&answer)?;
        if confirmed.estimated_date.is_none() {
            return Err(FactoryError::NoAnswer("the confirmation names no estimated date".to_owned()));
        }
        state(confirmed)
    }

    async fn order(&self, factory_order_id: &str) -> Result<Option<FactoryOrder>, FactoryError> {
        let answer = self
            .client
            .call(Request {
                operation: "factory.order",
                method: Method::GET,
                path: &["orders", factory_order_id],
                query: None,
                idempotency_key: None,
                body: NO_BODY,
                timeout: self.timeout,
            })
            .await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let told: wire::State = expect(&answer)?;
        if told.order_id != factory_order_id {
            return Err(FactoryError::NoAnswer("the answer is about another order".to_owned()));
        }
        state(told).map(Some)
    }
}

/// The body of a success; every other answer is an error.
fn expect<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, FactoryError> {
    if matches!(answer.status.as_u16(), 200 | 201) {
        return answer.read().map_err(FactoryError::NoAnswer);
    }
    Err(refusal(answer))
}

/// What an answer other than success says.
fn refusal(answer: &Answer) -> FactoryError {
    let status = answer.status;
    let problem = answer.problem().unwrap_or_default();
    let code = problem.code.as_deref().map(shortened);
    match status.as_u16() {
        422 if code.as_deref() == Some("order_rejected") => {
            let reason = problem.reason.or(problem.detail).or(problem.title).unwrap_or_default();
            FactoryError::Rejected { reason: shortened(&reason) }
        }
        401 | 403 => FactoryError::Unavailable("the token is not accepted".to_owned()),
        429 | 503 => FactoryError::Unavailable(format!("answered {status}")),
        404 => FactoryError::Refused { code: code.unwrap_or_else(|| "not_found".to_owned()) },
        400..=499 => FactoryError::Refused { code: code.unwrap_or_else(|| "invalid_request".to_owned()) },
        _ => FactoryError::NoAnswer(format!("answered {status}")),
    }
}

/// An order as the port has it, when every format of the contract fits.
fn state(told: wire::State) -> Result<FactoryOrder, FactoryError> {
    let does_not_fit = |what: &str| FactoryError::NoAnswer(format!("the answer's {what} can't be read"));
    let status: FactoryStatus = told.status.parse().map_err(|_| does_not_fit("status"))?;
    if told.order_id.is_empty() {
        return Err(does_not_fit("order id"));
    }
    if told.estimated_date.as_deref().is_some_and(|date| !is_date(date)) {
        return Err(does_not_fit("estimated date"));
    }
    if told.vin.as_deref().is_some_and(|vin| !is_vin(vin)) {
        return Err(does_not_fit("VIN"));
    }
    Ok(FactoryOrder { factory_order_id: told.order_id, status, estimated_date: told.estimated_date, vin: told.vin })
}

impl From<CallError> for FactoryError {
    fn from(error: CallError) -> FactoryError {
        match error {
            CallError::NotSent(why) => FactoryError::Unavailable(why),
            CallError::NoAnswer(why) => FactoryError::NoAnswer(why),
        }
    }
}

/// The contract's forms.
mod wire {
    use super::{Deserialize, Serialize};

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Order<'a> {
        pub order_reference: String,
        pub model: &'a str,
        pub options: &'a [String],
        pub colour: &'a str,
        pub customer: Customer<'a>,
        pub dealership_id: String,
    }

    #[derive(Serialize)]
    pub struct Customer<'a> {
        pub id: String,
        pub name: &'a str,
        pub country: &'a str,
    }

    /// A confirmation, or the state of an order.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct State {
        pub order_id: String,
        pub status: String,
        pub estimated_date: Option<String>,
        pub vin: Option<String>,
    }
}
