//! The attempts of a case: what was tried when, what the vehicle said, and its snapshots side by side.

use super::packet::{Packet, plain};
use crate::ui::DataTable;
use caas::activation::port::VehicleStatus;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use leptos::prelude::*;
use serde_json::Value;

/// The attempt log.
pub(super) fn attempts(packet: &Packet<'_>) -> AnyView {
    let locale = packet.locale;
    let heads = [
        locale.t("Intento", "Attempt"),
        locale.t("Cuándo", "When"),
        locale.t("Orden", "Command"),
        locale.t("Resultado", "Result"),
    ];
    let [number, when, command, result] = heads;
    let rows = packet
        .list("attempts")
        .iter()
        .map(|attempt| {
            let attempt = packet.part(attempt);
            let code = attempt.text("code").unwrap_or_default();
            let (sent, not_sent) = (locale.t("Enviada", "Sent"), locale.t("No enviada", "Not sent"));
            let is_sent = attempt.at("commandSent").and_then(Value::as_bool).unwrap_or_default();
            let ended = attempt.time("endedAt").map(|at| {
                view! { <br/><span class="muted small">{locale.t("fin:", "end:")}" "{at}</span> }
            });
            view! {
                <tr>
                    <td data-label=number>{attempt.text("number")}</td>
                    <td data-label=when><span>{attempt.time("at")}{ended}</span></td>
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
    let caption = locale.t("Intentos", "Attempts");
    view! { <DataTable caption=caption heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }.into_any()
}

/// A snapshot's column: what it is of, and its values.
struct Snapshot {
    name: String,
    values: Vec<Option<String>>,
}

/// What is compared.
fn parts(locale: Locale) -> [(&'static str, &'static str); 6] {
    [
        ("connectivity", locale.t("Conexión", "Connection")),
        ("operation", locale.t("Estado", "State")),
        ("signal_strength", locale.t("Señal", "Signal")),
        ("firmware_version", "Software"),
        ("error_codes", locale.t("Códigos de avería", "Trouble codes")),
        ("services", locale.t("Servicios dentro", "Services inside")),
    ]
}

/// The vehicle at each attempt, side by side, and now when it was just asked. What differs from the one before is marked.
pub(super) fn snapshots(packet: &Packet<'_>, now: Option<&VehicleStatus>) -> Option<AnyView> {
    let locale = packet.locale;
    let mut columns: Vec<Snapshot> = packet
        .list("attempts")
        .iter()
        .filter_map(|attempt| {
            let attempt = packet.part(attempt);
            let status = attempt.at("vehicleStatus").filter(|status| status.is_object())?;
            let name = format!("{} {}", locale.t("Intento", "Attempt"), attempt.text("number").unwrap_or_default());
            Some(Snapshot { name, values: values(status) })
        })
        .collect();
    if let Some(status) = now.and_then(|now| serde_json::to_value(now).ok()) {
        columns.push(Snapshot { name: locale.t("Ahora", "Now").to_owned(), values: values(&status) });
    }
    if columns.is_empty() {
        return None;
    }
    let what = locale.t("Dato", "Figure").to_owned();
    let heads =
        std::iter::once(what.clone()).chain(columns.iter().map(|column| column.name.clone())).collect::<Vec<_>>();
    let changed = locale.t("distinto del anterior", "differs from the one before");
    let rows = parts(locale)
        .into_iter()
        .enumerate()
        .map(|(row, (_, name))| {
            let cells = columns
                .iter()
                .enumerate()
                .map(|(at, column)| {
                    let value = column.values[row].clone();
                    let differs = at > 0 && columns[at - 1].values[row] != value;
                    let text = value.unwrap_or_else(|| "—".to_owned());
                    let label = column.name.clone();
                    let shown = if differs {
                        view! { <mark class="changed">{text}<span class="sr-only">" ("{changed}")"</span></mark> }
                            .into_any()
                    } else {
                        view! { <span>{text}</span> }.into_any()
                    };
                    view! { <td data-label=label class="code small">{shown}</td> }
                })
                .collect_view();
            view! { <tr><th scope="row" data-label=what.clone()>{name}</th>{cells}</tr> }
        })
        .collect_view();
    let caption = locale.t("El coche en cada intento", "The car at each attempt");
    Some(view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any())
}

fn values(status: &Value) -> Vec<Option<String>> {
    parts(Locale::Es)
        .iter()
        .map(|(key, _)| match status.get(*key)? {
            Value::Array(items) if *key == "services" => {
                let mut items: Vec<_> = items
                    .iter()
                    .filter_map(|item| {
                        Some(format!("{} {}", plain(item.get("service_code")?)?, plain(item.get("status")?)?))
                    })
                    .collect();
                items.sort();
                (!items.is_empty()).then(|| items.join(", "))
            }
            value => plain(value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_between_two_snapshots_is_marked() {
        let root = serde_json::json!({ "attempts": [
            { "number": 1, "vehicleStatus": { "connectivity": "OFFLINE", "operation": "PARKED", "signal_strength": 12,
              "services": [{ "service_code": "B", "status": "ACTIVE" }, { "service_code": "A", "status": "ERROR" }] } },
            { "number": 2, "vehicleStatus": { "connectivity": "ONLINE", "operation": "PARKED", "signal_strength": 12 } },
            { "number": 3, "vehicleStatus": null },
        ] });
        let packet = Packet { root: &root, zone: "UTC", locale: Locale::Es };
        let html = snapshots(&packet, None).unwrap().to_html();
        assert_eq!(html.matches("<mark").count(), 2, "{html}");
        assert!(html.contains("A ERROR, B ACTIVE"), "{html}");
        assert!(!html.contains("Intento 3"), "{html}");
        let empty = serde_json::json!({});
        assert!(snapshots(&Packet { root: &empty, ..packet }, None).is_none());
    }
}
