//! The mails of accounts, in both languages. They never repeat what a stranger typed, such as a name.

use super::model::SessionUser;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::Locale;
use crate::notifications::service::{AccountEmail, send_account_email};
use crate::notifications::texts::Message;

/// A mail about an account.
#[derive(Debug, Clone, Copy)]
pub(super) enum Letter<'a> {
    /// Confirm your address.
    Confirm { secret: &'a str },
    /// Somebody signed up with an address that has an account.
    AlreadyRegistered,
    /// Choose a new password.
    Reset { secret: &'a str },
    /// Staff made an account: choose the first password.
    Invitation { secret: &'a str },
    /// The password was changed.
    PasswordChanged,
}

/// A mail's parts.
struct Parts {
    subject: &'static str,
    paragraphs: Vec<&'static str>,
    button: &'static str,
    path: String,
    secret: bool,
}

fn parts(letter: Letter<'_>, locale: Locale) -> Parts {
    match letter {
        Letter::Confirm { secret } => Parts {
            subject: locale.t("Confirma tu correo en CaaS", "Confirm your email address at CaaS"),
            paragraphs: vec![
                locale.t(
                    "Alguien ha creado una cuenta de CaaS con esta dirección. Si has sido tú, confírmala con el botón. El enlace funciona una vez, durante 24 horas.",
                    "Somebody made a CaaS account with this address. If it was you, confirm it with the button. The link works once, for 24 hours.",
                ),
                locale.t(
                    "Si no has sido tú, no hagas nada: sin confirmar, la cuenta no se puede usar.",
                    "If it wasn't you, do nothing: without confirmation the account can't be used.",
                ),
            ],
            button: locale.t("Confirmar mi correo", "Confirm my address"),
            path: format!("/confirmar-correo?token={secret}"),
            secret: true,
        },
        Letter::AlreadyRegistered => Parts {
            subject: locale.t("Ya tienes una cuenta en CaaS", "You already have a CaaS account"),
            paragraphs: vec![
                locale.t(
                    "Alguien ha intentado crear una cuenta con esta dirección, y ya tienes una. No hemos cambiado nada.",
                    "Somebody tried to make an account with this address, and you already have one. We have changed nothing.",
                ),
                locale.t(
                    "Si has sido tú, entra con tu contraseña de siempre. Si no la recuerdas, puedes pedir una nueva en la misma página.",
                    "If it was you, sign in with the password you have. If you don't remember it, you can ask for a new one on the same page.",
                ),
            ],
            button: locale.t("Entrar en mi cuenta", "Sign in"),
            path: "/entrar".to_owned(),
            secret: false,
        },
        Letter::Reset { secret } => Parts {
            subject: locale.t("Elige una contraseña nueva", "Choose a new password"),
            paragraphs: vec![
                locale.t(
                    "Has pedido una contraseña nueva para tu cuenta de CaaS. El enlace funciona una vez, durante una hora. Al usarlo se cierran todas tus sesiones.",
                    "You asked for a new password for your CaaS account. The link works once, for one hour. Using it ends all your sessions.",
                ),
                locale.t(
                    "Si no lo has pedido tú, no hagas nada: tu contraseña sigue siendo la misma.",
                    "If you didn't ask for it, do nothing: your password stays as it is.",
                ),
            ],
            button: locale.t("Elegir una contraseña nueva", "Choose a new password"),
            path: format!("/restablecer?token={secret}"),
            secret: true,
        },
        Letter::Invitation { secret } => Parts {
            subject: locale.t("Tu cuenta de CaaS está preparada", "Your CaaS account is ready"),
            paragraphs: vec![locale.t(
                "Te hemos preparado una cuenta para seguir tu compra y usar los servicios de tu coche. Elige tu contraseña con el botón. El enlace funciona una vez, durante 14 días.",
                "We have prepared an account for you to follow your purchase and use your car's services. Choose your password with the button. The link works once, for 14 days.",
            )],
            button: locale.t("Elegir mi contraseña", "Choose my password"),
            path: format!("/restablecer?token={secret}"),
            secret: true,
        },
        Letter::PasswordChanged => Parts {
            subject: locale.t("Tu contraseña ha cambiado", "Your password has changed"),
            paragraphs: vec![
                locale.t(
                    "La contraseña de tu cuenta de CaaS se acaba de cambiar y se han cerrado las demás sesiones.",
                    "The password of your CaaS account has just been changed and the other sessions have been ended.",
                ),
                locale.t(
                    "Si no has sido tú, pide ahora una contraseña nueva: eso cierra también la sesión de quien la cambió.",
                    "If it wasn't you, ask for a new password now: that also ends the session of whoever changed it.",
                ),
            ],
            button: locale.t("No he sido yo", "It wasn't me"),
            path: "/recuperar".to_owned(),
            secret: false,
        },
    }
}

/// What each mail says, for administrators. Its secret is none.
pub fn letters(locale: Locale) -> Vec<Message> {
    let secret = "…";
    [
        Letter::Confirm { secret },
        Letter::AlreadyRegistered,
        Letter::Reset { secret },
        Letter::Invitation { secret },
        Letter::PasswordChanged,
    ]
    .into_iter()
    .map(|letter| {
        let Parts { subject, paragraphs, button, .. } = parts(letter, locale);
        Message {
            subject: subject.to_owned(),
            short: String::new(),
            paragraphs: paragraphs.into_iter().map(str::to_owned).collect(),
            action: button.to_owned(),
        }
    })
    .collect()
}

/// Writes the mail in the caller's transaction; a job sends it.
pub(super) async fn mail(caas: &Caas, tx: &mut Tx, to: &SessionUser, letter: Letter<'_>) -> Result<()> {
    let Parts { subject, paragraphs, button, path, secret } = parts(letter, to.locale);
    // The name in an unconfirmed account was typed by who knows whom: it is no way to write to strangers.
    let name = match letter {
        Letter::Confirm { .. } => to.email.split('@').next().unwrap_or_default().to_owned(),
        _ => to.name.clone(),
    };
    let email = AccountEmail {
        user: to.id,
        address: to.email.clone(),
        name,
        locale: to.locale,
        subject: subject.to_owned(),
        paragraphs: paragraphs.into_iter().map(str::to_owned).collect(),
        link: Some((button.to_owned(), format!("{}{path}", caas.public_url))),
        secret,
    };
    send_account_email(caas, tx, &email).await
}
