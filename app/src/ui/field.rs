use leptos::prelude::*;

use super::{
    Icon, IconName,
    text::{control_id, described_by, given},
};

/// Label above, help under it, the control, then its error; shared by all controls.
#[component]
pub(super) fn FieldFrame(
    /// Id of the control.
    id: String,
    /// What is asked.
    label: String,
    /// How to answer.
    help: String,
    /// What is wrong and how to put it right.
    error: String,
    /// The word for "optional", when it is.
    optional_word: String,
    /// The control.
    children: Children,
) -> impl IntoView {
    let help_id = format!("{id}-help");
    let error_id = format!("{id}-error");
    let class = if error.is_empty() { "field" } else { "field field--error" };
    view! {
        <div class=class>
            <label for=id>
                {label}
                {given(optional_word).map(|word| view! { " "<span class="field__optional">{word}</span> })}
            </label>
            {given(help).map(|help| view! { <p class="field__help" id=help_id>{help}</p> })}
            {children()}
            {given(error)
                .map(|error| view! { <p class="field__error" id=error_id><Icon name=IconName::Warning/><span>{error}</span></p> })}
        </div>
    }
}

/// One line of input with label, help and error wired for screen readers.
#[component]
pub fn Field(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(into)]
    name: String,
    /// What stands in it already.
    #[prop(optional, into)]
    value: String,
    /// `text`, `email`, `password`, `tel`, `number`, `date`, `search`…
    #[prop(default = "text")]
    kind: &'static str,
    /// How to answer; stands above the input.
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
    /// Browser's help, e.g. `email`, `current-password`.
    #[prop(optional, into)]
    autocomplete: String,
    /// Keyboard on a phone, e.g. `numeric`.
    #[prop(optional, into)]
    inputmode: String,
    /// Pattern the browser checks.
    #[prop(optional, into)]
    pattern: String,
    /// Least value or date.
    #[prop(optional, into)]
    min: String,
    /// Greatest value or date.
    #[prop(optional, into)]
    max: String,
    /// Step of a number.
    #[prop(optional, into)]
    step: String,
    /// Most characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
    /// Can be read and sent, not changed.
    #[prop(optional)]
    readonly: bool,
    /// Takes the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// In the code typeface: VIN, plate, code.
    #[prop(optional)]
    code: bool,
) -> impl IntoView {
    let id = control_id(id, &name);
    let described = described_by(&id, &help, &error);
    let invalid = (!error.is_empty()).then_some("true");
    let class = if code { "input code" } else { "input" };
    view! {
        <FieldFrame id=id.clone() label=label help=help error=error optional_word=optional_word>
            <input
                class=class
                id=id
                name=name
                type=kind
                value=given(value)
                autocomplete=given(autocomplete)
                inputmode=given(inputmode)
                pattern=given(pattern)
                min=given(min)
                max=given(max)
                step=given(step)
                maxlength=maxlength.map(|most| most.to_string())
                required=required
                readonly=readonly
                autofocus=autofocus
                aria-describedby=described
                aria-invalid=invalid
            />
        </FieldFrame>
    }
}
