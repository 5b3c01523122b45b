//! What the forms of this room have in common.

use crate::ui::{Notice, Tone};
use crate::web::{FieldError, FormState, Goto, Refusal, WebContext};
use caas::accounts::{AccountError, Role};
use leptos::prelude::*;

/// Turns what a use case refused into the form that comes back with it; what is not the person's doing goes on as it is.
pub(super) fn refused(error: AccountError, path: impl AsRef<str>, mut form: FormState) -> Result<Goto, Refusal> {
    match error {
        AccountError::Invalid(problems) => {
            for found in problems {
                form = form.wrong(found.field.as_str(), FieldError::from(found.problem));
            }
        }
        AccountError::TooManyAttempts { .. } => form = form.wrong("", FieldError::TooManyTries),
        AccountError::WrongCredentials => form = form.wrong("", FieldError::WrongCredentials),
        AccountError::EmailNotConfirmed => form = form.wrong("", FieldError::EmailNotConfirmed),
        AccountError::LinkUnusable | AccountError::NotFound => return Err(Refusal::NotFound),
        AccountError::Failure(failure) => return Err(failure.into()),
    }
    Ok(Goto::back(path, form))
}

/// What is wrong with the form as a whole, above its fields.
pub(super) fn problem_with_all(web: &WebContext, form: &FormState) -> Option<AnyView> {
    let locale = web.locale;
    let text = form.error(locale, "");
    (!text.is_empty()).then(|| view! { <Notice tone=Tone::Problem>{text}</Notice> }.into_any())
}

/// Where the mails of the demonstration are read.
pub(super) fn demo_mailbox(web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    web.site.is_sandbox.then(|| {
        let (text, link) = (
            locale.t(
                "En la demostración los correos no salen: se leen en",
                "In the demonstration no mail leaves: read it at",
            ),
            locale.t("los sistemas simulados", "the played systems"),
        );
        view! { <Notice>{text}" "<a href="/sandbox">{link}</a>"."</Notice> }.into_any()
    })
}

/// Where somebody begins after signing in.
pub(super) fn home_of(role: Role) -> &'static str {
    match role {
        Role::Customer => "/expediente",
        Role::Dealer => "/concesionario",
        Role::Support => "/soporte",
        Role::Operations => "/operaciones",
        Role::Administrator => "/admin",
    }
}

/// A path with a value in its query.
pub(super) fn with_query(path: &str, name: &str, value: &str) -> String {
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{path}?{name}={value}")
}
