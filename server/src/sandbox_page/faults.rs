//! Faults: those in force, and a switch for each that a played system can have.

use super::switches::Target;
use super::words;
use caas::kernel::locale::Locale;
use caas_app::ui::{Button, Icon, IconName};
use caas_app::web::WebContext;
use caas_sandbox::{Country, Sandbox, System};
use leptos::prelude::*;

/// What is in force, each with a way to take it back.
pub(super) fn in_force(web: &WebContext, sandbox: &Sandbox) -> AnyView {
    let locale = web.locale;
    let faults = sandbox.faults();
    let any = !faults.is_empty();
    let lines = faults
        .into_iter()
        .map(|active| {
            let text = words::rule(&active.rule, locale);
            let remove = format!("{}: {text}", locale.t("Quitar", "Remove"));
            view! {
                <li class="line">
                    <span class="line__text">{text}</span>
                    <button class="btn-icon" name="fallo" value=active.id.to_string() aria-label=remove><Icon name=IconName::Close/></button>
                </li>
            }
        })
        .collect_view();
    let list = if any {
        view! {
            <form method="post" action="/sandbox/fallos/quitar" class="stack">
                <ul class="lines lines--flat">{lines}</ul>
                <Button name="fallo" value="todos">{locale.t("Quitar todo", "Remove all")}</Button>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="muted">{locale.t("Ninguno: todo funciona.", "None: everything works.")}</p> }.into_any()
    };
    view! {
        <section class="card" id="fallos" aria-labelledby="fallos-titulo">
            <h2 id="fallos-titulo" class="card__title"><Icon name=IconName::Warning/>{locale.t("Fallos en vigor", "Faults in force")}</h2>
            {list}
        </section>
    }
    .into_any()
}

/// The switches of every played system.
pub(super) fn systems(web: &WebContext, sandbox: &Sandbox) -> AnyView {
    let locale = web.locale;
    let card = |target: Target, icon: IconName, title: &str, text: &str| {
        let (id, title, text) = (target.name(), title.to_owned(), text.to_owned());
        let switches = switches(&target, sandbox, locale);
        view! {
            <section class="card" id=id>
                <h3 class="card__title"><Icon name=icon/>{title}</h3>
                <p class="muted small">{text}</p>
                {switches}
            </section>
        }
    };
    let bank = card(
        Target::Bank,
        IconName::Card,
        locale.t("Banco", "Bank"),
        locale.t("La pasarela de pago: retiene, cobra y devuelve.", "The payment gateway: holds, charges and refunds."),
    );
    let iot = card(
        Target::Iot,
        IconName::Navigation,
        "API IoT",
        locale
            .t("El sistema por el que se llega a todos los coches.", "The system through which all cars are reached."),
    );
    let factory = card(
        Target::Factory,
        IconName::Wrench,
        locale.t("Fábrica", "Factory"),
        locale
            .t("Acepta pedidos y construye coches en unas semanas.", "Takes orders and builds cars within some weeks."),
    );
    let transport = card(
        Target::Transport,
        IconName::Pin,
        locale.t("Transporte", "Transport"),
        locale.t("Lleva los coches a casa del cliente.", "Brings cars to the customer's door."),
    );
    let vss = card(
        Target::Vss,
        IconName::Wrench,
        locale.t("Talleres (VSS)", "Workshops (VSS)"),
        locale.t("Saben qué mantenimiento lleva cada coche.", "They know the maintenance of each car."),
    );
    let registration = registration(sandbox, locale);
    let sms = card(
        Target::Sms,
        IconName::Mail,
        "SMS",
        locale.t("El proveedor de mensajes de texto.", "The provider of text messages."),
    );
    view! {
        <section class="section" aria-labelledby="sistemas">
            <h2 id="sistemas">{locale.t("Qué falla", "What fails")}</h2>
            <div class="grid grid--wide">{bank}{iot}{factory}{registration}{transport}{vss}{sms}</div>
        </section>
    }
    .into_any()
}

/// The switches of each country's registration body.
fn registration(sandbox: &Sandbox, locale: Locale) -> AnyView {
    let rules: Vec<_> = sandbox.faults().into_iter().map(|active| active.rule.system).collect();
    let bodies = Country::ALL
        .into_iter()
        .map(|country| {
            let target = Target::Registration(country);
            let system = System::registration(country);
            let (id, name, is_open) = (target.name(), words::system(system, locale), rules.contains(&system));
            let switches = switches(&target, sandbox, locale);
            view! {
                <details class="disclosure" id=id open=is_open>
                    <summary>{name}</summary>
                    {switches}
                </details>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h3 class="card__title"><Icon name=IconName::Document/>{locale.t("Matriculación", "Registration")}</h3>
            <p class="muted small">{locale.t("Un organismo por país: da la matrícula.", "One body a country: it gives the plate.")}</p>
            {bodies}
        </section>
    }
    .into_any()
}

/// A target's switches as buttons that stay pressed.
pub(super) fn switches(target: &Target, sandbox: &Sandbox, locale: Locale) -> AnyView {
    let rules: Vec<_> = sandbox.faults().into_iter().map(|active| active.rule).collect();
    let buttons = target
        .switches()
        .iter()
        .map(|switch| {
            let on = rules.contains(&target.rule(switch.fault()));
            view! { <button class="chip" name="fallo" value=switch.key aria-pressed=on.to_string()>{switch.label(locale)}</button> }
        })
        .collect_view();
    view! {
        <form method="post" action="/sandbox/fallos" class="chips">
            <input type="hidden" name="de" value=target.name()/>
            {buttons}
        </form>
    }
    .into_any()
}
