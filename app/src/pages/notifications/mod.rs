//! What was said to the signed-in person inside the product, newest first, and how they want to be reached.

mod preferences;
mod unsubscribe;
pub(crate) mod words;

pub(crate) use preferences::preferences_card;

use crate::ui::{Button, ButtonKind, EmptyState, Icon, IconName, LinkButton, PageHeader, Pager, Status, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{Goto, Message, Page, PageResult, Role, Route, WebContext, get, local_path, submit};
use caas::accounts::SessionUser;
use caas::kernel::ids::NotificationId;
use caas::kernel::locale::Locale;
use caas::notifications::model::InAppNotice;
use caas::notifications::repository::{in_app, mark_all_read};
use leptos::prelude::*;

/// Notices on one page.
const PAGE: i64 = 20;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/notificaciones", notices_page),
        get("/cuenta/avisos", preferences::preferences_page),
        get("/baja/{token}", unsubscribe::unsubscribe_page),
    ]
}

/// `/notificaciones`
async fn notices_page(web: WebContext) -> PageResult {
    let user = web.require_user()?;
    let locale = web.locale;
    let before: Option<NotificationId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut notices = in_app(&mut web.caas.db.read().await?, user.id, before, PAGE + 1).await?;
    let earlier = notices.len() > PAGE as usize;
    notices.truncate(PAGE as usize);
    let next = match notices.last() {
        Some(last) if earlier => format!("/notificaciones?antes={}", last.id),
        _ => String::new(),
    };
    let first = if before.is_some() { "/notificaciones" } else { "" };
    let title = locale.t("Avisos", "Notices");
    let lead = match web.unread {
        0 => locale.t("Todo leído.", "All read.").to_owned(),
        1 => locale.t("1 sin leer.", "1 unread.").to_owned(),
        count => format!("{count} {}.", locale.t("sin leer", "unread")),
    };
    let list = if notices.is_empty() {
        nothing(user, locale).into_any()
    } else {
        let items = notices.iter().map(|notice| item(notice, user, locale)).collect_view();
        view! { <ul class="lines">{items}</ul> }.into_any()
    };
    let header = if web.unread > 0 {
        let actions = view! {
            <form method="post" action="/api/avisos/leidos">
                <Button icon=IconName::Done>{locale.t("Marcar todo como leído", "Mark all as read")}</Button>
            </form>
        };
        view! { <PageHeader title=title lead=lead actions=actions.into_any()/> }.into_any()
    } else {
        view! { <PageHeader title=title lead=lead/> }.into_any()
    };
    let body = view! {
        {header}
        {list}
        <Pager label=locale.t("Páginas de avisos", "Pages of notices")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).class("page page--narrow"))
}

fn item(notice: &InAppNotice, user: &SessionUser, locale: Locale) -> AnyView {
    // Links are written by us, but only a path of ours is ever followed.
    let link = notice.link.as_deref().and_then(local_path).map(str::to_owned);
    let subject = notice.subject.clone();
    let title = match link {
        Some(href) => view! { <a href=href>{subject}</a> }.into_any(),
        None => subject.into_any(),
    };
    let paragraphs = notice
        .body
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line = line.to_owned();
            view! { <p class="muted">{line}</p> }
        })
        .collect_view();
    let new = (!notice.read).then(|| view! { <StatusPill kind=Status::Info word=locale.t("Nuevo", "New")/> });
    let class = if notice.read { "line" } else { "line line--new" };
    view! {
        <li class=class>
            <div class="line__text">
                <p class="line__title">{title}</p>
                {paragraphs}
            </div>
            <div class="line__end">
                <time class="muted small" datetime=exact(notice.created_at)>{moment(notice.created_at, &user.time_zone, locale)}</time>
                {new}
            </div>
        </li>
    }
    .into_any()
}

fn nothing(user: &SessionUser, locale: Locale) -> AnyView {
    let (href, words) = match user.role {
        Role::Customer => ("/expediente", locale.t("Ir a tu expediente", "Go to your cars")),
        _ => ("/", locale.t("Ir al inicio", "Go to the start page")),
    };
    let action = view! { <LinkButton href=href kind=ButtonKind::Secondary>{words}</LinkButton> };
    view! {
        <EmptyState title=locale.t("No hay avisos", "There are no notices") action=action.into_any()>
            <p>
                <Icon name=IconName::Bell/>" "
                {locale.t(
                    "Cuando tu coche confirme algo, o algo falle, lo verás aquí y en tu correo.",
                    "When your car confirms something, or something fails, you will see it here and in your mail.",
                )}
            </p>
        </EmptyState>
    }
    .into_any()
}

/// Marks everything as read.
#[server(endpoint = "avisos/leidos")]
pub async fn mark_notices_read() -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let mut tx = web.caas.db.begin().await?;
        mark_all_read(&mut tx, user, web.caas.now()).await?;
        tx.commit().await?;
        Ok(Goto::to("/notificaciones").toast(Message::Saved))
    })
    .await
}
