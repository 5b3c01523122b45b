//! Paying what is open, with the customer there: how the last try came out, and the form of the next.

use crate::pages::order::Paying;
use crate::pages::payment_methods::{choose, first};
use crate::ui::{Button, ButtonKind, Icon, IconName, Notice, Tone};
use crate::web::{FormState, WebContext};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::notifications::service::reason_in_words;
use caas::payments::methods::PaymentMethod;
use caas::payments::repository::Payment;
use caas::subscriptions::model::PayRefusal;
use chrono::TimeDelta;
use leptos::prelude::*;

/// How often the page asks again while the bank answers.
pub(super) const REFRESH_SECONDS: u32 = 3;
/// A bank that has not answered by then takes its time: the page no longer asks by itself.
const SOON: TimeDelta = TimeDelta::minutes(2);

/// What is paid on a page, and how its form calls it.
pub(super) struct ToPay {
    /// Where the form posts to; the word that the bank has its confirmation goes to the same with `-confirmado`.
    pub action: &'static str,
    /// The id of the subscription or debt.
    pub id: String,
    /// The form's name in what comes back with it.
    pub form: &'static str,
    /// The page.
    pub back: String,
    /// How much.
    pub amount: Money,
}

/// Where the latest of these tries stands.
pub(super) fn paying(tries: &[Payment]) -> Paying {
    tries.last().map_or(Paying::NotYet, Paying::of_payment)
}

/// Whether the bank is being asked and its answer is near.
pub(super) fn answers_soon(web: &WebContext, tries: &[Payment]) -> bool {
    let recent = tries.last().is_some_and(|payment| web.caas.now() - payment.created_at < SOON);
    recent && paying(tries) == Paying::UnderWay
}

/// The bank is asked: this page completes itself, while the answer is near.
pub(super) fn waiting(web: &WebContext, by_itself: bool) -> AnyView {
    let locale = web.locale;
    let text = if by_itself {
        locale.t(
            "Suele tardar unos segundos. Esta página pregunta sola; puedes cerrarla. Se paga una sola vez, aunque la recargues.",
            "It usually takes some seconds. This page asks by itself; you can close it. It is paid once, even if you reload.",
        )
    } else {
        locale.t(
            "Está tardando más de lo normal. No tienes que hacer nada ni volver a pagar: seguimos preguntando y aquí verás qué ha dicho.",
            "It takes longer than usual. You don't have to do anything or pay again: we go on asking, and here you will see what it said.",
        )
    };
    let here = web.here();
    let title = locale.t("Tu banco está contestando", "Your bank is answering");
    let action = view! { <a class="btn btn--secondary" href=here>{locale.t("Mirar ahora", "Look now")}</a> };
    view! {
        <Notice tone=Tone::Waiting title=title action=action.into_any()>
            {text}
        </Notice>
    }
    .into_any()
}

/// How the last try came out, when it matters to the next.
pub(super) fn so_far(to_pay: &ToPay, tries: &[Payment], locale: Locale) -> Option<AnyView> {
    let last = tries.last()?;
    match paying(tries) {
        Paying::NotYet | Paying::UnderWay | Paying::Paid => None,
        Paying::WantsYou(there) => {
            let title = match locale {
                Locale::Es => format!("Tu banco pide que confirmes {}", last.amount().display(locale)),
                Locale::En => format!("Your bank asks you to confirm {}", last.amount().display(locale)),
            };
            let (confirmed, payment) = (format!("/api/{}-confirmado", to_pay.action), last.id.to_string());
            let action = view! {
                <a class="btn btn--primary" href=there>{locale.t("Confirmar en mi banco", "Confirm with my bank")}<Icon name=IconName::External/></a>
                <form method="post" action=confirmed>
                    <input type="hidden" name="id" value=to_pay.id.clone()/>
                    <input type="hidden" name="payment" value=payment/>
                    <button class="btn btn--secondary">{locale.t("Ya lo he confirmado", "I have confirmed")}</button>
                </form>
            };
            Some(
                view! {
                    <Notice tone=Tone::Waiting title=title action=action.into_any()>
                        {locale.t(
                            "No es un rechazo. Confírmalo en la página de tu banco y vuelve aquí. Hasta entonces no se cobra nada. También puedes pagar con otro método.",
                            "It is not a decline. Confirm on your bank's page and come back here. Until then nothing is charged. You can also pay with another method.",
                        )}
                    </Notice>
                }
                .into_any(),
            )
        }
        Paying::Declined(code) => {
            let title = locale.t("Tu banco no ha aceptado el último intento", "Your bank did not accept the last try");
            let reason = reason_in_words(&code, locale).to_owned();
            let text = locale.t(
                "No se te ha cobrado nada. Puedes pagar ahora con otro método.",
                "Nothing was charged. You can pay now with another method.",
            );
            Some(view! { <Notice tone=Tone::Problem title=title>{reason}" "{text}</Notice> }.into_any())
        }
        Paying::CameToNothing => {
            let title = locale.t("El último intento no llegó a hacerse", "The last try was not made");
            let text = locale.t(
                "El sistema de pago no funcionaba. No se te ha cobrado nada: inténtalo de nuevo.",
                "The payment system did not work. Nothing was charged: try again.",
            );
            Some(view! { <Notice tone=Tone::Waiting title=title>{text}</Notice> }.into_any())
        }
    }
}

/// The choice of a way to pay and the button with the amount.
pub(super) fn form(web: &WebContext, to_pay: &ToPay, methods: &[PaymentMethod]) -> AnyView {
    let locale = web.locale;
    let state = web.form(to_pay.form);
    let rest = if methods.is_empty() {
        first(locale)
    } else {
        let amount = to_pay.amount.display(locale);
        let button = match locale {
            Locale::Es => format!("Pagar {amount} ahora"),
            Locale::En => format!("Pay {amount} now"),
        };
        view! {
            {choose(web, methods, &state)}
            <section class="purchase__step">
                <p class="summary__total"><span>{locale.t("A pagar", "To pay")}</span><strong>{amount}</strong></p>
                {wrong(&state, locale)}
                <Button kind=ButtonKind::Primary wide=true>{button}</Button>
                <p class="muted small">{locale.t("Se cobra en el momento.", "It is charged at once.")}</p>
            </section>
        }
        .into_any()
    };
    let (action, id, back) = (format!("/api/{}", to_pay.action), to_pay.id.clone(), to_pay.back.clone());
    view! {
        <form class="purchase__steps" method="post" action=action id=to_pay.form>
            {rest}
            <input type="hidden" name="key" value=web.caas.rng.token()/>
            <input type="hidden" name="id" value=id/>
        </form>
        // The button that adds a card stands inside the form above; its own form can't.
        <form method="post" action="/api/metodos-de-pago/nuevo" id="nuevo-metodo">
            <input type="hidden" name="back" value=back/>
        </form>
    }
    .into_any()
}

/// Why the payment was not begun, beside its button.
fn wrong(state: &FormState, locale: Locale) -> Option<AnyView> {
    let text = match state.problem::<PayRefusal>("") {
        Some(PayRefusal::UnderWay) => locale.t(
            "Ya hay un pago en marcha y tu banco está contestando. Espera unos segundos antes de pagar otra vez.",
            "A payment is under way and your bank is answering. Wait some seconds before you pay again.",
        ),
        Some(_) => locale.t(
            "Mientras mirabas esta página ha cambiado lo que hay que pagar. Vuelve a mirarlo antes de pagar.",
            "What is to be paid has changed while you looked at this page. Look again before you pay.",
        ),
        None if state.errors.contains_key("") => locale.t(
            "La página se había quedado antigua. Pulsa otra vez para pagar. No se ha cobrado nada.",
            "The page had grown old. Press again to pay. Nothing was charged.",
        ),
        None => return None,
    };
    Some(
        view! { <p class="field__error" role="alert"><Icon name=IconName::Warning/><span>{text}</span></p> }.into_any(),
    )
}
