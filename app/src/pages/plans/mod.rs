//! `/admin/planes`: what cars cost. Administrators publish versions; a version is never changed.

mod form;
mod list;
mod page;
mod typed;

use crate::ui::Crumb;
use crate::web::{FormState, Route, get};
use caas::kernel::locale::Locale;
use caas::sales::plans::{PlanField, PlanProblem, Problems};

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/admin/planes", list::plans_page),
        get("/admin/planes/{id}", page::plan_page),
        get("/admin/planes/{id}/version", form::version_page),
    ]
}

/// The list.
const HERE: &str = "/admin/planes";

fn crumbs(deep: bool, locale: Locale) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::new("/admin", locale.t("Administración", "Administration"))];
    if deep {
        crumbs.push(Crumb::new(HERE, locale.t("Planes comerciales", "Commercial plans")));
    }
    crumbs
}

fn with_problems(form: FormState, problems: &Problems) -> FormState {
    problems.iter().fold(form, |form, (field, problem)| form.wrong(field.as_str(), problem))
}

/// What is wrong with a field, in words; empty when nothing is.
fn error(form: &FormState, field: PlanField, locale: Locale) -> String {
    form.problem::<PlanProblem>(field.as_str()).map(|problem| problem.text(locale).to_owned()).unwrap_or_default()
}
