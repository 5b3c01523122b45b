//! `/expediente/coches/{id}/mantenimiento`: a car's warranty with its history, and its blocks as last known.

use super::outstanding::{where_to_go, works};
use super::{REFRESH_SECONDS, own, warranty_pill};
use crate::islands::MaintenanceWait;
use crate::pages::catalogue::list_names;
use crate::ui::{Crumb, Fact, KeyValueList, MeterBar, Notice, PageHeader, Tone};
use crate::web::dates::{day, moment};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::catalogue::Block;
use caas::kernel::Timestamp;
use caas::kernel::ids::VehicleId;
use caas::kernel::locale::Locale;
use caas::maintenance::model::{BlockState, Standing, Warranty, percent};
use caas::maintenance::warranty::{WarrantyChange, history};
use caas::maintenance::{Upkeep, Workshop, ask};
use leptos::prelude::*;

/// Changes of a warranty that are shown.
const SHOWN: i64 = 20;

pub(super) async fn car_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let id: VehicleId = web.param_as("id")?;
    let (vehicle, upkeep) = own(&web, id).await?;
    ask::soon(&web.caas, &upkeep).await?;
    let mut tx = web.caas.db.read().await?;
    // The warranty is the car's: its history goes with it, and names nobody.
    let changes = history(&mut tx, id, Timestamp::UNIX_EPOCH, SHOWN).await?;
    let workshop = Workshop::of(&mut tx, id).await?;
    drop(tx);
    let zone = web.user.as_ref().map_or("UTC", |user| user.time_zone.as_str()).to_owned();
    let title = locale.t("Mantenimiento y garantía", "Maintenance and warranty");
    let crumbs = vec![Crumb::new(format!("/expediente?coche={id}"), locale.t("Expediente", "My cars"))];
    let asks = upkeep.standing == Standing::Unknown;
    let wait = asks.then(|| view! { <MaintenanceWait vehicle=id.to_string() stamp=upkeep.stamp()/> });
    let body = view! {
        <PageHeader title=title lead=vehicle.label() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {warranty(&upkeep, &changes, &zone, locale)}
        <section class="section" aria-labelledby="bloques">
            <h2 id="bloques">{locale.t("Mantenimiento por bloques", "Maintenance by block")}</h2>
            {as_of(&upkeep, &zone, locale)}
            {blocks(&upkeep, locale)}
            {where_to_go(workshop.as_ref(), locale)}
        </section>
        {wait}
    };
    let page = Page::new(title, body).section(Section::Expediente);
    Ok(if asks && !web.has_script { page.refresh(REFRESH_SECONDS) } else { page })
}

fn warranty(upkeep: &Upkeep, changes: &[WarrantyChange], zone: &str, locale: Locale) -> AnyView {
    let mut facts = vec![Fact::view(locale.t("Garantía", "Warranty"), warranty_pill(upkeep.warranty, locale))];
    if let Some(since) = upkeep.warranty_since {
        facts.push(Fact::text(locale.t("Desde", "Since"), day(since, zone, locale)));
    }
    let meaning = match upkeep.warranty {
        Warranty::Valid => locale.t(
            "Se pierde si el mantenimiento de algún bloque se retrasa demasiado.",
            "It is lost when the maintenance of a block is overdue for too long.",
        ),
        Warranty::Lost => locale.t(
            "Vuelve cuando el taller ponga al día todo el mantenimiento. Tu coche y lo que tienes activo siguen igual.",
            "It comes back once the workshop has brought all maintenance up to date. Your car and what is on in it stay as they are.",
        ),
    };
    let lines: Vec<_> = changes
        .iter()
        .map(|change| {
            let names: Vec<&str> = change
                .blocks
                .iter()
                .filter(|block| block.overdue_since.is_some())
                .map(|block| block.name.label(locale))
                .collect();
            let names = list_names(names.into_iter(), locale);
            let text = match (change.warranty, locale) {
                (Warranty::Lost, Locale::Es) => format!("Perdida: pendiente {names}"),
                (Warranty::Lost, Locale::En) => format!("Lost: {names} overdue"),
                (Warranty::Valid, Locale::Es) => "Recuperada: todo al día".to_owned(),
                (Warranty::Valid, Locale::En) => "Back: everything up to date".to_owned(),
            };
            let at = moment(change.at, zone, locale);
            view! { <li class="line"><span class="line__text">{text}</span><span class="muted small">{at}</span></li> }
        })
        .collect();
    let history = (!lines.is_empty()).then(|| {
        view! {
            <h3>{locale.t("Historial de la garantía", "History of the warranty")}</h3>
            <ul class="lines">{lines}</ul>
        }
    });
    view! {
        <section class="section" aria-labelledby="garantia">
            <h2 id="garantia">{locale.t("Garantía", "Warranty")}</h2>
            <KeyValueList facts=facts/>
            <p>{meaning}</p>
            {history}
        </section>
    }
    .into_any()
}

/// Of when the blocks are, and whether that is old.
fn as_of(upkeep: &Upkeep, zone: &str, locale: Locale) -> AnyView {
    let known = upkeep.answered_at.map(|at| moment(upkeep.as_of.unwrap_or(at), zone, locale));
    let (tone, text) = match (&upkeep.standing, known, locale) {
        (Standing::Known(_), Some(at), Locale::Es) => (None, format!("Según los talleres, a {at}.")),
        (Standing::Known(_), Some(at), Locale::En) => (None, format!("As the workshops had it on {at}.")),
        (Standing::Silent, Some(at), Locale::Es) => (
            Some(Tone::Waiting),
            format!("El sistema de los talleres no responde. Esto es de {at} y puede haber cambiado."),
        ),
        (Standing::Silent, Some(at), Locale::En) => (
            Some(Tone::Waiting),
            format!("The workshops' system does not answer. This is of {at} and may have changed."),
        ),
        (Standing::Silent, None, _) => (
            Some(Tone::Waiting),
            locale
                .t(
                    "El sistema de los talleres no responde. Lo volvemos a intentar en unos minutos.",
                    "The workshops' system does not answer. We try again in some minutes.",
                )
                .to_owned(),
        ),
        (_, Some(at), Locale::Es) => (
            Some(Tone::Info),
            format!(
                "Esto es de {at} y puede haber cambiado. Estamos preguntando de nuevo; la página se completa sola."
            ),
        ),
        (_, Some(at), Locale::En) => (
            Some(Tone::Info),
            format!("This is of {at} and may have changed. We are asking again; the page completes itself."),
        ),
        (_, None, _) => (
            Some(Tone::Info),
            locale
                .t(
                    "Estamos preguntando a los talleres; la página se completa sola.",
                    "We are asking the workshops; the page completes itself.",
                )
                .to_owned(),
        ),
    };
    match tone {
        Some(tone) => view! { <Notice tone=tone>{text}</Notice> }.into_any(),
        None => view! { <p class="muted">{text}</p> }.into_any(),
    }
}

fn blocks(upkeep: &Upkeep, locale: Locale) -> Option<AnyView> {
    upkeep.answered_at?;
    if upkeep.blocks.is_empty() {
        let text = locale.t(
            "Todavía no ha pasado por el taller: es un coche nuevo y no le falta nada.",
            "It has not been at a workshop yet: it is a new car and nothing is missing.",
        );
        return Some(view! { <p>{text}</p> }.into_any());
    }
    let rows: Vec<_> = Block::ALL
        .iter()
        .filter_map(|name| upkeep.blocks.iter().find(|block| block.name == *name))
        .map(|block| row(block, upkeep, locale))
        .collect();
    Some(view! { <ul class="lines">{rows}</ul> }.into_any())
}

fn row(block: &BlockState, upkeep: &Upkeep, locale: Locale) -> AnyView {
    let (tone, note) = match upkeep.overdue(block) {
        None => (Tone::Done, locale.t("Al día", "Up to date").to_owned()),
        Some((days, beyond)) => {
            let tone = if beyond { Tone::Problem } else { Tone::Waiting };
            let note = match (days, locale) {
                (1, Locale::Es) => "Con 1 día de retraso".to_owned(),
                (1, Locale::En) => "1 day overdue".to_owned(),
                (_, Locale::Es) => format!("Con {days} días de retraso"),
                (_, Locale::En) => format!("{days} days overdue"),
            };
            (tone, note)
        }
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
    let share = block.compliance as u32;
    view! {
        <li class="line">
            <div class="line__text">
                <MeterBar label=block.name.label(locale) text=percent(block.compliance, locale) percent=share
                    threshold_text=note tone=tone/>
                {works(&block.outstanding, upkeep, locale)}
            </div>
        </li>
    }
    .into_any()
}
