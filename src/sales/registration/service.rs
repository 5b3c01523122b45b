//! The steps that people and the payment bring about.

use super::countries::Method;
use super::jobs::SubmitRegistration;
use super::model::{RegistrationEvent, RegistrationState};
use super::owner::{self, OwnerFieldProblem};
use super::papers::{self, Missing};
use super::store::{self, Registration, apply};
use super::verdict;
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::OrderId;
use crate::kernel::jobs::{Enqueue, enqueue};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::when::day_there;
use crate::monitoring::failures;
use crate::monitoring::model::{FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::sales::documents;
use crate::sales::model::{Address, OrderEvent, OrderStatus, Owner};
use crate::sales::notices::{self, Say};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::who::{self, Who};
use crate::sales::{payment, stock, words};
use sqlx::types::Json;

/// The final payment was taken: the registration begins, and never before. What is missing is told; when nothing is, the
/// papers are submitted at once.
pub async fn begin(caas: &Caas, tx: &mut Tx, order: &mut Order) -> Result<()> {
    orders::apply(caas, tx, order, OrderEvent::RegistrationStarted, Cause::by(Actor::SYSTEM)).await?;
    let country = order.country.clone().ok_or_else(|| Failure::Stored("a sale without a country".to_owned()))?;
    let manual = super::countries::country(&country).method == Method::Manual;
    let mut registration = store::insert(caas, tx, order, &country, manual).await?;
    apply(caas, tx, order, &mut registration, RegistrationEvent::Paid, Actor::SYSTEM).await?;
    if go_on(caas, tx, order, Actor::SYSTEM).await? {
        return Ok(());
    }
    let locale = who::reader(tx, order).await?.locale;
    let missing = papers::missing(caas, tx, order).await?;
    let text = missing.iter().map(|missing| missing.text(locale)).collect::<Vec<_>>().join("\n");
    let step = Bilingual { es: "faltan datos o documentos".to_owned(), en: "data or papers are missing".to_owned() };
    let say = Say { what: "registration:missing".to_owned(), step, text: Some(text), ..Say::default() };
    notices::tell(caas, tx, order, NoticeEvent::RegistrationStep, say).await
}

impl Missing {
    /// What is missing, in a few words.
    pub fn text(&self, locale: Locale) -> String {
        match self {
            Missing::Field(OwnerFieldProblem { field, problem }) => {
                format!("{}: {}", field.label(locale), problem.text(*field, locale))
            }
            Missing::Paper(paper, documents::PaperState::Refused) => {
                format!("{} {}", paper.name(locale), locale.t("(hay que traerlo de nuevo)", "(to be brought again)"))
            }
            Missing::Paper(paper, _) => paper.name(locale).to_owned(),
        }
    }
}

/// Submits the papers of a registration that waited for them, when nothing is missing any more. Says whether it did.
pub async fn go_on(caas: &Caas, tx: &mut Tx, order: &mut Order, by: Actor) -> Result<bool> {
    let Some(mut registration) = store::find(tx, order.id).await? else { return Ok(false) };
    if registration.state != RegistrationState::PaymentReceived || !papers::missing(caas, tx, order).await?.is_empty() {
        return Ok(false);
    }
    submit(caas, tx, order, &mut registration, by).await?;
    Ok(true)
}

/// Writes a new submission down with its key and leaves it to the job, or to the people who carry the papers.
async fn submit(caas: &Caas, tx: &mut Tx, order: &Order, registration: &mut Registration, by: Actor) -> Result<()> {
    let method = super::countries::country(&registration.country).method;
    let key = caas.new_uuid().to_string();
    let request = if method == Method::Manual { None } else { papers::request(tx, order).await? };
    registration.submission += 1;
    registration.manual = request.is_none();
    registration.idempotency_key = Some(key.clone());
    registration.attempts = 0;
    registration.registration_id = None;
    registration.reasons = None;
    registration.last_error = (method != Method::Manual && request.is_none()).then(|| "NO_VEHICLE_DATA".to_owned());
    store::insert_submission(caas, tx, registration, &key, request.as_ref()).await?;
    apply(caas, tx, order, registration, RegistrationEvent::Submitted, by).await?;
    failures::resolved(caas, tx, FailureType::RegistrationRejected, order.id.0, Resolution::TriedAgain, None).await?;
    if registration.manual {
        return verdict::by_hand(caas, tx, order, registration).await;
    }
    let job = SubmitRegistration { order: order.id, submission: registration.submission };
    enqueue(caas, tx, &job, Enqueue::now().keyed(job.key())).await
}

/// What may be done with a registration now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Owner, address and papers may be put right.
    pub correct: bool,
    /// It may be submitted again: nothing is missing.
    pub submit_again: bool,
    /// The plate may be typed in.
    pub type_plate: bool,
    /// The sale may be cancelled because it can't be registered.
    pub give_up: bool,
}

/// A registration with all that people need to see of it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The registration.
    pub registration: Registration,
    /// How the country's body is asked.
    pub method: Method,
    /// What keeps it from being submitted; only looked for while it can be put right.
    pub missing: Vec<Missing>,
    /// What may be done.
    pub allowed: Allowed,
}

/// How an order's registration stands; `None` before it began.
pub async fn overview(caas: &Caas, tx: &mut Tx, order: &Order) -> Result<Option<Overview>> {
    let Some(registration) = store::find(tx, order.id).await? else { return Ok(None) };
    let going = order.status == OrderStatus::Registration;
    let correct = going && registration.state.takes_corrections();
    let missing = if correct { papers::missing(caas, tx, order).await? } else { Vec::new() };
    let allowed = Allowed {
        correct,
        submit_again: correct && missing.is_empty(),
        type_plate: going && takes_plate(&registration),
        give_up: going && registration.state.on(RegistrationEvent::GivenUp).is_ok(),
    };
    let method = super::countries::country(&registration.country).method;
    Ok(Some(Overview { registration, method, missing, allowed }))
}

/// Whether owner and address may be put right now: until the papers are submitted, and again when the body sends them
/// back. What a refusal is about is the dealership's to judge: customers correct after a question only.
pub fn takes_corrections(who: &Who, order: &Order, registration: Option<&Registration>) -> bool {
    let Some(registration) = registration else {
        return !matches!(order.status, OrderStatus::Draft) && !order.status.is_over();
    };
    order.status == OrderStatus::Registration
        && registration.state.takes_corrections()
        && (who.is_staff() || registration.state != RegistrationState::Rejected)
}

/// Puts owner and address right: everything wrong is said at once, and nothing of it is kept. A registration that waited
/// for it is submitted at once; one that was sent back is submitted again by [`submit_again`].
pub async fn correct(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
    owner: &Owner,
    address: &Address,
) -> Result<std::result::Result<(), SubmitRefusal>> {
    let Some(mut order) = who.order_to_change(tx, order).await? else { return Ok(Err(SubmitRefusal::NotFound)) };
    let registration = store::find(tx, order.id).await?;
    if !takes_corrections(who, &order, registration.as_ref()) {
        return Ok(Err(SubmitRefusal::NotNow));
    }
    let country = documents::country_of(&order);
    let today = day_there(caas.now(), "UTC");
    let (mut owner, mut address) = match owner::check(&country, owner, address, today) {
        Ok(checked) => checked,
        Err(problems) => return Ok(Err(SubmitRefusal::Fields(problems))),
    };
    if owner.insurance.is_none() {
        owner.insurance = order.owner.as_ref().and_then(|known| known.insurance.clone());
    }
    // Where it is registered was agreed with the sale: price and tax depend on it.
    address.country = order.country.clone().unwrap_or(address.country);
    order.owner = Some(Json(owner));
    order.address = Some(Json(address));
    orders::save(caas, tx, &mut order).await?;
    words::keep(tx, &order).await?;
    store::corrected(caas, tx, &order, registration.as_ref(), who.actor()).await?;
    go_on(caas, tx, &mut order, who.actor()).await?;
    Ok(Ok(()))
}

/// Why owner data or a submission was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitRefusal {
    /// No such order for this person.
    NotFound,
    /// The body has the word, or the registration is over.
    NotNow,
    /// What is wrong with the fields.
    Fields(Vec<OwnerFieldProblem>),
    /// What is still missing.
    Missing(Vec<Missing>),
}

/// Submits corrected papers again, under a new key.
pub async fn submit_again(
    caas: &Caas,
    tx: &mut Tx,
    who: &Who,
    order: OrderId,
) -> Result<std::result::Result<(), SubmitRefusal>> {
    let Some(order) = who.order_to_change(tx, order).await? else { return Ok(Err(SubmitRefusal::NotFound)) };
    let registration = store::find(tx, order.id).await?;
    let Some(mut registration) =
        registration.filter(|r| order.status == OrderStatus::Registration && r.state.takes_corrections())
    else {
        return Ok(Err(SubmitRefusal::NotNow));
    };
    let missing = papers::missing(caas, tx, &order).await?;
    if !missing.is_empty() {
        return Ok(Err(SubmitRefusal::Missing(missing)));
    }
    submit(caas, tx, &order, &mut registration, who.actor()).await?;
    Ok(Ok(()))
}

codes! {
    /// Why a typed plate was not taken.
    pub enum PlateRefusal {
        /// No such order for this person.
        NotFound = "NOT_FOUND",
        /// The body gives the plate itself, or it is too early or too late.
        NotNow = "NOT_NOW",
        /// It does not look like a plate of this country.
        Format = "FORMAT",
        /// Another car has it.
        Taken = "TAKEN",
    }
}

impl PlateRefusal {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            PlateRefusal::NotFound => locale.t("No lo encontramos.", "We can't find it."),
            PlateRefusal::NotNow => {
                locale.t("Ahora no se puede escribir la matrícula.", "The plate can't be entered at the moment.")
            }
            PlateRefusal::Format => locale.t(
                "No tiene la forma de una matrícula de este país.",
                "It does not look like a plate of this country.",
            ),
            PlateRefusal::Taken => locale.t("Otro coche tiene esta matrícula.", "Another car has this plate."),
        }
    }
}

/// Whether people type the plate in: where papers are carried by hand, with a dossier, or approved without a plate.
fn takes_plate(registration: &Registration) -> bool {
    let dossier = super::countries::country(&registration.country).method == Method::Dossier;
    match registration.state {
        RegistrationState::RegistrationInitiated => registration.manual,
        RegistrationState::UnderReview => registration.manual || dossier,
        RegistrationState::Approved => true,
        _ => false,
    }
}

/// The plate as people of ours read it off the office's paper.
pub async fn type_plate(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
    typed: &str,
) -> Result<std::result::Result<(), PlateRefusal>> {
    if !staff.is_staff() {
        return Ok(Err(PlateRefusal::NotFound));
    }
    let Some(mut order) = staff.order_to_change(tx, order).await? else { return Ok(Err(PlateRefusal::NotFound)) };
    let registration = store::find(tx, order.id).await?;
    let Some(mut registration) = registration.filter(|r| order.status == OrderStatus::Registration && takes_plate(r))
    else {
        return Ok(Err(PlateRefusal::NotNow));
    };
    let Some(plate) = super::plates::parse(&registration.country, typed) else {
        return Ok(Err(PlateRefusal::Format));
    };
    let taken = sql!(
        tx,
        optional(String, String),
        "SELECT vin, plate FROM vehicles WHERE plate = $1 AND id <> $2",
        &plate,
        order.vehicle_id
    )?;
    if taken.is_some() {
        return Ok(Err(PlateRefusal::Taken));
    }
    if registration.state != RegistrationState::Approved {
        apply(caas, tx, &order, &mut registration, RegistrationEvent::Approved, staff.actor()).await?;
    }
    verdict::plate_assigned(caas, tx, &mut order, &mut registration, &plate, None, staff.actor()).await?;
    Ok(Ok(()))
}

codes! {
    /// Why a registration was not given up.
    pub enum GiveUpRefusal {
        /// No such order for this person.
        NotFound = "NOT_FOUND",
        /// It is approved, or the sale is over.
        NotNow = "NOT_NOW",
    }
}

/// The car can't be registered: the sale is cancelled, everything is refunded, and the car is stock again at once. One
/// transaction, asked for by the dealership or by operations, who were told what it means.
pub async fn give_up(
    caas: &Caas,
    tx: &mut Tx,
    staff: &Who,
    order: OrderId,
) -> Result<std::result::Result<(), GiveUpRefusal>> {
    if !staff.is_staff() {
        return Ok(Err(GiveUpRefusal::NotFound));
    }
    let Some(mut order) = staff.order_to_change(tx, order).await? else { return Ok(Err(GiveUpRefusal::NotFound)) };
    let registration = store::find(tx, order.id).await?;
    let Some(mut registration) = registration
        .filter(|r| order.status == OrderStatus::Registration && r.state.on(RegistrationEvent::GivenUp).is_ok())
    else {
        return Ok(Err(GiveUpRefusal::NotNow));
    };
    apply(caas, tx, &order, &mut registration, RegistrationEvent::GivenUp, staff.actor()).await?;
    payment::refund_all(caas, tx, &order, "REGISTRATION").await?;
    stock::release(caas, tx, staff.actor(), &mut order).await?;
    order.cancel_reason = Some("REGISTRATION".to_owned());
    orders::apply(caas, tx, &mut order, OrderEvent::RegistrationRejected, Cause::by(staff.actor())).await?;
    for kind in [FailureType::RegistrationRejected, FailureType::RegistrationManual] {
        failures::resolved(caas, tx, kind, order.id.0, Resolution::SaleCancelled, None).await?;
    }
    let locale = who::reader(tx, &order).await?.locale;
    let text =
        locale.t("El coche no se ha podido matricular a tu nombre.", "The car could not be registered in your name.");
    let say = Say { what: "registration:given-up".to_owned(), text: Some(text.to_owned()), ..Say::default() };
    notices::tell(caas, tx, &order, NoticeEvent::OrderCancelled, say).await?;
    Ok(Ok(()))
}
