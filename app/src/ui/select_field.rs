use leptos::prelude::*;

use super::{
    field::FieldFrame,
    text::{control_id, described_by},
};

/// One answer of a [`SelectField`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice from anything that is text.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of several answers, from a list.
#[component]
pub fn SelectField(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(into)]
    name: String,
    /// The answers, in order.
    choices: Vec<Choice>,
    /// Value of the chosen one.
    #[prop(optional, into)]
    value: String,
    /// How to answer.
    #[prop(optional, into)]
    help: String,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: String,
    /// The word for "optional" beside the label.
    #[prop(optional, into)]
    optional_word: String,
    /// Own id; made from the name otherwise.
    #[prop(optional, into)]
    id: String,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let id = control_id(id, &name);
    let described = described_by(&id, &help, &error);
    let invalid = (!error.is_empty()).then_some("true");
    let choices = choices
        .into_iter()
        .map(|choice| {
            let chosen = choice.value == value;
            view! { <option value=choice.value selected=chosen>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <FieldFrame id=id.clone() label=label help=help error=error optional_word=optional_word>
            <select class="input" id=id name=name required=required aria-describedby=described aria-invalid=invalid>
                {choices}
            </select>
        </FieldFrame>
    }
}
