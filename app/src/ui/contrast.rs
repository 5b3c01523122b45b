//! Computes the contrast of the colours that `style/tokens.css` puts together, in both themes.

const TOKENS: &str = include_str!("../../../style/tokens.css");

/// Text stands on these.
const GROUNDS: [&str; 4] = ["paper", "surface", "sunken", "raised"];

/// The value of a custom property as written.
fn raw(name: &str) -> &'static str {
    let start = TOKENS.find(&format!("--{name}: ")).expect("the token exists");
    let value = &TOKENS[start + name.len() + 4..];
    &value[..value.find(';').expect("a declaration ends in a semicolon")]
}

/// Relative luminance of a token in the light or dark theme.
fn luminance(value: &str, dark: bool) -> f64 {
    if let Some(pair) = value.strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(')')) {
        let (light, night) = pair.split_once(", ").expect("light-dark has two colours");
        return luminance(if dark { night } else { light }, dark);
    }
    if let Some(name) = value.strip_prefix("var(--").and_then(|rest| rest.strip_suffix(')')) {
        return luminance(raw(name), dark);
    }
    let numbers: Vec<f64> = value
        .trim_start_matches("oklch(")
        .trim_end_matches(')')
        .split(' ')
        .map(|number| number.parse().expect("oklch has three numbers"))
        .collect();
    let [l, c, h] = numbers[..] else { panic!("{value} is no oklch colour") };
    let (a, b) = (c * h.to_radians().cos(), c * h.to_radians().sin());
    let long = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (l - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    let red = 4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short;
    let green = -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short;
    let blue = -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn contrast(one: &str, other: &str, dark: bool) -> f64 {
    let (one, other) = (luminance(raw(one), dark), luminance(raw(other), dark));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Pairs below their limit, in words.
fn too_close<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>, limit: f64) -> Vec<String> {
    pairs
        .into_iter()
        .flat_map(|(one, other)| [(one, other, false), (one, other, true)])
        .filter_map(|(one, other, dark)| {
            let found = contrast(one, other, dark);
            (found < limit).then(|| format!("{one} on {other} ({}): {found:.2}", if dark { "dark" } else { "light" }))
        })
        .collect()
}

#[test]
fn text_has_contrast_of_at_least_four_and_a_half() {
    let words = ["ink", "ink-soft", "blue", "red", "green", "amber"];
    let plain = words.into_iter().flat_map(|word| GROUNDS.map(|ground| (word, ground)));
    let toned =
        ["green", "amber", "red", "blue"].into_iter().zip(["green-soft", "amber-soft", "red-soft", "blue-soft"]);
    let on_toned = ["green-soft", "amber-soft", "red-soft", "blue-soft"]
        .into_iter()
        .flat_map(|ground| [("ink", ground), ("ink-soft", ground), ("blue", ground)]);
    let inverse = [
        ("on-ink", "ink"),
        ("on-ink", "ink-hover"),
        ("on-red", "red"),
        ("surface", "green"),
        ("surface", "amber"),
        ("surface", "blue"),
    ];
    let all = plain.chain(toned).chain(on_toned).chain(inverse);
    assert_eq!(too_close(all, 4.5), Vec::<String>::new());
}

#[test]
fn controls_marks_and_the_focus_ring_have_contrast_of_at_least_three() {
    let marks = ["border", "blue-mark", "green-mark", "amber-mark", "red-mark"];
    let all = marks.into_iter().flat_map(|mark| ["paper", "surface"].map(|ground| (mark, ground)));
    assert_eq!(too_close(all, 3.0), Vec::<String>::new());
}
