//! It can't be done: the case ends once it is proven that nothing was charged.

use super::{activation_of, not_now};
use crate::Caas;
use crate::activation::manual::{self, ManualState};
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::repository::{self as activations, Cause, apply};
use crate::catalogue::repository as catalogue;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, PaymentId, TicketId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::model::{OperationKind, PaymentState};
use crate::payments::repository as payments;
use crate::payments::service::request_refund;
use crate::purchases::discounts;
use crate::support::conversation::{locale_of, notice_about, solve, system};
use crate::support::model::{Compensation, DISCOUNTS, LONGEST_TEXT, NotNow, Solution, written};
use crate::support::tickets::{self, Agent, Answer, lock};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long after the decision it is looked at for the first time whether the money has gone back, and the longest pause.
const LOOK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(60), TimeDelta::hours(1));

/// Declares that it can't be done. The case ends once it is proven that nothing was charged; then the customer is told,
/// with what is offered instead.
pub async fn permanent_failure(
    caas: &Caas,
    agent: &Agent,
    ticket: TicketId,
    reason_text: &str,
    compensation: Option<Compensation>,
) -> Answer<()> {
    let Some(text) = written(reason_text, LONGEST_TEXT) else { return not_now(NotNow::Invalid) };
    if compensation.is_some_and(|c| !DISCOUNTS.contains(&c.percent())) {
        return not_now(NotNow::Invalid);
    }
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !ticket.status.is_open() {
        return not_now(NotNow::Solved);
    }
    let activation = activation_of(&mut tx, &ticket).await?;
    let Some(mut activation) = activation.filter(|a| a.state == ActivationState::AwaitingSupportResolution) else {
        return not_now(NotNow::NotWaitingForSupport);
    };
    if let Some(mut open) = manual::open_of(&mut tx, activation.id).await? {
        if open.state != ManualState::Offered {
            return not_now(NotNow::HoldUnderWay);
        }
        manual::take_back(caas, &mut tx, &mut open).await?;
    }
    if let Some(Compensation::Alternative { service, .. }) = compensation
        && catalogue::service(&mut tx, service).await?.is_none_or(|found| found.id == activation.service_id)
    {
        return not_now(NotNow::Invalid);
    }
    let cause = Cause { actor: agent.actor(), data: serde_json::json!({ "code": activation.last_failure }) };
    apply(caas, &mut tx, &mut activation, ActivationEvent::DeclaredPermanent, cause).await?;
    let discount = match compensation {
        Some(compensation) => Some(discounts::give(caas, &mut tx, agent, &ticket, compensation).await?),
        None => None,
    };
    let data = serde_json::json!({ "text": text, "compensation": compensation });
    system(caas, &mut tx, ticket.id, Some(agent.id), "PERMANENT_FAILURE", data).await?;
    let closing = CloseWithoutCharge {
        activation: activation.id,
        ticket: ticket.id,
        agent: agent.id,
        text,
        discount: discount.map(|discount| discount.id),
        since: caas.now(),
    };
    if !closing.close_when_free(caas, &mut tx).await? {
        let when = Enqueue::at(closing.look_again(caas.now())).keyed(format!("close:{}", activation.id));
        jobs::enqueue(caas, &mut tx, &closing, when).await?;
        tickets::changed(&mut tx, &ticket);
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Ends what can't be done once it is proven to cost nothing: every hold has ended, everything captured is refunded.
#[derive(Serialize, Deserialize)]
pub struct CloseWithoutCharge {
    activation: ActivationId,
    ticket: TicketId,
    agent: UserId,
    text: String,
    discount: Option<Uuid>,
    /// When it was decided. Jobs written before this was kept look once an hour.
    #[serde(default)]
    since: Timestamp,
}

impl Job for CloseWithoutCharge {
    const KIND: &'static str = "support.close_without_charge";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        if self.close_when_free(caas, &mut tx).await? {
            return Ok(Outcome::DoneIn(tx));
        }
        Ok(Outcome::AgainIn(self.look_again(caas.now()), tx))
    }
}

impl CloseWithoutCharge {
    /// Waiting as long again as it has waited already: each pause is twice the one before.
    fn look_again(&self, now: Timestamp) -> Timestamp {
        now + (now - self.since).clamp(LOOK_AGAIN.0, LOOK_AGAIN.1)
    }

    /// Whether it is closed. If not, what is missing has been asked for.
    async fn close_when_free(&self, caas: &Caas, tx: &mut Tx) -> Result<bool> {
        let Ok(mut ticket) = lock(caas, tx, self.ticket, None).await? else {
            return Err(Failure::Stored("a case that is being closed".to_owned()));
        };
        let mut activation = activations::load(tx, self.activation).await?;
        if activation.state != ActivationState::PermanentFailure {
            return Ok(true);
        }
        let ids = sql!(
            tx,
            all(PaymentId, i64),
            "SELECT id, version FROM payments WHERE service_activation_id = $1 ORDER BY created_at, id",
            activation.id
        )?;
        let mut proof = Vec::new();
        let mut free = true;
        for (id, _) in ids {
            let payment = payments::load(tx, id).await?;
            let net = payment.captured_cents - payment.refunded_cents;
            if net.0 != 0
                && payment.state == PaymentState::Charged
                && payments::open_operation_of(tx, id, OperationKind::Refund).await?.is_none()
            {
                request_refund(caas, tx, &payment, "NOT_DELIVERED").await?;
                system(caas, tx, ticket.id, None, "REFUND_REQUESTED", serde_json::json!({})).await?;
            }
            free &= net.0 == 0 && payment.state.is_over();
            proof.push(serde_json::json!({ "payment": id, "state": payment.state, "net": net }));
        }
        if !free {
            return Ok(false);
        }
        let agent = Agent { id: self.agent };
        let cause = Cause { actor: agent.actor(), data: serde_json::json!({ "proof": proof }) };
        apply(caas, tx, &mut activation, ActivationEvent::ClosedWithoutCharge, cause).await?;
        if ticket.status.is_open() {
            // Open: it takes the step.
            let _ = solve(caas, tx, &mut ticket, &agent, Solution::PermanentFailure).await?;
        }
        tickets::changed(tx, &ticket);
        let locale = locale_of(tx, activation.customer_id).await?;
        let offer = match self.discount {
            Some(id) => discounts::in_words(tx, id, locale).await?,
            None => None,
        };
        let text = [Some(self.text.clone()), offer].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let about = notice_about(tx, &ticket, NoticeEvent::PermanentFailure, activation.id.to_string()).await?;
        let notice = Notice {
            reason: activation.last_failure.clone(),
            text: Some(text),
            activation: Some(activation.id),
            link: format!("/expediente/activaciones/{}", activation.id),
            ..about
        };
        notify(caas, tx, &notice).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_the_one_before_and_an_hour_at_most() {
        let since: Timestamp = "2026-11-23T09:00:00Z".parse().expect("a moment");
        let closing = CloseWithoutCharge {
            activation: ActivationId(Uuid::nil()),
            ticket: TicketId(Uuid::nil()),
            agent: UserId(Uuid::nil()),
            text: String::new(),
            discount: None,
            since,
        };
        let mut now = since;
        let minutes: Vec<_> = (0..9)
            .map(|_| {
                let next = closing.look_again(now);
                let pause = (next - now).num_minutes();
                now = next;
                pause
            })
            .collect();
        assert_eq!(minutes, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
