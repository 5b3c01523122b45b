//! `/concesionario`: the cars that one's own dealership sold or holds.

use crate::pages::support::appointments;
use crate::ui::{DataTable, EmptyState, PageHeader, Pager};
use crate::web::dates::day;
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::kernel::ids::VehicleId;
use caas::sales::vehicles::{SoldVehicle, of_dealership};
use leptos::prelude::*;

/// Cars on one page.
const PAGE: i64 = 25;

/// The page.
pub(super) async fn dealership_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Dealer])?;
    let locale = web.locale;
    let dealership = user.dealership_id.ok_or(Refusal::Hidden("dealership"))?;
    let after: Option<VehicleId> = web.query("tras").and_then(|key| key.parse().ok());
    let mut cars = of_dealership(&mut web.caas.db.read().await?, dealership, after, PAGE + 1).await?;
    let more = cars.len() > PAGE as usize;
    cars.truncate(PAGE as usize);
    let next = match cars.last() {
        Some(last) if more => format!("/concesionario?tras={}", last.vehicle.id),
        _ => String::new(),
    };
    let first = if after.is_some() { "/concesionario" } else { "" };
    let title = locale.t("Coches del concesionario", "The dealership's cars");
    let lead = locale.t(
        "Los que ha vendido tu concesionario. Ventas, pedidos, entregas y matriculaciones llegan con la próxima versión.",
        "Those your dealership sold. Sales, orders, deliveries and registrations come with the next release.",
    );
    let list = if cars.is_empty() {
        view! {
            <EmptyState title=locale.t("Todavía no hay coches", "There are no cars yet")>
                <p>{locale.t("Aparecerán aquí cuando se entregue el primero.", "They appear here once the first is handed over.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&cars, &web, &user.time_zone).into_any()
    };
    let asked = appointments(&web, user).await?;
    let body = view! {
        <PageHeader title=title lead=lead/>
        {asked}
        {list}
        <Pager label=locale.t("Páginas de coches", "Pages of cars")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).section(Section::Dealership))
}

fn table(cars: &[SoldVehicle], web: &WebContext, zone: &str) -> AnyView {
    let locale = web.locale;
    let heads = [
        locale.t("Modelo", "Model"),
        locale.t("Matrícula", "Plate"),
        locale.t("Bastidor (VIN)", "VIN"),
        locale.t("Cliente", "Customer"),
        locale.t("Vendido", "Sold"),
    ];
    let [model, plate, vin, customer, sold] = heads;
    let rows = cars
        .iter()
        .map(|car| {
            let owner = car.customer_name.clone().unwrap_or_else(|| locale.t("Sin asignar", "Unassigned").to_owned());
            view! {
                <tr>
                    <td data-label=model>{car.vehicle.model_name.clone()}</td>
                    <td data-label=plate class="code">{car.vehicle.plate.clone()}</td>
                    <td data-label=vin class="code">{car.vehicle.vin.clone()}</td>
                    <td data-label=customer>{owner}</td>
                    <td data-label=sold>{car.vehicle.purchased_at.map(|at| day(at, zone, locale))}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Coches vendidos por el concesionario", "Cars sold by the dealership");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}
