//! The papers of an order: what its country asks for, what is there, and what was refused.
//!
//! A paper is read by its customer, its dealership and administrators, and by nobody else. A newer one takes the place of
//! an older one, which is kept.

use super::model::{OrderStatus, OwnerKind};
use super::notices::{self, Say};
use super::orders::{self, Order};
use super::registration;
use super::registration::countries::{Country, Paper, Provider, country};
use super::who::{self, Who};
use crate::Caas;
use crate::expediente::model::{EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OrderId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::notifications::model::NoticeEvent;
use crate::support::model::{AttachmentKind, NewAttachment};
use sqlx::FromRow;
use uuid::Uuid;

/// The largest paper, in bytes.
pub const LARGEST: usize = 5 * 1024 * 1024;

/// Papers that one order may hold, replaced ones included.
const MOST: i64 = 60;

/// The longest reason for a refusal, in characters.
const LONGEST_REASON: usize = 500;

codes! {
    /// How a paper stands.
    pub enum PaperState {
        /// Nobody has brought it.
        Missing = "MISSING",
        /// It was uploaded.
        Provided = "PROVIDED",
        /// People of ours looked at it and it is good.
        Accepted = "ACCEPTED",
        /// People of ours looked at it, and it has to be brought again.
        Refused = "REFUSED",
        /// A newer one took its place.
        Replaced = "REPLACED",
    }
}

impl PaperState {
    /// Whether the paper is there, as far as anybody knows.
    pub fn is_there(self) -> bool {
        matches!(self, PaperState::Provided | PaperState::Accepted)
    }
}

codes! {
    /// Why a paper was not taken.
    pub enum PaperRefusal {
        /// No such order or paper for this person.
        NotFound = "NOT_FOUND",
        /// The papers are with the body, or the sale is over.
        NotNow = "NOT_NOW",
        /// The country asks for no such paper.
        UnknownPaper = "UNKNOWN_PAPER",
        /// No file was sent.
        NoFile = "NO_FILE",
        /// Larger than [`LARGEST`].
        TooLarge = "TOO_LARGE",
        /// No PDF, JPEG or PNG.
        UnknownKind = "UNKNOWN_KIND",
        /// More than an order holds.
        TooMany = "TOO_MANY",
        /// A refusal needs a reason that helps.
        NoReason = "NO_REASON",
    }
}

impl PaperRefusal {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            PaperRefusal::NotFound => locale.t("No lo encontramos.", "We can't find it."),
            PaperRefusal::NotNow => {
                locale.t("Ahora no hace falta ningún documento.", "No paper is needed at the moment.")
            }
            PaperRefusal::UnknownPaper => {
                locale.t("Este documento no se pide en este país.", "This country does not ask for this paper.")
            }
            PaperRefusal::NoFile => locale.t("Elige un archivo.", "Choose a file."),
            PaperRefusal::TooLarge => locale.t(
                "El archivo pasa de 5 MB. Hazlo más pequeño, por ejemplo con menos resolución.",
                "The file is larger than 5 MB. Make it smaller, for example with a lower resolution.",
            ),
            PaperRefusal::UnknownKind => {
                locale.t("Sube un archivo PDF, JPEG o PNG.", "Upload a PDF, JPEG or PNG file.")
            }
            PaperRefusal::TooMany => locale.t(
                "Ya se han subido demasiados archivos para este pedido. Escríbenos.",
                "Too many files have been uploaded for this order. Write to us.",
            ),
            PaperRefusal::NoReason => locale.t(
                "Explica en una o dos frases qué tiene que cambiar (500 caracteres como mucho).",
                "Explain in a sentence or two what has to change (500 characters at most).",
            ),
        }
    }
}

/// A paper of the country's list and how it stands in an order.
#[derive(Debug, Clone)]
pub struct NeededPaper {
    /// What it is.
    pub paper: &'static Paper,
    /// How it stands.
    pub state: PaperState,
    /// The file, where there is one.
    pub file: Option<PaperFile>,
}

impl NeededPaper {
    /// Whether this person is asked for it.
    pub fn is_asked_of(&self, provider: Provider) -> bool {
        self.paper.provider == provider && !self.state.is_there()
    }
}

/// A file without its bytes.
#[derive(Debug, Clone, FromRow)]
pub struct PaperFile {
    /// Its id.
    pub id: Uuid,
    /// Which paper: code of the country's list.
    pub kind: String,
    /// How it stands.
    #[sqlx(try_from = "String")]
    pub state: PaperState,
    /// Why it was refused, for whoever brings it again.
    pub reason: Option<String>,
    /// Its name.
    pub name: String,
    /// What it really is.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// Who brought it.
    pub uploaded_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// What kind of owner an order's papers name; a person as long as nothing else is known.
pub fn owner_kind(order: &Order) -> OwnerKind {
    order.owner.as_ref().map_or(OwnerKind::Individual, |owner| owner.kind)
}

/// The country of an order, with what it asks for.
pub fn country_of(order: &Order) -> Country {
    country(order.country.as_deref().unwrap_or_default())
}

/// The papers that an order needs, in the order people are asked for them.
pub async fn needed(tx: &mut Tx, order: &Order) -> Result<Vec<NeededPaper>> {
    let files = sql!(tx, all PaperFile,
        "SELECT id, kind, state, reason, name, media_type, size, uploaded_by, created_at FROM order_documents
         WHERE order_id = $1 AND state <> 'REPLACED' ORDER BY kind, created_at, id", order.id)?;
    let needed = country_of(order).papers_of(owner_kind(order)).map(|paper| {
        let file = files.iter().rev().find(|file| file.kind == paper.code).cloned();
        let state = match (&file, paper.provider) {
            (Some(file), _) => file.state,
            // Made from what we know, at any time.
            (None, Provider::Caas) => PaperState::Accepted,
            (None, _) => PaperState::Missing,
        };
        NeededPaper { paper, state, file }
    });
    Ok(needed.collect())
}

/// Every file of an order, replaced ones included, the newest first.
pub async fn files(tx: &mut Tx, order: &Order) -> Result<Vec<PaperFile>> {
    Ok(sql!(tx, all PaperFile,
        "SELECT id, kind, state, reason, name, media_type, size, uploaded_by, created_at FROM order_documents
         WHERE order_id = $1 ORDER BY created_at DESC, id DESC", order.id)?)
}

/// Whether papers of this order may still be brought.
async fn takes_papers(tx: &mut Tx, order: &Order) -> Result<bool> {
    if order.status == OrderStatus::Registration {
        let registration = registration::find(tx, order.id).await?;
        return Ok(registration.is_none_or(|r| r.state.takes_corrections()));
    }
    Ok(!order.status.is_over()
        && !matches!(
            order.status,
            OrderStatus::Draft
                | OrderStatus::ReadyForDelivery
                | OrderStatus::DeliveryScheduled
                | OrderStatus::ReturnedToDealership
        ))
}

/// Takes a paper: by its customer, or by the dealership in the customer's or its own name. What it is is told by its first
/// bytes. When it was the last one missing, the registration goes on by itself.
pub async fn upload(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
    kind: &str,
    file: &NewAttachment,
) -> Result<std::result::Result<Uuid, PaperRefusal>> {
    let Some(mut order) = who.order_to_change(tx, order).await? else { return Ok(Err(PaperRefusal::NotFound)) };
    let media_type = match check(&file.bytes) {
        Ok(media_type) => media_type,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(paper) = country_of(&order).paper(kind).filter(|paper| paper.is_needed_by(owner_kind(&order))) else {
        return Ok(Err(PaperRefusal::UnknownPaper));
    };
    // The dealership's papers are not the customer's to bring.
    if !who.is_staff() && paper.provider != Provider::Customer {
        return Ok(Err(PaperRefusal::UnknownPaper));
    }
    if !takes_papers(tx, &order).await? {
        return Ok(Err(PaperRefusal::NotNow));
    }
    let (count, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(1 AS BIGINT) FROM order_documents WHERE order_id = $1",
        order.id
    )?;
    if count >= MOST {
        return Ok(Err(PaperRefusal::TooMany));
    }
    sql!(tx, execute
        "UPDATE order_documents SET state = 'REPLACED' WHERE order_id = $1 AND kind = $2 AND state <> 'REPLACED'",
        order.id, kind)?;
    let id = caas.new_uuid();
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    sql!(tx, execute
        "INSERT INTO order_documents (id, order_id, kind, state, name, media_type, size, content, uploaded_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id, order.id, kind, PaperState::Provided.as_str(), file.safe_name(media_type), media_type.as_str(), size,
        file.bytes.as_slice(), who.user(), caas.now())?;
    write(caas, tx, who, &order, kind, PaperState::Provided).await?;
    registration::go_on(caas, tx, &mut order, who.actor()).await?;
    Ok(Ok(id))
}

/// Size and first bytes.
fn check(bytes: &[u8]) -> std::result::Result<AttachmentKind, PaperRefusal> {
    if bytes.is_empty() {
        return Err(PaperRefusal::NoFile);
    }
    if bytes.len() > LARGEST {
        return Err(PaperRefusal::TooLarge);
    }
    AttachmentKind::of(bytes)
        .filter(|kind| matches!(kind, AttachmentKind::Pdf | AttachmentKind::Jpeg | AttachmentKind::Png))
        .ok_or(PaperRefusal::UnknownKind)
}

/// A paper with its bytes, for those who may read it.
pub async fn read(tx: &mut Tx, who: &Who, order: OrderId, id: Uuid) -> Result<Option<(PaperFile, Vec<u8>)>> {
    let Some(order) = who.order(tx, order).await? else { return Ok(None) };
    let file = sql!(tx, optional PaperFile,
        "SELECT id, kind, state, reason, name, media_type, size, uploaded_by, created_at FROM order_documents
         WHERE id = $1 AND order_id = $2", id, order.id)?;
    let Some(file) = file else { return Ok(None) };
    let (content, _) = sql!(tx, one(Vec<u8>, i64), "SELECT content, size FROM order_documents WHERE id = $1", id)?;
    Ok(Some((file, content)))
}

/// People of ours looked at a paper and it is good.
pub async fn accept(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
    id: Uuid,
) -> Result<std::result::Result<(), PaperRefusal>> {
    let Some((mut order, kind)) = judged(tx, staff, order, id).await? else { return Ok(Err(PaperRefusal::NotFound)) };
    sql!(tx, execute
        "UPDATE order_documents SET state = $1, reason = NULL WHERE id = $2", PaperState::Accepted.as_str(), id)?;
    write(caas, tx, staff, &order, &kind, PaperState::Accepted).await?;
    registration::go_on(caas, tx, &mut order, staff.actor()).await?;
    Ok(Ok(()))
}

/// People of ours looked at a paper and need another one. The customer is told why when it was theirs to bring.
pub async fn refuse(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
    id: Uuid,
    reason: &str,
) -> Result<std::result::Result<(), PaperRefusal>> {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Ok(Err(PaperRefusal::NoReason));
    }
    let Some((order, kind)) = judged(tx, staff, order, id).await? else { return Ok(Err(PaperRefusal::NotFound)) };
    if !takes_papers(tx, &order).await? {
        return Ok(Err(PaperRefusal::NotNow));
    }
    sql!(tx, execute
        "UPDATE order_documents SET state = $1, reason = $2 WHERE id = $3", PaperState::Refused.as_str(), &reason, id)?;
    write(caas, tx, staff, &order, &kind, PaperState::Refused).await?;
    if let Some(paper) = country_of(&order).paper(&kind).filter(|paper| paper.provider == Provider::Customer) {
        let locale = who::reader(tx, &order).await?.locale;
        let name = paper.name(locale);
        let text = format!("{name}: {reason}");
        let step = Bilingual {
            es: "un documento hay que traerlo de nuevo".to_owned(),
            en: "a paper has to be brought again".to_owned(),
        };
        let say = Say { what: format!("paper:{id}"), step, text: Some(text), ..Say::default() };
        notices::tell(caas, tx, &order, NoticeEvent::RegistrationStep, say).await?;
    }
    Ok(Ok(()))
}

/// A paper that people of ours may judge, with its order.
async fn judged(tx: &mut Tx, staff: &Who, order: OrderId, id: Uuid) -> Result<Option<(Order, String)>> {
    if !staff.is_staff() {
        return Ok(None);
    }
    let Some(order) = staff.order_to_change(tx, order).await? else { return Ok(None) };
    let file = sql!(
        tx,
        optional(String, String),
        "SELECT kind, state FROM order_documents WHERE id = $1 AND order_id = $2 AND state <> 'REPLACED'",
        id,
        order.id
    )?;
    Ok(file.map(|(kind, _)| (order, kind)))
}

/// What has changed: on the record, and for the desk's list of papers to be looked at.
async fn write(caas: &Caas, tx: &mut Tx, who: &Who, order: &Order, kind: &str, state: PaperState) -> Result<()> {
    let entry = Entry {
        vehicle: order.vehicle_id,
        data: serde_json::json!({ "order": order.number, "paper": kind, "state": state.as_str() }),
        visible: true,
        ..Entry::new(order.customer_id, who.actor(), EntryKind::DocumentChanged, SubjectKind::Order, order.id.0)
    };
    record(caas, tx, entry).await?;
    sql!(tx, execute
        "UPDATE customer_orders SET papers_to_see =
                EXISTS (SELECT 1 FROM order_documents p WHERE p.order_id = $1 AND p.state = 'PROVIDED')
         WHERE id = $1", order.id)?;
    orders::announce(tx, order);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_what_its_first_bytes_say() {
        assert_eq!(check(b"%PDF-1.7 ..."), Ok(AttachmentKind::Pdf));
        assert_eq!(check(b"\xff\xd8\xff\xe0"), Ok(AttachmentKind::Jpeg));
        assert_eq!(check(b"\x89PNG\r\n\x1a\n"), Ok(AttachmentKind::Png));
        assert_eq!(check(b"plain text"), Err(PaperRefusal::UnknownKind));
        assert_eq!(check(b"GIF89a"), Err(PaperRefusal::UnknownKind));
        assert_eq!(check(b""), Err(PaperRefusal::NoFile));
        let mut large = b"%PDF-".to_vec();
        large.resize(LARGEST + 1, b' ');
        assert_eq!(check(&large), Err(PaperRefusal::TooLarge));
    }
}
