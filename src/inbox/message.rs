//! The messages, read strictly: what the contract (`caas-webhooks`) requires must be there and fit its format, what it
//! does not name is ignored. The HTTP side asks before it stores a message, the job asks again to use it.

use super::model::Sender;
use crate::kernel::Timestamp;
use crate::kernel::clock::cut;
use crate::kernel::money::{Currency, Money};
use crate::sales::delivery::port::TransportNotice;
use crate::sales::factory::port::{FactoryNotice, FactoryStatus, Shipment};
use crate::sales::registration::port::{BodyReason, RegistrationNotice};
use crate::vehicles::is_vin;
use chrono::DateTime;
use serde_json::{Map, Value};

/// A message, of whichever sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// How a command to a vehicle ended.
    OtaStatus(OtaStatus),
    /// What became of captured money.
    Settlement(SettlementNotice),
    /// How far the factory is with a car.
    Factory(FactoryNotice),
    /// What a registration body decided.
    Registration(RegistrationNotice),
    /// Where a car is on its way to the customer's door.
    Transport(TransportNotice),
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
            Sender::Factory => read_factory(&fields).map(Message::Factory),
            Sender::Registration => read_registration(&fields).map(Message::Registration),
            Sender::Transport => read_transport(&fields).map(Message::Transport),
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

fn read_factory(fields: &Fields<'_>) -> Result<FactoryNotice, DoesNotFit> {
    let status: FactoryStatus = fields.code("status")?;
    if status == FactoryStatus::OrderPlaced {
        // The answer to the order says so, a message never does.
        return Err(fields.wrong("status", "must be one of the contract's values"));
    }
    let shipment = match fields.optional_object("shipment")? {
        None => None,
        Some(shipment) => Some(Shipment {
            carrier: shipment.optional_text("carrier")?.map(str::to_owned),
            tracking_number: shipment.optional_text("trackingNumber")?.map(str::to_owned),
            expected_arrival: shipment.optional_date("expectedArrival")?.map(str::to_owned),
        }),
    };
    Ok(FactoryNotice {
        factory_order_id: fields.text("orderId")?.to_owned(),
        status,
        description: fields.optional_text("description")?.map(str::to_owned),
        at: fields.date_time("timestamp")?,
        vin: fields.optional_text("vin")?.map(str::to_owned),
        estimated_date: fields.optional_date("estimatedCompletionDate")?.map(str::to_owned),
        shipment,
    })
}

fn read_registration(fields: &Fields<'_>) -> Result<RegistrationNotice, DoesNotFit> {
    Ok(RegistrationNotice {
        registration_id: fields.text("registrationId")?.to_owned(),
        verdict: fields.code("status")?,
        plate: fields.optional_text("plateNumber")?.map(str::to_owned),
        registration_date: fields.optional_date("registrationDate")?.map(str::to_owned),
        reasons: fields.optional_objects("reasons")?.iter().map(read_reason).collect(),
        at: fields.date_time("timestamp")?,
    })
}

/// The contract says no more of a reason than that it is an object: what can be read of it is taken.
fn read_reason(fields: &Fields<'_>) -> BodyReason {
    let text = |member| fields.text(member).unwrap_or_default().to_owned();
    BodyReason { field: text("field"), code: text("code"), message: text("message") }
}

fn read_transport(fields: &Fields<'_>) -> Result<TransportNotice, DoesNotFit> {
    Ok(TransportNotice {
        delivery_id: fields.text("deliveryId")?.to_owned(),
        event: fields.code("event")?,
        note: fields.optional_text("note")?.map(str::to_owned),
        at: fields.date_time("timestamp")?,
    })
}

/// A date-time of RFC 3339, with the `T` that the format of JSON Schema wants, in UTC and cut to microseconds.
pub fn parse_date_time(text: &str) -> Option<Timestamp> {
    if !matches!(text.as_bytes().get(10)?, b'T' | b't') {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| cut(at.to_utc()))
}

/// Whether a text is a day of the calendar, written `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    // chrono alone would take signs and missing zeros.
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok_and(|day| day.to_string() == text)
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

    fn optional_date(&self, member: &str) -> Result<Option<&'a str>, DoesNotFit> {
        let Some(text) = self.optional_text(member)? else { return Ok(None) };
        if is_date(text) { Ok(Some(text)) } else { Err(self.wrong(member, "must be a day (YYYY-MM-DD)")) }
    }

    /// A list of objects; none when it is not there.
    fn optional_objects(&self, member: &str) -> Result<Vec<Fields<'a>>, DoesNotFit> {
        let Some(list) = self.members.get(member) else { return Ok(Vec::new()) };
        let list = list.as_array().ok_or_else(|| self.wrong(member, "must be an array"))?;
        let object = |(index, item): (usize, &'a Value)| {
            let name = format!("{member}.{index}");
            let members = item.as_object().ok_or_else(|| self.wrong(&name, "must be an object"))?;
            Ok(Fields { path: format!("{}{name}.", self.path), members })
        };
        list.iter().enumerate().map(object).collect()
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

    fn factory() -> Value {
        json!({"orderId": "fac_1", "status": "IN_TRANSIT", "description": "Loaded", "timestamp": "2026-11-21T09:30:00Z",
               "vin": "VSSZZZLN6TP000001", "estimatedCompletionDate": "2026-12-14",
               "shipment": {"carrier": "Ebro", "trackingNumber": "TE-1", "expectedArrival": "2026-12-14"}, "more": 1})
    }

    fn registration() -> Value {
        json!({"registrationId": "reg_1", "status": "ADDITIONAL_INFO_REQUIRED", "registrationDate": "2026-12-15",
               "reasons": [{"field": "owner.address", "code": "MISSING", "message": "No proof", "x": 1}, {}],
               "timestamp": "2026-11-21T09:30:00Z"})
    }

    fn transport() -> Value {
        json!({"deliveryId": "del_1", "event": "WAITING", "note": "rain", "timestamp": "2026-11-21T09:30:00Z"})
    }

    #[test]
    fn messages_of_a_sale_are_read() {
        let Ok(Message::Factory(notice)) = Message::read(Sender::Factory, &factory()) else { panic!("does not fit") };
        assert_eq!(notice.status, FactoryStatus::InTransit);
        assert_eq!(notice.estimated_date.as_deref(), Some("2026-12-14"));
        assert_eq!(notice.shipment.unwrap().tracking_number.as_deref(), Some("TE-1"));
        let Ok(Message::Registration(notice)) = Message::read(Sender::Registration, &registration()) else {
            panic!("does not fit")
        };
        assert_eq!(notice.reasons.len(), 2);
        assert_eq!(notice.reasons[0].field, "owner.address");
        let Ok(Message::Transport(notice)) = Message::read(Sender::Transport, &transport()) else {
            panic!("does not fit")
        };
        assert_eq!(notice.note.as_deref(), Some("rain"));
    }

    #[test]
    fn what_does_not_fit_in_a_message_of_a_sale_is_named() {
        for (sender, body, pointer, bad) in [
            (Sender::Factory, factory(), "/orderId", None),
            (Sender::Factory, factory(), "/status", Some(json!("ORDER_PLACED"))),
            (Sender::Factory, factory(), "/status", Some(json!("DONE"))),
            (Sender::Factory, factory(), "/vin", Some(json!(17))),
            (Sender::Factory, factory(), "/timestamp", Some(json!("yesterday"))),
            (Sender::Factory, factory(), "/estimatedCompletionDate", Some(json!("2026-2-1"))),
            (Sender::Factory, factory(), "/estimatedCompletionDate", Some(json!("2026-02-30"))),
            (Sender::Factory, factory(), "/shipment", Some(json!("lorry"))),
            (Sender::Factory, factory(), "/shipment/expectedArrival", Some(json!("soon"))),
            (Sender::Registration, registration(), "/registrationId", None),
            (Sender::Registration, registration(), "/status", Some(json!("PLATE_ASSIGNED"))),
            (Sender::Registration, registration(), "/plateNumber", Some(json!(null))),
            (Sender::Registration, registration(), "/registrationDate", Some(json!("15/12/2026"))),
            (Sender::Registration, registration(), "/reasons", Some(json!({}))),
            (Sender::Registration, registration(), "/timestamp", None),
            (Sender::Transport, transport(), "/deliveryId", Some(json!(1))),
            (Sender::Transport, transport(), "/event", Some(json!("LEFT_ON_THE_STREET"))),
            (Sender::Transport, transport(), "/note", Some(json!([]))),
            (Sender::Transport, transport(), "/timestamp", None),
        ] {
            assert_eq!(named(sender, body, pointer, bad.clone()), pointer[1..].replace('/', "."), "{bad:?}");
        }
        let mut body = registration();
        body["reasons"] = json!([{}, 7]);
        assert_eq!(Message::read(Sender::Registration, &body).unwrap_err().field, "reasons.1");
    }
}
