//! The payment gateway, by its contract but without HTTP.

use super::{Heard, Outside, Seen, unreadable};
use async_trait::async_trait;
use caas::kernel::money::{Cents, Money};
use caas::payments::model::{DeclineReason, MethodKind};
use caas::payments::port::{
    GatewayError, GatewayPayment, GatewayRefund, GatewayStatus, PaymentGateway, PaymentRequest, PaymentType,
    ReportLine, SetupOutcome, SetupRequest, SetupSession,
};
use caas_sandbox::world::gateway::model::{Payment, SettlementState};
use caas_sandbox::{Answer, Call, Operation};
use chrono::NaiveDate;
use serde_json::{Value, json};

#[async_trait]
impl PaymentGateway for Outside {
    async fn create_setup_session(&self, _request: &SetupRequest, _key: &str) -> Result<SetupSession, GatewayError> {
        Err(GatewayError::Unavailable("nobody enters cards here: customers have them from the start".to_owned()))
    }

    async fn setup_session(&self, _session_id: &str) -> Result<SetupOutcome, GatewayError> {
        Ok(SetupOutcome::Abandoned)
    }

    async fn initiate(&self, request: &PaymentRequest, key: &str) -> Result<GatewayPayment, GatewayError> {
        let body = json!({
            "paymentType": match request.payment_type {
                PaymentType::Reservation => "RESERVATION",
                PaymentType::Final => "FINAL",
                PaymentType::Service => "SERVICE",
                PaymentType::Subscription => "SUBSCRIPTION",
            },
            "amount": amount(request.amount),
            "captureMode": if request.manual_capture { "MANUAL" } else { "AUTOMATIC" },
            "initiator": if request.customer_initiated { "CUSTOMER" } else { "MERCHANT" },
            "paymentMethod": {
                "type": match request.method_kind {
                    MethodKind::Card => "CARD",
                    MethodKind::BankTransfer => "BANK_TRANSFER",
                },
                "token": request.method_token,
            },
            "metadata": {
                "customerId": request.customer.to_string(),
                "orderId": request.order_id,
                "description": request.description,
                "vin": request.vin.as_deref().unwrap_or_default(),
                "serviceId": request.service_code.as_deref().unwrap_or_default(),
            },
        });
        payment(&self.ask(Call::new(Operation::InitiatePayment, "").key(key).body(body)).await?)
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<GatewayPayment>, GatewayError> {
        match self.ask(Call::new(Operation::FindPayment, key)).await {
            Ok(body) => payment(&body).map(Some),
            Err(GatewayError::Refused { code }) if code == "not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn payment(&self, gateway_payment_id: &str) -> Result<GatewayPayment, GatewayError> {
        payment(&self.ask(Call::new(Operation::GetPayment, gateway_payment_id)).await?)
    }

    async fn capture(
        &self,
        gateway_payment_id: &str,
        how_much: Money,
        key: &str,
    ) -> Result<GatewayPayment, GatewayError> {
        let body = json!({ "amount": amount(how_much) });
        payment(&self.ask(Call::new(Operation::CapturePayment, gateway_payment_id).key(key).body(body)).await?)
    }

    async fn cancel(&self, gateway_payment_id: &str, key: &str) -> Result<GatewayPayment, GatewayError> {
        payment(&self.ask(Call::new(Operation::CancelPayment, gateway_payment_id).key(key)).await?)
    }

    async fn refund(
        &self,
        gateway_payment_id: &str,
        how_much: Money,
        reason: &str,
        key: &str,
    ) -> Result<GatewayRefund, GatewayError> {
        let body = json!({ "amount": amount(how_much), "reason": reason });
        let told = self.ask(Call::new(Operation::RefundPayment, gateway_payment_id).key(key).body(body)).await?;
        Ok(GatewayRefund { refund_id: text(&told, "refundId")?.to_owned(), done: told["status"] == "REFUNDED" })
    }

    async fn settlement_report(&self, day: NaiveDate) -> Result<Vec<ReportLine>, GatewayError> {
        let body = self.ask(Call::new(Operation::GetSettlements, day.to_string())).await?;
        let entries = body["entries"].as_array().ok_or_else(|| GatewayError::NoAnswer(unreadable("entries")))?;
        let lost = self.seen().lost_lines(day);
        let arrived = entries.iter().zip(lost).filter(|(_, lost)| !lost);
        arrived.map(|(line, _)| report_line(line)).collect()
    }
}

impl Outside {
    /// The body of a success; everything else is an error.
    async fn ask(&self, call: Call) -> Result<Value, GatewayError> {
        match self.call(call).await {
            Heard::Nothing => Err(GatewayError::NoAnswer("time-out".to_owned())),
            Heard::Answer(answer) if answer.status < 300 => Ok(answer.body),
            Heard::Answer(answer) => Err(refusal(&answer)),
        }
    }
}

impl Seen {
    /// Which lines of a day's report get lost: always the same, however often it is asked for. Never one of which no message
    /// tells either, nobody could ever know of that, nor of money that did not come, which is missed by nobody.
    fn lost_lines(&mut self, day: NaiveDate) -> Vec<bool> {
        let Seen { world, mishaps, lost_lines, .. } = self;
        let gateway = world.gateway();
        let of_day = gateway.entries().iter().enumerate().filter(|(_, entry)| entry.at.date_naive() == day);
        of_day
            .map(|(number, entry)| {
                *lost_lines.entry(number).or_insert_with(|| {
                    let can_be = entry.status == SettlementState::Settled
                        && gateway.payment(&entry.payment_id).is_some_and(Payment::is_told);
                    can_be && mishaps.line_is_lost()
                })
            })
            .collect()
    }
}

fn refusal(answer: &Answer) -> GatewayError {
    let code = answer.code().unwrap_or_default().to_owned();
    let member = |name: &str| answer.body[name].as_str().map(str::to_owned);
    match answer.status {
        402 => GatewayError::Declined {
            payment_id: member("paymentId"),
            reason: member("declineReason").and_then(|reason| reason.parse().ok()).unwrap_or(DeclineReason::DoNotHonor),
            authentication_url: member("authenticationUrl"),
        },
        503 => GatewayError::Unavailable(code),
        400..500 => GatewayError::Refused { code },
        _ => GatewayError::NoAnswer(code),
    }
}

fn amount(money: Money) -> Value {
    json!({ "value": money.decimal(), "currency": money.currency.as_str() })
}

fn text<'a>(body: &'a Value, member: &str) -> Result<&'a str, GatewayError> {
    body[member].as_str().ok_or_else(|| GatewayError::NoAnswer(unreadable(member)))
}

fn money(body: &Value, member: &str) -> Result<Money, GatewayError> {
    let amount = &body[member];
    let read = || Money::parse_decimal(amount["value"].as_str()?, amount["currency"].as_str()?.parse().ok()?);
    read().ok_or_else(|| GatewayError::NoAnswer(unreadable(member)))
}

fn part(body: &Value, member: &str) -> Result<Cents, GatewayError> {
    if body.get(member).is_some() { money(body, member).map(|money| money.cents) } else { Ok(Cents::ZERO) }
}

fn report_line(body: &Value) -> Result<ReportLine, GatewayError> {
    let code = |member: &str| GatewayError::NoAnswer(unreadable(member));
    let optional = |member: &str| body[member].as_str().map(str::to_owned);
    Ok(ReportLine {
        gateway_payment_id: text(body, "paymentId")?.to_owned(),
        kind: text(body, "kind")?.parse().map_err(|_| code("kind"))?,
        status: text(body, "status")?.parse().map_err(|_| code("status"))?,
        amount: money(body, "amount")?,
        fees: body.get("fees").map(|_| money(body, "fees")).transpose()?.map(|fees| fees.cents),
        bank_reference: optional("bankTransactionId"),
        failure_reason: optional("failureReason"),
    })
}

fn payment(body: &Value) -> Result<GatewayPayment, GatewayError> {
    let status = match text(body, "status")? {
        "INITIATED" => GatewayStatus::Initiated,
        "PROCESSING" => GatewayStatus::Processing,
        "AUTHORIZED" => GatewayStatus::Authorized,
        "CAPTURED" => GatewayStatus::Captured,
        "CANCELLED" => GatewayStatus::Cancelled,
        "EXPIRED" => GatewayStatus::Expired,
        "DECLINED" => GatewayStatus::Declined,
        "PARTIALLY_REFUNDED" => GatewayStatus::PartiallyRefunded,
        "REFUNDED" => GatewayStatus::Refunded,
        _ => return Err(GatewayError::NoAnswer(unreadable("status"))),
    };
    Ok(GatewayPayment {
        payment_id: text(body, "paymentId")?.to_owned(),
        status,
        amount: money(body, "amount")?,
        captured: part(body, "capturedAmount")?,
        refunded: part(body, "refundedAmount")?,
        capture_before: body["captureBefore"].as_str().and_then(caas::inbox::message::parse_date_time),
        decline_reason: body["declineReason"].as_str().and_then(|reason| reason.parse().ok()),
    })
}
