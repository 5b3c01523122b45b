//! `/soporte/{number}`: one case with its whole diagnostic package, and where the money is now.

use super::packet::{Packet, plain};
use super::support::due_pill;
use super::{age, facts, reason};
use crate::pages::expediente::states::{Reader, Told, of_activation, of_payment};
use crate::ui::{Crumb, DataTable, Fact, Notice, PageHeader, Status, StatusPill, Tone};
use crate::web::dates::{exact, moment};
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::activation::repository::{self as activations, Activation};
use caas::notifications::service::reason_in_words;
use caas::payments::repository::{self as payments, Payment};
use caas::support::{Message, Ticket, case, messages};
use leptos::prelude::*;
use serde_json::Value;

/// More notes than any case has so far.
const MOST_NOTES: i64 = 200;

/// The page.
pub(super) async fn ticket_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Support])?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let case = case(&mut tx, web.param("number")).await?.ok_or(Refusal::NotFound)?;
    let (ticket, package) = (case.ticket, case.diagnostics.map(|package| package.0).unwrap_or_default());
    let notes = messages(&mut tx, &ticket, MOST_NOTES).await?;
    let activation = match ticket.activation {
        Some(id) => Some(activations::load(&mut tx, id).await?),
        None => None,
    };
    let payment = match activation.as_ref().and_then(|a| a.payment_id) {
        Some(id) => Some(payments::load(&mut tx, id).await?),
        None => None,
    };
    drop(tx);
    let packet = Packet { root: &package, zone: &user.time_zone, locale };
    let service = activation.as_ref().map(|a| a.service_names.0.get(locale).to_owned()).unwrap_or_default();
    let lead = [reason(&ticket.reason, locale), service].join(" ").trim().to_owned();
    let crumbs = vec![Crumb::new("/soporte", locale.t("Casos OTA", "OTA cases"))];
    let solved = !ticket.status.is_open();
    let state = if solved {
        view! { <StatusPill kind=Status::Done word=locale.t("Resuelto", "Solved")/> }.into_any()
    } else {
        ticket.answer_due_at.map(|due| due_pill(due, &web)).into_any()
    };
    let next_release = locale.t(
        "Esta página es de lectura: responder, activar a mano y cerrar llegan con la próxima versión.",
        "This page is for reading: answering, activating by hand and closing come with the next release.",
    );
    let body = view! {
        <PageHeader title=ticket.number.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=state/>
        <Notice tone=Tone::Info>{next_release}</Notice>
        <div class="columns">
            <div class="stack stack--l">
                {attempts(&packet)}
                {facts(locale.t("Configuración probada", "Configuration tried"), configuration(&packet))}
                {network(&packet)}
                {log(&packet)}
                {notes_list(&notes, &web)}
            </div>
            <aside>
                {facts(locale.t("Ahora mismo", "Right now"), now(&ticket, activation.as_ref(), payment.as_ref(), &web))}
                {facts(locale.t("Cliente", "Customer"), customer(&packet))}
                {facts(locale.t("Coche", "Car"), vehicle(&packet))}
            </aside>
        </div>
    };
    Ok(Page::new(ticket.number.clone(), body).section(Section::Support))
}

fn some(facts: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Vec<Fact> {
    facts.into_iter().filter_map(|(key, value)| Some(Fact::text(key, value?))).collect()
}

fn now(ticket: &Ticket, activation: Option<&Activation>, payment: Option<&Payment>, web: &WebContext) -> Vec<Fact> {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let reader = Reader { locale, zone };
    // The word only: the sentence beside it speaks to the customer.
    let pill = |told: Told| view! { <StatusPill kind=told.status word=told.word/> }.into_any();
    let mut facts = vec![Fact::view(
        locale.t("Abierto", "Opened"),
        view! { <time datetime=exact(ticket.created_at)>{moment(ticket.created_at, zone, locale)}</time>" ("{age(web, ticket.created_at)}")" }.into_any(),
    )];
    if let Some(activation) = activation {
        facts.push(Fact::view(locale.t("Servicio", "Service"), pill(of_activation(activation, reader))));
    }
    if let Some(payment) = payment {
        facts.push(Fact::text(locale.t("Importe", "Amount"), payment.amount().display(locale)));
        facts.push(Fact::view(locale.t("Dinero", "Money"), pill(of_payment(payment, reader))));
    }
    facts
}

fn customer(packet: &Packet<'_>) -> Vec<Fact> {
    let locale = packet.locale;
    some([
        (locale.t("Nombre", "Name"), packet.text("customer/name")),
        (locale.t("Correo", "Email"), packet.text("customer/email")),
        (locale.t("Teléfono", "Phone"), packet.text("customer/phone")),
        (locale.t("Pedido", "Ordered"), packet.time("orderedAt")),
        (locale.t("Importe", "Amount"), packet.money("payment/amount")),
    ])
}

fn vehicle(packet: &Packet<'_>) -> Vec<Fact> {
    let locale = packet.locale;
    some([
        ("VIN", packet.text("vehicle/vin")),
        (locale.t("Matrícula", "Plate"), packet.text("vehicle/plate")),
        (locale.t("Modelo", "Model"), packet.text("vehicle/model")),
        (
            locale.t("Software", "Software"),
            packet.text("diagnostics/firmwareVersion").or_else(|| packet.text("vehicle/firmware")),
        ),
        (locale.t("Comprado", "Bought"), packet.time("vehicle/purchasedAt")),
        (locale.t("Códigos de avería", "Trouble codes"), packet.text("diagnostics/errorCodes")),
        (locale.t("Módulos", "Modules"), modules(packet)),
    ])
}

fn modules(packet: &Packet<'_>) -> Option<String> {
    let modules = packet.list("diagnostics/modules").iter();
    let words: Vec<_> =
        modules.filter_map(|m| Some(format!("{} {}", plain(m.get("name")?)?, plain(m.get("status")?)?))).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

fn configuration(packet: &Packet<'_>) -> Vec<Fact> {
    let locale = packet.locale;
    let mut facts = some([
        (locale.t("Servicio", "Service"), packet.text("configuration/service_code")),
        (locale.t("Funciones", "Features"), packet.text("configuration/feature_flags")),
        (locale.t("Oferta", "Offer"), packet.text("offer/kind")),
        (locale.t("Días", "Days"), packet.text("offer/days")),
    ]);
    if let Some(Value::Object(parameters)) = packet.at("configuration/parameters") {
        facts.extend(parameters.iter().filter_map(|(name, value)| Some(Fact::text(name.clone(), plain(value)?))));
    }
    facts
}

fn network(packet: &Packet<'_>) -> AnyView {
    let locale = packet.locale;
    let unit = |path: &str, unit: &str| packet.text(path).map(|value| format!("{value} {unit}"));
    let mut list = some([
        (locale.t("Recogido", "Collected"), packet.time("diagnostics/collectedAt")),
        (locale.t("Latencia", "Latency"), unit("diagnostics/network/latencyMs", "ms")),
        (locale.t("Paquetes perdidos", "Packets lost"), unit("diagnostics/network/packetLossPercent", "%")),
        (locale.t("Estabilidad", "Stability"), unit("diagnostics/network/stabilityPercent", "%")),
    ]);
    if let Some(why) = packet.text("diagnostics/unavailable") {
        list.push(Fact::text(locale.t("No se pudo pedir", "Could not be asked for"), why));
    }
    facts(locale.t("Red", "Network"), list).into_any()
}

fn attempts(packet: &Packet<'_>) -> AnyView {
    let locale = packet.locale;
    let heads = [
        "#",
        locale.t("Cuándo", "When"),
        locale.t("El coche", "The car"),
        locale.t("Orden", "Command"),
        locale.t("Resultado", "Result"),
    ];
    let [_, when, car, command, result] = heads;
    let rows = packet
        .list("attempts")
        .iter()
        .map(|attempt| {
            let attempt = packet.part(attempt);
            let code = attempt.text("code").unwrap_or_default();
            let (sent, not_sent) = (locale.t("Enviada", "Sent"), locale.t("No enviada", "Not sent"));
            let is_sent = attempt.at("commandSent").and_then(Value::as_bool).unwrap_or_default();
            let state = [attempt.text("vehicleStatus/connectivity"), attempt.text("vehicleStatus/operation")];
            let signal = attempt.text("vehicleStatus/signal_strength").map(|signal| format!("{} {signal}", locale.t("señal", "signal")));
            let state: Vec<_> = state.into_iter().chain([signal]).flatten().collect();
            let state = if state.is_empty() { locale.t("No se supo", "Unknown").to_owned() } else { state.join(" · ") };
            view! {
                <tr>
                    <td data-label=locale.t("Intento", "Attempt")>{attempt.text("number")}</td>
                    <td data-label=when>{attempt.time("at")}</td>
                    <td data-label=car class="code small">{state}</td>
                    <td data-label=command><span>{if is_sent { sent } else { not_sent }}<br/><span class="code small">{attempt.text("requestId")}</span></span></td>
                    <td data-label=result>
                        <span>
                            {reason_in_words(&code, locale)}<br/>
                            <span class="code small">{code.clone()}</span>" "
                            <span class="muted small">{attempt.text("message")}</span>
                        </span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let heads =
        heads.map(|head| if head == "#" { String::from(locale.t("Intento", "Attempt")) } else { head.to_owned() });
    view! { <DataTable caption=locale.t("Intentos", "Attempts") heads=heads.to_vec()>{rows}</DataTable> }.into_any()
}

fn log(packet: &Packet<'_>) -> Option<AnyView> {
    let lines: Vec<String> = packet
        .list("diagnostics/log")
        .iter()
        .map(|line| {
            let line = packet.part(line);
            let parts = [line.time("timestamp"), line.text("level"), line.text("message")];
            parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
        })
        .collect();
    (!lines.is_empty()).then(|| {
        let title = packet.locale.t("Registro del coche", "The car's log");
        view! { <section class="card"><h2 class="card__title">{title}</h2><pre tabindex="0">{lines.join("\n")}</pre></section> }.into_any()
    })
}

fn notes_list(notes: &[Message], web: &WebContext) -> Option<AnyView> {
    if notes.is_empty() {
        return None;
    }
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| user.time_zone.as_str());
    let items = notes
        .iter()
        .map(|note| {
            let author = note.author_name.clone().unwrap_or_else(|| locale.t("El sistema", "The system").to_owned());
            let words = match note.code.as_str() {
                "COMPENSATED" => locale.t(
                    "El coche confirmó fuera de plazo y el servicio se ha desactivado de nuevo. No se ha cobrado.",
                    "The car confirmed too late and the service was switched off again. Nothing was charged.",
                ),
                code => code,
            };
            view! {
                <article class="message message--note">
                    <header><span>{author}</span><time datetime=exact(note.created_at)>{moment(note.created_at, zone, locale)}</time></header>
                    <p>{words.to_owned()}</p>
                </article>
            }
        })
        .collect_view();
    Some(view! { <section class="section"><h2>{locale.t("Notas", "Notes")}</h2><div class="messages">{items}</div></section> }.into_any())
}
