//! `/operaciones/analisis`: failures of activation by reason, model, service, hour and attempt, and how long things take.
//! For operations and administrators; everything it shows stands in the address.

mod attempts;
mod breakdown;
mod file;
mod page;
mod query;
mod times;
mod words;

use crate::ui::Crumb;
use crate::web::{Refusal, Role, Route, Section, WebContext, get};
use caas::accounts::SessionUser;

/// Where it is.
const HERE: &str = "/operaciones/analisis";
/// What a figure is made of.
const LIST: &str = "/operaciones/analisis/intentos";
/// A breakdown as a file.
const FILE: &str = "/operaciones/analisis.csv";

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![get(HERE, page::analysis_page), get(LIST, attempts::attempts_page), get(FILE, file::analysis_file)]
}

/// Who reads it.
fn reader(web: &WebContext) -> Result<&SessionUser, Refusal> {
    web.require_role(&[Role::Operations, Role::Administrator])
}

/// The way here, and the part of the site: each role comes from its own desk.
fn place(web: &WebContext, user: &SessionUser) -> (Crumb, Section) {
    let locale = web.locale;
    if user.role == Role::Operations {
        (Crumb::new("/operaciones", locale.t("Operaciones", "Operations")), Section::Operations)
    } else {
        (Crumb::new("/admin", locale.t("Administración", "Administration")), Section::Admin)
    }
}
