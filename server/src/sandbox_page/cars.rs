//! The played cars: how each is, what is in it, and what can go wrong with it.

use super::switches::Target;
use super::{faults, upkeep, words};
use caas::kernel::error::Result;
use caas::vehicles::{self, Vehicle as Known};
use caas_app::ui::{CarColour, CarDrawing, CarModel, StatusPill};
use caas_app::web::WebContext;
use caas_sandbox::world::iot::model::Vehicle;
use caas_sandbox::{FaultRule, Sandbox};
use leptos::prelude::*;

/// More cars than anybody plays with by hand; simulations have thousands.
const SHOWN: usize = 12;

/// What CaaS knows of the cars shown: name, plate and colour.
pub(super) async fn known(web: &WebContext, sandbox: &Sandbox) -> Result<Vec<Known>> {
    let mut tx = web.caas.db.read().await?;
    let mut known = Vec::new();
    for vehicle in sandbox.vehicles().iter().take(SHOWN) {
        if let Some(id) = vehicles::find_by_vin(&mut tx, vehicle.spec.vin.as_str()).await?
            && let Some(car) = vehicles::find(&mut tx, id).await?
        {
            known.push(car);
        }
    }
    Ok(known)
}

/// The cars.
pub(super) fn cars(web: &WebContext, sandbox: &Sandbox, known: &[Known]) -> AnyView {
    let locale = web.locale;
    let rules: Vec<FaultRule> = sandbox.faults().into_iter().map(|active| active.rule).collect();
    let vehicles = sandbox.vehicles();
    let hidden = vehicles.len().saturating_sub(SHOWN);
    let cards = vehicles.iter().take(SHOWN).map(|vehicle| card(vehicle, &rules, web, sandbox, known)).collect_view();
    let more = (hidden > 0).then(|| {
        let text =
            format!("{hidden} {}", locale.t("coches más, que no se muestran.", "more cars, which are not shown."));
        view! { <p class="muted small">{text}</p> }
    });
    view! {
        <section class="section" aria-labelledby="coches">
            <h2 id="coches">{locale.t("Los coches", "The cars")}</h2>
            <div class="grid grid--wide">{cards}</div>
            {more}
        </section>
    }
    .into_any()
}

fn card(vehicle: &Vehicle, rules: &[FaultRule], web: &WebContext, sandbox: &Sandbox, known: &[Known]) -> AnyView {
    let locale = web.locale;
    let vin = vehicle.spec.vin.as_str().to_owned();
    let (status, word) = words::car(vehicle, rules, locale);
    let known = known.iter().find(|car| car.vin == vin);
    let drawing = known.map(|car| {
        let (model, colour) = (CarModel::from_name(&car.body), CarColour::from_name(&car.colour));
        view! { <CarDrawing model=model colour=colour/> }
    });
    let name = known.map_or_else(|| vehicle.spec.model.clone(), Known::label);
    let base = &vehicle.spec.base_services;
    let services: Vec<_> = vehicle.services.iter().filter(|service| !base.contains(&service.service_id)).collect();
    let inside = if services.is_empty() {
        view! { <p class="muted small">{locale.t("Dentro: solo la plataforma base.", "Inside: only the base platform.")}</p> }.into_any()
    } else {
        let items = services
            .into_iter()
            .map(|service| {
                let (status, word) = words::service(service.status, locale);
                let id = service.service_id.clone();
                view! { <li class="split"><span class="code">{id}</span><StatusPill kind=status word=word/></li> }
            })
            .collect_view();
        view! { <ul class="stack stack--s">{items}</ul> }.into_any()
    };
    let is_open = rules.iter().any(|rule| rule.vin.as_ref() == Some(&vehicle.spec.vin));
    let switches = faults::switches(&Target::Car(vehicle.spec.vin.clone()), sandbox, locale);
    let anchor = vin.clone();
    view! {
        <article class="card" id=anchor>
            {drawing}
            <div class="split">
                <h3 class="card__title">{name}</h3>
                <StatusPill kind=status word=word/>
            </div>
            <p class="code small">{vin}</p>
            {inside}
            {upkeep::of_car(&vehicle.spec.vin, sandbox, locale)}
            <details class="disclosure" open=is_open>
                <summary>{locale.t("Qué le pasa a este coche", "What is wrong with this car")}</summary>
                {switches}
            </details>
        </article>
    }
    .into_any()
}
