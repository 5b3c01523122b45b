//! What the bank does by itself: holds lapse, transfers arrive, captured money settles or does not.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::model::{EntryKind, PaymentStatus, SettlementEntry, SettlementState};
use super::{GatewayEvent, GatewayWorld};
use crate::faults::{CallbackManner, SettlementFate};
use crate::world::Surroundings;
use crate::world::call::System;
use crate::world::values::Amount;

impl GatewayWorld {
    /// Lets the earliest event due at `around.now` happen.
    pub(crate) fn happen(&mut self, around: &mut Surroundings<'_>) {
        let Some((_, event)) = self.agenda.pop_due(around.now) else {
            return;
        };
        match event {
            GatewayEvent::HoldLapses(id) => {
                if let Some(payment) = self.payment_mut(&id)
                    && payment.status == PaymentStatus::Authorized
                {
                    payment.status = PaymentStatus::Expired;
                    payment.timestamp = around.now;
                }
            }
            GatewayEvent::BankDecides(id) => self.authorise(around, &id),
            GatewayEvent::Settles(id) => {
                self.settle(around, &id);
            }
            GatewayEvent::IsChargedBack(id) => {
                let reason = match self.payment(&id).map(|payment| &payment.fate) {
                    Some(SettlementFate::ChargedBack(reason)) => reason.clone(),
                    _ => "fraudulent".to_owned(),
                };
                self.charge_back(around, &id, &reason);
            }
        }
    }

    /// The bank lets a hold go before its time; `false` when none is there.
    pub fn lapse_hold(&mut self, id: &str, now: DateTime<Utc>) -> bool {
        match self.payment_mut(id) {
            Some(payment) if payment.status == PaymentStatus::Authorized => {
                payment.status = PaymentStatus::Expired;
                payment.timestamp = now;
                true
            }
            _ => false,
        }
    }

    /// Ends a pending settlement as the payment's fate has it; `false` when none is pending.
    pub(crate) fn settle(&mut self, around: &mut Surroundings<'_>, id: &str) -> bool {
        let delay = self.settings.chargeback_delay_seconds;
        match self.payment(id).map(|payment| payment.fate.clone()) {
            Some(SettlementFate::Fails(reason)) => self.fail_settlement(around, id, &reason),
            Some(SettlementFate::ChargedBack(_)) => {
                let settled = self.money_arrives(around, id);
                if settled {
                    let due = around.now + TimeDelta::seconds(i64::from(delay));
                    self.agenda.add(due, GatewayEvent::IsChargedBack(id.to_owned()));
                }
                settled
            }
            Some(SettlementFate::Settles) => self.money_arrives(around, id),
            None => false,
        }
    }

    fn money_arrives(&mut self, around: &mut Surroundings<'_>, id: &str) -> bool {
        let Some(amount) = self.end_pending(id, SettlementState::Settled) else {
            return false;
        };
        let fees = Some(self.fees(amount));
        self.book(around, id, EntryKind::Capture, amount, fees, None);
        true
    }

    /// The pending settlement fails; `false` when none is pending.
    pub(crate) fn fail_settlement(&mut self, around: &mut Surroundings<'_>, id: &str, reason: &str) -> bool {
        let Some(amount) = self.end_pending(id, SettlementState::Failed) else {
            return false;
        };
        self.book(around, id, EntryKind::Capture, amount, None, Some(reason));
        true
    }

    /// The customer's bank takes the money back; `false` when it has not arrived or was taken back before.
    pub(crate) fn charge_back(&mut self, around: &mut Surroundings<'_>, id: &str, reason: &str) -> bool {
        let Some(payment) = self.payment_mut(id) else {
            return false;
        };
        let Some(amount) = payment.captured_amount else {
            return false;
        };
        if payment.settlement != SettlementState::Settled || payment.charged_back {
            return false;
        }
        payment.charged_back = true;
        self.book(around, id, EntryKind::Chargeback, amount, None, Some(reason));
        true
    }

    fn end_pending(&mut self, id: &str, end: SettlementState) -> Option<Amount> {
        let payment = self.payment_mut(id)?;
        if payment.settlement != SettlementState::Pending {
            return None;
        }
        payment.settlement = end;
        payment.captured_amount
    }

    /// A line in the report of the day and the webhook that tells it.
    fn book(
        &mut self,
        around: &mut Surroundings<'_>,
        id: &str,
        kind: EntryKind,
        amount: Amount,
        fees: Option<Amount>,
        failure_reason: Option<&str>,
    ) {
        let status = match (kind, failure_reason) {
            (EntryKind::Capture, Some(_)) => SettlementState::Failed,
            _ => SettlementState::Settled,
        };
        let told = match (kind, status) {
            (EntryKind::Chargeback, _) => "CHARGEBACK",
            (_, SettlementState::Failed) => "FAILED",
            _ => "SETTLED",
        };
        let reference = (status == SettlementState::Settled).then(|| around.ids.mint("btx"));
        let mut body = json!({
            "paymentId": id,
            "status": told,
            "settlementAmount": amount,
            "settlementDate": around.now,
        });
        if let Some(reason) = failure_reason {
            body["failureReason"] = json!(reason);
        }
        if let Some(reference) = &reference {
            body["metadata"] = json!({"bankTransactionId": reference});
        }
        if let Some(fees) = fees {
            body["metadata"]["fees"] = json!(fees);
        }
        let manner = self.payment(id).map_or_else(CallbackManner::default, |payment| payment.manner);
        around.outbox.tell(around.ids, System::Gateway, &body, around.now, manner);
        self.entries.push(SettlementEntry {
            payment_id: id.to_owned(),
            kind,
            status,
            amount,
            fees,
            bank_transaction_id: reference,
            failure_reason: failure_reason.map(str::to_owned),
            at: around.now,
        });
    }

    /// A share and a fixed part, rounded half up, never more than the amount.
    fn fees(&self, amount: Amount) -> Amount {
        let share = (u128::from(amount.cents) * u128::from(self.settings.fee_basis_points) + 5_000) / 10_000;
        let fees = share + u128::from(self.settings.fee_fixed_cents);
        let capped = fees.min(u128::from(amount.cents));
        amount.with_cents(u64::try_from(capped).unwrap_or(amount.cents))
    }
}
