//! A page that is kept for all visitors is nobody's in particular, and never older than the catalogue.

use crate::support::{Answer, Engine, TestApp};
use caas::catalogue::repository::changed;
use caas::sql;

/// The nonce the answer's headers allow.
fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy").expect("every page has one");
    let begin = policy.split("'nonce-").nth(1).expect("scripts need a nonce");
    begin.split('\'').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn visitors_share_the_page_but_not_the_nonce() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let (first, second) = (app.get("/catalogo").await.expect(200), app.get("/catalogo").await.expect(200));
    let (one, other) = (nonce(&first), nonce(&second));
    assert_ne!(one, other);
    assert!(second.body.contains(&format!("nonce=\"{other}\"")), "the second page carries its own nonce");
    assert!(!second.body.contains(&one), "and not the first one's");
    assert_eq!(first.body.replace(&one, ""), second.body.replace(&other, ""));
    assert_eq!(first.header("cache-control"), second.header("cache-control"));
}

#[tokio::test]
async fn language_colours_and_address_have_pages_of_their_own() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/catalogo").await.expect(200).says("lang=\"es\"");
    app.get("/catalogo?lang=en").await.expect(200).says("lang=\"en\"");
    app.get("/catalogo?texto=nada-de-nada").await.expect(200).says("Nada coincide");
    app.cookies.insert("theme".to_owned(), "dark".to_owned());
    app.get("/catalogo").await.expect(200).says("data-theme=\"dark\"");
    app.new_browser();
    assert!(!app.get("/catalogo").await.expect(200).body.contains("data-theme"));
}

#[tokio::test]
async fn a_changed_price_is_on_the_next_page() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let before = app.get("/catalogo").await.expect(200);
    assert!(!before.body.contains("7654,32"));
    let mut tx = app.caas().db.begin().await.expect("a transaction");
    sql!(tx, execute "UPDATE offer_prices SET amount_cents = 765432 WHERE country = 'ES'").expect("prices change");
    changed(&mut tx).await.expect("it is noted");
    tx.commit().await.expect("a commit");
    let after = app.get("/catalogo").await.expect(200);
    assert_ne!(before.body.replace(&nonce(&before), ""), after.body.replace(&nonce(&after), ""));
    assert!(after.body.replace(['.', '\u{a0}'], "").contains("7654,32"), "{}", after.body);
}

#[tokio::test]
async fn who_is_signed_in_never_gets_or_leaves_a_kept_page() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/catalogo").await.expect(200).says("href=\"/entrar\"");
    app.sign_in("customer").await;
    app.get("/catalogo").await.expect(200).says("/api/salir");
    app.new_browser();
    let page = app.get("/catalogo").await.expect(200);
    page.says("href=\"/entrar\"");
    assert!(!page.body.contains("/api/salir"));
}
