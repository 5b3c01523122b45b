//! API IoT, by its contract but without HTTP.

use super::{Heard, Outside, unreadable};
use async_trait::async_trait;
use caas::activation::port::{
    ActivateCommand, CommandAnswer, CommandDuration, CommandStatus, InstalledService, IotApi, IotError, VehicleStatus,
};
use caas::inbox::message::parse_date_time;
use caas_sandbox::{Answer, Call, Operation};
use serde_json::{Value, json};

#[async_trait]
impl IotApi for Outside {
    async fn activate(&self, command: &ActivateCommand) -> Result<CommandAnswer, IotError> {
        let body = json!({
            "vin": command.vin,
            "serviceId": command.service_code,
            "configuration": { "featureFlags": command.feature_flags, "parameters": command.parameters },
            "duration": match command.duration {
                CommandDuration::Temporary(until) => json!({ "type": "TEMPORARY", "expiryDate": until }),
                CommandDuration::Permanent => json!({ "type": "PERMANENT" }),
                CommandDuration::Subscription => json!({ "type": "SUBSCRIPTION", "autoRenewal": true }),
            },
        });
        self.command(Call::new(Operation::Activate, "").body(body)).await
    }

    async fn deactivate(&self, vin: &str, service_code: &str) -> Result<CommandAnswer, IotError> {
        let body = json!({ "vin": vin, "serviceId": service_code });
        self.command(Call::new(Operation::Deactivate, "").body(body)).await
    }

    async fn vehicle_status(&self, vin: &str) -> Result<VehicleStatus, IotError> {
        let body = self.request(Call::new(Operation::VehicleStatus, vin)).await?;
        status(&body).ok_or_else(|| IotError::NoAnswer(unreadable("status")))
    }

    async fn diagnostics(&self, vin: &str) -> Result<Value, IotError> {
        self.request(Call::new(Operation::Diagnostics, vin)).await
    }
}

impl Outside {
    /// The body of a success; everything else is an error.
    async fn request(&self, call: Call) -> Result<Value, IotError> {
        match self.call(call).await {
            Heard::Nothing => Err(IotError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => Ok(answer.body),
            Heard::Answer(answer) => Err(refusal(&answer)),
        }
    }

    async fn command(&self, call: Call) -> Result<CommandAnswer, IotError> {
        let body = self.request(call).await?;
        let read = || {
            Some(CommandAnswer {
                request_id: body["requestId"].as_str()?.to_owned(),
                status: match body["status"].as_str()? {
                    "QUEUED" => CommandStatus::Queued,
                    "IN_PROGRESS" => CommandStatus::InProgress,
                    "COMPLETED" => CommandStatus::Completed,
                    "FAILED" => CommandStatus::Failed,
                    _ => return None,
                },
                error_code: body["errorCode"].as_str().and_then(|code| code.parse().ok()),
            })
        };
        read().ok_or_else(|| IotError::NoAnswer(unreadable("status")))
    }
}

fn refusal(answer: &Answer) -> IotError {
    let code = answer.code().unwrap_or_default();
    match (answer.status, code.parse()) {
        (409, Ok(code)) => IotError::Nack { code, message: "the vehicle refused".to_owned() },
        (404, _) => IotError::UnknownVehicle,
        (500 | 503, _) => IotError::Unavailable(code.to_owned()),
        (400..500, _) => IotError::Invalid(code.to_owned()),
        _ => IotError::NoAnswer(code.to_owned()),
    }
}

fn status(body: &Value) -> Option<VehicleStatus> {
    let services = body["activeServices"].as_array()?.iter().map(|service| {
        Some(InstalledService {
            service_code: service["serviceId"].as_str()?.to_owned(),
            status: service["status"].as_str()?.parse().ok()?,
            request_id: service["requestId"].as_str().map(str::to_owned),
        })
    });
    let health = &body["diagnostics"];
    Some(VehicleStatus {
        connectivity: body["connectivity"].as_str()?.parse().ok()?,
        operation: body["operation"].as_str()?.parse().ok()?,
        last_seen: parse_date_time(body["lastSeen"].as_str()?)?,
        services: services.collect::<Option<Vec<_>>>()?,
        error_codes: serde_json::from_value(health["errorCodes"].clone()).ok()?,
        firmware_version: health["firmwareVersion"].as_str().map(str::to_owned),
        signal_strength: health["networkSignalStrength"].as_i64(),
    })
}
