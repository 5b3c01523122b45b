//! A call as the contracts describe it, without HTTP: an operation, what stands in its path, key and body.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::country::Country;
use crate::faults::Loss;

/// A system played here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum System {
    /// The payment gateway.
    Gateway,
    /// API IoT.
    Iot,
    /// The provider of text messages.
    Sms,
    /// The factory.
    Factory,
    /// Registration in Spain.
    RegistrationEs,
    /// Registration in France.
    RegistrationFr,
    /// Registration in the United Kingdom.
    RegistrationGb,
    /// Registration in Germany.
    RegistrationDe,
    /// The transport company.
    Transport,
    /// The workshops' maintenance history.
    Vss,
}

impl System {
    /// All of them.
    pub const ALL: [System; 10] = [
        System::Gateway,
        System::Iot,
        System::Sms,
        System::Factory,
        System::RegistrationEs,
        System::RegistrationFr,
        System::RegistrationGb,
        System::RegistrationDe,
        System::Transport,
        System::Vss,
    ];

    /// The registration body of a country.
    #[must_use]
    pub fn registration(country: Country) -> Self {
        match country {
            Country::ES => Self::RegistrationEs,
            Country::FR => Self::RegistrationFr,
            Country::GB => Self::RegistrationGb,
            Country::DE => Self::RegistrationDe,
        }
    }

    /// Where CaaS receives this system's webhooks; empty for one that sends none.
    #[must_use]
    pub fn webhook_path(self) -> &'static str {
        match self {
            Self::Gateway => "/caas/webhooks/payment-settlement",
            Self::Iot => "/caas/webhooks/ota-status",
            Self::Sms | Self::Vss => "",
            Self::Factory => "/webhooks/order-status",
            Self::RegistrationEs | Self::RegistrationFr | Self::RegistrationGb | Self::RegistrationDe => {
                "/webhooks/registration-status"
            }
            Self::Transport => "/webhooks/delivery-status",
        }
    }
}

/// An operation of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    /// `POST /setup-sessions`
    CreateSetupSession,
    /// `GET /setup-sessions/{sessionId}`
    GetSetupSession,
    /// `POST /payments/initiate`
    InitiatePayment,
    /// `GET /payments?idempotencyKey=`
    FindPayment,
    /// `GET /payments/{paymentId}`
    GetPayment,
    /// `POST /payments/{paymentId}/capture`
    CapturePayment,
    /// `POST /payments/{paymentId}/cancel`
    CancelPayment,
    /// `POST /payments/{paymentId}/refund`
    RefundPayment,
    /// `GET /settlements/{date}`
    GetSettlements,
    /// `POST /ota/activate`
    Activate,
    /// `POST /ota/deactivate`
    Deactivate,
    /// `GET /vehicles/{vin}/status`
    VehicleStatus,
    /// `GET /vehicles/{vin}/diagnostics`
    Diagnostics,
    /// `POST /messages`
    SendMessage,
    /// `POST /orders` of the factory
    PlaceOrder,
    /// `GET /orders/{orderId}` of the factory
    GetOrder,
    /// `POST /registrations` of a country's body
    SubmitRegistration(Country),
    /// `GET /registrations/{registrationId}` of a country's body
    GetRegistration(Country),
    /// `POST /dossiers` of a country's body
    OpenDossier(Country),
    /// `POST /deliveries` of the transport company
    ScheduleDelivery,
    /// `GET /vehicles/{vin}/maintenance-status` of VSS
    MaintenanceStatus,
}

impl Operation {
    /// Whose operation it is.
    #[must_use]
    pub fn system(self) -> System {
        match self {
            Self::Activate | Self::Deactivate | Self::VehicleStatus | Self::Diagnostics => System::Iot,
            Self::SendMessage => System::Sms,
            Self::PlaceOrder | Self::GetOrder => System::Factory,
            Self::SubmitRegistration(country) | Self::GetRegistration(country) | Self::OpenDossier(country) => {
                System::registration(country)
            }
            Self::ScheduleDelivery => System::Transport,
            Self::MaintenanceStatus => System::Vss,
            _ => System::Gateway,
        }
    }

    /// Whether it is a `POST`.
    #[must_use]
    pub fn changes_something(self) -> bool {
        matches!(
            self,
            Self::CreateSetupSession
                | Self::InitiatePayment
                | Self::CapturePayment
                | Self::CancelPayment
                | Self::RefundPayment
                | Self::Activate
                | Self::Deactivate
                | Self::SendMessage
                | Self::PlaceOrder
                | Self::SubmitRegistration(_)
                | Self::OpenDossier(_)
                | Self::ScheduleDelivery
        )
    }

    /// Whether it begins something of a sale that is told by webhook.
    pub(crate) fn starts_a_sale_step(self) -> bool {
        matches!(self, Self::PlaceOrder | Self::SubmitRegistration(_) | Self::ScheduleDelivery)
    }

    /// The path, with what stands in it.
    #[must_use]
    pub fn path(self, subject: &str) -> String {
        match self {
            Self::CreateSetupSession => "/setup-sessions".to_owned(),
            Self::GetSetupSession => format!("/setup-sessions/{subject}"),
            Self::InitiatePayment => "/payments/initiate".to_owned(),
            Self::FindPayment => "/payments".to_owned(),
            Self::GetPayment => format!("/payments/{subject}"),
            Self::CapturePayment => format!("/payments/{subject}/capture"),
            Self::CancelPayment => format!("/payments/{subject}/cancel"),
            Self::RefundPayment => format!("/payments/{subject}/refund"),
            Self::GetSettlements => format!("/settlements/{subject}"),
            Self::Activate => "/ota/activate".to_owned(),
            Self::Deactivate => "/ota/deactivate".to_owned(),
            Self::VehicleStatus => format!("/vehicles/{subject}/status"),
            Self::Diagnostics => format!("/vehicles/{subject}/diagnostics"),
            Self::SendMessage => "/messages".to_owned(),
            Self::PlaceOrder => "/orders".to_owned(),
            Self::GetOrder => format!("/orders/{subject}"),
            Self::SubmitRegistration(_) => "/registrations".to_owned(),
            Self::GetRegistration(_) => format!("/registrations/{subject}"),
            Self::OpenDossier(_) => "/dossiers".to_owned(),
            Self::ScheduleDelivery => "/deliveries".to_owned(),
            Self::MaintenanceStatus => format!("/vehicles/{subject}/maintenance-status"),
        }
    }
}

/// A call to one of the systems.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is asked.
    pub operation: Operation,
    /// Id, VIN, day, or (for [`Operation::FindPayment`]) the key looked for; empty where the path has none.
    pub subject: String,
    /// Header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// JSON body; `None` when there was none, or none that is JSON.
    pub body: Option<Value>,
}

impl Call {
    /// A call without key and body.
    #[must_use]
    pub fn new(operation: Operation, subject: impl Into<String>) -> Self {
        Self { operation, subject: subject.into(), idempotency_key: None, body: None }
    }

    /// Adds the idempotency key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Adds the body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// An answer of the contract. URLs inside begin with a slash: the server puts its own address before them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body; a problem when the status is 400 or more.
    pub body: Value,
    /// The first answer again: header `Idempotency-Hit: true`.
    #[serde(default)]
    pub hit: bool,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body, hit: false }
    }

    /// `code` of a problem.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.body["code"].as_str()
    }
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The answer; `None` when the system hangs.
    pub answer: Option<Answer>,
    /// The call was executed but its answer does not arrive.
    pub lost: Option<Loss>,
    /// Milliseconds of real time before the answer leaves.
    pub latency_ms: u64,
    /// Webhooks due must be delivered before the answer leaves.
    pub webhooks_first: bool,
    /// The world is no longer the same.
    pub changed: bool,
}

impl Outcome {
    /// What the caller gets to see: nothing when the system hung or the answer was lost.
    #[must_use]
    pub fn seen(&self) -> Option<&Answer> {
        self.answer.as_ref().filter(|_| self.lost.is_none())
    }
}

/// A call in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSeen {
    /// When it came.
    pub at: DateTime<Utc>,
    /// Which system.
    pub system: System,
    /// Which operation.
    pub operation: Operation,
    /// Its path.
    pub path: String,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
    /// Status answered; `None` when the system hung.
    pub status: Option<u16>,
    /// `code` of the problem answered.
    pub code: Option<String>,
    /// The first answer was given again.
    pub hit: bool,
    /// The caller never saw the answer.
    pub lost: bool,
}

/// A refusal, as RFC 9457 writes it, with the contracts' extra member `code`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Machine-readable reason.
    pub code: String,
    /// For people.
    pub detail: String,
    /// Further members.
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A refusal with a reason.
    pub fn new(status: u16, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), extra: Map::new() }
    }

    /// 404.
    #[must_use]
    pub fn unknown(what: &str) -> Self {
        Self::new(404, "not_found", format!("unknown {what}"))
    }

    /// 409 of the gateway.
    #[must_use]
    pub fn conflict(code: &str) -> Self {
        Self::new(409, code, "the payment's state does not allow this")
    }

    /// 422 with the member that does not fit.
    #[must_use]
    pub fn does_not_fit(field: &str, detail: impl Into<String>) -> Self {
        Self::new(422, "invalid_request", detail).with("field", json!(field))
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.extra.insert(member.to_owned(), value);
        self
    }

    /// The `application/problem+json` body.
    #[must_use]
    pub fn to_answer(&self) -> Answer {
        let title = match self.status {
            401 => "Unauthorized",
            402 => "Payment declined",
            404 => "Not found",
            409 => "Conflict",
            422 => "Unprocessable content",
            503 => "Unavailable",
            _ => "Error",
        };
        let mut body = self.extra.clone();
        body.insert("type".into(), json!("about:blank"));
        body.insert("title".into(), json!(title));
        body.insert("status".into(), json!(self.status));
        body.insert("code".into(), json!(self.code));
        body.insert("detail".into(), json!(self.detail));
        Answer::new(self.status, Value::Object(body))
    }
}
