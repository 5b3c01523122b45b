//! `/sandbox/ventas`: cars on their way: what the factory builds, what the registration bodies look at, what is on the
//! road; each can be hurried on or sent another way.

use super::{page, words};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas_app::ui::{DataTable, EmptyState, Status, StatusPill};
use caas_app::web::dates::{exact, moment};
use caas_app::web::{PageResult, WebContext};
use caas_sandbox::{BuildStatus, Country, Delivery, FactoryOrder, Registration, Sandbox, Verdict};
use leptos::prelude::*;

/// The newest of each, as many as somebody looks through.
const SHOWN: usize = 50;

/// What the forms of this page post to.
pub(super) const FORM: &str = "/sandbox/ventas/paso";

/// The page.
pub(super) async fn sales_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let (orders, papers, road) = (sandbox.factory_orders(), sandbox.registrations(), sandbox.deliveries());
    let body = if orders.is_empty() && papers.is_empty() && road.is_empty() {
        view! {
            <EmptyState title=locale.t("Todavía no hay coches en camino", "No cars on their way yet")>
                <p>{locale.t("El primero aparecerá cuando alguien pague la señal de un coche.", "The first one will appear once somebody pays the reservation of a car.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            {section("fabrica", locale.t("Fábrica", "Factory"), factory(&orders, &web))}
            {section("registro", locale.t("Matriculación", "Registration"), registrations(&papers, &web))}
            {section("transporte", locale.t("Transporte", "Transport"), transports(&road, &web))}
        }
        .into_any()
    };
    let lead = locale.t(
        "Lo que de verdad tienen la fábrica, los organismos de matriculación y el transporte. Un mes del reloj construye un coche; aquí va paso a paso.",
        "What the factory, the registration bodies and the transport company really have. A month of the clock builds a car; here it goes step by step.",
    );
    Ok(page(&web, locale.t("Ventas simuladas", "Played sales"), lead, body))
}

fn section(id: &'static str, title: &str, table: Option<AnyView>) -> AnyView {
    let (heading, title) = (format!("{id}-titulo"), title.to_owned());
    let labelled = heading.clone();
    view! {
        <section class="section" id=id aria-labelledby=labelled>
            <h2 id=heading>{title}</h2>
            {table.unwrap_or_else(|| view! { <p class="muted">"–"</p> }.into_any())}
        </section>
    }
    .into_any()
}

fn factory(orders: &[FactoryOrder], web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Pedido", "Order"),
        locale.t("Coche", "Car"),
        locale.t("Estado", "State"),
        locale.t("Llega", "Arrives"),
        locale.t("Qué pasa después", "What comes of it"),
    ];
    let rows = newest(orders).map(|known| {
        let model = known.model.clone();
        let vin = known.vin.as_ref().map(|vin| code(vin.as_str()));
        [
            time(known.since, web),
            code(&known.order_id),
            view! { <span>{model}" "{vin}</span> }.into_any(),
            pill(words::build(known.status, locale)),
            known.estimated_date.to_string().into_any(),
            production(known, locale).into_any(),
        ]
    });
    table(
        locale.t("Pedidos a la fábrica, los más recientes primero", "Orders at the factory, newest first"),
        heads,
        rows,
    )
}

/// What may still become of a car that is being built.
fn production(order: &FactoryOrder, locale: Locale) -> Option<AnyView> {
    use BuildStatus as S;
    let mut steps = match order.status {
        S::ArrivedAtDealership | S::Cancelled => return None,
        _ => vec![("siguiente", locale.t("Siguiente paso", "Next step"))],
    };
    if matches!(order.status, S::OrderPlaced | S::ProductionScheduled) {
        steps.push(("retraso", locale.t("Que se retrase", "Let it be late")));
        steps.push(("anular", locale.t("Que se anule", "Let it be cancelled")));
    }
    if matches!(order.status, S::OrderPlaced | S::ProductionScheduled | S::ProductionInProgress | S::QualityControl) {
        steps.push(("calidad", locale.t("Que no pase calidad", "Let it fail quality control")));
    }
    Some(buttons("fabrica", &order.order_id, steps))
}

fn registrations(papers: &[Registration], web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Organismo", "Body"),
        locale.t("Coche", "Car"),
        locale.t("Estado", "State"),
        locale.t("Matrícula", "Plate"),
        locale.t("Qué pasa después", "What comes of it"),
    ];
    let rows = newest(papers).map(|known| {
        let decides = known.status == Verdict::UnderReview && known.country != Country::DE;
        let steps = decides.then(|| {
            let steps = vec![
                ("aprobar", locale.t("Aprobar ya", "Approve now")),
                ("documento", locale.t("Pedir un documento", "Ask for a document")),
                ("rechazar", locale.t("Rechazar", "Reject")),
            ];
            buttons("registro", &known.registration_id, steps)
        });
        [
            time(known.created, web),
            words::system(caas_sandbox::System::registration(known.country), locale).into_any(),
            code(&known.vin),
            pill(words::verdict(known.status, locale)),
            known.plate_number.clone().unwrap_or_else(|| "–".to_owned()).into_any(),
            steps.into_any(),
        ]
    });
    table(locale.t("Matriculaciones, las más recientes primero", "Registrations, newest first"), heads, rows)
}

fn transports(road: &[Delivery], web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    let heads = [
        locale.t("Previsto", "Planned"),
        locale.t("Transporte", "Transport"),
        locale.t("Coche", "Car"),
        locale.t("Para", "For"),
        locale.t("Estado", "State"),
        locale.t("Qué pasa después", "What comes of it"),
    ];
    let rows = newest(road).map(|known| {
        let steps = (!known.is_over()).then(|| {
            let mut steps = vec![("siguiente", locale.t("Siguiente paso", "Next step"))];
            if known.may_be_absent() {
                steps.push(("espera", locale.t("Ausente, pero llega", "Absent, but comes")));
                steps.push(("vuelve", locale.t("Ausente, el coche vuelve", "Absent, the car goes back")));
            }
            buttons("transporte", &known.delivery_id, steps)
        });
        [
            time(known.scheduled_for, web),
            code(&known.delivery_id),
            code(&known.vin),
            known.recipient.clone().into_any(),
            pill(words::road(known.last(), locale)),
            steps.into_any(),
        ]
    });
    table(locale.t("Transportes, los más recientes primero", "Transports, newest first"), heads, rows)
}

fn newest<T>(all: &[T]) -> impl Iterator<Item = &T> {
    all.iter().rev().take(SHOWN)
}

fn time(at: Timestamp, web: &WebContext) -> AnyView {
    let zone = web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone);
    view! { <time datetime=exact(at)>{moment(at, zone, web.locale)}</time> }.into_any()
}

fn code(text: &str) -> AnyView {
    let text = text.to_owned();
    view! { <span class="code small">{text}</span> }.into_any()
}

fn pill((kind, word): (Status, &'static str)) -> AnyView {
    view! { <StatusPill kind=kind word=word/> }.into_any()
}

/// What one system has, a row each; nothing when it has nothing.
fn table(caption: &str, heads: [&'static str; 6], rows: impl Iterator<Item = [AnyView; 6]>) -> Option<AnyView> {
    let mut rows = rows.peekable();
    rows.peek()?;
    let rows = rows
        .map(|cells| {
            let cells = heads.into_iter().zip(cells).map(|(head, cell)| view! { <td data-label=head>{cell}</td> });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    let (caption, heads) = (caption.to_owned(), heads.map(str::to_owned).to_vec());
    Some(view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any())
}

fn buttons(of: &'static str, id: &str, steps: Vec<(&'static str, &'static str)>) -> AnyView {
    let id = id.to_owned();
    let buttons = steps
        .into_iter()
        .map(|(step, word)| view! { <button class="chip" name="paso" value=step>{word}</button> })
        .collect_view();
    view! {
        <form method="post" action=FORM class="chips">
            <input type="hidden" name="de" value=of/>
            <input type="hidden" name="id" value=id/>
            {buttons}
        </form>
    }
    .into_any()
}
