//! Ending a subscription, with the period or at once; what each costs stands before its button.

use super::calendar::open;
use super::change::refusal_words;
use super::words::{days, period_words};
use crate::pages::expediente::day_words;
use crate::ui::{Button, ButtonKind, ConfirmBox, Icon, IconName, Notice, Tone};
use crate::web::{FormState, WebContext};
use caas::kernel::locale::Locale;
use caas::kernel::money::Cents;
use caas::subscriptions::end::cost_of_ending_now;
use caas::subscriptions::model::SubscriptionStatus;
use caas::subscriptions::view::SubscriptionView;
use leptos::prelude::*;

/// The form's name in what comes back with it: ending with the period.
pub(super) const AT_END: &str = "terminar-al-final";
/// And at once.
pub(super) const NOW: &str = "terminar-ahora";

/// That it ends with its period, and the way back.
pub(super) fn ends_soon(view: &SubscriptionView, locale: Locale) -> Option<AnyView> {
    let s = &view.subscription;
    if !s.cancel_at_period_end || s.status == SubscriptionStatus::Cancelled {
        return None;
    }
    let (on, price) = (day_words(s.period_end.0, locale), s.price().display(locale));
    let last = day_words(s.period().last().0, locale);
    let title = match locale {
        Locale::Es => format!("Termina cuando acabe el {last}"),
        Locale::En => format!("It ends when {last} is over"),
    };
    let text = match locale {
        Locale::Es => {
            format!(
                "Hasta entonces sigue activa. El {on} se factura este último periodo entero, {price}, y se apaga en el coche."
            )
        }
        Locale::En => format!(
            "Until then it stays active. On {on} this last period is billed in full, {price}, and it is switched off in the car."
        ),
    };
    let id = s.id.to_string();
    let action = view! {
        <form method="post" action="/api/suscripciones/reactivar">
            <input type="hidden" name="id" value=id/>
            <Button kind=ButtonKind::Primary>{locale.t("Reactivar: que siga cada mes", "Reactivate: let it go on each month")}</Button>
        </form>
    };
    Some(view! { <Notice tone=Tone::Info title=title action=action.into_any()>{text}</Notice> }.into_any())
}

/// The two ways to end it.
pub(super) fn ending(web: &WebContext, view: &SubscriptionView) -> Option<AnyView> {
    let locale = web.locale;
    let s = &view.subscription;
    if s.status == SubscriptionStatus::Cancelled {
        return None;
    }
    let at_end = (!s.cancel_at_period_end).then(|| with_the_period(web, view));
    let also = open(view);
    let also = (also.cents > Cents::ZERO).then(|| {
        let amount = also.display(locale);
        let text = match locale {
            Locale::Es => format!("Lo ya facturado, {amount}, queda por pagar en cualquier caso."),
            Locale::En => format!("What was billed already, {amount}, is to be paid in any case."),
        };
        view! { <p>{text}</p> }
    });
    Some(
        view! {
            <section class="section" aria-labelledby="cancelar">
                <h2 id="cancelar">{locale.t("Cancelar", "Cancel")}</h2>
                <div class="stack">
                    <p>{locale.t("Sin permanencia y sin coste por cancelar.", "No minimum term, and cancelling costs nothing.")}</p>
                    {also}
                    {at_end}
                    {at_once(web, view)}
                </div>
            </section>
        }
        .into_any(),
    )
}

fn with_the_period(web: &WebContext, view: &SubscriptionView) -> AnyView {
    let locale = web.locale;
    let s = &view.subscription;
    let form = web.form(AT_END);
    let (on, price) = (day_words(s.period_end.0, locale), s.price().display(locale));
    let last = day_words(s.period().last().0, locale);
    let title = match locale {
        Locale::Es => format!("¿Cancelar cuando acabe el {last}?"),
        Locale::En => format!("Cancel when {last} is over?"),
    };
    let text = match locale {
        Locale::Es => format!(
            "Sigue activa hasta entonces. El {on} se factura el periodo entero, {price}, y después nada más. Puedes reactivarla hasta ese día."
        ),
        Locale::En => format!(
            "It stays active until then. On {on} the whole period is billed, {price}, and nothing after that. You can reactivate it until that day."
        ),
    };
    let button = match locale {
        Locale::Es => format!("Sí, cancelar para el {on}"),
        Locale::En => format!("Yes, cancel for {on}"),
    };
    let (id, wrong) = (s.id.to_string(), wrong(&form, locale));
    view! {
        <ConfirmBox opener=locale.t("Cancelar al final del periodo", "Cancel at the end of the period") title=title open=form.has_errors()>
            <p>{text}</p>
            {wrong}
            <form method="post" action="/api/suscripciones/cancelar-al-final">
                <input type="hidden" name="id" value=id/>
                <Button kind=ButtonKind::Primary>{button}</Button>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn at_once(web: &WebContext, view: &SubscriptionView) -> AnyView {
    let locale = web.locale;
    let s = &view.subscription;
    let form = web.form(NOW);
    let used = cost_of_ending_now(s, web.caas.now());
    let amount = used.amount.display(locale);
    let (count, of) = (days(used.period.days(), locale), used.of_days);
    let text = if used.amount.cents <= Cents::ZERO {
        locale
            .t(
                "Se apaga en el coche ahora y no se factura nada de este periodo. No se puede deshacer.",
                "It is switched off in the car now and nothing of this period is billed. It can't be undone.",
            )
            .to_owned()
    } else {
        let (price, period) = (s.price().display(locale), period_words(used.period, locale));
        match locale {
            Locale::Es => format!(
                "Se apaga en el coche ahora y pagas solo lo usado: {count} de {of} ({period}), {amount} de {price}. Se cobra hoy. No se puede deshacer."
            ),
            Locale::En => format!(
                "It is switched off in the car now and you pay only what you used: {count} of {of} ({period}), {amount} of {price}. It is charged today. It can't be undone."
            ),
        }
    };
    let button = match locale {
        Locale::Es => format!("Sí, cancelar ahora y pagar {amount}"),
        Locale::En => format!("Yes, cancel now and pay {amount}"),
    };
    let (id, wrong) = (s.id.to_string(), wrong(&form, locale));
    let (cents, currency) = (used.amount.cents.0.to_string(), used.amount.currency.as_str());
    view! {
        <ConfirmBox opener=locale.t("Cancelar ahora mismo", "Cancel right now") danger=true open=form.has_errors()
            title=locale.t("¿Cancelar ahora mismo?", "Cancel right now?")>
            <p>{text}</p>
            {wrong}
            <form method="post" action="/api/suscripciones/cancelar-ahora">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="shown" value=cents/>
                <input type="hidden" name="currency" value=currency/>
                <Button kind=ButtonKind::Danger>{button}</Button>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn wrong(form: &FormState, locale: Locale) -> Option<AnyView> {
    form.has_errors().then(|| {
        let text = refusal_words(form.problem(""), locale);
        view! { <p class="field__error" role="alert"><Icon name=IconName::Warning/><span>{text}</span></p> }.into_any()
    })
}
