//! What the page of a service says about withdrawal: the continuous function while the period runs, the receipt afterwards,
//! and the consents on record.

use super::consents::agreed_to;
use super::words::{money_now, why_not, withdraw_here, would_come_back};
use super::{days, declare_path, receipt_path};
use crate::ui::{LinkButton, Status, StatusPill};
use crate::web::{Refusal, WebContext};
use caas::activation::repository::Activation;
use caas::kernel::locale::Locale;
use caas::withdrawal::model::Right;
use caas::withdrawal::view::{self, Place};
use leptos::prelude::*;

/// The section. Nothing for what came with the car; only the consents where there is no contract left.
pub(in crate::pages) async fn section(web: &WebContext, activation: &Activation) -> Result<Option<AnyView>, Refusal> {
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let view = view::read(&web.caas, &mut tx, activation).await?;
    let zone = Place::of(&mut tx, activation.customer_id).await?.zone.name().to_owned();
    drop(tx);
    let given = agreed_to(&view.consents, &zone, locale);
    let inner = match (&view.declared, &view.right) {
        (Some(declared), _) => {
            let href = receipt_path(activation.id);
            view! {
                <p><StatusPill kind=Status::Ended word=locale.t("Has desistido", "You have withdrawn")/></p>
                <p>{money_now(declared, &view, &zone, locale)}</p>
                <div class="actions"><LinkButton href=href>{locale.t("Ver el justificante", "See the receipt")}</LinkButton></div>
            }
            .into_any()
        }
        // What was agreed to stays readable, whatever came of it.
        (None, Right::WithTheCar | Right::Nothing) => {
            return Ok(given.map(|given| view! { <div class="card">{given}</div> }.into_any()));
        }
        (None, Right::Open(window)) => {
            let until = format!("{} {}.", locale.t("Puedes desistir", "You can withdraw"), days::until(window, locale));
            let money = view.would.as_ref().map(|(share, fate)| would_come_back(share, *fate, activation, locale));
            view! {
                <p>{until}</p>
                <p class="muted">{days::why(window, locale)}</p>
                {money.map(|money| view! { <p class="muted">{money}</p> })}
                {days::day_by_day(window, locale)}
                <div class="actions">
                    <LinkButton href=declare_path(activation.id)>{withdraw_here(locale)}</LinkButton>
                </div>
            }
            .into_any()
        }
        (None, right) => view! { <p class="muted">{why_not(right, locale)}</p> }.into_any(),
    };
    Ok(Some(
        view! {
            <section class="card stack" aria-labelledby="desistimiento">
                <h2 class="card__title" id="desistimiento">{locale.t("Desistimiento", "Withdrawal")}</h2>
                {inner}
                {given}
            </section>
        }
        .into_any(),
    ))
}

/// For lists: the function, while the period runs.
pub(in crate::pages) fn open_until(
    activation: &Activation,
    place: &Place,
    now: caas::kernel::Timestamp,
    locale: Locale,
) -> Option<AnyView> {
    if activation.withdrawal_id.is_some() {
        return None;
    }
    let Right::Open(window) = place.right(activation, now) else { return None };
    let until = match locale {
        Locale::Es => format!(" · hasta el {}", days::last_day(&window, locale)),
        Locale::En => format!(" · until {}", days::last_day(&window, locale)),
    };
    Some(
        view! {
            <p class="small"><a href=declare_path(activation.id)>{withdraw_here(locale)}</a><span class="muted">{until}</span></p>
        }
        .into_any(),
    )
}
