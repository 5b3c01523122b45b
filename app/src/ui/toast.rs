use leptos::prelude::*;

use super::{Icon, IconName, Tone};

/// What just happened, once, after a form was sent. Without JavaScript it simply stands at the page's top.
#[component]
pub fn Toast(
    /// Colour and icon.
    #[prop(default = Tone::Done)]
    tone: Tone,
    /// What happened.
    #[prop(into)]
    text: String,
    /// The page without the message: where the close link leads.
    #[prop(optional, into)]
    close_href: String,
    /// What the close link is called.
    #[prop(optional, into)]
    close_word: String,
) -> impl IntoView {
    let close = (!close_href.is_empty())
        .then(|| view! { <a class="btn-icon" href=close_href aria-label=close_word><Icon name=IconName::Close/></a> });
    view! {
        <div class=format!("toast {}", tone.class()) role="status">
            <Icon name=tone.icon()/>
            <p>{text}</p>
            {close}
        </div>
    }
}
