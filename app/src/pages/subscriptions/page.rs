//! `/expediente/suscripciones/{id}`: one subscription, what comes next, and what can be done about it.

use super::pay::{REFRESH_SECONDS, ToPay, answers_soon, form, paying, so_far, waiting};
use super::words::{end_reason, period_words, status};
use super::{DEBTS, calendar, change, crumbs, debt_path, ending, invoices, own, path_of};
use crate::pages::expediente::{day_words, states::Reader};
use crate::pages::order::Paying;
use crate::pages::payment_methods;
use crate::ui::{
    ButtonKind, CarCard, CarColour, CarModel, Fact, KeyValueList, LinkButton, Notice, PageHeader, StatusPill, Tone,
};
use crate::web::dates::moment;
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::payments::methods;
use caas::subscriptions::model::{InvoiceState, SubscriptionStatus};
use caas::subscriptions::view::{SubscriptionView, next_bill};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The form's name in what comes back with it.
pub(super) const PAY_FORM: &str = "pagar-suscripcion";
/// For how long a payment is news.
const NEWS: TimeDelta = TimeDelta::hours(1);

pub(super) async fn subscription_page(web: WebContext) -> PageResult {
    let view = own(&web, web.param_as("id")?).await?;
    let locale = web.locale;
    let s = &view.subscription;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone).to_owned();
    let reader = Reader { locale, zone: &zone };
    let name = s.service_names.0.get(locale).to_owned();
    let price = s.price().display(locale);
    let lead = match locale {
        Locale::Es => format!("En tu {} · {price} al mes", view.vehicle.label()),
        Locale::En => format!("In your {} · {price} a month", view.vehicle.label()),
    };
    let (kind, word) = status(s.status, s.cancel_at_period_end, locale);
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    // While the page loads itself anew it holds no form: what somebody was filling in would be lost.
    let waits = answers_soon(&web, &view.tries);
    let money = money(&web, &view, reader).await?;
    let body = view! {
        <PageHeader title=name.clone() lead=lead crumbs=crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
        <div class="activation">
            <div class="stack stack--l">
                {over(&view, reader)}
                {just_paid(&web, &view)}
                {ending::ends_soon(&view, locale)}
                {money}
                {(!waits).then(|| change::change(&web, &view))}
                {(!waits).then(|| ending::ending(&web, &view))}
                {bills(&view, reader)}
            </div>
            {facts(&view, reader)}
        </div>
    };
    let page = Page::new(name, body).section(Section::Expediente);
    Ok(if waits { page.refresh(REFRESH_SECONDS) } else { page })
}

/// How it ended, and what is left of it.
fn over(view: &SubscriptionView, reader: Reader<'_>) -> Option<AnyView> {
    let locale = reader.locale;
    let s = &view.subscription;
    if s.status != SubscriptionStatus::Cancelled {
        return None;
    }
    let at = s.ended_at.map(|at| moment(at, reader.zone, locale)).unwrap_or_default();
    let title = match locale {
        Locale::Es => format!("Terminó el {at}"),
        Locale::En => format!("It ended on {at}"),
    };
    let why = s.ended_because().map(|why| end_reason(why, locale)).unwrap_or_default();
    let debt = view.debt.as_ref().filter(|debt| debt.state.is_unpaid());
    Some(match debt {
        Some(debt) => {
            let amount = debt.amount().display(locale);
            let text = match locale {
                Locale::Es => {
                    format!("Quedan {amount} por pagar. Hasta entonces no puedes contratar otra suscripción.")
                }
                Locale::En => format!("{amount} is left to pay. Until then you can't start another subscription."),
            };
            let action = view! {
                <LinkButton href=debt_path(debt.id) kind=ButtonKind::Primary>{locale.t("Ver y pagar la deuda", "See and pay the debt")}</LinkButton>
            };
            view! { <Notice tone=Tone::Problem title=title action=action.into_any()>{why}" "{text}</Notice> }.into_any()
        }
        None => {
            let had_debt = view.debt.is_some();
            let href = if had_debt { DEBTS.to_owned() } else { format!("/catalogo/{}", view.service_slug) };
            let word = if had_debt {
                locale.t("Ver la deuda", "See the debt")
            } else {
                locale.t("Ver el servicio", "See the service")
            };
            let action = view! { <LinkButton href=href>{word}</LinkButton> };
            view! { <Notice tone=Tone::Info title=title action=action.into_any()>{why}</Notice> }.into_any()
        }
    })
}

/// That an invoice has just been paid.
fn just_paid(web: &WebContext, view: &SubscriptionView) -> Option<AnyView> {
    let locale = web.locale;
    if !view.unpaid.is_empty() {
        return None;
    }
    let paid = view.invoices.iter().filter(|invoice| invoice.state == InvoiceState::Paid);
    let last = paid.max_by_key(|invoice| invoice.paid_at)?;
    last.paid_at.filter(|at| web.caas.now() - *at < NEWS)?;
    let title = match locale {
        Locale::Es => format!("Pagado: {}", last.gross().display(locale)),
        Locale::En => format!("Paid: {}", last.gross().display(locale)),
    };
    let text = match locale {
        Locale::Es => format!("Factura {}. No queda nada pendiente.", last.number),
        Locale::En => format!("Invoice {}. Nothing is open.", last.number),
    };
    Some(view! { <Notice tone=Tone::Done title=title>{text}</Notice> }.into_any())
}

/// What is to be paid and the calendar; before that, what would happen if a charge failed.
async fn money(
    web: &WebContext,
    view: &SubscriptionView,
    reader: Reader<'_>,
) -> Result<Option<AnyView>, crate::web::Refusal> {
    let locale = reader.locale;
    let s = &view.subscription;
    if view.unpaid.is_empty() {
        return Ok(calendar::if_it_fails(view, reader));
    }
    if paying(&view.tries) == Paying::UnderWay {
        let calendar = s.is_dunned().then(|| calendar::under_way(view, reader));
        return Ok(Some(view! { {waiting(web, answers_soon(web, &view.tries))}{calendar} }.into_any()));
    }
    let amount = view.unpaid.first().map_or_else(|| calendar::open(view), |invoice| invoice.gross());
    let to_pay =
        ToPay { action: "suscripciones/pagar", id: s.id.to_string(), form: PAY_FORM, back: path_of(s.id), amount };
    let goes_on = (s.status == SubscriptionStatus::PastDue).then(|| {
        let title = match locale {
            Locale::Es => format!("No hemos podido cobrar {}", amount.display(locale)),
            Locale::En => format!("We could not charge {}", amount.display(locale)),
        };
        let next = view.calendar.first().map(|step| moment(step.at, reader.zone, locale)).unwrap_or_default();
        let text = match locale {
            Locale::Es => format!(
                "El servicio sigue activo en tu coche. El siguiente paso es el {next}; si pagas antes, no pasa nada de lo de abajo."
            ),
            Locale::En => format!(
                "The service stays active in your car. The next step is on {next}; if you pay before, nothing of what stands below happens."
            ),
        };
        view! { <Notice tone=Tone::Waiting title=title>{text}</Notice> }
    });
    let so_far = so_far(&to_pay, &view.tries, locale);
    let own = methods::list(&mut web.caas.db.read().await?, s.customer_id).await?;
    let more = (view.unpaid.len() > 1).then(|| {
        let text = match locale {
            Locale::Es => {
                format!("Hay {} facturas por cobrar: se pagan de la más antigua a la más reciente.", view.unpaid.len())
            }
            Locale::En => format!("{} invoices are to be charged: the oldest is paid first.", view.unpaid.len()),
        };
        view! { <p class="muted">{text}</p> }
    });
    let is_dunned = s.is_dunned();
    let calendar = is_dunned.then(|| calendar::under_way(view, reader));
    Ok(Some(
        view! {
            {goes_on}
            {so_far}
            <section class="section" aria-labelledby="pagar">
                <h2 id="pagar">{locale.t("Pagar ahora con otro método", "Pay now with another method")}</h2>
                {more}
                {form(web, &to_pay, &own)}
            </section>
            {calendar}
        }
        .into_any(),
    ))
}

/// All its invoices.
fn bills(view: &SubscriptionView, reader: Reader<'_>) -> Option<AnyView> {
    if view.invoices.is_empty() {
        return None;
    }
    let locale = reader.locale;
    Some(
        view! {
            <section class="section" aria-labelledby="facturas">
                <h2 id="facturas">{locale.t("Facturas", "Invoices")}</h2>
                {invoices::table(&view.invoices, locale)}
            </section>
        }
        .into_any(),
    )
}

/// What was agreed, and what comes next.
fn facts(view: &SubscriptionView, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let (s, car) = (&view.subscription, &view.vehicle);
    let price = format!("{} {}", s.price().display(locale), locale.t("al mes", "a month"));
    let mut facts = vec![
        Fact::text(locale.t("Precio", "Price"), price),
        Fact::text(locale.t("Desde el", "Since"), day_words(s.started_on.0, locale)),
    ];
    if let Some((_, period, amount)) = next_bill(s) {
        facts.push(Fact::text(locale.t("Periodo que corre", "Running period"), period_words(period, locale)));
        let label = if s.cancel_at_period_end {
            locale.t("Última factura", "Last invoice")
        } else {
            locale.t("Próxima factura", "Next invoice")
        };
        let on = day_words(period.end.0, locale);
        facts.push(Fact::text(label, format!("{on}: {}", amount.display(locale))));
        let method = match &view.method {
            Some(method) => view! { <span><a href=payment_methods::PATH>{method.label(locale)}</a></span> }.into_any(),
            None => {
                view! { <a href=payment_methods::PATH>{locale.t("Ninguno: añade uno", "None: add one")}</a> }.into_any()
            }
        };
        facts.push(Fact::view(locale.t("Se cobra con", "Charged to"), method));
    }
    let activation = format!("/expediente/activaciones/{}", s.activation);
    let service = format!("/catalogo/{}?coche={}", view.service_slug, car.id);
    let code = car.plate.clone().unwrap_or_else(|| car.vin.clone());
    view! {
        <aside class="stack">
            <CarCard model=CarModel::from_name(&car.body) colour=CarColour::from_name(&car.colour) name=car.model_name.clone() code=code/>
            <div class="card stack">
                <KeyValueList facts=facts/>
                <div class="actions">
                    <LinkButton href=activation>{locale.t("Ver la activación", "See the activation")}</LinkButton>
                    <LinkButton href=service>{locale.t("Ver el servicio", "See the service")}</LinkButton>
                </div>
            </div>
        </aside>
    }
    .into_any()
}
