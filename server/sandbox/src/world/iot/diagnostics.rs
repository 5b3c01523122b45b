//! Detailed diagnostics, collected on demand: modules, network figures, and a log of what really happened.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::IotWorld;
use super::model::{Command, CommandKind, CommandStatus, Connectivity, ErrorCode, Vehicle};
use crate::world::call::{Answer, Problem};
use crate::world::values::Vin;

/// Commands shown in the log.
const COMMANDS_SHOWN: usize = 10;

impl IotWorld {
    pub(super) fn diagnostics(&mut self, now: DateTime<Utc>, vin: &str) -> Result<Answer, Problem> {
        let vin = Vin::parse(vin).map_err(|_| Problem::unknown("VIN"))?;
        let vehicle = self.known_vehicle(&vin, now)?.clone();
        let latest: Vec<&Command> = self.commands.iter().filter(|command| command.vin == vin).collect();
        let latest = &latest[latest.len().saturating_sub(COMMANDS_SHOWN)..];
        let module_fault = latest.last().is_some_and(|command| command.error_code == Some(ErrorCode::ModuleFault));
        Ok(Answer::ok(json!({
            "vin": vin,
            "collectedAt": now,
            "model": vehicle.spec.model,
            "firmwareVersion": vehicle.spec.firmware,
            "errorCodes": vehicle.error_codes,
            "modules": modules(&vehicle, module_fault),
            "network": network(vehicle.connectivity),
            "log": log(&vehicle, latest),
        })))
    }
}

fn modules(vehicle: &Vehicle, module_fault: bool) -> Value {
    let telematics = match vehicle.connectivity {
        Connectivity::Online => "OK",
        Connectivity::Limited => "DEGRADED",
        Connectivity::Offline => "FAULT",
    };
    let body_control = if module_fault { "FAULT" } else { "OK" };
    let trouble = if vehicle.error_codes.is_empty() { "OK" } else { "DEGRADED" };
    json!([
        {"name": "TCU", "status": telematics},
        {"name": "GATEWAY_ECU", "status": "OK"},
        {"name": "BODY_CONTROL", "status": body_control},
        {"name": "POWERTRAIN", "status": trouble},
        {"name": "INFOTAINMENT", "status": "OK"},
    ])
}

fn network(connectivity: Connectivity) -> Value {
    let (latency, loss, stability) = match connectivity {
        Connectivity::Online => (84.0, 0.3, 98.6),
        Connectivity::Limited => (910.0, 11.5, 62.0),
        Connectivity::Offline => (0.0, 100.0, 0.0),
    };
    json!({"latencyMs": latency, "packetLossPercent": loss, "stabilityPercent": stability})
}

fn log(vehicle: &Vehicle, commands: &[&Command]) -> Vec<Value> {
    let mut lines = vec![line(vehicle.last_seen - TimeDelta::seconds(1), "INFO", "TCU heartbeat".to_owned())];
    for command in commands {
        let verb = match command.kind {
            CommandKind::Activate => "activate",
            CommandKind::Deactivate => "deactivate",
        };
        let what = format!("{verb} {} ({})", command.service_id, command.request_id);
        lines.push(line(command.at, "INFO", format!("received: {what}")));
        let Some(ended) = command.ended else {
            continue;
        };
        let code =
            command.error_code.map(|code| json!(code).as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        lines.push(match command.status {
            CommandStatus::Completed => line(ended, "INFO", format!("completed: {what}")),
            CommandStatus::Refused => line(ended, "WARN", format!("refused: {what}: {code}")),
            _ => line(ended, "ERROR", format!("failed: {what}: {code}")),
        });
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(at: DateTime<Utc>, level: &str, message: String) -> (DateTime<Utc>, Value) {
    let value = json!({"timestamp": at, "level": level, "message": message});
    (at, value)
}
