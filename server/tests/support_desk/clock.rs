//! By when the customer gets an answer: over weekends, holidays and pauses, and what happens when nobody answers.

use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::SEATS;
use caas::kernel::Timestamp;
use caas::kernel::ids::UserId;
use caas::support::calendars;
use caas::support::model::{AfterReply, CalendarProblem, Hours, Priority, Queue, Solution, TicketStatus};
use chrono::TimeDelta;
use std::collections::BTreeMap;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_activation_case_is_answered_within_a_day_around_the_clock() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        assert_eq!(ticket.answer_due_at, Some(ticket.created_at + TimeDelta::hours(24)));
        assert_eq!(ticket.first_answer_due_at, ticket.created_at + TimeDelta::hours(24));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_question_waits_for_open_hours_and_the_clock_stands_still_while_the_customer_owes_the_word() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        // Friday 4 December, 16:00 in Madrid; Tuesday 8 December is a holiday.
        office.scene.app.advance(at("2026-12-04T15:00:00Z") - office.scene.app.now());
        let ticket = office.question("No arranca").await;
        assert_eq!(ticket.answer_due_at, Some(at("2026-12-07T14:00:00Z")), "two hours on Friday, six on Monday");

        // An hour later we ask back: seven hours are left. The customer answers on Monday at 17:30.
        office.scene.app.advance(TimeDelta::hours(1));
        office.answers(&office.iker, &ticket, "¿Desde cuándo?", AfterReply::WaitForCustomer).await;
        let waiting = office.again(&ticket).await;
        assert_eq!((waiting.status, waiting.answer_due_at), (TicketStatus::WaitingForCustomer, None));
        assert_eq!(waiting.answer_left_seconds, Some(7 * 3600));
        assert_eq!(waiting.first_answered_at, None, "asking back is no answer");
        office.scene.app.advance(at("2026-12-07T16:30:00Z") - office.scene.app.now());
        office.scene.run().await;
        assert_eq!(office.again(&ticket).await.breached_at, None);
        office.customer_writes(&ticket, "Desde ayer").await;
        let back = office.again(&ticket).await;
        assert_eq!((back.status, back.answer_left_seconds), (TicketStatus::Open, None));
        // Half an hour on Monday, nothing on the holiday, the rest on Wednesday.
        assert_eq!(back.answer_due_at, Some(at("2026-12-09T14:30:00Z")));

        office.answers(&office.iker, &ticket, "Resuelto", AfterReply::Solve(Solution::Answered)).await;
        let solved = office.again(&ticket).await;
        assert_eq!((solved.answer_due_at, solved.solution()), (None, Some(Solution::Answered)));
        assert_eq!(solved.first_answered_at, Some(office.scene.app.now()));
        office.scene.live(TimeDelta::days(5)).await;
        assert_eq!(office.again(&ticket).await.breached_at, None);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_case_that_nobody_answers_in_time_becomes_pressing_and_its_people_are_told_once() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        office.scene.live(TimeDelta::hours(23)).await;
        assert_eq!(office.again(&ticket).await.breached_at, None);
        assert!(office.told("SLA_BREACHED").await.is_empty());
        office.scene.live(TimeDelta::hours(2)).await;
        let late = office.again(&ticket).await;
        assert_eq!((late.breached_at, late.priority), (ticket.answer_due_at, Priority::High));
        assert_eq!(office.told("SLA_BREACHED").await.len(), 1, "there is one agent");
        office.scene.live(TimeDelta::days(3)).await;
        assert_eq!(office.codes(&ticket).await, ["SLA_BREACHED"]);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn whoever_has_the_case_is_told_and_nobody_else() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        caas::support::assign(&caas, &office.iker, ticket.id, Some(office.nuria.id), ticket.version)
            .await
            .unwrap()
            .unwrap();
        office.scene.live(TimeDelta::hours(25)).await;
        let mut tx = office.scene.read().await;
        let told = caas::sql!(
            tx,
            all(caas::kernel::ids::UserId, String),
            "SELECT user_id, channel FROM notifications WHERE event = 'SLA_BREACHED'"
        )
        .unwrap();
        drop(tx);
        assert_eq!(told, [(office.nuria.id, "IN_APP".to_owned())]);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn after_an_answer_the_customers_next_word_starts_a_new_clock() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        office.answers(&office.iker, &ticket, "Lo miramos", AfterReply::KeepOpen).await;
        assert_eq!(office.again(&ticket).await.answer_due_at, None);
        office.scene.live(TimeDelta::days(2)).await;
        assert_eq!(office.again(&ticket).await.breached_at, None);
        office.customer_writes(&ticket, "¿Y bien?").await;
        let now = office.scene.app.now();
        assert_eq!(office.again(&ticket).await.answer_due_at, Some(now + TimeDelta::hours(24)));
        office.scene.live(TimeDelta::hours(25)).await;
        assert!(office.again(&ticket).await.breached_at.is_some());
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn another_calendar_moves_what_is_due_and_leaves_what_is_overdue() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, admin) = (office.scene.caas(), office.nuria.id);
        // Friday 4 December, 16:00 in Madrid; Tuesday 8 December is a holiday.
        office.scene.app.advance(at("2026-12-04T15:00:00Z") - office.scene.app.now());
        let ticket = office.question("No arranca").await;
        let waiting = office.question("Otra cosa").await;
        office.answers(&office.iker, &waiting, "¿Desde cuándo?", AfterReply::WaitForCustomer).await;
        let (_, always) = office.fail(SEATS).await;
        assert_eq!(ticket.answer_due_at, Some(at("2026-12-07T14:00:00Z")), "two hours on Friday, six on Monday");

        // Monday becomes a holiday too: the six hours are those of Wednesday.
        let monday = "2026-12-07".parse().unwrap();
        let add = async || calendars::add_holiday(&caas, admin, Queue::General, monday, " Puente ").await.unwrap();
        assert_eq!(add().await, Ok(()));
        assert_eq!(add().await, Err(CalendarProblem::Known));
        let moved = office.again(&ticket).await;
        assert_eq!(moved.answer_due_at, Some(at("2026-12-09T14:00:00Z")));
        assert_eq!(moved.version, ticket.version, "no agent is held up by it");
        assert_eq!(moved.first_answer_due_at, ticket.first_answer_due_at, "what was promised stays on record");
        assert_eq!(office.again(&always).await.answer_due_at, always.answer_due_at, "another queue's clock");
        assert_eq!(office.again(&waiting).await.answer_left_seconds, Some(8 * 3600));
        office.scene.live(TimeDelta::days(4)).await;
        assert_eq!(office.again(&ticket).await.breached_at, None);

        // Nobody answers. That Monday was a working day after all: what is overdue stays so.
        office.scene.live(at("2026-12-10T15:00:00Z") - office.scene.app.now()).await;
        let late = office.again(&ticket).await;
        assert_eq!(late.breached_at, Some(at("2026-12-09T14:00:00Z")));
        assert!(calendars::remove_holiday(&caas, admin, Queue::General, monday).await.unwrap());
        assert!(!calendars::remove_holiday(&caas, admin, Queue::General, monday).await.unwrap());
        let over = office.again(&ticket).await;
        assert_eq!((over.answer_due_at, over.breached_at), (late.answer_due_at, late.breached_at));

        // Each day its own hours, in another zone; Thursday 10 December, 16:00 in Madrid, 15:00 in Lisbon.
        let next = office.question("Y otra").await;
        assert_eq!(next.answer_due_at, Some(at("2026-12-11T14:00:00Z")));
        let hours = BTreeMap::from([(4, Hours { opens: 540, closes: 960 }), (5, Hours { opens: 600, closes: 1440 })]);
        let set = async |zone: &'static str, hours: &BTreeMap<u32, Hours>| {
            calendars::set_hours(&caas, admin, Queue::General, zone, hours).await.unwrap()
        };
        assert_eq!(set("Mars/Olympus", &hours).await, Err(CalendarProblem::Zone));
        assert_eq!(set("Europe/Lisbon", &BTreeMap::new()).await, Err(CalendarProblem::NeverOpen));
        assert_eq!(set("Europe/Lisbon", &hours).await, Ok(()));
        // One hour on Thursday, seven on Friday from ten.
        assert_eq!(office.again(&next).await.answer_due_at, Some(at("2026-12-11T17:00:00Z")));
        office.scene.live(TimeDelta::days(2)).await;
        assert_eq!(office.again(&next).await.breached_at, Some(at("2026-12-11T17:00:00Z")));

        let mut tx = office.scene.read().await;
        let told = caas::sql!(
            tx,
            all(UserId, String),
            "SELECT actor_id, data FROM expediente_entries WHERE kind = 'CALENDAR_CHANGED' ORDER BY seq"
        )
        .unwrap();
        drop(tx);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let told: Vec<_> = told.into_iter().map(|(who, data)| (who == admin, read(&data))).collect();
        assert!(told.iter().all(|(admin, data)| *admin && data["queue"] == "GENERAL"), "{told:?}");
        let what =
            told.iter().map(|(_, data)| (data["what"].as_str().unwrap(), data["answersMoved"].as_i64().unwrap()));
        assert_eq!(what.collect::<Vec<_>>(), [("HOLIDAY_ADDED", 1), ("HOLIDAY_REMOVED", 0), ("HOURS", 1)]);
        assert_eq!(told[0].1["after"]["holidays"], serde_json::json!(["2026-12-07"]));
        assert_eq!(told[2].1["before"]["hours"]["5"], "09:00-18:00");
        assert_eq!(told[2].1["after"]["zone"], "Europe/Lisbon");
        office.scene.proven().await;
    }
}
