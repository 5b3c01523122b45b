//! Replies, notes, and two agents who answer at once.

use crate::support::Engine;
use crate::support_desk::office::Office;
use caas::notifications::model::Channel;
use caas::support::model::{AfterReply, MessageKind, NotNow, Solution, SupportError, TicketStatus};
use caas::support::{self, Reply};
use chrono::TimeDelta;

#[tokio::test]
async fn of_two_agents_the_second_sees_the_newcomer_and_keeps_the_text() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let first = office.reply(&ticket, "Lo miro yo", AfterReply::KeepOpen).await;
        let second = office.reply(&ticket, "Te llamo mañana", AfterReply::KeepOpen).await;
        support::save_draft(&caas, &office.nuria, ticket.id, &second.text).await.unwrap();
        office.scene.app.advance(TimeDelta::seconds(1));
        support::reply(&caas, &office.iker, ticket.id, &first).await.unwrap().unwrap();
        office.scene.app.advance(TimeDelta::seconds(1));
        let refused = support::reply(&caas, &office.nuria, ticket.id, &second).await.unwrap();
        assert!(matches!(refused, Err(SupportError::Stale { .. })), "{refused:?}");
        let mut tx = office.scene.read().await;
        let kept = support::draft(&mut tx, ticket.id, office.nuria.id).await.unwrap();
        drop(tx);
        assert_eq!(kept.as_deref(), Some("Te llamo mañana"));
        // Having looked, she sends it; the draft has done its duty.
        let again = office.reply(&ticket, "Te llamo mañana", AfterReply::KeepOpen).await;
        support::reply(&caas, &office.nuria, ticket.id, &again).await.unwrap().unwrap();
        // What the browser still had to say of it comes late.
        for late in ["Te llamo mañana", "Te llamo"] {
            support::save_draft(&caas, &office.nuria, ticket.id, late).await.unwrap();
            let kept = support::draft(&mut office.scene.read().await, ticket.id, office.nuria.id).await.unwrap();
            assert_eq!(kept, None);
        }
        let kept = support::draft(&mut office.scene.read().await, ticket.id, office.nuria.id).await.unwrap();
        assert_eq!(kept, None);
        assert_eq!(office.messages(&ticket).await.iter().filter(|m| m.kind == MessageKind::Reply).count(), 2);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn two_replies_at_the_very_same_moment_are_one_and_a_refusal() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let reply = office.reply(&ticket, "Hola", AfterReply::KeepOpen).await;
        let (one, two) = tokio::join!(
            support::reply(&caas, &office.iker, ticket.id, &reply),
            support::reply(&caas, &office.nuria, ticket.id, &reply),
        );
        let done = [one.unwrap(), two.unwrap()];
        assert_eq!(done.iter().filter(|answer| answer.is_ok()).count(), 1, "{done:?}");
        office.scene.run().await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_customers_word_in_between_makes_a_reply_stale_but_ones_own_note_does_not() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let reply = office.reply(&ticket, "¿Sigue apagado?", AfterReply::WaitForCustomer).await;
        office.scene.app.advance(TimeDelta::seconds(1));
        support::note(&caas, &office.iker, ticket.id, "Parece el módulo").await.unwrap().unwrap();
        office.scene.app.advance(TimeDelta::seconds(1));
        office.customer_writes(&ticket, "Ya lo he encendido").await;
        let refused = support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap();
        assert!(matches!(refused, Err(SupportError::Stale { .. })));
        let reply = office.reply(&ticket, "Gracias", AfterReply::KeepOpen).await;
        office.scene.app.advance(TimeDelta::seconds(1));
        support::note(&caas, &office.iker, ticket.id, "Otra nota").await.unwrap().unwrap();
        support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap().unwrap();
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_reply_reaches_the_chosen_channels_with_its_variables_and_agents_see_no_amount() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let text =
            "Hola, {{customer}}: {{service}} en tu {{vehicle}}, caso {{ticket}}. No se cobran {{amount}}. {{nada}}";
        let reply = Reply { channels: vec![Channel::Email], ..office.reply(&ticket, text, AfterReply::KeepOpen).await };
        let id = support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap().unwrap();
        let said = office.told("TICKET_ANSWERED").await;
        assert_eq!(said.iter().map(|s| s.channel.as_str()).collect::<Vec<_>>(), ["EMAIL"]);
        assert!(said[0].text.contains("Hola, Lucía Ferrer"), "{}", said[0].text);
        assert!(said[0].text.contains("OTA-000001") && said[0].text.contains('€'), "{}", said[0].text);
        let seen = office.messages(&ticket).await.into_iter().find(|m| m.id == id).unwrap();
        assert!(seen.text.contains("{{amount}}") && !seen.text.contains('€'), "{}", seen.text);
        assert!(seen.text.contains("{{nada}}"));
        let own =
            support::own_case(&mut office.scene.read().await, office.scene.customer, &ticket.number).await.unwrap();
        let own = own.unwrap();
        assert!(own.messages.last().unwrap().text.contains('€'));
        assert!(own.messages.iter().all(|m| matches!(m.kind, MessageKind::Customer | MessageKind::Reply)));
        office.scene.run().await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn nothing_empty_is_sent_and_a_solved_case_takes_no_reply() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        for (text, channels) in [("   ", vec![Channel::Email]), ("Hola", Vec::new())] {
            let reply = Reply { channels, ..office.reply(&ticket, text, AfterReply::KeepOpen).await };
            let refused = support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap();
            assert_eq!(refused, Err(SupportError::not_now(NotNow::Invalid)));
        }
        let long = "x".repeat(5001);
        let refused = support::note(&caas, &office.iker, ticket.id, &long).await.unwrap();
        assert_eq!(refused, Err(SupportError::not_now(NotNow::Invalid)));
        let version = office.again(&ticket).await.version;
        support::close(&caas, &office.iker, ticket.id, Solution::Other, version).await.unwrap().unwrap();
        assert_eq!(office.told("TICKET_SOLVED").await.len(), 2, "email and in-app: no device, no phone");
        let reply = office.reply(&ticket, "Una cosa más", AfterReply::KeepOpen).await;
        let refused = support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap();
        assert_eq!(refused, Err(SupportError::not_now(NotNow::Solved)));
        let version = office.again(&ticket).await.version;
        support::reopen(&caas, &office.iker, ticket.id, version).await.unwrap().unwrap();
        support::reply(&caas, &office.iker, ticket.id, &reply).await.unwrap().unwrap();
        assert_eq!(office.again(&ticket).await.status, TicketStatus::Open);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn one_reply_for_all_that_look_alike_each_with_its_own_words() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let caas = office.scene.caas();
        let (one, two) = (office.question("Primera").await, office.question("Segunda").await);
        let solved = office.question("Tercera").await;
        support::close(&caas, &office.iker, solved.id, Solution::Duplicate, solved.version).await.unwrap().unwrap();
        let numbers = [one.number.clone(), two.number.clone(), solved.number.clone(), "GEN-999999".to_owned()];
        let reply = office.reply(&one, "Caso {{ticket}}", AfterReply::Solve(Solution::Answered)).await;
        let results = support::reply_to_group(&caas, &office.iker, &numbers, &reply).await.unwrap();
        let oks: Vec<_> = results.iter().map(|(_, result)| result.clone()).collect();
        let not_now = SupportError::not_now(NotNow::Solved);
        assert_eq!(oks, [Ok(()), Ok(()), Err(not_now), Err(SupportError::NotFound)]);
        for ticket in [&one, &two] {
            assert_eq!(office.again(ticket).await.status, TicketStatus::Solved);
            let text = office.messages(ticket).await.last().unwrap().text.clone();
            assert_eq!(text, format!("Caso {}", ticket.number));
        }
        office.scene.proven().await;
    }
}
