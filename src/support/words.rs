//! The words a case is found by, in small letters without accents.
//!
//! They are kept as they were when the case was opened, in a table of their own: a search reads the beginning of a few
//! words there and never looks through all cases.

use super::tickets::Ticket;
use crate::catalogue::folded;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use std::collections::BTreeSet;

/// Words of a search that count.
pub(super) const MOST_WORDS: usize = 3;
/// Letters of a word that count.
const LONGEST_WORD: usize = 60;

/// Keeps what a new case is found by: car, customer and error code. Its number is found by itself.
pub(super) async fn keep(tx: &mut Tx, ticket: &Ticket) -> Result<()> {
    let (name, email) =
        sql!(tx, one(String, String), "SELECT name, email FROM users WHERE id = $1", ticket.customer_id)?;
    let vehicle = match ticket.vehicle_id {
        Some(id) => sql!(tx, optional(String, Option<String>), "SELECT vin, plate FROM vehicles WHERE id = $1", id)?,
        None => None,
    };
    let (vin, plate) = vehicle.unwrap_or_default();
    let mut words: BTreeSet<String> = [word(&email), word(&vin), word(&ticket.reason)].into();
    for text in [name.as_str(), plate.as_deref().unwrap_or_default()] {
        words.insert(word(&text.split_whitespace().collect::<String>()));
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(word));
    }
    for word in words.iter().filter(|word| word.chars().count() >= 2) {
        sql!(tx, execute "INSERT INTO ticket_words (word, ticket_id) VALUES ($1, $2)", word.as_str(), ticket.id)?;
    }
    Ok(())
}

/// A word as it is kept. Addresses and codes keep their signs; elsewhere signs are left out.
fn word(text: &str) -> String {
    let text: String = text.trim().chars().take(LONGEST_WORD).collect();
    if text.contains(['@', '_']) { text.to_lowercase() } else { folded(&text).split_whitespace().collect() }
}

/// What somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// Nothing.
    Everything,
    /// A case's number.
    Number(String),
    /// The beginnings of words, all of which must be there.
    Words(Vec<String>),
}

/// Reads what somebody typed.
pub(super) fn search(text: &str) -> Search {
    let text = text.trim();
    if text.is_empty() {
        return Search::Everything;
    }
    let upper = text.to_uppercase();
    if let Some(digits) = upper.strip_prefix("OTA").or_else(|| upper.strip_prefix("GEN")) {
        let digits = digits.trim_start_matches(['-', ' ', '#']);
        if let Ok(number) = digits.parse::<u32>() {
            return Search::Number(format!("{}-{number:06}", &upper[..3]));
        }
    }
    let words: Vec<_> = text.split_whitespace().map(word).filter(|w| !w.is_empty()).take(MOST_WORDS).collect();
    if words.is_empty() { Search::Number(String::new()) } else { Search::Words(words) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_known_however_they_are_typed() {
        for typed in ["OTA-000123", "ota 123", "ota123", "OTA-123"] {
            assert_eq!(search(typed), Search::Number("OTA-000123".to_owned()), "{typed}");
        }
        assert_eq!(search("gen-000007"), Search::Number("GEN-000007".to_owned()));
    }

    #[test]
    fn words_lose_accents_and_codes_keep_their_signs() {
        assert_eq!(search(" Lucía  4821-MKD "), Search::Words(vec!["lucia".to_owned(), "4821mkd".to_owned()]));
        assert_eq!(search("VEHICLE_OFFLINE"), Search::Words(vec!["vehicle_offline".to_owned()]));
        assert_eq!(search("Cliente@Demo.example"), Search::Words(vec!["cliente@demo.example".to_owned()]));
        assert_eq!(search("  "), Search::Everything);
    }

    proptest! {
        #[test]
        fn anything_can_be_typed(text in "\\PC*") {
            let _ = search(&text);
        }
    }
}
