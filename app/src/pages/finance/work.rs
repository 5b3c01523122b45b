//! What people of finance did about something, in order.

use crate::ui::{ActivationTimeline, IconName, TimelineEntry, Tone};
use crate::web::dates::{exact, moment};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// One thing that was done.
pub(super) struct Deed {
    /// What, and who did it.
    pub title: String,
    /// When.
    pub at: Timestamp,
    /// What they wrote about it.
    pub text: String,
}

/// What was done; a word where nobody did anything yet.
pub(super) fn work(deeds: Vec<Deed>, zone: &str, locale: Locale) -> AnyView {
    if deeds.is_empty() {
        let text = locale.t("Nadie la ha tocado todavía.", "Nobody has touched it yet.");
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let entries = deeds
        .into_iter()
        .map(|Deed { title, at, text }| {
            let (time, datetime) = (moment(at, zone, locale), exact(at));
            view! { <TimelineEntry tone=Tone::Neutral icon=IconName::User title=title time=time datetime=datetime text=text/> }
        })
        .collect_view();
    view! { <ActivationTimeline label=locale.t("Trabajo de finanzas", "Finance's work")>{entries}</ActivationTimeline> }
        .into_any()
}
