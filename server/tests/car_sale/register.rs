//! What a registered sale takes, keeps and tells.

use super::scene::*;
use caas::kernel::money::Cents;
use caas::payments::methods;
use caas::sales::model::OrderStatus;
use caas::sales::payment::{CarPayment, pay};
use caas::sales::plans::{self, PlanField, PlanProblem};
use std::collections::BTreeSet;

const WHITE_LINCE: &str = "VSSZZZLNCTR000501";

#[tokio::test]
async fn of_two_sales_of_one_car_at_the_same_moment_one_gets_it() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let page = {
            let id = desk.begin("a@nueva.example").await;
            desk.app.get(&format!("/concesionario/ventas/{id}/coche?de=existencias")).await.expect(200)
        };
        page.says(WHITE_LINCE);
        page.says("41 días");
        says_not(&page, "VSSZZZLNCTR000601");
        // Begun from the list of the stock, the car is chosen already.
        let fields = [buyer("b@nueva.example"), vec![("vin", WHITE_LINCE)]].concat();
        let chosen = desk.step("cliente", "", &fields).await;
        assert!(chosen.ends_with("/entrega"), "{chosen}");
        let one = desk.filled_from_stock("uno@nueva.example", WHITE_LINCE).await;
        let other = desk.filled_from_stock("dos@nueva.example", WHITE_LINCE).await;
        let (first, second) = tokio::join!(desk.register(&one), desk.register(&other));
        let (winner, loser, loss) = match (first, second) {
            (Ok(_), Err(loss)) => (one, other, loss),
            (Err(loss), Ok(_)) => (other, one, loss),
            both => panic!("one of two gets the car: {both:?}"),
        };
        let SaleError::Wrong(problems) = loss else { panic!("{loss:?}") };
        assert_eq!(problems, [(SaleField::Stock, SaleProblem::StockGone)]);
        let sold = desk.order(&winner).await;
        assert_eq!(sold.status, OrderStatus::AwaitingReservation);
        assert_eq!(sold.vehicle_id, Some(desk.vehicle(WHITE_LINCE).await));
        // 38,990.00 + 950.00 for its heat pump; white costs nothing more.
        assert_eq!(sold.total_cents, Some(Cents(3_994_000)));
        // The loser keeps the draft, reads why, and nobody was invited for it.
        assert_eq!(desk.order(&loser).await.status, OrderStatus::Draft);
        let page = desk.app.get(&format!("/concesionario/ventas/{loser}/resumen")).await.expect(200);
        page.says("Este coche ya no está disponible");
        let owned =
            "SELECT COUNT(*), COUNT(*) FROM users WHERE email_key IN ('uno@nueva.example', 'dos@nueva.example')";
        assert_eq!(desk.count(owned).await, 1);
        // Another car, and it goes through.
        let vehicle = desk.vehicle("VSSZZZLNCTR000502").await.to_string();
        desk.step("coche", &loser, &[("source", "stock"), ("stock", &vehicle)]).await;
        assert!(desk.step("registrar", &loser, &[]).await.ends_with("/registrada"));
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn a_sale_keeps_its_version_to_the_cent_and_a_draft_has_to_choose_again() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let sold = desk.filled("uno@nueva.example", "CONTADO-ES").await;
        desk.register(&sold).await.unwrap();
        let draft = desk.filled("dos@nueva.example", "CONTADO-ES").await;
        let before = desk.order(&sold).await;
        let old = desk.version("CONTADO-ES").await;
        let caas = desk.app.caas().clone();
        let (plan, version) = plans::version(&mut caas.db.read().await.unwrap(), old).await.unwrap().unwrap();
        let mut new = version.draft();
        new.price_list.models.insert("ALCOR".to_owned(), Cents(4_700_000));
        assert_eq!(plans::publish(&caas, desk.seller.id, plan.id, &new).await.unwrap(), Some(Ok(2)));
        let after = desk.order(&sold).await;
        assert_eq!((after.total_cents, after.reservation_cents), (before.total_cents, before.reservation_cents));
        assert_eq!(after.quote.unwrap().0, before.quote.unwrap().0);
        assert_eq!(after.plan_version_id, Some(old));
        let Err(SaleError::Wrong(problems)) = desk.register(&draft).await else { panic!("the prices are new") };
        assert_eq!(problems, [(SaleField::Plan, SaleProblem::PlanChanged)]);
        let page = desk.app.get(&format!("/concesionario/ventas/{draft}/resumen")).await.expect(200);
        page.says("El plan ha cambiado desde que lo elegiste.");
        // The old version can't be chosen any more, the new one can.
        assert!(desk.step("plan", &draft, &[("version", &old.to_string())]).await.ends_with("/plan"));
        let new = desk.version("CONTADO-ES").await.to_string();
        desk.step("plan", &draft, &[("version", &new)]).await;
        desk.register(&draft).await.unwrap();
        assert_eq!(desk.order(&draft).await.total_cents, Some(Cents(4_973_000)));
        // A closed plan sells nothing.
        let closed = desk.filled("tres@nueva.example", "CONTADO-ES").await;
        assert!(plans::set_active(&caas, desk.seller.id, plan.id, false).await.unwrap());
        assert!(matches!(desk.register(&closed).await, Err(SaleError::Wrong(_))));
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn the_dealership_reads_the_price_line_by_line_and_how_its_parts_stand() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let id = desk.filled("cliente@demo.caas.example", "CONTADO-ES").await;
        desk.register(&id).await.unwrap();
        let page = desk.app.get(&format!("/concesionario/pedidos/{id}")).await.expect(200);
        for text in [
            "Bola de remolque",
            "780,00\u{a0}€",
            "Base imponible",
            "IVA 21\u{a0}%",
            "49.220,00\u{a0}€",
            "Señal (10\u{a0}%)",
            "4.922,00\u{a0}€",
            "44.298,00\u{a0}€",
            "versión 1: el precio acordado no cambia.",
        ] {
            page.says(text);
        }
        says_not(&page, "Cobrado");
        let (caas, order) = (desk.app.caas().clone(), desk.order(&id).await);
        let customer = order.customer_id.unwrap();
        let method = methods::list(&mut caas.db.read().await.unwrap(), customer).await.unwrap()[0].id;
        pay(&caas, customer, order.id, CarPayment::Reservation, method, "señal").await.unwrap().unwrap();
        desk.app.run_jobs().await;
        let page = desk.app.get(&format!("/concesionario/pedidos/{id}")).await.expect(200);
        let price = page.body.split("id=\"precio\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert_eq!(price.matches("Cobrado").count(), 1, "{price}");
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn nobody_sells_what_nothing_or_everything_reserves() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let (caas, version) = (desk.app.caas().clone(), desk.version("CONTADO-ES").await);
        let (plan, sound) = plans::version(&mut caas.db.read().await.unwrap(), version).await.unwrap().unwrap();
        for share in [0, 10_000] {
            let mut new = sound.draft();
            new.reservation_basis_points = share;
            let published = plans::publish(&caas, desk.seller.id, plan.id, &new).await.unwrap();
            assert_eq!(published, Some(Err(vec![(PlanField::Reservation, PlanProblem::Reservation)])));
            let mut tx = caas.db.begin().await.unwrap();
            plans::insert_version(&caas, &mut tx, plan.id, &new, None).await.unwrap_err();
            drop(tx);
            // Even a version that somebody wrote past all that.
            let id = desk.filled(&format!("con{share}@nueva.example"), "CONTADO-ES").await;
            let mut tx = caas.db.begin().await.unwrap();
            sql!(tx, execute
                "UPDATE plan_versions SET reservation_basis_points = $1 WHERE id = $2", share, version)
            .unwrap();
            tx.commit().await.unwrap();
            let Err(SaleError::Wrong(problems)) = desk.register(&id).await else { panic!("{share}") };
            assert_eq!(problems, [(SaleField::Plan, SaleProblem::NotInPlan)]);
            let chosen = desk.step("plan", &id, &[("version", &version.to_string())]).await;
            assert!(chosen.ends_with("/plan"), "{chosen}");
            let mut tx = caas.db.begin().await.unwrap();
            sql!(tx, execute
                "UPDATE plan_versions SET reservation_basis_points = 1000 WHERE id = $1", version)
            .unwrap();
            tx.commit().await.unwrap();
        }
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn an_account_that_is_there_is_used_as_it_is_and_its_owner_told() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let id = desk.filled("Cliente@demo.caas.example", "CONECTADO-ES").await;
        let before = desk.count("SELECT COUNT(*), COUNT(*) FROM users").await;
        let registered = desk.register(&id).await.unwrap();
        assert!(!registered.is_new_customer);
        assert_eq!(desk.count("SELECT COUNT(*), COUNT(*) FROM users").await, before);
        let named = "SELECT COUNT(*), COUNT(*) FROM users WHERE name = 'Lucía Ferrer'";
        assert_eq!(desk.count(named).await, 1);
        // Neither page nor summary said that the address was known.
        let done = desk.app.get(&format!("/concesionario/ventas/{id}/registrada")).await.expect(200);
        says_not(&done, "Lucía");
        done.says("Si es nuevo en CaaS");
        let told = "SELECT COUNT(*), COUNT(*) FROM notifications WHERE event = 'RESERVATION_DUE' AND channel = 'EMAIL'";
        assert_eq!(desk.count(told).await, 1);
        assert!(matches!(desk.register(&id).await, Err(SaleError::NoDraft)));
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn numbers_never_clash() {
    for engine in Engine::all() {
        let desk = Desk::open(engine).await;
        let form = CustomerForm {
            name: "Elena Prat".to_owned(),
            email: "elena@nueva.example".to_owned(),
            phone: "+34600000001".to_owned(),
            language: "es".to_owned(),
            country: "ES".to_owned(),
            owner_kind: "INDIVIDUAL".to_owned(),
            tax_id: "12345678Z".to_owned(),
            birth_date: "1988-09-02".to_owned(),
            ..CustomerForm::default()
        };
        let caas = desk.app.caas();
        let begun = futures::future::join_all((0..12).map(|_| sale::begin(caas, desk.seller, &form))).await;
        let mut numbers = BTreeSet::new();
        for id in begun {
            numbers.insert(desk.order(&id.unwrap().to_string()).await.number);
        }
        assert_eq!(numbers.len(), 12);
        assert_eq!(numbers.first().unwrap(), "V-2026-000001");
        assert_eq!(numbers.last().unwrap(), "V-2026-000012");
    }
}

#[tokio::test]
async fn the_demos_sales_are_made_as_people_make_them() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        caas::sales::demo::begin_sales(desk.app.caas()).await.unwrap();
        let ordered = "SELECT COUNT(*), COUNT(*) FROM customer_orders WHERE status = 'AWAITING_RESERVATION'";
        assert_eq!(desk.count(ordered).await, 1);
        assert_eq!(desk.count("SELECT COUNT(*), COUNT(*) FROM customer_orders WHERE status = 'DRAFT'").await, 1);
        desk.app.run_jobs().await;
        desk.app.verify().await;
    }
}
