//! Permanent failure with its proof and discount, the workshop, the catalogue, and the note of a theft.

use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::{AUDIO, SEATS};
use caas::accounts::DEMO_ACCOUNTS;
use caas::catalogue::OfferKind;
use caas::kernel::money::Money;
use caas::purchases::discounts;
use caas::purchases::model::OrderRefusal;
use caas::sql;
use caas::support::Ticket;
use caas::support::model::{Compensation, NotNow, RuleChange, Solution, SupportError, Terms, TicketStatus};
use caas::ways_out;
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

fn not_now<T>(why: NotNow) -> Result<T, SupportError> {
    Err(SupportError::not_now(why))
}

impl Office {
    async fn gives_up(&self, ticket: &Ticket, compensation: Option<Compensation>) -> Result<(), SupportError> {
        ways_out::permanent_failure(&self.scene.caas(), &self.iker, ticket.id, "El módulo no existe.", compensation)
            .await
            .unwrap()
    }

    async fn price(&self, code: &str) -> Money {
        self.scene.offer(code, OfferKind::Permanent).await.price(caas::catalogue::Market::Es).unwrap().amount
    }
}

#[tokio::test]
async fn a_permanent_failure_is_closed_with_its_proof_and_the_customer_told() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.gives_up(&ticket, None).await, Ok(()));
        assert_eq!(
            (office.scene.state(id).await, office.scene.money(id).await.as_str()),
            ("FAILED_NO_CHARGE", "FAILED_NO_CHARGE/NONE")
        );
        let solved = office.again(&ticket).await;
        assert_eq!((solved.status, solved.solution()), (TicketStatus::Solved, Some(Solution::PermanentFailure)));
        let said = office.told("PERMANENT_FAILURE").await;
        assert_eq!(said.len(), 2);
        assert!(said[0].text.contains("El módulo no existe."), "{}", said[0].text);
        assert_eq!(office.gives_up(&ticket, None).await, not_now(NotNow::Solved));
        office.scene.run().await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn while_the_hold_is_not_yet_reversed_nothing_is_closed_and_nothing_promised() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        office.scene.fault(FaultRule::gateway(Fault::Error).on(Operation::CancelPayment));
        let (id, ticket) = office.fail(SEATS).await;
        assert_eq!(office.scene.money(id).await, "HELD_FOR_ACTIVATION/NONE");
        assert_eq!(office.gives_up(&ticket, None).await, Ok(()));
        office.scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(office.scene.state(id).await, "PERMANENT_FAILURE");
        assert!(office.told("PERMANENT_FAILURE").await.is_empty());
        office.scene.world().clear_faults();
        office.scene.live(TimeDelta::hours(2)).await;
        assert_eq!(
            (office.scene.state(id).await, office.scene.money(id).await.as_str()),
            ("FAILED_NO_CHARGE", "FAILED_NO_CHARGE/NONE")
        );
        assert_eq!(office.told("PERMANENT_FAILURE").await.len(), 2);
        assert_eq!(office.again(&ticket).await.status, TicketStatus::Solved);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_discount_is_used_once_by_its_customer_at_the_price_that_was_shown() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        assert_eq!(
            office.gives_up(&ticket, Some(Compensation::Discount { percent: 0 })).await,
            not_now(NotNow::Invalid)
        );
        assert_eq!(office.gives_up(&ticket, Some(Compensation::Discount { percent: 25 })).await, Ok(()));
        assert!(office.told("PERMANENT_FAILURE").await[0].text.contains("25 %"));
        let (customer, stranger) = (office.scene.customer, office.other_customer().await);
        let service = office.scene.service(AUDIO).await.id;
        let now = office.scene.app.now();
        let mut tx = office.scene.read().await;
        let discount = discounts::open_for(&mut tx, customer, service, now).await.unwrap().unwrap();
        assert_eq!(discounts::open_for(&mut tx, stranger, service, now).await.unwrap(), None);
        drop(tx);
        let full = office.price(AUDIO).await;
        let reduced = discount.reduced(full);
        assert!(reduced.cents < full.cents);

        // Any other price is refused, and the full one keeps the discount.
        let mut form = office.scene.form(AUDIO, OfferKind::Permanent).await;
        form.shown_price = Money::new(caas::kernel::money::Cents(1), full.currency);
        assert_eq!(office.scene.place(&form).await, Err(OrderRefusal::PriceChanged { now: full }));
        // Declined by the bank: the discount is not lost.
        office.scene.pays_with(TestCard::InsufficientFunds).await;
        let mut form = office.scene.form(AUDIO, OfferKind::Permanent).await;
        form.shown_price = reduced;
        let declined = office.scene.place(&form).await.unwrap().activation;
        office.scene.run().await;
        assert_eq!(office.scene.state(declined).await, "PAYMENT_REJECTED");

        office.scene.pays_with(TestCard::GoodVisa).await;
        let mut form = office.scene.form(AUDIO, OfferKind::Permanent).await;
        form.shown_price = reduced;
        let id = office.scene.place(&form).await.unwrap().activation;
        office.scene.live(TimeDelta::minutes(5)).await;
        let payment = office.scene.payment(id).await;
        assert_eq!((office.scene.state(id).await, payment.captured_cents), ("ACTIVE", reduced.cents));
        let used = discounts::of_activation(&mut office.scene.read().await, id).await.unwrap().unwrap();
        assert_eq!((used.percent, used.full), (25, full));

        // Once.
        let full = office.price(SEATS).await;
        let mut form = office.scene.form(SEATS, OfferKind::Permanent).await;
        form.shown_price = discount.reduced(full);
        assert_eq!(office.scene.place(&form).await, Err(OrderRefusal::PriceChanged { now: full }));
        assert!(discounts::of_customer(&mut office.scene.read().await, customer, now).await.unwrap().is_empty());
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn an_alternative_is_cheaper_alone() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let audio = office.scene.service(AUDIO).await.id;
        let seats = office.scene.service(SEATS).await.id;
        let same = Compensation::Alternative { service: seats, percent: 50 };
        assert_eq!(office.gives_up(&ticket, Some(same)).await, not_now(NotNow::Invalid));
        let other = Compensation::Alternative { service: audio, percent: 50 };
        assert_eq!(office.gives_up(&ticket, Some(other)).await, Ok(()));
        let (customer, now) = (office.scene.customer, office.scene.app.now());
        let mut tx = office.scene.read().await;
        assert!(discounts::open_for(&mut tx, customer, audio, now).await.unwrap().is_some());
        assert!(discounts::open_for(&mut tx, customer, seats, now).await.unwrap().is_none());
        let later = now + TimeDelta::days(181);
        assert!(discounts::open_for(&mut tx, customer, audio, later).await.unwrap().is_none());
        drop(tx);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_permanent_failure_takes_back_an_offer_that_nobody_has_answered() {
    for engine in Engine::all() {
        let (office, id, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        ways_out::manual_activation(&caas, &office.iker, ticket.id, Terms::NewHold).await.unwrap().unwrap();
        assert_eq!(office.gives_up(&ticket, None).await, Ok(()));
        let offer = ways_out::open_hold_offer(&mut office.scene.read().await, office.scene.customer, id).await.unwrap();
        assert_eq!(offer, None);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_dealership_of_the_car_is_asked_and_no_other() {
    for engine in Engine::all() {
        let (mut office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        ways_out::dealership_appointment(&caas, &office.iker, ticket.id, "Revisar el módulo").await.unwrap().unwrap();
        assert_eq!(office.told("DEALERSHIP_APPOINTMENT").await.len(), 2);
        let dealer = crate::support_desk::office::user(&office.scene, "concesionario@demo.caas.example").await;
        let mut tx = office.scene.read().await;
        let places =
            sql!(tx, all(caas::kernel::ids::DealershipId, String), "SELECT id, name FROM dealerships ORDER BY name")
                .unwrap();
        let (own, other) = (places[0].0, places[1].0);
        let asked = ways_out::appointments_of(&mut tx, own, None, 10).await.unwrap();
        assert_eq!(
            (asked.len(), asked[0].text.as_str(), asked[0].customer_name.as_str()),
            (1, "Revisar el módulo", "Lucía Ferrer")
        );
        assert!(ways_out::appointments_of(&mut tx, other, None, 10).await.unwrap().is_empty());
        drop(tx);
        let refused = ways_out::appointment_made(&caas, dealer, other, asked[0].id).await.unwrap();
        assert_eq!(refused, Err(SupportError::NotFound));
        ways_out::appointment_made(&caas, dealer, own, asked[0].id).await.unwrap().unwrap();
        assert!(ways_out::appointments_of(&mut office.scene.read().await, own, None, 10).await.unwrap().is_empty());
        assert_eq!(office.codes(&ticket).await, ["APPOINTMENT_REQUESTED", "APPOINTMENT_MADE"]);
        let question = office.question("Sin coche").await;
        let refused = ways_out::dealership_appointment(&caas, &office.iker, question.id, "x").await.unwrap();
        assert_eq!(refused, not_now(NotNow::NoDealership));
        office.scene.run().await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_an_administrator_approves_is_in_the_catalogue_and_what_not_is_not() {
    for engine in Engine::all() {
        let (office, _, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let admin = crate::support_desk::office::user(&office.scene, "admin@demo.caas.example").await;
        assert!(DEMO_ACCOUNTS.iter().any(|account| account.email == "admin@demo.caas.example"));
        let audio = office.scene.service(AUDIO).await.id;
        let propose = async |change: RuleChange| {
            ways_out::propose_catalogue_rule(&caas, &office.iker, ticket.id, change).await.unwrap()
        };
        assert_eq!(propose(RuleChange::NotForModel { model: "NADA".into() }).await, not_now(NotNow::Invalid));
        assert_eq!(propose(RuleChange::FirmwareFrom { version: "1.0".into() }).await, not_now(NotNow::Invalid));
        assert_eq!(propose(RuleChange::FirmwareFrom { version: "x".into() }).await, not_now(NotNow::Invalid));
        let model = propose(RuleChange::NotForModel { model: "LINCE".into() }).await.unwrap();
        let firmware = propose(RuleChange::FirmwareFrom { version: "9.1".into() }).await.unwrap();
        let conflict = propose(RuleChange::ConflictsWith { service: audio }).await.unwrap();
        assert_eq!(ways_out::rule_proposals(&mut office.scene.read().await, 10).await.unwrap().len(), 3);
        let revision = caas.catalogue().await.unwrap().revision;

        ways_out::decide_catalogue_rule(&caas, admin, firmware, false).await.unwrap().unwrap();
        let before = office.scene.service(SEATS).await;
        assert!(before.models.contains(&"LINCE".to_owned()) && before.min_firmware != "9.1");
        ways_out::decide_catalogue_rule(&caas, admin, model, true).await.unwrap().unwrap();
        ways_out::decide_catalogue_rule(&caas, admin, conflict, true).await.unwrap().unwrap();
        let again = ways_out::decide_catalogue_rule(&caas, admin, model, false).await.unwrap();
        assert_eq!(again, not_now(NotNow::Decided));
        let snapshot = caas.catalogue().await.unwrap();
        assert!(snapshot.revision > revision, "the copy is read anew");
        let seats = snapshot.by_code(SEATS).unwrap();
        assert!(!seats.models.contains(&"LINCE".to_owned()));
        assert!(seats.conflicts.iter().any(|other| other.id == audio));
        assert!(ways_out::rule_proposals(&mut office.scene.read().await, 10).await.unwrap().is_empty());
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_note_of_a_theft_changes_nothing() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let caas = office.scene.caas();
        let vin = office.scene.vin.clone();
        let running = office.scene.order(AUDIO).await;
        office.scene.live(TimeDelta::minutes(2)).await;
        office.scene.fault(FaultRule::vehicle(vin, Fault::Nack { code: ErrorCode::VehicleBusy }).times(1));
        let (customer, vehicle) = (office.scene.customer, Some(office.scene.vehicle));
        let stranger = office.other_customer().await;
        let refused = ways_out::note_theft(&caas, &office.iker, stranger, vehicle, "Robo").await.unwrap();
        assert_eq!(refused, Err(SupportError::NotFound));
        let before = (office.scene.state(running).await, office.scene.money(running).await);
        ways_out::note_theft(&caas, &office.iker, customer, vehicle, "Denuncia puesta").await.unwrap().unwrap();
        assert!(office.told("THEFT_GUIDANCE").await.iter().any(|said| said.channel == "EMAIL"));
        office.scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(
            (office.scene.state(running).await, office.scene.money(running).await.split('/').next()),
            (before.0, Some("CHARGED"))
        );
        assert!(office.scene.car_has(AUDIO));
        assert_eq!(office.scene.calls(Operation::Deactivate), 0);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_live_status_of_the_car_is_a_look_and_no_attempt() {
    for engine in Engine::all() {
        let (office, id, ticket) = Office::given_up(engine).await;
        let caas = office.scene.caas();
        let status = ways_out::vehicle_status_now(&caas, &office.iker, ticket.id).await.unwrap().unwrap();
        assert_eq!(status.unwrap().connectivity.as_str(), "ONLINE");
        office.scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        let status = ways_out::vehicle_status_now(&caas, &office.iker, ticket.id).await.unwrap().unwrap();
        assert!(status.is_none());
        assert_eq!(office.scene.attempts(id).await.len(), 1);
        office.scene.proven().await;
    }
}
