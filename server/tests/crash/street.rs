//! One customer's world: a bank and a car that live on, a database that stays, and a process that dies.

use crate::crash::books::{self, Books};
use crate::crash::cases::Story;
use crate::crash::machine::{Life, Machine};
use crate::crash::place::{ORDER_SERVICE, place_order};
use crate::crash::telephone::Telephone;
use crate::crash::template::Template;
use caas::kernel::ids::{ActivationId, PaymentId, UserId};
use caas::kernel::locale::Locale;
use caas::notifications::model::{Channel, NoticeGroup};
use caas::notifications::{devices, preferences};
use caas::payments::service::{GiveBack, give_back};
use caas::support::model::Terms;
use caas::support::{self, Agent};
use caas::withdrawal::model::Via;
use caas::withdrawal::service::{Declarant, withdraw};
use caas::{Caas, sql, ways_out};
use caas_server::demo::DEMO_CARS;

pub struct Street {
    story: Story,
    machine: Machine,
    telephone: Telephone,
    order: Option<ActivationId>,
    second_act_begun: bool,
}

impl Street {
    pub async fn build(template: &Template, story: Story) -> Street {
        let machine = Machine::build(template).await;
        story.prepare(&machine.sandbox.handle);
        let telephone = Telephone::start().await;
        let street = Street { story, machine, telephone, order: None, second_act_begun: false };
        if story == Story::ToldEverywhere {
            street.wants_to_be_told_everywhere().await;
        }
        street
    }

    /// The customer has a telephone whose browser takes messages, and wants text messages too.
    async fn wants_to_be_told_everywhere(&self) {
        let caas = self.caas();
        let customer = self.customer().await;
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE users SET phone = '+34600111222' WHERE id = $1", customer).unwrap();
        tx.commit().await.unwrap();
        preferences::choose(caas, customer, &[(NoticeGroup::Problems, Channel::Sms)]).await.unwrap();
        let device = devices::subscribe(caas, customer, "a session", &self.telephone.subscription()).await.unwrap();
        assert!(device.is_some());
    }

    fn caas(&self) -> &Caas {
        &self.machine.app.caas
    }

    async fn customer(&self) -> UserId {
        let mut tx = self.caas().db.read().await.unwrap();
        let (customer,) =
            sql!(&mut tx, one(UserId,), "SELECT customer_id FROM vehicles WHERE vin = $1", DEMO_CARS[0].vin).unwrap();
        customer
    }

    /// The customer orders.
    pub async fn place(&mut self) {
        self.order = Some(place_order(self.caas()).await);
    }

    /// The customer orders in a process that dies there.
    pub async fn place_and_die_at(&mut self, failpoint: &str) {
        self.machine.click_and_die_at(ORDER_SERVICE, failpoint).await;
    }

    /// What came of it all.
    pub async fn books(&self) -> Books {
        let Machine { app, sandbox, folder, .. } = &self.machine;
        books::read(&app.caas, &sandbox.handle, &self.telephone, self.order.unwrap(), folder.path()).await
    }

    /// Messages of the outside systems that had no effect yet.
    pub async fn unread_webhooks(&self) -> i64 {
        books::unread_webhooks(self.caas()).await
    }

    async fn begin_second_act(&self) {
        match self.story {
            Story::ByHand => self.agent_tries(Terms::Free).await,
            Story::ByHandPaid => {
                self.agent_tries(Terms::NewHold).await;
                let (caas, order) = (self.caas(), self.order.unwrap());
                let customer = self.customer().await;
                ways_out::accept_manual_hold(caas, customer, order, None, Locale::Es).await.unwrap().unwrap();
            }
            Story::Withdrawn => {
                let who = Declarant { customer: self.customer().await, via: Via::EmailLink, locale: Locale::Es };
                withdraw(self.caas(), who, self.order.unwrap()).await.unwrap().unwrap();
            }
            _ => self.begin_what_comes_after_delivery().await,
        }
    }

    async fn agent_tries(&self, terms: Terms) {
        let caas = self.caas();
        let mut tx = caas.db.read().await.unwrap();
        let ticket = support::of_activation(&mut tx, self.order.unwrap()).await.unwrap().remove(0).id;
        let (id,) =
            sql!(&mut tx, one(UserId,), "SELECT id FROM users WHERE email_key = 'soporte@demo.caas.example'").unwrap();
        drop(tx);
        ways_out::manual_activation(caas, &Agent { id }, ticket, terms).await.unwrap().unwrap();
    }

    async fn begin_what_comes_after_delivery(&self) {
        let caas = self.caas();
        let mut tx = caas.db.begin().await.unwrap();
        match self.story {
            Story::Ended => {
                sql!(&mut tx, execute "UPDATE service_activations SET expires_at = $1", caas.now()).unwrap();
                let moved = sql!(&mut tx, execute "UPDATE jobs SET due_at = $1 WHERE kind = 'activation.end_temporary'", caas.now());
                assert_eq!(moved.unwrap(), 1, "nothing waits for the end of the days bought");
            }
            _ => {
                let (payment,) = sql!(&mut tx, one(PaymentId,), "SELECT id FROM payments").unwrap();
                give_back(caas, &mut tx, payment, GiveBack::NotDelivered).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }

    async fn states(&self) -> (&'static str, &'static str) {
        let (activation, payment) = books::states(self.caas(), self.order.unwrap()).await;
        (activation.as_str(), payment.as_str())
    }
}

impl Life for Street {
    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Lets the second act begin.
    async fn move_on(&mut self) {
        let Some(begins) = self.story.second_act() else { return };
        // A cut can cost a try by hand; then the agent tries again.
        if (!self.second_act_begun || self.story == Story::ByHand) && self.states().await == begins {
            self.second_act_begun = true;
            self.begin_second_act().await;
        }
    }

    async fn is_over(&self) -> bool {
        self.states().await == self.story.end()
            && self.machine.sandbox.handle.waiting_webhooks().is_empty()
            && books::work_left(self.caas()).await == 0
    }
}
