//! Signing in and out.

use super::forms::{home_of, problem_with_all, refused, with_query};
use crate::ui::{Button, ButtonKind, Field};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, WebContext, local_path, submit};
use caas::accounts::{self, AccountError, DEMO_ACCOUNTS, DEMO_PASSWORD};
use caas::sales::demo::{BUYERS, has_buyers};
use leptos::prelude::*;

/// `/entrar?siguiente=/…`
pub(super) async fn sign_in_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let next = web.query("siguiente").filter(|path| local_path(path).is_some());
    if let Some(user) = &web.user {
        return Err(Goto::to(next.as_deref().unwrap_or(home_of(user.role))).into());
    }
    let next = next.unwrap_or_default();
    let form = web.form("entrar");
    let demo = if web.site.is_sandbox { Some(demo_accounts(&web, &next, has_buyers(&web.caas).await?)) } else { None };
    let title = locale.t("Entra en tu cuenta", "Sign in");
    let body = view! {
        <div class="auth__box stack">
            <h1>{title}</h1>
            {problem_with_all(&web, &form)}
            <form class="form" method="post" action="/api/entrar">
                <input type="hidden" name="next" value=next.clone()/>
                <Field label=locale.t("Correo", "Email") name="email" kind="email" value=form.value("email")
                    error=form.error(locale, "email") autocomplete="username" required=true autofocus=true/>
                <Field label=locale.t("Contraseña", "Password") name="password" kind="password"
                    error=form.error(locale, "password") autocomplete="current-password" required=true/>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary wide=true>{locale.t("Entrar", "Sign in")}</Button>
                </div>
            </form>
            <p><a href="/recuperar">{locale.t("He olvidado mi contraseña", "I forgot my password")}</a></p>
            <p>
                {locale.t("¿Aún no tienes cuenta?", "No account yet?")}" "
                <a href="/registro">{locale.t("Crear una cuenta", "Create an account")}</a>
            </p>
            {demo}
        </div>
    };
    Ok(Page::new(title, body).class("page auth"))
}

/// One button for each role of the demonstration, and for who has bought a car. The server refuses to play outside
/// systems in production.
fn demo_accounts(web: &WebContext, next: &str, with_buyers: bool) -> impl IntoView + use<> {
    let locale = web.locale;
    let button = |email: &'static str, label: String| {
        view! {
            <form method="post" action="/api/entrar">
                <input type="hidden" name="next" value=next.to_owned()/>
                <input type="hidden" name="email" value=email/>
                <input type="hidden" name="password" value=DEMO_PASSWORD/>
                <Button wide=true>{label}</Button>
            </form>
        }
    };
    let buttons = DEMO_ACCOUNTS
        .iter()
        .map(|demo| button(demo.email, format!("{} · {}", demo.name, demo.role.label(locale))))
        .collect_view();
    let buyers = with_buyers.then(|| {
        let all = BUYERS
            .iter()
            .map(|buyer| button(buyer.email, format!("{} · {}", buyer.name, locale.t(buyer.stage.0, buyer.stage.1))))
            .collect_view();
        view! {
            <details class="stack stack--s">
                <summary class="btn btn--secondary btn--wide">{locale.t("Clientes que han comprado un coche", "Customers who have bought a car")}</summary>
                <div class="stack stack--s">{all}</div>
            </details>
        }
    });
    view! {
        <section class="section stack stack--s">
            <h2>{locale.t("Cuentas de demostración", "Demonstration accounts")}</h2>
            <p class="muted small">
                {locale.t("Entra con un clic. La contraseña de todas es", "Sign in with one click. The password of all is")}
                " "<code class="code">{DEMO_PASSWORD}</code>"."
            </p>
            {buttons}
            {buyers}
        </section>
    }
}

/// Signs in and goes where the person wanted to be.
#[server(endpoint = "entrar")]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let next = local_path(&next);
        match accounts::sign_in(&web.caas, &email, &password, web.address).await {
            Ok(user) => {
                web.sign_in(user.id).await?;
                Ok(Goto::to(next.unwrap_or(home_of(user.role))).toast(Message::SignedIn))
            }
            Err(error) => {
                let back = next.map_or("/entrar".to_owned(), |next| with_query("/entrar", "siguiente", next));
                refused(error, back, FormState::new("entrar").with("email", &email))
            }
        }
    })
    .await
}

/// Signs out of this browser.
#[server(endpoint = "salir")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    submit(async move |web| {
        if let (Some(user), Some(secret)) = (&web.user, &web.session) {
            match accounts::sign_out(&web.caas, user.id, &accounts::session_handle(secret)).await {
                // Ended from elsewhere in the meantime: that is what was wanted.
                Ok(()) | Err(AccountError::NotFound) => {}
                Err(AccountError::Failure(failure)) => return Err(failure.into()),
                Err(_) => return Err(Refusal::NotFound),
            }
        }
        web.sign_out().await?;
        Ok(Goto::to("/").toast(Message::SignedOut))
    })
    .await
}
