//! API IoT's nouns: vehicles, their services, commands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::faults::CallbackManner;
use crate::world::values::Vin;

/// Why a vehicle refuses or fails. The first five pass by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// No connection.
    VehicleOffline,
    /// Doing something else.
    VehicleBusy,
    /// On the road.
    VehicleDriving,
    /// Switched off.
    VehiclePoweredOff,
    /// The vehicle did not answer API IoT in time.
    Timeout,
    /// The configuration contradicts another.
    ConfigConflict,
    /// The firmware is too old.
    UnsupportedFirmware,
    /// A control unit is broken.
    ModuleFault,
    /// The firmware does not have this service.
    UnknownService,
}

/// Connection of a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Connectivity {
    /// Reachable.
    Online,
    /// Not reachable.
    Offline,
    /// Reachable with a weak signal.
    Limited,
}

/// What a vehicle is doing; `operation` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DrivingState {
    /// Standing, awake.
    Parked,
    /// On the road.
    Driving,
    /// Switched off.
    PoweredOff,
}

/// State of a service inside a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceStatus {
    /// Switched on.
    Active,
    /// A command is under way.
    Pending,
    /// The last command failed.
    Error,
}

/// How a vehicle enters the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VehicleSpec {
    /// Identification number.
    pub vin: Vin,
    /// Model code.
    pub model: String,
    /// Firmware version.
    pub firmware: String,
    /// Services of the base platform: always active, never to be switched off.
    #[serde(default = "base_platform")]
    pub base_services: Vec<String>,
    /// Services the firmware has; without it, every service id is known.
    #[serde(default)]
    pub known_services: Option<Vec<String>>,
}

/// The base platform's service id when nothing else is said.
pub const BASE_PLATFORM: &str = "BASE_PLATFORM";

fn base_platform() -> Vec<String> {
    vec![BASE_PLATFORM.to_owned()]
}

impl VehicleSpec {
    /// A vehicle with the usual base platform and every service.
    #[must_use]
    pub fn new(vin: Vin, model: impl Into<String>, firmware: impl Into<String>) -> Self {
        Self {
            vin,
            model: model.into(),
            firmware: firmware.into(),
            base_services: base_platform(),
            known_services: None,
        }
    }
}

/// A service as the vehicle has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstalledService {
    /// Service id.
    pub service_id: String,
    /// State.
    pub status: ServiceStatus,
    /// Command that last concerned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Since when it is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_date: Option<DateTime<Utc>>,
}

/// A vehicle and everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vehicle {
    /// What it is.
    #[serde(flatten)]
    pub spec: VehicleSpec,
    /// Connection.
    pub connectivity: Connectivity,
    /// What it is doing.
    pub operation: DrivingState,
    /// Services, in the order they came; the base platform first.
    pub services: Vec<InstalledService>,
    /// Diagnostic trouble codes.
    pub error_codes: Vec<String>,
    /// Last sign of life.
    pub last_seen: DateTime<Utc>,
}

impl Vehicle {
    /// Whether a service is switched on.
    #[must_use]
    pub fn is_active(&self, service_id: &str) -> bool {
        self.services.iter().any(|s| s.service_id == service_id && s.status == ServiceStatus::Active)
    }
}

/// A change of a vehicle made by hand; absent members stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VehiclePatch {
    /// New connection.
    #[serde(default)]
    pub connectivity: Option<Connectivity>,
    /// New doing.
    #[serde(default)]
    pub operation: Option<DrivingState>,
    /// New firmware version.
    #[serde(default)]
    pub firmware: Option<String>,
    /// New trouble codes.
    #[serde(default)]
    pub error_codes: Option<Vec<String>>,
}

/// Direction of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommandKind {
    /// Switch on.
    Activate,
    /// Switch off.
    Deactivate,
}

/// How far a command got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommandStatus {
    /// Waiting.
    Queued,
    /// The vehicle is at it.
    InProgress,
    /// Done.
    Completed,
    /// Failed after it had been taken.
    Failed,
    /// Refused at once (409).
    Refused,
}

/// A command that reached API IoT, whatever became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Command {
    /// Identifier; refused commands have one here, but the caller never hears it.
    pub request_id: String,
    /// Vehicle.
    pub vin: Vin,
    /// Service.
    pub service_id: String,
    /// Direction.
    pub kind: CommandKind,
    /// How far it got.
    pub status: CommandStatus,
    /// Why it failed or was refused.
    pub error_code: Option<ErrorCode>,
    /// Configuration, as sent.
    pub configuration: Option<serde_json::Value>,
    /// Until when the service was bought. API IoT only notes it: the service stays until deactivated.
    pub expiry_date: Option<DateTime<Utc>>,
    /// When it came.
    pub at: DateTime<Utc>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// It will fail with this code.
    pub(crate) will_fail: Option<ErrorCode>,
    /// How its end is told.
    pub(crate) manner: CallbackManner,
}

/// How API IoT answers a command that is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AnswerMode {
    /// `QUEUED`; the end comes by callback.
    #[default]
    Queued,
    /// `IN_PROGRESS`; the end comes by callback.
    InProgress,
    /// `COMPLETED` or `FAILED` at once, without callback.
    Immediate,
}

/// Settings of the played API IoT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IotSettings {
    /// How a taken command is answered.
    pub answer: AnswerMode,
    /// Milliseconds of sandbox time until the vehicle confirms.
    pub activation_latency_ms: u32,
    /// Create a vehicle for an unknown VIN with this beginning (an empty one: for every VIN); `None`: 404.
    pub accept_unknown_vins: Option<String>,
}

impl Default for IotSettings {
    fn default() -> Self {
        Self { answer: AnswerMode::Queued, activation_latency_ms: 3_000, accept_unknown_vins: None }
    }
}
