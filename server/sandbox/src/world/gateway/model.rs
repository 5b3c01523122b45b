//! The gateway's nouns: sessions, methods, payments, refunds, and their wire forms.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::TestCard;
use crate::faults::{CallbackManner, SettlementFate};
use crate::world::values::Amount;

/// Why the bank said no. The last three are hard: trying again does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineReason {
    /// Not enough money.
    InsufficientFunds,
    /// The bank gives no reason.
    DoNotHonor,
    /// The bank could not decide.
    TryAgainLater,
    /// The customer has to confirm first.
    AuthenticationRequired,
    /// The card is too old.
    ExpiredCard,
    /// The card was reported stolen.
    StolenCard,
    /// The gateway does not know this method.
    InvalidMethod,
}

/// State of a hosted page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    /// The customer has not answered.
    Open,
    /// A method was entered.
    Completed,
    /// The customer turned back.
    Abandoned,
}

/// A hosted page on which a customer enters a payment method.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupSession {
    /// Identifier.
    pub session_id: String,
    /// State.
    pub status: SessionStatus,
    /// CaaS's customer.
    pub customer_id: String,
    /// Where the customer goes back to.
    pub return_url: String,
    /// Language of the page, as asked for.
    pub locale: Option<String>,
    /// Token of the method entered.
    pub token: Option<String>,
    /// When it was opened.
    pub created: DateTime<Utc>,
}

/// Kinds of payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MethodType {
    /// A card.
    Card,
    /// A transfer from a bank account.
    BankTransfer,
}

/// A tokenised payment method.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentMethod {
    /// Kind.
    #[serde(rename = "type")]
    pub kind: MethodType,
    /// What CaaS keeps instead of the number.
    pub token: String,
    /// Card brand or the word for the transfer.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month of expiry, 1 to 12 (cards).
    pub exp_month: Option<u32>,
    /// Year of expiry (cards).
    pub exp_year: Option<i32>,
    /// The test card behind it: decides what payments with it do.
    pub card: TestCard,
    /// CaaS's customer.
    pub customer_id: String,
    /// The session it was entered in.
    pub session_id: Option<String>,
    /// The customer confirmed; used up by the next payment.
    pub authenticated: bool,
}

impl PaymentMethod {
    /// Contract form.
    #[must_use]
    pub fn to_wire(&self) -> Value {
        let mut wire = json!({"type": self.kind, "token": self.token, "brand": self.brand, "last4": self.last4});
        if let (Some(month), Some(year)) = (self.exp_month, self.exp_year) {
            wire["expMonth"] = json!(month);
            wire["expYear"] = json!(year);
        }
        wire
    }
}

/// Contract states of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Taken, the bank has not been asked yet.
    Initiated,
    /// The bank is working on it (transfers).
    Processing,
    /// Money is held.
    Authorized,
    /// Money is taken.
    Captured,
    /// Hold given back.
    Cancelled,
    /// Hold lapsed.
    Expired,
    /// The bank said no.
    Declined,
    /// A part was given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
}

/// Whether captured money arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SettlementState {
    /// Nothing captured.
    None,
    /// Captured, under way.
    Pending,
    /// Arrived (also when it was charged back later: the contract has no other word).
    Settled,
    /// Did not arrive.
    Failed,
}

/// When money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaptureMode {
    /// Held until capture.
    Manual,
    /// At once.
    Automatic,
}

/// Who started the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Initiator {
    /// The customer is present: holds last 7 days.
    Customer,
    /// CaaS by itself: holds last 4 days and 18 hours.
    Merchant,
}

/// What the payment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentType {
    /// Reservation of a vehicle.
    Reservation,
    /// The rest of a vehicle's price.
    Final,
    /// A one-time service.
    Service,
    /// A subscription period.
    Subscription,
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    /// Identifier.
    pub refund_id: String,
    /// Amount given back.
    pub amount: Amount,
    /// CaaS's reason.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A payment in the books.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Identifier.
    pub payment_id: String,
    /// State.
    pub status: PaymentStatus,
    /// Amount asked for.
    pub amount: Amount,
    /// What it is for.
    pub payment_type: PaymentType,
    /// When money is taken.
    pub capture_mode: CaptureMode,
    /// Who started it.
    pub initiator: Initiator,
    /// Method used.
    pub token: String,
    /// Kind of method used.
    pub method_type: MethodType,
    /// CaaS's metadata as sent (strings).
    pub metadata: Map<String, Value>,
    /// Key it was made with.
    pub idempotency_key: String,
    /// Amount taken.
    pub captured_amount: Option<Amount>,
    /// Sum of refunds.
    pub refunded_amount: Option<Amount>,
    /// When the hold lapses or lapsed.
    pub capture_before: Option<DateTime<Utc>>,
    /// Whether the money arrived.
    pub settlement: SettlementState,
    /// Charged back after it had arrived.
    pub charged_back: bool,
    /// Why it was declined.
    pub decline_reason: Option<DeclineReason>,
    /// Refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Last change.
    pub timestamp: DateTime<Utc>,
    /// What will become of the money once captured.
    pub(crate) fate: SettlementFate,
    /// How the settlement is told.
    pub(crate) manner: CallbackManner,
}

impl Payment {
    /// Contract form.
    #[must_use]
    pub fn to_wire(&self) -> Value {
        let mut wire = json!({
            "paymentId": self.payment_id,
            "status": self.status,
            "amount": self.amount,
            "settlement": self.settlement,
            "timestamp": self.timestamp,
        });
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                wire[name] = value;
            }
        };
        put("capturedAmount", self.captured_amount.map(|a| json!(a)));
        put("refundedAmount", self.refunded_amount.map(|a| json!(a)));
        put("captureBefore", self.capture_before.map(|t| json!(t)));
        put("declineReason", self.decline_reason.map(|r| json!(r)));
        wire
    }

    /// Whether a message tells what becomes of its money; else only the settlement report does.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !self.manner.never
    }

    /// Cents captured and not given back: what the customer really paid.
    #[must_use]
    pub fn net_cents(&self) -> u64 {
        let captured = self.captured_amount.map_or(0, |amount| amount.cents);
        captured.saturating_sub(self.refunded_amount.map_or(0, |amount| amount.cents))
    }
}

/// What a line of the settlement report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EntryKind {
    /// Captured money.
    Capture,
    /// Money given back.
    Refund,
    /// Money taken back by the customer's bank.
    Chargeback,
}

/// A line of the settlement report; amounts are gross.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettlementEntry {
    /// The payment.
    pub payment_id: String,
    /// What moved.
    pub kind: EntryKind,
    /// `SETTLED` or `FAILED`.
    pub status: SettlementState,
    /// Gross amount.
    pub amount: Amount,
    /// Fees kept by the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees: Option<Amount>,
    /// The bank's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_transaction_id: Option<String>,
    /// Why it failed or was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When; the report's day is its UTC date. Not part of the contract's line.
    pub at: DateTime<Utc>,
}
