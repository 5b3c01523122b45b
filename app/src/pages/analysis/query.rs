//! What the address asks for: days, one value, and from which line on.

use super::{HERE, LIST};
use crate::pages::audit::key;
use crate::pages::expediente::day;
use crate::web::WebContext;
use caas::analysis::model::{Chosen, DaySpan, Dimension};
use caas::kernel::Timestamp;
use chrono::NaiveDate;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

/// Days that are shown when none are asked for.
const DAYS: u64 = 7;

/// What stands in the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// The days.
    pub days: DaySpan,
    /// The value that everything is narrowed to.
    pub chosen: Option<Chosen>,
    /// Only failures; of the list.
    pub failed: bool,
    /// From which line on; of the list.
    pub before: Option<(Timestamp, Uuid)>,
}

/// What is wrong with the days in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The first one is no day.
    From,
    /// The last one is no day.
    Until,
    /// The last one comes before the first.
    Order,
}

/// A dimension as it is called in the address.
pub(super) const fn name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Reason => "motivo",
        Dimension::Model => "modelo",
        Dimension::Service => "servicio",
        Dimension::Hour => "hora",
        Dimension::Attempt => "intento",
    }
}

impl Query {
    /// Reads the address.
    pub(super) fn of(web: &WebContext) -> Result<Query, Wrong> {
        let value = |name| web.query(name).unwrap_or_default();
        let days = span(&value("desde"), &value("hasta"), web.caas.now().date_naive())?;
        let chosen = Dimension::ALL.iter().find_map(|dimension| Chosen::parse(*dimension, &value(name(*dimension))));
        Ok(Query { days, chosen, failed: value("fallidos") == "1", before: key::read(&value("antes")) })
    }

    /// The same days with everything in them.
    pub(super) fn whole(&self) -> Query {
        Query { chosen: None, failed: false, before: None, ..self.clone() }
    }

    /// The same days with this value alone.
    pub(super) fn only(&self, dimension: Dimension, key: &str) -> Query {
        Query { chosen: Some(Chosen { dimension, key: key.to_owned() }), ..self.whole() }
    }

    /// The same of other days.
    pub(super) fn on(&self, days: DaySpan) -> Query {
        Query { days, before: None, ..self.clone() }
    }

    /// The address of the page.
    pub(super) fn page(&self) -> String {
        self.href(HERE, &[])
    }

    /// The address of the attempts themselves.
    pub(super) fn list(&self) -> String {
        self.href(LIST, &[])
    }

    /// The address of a path with the same in it, and more.
    pub(super) fn href(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = Serializer::new(String::new());
        pairs.append_pair("desde", &self.days.first.to_string());
        pairs.append_pair("hasta", &self.days.last.to_string());
        if let Some(chosen) = &self.chosen {
            pairs.append_pair(name(chosen.dimension), &chosen.key);
        }
        if self.failed {
            pairs.append_pair("fallidos", "1");
        }
        if let Some(before) = self.before {
            pairs.append_pair("antes", &key::write(before));
        }
        for (name, value) in more {
            pairs.append_pair(name, value);
        }
        format!("{path}?{}", pairs.finish())
    }
}

/// The days asked for: a week up to today, or up to the last one asked for, when nothing is said.
fn span(from: &str, until: &str, today: NaiveDate) -> Result<DaySpan, Wrong> {
    let read = |text: &str, wrong| if text.is_empty() { Ok(None) } else { day(text).map(Some).ok_or(wrong) };
    let (from, until) = (read(from, Wrong::From)?, read(until, Wrong::Until)?);
    let last = until.unwrap_or(today);
    let days = from.map_or(DaySpan::ending(last, DAYS), |first| DaySpan { first, last });
    if days.first > days.last { Err(Wrong::Order) } else { Ok(days) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_or_said_to_be_wrong() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let read = |from, until| span(from, until, day("2026-11-23")).map(|days| (days.first, days.last));
        assert_eq!(read("", ""), Ok((day("2026-11-17"), day("2026-11-23"))));
        assert_eq!(read("2026-11-01", ""), Ok((day("2026-11-01"), day("2026-11-23"))));
        assert_eq!(read("", "2026-03-01"), Ok((day("2026-02-23"), day("2026-03-01"))));
        assert_eq!(read("2026-03-01", "2026-03-01"), Ok((day("2026-03-01"), day("2026-03-01"))));
        assert_eq!(read("2026-02-30", ""), Err(Wrong::From));
        assert_eq!(read("", "yesterday"), Err(Wrong::Until));
        assert_eq!(read("2026-03-02", "2026-03-01"), Err(Wrong::Order));
        assert_eq!(read("2026-11-24", ""), Err(Wrong::Order));
    }
}
