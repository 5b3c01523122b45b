//! A car goes from one customer to another.

use super::theft::FOR_A_DAY;
use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::{NAVIGATION, SEATS};
use caas::activation::model::ActivationState;
use caas::activation::repository::{ended_of_customer, open_of_customer};
use caas::catalogue::OfferKind;
use caas::kernel::ids::{UserId, VehicleId};
use caas::kernel::jobs::run_next_job;
use caas::kernel::locale::Locale;
use caas::purchases::model::OrderRefusal;
use caas::rights::export::everything;
use caas::rights::model::{Obstacle, OwnerChangeRefusal as Refusal};
use caas::rights::owner_change::{self, NewOwner, Starter, about_car, accept, inherited, offer, offered_to, withdraw};
use caas::sql;
use caas::subscriptions::model::SubscriptionStatus;
use caas::subscriptions::repository::of_activation;
use caas::vehicles::vehicle_of;
use caas_sandbox::Connectivity;
use chrono::TimeDelta;

const OTHER: &str = "cliente2@demo.caas.example";

fn to(email: &str) -> NewOwner {
    NewOwner { name: "Otra persona".to_owned(), email: email.to_owned(), locale: Locale::Es }
}

async fn entries(office: &Office, chain: UserId, vehicle: VehicleId) -> i64 {
    let (count, _) = sql!(
        &mut office.scene.read().await,
        one(i64, i64),
        "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE chain_id = $1 AND vehicle_id = $2 AND visible",
        chain,
        vehicle
    )
    .unwrap();
    count
}

async fn told(office: &Office, user: UserId) -> i64 {
    let (count, _) = sql!(
        &mut office.scene.read().await,
        one(i64, i64),
        "SELECT COUNT(*), COUNT(*) FROM notifications WHERE user_id = $1",
        user
    )
    .unwrap();
    count
}

#[tokio::test]
async fn services_stay_with_the_car_and_nobody_sees_the_others_data() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let new = office.other_customer().await;
        let seats = office.scene.order(SEATS).await;
        let audio = office.scene.order_kind(FOR_A_DAY, OfferKind::Temporary).await;
        let month = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        for id in [seats, audio, month] {
            office.scene.until(id, ActivationState::Active).await;
        }
        office.scene.live(TimeDelta::hours(1)).await;
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute
            "INSERT INTO linked_apps (id, vehicle_id, user_id, name, linked_at) VALUES ($1, $2, $3, 'Móvil', $4)",
            caas.new_uuid(), car, old, caas.now())
        .unwrap();
        tx.commit().await.unwrap();
        let open = about_car(&mut office.scene.read().await, old, car).await.unwrap();
        assert_eq!(open.iter().map(|open| open.what).collect::<Vec<_>>(), [Obstacle::Subscription]);

        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        assert_eq!(offered_to(&mut office.scene.read().await, new).await.unwrap().len(), 1);
        let again = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap();
        assert_eq!(again.unwrap_err(), Refusal::AlreadyOffered);
        assert_eq!(accept(&caas, old, id, &code).await.unwrap(), Err(Refusal::NotFound));
        assert_eq!(accept(&caas, new, id, "AAAA-BBBB").await.unwrap(), Err(Refusal::WrongCode));
        assert!(vehicle_of(&mut office.scene.read().await, old, car).await.unwrap().is_some());
        assert_eq!(accept(&caas, new, id, &code.to_lowercase()).await.unwrap(), Ok(car));
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Ok(car), "a second click changes nothing");
        office.scene.run().await;

        let mut tx = office.scene.read().await;
        assert!(vehicle_of(&mut tx, old, car).await.unwrap().is_none());
        assert!(vehicle_of(&mut tx, new, car).await.unwrap().is_some());
        let running: Vec<String> =
            inherited(&mut tx, car, new).await.unwrap().into_iter().map(|service| service.service_names.0.es).collect();
        assert_eq!(running.len(), 2, "what was bought for good or for a day, not the subscription: {running:?}");
        assert!(open_of_customer(&mut tx, new, Some(car), 50).await.unwrap().is_empty(), "no order of the old owner's");
        let mine = ended_of_customer(&mut tx, old, None, None, 50).await.unwrap();
        assert!(
            [seats, audio].iter().all(|id| mine.iter().any(|a| a.id == *id)),
            "the old owner keeps their purchases"
        );
        let (apps, _) =
            sql!(&mut tx, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM linked_apps WHERE vehicle_id = $1", car)
                .unwrap();
        assert_eq!(apps, 0);
        let subscription = of_activation(&mut tx, month).await.unwrap().unwrap();
        assert_eq!(subscription.status, SubscriptionStatus::Cancelled);
        drop(tx);
        assert!(told(&office, new).await >= 2, "offered, and taken");

        // The new owner can't buy again what is there for good; the old one can buy nothing for it.
        let mut form = office.scene.form(SEATS, OfferKind::Permanent).await;
        assert_eq!(office.scene.place(&form).await.unwrap_err(), OrderRefusal::NotFound);
        form.customer = new;
        assert_eq!(office.scene.place(&form).await.unwrap_err(), OrderRefusal::NotAvailable);

        // What ends later is no news for whoever has sold the car.
        office.scene.live(TimeDelta::hours(6)).await;
        let before = (entries(&office, old, car).await, told(&office, old).await);
        office.scene.live(TimeDelta::days(2)).await;
        assert_eq!(office.scene.state(audio).await, "EXPIRED");
        assert_eq!((entries(&office, old, car).await, told(&office, old).await), before);
        assert!(office.scene.car_has(SEATS));
        assert!(!office.scene.car_has(NAVIGATION), "the subscription was switched off");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_case_about_what_came_with_the_car_says_nothing_of_who_ordered_it() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let new = office.other_customer().await;
        let audio = office.scene.order_kind(FOR_A_DAY, OfferKind::Temporary).await;
        office.scene.until(audio, ActivationState::Active).await;
        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Ok(car));
        // At its end the car is away, for longer than it is tried without a person.
        office.scene.world().set_connectivity(&office.scene.vin, Connectivity::Offline);
        office.scene.live(TimeDelta::days(4)).await;

        let ticket = office.ticket("OTA-000001").await;
        assert_eq!((ticket.customer_id, ticket.activation), (new, None));
        assert_eq!(ticket.subject.as_deref(), Some("Sonido de concierto"));
        let mut tx = office.scene.read().await;
        let told =
            serde_json::to_string(&everything(&mut tx, new).await.unwrap().iter().map(|t| &t.rows).collect::<Vec<_>>());
        let (address, _) =
            sql!(&mut tx, one(String, UserId), "SELECT email, id FROM users WHERE id = $1", old).unwrap();
        let told = told.unwrap();
        assert!(
            told.contains(&ticket.number) && told.contains("OFFLINE"),
            "the case is theirs, with what the car said"
        );
        for word in [address, audio.to_string(), old.to_string()] {
            assert!(!told.contains(&word), "{word} stands in the new owner's copy");
        }
        drop(tx);
        assert!(office.scene.tickets(audio).await.is_empty(), "nor is it a case of the old owner's");
        office.scene.world().set_connectivity(&office.scene.vin, Connectivity::Online);
        office.scene.live(TimeDelta::hours(2)).await;
        assert_eq!(office.scene.state(audio).await, "EXPIRED");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn a_subscription_that_the_car_has_only_just_confirmed_ends_with_the_change_too() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let new = office.other_customer().await;
        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        office.scene.answers_at_once();
        let month = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        // Up to the car's word, and not a job further.
        while office.scene.activation(month).await.state != ActivationState::Active {
            run_next_job(&caas, &office.scene.app.app.registry).await.unwrap().unwrap();
        }
        assert!(of_activation(&mut office.scene.read().await, month).await.unwrap().is_none());
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Ok(car));
        office.scene.live(TimeDelta::minutes(5)).await;
        let ended = of_activation(&mut office.scene.read().await, month).await.unwrap().unwrap();
        assert_eq!(ended.status, SubscriptionStatus::Cancelled);
        assert!(!office.scene.car_has(NAVIGATION));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_under_way_comes_first() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let new = office.other_customer().await;
        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        let pending = office.scene.order(SEATS).await;
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Err(Refusal::InTheWay));
        withdraw(&caas, Starter::Owner(old), id).await.unwrap().unwrap();
        assert_eq!(withdraw(&caas, Starter::Owner(old), id).await.unwrap(), Err(Refusal::Over));
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Err(Refusal::Over));
        assert_eq!(offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap_err(), Refusal::InTheWay);
        office.scene.until(pending, ActivationState::Active).await;
        assert!(offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().is_ok());
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn an_offer_ends_by_itself_and_by_too_many_codes() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        let new = office.other_customer().await;
        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        for _ in 0..4 {
            assert_eq!(accept(&caas, new, id, "AAAABBBB").await.unwrap(), Err(Refusal::WrongCode));
        }
        assert_eq!(accept(&caas, new, id, "AAAABBBB").await.unwrap(), Err(Refusal::TooManyCodes));
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Err(Refusal::Over));
        let (id, code) = offer(&caas, Starter::Owner(old), car, &to(OTHER)).await.unwrap().unwrap();
        office.scene.pass(owner_change::LASTS).await;
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Err(Refusal::Over));
        assert!(offered_to(&mut office.scene.read().await, new).await.unwrap().is_empty());
        let refusals = [
            (to("cliente@demo.caas.example"), Refusal::Same),
            (to("no es un correo"), Refusal::Email),
            (to("soporte@demo.caas.example"), Refusal::NoCustomer),
            (NewOwner { name: " ".to_owned(), ..to(OTHER) }, Refusal::Name),
        ];
        for (to, refusal) in refusals {
            assert_eq!(offer(&caas, Starter::Owner(old), car, &to).await.unwrap().unwrap_err(), refusal);
        }
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn support_and_the_dealership_begin_it_and_the_owner_is_told() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, car) = (office.scene.caas(), office.scene.vehicle);
        let dealer = caas::kernel::ids::DealershipId(caas.new_uuid());
        let staff = office.iker.id;
        let refused = offer(&caas, Starter::Dealer(staff, dealer), car, &to(OTHER)).await.unwrap();
        assert_eq!(refused.unwrap_err(), Refusal::NotFound, "another dealership's car");
        let stranger = office.other_customer().await;
        let refused = offer(&caas, Starter::Owner(stranger), car, &to("nueva@ejemplo.es")).await.unwrap();
        assert_eq!(refused.unwrap_err(), Refusal::NotFound, "another customer's car");
        // Somebody without an account is invited.
        let (id, code) = offer(&caas, Starter::Support(staff), car, &to("nueva@ejemplo.es")).await.unwrap().unwrap();
        office.scene.run().await;
        assert!(office.told("CAR_HANDED_OVER").await.iter().any(|said| said.channel == "EMAIL"), "the owner is told");
        let (new, _) = sql!(
            &mut office.scene.read().await,
            one(UserId, String),
            "SELECT id, email FROM users WHERE email_key = 'nueva@ejemplo.es'"
        )
        .unwrap();
        assert_eq!(accept(&caas, new, id, &code).await.unwrap(), Ok(car));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn an_owner_can_not_write_to_many_strangers_in_a_day_and_support_can() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, old, car) = (office.scene.caas(), office.scene.customer, office.scene.vehicle);
        for number in 0..5 {
            let (id, _) =
                offer(&caas, Starter::Owner(old), car, &to(&format!("s{number}@example.com"))).await.unwrap().unwrap();
            withdraw(&caas, Starter::Owner(old), id).await.unwrap().unwrap();
        }
        let sixth = offer(&caas, Starter::Owner(old), car, &to("s5@example.com")).await.unwrap();
        assert_eq!(sixth, Err(Refusal::TooMany));
        // Support may have to.
        let agent = Starter::Support(office.iker.id);
        let (id, _) = offer(&caas, agent, car, &to("s5@example.com")).await.unwrap().unwrap();
        withdraw(&caas, agent, id).await.unwrap().unwrap();
        office.scene.live(TimeDelta::days(1) + TimeDelta::seconds(1)).await;
        assert!(offer(&caas, Starter::Owner(old), car, &to("s5@example.com")).await.unwrap().is_ok());
    }
}
