//! `/expediente/entradas/{id}`: one entry, with everything that proves it.

use super::evidence::{source_words, step, who};
use super::facts::Eyes;
use super::needs::activation_href;
use super::place::Place;
use super::states::Reader;
use super::words::{kind_label, say, to_the_second};
use crate::pages::withdrawal::consents;
use crate::ui::{Crumb, Fact, Icon, KeyValueList, Notice, PageHeader, Status, StatusPill, Tone};
use crate::web::dates::{exact, moment};
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::expediente::chain::{Sealed, sealed};
use caas::expediente::model::{EntryKind, SubjectKind};
use caas::expediente::repository::{GivenConsent, StoryLine, ToldBy, consents_of, line, told};
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::error::Failure;
use caas::kernel::ids::UserId;
use caas::vehicles::{Vehicle, vehicles_of};
use leptos::prelude::*;
use uuid::Uuid;

/// An entry with everything that belongs to it.
pub(super) struct Shown {
    line: StoryLine,
    sealed: Sealed,
    consents: Vec<GivenConsent>,
    told: Vec<ToldBy>,
    car: Option<Vehicle>,
}

/// Reads an entry of this customer; `None` when there is none for these eyes.
pub(super) async fn read(tx: &mut Tx, customer: UserId, id: Uuid, eyes: Eyes) -> Result<Option<Shown>, Failure> {
    let Some(line) = line(tx, customer, id).await?.filter(|line| line.visible || eyes != Eyes::Owner) else {
        return Ok(None);
    };
    let Some(sealed) = sealed(tx, id).await? else { return Ok(None) };
    let consents = match (line.entry.kind, line.entry.subject_kind) {
        (EntryKind::ServiceOrdered, _) | (_, SubjectKind::Consent) => consents_of(tx, line.entry.subject_id).await?,
        _ => Vec::new(),
    };
    let told = match line.entry.data.get("key").and_then(|key| key.as_str()) {
        Some(key) if line.entry.kind == EntryKind::CustomerTold => told(tx, customer, key).await?,
        _ => Vec::new(),
    };
    let car = vehicles_of(tx, customer).await?.into_iter().find(|car| Some(car.id.0) == line.entry.vehicle_id);
    Ok(Some(Shown { line, sealed, consents, told, car }))
}

/// The page of an entry of one's own story.
pub(super) async fn own_entry_page(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let id: Uuid = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let shown = read(&mut tx, user.id, id, Eyes::Owner).await?;
    drop(tx);
    let shown = shown.ok_or(Refusal::Hidden("expediente entry"))?;
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let place = Place { reader, eyes: Eyes::Owner, customer: None };
    Ok(page(&shown, &place, web.caas.now()).section(Section::Expediente))
}

/// The page of an entry.
pub(super) fn page(shown: &Shown, place: &Place<'_>, now: Timestamp) -> Page {
    let Place { reader, eyes, .. } = *place;
    let (locale, line) = (reader.locale, &shown.line);
    let said = say(line, reader, eyes);
    let at = line.entry.at;
    let mut facts = vec![
        Fact::view(
            locale.t("Cuándo", "When"),
            view! { <time datetime=exact(at)>{to_the_second(at, reader.zone, reader.locale)}</time> }.into_any(),
        ),
        Fact::text(locale.t("Quién", "Who"), who(line, place.is_own(), locale)),
        Fact::text(locale.t("Sobre", "About"), kind_label(line.entry.subject_kind, locale)),
    ];
    if let Some(car) = &shown.car {
        facts.push(Fact::text(locale.t("Coche", "Car"), car.label()));
    }
    if let Some((id, names)) = &line.service {
        let name = names.get(locale).to_owned();
        facts.push(if place.is_own() {
            let href = activation_href(*id);
            Fact::view(locale.t("Servicio", "Service"), view! { <a href=href>{name}</a> }.into_any())
        } else {
            Fact::text(locale.t("Servicio", "Service"), name)
        });
    }
    if let Some(delivery) = &line.delivery {
        facts.push(Fact::text(locale.t("El coche lo confirmó", "The car confirmed"), {
            format!(
                "{}, {}",
                to_the_second(delivery.at, reader.zone, reader.locale),
                source_words(&delivery.source, locale)
            )
        }));
    }
    let crumbs = vec![Crumb::new(place.path(), locale.t("Expediente", "My cars"))];
    let (title, note) = (said.text.clone(), said.note.clone());
    let body = view! {
        <PageHeader title=said.text lead=said.note crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="columns columns--equal">
            <section class="card" aria-labelledby="hecho">
                <h2 class="card__title" id="hecho"><Icon name=said.icon/>" "{locale.t("Lo que pasó", "What happened")}</h2>
                <KeyValueList facts=facts/>
            </section>
            {proof(shown, place)}
        </div>
        {ways(&shown.told, reader, now)}
        {agreed(&shown.consents, reader)}
    };
    Page::new(title, body).description(note)
}

/// Number, fingerprints, and whether they still fit.
fn proof(shown: &Shown, place: &Place<'_>) -> AnyView {
    let (locale, sealed) = (place.reader.locale, &shown.sealed);
    let mut facts = vec![
        Fact::text(locale.t("Entrada", "Entry"), format!("n.º {}", sealed.seq)),
        Fact::code(locale.t("Código", "Code"), sealed.kind.clone()),
    ];
    let step = step(&shown.line.entry);
    if !step.is_empty() {
        facts.push(Fact::code(locale.t("Cambio de estado", "Change of state"), step));
    }
    facts.push(Fact::code(locale.t("Referencia", "Reference"), sealed.id.to_string()));
    facts.push(Fact::code(locale.t("Trata de", "Is about"), sealed.subject_id.to_string()));
    facts.push(Fact::code(locale.t("Huella", "Fingerprint"), sealed.hash.clone()));
    if !sealed.previous.is_empty() {
        facts.push(Fact::code(locale.t("Huella anterior", "Fingerprint before"), sealed.previous.clone()));
    }
    let verdict = if sealed.is_intact() {
        let word = locale.t("Intacta desde que se escribió", "Unchanged since it was written");
        view! { <p><StatusPill kind=Status::Done word=word/></p> }.into_any()
    } else {
        let title = locale.t("Esta entrada no coincide con su huella", "This entry does not match its fingerprint");
        view! {
            <Notice tone=Tone::Problem title=title>
                {locale.t("Operaciones lo está revisando.", "Operations are looking into it.")}
            </Notice>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="prueba">
            <h2 class="card__title" id="prueba">{locale.t("Prueba", "Proof")}</h2>
            {verdict}
            <KeyValueList facts=facts/>
        </section>
    }
    .into_any()
}

/// Which ways a message took, and how far each is.
fn ways(told: &[ToldBy], reader: Reader<'_>, now: Timestamp) -> Option<AnyView> {
    if told.is_empty() {
        return None;
    }
    let locale = reader.locale;
    let facts = told
        .iter()
        .map(|way| {
            let channel = match way.channel.as_str() {
                "EMAIL" => locale.t("Correo", "Email"),
                "PUSH" => locale.t("Notificación push", "Push notification"),
                "SMS" => "SMS",
                _ => locale.t("En la aplicación", "In the app"),
            };
            Fact::text(channel, how_far(way, reader, now))
        })
        .collect();
    let title = locale.t("Por dónde te avisamos", "How we told you");
    Some(
        view! {
            <section class="section" aria-labelledby="avisos">
                <h2 id="avisos">{title}</h2>
                <div class="card"><KeyValueList facts=facts/></div>
            </section>
        }
        .into_any(),
    )
}

fn how_far(way: &ToldBy, reader: Reader<'_>, now: Timestamp) -> String {
    let locale = reader.locale;
    let late = way.sent_at.unwrap_or(now) > way.deadline_at;
    let word = match (way.status.as_str(), way.sent_at) {
        ("SENT", Some(at)) => format!("{} {}", locale.t("Enviado el", "Sent on"), moment(at, reader.zone, locale)),
        ("FAILED", _) => return locale.t("No se pudo entregar", "Could not be delivered").to_owned(),
        ("MERGED", _) => return locale.t("Reunido con otro aviso", "Merged with another message").to_owned(),
        ("SKIPPED", _) => return locale.t("No tenías esta vía activa", "You did not have this way on").to_owned(),
        _ => locale.t("Por enviar", "To be sent").to_owned(),
    };
    if late { format!("{word} ({})", locale.t("con retraso", "late")) } else { word }
}

fn agreed(given: &[GivenConsent], reader: Reader<'_>) -> Option<AnyView> {
    let list = consents(given, reader.zone, reader.locale)?;
    let title = reader.locale.t("Consentimientos, palabra por palabra", "Consents, word for word");
    Some(
        view! {
            <section class="section" aria-labelledby="consentimientos">
                <h2 id="consentimientos">{title}</h2>
                <div class="card">{list}</div>
            </section>
        }
        .into_any(),
    )
}
