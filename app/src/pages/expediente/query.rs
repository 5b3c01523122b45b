//! What the address of the expediente asks for, and addresses that ask for something else.

use crate::web::WebContext;
use caas::expediente::model::SubjectKind;
use caas::expediente::repository::StoryFilter;
use caas::kernel::ids::VehicleId;
use caas::kernel::when::start_of_day;
use chrono::{Datelike as _, NaiveDate};

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Only this car.
    pub car: Option<VehicleId>,
    /// Only entries about this kind of thing.
    pub kind: Option<SubjectKind>,
    /// From this day on.
    pub from: Option<NaiveDate>,
    /// Up to this day, which counts.
    pub until: Option<NaiveDate>,
    /// Only entries before this number.
    pub before: Option<i64>,
}

/// The kinds of things a customer's story can be narrowed to.
pub(super) const KINDS: [SubjectKind; 8] = [
    SubjectKind::Order,
    SubjectKind::Activation,
    SubjectKind::Payment,
    SubjectKind::Subscription,
    SubjectKind::Notification,
    SubjectKind::Ticket,
    SubjectKind::Consent,
    SubjectKind::PaymentMethod,
];

impl Query {
    /// Reads the address; what makes no sense in it is passed over.
    pub(super) fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        Query {
            car: value("coche").parse().ok(),
            kind: value("tipo").parse().ok().filter(|kind| KINDS.contains(kind)),
            from: day(&value("desde")),
            until: day(&value("hasta")),
            before: value("antes").parse().ok(),
        }
    }

    /// The address of a page with this query.
    pub(super) fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(car) = self.car {
            pairs.append_pair("coche", &car.to_string());
        }
        if let Some(kind) = self.kind {
            pairs.append_pair("tipo", kind.as_str());
        }
        if let Some(from) = self.from {
            pairs.append_pair("desde", &from.to_string());
        }
        if let Some(until) = self.until {
            pairs.append_pair("hasta", &until.to_string());
        }
        if let Some(before) = self.before {
            pairs.append_pair("antes", &before.to_string());
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The part of the story that is asked for, by the days of the reader's time zone.
    pub(super) fn filter(&self, zone: &str) -> StoryFilter<'static> {
        StoryFilter {
            vehicle: self.car.map(|id| id.0),
            subjects: self.kind.map(subjects).unwrap_or_default(),
            from: self.from.map(|day| start_of_day(day, zone)),
            until: self.until.and_then(|day| day.succ_opt()).map(|next| start_of_day(next, zone)),
            before_seq: self.before,
            everything: false,
        }
    }

    /// The same without a page's key.
    pub(super) fn whole(&self) -> Query {
        Query { before: None, ..self.clone() }
    }
}

/// Services come with their ends.
fn subjects(kind: SubjectKind) -> &'static [SubjectKind] {
    match kind {
        SubjectKind::Activation => &[SubjectKind::Activation, SubjectKind::Deactivation],
        SubjectKind::Order => &[SubjectKind::Order, SubjectKind::Vehicle],
        SubjectKind::Payment => &[SubjectKind::Payment],
        SubjectKind::Subscription => &[SubjectKind::Subscription, SubjectKind::Invoice, SubjectKind::Debt],
        SubjectKind::Notification => &[SubjectKind::Notification],
        SubjectKind::Ticket => &[SubjectKind::Ticket],
        SubjectKind::Consent => &[SubjectKind::Consent],
        SubjectKind::PaymentMethod => &[SubjectKind::PaymentMethod],
        _ => &[],
    }
}

/// A day as date fields send it; nothing for one that no calendar in use has.
pub(in crate::pages) fn day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| (1970..=9998).contains(&day.year()))
}

/// A list's address for one car, from a key on.
pub(super) fn list_href(path: &str, car: Option<VehicleId>, before: Option<String>) -> String {
    let mut href = Query { car, ..Query::default() }.href(path);
    if let Some(before) = before {
        href.push(if href.contains('?') { '&' } else { '?' });
        href.push_str("antes=");
        href.push_str(&before);
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_all_that_was_asked() {
        let car = "0192f0c1-7c3a-7000-8000-000000000001".parse().ok();
        let query = Query {
            car,
            kind: Some(SubjectKind::Payment),
            from: day("2026-11-01"),
            until: day("2026-11-30"),
            before: Some(40),
        };
        assert_eq!(
            query.href("/expediente"),
            "/expediente?coche=0192f0c1-7c3a-7000-8000-000000000001&tipo=PAYMENT&desde=2026-11-01&hasta=2026-11-30&antes=40"
        );
        assert_eq!(Query::default().href("/expediente"), "/expediente");
        assert_eq!(list_href("/expediente/pagos", None, Some("k".into())), "/expediente/pagos?antes=k");
        assert!(list_href("/expediente/pagos", car, Some("k".into())).ends_with("1&antes=k"));
    }

    #[test]
    fn a_period_has_whole_days_of_the_readers_zone() {
        let query = Query { from: day("2026-11-01"), until: day("2026-11-01"), ..Query::default() };
        let filter = query.filter("Europe/Madrid");
        assert_eq!(filter.from, "2026-10-31T23:00:00Z".parse().ok());
        assert_eq!(filter.until, "2026-11-01T23:00:00Z".parse().ok());
        assert_eq!((day("1969-12-31"), day("9999-01-01"), day("yesterday")), (None, None, None));
    }
}
