use leptos::prelude::*;

/// Holds the room of what is on its way, so that nothing jumps when it comes.
#[component]
pub fn Skeleton(
    /// Lines of text it stands for.
    #[prop(default = 3)]
    lines: u32,
    /// What is loading, for screen readers.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let lines = (0..lines).map(|_| view! { <span class="skeleton__line"></span> }).collect_view();
    view! {
        <div class="skeleton" role="status">
            <span class="sr-only">{label}</span>
            {lines}
        </div>
    }
}
