//! `/sandbox`: the control room of the demonstration. What fails, what time it is, what the cars, the bank and the
//! mailbox hold.
//!
//! It stands in the server crate, not among the app's pages: the app must know no outside system, and only the server
//! knows both the played ones and the app. The pages use the app's components and frame all the same. The addresses
//! exist only while the sandbox runs, so in production there is nothing to guard. Nobody signs in here: whoever reaches
//! a demonstration may play with it. Every change is a form by `POST` that redirects back; no JavaScript is needed.

mod bank;
mod cars;
mod clock;
mod control;
mod faults;
mod forms;
mod log;
mod mail;
mod phone;
mod sales;
mod scenarios;
mod switches;
mod upkeep;
mod words;

use crate::http::Http;
use axum::Router;
use axum::routing::post;
use caas_app::ui::{LinkButton, PageHeader};
use caas_app::web::{Page, Route, Section, WebContext, get};
use caas_sandbox::Sandbox;
use leptos::prelude::*;

/// The pages.
pub fn routes(sandbox: &Sandbox) -> Vec<Route> {
    let given = || sandbox.clone();
    let (control, mail, phone, bank, log, sales) = (given(), given(), given(), given(), given(), given());
    vec![
        get("/sandbox/ventas", move |web| sales::sales_page(web, sales.clone())),
        get("/sandbox", move |web| control::control_page(web, control.clone())),
        get("/sandbox/correo", move |web| mail::mail_page(web, mail.clone())),
        get("/sandbox/movil", move |web| phone::phone_page(web, phone.clone())),
        get("/sandbox/banco", move |web| bank::bank_page(web, bank.clone())),
        get("/sandbox/ordenes", move |web| log::log_page(web, log.clone())),
    ]
}

/// What the pages' forms post to.
pub fn forms(sandbox: &Sandbox) -> Router<Http> {
    let given = || sandbox.clone();
    let (scenario, switch, clear, clock, bank, sales) = (given(), given(), given(), given(), given(), given());
    let workshops = given();
    Router::new()
        .route("/sandbox/situacion", post(move |web, form| forms::scenario(web, scenario.clone(), form)))
        .route("/sandbox/fallos", post(move |web, form| forms::switch(web, switch.clone(), form)))
        .route("/sandbox/fallos/quitar", post(move |web, form| forms::clear(web, clear.clone(), form)))
        .route("/sandbox/reloj", post(move |web, form| forms::advance(web, clock.clone(), form)))
        .route(sales::FORM, post(move |web, form| forms::sale(web, sales.clone(), form)))
        .route(upkeep::FORM, post(move |web, form| forms::upkeep(web, workshops.clone(), form)))
        .route("/sandbox/banco/pago", post(move |web, form| forms::payment(web, bank.clone(), form)))
}

/// The room's pages, one after the other.
const PLACES: [(&str, &str, &str); 6] = [
    ("/sandbox", "Mando", "Controls"),
    ("/sandbox/correo", "Correo", "Mail"),
    ("/sandbox/movil", "Móvil", "Phone"),
    ("/sandbox/banco", "Banco", "Bank"),
    ("/sandbox/ventas", "Ventas", "Sales"),
    ("/sandbox/ordenes", "Órdenes y llamadas", "Commands and calls"),
];

/// A page of this room: title, the way between its pages, and the body.
fn page(web: &WebContext, title: &str, lead: &str, body: impl IntoView + 'static) -> Page {
    let (title, lead) = (title.to_owned(), lead.to_owned());
    // Boxed, so that the compiler meets no type as deep as the whole page.
    let body = body.into_any();
    let places = PLACES
        .map(|(href, es, en)| {
            let current = (web.path == href).then_some("page");
            let name = web.locale.t(es, en);
            view! { <li><a class="chip" href=href aria-current=current>{name}</a></li> }
        })
        .collect_view();
    let back = web.t("Volver a la aplicación", "Back to the application").to_owned();
    let whole = view! {
        <PageHeader title=title.clone() lead=lead actions=view! { <LinkButton href="/">{back}</LinkButton> }.into_any()/>
        <nav aria-label=web.t("Sistemas simulados", "Played systems").to_owned()><ul class="chips">{places}</ul></nav>
        {body}
    };
    Page::new(title, whole).section(Section::Sandbox)
}
