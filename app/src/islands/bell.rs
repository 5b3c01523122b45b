//! The bell: how many notices are unread, now.

use super::live::on_change;
use crate::ui::{Icon, IconName};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How many notices the signed-in person has not read.
#[server(endpoint = "avisos/nuevos")]
pub async fn unread_notices() -> Result<i64, ServerFnError> {
    use crate::web::answer;
    answer(async move |web| {
        let user = web.require_user()?.id;
        Ok(caas::notifications::repository::unread(&mut web.caas.db.read().await?, user).await?)
    })
    .await
}

/// A link to the notices with their number, which follows what happens.
#[island]
pub fn Bell(
    /// The topic that announces changes.
    topic: String,
    /// What the link is called, such as "Notices".
    name: String,
    /// What follows the number, such as "new".
    new_word: String,
    /// The number when the page was made.
    unread: i64,
) -> impl IntoView {
    let unread = RwSignal::new(unread);
    on_change(&topic, move || {
        spawn_local(async move {
            if let Ok(count) = unread_notices().await {
                unread.set(count);
            }
        });
    });
    let label = move || match unread.get() {
        0 => name.clone(),
        count => format!("{name}, {count} {new_word}"),
    };
    view! {
        <a class="btn-icon bell" href="/avisos" aria-label=label>
            <Icon name=IconName::Bell/>
            <span class="bell__count" hidden=move || unread.get() == 0>{move || unread.get()}</span>
        </a>
    }
}
