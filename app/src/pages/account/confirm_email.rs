//! Confirming an address. The link only shows a button: programs that look through mail follow links, and must not
//! confirm anything.

use super::forms::{problem_with_all, refused, with_query};
use super::recovery::dead_link;
use crate::ui::{Button, ButtonKind};
use crate::web::{FormState, Goto, Message, Page, PageResult, WebContext, submit};
use caas::accounts::{self, AccountError};
use leptos::prelude::*;

/// `/confirmar-correo?token=…`
pub(super) async fn confirm_email_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let token = web.query("token").unwrap_or_default();
    let title = locale.t("Confirma tu correo", "Confirm your email address");
    if !accounts::link_works(&web.caas, &token).await? {
        let advice = locale.t(
            "Entra con tu contraseña y te enviaremos un enlace nuevo.",
            "Sign in with your password and we will send you a new link.",
        );
        return Ok(dead_link(&web, title, advice, "/entrar", locale.t("Ir a entrar", "Go to sign-in")));
    }
    let form = web.form("confirmar");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            {problem_with_all(&web, &form)}
            <p>{locale.t("Un último paso: confirma que este correo es tuyo.", "One last step: confirm that this address is yours.")}</p>
            <form class="form" method="post" action="/api/confirmar-correo">
                <input type="hidden" name="token" value=token/>
                <Button kind=ButtonKind::Primary wide=true>{locale.t("Confirmar mi correo", "Confirm my address")}</Button>
            </form>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// Confirms the address.
#[server(endpoint = "confirmar-correo")]
pub async fn confirm_email(#[server(default)] token: String) -> Result<(), ServerFnError> {
    submit(async move |web| match accounts::confirm_email(&web.caas, &token, web.address).await {
        Ok(()) => Ok(Goto::to("/entrar").toast(Message::EmailConfirmed)),
        Err(AccountError::LinkUnusable) => Ok(Goto::to("/entrar").toast(Message::LinkExpired)),
        Err(error) => refused(error, with_query("/confirmar-correo", "token", &token), FormState::new("confirmar")),
    })
    .await
}
