//! Language and colours, kept in cookies so that visitors have them too.

use super::{Goto, WebContext, local_path, submit};
use caas::kernel::locale::Locale;
use caas::{accounts, codes};
use leptos::prelude::*;

codes! {
    /// The colours somebody chose.
    pub enum Theme {
        /// As the device has it.
        Auto = "auto",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

/// The language cookie's name.
pub const LANGUAGE_COOKIE: &str = "lang";

/// The colours cookie's name.
pub const THEME_COOKIE: &str = "theme";

/// Chooses the language and goes back to where the form stood.
#[server(endpoint = "preferencias/idioma")]
pub async fn set_language(
    /// The language's code.
    lang: String,
    /// The page the form stood on.
    back: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        if let Ok(locale) = lang.parse::<Locale>() {
            web.remember_language(locale);
            if let Some(user) = &web.user {
                // Who is signed in is answered, and written to, in the language of the account.
                accounts::change_language(&web.caas, user.id, locale).await?;
            }
        }
        Ok(Goto::to(local_path(&back).unwrap_or("/")))
    })
    .await
}

/// Chooses the colours and goes back to where the form stood.
#[server(endpoint = "preferencias/tema")]
pub async fn set_theme(
    /// The choice's code.
    theme: String,
    /// The page the form stood on.
    back: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        if let Ok(theme) = theme.parse::<Theme>() {
            web.set_cookie(choice(THEME_COOKIE, theme.as_str()));
        }
        Ok(Goto::to(local_path(&back).unwrap_or("/")))
    })
    .await
}

impl WebContext {
    /// Keeps the language in this browser, for the time after signing out.
    pub fn remember_language(&self, locale: Locale) {
        self.set_cookie(choice(LANGUAGE_COOKIE, locale.as_str()));
    }
}

fn choice(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax")
}
