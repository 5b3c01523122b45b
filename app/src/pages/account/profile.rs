//! Name, language and password.

use super::forms::{problem_with_all, refused};
use crate::ui::{Button, ButtonKind, Choice, Field, SelectField};
use crate::web::{FieldError, FormState, Goto, Message, WebContext, submit};
use caas::accounts::rules::PASSWORD_MAX;
use caas::accounts::{self, Profile, SessionUser};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Name, phone and time zone.
pub(super) fn profile_form(web: &WebContext, user: &SessionUser) -> impl IntoView + use<> {
    let locale = web.locale;
    let mut form = web.form("perfil");
    if form.values.is_empty() {
        form = form
            .with("name", &user.name)
            .with("phone", user.phone.as_deref().unwrap_or_default())
            .with("time_zone", &user.time_zone);
    }
    let zones =
        accounts::time_zones().into_iter().map(|zone| Choice::new(zone, zone.replace('_', " "))).collect::<Vec<_>>();
    view! {
        <section class="card stack" id="perfil">
            <h2>{locale.t("Tus datos", "Your details")}</h2>
            {problem_with_all(web, &form)}
            <form class="form" method="post" action="/api/cuenta/perfil">
                <Field label=locale.t("Nombre", "Name") name="name" value=form.value("name") error=form.error(locale, "name")
                    autocomplete="name" maxlength=100 required=true/>
                <Field label=locale.t("Teléfono", "Phone") name="phone" kind="tel" value=form.value("phone")
                    error=form.error(locale, "phone") autocomplete="tel" optional_word=locale.t("opcional", "optional")
                    help=locale.t("Con prefijo: +34 600 000 000.", "With its country code: +44 7700 900000.")/>
                <SelectField label=locale.t("Zona horaria", "Time zone") name="time_zone" choices=zones
                    value=form.value("time_zone") error=form.error(locale, "time_zone") required=true
                    help=locale.t("En ella se cuentan tus días y periodos.", "Your days and periods are counted in it.")/>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary>{locale.t("Guardar mis datos", "Save my details")}</Button>
                </div>
            </form>
        </section>
    }
}

/// The language of pages and mails.
pub(super) fn language_form(web: &WebContext, user: &SessionUser) -> impl IntoView + use<> {
    let locale = web.locale;
    let languages = vec![Choice::new("es", "Español"), Choice::new("en", "English")];
    let error = web.form("idioma").error(locale, "locale");
    view! {
        <section class="card stack" id="idioma">
            <h2>{locale.t("Idioma", "Language")}</h2>
            <form class="form" method="post" action="/api/cuenta/idioma">
                <SelectField label=locale.t("Idioma de las páginas y los correos", "Language of pages and mails") name="locale"
                    choices=languages value=user.locale.as_str() error=error required=true/>
                <div class="form__actions"><Button>{locale.t("Cambiar el idioma", "Change the language")}</Button></div>
            </form>
        </section>
    }
}

/// Another password.
pub(super) fn password_form(web: &WebContext, user: &SessionUser) -> impl IntoView + use<> {
    let locale = web.locale;
    let form = web.form("contrasena");
    view! {
        <section class="card stack" id="contrasena">
            <h2>{locale.t("Contraseña", "Password")}</h2>
            <p>{locale.t("Al cambiarla se cierran tus demás sesiones.", "Changing it ends your other sessions.")}</p>
            {problem_with_all(web, &form)}
            <form class="form" method="post" action="/api/cuenta/contrasena">
                // For password managers: whose password this is.
                <input type="hidden" name="username" autocomplete="username" value=user.email.clone()/>
                <Field label=locale.t("Contraseña actual", "Current password") name="current_password" kind="password"
                    error=form.error(locale, "current_password") autocomplete="current-password" required=true/>
                <Field label=locale.t("Contraseña nueva", "New password") name="password" kind="password"
                    error=form.error(locale, "password") autocomplete="new-password" required=true maxlength=PASSWORD_MAX as u32
                    help=locale.t("Al menos 10 caracteres. Una frase corta va bien.", "At least 10 characters. A short sentence works well.")/>
                <div class="form__actions"><Button>{locale.t("Cambiar la contraseña", "Change the password")}</Button></div>
            </form>
        </section>
    }
}

/// Keeps name, phone and time zone.
#[server(endpoint = "cuenta/perfil")]
pub async fn save_profile(
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] time_zone: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let kept = FormState::new("perfil").with("name", &name).with("phone", &phone).with("time_zone", &time_zone);
        match accounts::change_profile(&web.caas, user, &Profile { name, phone, time_zone }).await {
            Ok(()) => Ok(Goto::to("/cuenta").toast(Message::Saved)),
            Err(error) => refused(error, "/cuenta#perfil", kept),
        }
    })
    .await
}

/// Changes the language of pages and mails.
#[server(endpoint = "cuenta/idioma")]
pub async fn save_language(#[server(default)] locale: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let form = FormState::new("idioma");
        let Ok(locale) = locale.parse::<Locale>() else {
            return Ok(Goto::back("/cuenta#idioma", form.wrong("locale", FieldError::UnknownChoice)));
        };
        match accounts::change_language(&web.caas, user, locale).await {
            Ok(()) => {
                web.remember_language(locale);
                Ok(Goto::to("/cuenta").toast(Message::Saved))
            }
            Err(error) => refused(error, "/cuenta#idioma", form),
        }
    })
    .await
}

/// Changes the password; this browser stays signed in, under a new secret.
#[server(endpoint = "cuenta/contrasena")]
pub async fn save_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let session = web.session.as_deref().map(accounts::session_handle).unwrap_or_default();
        match accounts::change_password(&web.caas, user, &session, &current_password, &password).await {
            Ok(()) => {
                web.sign_in(user).await?;
                Ok(Goto::to("/cuenta").toast(Message::PasswordChanged))
            }
            Err(error) => refused(error, "/cuenta#contrasena", FormState::new("contrasena")),
        }
    })
    .await
}
