//! `/expediente/deudas`: what is owed and why, what it blocks and what not, and paying it.

use super::pay::{REFRESH_SECONDS, ToPay, answers_soon, form, paying, so_far, waiting};
use super::words::debt_state;
use super::{DEBTS, customer, debt_path, invoices};
use crate::pages::expediente::states::Reader;
use crate::pages::order::Paying;
use crate::ui::{Crumb, EmptyState, Icon, IconName, LinkButton, Notice, PageHeader, StatusPill, Tone};
use crate::web::dates::day;
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::payments::methods;
use caas::subscriptions::model::DebtState;
use caas::subscriptions::view::{self, DebtView};
use caas::vehicles::Vehicle;
use leptos::prelude::*;

/// The form's name in what comes back with it.
pub(super) const PAY_FORM: &str = "pagar-deuda";

/// The list.
pub(super) async fn debts_page(web: WebContext) -> PageResult {
    let user = customer(&web)?;
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let debts = view::debts(&mut web.caas.db.read().await?, user.id).await?;
    let title = locale.t("Tus deudas", "Your debts");
    let lead = locale.t(
        "Lo que quedó por pagar de una suscripción, por qué, y cómo se paga.",
        "What was left to pay of a subscription, why, and how to pay it.",
    );
    let content = if debts.is_empty() {
        view! {
            <EmptyState title=locale.t("No debes nada", "You owe nothing")>
                <p>{locale.t("Aquí aparecería lo que quedara por pagar de una suscripción.", "What is left to pay of a subscription would appear here.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let blocked = debts.iter().any(|view| view.debt.state.is_unpaid()).then(|| what_it_blocks(locale));
        let lines = debts.iter().map(|view| line(view, reader)).collect_view();
        view! { {blocked}<ul class="lines">{lines}</ul> }.into_any()
    };
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {content}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

fn line(view: &DebtView, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let (kind, word) = debt_state(view.debt.state, locale);
    let amount = view.debt.amount().display(locale);
    let name = view.subscription.service_names.0.get(locale).to_owned();
    let since = day(view.debt.created_at, reader.zone, locale);
    let car = view.vehicle.as_ref().map(Vehicle::label).unwrap_or_default();
    view! {
        <li class="line">
            <div class="line__text">
                <p class="line__title"><a href=debt_path(view.debt.id)>{amount}" · "{name}</a></p>
                <p class="muted">{car}" · "{locale.t("desde el", "since")}" "{since}</p>
            </div>
            <div class="line__end"><StatusPill kind=kind word=word/></div>
        </li>
    }
    .into_any()
}

/// What waits until it is paid, and what does not.
fn what_it_blocks(locale: Locale) -> AnyView {
    let entry = |tone: Tone, icon: IconName, title: &str, text: &str| {
        let (class, title, text) = (format!("timeline__entry {}", tone.class()), title.to_owned(), text.to_owned());
        view! {
            <li class=class>
                <span class="timeline__mark"><Icon name=icon/></span>
                <div class="timeline__body"><p class="timeline__title">{title}</p><p class="timeline__text">{text}</p></div>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="bloquea">
            <h2 id="bloquea">{locale.t("Qué bloquea y qué no", "What it blocks and what not")}</h2>
            <ul class="timeline">
                {entry(
                    Tone::Waiting,
                    IconName::Lock,
                    locale.t("Suscripciones nuevas: no, hasta que pagues", "New subscriptions: not until you have paid"),
                    locale.t(
                        "En cuanto se paga, el bloqueo se quita. La suscripción que terminó no vuelve sola: si la quieres, la contratas de nuevo.",
                        "As soon as it is paid the block is gone. The subscription that ended does not come back by itself: if you want it, start it again.",
                    ),
                )}
                {entry(
                    Tone::Done,
                    IconName::Done,
                    locale.t("Servicios de pago único: sí", "One-time services: yes"),
                    locale.t("Puedes seguir comprándolos.", "You can go on buying them."),
                )}
                {entry(
                    Tone::Done,
                    IconName::Done,
                    locale.t("Lo que ya tienes en el coche: igual", "What you have in the car: unchanged"),
                    locale.t(
                        "Ni el coche, ni lo que pagaste, ni tus otras suscripciones se tocan.",
                        "Neither the car, nor what you paid for, nor your other subscriptions are touched.",
                    ),
                )}
            </ul>
        </section>
    }
    .into_any()
}

/// One debt.
pub(super) async fn debt_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let view = view::debt(&mut tx, Some(user.id), web.param_as("id")?).await?.ok_or(Refusal::Hidden("debt"))?;
    let own = methods::list(&mut tx, user.id).await?;
    drop(tx);
    let (kind, word) = debt_state(view.debt.state, locale);
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    let amount = view.debt.amount().display(locale);
    let title = match locale {
        Locale::Es => format!("Deuda de {amount}"),
        Locale::En => format!("Debt of {amount}"),
    };
    let name = view.subscription.service_names.0.get(locale).to_owned();
    let car = view.vehicle.as_ref().map(Vehicle::label).unwrap_or_default();
    let lead = match locale {
        Locale::Es => format!("De la suscripción {name}, en tu {car}"),
        Locale::En => format!("Of the subscription {name}, in your {car}"),
    };
    let crumbs = vec![
        Crumb::new("/expediente", locale.t("Expediente", "My cars")),
        Crumb::new(DEBTS, locale.t("Deudas", "Debts")),
    ];
    let waits = answers_soon(&web, &view.tries);
    let is_unpaid = view.debt.state.is_unpaid();
    let to_pay = ToPay {
        action: "deudas/pagar",
        id: view.debt.id.to_string(),
        form: PAY_FORM,
        back: debt_path(view.debt.id),
        amount: view.debt.amount(),
    };
    let paying_now = is_unpaid.then(|| {
        if paying(&view.tries) == Paying::UnderWay {
            return waiting(&web, waits);
        }
        view! {
            {so_far(&to_pay, &view.tries, locale)}
            <section class="section" aria-labelledby="pagar">
                <h2 id="pagar">{locale.t("Pagarla", "Pay it")}</h2>
                {form(&web, &to_pay, &own)}
            </section>
        }
        .into_any()
    });
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
            {how_it_stands(&view, reader)}
            <section class="section" aria-labelledby="por-que">
                <h2 id="por-que">{locale.t("Por qué", "Why")}</h2>
                <p>{why(&view, locale)}</p>
                {invoices::table(&view.invoices, locale)}
            </section>
            {is_unpaid.then(|| what_it_blocks(locale))}
            {paying_now}
        </div>
    };
    let page = Page::new(title, body).class("page page--narrow").section(Section::Expediente);
    Ok(if waits { page.refresh(REFRESH_SECONDS) } else { page })
}

fn why(view: &DebtView, locale: Locale) -> &'static str {
    if view.invoices.len() > 1 {
        locale.t(
            "El cobro falló en todos los intentos y el servicio se apagó. La deuda es lo facturado que no se cobró y los días usados hasta que se apagó.",
            "Every try to charge it failed and the service was switched off. The debt is what was billed and not charged, and the days used until it was switched off.",
        )
    } else {
        locale.t(
            "El cobro falló en todos los intentos. La deuda es la factura que no se cobró.",
            "Every try to charge it failed. The debt is the invoice that was not charged.",
        )
    }
}

fn how_it_stands(view: &DebtView, reader: Reader<'_>) -> Option<AnyView> {
    let locale = reader.locale;
    let on = view.debt.closed_at.map(|at| day(at, reader.zone, locale)).unwrap_or_default();
    let (tone, title, text) = match view.debt.state {
        DebtState::Open => return None,
        DebtState::InCollection => (
            Tone::Waiting,
            locale.t("La lleva una empresa de cobro", "It is with people who collect debts").to_owned(),
            locale.t(
                "Puedes pagarla aquí igual: se entera sola y deja de reclamártela.",
                "You can pay it here all the same: they learn of it and stop asking you.",
            ),
        ),
        DebtState::Paid => (
            Tone::Done,
            match locale {
                Locale::Es => format!("Pagada el {on}"),
                Locale::En => format!("Paid on {on}"),
            },
            locale.t(
                "Gracias. Ya puedes contratar suscripciones otra vez.",
                "Thank you. You can start subscriptions again.",
            ),
        ),
        DebtState::WrittenOff => (
            Tone::Info,
            match locale {
                Locale::Es => format!("Condonada el {on}"),
                Locale::En => format!("Written off on {on}"),
            },
            locale.t("No tienes que pagarla y no bloquea nada.", "You don't have to pay it and it blocks nothing."),
        ),
        DebtState::Cancelled => (
            Tone::Info,
            match locale {
                Locale::Es => format!("Anulada el {on}: desististe del contrato"),
                Locale::En => format!("Cancelled on {on}: you withdrew from the contract"),
            },
            locale.t(
                "No debes nada. Lo que pagaste de ella vuelve por el mismo medio.",
                "You owe nothing. What you paid of it goes back the same way.",
            ),
        ),
    };
    let is_over = !view.debt.state.is_unpaid();
    let action = is_over.then(|| {
        view! { <LinkButton href="/catalogo">{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton> }
            .into_any()
    });
    Some(match action {
        Some(action) => view! { <Notice tone=tone title=title action=action>{text}</Notice> }.into_any(),
        None => view! { <Notice tone=tone title=title>{text}</Notice> }.into_any(),
    })
}
