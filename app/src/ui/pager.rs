use leptos::prelude::*;

use super::{Icon, IconName, text::given};

/// Earlier and later pages of a list paged by key.
#[component]
pub fn Pager(
    /// What the links are for, for screen readers.
    #[prop(into)]
    label: String,
    /// Address of the page before; empty for none.
    #[prop(optional, into)]
    previous_href: String,
    /// What that link says.
    #[prop(optional, into)]
    previous_word: String,
    /// Address of the page after; empty for none.
    #[prop(optional, into)]
    next_href: String,
    /// What that link says.
    #[prop(optional, into)]
    next_word: String,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label=label>
            {given(previous_href)
                .map(|href| view! { <a class="btn btn--quiet pager__previous" rel="prev" href=href><Icon name=IconName::Chevron/>{previous_word}</a> })}
            {given(next_href)
                .map(|href| view! { <a class="btn btn--quiet pager__next" rel="next" href=href>{next_word}<Icon name=IconName::Chevron/></a> })}
        </nav>
    }
}
