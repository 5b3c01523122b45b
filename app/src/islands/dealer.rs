//! The desk of a dealership: what needs somebody and the pipeline follow what happens, without a reload.

use super::follow::follow;
use crate::ui::{EmptyState, Notice, Tone};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The desk as it stands, ready to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerDesk {
    /// That the factory can't be reached, and what that means; may be empty.
    pub factory_down: String,
    /// What needs somebody, the most pressing first.
    pub needs: Vec<DealerNeed>,
    /// The pipeline.
    pub columns: Vec<DealerColumn>,
}

/// A reason why orders need somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerNeed {
    /// Names its heading.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What to do about it.
    pub text: String,
    /// How many orders.
    pub count: String,
    /// How pressing it is.
    pub tone: Tone,
    /// The first of them.
    pub lines: Vec<DealerLine>,
    /// Where all of them are; empty when these are all.
    pub more_href: String,
}

/// An order that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerLine {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The buyer.
    pub customer: String,
    /// The car; may be empty.
    pub car: String,
    /// Since when, by when or when.
    pub when: String,
    /// It is late.
    pub is_late: bool,
}

/// A column of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerColumn {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// How many orders it holds.
    pub count: String,
}

/// Words that never change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerWords {
    /// Above what needs somebody.
    pub today: String,
    /// Above the pipeline.
    pub pipeline: String,
    /// To the whole of a list.
    pub all: String,
    /// Nothing needs anybody.
    pub none: String,
    /// And what then.
    pub none_text: String,
    /// The factory is down.
    pub factory: String,
    /// The connection is lost.
    pub offline: String,
}

/// The desk, as it stands now.
#[server(endpoint = "concesionario/mesa")]
pub async fn read_dealer_desk(#[server(default)] dealership: String) -> Result<DealerDesk, ServerFnError> {
    use crate::web::answer;
    answer(async move |web| crate::pages::dealer::read_desk(&web, &dealership).await).await
}

/// What needs somebody, and the pipeline. Right without JavaScript; with it, both follow what happens.
#[island]
pub fn DealerLive(
    /// The dealership that an administrator looks at; empty for one's own, or for all.
    dealership: String,
    /// What announces changes; may be empty.
    topic: String,
    /// How it stood when the page was made.
    desk: DealerDesk,
    /// Words that stay.
    words: DealerWords,
) -> impl IntoView {
    let (desk, is_lost) = follow(&topic, desk, move || read_dealer_desk(dealership.clone()));
    let needs = Memo::new(move |_| desk.with(|desk| desk.needs.clone()));
    let columns = Memo::new(move |_| desk.with(|desk| desk.columns.clone()));
    let down = Memo::new(move |_| desk.with(|desk| desk.factory_down.clone()));
    let DealerWords { today, pipeline, offline, factory, .. } = words.clone();
    let words = StoredValue::new(words);
    view! {
        <div class="stack stack--l">
            <p class="muted small" role="status" hidden=move || !is_lost.get()>{offline}</p>
            {move || {
                let text = down.get();
                (!text.is_empty()).then(|| view! { <Notice tone=Tone::Waiting title=factory.clone()>{text}</Notice> })
            }}
            <section aria-labelledby="hoy" class="stack">
                <h2 id="hoy">{today}</h2>
                {move || {
                    let needs = needs.get();
                    words.with_value(|words| if needs.is_empty() { nothing(words) } else { panels(needs, words) })
                }}
            </section>
            <section aria-labelledby="tuberia" class="stack">
                <h2 id="tuberia">{pipeline}</h2>
                <ul class="dealer-pipeline">{move || columns.get().into_iter().map(column).collect_view()}</ul>
            </section>
        </div>
    }
}

fn nothing(words: &DealerWords) -> AnyView {
    let DealerWords { none, none_text, .. } = words.clone();
    view! { <EmptyState title=none><p>{none_text}</p></EmptyState> }.into_any()
}

fn panels(needs: Vec<DealerNeed>, words: &DealerWords) -> AnyView {
    let all = words.all.clone();
    let panels = needs.into_iter().map(|need| panel(need, all.clone())).collect_view();
    view! { <div class="dealer-needs">{panels}</div> }.into_any()
}

fn panel(need: DealerNeed, all: String) -> impl IntoView {
    let DealerNeed { id, title, text, count, tone, lines, more_href } = need;
    let heading = format!("necesita-{id}");
    let label = heading.clone();
    let lines = lines.into_iter().map(line).collect_view();
    let more = (!more_href.is_empty()).then(|| {
        let name = format!("{all}: {title}");
        view! { <p><a href=more_href aria-label=name>{all}</a></p> }
    });
    view! {
        <section class=format!("card dealer-need {}", tone.class()) aria-labelledby=label>
            <h3 class="dealer-need__title" id=heading>{title}" "<span class="dealer-need__count">{count}</span></h3>
            <p class="small muted">{text}</p>
            <ul class="dealer-lines">{lines}</ul>
            {more}
        </section>
    }
}

fn line(line: DealerLine) -> impl IntoView {
    let DealerLine { href, number, customer, car, when, is_late } = line;
    let class = if is_late { "dealer-line__when tone-problem" } else { "dealer-line__when" };
    let car = (!car.is_empty()).then(|| view! { " · "{car} });
    view! {
        <li class="dealer-line">
            <p><a class="code" href=href>{number}</a>" "<span>{customer}</span></p>
            <p class="small muted">
                <span class=class>{when}</span>
                {car}
            </p>
        </li>
    }
}

fn column(column: DealerColumn) -> impl IntoView {
    let DealerColumn { href, name, count } = column;
    view! {
        <li>
            <a class="dealer-stage" href=href>
                <span class="dealer-stage__count">{count}</span>
                <span class="dealer-stage__name">{name}</span>
            </a>
        </li>
    }
}
