//! Support sees whether, finance also how much; nobody sees a card.

use crate::support_pages::counter::*;

#[tokio::test]
async fn support_sees_no_amount_and_nobody_a_card() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.page().await;
        page.says("No cobrado");
        says_not(&page, "249,00");
        says_not(&page, "24900");
        says_not(&page, "4242");
        counter.becomes("operations").await;
        let page = counter.page().await;
        page.says("249,00\u{a0}€");
        says_not(&page, "4242");
        // Looking is all that operations does here.
        for form in ["Lo llevo yo", "Enviar la respuesta", "Activar a mano", "/api/soporte/", "href=\"#trabajo\""] {
            says_not(&page, form);
        }
    }
}
