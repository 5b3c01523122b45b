//! What the page shows: the attempts of some days in every breakdown, and how long things took.

use super::count::{cells, ended, first_day};
use super::kept;
use super::model::{Chosen, Class, Counts, DaySpan, Dimension, Durations, Measure, bound_of};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::ServiceId;
use crate::kernel::locale::Bilingual;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// What services and models are called: keys of the analysis are ids and codes.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Services by id.
    pub services: BTreeMap<String, Bilingual>,
    /// Models by code.
    pub models: BTreeMap<String, String>,
}

impl Names {
    /// Reads them.
    pub async fn read(tx: &mut Tx) -> Result<Names> {
        let services = sql!(tx, all(ServiceId, Json<Bilingual>), "SELECT id, names FROM services")?;
        let models = sql!(tx, all(String, String), "SELECT code, name FROM vehicle_models")?;
        let services = services.into_iter().map(|(id, names)| (id.to_string(), names.0)).collect();
        Ok(Names { services, models: models.into_iter().collect() })
    }
}

/// The analysis of some days.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// All attempts that were asked for.
    pub total: Counts,
    /// The same attempts by each dimension but the chosen one. Each comes to the total.
    pub breakdowns: BTreeMap<Dimension, BTreeMap<String, Counts>>,
    /// How long things took that ended on these days. Nothing when a reason, an hour or an attempt is chosen: an activation
    /// has one service and one model, and may have several of these.
    pub durations: BTreeMap<Measure, Durations>,
}

impl Report {
    /// One breakdown; empty for the chosen dimension.
    pub fn by(&self, dimension: Dimension) -> impl Iterator<Item = (&String, Counts)> {
        self.breakdowns.get(&dimension).into_iter().flatten().map(|(key, counts)| (key, *counts))
    }

    /// The first attempts of orders; nothing when a reason or an attempt is chosen.
    pub fn first_attempts(&self) -> Option<Counts> {
        self.breakdowns.get(&Dimension::Reason)?;
        let attempts = self.breakdowns.get(&Dimension::Attempt)?;
        Some(attempts.get("1").copied().unwrap_or_default())
    }

    /// How long something took; empty when nothing was timed.
    pub fn took(&self, measure: Measure) -> Durations {
        self.durations.get(&measure).cloned().unwrap_or_default()
    }
}

/// The days of a span on which there can be anything.
pub(super) async fn days_with_anything(tx: &mut Tx, now: Timestamp, span: DaySpan) -> Result<Option<DaySpan>> {
    let Some(first) = first_day(tx).await? else { return Ok(None) };
    let span = DaySpan { first: span.first.max(first), last: span.last.min(now.date_naive()) };
    Ok((span.first <= span.last).then_some(span))
}

/// The days of a span that are not closed, neighbours together.
pub(super) async fn open(tx: &mut Tx, span: DaySpan) -> Result<Vec<DaySpan>> {
    let closed = kept::closed(tx, span).await?;
    let mut open: Vec<DaySpan> = Vec::new();
    for day in span.days().filter(|day| !closed.contains(day)) {
        match open.last_mut() {
            Some(before) if before.last.succ_opt() == Some(day) => before.last = day,
            _ => open.push(DaySpan::of(day)),
        }
    }
    Ok(open)
}

/// The analysis of some days, of everything or of what is chosen. Closed days are read added up, the others are added up now:
/// read from a [snapshot](crate::kernel::database::Database::snapshot), so that no day is closed in between.
pub async fn report(tx: &mut Tx, now: Timestamp, span: DaySpan, chosen: Option<&Chosen>) -> Result<Report> {
    let Some(span) = days_with_anything(tx, now, span).await? else { return Ok(empty(chosen)) };
    let timed = chosen.is_none_or(|chosen| matches!(chosen.dimension, Dimension::Model | Dimension::Service));
    let mut sums = kept::attempts(tx, span, chosen).await?;
    let mut durations = if timed { kept::durations(tx, span, chosen).await? } else { BTreeMap::new() };
    for open in open(tx, span).await? {
        for cell in cells(tx, open).await? {
            if chosen.is_none_or(|chosen| cell.keys[chosen.dimension.place()] == chosen.key) {
                for (dimension, key) in Dimension::ALL.iter().zip(cell.keys) {
                    if chosen.is_none_or(|chosen| chosen.dimension != *dimension) {
                        *sums.entry((*dimension, key)).or_default() += cell.counts;
                    }
                }
            }
        }
        if !timed {
            continue;
        }
        for one in ended(tx, open).await? {
            let is_chosen = chosen.is_none_or(|chosen| match chosen.dimension {
                Dimension::Model => one.model.as_ref() == Some(&chosen.key),
                _ => one.service.is_some_and(|service| service.to_string() == chosen.key),
            });
            if is_chosen {
                let class = Class { cases: 1, seconds: one.seconds, attempts: one.attempts };
                *durations.entry(one.measure).or_default().0.entry(bound_of(one.seconds)).or_default() += class;
            }
        }
    }
    let mut report = Report { durations, ..empty(chosen) };
    for ((dimension, key), counts) in sums {
        report.breakdowns.entry(dimension).or_default().insert(key, counts);
    }
    // Any of them will do: each comes to the same.
    for counts in report.breakdowns.values().next().into_iter().flat_map(BTreeMap::values) {
        report.total += *counts;
    }
    Ok(report)
}

fn empty(chosen: Option<&Chosen>) -> Report {
    let dimensions =
        Dimension::ALL.iter().filter(|dimension| chosen.is_none_or(|chosen| chosen.dimension != **dimension));
    Report { breakdowns: dimensions.map(|dimension| (*dimension, BTreeMap::new())).collect(), ..Report::default() }
}
