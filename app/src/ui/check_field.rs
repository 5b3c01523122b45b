use leptos::prelude::*;

use super::{
    Icon, IconName,
    text::{control_id, described_by, given},
};

/// A yes-or-no, e.g. a consent: the box and the whole sentence are one target.
#[component]
pub fn CheckField(
    /// The sentence agreed to.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(into)]
    name: String,
    /// What the form sends when it is ticked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
    /// Ticked already. Consents never are.
    #[prop(optional)]
    checked: bool,
    /// More about it.
    #[prop(optional, into)]
    help: String,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: String,
    /// Own id; made from the name otherwise.
    #[prop(optional, into)]
    id: String,
    /// Must be ticked.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let id = control_id(id, &name);
    let described = described_by(&id, &help, &error);
    let invalid = (!error.is_empty()).then_some("true");
    let help_id = format!("{id}-help");
    let error_id = format!("{id}-error");
    let class = if error.is_empty() { "check" } else { "check field--error" };
    view! {
        <div class=class>
            <input
                type="checkbox"
                id=id.clone()
                name=name
                value=value
                checked=checked
                required=required
                aria-describedby=described
                aria-invalid=invalid
            />
            <label for=id>{label}</label>
            {given(help).map(|help| view! { <p class="field__help" id=help_id>{help}</p> })}
            {given(error)
                .map(|error| view! { <p class="field__error" id=error_id><Icon name=IconName::Warning/><span>{error}</span></p> })}
        </div>
    }
}

/// One of a few answers as a card with a radio button; put several into a `<fieldset class="choices">`.
#[component]
pub fn ChoiceCard(
    /// The answer.
    #[prop(into)]
    label: String,
    /// The form's name of the question.
    #[prop(into)]
    name: String,
    /// What the form sends.
    #[prop(into)]
    value: String,
    /// Chosen already.
    #[prop(optional)]
    checked: bool,
    /// Can't be chosen now; the note says why.
    #[prop(optional)]
    disabled: bool,
    /// At the right, e.g. the price.
    #[prop(optional, into)]
    aside: String,
    /// Small line under the answer.
    #[prop(optional, into)]
    note: String,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=checked disabled=disabled/>
            <span class="choice__label">{label}</span>
            {given(aside).map(|aside| view! { <span class="choice__aside">{aside}</span> })}
            {given(note).map(|note| view! { <span class="choice__note">{note}</span> })}
        </label>
    }
}
