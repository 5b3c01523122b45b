//! The purchase of a car, live: what to do now and the journey.

use super::StoryLink;
use super::live::on_change;
use crate::ui::{Icon, IconName, StepState, Tone};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// How an order stands, in finished words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStory {
    /// Another one as soon as something has changed.
    pub stamp: String,
    /// How the headline feels.
    pub tone: Tone,
    /// What to do now, or what is going on.
    pub headline: String,
    /// What it means.
    pub text: String,
    /// The one button.
    pub action: Option<StoryLink>,
    /// The journey.
    pub steps: Vec<OrderStep>,
}

/// A part of the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStep {
    /// What it is called.
    pub label: String,
    /// Where it stands.
    pub state: StepState,
    /// When it was done; empty when it is not.
    pub time: String,
    /// The same for machines.
    pub datetime: String,
    /// What is expected; may be empty.
    pub note: String,
    /// What happened within it.
    pub moments: Vec<OrderMoment>,
}

/// Something within a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMoment {
    /// When.
    pub time: String,
    /// The same for machines.
    pub datetime: String,
    /// What.
    pub text: String,
}

/// Words that never change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWords {
    /// What the journey is called.
    pub journey: String,
    /// What a step is, for those who see no colours: done, where it is, ahead, ended here.
    pub states: [String; 4],
    /// That the page follows by itself.
    pub follow: String,
    /// Something below has changed too.
    pub news: String,
    /// The page itself.
    pub href: String,
}

/// How an order of one's own stands now.
#[server(endpoint = "pedidos/historia")]
pub async fn read_order(
    /// The order.
    id: String,
) -> Result<OrderStory, ServerFnError> {
    use crate::web::{Refusal, answer};
    answer(async move |web| {
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        crate::pages::order::story(&web, id).await
    })
    .await
}

/// What shows that something about an order of one's own has changed.
#[server(endpoint = "pedidos/sello")]
pub async fn read_order_stamp(
    /// The order.
    id: String,
) -> Result<String, ServerFnError> {
    use crate::web::{Refusal, answer};
    answer(async move |web| {
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        crate::pages::order::stamp(&web, id).await
    })
    .await
}

/// What to do now and the journey. Right without JavaScript; with it, it follows what happens.
#[island]
pub fn OrderLive(
    /// The order's id.
    id: String,
    /// How it stood when the page was made.
    story: OrderStory,
    /// Words that stay.
    words: OrderWords,
) -> impl IntoView {
    let shown = story.stamp.clone();
    let story = RwSignal::new(story);
    let has_news = RwSignal::new(false);
    let topic = format!("order:{id}");
    let id = StoredValue::new(id);
    on_change(&topic, move || {
        let shown = shown.clone();
        spawn_local(async move {
            if let Ok(now) = read_order(id.get_value()).await {
                has_news.set(now.stamp != shown);
                story.set(now);
            }
        });
    });
    let tone = Memo::new(move |_| story.with(|story| story.tone));
    let headline = Memo::new(move |_| story.with(|story| story.headline.clone()));
    let steps = Memo::new(move |_| story.with(|story| story.steps.clone()));
    let OrderWords { journey, states, follow, news, href } = words;
    view! {
        <div>
            <section class=move || format!("verdict {}", tone.get().class())>
                <p class="verdict__title">
                    {move || view! { <Icon name=tone.get().icon()/> }}
                    <span role="status">{move || headline.get()}</span>
                </p>
                <p class="verdict__text">{move || story.with(|story| story.text.clone())}</p>
                {move || story.with(|story| story.action.clone()).map(|link| view! {
                    <div class="actions"><a class="btn btn--primary" href=link.href>{link.label}</a></div>
                })}
            </section>
            <p class="story-news" role="status">
                {move || has_news.get().then(|| view! { <a class="chip" href=href.clone()><Icon name=IconName::Bell/>{news.clone()}</a> })}
            </p>
            <ol class="journey" aria-label=journey>
                {move || steps.get().into_iter().map(|one| step(one, &states)).collect_view()}
            </ol>
            {(!follow.is_empty()).then(|| view! { <p class="muted small">{follow}</p> })}
        </div>
    }
}

fn step(step: OrderStep, words: &[String; 4]) -> impl IntoView + use<> {
    let (class, icon, current, word) = match step.state {
        StepState::Done => ("journey__step journey__step--done", Some(IconName::Done), None, &words[0]),
        StepState::Current => ("journey__step journey__step--current", None, Some("step"), &words[1]),
        StepState::Ahead => ("journey__step", None, None, &words[2]),
        StepState::Failed => ("journey__step journey__step--failed", Some(IconName::Failed), Some("step"), &words[3]),
    };
    let moments = step
        .moments
        .into_iter()
        .map(|one| view! { <li><time datetime=one.datetime>{one.time}</time>" · "<span>{one.text}</span></li> })
        .collect_view();
    let note = (!step.note.is_empty()).then(|| view! { <p class="journey__note">{step.note}</p> });
    let time = (!step.time.is_empty())
        .then(|| view! { <time class="journey__time" datetime=step.datetime>{step.time}</time> });
    view! {
        <li class=class aria-current=current>
            <span class="journey__mark">{icon.map(|icon| view! { <Icon name=icon/> })}</span>
            <div class="journey__body">
                <p class="journey__label">{step.label}<span class="sr-only">": "{word.clone()}</span>{time}</p>
                {note}
                <ul class="journey__moments">{moments}</ul>
            </div>
        </li>
    }
}

/// Completes a page that waits for the bank: as soon as the order has changed, the page is asked for again. Nothing
/// without JavaScript: then the browser asks by itself every few seconds.
#[island]
pub fn OrderWait(
    /// The order's id.
    id: String,
    /// What the page was made with.
    stamp: String,
) -> impl IntoView {
    let topic = format!("order:{id}");
    let id = StoredValue::new(id);
    on_change(&topic, move || {
        let stamp = stamp.clone();
        spawn_local(async move {
            if let Ok(now) = read_order_stamp(id.get_value()).await
                && now != stamp
            {
                again();
            }
        });
    });
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn again() {}

/// Asks for the page again; not while somebody writes into a field of it, which would be empty afterwards.
#[cfg(feature = "hydrate")]
pub(super) fn again() {
    const FIELDS: &str = "select, textarea, input:not([type=radio], [type=checkbox])";
    let Some(window) = web_sys::window() else { return };
    let field = window.document().and_then(|page| page.active_element());
    if field.is_some_and(|field| field.matches(FIELDS).unwrap_or(false)) {
        return;
    }
    let _ = window.location().reload();
}
