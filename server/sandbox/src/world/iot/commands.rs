//! A command's way: read, refused or taken, carried out by the vehicle, told by callback.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::IotWorld;
use super::model::{
    AnswerMode, Command, CommandKind, CommandStatus, Connectivity, DrivingState, ErrorCode, InstalledService,
    ServiceStatus, Vehicle,
};
use crate::faults::{Condition, Effects};
use crate::world::Surroundings;
use crate::world::call::{Answer, Problem, System};
use crate::world::fields::Fields;
use crate::world::values::Vin;

/// A command as it was sent.
struct Request {
    vin: Vin,
    service_id: String,
    configuration: Option<Value>,
    expiry_date: Option<DateTime<Utc>>,
}

impl Request {
    fn read(kind: CommandKind, body: Option<&Value>) -> Result<Self, Problem> {
        let fields = Fields::of(body)?;
        let mut request = Self {
            vin: fields.vin("vin")?,
            service_id: fields.string("serviceId")?.to_owned(),
            configuration: None,
            expiry_date: None,
        };
        if kind == CommandKind::Activate {
            let configuration = fields.object("configuration")?;
            configuration.strings("featureFlags")?;
            configuration.object("parameters")?;
            request.configuration = Some(Value::Object(configuration.members().clone()));
            let duration = fields.object("duration")?;
            let _: DurationType = duration.word("type")?;
            request.expiry_date = duration.optional_date_time("expiryDate")?;
            duration.optional_bool("autoRenewal")?;
        }
        Ok(request)
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum DurationType {
    Temporary,
    Permanent,
    Subscription,
}

impl IotWorld {
    pub(super) fn command(
        &mut self,
        around: &mut Surroundings<'_>,
        kind: CommandKind,
        body: Option<&Value>,
        effects: &Effects,
    ) -> Result<Answer, Problem> {
        let request = Request::read(kind, body)?;
        let mode = self.settings.answer;
        let latency = TimeDelta::milliseconds(i64::from(self.settings.activation_latency_ms));
        let vehicle = self.known_vehicle(&request.vin, around.now)?;
        let refusal = effects
            .nack
            .or_else(|| condition_refusal(vehicle, effects.condition))
            .or_else(|| vehicle_refuses(vehicle, kind, &request.service_id));
        let mut command = Command {
            request_id: around.ids.mint("req"),
            vin: request.vin,
            service_id: request.service_id,
            kind,
            status: CommandStatus::Refused,
            error_code: refusal,
            configuration: request.configuration,
            expiry_date: request.expiry_date,
            at: around.now,
            ended: None,
            will_fail: effects.async_failure,
            manner: effects.callback,
        };
        if let Some(code) = refusal {
            command.ended = Some(around.now);
            self.commands.push(command);
            return Err(nack(code));
        }
        vehicle.last_seen = around.now;
        mark_pending(vehicle, &command);
        command.status = match mode {
            AnswerMode::Queued => CommandStatus::Queued,
            AnswerMode::InProgress | AnswerMode::Immediate => CommandStatus::InProgress,
        };
        let request_id = command.request_id.clone();
        let at_once = mode == AnswerMode::Immediate;
        let early = command.manner.early;
        self.commands.push(command.clone());
        if at_once {
            command = self.finish(around.now, &request_id).unwrap_or(command);
        } else if early {
            // Told before the answer of this very call; the answer still says it was taken.
            self.finish_and_tell(around, &request_id);
        } else {
            self.agenda.add(around.now + latency, request_id);
        }
        Ok(Answer::ok(command_answer(&command, around.now)))
    }

    /// Lets the earliest command due at `around.now` end.
    pub(crate) fn happen(&mut self, around: &mut Surroundings<'_>) {
        if let Some((_, request_id)) = self.agenda.pop_due(around.now) {
            self.finish_and_tell(around, &request_id);
        }
    }

    fn finish_and_tell(&mut self, around: &mut Surroundings<'_>, request_id: &str) {
        let Some(command) = self.finish(around.now, request_id) else {
            return;
        };
        let status = match (command.status, command.kind) {
            (CommandStatus::Failed, _) => "FAILED",
            (_, CommandKind::Activate) => "ACTIVATED",
            (_, CommandKind::Deactivate) => "DEACTIVATED",
        };
        let mut body = json!({
            "requestId": command.request_id,
            "vin": command.vin,
            "status": status,
            "timestamp": around.now,
        });
        if let Some(code) = command.error_code {
            body["errorCode"] = json!(code);
        }
        around.outbox.tell(around.ids, System::Iot, &body, around.now, command.manner);
    }

    /// The vehicle carries a command out, or fails to; a vehicle that has meanwhile gone away fails.
    fn finish(&mut self, now: DateTime<Utc>, request_id: &str) -> Option<Command> {
        let position = self.commands.binary_search_by(|command| command.request_id.as_str().cmp(request_id)).ok()?;
        let command = self.commands.get_mut(position)?;
        let vehicle = self.vehicles.get_mut(&command.vin)?;
        let failure = command.will_fail.or_else(|| condition_refusal(vehicle, None));
        command.ended = Some(now);
        command.error_code = failure;
        command.status = if failure.is_some() {
            CommandStatus::Failed
        } else {
            vehicle.last_seen = now;
            CommandStatus::Completed
        };
        apply(vehicle, command, now);
        Some(command.clone())
    }

    pub(super) fn status(&mut self, now: DateTime<Utc>, vin: &str, effects: &Effects) -> Result<Answer, Problem> {
        let vin = Vin::parse(vin).map_err(|_| Problem::unknown("VIN"))?;
        let vehicle = self.known_vehicle(&vin, now)?;
        let (connectivity, operation) = appearance(vehicle, effects.condition);
        if connectivity != Connectivity::Offline {
            vehicle.last_seen = now;
        }
        let signal = match connectivity {
            Connectivity::Online => 87,
            Connectivity::Limited => 31,
            Connectivity::Offline => 0,
        };
        Ok(Answer::ok(json!({
            "vin": vin,
            "connectivity": connectivity,
            "lastSeen": vehicle.last_seen,
            "operation": operation,
            "activeServices": vehicle.services,
            "diagnostics": {
                "errorCodes": vehicle.error_codes,
                "firmwareVersion": vehicle.spec.firmware,
                "networkSignalStrength": signal,
            },
        })))
    }
}

fn appearance(vehicle: &Vehicle, pretended: Option<Condition>) -> (Connectivity, DrivingState) {
    match pretended {
        Some(Condition::Offline) => (Connectivity::Offline, vehicle.operation),
        Some(Condition::Driving) => (vehicle.connectivity, DrivingState::Driving),
        Some(Condition::PoweredOff) => (vehicle.connectivity, DrivingState::PoweredOff),
        None => (vehicle.connectivity, vehicle.operation),
    }
}

fn condition_refusal(vehicle: &Vehicle, pretended: Option<Condition>) -> Option<ErrorCode> {
    match appearance(vehicle, pretended) {
        (Connectivity::Offline, _) => Some(ErrorCode::VehicleOffline),
        (_, DrivingState::Driving) => Some(ErrorCode::VehicleDriving),
        (_, DrivingState::PoweredOff) => Some(ErrorCode::VehiclePoweredOff),
        (_, DrivingState::Parked) => None,
    }
}

/// The base platform cannot be switched off; a service the firmware lacks cannot be switched at all.
fn vehicle_refuses(vehicle: &Vehicle, kind: CommandKind, service_id: &str) -> Option<ErrorCode> {
    let base = vehicle.spec.base_services.iter().any(|s| s == service_id);
    if base {
        return (kind == CommandKind::Deactivate).then_some(ErrorCode::ConfigConflict);
    }
    let known = vehicle.spec.known_services.as_ref().is_none_or(|known| known.iter().any(|s| s == service_id));
    (!known).then_some(ErrorCode::UnknownService)
}

fn mark_pending(vehicle: &mut Vehicle, command: &Command) {
    if command.kind == CommandKind::Deactivate {
        return;
    }
    let service = entry(vehicle, &command.service_id);
    if service.status != ServiceStatus::Active {
        service.status = ServiceStatus::Pending;
        service.request_id = Some(command.request_id.clone());
    }
}

fn apply(vehicle: &mut Vehicle, command: &Command, now: DateTime<Utc>) {
    let completed = command.status == CommandStatus::Completed;
    match (command.kind, completed) {
        (CommandKind::Activate, true) => {
            let service = entry(vehicle, &command.service_id);
            if service.status != ServiceStatus::Active {
                service.activation_date = Some(now);
            }
            service.status = ServiceStatus::Active;
            service.request_id = Some(command.request_id.clone());
        }
        (CommandKind::Activate, false) => {
            let service = entry(vehicle, &command.service_id);
            // A service that already runs goes on; a failed one shows which command failed.
            if service.status != ServiceStatus::Active {
                service.status = ServiceStatus::Error;
                service.request_id = Some(command.request_id.clone());
            }
        }
        (CommandKind::Deactivate, true) => {
            vehicle.services.retain(|service| service.service_id != command.service_id);
        }
        (CommandKind::Deactivate, false) => {}
    }
}

fn entry<'a>(vehicle: &'a mut Vehicle, service_id: &str) -> &'a mut InstalledService {
    let index = vehicle.services.iter().position(|service| service.service_id == service_id).unwrap_or_else(|| {
        vehicle.services.push(InstalledService {
            service_id: service_id.to_owned(),
            status: ServiceStatus::Pending,
            request_id: None,
            activation_date: None,
        });
        vehicle.services.len() - 1
    });
    &mut vehicle.services[index]
}

fn nack(code: ErrorCode) -> Problem {
    let word = json!(code);
    Problem::new(409, word.as_str().unwrap_or("TIMEOUT"), "the vehicle refused the command")
}

fn command_answer(command: &Command, now: DateTime<Utc>) -> Value {
    let mut answer = json!({
        "requestId": command.request_id,
        "status": command.status,
        "timestamp": now,
    });
    if let Some(code) = command.error_code {
        answer["errorCode"] = json!(code);
    }
    answer
}
