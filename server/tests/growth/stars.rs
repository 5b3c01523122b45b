//! No statement says `*`: PostgreSQL refuses a prepared one when a newer version has added a column meanwhile.

use crate::growth::root;
use std::path::Path;

/// Statements that read all columns of a table. Of a subquery, which names its own, they may.
fn stars(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_star = |word: &str| {
        let word = word.trim_end_matches(['"', ',', ')', ';']);
        word == "*" || word.strip_suffix(".*").is_some_and(|alias| alias.chars().all(|c| c.is_ascii_lowercase()))
    };
    let of_subquery =
        |at: usize| words.get(at + 1) == Some(&"FROM") && words.get(at + 2).is_some_and(|w| w.starts_with('('));
    words
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| ["SELECT", "RETURNING"].iter().any(|verb| pair[0].ends_with(verb)) && is_star(pair[1]))
        .filter(|(at, _)| !of_subquery(at + 1))
        .map(|(at, _)| words[at..(at + 5).min(words.len())].join(" "))
        .collect()
}

fn look_into(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_into(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("sqlite/tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(stars(&text).into_iter().map(|statement| format!("{}: {statement}", path.display())));
        }
    }
}

#[test]
fn every_statement_names_its_columns() {
    let mut found = Vec::new();
    for folder in ["src", "server/src"] {
        look_into(&root().join(folder), &mut found);
    }
    assert!(found.is_empty(), "name the columns (see `columns!`):\n{}", found.join("\n"));
}

#[test]
fn a_star_is_found() {
    for (text, count) in [
        (r#"sql!(tx, one T, "SELECT * FROM users")"#, 1),
        (r#""SELECT p.*, u.name FROM payments p""#, 1),
        (r#""UPDATE users SET name = $1 RETURNING *""#, 1),
        (r#""SELECT COUNT(*) FROM users""#, 0),
        (r#""SELECT * FROM (SELECT id FROM users) w""#, 0),
        (r#""SELECT id, name FROM users""#, 0),
    ] {
        assert_eq!(stars(text).len(), count, "{text}");
    }
}
