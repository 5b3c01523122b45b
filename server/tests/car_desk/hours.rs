//! A dealership sets its hours of hand-overs, and customers' appointments follow them.

use super::hall::{Hall, PICK_UP, says_not};
use crate::support::Engine;
use caas::sql;

const PAGE: &str = "/concesionario/agenda/horario";

/// A form with one day open, and nothing on the others.
fn saturdays<'a>(opens: &'a str, closes: &'a str, cars: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![("minutes", "90")];
    for day in 1..=7 {
        let [from, until, at_once] = if day == 6 { [opens, closes, cars] } else { [""; 3] };
        fields.extend([("opens[]", from), ("closes[]", until), ("capacity[]", at_once)]);
    }
    fields
}

#[tokio::test]
async fn hours_and_places_are_the_dealerships_own() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        hall.bring_all(id).await;
        hall.get("/concesionario/agenda").await.says(PAGE);
        hall.get(PAGE).await.says("Lunes");
        let page = hall.app.submit("/api/concesionario/horario", &saturdays("10:00", "11:00", "0")).await.expect(200);
        page.says("No se ha guardado.");
        page.says("Entre 1 y 20 coches a la vez.");
        let page = hall.app.submit("/api/concesionario/horario", &saturdays("10:00", "11:00", "3")).await.expect(200);
        page.says("tiene que caber al menos una entrega");
        page.says("value=\"11:00\"");
        let page = hall.app.submit("/api/concesionario/horario", &saturdays("10:00", "14:00", "3")).await.expect(200);
        page.says("Guardado.");
        // Saturday, 28 November 2026, in Madrid: 10:00 and 11:30, three cars each.
        let page = hall.hand_over(id).await;
        page.says("value=\"2026-11-28T09:00:00");
        page.says("value=\"2026-11-28T10:30:00");
        page.says("Quedan 3 sitios");
        says_not(&page, "2026-11-27T");
        let mut tx = hall.app.caas().db.read().await.unwrap();
        let (noted, other) = sql!(
            tx,
            one(i64, i64),
            "SELECT (SELECT COUNT(*) FROM expediente_entries WHERE kind = 'CALENDAR_CHANGED'),
                    (SELECT COUNT(*) FROM pick_up_hours WHERE dealership_id = $1 AND slot_minutes = 90)",
            hall.valencia
        )
        .unwrap();
        assert_eq!((noted, other), (1, 0));
        drop(tx);
        for who in ["customer", "support", "operations", "administrator"] {
            hall.becomes(who).await;
            hall.app.get(PAGE).await.expect(404);
            hall.app.post_form("/api/concesionario/horario", &saturdays("10:00", "14:00", "3")).await.expect(404);
        }
        hall.app.verify().await;
    }
}
