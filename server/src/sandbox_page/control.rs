//! `/sandbox`: whole situations, the clock, faults, the cars, and who can sign in.

use super::scenarios::{ALL, SALES, Scenario};
use super::{cars, clock, faults, page};
use crate::demo;
use caas::accounts::{DEMO_ACCOUNTS, DEMO_PASSWORD, Role};
use caas_app::ui::{Icon, IconName, LinkButton, Notice, Tone};
use caas_app::web::{PageResult, WebContext};
use caas_sandbox::Sandbox;
use leptos::prelude::*;

/// The page.
pub(super) async fn control_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let done = web.query("hecho").and_then(|key| Scenario::find(&key)).map(|scenario| done(scenario, &web));
    let accounts = demo::is_demo(&web.caas).await?.then(|| accounts(&web));
    let known = cars::known(&web, &sandbox).await?;
    let lead = locale.t(
        "El banco, los coches, la fábrica, la matriculación, el transporte y el correo de esta demostración se simulan aquí. Elige qué falla y mira cómo responde la aplicación.",
        "The bank, the cars, the factory, registration, transport and the mail of this demonstration are played here. Choose what fails, and see how the application answers.",
    );
    let body = view! {
        {done}
        {scenarios("situaciones", locale.t("Elige una situación", "Choose a situation"), &ALL, &web, &sandbox)}
        {scenarios("situaciones-venta", locale.t("O una de la venta de un coche", "Or one of a car's sale"), &SALES, &web, &sandbox)}
        <div class="sandbox">
            <div class="stack stack--l">
                {clock::clock(&web, &sandbox)}
                {faults::in_force(&web, &sandbox)}
            </div>
            <div class="stack stack--l">
                {faults::systems(&web, &sandbox)}
                {cars::cars(&web, &sandbox, &known)}
            </div>
        </div>
        {accounts}
    };
    Ok(page(&web, locale.t("Los sistemas simulados", "The played systems"), lead, body))
}

fn scenarios(
    id: &'static str,
    heading: &'static str,
    list: &'static [Scenario],
    web: &WebContext,
    sandbox: &Sandbox,
) -> AnyView {
    let locale = web.locale;
    let buttons = list
        .iter()
        .map(|scenario| {
            let in_force = scenario.is_in_force(sandbox);
            let tone = if in_force { scenario.tone } else { Tone::Neutral };
            let state = in_force.then(|| view! { <span class="scenario__state">{locale.t("Así está ahora", "As it is now")}</span> });
            view! {
                <li>
                    <button class=format!("scenario {}", tone.class()) name="situacion" value=scenario.key aria-pressed=in_force.to_string()>
                        <Icon name=scenario.icon/>
                        <span class="scenario__title">{scenario.title(locale)}</span>
                        {state}
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby=id>
            <h2 id=id>{heading}</h2>
            <form method="post" action="/sandbox/situacion"><ul class="scenarios">{buttons}</ul></form>
        </section>
    }
    .into_any()
}

/// What was just brought about, and what to do to see it.
fn done(scenario: &'static Scenario, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let action = if scenario.is_of_a_sale() {
        view! {
            <LinkButton href="/concesionario" icon=IconName::Plus>{locale.t("Vender un coche", "Sell a car")}</LinkButton>
            <LinkButton href="/sandbox/ventas" icon=IconName::Car>{locale.t("Ver los coches en camino", "See the cars on their way")}</LinkButton>
        }
        .into_any()
    } else {
        view! {
            <LinkButton href="/catalogo" icon=IconName::Plus>{locale.t("Comprar un servicio", "Buy a service")}</LinkButton>
            <LinkButton href="/expediente" icon=IconName::Car>{locale.t("Ver el expediente", "See my cars")}</LinkButton>
        }
        .into_any()
    };
    view! {
        <Notice tone=Tone::Info title=format!("{}.", scenario.title(locale)) action=action>
            {scenario.next(locale)}
        </Notice>
    }
    .into_any()
}

/// Who can sign in.
fn accounts(web: &WebContext) -> AnyView {
    let locale = web.locale;
    let rows = DEMO_ACCOUNTS
        .iter()
        .map(|account| {
            let role = match account.role {
                Role::Customer => locale.t("Cliente", "Customer"),
                Role::Dealer => locale.t("Concesionario", "Dealership"),
                Role::Support => locale.t("Soporte", "Support"),
                Role::Operations => locale.t("Operaciones", "Operations"),
                Role::Administrator => locale.t("Administración", "Administration"),
            };
            view! {
                <li class="line">
                    <span class="line__text"><strong>{account.name}</strong>" "<span class="muted small">{role}</span></span>
                    <span class="code">{account.email}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="cuentas">
            <h2 id="cuentas" class="card__title">{locale.t("Cuentas para probar", "Accounts to try with")}</h2>
            <p>{locale.t("Contraseña de todas: ", "Password of all: ")}<code>{DEMO_PASSWORD}</code></p>
            <ul class="lines lines--flat">{rows}</ul>
        </section>
    }
    .into_any()
}
