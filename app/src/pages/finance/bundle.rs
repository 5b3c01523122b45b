//! `/operaciones/finanzas/tareas/{id}/pruebas`: the evidence of a charge that a bank took back, as one sheet that prints
//! well and as one file that needs nothing of ours to be read. All times are UTC, so that nobody has to ask whose they are.

use super::reconciliation_words::operation_name;
use super::{TASKS, finance, finance_crumbs};
use crate::pages::activation::term;
use crate::pages::expediente::source_words;
use crate::pages::subscriptions::period_words;
use crate::pages::withdrawal::consents;
use crate::ui::{Crumb, DataTable, EmptyState, Fact, IconName, KeyValueList, LinkButton, PageHeader};
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use axum::body::Body;
use caas::activation::repository::Attempt;
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::repository::has_looked;
use caas::expediente::{Entry, record};
use caas::finance::chargebacks::desk::{self, Task};
use caas::finance::chargebacks::evidence::{Bundle, Told, bundle};
use caas::kernel::Timestamp;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::kernel::when::to_the_second;
use caas::payments::model::OperationState;
use chrono::TimeDelta;
use leptos::prelude::*;

/// Looking again within this time is the same look.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(15);

/// What the file looks like. It is opened away from our site, so it carries its own.
const STYLE: &str = "@page{margin:18mm}\
*{box-sizing:border-box}body{margin:0 auto;padding:2rem 1rem;max-width:52rem;font:11pt/1.45 system-ui,sans-serif;color:#111;background:#fff}\
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;break-after:avoid}\
dl div{display:grid;grid-template-columns:14rem minmax(0,1fr);gap:0 1rem;padding:.25rem 0;border-bottom:1px solid #ddd}dt{color:#444}dd{margin:0;overflow-wrap:anywhere}\
table{width:100%;border-collapse:collapse;font-size:.9em}caption{text-align:start;color:#444}th,td{padding:.3rem .5rem .3rem 0;border-bottom:1px solid #ddd;text-align:start;vertical-align:top;overflow-wrap:anywhere}\
.num{text-align:end}.code{font-family:ui-monospace,monospace;font-size:.85em}.sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\
ul,ol{padding-inline-start:1.2rem}blockquote{margin:.3rem 0;padding-inline-start:.8rem;border-inline-start:3px solid #bbb;white-space:pre-line}\
.small{font-size:.9em}.muted{color:#444}.bundle__annex{break-before:page}tr,li,dl div{break-inside:avoid}";

/// The language the sheet is wanted in: the reader's own when none is.
fn language(web: &WebContext) -> Locale {
    web.query("idioma").and_then(|code| code.parse().ok()).unwrap_or(web.locale)
}

async fn gathered(web: &WebContext, is_file: bool) -> Result<(Task, Bundle), Refusal> {
    let by = finance(web)?.id;
    let mut tx = web.caas.db.read().await?;
    let task = desk::find(&mut tx, web.param_as("id")?).await?.ok_or(Refusal::NotFound)?;
    drop(tx);
    note_look(web, by, task.customer_id, is_file).await?;
    let bundle = bundle(&mut web.caas.db.read().await?, &task).await?;
    Ok((task, bundle))
}

/// Enters in the audit log who looked at the customer's story; a file that is taken away each time.
async fn note_look(web: &WebContext, by: UserId, customer: UserId, is_file: bool) -> Result<(), Refusal> {
    let since = web.caas.now() - ONE_LOOK;
    if !is_file && has_looked(&mut web.caas.db.read().await?, customer, by, since).await? {
        return Ok(());
    }
    let what = if is_file { "evidence-file" } else { "evidence" };
    let entry = Entry {
        data: serde_json::json!({ "what": what }),
        ..Entry::new(Some(customer), Actor::staff(by), EntryKind::ExpedienteRead, SubjectKind::Expediente, customer.0)
    };
    let mut tx = web.caas.db.begin().await?;
    record(&web.caas, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(())
}

fn title(task: &Task, locale: Locale) -> String {
    let amount = task.amount().display(locale);
    match locale {
        Locale::Es => format!("Pruebas del cobro de {amount}"),
        Locale::En => format!("Evidence of the charge of {amount}"),
    }
}

/// The page.
pub(super) async fn bundle_page(web: WebContext) -> PageResult {
    let (task, bundle) = gathered(&web, false).await?;
    let (own, locale) = (web.locale, language(&web));
    let here = format!("{TASKS}/{}", task.id);
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(TASKS, own.t("Contracargos", "Chargebacks")));
    crumbs.push(Crumb::new(here.clone(), task.amount().display(own)));
    let file = format!("{here}/pruebas.html?idioma={locale}");
    let (other, word) = match locale {
        Locale::Es => (Locale::En, own.t("Verlas en inglés", "See it in English")),
        Locale::En => (Locale::Es, own.t("Verlas en español", "See it in Spanish")),
    };
    let actions = view! {
        <LinkButton href=file icon=IconName::Download>{own.t("Descargar como un fichero", "Download as one file")}</LinkButton>
        <LinkButton href=format!("{here}/pruebas?idioma={other}")>{word}</LinkButton>
    };
    let title = title(&task, own);
    let lang = locale.to_string();
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs crumbs_label=own.t("Estás en", "You are in") actions=actions.into_any()/>
        <p class="muted no-print">
            {own.t("Usa la función de imprimir de tu navegador; también puede guardarlas como PDF.", "Use your browser's print function; it can also save a PDF.")}
        </p>
        <div class="bundle" lang=lang>{sheet(&task, &bundle, locale)}</div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}

/// The same as one file in HTML: no script, nothing that is fetched.
pub(super) async fn bundle_file(web: WebContext) -> PageResult {
    let (task, bundle) = gathered(&web, true).await?;
    let locale = language(&web);
    let title = title(&task, locale);
    let heading = title.clone();
    let body = view! { <title>{title}</title> }.to_html();
    let made = to_the_second(web.caas.now(), "UTC", locale);
    let sheet = view! {
        <main class="bundle">
            <h1>{heading}</h1>
            <p class="muted small">{locale.t("CaaS · hecho el", "CaaS · made on")}" "{made}" (UTC)"</p>
            {sheet(&task, &bundle, locale)}
        </main>
    }
    .to_html();
    let html = format!(
        "<!DOCTYPE html><html lang=\"{locale}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{body}<style>{STYLE}</style></head><body>{sheet}</body></html>"
    )
    // The mark between two texts, which a browser reads as an empty comment, written as HTML has it.
    .replace("<!>", "<!---->");
    let name = format!("{}-{}.html", locale.t("pruebas", "evidence"), task.id);
    Ok(Page::download(name, "text/html; charset=utf-8", Body::from(html)))
}

/// A moment as the sheet tells it.
fn at(moment: Timestamp, locale: Locale) -> String {
    format!("{} (UTC)", to_the_second(moment, "UTC", locale))
}

fn section(id: &'static str, class: &'static str, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class=format!("section {class}") aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn sheet(task: &Task, bundle: &Bundle, locale: Locale) -> AnyView {
    let facts = |facts: Vec<Fact>| view! { <KeyValueList facts=facts/> }.into_any();
    let agreed = consents(&bundle.consents, "UTC", locale);
    view! {
        {section("disputa", "", locale.t("El cobro", "The charge"), facts(charge(task, bundle, locale)))}
        {section("pedido", "", locale.t("Qué se pidió y quién", "What was ordered, and by whom"), facts(order(bundle, locale)))}
        {agreed.map(|list| section("consentimientos", "", locale.t("Lo que aceptó, palabra por palabra", "What the customer agreed to, word for word"), list))}
        {section("entrega", "", locale.t("La entrega", "The delivery"), delivery(bundle, locale))}
        {section("pago", "", locale.t("El pago", "The payment"), payment(bundle, locale))}
        {section("mensajes", "", locale.t("Lo que se le dijo", "What the customer was told"), messages(&bundle.messages, locale))}
        {section("cadena", "bundle__annex", locale.t("El expediente sellado", "The sealed story"), chain(bundle, locale))}
    }
    .into_any()
}

fn charge(task: &Task, bundle: &Bundle, locale: Locale) -> Vec<Fact> {
    let payment = &bundle.payment;
    let mut facts = vec![
        Fact::text(
            locale.t("Importe que se llevó el banco", "Amount the bank took back"),
            task.amount().display(locale),
        ),
        Fact::text(locale.t("Concepto", "For"), bundle.about.names().get(locale).to_owned()),
        Fact::text(locale.t("Se lo llevó el", "Taken back on"), at(task.opened_at, locale)),
    ];
    if let Some(reason) = &task.reason {
        facts.push(Fact::code(locale.t("Motivo del banco", "The bank's reason"), reason.clone()));
    }
    if let Some(id) = &payment.gateway_payment_id {
        facts.push(Fact::code(locale.t("Pago en la pasarela", "Payment at the gateway"), id.clone()));
    }
    facts.push(Fact::code(locale.t("Nuestra referencia", "Our reference"), payment.id.to_string()));
    facts
}

fn order(bundle: &Bundle, locale: Locale) -> Vec<Fact> {
    let customer = &bundle.customer;
    let mut facts = vec![
        Fact::text(locale.t("Cliente", "Customer"), format!("{}, {}", customer.name, customer.email)),
        Fact::text(locale.t("País", "Country"), customer.country.clone()),
        Fact::text(locale.t("Cuenta desde", "Account since"), at(customer.created_at, locale)),
    ];
    if let Some((model, vin, plate)) = &bundle.car {
        facts.push(Fact::text(locale.t("Coche", "Car"), model.clone()));
        facts.push(Fact::code("VIN", vin.clone()));
        if let Some(plate) = plate {
            facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
        }
    }
    if let Some(activation) = &bundle.activation {
        facts.push(Fact::text(locale.t("Servicio", "Service"), activation.service_names.0.get(locale).to_owned()));
        facts.push(Fact::text(
            locale.t("Por cuánto tiempo", "For how long"),
            term(activation.offer_kind, activation.days, locale),
        ));
        facts.push(Fact::text(
            locale.t("Precio acordado, con IVA", "Price agreed, with VAT"),
            activation.price().display(locale),
        ));
        facts.push(Fact::text(locale.t("Pedido el", "Ordered on"), at(activation.created_at, locale)));
        facts.push(Fact::code(locale.t("Pedido", "Order"), activation.id.to_string()));
    }
    if let Some(number) = &bundle.about.order_number {
        facts.push(Fact::code(locale.t("Pedido del coche", "Car's order"), number.clone()));
    }
    for invoice in &bundle.invoices {
        let words = format!("{} · {}", period_words(invoice.period(), locale), invoice.gross().display(locale));
        facts.push(Fact::text(format!("{} {}", locale.t("Factura", "Invoice"), invoice.number), words));
    }
    facts
}

/// The car's word, that it came before the charge, and each try.
fn delivery(bundle: &Bundle, locale: Locale) -> AnyView {
    let mut facts = Vec::new();
    if let Some(confirmation) = &bundle.confirmation {
        let how = source_words(&confirmation.source, locale);
        facts.push(Fact::text(
            locale.t("El coche lo confirmó", "The car confirmed"),
            format!("{}, {how}", at(confirmation.confirmed_at, locale)),
        ));
        let command = bundle.attempts.iter().find(|attempt| Some(attempt.id) == confirmation.attempt_id);
        if let Some(request) = command.and_then(|attempt| attempt.request_id.clone()) {
            facts.push(Fact::code(locale.t("Orden confirmada", "Command confirmed"), request));
        }
    }
    if let (Some(true), Some(captured)) = (bundle.delivered_first(), bundle.payment.captured_at) {
        let words = match locale {
            Locale::Es => format!("Sí: se cobró después, el {}", at(captured, locale)),
            Locale::En => format!("Yes: it was charged afterwards, on {}", at(captured, locale)),
        };
        facts.push(Fact::text(locale.t("Entregado antes de cobrar", "Delivered before it was charged"), words));
    }
    if let Some((from, until)) = bundle.use_of() {
        let until = match until {
            Some(until) => at(until, locale),
            None => locale.t("sigue activo", "still active").to_owned(),
        };
        facts.push(Fact::text(locale.t("Activo desde", "Active from"), at(from, locale)));
        facts.push(Fact::text(locale.t("Activo hasta", "Active until"), until));
    }
    if facts.is_empty() && bundle.attempts.is_empty() {
        let text = locale.t(
            "De este pago no hay servicio que un coche confirme: véase el expediente sellado.",
            "This payment is for no service that a car confirms: see the sealed story.",
        );
        return view! { <p>{text}</p> }.into_any();
    }
    view! {
        <KeyValueList facts=facts/>
        {attempts(&bundle.attempts, locale)}
    }
    .into_any()
}

fn attempts(attempts: &[Attempt], locale: Locale) -> Option<AnyView> {
    if attempts.is_empty() {
        return None;
    }
    let [number, began, status, sent, answer, result] = [
        locale.t("Intento", "Attempt"),
        locale.t("Cuándo", "When"),
        locale.t("El coche entonces", "The car then"),
        locale.t("Orden enviada", "Command sent"),
        locale.t("Respuesta", "Answer"),
        locale.t("Resultado", "Result"),
    ];
    let rows = attempts
        .iter()
        .map(|attempt| {
            // Only what shows that it could be reached: the rest of what a car says names its other services.
            let state = attempt.vehicle_status_at_attempt.as_ref().map_or_else(
                || "–".to_owned(),
                |status| format!("{}, {}", status.0.connectivity, status.0.operation),
            );
            let dash = || "–".to_owned();
            view! {
                <tr>
                    <td data-label=number>{attempt.attempt_number}</td>
                    <td data-label=began>{at(attempt.attempt_timestamp, locale)}</td>
                    <td data-label=status class="code">{state}</td>
                    <td data-label=sent>{if attempt.ota_command_sent { locale.t("sí", "yes") } else { locale.t("no", "no") }}</td>
                    <td data-label=answer class="code">{attempt.ota_response_code.clone().unwrap_or_else(dash)}</td>
                    <td data-label=result class="code">{attempt.attempt_result.clone().unwrap_or_else(dash)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = [number, began, status, sent, answer, result].map(str::to_owned).to_vec();
    let caption = locale.t("Intentos de activarlo", "Attempts to switch it on");
    Some(view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any())
}

/// Hold, charge, payout and what else was asked of the gateway.
fn payment(bundle: &Bundle, locale: Locale) -> AnyView {
    let payment = &bundle.payment;
    let money = |cents| Money::new(cents, payment.currency).display(locale);
    let mut facts = vec![
        Fact::code(locale.t("Medio", "Means"), bundle.method_kind.clone()),
        Fact::text(locale.t("Cobrado", "Charged"), money(payment.captured_cents)),
        Fact::text(locale.t("Devuelto por nosotros", "Given back by us"), money(payment.refunded_cents)),
    ];
    if let Some(captured) = payment.captured_at {
        facts.push(Fact::text(locale.t("Cobrado el", "Charged on"), at(captured, locale)));
    }
    if let Some((settled, reference)) = &bundle.settled {
        facts.push(Fact::text(locale.t("Liquidado el", "Settled on"), at(*settled, locale)));
        if let Some(reference) = reference {
            facts.push(Fact::code(locale.t("Referencia del banco", "The bank's reference"), reference.clone()));
        }
    }
    let [what, amount, asked, answered, answer] = [
        locale.t("Petición", "Request"),
        locale.t("Importe", "Amount"),
        locale.t("Pedida", "Sent"),
        locale.t("Contestada", "Answered"),
        locale.t("Respuesta", "Answer"),
    ];
    let rows = bundle
        .operations
        .iter()
        .map(|operation| {
            let code = operation.answer.clone().unwrap_or_else(|| match operation.state {
                OperationState::Requested => "–".to_owned(),
                state => state.to_string(),
            });
            view! {
                <tr>
                    <td data-label=what>{operation_name(operation.kind, locale)}</td>
                    <td data-label=amount class="num money">{operation.amount(payment).display(locale)}</td>
                    <td data-label=asked>{at(operation.requested_at, locale)}</td>
                    <td data-label=answered>{operation.answered_at.map(|moment| at(moment, locale))}</td>
                    <td data-label=answer class="code">{code}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![what.to_owned(), format!("#{amount}"), asked.to_owned(), answered.to_owned(), answer.to_owned()];
    let caption = locale.t("Peticiones a la pasarela", "Requests to the gateway");
    view! {
        <KeyValueList facts=facts/>
        <DataTable caption=caption heads=heads>{rows}</DataTable>
    }
    .into_any()
}

fn messages(messages: &[Told], locale: Locale) -> AnyView {
    if messages.is_empty() {
        let text = locale.t("Ningún mensaje sobre esta compra salió.", "No message about this purchase was sent.");
        return view! { <p>{text}</p> }.into_any();
    }
    let items = messages
        .iter()
        .map(|told| {
            let ways: Vec<_> = told.ways.iter().map(|(way, sent)| format!("{way} {}", at(*sent, locale))).collect();
            let (lang, subject_lang) = (told.locale.clone(), told.locale.clone());
            let text = (!told.text.is_empty()).then(|| {
                let text = told.text.clone();
                view! { <blockquote lang=lang><p>{text}</p></blockquote> }
            });
            view! {
                <li>
                    <strong lang=subject_lang>{told.subject.clone()}</strong>
                    {text}
                    <p class="muted small">{ways.join(" · ")}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="consents">{items}</ul> }.into_any()
}

/// The entries as they are chained, and the seal.
fn chain(bundle: &Bundle, locale: Locale) -> AnyView {
    let seal = bundle.seal.as_ref().map(|(seq, hash)| {
        let words = match locale {
            Locale::Es => format!("{hash} (hasta la entrada {seq})"),
            Locale::En => format!("{hash} (up to entry {seq})"),
        };
        view! { <KeyValueList facts=vec![Fact::code(locale.t("Sello", "Seal"), words)]/> }
    });
    let text = locale.t(
        "Cada entrada lleva la huella (SHA-256) de la anterior: con el sello se comprueba que nada se ha cambiado ni borrado. Las entradas que faltan entre números son de otras cosas del cliente.",
        "Each entry carries the fingerprint (SHA-256) of the one before: the seal proves that nothing was changed or removed. Entries missing between numbers are about other matters of the customer's.",
    );
    let [number, when, what, hash] = [
        locale.t("N.º", "No."),
        locale.t("Cuándo", "When"),
        locale.t("Qué", "What"),
        locale.t("Huella", "Fingerprint"),
    ];
    let rows = bundle
        .entries
        .iter()
        .map(|entry| {
            let step = match (&entry.before_state, &entry.after_state) {
                (Some(before), Some(after)) => format!("{before} → {after}"),
                (None, Some(after)) => format!("→ {after}"),
                (Some(before), None) => format!("{before} →"),
                (None, None) => String::new(),
            };
            view! {
                <tr>
                    <td data-label=number>{entry.seq}</td>
                    <td data-label=when>{at(entry.at, locale)}</td>
                    <td data-label=what class="code"><span>{entry.kind.clone()}" "{step}</span></td>
                    <td data-label=hash class="code small">{entry.hash.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = [number, when, what, hash].map(str::to_owned).to_vec();
    let caption = locale.t("Entradas sobre esta compra", "Entries about this purchase");
    let table = if bundle.entries.is_empty() {
        view! { <EmptyState title=locale.t("Ninguna entrada", "No entry")><p>{caption}</p></EmptyState> }.into_any()
    } else {
        view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any()
    };
    view! { {seal}<p class="small">{text}</p>{table} }.into_any()
}
