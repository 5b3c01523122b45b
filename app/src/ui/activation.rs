//! The parts of the activation instrument: a vertical timeline that says in words what happens to the
//! car and to the money. The parts are static; an island may draw them again when something changed.

use leptos::prelude::*;

use super::{Icon, IconName, Tone, text::given};

/// The frame: an ordered list of [`TimelineEntry`] and [`NextAttempt`].
#[component]
pub fn ActivationTimeline(
    /// What it is the story of, for screen readers.
    #[prop(into)]
    label: String,
    /// The entries.
    children: Children,
) -> impl IntoView {
    view! { <ol class="timeline" aria-label=label>{children()}</ol> }
}

/// One thing that happened: the hold, an attempt with its reason, the confirmation.
#[component]
pub fn TimelineEntry(
    /// Colour of the mark.
    #[prop(optional)]
    tone: Tone,
    /// Shape in the mark.
    icon: IconName,
    /// What happened, e.g. "Intento 2 de 5: el coche estaba en marcha".
    #[prop(into)]
    title: String,
    /// When, ready to read, e.g. "hoy, 10:42".
    #[prop(optional, into)]
    time: String,
    /// When, for machines (RFC 3339).
    #[prop(optional, into)]
    datetime: String,
    /// Plain words: why, and what it means.
    #[prop(optional, into)]
    text: String,
    /// It is happening now.
    #[prop(optional)]
    current: bool,
) -> impl IntoView {
    let class = if current { "timeline__entry timeline__entry--now" } else { "timeline__entry" };
    view! {
        <li class=format!("{class} {}", tone.class()) aria-current=current.then_some("step")>
            <span class="timeline__mark"><Icon name=icon/></span>
            <div class="timeline__body">
                <p class="timeline__title">{title}</p>
                {given(time).map(|time| view! { <time datetime=given(datetime)>{time}</time> })}
                {given(text).map(|text| view! { <p class="timeline__text">{text}</p> })}
            </div>
        </li>
    }
}

/// When the car is asked again, with a ring that runs empty. `left` and `fraction` may be signals of an island.
#[component]
pub fn NextAttempt(
    /// What comes, e.g. "Siguiente intento (3 de 5)".
    #[prop(into)]
    title: String,
    /// When, ready to read, e.g. "a las 10:46".
    #[prop(into)]
    time: String,
    /// When, for machines (RFC 3339).
    #[prop(optional, into)]
    datetime: String,
    /// What is left, e.g. "1:42".
    #[prop(into)]
    left: Signal<String>,
    /// What is left of the wait, in hundredths.
    #[prop(into)]
    fraction: Signal<u32>,
    /// What the person may do meanwhile.
    #[prop(optional, into)]
    text: String,
) -> impl IntoView {
    view! {
        <li class="timeline__entry timeline__entry--next tone-waiting">
            <span class="timeline__mark"><Icon name=IconName::Clock/></span>
            <div class="timeline__body">
                <p class="timeline__title">{title}</p>
                <time datetime=given(datetime)>{time}</time>
                {given(text).map(|text| view! { <p class="timeline__text">{text}</p> })}
            </div>
            <div class="ring">
                <svg viewBox="0 0 44 44" aria-hidden="true">
                    <circle class="ring__room" cx="22" cy="22" r="19"/>
                    <circle
                        class="ring__left"
                        cx="22"
                        cy="22"
                        r="19"
                        pathLength="100"
                        stroke-dasharray="100"
                        stroke-dashoffset=move || (100 - fraction.get().min(100)).to_string()
                    />
                </svg>
                <span class="ring__text" role="timer">{move || left.get()}</span>
            </div>
        </li>
    }
}

/// How it ended, and what was charged, in large figures.
#[component]
pub fn Verdict(
    /// [`Tone::Done`] when the car confirmed, [`Tone::Waiting`] while it is tried, [`Tone::Problem`] else.
    tone: Tone,
    /// One sentence, e.g. "Tu coche lo ha confirmado".
    #[prop(into)]
    title: String,
    /// What the amount is, e.g. "Cobrado", "Retenido, no cobrado", "Cobrado por este servicio".
    #[prop(into)]
    amount_label: String,
    /// Complete amount, e.g. "0,00 €".
    #[prop(into)]
    amount: String,
    /// What happens to the money and what comes next.
    #[prop(optional, into)]
    text: String,
    /// What can be done now.
    #[prop(optional)]
    action: Option<AnyView>,
) -> impl IntoView {
    view! {
        <section class=format!("verdict {}", tone.class()) role="status">
            <p class="verdict__title"><Icon name=tone.icon()/>{title}</p>
            <p class="verdict__money">
                <span class="verdict__label">{amount_label}</span>
                <strong class="verdict__amount">{amount}</strong>
            </p>
            {given(text).map(|text| view! { <p class="verdict__text">{text}</p> })}
            {action.map(|action| view! { <div class="actions">{action}</div> })}
        </section>
    }
}
