//! API IoT as the business sees it (contract `iot`): commands to vehicles, their status, their diagnostics.

use super::model::ErrorCode;
use crate::kernel::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The way to the vehicles. A command sent twice is two commands: there is no idempotency key.
#[async_trait]
pub trait IotApi: Send + Sync + 'static {
    /// Switches a service on.
    async fn activate(&self, command: &ActivateCommand) -> Result<CommandAnswer, IotError>;

    /// Switches a service off.
    async fn deactivate(&self, vin: &str, service_code: &str) -> Result<CommandAnswer, IotError>;

    /// What the vehicle says of itself.
    async fn vehicle_status(&self, vin: &str) -> Result<VehicleStatus, IotError>;

    /// Detailed diagnostics, collected on demand. Kept as it came, for the ticket.
    async fn diagnostics(&self, vin: &str) -> Result<serde_json::Value, IotError>;
}

/// A command to switch a service on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivateCommand {
    /// The vehicle.
    pub vin: String,
    /// The service's code.
    pub service_code: String,
    /// Feature flags to set.
    pub feature_flags: Vec<String>,
    /// Parameters, as the catalogue has them.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// For how long.
    pub duration: CommandDuration,
}

/// For how long a service is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandDuration {
    /// Until this time.
    Temporary(Timestamp),
    /// For ever.
    Permanent,
    /// While the subscription runs.
    Subscription,
}

/// What API IoT says to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandAnswer {
    /// The id that the callback will carry.
    pub request_id: String,
    /// How far it is.
    pub status: CommandStatus,
    /// Why it failed, with `FAILED`.
    pub error_code: Option<ErrorCode>,
}

/// How far a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandStatus {
    /// Waiting to be sent to the vehicle.
    Queued,
    /// The vehicle has it.
    InProgress,
    /// Done. No callback comes.
    Completed,
    /// Failed. No callback comes.
    Failed,
}

codes! {
    /// Whether the vehicle can be reached.
    pub enum Connectivity {
        /// Yes.
        Online = "ONLINE",
        /// No.
        Offline = "OFFLINE",
        /// Barely.
        Limited = "LIMITED",
    }
}

codes! {
    /// What the vehicle is doing.
    pub enum Operation {
        /// Standing, systems awake.
        Parked = "PARKED",
        /// Moving.
        Driving = "DRIVING",
        /// Systems asleep.
        PoweredOff = "POWERED_OFF",
    }
}

codes! {
    /// The state of a service inside the vehicle.
    pub enum InstalledStatus {
        /// Works.
        Active = "ACTIVE",
        /// A command is under way.
        Pending = "PENDING",
        /// Faulty.
        Error = "ERROR",
    }
}

/// What the vehicle says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VehicleStatus {
    /// Whether it can be reached.
    pub connectivity: Connectivity,
    /// What it is doing.
    pub operation: Operation,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// Services in it.
    pub services: Vec<InstalledService>,
    /// Fault codes it reports.
    pub error_codes: Vec<String>,
    /// Its firmware.
    pub firmware_version: Option<String>,
    /// 0 to 100.
    pub signal_strength: Option<i64>,
}

/// A service inside a vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledService {
    /// The service's code.
    pub service_code: String,
    /// Its state.
    pub status: InstalledStatus,
    /// The command that brought it there.
    pub request_id: Option<String>,
}

/// Why a call to API IoT brought no result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IotError {
    /// The vehicle refused (409).
    #[error("vehicle refused: {code}")]
    Nack {
        /// Why.
        code: ErrorCode,
        /// In API IoT's words.
        message: String,
    },
    /// API IoT does not know the vehicle (404).
    #[error("unknown vehicle")]
    UnknownVehicle,
    /// API IoT does not accept the request (422): our catalogue or data is wrong.
    #[error("request not accepted: {0}")]
    Invalid(String),
    /// API IoT itself failed (500, 503, no connection, token not accepted).
    #[error("API IoT unavailable: {0}")]
    Unavailable(String),
    /// No answer in time, or none that can be read: the command may have been carried out.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl IotError {
    /// Whether API IoT itself failed, which is what its breaker counts. Vehicle conditions never do.
    pub fn is_outage(&self) -> bool {
        matches!(self, IotError::Unavailable(_) | IotError::NoAnswer(_))
    }
}
