//! From when until when, and from where on: what the lists of auditors have in common in their addresses.

use super::key;
use crate::pages::expediente::{day, day_words};
use crate::ui::{Chip, Field};
use crate::web::WebContext;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::when::start_of_day;
use chrono::NaiveDate;
use leptos::prelude::*;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

/// The days asked for, and the line after which a page begins.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::pages) struct Period {
    /// The first day asked for.
    pub from: Option<NaiveDate>,
    /// The last day asked for.
    pub until: Option<NaiveDate>,
    /// Only lines before this one.
    pub before: Option<(Timestamp, Uuid)>,
}

impl Period {
    /// Reads the address; what makes no sense in it is passed over.
    pub(in crate::pages) fn of(web: &WebContext) -> Period {
        let value = |name| web.query(name).unwrap_or_default();
        Period { from: day(&value("desde")), until: day(&value("hasta")), before: key::read(&value("antes")) }
    }

    /// Adds it to an address.
    pub(in crate::pages) fn write(&self, pairs: &mut Serializer<'_, String>) {
        for (name, day) in [("desde", self.from), ("hasta", self.until)] {
            if let Some(day) = day {
                pairs.append_pair(name, &day.to_string());
            }
        }
        if let Some(before) = self.before {
            pairs.append_pair("antes", &key::write(before));
        }
    }

    /// The same days from the first page on.
    pub(in crate::pages) fn whole(self) -> Period {
        Period { before: None, ..self }
    }

    /// The same days after this line.
    pub(in crate::pages) fn after(self, last: (Timestamp, Uuid)) -> Period {
        Period { before: Some(last), ..self }
    }

    /// When the first day begins in this time zone.
    pub(in crate::pages) fn begins(&self, zone: &str) -> Option<Timestamp> {
        self.from.map(|day| start_of_day(day, zone))
    }

    /// When the last day is over in this time zone.
    pub(in crate::pages) fn ends(&self, zone: &str) -> Option<Timestamp> {
        self.until.and_then(|day| day.succ_opt()).map(|next| start_of_day(next, zone))
    }

    /// A chip for each day asked for; `without` gives the address of the list with another period.
    pub(in crate::pages) fn chips(
        self,
        without: impl Fn(Period) -> String,
        locale: Locale,
    ) -> impl Iterator<Item = Chip> {
        let whole = self.whole();
        let from = whole.from.map(|day| {
            let label = format!("{} {}", locale.t("Desde el", "From"), day_words(day, locale));
            Chip::new(label, without(Period { from: None, ..whole }))
        });
        let until = whole.until.map(|day| {
            let label = format!("{} {}", locale.t("Hasta el", "Until"), day_words(day, locale));
            Chip::new(label, without(Period { until: None, ..whole }))
        });
        from.into_iter().chain(until)
    }

    /// The two days of a filter's form.
    pub(in crate::pages) fn fields(self, locale: Locale) -> AnyView {
        let date = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        view! {
            <Field label=locale.t("Desde", "From") name="desde" kind="date" value=date(self.from)/>
            <Field label=locale.t("Hasta", "Until") name="hasta" kind="date" value=date(self.until)/>
        }
        .into_any()
    }
}
