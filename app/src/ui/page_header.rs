use leptos::prelude::*;

use super::{Icon, IconName, text::given};

/// One step of the way here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub label: String,
}

impl Crumb {
    /// A crumb from anything that is text.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// Breadcrumb, title, one lead sentence, and what can be done with the whole page.
#[component]
pub fn PageHeader(
    /// The page's `h1`.
    #[prop(into)]
    title: String,
    /// One sentence under the title.
    #[prop(optional, into)]
    lead: String,
    /// The way here, without the page itself.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What the breadcrumb is called for screen readers, e.g. "Estás en".
    #[prop(default = "Ruta".to_owned(), into)]
    crumbs_label: String,
    /// Buttons or a pill at the title's side.
    #[prop(optional)]
    actions: Option<AnyView>,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| {
        view! {
            <nav class="crumbs" aria-label=crumbs_label>
                <ol>
                    {crumbs
                        .into_iter()
                        .map(|crumb| view! { <li><a href=crumb.href>{crumb.label}</a><Icon name=IconName::Chevron/></li> })
                        .collect_view()}
                </ol>
            </nav>
        }
    });
    view! {
        <header class="page-header">
            {crumbs}
            <div class="page-header__row">
                <div>
                    <h1>{title}</h1>
                    {given(lead).map(|lead| view! { <p class="lead">{lead}</p> })}
                </div>
                {actions.map(|actions| view! { <div class="actions">{actions}</div> })}
            </div>
        </header>
    }
}
