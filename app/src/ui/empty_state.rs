use leptos::prelude::*;

/// Nothing here yet: a small drawing, why, and the next step.
#[component]
pub fn EmptyState(
    /// What is not here.
    #[prop(into)]
    title: String,
    /// A link or button: the next step.
    #[prop(optional)]
    action: Option<AnyView>,
    /// It is all there is on the page, so its title is the page's.
    #[prop(optional)]
    whole_page: bool,
    /// Why, and what will stand here.
    children: Children,
) -> impl IntoView {
    let title = if whole_page { view! { <h1>{title}</h1> }.into_any() } else { view! { <h2>{title}</h2> }.into_any() };
    view! {
        <div class="empty">
            <svg class="empty__drawing" viewBox="0 0 160 72" aria-hidden="true">
                <path class="line" d="M8 60h144"/>
                <path class="ink" d="M28 56c-4-1-6-4-5-9 1-4 5-6 12-7l14-3c9-9 17-14 31-14 16 0 25 6 34 14 12 1 19 4 21 10 1 5 0 8-4 9"/>
                <path class="ink" d="M66 56h30"/>
                <circle class="ink" cx="52" cy="56" r="9"/>
                <circle class="ink" cx="112" cy="56" r="9"/>
                <path class="signal" d="M80 14V8m-9 8-4-5m22 5 4-5"/>
            </svg>
            {title}
            <div class="muted">{children()}</div>
            {action.map(|action| view! { <div class="actions">{action}</div> })}
        </div>
    }
}
