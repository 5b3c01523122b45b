//! "There is news": the story of the customer's cars has grown since the page was made.
//!
//! The page is not changed under its reader's eyes: a link leads to the newest entries.

use super::live::on_change;
use crate::ui::{Icon, IconName};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How many entries the signed-in customer's story has that are newer than this number.
#[server(endpoint = "expediente/novedades")]
pub async fn story_news(
    /// Number of the newest entry when the page was made.
    since: i64,
) -> Result<i64, ServerFnError> {
    use crate::web::{Role, answer};
    answer(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        Ok(caas::expediente::repository::newer_than(&mut web.caas.db.read().await?, customer, since).await?)
    })
    .await
}

/// A link that appears as soon as the story has grown. Nothing without JavaScript: then a reload shows the same.
#[island]
pub fn StoryLive(
    /// The topic that announces changes.
    topic: String,
    /// Number of the newest entry when the page was made.
    since: i64,
    /// Where the newest entries are; without an anchor, so that the browser loads it even when it is the same page.
    href: String,
    /// What the link says.
    word: String,
) -> impl IntoView {
    let news = RwSignal::new(0i64);
    on_change(&topic, move || {
        spawn_local(async move {
            if let Ok(count) = story_news(since).await {
                news.set(count);
            }
        });
    });
    view! {
        <p class="story-news" role="status">
            {move || {
                (news.get() > 0)
                    .then(|| view! { <a class="chip" href=href.clone()><Icon name=IconName::Bell/>{word.clone()}</a> })
            }}
        </p>
    }
}
