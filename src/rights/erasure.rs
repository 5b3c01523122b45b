//! Being forgotten (GDPR art. 17): planned with a week in which it can be taken back, then done in one transaction.
//!
//! What the law wants kept stays without a name (art. 17(3)(b) and (e)): books, evidence and the sealed story, which hold
//! ids and codes. The names on invoices go when their time is over, by a job of their own.

use super::inventory::{Erased, TABLES};
use super::model::{ErasureState, Obstacle, years_kept};
use super::rows;
use crate::Caas;
use crate::accounts;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::sales::model::AssignmentStatus;
use crate::sales::stock;
use crate::support;
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// How long it can be taken back.
pub const COOLING_OFF: TimeDelta = TimeDelta::days(7);

/// An erasure.
#[derive(Debug, Clone, FromRow)]
pub struct Erasure {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: ErasureState,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it is done, if it is not taken back.
    pub due_at: Timestamp,
}

/// What became of the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It will be done.
    Yes,
    /// First this has to be settled.
    InTheWay(Vec<Open>),
}

/// Something that is still open, with the page on which it is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What kind of thing.
    pub what: Obstacle,
    /// Its name, where it has one.
    pub name: Bilingual,
    /// The page, local.
    pub href: String,
}

/// The erasure that was asked for last.
pub async fn latest(tx: &mut Tx, customer: UserId) -> Result<Option<Erasure>> {
    Ok(sql!(tx, optional Erasure,
        "SELECT id, state, requested_at, due_at FROM erasures WHERE customer_id = $1
         ORDER BY requested_at DESC, id DESC LIMIT 1", customer)?)
}

/// What has to be settled before the account can go: nothing is lost silently.
pub async fn in_the_way(tx: &mut Tx, customer: UserId) -> Result<Vec<Open>> {
    let mut open = services_in_the_way(tx, customer, None).await?;
    let debts = sql!(
        tx,
        all(Uuid, i64),
        "SELECT id, amount_cents FROM debts WHERE customer_id = $1 AND state IN ('OPEN', 'IN_COLLECTION') ORDER BY id",
        customer
    )?;
    if !debts.is_empty() {
        open.push(Open { what: Obstacle::Debt, name: Bilingual::default(), href: "/expediente/deudas".to_owned() });
    }
    let invoices = sql!(
        tx,
        all(Uuid, String),
        "SELECT id, number FROM invoices WHERE customer_id = $1 AND state = 'ISSUED' ORDER BY id LIMIT 20",
        customer
    )?;
    for (id, number) in invoices {
        let name = Bilingual { es: number.clone(), en: number };
        open.push(Open { what: Obstacle::UnpaidInvoice, name, href: format!("/expediente/facturas/{id}") });
    }
    let orders = sql!(
        tx,
        all(Uuid, String),
        "SELECT id, number FROM customer_orders WHERE customer_id = $1 AND NOT is_over AND status <> 'DRAFT' ORDER BY id",
        customer
    )?;
    for (id, number) in orders {
        let name = Bilingual { es: number.clone(), en: number };
        open.push(Open { what: Obstacle::CarOnOrder, name, href: format!("/expediente/pedidos/{id}") });
    }
    let moving = sql!(
        tx,
        optional(Uuid, String),
        "SELECT o.id, o.kind FROM payment_operations o JOIN payments p ON p.id = o.payment_id
         WHERE p.customer_id = $1 AND o.state = 'REQUESTED' LIMIT 1",
        customer
    )?;
    if moving.is_some() {
        open.push(Open {
            what: Obstacle::MoneyUnderWay,
            name: Bilingual::default(),
            href: "/expediente/pagos".to_owned(),
        });
    }
    Ok(open)
}

/// The services of a customer that are on their way, and the subscriptions that run; of one car when given.
pub(super) async fn services_in_the_way(
    tx: &mut Tx,
    customer: UserId,
    vehicle: Option<VehicleId>,
) -> Result<Vec<Open>> {
    let rows = sql!(
        tx,
        all(Uuid, String, Option<Uuid>, sqlx::types::Json<Bilingual>),
        "SELECT a.service_activation_id, a.current_state, s.id, a.service_names
         FROM service_activations a LEFT JOIN subscriptions s ON s.service_activation_id = a.service_activation_id
         WHERE a.customer_id = $1 AND NOT a.is_over AND a.handed_over_at IS NULL AND ($2 IS NULL OR a.vehicle_id = $2)
           AND (a.current_state <> 'ACTIVE' OR a.offer_kind = 'SUBSCRIPTION')
         ORDER BY a.created_at, a.service_activation_id",
        customer,
        vehicle
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, state, subscription, names)| Open {
            what: if state == "ACTIVE" { Obstacle::Subscription } else { Obstacle::OpenPurchase },
            name: names.0,
            href: match subscription {
                Some(subscription) => format!("/expediente/suscripciones/{subscription}"),
                None => format!("/expediente/activaciones/{id}"),
            },
        })
        .collect())
}

/// Plans the erasure of somebody who has just given the password again.
pub async fn plan(caas: &Caas, customer: UserId) -> Result<Planned> {
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute "UPDATE users SET version = version + 1 WHERE id = $1", customer)?;
    if latest(&mut tx, customer).await?.is_some_and(|last| last.state == ErasureState::Planned) {
        return Ok(Planned::Yes);
    }
    let open = in_the_way(&mut tx, customer).await?;
    if !open.is_empty() {
        return Ok(Planned::InTheWay(open));
    }
    let (id, now) = (caas.new_uuid(), caas.now());
    let due = now + COOLING_OFF;
    sql!(&mut tx, execute
        "INSERT INTO erasures (id, customer_id, state, requested_at, due_at) VALUES ($1, $2, 'PLANNED', $3, $4)",
        id, customer, now, due)?;
    log(caas, &mut tx, customer, Actor::customer(customer), (None, ErasureState::Planned)).await?;
    let (locale, zone) = reader(&mut tx, customer).await?;
    let day = when::moment(due, &zone, locale);
    let text = match locale {
        Locale::Es => format!(
            "Tu cuenta de CaaS se borra el {day}. Hasta entonces puedes cambiar de idea en tu cuenta. Es el último correo que te mandamos sobre ello. Si no lo has pedido tú, entra ahora, conserva la cuenta y cambia tu contraseña."
        ),
        Locale::En => format!(
            "Your CaaS account will be erased on {day}. Until then you can change your mind in your account. This is the last mail we send you about it. If you did not ask for it, sign in now, keep the account and change your password."
        ),
    };
    tell(caas, &mut tx, customer, id, text).await?;
    jobs::enqueue(caas, &mut tx, &EraseAccount { erasure: id }, Enqueue::at(due).keyed(format!("erasure:{id}")))
        .await?;
    tx.commit().await?;
    Ok(Planned::Yes)
}

/// Takes the wish back. `false` when there is none.
pub async fn take_back(caas: &Caas, customer: UserId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let changed = sql!(&mut tx, execute
        "UPDATE erasures SET state = 'TAKEN_BACK', ended_at = $1 WHERE customer_id = $2 AND state = 'PLANNED'",
        caas.now(), customer)?;
    if changed == 0 {
        return Ok(false);
    }
    let step = (Some(ErasureState::Planned), ErasureState::TakenBack);
    log(caas, &mut tx, customer, Actor::customer(customer), step).await?;
    tx.commit().await?;
    Ok(true)
}

async fn reader(tx: &mut Tx, customer: UserId) -> Result<(Locale, String)> {
    let (locale, zone) = sql!(tx, one(String, String), "SELECT locale, time_zone FROM users WHERE id = $1", customer)?;
    Ok((locale.parse()?, zone))
}

async fn tell(caas: &Caas, tx: &mut Tx, customer: UserId, erasure: Uuid, text: String) -> Result<()> {
    let key = format!("{erasure}:{}", caas.now().timestamp());
    let notice =
        Notice { text: Some(text), ..Notice::about(customer, NoticeEvent::ErasurePlanned, key, "/cuenta/borrar") };
    notify(caas, tx, &notice).await
}

async fn log(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    actor: Actor,
    (before, after): (Option<ErasureState>, ErasureState),
) -> Result<()> {
    let entry = Entry {
        before: before.map(ErasureState::as_str),
        after: Some(after.as_str()),
        visible: true,
        ..Entry::new(Some(customer), actor, EntryKind::ErasureChanged, SubjectKind::Account, customer.0)
    };
    record(caas, tx, entry).await
}

/// Erases an account when its time has come.
#[derive(Serialize, Deserialize)]
pub struct EraseAccount {
    erasure: Uuid,
}

impl Job for EraseAccount {
    const KIND: &'static str = "rights.erase_account";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let planned = sql!(
            &mut tx,
            optional(UserId, Timestamp),
            "UPDATE erasures SET ended_at = $1 WHERE id = $2 AND state = 'PLANNED' RETURNING customer_id, due_at",
            caas.now(),
            self.erasure
        )?;
        let Some((customer, _)) = planned else { return Ok(Outcome::Done) };
        if in_the_way(&mut tx, customer).await?.is_empty() {
            erase(caas, &mut tx, customer, self.erasure).await?;
        } else {
            stop(caas, &mut tx, customer, self.erasure).await?;
        }
        Ok(Outcome::DoneIn(tx))
    }
}

/// Something was begun during the week: the customer settles it and asks again.
async fn stop(caas: &Caas, tx: &mut Tx, customer: UserId, erasure: Uuid) -> Result<()> {
    sql!(tx, execute "UPDATE erasures SET state = 'STOPPED' WHERE id = $1", erasure)?;
    log(caas, tx, customer, Actor::SYSTEM, (Some(ErasureState::Planned), ErasureState::Stopped)).await?;
    let (locale, _) = reader(tx, customer).await?;
    let text = locale.t(
        "No hemos podido borrar tu cuenta: has empezado algo que sigue abierto. En la página del borrado pone qué es; cuando esté resuelto, pídelo otra vez.",
        "We could not erase your account: you began something that is still open. The page of the erasure says what; once it is settled, ask again.",
    );
    tell(caas, tx, customer, erasure, text.to_owned()).await
}

/// Takes away whatever names the person, in the caller's transaction. The order matters: what finds rows goes last.
async fn erase(caas: &Caas, tx: &mut Tx, customer: UserId, erasure: Uuid) -> Result<()> {
    let now = caas.now();
    let (email, country) =
        sql!(tx, one(String, String), "SELECT email_key, country FROM users WHERE id = $1", customer)?;
    support::close_all_of(caas, tx, customer).await?;
    super::owner_change::withdraw_all_of(caas, tx, customer).await?;
    release_cars(caas, tx, customer).await?;
    forget_methods(caas, tx, customer).await?;
    // A sale that was begun names its buyer before it knows the account.
    sql!(tx, execute
        "UPDATE customer_orders SET draft = NULL
         WHERE status = 'DRAFT' AND LOWER(CAST(draft AS TEXT)) LIKE $1 ESCAPE '!'", quoted_somewhere(&email))?;
    for table in TABLES {
        let statement = match table.erased {
            Erased::Rows => format!("DELETE FROM {} WHERE {}", table.name, table.whose),
            Erased::Columns(columns) => {
                let set: Vec<_> = columns.iter().map(|(column, value)| format!("{column} = {value}")).collect();
                format!("UPDATE {} SET {} WHERE {}", table.name, set.join(", "), table.whose)
            }
            Erased::Nothing | Erased::ByHand => continue,
        };
        rows::change(tx, statement, customer).await?;
    }
    accounts::forget_person(caas, tx, customer).await?;
    let invoices_until = invoices_until(tx, customer, &country).await?;
    sql!(tx, execute
        "UPDATE erasures SET state = 'DONE', invoices_until = $1 WHERE id = $2", invoices_until, erasure)?;
    log(caas, tx, customer, Actor::SYSTEM, (Some(ErasureState::Planned), ErasureState::Done)).await?;
    if let Some(until) = invoices_until {
        jobs::enqueue(caas, tx, &ForgetInvoices { erasure }, Enqueue::at(until.max(now))).await?;
    }
    Ok(())
}

/// The pattern of a text that holds these words in quotes. `_` is common in addresses, and no wildcard.
fn quoted_somewhere(words: &str) -> String {
    let literal: String = words.chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
    format!("%\"{literal}\"%")
}

/// Ownership ends. What is switched on stays with the car.
async fn release_cars(caas: &Caas, tx: &mut Tx, customer: UserId) -> Result<()> {
    let now = caas.now();
    let cars =
        sql!(tx, all(VehicleId, i64), "SELECT id, version FROM vehicles WHERE customer_id = $1 ORDER BY id", customer)?;
    let (before, after) = (AssignmentStatus::AssignedToCustomer, AssignmentStatus::OwnerUnknown);
    for (car, _) in cars {
        sql!(tx, execute
            "UPDATE vehicles SET customer_id = NULL, assignment_status = $1, updated_at = $2, version = version + 1
             WHERE id = $3", after.as_str(), now, car)?;
        stock::note(caas, tx, Actor::SYSTEM, Some(customer), car, before.as_str(), after.as_str()).await?;
    }
    sql!(tx, execute
        "UPDATE service_activations SET handed_over_at = $1, version = version + 1
         WHERE customer_id = $2 AND NOT is_over AND handed_over_at IS NULL", now, customer)?;
    Ok(())
}

/// Payments go on pointing to a method that says nothing.
async fn forget_methods(caas: &Caas, tx: &mut Tx, customer: UserId) -> Result<()> {
    let methods = sql!(tx, all(Uuid, String), "SELECT id, kind FROM payment_methods WHERE customer_id = $1", customer)?;
    for (id, _) in methods {
        sql!(tx, execute
            "UPDATE payment_methods SET token = $1, brand = NULL, last4 = NULL, exp_month = NULL, exp_year = NULL,
                    is_default = $2, removed_at = COALESCE(removed_at, $3) WHERE id = $4",
            format!("erased:{id}"), false, caas.now(), id)?;
    }
    Ok(())
}

/// Until when the law wants the buyer named on the invoices: full calendar years after the year of the last one. `None`
/// when there is no invoice.
async fn invoices_until(tx: &mut Tx, customer: UserId, country: &str) -> Result<Option<Timestamp>> {
    let last = sql!(
        tx,
        optional(String, Uuid),
        "SELECT issued_on, id FROM invoices WHERE customer_id = $1 ORDER BY issued_on DESC LIMIT 1",
        customer
    )?;
    let year = last.and_then(|(day, _)| day.parse::<NaiveDate>().ok()).map(|day| day.year());
    let first_free = year.and_then(|year| NaiveDate::from_ymd_opt(year + years_kept(country) + 1, 1, 1));
    Ok(first_free.map(|day| when::start_of_day(day, "UTC")))
}

/// Takes the buyer off the invoices of an erased account.
#[derive(Serialize, Deserialize)]
pub struct ForgetInvoices {
    erasure: Uuid,
}

impl Job for ForgetInvoices {
    const KIND: &'static str = "rights.forget_invoices";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let erased = sql!(
            &mut tx,
            optional(UserId, Uuid),
            "SELECT customer_id, id FROM erasures WHERE id = $1 AND state = 'DONE' AND invoices_until <= $2",
            self.erasure,
            caas.now()
        )?;
        let Some((customer, _)) = erased else { return Ok(Outcome::Done) };
        sql!(&mut tx, execute
            "UPDATE invoices SET buyer_name = '', buyer_email = '' WHERE customer_id = $1", customer)?;
        Ok(Outcome::DoneIn(tx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_finds_itself_only() {
        assert_eq!(quoted_somewhere("ana_b@example.com"), "%\"ana!_b@example.com\"%");
        assert_eq!(quoted_somewhere("50%!@example.com"), "%\"50!%!!@example.com\"%");
    }
}
