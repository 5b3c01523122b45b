//! The bell: how many notices are unread, now, and the newest of them.
//!
//! Until scripts run it is a link to the page with all notices; then it opens a panel.

use super::live::on_change;
use crate::ui::{Icon, IconName, Skeleton};
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::{Details, Summary};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys;
use serde::{Deserialize, Serialize};

/// What the panel shows, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BellPanel {
    /// How many are unread, of all.
    pub unread: i64,
    /// The newest, newest first.
    pub notices: Vec<BellNotice>,
    /// What is said when there is none.
    pub none_word: String,
    /// What the link to all says.
    pub all_word: String,
    /// What the button that marks all as read says.
    pub read_word: String,
}

/// One notice of the panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BellNotice {
    /// One line.
    pub subject: String,
    /// The page it leads to.
    pub href: String,
    /// When, to be read.
    pub time: String,
    /// When, for machines.
    pub datetime: String,
    /// Not seen so far.
    pub is_new: bool,
}

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

/// The signed-in person's newest notices.
#[server(endpoint = "avisos/ultimos")]
pub async fn latest_notices() -> Result<BellPanel, ServerFnError> {
    use crate::web::{answer, dates, local_path};
    use caas::notifications::repository::{in_app, unread};
    answer(async move |web| {
        let user = web.require_user()?;
        let mut tx = web.caas.db.read().await?;
        let unread = unread(&mut tx, user.id).await?;
        let notices = in_app(&mut tx, user.id, None, 5).await?;
        let notices = notices.into_iter().map(|notice| BellNotice {
            href: notice.link.as_deref().and_then(local_path).unwrap_or("/notificaciones").to_owned(),
            subject: notice.subject,
            time: dates::moment(notice.created_at, &user.time_zone, web.locale),
            datetime: dates::exact(notice.created_at),
            is_new: !notice.read,
        });
        Ok(BellPanel {
            unread,
            notices: notices.collect(),
            none_word: web.t("No hay avisos.", "There are no notices.").to_owned(),
            all_word: web.t("Ver todos los avisos", "See all notices").to_owned(),
            read_word: web.t("Marcar todo como leído", "Mark all as read").to_owned(),
        })
    })
    .await
}

/// The bell, with a number that follows what happens.
#[island]
pub fn Bell(
    /// The topic that announces changes.
    topic: String,
    /// What it is called, such as "Notices".
    name: String,
    /// What follows the number, such as "new".
    new_word: String,
    /// The number when the page was made.
    unread: i64,
) -> impl IntoView {
    let unread = RwSignal::new(unread);
    let said = RwSignal::new(String::new());
    let panel = RwSignal::new(None::<BellPanel>);
    let is_open = RwSignal::new(false);
    // The first picture is the server's link; the panel needs scripts.
    let is_alive = RwSignal::new(false);
    Effect::new(move || is_alive.set(true));

    let label = {
        let (name, new_word) = (name.clone(), new_word.clone());
        Signal::derive(move || words(&name, &new_word, unread.get()))
    };
    let set_count = move |count: i64| {
        if count > unread.get_untracked() {
            said.set(words(&name, &new_word, count));
        }
        unread.set(count);
    };
    let set_count = StoredValue::new(set_count);
    let load = move || {
        spawn_local(async move {
            if let Ok(newest) = latest_notices().await {
                set_count.with_value(|set| set(newest.unread));
                panel.set(Some(newest));
            }
        });
    };
    on_change(&topic, move || {
        if is_open.get_untracked() {
            load();
            return;
        }
        spawn_local(async move {
            if let Ok(count) = unread_notices().await {
                set_count.with_value(|set| set(count));
            }
        });
    });
    let opened = move |open: bool| {
        is_open.set(open);
        if open {
            load();
        }
    };
    view! {
        {move || match is_alive.get() {
            false => view! { <a class="btn-icon bell" href="/notificaciones" aria-label=label>{mark(unread)}</a> }.into_any(),
            true => view! { <BellMenu label=label unread=unread panel=panel opened=Callback::new(opened)/> }.into_any(),
        }}
        <span class="sr-only" role="status">{said}</span>
    }
}

fn words(name: &str, new_word: &str, unread: i64) -> String {
    match unread {
        0 => name.to_owned(),
        count => format!("{name}, {count} {new_word}"),
    }
}

fn mark(unread: RwSignal<i64>) -> impl IntoView {
    let number = move || if unread.get() > 99 { "99+".to_owned() } else { unread.get().to_string() };
    view! {
        <Icon name=IconName::Bell/>
        <span class="bell__count" aria-hidden="true" hidden=move || unread.get() == 0>{number}</span>
    }
}

/// The bell with its panel. Escape closes it and gives the focus back; leaving it closes it.
#[component]
fn BellMenu(
    label: Signal<String>,
    unread: RwSignal<i64>,
    panel: RwSignal<Option<BellPanel>>,
    opened: Callback<bool>,
) -> impl IntoView {
    let menu = NodeRef::<Details>::new();
    let opener = NodeRef::<Summary>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
            if let Some(opener) = opener.get_untracked() {
                let _ = opener.focus();
            }
        }
    };
    let on_leave = move |event: FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside = menu.get_untracked().is_some_and(|menu| menu.contains(to.as_ref()));
        if to.is_some() && !is_inside {
            close();
        }
    };
    let on_toggle = move |_| opened.run(menu.get_untracked().is_some_and(|menu| menu.open()));
    view! {
        <details class="menu menu--bell" node_ref=menu on:toggle=on_toggle on:keydown=on_key on:focusout=on_leave>
            <summary class="btn-icon bell" node_ref=opener aria-label=label>{mark(unread)}</summary>
            <div class="menu__panel bell-panel">
                {move || match panel.get() {
                    None => view! { <Skeleton label=label.get_untracked()/> }.into_any(),
                    Some(panel) => content(panel).into_any(),
                }}
            </div>
        </details>
    }
}

fn content(panel: BellPanel) -> impl IntoView {
    let none = panel.notices.is_empty().then(|| view! { <p class="bell-panel__none">{panel.none_word}</p> });
    let items = panel
        .notices
        .into_iter()
        .map(|notice| {
            let class = if notice.is_new { "bell-panel__item bell-panel__item--new" } else { "bell-panel__item" };
            view! {
                <li class=class>
                    <a href=notice.href>
                        <span>{notice.subject}</span>
                        <time datetime=notice.datetime>{notice.time}</time>
                    </a>
                </li>
            }
        })
        .collect_view();
    let read = (panel.unread > 0).then(|| {
        view! { <form method="post" action="/api/avisos/leidos"><button>{panel.read_word}</button></form> }
    });
    view! {
        {none}
        <ul>{items}</ul>
        <hr/>
        <a href="/notificaciones">{panel.all_word}</a>
        {read}
    }
}
