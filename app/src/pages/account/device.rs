//! A browser in words.

use caas::kernel::locale::Locale;

/// What kind of browser on what kind of device, from how it presents itself. Good enough to recognise one's own.
pub(in crate::pages) fn in_words(user_agent: &str, locale: Locale) -> String {
    let has = |word: &str| user_agent.contains(word);
    // The order matters: most browsers also claim to be those they descend from.
    let browser = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("FxiOS", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(word, _)| has(word)).map(|(_, name)| *name);
    match (find(&browser), find(&system)) {
        (Some(browser), Some(system)) => format!("{browser} {} {system}", locale.t("en", "on")),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => locale.t("Otro dispositivo", "Another device").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_browsers_are_recognised() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        let edge = format!("{chrome} Edg/131.0.0.0");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
        assert_eq!(in_words(chrome, Locale::Es), "Chrome en Windows");
        assert_eq!(in_words(&edge, Locale::En), "Edge on Windows");
        assert_eq!(in_words(safari, Locale::Es), "Safari en iPhone");
        assert_eq!(in_words(firefox, Locale::En), "Firefox on Linux");
        assert_eq!(in_words("curl/8", Locale::Es), "Otro dispositivo");
    }
}
