//! What may be written, and texts that are ready to be sent.

use crate::kernel::locale::{Bilingual, Locale};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest message, in characters.
pub const LONGEST_TEXT: usize = 5000;
/// The longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 120;

/// A text that can be written down: trimmed, not empty, not too long.
pub fn written(text: &str, longest: usize) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    // Control characters other than line breaks and tabs have no business in a message.
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    (!clean.trim().is_empty() && clean.chars().count() <= longest).then_some(clean)
}

/// What the variables of a macro stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variables {
    /// `{{customer}}`.
    pub customer: Option<String>,
    /// `{{service}}`, in the reader's language.
    pub service: Option<String>,
    /// `{{vehicle}}`.
    pub vehicle: Option<String>,
    /// `{{ticket}}`.
    pub ticket: Option<String>,
    /// `{{reason}}`, in words.
    pub reason: Option<String>,
    /// `{{amount}}`: filled in for the customer only, agents see no amounts.
    pub amount: Option<String>,
}

impl Variables {
    /// The names that a macro may use.
    pub const NAMES: [&'static str; 6] = ["customer", "service", "vehicle", "ticket", "reason", "amount"];

    /// The text with every variable that is known; the others stay as they are.
    pub fn fill(&self, text: &str) -> String {
        let values = [&self.customer, &self.service, &self.vehicle, &self.ticket, &self.reason, &self.amount];
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // From left to right, so that a value that looks like a variable is not filled again.
        while let Some(start) = rest.find("{{") {
            let Some(end) = rest[start..].find("}}") else { break };
            let name = rest[start + 2..start + end].trim();
            let known = Self::NAMES.iter().position(|known| *known == name).and_then(|at| values[at].as_deref());
            out.push_str(&rest[..start]);
            out.push_str(known.unwrap_or(&rest[start..start + end + 2]));
            rest = &rest[start + end + 2..];
        }
        out.push_str(rest);
        out
    }
}

/// A text ready to be sent, with variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Its id.
    pub id: Uuid,
    /// What agents call it.
    pub name: Bilingual,
    /// The text for customers, in their language.
    pub text: Bilingual,
}

impl Macro {
    /// The text in a language.
    pub fn text(&self, locale: Locale) -> &str {
        self.text.get(locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_once_and_unknown_ones_stay() {
        let variables = Variables {
            customer: Some("{{amount}}".to_owned()),
            ticket: Some("OTA-000001".to_owned()),
            amount: None,
            ..Variables::default()
        };
        assert_eq!(
            variables.fill("Hola {{customer}}: {{ ticket }}, {{amount}}, {{nada}}, {{"),
            "Hola {{amount}}: OTA-000001, {{amount}}, {{nada}}, {{"
        );
    }
}
