//! One plan: its versions, what each changed, and whether it is sold.

use super::list::state_pill;
use super::{HERE, crumbs};
use crate::pages::price::percent;
use crate::ui::{Button, ButtonKind, Fact, KeyValueList, LinkButton, Notice, PageHeader, Tone};
use crate::web::dates::moment;
use crate::web::{Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::accounts::Country;
use caas::catalogue::Snapshot;
use caas::kernel::ids::{OfferId, PlanId};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::sales::plans::{self, Change, PlanField, Version, changes};
use leptos::prelude::*;

/// The page.
pub(super) async fn plan_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Administrator])?;
    let (locale, zone) = (web.locale, user.time_zone.clone());
    let id: PlanId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let plan = plans::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let versions = plans::versions(&mut tx, id).await?;
    drop(tx);
    let catalogue = web.caas.catalogue().await?;
    let title = plan.names.0.get(locale).to_owned();
    let country = Country::by_code(&plan.country).map(|known| known.name(locale)).unwrap_or_default();
    let lead = format!("{} · {country}", plan.code);
    let href = format!("{HERE}/{id}/version");
    let open_word = if plan.active {
        locale.t("Cerrar: no ofrecerlo en ventas nuevas", "Close: don't offer it for new sales")
    } else {
        locale.t("Abrir: ofrecerlo en ventas nuevas", "Open: offer it for new sales")
    };
    let switch = (!versions.is_empty()).then(|| {
        let (id, active) = (id.to_string(), if plan.active { "false" } else { "true" });
        view! {
            <form method="post" action="/api/admin/plan-estado">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="active" value=active/>
                <Button kind=ButtonKind::Secondary>{open_word}</Button>
            </form>
        }
    });
    let empty = versions.is_empty().then(|| {
        let text = locale.t(
            "Este plan aún no tiene precios. Publica su primera versión para poder abrirlo.",
            "This plan has no prices yet. Publish its first version to be able to open it.",
        );
        view! { <Notice tone=Tone::Waiting>{text}</Notice> }
    });
    let items = versions
        .iter()
        .enumerate()
        .map(|(at, version)| card(version, versions.get(at + 1), at == 0, &catalogue, &zone, locale))
        .collect_view();
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs(true, locale) crumbs_label=locale.t("Estás en", "You are in")
            actions=state_pill(plan.active, locale)/>
        <div class="actions">
            <LinkButton href=href kind=ButtonKind::Primary>{locale.t("Publicar otra versión", "Publish another version")}</LinkButton>
            {switch}
        </div>
        {empty}
        <section class="section stack" aria-label=locale.t("Versiones", "Versions")>{items}</section>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Admin))
}

fn card(
    version: &Version,
    before: Option<&Version>,
    is_newest: bool,
    catalogue: &Snapshot,
    zone: &str,
    locale: Locale,
) -> AnyView {
    let list = &version.price_list.0;
    let money = |cents: Cents| Money::new(cents, version.currency).display(locale);
    let models: Vec<String> = list
        .models
        .iter()
        .map(|(code, cents)| {
            let name = catalogue.model(code).map_or(code.as_str(), |model| model.name.as_str());
            format!("{name} {}", money(*cents))
        })
        .collect();
    let options: Vec<String> =
        list.options.iter().map(|one| format!("{} {}", one.names.get(locale), money(one.price))).collect();
    let colours: Vec<String> =
        list.colours.iter().map(|one| format!("{} {}", one.names.get(locale), money(one.price))).collect();
    let included: Vec<String> =
        version.included_services.0.iter().map(|id| offer_name(&id.to_string(), catalogue, locale)).collect();
    let or_none = |texts: Vec<String>| {
        if texts.is_empty() { locale.t("Ninguno", "None").to_owned() } else { texts.join(" · ") }
    };
    let facts = vec![
        Fact::text(locale.t("Publicada", "Published"), moment(version.published_at, zone, locale)),
        Fact::text(locale.t("Modelos", "Models"), or_none(models)),
        Fact::text(locale.t("Opciones", "Options"), or_none(options)),
        Fact::text(locale.t("Colores", "Colours"), or_none(colours)),
        Fact::text(locale.t("IVA", "VAT"), percent(version.vat_rate_basis_points, locale)),
        Fact::text(locale.t("Señal", "Reservation"), percent(version.reservation_basis_points, locale)),
        Fact::text(locale.t("Servicios incluidos", "Included services"), or_none(included)),
    ];
    let title = format!("{} {}", locale.t("Versión", "Version"), version.version);
    let difference = match before {
        None => view! { <p class="muted">{locale.t("La primera.", "The first one.")}</p> }.into_any(),
        Some(before) => difference(&changes(&before.draft(), &version.draft()), version, catalogue, locale),
    };
    view! {
        <section class="card stack">
            <h2 class="card__title">{title}</h2>
            {difference}
            <details open=is_newest>
                <summary>{locale.t("Todos los precios", "All prices")}</summary>
                <KeyValueList facts=facts/>
            </details>
        </section>
    }
    .into_any()
}

fn offer_name(id: &str, catalogue: &Snapshot, locale: Locale) -> String {
    let found = id.parse::<OfferId>().ok().and_then(|id| catalogue.offer(id));
    found.map_or_else(
        || id.to_owned(),
        |(service, offer)| format!("{} ({})", service.name.get(locale), offer.term(locale)),
    )
}

/// What a version changed, one line each.
fn difference(changes: &[Change], version: &Version, catalogue: &Snapshot, locale: Locale) -> AnyView {
    if changes.is_empty() {
        return view! { <p class="muted">{locale.t("Igual que la anterior.", "The same as the one before.")}</p> }
            .into_any();
    }
    let items = changes
        .iter()
        .map(|change| {
            let what = match change.field {
                PlanField::Vat => locale.t("IVA", "VAT").to_owned(),
                PlanField::Reservation => locale.t("Señal", "Reservation").to_owned(),
                PlanField::Included => offer_name(&change.code, catalogue, locale),
                _ => change.code.clone(),
            };
            let amount = |value: i64| match change.field {
                PlanField::Vat | PlanField::Reservation => percent(value, locale),
                _ => Money::new(Cents(value), version.currency).display(locale),
            };
            let text = match (change.before, change.after) {
                (None, Some(_)) if change.field == PlanField::Included => {
                    format!("{what}: {}", locale.t("ahora incluido", "now included"))
                }
                (Some(_), None) if change.field == PlanField::Included => {
                    format!("{what}: {}", locale.t("ya no incluido", "not included any more"))
                }
                (Some(before), Some(after)) if before == after => {
                    format!("{what}: {}", locale.t("otro nombre u otros modelos", "another name or other models"))
                }
                (Some(before), Some(after)) => format!("{what}: {} → {}", amount(before), amount(after)),
                (None, Some(after)) => format!("{what}: {} {}", locale.t("nuevo,", "new,"), amount(after)),
                (_, None) => format!("{what}: {}", locale.t("ya no se vende", "not sold any more")),
            };
            view! { <li>{text}</li> }
        })
        .collect_view();
    view! { <ul class="sale-changes" aria-label=locale.t("Cambios", "Changes")>{items}</ul> }.into_any()
}

/// Offers a plan, or no longer.
#[server(endpoint = "admin/plan-estado")]
pub async fn switch_plan(
    #[server(default)] id: String,
    #[server(default)] active: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Administrator])?.id;
        let id: PlanId = id.parse().map_err(|_| Refusal::NotFound)?;
        if plans::set_active(&web.caas, by, id, active == "true").await? {
            Ok(Goto::to(format!("{HERE}/{id}")).toast(Message::Saved))
        } else {
            Err(Refusal::NotFound)
        }
    })
    .await
}
