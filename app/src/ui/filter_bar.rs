use leptos::prelude::*;

use super::{Icon, IconName, text::given};

/// A filter in force and the link that takes it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What is filtered, e.g. "Categoría: luz".
    pub label: String,
    /// The same page without this filter.
    pub remove_href: String,
}

impl Chip {
    /// A chip from anything that is text.
    pub fn new(label: impl Into<String>, remove_href: impl Into<String>) -> Self {
        Self { label: label.into(), remove_href: remove_href.into() }
    }
}

/// A filter form sent by `GET`, with what is in force as removable chips.
#[component]
pub fn FilterBar(
    /// Where the form goes.
    #[prop(into)]
    action: String,
    /// What the form is called, for screen readers.
    #[prop(into)]
    label: String,
    /// What the button says, e.g. "Filtrar".
    #[prop(into)]
    submit: String,
    /// What is in force.
    #[prop(optional)]
    chips: Vec<Chip>,
    /// "Quitar", said before each chip's label to screen readers.
    #[prop(optional, into)]
    remove_word: String,
    /// What the link that removes all says; empty for none.
    #[prop(optional, into)]
    clear_word: String,
    /// Where it leads; the form's own address when empty.
    #[prop(optional, into)]
    clear_href: String,
    /// How many are left, e.g. "12 servicios".
    #[prop(optional, into)]
    count: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let clear_href = if clear_href.is_empty() { action.clone() } else { clear_href };
    let any = !chips.is_empty();
    let chips = chips
        .into_iter()
        .map(|chip| {
            view! {
                <li>
                    <a class="chip" href=chip.remove_href>
                        <span class="sr-only">{remove_word.clone()}" "</span>
                        {chip.label}
                        <Icon name=IconName::Close/>
                    </a>
                </li>
            }
        })
        .collect_view();
    let clear = given(clear_word).map(|word| view! { <li><a class="chip chip--quiet" href=clear_href>{word}</a></li> });
    view! {
        <form class="filter-bar" method="get" action=action role="search" aria-label=label>
            <div class="filter-bar__fields">
                {children()}
                <button class="btn btn--secondary" type="submit"><Icon name=IconName::Filter/>{submit}</button>
            </div>
            {any.then(|| view! { <ul class="chips">{chips}{clear}</ul> })}
            {given(count).map(|count| view! { <p class="filter-bar__count" role="status">{count}</p> })}
        </form>
    }
}
