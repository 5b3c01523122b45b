//! Board, search and stock.

use super::hall::{Hall, PICK_UP, Sale, TOMAS, says_not};
use crate::support::Engine;
use caas::sales::payment::CarPayment;
use caas::sql;
use chrono::TimeDelta;

#[tokio::test]
async fn an_order_stands_in_the_column_of_its_state() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.sale(hall.madrid, PICK_UP).await;
        let number = hall.order(id).await.number;
        let lane = |body: &str, slug: &str| {
            let lane = body.split(&format!("aria-labelledby=\"col-{slug}\"")).nth(1).unwrap().to_owned();
            lane.split("</section>").next().unwrap().to_owned()
        };
        let board = hall.get("/concesionario/tablero").await;
        assert!(lane(&board.body, "senal").contains(&number));
        hall.pays(id, CarPayment::Reservation).await;
        let board = hall.get("/concesionario/tablero").await;
        assert!(!lane(&board.body, "senal").contains(&number));
        assert!(lane(&board.body, "pago-final").contains(&number));
        hall.get("/concesionario/tablero?columna=pago-final").await.says(&number);
        says_not(&hall.get("/concesionario/tablero?columna=senal").await, &number);
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn a_column_is_paged_by_key() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let mut numbers = Vec::new();
        for _ in 0..30 {
            let id = hall.sale(hall.madrid, PICK_UP).await;
            numbers.push(hall.order(id).await.number);
            hall.app.advance(TimeDelta::minutes(1));
        }
        let mut path = "/concesionario/tablero?columna=senal".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = hall.get(&path).await;
            seen.extend(numbers.iter().filter(|number| page.body.contains(number.as_str())).cloned());
            let Some(next) = page.body.split("rel=\"next\" href=\"").nth(1) else { break };
            path = next.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(seen, numbers, "each once, those waiting longest first");
    }
}

#[tokio::test]
async fn an_order_is_found_by_whatever_is_known_of_it() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        hall.bring_all(id).await;
        let number = hall.order(id).await.number;
        let mut tx = hall.app.caas().db.read().await.unwrap();
        let (vin, plate) = sql!(
            tx,
            one(String, String),
            "SELECT v.vin, v.plate FROM vehicles v JOIN customer_orders o ON o.vehicle_id = v.id WHERE o.id = $1",
            id
        )
        .unwrap();
        drop(tx);
        let spoken = number.replace('-', " ").to_lowercase();
        for typed in [
            number.as_str(),
            &spoken,
            "lucia ferrer",
            "LUCÍA",
            "cliente@demo.caas.example",
            vin.as_str(),
            &vin.to_lowercase()[..14],
            plate.as_str(),
            &plate.replace(' ', ""),
        ] {
            let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
            let path = format!("/concesionario/tablero?texto={query}");
            hall.get(&path).await.says(&format!(">{number}<"));
        }
        for typed in ["nadie", "%25", "a", "V-2026-99999"] {
            let page = hall.get(&format!("/concesionario/tablero?texto={typed}")).await;
            says_not(&page, &format!(">{number}<"));
            page.says("Ningún pedido aquí");
        }
        hall.sits_in(hall.valencia).await;
        says_not(&hall.get("/concesionario/tablero?texto=lucia").await, &number);
        hall.becomes("administrator").await;
        hall.get("/concesionario/tablero?texto=lucia").await.says(&format!(">{number}<"));
        let elsewhere = format!("/concesionario/tablero?texto=lucia&concesionario={}", hall.valencia);
        says_not(&hall.get(&elsewhere).await, &format!(">{number}<"));
    }
}

#[tokio::test]
async fn stock_shows_what_can_be_sold_and_for_how_long_it_stands() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let (_, vin) = hall.car(hall.madrid).await;
        let (_, elsewhere) = hall.car(hall.valencia).await;
        let sold = hall.sale(hall.madrid, Sale { customer: TOMAS, owner: "Tomás Aguirre", ..PICK_UP }).await;
        hall.app.advance(TimeDelta::days(12));
        hall.becomes("dealer").await;
        let page = hall.get(&format!("/concesionario/existencias?vin={vin}")).await;
        page.says(&vin);
        page.says("12 días");
        page.says("Vender");
        says_not(&page, &elsewhere);
        let stock = hall.get("/concesionario/existencias").await;
        stock.says(&vin);
        says_not(&stock, "Tomás");
        says_not(&hall.get("/concesionario/existencias?color=RED&modelo=LINCE").await, &vin);
        hall.get("/concesionario/existencias?color=BLUE&modelo=LINCE").await.says(&vin);
        let number = hall.order(sold).await.number;
        let waiting = hall.get("/concesionario/existencias?estado=por-entregar").await;
        waiting.says(&number);
        waiting.says("Tomás Aguirre");
        hall.becomes("administrator").await;
        let path = format!("/concesionario/existencias?concesionario={}", hall.valencia);
        let page = hall.get(&path).await;
        page.says(&elsewhere);
        says_not(&page, &vin);
    }
}
