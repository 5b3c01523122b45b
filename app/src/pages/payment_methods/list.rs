//! `/cuenta/metodos-de-pago`

use crate::ui::{
    Button, ButtonKind, ConfirmBox, Crumb, EmptyState, Icon, IconName, Notice, PageHeader, Status, StatusPill,
};
use crate::web::{Page, PageResult, Role, Section, WebContext};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::payments::methods::{self, PaymentMethod};
use chrono::Datelike as _;
use leptos::prelude::*;

pub(super) async fn methods_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let customer = web.require_role(&[Role::Customer])?.id;
    let own = methods::list(&mut web.caas.db.read().await?, customer).await?;
    let title = locale.t("Métodos de pago", "Payment methods");
    let lead = locale.t(
        "Los guarda el banco, nunca CaaS: aquí solo vemos la marca y las cuatro últimas cifras.",
        "They are kept by the bank, never by CaaS: all we see is the brand and the last four digits.",
    );
    let add = add_form(locale, super::PATH, ButtonKind::Primary);
    let content = if own.is_empty() {
        let empty = locale.t("Todavía no hay ninguno", "There is none yet");
        let why = locale.t(
            "Añade uno para poder pedir servicios. Añadirlo no cuesta nada y no se cobra nada.",
            "Add one so that you can order services. Adding it costs nothing and nothing is charged.",
        );
        view! { <EmptyState title=empty action=add.into_any()><p>{why}</p></EmptyState> }.into_any()
    } else {
        let now = web.caas.now();
        let rows = own.into_iter().map(|method| row(&method, now, locale)).collect_view();
        view! { <ul class="stack">{rows}</ul>{add} }.into_any()
    };
    let crumbs = vec![Crumb::new("/cuenta", locale.t("Tu cuenta", "Your account"))];
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {content}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}

fn row(method: &PaymentMethod, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let label = method.label(locale);
    let id = method.id.to_string();
    let (expiry, expired) = expiry(method, now, locale);
    let pill = if method.is_default {
        Some(view! { <StatusPill kind=Status::Done word=locale.t("Predeterminado", "Default")/> }.into_any())
    } else if expired {
        Some(view! { <StatusPill kind=Status::Warning word=locale.t("Caducada", "Expired")/> }.into_any())
    } else {
        None
    };
    let prefer = (!method.is_default).then(|| {
        let name = format!("{}: {label}", locale.t("Usar por defecto", "Use by default"));
        view! {
            <form method="post" action="/api/metodos-de-pago/preferido">
                <input type="hidden" name="id" value=id.clone()/>
                <button class="btn btn--secondary" aria-label=name>{locale.t("Usar por defecto", "Use by default")}</button>
            </form>
        }
    });
    let question = match locale {
        Locale::Es => format!("¿Quitar {label}?"),
        Locale::En => format!("Remove {label}?"),
    };
    let meaning = locale.t(
        "Lo que ya está en marcha con este método sigue su curso. Para pedidos nuevos elegirás otro.",
        "What is under way with this method goes on. For new orders you will choose another one.",
    );
    view! {
        <li class="card stack stack--s">
            <div class="split">
                <div>
                    <h2 class="cluster"><Icon name=IconName::Card/><span class="money">{label}</span></h2>
                    <p class="muted small">{expiry}</p>
                </div>
                {pill}
            </div>
            {prefer}
            <ConfirmBox opener=locale.t("Quitar", "Remove") title=question>
                <p>{meaning}</p>
                <form method="post" action="/api/metodos-de-pago/quitar">
                    <input type="hidden" name="id" value=id/>
                    <Button kind=ButtonKind::Danger>{locale.t("Sí, quitar", "Yes, remove")}</Button>
                </form>
            </ConfirmBox>
        </li>
    }
}

/// Until when a method is good, in words, and whether that is over.
pub(super) fn expiry(method: &PaymentMethod, now: Timestamp, locale: Locale) -> (String, bool) {
    let (Some(month), Some(year)) = (method.exp_month, method.exp_year) else { return (String::new(), false) };
    let expired = (year, month) < (i64::from(now.year()), i64::from(now.month()));
    let word = if expired { locale.t("Caducó en", "Expired") } else { locale.t("Caduca en", "Expires") };
    (format!("{word} {month:02}/{year}"), expired)
}

/// The button that leads to the bank's page and back to a path of ours.
fn add_form(locale: Locale, back: &str, kind: ButtonKind) -> impl IntoView + use<> {
    let back = back.to_owned();
    view! {
        <form class="stack stack--s" method="post" action="/api/metodos-de-pago/nuevo" id="nuevo-metodo">
            <input type="hidden" name="back" value=back/>
            <p><Button kind=kind icon=IconName::Plus>{locale.t("Añadir tarjeta", "Add a card")}</Button></p>
            <p class="muted small">{locale.t("Te lleva a la página segura del banco y vuelves aquí.", "It takes you to the bank's secure page, and back here.")}</p>
        </form>
    }
}

/// While the bank has not said what came of the visit.
pub(super) fn not_yet(locale: Locale, again: &str) -> impl IntoView + use<> {
    let again = again.to_owned();
    let title = locale.t("Estamos esperando al banco", "We are waiting for the bank");
    let text = locale.t(
        "Aún no nos ha dicho si tu método de pago está listo. Esta página pregunta sola cada pocos segundos. No se cobra nada.",
        "It has not told us yet whether your payment method is ready. This page asks by itself every few seconds. Nothing is charged.",
    );
    let action = view! {
        <a class="btn btn--secondary" href=again>{locale.t("Preguntar ahora", "Ask now")}</a>
        <a class="btn btn--quiet" href=super::PATH>{locale.t("Ver mis métodos de pago", "See my payment methods")}</a>
    };
    view! { <Notice tone=crate::ui::Tone::Waiting title=title action=action.into_any()>{text}</Notice> }
}
