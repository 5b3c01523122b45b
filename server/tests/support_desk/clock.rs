//! By when the customer gets an answer: over weekends, holidays and pauses, and what happens when nobody answers.

use crate::support::Engine;
use crate::support_desk::office::Office;
use caas::kernel::Timestamp;
use caas::support::model::{AfterReply, Priority, Solution, TicketStatus};
use chrono::TimeDelta;

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
