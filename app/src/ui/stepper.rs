use leptos::prelude::*;

use super::{Icon, IconName, text::given};

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Where we are.
    Current,
    /// Ahead.
    Ahead,
    /// Went wrong.
    Failed,
}

/// One step of a [`Stepper`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happens in it.
    pub label: String,
    /// When, or another small remark; may be empty.
    pub note: String,
    /// Where it stands.
    pub state: StepState,
}

impl Step {
    /// A step from anything that is text.
    pub fn new(label: impl Into<String>, note: impl Into<String>, state: StepState) -> Self {
        Self { label: label.into(), note: note.into(), state }
    }
}

/// The way of an order or a form: what is behind, where we are, what comes.
#[component]
pub fn Stepper(
    /// What the way is called, for screen readers.
    #[prop(into)]
    label: String,
    /// The steps in order.
    steps: Vec<Step>,
) -> impl IntoView {
    let steps = steps
        .into_iter()
        .map(|step| {
            let (class, icon, current) = match step.state {
                StepState::Done => ("step step--done", Some(IconName::Done), None),
                StepState::Current => ("step step--current", None, Some("step")),
                StepState::Ahead => ("step", None, None),
                StepState::Failed => ("step step--failed", Some(IconName::Failed), None),
            };
            view! {
                <li class=class aria-current=current>
                    <span class="step__mark">{icon.map(|icon| view! { <Icon name=icon/> })}</span>
                    <span class="step__label">{step.label}</span>
                    {given(step.note).map(|note| view! { <span class="step__note">{note}</span> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="stepper" aria-label=label>{steps}</ol> }
}
