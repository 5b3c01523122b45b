//! Messages name amounts, which are for some eyes only.

/// The text without its amounts: "Se cobran ···, que hasta ahora…".
pub(super) fn without_amounts(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_sign = |c: char| matches!(c, '€' | '£' | '$');
    // Part of a number, or a space inside one or between it and its sign.
    let is_figure = |c: char| c.is_ascii_digit();
    let is_inner = |c: char| matches!(c, '.' | ',' | '\'' | '-' | '−') || (c.is_whitespace() && c != '\n');
    let mut hidden = vec![false; chars.len()];
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| is_sign(**c)) {
        hidden[at] = true;
        reach(&mut hidden, &chars, (0..at).rev(), is_figure, is_inner);
        reach(&mut hidden, &chars, at + 1..chars.len(), is_figure, is_inner);
    }
    let mut shown = String::with_capacity(text.len());
    for (at, c) in chars.iter().enumerate() {
        match (hidden[at], at > 0 && hidden[at - 1]) {
            (false, _) => shown.push(*c),
            (true, false) => shown.push_str("···"),
            (true, true) => {}
        }
    }
    shown
}

/// Hides the number next to a sign: figures, and what stands between them.
fn reach(
    hidden: &mut [bool],
    chars: &[char],
    way: impl Iterator<Item = usize>,
    is_figure: impl Fn(char) -> bool,
    is_inner: impl Fn(char) -> bool,
) {
    let mut between = Vec::new();
    for at in way {
        if is_figure(chars[at]) {
            hidden[at] = true;
            for inner in between.drain(..) {
                let inner: usize = inner;
                hidden[inner] = true;
            }
        } else if is_inner(chars[at]) && between.len() < 2 {
            between.push(at);
        } else {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_hidden_and_nothing_else() {
        for (text, shown) in [
            ("Se cobran 29,90 €, que hasta ahora", "Se cobran ···, que hasta ahora"),
            ("Se cobran 1.029,90\u{a0}€.", "Se cobran ···."),
            ("€29.90, so far only held", "···, so far only held"),
            ("the hold of €1,029.90 has", "the hold of ··· has"),
            ("£5 and $6", "··· and ···"),
            ("Caso OTA-000123 en 24 horas", "Caso OTA-000123 en 24 horas"),
            ("", ""),
        ] {
            assert_eq!(without_amounts(text), shown);
        }
    }
}
