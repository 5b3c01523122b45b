//! What dimensions and their values are called, and figures as people read them.

use caas::activation::model::ErrorCode;
use caas::analysis::model::{ACTIVATED, BY_HAND, Chosen, DaySpan, Dimension, Measure, UNDER_WAY};
use caas::analysis::report::Names;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::notifications::service::reason_in_words;

/// "Por motivo".
pub(super) const fn by(dimension: Dimension, locale: Locale) -> &'static str {
    match dimension {
        Dimension::Reason => locale.t("Por motivo", "By reason"),
        Dimension::Model => locale.t("Por modelo", "By model"),
        Dimension::Service => locale.t("Por servicio", "By service"),
        Dimension::Hour => locale.t("Por hora (UTC)", "By hour (UTC)"),
        Dimension::Attempt => locale.t("Por intento", "By attempt"),
    }
}

/// "Motivo".
pub(super) const fn head(dimension: Dimension, locale: Locale) -> &'static str {
    match dimension {
        Dimension::Reason => locale.t("Motivo", "Reason"),
        Dimension::Model => locale.t("Modelo", "Model"),
        Dimension::Service => locale.t("Servicio", "Service"),
        Dimension::Hour => locale.t("Hora (UTC)", "Hour (UTC)"),
        Dimension::Attempt => locale.t("Intento", "Attempt"),
    }
}

/// What a value is called: "El coche no tenía conexión", "Lince", "09:00–10:00".
pub(super) fn value(dimension: Dimension, key: &str, names: &Names, locale: Locale) -> String {
    match dimension {
        Dimension::Reason => reason(key, locale),
        Dimension::Model => names.models.get(key).cloned().unwrap_or_else(|| key.to_owned()),
        Dimension::Service => {
            names.services.get(key).map_or_else(|| key.to_owned(), |names| names.get(locale).to_owned())
        }
        Dimension::Hour => {
            let next = key.parse::<u32>().map_or(0, |hour| (hour + 1) % 24);
            format!("{key}:00–{next:02}:00")
        }
        Dimension::Attempt if key == BY_HAND => locale.t("A mano", "By hand").to_owned(),
        Dimension::Attempt => match locale {
            Locale::Es => format!("Intento {key}"),
            Locale::En => format!("Attempt {key}"),
        },
    }
}

/// Why an attempt ended as it did, without a full stop.
pub(super) fn reason(key: &str, locale: Locale) -> String {
    match key {
        ACTIVATED => locale.t("Activado", "Activated").to_owned(),
        UNDER_WAY => locale.t("En curso", "Under way").to_owned(),
        "UNKNOWN_VEHICLE" => locale.t("API IoT no conoce el coche", "API IoT does not know the car").to_owned(),
        "INVALID_REQUEST" => {
            locale.t("API IoT no entendió la orden", "API IoT did not understand the command").to_owned()
        }
        "UNKNOWN" => locale.t("Sin código", "Without a code").to_owned(),
        key if key.parse::<ErrorCode>().is_ok() || key == "IOT_UNAVAILABLE" => {
            reason_in_words(key, locale).trim_end_matches('.').to_owned()
        }
        key => key.to_owned(),
    }
}

/// "Motivo: el coche…": what is chosen.
pub(super) fn chosen(chosen: &Chosen, names: &Names, locale: Locale) -> String {
    format!("{}: {}", head(chosen.dimension, locale), value(chosen.dimension, &chosen.key, names, locale))
}

/// What is timed.
pub(super) const fn measure(measure: Measure, locale: Locale) -> &'static str {
    match measure {
        Measure::Activation => locale.t("Del pedido al servicio activo", "From the order to the active service"),
        Measure::OtaCase => locale.t("Caso OTA, de abierto a resuelto", "OTA case, from open to solved"),
        Measure::GeneralCase => locale.t("Consulta, de abierta a resuelta", "Question, from open to solved"),
    }
}

/// "del 17 al 23 …": the days, both included.
pub(super) fn days(days: DaySpan, locale: Locale) -> String {
    let (first, last) = (when::calendar_day(days.first, locale), when::calendar_day(days.last, locale));
    if days.first == days.last {
        return first;
    }
    match locale {
        Locale::Es => format!("Del {first} al {last}"),
        Locale::En => format!("From {first} to {last}"),
    }
}

/// A share in tenths of a per cent: "4,2 %", "4.2%"; a dash of nothing.
pub(super) fn percent(part: i64, whole: i64, locale: Locale) -> String {
    if whole <= 0 {
        return "–".to_owned();
    }
    let tenths = (part * 1_000 + whole / 2) / whole;
    match locale {
        Locale::Es => format!("{},{} %", tenths / 10, tenths % 10),
        Locale::En => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A mean in hundredths: "1,04"; a dash of nothing.
pub(super) fn mean(sum: i64, of: i64, locale: Locale) -> String {
    if of <= 0 {
        return "–".to_owned();
    }
    let hundredths = (sum * 100 + of / 2) / of;
    format!("{}{}{:02}", hundredths / 100, locale.t(",", "."), hundredths % 100)
}

/// A time: "45 s", "12 min", "1 h 30 min", "3 días".
pub(super) fn time(seconds: i64, locale: Locale) -> String {
    let two = |large: i64, large_word: &str, small: i64, small_word: &str| {
        if small == 0 { format!("{large} {large_word}") } else { format!("{large} {large_word} {small} {small_word}") }
    };
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..172_800 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, locale.t("días", "days"), seconds % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!((percent(1, 3, Locale::Es).as_str(), percent(2, 3, Locale::En).as_str()), ("33,3 %", "66.7%"));
        assert_eq!((percent(1, 1, Locale::En).as_str(), percent(0, 0, Locale::En).as_str()), ("100.0%", "–"));
        assert_eq!((mean(104, 100, Locale::Es).as_str(), mean(3, 2, Locale::En).as_str()), ("1,04", "1.50"));
        assert_eq!((time(45, Locale::Es).as_str(), time(900, Locale::Es).as_str()), ("45 s", "15 min"));
        assert_eq!((time(5_400, Locale::En).as_str(), time(259_200, Locale::Es).as_str()), ("1 h 30 min", "3 días"));
        assert_eq!(time(61, Locale::En), "1 min 1 s");
    }

    #[test]
    fn values_have_names() {
        let names = Names::default();
        assert_eq!(value(Dimension::Hour, "23", &names, Locale::Es), "23:00–00:00");
        assert_eq!(value(Dimension::Attempt, "HAND", &names, Locale::En), "By hand");
        assert_eq!(value(Dimension::Reason, "VEHICLE_OFFLINE", &names, Locale::En), "The car was offline");
        assert_eq!(value(Dimension::Model, "NADA", &names, Locale::En), "NADA");
    }
}
