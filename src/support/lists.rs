//! Work lists: which cases, in which order, page by page. Each long list has an index in each of its orders, and a page
//! begins where the one before ended.

use super::model::{COUNTED_UP_TO, Counts, PageKey, Priority, Queue, TicketFilter, TicketSort, TicketStatus};
use super::tickets::Ticket;
use super::words::{MOST_WORDS, Search, search};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{TicketId, UserId};
use crate::kernel::locale::Bilingual;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// When the answer is due; what has no running clock comes last. Word for word as in the indexes.
macro_rules! due {
    () => {
        "COALESCE(t.answer_due_at, '9999-01-01T00:00:00+00:00')"
    };
}

/// A case as a list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct TicketLine {
    /// Its id.
    pub id: TicketId,
    /// For people.
    pub number: String,
    /// Where it waits.
    #[sqlx(try_from = "String")]
    pub queue: Queue,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub status: TicketStatus,
    /// How pressing it is.
    #[sqlx(try_from = "String")]
    pub priority: Priority,
    /// Code of why it was opened.
    pub reason: String,
    /// Of a question, in the customer's words.
    pub subject: Option<String>,
    /// While the clock runs: by when the customer gets an answer.
    pub answer_due_at: Option<Timestamp>,
    /// While it stands still: open time that was left, in seconds.
    pub answer_left_seconds: Option<i64>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything last happened on it.
    pub updated_at: Timestamp,
    /// The agent who has it.
    pub assignee_name: Option<String>,
    /// Whose it is.
    pub customer_name: String,
    /// The car's model.
    pub model_name: Option<String>,
    /// The car's plate.
    pub plate: Option<String>,
    /// What it is about.
    pub service_names: Option<Json<Bilingual>>,
    /// The time the list is ordered by.
    sorted_at: Timestamp,
}

impl TicketLine {
    /// Where the next page begins after this line.
    pub fn key(&self) -> PageKey {
        PageKey { rank: self.priority.rank(), at: self.sorted_at, id: self.id }
    }
}

/// How a list is ordered, in SQL: the time, the order, and what comes after the key of the page before. The first half of
/// the latter is for the index, which not every engine enters by several columns at once.
fn order_of(sort: TicketSort) -> (&'static str, &'static str, &'static str) {
    match sort {
        TicketSort::Oldest => {
            ("t.created_at", "t.created_at, t.id", "t.created_at >= $11 AND (t.created_at, t.id) > ($11, $12)")
        }
        TicketSort::Newest => (
            "t.created_at",
            "t.created_at DESC, t.id DESC",
            "t.created_at <= $11 AND (t.created_at, t.id) < ($11, $12)",
        ),
        TicketSort::Due => {
            (due!(), concat!(due!(), ", t.id"), concat!(due!(), " >= $11 AND (", due!(), ", t.id) > ($11, $12)"))
        }
        TicketSort::Priority => (
            "t.created_at",
            "t.urgency, t.created_at, t.id",
            "t.urgency >= $10 AND (t.urgency, t.created_at, t.id) > ($10, $11, $12)",
        ),
        TicketSort::Updated => (
            "t.updated_at",
            "t.updated_at DESC, t.id DESC",
            "t.updated_at <= $11 AND (t.updated_at, t.id) < ($11, $12)",
        ),
    }
}

/// So many cases are gathered before they are sorted.
const RARE: i64 = 1_000;

/// Whether more cases have a word with this beginning than are quickly gathered and sorted.
async fn is_common(tx: &mut Tx, word: &str) -> Result<bool> {
    let (found,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM (SELECT w.ticket_id FROM ticket_words w WHERE w.word >= $1 AND w.word < $2 LIMIT $3) a",
        word,
        end_of(word),
        RARE + 1
    )?;
    Ok(found > RARE)
}

/// Behind every word with this beginning.
fn end_of(word: &str) -> String {
    format!("{word}\u{10ffff}")
}

/// The cases of a list, a page at a time.
pub async fn list(tx: &mut Tx, filter: &TicketFilter, now: Timestamp, limit: i64) -> Result<Vec<TicketLine>> {
    let search = search(&filter.text);
    let (number, typed) = match &search {
        Search::Everything => (None, &[][..]),
        Search::Number(number) => (Some(number.as_str()), &[][..]),
        Search::Words(words) => (None, words.as_slice()),
    };
    let mut common = Vec::new();
    for word in typed {
        common.push(is_common(tx, word).await?);
    }
    let (time, order, after) = order_of(filter.order());
    // Only texts of ours are put together; what comes from outside is bound. A value that is not used is bound as well,
    // since the numbers of the placeholders are the same in every list.
    let mut conditions: Vec<String> = Vec::new();
    let mut when = |used: bool, condition: &str, unused: &str| {
        conditions.push(if used { condition } else { unused }.to_owned());
    };
    when(filter.queue.is_some(), "t.queue = $1", "$1 IS NULL");
    when(filter.mine.is_some(), "t.assigned_to = $2", "$2 IS NULL");
    when(filter.team.is_some(), "t.team = $3", "$3 IS NULL");
    when(filter.reason.is_some(), "t.reason = $4", "$4 IS NULL");
    when(filter.model.is_some(), "t.model_code = $5", "$5 IS NULL");
    when(filter.service.is_some(), "t.service_id = $6", "$6 IS NULL");
    when(filter.priority.is_some(), "t.urgency = $7", "$7 IS NULL");
    when(number.is_some(), "t.number = $8", "$8 IS NULL");
    when(filter.overdue, concat!(due!(), " < $9"), "$9 IS NOT NULL");
    when(filter.after.is_some(), after, "$10 IS NULL AND $11 IS NOT NULL AND $12 IS NULL");
    for at in 0..MOST_WORDS {
        let (from, to) = (14 + 2 * at, 15 + 2 * at);
        // A rare word leads to its cases. A common one is looked for in the cases as they come, which soon fill the page.
        let used = if common.get(at) == Some(&true) {
            format!(
                "EXISTS (SELECT 1 FROM ticket_words w WHERE w.ticket_id = t.id AND w.word >= ${from} AND w.word < ${to})"
            )
        } else {
            format!("t.id IN (SELECT w.ticket_id FROM ticket_words w WHERE w.word >= ${from} AND w.word < ${to})")
        };
        let unused = format!("${from} IS NULL AND ${to} IS NULL");
        when(at < typed.len(), &used, &unused);
    }
    let searching = search != Search::Everything;
    when(filter.unassigned, "t.assigned_to IS NULL", "1 = 1");
    when(filter.waiting, "t.status = 'WAITING_FOR_CUSTOMER'", "1 = 1");
    when(filter.solved, "t.status = 'SOLVED'", if searching { "1 = 1" } else { "t.is_open" });
    // The lines of the page first, by an index and without the people: only those are then looked up.
    let text = format!(
        "SELECT t.id, t.number, t.queue, t.status, t.priority, t.reason, t.subject, t.answer_due_at, t.answer_left_seconds,
                t.created_at, t.updated_at, g.name AS assignee_name, u.name AS customer_name, m.name AS model_name,
                v.plate, a.service_names, {time} AS sorted_at
         FROM (SELECT t.id FROM tickets t WHERE {} ORDER BY {order} LIMIT $13) k
         JOIN tickets t ON t.id = k.id
         JOIN users u ON u.id = t.customer_id
         LEFT JOIN users g ON g.id = t.assigned_to
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         ORDER BY {order}",
        conditions.join(" AND ")
    );
    let key = filter.after;
    let word = |at: usize| typed.get(at).cloned();
    let end = |at: usize| typed.get(at).map(|word| end_of(word));
    Ok(sql!(tx, all TicketLine, AssertSqlSafe(text.clone()),
        filter.queue.map(Queue::as_str), filter.mine, filter.team.map(super::model::Team::as_str), filter.reason.as_deref(),
        filter.model.as_deref(), filter.service, filter.priority.map(Priority::rank), number, now,
        key.map(|key| key.rank), key.map_or(now, |key| key.at), key.map(|key| key.id), limit,
        word(0), end(0), word(1), end(1), word(2), end(2))?)
}

/// How many open cases are in each work list; each is counted up to [`COUNTED_UP_TO`], along its index.
pub async fn counts(tx: &mut Tx, agent: UserId, now: Timestamp) -> Result<Counts> {
    let (ota, general, mine, unassigned, overdue, waiting) = sql!(
        tx,
        one(i64, i64, i64, i64, i64, i64),
        concat!(
            "SELECT
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.is_open AND t.queue = 'OTA' LIMIT $3) a),
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.is_open AND t.queue = 'GENERAL' LIMIT $3) b),
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.is_open AND t.assigned_to = $1 LIMIT $3) c),
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.is_open AND t.assigned_to IS NULL LIMIT $3) d),
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.is_open AND ",
            due!(),
            " < $2 LIMIT $3) e),
               (SELECT COUNT(*) FROM (SELECT t.id FROM tickets t WHERE t.status = 'WAITING_FOR_CUSTOMER' LIMIT $3) f)"
        ),
        agent,
        now,
        COUNTED_UP_TO
    )?;
    Ok(Counts { ota, general, mine, unassigned, overdue, waiting })
}

/// Open cases that look alike.
#[derive(Debug, Clone)]
pub struct Group {
    /// How many others there are, counted up to [`COUNTED_UP_TO`].
    pub count: i64,
    /// The first of them, those waiting longest first.
    pub tickets: Vec<TicketLine>,
}

/// The other open cases with the same error code, model and service.
pub async fn similar(tx: &mut Tx, ticket: &Ticket, limit: i64) -> Result<Group> {
    let (Some(model), Some(service)) = (&ticket.model_code, ticket.service_id) else {
        return Ok(Group { count: 0, tickets: Vec::new() });
    };
    let (count,) = sql!(tx, one (i64,),
        "SELECT COUNT(*) FROM (SELECT t.id FROM tickets t
                               WHERE t.is_open AND t.reason = $1 AND t.model_code = $2 AND t.service_id = $3 AND t.id <> $4
                               LIMIT $5) a",
        &ticket.reason, model, service, ticket.id, COUNTED_UP_TO)?;
    let tickets = sql!(tx, all TicketLine,
        "SELECT t.id, t.number, t.queue, t.status, t.priority, t.reason, t.subject, t.answer_due_at, t.answer_left_seconds,
                t.created_at, t.updated_at, g.name AS assignee_name, u.name AS customer_name, m.name AS model_name,
                v.plate, a.service_names, t.created_at AS sorted_at
         FROM (SELECT t.id FROM tickets t
               WHERE t.is_open AND t.reason = $1 AND t.model_code = $2 AND t.service_id = $3 AND t.id <> $4
               ORDER BY t.id LIMIT $5) k
         JOIN tickets t ON t.id = k.id
         JOIN users u ON u.id = t.customer_id
         LEFT JOIN users g ON g.id = t.assigned_to
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         ORDER BY t.id",
        &ticket.reason, model, service, ticket.id, limit)?;
    Ok(Group { count, tickets })
}

/// A customer's cases, newest first, older than `before` when given.
pub async fn tickets_of_customer(
    tx: &mut Tx,
    customer: UserId,
    before: Option<TicketId>,
    limit: i64,
) -> Result<Vec<TicketLine>> {
    Ok(sql!(tx, all TicketLine,
        "SELECT t.id, t.number, t.queue, t.status, t.priority, t.reason, t.subject, t.answer_due_at, t.answer_left_seconds,
                t.created_at, t.updated_at, g.name AS assignee_name, u.name AS customer_name, m.name AS model_name,
                v.plate, a.service_names, t.created_at AS sorted_at
         FROM tickets t
         JOIN users u ON u.id = t.customer_id
         LEFT JOIN users g ON g.id = t.assigned_to
         LEFT JOIN vehicles v ON v.id = t.vehicle_id LEFT JOIN vehicle_models m ON m.code = v.model_code
         LEFT JOIN service_activations a ON a.service_activation_id = t.service_activation_id
         WHERE t.customer_id = $1 AND t.id < $2
         ORDER BY t.created_at DESC, t.id DESC LIMIT $3",
        customer, before.unwrap_or(TicketId(Uuid::max())), limit)?)
}
