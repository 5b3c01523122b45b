//! Payments: asked for, held, captured, cancelled, given back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::model::{
    CaptureMode, DeclineReason, EntryKind, Initiator, MethodType, Payment, PaymentStatus, Refund, SettlementEntry,
    SettlementState,
};
use super::requests::{self, Initiate};
use super::{GatewayEvent, GatewayWorld, TestCard};
use crate::faults::{CallbackManner, Effects, SettlementFate};
use crate::world::Surroundings;
use crate::world::call::{Answer, Problem};
use crate::world::values::Amount;

impl Initiator {
    /// How long a hold lasts (contract, `info.description`).
    pub(super) fn hold(self) -> TimeDelta {
        match self {
            Self::Customer => TimeDelta::days(7),
            Self::Merchant => TimeDelta::days(4) + TimeDelta::hours(18),
        }
    }
}

impl GatewayWorld {
    pub(super) fn initiate(
        &mut self,
        around: &mut Surroundings<'_>,
        body: Option<&Value>,
        key: &str,
        effects: &Effects,
    ) -> Result<Answer, Problem> {
        let request = Initiate::read(body)?;
        let decline = effects.decline.or_else(|| self.bank_says(&request));
        let mut payment = Payment {
            payment_id: around.ids.mint("pay"),
            status: PaymentStatus::Initiated,
            amount: request.amount,
            payment_type: request.payment_type,
            capture_mode: request.capture_mode,
            initiator: request.initiator,
            method_type: request.method_type,
            metadata: request.metadata,
            idempotency_key: key.to_owned(),
            captured_amount: None,
            refunded_amount: None,
            capture_before: None,
            settlement: SettlementState::None,
            charged_back: false,
            decline_reason: None,
            refunds: Vec::new(),
            created: around.now,
            timestamp: around.now,
            fate: self.fate_of(&request.token, effects),
            manner: effects.callback,
            token: request.token,
        };
        let id = payment.payment_id.clone();
        if let Some(reason) = decline {
            payment.status = PaymentStatus::Declined;
            payment.decline_reason = Some(reason);
            self.payments.push(payment);
            return Err(declined(&id, reason));
        }
        self.use_up_authentication(&payment.token);
        let later = match (effects.slow_authorisation_seconds, payment.method_type) {
            (Some(seconds), _) => Some((PaymentStatus::Initiated, seconds)),
            (None, MethodType::BankTransfer) => Some((PaymentStatus::Processing, self.settings.processing_seconds)),
            (None, MethodType::Card) => None,
        };
        if let Some((status, seconds)) = later {
            payment.status = status;
            let due = around.now + TimeDelta::seconds(i64::from(seconds));
            self.agenda.add(due, GatewayEvent::BankDecides(id.clone()));
        }
        self.payments.push(payment);
        if later.is_none() {
            self.authorise(around, &id);
        }
        self.wire_answer(201, &id)
    }

    /// What the customer's bank says by itself; `None` is yes.
    fn bank_says(&self, request: &Initiate) -> Option<DeclineReason> {
        match self.methods.get(&request.token) {
            Some(method) if method.kind == request.method_type => {
                method.card.decline(request.initiator, method.authenticated)
            }
            _ => Some(DeclineReason::InvalidMethod),
        }
    }

    fn fate_of(&self, token: &str, effects: &Effects) -> SettlementFate {
        let card = self.methods.get(token).map(|method| method.card);
        match (&effects.settlement, card) {
            (Some(fate), _) => fate.clone(),
            (None, Some(TestCard::SettlementFails)) => SettlementFate::Fails("account_closed".to_owned()),
            (None, Some(TestCard::ChargedBack)) => SettlementFate::ChargedBack("fraudulent".to_owned()),
            _ => SettlementFate::Settles,
        }
    }

    fn use_up_authentication(&mut self, token: &str) {
        if let Some(method) = self.methods.get_mut(token) {
            method.authenticated = false;
        }
    }

    /// The bank said yes: hold the money, or take it at once.
    pub(super) fn authorise(&mut self, around: &mut Surroundings<'_>, id: &str) {
        let Some(payment) = self.payment_mut(id) else {
            return;
        };
        payment.timestamp = around.now;
        payment.status = PaymentStatus::Authorized;
        match payment.capture_mode {
            CaptureMode::Manual => {
                let lapse = around.now + payment.initiator.hold();
                payment.capture_before = Some(lapse);
                self.agenda.add(lapse, GatewayEvent::HoldLapses(id.to_owned()));
            }
            CaptureMode::Automatic => {
                let amount = payment.amount;
                self.take(around, id, amount);
            }
        }
    }

    pub(super) fn capture(
        &mut self,
        around: &mut Surroundings<'_>,
        id: &str,
        body: Option<&Value>,
        effects: &Effects,
    ) -> Result<Answer, Problem> {
        let payment = self.payment_mut(id).ok_or_else(|| Problem::unknown("payment"))?;
        let amount = requests::capture_amount(body)?;
        same_currency(amount, payment.amount)?;
        may_resolve_hold(payment.status)?;
        if amount.cents > payment.amount.cents {
            return Err(Problem::conflict("amount_exceeds_hold"));
        }
        if let Some(fate) = &effects.settlement {
            payment.fate = fate.clone();
        }
        if effects.callback != CallbackManner::default() {
            payment.manner = effects.callback;
        }
        self.take(around, id, amount);
        self.wire_answer(200, id)
    }

    /// Takes held money and puts its settlement on the agenda.
    fn take(&mut self, around: &mut Surroundings<'_>, id: &str, amount: Amount) {
        let delay = self.settings.settlement_delay_seconds;
        let Some(payment) = self.payment_mut(id) else {
            return;
        };
        payment.status = PaymentStatus::Captured;
        payment.captured_amount = Some(amount);
        payment.timestamp = around.now;
        let early = payment.manner.early;
        if amount.cents == 0 {
            return;
        }
        payment.settlement = SettlementState::Pending;
        if early {
            // Told before the answer of this very call, so it has to happen within it.
            self.settle(around, id);
        } else {
            let due = around.now + TimeDelta::seconds(i64::from(delay));
            self.agenda.add(due, GatewayEvent::Settles(id.to_owned()));
        }
    }

    pub(super) fn cancel(&mut self, around: &mut Surroundings<'_>, id: &str) -> Result<Answer, Problem> {
        let payment = self.payment_mut(id).ok_or_else(|| Problem::unknown("payment"))?;
        may_resolve_hold(payment.status)?;
        payment.status = PaymentStatus::Cancelled;
        payment.timestamp = around.now;
        self.wire_answer(200, id)
    }

    pub(super) fn refund(
        &mut self,
        around: &mut Surroundings<'_>,
        id: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Problem> {
        let payment = self.payment_mut(id).ok_or_else(|| Problem::unknown("payment"))?;
        let (amount, reason) = requests::refund_amount_and_reason(body)?;
        same_currency(amount, payment.amount)?;
        let captured = payment.captured_amount.ok_or_else(|| Problem::conflict("not_captured"))?;
        if amount.cents > payment.net_cents() {
            return Err(Problem::conflict("amount_exceeds_captured"));
        }
        let back = payment.refunded_amount.map_or(0, |sum| sum.cents) + amount.cents;
        payment.refunded_amount = Some(amount.with_cents(back));
        payment.status = match back {
            0 => PaymentStatus::Captured,
            sum if sum == captured.cents => PaymentStatus::Refunded,
            _ => PaymentStatus::PartiallyRefunded,
        };
        payment.timestamp = around.now;
        let refund_id = around.ids.mint("ref");
        payment.refunds.push(Refund { refund_id: refund_id.clone(), amount, reason, at: around.now });
        // A transfer back takes the bank some days; the books count it at once.
        let status = match payment.method_type {
            MethodType::Card => "REFUNDED",
            MethodType::BankTransfer => "PENDING",
        };
        self.entries.push(SettlementEntry {
            payment_id: id.to_owned(),
            kind: EntryKind::Refund,
            status: SettlementState::Settled,
            amount,
            fees: None,
            bank_transaction_id: Some(around.ids.mint("btx")),
            failure_reason: None,
            at: around.now,
        });
        Ok(Answer::ok(json!({"refundId": refund_id, "paymentId": id, "status": status, "amount": amount})))
    }

    fn wire_answer(&self, status: u16, id: &str) -> Result<Answer, Problem> {
        self.payment(id)
            .map(|payment| Answer::new(status, payment.to_wire()))
            .ok_or_else(|| Problem::unknown("payment"))
    }
}

/// A hold ends once: only an authorised one can be captured or cancelled.
fn may_resolve_hold(status: PaymentStatus) -> Result<(), Problem> {
    let code = match status {
        PaymentStatus::Authorized => return Ok(()),
        PaymentStatus::Captured | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => "already_captured",
        PaymentStatus::Cancelled => "already_cancelled",
        PaymentStatus::Expired => "hold_expired",
        PaymentStatus::Processing => "payment_processing",
        PaymentStatus::Initiated | PaymentStatus::Declined => "not_authorised",
    };
    Err(Problem::conflict(code))
}

fn same_currency(amount: Amount, of_payment: Amount) -> Result<(), Problem> {
    if amount.currency == of_payment.currency {
        Ok(())
    } else {
        Err(Problem::does_not_fit("amount.currency", "must be the currency of the payment"))
    }
}

fn declined(payment_id: &str, reason: DeclineReason) -> Problem {
    let problem = Problem::new(402, "declined", "the payment was declined")
        .with("paymentId", json!(payment_id))
        .with("declineReason", json!(reason));
    if reason == DeclineReason::AuthenticationRequired {
        let page = format!("/hosted/authenticate/{payment_id}");
        problem.with("authenticationUrl", json!(page))
    } else {
        problem
    }
}
