//! The plans, and how to make one.

use super::{HERE, crumbs, error, with_problems};
use crate::ui::{
    Button, ButtonKind, Choice, DataTable, EmptyState, Field, PageHeader, SelectField, Status, StatusPill,
};
use crate::web::dates::day;
use crate::web::{FormState, Goto, Message, Page, PageResult, Role, Section, WebContext, submit};
use caas::accounts::{COUNTRIES, Country};
use caas::kernel::locale::{Bilingual, Locale};
use caas::sales::plans::{self, NewPlan, Plan, PlanField, Version};
use leptos::prelude::*;

const FORM: &str = "plan";

/// The page.
pub(super) async fn plans_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Administrator])?;
    let (locale, zone) = (web.locale, user.time_zone.clone());
    let mut tx = web.caas.db.read().await?;
    let mut rows = Vec::new();
    for plan in plans::list(&mut tx).await? {
        let latest = plans::latest(&mut tx, plan.id).await?;
        rows.push(row(&plan, latest.as_ref(), &zone, locale));
    }
    drop(tx);
    let heads = [
        locale.t("Plan", "Plan"),
        locale.t("Código", "Code"),
        locale.t("País", "Country"),
        locale.t("Versión", "Version"),
        locale.t("Publicada", "Published"),
        locale.t("Estado", "State"),
    ];
    let list = if rows.is_empty() {
        view! {
            <EmptyState title=locale.t("Todavía no hay planes", "There are no plans yet")>
                <p>{locale.t("Sin un plan abierto no se puede vender.", "Nothing can be sold without an open plan.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let caption = locale.t("Planes comerciales", "Commercial plans");
        view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
            .into_any()
    };
    let title = locale.t("Planes comerciales", "Commercial plans");
    let lead = locale.t(
        "Listas de precios, señal y servicios incluidos por país. Cada venta conserva la versión con la que se hizo.",
        "Price lists, reservation and included services by country. Each sale keeps the version it was made with.",
    );
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(false, locale) crumbs_label=locale.t("Estás en", "You are in")/>
        {list}
        <section class="section" aria-labelledby="nuevo">
            <h2 id="nuevo">{locale.t("Plan nuevo", "New plan")}</h2>
            <div class="card">{new_form(&web.form(FORM), locale)}</div>
        </section>
    };
    Ok(Page::new(title, body).section(Section::Admin))
}

fn row(plan: &Plan, latest: Option<&Version>, zone: &str, locale: Locale) -> AnyView {
    let [name, code, country, version, published, state] = [
        locale.t("Plan", "Plan"),
        locale.t("Código", "Code"),
        locale.t("País", "Country"),
        locale.t("Versión", "Version"),
        locale.t("Publicada", "Published"),
        locale.t("Estado", "State"),
    ];
    let href = format!("{HERE}/{}", plan.id);
    let where_sold = Country::by_code(&plan.country).map(|known| known.name(locale)).unwrap_or_default();
    let (number, at) = match latest {
        Some(version) => (version.version.to_string(), day(version.published_at, zone, locale)),
        None => ("–".to_owned(), String::new()),
    };
    view! {
        <tr>
            <td data-label=name><a href=href>{plan.names.0.get(locale).to_owned()}</a></td>
            <td data-label=code class="code small">{plan.code.clone()}</td>
            <td data-label=country>{where_sold}</td>
            <td data-label=version>{number}</td>
            <td data-label=published>{at}</td>
            <td data-label=state>{state_pill(plan.active, locale)}</td>
        </tr>
    }
    .into_any()
}

/// Open or closed, in a word.
pub(super) fn state_pill(active: bool, locale: Locale) -> AnyView {
    let (status, word) = if active {
        (Status::Active, locale.t("A la venta", "On sale"))
    } else {
        (Status::Ended, locale.t("Cerrado", "Closed"))
    };
    view! { <StatusPill kind=status word=word/> }.into_any()
}

fn new_form(form: &FormState, locale: Locale) -> AnyView {
    let said = |field| error(form, field, locale);
    let choices = COUNTRIES.iter().map(|country| Choice::new(country.code, country.name(locale))).collect();
    // Not "code": what is called so does not come back with its form.
    view! {
        <form class="form" method="post" action="/api/admin/plan">
            <div class="form__row">
                <Field label=locale.t("Código", "Code") name="short" value=form.value("short") error=said(PlanField::Code)
                    help=locale.t("Mayúsculas, cifras y guiones, por ejemplo CONTADO-ES.", "Capitals, digits and hyphens, for example CONTADO-ES.") maxlength=80 code=true required=true/>
                <SelectField label=locale.t("País", "Country") name="country" choices=choices value=form.value("country") error=said(PlanField::Country)/>
            </div>
            <div class="form__row">
                <Field label=locale.t("Nombre en español", "Name in Spanish") name="name_es" value=form.value("name_es") error=said(PlanField::NameEs) maxlength=80 required=true/>
                <Field label=locale.t("Nombre en inglés", "Name in English") name="name_en" value=form.value("name_en") error=said(PlanField::NameEn) maxlength=80 required=true/>
            </div>
            <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Crear el plan", "Make the plan")}</Button></div>
        </form>
    }
    .into_any()
}

/// Makes a plan; its first version is next.
#[server(endpoint = "admin/plan")]
pub async fn make_plan(
    #[server(default)] short: String,
    #[server(default)] name_es: String,
    #[server(default)] name_en: String,
    #[server(default)] country: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Administrator])?.id;
        let form = FormState::new(FORM)
            .with("short", &short)
            .with("name_es", &name_es)
            .with("name_en", &name_en)
            .with("country", &country);
        let tidy = |text: String| text.trim().to_owned();
        let names = Bilingual { es: tidy(name_es), en: tidy(name_en) };
        let new = NewPlan { code: tidy(short), names, country };
        match plans::create(&web.caas, by, &new).await? {
            Ok(id) => Ok(Goto::to(format!("{HERE}/{id}/version")).toast(Message::Saved)),
            Err(problems) => Ok(Goto::back(HERE, with_problems(form, &problems))),
        }
    })
    .await
}
