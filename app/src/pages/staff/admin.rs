//! `/admin`: how many accounts there are, and the catalogue as it is sold.

use crate::ui::{DataTable, LinkButton, PageHeader, Status, StatusPill};
use crate::web::{Page, PageResult, Role, Section, WebContext};
use caas::accounts::count_by_role;
use caas::catalogue::{ServiceStatus, Snapshot};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// The page.
pub(super) async fn admin_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let counts = count_by_role(&mut web.caas.db.read().await?).await?;
    let catalogue = web.caas.catalogue().await?;
    let tiles = Role::ALL
        .iter()
        .map(|role| {
            let count = counts.iter().find(|(of, _)| of == role).map_or(0, |(_, count)| *count);
            view! {
                <div class="tile">
                    <p class="tile__label">{role_words(*role, locale)}</p>
                    <p class="tile__value">{count}</p>
                </div>
            }
        })
        .collect_view();
    let title = locale.t("Administración", "Administration");
    let lead = locale.t(
        "Cuentas y catálogo, de lectura. Editar usuarios, servicios y políticas llega con la próxima versión.",
        "Accounts and catalogue, for reading. Editing users, services and policies comes with the next release.",
    );
    let body = view! {
        <PageHeader title=title lead=lead actions=view! {
            <LinkButton href="/concesionario">{locale.t("Concesionarios", "Dealerships")}</LinkButton>
            <LinkButton href="/admin/planes">{locale.t("Planes comerciales", "Commercial plans")}</LinkButton>
            <LinkButton href="/operaciones/analisis">{locale.t("Análisis de fallos", "Failure analysis")}</LinkButton>
            <LinkButton href="/admin/auditoria">{locale.t("Auditoría", "Audit log")}</LinkButton>
            <LinkButton href="/admin/mensajes">{locale.t("Mensajes", "Messages")}</LinkButton>
            <LinkButton href="/admin/macros">{locale.t("Textos preparados", "Ready-made texts")}</LinkButton>
            <LinkButton href="/operaciones/fabrica">{locale.t("Pedidos a la fábrica", "Orders to the factory")}</LinkButton>
            <LinkButton href="/admin/reglas">{locale.t("Reglas propuestas", "Proposed rules")}</LinkButton>
            <LinkButton href="/admin/horarios">{locale.t("Horarios de soporte", "Hours of support")}</LinkButton>
        }.into_any()/>
        <section class="section" aria-labelledby="cuentas">
            <h2 id="cuentas">{locale.t("Cuentas abiertas", "Open accounts")}</h2>
            <div class="dashboard">{tiles}</div>
        </section>
        <section class="section dense" aria-labelledby="catalogo">
            <h2 id="catalogo">{locale.t("Catálogo", "Catalogue")}</h2>
            {services(&catalogue, locale)}
        </section>
    };
    Ok(Page::new(title, body).section(Section::Admin))
}

fn role_words(role: Role, locale: Locale) -> &'static str {
    match role {
        Role::Customer => locale.t("Clientes", "Customers"),
        Role::Dealer => locale.t("Concesionario", "Dealership"),
        Role::Support => locale.t("Soporte", "Support"),
        Role::Operations => locale.t("Operaciones", "Operations"),
        Role::Administrator => locale.t("Administración", "Administration"),
    }
}

fn services(catalogue: &Snapshot, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Servicio", "Service"),
        locale.t("Código", "Code"),
        locale.t("Para qué", "What for"),
        locale.t("Modelos", "Models"),
        locale.t("Ofertas", "Offers"),
        locale.t("Estado", "State"),
    ];
    let [name, code, category, models, offers, state] = heads;
    let rows = catalogue
        .services
        .iter()
        .map(|service| {
            let (status, word) = match service.status {
                ServiceStatus::Active => (Status::Active, locale.t("A la venta", "On sale")),
                ServiceStatus::Retired => (Status::Ended, locale.t("Retirado", "Withdrawn")),
            };
            let href = format!("/catalogo/{}", service.slug);
            view! {
                <tr>
                    <td data-label=name><a href=href>{service.name.get(locale).to_owned()}</a></td>
                    <td data-label=code class="code small">{service.code.clone()}</td>
                    <td data-label=category>{service.category.label(locale)}</td>
                    <td data-label=models>{service.models.join(", ")}</td>
                    <td data-label=offers class="num">{service.offers.len()}</td>
                    <td data-label=state><StatusPill kind=status word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Servicios del catálogo", "Services of the catalogue");
    let heads = heads.map(|head| if head == offers { format!("#{head}") } else { head.to_owned() });
    view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{rows}</DataTable> }.into_any()
}
