use leptos::prelude::*;

use super::{Icon, IconName, text::given};

/// How much a button asks for attention; one primary a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// One of several.
    #[default]
    Secondary,
    /// Hardly more than a link.
    Quiet,
    /// What can't be undone.
    Danger,
}

impl ButtonKind {
    /// The CSS classes.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn--primary",
            Self::Secondary => "btn btn--secondary",
            Self::Quiet => "btn btn--quiet",
            Self::Danger => "btn btn--danger",
        }
    }
}

/// A button that sends its form, or (with `kind_attr="button"`) one that an island listens to.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconName>,
    /// `submit` or `button`.
    #[prop(default = "submit")]
    kind_attr: &'static str,
    /// Name sent with the form when this button sent it.
    #[prop(optional, into)]
    name: String,
    /// Value sent with it.
    #[prop(optional, into)]
    value: String,
    /// Id of a form elsewhere on the page.
    #[prop(optional, into)]
    form: String,
    /// Takes the whole width.
    #[prop(optional)]
    wide: bool,
    /// Can't be pressed now; say beside it why.
    #[prop(optional)]
    disabled: bool,
    /// What it does, in words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=kind.class()
            class:btn--wide=wide
            type=kind_attr
            name=given(name)
            value=given(value)
            form=given(form)
            disabled=disabled
        >
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {children()}
        </button>
    }
}

/// A link that looks like a button: it goes somewhere, it does nothing.
#[component]
pub fn LinkButton(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconName>,
    /// Takes the whole width.
    #[prop(optional)]
    wide: bool,
    /// Where it leads, in words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() class:btn--wide=wide href=href>
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {children()}
        </a>
    }
}
