//! Moments as lists show them: short, in the reader's time zone, and exact for machines.

use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use leptos::prelude::*;

/// The day: "21 nov 2026". An unknown time zone counts as UTC.
pub fn day(at: Timestamp, zone: &str, locale: Locale) -> String {
    when::short_day(at, zone, locale)
}

/// Day and time of day: "21 nov 2026, 10:05".
pub fn moment(at: Timestamp, zone: &str, locale: Locale) -> String {
    when::short_moment(at, zone, locale)
}

/// A moment as `<time>`: its `datetime` is exact, its text is for people.
pub fn time_tag(at: Timestamp, zone: &str, locale: Locale) -> impl IntoView + use<> {
    view! { <time datetime=exact(at)>{moment(at, zone, locale)}</time> }
}

/// A day as `<time>`.
pub fn day_tag(at: Timestamp, zone: &str, locale: Locale) -> impl IntoView + use<> {
    view! { <time datetime=exact(at)>{day(at, zone, locale)}</time> }
}

/// For machines: RFC 3339 to the second, in UTC.
pub fn exact(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The time of day: "10:05".
pub fn clock(at: Timestamp, zone: &str, locale: Locale) -> String {
    let moment = moment(at, zone, locale);
    moment.rsplit_once(", ").map_or(moment.clone(), |(_, clock)| clock.to_owned())
}

/// What is near is told by its time alone: "hoy, 10:05"; else day and time.
pub fn near(at: Timestamp, now: Timestamp, zone: &str, locale: Locale) -> String {
    if day(at, zone, locale) == day(now, zone, locale) {
        format!("{}, {}", locale.t("hoy", "today"), clock(at, zone, locale))
    } else {
        moment(at, zone, locale)
    }
}
