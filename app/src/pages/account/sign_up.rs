//! A new account.

use super::forms::{demo_mailbox, problem_with_all, refused};
use crate::ui::{Button, ButtonKind, Choice, Field, SelectField};
use crate::web::{FormState, Goto, Page, PageResult, WebContext, submit};
use caas::accounts::rules::PASSWORD_MAX;
use caas::accounts::{self, COUNTRIES};
use leptos::prelude::*;

/// `/registro`
pub(super) async fn sign_up_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    if web.user.is_some() {
        return Err(Goto::to("/cuenta").into());
    }
    let form = web.form("registro");
    let mut countries: Vec<_> = COUNTRIES.iter().map(|c| Choice::new(c.code, c.name(locale))).collect();
    // The first stays on top; the others in the order of their names.
    countries[1..].sort_by_key(|choice| choice.label.to_lowercase());
    let country = Some(form.value("country")).filter(|code| !code.is_empty()).unwrap_or_else(|| "ES".to_owned());
    let title = locale.t("Crea tu cuenta", "Create your account");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            {problem_with_all(&web, &form)}
            <form class="form" method="post" action="/api/registro">
                <Field label=locale.t("Nombre", "Name") name="name" value=form.value("name") error=form.error(locale, "name")
                    autocomplete="name" maxlength=100 required=true autofocus=true/>
                <Field label=locale.t("Correo", "Email") name="email" kind="email" value=form.value("email")
                    error=form.error(locale, "email") autocomplete="username" maxlength=254 required=true
                    help=locale.t("Te enviaremos un enlace para confirmarlo.", "We will send you a link to confirm it.")/>
                <SelectField label=locale.t("País de residencia", "Country of residence") name="country" choices=countries
                    value=country error=form.error(locale, "country") required=true
                    help=locale.t("Decide los precios, los impuestos y tus derechos.", "It decides prices, taxes and your rights.")/>
                <Field label=locale.t("Contraseña", "Password") name="password" kind="password" autocomplete="new-password"
                    error=form.error(locale, "password") required=true maxlength=PASSWORD_MAX as u32
                    help=locale.t(
                        "Al menos 10 caracteres. Sin reglas de mayúsculas ni signos: una frase corta va bien.",
                        "At least 10 characters. No rules about capitals or signs: a short sentence works well.",
                    )/>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary wide=true>{locale.t("Crear mi cuenta", "Create my account")}</Button>
                </div>
            </form>
            <p>
                {locale.t("¿Ya tienes cuenta?", "Do you have an account?")}" "
                <a href="/entrar">{locale.t("Entrar", "Sign in")}</a>
            </p>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// `/registro/revisa-tu-correo`: the same for an address that had an account.
pub(super) async fn check_your_mail_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let title = locale.t("Revisa tu correo", "Check your mail");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            <p class="lead">
                {locale.t("Te hemos escrito para seguir con tu cuenta.", "We have written to you to go on with your account.")}
            </p>
            <p>
                {locale.t(
                    "Abre el mensaje y sigue el enlace. Funciona una vez, durante 24 horas. Si no llega en unos minutos, mira en el correo no deseado o vuelve a registrarte.",
                    "Open the message and follow the link. It works once, for 24 hours. If it does not arrive within a few minutes, look in your spam folder or sign up again.",
                )}
            </p>
            {demo_mailbox(&web)}
            <p><a href="/entrar">{locale.t("Ir a entrar", "Go to sign-in")}</a></p>
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// Makes an account that waits for confirmation.
#[server(endpoint = "registro")]
pub async fn sign_up(
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] country: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let kept = FormState::new("registro").with("name", &name).with("email", &email).with("country", &country);
        let form = accounts::SignUp { name, email, password, country, locale: web.locale };
        match accounts::sign_up(&web.caas, &form, web.address).await {
            Ok(()) => Ok(Goto::to("/registro/revisa-tu-correo")),
            Err(error) => refused(error, "/registro", kept),
        }
    })
    .await
}
