//! How many of the last months a report is over: one of three choices.

use crate::ui::{Choice, FilterBar, SelectField};
use crate::web::WebContext;
use caas::kernel::locale::Locale;
use chrono::{Months, NaiveDate};
use leptos::prelude::*;

/// What a report offers.
pub(super) struct LastMonths {
    /// How many months can be looked at together.
    pub spans: [u32; 3],
    /// How many when none is chosen.
    pub default: u32,
}

impl LastMonths {
    /// How many are asked for.
    pub(super) fn asked(&self, web: &WebContext) -> u32 {
        let asked = web.query("meses").and_then(|text| text.parse().ok());
        asked.filter(|months| self.spans.contains(months)).unwrap_or(self.default)
    }

    /// The first and the last month that are looked at, when this is the last one.
    pub(super) fn ending(&self, web: &WebContext, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        (last - Months::new(self.asked(web) - 1), last)
    }

    /// The choice, as a form of the page at this address.
    pub(super) fn filter(&self, web: &WebContext, page: &'static str) -> AnyView {
        let locale = web.locale;
        let choices: Vec<_> = self
            .spans
            .iter()
            .map(|span| match locale {
                Locale::Es => Choice::new(span.to_string(), format!("{span} meses")),
                Locale::En => Choice::new(span.to_string(), format!("{span} months")),
            })
            .collect();
        let asked = self.asked(web).to_string();
        view! {
            <FilterBar action=page label=locale.t("Elegir los meses", "Choose the months") submit=locale.t("Ver", "Show")>
                <SelectField label=locale.t("Los últimos", "The last") name="meses" choices=choices value=asked/>
            </FilterBar>
        }
        .into_any()
    }
}
