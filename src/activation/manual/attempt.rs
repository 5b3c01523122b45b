//! The attempt itself: the engine makes it, and this is what follows from its end.

use super::model::ManualEvent;
use super::store::{Manual, advance, open_of};
use super::tell;
use crate::Caas;
use crate::activation::engine::AttemptActivation;
use crate::activation::model::{ActivationEvent, AttemptResult};
use crate::activation::repository::{self as store, Activation, Attempt, Cause, apply};
use crate::activation::rules::AttemptFailure;
use crate::activation::{aftermath, deactivation, verdict};
use crate::expediente::model::Actor;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::jobs;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::service::{GiveBack, give_back};
use crate::support::conversation::{locale_of, notice_about, solve, system};
use crate::support::model::{Solution, Terms};
use crate::support::tickets::{Agent, changed, lock};
use chrono::TimeDelta;

/// How long to wait for a late confirmation to be undone, or for a command the vehicle still works on.
const NOT_YET: TimeDelta = TimeDelta::seconds(30);

/// The attempt is on its way: the engine takes it from here.
pub(super) async fn start(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    manual: &Manual,
    by: Actor,
) -> Result<()> {
    let cause = Cause { actor: by, data: serde_json::json!({ "terms": manual.terms, "manual": manual.id }) };
    activation.next_attempt_at = None;
    apply(caas, tx, activation, ActivationEvent::ManualAttemptStarted, cause).await?;
    let job = AttemptActivation { activation: activation.id };
    jobs::enqueue_or_move(caas, tx, &job, &AttemptActivation::key(activation.id), caas.now()).await?;
    let data = serde_json::json!({ "terms": manual.terms });
    system(caas, tx, manual.ticket_id, Some(manual.agent_id), "MANUAL_STARTED", data).await?;
    metrics::counter!("caas_manual_activations_total", "terms" => manual.terms.as_str()).increment(1);
    Ok(())
}

/// Whether a try by hand has to wait a little before the vehicle is asked.
pub(in crate::activation) async fn not_yet(caas: &Caas, activation: &Activation) -> Result<Option<Timestamp>> {
    let mut tx = caas.db.read().await?;
    let undoing = deactivation::compensation_under_way(&mut tx, activation.id).await?;
    Ok(undoing.then(|| caas.now() + NOT_YET))
}

/// An attempt by hand has ended without the vehicle's word: the same case goes on, and a new hold is reversed.
pub(in crate::activation) async fn failed(
    caas: &Caas,
    tx: &mut Tx,
    activation: &mut Activation,
    attempt: &Attempt,
    failure: AttemptFailure,
    message: &str,
) -> Result<()> {
    let message: String = message.chars().take(1000).collect();
    let result = AttemptResult::FailedEscalate.as_str();
    store::end_attempt(caas, tx, attempt.id, result, failure.code(), &message).await?;
    activation.last_failure = Some(failure.code().to_owned());
    activation.next_attempt_at = None;
    activation.delayed_since = None;
    let data = serde_json::json!({
        "attempt": attempt.attempt_number, "code": failure.code(), "commandSent": attempt.ota_command_sent,
    });
    let cause = Cause::system(data.clone());
    apply(caas, tx, activation, ActivationEvent::ManualAttemptFailed, cause).await?;
    aftermath::look_later(caas, tx, activation).await?;
    metrics::counter!("caas_activation_attempts_failed_total", "code" => failure.code()).increment(1);
    let Some(mut manual) = open_of(tx, activation.id).await? else { return Ok(()) };
    advance(caas, tx, &mut manual, ManualEvent::AttemptFailed).await?;
    let Ok(ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    system(caas, tx, ticket.id, None, "MANUAL_ATTEMPT_FAILED", data).await?;
    changed(tx, &ticket);
    if let Some(payment) = manual.payment_id {
        give_back(caas, tx, payment, GiveBack::NotDelivered).await?;
        let key = format!("{}:{}", activation.id, manual.id);
        tell(caas, tx, activation, &ticket, NoticeEvent::OtaFailed, key, Some(failure.code())).await?;
    }
    Ok(())
}

/// The vehicle has confirmed an attempt by hand: the case is solved and the customer told.
///
/// With a new hold the mail is that of every service, with its link to withdraw. Without one nothing was paid and nothing can
/// come back (rulebook §8 and §10), so the mail has no such link; whoever does not want the service any more still has the
/// function on its page until the period ends.
pub(in crate::activation) async fn succeeded(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    mut manual: Manual,
) -> Result<()> {
    advance(caas, tx, &mut manual, ManualEvent::VehicleConfirmed).await?;
    if manual.payment_id.is_some() {
        verdict::tell(caas, tx, activation, NoticeEvent::ServiceActive, None, None).await?;
    }
    let Ok(mut ticket) = lock(caas, tx, manual.ticket_id, None).await? else { return Ok(()) };
    system(caas, tx, ticket.id, None, "MANUAL_SUCCEEDED", serde_json::json!({ "terms": manual.terms })).await?;
    if ticket.status.is_open() {
        let agent = Agent { id: manual.agent_id };
        let _ = solve(caas, tx, &mut ticket, &agent, Solution::ActivatedByHand).await?;
    }
    changed(tx, &ticket);
    let locale = locale_of(tx, activation.customer_id).await?;
    let text = match manual.terms {
        Terms::Free => locale.t(
            "Lo hemos activado a mano y tu coche lo ha confirmado. No se te cobra nada.",
            "We activated it by hand and your car has confirmed it. You are not charged anything.",
        ),
        Terms::NewHold => locale.t(
            "Lo hemos activado a mano y tu coche lo ha confirmado.",
            "We activated it by hand and your car has confirmed it.",
        ),
    };
    let about = notice_about(tx, &ticket, NoticeEvent::TicketSolved, manual.id.to_string()).await?;
    let notice = Notice {
        reason: Some(Solution::ActivatedByHand.to_string()),
        amount: manual.payment_id.map(|_| activation.price()),
        text: Some(text.to_owned()),
        ..about
    };
    notify(caas, tx, &notice).await
}
