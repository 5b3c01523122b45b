use leptos::prelude::*;

use super::{Icon, IconName, Tone};

/// What a pill shows by shape and colour; the word beside it is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Running in the car.
    Active,
    /// Waiting for something outside.
    Waiting,
    /// Will be tried again.
    Retry,
    /// Ended without success.
    Failed,
    /// Money held, not charged.
    Held,
    /// Money charged.
    Charged,
    /// Can be had.
    Available,
    /// Can't be had now.
    Blocked,
    /// Planned for a date.
    Scheduled,
    /// Over, without anything wrong.
    Ended,
    /// Neutral remark.
    Info,
    /// Look at this.
    Warning,
    /// Finished well.
    Done,
}

impl Status {
    /// Its colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Active | Self::Charged | Self::Done => Tone::Done,
            Self::Waiting | Self::Retry | Self::Held | Self::Warning => Tone::Waiting,
            Self::Failed | Self::Blocked => Tone::Problem,
            Self::Scheduled | Self::Info => Tone::Info,
            Self::Available | Self::Ended => Tone::Neutral,
        }
    }

    /// Its shape.
    pub const fn icon(self) -> IconName {
        match self {
            Self::Active => IconName::Active,
            Self::Waiting => IconName::Waiting,
            Self::Retry => IconName::Retry,
            Self::Failed => IconName::Failed,
            Self::Held => IconName::Held,
            Self::Charged => IconName::Charged,
            Self::Available => IconName::Plus,
            Self::Blocked => IconName::Lock,
            Self::Scheduled => IconName::Clock,
            Self::Ended | Self::Done => IconName::Done,
            Self::Info => IconName::Info,
            Self::Warning => IconName::Warning,
        }
    }
}

/// State in a word, a colour and a shape.
#[component]
pub fn StatusPill(
    /// Shape and colour.
    kind: Status,
    /// The word, e.g. "Activo".
    #[prop(into)]
    word: String,
) -> impl IntoView {
    view! {
        <span class=format!("pill {}", kind.tone().class())>
            <Icon name=kind.icon()/>
            {word}
        </span>
    }
}
