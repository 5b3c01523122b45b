//! The live activation instrument: headline, money, timeline, next attempt, and what can be done now.
//!
//! The server makes the whole story as finished text; this island only shows it, asks for it again when something was
//! announced, and counts the seconds to the next attempt.

use super::countdown::{Countdown, tick};
use super::live::on_change;
use crate::ui::{ActivationTimeline, ConfirmBox, Icon, IconName, NextAttempt, TimelineEntry, Tone};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// How an activation stands, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationStory {
    /// Something is still to come by itself.
    pub live: bool,
    /// How it feels.
    pub tone: Tone,
    /// Where it stands in one sentence.
    pub headline: String,
    /// What the amount is: "Cobrado", "Retenido, no cobrado".
    pub amount_label: String,
    /// Complete amount.
    pub amount: String,
    /// Where the money is, in one sentence.
    pub money: String,
    /// What happened, oldest first.
    pub entries: Vec<StoryEntry>,
    /// The next attempt, while one is waited for.
    pub next: Option<StoryNext>,
    /// What the customer can do now.
    pub actions: StoryActions,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryEntry {
    /// Its shape.
    pub mark: StoryMark,
    /// Its colour.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// When, to be read; may be empty.
    pub time: String,
    /// When, for machines; may be empty.
    pub datetime: String,
    /// Why, and what it means; may be empty.
    pub text: String,
    /// It is happening now.
    pub current: bool,
}

/// What kind of thing an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoryMark {
    /// The order.
    Ordered,
    /// Money held, or asked for.
    Held,
    /// An attempt under way or without success.
    Attempt,
    /// The vehicle confirmed.
    Confirmed,
    /// Waiting.
    Waiting,
    /// A refusal.
    Refused,
    /// A person has it.
    Ticket,
    /// Money taken.
    Charged,
    /// Money free again or given back.
    Released,
    /// It ended.
    Ended,
}

impl StoryMark {
    fn icon(self) -> IconName {
        match self {
            StoryMark::Ordered => IconName::Document,
            StoryMark::Held => IconName::Held,
            StoryMark::Attempt => IconName::Retry,
            StoryMark::Confirmed => IconName::Active,
            StoryMark::Waiting => IconName::Waiting,
            StoryMark::Refused => IconName::Failed,
            StoryMark::Ticket => IconName::Ticket,
            StoryMark::Charged => IconName::Charged,
            StoryMark::Released => IconName::Refund,
            StoryMark::Ended => IconName::Done,
        }
    }
}

/// The next attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryNext {
    /// What comes: "Siguiente intento (3 de 5)".
    pub title: String,
    /// When, to be read.
    pub time: String,
    /// When, for machines.
    pub datetime: String,
    /// What the customer may do meanwhile.
    pub text: String,
    /// Seconds from the moment the story was made.
    pub seconds_left: u32,
    /// Seconds of the whole wait.
    pub seconds_in_all: u32,
}

/// What the customer can do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryActions {
    /// The order's id, for the forms.
    pub id: String,
    /// Cancel, with a question before.
    pub cancel: Option<StoryQuestion>,
    /// Confirm with the bank: where, and what the link says.
    pub bank: Option<StoryLink>,
    /// What the button says by which the customer tells that it is confirmed.
    pub confirmed: String,
    /// Order once more.
    pub again: Option<StoryLink>,
    /// Why nothing can be done at this moment; may be empty.
    pub note: String,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryLink {
    /// Where to.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// A question before something that can't be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryQuestion {
    /// What opens it.
    pub opener: String,
    /// The question.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What the answer says.
    pub button: String,
    /// Where it is asked instead, on a page that stands still; empty: here.
    pub href: String,
    /// It is being asked.
    pub open: bool,
}

/// Words that never change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryWords {
    /// What the timeline is called.
    pub timeline: String,
    /// The countdown at its end.
    pub now: String,
    /// That the page follows by itself.
    pub follow: String,
    /// The page itself, for whoever wants to ask now.
    pub update: StoryLink,
    /// The connection is lost.
    pub offline: String,
}

/// How an order of one's own stands now.
#[server(endpoint = "activacion/historia")]
pub async fn read_activation(id: String) -> Result<ActivationStory, ServerFnError> {
    use crate::web::{Refusal, answer};
    answer(async move |web| {
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        crate::pages::activation::story(&web, id).await
    })
    .await
}

/// The instrument. Right without JavaScript; with it, it follows what happens.
#[island]
pub fn ActivationLive(
    /// The order's id.
    id: String,
    /// How it stood when the page was made.
    story: ActivationStory,
    /// Words that stay.
    words: StoryWords,
) -> impl IntoView {
    let countdown = Countdown::of(story.next.as_ref());
    let story = RwSignal::new(story);
    let is_lost = RwSignal::new(false);
    let topic = format!("activation:{id}");
    let id = StoredValue::new(id);
    let ask = move || {
        spawn_local(async move {
            match read_activation(id.get_value()).await {
                Ok(now) => {
                    countdown.restart(now.next.as_ref());
                    story.set(now);
                    is_lost.set(false);
                }
                Err(_) => is_lost.set(true),
            }
        });
    };
    on_change(&topic, ask);
    tick(countdown, move || story.with_untracked(|story| story.live), ask);

    let tone = Memo::new(move |_| story.with(|story| story.tone));
    let headline = Memo::new(move |_| story.with(|story| story.headline.clone()));
    let entries = Memo::new(move |_| story.with(|story| story.entries.clone()));
    let next = Memo::new(move |_| story.with(|story| story.next.clone()));
    let actions = Memo::new(move |_| story.with(|story| story.actions.clone()));
    let is_live = Memo::new(move |_| story.with(|story| story.live));
    let StoryWords { timeline, now, follow, update, offline } = words;
    view! {
        <div>
            <section class=move || format!("verdict {}", tone.get().class())>
                <p class="verdict__title">
                    {move || view! { <Icon name=tone.get().icon()/> }}
                    <span role="status">{move || headline.get()}</span>
                </p>
                <p class="verdict__money">
                    <span class="verdict__label">{move || story.with(|story| story.amount_label.clone())}</span>
                    <strong class="verdict__amount">{move || story.with(|story| story.amount.clone())}</strong>
                </p>
                <p class="verdict__text">{move || story.with(|story| story.money.clone())}</p>
                {move || what_to_do(actions.get())}
            </section>
            <p class="muted small" hidden=move || !is_lost.get()>{offline}</p>
            <ActivationTimeline label=timeline>
                {move || entries.get().into_iter().map(entry).collect_view()}
                {move || next.get().map(|next| waiting(next, countdown, now.clone()))}
            </ActivationTimeline>
            <p class="muted small" hidden=move || !is_live.get()>{follow}" "<a href=update.href>{update.label}</a></p>
        </div>
    }
}

fn entry(entry: StoryEntry) -> impl IntoView {
    let StoryEntry { mark, tone, title, time, datetime, text, current } = entry;
    view! { <TimelineEntry icon=mark.icon() tone=tone title=title time=time datetime=datetime text=text current=current/> }
}

fn waiting(next: StoryNext, countdown: Countdown, now: String) -> impl IntoView {
    let left = Signal::derive(move || countdown.left().unwrap_or_else(|| now.clone()));
    let fraction = Signal::derive(move || countdown.hundredths());
    let StoryNext { title, time, datetime, text, .. } = next;
    view! { <NextAttempt title=title time=time datetime=datetime left=left fraction=fraction text=text/> }
}

fn what_to_do(actions: StoryActions) -> impl IntoView {
    let StoryActions { id, cancel, bank, confirmed, again, note } = actions;
    let bank = bank.map(|link| {
        let id = id.clone();
        view! {
            <div class="actions">
                <a class="btn btn--primary" href=link.href>{link.label}<Icon name=IconName::External/></a>
                <form method="post" action="/api/activacion/confirmado">
                    <input type="hidden" name="id" value=id/>
                    <button class="btn btn--secondary">{confirmed}</button>
                </form>
            </div>
        }
    });
    let again = again.map(|link| {
        view! { <div class="actions"><a class="btn btn--primary" href=link.href>{link.label}</a></div> }
    });
    let cancel = cancel.map(|question| {
        if !question.href.is_empty() {
            let (href, opener) = (question.href, question.opener);
            return view! { <div class="actions"><a class="btn btn--secondary" href=href>{opener}</a></div> }
                .into_any();
        }
        view! {
            <ConfirmBox opener=question.opener title=question.title open=question.open>
                <p>{question.text}</p>
                <form method="post" action="/api/activacion/cancelar">
                    <input type="hidden" name="id" value=id/>
                    <button class="btn btn--danger">{question.button}</button>
                </form>
            </ConfirmBox>
        }
        .into_any()
    });
    let note = (!note.is_empty()).then(|| view! { <p class="muted small">{note}</p> });
    (bank, again, cancel, note)
}
