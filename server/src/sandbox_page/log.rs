//! `/sandbox/ordenes`: the commands the cars got, and every call the played systems saw.

use super::{page, words};
use caas_app::ui::{DataTable, EmptyState, StatusPill};
use caas_app::web::dates::{exact, moment};
use caas_app::web::{PageResult, WebContext};
use caas_sandbox::Sandbox;
use leptos::prelude::*;

/// The newest of each, as many as somebody looks through.
const SHOWN: usize = 50;

/// The page.
pub(super) async fn log_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let body = view! {
        <section class="section" aria-labelledby="ordenes">
            <h2 id="ordenes">{locale.t("Órdenes a los coches", "Commands to the cars")}</h2>
            {commands(&web, &sandbox)}
        </section>
        <section class="section dense" aria-labelledby="llamadas">
            <h2 id="llamadas">{locale.t("Llamadas recibidas", "Calls received")}</h2>
            {calls(&web, &sandbox)}
        </section>
    };
    let lead = locale.t(
        "Lo que CaaS pidió de verdad. Una orden de más o de menos se vería aquí.",
        "What CaaS really asked for. One command too many or too few would show here.",
    );
    Ok(page(&web, locale.t("Órdenes y llamadas", "Commands and calls"), lead, body))
}

fn commands(web: &WebContext, sandbox: &Sandbox) -> AnyView {
    let (locale, zone) = (web.locale, zone(web));
    let commands = sandbox.commands();
    if commands.is_empty() {
        return view! {
            <EmptyState title=locale.t("Ningún coche ha recibido órdenes", "No car has got a command")>
                <p>{locale.t("Se envían cuando el dinero está retenido.", "They are sent once the money is held.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let [when, vin, what, state] = [
        locale.t("Cuándo", "When"),
        locale.t("Coche", "Car"),
        locale.t("Orden", "Command"),
        locale.t("Estado", "State"),
    ];
    let rows = commands
        .iter()
        .rev()
        .take(SHOWN)
        .map(|command| {
            let (status, word) = words::command_status(command.status, locale);
            let code = command.error_code.map(|code| view! { <span class="code small">{words::code(&code)}</span> });
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(command.at)>{moment(command.at, zone, locale)}</time></td>
                    <td data-label=vin class="code small">{command.vin.as_str().to_owned()}</td>
                    <td data-label=what><span>{words::command(command.kind, locale)}" "<span class="code">{command.service_id.clone()}</span></span></td>
                    <td data-label=state><span class="payment__state"><StatusPill kind=status word=word/>{code}</span></td>
                </tr>
            }
        })
        .collect_view();
    let heads = [when, vin, what, state].map(str::to_owned).to_vec();
    let caption = locale.t("Órdenes, las más recientes primero", "Commands, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

fn calls(web: &WebContext, sandbox: &Sandbox) -> AnyView {
    let (locale, zone) = (web.locale, zone(web));
    let [when, system, call, answer] = [
        locale.t("Cuándo", "When"),
        locale.t("Sistema", "System"),
        locale.t("Llamada", "Call"),
        locale.t("Respuesta", "Answer"),
    ];
    let rows = sandbox
        .calls_seen()
        .iter()
        .rev()
        .take(SHOWN)
        .map(|seen| {
            let name = words::system(seen.system, locale);
            let status = seen
                .status
                .map_or_else(|| locale.t("sin respuesta", "no answer").to_owned(), |status| status.to_string());
            let mut text = [Some(status), seen.code.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            if seen.lost {
                text.push_str(locale.t(" (se perdió)", " (lost)"));
            }
            if seen.hit {
                text.push_str(locale.t(" (repetida)", " (repeated)"));
            }
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(seen.at)>{moment(seen.at, zone, locale)}</time></td>
                    <td data-label=system>{name}</td>
                    <td data-label=call class="code small">{seen.path.clone()}</td>
                    <td data-label=answer>{text}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = [when, system, call, answer].map(str::to_owned).to_vec();
    let caption = locale.t("Llamadas, las más recientes primero", "Calls, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

fn zone(web: &WebContext) -> &str {
    web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone)
}
