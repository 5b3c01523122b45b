//! What is outstanding and where to go, beside the offers and before an order.

use super::words::{due, say, share, threshold};
use crate::islands::MaintenanceWait;
use crate::ui::{Dialog, LinkButton, MeterBar, Notice, Tone};
use crate::web::WebContext;
use crate::web::dates::clock;
use caas::catalogue::Service;
use caas::kernel::locale::Locale;
use caas::maintenance::model::{Finding, Gate, KEPT_FOR, Outstanding, Verdict};
use caas::maintenance::{Upkeep, Workshop};
use leptos::prelude::*;

/// The id of the dialog that says what is outstanding.
pub const OUTSTANDING: &str = "mantenimiento-pendiente";

/// On the page of a service: how the car's blocks stand against what it asks for, and what stands in the way.
pub fn for_service(
    web: &WebContext,
    service: &Service,
    upkeep: &Upkeep,
    workshop: Option<&Workshop>,
) -> Option<AnyView> {
    if service.required_blocks.is_empty() {
        return None;
    }
    let locale = web.locale;
    let gate = upkeep.gate(service);
    let wait = (gate == Gate::Unknown).then(|| wait(upkeep));
    let meters = gate.findings().iter().map(|finding| meter(finding, locale)).collect_view();
    let action = matches!(gate, Gate::Blocked(_)).then(|| {
        let open = locale.t("Qué falta y dónde hacerlo", "What is missing and where to have it done");
        let page = locale.t("El mantenimiento de tu coche", "Your car's maintenance");
        view! {
            <button type="button" class="btn btn--secondary" commandfor=OUTSTANDING command="show-modal">{open}</button>
            <LinkButton href=super::href(upkeep.vehicle)>{page}</LinkButton>
        }
        .into_any()
    });
    let notice = say(&gate, locale).map(|said| match action {
        Some(action) => {
            view! { <Notice tone=Tone::Waiting title=said.word action=action>{said.reason}</Notice> }.into_any()
        }
        // Nothing has gone wrong: it waits, or is asked about.
        None => view! { <Notice tone=Tone::Waiting title=said.word>{said.reason}</Notice> }.into_any(),
    });
    let dialog = matches!(gate, Gate::Blocked(_)).then(|| {
        let title = locale.t("Falta mantenimiento", "Maintenance is due");
        let close = locale.t("Cerrar", "Close");
        let missing = what_is_missing(web, &gate, upkeep, workshop);
        view! { <Dialog id=OUTSTANDING title=title close_word=close>{missing}</Dialog> }
    });
    let list = (!gate.findings().is_empty()).then(|| view! { <div class="stack stack--s">{meters}</div> });
    Some(view! { <div class="stack" id="mantenimiento">{notice}{list}{wait}</div>{dialog} }.into_any())
}

/// Before an order that can't be taken: what is outstanding, where to go, and that nothing was charged.
pub fn in_the_way(web: &WebContext, gate: &Gate, upkeep: &Upkeep, workshop: Option<&Workshop>) -> AnyView {
    let locale = web.locale;
    let said = say(gate, locale);
    let (title, reason) = said.map(|said| (said.word, said.reason)).unwrap_or_default();
    let page = locale.t("El mantenimiento de tu coche", "Your car's maintenance");
    let action = view! { <LinkButton href=super::href(upkeep.vehicle)>{page}</LinkButton> };
    let nothing =
        locale.t("No se ha pedido nada y no se te ha cobrado.", "Nothing was ordered and you have not been charged.");
    let missing = matches!(gate, Gate::Blocked(_)).then(|| {
        let heading = locale.t("Qué falta y dónde hacerlo", "What is missing and where to have it done");
        let missing = what_is_missing(web, gate, upkeep, workshop);
        view! {
            <section class="card stack" aria-labelledby=OUTSTANDING>
                <h2 id=OUTSTANDING>{heading}</h2>
                {missing}
            </section>
        }
    });
    view! {
        <Notice tone=Tone::Waiting title=title action=action.into_any()>
            <p>{reason}</p>
            <p>{nothing}</p>
        </Notice>
        {missing}
    }
    .into_any()
}

/// That VSS is being asked. `by_itself`: whether the page completes itself then.
pub fn asking(web: &WebContext, upkeep: &Upkeep, by_itself: bool) -> AnyView {
    let said = say(&Gate::Unknown, web.locale);
    let (title, mut reason) = said.map(|said| (said.word, said.reason)).unwrap_or_default();
    if !by_itself {
        reason = web
            .t(
                "Estamos preguntando a los talleres por el mantenimiento de tu coche. Mira otra vez en unos segundos.",
                "We are asking the workshops about your car's maintenance. Look again in some seconds.",
            )
            .to_owned();
    }
    let (here, again) = (web.here(), web.t("Mirar ahora", "Look now").to_owned());
    let action = view! { <a class="btn btn--secondary" href=here>{again}</a> };
    view! {
        <Notice tone=Tone::Waiting title=title action=action.into_any()>{reason}</Notice>
        {wait(upkeep)}
    }
    .into_any()
}

/// The warning of an order that is taken all the same.
pub fn warning(gate: &Gate, locale: Locale) -> Option<AnyView> {
    let said = say(gate, locale).filter(|_| gate.closed().is_none())?;
    let meters = gate
        .findings()
        .iter()
        .filter(|finding| finding.verdict != Verdict::Current)
        .map(|finding| meter(finding, locale))
        .collect_view();
    Some(view! { <Notice tone=Tone::Waiting title=said.word>{said.reason}</Notice>{meters} }.into_any())
}

/// Completes the page once VSS has answered.
fn wait(upkeep: &Upkeep) -> impl IntoView + use<> {
    view! { <MaintenanceWait vehicle=upkeep.vehicle.to_string() stamp=upkeep.stamp()/> }
}

fn meter(finding: &Finding, locale: Locale) -> impl IntoView + use<> {
    let tone = match finding.verdict {
        Verdict::Current => Tone::Done,
        Verdict::Minor => Tone::Waiting,
        Verdict::Critical => Tone::Problem,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
    let percent = finding.compliance.unwrap_or(100.0) as u32;
    let limit = u32::try_from(finding.required.threshold).unwrap_or_default();
    let asks = format!("{} {}", locale.t("Pide el", "It asks for"), threshold(finding, locale));
    view! {
        <MeterBar label=finding.required.block.label(locale) text=share(finding, locale) percent=percent threshold=limit
            threshold_text=asks tone=tone/>
    }
}

/// Block by block, work by work; the dealership; what happens afterwards.
fn what_is_missing(web: &WebContext, gate: &Gate, upkeep: &Upkeep, workshop: Option<&Workshop>) -> AnyView {
    let locale = web.locale;
    let blocks = gate
        .findings()
        .iter()
        .filter(|finding| finding.verdict != Verdict::Current)
        .map(|finding| {
            let line = format!(
                "{}: {} ({} {})",
                finding.required.block.label(locale),
                share(finding, locale),
                locale.t("pide el", "it asks for"),
                threshold(finding, locale),
            );
            let works = works(&finding.outstanding, upkeep, locale);
            view! { <li><strong>{line}</strong>{works}</li> }
        })
        .collect_view();
    let again = upkeep.answered_at.map(|at| {
        let zone = web.user.as_ref().map_or("UTC", |user| user.time_zone.as_str());
        let time = clock(at + KEPT_FOR, zone, locale);
        match locale {
            Locale::Es => {
                format!("Cuando el taller lo registre podrás pedirlo. Volvemos a preguntarle a partir de las {time}.")
            }
            Locale::En => format!("You can order it once the workshop has recorded it. We ask again from {time} on."),
        }
    });
    view! {
        <ul class="stack stack--s">{blocks}</ul>
        {where_to_go(workshop, locale)}
        <p>{locale.t("No se te ha cobrado nada.", "You have not been charged.")}</p>
        <p class="muted small">{again}</p>
    }
    .into_any()
}

/// What is to be done, each with its day.
pub(super) fn works(outstanding: &[Outstanding], upkeep: &Upkeep, locale: Locale) -> Option<AnyView> {
    let items: Vec<_> = outstanding
        .iter()
        .map(|work| {
            let text = format!("{} ({}): {}", work.description, work.code, due(work.due_date, upkeep.today, locale));
            view! { <li>{text}</li> }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul>{items}</ul> }.into_any())
}

/// The dealership of the car.
pub(super) fn where_to_go(workshop: Option<&Workshop>, locale: Locale) -> AnyView {
    let Some(workshop) = workshop else {
        let text = locale
            .t("Te atienden en cualquier taller oficial u homologado.", "Any official or approved workshop can do it.");
        return view! { <p>{text}</p> }.into_any();
    };
    let phone = workshop.phone.clone().map(|phone| {
        let href = format!("tel:{}", phone.replace(' ', ""));
        view! { " "<a href=href>{phone}</a>"." }
    });
    let place = format!("{} {}.", locale.t("En tu concesionario:", "At your dealership:"), workshop.address_line());
    let or = locale
        .t(" También vale cualquier taller oficial u homologado.", " Any official or approved workshop will do too.");
    view! { <p>{place}{phone}{or}</p> }.into_any()
}
