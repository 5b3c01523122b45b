//! Nothing of one dealership is seen at another, and nothing of either by anybody else.

use super::hall::{Hall, PICK_UP, TOMAS, VALERIA, VALERIAS, post_paper, says_not};
use crate::support::Engine;
use caas::sql;

/// Every page of the room without an order.
const LISTS: [&str; 14] = [
    "/concesionario",
    "/concesionario?necesita=senal",
    "/concesionario?necesita=pago-final",
    "/concesionario?necesita=papeles",
    "/concesionario/tablero",
    "/concesionario/tablero?columna=senal",
    "/concesionario/tablero?columna=entregados",
    "/concesionario/tablero?texto=valeria",
    "/concesionario/tablero?texto=V-2026",
    "/concesionario/existencias",
    "/concesionario/existencias?estado=por-entregar",
    "/concesionario/existencias?estado=en-fabrica",
    "/concesionario/existencias?estado=entregados",
    "/concesionario/agenda",
];

/// Every form of an order, with what it may carry.
const FORMS: [(&str, &[(&str, &str)]); 14] = [
    ("documento-aceptar", &[("id", "0192f0c1-7c3a-7000-8000-000000000001")]),
    ("documento-rechazar", &[("id", "0192f0c1-7c3a-7000-8000-000000000001"), ("reason", "no")]),
    ("matriculacion-corregir", &[("name", "Otra persona")]),
    ("matriculacion-presentar", &[]),
    ("matricula", &[("plate", "1234 BCD")]),
    ("matriculacion-abandonar", &[("sure", "true")]),
    ("cita-recogida", &[("at", "2026-11-24T09:00:00Z")]),
    ("cita-perdida", &[]),
    ("entrega-comprobar", &[("item", "KEYS"), ("done", "true")]),
    ("entrega-identidad", &[("document", "PASSPORT"), ("last_four", "1234")]),
    ("entrega-completar", &[]),
    ("entrega-codigo", &[]),
    ("entrega-forma", &[("way", "HOME")]),
    ("cita-dada", &[("id", "0192f0c1-7c3a-7000-8000-000000000001")]),
];

const PAGES: [&str; 4] =
    ["", "/entrega", "/expediente-matriculacion", "/documentos/0192f0c1-7c3a-7000-8000-000000000001"];

#[tokio::test]
async fn a_dealership_sees_nothing_of_another_one() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let theirs = hall.sale(hall.valencia, VALERIAS).await;
        let ours = hall.sale(hall.madrid, PICK_UP).await;
        let (_, vin) = hall.car(hall.valencia).await;
        let number = hall.order(theirs).await.number;
        let mut tx = hall.app.caas().db.read().await.unwrap();
        let (sold, _) = sql!(
            tx,
            one(String, String),
            "SELECT v.vin, v.vin FROM vehicles v JOIN customer_orders o ON o.vehicle_id = v.id WHERE o.id = $1",
            theirs
        )
        .unwrap();
        drop(tx);
        let mut pages: Vec<String> = LISTS.map(str::to_owned).to_vec();
        // A chosen dealership is for administrators: for others it changes nothing.
        pages.extend(LISTS.map(|path| {
            let sign = if path.contains('?') { '&' } else { '?' };
            format!("{path}{sign}concesionario={}", hall.valencia)
        }));
        pages.push(format!("/concesionario/existencias?vin={vin}"));
        pages.push(format!("/concesionario/tablero?texto={sold}"));
        pages.push(format!("/concesionario/pedidos/{ours}"));
        pages.push(format!("/concesionario/pedidos/{ours}/entrega"));
        for path in &pages {
            let page = hall.get(path).await;
            let (number, sold, vin) = (format!(">{number}<"), format!(">{sold}<"), format!(">{vin}<"));
            for secret in ["Valeria Puig", VALERIA, &number, &sold, &vin] {
                assert!(!page.body.contains(secret), "{path} says {secret}");
            }
        }
        for path in PAGES {
            hall.app.get(&format!("/concesionario/pedidos/{theirs}{path}")).await.expect(404);
        }
        let order = theirs.to_string();
        for (form, fields) in FORMS {
            let mut all = vec![("order", order.as_str())];
            all.extend_from_slice(fields);
            if form == "cita-dada" {
                all.remove(0);
            }
            hall.app.post_form(&format!("/api/concesionario/{form}"), &all).await.expect(404);
        }
        post_paper(&mut hall.app, theirs, "PURCHASE_CONTRACT", b"%PDF-1.7 x").await.expect(404);
        assert_eq!(hall.order(theirs).await.version, 1, "nothing was written");
        // The tries are on record.
        let mut tx = hall.app.caas().db.read().await.unwrap();
        let (tries, _) = sql!(
            tx,
            one(i64, i64),
            "SELECT COUNT(*), CAST(1 AS BIGINT) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'"
        )
        .unwrap();
        drop(tx);
        assert!(tries >= 15, "{tries}");
        // In Valencia it is the other way round.
        hall.sits_in(hall.valencia).await;
        hall.get(&format!("/concesionario/pedidos/{theirs}")).await.says("Valeria Puig");
        hall.get("/concesionario/existencias").await.says(&vin);
        hall.app.get(&format!("/concesionario/pedidos/{ours}")).await.expect(404);
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn for_others_there_is_no_dealership_and_administrators_see_all() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let order = hall.sale(hall.valencia, VALERIAS).await;
        let number = hall.order(order).await.number;
        let pages: Vec<String> = LISTS
            .iter()
            .map(|path| (*path).to_owned())
            .chain(PAGES.iter().map(|path| format!("/concesionario/pedidos/{order}{path}")))
            .collect();
        let id = order.to_string();
        for who in ["customer", TOMAS, "support", "operations"] {
            hall.becomes(who).await;
            for path in &pages {
                hall.app.get(path).await.expect(404);
            }
            for (form, fields) in FORMS {
                let mut all = vec![("order", id.as_str())];
                all.extend_from_slice(fields);
                if form == "cita-dada" {
                    all.remove(0);
                }
                hall.app.post_form(&format!("/api/concesionario/{form}"), &all).await.expect(404);
            }
            post_paper(&mut hall.app, order, "PURCHASE_CONTRACT", b"%PDF-1.7 x").await.expect(404);
            let answer = hall.app.call("/api/concesionario/mesa", &[("dealership", "")]).await;
            assert_eq!(answer.status, 404, "{who}");
        }
        hall.app.new_browser();
        hall.app.get("/concesionario/tablero").await.expect(303);
        hall.becomes("administrator").await;
        for path in LISTS {
            hall.app.get(path).await.expect(200);
        }
        hall.get("/concesionario/tablero").await.says(&number);
        hall.page(order).await.says("Valeria Puig");
        let here = format!("/concesionario/agenda?concesionario={}", hall.valencia);
        hall.get(&here).await.says("Semana del");
        hall.app.call("/api/concesionario/mesa", &[("dealership", "")]).await.expect(200);
        hall.becomes("dealer").await;
        let answer = hall.app.call("/api/concesionario/mesa", &[("dealership", &hall.valencia.to_string())]).await;
        says_not(&answer.expect(200), &number);
        hall.app.verify().await;
    }
}
