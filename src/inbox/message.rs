//! The messages, read strictly: what the contract (`caas-webhooks`) requires must be there and fit its format, what it
//! does not name is ignored. The HTTP side asks before it stores a message, the job asks again to use it.

use super::model::Sender;
use crate::kernel::Timestamp;
use crate::kernel::clock::cut;
use crate::kernel::money::{Currency, Money};
use chrono::DateTime;
use serde_json::{Map, Value};

/// A message, of whichever sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// How a command to a vehicle ended.
    OtaStatus(OtaStatus),
    /// What became of captured money.
    Settlement(SettlementNotice),
}

codes! {
    /// How a command to a vehicle ended.
    pub enum OtaVerdict {
        /// The service is on.
        Activated = "ACTIVATED",
        /// The service is off.
        Deactivated = "DEACTIVATED",
        /// The command failed.
        Failed = "FAILED",
    }
}

/// API IoT's callback. It names the vehicle and the command, not the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtaStatus {
    /// The command. Unknown to us when its answer was lost.
    pub request_id: String,
    /// The vehicle.
    pub vin: String,
    /// How it ended.
    pub status: OtaVerdict,
    /// Why it failed. Any text: read it as `activation::model::ErrorCode` where that fits.
    pub error_code: Option<String>,
    /// When, by API IoT's clock.
    pub at: Timestamp,
}

codes! {
    /// What became of captured money.
    pub enum SettlementVerdict {
        /// The bank moved it.
        Settled = "SETTLED",
        /// The bank did not move it.
        Failed = "FAILED",
        /// The customer's bank took it back.
        Chargeback = "CHARGEBACK",
    }
}

/// The gateway's notice about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementNotice {
    /// The gateway's id of the payment.
    pub gateway_payment_id: String,
    /// What became of it.
    pub status: SettlementVerdict,
    /// How much, before fees.
    pub amount: Money,
    /// When, by the gateway's clock.
    pub at: Timestamp,
    /// Why it failed or was taken back.
    pub failure_reason: Option<String>,
    /// The bank's reference.
    pub bank_transaction_id: Option<String>,
    /// What the gateway keeps, when it is told as an amount.
    pub fees: Option<Money>,
}

/// A message that does not fit its contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct DoesNotFit {
    /// The member, with points between levels; `body` for the whole.
    pub field: String,
    /// What is wrong with it, without quoting it.
    pub problem: &'static str,
}

impl Message {
    /// Reads a message of this sender.
    pub fn read(sender: Sender, body: &Value) -> Result<Message, DoesNotFit> {
        let fields = Fields::of(body)?;
        match sender {
            Sender::Iot => OtaStatus::read(&fields).map(Message::OtaStatus),
            Sender::Payments => SettlementNotice::read(&fields).map(Message::Settlement),
        }
    }
}

impl OtaStatus {
    fn read(fields: &Fields<'_>) -> Result<OtaStatus, DoesNotFit> {
        Ok(OtaStatus {
            request_id: fields.text("requestId")?.to_owned(),
            vin: fields.vin("vin")?.to_owned(),
            status: fields.code("status")?,
            error_code: fields.optional_text("errorCode")?.map(str::to_owned),
            at: fields.date_time("timestamp")?,
        })
    }
}

impl SettlementNotice {
    fn read(fields: &Fields<'_>) -> Result<SettlementNotice, DoesNotFit> {
        let metadata = fields.optional_object("metadata")?;
        let mut bank_transaction_id = None;
        let mut fees = None;
        if let Some(metadata) = &metadata {
            bank_transaction_id = metadata.optional_text("bankTransactionId")?.map(str::to_owned);
            // The contract says no more of fees than that they are an object: an amount is taken, anything else left.
            fees = metadata.optional_object("fees")?.and_then(|fees| fees.money().ok());
        }
        Ok(SettlementNotice {
            gateway_payment_id: fields.text("paymentId")?.to_owned(),
            status: fields.code("status")?,
            amount: fields.object("settlementAmount")?.money()?,
            at: fields.date_time("settlementDate")?,
            failure_reason: fields.optional_text("failureReason")?.map(str::to_owned),
            bank_transaction_id,
            fees,
        })
    }
}

/// A date-time of RFC 3339, with the `T` that the format of JSON Schema wants, in UTC and cut to microseconds.
pub fn parse_date_time(text: &str) -> Option<Timestamp> {
    if !matches!(text.as_bytes().get(10)?, b'T' | b't') {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| cut(at.to_utc()))
}

/// Whether a text is a vehicle identification number: 17 capitals and digits without I, O and Q.
pub fn is_vin(text: &str) -> bool {
    let fits = |b| matches!(b, b'A'..=b'H' | b'J'..=b'N' | b'P' | b'R'..=b'Z' | b'0'..=b'9');
    text.len() == 17 && text.bytes().all(fits)
}

/// One JSON object, and where it stands.
struct Fields<'a> {
    path: String,
    members: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(body: &'a Value) -> Result<Fields<'a>, DoesNotFit> {
        let members =
            body.as_object().ok_or(DoesNotFit { field: "body".to_owned(), problem: "must be a JSON object" })?;
        Ok(Fields { path: String::new(), members })
    }

    fn wrong(&self, member: &str, problem: &'static str) -> DoesNotFit {
        DoesNotFit { field: format!("{}{member}", self.path), problem }
    }

    fn required(&self, member: &str) -> Result<&'a Value, DoesNotFit> {
        self.members.get(member).ok_or_else(|| self.wrong(member, "is required"))
    }

    fn text(&self, member: &str) -> Result<&'a str, DoesNotFit> {
        let text = self.required(member)?.as_str().ok_or_else(|| self.wrong(member, "must be a string"))?;
        // PostgreSQL keeps no such text: the message could be stored, but never be found again by it.
        if text.contains('\0') { Err(self.wrong(member, "must not contain U+0000")) } else { Ok(text) }
    }

    fn optional_text(&self, member: &str) -> Result<Option<&'a str>, DoesNotFit> {
        self.members.contains_key(member).then(|| self.text(member)).transpose()
    }

    fn object(&self, member: &str) -> Result<Fields<'a>, DoesNotFit> {
        let members = self.required(member)?.as_object().ok_or_else(|| self.wrong(member, "must be an object"))?;
        Ok(Fields { path: format!("{}{member}.", self.path), members })
    }

    fn optional_object(&self, member: &str) -> Result<Option<Fields<'a>>, DoesNotFit> {
        self.members.contains_key(member).then(|| self.object(member)).transpose()
    }

    fn code<T: std::str::FromStr>(&self, member: &str) -> Result<T, DoesNotFit> {
        self.text(member)?.parse().map_err(|_| self.wrong(member, "must be one of the contract's values"))
    }

    fn vin(&self, member: &str) -> Result<&'a str, DoesNotFit> {
        Some(self.text(member)?)
            .filter(|vin| is_vin(vin))
            .ok_or_else(|| self.wrong(member, "must be 17 capitals and digits without I, O and Q"))
    }

    fn date_time(&self, member: &str) -> Result<Timestamp, DoesNotFit> {
        parse_date_time(self.text(member)?).ok_or_else(|| self.wrong(member, "must be a date-time of RFC 3339"))
    }

    /// This object as an amount.
    fn money(&self) -> Result<Money, DoesNotFit> {
        let value = self.text("value")?;
        let currency: Currency = self.code("currency")?;
        Money::parse_decimal(value, currency)
            .ok_or_else(|| self.wrong("value", "must be a decimal string with two places"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Cents;
    use serde_json::json;

    fn ota() -> Value {
        json!({"requestId": "req_1", "vin": "VSSZZZ5FZHR000001", "status": "FAILED", "errorCode": "MODULE_FAULT",
               "timestamp": "2026-11-21T09:30:00.1234567+01:00", "more": [null]})
    }

    fn settlement() -> Value {
        json!({"paymentId": "pay_1", "status": "SETTLED", "settlementAmount": {"value": "29.90", "currency": "EUR"},
               "settlementDate": "2026-11-21T09:30:00Z",
               "metadata": {"bankTransactionId": "btx_1", "fees": {"value": "0.67", "currency": "EUR"}}})
    }

    /// The field that is named when `pointer` holds `value` (or is missing).
    fn named(sender: Sender, mut body: Value, pointer: &str, value: Option<Value>) -> String {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => parent.insert(member.to_owned(), value),
            None => parent.remove(member),
        };
        Message::read(sender, &body).unwrap_err().field
    }

    #[test]
    fn a_message_that_fits_is_read() {
        let Ok(Message::OtaStatus(status)) = Message::read(Sender::Iot, &ota()) else { panic!("does not fit") };
        assert_eq!(status.status, OtaVerdict::Failed);
        assert_eq!(status.error_code.as_deref(), Some("MODULE_FAULT"));
        assert_eq!(status.at.to_rfc3339(), "2026-11-21T08:30:00.123456+00:00");

        let Ok(Message::Settlement(notice)) = Message::read(Sender::Payments, &settlement()) else {
            panic!("does not fit")
        };
        assert_eq!(notice.amount, Money::new(Cents(2990), Currency::Eur));
        assert_eq!(notice.fees, Some(Money::new(Cents(67), Currency::Eur)));
        assert_eq!(notice.bank_transaction_id.as_deref(), Some("btx_1"));
    }

    #[test]
    fn fees_may_be_any_object() {
        let mut body = settlement();
        body["metadata"]["fees"] = json!({"interchange": 12});
        let Ok(Message::Settlement(notice)) = Message::read(Sender::Payments, &body) else { panic!("does not fit") };
        assert_eq!(notice.fees, None);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for required in ["requestId", "vin", "status", "timestamp"] {
            assert_eq!(named(Sender::Iot, ota(), &format!("/{required}"), None), required);
        }
        for (member, bad) in [
            ("requestId", json!(7)),
            ("requestId", json!("a\0b")),
            ("vin", json!("VSSZZZ5FZHR00000I")),
            ("vin", json!("vsszzz5fzhr000001")),
            ("vin", json!("VSSZZZ5FZHR0000011")),
            ("status", json!("DONE")),
            ("errorCode", json!(null)),
            ("timestamp", json!("2026-11-21")),
            ("timestamp", json!("2026-11-21 09:30:00Z")),
            ("timestamp", json!("2026-11-21T09:30:00")),
            ("timestamp", json!("2026-02-30T09:30:00Z")),
            ("timestamp", json!(1_700_000_000)),
        ] {
            assert_eq!(named(Sender::Iot, ota(), &format!("/{member}"), Some(bad.clone())), member, "{bad}");
        }
        for (pointer, bad) in [
            ("/paymentId", json!(null)),
            ("/status", json!("PENDING")),
            ("/settlementAmount", json!("29.90")),
            ("/settlementAmount/value", json!(29.9)),
            ("/settlementAmount/value", json!("29.9")),
            ("/settlementAmount/value", json!("-29.90")),
            ("/settlementAmount/currency", json!("eur")),
            ("/settlementDate", json!("21/11/2026")),
            ("/failureReason", json!({})),
            ("/metadata", json!([])),
            ("/metadata/bankTransactionId", json!(1)),
            ("/metadata/fees", json!("0.67")),
        ] {
            let field = pointer[1..].replace('/', ".");
            assert_eq!(named(Sender::Payments, settlement(), pointer, Some(bad.clone())), field, "{bad}");
        }
        assert_eq!(Message::read(Sender::Iot, &json!([])).unwrap_err().field, "body");
    }
}
