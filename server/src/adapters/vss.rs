//! The workshops' maintenance history over HTTP (contract `vss`). CaaS only reads.

use super::http::{Answer, CallError, Client, NO_BODY, OutsideSystem, Request, SetupError};
use super::wire::{Time, is_date, shortened};
use async_trait::async_trait;
use caas::catalogue::Block;
use caas::maintenance::model::{BlockState, Outstanding};
use caas::maintenance::port::{Vss, VssAnswer, VssError};
use chrono::NaiveDate;
use reqwest::Method;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// How long VSS may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// VSS, or the sandbox's.
pub struct HttpVss {
    client: Client,
    timeout: Duration,
}

impl HttpVss {
    /// VSS at this address; every call ends after `timeout`.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(system: &OutsideSystem, timeout: Duration) -> Result<HttpVss, SetupError> {
        Ok(HttpVss { client: Client::new(system)?, timeout })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    vin: String,
    as_of: Time,
    blocks: Vec<TheirBlock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TheirBlock {
    name: Block,
    #[serde(deserialize_with = "percentage")]
    compliance: f64,
    #[serde(default)]
    overdue_since: Option<Day>,
    #[serde(default)]
    outstanding: Vec<TheirWork>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TheirWork {
    code: String,
    description: String,
    due_date: Day,
}

/// A day as the contracts write it.
struct Day(NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = is_date(&text).then(|| text.parse().ok()).flatten();
        day.map(Day).ok_or_else(|| serde::de::Error::custom("not a day (YYYY-MM-DD)"))
    }
}

fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if (0.0..=100.0).contains(&number) { Ok(number) } else { Err(serde::de::Error::custom("not between 0 and 100")) }
}

impl From<TheirBlock> for BlockState {
    fn from(block: TheirBlock) -> BlockState {
        BlockState {
            name: block.name,
            compliance: block.compliance,
            overdue_since: block.overdue_since.map(|day| day.0),
            outstanding: block
                .outstanding
                .into_iter()
                .map(|work| Outstanding {
                    code: shortened(&work.code),
                    description: shortened(&work.description),
                    due_date: work.due_date.0,
                })
                .collect(),
        }
    }
}

#[async_trait]
impl Vss for HttpVss {
    async fn maintenance_status(&self, vin: &str) -> Result<VssAnswer, VssError> {
        let answer = self
            .client
            .call(Request {
                operation: "vss.maintenance_status",
                method: Method::GET,
                path: &["vehicles", vin, "maintenance-status"],
                query: None,
                idempotency_key: None,
                body: NO_BODY,
                timeout: self.timeout,
            })
            .await?;
        match answer.status.as_u16() {
            200 => {
                let Status { vin: about, as_of, blocks } = answer.read().map_err(VssError::Unreadable)?;
                if about != vin {
                    return Err(VssError::Unreadable("the answer is about another car".to_owned()));
                }
                Ok(VssAnswer::History { as_of: as_of.0, blocks: blocks.into_iter().map(BlockState::from).collect() })
            }
            404 => Ok(VssAnswer::NoHistory),
            _ => Err(refusal(&answer)),
        }
    }
}

/// What an answer other than a history says.
fn refusal(answer: &Answer) -> VssError {
    let status = answer.status;
    match status.as_u16() {
        401 | 403 => VssError::Unavailable("the token is not accepted".to_owned()),
        429 | 500..=599 => VssError::Unavailable(format!("answered {status}")),
        400..=499 => {
            let code = answer.problem().and_then(|problem| problem.code).map(|code| shortened(&code));
            VssError::Refused { code: code.unwrap_or_else(|| "invalid_request".to_owned()) }
        }
        _ => VssError::Unreadable(format!("answered {status}")),
    }
}

impl From<CallError> for VssError {
    fn from(error: CallError) -> VssError {
        match error {
            CallError::NotSent(why) | CallError::NoAnswer(why) => VssError::Unavailable(why),
        }
    }
}
