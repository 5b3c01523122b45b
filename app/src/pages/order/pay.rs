//! `/expediente/pedidos/{id}/senal` and `/pago-final`: the two payments. What a failure means stands before the button;
//! after the click the page waits for the bank and completes itself.

use super::now::Paying;
use super::{crumbs, name, own, path_of};
use crate::islands::OrderWait;
use crate::pages::payment_methods::{choose, first};
use crate::ui::{
    Button, ButtonKind, CarColour, CarDrawing, CarModel, Fact, Icon, IconName, KeyValueList, Notice, PageHeader, Tone,
};
use crate::web::{Goto, Page, PageResult, Section, WebContext, dates};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::notifications::service::reason_in_words;
use caas::payments::methods::{self, PaymentMethod};
use caas::sales::journey::Journey;
use caas::sales::model::OrderStatus as S;
use caas::sales::notices::what_a_decline_means;
use caas::sales::payment::CarPayment;
use leptos::prelude::*;

/// The form's name in what comes back with it.
pub(super) const FORM: &str = "pagar-coche";
/// How often the page asks again where no script runs.
const REFRESH_SECONDS: u32 = 3;

pub(super) async fn reservation_page(web: WebContext) -> PageResult {
    pay_page(web, CarPayment::Reservation).await
}

pub(super) async fn final_page(web: WebContext) -> PageResult {
    pay_page(web, CarPayment::Final).await
}

/// Where a part of the price is paid.
pub(super) fn page_of(journey: &Journey, which: CarPayment) -> String {
    let page = match which {
        CarPayment::Reservation => "senal",
        CarPayment::Final => "pago-final",
    };
    format!("{}/{page}", path_of(journey.order.id))
}

async fn pay_page(web: WebContext, which: CarPayment) -> PageResult {
    let journey = own(&web, web.param_as("id")?).await?;
    let locale = web.locale;
    let is_time = match which {
        CarPayment::Reservation => journey.order.status == S::AwaitingReservation,
        CarPayment::Final => journey.order.status == S::AwaitingFinalPayment,
    };
    let Some(amount) = which.amount(&journey.order).filter(|_| is_time) else {
        // Paid, lost, or not yet the time: the order says which.
        return Err(Goto::to(path_of(journey.order.id)).into());
    };
    let paying = Paying::of(&journey, which.payment_type());
    let waits = matches!(paying, Paying::UnderWay | Paying::Paid);
    let is_late =
        which == CarPayment::Final && journey.order.final_payment_due_at.is_some_and(|due| web.caas.now() >= due);
    let content = if waits {
        waiting(&web, &journey)
    } else if is_late {
        too_late(locale)
    } else {
        let customer = journey.order.customer()?;
        let methods = methods::list(&mut web.caas.db.read().await?, customer).await?;
        to_pay(&web, &journey, which, amount, &paying, &methods)
    };
    let title = match which {
        CarPayment::Reservation => locale.t("Pagar la señal", "Pay the reservation"),
        CarPayment::Final => locale.t("Pago final", "Final payment"),
    };
    let lead = match locale {
        Locale::Es => format!("De tu {}, pedido {}", name(&journey), journey.order.number),
        Locale::En => format!("For your {}, order {}", name(&journey), journey.order.number),
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(&journey, &web) crumbs_label=locale.t("Estás en", "You are in")/>
        {content}
    };
    let page = Page::new(title, body).section(Section::Expediente);
    Ok(if waits && !web.has_script { page.refresh(REFRESH_SECONDS) } else { page })
}

/// The bank is asked: this page completes itself.
fn waiting(web: &WebContext, journey: &Journey) -> AnyView {
    let locale = web.locale;
    let title = locale.t("Tu banco está contestando", "Your bank is answering");
    let text = locale.t(
        "Suele tardar unos segundos. Esta página se completa sola; puedes cerrarla: el pago sigue y te avisamos. Se paga una sola vez, aunque la recargues.",
        "It usually takes some seconds. This page completes itself; you can close it: the payment goes on and we tell you. It is paid once, even if you reload.",
    );
    let again = locale.t("Mirar ahora", "Look now");
    let here = web.here();
    let action = view! { <a class="btn btn--secondary" href=here>{again}</a> };
    view! {
        <Notice tone=Tone::Waiting title=title action=action.into_any()>{text}</Notice>
        <OrderWait id=journey.order.id.to_string() stamp=journey.stamp()/>
    }
    .into_any()
}

fn too_late(locale: Locale) -> AnyView {
    let title = locale.t("El plazo para el pago final ha terminado", "The time for the final payment is over");
    let text = locale.t(
        "Ya no se puede pagar y no se te cobra nada más. Tu pedido dice en un momento cómo ha quedado.",
        "It can't be paid any more and nothing more is charged. Your order says in a moment how it came out.",
    );
    view! { <Notice tone=Tone::Problem title=title>{text}</Notice> }.into_any()
}

fn to_pay(
    web: &WebContext,
    journey: &Journey,
    which: CarPayment,
    amount: Money,
    paying: &Paying,
    methods: &[PaymentMethod],
) -> AnyView {
    let locale = web.locale;
    let back = page_of(journey, which);
    let id = journey.order.id.to_string();
    let rest = if methods.is_empty() {
        first(locale)
    } else {
        view! { {choose(web, methods, &web.form(FORM))}{the_click(which, amount, locale)} }.into_any()
    };
    view! {
        {so_far(web, journey, which, paying)}
        {problem(web)}
        <div class="purchase">
            <div>
                <form class="purchase__steps" method="post" action="/api/pedidos/pagar" id="pago-coche">
                    {what_happens(web, journey, which, amount)}
                    {rest}
                    <input type="hidden" name="key" value=web.caas.rng.token()/>
                    <input type="hidden" name="order" value=id/>
                    <input type="hidden" name="which" value=which.as_str()/>
                </form>
                // The button that adds a card stands inside the form above; its own form can't.
                <form method="post" action="/api/metodos-de-pago/nuevo" id="nuevo-metodo">
                    <input type="hidden" name="back" value=back/>
                </form>
            </div>
            {summary(journey, which, amount, locale)}
        </div>
    }
    .into_any()
}

/// What came of the last try.
fn so_far(web: &WebContext, journey: &Journey, which: CarPayment, paying: &Paying) -> Option<AnyView> {
    let locale = web.locale;
    Some(match paying {
        Paying::NotYet | Paying::UnderWay | Paying::Paid => return None,
        Paying::WantsYou(there) => {
            let title = locale.t("Tu banco pide que confirmes el pago", "Your bank asks you to confirm the payment");
            let text = locale.t(
                "No es un rechazo. Confírmalo en la página de tu banco y vuelve aquí. Hasta entonces no se cobra nada. También puedes pagar con otro método, abajo.",
                "It is not a decline. Confirm on your bank's page and come back here. Until then nothing is charged. You can also pay with another method, below.",
            );
            let (id, which, there) = (journey.order.id.to_string(), which.as_str(), there.clone());
            let action = view! {
                <a class="btn btn--primary" href=there>{locale.t("Confirmar en mi banco", "Confirm with my bank")}<Icon name=IconName::External/></a>
                <form method="post" action="/api/pedidos/confirmado">
                    <input type="hidden" name="order" value=id/>
                    <input type="hidden" name="which" value=which/>
                    <button class="btn btn--secondary">{locale.t("Ya lo he confirmado", "I have confirmed")}</button>
                </form>
            };
            view! { <Notice tone=Tone::Waiting title=title action=action.into_any()>{text}</Notice> }.into_any()
        }
        Paying::Declined(code) => {
            let title = locale.t("Tu banco no ha aceptado el pago", "Your bank did not accept the payment");
            let reason = reason_in_words(code, locale);
            let text = locale.t(
                "No se te ha cobrado nada y el coche sigue reservado para ti. Puedes intentarlo de nuevo.",
                "Nothing was charged and the car is still kept for you. You can try again.",
            );
            view! { <Notice tone=Tone::Problem title=title>{reason}" "{text}</Notice> }.into_any()
        }
        Paying::CameToNothing => {
            let title = locale.t("El pago no llegó a hacerse", "The payment was not made");
            let text = locale.t(
                "El sistema de pago no funcionaba. No es un rechazo: no se te ha cobrado nada y no has perdido nada. Inténtalo de nuevo.",
                "The payment system did not work. It is not a decline: nothing was charged and nothing is lost. Try again.",
            );
            view! { <Notice tone=Tone::Waiting title=title>{text}</Notice> }.into_any()
        }
    })
}

/// The form could not be taken.
fn problem(web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    if !web.form(FORM).has_errors() {
        return None;
    }
    let title = locale.t("Falta algo para poder pagar", "Something is missing before you can pay");
    let text = locale.t("Lo tienes marcado abajo. No se ha cobrado nada.", "It is marked below. Nothing was charged.");
    Some(view! { <Notice tone=Tone::Problem title=title>{text}</Notice> }.into_any())
}

/// Before the button: what each end of it means.
fn what_happens(web: &WebContext, journey: &Journey, which: CarPayment, amount: Money) -> AnyView {
    let locale = web.locale;
    let amount = amount.display(locale);
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let mut lines: Vec<(IconName, &str, String)> = Vec::new();
    match which {
        CarPayment::Reservation => {
            lines.push((
                IconName::Charged,
                locale.t("Si tu banco lo acepta", "If your bank accepts"),
                match (journey.order.from_stock, locale) {
                    (false, Locale::Es) => format!("Se cobran {amount} ahora y encargamos tu coche a la fábrica."),
                    (false, Locale::En) => format!("{amount} is charged now and we order your car from the factory."),
                    (true, Locale::Es) => format!("Se cobran {amount} ahora y el coche queda reservado para ti."),
                    (true, Locale::En) => format!("{amount} is charged now and the car is kept for you."),
                },
            ));
            lines.push((
                IconName::Failed,
                locale.t("Si lo rechaza", "If it declines"),
                locale
                    .t(
                        "No se te cobra nada, no se encarga nada y este pedido se cancela. Para seguir, tu concesionario tendría que registrar otro.",
                        "You are not charged, nothing is ordered and this order is cancelled. To go on, your dealership would have to register another one.",
                    )
                    .to_owned(),
            ));
            let kept = locale.t(
                "Te la devolvemos entera si la fábrica no puede hacer el coche o no se puede matricular. Si después no haces el pago final, no se devuelve.",
                "You get it back in full if the factory can't build the car or it can't be registered. If you don't make the final payment later, it is not returned.",
            );
            lines.push((
                IconName::Refund,
                locale.t("Qué pasa con la señal", "What becomes of the reservation"),
                kept.to_owned(),
            ));
        }
        CarPayment::Final => {
            lines.push((
                IconName::Charged,
                locale.t("Si tu banco lo acepta", "If your bank accepts"),
                match locale {
                    Locale::Es => format!("Se cobran {amount} ahora, matriculamos el coche y te lo entregamos."),
                    Locale::En => format!("{amount} is charged now, we register the car and hand it over to you."),
                },
            ));
            lines.push((
                IconName::Failed,
                locale.t("Si lo rechaza", "If it declines"),
                what_a_decline_means(&journey.order, web.caas.policies.sale).get(locale).to_owned(),
            ));
            if let Some(due) = journey.order.final_payment_due_at {
                let due = dates::moment(due, zone, locale);
                let until = match locale {
                    Locale::Es => format!("Hasta el {due}. Un pago empezado antes cuenta aunque termine después."),
                    Locale::En => format!("Until {due}. A payment begun before it counts even if it ends later."),
                };
                lines.push((IconName::Clock, locale.t("Hasta cuándo", "Until when"), until));
            }
        }
    }
    lines.push((
        IconName::Info,
        locale.t("Si te pide confirmarlo o el sistema falla", "If it asks you to confirm, or the system fails"),
        locale
            .t(
                "No es un rechazo. No se cobra nada, no pierdes nada y puedes intentarlo de nuevo.",
                "It is not a decline. Nothing is charged, nothing is lost and you can try again.",
            )
            .to_owned(),
    ));
    let lines = lines
        .into_iter()
        .map(|(icon, title, text)| {
            view! {
                <li class="timeline__entry tone-neutral">
                    <span class="timeline__mark"><Icon name=icon/></span>
                    <div class="timeline__body"><p class="timeline__title">{title}</p><p class="timeline__text">{text}</p></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="purchase__step">
            <h2>{locale.t("Antes de pagar", "Before you pay")}</h2>
            <ul class="timeline">{lines}</ul>
        </section>
    }
    .into_any()
}

/// The amount once more, and the click that obliges to pay.
fn the_click(which: CarPayment, amount: Money, locale: Locale) -> AnyView {
    let label = match which {
        CarPayment::Reservation => locale.t("Señal", "Reservation"),
        CarPayment::Final => locale.t("Pago final", "Final payment"),
    };
    let amount = amount.display(locale);
    view! {
        <section class="purchase__step">
            <p class="summary__total"><span>{label}</span><strong>{amount}</strong></p>
            // The words that the law asks for (Directive 2011/83/EU, art. 8(2)).
            <Button kind=ButtonKind::Primary wide=true>{locale.t("Pagar: pedido con obligación de pago", "Pay: order with obligation to pay")}</Button>
            <p class="muted small">{locale.t("Se cobra en el momento.", "It is charged at once.")}</p>
        </section>
    }
    .into_any()
}

/// What it is for, in view all the time.
fn summary(journey: &Journey, which: CarPayment, amount: Money, locale: Locale) -> AnyView {
    let (name, body) = &journey.model;
    let colour = journey.order.colour.clone().unwrap_or_default();
    let mut facts = vec![Fact::text(locale.t("Coche", "Car"), name.clone())];
    if let Some(total) = journey.order.total() {
        facts.push(Fact::text(locale.t("Precio total", "Whole price"), total.display(locale)));
    }
    let other = match which {
        CarPayment::Reservation => {
            journey.order.remainder().map(|rest| (locale.t("Quedará por pagar", "Left to pay then"), rest))
        }
        CarPayment::Final => {
            journey.order.reservation().map(|paid| (locale.t("Señal pagada", "Reservation paid"), paid))
        }
    };
    if let Some((label, amount)) = other {
        facts.push(Fact::text(label, amount.display(locale)));
    }
    let amount = amount.display(locale);
    view! {
        <aside class="summary" aria-label=locale.t("Tu pedido", "Your order")>
            <h2>{locale.t("Tu pedido", "Your order")}</h2>
            <CarDrawing model=CarModel::from_name(body) colour=CarColour::from_name(&colour)/>
            <KeyValueList facts=facts/>
            <p class="summary__total"><span>{locale.t("Ahora", "Now")}</span><strong>{amount}</strong></p>
        </aside>
    }
    .into_any()
}
