//! The work lists of support: counts and lines follow what happens, without a reload.

use super::follow::follow;
use crate::ui::{DataTable, EmptyState, Tone};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A list and the counts of all lists, ready to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskLines {
    /// The work lists.
    pub tabs: Vec<DeskTab>,
    /// The cases of this one.
    pub lines: Vec<DeskLine>,
    /// Where the next page is; may be empty.
    pub next: String,
}

/// A work list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskTab {
    /// Its address.
    pub href: String,
    /// Its name.
    pub name: String,
    /// How many cases it has; may be empty.
    pub count: String,
    /// It is the one that is shown.
    pub is_current: bool,
    /// Somebody has waited too long.
    pub is_urgent: bool,
}

/// A case of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskLine {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// Where it waits.
    pub queue: String,
    /// The service, or the customer's own subject.
    pub about: String,
    /// Why it was opened.
    pub reason: String,
    /// Model and plate; may be empty.
    pub car: String,
    /// Whose it is.
    pub customer: String,
    /// Who has it; may be empty.
    pub assignee: String,
    /// How pressing it is, unless as usual.
    pub priority: String,
    /// More pressing than usual.
    pub is_pressing: bool,
    /// How long ago it was opened.
    pub opened: String,
    /// When, for machines.
    pub opened_at: String,
    /// How the clock looks.
    pub clock_tone: Tone,
    /// How the clock reads.
    pub clock: String,
}

/// Words that never change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskWords {
    /// What the tabs are called.
    pub lists: String,
    /// What the table is called.
    pub caption: String,
    /// Head of a column.
    pub case: String,
    /// Head of a column.
    pub about: String,
    /// Head of a column.
    pub customer: String,
    /// Head of a column.
    pub assignee: String,
    /// In that column: nobody.
    pub nobody: String,
    /// Head of a column.
    pub opened: String,
    /// Head of a column.
    pub clock: String,
    /// The list is empty.
    pub none: String,
    /// And what then.
    pub none_text: String,
    /// The connection is lost.
    pub offline: String,
}

/// A work list, as it stands now.
#[server(endpoint = "soporte/lista")]
pub async fn read_desk(#[server(default)] query: String) -> Result<DeskLines, ServerFnError> {
    use crate::web::answer;
    answer(async move |web| crate::pages::support::desk_lines(&web, &query).await).await
}

/// Tabs and list. Right without JavaScript; with it, both follow what happens.
#[island]
pub fn DeskLive(
    /// The list's query.
    query: String,
    /// How it stood when the page was made.
    lines: DeskLines,
    /// Words that stay.
    words: DeskWords,
) -> impl IntoView {
    let (desk, is_lost) = follow("tickets", lines, move || read_desk(query.clone()));

    let tabs = Memo::new(move |_| desk.with(|desk| desk.tabs.clone()));
    let lines = Memo::new(move |_| desk.with(|desk| desk.lines.clone()));
    let DeskWords { lists, offline, .. } = words.clone();
    let words = StoredValue::new(words);
    view! {
        <div class="stack">
            <nav class="desk-tabs" aria-label=lists>
                <ul>{move || tabs.get().into_iter().map(tab).collect_view()}</ul>
            </nav>
            <p class="muted small" hidden=move || !is_lost.get()>{offline}</p>
            {move || {
                let lines = lines.get();
                words.with_value(|words| if lines.is_empty() { nothing(words) } else { table(lines, words) })
            }}
        </div>
    }
}

fn tab(tab: DeskTab) -> impl IntoView {
    let DeskTab { href, name, count, is_current, is_urgent } = tab;
    let class = if is_urgent { "desk-tabs__count tone-problem" } else { "desk-tabs__count" };
    let count = (!count.is_empty()).then(|| view! { " "<span class=class>{count}</span> });
    view! { <li><a href=href aria-current=is_current.then_some("page")>{name}{count}</a></li> }
}

fn nothing(words: &DeskWords) -> AnyView {
    let DeskWords { none, none_text, .. } = words.clone();
    view! { <EmptyState title=none><p>{none_text}</p></EmptyState> }.into_any()
}

fn table(lines: Vec<DeskLine>, words: &DeskWords) -> AnyView {
    let DeskWords { caption, case, about, customer, assignee, nobody, opened, clock, .. } = words.clone();
    let heads = vec![case.clone(), about.clone(), customer.clone(), assignee.clone(), opened.clone(), clock.clone()];
    let rows = lines
        .into_iter()
        .map(|line| {
            let DeskLine { href, number, about: what, reason, car, priority, is_pressing, .. } = line;
            let pressing = if is_pressing { "pill tone-waiting" } else { "pill tone-neutral" };
            let priority = (!priority.is_empty()).then(|| view! { " "<span class=pressing>{priority}</span> });
            let owner = if line.assignee.is_empty() { nobody.clone() } else { line.assignee };
            let reason_line = (!what.is_empty()).then(|| view! { <br/><span class="muted small">{reason.clone()}</span> });
            let first = if what.is_empty() { reason } else { what };
            let car_line = (!car.is_empty()).then(|| view! { <br/><span class="muted small">{car}</span> });
            view! {
                <tr>
                    <td data-label=case.clone()><span><a class="code" data-case="" href=href>{number}</a>{priority}</span></td>
                    <td data-label=about.clone()><span>{first}{reason_line}</span></td>
                    <td data-label=customer.clone()><span>{line.customer}{car_line}</span></td>
                    <td data-label=assignee.clone()>{owner}</td>
                    <td data-label=opened.clone()><time datetime=line.opened_at>{line.opened}</time></td>
                    <td data-label=clock.clone()><span class=format!("pill {}", line.clock_tone.class())>{line.clock}</span></td>
                </tr>
            }
        })
        .collect_view();
    view! { <div class="dense"><DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable></div> }
        .into_any()
}
