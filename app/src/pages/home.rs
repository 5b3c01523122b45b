//! `/`: what CaaS is, and what it promises.

use super::catalogue::{Reader, card};
use super::expediente::states::Reader as StateReader;
use super::order;
use crate::ui::{ButtonKind, CarColour, CarDrawing, CarModel, LinkButton};
use crate::web::{Page, PageResult, Refusal, Role, WebContext};
use caas::catalogue::{Market, Offer, Snapshot};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Codes of the services shown on the start page: one each of driving, journeys and comfort.
const PICKED: [&str; 3] = ["RANGE_PLUS_60", "MATRIX_LIGHTS", "SEAT_HEATING"];

/// The start page.
pub async fn home_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let catalogue = web.caas.catalogue().await?;
    let market = web.user.as_ref().and_then(|user| Market::of_country(&user.country)).unwrap_or(Market::Es);
    let title = locale.t("Tu coche ya sabe hacer más", "Your car can already do more");
    let to_do = to_do(&web).await?;
    let body = view! {
        {to_do}
        <div class="hero">
            <div class="hero__text">
                <h1>{title}</h1>
                <p class="lead">
                    {locale.t(
                        "Potencia para un viaje, suspensión para una carretera, luz para un invierno. Todo está ya en tu coche: actívalo cuando lo quieras y el tiempo que lo quieras.",
                        "Power for a trip, suspension for a road, light for a winter. It is all in your car already: switch it on when you want it, for as long as you want it.",
                    )}
                </p>
                <p class="actions">
                    <LinkButton href="/catalogo" kind=ButtonKind::Primary>{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton>
                    {way_on(&web)}
                </p>
            </div>
            <CarDrawing model=CarModel::Sedan colour=CarColour::Silver/>
        </div>
        {how_you_pay(locale)}
        {picked(&catalogue, market, locale)}
        {what_we_never_do(locale)}
    };
    let description = locale.t(
        "Activa en tu coche las funciones que ya lleva dentro, por días, para siempre o por suscripción. Solo pagas lo que el coche confirma.",
        "Switch on what your car already carries, for some days, for good or by subscription. You only pay for what the car confirms.",
    );
    Ok(Page::new(title, body).description(description).public_at("/"))
}

/// The one thing that a signed-in customer's orders need first.
async fn to_do(web: &WebContext) -> Result<Option<AnyView>, Refusal> {
    let Some(user) = web.user.as_ref().filter(|user| user.role == Role::Customer) else { return Ok(None) };
    let reader = StateReader { locale: web.locale, zone: &user.time_zone };
    let needs = order::needs(&mut web.caas.db.read().await?, user.id, reader).await?;
    Ok(needs.first())
}

/// The way in for visitors, to the own cars for customers; staff have theirs in the navigation.
fn way_on(web: &WebContext) -> Option<impl IntoView + use<>> {
    let (href, words) = match web.user.as_ref().map(|user| user.role) {
        None => ("/entrar", web.t("Entrar", "Sign in")),
        Some(Role::Customer) => ("/expediente", web.t("Ir a tus coches", "Go to your cars")),
        Some(_) => return None,
    };
    Some(view! { <LinkButton href=href>{words.to_owned()}</LinkButton> })
}

fn how_you_pay(locale: Locale) -> impl IntoView {
    let steps = [
        (
            locale.t("Reservar", "Hold"),
            locale.t(
                "Cuando pides algo, tu banco retiene el importe. No se te cobra.",
                "When you order, your bank sets the amount aside. You are not charged.",
            ),
        ),
        (
            locale.t("Activar", "Switch on"),
            locale.t(
                "El coche recibe la orden por el aire. Ves cada intento en directo y, si uno falla, por qué.",
                "The car gets the order over the air. You see each attempt live and, if one fails, why.",
            ),
        ),
        (
            locale.t("Cobrar", "Charge"),
            locale.t(
                "Solo cuando el coche confirma que funciona se cobra. Si no lo confirma, la reserva se anula y pagas 0.",
                "Only when the car confirms that it works are you charged. If it does not, the hold is released and you pay nothing.",
            ),
        ),
    ];
    let steps = steps.map(|(title, text)| view! { <li><h3>{title}</h3><p>{text}</p></li> }).collect_view();
    view! {
        <section class="section" id="como-se-paga">
            <h2>{locale.t("Solo pagas lo que tu coche ha confirmado", "You only pay for what your car has confirmed")}</h2>
            <ol class="what-happens">{steps}</ol>
        </section>
    }
}

fn picked(catalogue: &Snapshot, market: Market, locale: Locale) -> Option<impl IntoView + use<>> {
    let reader = Reader { locale, market, zone: "UTC", car: None, tail: "" };
    let cards: Vec<_> = PICKED
        .iter()
        .filter_map(|code| catalogue.by_code(code))
        .map(|service| {
            let offers: Vec<&Offer> = service.offers_in(market).map(|(offer, _)| offer).collect();
            card(service, &offers, &reader)
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section class="section">
                <div class="split">
                    <h2>{locale.t("Para empezar", "To begin with")}</h2>
                    <a href="/catalogo">{locale.t("Ver todos los servicios", "See all services")}</a>
                </div>
                <ul class="services services--few">{cards}</ul>
            </section>
        }
    })
}

fn what_we_never_do(locale: Locale) -> impl IntoView {
    let promises = [
        (
            locale.t("Lo pagado se queda", "What you paid for stays"),
            locale.t(
                "Nunca apagamos un servicio de pago único que ya pagaste, pase lo que pase.",
                "A one-time service you paid for is never switched off by us, whatever happens.",
            ),
        ),
        (
            locale.t("Tu coche siempre circula", "Your car always drives"),
            locale.t(
                "Lo de serie no depende de CaaS: ninguna deuda ni fallo nuestro detiene tu coche.",
                "What came with the car does not depend on CaaS: no debt and no fault of ours stops it.",
            ),
        ),
        (
            locale.t("Puedes arrepentirte", "You can change your mind"),
            locale.t(
                "Tienes 14 días para desistir de lo que dura más de 14, con un botón que está siempre a la vista.",
                "You have 14 days to withdraw from anything that lasts longer than 14, with a button always in sight.",
            ),
        ),
    ];
    let promises =
        promises.map(|(title, text)| view! { <div class="card"><h3>{title}</h3><p>{text}</p></div> }).collect_view();
    view! {
        <section class="section">
            <h2>{locale.t("Con lo que puedes contar", "What you can count on")}</h2>
            <div class="grid grid--few">{promises}</div>
        </section>
    }
}
