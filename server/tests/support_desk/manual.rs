//! Activation by hand: for free, or with a new hold that the customer accepts by an own click.

use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::{AUDIO, SEATS};
use caas::activation::model::ActivationState;
use caas::kernel::ids::ActivationId;
use caas::kernel::locale::Locale;
use caas::sql;
use caas::support::model::{NotNow, Solution, SupportError, Terms, TicketStatus};
use caas::support::{self, Ticket};
use caas::ways_out::{self, HoldRefusal, ManualState};
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{Connectivity, ErrorCode, Fault, FaultRule, Operation, TestCard};
use chrono::TimeDelta;

fn not_now<T>(why: NotNow) -> Result<T, SupportError> {
    Err(SupportError::not_now(why))
}

impl Office {
    async fn by_hand(&self, ticket: &Ticket, terms: Terms) -> Result<(), SupportError> {
        ways_out::manual_activation(&self.scene.caas(), &self.iker, ticket.id, terms).await.unwrap()
    }

    async fn accepts(&self, id: ActivationId) -> Result<(), HoldRefusal> {
        ways_out::accept_manual_hold(&self.scene.caas(), self.scene.customer, id, None, Locale::Es).await.unwrap()
    }

    /// What became of the payments at the bank for one order, in the order in which they were asked for.
    fn at_bank(&self, id: ActivationId) -> Vec<PaymentStatus> {
        let of_order = |payment: &caas_sandbox::world::gateway::model::Payment| {
            payment.metadata.get("orderId").and_then(|v| v.as_str()) == Some(&id.to_string())
        };
        self.scene.world().payments().into_iter().filter(of_order).map(|payment| payment.status).collect()
    }

    async fn manual(&self, id: ActivationId) -> ManualState {
        ways_out::manual_of(&mut self.scene.read().await, id).await.unwrap().unwrap().state
    }

    async fn consents(&self, id: ActivationId) -> Vec<(String, String)> {
        let mut tx = self.scene.read().await;
        sql!(
            tx,
            all(String, String),
            "SELECT kind, text FROM consents WHERE service_activation_id = $1 AND kind = 'NEW_HOLD'",
            id
        )
        .unwrap()
    }
}

#[tokio::test]
async fn for_free_it_is_switched_on_and_nothing_is_ever_taken() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
        assert_eq!(office.scene.state(id).await, "MANUAL_ACTIVATION_ATTEMPT");
        office.scene.live(TimeDelta::minutes(5)).await;
        let activation = office.scene.activation(id).await;
        assert_eq!((activation.state, office.scene.car_has(SEATS)), (ActivationState::Active, true));
        assert_eq!(activation.final_result.as_deref(), Some("MANUAL_ACTIVATION"));
        assert_eq!(office.at_bank(id), [PaymentStatus::Cancelled]);
        assert_eq!(office.scene.calls(Operation::CapturePayment), 0);
        let attempts = office.scene.attempts(id).await;
        assert_eq!(attempts.iter().map(|attempt| attempt.manual).collect::<Vec<_>>(), [false, true]);
        assert!(attempts[1].vehicle_status_at_attempt.is_some(), "the car is asked first");
        let solved = office.again(&ticket).await;
        assert_eq!((solved.status, solved.solution()), (TicketStatus::Solved, Some(Solution::ActivatedByHand)));
        assert_eq!(office.codes(&ticket).await, ["MANUAL_STARTED", "MANUAL_SUCCEEDED"]);
        let said = office.told("TICKET_SOLVED").await;
        assert_eq!(said.len(), 2);
        assert!(said[0].text.contains("No se te cobra nada"), "{}", said[0].text);
        assert!(office.told("SERVICE_ACTIVE").await.is_empty());
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_failed_try_updates_the_same_case_and_can_be_made_again() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        for fault in [
            Fault::Nack { code: ErrorCode::ConfigConflict },
            Fault::AsyncFailure { code: ErrorCode::VehicleBusy },
            Fault::NoCallback,
        ] {
            let vin = office.scene.vin.clone();
            office.scene.fault(FaultRule::vehicle(vin, fault.clone()).on(Operation::Activate).times(1));
            assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()), "{fault:?}");
            // Without a callback the car is asked after the time-out, and has it.
            office.scene.live(TimeDelta::minutes(5)).await;
            if matches!(fault, Fault::NoCallback) {
                assert_eq!(office.scene.state(id).await, "ACTIVE");
            } else {
                assert_eq!(office.scene.state(id).await, "AWAITING_SUPPORT_RESOLUTION");
                assert_eq!(office.manual(id).await, ManualState::Failed);
            }
        }
        assert_eq!(office.scene.tickets(id).await.len(), 1);
        let codes = office.codes(&ticket).await;
        assert_eq!(codes.iter().filter(|code| *code == "MANUAL_ATTEMPT_FAILED").count(), 2);
        assert_eq!(office.told("OTA_FAILED").await.len(), 2, "told once, when the engine gave up");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_is_away_gets_no_command_and_the_case_says_why() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        office.scene.world().set_connectivity(&office.scene.vin.clone(), Connectivity::Offline);
        let before = office.scene.commands(SEATS);
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
        office.scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(
            (office.scene.state(id).await, office.scene.commands(SEATS)),
            ("AWAITING_SUPPORT_RESOLUTION", before)
        );
        let attempts = office.scene.attempts(id).await;
        let last = attempts.last().unwrap();
        assert_eq!((last.ota_command_sent, last.ota_response_code.as_deref()), (false, Some("VEHICLE_OFFLINE")));
        assert!(last.vehicle_status_at_attempt.is_some());
        let failed = office.messages(&ticket).await.pop().unwrap();
        assert_eq!(
            (failed.code.as_str(), failed.data.0["code"].as_str()),
            ("MANUAL_ATTEMPT_FAILED", Some("VEHICLE_OFFLINE"))
        );
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn while_api_iot_is_away_the_try_ends_at_once_instead_of_keeping_everybody_waiting() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        for _ in 0..5 {
            office.scene.fault(FaultRule::iot(Fault::Error).times(1));
            assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
            office.scene.seconds(1).await;
            assert_eq!(office.scene.state(id).await, "AWAITING_SUPPORT_RESOLUTION");
        }
        let calls = office.scene.calls(Operation::VehicleStatus);
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
        office.scene.run().await;
        assert_eq!(office.scene.state(id).await, "AWAITING_SUPPORT_RESOLUTION");
        assert_eq!(office.scene.calls(Operation::VehicleStatus), calls, "the breaker is open: nothing is called");
        office.scene.seconds(120).await;
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
        office.scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(office.scene.state(id).await, "ACTIVE");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_late_confirmation_of_a_failed_try_is_undone_each_time() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        for round in 1..=2 {
            let vin = office.scene.vin.clone();
            office.scene.fault(FaultRule::vehicle(vin, Fault::LateCallback { seconds: 600 }).times(1));
            assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
            office.scene.run().await;
            // The status query after the time-out sees nothing: API IoT is away just then.
            office.scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
            office.scene.seconds(120).await;
            assert_eq!(office.scene.state(id).await, "AWAITING_SUPPORT_RESOLUTION");
            assert!(office.scene.car_has(SEATS));
            office.scene.live(TimeDelta::minutes(30)).await;
            assert!(!office.scene.car_has(SEATS), "round {round}");
            let done = ("COMPENSATION".to_owned(), "DONE".to_owned());
            assert_eq!(office.scene.deactivations(id).await, vec![done; round]);
        }
        let codes = office.codes(&ticket).await;
        assert_eq!(codes.iter().filter(|code| *code == "LATE_CONFIRMATION").count(), 2);
        assert_eq!(
            (office.scene.activation(id).await.activated_at, office.scene.calls(Operation::CapturePayment)),
            (None, 0)
        );
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn guard_rails() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        let question = office.question("Otra cosa").await;
        assert_eq!(office.by_hand(&question, Terms::Free).await, not_now(NotNow::NotWaitingForSupport));
        // Another command is under way in this car.
        office.scene.order(AUDIO).await;
        office.scene.run().await;
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, not_now(NotNow::VehicleBusy));
        office.scene.live(TimeDelta::minutes(1)).await;
        // A late confirmation is being undone.
        let request = office.scene.attempts(id).await[0].request_id.clone();
        assert_eq!(request, None, "refused at once");
        // One at a time.
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, not_now(NotNow::HoldUnderWay));
        let refused = ways_out::refuse_manual_hold(&office.scene.caas(), office.scene.customer, id).await.unwrap();
        assert!(refused);
        let version = office.again(&ticket).await.version;
        support::close(&office.scene.caas(), &office.iker, ticket.id, Solution::Other, version).await.unwrap().unwrap();
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, not_now(NotNow::Solved));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn while_a_late_confirmation_is_undone_nobody_tries_by_hand() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let vin = office.scene.vin.clone();
        office.scene.fault(FaultRule::vehicle(vin, Fault::LateCallback { seconds: 300 }).times(1));
        let id = office.scene.order(SEATS).await;
        office.scene.run().await;
        office.scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
        office.scene.seconds(120).await;
        let ticket = office.scene.tickets(id).await.remove(0);
        office.scene.world().set_connectivity(&office.scene.vin.clone(), Connectivity::Offline);
        office.scene.seconds(200).await;
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, not_now(NotNow::CompensationUnderWay));
        office.scene.world().set_connectivity(&office.scene.vin.clone(), Connectivity::Online);
        office.scene.live(TimeDelta::hours(2)).await;
        assert!(!office.scene.car_has(SEATS));
        assert_eq!(office.by_hand(&ticket, Terms::Free).await, Ok(()));
        office.scene.live(TimeDelta::minutes(2)).await;
        assert_eq!((office.scene.state(id).await, office.scene.car_has(SEATS)), ("ACTIVE", true));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_new_hold_that_nobody_accepts_changes_nothing() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        office.scene.run().await;
        assert_eq!(office.told("HOLD_OFFERED").await.len(), 2);
        assert_eq!(office.again(&ticket).await.status, TicketStatus::WaitingForCustomer);
        let mut tx = office.scene.read().await;
        let offer = ways_out::open_hold_offer(&mut tx, office.scene.customer, id).await.unwrap().unwrap();
        assert_eq!(offer.amount, office.scene.payment(id).await.amount());
        let stranger = office.other_customer().await;
        assert_eq!(ways_out::open_hold_offer(&mut tx, stranger, id).await.unwrap(), None);
        drop(tx);
        let caas = office.scene.caas();
        let refused = ways_out::accept_manual_hold(&caas, stranger, id, None, Locale::Es).await.unwrap();
        assert_eq!(refused, Err(HoldRefusal::NotFound));
        office.scene.live(TimeDelta::days(8)).await;
        assert_eq!(office.manual(id).await, ManualState::Expired);
        assert_eq!(
            (office.scene.state(id).await, office.at_bank(id)),
            ("AWAITING_SUPPORT_RESOLUTION", vec![PaymentStatus::Cancelled])
        );
        assert_eq!(office.scene.commands(SEATS), 1);
        assert_eq!(office.accepts(id).await, Err(HoldRefusal::Gone));
        assert!(office.consents(id).await.is_empty());
        assert_eq!(office.again(&ticket).await.status, TicketStatus::Open);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn ordering_again_ends_an_offer_that_nobody_has_answered() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        office.scene.run().await;
        let again = office.scene.order(SEATS).await;
        assert_eq!(
            (office.scene.state(id).await, office.manual(id).await),
            ("FAILED_NO_CHARGE", ManualState::Withdrawn)
        );
        // The case waits for nobody any more: its clock runs again.
        let open = office.again(&ticket).await;
        assert_eq!((open.status, open.answer_due_at.is_some()), (TicketStatus::Open, true));
        assert_eq!(office.codes(&ticket).await, ["HOLD_OFFERED", "HOLD_ORDERED_AGAIN"]);
        let mut tx = office.scene.read().await;
        let told = sql!(
            tx,
            all(String, bool),
            "SELECT kind, visible FROM expediente_entries WHERE subject_kind = 'TICKET' AND kind LIKE 'MANUAL_HOLD%' ORDER BY seq"
        )
        .unwrap();
        drop(tx);
        assert_eq!(told, [("MANUAL_HOLD_OFFERED".to_owned(), true), ("MANUAL_HOLD_ENDED".to_owned(), true)]);
        assert_eq!(office.accepts(id).await, Err(HoldRefusal::Gone));
        office.scene.live(TimeDelta::days(8)).await;
        assert_eq!((office.scene.state(again).await, office.manual(id).await), ("ACTIVE", ManualState::Withdrawn));
        assert_eq!(office.codes(&ticket).await.iter().filter(|code| *code == "HOLD_EXPIRED").count(), 0);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn an_accepted_hold_is_delivered_and_captured_like_an_order() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        // A second click finds nothing more to accept.
        assert_eq!(office.accepts(id).await, Err(HoldRefusal::Gone));
        let consents = office.consents(id).await;
        assert_eq!(consents.len(), 1);
        assert!(consents[0].1.contains('€'), "{}", consents[0].1);
        assert_eq!(office.scene.commands(SEATS), 1, "first the bank");
        office.scene.live(TimeDelta::minutes(5)).await;
        assert_eq!((office.scene.state(id).await, office.scene.car_has(SEATS)), ("ACTIVE", true));
        assert_eq!(office.at_bank(id).first(), Some(&PaymentStatus::Cancelled));
        assert_eq!(office.at_bank(id).len(), 2);
        let payment = office.scene.payment(id).await;
        assert_eq!((payment.state.as_str(), payment.captured_cents), ("CHARGED", payment.amount_cents));
        assert_eq!(office.scene.activation(id).await.final_result.as_deref(), Some("MANUAL_ACTIVATION"));
        assert_eq!(office.told("SERVICE_ACTIVE").await.len(), 2);
        assert_eq!(office.again(&ticket).await.solution(), Some(Solution::ActivatedByHand));
        assert_eq!(
            office.codes(&ticket).await,
            ["HOLD_OFFERED", "HOLD_ACCEPTED", "MANUAL_STARTED", "MANUAL_SUCCEEDED"]
        );
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_declined_hold_leaves_the_case_where_it_was() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        let order = office.scene.activation(id).await.payment_id;
        office.scene.pays_with(TestCard::InsufficientFunds).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        office.scene.live(TimeDelta::minutes(5)).await;
        let activation = office.scene.activation(id).await;
        assert_eq!((activation.state, activation.payment_id), (ActivationState::AwaitingSupportResolution, order));
        assert_eq!((office.manual(id).await, office.scene.commands(SEATS)), (ManualState::Declined, 1));
        assert_eq!(office.codes(&ticket).await, ["HOLD_OFFERED", "HOLD_ACCEPTED", "HOLD_DECLINED"]);
        let said = office.told("PAYMENT_DECLINED").await;
        assert!(said.iter().any(|s| s.channel == "EMAIL" && s.text.contains("No se te ha cobrado")));
        // With a good card it works.
        office.scene.pays_with(TestCard::GoodMastercard).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        office.scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(
            (office.scene.state(id).await, office.scene.money(id).await.as_str()),
            ("ACTIVE", "CHARGED/PENDING")
        );
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_bank_may_want_a_confirmation_of_the_new_hold() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        let card = office.scene.pays_with(TestCard::NeedsAuthentication).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        let caas = office.scene.caas();
        let customer = office.scene.customer;
        ways_out::accept_manual_hold(&caas, customer, id, Some(card), Locale::En).await.unwrap().unwrap();
        office.scene.run().await;
        let payment = office.scene.payment(id).await;
        let url = payment.authentication_url.clone().unwrap();
        assert_eq!(office.told("AUTHENTICATION_NEEDED").await.len(), 2);
        assert!(!url.is_empty());
        // Nobody confirms: after a day there is no hold, and the case is where it was.
        office.scene.live(TimeDelta::hours(25)).await;
        assert_eq!(
            (office.manual(id).await, office.scene.state(id).await),
            (ManualState::Declined, "AWAITING_SUPPORT_RESOLUTION")
        );
        assert_eq!(office.scene.commands(SEATS), 1);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_hold_whose_try_fails_is_reversed_and_the_customer_told() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        let vin = office.scene.vin.clone();
        office.scene.fault(FaultRule::vehicle(vin, Fault::Nack { code: ErrorCode::ModuleFault }).times(1));
        office.scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(
            (office.scene.state(id).await, office.scene.money(id).await.as_str()),
            ("AWAITING_SUPPORT_RESOLUTION", "FAILED_NO_CHARGE/NONE")
        );
        assert_eq!(office.at_bank(id), [PaymentStatus::Cancelled, PaymentStatus::Cancelled]);
        assert_eq!(office.told("OTA_FAILED").await.len(), 4, "for the order, and for the new hold");
        assert_eq!(office.scene.calls(Operation::CapturePayment), 0);
        assert_eq!(office.again(&ticket).await.status, TicketStatus::Open);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn whoever_orders_again_meanwhile_pays_once() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        let second = office.scene.order(SEATS).await;
        office.scene.live(TimeDelta::minutes(5)).await;
        assert_eq!((office.scene.state(id).await, office.manual(id).await), ("FAILED_NO_CHARGE", ManualState::Failed));
        assert_eq!(office.at_bank(id), [PaymentStatus::Cancelled, PaymentStatus::Cancelled]);
        assert_eq!((office.scene.state(second).await, office.scene.car_has(SEATS)), ("ACTIVE", true));
        assert!(office.scene.money(second).await.starts_with("CHARGED"));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_proof_knows_what_was_agreed() {
    for engine in Engine::all() {
        let (mut office, id, ticket) = Office::given_up(engine).await;
        assert_eq!(office.by_hand(&ticket, Terms::NewHold).await, Ok(()));
        assert_eq!(office.accepts(id).await, Ok(()));
        office.scene.live(TimeDelta::minutes(5)).await;
        let caas = office.scene.caas();
        for (statement, promise, words) in [
            ("DELETE FROM consents WHERE kind = 'NEW_HOLD'", "promise 3", "did not accept"),
            ("UPDATE manual_activations SET terms = 'FREE'", "promise 2", "for free"),
            ("UPDATE tickets SET status = 'OPEN'", "promise 9", "ticket"),
        ] {
            let mut tx = caas.db.begin().await.unwrap();
            assert!(sql!(&mut tx, execute statement).unwrap() > 0, "{statement}");
            let broken = caas::verify::broken_promises(&mut tx).await.unwrap();
            let named = broken.iter().any(|line| line.starts_with(promise) && line.contains(words));
            assert!(named, "{statement}: {broken:?}");
        }
        office.scene.proven().await;
    }
}
