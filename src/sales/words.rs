//! The words an order is found by, in small letters without accents or signs.
//!
//! They stand in a table of their own, with the dealership that sells: a search reads the beginning of a few words there
//! and never sees another dealership's orders.

use super::orders::Order;
use crate::catalogue::folded;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::DealershipId;
use std::collections::BTreeSet;

/// Words of a search that count.
pub(super) const MOST_WORDS: usize = 3;
/// Letters of a word that count.
const LONGEST_WORD: usize = 60;
/// Shorter beginnings find too much to be a search.
const SHORTEST_WORD: usize = 2;

/// Keeps what an order is found by: its number and, as far as they are known, customer, VIN and plate. Called again when
/// one of them becomes known; what is kept already stays.
pub async fn keep(tx: &mut Tx, order: &Order) -> Result<()> {
    let mut words = BTreeSet::new();
    put(&mut words, &order.number);
    if let Some(customer) = order.customer_id {
        let (name, email) = sql!(tx, one(String, String), "SELECT name, email FROM users WHERE id = $1", customer)?;
        put(&mut words, &name);
        put(&mut words, &email);
    }
    if let Some(owner) = &order.owner {
        put(&mut words, &owner.name);
    }
    if let Some(vehicle) = order.vehicle_id {
        let car = sql!(tx, optional(String, Option<String>), "SELECT vin, plate FROM vehicles WHERE id = $1", vehicle)?;
        let (vin, plate) = car.unwrap_or_default();
        put(&mut words, &vin);
        put(&mut words, plate.as_deref().unwrap_or_default());
    }
    for word in &words {
        insert(tx, word, order.dealership_id, order).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, word: &str, dealership: DealershipId, order: &Order) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO order_words (word, order_id, dealership_id) VALUES ($1, $2, $3)
         ON CONFLICT (word, order_id) DO UPDATE SET dealership_id = excluded.dealership_id",
        word, order.id, dealership)?;
    Ok(())
}

/// A text as a whole and word by word.
fn put(words: &mut BTreeSet<String>, text: &str) {
    words.insert(word(text));
    if !text.contains('@') {
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(word));
    }
    words.retain(|word| word.chars().count() >= SHORTEST_WORD);
}

/// A word as it is kept. Addresses keep their signs; elsewhere signs and spaces are left out.
fn word(text: &str) -> String {
    let text: String = text.trim().chars().take(LONGEST_WORD).collect();
    if text.contains('@') {
        text.to_lowercase()
    } else {
        folded(&text).chars().filter(|c| c.is_alphanumeric()).collect()
    }
}

/// What somebody typed: the beginnings of words, all of which must be there. Empty when nothing was typed that can be
/// looked for.
pub(super) fn search(text: &str) -> Vec<String> {
    let words: Vec<_> =
        text.split_whitespace().map(word).filter(|word| word.chars().count() >= SHORTEST_WORD).collect();
    // A plate or a number typed with spaces: "1234 LMN", "V 2026 000042".
    let digits = |word: &String| word.chars().any(|c| c.is_ascii_digit());
    if words.len() > 1 && words.iter().all(|word| word.len() <= 6) && words.iter().any(digits) {
        return vec![word(text)];
    }
    words.into_iter().take(MOST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_accents_and_signs() {
        let mut words = BTreeSet::new();
        put(&mut words, "Lucía Ferrer-Gil");
        assert_eq!(words.into_iter().collect::<Vec<_>>(), ["ferrer", "gil", "lucia", "luciaferrergil"]);
        assert_eq!(search("  LUCÍA  ferr "), ["lucia", "ferr"]);
        assert_eq!(search("Ana@Demo.example"), ["ana@demo.example"]);
    }

    #[test]
    fn plates_and_numbers_are_found_however_they_are_typed() {
        for typed in ["1234 LMN", "1234LMN", "1234-lmn"] {
            assert_eq!(search(typed), ["1234lmn"], "{typed}");
        }
        for typed in ["V-2026-000042", "v2026000042"] {
            assert_eq!(search(typed), ["v2026000042"], "{typed}");
        }
        assert!(search(" - a ").is_empty());
    }
}
