//! Administrators make plans, publish versions, and open and close plans.

use super::validation::{LONGEST, is_code};
use super::{NewPlan, NewVersion, PlanField, PlanProblem, Problems, find, insert, insert_version, latest};
use crate::Caas;
use crate::accounts::Country;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::{Tx, is_duplicate};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{PlanId, UserId};

/// Makes a plan without a version: it is offered once it has one and is opened.
pub async fn create(caas: &Caas, by: UserId, new: &NewPlan) -> Result<std::result::Result<PlanId, Problems>> {
    let mut wrong = Vec::new();
    if new.code.is_empty() {
        wrong.push((PlanField::Code, PlanProblem::Missing));
    } else if !is_code(&new.code) {
        wrong.push((PlanField::Code, PlanProblem::Unreadable));
    }
    for (field, name) in [(PlanField::NameEs, &new.names.es), (PlanField::NameEn, &new.names.en)] {
        if name.trim().is_empty() {
            wrong.push((field, PlanProblem::Missing));
        } else if name.chars().count() > LONGEST {
            wrong.push((field, PlanProblem::Unreadable));
        }
    }
    if Country::by_code(&new.country).is_none() {
        wrong.push((PlanField::Country, PlanProblem::UnknownCountry));
    }
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let mut tx = caas.db.begin().await?;
    let id = match insert(caas, &mut tx, new, false).await {
        Ok(id) => id,
        Err(Failure::Database(error)) if is_duplicate(&error) => {
            return Ok(Err(vec![(PlanField::Code, PlanProblem::Taken)]));
        }
        Err(error) => return Err(error),
    };
    note(caas, &mut tx, Actor::staff(by), id, None, "CLOSED", serde_json::json!({ "code": new.code })).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Publishes the next version of a plan. `None` when there is no such plan.
pub async fn publish(
    caas: &Caas,
    by: UserId,
    plan: PlanId,
    new: &NewVersion,
) -> Result<Option<std::result::Result<i64, Problems>>> {
    let catalogue = caas.catalogue().await?;
    let wrong = new.problems(&catalogue);
    if !wrong.is_empty() {
        return Ok(Some(Err(wrong)));
    }
    let mut tx = caas.db.begin().await?;
    // The plan's row is locked by this: of two who publish at once, the second gets the next number.
    let known = sql!(tx, execute "UPDATE plans SET updated_at = $1 WHERE id = $2", caas.now(), plan)?;
    if known != 1 {
        return Ok(None);
    }
    let number = insert_version(caas, &mut tx, plan, new, Some(by)).await?;
    let data = serde_json::json!({ "version": number });
    let entry = Entry { data, ..Entry::new(None, Actor::staff(by), EntryKind::PlanChanged, SubjectKind::Plan, plan.0) };
    record(caas, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(Some(Ok(number)))
}

/// Offers a plan for new sales, or no longer. Registered sales are untouched. `false` when there is no such plan, or it has
/// no version that could be sold.
pub async fn set_active(caas: &Caas, by: UserId, plan: PlanId, active: bool) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(known) = find(&mut tx, plan).await? else { return Ok(false) };
    if active && latest(&mut tx, plan).await?.is_none() {
        return Ok(false);
    }
    if known.active != active {
        sql!(tx, execute "UPDATE plans SET active = $1, updated_at = $2 WHERE id = $3", active, caas.now(), plan)?;
        let word = |open: bool| if open { "OPEN" } else { "CLOSED" };
        let data = serde_json::json!({ "code": known.code });
        note(caas, &mut tx, Actor::staff(by), plan, Some(word(known.active)), word(active), data).await?;
        tx.commit().await?;
    }
    Ok(true)
}

async fn note(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    plan: PlanId,
    before: Option<&'static str>,
    after: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    let entry = Entry {
        before,
        after: Some(after),
        data,
        ..Entry::new(None, by, EntryKind::PlanChanged, SubjectKind::Plan, plan.0)
    };
    record(caas, tx, entry).await
}
