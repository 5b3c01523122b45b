//! Plans in the database.

use super::validation::RESERVATION;
use super::{NewPlan, NewVersion, Plan, Version};
use crate::Caas;
use crate::accounts::Country;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{PlanId, PlanVersionId, UserId};
use sqlx::types::Json;

/// The columns of a [`Version`], each behind `$of`.
macro_rules! version_columns {
    ($of:literal) => {
        columns!($of; id, plan_id, version, price_list, currency, vat_rate_basis_points, reservation_basis_points,
            included_services, published_by, published_at)
    };
}

/// Writes a plan. For [`create`](super::create) and the demo.
pub async fn insert(caas: &Caas, tx: &mut Tx, new: &NewPlan, active: bool) -> Result<PlanId> {
    let (id, now) = (caas.new_id::<PlanId>(), caas.now());
    sql!(tx, execute
        "INSERT INTO plans (id, code, names, country, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        id, new.code.as_str(), Json(&new.names), new.country.as_str(), active, now)?;
    Ok(id)
}

/// Writes the next version of a plan. For [`publish`](super::publish) and the demo.
///
/// # Errors
/// When nothing, or everything, would reserve a car: such a version is not written by anybody.
pub async fn insert_version(
    caas: &Caas,
    tx: &mut Tx,
    plan: PlanId,
    new: &NewVersion,
    by: Option<UserId>,
) -> Result<i64> {
    if !RESERVATION.contains(&new.reservation_basis_points) {
        return Err(Failure::Stored(format!("a señal of {} basis points", new.reservation_basis_points)));
    }
    let (last, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT), COUNT(*) FROM plan_versions WHERE plan_id = $1",
        plan
    )?;
    let number = last + 1;
    sql!(tx, execute
        "INSERT INTO plan_versions (id, plan_id, version, price_list, currency, vat_rate_basis_points,
                                    reservation_basis_points, included_services, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        caas.new_id::<PlanVersionId>(), plan, number, Json(&new.price_list), new.currency.as_str(),
        new.vat_rate_basis_points, new.reservation_basis_points, Json(&new.included), by, caas.now())?;
    Ok(number)
}

/// Every plan, by country and code.
pub async fn list(tx: &mut Tx) -> Result<Vec<Plan>> {
    Ok(sql!(tx, all Plan, "SELECT id, code, names, country, active, created_at FROM plans ORDER BY country, code")?)
}

/// A plan.
pub async fn find(tx: &mut Tx, id: PlanId) -> Result<Option<Plan>> {
    Ok(sql!(tx, optional Plan, "SELECT id, code, names, country, active, created_at FROM plans WHERE id = $1", id)?)
}

/// A plan's versions, newest first.
pub async fn versions(tx: &mut Tx, plan: PlanId) -> Result<Vec<Version>> {
    Ok(sql!(tx, all Version,
        concat!("SELECT ", version_columns!(""),
                " FROM plan_versions WHERE plan_id = $1 ORDER BY version DESC LIMIT 200"), plan)?)
}

/// The version that new sales are made with; `None` when none was published yet.
pub async fn latest(tx: &mut Tx, plan: PlanId) -> Result<Option<Version>> {
    Ok(sql!(tx, optional Version,
        concat!("SELECT ", version_columns!(""),
                " FROM plan_versions WHERE plan_id = $1 ORDER BY version DESC LIMIT 1"), plan)?)
}

/// A version, old or new, and its plan.
pub async fn version(tx: &mut Tx, id: PlanVersionId) -> Result<Option<(Plan, Version)>> {
    let Some(version) =
        sql!(tx, optional Version, concat!("SELECT ", version_columns!(""), " FROM plan_versions WHERE id = $1"), id)?
    else {
        return Ok(None);
    };
    Ok(find(tx, version.plan_id).await?.map(|plan| (plan, version)))
}

/// What is offered in a country now: open plans with their newest versions, by code.
pub async fn active(tx: &mut Tx, country: &str) -> Result<Vec<(Plan, Version)>> {
    let open = sql!(tx, all Plan,
        "SELECT id, code, names, country, active, created_at FROM plans WHERE country = $1 AND active ORDER BY code", country)?;
    let mut offered = Vec::new();
    for plan in open {
        if let Some(version) = latest(tx, plan.id).await? {
            offered.push((plan, version));
        }
    }
    Ok(offered)
}

/// The countries where something is offered now.
pub async fn countries(tx: &mut Tx) -> Result<Vec<&'static Country>> {
    let rows = sql!(
        tx,
        all(String, i64),
        "SELECT country, COUNT(*) FROM plans WHERE active GROUP BY country ORDER BY country"
    )?;
    Ok(rows.iter().filter_map(|(code, _)| Country::by_code(code)).collect())
}
