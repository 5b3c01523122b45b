//! The clock of an answer: it runs while we owe the customer one, stands still while the customer owes us one, and is over
//! when we have answered. It counts the queue's open time only.

use super::business::BusinessCalendar;
use super::conversation;
use super::model::{Priority, Queue, TicketEvent};
use super::tickets::{self, Ticket, Told};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use crate::kernel::jobs::{self, Job, JobError, Outcome, Run};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Where a clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    due: Option<Timestamp>,
    left: Option<TimeDelta>,
    breached: Option<Timestamp>,
}

impl Clock {
    pub(super) fn of(ticket: &Ticket) -> Clock {
        Clock {
            due: ticket.answer_due_at,
            left: ticket.answer_left_seconds.map(TimeDelta::seconds),
            breached: ticket.breached_at,
        }
    }

    pub(super) fn apply(self, ticket: &mut Ticket) {
        ticket.answer_due_at = self.due;
        ticket.answer_left_seconds = self.left.map(|left| left.num_seconds());
        ticket.breached_at = self.breached;
    }

    /// What an event does to it.
    ///
    /// Asking back is no answer: what was left goes on with the customer's word. Once we have answered, the next word of
    /// the customer begins a new clock.
    pub(super) fn on(self, event: TicketEvent, calendar: &BusinessCalendar, now: Timestamp) -> Clock {
        match event {
            TicketEvent::Answered | TicketEvent::Solved => Clock { due: None, left: None, ..self },
            TicketEvent::AskedCustomer | TicketEvent::Merged => match self.due {
                Some(due) => Clock { due: None, left: Some(calendar.worked(now, due)), ..self },
                None => self,
            },
            TicketEvent::CustomerWrote | TicketEvent::Reopened => match (self.due, self.left) {
                (Some(_), _) => self,
                (None, Some(left)) => Clock { due: Some(calendar.due(now, left)), left: None, ..self },
                (None, None) => {
                    Clock { due: Some(calendar.due(now, calendar.first_answer)), left: None, breached: None }
                }
            },
            TicketEvent::UnmergedOpen => match self.left {
                Some(left) => Clock { due: Some(calendar.due(now, left)), left: None, ..self },
                None => self,
            },
            TicketEvent::UnmergedWaiting => self,
        }
    }
}

/// By when an answer is due by another calendar: the open time that is left stays the same. What is overdue stays so.
fn due_anew(due: Timestamp, before: &BusinessCalendar, after: &BusinessCalendar, now: Timestamp) -> Timestamp {
    let left = before.worked(now, due);
    if due > now && left > TimeDelta::zero() { after.due(now, left) } else { due }
}

/// Works out anew by when the open cases of a queue are answered, after its calendar has changed. Returns how many have
/// another time now.
pub(super) async fn reckon_anew(
    caas: &Caas,
    tx: &mut Tx,
    queue: Queue,
    before: &BusinessCalendar,
    after: &BusinessCalendar,
) -> Result<usize> {
    let now = caas.now();
    let running = sql!(
        tx,
        all(TicketId, Timestamp),
        "SELECT id, answer_due_at FROM tickets WHERE queue = $1 AND is_open AND answer_due_at > $2 ORDER BY id",
        queue.as_str(),
        now
    )?;
    let mut moved = 0;
    for (ticket, due) in running {
        let anew = due_anew(due, before, after, now);
        // Nobody did anything on the case, so its version stays: an agent who is writing just now is not held up. A clock
        // that has been stopped meanwhile is left alone.
        let changed = anew != due
            && sql!(tx, execute
                "UPDATE tickets SET answer_due_at = $1 WHERE id = $2 AND answer_due_at = $3", anew, ticket, due)?
                == 1;
        if changed {
            jobs::enqueue_or_move(caas, tx, &AnswerDue { ticket }, &key(ticket), anew).await?;
            moved += 1;
        }
    }
    if moved > 0 {
        tx.announce("tickets");
    }
    Ok(moved)
}

/// Looks at a case when its answer falls due.
#[derive(Serialize, Deserialize)]
pub struct AnswerDue {
    ticket: TicketId,
}

fn key(ticket: TicketId) -> String {
    format!("answer-due:{ticket}")
}

/// Makes sure that somebody looks when the answer falls due.
pub(super) async fn watch(caas: &Caas, tx: &mut Tx, ticket: &Ticket) -> Result<()> {
    match ticket.answer_due_at {
        Some(due) if ticket.breached_at.is_none() => {
            jobs::enqueue_or_move(caas, tx, &AnswerDue { ticket: ticket.id }, &key(ticket.id), due).await
        }
        _ => Ok(()),
    }
}

impl Job for AnswerDue {
    const KIND: &'static str = "support.answer_due";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        let Ok(mut ticket) = tickets::lock(caas, &mut tx, self.ticket, None).await? else { return Ok(Outcome::Done) };
        match ticket.answer_due_at {
            Some(due) if due > now => return Ok(Outcome::Again(due)),
            Some(_) if ticket.breached_at.is_none() => {}
            _ => return Ok(Outcome::Done),
        }
        breach(caas, &mut tx, &mut ticket).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// The customer was not answered in time: it is written down, becomes more pressing, and somebody is told.
async fn breach(caas: &Caas, tx: &mut Tx, ticket: &mut Ticket) -> Result<()> {
    ticket.breached_at = Some(caas.now());
    if ticket.priority.rank() > Priority::High.rank() {
        ticket.priority = Priority::High;
    }
    tickets::save(caas, tx, ticket).await?;
    let data = serde_json::json!({ "due": ticket.answer_due_at, "priority": ticket.priority });
    conversation::system(caas, tx, ticket.id, None, "SLA_BREACHED", data.clone()).await?;
    let told = Told { actor: Actor::SYSTEM, kind: EntryKind::SlaBreached, visible: false, data };
    tickets::log(caas, tx, ticket, None, told).await?;
    metrics::counter!("caas_answers_overdue_total", "queue" => ticket.queue.as_str()).increment(1);
    let to = match ticket.assigned_to {
        Some(agent) => vec![agent],
        None => agents_ids(tx).await?,
    };
    for agent in to {
        let due = ticket.answer_due_at.map(|due| due.timestamp()).unwrap_or_default();
        let notice = Notice {
            ticket: Some(ticket.number.clone()),
            ..Notice::about(
                agent,
                NoticeEvent::SlaBreached,
                format!("{}:{due}:{agent}", ticket.id),
                format!("/soporte/{}", ticket.number),
            )
        };
        notify(caas, tx, &notice).await?;
    }
    Ok(())
}

/// Everybody who answers cases.
async fn agents_ids(tx: &mut Tx) -> Result<Vec<UserId>> {
    let rows = sql!(
        tx,
        all(UserId,),
        "SELECT id FROM users WHERE role = 'SUPPORT' AND disabled_at IS NULL ORDER BY id LIMIT 200"
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::model::Hours;
    use chrono_tz::Tz;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn office() -> BusinessCalendar {
        BusinessCalendar {
            zone: Tz::Europe__Madrid,
            hours: (1..=5).map(|day| (day, Hours { opens: 540, closes: 1080 })).collect(),
            holidays: std::iter::once("2026-12-08".parse().expect("a day")).collect(),
            first_answer: TimeDelta::hours(8),
        }
    }

    #[test]
    fn asking_back_stops_the_clock_and_the_customers_word_starts_it_again() {
        let calendar = office();
        // Friday 15:00 in Madrid, eight hours: Monday 14:00.
        let opened = Clock { due: Some(at("2026-11-30T13:00:00Z")), left: None, breached: None };
        let asked = opened.on(TicketEvent::AskedCustomer, &calendar, at("2026-11-27T15:00:00Z"));
        assert_eq!((asked.due, asked.left), (None, Some(TimeDelta::hours(7))));
        // Asked twice: nothing is lost. Nothing runs over the weekend.
        assert_eq!(asked.on(TicketEvent::AskedCustomer, &calendar, at("2026-11-28T10:00:00Z")), asked);
        // The customer answers on Monday 7 December at 17:00; Tuesday is a holiday: one hour, then six on Wednesday.
        let back = asked.on(TicketEvent::CustomerWrote, &calendar, at("2026-12-07T16:00:00Z"));
        assert_eq!((back.due, back.left), (Some(at("2026-12-09T14:00:00Z")), None));
        // A second word of the customer gives no more time.
        assert_eq!(back.on(TicketEvent::CustomerWrote, &calendar, at("2026-12-07T16:30:00Z")), back);
    }

    #[test]
    fn once_answered_the_next_word_begins_anew() {
        let calendar = office();
        let late =
            Clock { due: Some(at("2026-11-23T10:00:00Z")), left: None, breached: Some(at("2026-11-23T10:00:00Z")) };
        let answered = late.on(TicketEvent::Answered, &calendar, at("2026-11-23T11:00:00Z"));
        assert_eq!((answered.due, answered.breached), (None, late.breached));
        let again = answered.on(TicketEvent::CustomerWrote, &calendar, at("2026-11-24T08:00:00Z"));
        assert_eq!((again.due, again.breached), (Some(at("2026-11-24T16:00:00Z")), None));
    }

    #[test]
    fn overdue_and_asked_back_leaves_no_time() {
        let calendar = office();
        let late =
            Clock { due: Some(at("2026-11-23T10:00:00Z")), left: None, breached: Some(at("2026-11-23T10:00:00Z")) };
        let asked = late.on(TicketEvent::AskedCustomer, &calendar, at("2026-11-23T12:00:00Z"));
        assert_eq!(asked.left, Some(TimeDelta::zero()));
        let now = at("2026-11-24T12:00:00Z");
        assert_eq!(asked.on(TicketEvent::CustomerWrote, &calendar, now).due, Some(now));
    }

    #[test]
    fn with_another_calendar_the_open_time_that_is_left_stays_the_same() {
        // Friday 16:00 in Madrid, eight hours: Monday 15:00.
        let (now, due) = (at("2026-12-04T15:00:00Z"), at("2026-12-07T14:00:00Z"));
        let mut longer = office();
        longer.holidays.insert("2026-12-07".parse().expect("a day"));
        // Monday is a holiday too now, Tuesday was one already.
        let later = due_anew(due, &office(), &longer, now);
        assert_eq!(later, at("2026-12-09T14:00:00Z"));
        assert_eq!(due_anew(later, &longer, &office(), now), due, "and back");
        assert_eq!(due_anew(now, &office(), &longer, now), now, "what is overdue stays so");
    }

    #[test]
    fn a_merge_pauses_and_undoing_it_goes_on() {
        let calendar = office();
        let open = Clock { due: Some(at("2026-11-23T12:00:00Z")), left: None, breached: None };
        let merged = open.on(TicketEvent::Merged, &calendar, at("2026-11-23T10:00:00Z"));
        let undone = merged.on(TicketEvent::UnmergedOpen, &calendar, at("2026-11-23T10:05:00Z"));
        assert_eq!(undone.due, Some(at("2026-11-23T12:05:00Z")));
        assert_eq!(merged.on(TicketEvent::UnmergedWaiting, &calendar, at("2026-11-23T10:05:00Z")), merged);
    }
}
