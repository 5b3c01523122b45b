//! `/concesionario`: the intranet of a dealership.
//!
//! Staff of a dealership see its own things and nothing of another's; administrators see those of all. What is not theirs
//! does not exist (404), and the try is on record. What may be done and what follows from it is decided in `caas::sales`.

mod actions;
mod agenda;
mod board;
mod desk;
mod dossier;
mod hand_over;
mod hours;
mod order;
mod stock;
mod upload;
mod words;

pub(crate) use desk::read_desk;
pub use upload::paper;

use crate::ui::{Choice, Crumb};
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::Timestamp;
use caas::kernel::ids::{DealershipId, OrderId};
use caas::kernel::locale::Locale;
use caas::kernel::when::{calendar_day, day_there, start_of_day};
use caas::sales::desk::Scope;
use caas::sales::who::Who;
use chrono::{Datelike as _, Days};
use leptos::prelude::*;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/concesionario", desk::desk_page),
        get("/concesionario/tablero", board::board_page),
        get("/concesionario/existencias", stock::stock_page),
        get("/concesionario/agenda", agenda::agenda_page),
        get("/concesionario/agenda/horario", hours::hours_page),
        get("/concesionario/pedidos/{id}", order::order_page),
        get("/concesionario/pedidos/{id}/entrega", hand_over::hand_over_page),
        get("/concesionario/pedidos/{id}/expediente-matriculacion", dossier::dossier_page),
        get("/concesionario/pedidos/{id}/documentos/{document}", order::document_file),
    ]
}

/// Somebody at the desk of a dealership, or an administrator.
#[derive(Clone, Copy)]
pub(super) struct Clerk<'a> {
    /// Who.
    pub user: &'a CurrentUser,
    /// Whose things they may see: their dealership's, or (administrators) all.
    pub reach: Scope,
}

/// Who works here. For others there is no desk.
pub(super) fn clerk(web: &WebContext) -> Result<Clerk<'_>, Refusal> {
    let user = web.require_role(&[Role::Dealer, Role::Administrator])?;
    let reach = match user.role {
        Role::Dealer => Some(user.dealership_id.ok_or(Refusal::Hidden("dealership"))?),
        _ => None,
    };
    Ok(Clerk { user, reach })
}

impl Clerk<'_> {
    /// The same for a use case.
    pub(super) fn who(&self) -> Who {
        Who::staff(self.user.id, self.reach)
    }

    /// Which dealership's lists are read: one's own, or the one an administrator chose.
    pub(super) fn scope(&self, chosen: &str) -> Scope {
        self.reach.or_else(|| chosen.parse().ok())
    }

    /// Whether they see all dealerships.
    pub(super) fn sees_all(&self) -> bool {
        self.reach.is_none()
    }
}

/// The dealership that an administrator chose in the address; empty for none.
pub(super) fn chosen(web: &WebContext) -> String {
    let chosen = web.query("concesionario").unwrap_or_default();
    chosen.parse::<DealershipId>().map(|id| id.to_string()).unwrap_or_default()
}

/// The way back to the desk.
pub(super) fn crumbs(locale: Locale) -> Vec<Crumb> {
    vec![Crumb::new("/concesionario", locale.t("Concesionario", "Dealership"))]
}

/// A day as the database holds it ("YYYY-MM-DD"), in words; as it stands when it is none.
pub(super) fn day_words(text: &str, locale: Locale) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| calendar_day(day, locale))
}

/// The page of an order.
pub(super) fn order_href(id: OrderId) -> String {
    format!("/concesionario/pedidos/{id}")
}

/// When the day after tomorrow begins where the reader is.
pub(super) fn end_of_tomorrow(now: Timestamp, zone: &str) -> Timestamp {
    start_of_day(day_there(now, zone) + Days::new(2), zone)
}

/// When this month began where the reader is.
pub(super) fn start_of_month(now: Timestamp, zone: &str) -> Timestamp {
    let today = day_there(now, zone);
    start_of_day(today.with_day(1).unwrap_or(today), zone)
}

/// The pages of the room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// What needs somebody today.
    Desk,
    /// The pipeline.
    Board,
    /// The cars.
    Stock,
    /// The appointments.
    Agenda,
}

/// The way between the pages of the room.
pub(super) fn tabs(current: Option<Tab>, chosen: &str, locale: Locale) -> AnyView {
    let all = [
        (Tab::Desk, "/concesionario", locale.t("Hoy", "Today")),
        (Tab::Board, "/concesionario/tablero", locale.t("Tablero", "Board")),
        (Tab::Stock, "/concesionario/existencias", locale.t("Existencias", "Stock")),
        (Tab::Agenda, "/concesionario/agenda", locale.t("Agenda", "Appointments")),
    ];
    let links = all
        .into_iter()
        .map(|(tab, path, name)| {
            let href = if chosen.is_empty() { path.to_owned() } else { format!("{path}?concesionario={chosen}") };
            view! { <li><a href=href aria-current=(Some(tab) == current).then_some("page")>{name}</a></li> }
        })
        .collect_view();
    view! {
        <nav class="desk-tabs dealer-tabs" aria-label=locale.t("Concesionario", "Dealership")><ul>{links}</ul></nav>
    }
    .into_any()
}

/// For administrators: which dealership a list shows.
pub(super) async fn dealership_choices(web: &WebContext, clerk: &Clerk<'_>) -> Result<Option<Vec<Choice>>, Refusal> {
    if !clerk.sees_all() {
        return Ok(None);
    }
    let all = caas::sales::desk::dealerships(&mut web.caas.db.read().await?).await?;
    let mut choices = vec![Choice::new("", web.t("Todos", "All"))];
    choices.extend(all.into_iter().map(|one| Choice::new(one.id.to_string(), format!("{} · {}", one.name, one.city))));
    Ok(Some(choices))
}
