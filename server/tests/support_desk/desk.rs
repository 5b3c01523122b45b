//! Who works on a case; presence and drafts; merging and undoing it; macros, views and tasks.

use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::AUDIO;
use caas::kernel::locale::Bilingual;
use caas::support::model::{AfterReply, NotNow, Priority, SupportError, Team, TicketStatus};
use caas::support::{self};
use chrono::TimeDelta;

fn not_now<T>(why: NotNow) -> Result<T, SupportError> {
    Err(SupportError::not_now(why))
}

#[tokio::test]
async fn a_case_is_taken_given_handed_over_and_made_pressing_on_the_record() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        support::take(&caas, &office.iker, ticket.id, ticket.version).await.unwrap().unwrap();
        // The page of the other agent still shows it as nobody's.
        let late = support::take(&caas, &office.nuria, ticket.id, ticket.version).await.unwrap();
        assert_eq!(late, Err(SupportError::Stale { version: ticket.version + 1 }));
        let taken = office.again(&ticket).await;
        assert_eq!(taken.assigned_to, Some(office.iker.id));
        let refused =
            support::assign(&caas, &office.iker, ticket.id, Some(office.scene.customer), taken.version).await.unwrap();
        assert_eq!(refused, not_now(NotNow::NotAnAgent));
        support::assign(&caas, &office.iker, ticket.id, Some(office.nuria.id), taken.version).await.unwrap().unwrap();
        let version = office.again(&ticket).await.version;
        support::set_priority(&caas, &office.nuria, ticket.id, Priority::Urgent, version).await.unwrap().unwrap();
        let version = office.again(&ticket).await.version;
        support::hand_over(&caas, &office.nuria, ticket.id, Team::Iot, "La red", version).await.unwrap().unwrap();
        let now = office.again(&ticket).await;
        assert_eq!((now.assigned_to, now.team, now.priority), (None, Team::Iot, Priority::Urgent));
        let history = support::history(&mut office.scene.read().await, ticket.id).await.unwrap();
        let kinds: Vec<_> = history.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(
            kinds,
            ["TICKET_OPENED", "TICKET_ASSIGNED", "TICKET_ASSIGNED", "TICKET_PRIORITY_CHANGED", "TICKET_HANDED_OVER"]
        );
        assert_eq!(history[1].actor.id, Some(office.iker.id.0));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn each_agent_sees_that_the_other_is_there_for_a_minute() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        support::touch_presence(&caas, &office.iker, ticket.id).await.unwrap();
        office.scene.app.advance(TimeDelta::seconds(40));
        support::touch_presence(&caas, &office.nuria, ticket.id).await.unwrap();
        let who = |names: Vec<support::Presence>| names.into_iter().map(|p| p.name).collect::<Vec<_>>();
        let now = office.scene.app.now();
        let here = support::presence(&mut office.scene.read().await, ticket.id, now).await.unwrap();
        assert_eq!(who(here), ["Iker Salas", "Nuria Vidal"]);
        office.scene.app.advance(TimeDelta::seconds(30));
        let now = office.scene.app.now();
        let here = support::presence(&mut office.scene.read().await, ticket.id, now).await.unwrap();
        assert_eq!(who(here), ["Nuria Vidal"]);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn merged_cases_have_one_conversation_and_part_again_within_ten_minutes() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let caas = office.scene.caas();
        let (one, two) = (office.question("Una").await, office.question("Otra").await);
        office.answers(&office.iker, &two, "¿Cuál?", AfterReply::WaitForCustomer).await;
        let two = office.again(&two).await;
        office.scene.app.advance(TimeDelta::seconds(1));
        support::merge(&caas, &office.iker, two.id, &one.number, two.version).await.unwrap().unwrap();
        let merged = office.again(&two).await;
        assert_eq!((merged.status, merged.merged_into), (TicketStatus::Merged, Some(one.id)));
        assert_eq!(office.messages(&merged).await.len(), office.messages(&office.again(&one).await).await.len());
        // What the customer writes on the merged one arrives where it goes on.
        office.customer_writes(&two, "La segunda").await;
        assert_eq!(office.messages(&one).await.last().unwrap().text, "La segunda");
        let own = support::own_case(&mut office.scene.read().await, office.scene.customer, &two.number).await.unwrap();
        assert!(own.unwrap().messages.iter().any(|m| m.text == "La segunda"));
        // Undone after nine minutes, it waits for the customer as before.
        office.scene.app.advance(TimeDelta::minutes(9));
        let version = office.again(&two).await.version;
        support::unmerge(&caas, &office.nuria, two.id, version).await.unwrap().unwrap();
        let undone = office.again(&two).await;
        assert_eq!((undone.status, undone.merged_into), (TicketStatus::WaitingForCustomer, None));
        assert!(undone.answer_left_seconds.is_some());
        // And again: after eleven minutes it stays merged.
        support::merge(&caas, &office.iker, two.id, &one.number, undone.version).await.unwrap().unwrap();
        office.scene.app.advance(TimeDelta::minutes(11));
        let version = office.again(&two).await.version;
        let refused = support::unmerge(&caas, &office.iker, two.id, version).await.unwrap();
        assert_eq!(refused, not_now(NotNow::TooLate));
        assert_eq!(office.codes(&one).await, ["MERGED", "UNMERGED", "MERGED"]);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_does_not_belong_together_is_not_merged() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let question = office.question("Pregunta").await;
        let stranger = office.other_customer().await;
        let asked = support::Question { subject: "Mía".into(), text: "Hola".into(), ..support::Question::default() };
        let theirs = support::open_question(&caas, stranger, &asked).await.unwrap().unwrap();
        let iker = office.iker;
        let merge = |from: caas::kernel::ids::TicketId, into: String, version: i64| {
            let (caas, agent) = (caas.clone(), iker);
            async move { support::merge(&caas, &agent, from, &into, version).await.unwrap() }
        };
        let version = question.version;
        assert_eq!(merge(question.id, theirs, version).await, not_now(NotNow::OtherCustomer));
        assert_eq!(merge(question.id, question.number.clone(), version).await, not_now(NotNow::Itself));
        assert_eq!(merge(question.id, "OTA-999999".into(), version).await, Err(SupportError::NotFound));
        // An activation that waits for a person needs its own case.
        assert_eq!(merge(ticket.id, question.number.clone(), ticket.version).await, not_now(NotNow::ActivationOpen));
        assert_eq!(merge(question.id, ticket.number.clone(), version).await, Ok(()));
        let other = office.question("Otra").await;
        let version = office.again(&ticket).await.version;
        assert_eq!(merge(ticket.id, other.number.clone(), version).await, not_now(NotNow::HasMerged));
        assert_eq!(merge(other.id, question.number.clone(), other.version).await, not_now(NotNow::Merged));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn macros_are_filled_but_for_the_amount_and_kept_in_both_languages() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let both = |es: &str, en: &str| Bilingual { es: es.into(), en: en.into() };
        let id = support::save_macro(
            &caas,
            &office.iker,
            None,
            both("Prueba", "Try"),
            both("{{customer}}, {{service}}: {{amount}}", "{{customer}}"),
        );
        let id = id.await.unwrap().unwrap();
        let mut tx = office.scene.read().await;
        let filled = support::apply_macro(&mut tx, id, ticket.id).await.unwrap().unwrap();
        drop(tx);
        assert!(filled.starts_with("Lucía Ferrer, ") && filled.ends_with(": {{amount}}"), "{filled}");
        assert_eq!(support::macros(&mut office.scene.read().await).await.unwrap().len(), 6, "five come with the demo");
        let refused = support::save_macro(&caas, &office.iker, None, both("x", ""), both("x", "y")).await.unwrap();
        assert_eq!(refused, not_now(NotNow::Invalid));
        support::delete_macro(&caas, &office.iker, id).await.unwrap().unwrap();
        assert_eq!(support::delete_macro(&caas, &office.iker, id).await.unwrap(), Err(SupportError::NotFound));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn views_are_each_agents_own() {
    for engine in Engine::all() {
        let office = Office::new(engine).await;
        let caas = office.scene.caas();
        let id = support::save_view(&caas, &office.iker, "Urgentes", "prioridad=URGENT").await.unwrap().unwrap();
        let views = support::views(&mut office.scene.read().await, office.iker.id).await.unwrap();
        assert_eq!(views.iter().map(|v| v.query.as_str()).collect::<Vec<_>>(), ["prioridad=URGENT"]);
        assert!(support::views(&mut office.scene.read().await, office.nuria.id).await.unwrap().is_empty());
        assert_eq!(support::delete_view(&caas, &office.nuria, id).await.unwrap(), Err(SupportError::NotFound));
        support::delete_view(&caas, &office.iker, id).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_was_planned_is_remembered_on_its_day() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (_, ticket) = office.fail(AUDIO).await;
        let caas = office.scene.caas();
        let due = office.scene.app.now() + TimeDelta::days(2);
        let id = support::follow_up(&caas, &office.iker, ticket.id, due, "Llamar al taller").await.unwrap().unwrap();
        let past = office.scene.app.now() - TimeDelta::days(1);
        let refused = support::follow_up(&caas, &office.iker, ticket.id, past, "Tarde").await.unwrap();
        assert_eq!(refused, not_now(NotNow::Invalid));
        office.scene.live(TimeDelta::days(1)).await;
        assert!(office.told("AGENT_TASK_DUE").await.is_empty());
        office.scene.live(TimeDelta::days(1)).await;
        let said = office.told("AGENT_TASK_DUE").await;
        assert_eq!(said.iter().map(|s| s.channel.as_str()).collect::<Vec<_>>(), ["IN_APP"]);
        assert!(said[0].text.contains("Llamar al taller"));
        let tasks = support::tasks_of(&mut office.scene.read().await, office.iker.id, 10).await.unwrap();
        assert_eq!((tasks.len(), tasks[0].number.as_str()), (1, ticket.number.as_str()));
        support::finish_task(&caas, &office.iker, id).await.unwrap().unwrap();
        assert_eq!(support::finish_task(&caas, &office.iker, id).await.unwrap(), Err(SupportError::NotFound));
        assert!(support::tasks_of(&mut office.scene.read().await, office.iker.id, 10).await.unwrap().is_empty());
        office.scene.proven().await;
    }
}
