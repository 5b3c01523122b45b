use leptos::prelude::*;

/// A table with a caption and sticky heads that turns into cards where it is narrow.
/// Give each `<td>` a `data-label` with its column's name; figures get class `num`.
#[component]
pub fn DataTable(
    /// What the table lists; read by screen readers, shown unless `caption_hidden`.
    #[prop(into)]
    caption: String,
    /// The caption is only read, not shown.
    #[prop(optional)]
    caption_hidden: bool,
    /// Column heads in order; a leading `#` marks a column of figures.
    #[prop(into)]
    heads: Vec<String>,
    /// The rows: `<tr>`s.
    children: Children,
) -> impl IntoView {
    let heads = heads
        .into_iter()
        .map(|head| match head.strip_prefix('#') {
            Some(figures) => view! { <th scope="col" class="num">{figures.to_owned()}</th> }.into_any(),
            None => view! { <th scope="col">{head}</th> }.into_any(),
        })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <caption class:sr-only=caption_hidden>{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
