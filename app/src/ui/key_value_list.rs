use leptos::prelude::*;

/// One fact of a [`KeyValueList`].
pub struct Fact {
    /// What it is.
    pub key: String,
    /// The value, text or any view.
    pub value: AnyView,
}

impl Fact {
    /// A fact whose value is text.
    pub fn text(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into().into_any() }
    }

    /// A fact whose value is a code: VIN, plate, id.
    pub fn code(key: impl Into<String>, value: impl Into<String>) -> Self {
        let value: String = value.into();
        Self { key: key.into(), value: view! { <span class="code">{value}</span> }.into_any() }
    }

    /// A fact whose value is any view, e.g. a pill or a link.
    pub fn view(key: impl Into<String>, value: AnyView) -> Self {
        Self { key: key.into(), value }
    }
}

/// Facts in two columns that become one where it is narrow.
#[component]
pub fn KeyValueList(
    /// The facts in order.
    facts: Vec<Fact>,
) -> impl IntoView {
    let facts =
        facts.into_iter().map(|fact| view! { <div><dt>{fact.key}</dt><dd>{fact.value}</dd></div> }).collect_view();
    view! { <dl class="facts">{facts}</dl> }
}
