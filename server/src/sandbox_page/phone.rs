//! `/sandbox/movil`: what telephones and browsers show: text messages that went nowhere, and copies of push messages.

use super::page;
use caas_app::ui::EmptyState;
use caas_app::web::dates::{exact, moment};
use caas_app::web::{PageResult, WebContext, local_path};
use caas_sandbox::{PushShown, Sandbox, TextMessage};
use leptos::prelude::*;

/// The newest of each, as many as somebody looks through.
const SHOWN: usize = 50;

/// The page.
pub(super) async fn phone_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let texts: Vec<_> = sandbox.text_messages().iter().take(SHOWN).map(|text| text_message(text, &web)).collect();
    let pushes: Vec<_> = sandbox.pushes().iter().take(SHOWN).map(|push| push_message(push, &web)).collect();
    let texts = lines(
        texts,
        locale.t("Ningún SMS", "No text messages"),
        locale.t(
            "Pon un teléfono en tu perfil y deja que un pago se rechace.",
            "Set a phone number in your profile and let a payment be declined.",
        ),
    );
    let pushes = lines(
        pushes,
        locale.t("Ningún aviso push", "No push messages"),
        locale.t(
            "Actívalos en un navegador, en tu cuenta, Avisos.",
            "Switch them on in a browser, in your account, Messages.",
        ),
    );
    let body = view! {
        <section class="section" aria-labelledby="sms"><h2 id="sms">"SMS"</h2>{texts}</section>
        <section class="section" aria-labelledby="push"><h2 id="push">{locale.t("Avisos push", "Push messages")}</h2>{pushes}</section>
    };
    let lead = locale.t(
        "Lo que enseñarían el teléfono y el navegador de cada cliente.",
        "What each customer's telephone and browser would show.",
    );
    Ok(page(&web, locale.t("Móvil simulado", "Played phone"), lead, body))
}

fn lines(items: Vec<AnyView>, title: &'static str, text: &'static str) -> AnyView {
    if items.is_empty() {
        return view! { <EmptyState title=title><p>{text}</p></EmptyState> }.into_any();
    }
    view! { <ul class="lines">{items}</ul> }.into_any()
}

fn text_message(text: &TextMessage, web: &WebContext) -> AnyView {
    line(text.body.clone().into_any(), text.to.clone(), text.at, web)
}

fn push_message(push: &PushShown, web: &WebContext) -> AnyView {
    // The link came from our own message, but the page trusts no text it is given.
    let title = match local_path(&push.link) {
        Some(path) => view! { <a href=path.to_owned()>{push.title.clone()}</a> }.into_any(),
        None => push.title.clone().into_any(),
    };
    line(title, push.body.clone(), push.at, web)
}

fn line(title: AnyView, below: String, at: caas::kernel::Timestamp, web: &WebContext) -> AnyView {
    let zone = web.user.as_ref().map_or("Europe/Madrid", |user| user.time_zone.as_str());
    view! {
        <li class="line">
            <div class="line__text"><p class="line__title">{title}</p><p class="muted">{below}</p></div>
            <time class="muted small" datetime=exact(at)>{moment(at, zone, web.locale)}</time>
        </li>
    }
    .into_any()
}
