use super::IconName;

/// How a thing feels: green for "the car confirmed", amber for "waiting", red for "a person is needed".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Tone {
    /// Nothing to say by colour.
    #[default]
    Neutral,
    /// Good to know.
    Info,
    /// Confirmed, delivered, in order.
    Done,
    /// Waiting or trying again.
    Waiting,
    /// Needs a person.
    Problem,
}

impl Tone {
    /// The CSS class that carries the colours of this tone.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Info => "tone-info",
            Self::Done => "tone-done",
            Self::Waiting => "tone-waiting",
            Self::Problem => "tone-problem",
        }
    }

    /// The icon that repeats the tone as a shape.
    pub const fn icon(self) -> IconName {
        match self {
            Self::Neutral | Self::Info => IconName::Info,
            Self::Done => IconName::Done,
            Self::Waiting => IconName::Waiting,
            Self::Problem => IconName::Warning,
        }
    }
}
