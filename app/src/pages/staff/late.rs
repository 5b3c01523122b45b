//! Messages to people that are past their deadline: which, by which way, since when, and why. Never to whom.

use super::span;
use crate::pages::notifications::words;
use crate::ui::{DataTable, Status, StatusPill};
use crate::web::WebContext;
use crate::web::dates::{exact, moment};
use caas::kernel::locale::Locale;
use caas::notifications::repository::LateMessage;
use leptos::prelude::*;

/// The list, the most overdue first. `all` of them are late; the list may show fewer.
pub(super) fn late_list(late: &[LateMessage], all: i64, web: &WebContext) -> AnyView {
    let locale = web.locale;
    if late.is_empty() {
        return view! { <p><StatusPill kind=Status::Done word=locale.t("Ninguno", "None")/></p> }.into_any();
    }
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let heads = [
        locale.t("Mensaje", "Message"),
        locale.t("Vía", "Way"),
        locale.t("Plazo", "Deadline"),
        locale.t("De más", "Over it by"),
        locale.t("Por qué", "Why"),
    ];
    let [event, channel, deadline, over, why] = heads;
    let rows = late
        .iter()
        .map(|message| {
            let at = message.deadline_at;
            view! {
                <tr>
                    <td data-label=event>{words::event(message.event, locale)}</td>
                    <td data-label=channel>{words::channel(message.channel, locale)}</td>
                    <td data-label=deadline><time datetime=exact(at)>{moment(at, zone, locale)}</time></td>
                    <td data-label=over>{span(web.caas.now() - at, locale)}</td>
                    <td data-label=why class="small">{why_late(message, locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let shown = late.len() as i64;
    let more = (all > shown).then(|| {
        let text = match locale {
            Locale::Es => format!("Se ven {shown} de {all}."),
            Locale::En => format!("{shown} of {all} are shown."),
        };
        view! { <p class="muted small">{text}</p> }
    });
    let caption =
        locale.t("Avisos fuera de plazo, el más atrasado primero", "Messages out of time, the most overdue first");
    view! {
        <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable>
        {more}
    }
    .into_any()
}

fn why_late(message: &LateMessage, locale: Locale) -> String {
    if message.held_back_at.is_some() {
        let text = "Retenido: promete que no se ha cobrado, y aún no es cierto.";
        return locale.t(text, "Held back: it promises that nothing was charged, which is not yet true.").to_owned();
    }
    let tries = match (message.attempts, locale) {
        (0, _) => return locale.t("Aún no se ha intentado.", "Not tried yet.").to_owned(),
        (1, Locale::Es) => "Un intento".to_owned(),
        (1, Locale::En) => "One try".to_owned(),
        (count, Locale::Es) => format!("{count} intentos"),
        (count, Locale::En) => format!("{count} tries"),
    };
    message.why().map_or_else(|| format!("{tries}."), |why| format!("{tries}: {why}"))
}
