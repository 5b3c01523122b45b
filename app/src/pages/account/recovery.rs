//! A new password by mail.

use super::forms::{demo_mailbox, problem_with_all, refused, with_query};
use crate::ui::{Button, ButtonKind, Field, LinkButton, Notice, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, WebContext, submit};
use caas::accounts::rules::PASSWORD_MAX;
use caas::accounts::{self, AccountError};
use leptos::prelude::*;

/// `/recuperar`
pub(super) async fn recovery_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let form = web.form("recuperar");
    let title = locale.t("Recupera tu cuenta", "Get back into your account");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            <p>{locale.t("Escribe tu correo y te enviaremos un enlace para elegir una contraseña nueva.", "Enter your email and we will send you a link to choose a new password.")}</p>
            {problem_with_all(&web, &form)}
            <form class="form" method="post" action="/api/recuperar">
                <Field label=locale.t("Correo", "Email") name="email" kind="email" value=form.value("email")
                    error=form.error(locale, "email") autocomplete="username" required=true autofocus=true/>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary wide=true>{locale.t("Enviarme el enlace", "Send me the link")}</Button>
                </div>
            </form>
            <p><a href="/entrar">{locale.t("Volver a entrar", "Back to sign-in")}</a></p>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// `/recuperar/revisa-tu-correo`: the same whether there is an account or not.
pub(super) async fn check_your_mail_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let title = locale.t("Revisa tu correo", "Check your mail");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            <p class="lead">
                {locale.t(
                    "Si la dirección tiene cuenta, recibirás un correo con un enlace.",
                    "If the address has an account, you will get an email with a link.",
                )}
            </p>
            <p>{locale.t("El enlace funciona una vez, durante una hora.", "The link works once, for one hour.")}</p>
            {demo_mailbox(&web)}
            <p><a href="/entrar">{locale.t("Volver a entrar", "Back to sign-in")}</a></p>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// `/restablecer?token=…`
pub(super) async fn reset_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let token = web.query("token").unwrap_or_default();
    let title = locale.t("Elige tu contraseña", "Choose your password");
    if !accounts::link_works(&web.caas, &token).await? {
        let advice =
            locale.t("Pide un enlace nuevo; llega en un momento.", "Ask for a new link; it arrives in a moment.");
        return Ok(dead_link(
            &web,
            title,
            advice,
            "/recuperar",
            locale.t("Pedir un enlace nuevo", "Ask for a new link"),
        ));
    }
    let form = web.form("restablecer");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            <p>{locale.t("Al guardarla se cierran todas tus sesiones.", "Saving it ends all your sessions.")}</p>
            {problem_with_all(&web, &form)}
            <form class="form" method="post" action="/api/restablecer">
                <input type="hidden" name="token" value=token/>
                <Field label=locale.t("Contraseña nueva", "New password") name="password" kind="password"
                    error=form.error(locale, "password") autocomplete="new-password" required=true autofocus=true
                    maxlength=PASSWORD_MAX as u32
                    help=locale.t("Al menos 10 caracteres. Una frase corta va bien.", "At least 10 characters. A short sentence works well.")/>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary wide=true>{locale.t("Guardar mi contraseña", "Save my password")}</Button>
                </div>
            </form>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// The page for a link that no longer works, with what to do instead.
pub(super) fn dead_link(
    web: &WebContext,
    title: &'static str,
    advice: &'static str,
    href: &'static str,
    label: &'static str,
) -> Page {
    let locale = web.locale;
    let action = view! { <LinkButton href=href>{label}</LinkButton> }.into_any();
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            <Notice tone=Tone::Waiting
                title=locale.t("Este enlace ya se ha usado o ha caducado", "This link has been used or has expired") action=action>
                {advice}
            </Notice>
        </div>
    };
    Page::new(title, body).class("page auth")
}

/// Asks for the link.
#[server(endpoint = "recuperar")]
pub async fn request_reset(#[server(default)] email: String) -> Result<(), ServerFnError> {
    submit(async move |web| match accounts::request_password_reset(&web.caas, &email, web.address).await {
        Ok(()) => Ok(Goto::to("/recuperar/revisa-tu-correo")),
        Err(error) => refused(error, "/recuperar", FormState::new("recuperar").with("email", &email)),
    })
    .await
}

/// Sets the new password.
#[server(endpoint = "restablecer")]
pub async fn reset_password(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| match accounts::reset_password(&web.caas, &token, &password, web.address).await {
        Ok(()) => Ok(Goto::to("/entrar").toast(Message::PasswordChanged)),
        Err(AccountError::LinkUnusable) => Ok(Goto::to("/recuperar").toast(Message::LinkExpired)),
        Err(error) => refused(error, with_query("/restablecer", "token", &token), FormState::new("restablecer")),
    })
    .await
}
