//! Another offer of the same service, from the next period on.

use crate::pages::expediente::day_words;
use crate::ui::{Button, ButtonKind, ChoiceCard, Icon, IconName, Notice, Tone};
use crate::web::WebContext;
use caas::kernel::locale::Locale;
use caas::subscriptions::model::{ChangeRefusal, SubscriptionStatus};
use caas::subscriptions::view::SubscriptionView;
use leptos::prelude::*;

/// The form's name in what comes back with it.
pub(super) const FORM: &str = "cambiar-oferta";

/// What was chosen for the next period, or the choice; nothing where there is none.
pub(super) fn change(web: &WebContext, view: &SubscriptionView) -> Option<AnyView> {
    let locale = web.locale;
    let s = &view.subscription;
    if s.status == SubscriptionStatus::Cancelled || s.cancel_at_period_end {
        return None;
    }
    let from = day_words(s.period_end.0, locale);
    let id = s.id.to_string();
    if let Some(price) = s.next_price() {
        let price = price.display(locale);
        let title = match locale {
            Locale::Es => format!("Desde el {from} pagas {price} al mes"),
            Locale::En => format!("From {from} you pay {price} a month"),
        };
        let text = match locale {
            Locale::Es => format!("El periodo que corre se factura todavía a {}.", s.price().display(locale)),
            Locale::En => format!("The running period is still billed at {}.", s.price().display(locale)),
        };
        let action = view! {
            <form method="post" action="/api/suscripciones/no-cambiar">
                <input type="hidden" name="id" value=id/>
                <Button>{locale.t("Deshacer el cambio", "Undo the change")}</Button>
            </form>
        };
        return Some(view! { <Notice tone=Tone::Info title=title action=action.into_any()>{text}</Notice> }.into_any());
    }
    if view.offers.is_empty() {
        return None;
    }
    let form = web.form(FORM);
    let wrong = form.errors.contains_key("offer").then(|| {
        let text = refusal_words(form.problem("offer"), locale);
        view! { <p class="field__error" role="alert"><Icon name=IconName::Warning/><span>{text}</span></p> }
    });
    let only = view.offers.len() == 1;
    let cards = view
        .offers
        .iter()
        .map(|(offer, price)| {
            let label = if offer.id == s.offer_id {
                locale.t("La misma, al precio de hoy", "The same one, at today's price").to_owned()
            } else {
                offer.term(locale)
            };
            let aside = format!("{} {}", price.amount.display(locale), locale.t("al mes", "a month"));
            view! {
                <ChoiceCard label=label name="offer" value=format!("{}:{}", offer.id, price.amount.cents.0) checked=only aside=aside/>
            }
        })
        .collect_view();
    let text = match locale {
        Locale::Es => format!(
            "Hoy pagas {} al mes. El cambio vale desde el {from}; hasta entonces no cambia nada y puedes deshacerlo.",
            s.price().display(locale)
        ),
        Locale::En => format!(
            "Today you pay {} a month. The change holds from {from}; until then nothing changes and you can undo it.",
            s.price().display(locale)
        ),
    };
    let button = match locale {
        Locale::Es => format!("Cambiar desde el {from}"),
        Locale::En => format!("Change from {from}"),
    };
    Some(
        view! {
            <section class="section" aria-labelledby="cambiar">
                <h2 id="cambiar">{locale.t("Cambiar de oferta", "Change the offer")}</h2>
                <p>{text}</p>
                <form class="form" method="post" action="/api/suscripciones/cambiar">
                    <input type="hidden" name="id" value=id/>
                    <fieldset class="choices" aria-labelledby="cambiar">{cards}</fieldset>
                    {wrong}
                    <div class="form__actions"><Button kind=ButtonKind::Secondary>{button}</Button></div>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Why a change was not made, and what to do.
pub(super) fn refusal_words(why: Option<ChangeRefusal>, locale: Locale) -> &'static str {
    match why {
        Some(ChangeRefusal::PriceChanged) => locale.t(
            "Mientras mirabas ha cambiado el importe: ahora es el que ves aquí. No se ha hecho nada. Si te parece bien, confírmalo otra vez.",
            "The amount has changed while you looked: it is now the one shown here. Nothing was done. If you agree, confirm again.",
        ),
        Some(ChangeRefusal::OfferNotSold) => locale.t(
            "Esa oferta ya no se vende. Elige una de las que ves ahora.",
            "That offer is no longer sold. Choose one of those shown now.",
        ),
        Some(ChangeRefusal::Ended) => {
            locale.t("La suscripción ya ha terminado. No se ha hecho nada.", "The subscription has ended. Nothing was done.")
        }
        Some(ChangeRefusal::AlreadySo) => {
            locale.t("Ya estaba así. No se ha hecho nada.", "It was so already. Nothing was done.")
        }
        Some(ChangeRefusal::NotFound) | None => {
            locale.t("Elige una de las ofertas.", "Choose one of the offers.")
        }
    }
}
