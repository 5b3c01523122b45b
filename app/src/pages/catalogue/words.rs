//! Prices and availability in words.

use crate::ui::Status;
use caas::catalogue::rules::Availability;
use caas::catalogue::{Market, Offer, OfferKind, Service};
use caas::kernel::locale::Locale;
use caas::kernel::when;

/// A verdict on an offer, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Shape and colour.
    pub status: Status,
    /// One or two words for a pill.
    pub word: String,
    /// The whole reason, as sentences; empty when there is nothing to explain.
    pub reason: String,
}

/// Says whether an offer can be bought, and exactly why not.
pub fn say(availability: &Availability, locale: Locale, zone: &str) -> Said {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let said = |status, word: String, reason: String| Said { status, word, reason };
    match availability {
        Availability::Available => said(Status::Available, t("Disponible", "Available"), String::new()),
        Availability::ActiveUntil { until: Some(until), .. } => {
            let until = when::moment(*until, zone, locale);
            let reason = format!("{} {until}.", locale.t("Tu coche lo tiene activo hasta el", "Your car has it until"));
            said(Status::Active, t("Activo", "Active"), reason)
        }
        Availability::ActiveUntil { until: None, kind: OfferKind::Subscription } => said(
            Status::Active,
            t("Activo", "Active"),
            t("Tu coche lo tiene por suscripción.", "Your car has it by subscription."),
        ),
        Availability::ActiveUntil { until: None, .. } => said(
            Status::Active,
            t("Activo", "Active"),
            t("Tu coche lo tiene para siempre.", "Your car has it for good."),
        ),
        Availability::InProgress => said(
            Status::Waiting,
            t("En camino", "On its way"),
            t(
                "Ya lo has pedido y va de camino al coche. Sigue cada intento en tu expediente.",
                "You have ordered it and it is on its way to the car. Follow each attempt under My cars.",
            ),
        ),
        Availability::Retired => said(
            Status::Ended,
            t("Retirado", "Withdrawn"),
            t(
                "Ya no se vende. Donde está activo sigue funcionando.",
                "No longer sold. Where it runs, it keeps running.",
            ),
        ),
        Availability::NotForModel => said(
            Status::Info,
            t("Otro modelo", "Other model"),
            t("No encaja con el modelo de tu coche.", "It does not fit your car's model."),
        ),
        Availability::FirmwareTooOld { needed, installed } => said(
            Status::Warning,
            t("Software antiguo", "Old software"),
            match locale {
                Locale::Es => format!(
                    "Necesita la versión {needed} del software y tu coche tiene la {installed}. La actualización es gratuita en tu concesionario."
                ),
                Locale::En => format!(
                    "It needs software version {needed} and your car has {installed}. Your dealership updates it free of charge."
                ),
            },
        ),
        Availability::NotSoldInCountry => said(
            Status::Info,
            t("No en tu país", "Not in your country"),
            t("No se vende en tu país.", "It is not sold in your country."),
        ),
        Availability::ConflictsWith { services } => {
            let names = list_names(services.iter().map(|other| other.name.get(locale)), locale);
            let reason = match locale {
                Locale::Es => {
                    format!("No puede funcionar a la vez que {names}, que tu coche ya tiene o está recibiendo.")
                }
                Locale::En => format!("It can't run together with {names}, which your car has or is receiving."),
            };
            said(Status::Warning, t("Incompatible", "In conflict"), reason)
        }
        Availability::BlockedByDebt => said(
            Status::Blocked,
            t("Pago pendiente", "Payment due"),
            t(
                "Tienes una suscripción sin pagar. Cuando la pagues podrás contratar otra; lo de pago único lo puedes comprar ya.",
                "You have an unpaid subscription. Pay it to start another one; one-time purchases are open to you now.",
            ),
        ),
    }
}

/// "A, B y C".
pub fn list_names<'a>(names: impl Iterator<Item = &'a str>, locale: Locale) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        // Spanish "y" becomes "e" before the sound of "i"; no service begins with it.
        [first @ .., last] => format!("{} {} {last}", first.join(", "), locale.t("y", "and")),
    }
}

/// The lowest price per day of a service in a country, complete: "desde 1,33 € al día"; what is bought for ever by its price.
pub fn price_line(service: &Service, market: Market, locale: Locale) -> String {
    let lowest = service.offers_in(market).filter_map(|(offer, _)| offer.price_per_day(market)).min_by_key(|m| m.cents);
    if let Some(money) = lowest {
        return match locale {
            Locale::Es => format!("desde {} al día", money.display(locale)),
            Locale::En => format!("from {} a day", money.display(locale)),
        };
    }
    match service.offers_in(market).map(|(_, price)| price.amount).min_by_key(|m| m.cents) {
        Some(money) => money.display(locale),
        None => locale.t("No se vende en este país", "Not sold in this country").to_owned(),
    }
}

/// What a price is for: "al mes", "pago único".
pub fn unit(offer: &Offer, locale: Locale) -> &'static str {
    match offer.kind {
        OfferKind::Subscription => locale.t("al mes", "a month"),
        OfferKind::Temporary | OfferKind::Permanent => locale.t("pago único", "one payment"),
    }
}

/// "1,33 € al día"; empty for what is bought for ever and for a single day.
pub fn per_day(offer: &Offer, market: Market, locale: Locale) -> String {
    match offer.price_per_day(market) {
        Some(money) if offer.days != Some(1) => {
            format!("{} {}", money.display(locale), locale.t("al día", "a day"))
        }
        _ => String::new(),
    }
}

/// What the button of an offer says.
pub fn offer_action(offer: &Offer, locale: Locale) -> String {
    match offer.kind {
        OfferKind::Temporary => format!("{} {}", locale.t("Elegir", "Choose"), offer.term(locale)),
        OfferKind::Permanent => locale.t("Elegir para siempre", "Choose for good").to_owned(),
        OfferKind::Subscription => locale.t("Elegir suscripción", "Choose subscription").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_list_them() {
        let list = |names: &[&str], locale| list_names(names.iter().copied(), locale);
        assert_eq!(list(&["A"], Locale::Es), "A");
        assert_eq!(list(&["A", "B"], Locale::Es), "A y B");
        assert_eq!(list(&["A", "B", "C"], Locale::En), "A, B and C");
    }

    #[test]
    fn the_end_is_told_in_the_owners_time_zone() {
        let until = Some("2026-11-30T23:30:00Z".parse().unwrap());
        let said = say(&Availability::ActiveUntil { until, kind: OfferKind::Temporary }, Locale::Es, "Europe/Madrid");
        assert_eq!(said.reason, "Tu coche lo tiene activo hasta el 1 de diciembre de 2026, 00:30.");
    }
}
