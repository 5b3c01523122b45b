//! The cars on top: one large, several as cards to choose from.

use super::query::Query;
use super::states::Reader;
use crate::pages::maintenance;
use crate::ui::{CarCard, CarColour, CarDrawing, CarModel, EmptyState, Fact, Icon, IconName, KeyValueList, LinkButton};
use crate::web::dates::day;
use caas::activation::model::ActivationState;
use caas::activation::repository::Activation;
use caas::kernel::ids::VehicleId;
use caas::kernel::locale::Locale;
use caas::maintenance::model::Warranty;
use caas::vehicles::Vehicle;
use leptos::prelude::*;

/// The customer's cars and the one the page is about, when it is about one.
pub(super) struct Cars {
    pub all: Vec<Vehicle>,
    pub chosen: Option<VehicleId>,
}

impl Cars {
    /// A car that is not the customer's is as good as none.
    pub(super) fn new(all: Vec<Vehicle>, wanted: Option<VehicleId>) -> Cars {
        let chosen = wanted.filter(|wanted| all.iter().any(|car| car.id == *wanted));
        Cars { all, chosen }
    }

    /// What a car is called; nothing when it is the only one, or the page is about one.
    pub(super) fn label(&self, id: VehicleId) -> String {
        if self.all.len() < 2 || self.chosen.is_some() {
            return String::new();
        }
        self.all.iter().find(|car| car.id == id).map(Vehicle::label).unwrap_or_default()
    }
}

/// The cars.
pub(super) fn cars(cars: &Cars, open: &[Activation], lost: &[VehicleId], reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let large = match (cars.all.as_slice(), cars.chosen) {
        ([], _) => return no_car(locale).into_any(),
        ([only], _) => Some(only),
        (all, chosen) => all.iter().find(|car| Some(car.id) == chosen),
    };
    match large {
        Some(car) => {
            let chooser = (cars.all.len() > 1).then(|| chooser(cars, locale));
            view! { {chooser}{one(car, open, lost.contains(&car.id), reader)} }.into_any()
        }
        None => several(cars, open, lost, locale).into_any(),
    }
}

fn one(car: &Vehicle, open: &[Activation], is_lost: bool, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let mut facts = vec![Fact::text(locale.t("Modelo", "Model"), car.model_name.clone())];
    if let Some(plate) = &car.plate {
        facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
    }
    facts.push(Fact::code(locale.t("Bastidor (VIN)", "VIN"), car.vin.clone()));
    facts.push(Fact::text(locale.t("Software", "Software"), car.firmware.clone()));
    if let Some(at) = car.purchased_at {
        facts.push(Fact::text(locale.t("Tuyo desde", "Yours since"), day(at, reader.zone, locale)));
    }
    facts.push(Fact::text(locale.t("Servicios activos", "Active services"), active(open, car.id).to_string()));
    let warranty = if is_lost { Warranty::Lost } else { Warranty::Valid };
    facts.push(Fact::view(locale.t("Garantía", "Warranty"), maintenance::warranty_pill(warranty, locale)));
    let (model, colour) = (CarModel::from_name(&car.body), CarColour::from_name(&car.colour));
    let href = format!("/catalogo?coche={}", car.id);
    view! {
        <section class="expediente__car" aria-label=car.label()>
            <CarDrawing model=model colour=colour/>
            <div class="card">
                <h2 class="expediente__name">{car.label()}</h2>
                <KeyValueList facts=facts/>
                <p class="actions">
                    <LinkButton href=href icon=IconName::Plus>{locale.t("Qué más puede hacer", "What else it can do")}</LinkButton>
                    <LinkButton href=maintenance::href(car.id) icon=IconName::Wrench>{locale.t("Mantenimiento y garantía", "Maintenance and warranty")}</LinkButton>
                </p>
                <p class="small">
                    <a href=format!("/expediente/coches/{}/traspaso", car.id)>{locale.t("Pasar el coche a otra persona", "Pass the car on")}</a>" · "
                    <a href=format!("/expediente/coches/{}/robo", car.id)>{locale.t("¿Te han robado el coche?", "Was your car stolen?")}</a>
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn several(cars: &Cars, open: &[Activation], lost: &[VehicleId], locale: Locale) -> AnyView {
    let cards = cars
        .all
        .iter()
        .map(|car| {
            let (model, colour) = (CarModel::from_name(&car.body), CarColour::from_name(&car.colour));
            let href = Query { car: Some(car.id), ..Query::default() }.href("/expediente");
            let code = car.plate.clone().unwrap_or_else(|| car.vin.clone());
            let facts = match active(open, car.id) {
                0 => locale.t("Ningún servicio activo", "No active service").to_owned(),
                1 => locale.t("1 servicio activo", "1 active service").to_owned(),
                count => format!("{count} {}", locale.t("servicios activos", "active services")),
            };
            let facts = if lost.contains(&car.id) {
                format!("{facts} · {}", locale.t("garantía perdida", "warranty lost"))
            } else {
                facts
            };
            view! { <CarCard href=href model=model colour=colour name=car.model_name.clone() code=code facts=facts/> }
        })
        .collect_view();
    view! { <div class="cars">{cards}</div> }.into_any()
}

/// Which of several cars the page is about.
fn chooser(cars: &Cars, locale: Locale) -> AnyView {
    let chip = |href: String, label: String, is_current: bool| {
        view! { <li><a class="chip" href=href aria-current=is_current.then_some("true")>{label}</a></li> }
    };
    let all = chip("/expediente".to_owned(), locale.t("Todos mis coches", "All my cars").to_owned(), false);
    let each = cars
        .all
        .iter()
        .map(|car| {
            let href = Query { car: Some(car.id), ..Query::default() }.href("/expediente");
            chip(href, car.label(), cars.chosen == Some(car.id))
        })
        .collect_view();
    view! {
        <nav aria-label=locale.t("Elegir coche", "Choose a car")><ul class="chips">{all}{each}</ul></nav>
    }
    .into_any()
}

fn active(open: &[Activation], car: VehicleId) -> usize {
    open.iter().filter(|a| a.vehicle_id == car && a.state == ActivationState::Active).count()
}

fn no_car(locale: Locale) -> AnyView {
    let action = view! {
        <LinkButton href="/catalogo">{locale.t("Mirar el catálogo", "Look at the catalogue")}</LinkButton>
    };
    view! {
        <EmptyState title=locale.t("Todavía no hay ningún coche en tu cuenta", "There is no car in your account yet") action=action.into_any()>
            <p>
                <Icon name=IconName::Car/>" "
                {locale.t(
                    "Aparecerá aquí en cuanto tu concesionario te lo entregue. Si ya lo tienes, pídeles que lo asocien a este correo.",
                    "It will appear here as soon as your dealership hands it over. If you have it already, ask them to link it to this email address.",
                )}
            </p>
        </EmptyState>
    }
    .into_any()
}
