//! API IoT over HTTP (contract `iot`). One call is one command: nothing here is ever sent twice, and nothing is switched
//! off but what the business asks for.

use super::http::{Answer, CallError, Client, NO_BODY, OutsideSystem, Request, SetupError};
use super::wire::{Problem, Time, shortened};
use async_trait::async_trait;
use caas::activation::port::{
    ActivateCommand, CommandAnswer, CommandDuration, CommandStatus, Connectivity, InstalledService, InstalledStatus,
    IotApi, IotError, Operation, VehicleStatus,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The rulebook's `status_query_timeout` (§6).
pub const DEFAULT_STATUS_QUERY_TIMEOUT: Duration = Duration::from_secs(30);
/// The rulebook's `activation_command_timeout` (§6).
pub const DEFAULT_ACTIVATION_COMMAND_TIMEOUT: Duration = Duration::from_secs(120);

/// The way to the vehicles, or to the sandbox's.
pub struct HttpIotApi {
    client: Client,
    status_query_timeout: Duration,
    activation_command_timeout: Duration,
}

impl HttpIotApi {
    /// API IoT at this address. Status and diagnostics end after the first time-out, commands after the second.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(
        system: &OutsideSystem,
        status_query_timeout: Duration,
        activation_command_timeout: Duration,
    ) -> Result<HttpIotApi, SetupError> {
        Ok(HttpIotApi { client: Client::new(system)?, status_query_timeout, activation_command_timeout })
    }

    async fn ask(&self, operation: &'static str, vin: &str, what: &str) -> Result<Answer, IotError> {
        let answer = self
            .client
            .call(Request {
                operation,
                method: Method::GET,
                path: &["vehicles", vin, what],
                query: None,
                idempotency_key: None,
                body: NO_BODY,
                timeout: self.status_query_timeout,
            })
            .await?;
        accepted(answer)
    }

    async fn command<B: Serialize>(
        &self,
        operation: &'static str,
        what: &str,
        body: &B,
    ) -> Result<CommandAnswer, IotError> {
        let answer = self
            .client
            .call(Request {
                operation,
                method: Method::POST,
                path: &["ota", what],
                query: None,
                idempotency_key: None,
                body: Some(body),
                timeout: self.activation_command_timeout,
            })
            .await?;
        let told: wire::CommandAnswer = accepted(answer)?.read().map_err(IotError::NoAnswer)?;
        let Time(_) = told.timestamp;
        Ok(CommandAnswer {
            request_id: told.request_id,
            status: told.status.into(),
            // How it ended is certain; a reason this version does not know is told as none.
            error_code: told.error_code.and_then(|code| code.parse().ok()),
        })
    }
}

#[async_trait]
impl IotApi for HttpIotApi {
    async fn activate(&self, command: &ActivateCommand) -> Result<CommandAnswer, IotError> {
        self.command("iot.activate", "activate", &wire::Activate::from(command)).await
    }

    async fn deactivate(&self, vin: &str, service_code: &str) -> Result<CommandAnswer, IotError> {
        self.command("iot.deactivate", "deactivate", &wire::Deactivate { vin, service_id: service_code }).await
    }

    async fn vehicle_status(&self, vin: &str) -> Result<VehicleStatus, IotError> {
        let told: wire::VehicleStatus =
            self.ask("iot.status", vin, "status").await?.read().map_err(IotError::NoAnswer)?;
        if told.vin != vin {
            return Err(another_vehicle());
        }
        if told.diagnostics.network_signal_strength.is_some_and(|strength| !(0..=100).contains(&strength)) {
            return Err(IotError::NoAnswer("the signal strength is not within 0 and 100".to_owned()));
        }
        Ok(told.into())
    }

    async fn diagnostics(&self, vin: &str) -> Result<serde_json::Value, IotError> {
        let answer = self.ask("iot.diagnostics", vin, "diagnostics").await?;
        let told: wire::Diagnostics = answer.read().map_err(IotError::NoAnswer)?;
        if told.vin != vin {
            return Err(another_vehicle());
        }
        answer.read().map_err(IotError::NoAnswer)
    }
}

fn another_vehicle() -> IotError {
    IotError::NoAnswer("the answer is about another vehicle".to_owned())
}

/// The answer, when it is the one of success.
fn accepted(answer: Answer) -> Result<Answer, IotError> {
    let status = answer.status;
    match status.as_u16() {
        200..=202 => Ok(answer),
        409 => Err(answer.problem().map_or_else(|| IotError::NoAnswer("the refusal can't be read".to_owned()), nack)),
        404 => Err(IotError::UnknownVehicle),
        401 | 403 => Err(IotError::Unavailable("the token is not accepted".to_owned())),
        429 | 500 | 503 => Err(IotError::Unavailable(format!("answered {status}"))),
        400..=499 => Err(IotError::Invalid(answer.problem().map_or_else(|| format!("answered {status}"), words))),
        _ => Err(IotError::NoAnswer(format!("answered {status}"))),
    }
}

/// The vehicle refused: with a code that is known, or for a reason that nobody here understands.
fn nack(problem: Problem) -> IotError {
    match problem.code.as_deref().map(str::parse) {
        Some(Ok(code)) => IotError::Nack { code, message: words(problem) },
        _ => IotError::Invalid(format!("refused with an unknown code: {}", words(problem))),
    }
}

/// What the problem says in words, else its code.
fn words(problem: Problem) -> String {
    let code = problem.code.unwrap_or_default();
    match problem.detail.or(problem.title) {
        Some(text) => shortened(&format!("{code}: {text}")),
        None => shortened(&code),
    }
}

impl From<CallError> for IotError {
    fn from(error: CallError) -> IotError {
        match error {
            CallError::NotSent(why) => IotError::Unavailable(why),
            CallError::NoAnswer(why) => IotError::NoAnswer(why),
        }
    }
}

/// The contract's forms.
mod wire {
    use super::{Connectivity, Deserialize, InstalledService, InstalledStatus, Operation, Serialize, Time};

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Activate<'a> {
        vin: &'a str,
        service_id: &'a str,
        configuration: Configuration<'a>,
        duration: Duration,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Configuration<'a> {
        feature_flags: &'a [String],
        parameters: &'a serde_json::Map<String, serde_json::Value>,
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
    enum Duration {
        Temporary { expiry_date: Time },
        Permanent,
        Subscription { auto_renewal: bool },
    }

    impl<'a> From<&'a super::ActivateCommand> for Activate<'a> {
        fn from(command: &'a super::ActivateCommand) -> Activate<'a> {
            Activate {
                vin: &command.vin,
                service_id: &command.service_code,
                configuration: Configuration { feature_flags: &command.feature_flags, parameters: &command.parameters },
                duration: match command.duration {
                    super::CommandDuration::Temporary(until) => Duration::Temporary { expiry_date: Time(until) },
                    super::CommandDuration::Permanent => Duration::Permanent,
                    super::CommandDuration::Subscription => Duration::Subscription { auto_renewal: true },
                },
            }
        }
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Deactivate<'a> {
        pub vin: &'a str,
        pub service_id: &'a str,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum CommandStatus {
        Queued,
        InProgress,
        Completed,
        Failed,
    }

    impl From<CommandStatus> for super::CommandStatus {
        fn from(status: CommandStatus) -> super::CommandStatus {
            match status {
                CommandStatus::Queued => super::CommandStatus::Queued,
                CommandStatus::InProgress => super::CommandStatus::InProgress,
                CommandStatus::Completed => super::CommandStatus::Completed,
                CommandStatus::Failed => super::CommandStatus::Failed,
            }
        }
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct CommandAnswer {
        pub request_id: String,
        pub status: CommandStatus,
        pub error_code: Option<String>,
        /// Required by the contract; our own clock's time is kept.
        pub timestamp: Time,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct VehicleStatus {
        pub vin: String,
        connectivity: Connectivity,
        operation: Operation,
        last_seen: Time,
        active_services: Vec<Service>,
        pub diagnostics: Health,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Service {
        service_id: String,
        request_id: Option<String>,
        status: InstalledStatus,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Health {
        #[serde(default)]
        error_codes: Vec<String>,
        firmware_version: Option<String>,
        pub network_signal_strength: Option<i64>,
    }

    impl From<VehicleStatus> for super::VehicleStatus {
        fn from(told: VehicleStatus) -> super::VehicleStatus {
            super::VehicleStatus {
                connectivity: told.connectivity,
                operation: told.operation,
                last_seen: told.last_seen.0,
                services: told
                    .active_services
                    .into_iter()
                    .map(|service| InstalledService {
                        service_code: service.service_id,
                        status: service.status,
                        request_id: service.request_id,
                    })
                    .collect(),
                error_codes: told.diagnostics.error_codes,
                firmware_version: told.diagnostics.firmware_version,
                signal_strength: told.diagnostics.network_signal_strength,
            }
        }
    }

    /// What must stand in diagnostics; they are kept whole, as they came.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "read to check that the contract's members are there and fit")]
    pub struct Diagnostics {
        pub vin: String,
        collected_at: Time,
        model: String,
        firmware_version: String,
        error_codes: Vec<String>,
        network: Network,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "read to check that the contract's members are there and fit")]
    struct Network {
        latency_ms: f64,
        packet_loss_percent: f64,
        stability_percent: f64,
    }
}
