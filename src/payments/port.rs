//! The payment gateway as the business sees it (contract `payment-gateway`).

pub use super::model::PaymentType;
use super::model::{DeclineReason, MethodKind, ReportKind, ReportStatus};
use crate::kernel::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::kernel::money::{Cents, Money};
use async_trait::async_trait;
use chrono::NaiveDate;

/// Cards and transfers: hold, capture, cancel, refund.
///
/// Every request that moves money carries an idempotency key that was written to the database before.
#[async_trait]
pub trait PaymentGateway: Send + Sync + 'static {
    /// Opens a hosted page on which the customer enters a payment method.
    async fn create_setup_session(&self, request: &SetupRequest, key: &str) -> Result<SetupSession, GatewayError>;

    /// What came of a hosted page.
    async fn setup_session(&self, session_id: &str) -> Result<SetupOutcome, GatewayError>;

    /// Asks for money: a hold, or at once.
    async fn initiate(&self, request: &PaymentRequest, key: &str) -> Result<GatewayPayment, GatewayError>;

    /// The payment made with this key, if one was made.
    async fn find_by_key(&self, key: &str) -> Result<Option<GatewayPayment>, GatewayError>;

    /// The state of a payment.
    async fn payment(&self, gateway_payment_id: &str) -> Result<GatewayPayment, GatewayError>;

    /// Takes held money.
    async fn capture(&self, gateway_payment_id: &str, amount: Money, key: &str)
    -> Result<GatewayPayment, GatewayError>;

    /// Reverses a hold.
    async fn cancel(&self, gateway_payment_id: &str, key: &str) -> Result<GatewayPayment, GatewayError>;

    /// Gives captured money back.
    async fn refund(
        &self,
        gateway_payment_id: &str,
        amount: Money,
        reason: &str,
        key: &str,
    ) -> Result<GatewayRefund, GatewayError>;

    /// The settlement report of one UTC day, in the gateway's order.
    async fn settlement_report(&self, day: NaiveDate) -> Result<Vec<ReportLine>, GatewayError>;
}

/// A request for a hosted page.
#[derive(Debug, Clone)]
pub struct SetupRequest {
    /// Whose payment method it will be.
    pub customer: UserId,
    /// Where the customer comes back to; the gateway adds `session`.
    pub return_url: String,
    /// The page's language.
    pub locale: Locale,
}

/// A hosted page.
#[derive(Debug, Clone)]
pub struct SetupSession {
    /// The gateway's id of it.
    pub session_id: String,
    /// Its address.
    pub url: String,
}

/// What came of a hosted page.
#[derive(Debug, Clone)]
pub enum SetupOutcome {
    /// The customer is still there.
    Open,
    /// There is a payment method.
    Completed(GatewayMethod),
    /// The customer left, or the session is unknown.
    Abandoned,
}

/// A payment method as the gateway tells it. Never a card number.
#[derive(Debug, Clone)]
pub struct GatewayMethod {
    /// Card or transfer.
    pub kind: MethodKind,
    /// What stands for it in requests.
    pub token: String,
    /// "Visa", for example.
    pub brand: Option<String>,
    /// The last four digits.
    pub last4: Option<String>,
    /// Month of expiry, 1 to 12.
    pub exp_month: Option<i64>,
    /// Year of expiry.
    pub exp_year: Option<i64>,
}

/// A request for money.
#[derive(Debug, Clone)]
pub struct PaymentRequest {
    /// What it is for.
    pub payment_type: PaymentType,
    /// How much.
    pub amount: Money,
    /// Hold first (`MANUAL`), or take at once.
    pub manual_capture: bool,
    /// The customer is there, or we ask on our own.
    pub customer_initiated: bool,
    /// Card or transfer.
    pub method_kind: MethodKind,
    /// What stands for the payment method.
    pub method_token: String,
    /// Who pays.
    pub customer: UserId,
    /// Our reference.
    pub order_id: String,
    /// For people, without personal data.
    pub description: String,
    /// The car, for services and subscriptions.
    pub vin: Option<String>,
    /// The service's code, for services and subscriptions.
    pub service_code: Option<String>,
}

/// The states a payment has at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Known, nothing decided.
    Initiated,
    /// The bank has not decided. The gateway does not tell: ask.
    Processing,
    /// Money is held.
    Authorized,
    /// Money was taken.
    Captured,
    /// The hold was reversed.
    Cancelled,
    /// The hold lapsed.
    Expired,
    /// Refused.
    Declined,
    /// A part was given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
}

/// A payment as the gateway tells it.
#[derive(Debug, Clone)]
pub struct GatewayPayment {
    /// The gateway's id of it.
    pub payment_id: String,
    /// Its state.
    pub status: GatewayStatus,
    /// What was asked for.
    pub amount: Money,
    /// What was taken.
    pub captured: Cents,
    /// What was given back.
    pub refunded: Cents,
    /// Until when the hold can be taken.
    pub capture_before: Option<Timestamp>,
    /// Why it was declined.
    pub decline_reason: Option<DeclineReason>,
}

/// A refund as the gateway tells it.
#[derive(Debug, Clone)]
pub struct GatewayRefund {
    /// The gateway's id of it.
    pub refund_id: String,
    /// Done, or on its way.
    pub done: bool,
}

/// A line of a settlement report.
#[derive(Debug, Clone)]
pub struct ReportLine {
    /// The gateway's id of the payment.
    pub gateway_payment_id: String,
    /// What moved.
    pub kind: ReportKind,
    /// How it ended.
    pub status: ReportStatus,
    /// How much, gross.
    pub amount: Money,
    /// What the gateway keeps of it, in the same currency.
    pub fees: Option<Cents>,
    /// The bank's id of the transfer.
    pub bank_reference: Option<String>,
    /// The gateway's code of why it failed.
    pub failure_reason: Option<String>,
}

/// Why a request to the gateway brought no result.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The bank said no (402).
    #[error("declined: {reason}")]
    Declined {
        /// The gateway's id of the refused payment.
        payment_id: Option<String>,
        /// Why.
        reason: DeclineReason,
        /// Where the customer can confirm, with `AUTHENTICATION_REQUIRED`.
        authentication_url: Option<String>,
    },
    /// The gateway understood and refuses (404, 409, 422): the `code` of its problem document.
    #[error("refused: {code}")]
    Refused {
        /// For example `hold_expired`.
        code: String,
    },
    /// Not executed for certain: 503, no connection, a token it does not accept.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No answer, or one that can't be read: it may have been executed. Ask by key.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl GatewayError {
    /// Whether the gateway itself failed, which is what its breaker counts.
    pub fn is_outage(&self) -> bool {
        matches!(self, GatewayError::Unavailable(_) | GatewayError::NoAnswer(_))
    }
}
