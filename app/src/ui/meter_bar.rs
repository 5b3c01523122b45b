use leptos::prelude::*;

use super::{Tone, text::given};

/// A measured value against its limit, e.g. the state of a maintenance block.
#[component]
pub fn MeterBar(
    /// What is measured.
    #[prop(into)]
    label: String,
    /// The value in words, e.g. "62 %".
    #[prop(into)]
    text: String,
    /// The value in per cent.
    percent: u32,
    /// Where the limit is, in per cent, when there is one.
    #[prop(optional)]
    threshold: Option<u32>,
    /// The limit in words, e.g. "mínimo 70 %".
    #[prop(optional, into)]
    threshold_text: String,
    /// Its colour.
    #[prop(default = Tone::Neutral)]
    tone: Tone,
) -> impl IntoView {
    let percent = percent.min(100);
    let mark = threshold.map(|at| {
        let at = at.min(100).to_string();
        view! { <line class="meter__limit" x1=at.clone() x2=at y1="0" y2="8"/> }
    });
    view! {
        <div class=format!("meter {}", tone.class())>
            <p class="meter__text"><span>{label}</span><strong>{text}</strong></p>
            <svg class="meter__bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect class="meter__room" x="0" y="2" width="100" height="4"/>
                <rect class="meter__value" x="0" y="2" width=percent.to_string() height="4"/>
                {mark}
            </svg>
            {given(threshold_text).map(|text| view! { <p class="meter__note">{text}</p> })}
        </div>
    }
}
