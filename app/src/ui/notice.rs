use leptos::prelude::*;

use super::{Icon, Tone, text::given};

/// Something to know where it matters: what happened, whether money moved, what to do now.
#[component]
pub fn Notice(
    /// Colour and icon; [`Tone::Problem`] is announced at once.
    #[prop(default = Tone::Info)]
    tone: Tone,
    /// One line in bold.
    #[prop(optional, into)]
    title: String,
    /// A button or link: what to do now.
    #[prop(optional)]
    action: Option<AnyView>,
    /// The explanation.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Problem { "alert" } else { "status" };
    view! {
        <div class=format!("notice {}", tone.class()) role=role>
            <Icon name=tone.icon()/>
            <div class="notice__body">
                {given(title).map(|title| view! { <p class="notice__title">{title}</p> })}
                <div>{children()}</div>
                {action.map(|action| view! { <div class="actions">{action}</div> })}
            </div>
        </div>
    }
}
