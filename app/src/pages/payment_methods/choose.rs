//! What something is paid with: the step of a page that ends in a payment.

use super::list::expiry;
use crate::ui::{Button, ButtonKind, ChoiceCard, Icon, IconName, Notice, Tone};
use crate::web::{FormState, WebContext};
use caas::kernel::locale::Locale;
use caas::payments::methods::PaymentMethod;
use leptos::prelude::*;

/// Chooses one of the methods as the field `method`. The button that adds a card belongs to the form `nuevo-metodo`, which
/// the page brings along.
pub(in crate::pages) fn choose(web: &WebContext, methods: &[PaymentMethod], form: &FormState) -> AnyView {
    let locale = web.locale;
    let now = web.caas.now();
    let typed = form.value("method");
    let chosen = methods.iter().find(|method| method.id.to_string() == typed).or(methods.first()).map(|m| m.id);
    let cards = methods
        .iter()
        .map(|method| {
            let (expiry, _) = expiry(method, now, locale);
            let aside = if method.is_default { locale.t("Predeterminado", "Default") } else { "" };
            view! {
                <ChoiceCard label=method.label(locale) name="method" value=method.id.to_string()
                    checked=Some(method.id) == chosen note=expiry aside=aside/>
            }
        })
        .collect_view();
    let error = form.errors.contains_key("method").then(|| {
        let text = locale.t(
            "Elige con qué pagar: el método que habías elegido ya no está. Si no ves ninguno que te sirva, añade una tarjeta.",
            "Choose what to pay with: the method you had chosen is gone. If none fits, add a card.",
        );
        view! { <p class="field__error"><Icon name=IconName::Warning/><span>{text}</span></p> }
    });
    view! {
        <section class="purchase__step">
            <h2 id="pago">{locale.t("Con qué pagas", "What you pay with")}</h2>
            <fieldset class="choices" aria-labelledby="pago">{cards}</fieldset>
            {error}
            <p><Button kind=ButtonKind::Quiet icon=IconName::Plus form="nuevo-metodo">{locale.t("Añadir otra tarjeta", "Add another card")}</Button></p>
        </section>
    }
    .into_any()
}

/// Nothing to pay with yet: that comes first.
pub(in crate::pages) fn first(locale: Locale) -> AnyView {
    let title = locale.t("Primero, con qué pagar", "First, what to pay with");
    let text = locale.t(
        "Aún no tienes ninguna tarjeta en tu cuenta. La añades en la página segura del banco y vuelves aquí para terminar. Añadirla no cobra nada.",
        "There is no card in your account yet. You add one on the bank's secure page and come back here to finish. Adding it charges nothing.",
    );
    let action = view! {
        <Button kind=ButtonKind::Primary icon=IconName::Plus form="nuevo-metodo">{locale.t("Añadir tarjeta", "Add a card")}</Button>
    };
    view! {
        <section class="purchase__step">
            <Notice tone=Tone::Info title=title action=action.into_any()>{text}</Notice>
        </section>
    }
    .into_any()
}
