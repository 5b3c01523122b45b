//! Public holidays that an administrator adds to those of the law: one-off days, and changes of the law.

use super::holidays::{Holidays, of_law};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::support::calendars::{Holiday, LONGEST_HOLIDAY};
use crate::support::model::{CalendarProblem, written};
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use uuid::Uuid;

/// The countries whose holidays we know.
pub const COUNTRIES: [&str; 5] = ["ES", "FR", "DE", "GB", "US"];

/// The public holidays of a country.
pub async fn holidays_of(tx: &mut Tx, country: &str) -> Result<Holidays> {
    let rows = sql!(
        tx,
        all(String, String),
        "SELECT day, name FROM public_holidays WHERE country = $1 ORDER BY day",
        country
    )?;
    Ok(Holidays::of(country).with(rows.into_iter().filter_map(|(day, name)| Some((day.parse().ok()?, name)))))
}

/// The days that were added for a country, from a day on.
pub async fn added(tx: &mut Tx, country: &str, from: NaiveDate) -> Result<Vec<Holiday>> {
    let rows = sql!(
        tx,
        all(String, String),
        "SELECT day, name FROM public_holidays WHERE country = $1 AND day >= $2 ORDER BY day LIMIT 200",
        country,
        from.to_string()
    )?;
    Ok(rows.into_iter().filter_map(|(day, name)| Some(Holiday { day: day.parse().ok()?, name })).collect())
}

/// Adds a day, today at the earliest. Periods that end on it are longer from now on.
pub async fn add(
    caas: &Caas,
    admin: UserId,
    country: &str,
    day: NaiveDate,
    name: &str,
) -> Result<std::result::Result<(), CalendarProblem>> {
    let Some(name) = written(name, LONGEST_HOLIDAY) else { return Ok(Err(CalendarProblem::Name)) };
    let today = caas.now().date_naive();
    if day < today {
        return Ok(Err(CalendarProblem::Past));
    }
    if day > today + TimeDelta::days(366 * 5) {
        return Ok(Err(CalendarProblem::NotADay));
    }
    if of_law(country, day.year()).iter().any(|(known, _)| *known == day) {
        return Ok(Err(CalendarProblem::Known));
    }
    let mut tx = caas.db.begin().await?;
    let written = sql!(&mut tx, execute
        "INSERT INTO public_holidays (country, day, name, added_by, added_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (country, day) DO NOTHING", country, day.to_string(), &name, admin, caas.now())?;
    if written == 0 {
        return Ok(Err(CalendarProblem::Known));
    }
    log(caas, &mut tx, admin, country, day, "PUBLIC_HOLIDAY_ADDED").await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a day away that was added. `false` when there is none.
pub async fn remove(caas: &Caas, admin: UserId, country: &str, day: NaiveDate) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let gone = sql!(&mut tx, execute
        "DELETE FROM public_holidays WHERE country = $1 AND day = $2", country, day.to_string())?;
    if gone == 0 {
        return Ok(false);
    }
    log(caas, &mut tx, admin, country, day, "PUBLIC_HOLIDAY_REMOVED").await?;
    tx.commit().await?;
    Ok(true)
}

async fn log(caas: &Caas, tx: &mut Tx, admin: UserId, country: &str, day: NaiveDate, what: &str) -> Result<()> {
    let entry = Entry {
        data: serde_json::json!({ "what": what, "country": country, "day": day.to_string() }),
        ..Entry::new(
            None,
            Actor::staff(admin),
            EntryKind::CalendarChanged,
            SubjectKind::Calendar,
            // There is one for each country, which has no id.
            Uuid::nil(),
        )
    };
    record(caas, tx, entry).await
}
