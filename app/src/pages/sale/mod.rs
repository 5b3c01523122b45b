//! `/concesionario/ventas`: a sale, step by step. Each step is a page with one form that is kept when it is sent, so that
//! a sale can be left and taken up again anywhere.
//!
//! Only staff of a dealership sell, and only see their own dealership's drafts. Administrators may read a summary.

mod car;
mod customer;
mod delivery;
mod frame;
mod plan;
mod registered;
mod summary;

use crate::web::{FormState, Goto, PageResult, Refusal, Role, Route, WebContext, get};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::model::OrderStatus;
use caas::sales::sale::{self, Problems, Sale, SaleError, SaleField, SaleProblem, Seller, Step};

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/concesionario/ventas/nueva", customer::new_page),
        get("/concesionario/ventas/{id}", resume),
        get("/concesionario/ventas/{id}/cliente", customer::customer_page),
        get("/concesionario/ventas/{id}/coche", car::car_page),
        get("/concesionario/ventas/{id}/entrega", delivery::delivery_page),
        get("/concesionario/ventas/{id}/plan", plan::plan_page),
        get("/concesionario/ventas/{id}/resumen", summary::summary_page),
        get("/concesionario/ventas/{id}/registrada", registered::registered_page),
    ]
}

/// Where a new sale begins.
const NEW: &str = "/concesionario/ventas/nueva";

/// The page of a step.
fn path(id: OrderId, step: Step) -> String {
    format!("/concesionario/ventas/{id}/{step}")
}

/// Whoever sells. For others there is nothing to sell here.
fn seller(web: &WebContext) -> Result<Seller, Refusal> {
    let user = web.require_role(&[Role::Dealer])?;
    let dealership = user.dealership_id.ok_or(Refusal::Hidden("dealership"))?;
    Ok(Seller { id: user.id, dealership })
}

/// The draft that a page is about. One that has become an order is shown as one.
async fn draft(web: &WebContext) -> Result<Sale, Refusal> {
    let seller = seller(web)?;
    let id: OrderId = web.param_as("id")?;
    let found = sale::read(&web.caas, &mut web.caas.db.read().await?, Some(seller.dealership), id).await?;
    still_draft(found.ok_or(Refusal::Hidden("sale"))?)
}

/// `/concesionario/ventas/{id}`: to the step where the sale stopped.
async fn resume(web: WebContext) -> PageResult {
    let sale = draft(&web).await?;
    let step = Step::ALL.iter().find(|step| !frame::is_kept(&sale, **step)).unwrap_or(&Step::Summary);
    Err(Goto::to(path(sale.order.id, *step)).into())
}

fn still_draft(sale: Sale) -> Result<Sale, Refusal> {
    if sale.order.status == OrderStatus::Draft { Ok(sale) } else { Err(to_order(sale.order.id).into()) }
}

fn to_order(id: OrderId) -> Goto {
    Goto::to(format!("/concesionario/pedidos/{id}"))
}

/// How a form of a step ends that was not in order.
fn refused(error: SaleError, id: Option<OrderId>, back: &str, form: FormState) -> Result<Goto, Refusal> {
    match error {
        SaleError::NotFound => Err(Refusal::Hidden("sale")),
        SaleError::NoDraft => Ok(id.map_or_else(|| Goto::to(NEW), to_order)),
        SaleError::Wrong(problems) => Ok(Goto::back(back, with_problems(form, &problems))),
        SaleError::Failure(failure) => Err(failure.into()),
    }
}

fn with_problems(form: FormState, problems: &Problems) -> FormState {
    problems.iter().fold(form, |form, (field, problem)| form.wrong(field.as_str(), problem))
}

/// What is wrong with a field, in words; empty when nothing is.
fn error(form: &FormState, field: SaleField, locale: Locale) -> String {
    form.problem::<SaleProblem>(field.as_str()).map(|problem| problem.text(locale).to_owned()).unwrap_or_default()
}
