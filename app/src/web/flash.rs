//! What one request says to the next through a short-lived cookie: messages, and the state of a form that came back.
//!
//! A cookie rather than the session, so that visitors need no session row and a form works without JavaScript. It holds
//! codes and what the person typed themselves, never a password, and is written out only through escaping views.

use super::Message;
use super::messages::problem_text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caas::kernel::locale::Locale;
use std::collections::BTreeMap;

/// The cookie's name.
pub const FLASH_COOKIE: &str = "__Host-flash";

/// Browsers keep 4096 bytes of a cookie; name and attributes need some of them.
const MAX_COOKIE: usize = 3800;

/// The longest text of one field that comes back with its form.
pub const LONGEST_TEXT: usize = 2000;

/// Fields whose typed text is never kept, whatever the form says.
const SECRET_FIELDS: &[&str] = &["password", "passwd", "secret", "token", "code"];

/// What the request before wanted to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// Messages, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "m")]
    pub messages: Vec<Message>,
    /// A form that came back.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "f")]
    pub form: Option<FormState>,
}

impl Flash {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.form.is_none()
    }

    /// Reads the cookie's value; nonsense is silence.
    pub fn from_cookie(value: &str) -> Flash {
        URL_SAFE_NO_PAD.decode(value).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    }

    /// The `Set-Cookie` value, or nothing when there is nothing to say. What was typed is left out when it is too long.
    pub fn to_cookie(&self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let mut flash = self.clone();
        let mut value = flash.encode();
        if value.len() > MAX_COOKIE
            && let Some(form) = &mut flash.form
        {
            form.values.clear();
            value = flash.encode();
        }
        Some(format!("{FLASH_COOKIE}={value}; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"))
    }

    /// The `Set-Cookie` value that forgets it.
    pub fn forget() -> String {
        format!("{FLASH_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax")
    }

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("strings and codes can be written as JSON"))
    }
}

/// A form's errors, by field, and what was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FormState {
    /// Which form of the page.
    #[serde(rename = "n")]
    pub name: String,
    /// What is wrong with which field; the field `""` is the form as a whole.
    #[serde(default, rename = "e")]
    pub errors: BTreeMap<String, String>,
    /// What was typed.
    #[serde(default, rename = "v")]
    pub values: BTreeMap<String, String>,
}

impl FormState {
    /// A form with nothing typed and nothing wrong.
    pub fn new(name: &str) -> FormState {
        FormState { name: name.to_owned(), ..FormState::default() }
    }

    /// Keeps what was typed into a field.
    #[must_use]
    pub fn with(mut self, field: &str, typed: &str) -> FormState {
        if !SECRET_FIELDS.iter().any(|secret| field.contains(secret)) {
            self.values.insert(field.to_owned(), typed.chars().take(500).collect());
        }
        self
    }

    /// Keeps a longer text, as far as a cookie holds it. Long forms say the limit before.
    #[must_use]
    pub fn with_text(mut self, field: &str, typed: &str) -> FormState {
        self.values.insert(field.to_owned(), typed.chars().take(LONGEST_TEXT).collect());
        self
    }

    /// Notes what is wrong with a field, by code; `""` for the form as a whole.
    #[must_use]
    pub fn wrong(mut self, field: &str, problem: impl std::fmt::Display) -> FormState {
        self.errors.insert(field.to_owned(), problem.to_string());
        self
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// What was typed into a field; empty when nothing came back.
    pub fn value(&self, field: &str) -> String {
        self.values.get(field).cloned().unwrap_or_default()
    }

    /// What is wrong with a field, as one of a room's codes.
    pub fn problem<P: std::str::FromStr>(&self, field: &str) -> Option<P> {
        self.errors.get(field)?.parse().ok()
    }

    /// What is wrong with a field, in words; empty when nothing is.
    pub fn error(&self, locale: Locale, field: &str) -> String {
        self.errors.get(field).map(|code| problem_text(code, locale).to_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::FieldError;

    #[test]
    fn a_cookie_says_again_what_was_put_in() {
        let form = FormState::new("sign-in").with("email", "a@b.es; <x>").wrong("email", FieldError::Invalid);
        let flash = Flash { messages: vec![Message::Saved], form: Some(form) };
        let cookie = flash.to_cookie().unwrap();
        let value = cookie.strip_prefix("__Host-flash=").unwrap().split(';').next().unwrap();
        assert_eq!(Flash::from_cookie(value), flash);
    }

    #[test]
    fn secrets_are_not_kept() {
        let form = FormState::new("sign-in").with("password", "hunter2").with("new_password", "hunter3");
        assert!(form.values.is_empty());
    }

    #[test]
    fn nonsense_is_silence() {
        for nonsense in ["", "%%%", "e30x", "bnVsbA", "eyJtIjpbIm5vcGUiXX0"] {
            assert!(Flash::from_cookie(nonsense).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn long_input_is_dropped_rather_than_the_errors() {
        let mut form = FormState::new("long").wrong("a", FieldError::TooLong);
        for field in 0..20 {
            form = form.with(&format!("f{field}"), &"x".repeat(600));
        }
        let cookie = Flash { messages: vec![], form: Some(form) }.to_cookie().unwrap();
        assert!(cookie.len() < 4096);
    }
}
