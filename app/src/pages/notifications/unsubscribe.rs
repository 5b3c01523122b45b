//! `/baja/{token}`: the link in mails that may be switched off. Looking at it changes nothing: mail scanners follow links.
//! The button posts to the same address, as mail programs do by themselves (RFC 8058).

use super::words;
use crate::ui::{Button, ButtonKind, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Page, PageResult, Refusal, WebContext};
use caas::notifications::model::Channel;
use caas::notifications::preferences::{of, unsubscribe_target};
use leptos::prelude::*;

/// The page.
pub(super) async fn unsubscribe_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let token = web.param("token").to_owned();
    let mut tx = web.caas.db.read().await?;
    let (user, group) = unsubscribe_target(&mut tx, &token).await?.ok_or(Refusal::NotFound)?;
    let wanted = of(&mut tx, user).await?.wants(group, Channel::Email, true);
    drop(tx);
    let name = words::group(group, locale);
    let title = locale.t("Correos que no quieres recibir", "Emails you don't want");
    let body = if wanted {
        let question = format!(
            "{} «{name}». {}",
            locale.t(
                "Vas a dejar de recibir los correos opcionales de",
                "You will stop receiving the optional emails of"
            ),
            locale.t("Lo imprescindible te seguirá llegando.", "What is essential will still reach you."),
        );
        view! {
            <PageHeader title=title/>
            <form class="form card" method="post" action=format!("/baja/{token}")>
                <p>{question}</p>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary>{locale.t("No recibir más", "Stop them")}</Button>
                </div>
            </form>
        }
        .into_any()
    } else {
        view! {
            <PageHeader title=title/>
            <Notice tone=Tone::Done title=locale.t("Hecho", "Done")
                action=view! { <LinkButton href="/cuenta/avisos">{locale.t("Cambiar mis avisos", "Change my messages")}</LinkButton> }.into_any()>
                {format!("{} «{name}».", locale.t("Ya no recibes los correos opcionales de", "You no longer receive the optional emails of"))}
            </Notice>
        }
        .into_any()
    };
    Ok(Page::new(title, body).class("page page--narrow"))
}
