//! The customer's side: asking, following, answering, and seeing only what is one's own.

use crate::support::Engine;
use crate::support_desk::office::Office;
use caas::support::model::{
    AfterReply, AttachmentKind, MessageKind, NewAttachment, QuestionRefusal, Solution, TicketStatus,
};
use caas::support::{self, Question};
use chrono::TimeDelta;

fn file(name: &str, bytes: &[u8]) -> NewAttachment {
    NewAttachment { name: name.to_owned(), bytes: bytes.to_vec() }
}

fn question(subject: &str) -> Question {
    Question { subject: subject.to_owned(), text: "El texto".to_owned(), ..Question::default() }
}

#[tokio::test]
async fn a_question_opens_a_case_that_the_customer_follows_and_answers() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        let asked = Question {
            vehicle: Some(office.scene.vehicle),
            attachments: vec![file("C:\\foto.exe", b"\x89PNG\r\n\x1a\n..."), file("nota", b"hola")],
            ..question("  Ruido \n al frenar ")
        };
        let number = support::open_question(&caas, customer, &asked).await.unwrap().unwrap();
        assert_eq!(number, "GEN-000001");
        assert_eq!(office.told("QUESTION_RECEIVED").await.len(), 2);
        let ticket = office.ticket(&number).await;
        assert_eq!(ticket.subject.as_deref(), Some("Ruido al frenar"));
        assert_eq!(ticket.model_code.as_deref(), Some("LINCE"));
        let own = support::own_case(&mut office.scene.read().await, customer, &number).await.unwrap().unwrap();
        let files: Vec<_> = own.attachments.iter().map(|a| (a.name.as_str(), a.kind, a.size)).collect();
        assert_eq!(files, [("foto.png", AttachmentKind::Png, 11), ("nota.txt", AttachmentKind::Text, 4)]);
        let id = own.attachments[0].id;
        let (_, bytes) =
            support::own_attachment(&mut office.scene.read().await, customer, &number, id).await.unwrap().unwrap();
        assert_eq!(bytes, b"\x89PNG\r\n\x1a\n...");

        support::note(&caas, &office.iker, ticket.id, "Solo entre nosotros").await.unwrap().unwrap();
        office.answers(&office.iker, &ticket, "Pásate por el taller", AfterReply::Solve(Solution::Answered)).await;
        office.scene.app.advance(TimeDelta::seconds(1));
        office.customer_writes(&ticket, "Sigue igual").await;
        assert_eq!(office.again(&ticket).await.status, TicketStatus::Open, "a solved case is opened again");
        let own = support::own_case(&mut office.scene.read().await, customer, &number).await.unwrap().unwrap();
        let said: Vec<_> = own.messages.iter().map(|m| (m.kind, m.text.as_str())).collect();
        assert_eq!(
            said,
            [
                (MessageKind::Customer, "El texto"),
                (MessageKind::Reply, "Pásate por el taller"),
                (MessageKind::Customer, "Sigue igual")
            ]
        );
        let list = support::tickets_of_customer(&mut office.scene.read().await, customer, None, 10).await.unwrap();
        assert_eq!(list.iter().map(|line| line.number.as_str()).collect::<Vec<_>>(), ["GEN-000001"]);
        office.scene.run().await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_sees_or_writes_on_somebody_elses_case() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let caas = office.scene.caas();
        let ticket = office.question("Mía").await;
        let stranger = office.other_customer().await;
        let mut tx = office.scene.read().await;
        assert!(support::own_case(&mut tx, stranger, &ticket.number).await.unwrap().is_none());
        assert!(support::tickets_of_customer(&mut tx, stranger, None, 10).await.unwrap().is_empty());
        drop(tx);
        let refused = support::customer_writes(&caas, stranger, &ticket.number, "Hola", Vec::new()).await.unwrap();
        assert_eq!(refused, Err(QuestionRefusal::NotFound));
        let about_their_car = Question { vehicle: Some(office.scene.vehicle), ..question("Su coche") };
        let refused = support::open_question(&caas, stranger, &about_their_car).await.unwrap();
        assert_eq!(refused, Err(QuestionRefusal::NotFound));
        assert_eq!(office.messages(&ticket).await.len(), 1);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_too_much_or_no_question_is_not_taken() {
    for engine in Engine::all() {
        let office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        let refused = [
            (question(" "), QuestionRefusal::Subject),
            (question(&"x".repeat(121)), QuestionRefusal::Subject),
            (Question { text: String::new(), ..question("A") }, QuestionRefusal::Text),
            (Question { text: "x".repeat(5001), ..question("A") }, QuestionRefusal::Text),
            (Question { attachments: vec![file("a.png", b"MZ\x00")], ..question("A") }, QuestionRefusal::UnknownFile),
            (Question { attachments: vec![file("a", b"x"); 4], ..question("A") }, QuestionRefusal::TooManyFiles),
        ];
        for (question, why) in refused {
            assert_eq!(support::open_question(&caas, customer, &question).await.unwrap(), Err(why));
        }
        for n in 0..10 {
            support::open_question(&caas, customer, &question(&format!("Pregunta {n}"))).await.unwrap().unwrap();
        }
        let refused = support::open_question(&caas, customer, &question("Otra más")).await.unwrap();
        assert_eq!(refused, Err(QuestionRefusal::TooMany));
        for n in 0..19 {
            let text = format!("Mensaje {n}");
            support::customer_writes(&caas, customer, "GEN-000001", &text, Vec::new()).await.unwrap().unwrap();
        }
        let refused = support::customer_writes(&caas, customer, "GEN-000001", "Uno más", Vec::new()).await.unwrap();
        assert_eq!(refused, Err(QuestionRefusal::TooMany));
        office.scene.app.advance(TimeDelta::days(2));
        support::open_question(&caas, customer, &question("Mañana")).await.unwrap().unwrap();
        office.scene.proven().await;
    }
}
