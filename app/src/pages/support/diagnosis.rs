//! The rest of the diagnostic package: what was to be switched on, the network, API IoT's answers and the car's log.

use super::facts;
use super::packet::{Packet, plain};
use crate::ui::Fact;
use crate::web::WebContext;
use caas::kernel::ids::ActivationId;
use caas::kernel::spans::Place;
use leptos::prelude::*;
use serde_json::Value;

fn some(facts: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Vec<Fact> {
    facts.into_iter().filter_map(|(key, value)| Some(Fact::text(key, value?))).collect()
}

/// What was to be switched on, and how.
pub(super) fn configuration(packet: &Packet<'_>) -> Option<AnyView> {
    let locale = packet.locale;
    let mut list = some([
        (locale.t("Servicio", "Service"), packet.text("configuration/service_code")),
        (locale.t("Funciones", "Features"), packet.text("configuration/feature_flags")),
        (locale.t("Oferta", "Offer"), packet.text("offer/kind")),
        (locale.t("Días", "Days"), packet.text("offer/days")),
    ]);
    if let Some(Value::Object(parameters)) = packet.at("configuration/parameters") {
        list.extend(parameters.iter().filter_map(|(name, value)| Some(Fact::text(name.clone(), plain(value)?))));
    }
    facts(locale.t("Configuración probada", "Configuration tried"), list)
}

/// The figures of the network.
pub(super) fn network(packet: &Packet<'_>) -> Option<AnyView> {
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
    facts(locale.t("Red", "Network"), list)
}

/// What API IoT answered, word for word, for whoever needs it exactly.
pub(super) fn answers(packet: &Packet<'_>) -> Option<AnyView> {
    let lines: Vec<String> = packet
        .list("attempts")
        .iter()
        .filter_map(|attempt| {
            let attempt = packet.part(attempt);
            let parts = [attempt.time("at"), attempt.text("requestId"), attempt.text("code"), attempt.text("message")];
            let line = parts.into_iter().flatten().collect::<Vec<_>>().join("  ");
            attempt.at("code").filter(|code| !code.is_null()).map(|_| line)
        })
        .collect();
    folded(packet.locale.t("Respuestas de API IoT", "Answers of API IoT"), lines)
}

/// The car's own log.
pub(super) fn log(packet: &Packet<'_>) -> Option<AnyView> {
    let lines: Vec<String> = packet
        .list("diagnostics/log")
        .iter()
        .map(|line| {
            let line = packet.part(line);
            let parts = [line.time("timestamp"), line.text("level"), line.text("message")];
            parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
        })
        .collect();
    folded(packet.locale.t("Registro del coche", "The car's log"), lines)
}

/// Under which id tools of tracing show all that was done for it, to be copied; nothing where no traces are made.
pub(super) fn trace(web: &WebContext, activation: ActivationId) -> Option<AnyView> {
    if !web.caas.spans.is_on() {
        return None;
    }
    let id = view! { <code class="code">{Place::root_of(activation.0).trace_text()}</code> }.into_any();
    let label = web.locale.t("Identificador en OpenTelemetry", "Id in OpenTelemetry");
    facts(web.locale.t("Traza", "Trace"), vec![Fact::view(label, id)])
}

fn folded(title: &str, lines: Vec<String>) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let (title, count) = (title.to_owned(), lines.len());
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    Some(
        view! {
            <details class="card">
                <summary>{title}" ("{count}")"</summary>
                <ul class="log-lines code small">{lines}</ul>
            </details>
        }
        .into_any(),
    )
}

/// The car's own figures.
pub(super) fn vehicle(packet: &Packet<'_>) -> Vec<Fact> {
    let locale = packet.locale;
    some([
        ("Software", packet.text("diagnostics/firmwareVersion").or_else(|| packet.text("vehicle/firmware"))),
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
