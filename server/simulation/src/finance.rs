//! Finance: every morning somebody reads what the night's reconciliation has found, and takes over the report's word where
//! that can be.

use crate::outside::Outside;
use crate::people::insert_person;
use crate::settings::Settings;
use caas::Caas;
use caas::finance::reconciliation::desk::{self, DiscrepancyFilter};
use caas::finance::reconciliation::model::{Class, DiscrepancyState};
use caas::finance::{CloseDays, Reconcile};
use caas::kernel::Timestamp;
use caas::kernel::error::Result;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use chrono::{Days, NaiveTime};

/// When the clerk comes in, in UTC: the night's work is done, with all its tries.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("nine o'clock is a time of day");

/// More disagreements than there are on a morning.
const PILE: i64 = 1_000;

/// The clerk, and when the next morning is.
pub struct Finance {
    clerk: UserId,
    /// `None` in a world in which nobody reads the gateway's reports.
    next: Option<Timestamp>,
}

impl Finance {
    /// Plans the nights' work, in the worlds that have it, and hires the clerk.
    pub async fn open(settings: &Settings, caas: &Caas) -> Result<Finance> {
        let clerk = caas.new_id();
        if !settings.reads_reports() {
            return Ok(Finance { clerk, next: None });
        }
        let now = caas.now();
        let mut tx = caas.db.begin().await?;
        insert_person(&mut tx, clerk, "paz@example.com", "OPERATIONS", Locale::Es, now).await?;
        tx.commit().await?;
        CloseDays::plan(caas).await?;
        Reconcile::plan(caas).await?;
        Ok(Finance { clerk, next: Some(next_morning(now)) })
    }

    /// When the clerk does something next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next
    }

    /// A morning's work. When the platform dies under it, it is done again.
    pub async fn act(&mut self, caas: &Caas, outside: &Outside) -> Result<()> {
        let now = outside.now();
        let open = DiscrepancyFilter {
            class: Some(Class::StatusDiffers),
            state: Some(DiscrepancyState::Open),
            ..DiscrepancyFilter::default()
        };
        let found = desk::list(&mut caas.db.read().await?, &open, PILE).await?;
        // The payout comes before the chargeback that undoes it.
        for one in found.iter().rev() {
            let done = desk::apply(caas, self.clerk, one.id).await?;
            outside.tell(format_args!("finance takes over {} of {}: {done:?}", one.kind, one.gateway_payment_id));
        }
        self.next = Some(next_morning(now));
        Ok(())
    }
}

fn next_morning(now: Timestamp) -> Timestamp {
    let today = now.date_naive().and_time(MORNING).and_utc();
    if today > now { today } else { today + Days::new(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_morning_a_day() {
        for (now, next) in
            [("2026-01-05T08:59:59Z", "2026-01-05T09:00:00Z"), ("2026-01-05T09:00:00Z", "2026-01-06T09:00:00Z")]
        {
            assert_eq!(next_morning(now.parse().unwrap()), next.parse::<Timestamp>().unwrap(), "{now}");
        }
    }
}
