//! `/comprar/{offer}?coche={vehicle}`

use super::choice::{Choice, ChosenCar};
use super::{FORM, path_of, steps, summary};
use crate::pages::catalogue::say;
use crate::pages::{maintenance, payment_methods, subscriptions};
use crate::ui::{ButtonKind, Crumb, LinkButton, Notice, PageHeader, Tone};
use crate::web::{FormState, Page, PageResult, Section, WebContext};
use caas::catalogue::OfferPrice;
use caas::catalogue::rules::Availability;
use caas::kernel::locale::Locale;
use caas::maintenance::ask;
use caas::maintenance::model::Gate;
use leptos::prelude::*;

pub(super) async fn purchase_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let choice = Choice::read(&web).await?;
    let name = choice.service.name.get(locale).to_owned();
    let service_page = service_page(&choice);
    let crumbs = vec![
        Crumb::new("/catalogo", locale.t("Catálogo", "Catalogue")),
        Crumb::new(service_page.clone(), name.clone()),
    ];
    let mut refresh = false;
    let content = match &choice.car {
        None => no_car(&web).into_any(),
        Some(car) => match (&car.availability, car.price) {
            (Availability::Available, Some(price)) => match (car.gate(&choice.service), &car.upkeep) {
                (Gate::Unknown, Some(upkeep)) => {
                    ask::soon(&web.caas, upkeep).await?;
                    refresh = !web.has_script;
                    maintenance::asking(&web, upkeep, true)
                }
                (gate, Some(upkeep)) if gate.closed().is_some() => {
                    let others = steps::other_cars(&web, &choice, car);
                    let missing = maintenance::in_the_way(&web, &gate, upkeep, car.workshop.as_ref());
                    view! { <div class="stack">{missing}{others}</div> }.into_any()
                }
                (gate, _) => order_form(&web, &choice, car, price, &gate).into_any(),
            },
            (availability, _) => not_now(&web, &choice, car, availability).into_any(),
        },
    };
    let title = format!("{} {name}", locale.t("Pedir", "Order"));
    let lead = choice.offer.term(locale);
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {content}
    };
    let page = Page::new(title, body).section(Section::Catalogue);
    Ok(if refresh { page.refresh(maintenance::REFRESH_SECONDS) } else { page })
}

/// The service's own page, for the car that was chosen.
fn service_page(choice: &Choice) -> String {
    match &choice.car {
        Some(car) => format!("/catalogo/{}?coche={}", choice.service.slug, car.vehicle.id),
        None => format!("/catalogo/{}", choice.service.slug),
    }
}

fn order_form(
    web: &WebContext,
    choice: &Choice,
    car: &ChosenCar,
    price: OfferPrice,
    gate: &Gate,
) -> impl IntoView + use<> {
    let form = web.form(FORM);
    let back = path_of(choice.offer.id, car.vehicle.id);
    let steps: Vec<AnyView> = if choice.methods.is_empty() {
        vec![
            steps::car(web, choice, car).into_any(),
            steps::what_happens(web, choice, price).into_any(),
            payment_methods::first(web.locale),
        ]
    } else {
        vec![
            steps::car(web, choice, car).into_any(),
            steps::what_happens(web, choice, price).into_any(),
            payment_methods::choose(web, &choice.methods, &form),
            steps::consents(web, choice, &form, gate).into_any(),
            steps::order(web, choice, price).into_any(),
        ]
    };
    let key = web.caas.rng.token();
    let (cents, currency) = (price.amount.cents.0.to_string(), price.amount.currency.as_str());
    view! {
        {problem(web, &form, price)}
        {maintenance::warning(gate, web.locale)}
        <div class="purchase">
            <div>
                <form class="purchase__steps" method="post" action="/api/comprar" id="pedido">
                    {steps}
                    <input type="hidden" name="key" value=key/>
                    <input type="hidden" name="offer" value=choice.offer.id.to_string()/>
                    <input type="hidden" name="vehicle" value=car.vehicle.id.to_string()/>
                    <input type="hidden" name="price" value=cents/>
                    <input type="hidden" name="currency" value=currency/>
                </form>
                // The buttons that add a card stand inside the order; their form can't.
                <form method="post" action="/api/metodos-de-pago/nuevo" id="nuevo-metodo">
                    <input type="hidden" name="back" value=back/>
                </form>
            </div>
            {summary::summary(web, choice, car, price)}
        </div>
    }
}

/// What is wrong with the order as a whole: said at the top, with what to do.
fn problem(web: &WebContext, form: &FormState, price: OfferPrice) -> Option<AnyView> {
    let locale = web.locale;
    if form.errors.get("").is_some_and(|code| code == super::order::PRICE_CHANGED) {
        let title = match locale {
            Locale::Es => format!("El precio ha cambiado: ahora son {}", price.amount.display(locale)),
            Locale::En => format!("The price has changed: it is {} now", price.amount.display(locale)),
        };
        let shown = form.value("shown");
        let text = match (shown.is_empty(), locale) {
            (true, _) => String::new(),
            (false, Locale::Es) => format!("Te habíamos enseñado {shown}. "),
            (false, Locale::En) => format!("You had been shown {shown}. "),
        };
        let rest = locale.t(
            "No se ha pedido ni cobrado nada. Si te parece bien, revisa los pasos y vuelve a pedirlo.",
            "Nothing was ordered or charged. If you agree, go through the steps and order again.",
        );
        return Some(view! { <Notice tone=Tone::Waiting title=title>{text}{rest}</Notice> }.into_any());
    }
    if !form.has_errors() {
        return None;
    }
    let title = locale.t("Falta algo para poder pedirlo", "Something is missing before you can order");
    let all = form.error(locale, "");
    let rest = if all.is_empty() {
        locale
            .t(
                "Lo tienes marcado abajo. No se ha pedido ni cobrado nada.",
                "It is marked below. Nothing was ordered or charged.",
            )
            .to_owned()
    } else {
        all
    };
    Some(view! { <Notice tone=Tone::Problem title=title>{rest}</Notice> }.into_any())
}

/// Why the offer can't be bought for this car, by the rule of the catalogue, and where to go on.
fn not_now(web: &WebContext, choice: &Choice, car: &ChosenCar, availability: &Availability) -> impl IntoView + use<> {
    let locale = web.locale;
    let said = say(availability, locale, &choice.customer.time_zone);
    let follow = car.ordered.map(|id| {
        let label = locale.t("Ver cómo va", "See how it stands");
        view! { <LinkButton href=format!("/expediente/activaciones/{id}") kind=ButtonKind::Primary>{label}</LinkButton> }
    });
    let to_debts = (*availability == Availability::BlockedByDebt).then(|| {
        let label = locale.t("Ver y pagar la deuda", "See and pay the debt");
        view! { <LinkButton href=subscriptions::DEBTS kind=ButtonKind::Primary>{label}</LinkButton> }
    });
    let service = service_page(choice);
    let see_service = locale.t("Ver el servicio y sus ofertas", "See the service and its offers");
    let action = view! { {follow}{to_debts}<LinkButton href=service>{see_service}</LinkButton> };
    let title = format!("{}: {}", car.vehicle.label(), said.word);
    let tone = match availability {
        Availability::InProgress => Tone::Waiting,
        Availability::ActiveUntil { .. } => Tone::Done,
        _ => Tone::Info,
    };
    let others = steps::other_cars(web, choice, car);
    view! {
        <div class="stack">
            <Notice tone=tone title=title action=action.into_any()>{said.reason}</Notice>
            {others}
        </div>
    }
}

fn no_car(web: &WebContext) -> impl IntoView + use<> {
    let locale = web.locale;
    let title = locale.t("Todavía no hay ningún coche en tu cuenta", "There is no car in your account yet");
    let text = locale.t(
        "Aparecerá cuando te lo entreguemos, y entonces podrás pedir servicios para él.",
        "It will appear once it has been handed over to you; then you can order services for it.",
    );
    view! { <Notice title=title>{text}</Notice> }
}
