//! The copy of all personal data (GDPR art. 15 and 20): asked for, made by a job, fetched for 7 days by its owner alone.

use super::inventory::{FILES, TABLES, names};
use super::model::ExportState;
use super::readable;
use super::rows::{self, Fields};
use super::zip::Zip;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// How long a copy can be fetched.
pub const LASTS: TimeDelta = TimeDelta::days(7);
/// From one copy to the next: it is much work, and nobody's data changes that much.
pub const PAUSE: TimeDelta = TimeDelta::hours(24);

/// A copy, without its content.
#[derive(Debug, Clone, FromRow)]
pub struct Export {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: ExportState,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when it can be fetched, once it is ready.
    pub expires_at: Option<Timestamp>,
    /// Its size in bytes, once it is ready.
    pub size: Option<i64>,
}

/// What became of the wish for a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A job makes it.
    Yes,
    /// One is being made already.
    UnderWay,
    /// There was one a short time ago.
    TooSoon {
        /// From when on there can be another.
        possible_at: Timestamp,
    },
}

/// The copy that was asked for last.
pub async fn latest(tx: &mut Tx, customer: UserId) -> Result<Option<Export>> {
    Ok(sql!(tx, optional Export,
        "SELECT id, state, requested_at, expires_at, size FROM data_exports WHERE customer_id = $1
         ORDER BY requested_at DESC, id DESC LIMIT 1", customer)?)
}

/// Asks for a copy.
pub async fn request(caas: &Caas, customer: UserId) -> Result<Asked> {
    let mut tx = caas.db.begin().await?;
    let now = caas.now();
    // One wish after the other: two clicks make one copy.
    sql!(&mut tx, execute "UPDATE users SET version = version + 1 WHERE id = $1", customer)?;
    if let Some(last) = latest(&mut tx, customer).await? {
        if last.state == ExportState::Requested {
            return Ok(Asked::UnderWay);
        }
        if last.requested_at + PAUSE > now {
            return Ok(Asked::TooSoon { possible_at: last.requested_at + PAUSE });
        }
    }
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO data_exports (id, customer_id, state, requested_at) VALUES ($1, $2, 'REQUESTED', $3)",
        id, customer, now)?;
    let step = (None, ExportState::Requested.as_str());
    log(caas, &mut tx, customer, Actor::customer(customer), Some(step), serde_json::json!({})).await?;
    jobs::enqueue(caas, &mut tx, &BuildExport { export: id }, Enqueue::now().keyed(format!("export:{id}"))).await?;
    tx.commit().await?;
    Ok(Asked::Yes)
}

/// The copy's bytes, for its owner and while it lasts. Each time is on record.
pub async fn fetch(caas: &Caas, customer: UserId, id: Uuid) -> Result<Option<Vec<u8>>> {
    let mut tx = caas.db.begin().await?;
    let found = sql!(
        &mut tx,
        optional(Vec<u8>, Uuid),
        "SELECT content, id FROM data_exports
         WHERE id = $1 AND customer_id = $2 AND state = 'READY' AND expires_at > $3 AND content IS NOT NULL",
        id,
        customer,
        caas.now()
    )?;
    let Some((content, _)) = found else { return Ok(None) };
    log(caas, &mut tx, customer, Actor::customer(customer), None, serde_json::json!({ "what": "FETCHED" })).await?;
    tx.commit().await?;
    Ok(Some(content))
}

async fn log(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    actor: Actor,
    step: Option<(Option<&'static str>, &'static str)>,
    data: serde_json::Value,
) -> Result<()> {
    let entry = Entry {
        before: step.and_then(|(before, _)| before),
        after: step.map(|(_, after)| after),
        data,
        visible: true,
        ..Entry::new(Some(customer), actor, EntryKind::DataExported, SubjectKind::Account, customer.0)
    };
    record(caas, tx, entry).await
}

/// Makes a copy.
#[derive(Serialize, Deserialize)]
pub struct BuildExport {
    export: Uuid,
}

impl Job for BuildExport {
    const KIND: &'static str = "rights.build_export";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.snapshot().await?;
        let wanted = sql!(
            &mut tx,
            optional(UserId, String, String),
            "SELECT e.customer_id, u.locale, u.time_zone FROM data_exports e JOIN users u ON u.id = e.customer_id
             WHERE e.id = $1 AND e.state = 'REQUESTED'",
            self.export
        )?;
        // Made already, or the account was erased meanwhile.
        let Some((customer, locale, zone)) = wanted else { return Ok(Outcome::Done) };
        let locale: Locale = locale.parse().map_err(crate::kernel::error::Failure::from)?;
        let content = build(caas, &mut tx, customer, locale, &zone).await?;
        drop(tx);

        let mut tx = caas.db.begin().await?;
        let now = caas.now();
        let made = sql!(&mut tx, execute
            "UPDATE data_exports SET state = 'READY', ready_at = $1, expires_at = $2, size = $3, content = $4
             WHERE id = $5 AND state = 'REQUESTED'",
            now, now + LASTS, content.len() as i64, &content, self.export)?;
        if made != 1 {
            return Ok(Outcome::Done);
        }
        let step = (Some(ExportState::Requested.as_str()), ExportState::Ready.as_str());
        log(caas, &mut tx, customer, Actor::SYSTEM, Some(step), serde_json::json!({})).await?;
        let notice = Notice::about(customer, NoticeEvent::ExportReady, self.export.to_string(), "/cuenta/datos");
        notify(caas, &mut tx, &notice).await?;
        jobs::enqueue(caas, &mut tx, &ExpireExport { export: self.export }, Enqueue::at(now + LASTS)).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// Throws a copy away when its time is over.
#[derive(Serialize, Deserialize)]
pub struct ExpireExport {
    export: Uuid,
}

impl Job for ExpireExport {
    const KIND: &'static str = "rights.expire_export";

    async fn run(self, caas: &Caas, _: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        let gone = sql!(
            &mut tx,
            optional(UserId, Uuid),
            "UPDATE data_exports SET state = 'EXPIRED', content = NULL WHERE id = $1 AND state = 'READY'
             RETURNING customer_id, id",
            self.export
        )?;
        let Some((customer, _)) = gone else { return Ok(Outcome::Done) };
        let step = (Some(ExportState::Ready.as_str()), ExportState::Expired.as_str());
        log(caas, &mut tx, customer, Actor::SYSTEM, Some(step), serde_json::json!({})).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// A table's rows about a customer, as they are told.
pub struct Told {
    /// The table's name.
    pub name: &'static str,
    /// What it is called: Spanish, English.
    pub title: (&'static str, &'static str),
    /// Its rows.
    pub rows: Vec<Fields>,
}

/// Everything that is told to a customer, table by table.
pub async fn everything(tx: &mut Tx, customer: UserId) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for table in TABLES {
        let columns: Vec<&str> = names(table.told).collect();
        let mut statement = format!("SELECT {} FROM {} WHERE ({})", columns.join(", "), table.name, table.whose);
        if let Some(condition) = table.told_if {
            statement.push_str(&format!(" AND ({condition})"));
        }
        let rows = rows::of_customer(tx, statement, customer).await?;
        told.push(Told { name: table.name, title: table.title, rows });
    }
    Ok(told)
}

/// The ZIP file: the data for machines and for people, a page that explains it, and the files.
async fn build(caas: &Caas, tx: &mut Tx, customer: UserId, locale: Locale, zone: &str) -> Result<Vec<u8>> {
    let told = everything(tx, customer).await?;
    let mut zip = Zip::default();
    zip.add(locale.t("LEEME.txt", "README.txt"), readable::guide(locale).as_bytes());
    let tables: serde_json::Map<String, serde_json::Value> = told
        .iter()
        .map(|table| (table.name.to_owned(), table.rows.iter().cloned().map(serde_json::Value::Object).collect()))
        .collect();
    let json = serde_json::json!({
        "format": "caas-personal-data/1", "account": customer, "madeAt": caas.now(), "tables": tables,
    });
    zip.add(locale.t("datos.json", "data.json"), &serde_json::to_vec_pretty(&json)?);
    let page = readable::page(&told, locale, zone, caas.now());
    zip.add(locale.t("datos.html", "data.html"), page.as_bytes());
    for files in FILES {
        let list = sql!(
            tx,
            all(Uuid, String),
            AssertSqlSafe(format!("SELECT id, name FROM {} WHERE {}", files.table, files.whose)),
            customer
        )?;
        for (id, name) in list {
            let content = sql!(
                tx,
                optional(Vec<u8>, Uuid),
                AssertSqlSafe(format!("SELECT content, id FROM {} WHERE id = $1", files.table)),
                id
            )?;
            if let Some((content, _)) = content {
                zip.add(&format!("{}/{}/{id}-{}", locale.t("archivos", "files"), files.table, plain(&name)), &content);
            }
        }
    }
    Ok(zip.finish())
}

/// A file's name that leads nowhere else when it is unpacked.
fn plain(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.chars().map(|c| if fits(c) { c } else { '_' }).take(80).collect();
    name.trim_start_matches('.').to_owned()
}
