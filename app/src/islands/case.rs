//! Two people on one case: each sees that the other is there, what is new, and what one is writing is kept.

use super::live::on_change;
use super::pace::Pace;
use crate::ui::{Icon, IconName, TextArea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// Who else looks at a case, and how far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSigns {
    /// Others who look at it, by name.
    pub others: Vec<String>,
    /// Its version.
    pub version: i64,
    /// The last line of its conversation; may be empty.
    pub last_message: String,
}

/// Words that never change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseWords {
    /// Before the names of others.
    pub also_here: String,
    /// There is something new.
    pub news: String,
    /// What the link that shows it says.
    pub show: String,
}

/// Gives a sign, and reads those of others.
#[server(endpoint = "soporte/presencia")]
pub async fn read_case_signs(#[server(default)] number: String) -> Result<CaseSigns, ServerFnError> {
    use crate::web::answer;
    answer(async move |web| crate::pages::support::read_case_signs(&web, &number).await).await
}

/// Who else is here, and that something is new. The page is not changed under its reader's eyes.
#[island]
pub fn CaseLive(
    /// The case's number.
    number: String,
    /// The topic that announces changes.
    topic: String,
    /// How it stood when the page was made.
    signs: CaseSigns,
    /// The page itself.
    href: String,
    /// Words that stay.
    words: CaseWords,
) -> impl IntoView {
    let shown = StoredValue::new(signs.clone());
    let now = RwSignal::new(signs);
    let number = StoredValue::new(number);
    let pace = Pace::new(move |done| {
        spawn_local(async move {
            if let Ok(signs) = read_case_signs(number.get_value()).await {
                now.set(signs);
            }
            done();
        });
    });
    on_change(&topic, move || pace.ask());
    every_so_often(move || pace.ask());

    let CaseWords { also_here, news, show } = words;
    let is_new = Memo::new(move |_| {
        now.with(|now| shown.with_value(|shown| now.version != shown.version || now.last_message != shown.last_message))
    });
    let others = Memo::new(move |_| now.with(|now| now.others.join(", ")));
    view! {
        <div class="case-signs" role="status">
            {move || {
                let others = others.get();
                (!others.is_empty())
                    .then(|| view! { <p class="case-signs__who"><Icon name=IconName::User/>{also_here.clone()}" "{others}</p> })
            }}
            {move || {
                is_new.get()
                    .then(|| view! { <p class="case-signs__news"><Icon name=IconName::Bell/>{news.clone()}" "<a href=href.clone()>{show.clone()}</a></p> })
            }}
        </div>
    }
}

/// As long as the page is open, others are to know it.
#[cfg(feature = "hydrate")]
fn every_so_often(ask: impl Fn() + 'static) {
    let timer = set_interval_with_handle(ask, std::time::Duration::from_secs(25));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}

/// On the server nothing runs.
#[cfg(not(feature = "hydrate"))]
fn every_so_often(_ask: impl Fn() + 'static) {}

/// Keeps what is being written to the customer.
#[server(endpoint = "soporte/borrador")]
pub async fn keep_draft(
    #[server(default)] number: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    use crate::web::answer;
    answer(async move |web| crate::pages::support::keep_draft(&web, &number, &text).await).await
}

/// The box for the answer. With JavaScript what is written is kept a moment later; without, when the form is sent.
#[island]
pub fn DraftBox(
    /// The case's number.
    number: String,
    /// What the box is called.
    label: String,
    /// How to answer.
    help: String,
    /// What stands in it already.
    text: String,
    /// The most characters.
    longest: u32,
    /// What is said when it was kept.
    kept: String,
    /// And while it was not.
    lost: String,
) -> impl IntoView {
    let number = StoredValue::new(number);
    let written = StoredValue::new(text.clone());
    let said = RwSignal::new(None::<bool>);
    let pace = Pace::new(move |done| {
        spawn_local(async move {
            let text = written.get_value();
            let kept = keep_draft(number.get_value(), text.clone()).await.is_ok();
            // What was written meanwhile is not kept yet.
            if !kept || text == written.get_value() {
                said.set(Some(kept));
            }
            done();
        });
    });
    let on_input = move |event: leptos::ev::Event| {
        written.set_value(event_target_value(&event));
        said.set(None);
        pace.ask();
    };
    view! {
        <div on:input=on_input>
            <TextArea label=label name="text" id="respuesta" help=help value=text rows=8 maxlength=longest required=true/>
            <p class="muted small draft-state" role="status">
                {move || match said.get() {
                    None => String::new(),
                    Some(true) => kept.clone(),
                    Some(false) => lost.clone(),
                }}
            </p>
        </div>
    }
}
