//! `/expediente/imprimir`: the story for paper, oldest first, with the seal that proves it later. The browser makes a PDF.

use super::cars::Cars;
use super::evidence::who;
use super::facts::Eyes;
use super::query::Query;
use super::states::Reader;
use super::story::day_words;
use super::words::{kind_label, say, to_the_second};
use crate::ui::{Crumb, EmptyState, Fact, KeyValueList, Notice, PageHeader, Tone};
use crate::web::dates::exact;
use crate::web::{Page, PageResult, Section, WebContext};
use caas::expediente::chain::seal_of;
use caas::expediente::repository::{StoryLine, story_lines};
use caas::kernel::locale::Locale;
use caas::vehicles::{Vehicle, vehicles_of};
use leptos::prelude::*;

/// Entries on paper at most: some sixty sheets. The file has all.
const MOST: i64 = 1_000;

/// The page.
pub(super) async fn paper_page(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let (locale, query) = (web.locale, Query::of(&web).whole());
    let reader = Reader { locale, zone: &user.time_zone };
    let mut tx = web.caas.db.read().await?;
    let cars = Cars::new(vehicles_of(&mut tx, user.id).await?, query.car);
    let query = Query { car: cars.chosen, ..query };
    let mut lines = story_lines(&mut tx, user.id, &query.filter(&user.time_zone), MOST + 1).await?;
    let seal = seal_of(&mut tx, user.id.0).await?;
    drop(tx);
    let is_cut = lines.len() > MOST as usize;
    lines.truncate(MOST as usize);
    lines.reverse();
    let title = locale.t("Tu expediente, para imprimir", "Your story, to print");
    let mut facts = vec![
        Fact::text(locale.t("Titular", "Holder"), user.name.clone()),
        Fact::text(locale.t("Coches", "Cars"), names(&cars)),
        Fact::text(locale.t("Periodo", "Period"), period(&query, locale)),
    ];
    if let Some(kind) = query.kind {
        facts.push(Fact::text(locale.t("Sobre", "About"), kind_label(kind, locale)));
    }
    facts.push(Fact::text(locale.t("Hecho el", "Made on"), to_the_second(web.caas.now(), reader.zone, reader.locale)));
    if let Some((seq, hash)) = seal {
        let words = match locale {
            Locale::Es => format!("{hash} (hasta la entrada {seq})"),
            Locale::En => format!("{hash} (up to entry {seq})"),
        };
        facts.push(Fact::code(locale.t("Sello", "Seal"), words));
    }
    let cut = is_cut.then(|| {
        view! {
            <Notice tone=Tone::Waiting title=locale.t("Aquí no cabe todo", "There is no room for all of it")>
                {match locale {
                    Locale::Es => format!("Están las {MOST} entradas más recientes. Elige un periodo más corto, o descarga el CSV, que las tiene todas."),
                    Locale::En => format!("These are the {MOST} most recent entries. Choose a shorter period, or download the CSV, which has all."),
                }}
            </Notice>
        }
    });
    let list = if lines.is_empty() {
        view! {
            <EmptyState title=locale.t("Nada que imprimir con este filtro", "Nothing to print with this filter")>
                <p>{locale.t("Vuelve al expediente y cambia las fechas o el coche.", "Go back to your cars and change the dates or the car.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let entries = lines.iter().map(|line| entry(line, &cars, reader)).collect_view();
        view! { <ol class="sheet">{entries}</ol> }.into_any()
    };
    let back = vec![Crumb::new(query.href("/expediente"), locale.t("Expediente", "My cars"))];
    let body = view! {
        <PageHeader title=title crumbs=back crumbs_label=locale.t("Estás en", "You are in")/>
        <p class="muted no-print">
            {locale.t("Usa la función de imprimir de tu navegador; también puede guardarlo como PDF.", "Use your browser's print function; it can also save a PDF.")}
        </p>
        <div class="card"><KeyValueList facts=facts/></div>
        {cut}
        {list}
        <p class="muted small">
            {locale.t(
                "Cada entrada lleva la huella de la anterior. Con este sello se puede comprobar más tarde que nada se ha cambiado ni borrado.",
                "Each entry carries the fingerprint of the one before. With this seal it can be proven later that nothing was changed or removed.",
            )}
        </p>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}

fn names(cars: &Cars) -> String {
    let shown = cars.all.iter().filter(|car| cars.chosen.is_none_or(|chosen| chosen == car.id));
    shown.map(|car| format!("{} ({})", car.label(), car.vin)).collect::<Vec<_>>().join(", ")
}

fn period(query: &Query, locale: Locale) -> String {
    match (query.from, query.until) {
        (None, None) => locale.t("Desde el principio", "From the beginning").to_owned(),
        (from, until) => {
            let from = from.map(|day| format!("{} {}", locale.t("desde el", "from"), day_words(day, locale)));
            let until = until.map(|day| format!("{} {}", locale.t("hasta el", "until"), day_words(day, locale)));
            from.into_iter().chain(until).collect::<Vec<_>>().join(" ")
        }
    }
}

fn entry(line: &StoryLine, cars: &Cars, reader: Reader<'_>) -> AnyView {
    let said = say(line, reader, Eyes::Owner);
    let at = line.entry.at;
    let car = line.entry.vehicle_id.and_then(|id| cars.all.iter().find(|car| car.id.0 == id)).map(Vehicle::label);
    let more: Vec<_> = [car, Some(who(line, true, reader.locale)), Some(format!("n.º {}", line.entry.seq))]
        .into_iter()
        .flatten()
        .collect();
    view! {
        <li>
            <time datetime=exact(at)>{to_the_second(at, reader.zone, reader.locale)}</time>
            <p><strong>{said.text}</strong></p>
            {(!said.note.is_empty()).then(|| view! { <p>{said.note}</p> })}
            <p class="muted small">{more.join(" · ")}</p>
        </li>
    }
    .into_any()
}
