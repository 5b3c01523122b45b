//! What happens when a charge fails, with its dates, before it happens.

use super::words::period_words;
use crate::pages::expediente::states::Reader;
use crate::ui::{ActivationTimeline, IconName, TimelineEntry, Tone};
use crate::web::dates::{exact, moment};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::notifications::service::reason_in_words;
use caas::payments::model::PaymentState;
use caas::payments::repository::Payment;
use caas::subscriptions::model::{DunningAct, DunningStep, SubscriptionStatus};
use caas::subscriptions::view::SubscriptionView;
use leptos::prelude::*;

/// What is open now.
pub(super) fn open(view: &SubscriptionView) -> Money {
    let cents = view.unpaid.iter().map(|invoice| invoice.gross_cents).fold(Cents::ZERO, |sum, cents| sum + cents);
    Money::new(cents, view.subscription.currency)
}

/// The calendar that is under way: what was tried, what will be, and the end.
pub(super) fn under_way(view: &SubscriptionView, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let invoice = view.unpaid.first().map(|invoice| {
        let (number, period) = (invoice.number.clone(), period_words(invoice.period(), locale));
        let (href, amount) = (super::invoice_path(invoice.id), invoice.gross().display(locale));
        let about = match locale {
            Locale::Es => format!(": {amount} por {period}."),
            Locale::En => format!(": {amount} for {period}."),
        };
        view! { <p>{locale.t("Factura", "Invoice")}" "<a class="code" href=href>{number}</a>{about}</p> }
    });
    let tried =
        view.tries.iter().filter(|payment| payment.state.is_over()).map(|one| tried(one, reader)).collect_view();
    let steps = view.calendar.iter().map(|step| to_come(step, view, open(view), reader)).collect_view();
    view! {
        <section class="section" aria-labelledby="calendario">
            <h2 id="calendario">{locale.t("Qué ha pasado y qué viene", "What happened and what comes")}</h2>
            {invoice}
            <ActivationTimeline label=locale.t("Calendario de cobro", "Calendar of the charge")>{tried}{steps}</ActivationTimeline>
        </section>
    }
    .into_any()
}

/// The same before anything has failed, folded away.
pub(super) fn if_it_fails(view: &SubscriptionView, reader: Reader<'_>) -> Option<AnyView> {
    let locale = reader.locale;
    let (due, _, price) = caas::subscriptions::view::next_bill(&view.subscription)?;
    if view.calendar.is_empty() {
        return None;
    }
    let first = TimelineOf {
        tone: Tone::Neutral,
        icon: IconName::Card,
        at: due,
        title: match locale {
            Locale::Es => format!("Se cobran {}", price.display(locale)),
            Locale::En => format!("{} is charged", price.display(locale)),
        },
        text: locale
            .t(
                "Si falla, te avisamos con la fecha del siguiente intento. El servicio sigue en tu coche.",
                "If it fails, we tell you with the date of the next try. The service stays in your car.",
            )
            .to_owned(),
    };
    let first = first.entry(reader);
    let steps = view.calendar.iter().map(|step| to_come(step, view, price, reader)).collect_view();
    let sooner = locale.t(
        "En cualquier momento puedes pagar con otro método: se cobra al instante y el calendario se acaba.",
        "At any time you can pay with another method: it is charged at once and the calendar is over.",
    );
    Some(
        view! {
            <details>
                <summary class="btn btn--secondary">{locale.t("Qué pasa si un cobro falla", "What happens if a charge fails")}</summary>
                <ActivationTimeline label=locale.t("Qué pasa si un cobro falla", "What happens if a charge fails")>
                    {first}{steps}
                </ActivationTimeline>
                <p class="muted small">{sooner}</p>
            </details>
        }
        .into_any(),
    )
}

struct TimelineOf {
    tone: Tone,
    icon: IconName,
    at: caas::kernel::Timestamp,
    title: String,
    text: String,
}

impl TimelineOf {
    fn entry(self, reader: Reader<'_>) -> AnyView {
        let (time, datetime) = (moment(self.at, reader.zone, reader.locale), exact(self.at));
        view! { <TimelineEntry tone=self.tone icon=self.icon title=self.title time=time datetime=datetime text=self.text/> }
            .into_any()
    }
}

fn tried(payment: &Payment, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let reason = payment.decline_reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
    let (title, text) = match payment.state {
        PaymentState::Rejected => {
            (locale.t("Tu banco no aceptó el cobro", "Your bank did not accept the charge"), reason.to_owned())
        }
        _ => (
            locale.t("El cobro no llegó a hacerse", "The charge was not made"),
            locale.t("No se te cobró nada.", "Nothing was charged.").to_owned(),
        ),
    };
    TimelineOf { tone: Tone::Problem, icon: IconName::Failed, at: payment.created_at, title: title.to_owned(), text }
        .entry(reader)
}

fn to_come(step: &DunningStep, view: &SubscriptionView, amount: Money, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let amount = amount.display(locale);
    let method = view.method.as_ref().map(|method| method.label(locale));
    let again = match (method, locale) {
        (Some(method), Locale::Es) => format!("Volvemos a intentar el cobro de {amount} con {method}"),
        (Some(method), Locale::En) => format!("We try to charge {amount} again, with {method}"),
        (None, Locale::Es) => format!("Volvemos a intentar el cobro de {amount}"),
        (None, Locale::En) => format!("We try to charge {amount} again"),
    };
    let goes_on = locale.t("El servicio sigue activo.", "The service stays active.").to_owned();
    let (tone, icon, title, text) = match step.act {
        DunningAct::Retry => (Tone::Waiting, IconName::Retry, again, goes_on),
        DunningAct::NoTry => (
            Tone::Waiting,
            IconName::Clock,
            locale.t("No se intenta por sí solo", "Nothing is tried by itself").to_owned(),
            locale
                .t(
                    "Tu banco no acepta más esa forma de pago. Con otra, se cobra al momento.",
                    "Your bank no longer accepts that way to pay. With another one it is charged at once.",
                )
                .to_owned(),
        ),
        DunningAct::LastRetry => {
            let last = match locale {
                Locale::Es => format!("Último intento. {}", the_end(view, locale, "Si también falla")),
                Locale::En => format!("Last try. {}", the_end(view, locale, "If it fails too")),
            };
            (Tone::Problem, IconName::Warning, again, last)
        }
        DunningAct::End => (
            Tone::Problem,
            IconName::Warning,
            locale.t("Se acaba el plazo", "The time is over").to_owned(),
            the_end(view, locale, locale.t("Si sigue sin pagarse", "If it is still not paid")),
        ),
    };
    TimelineOf { tone, icon, at: step.at, title, text }.entry(reader)
}

/// What the end of the calendar means, to the cent.
fn the_end(view: &SubscriptionView, locale: Locale, when: &str) -> String {
    let debt = view.debt_then.display(locale);
    let has_ended = view.subscription.status == SubscriptionStatus::Cancelled;
    match (has_ended, locale) {
        (false, Locale::Es) => format!(
            "{when}: el servicio se apaga en el coche, la suscripción termina y quedan {debt} por pagar (lo facturado y los días usados hasta entonces)."
        ),
        (false, Locale::En) => format!(
            "{when}: the service is switched off in the car, the subscription ends and {debt} is left to pay (what was billed and the days used until then)."
        ),
        (true, Locale::Es) => format!("{when}: quedan {debt} como deuda."),
        (true, Locale::En) => format!("{when}: {debt} is left as a debt."),
    }
}
