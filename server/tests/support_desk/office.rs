//! The verbs of these stories: an activation that needs a person, and the people.

use crate::support::Engine;
use crate::use_cases::scenario::{SEATS, Said, Scene};
use caas::activation::model::ActivationState;
use caas::kernel::ids::{ActivationId, UserId};
use caas::notifications::model::Channel;
use caas::sql;
use caas::support::model::{AfterReply, MessageKind};
use caas::support::{self, Agent, Message, Question, Reply, Ticket};
use caas_sandbox::{ErrorCode, Fault, FaultRule};

/// A world with two agents, and a customer who may have a case.
pub struct Office {
    pub scene: Scene,
    pub iker: Agent,
    pub nuria: Agent,
}

impl Office {
    pub async fn new(engine: Engine) -> Office {
        let scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
        let iker = Agent { id: user(&scene, "soporte@demo.caas.example").await };
        let nuria = Agent { id: user(&scene, "operaciones@demo.caas.example").await };
        Office { scene, iker, nuria }
    }

    /// An order that the engine has given up, with its case.
    pub async fn given_up(engine: Engine) -> (Office, ActivationId, Ticket) {
        let mut office = Office::new(engine).await;
        let (id, ticket) = office.fail(SEATS).await;
        (office, id, ticket)
    }

    /// Orders something that the car refuses once, and lives until the case stands.
    pub async fn fail(&mut self, code: &str) -> (ActivationId, Ticket) {
        let vin = self.scene.vin.clone();
        self.scene.fault(FaultRule::vehicle(vin, Fault::Nack { code: ErrorCode::ModuleFault }).times(1));
        let id = self.scene.order(code).await;
        self.scene.until(id, ActivationState::AwaitingSupportResolution).await;
        self.scene.run().await;
        let ticket = self.scene.tickets(id).await.remove(0);
        (id, ticket)
    }

    /// A question of the customer. Returns its case.
    pub async fn question(&mut self, subject: &str) -> Ticket {
        let question = Question { subject: subject.to_owned(), text: "¿Qué hago?".to_owned(), ..Question::default() };
        let number = support::open_question(&self.scene.caas(), self.scene.customer, &question).await.unwrap().unwrap();
        self.ticket(&number).await
    }

    pub async fn ticket(&self, number: &str) -> Ticket {
        support::case(&mut self.scene.read().await, number).await.unwrap().unwrap().ticket
    }

    pub async fn again(&self, ticket: &Ticket) -> Ticket {
        self.ticket(&ticket.number).await
    }

    pub async fn messages(&self, ticket: &Ticket) -> Vec<Message> {
        support::messages(&mut self.scene.read().await, ticket, 100).await.unwrap()
    }

    /// What the platform did on a case, in codes.
    pub async fn codes(&self, ticket: &Ticket) -> Vec<String> {
        let messages = self.messages(ticket).await;
        messages.into_iter().filter(|m| m.kind == MessageKind::System).map(|m| m.code).collect()
    }

    /// A reply as the page would post it, having seen everything.
    pub async fn reply(&self, ticket: &Ticket, text: &str, then: AfterReply) -> Reply {
        let seen_message = self.messages(ticket).await.last().map(|message| message.id);
        Reply { text: text.to_owned(), channels: vec![Channel::Email, Channel::InApp], then, seen_message }
    }

    pub async fn answers(&self, agent: &Agent, ticket: &Ticket, text: &str, then: AfterReply) {
        let reply = self.reply(ticket, text, then).await;
        support::reply(&self.scene.caas(), agent, ticket.id, &reply).await.unwrap().unwrap();
    }

    pub async fn customer_writes(&self, ticket: &Ticket, text: &str) {
        let caas = self.scene.caas();
        let customer = self.scene.customer;
        support::customer_writes(&caas, customer, &ticket.number, text, Vec::new()).await.unwrap().unwrap();
    }

    /// What was said, where there is a way to say it: these people have neither a device nor a phone.
    pub async fn told(&self, event: &str) -> Vec<Said> {
        self.scene.said(event).await.into_iter().filter(|said| said.status != "SKIPPED").collect()
    }

    pub async fn other_customer(&self) -> UserId {
        user(&self.scene, "cliente2@demo.caas.example").await
    }
}

pub async fn user(scene: &Scene, email: &str) -> UserId {
    let mut tx = scene.read().await;
    let (id, _) = sql!(tx, one(UserId, i64), "SELECT id, version FROM users WHERE email_key = $1", email).unwrap();
    id
}
