//! What a body says, whichever way it says it: in its answer, by webhook, or when asked.

use super::model::{RegistrationEvent, RegistrationState};
use super::port::{BodyReason, BodyVerdict, RegistrationAnswer, RegistrationNotice};
use super::store::{self, Registration, apply, note, save};
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::OrderId;
use crate::kernel::locale::Bilingual;
use crate::kernel::when::day_there;
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::sales::delivery;
use crate::sales::model::{OrderEvent, OrderStatus};
use crate::sales::notices::{self, Say};
use crate::sales::orders::{self, Cause, Order};
use crate::sales::{who, words};
use sqlx::types::Json;

/// A message of a body that answers later. `false`: its registration is not known (yet): its answer may still be on the way.
pub async fn on_status(caas: &Caas, tx: &mut Tx, notice: &RegistrationNotice) -> Result<bool> {
    let known = sql!(
        tx,
        optional(OrderId, i64),
        "SELECT order_id, submission FROM registration_submissions WHERE registration_id = $1",
        notice.registration_id.as_str()
    )?;
    let Some((order, submission)) = known else { return Ok(false) };
    let answer = RegistrationAnswer {
        registration_id: Some(notice.registration_id.clone()),
        verdict: notice.verdict,
        plate: notice.plate.clone(),
        registration_date: notice.registration_date.clone(),
        reasons: notice.reasons.clone(),
    };
    told(caas, tx, order, submission, &answer).await?;
    Ok(true)
}

/// Takes a body's word on a submission. What comes twice, late, or after the end changes nothing; a yes counts whichever
/// submission it is about.
pub(super) async fn told(
    caas: &Caas,
    tx: &mut Tx,
    order: OrderId,
    submission: i64,
    answer: &RegistrationAnswer,
) -> Result<()> {
    who::lock(tx, order).await?;
    let mut order = orders::load(tx, order).await?;
    let Some(mut registration) = store::find(tx, order.id).await? else { return Ok(()) };
    let id = answer.registration_id.as_deref();
    store::answered(caas, tx, order.id, submission, id, answer.verdict, &answer.reasons).await?;
    let present = submission == registration.submission;
    if present && registration.registration_id.is_none() && id.is_some() {
        registration.registration_id = id.map(str::to_owned);
        save(caas, tx, &mut registration).await?;
    }
    let by = Actor::REGISTRY;
    if order.status != OrderStatus::Registration {
        // The sale was given up before the body agreed: people have to take the registration back.
        if answer.verdict == BodyVerdict::Approved && order.status == OrderStatus::CancelledRegistration {
            note(caas, tx, &order, &registration, by, serde_json::json!({ "approvedTooLate": true })).await?;
        }
        return Ok(());
    }
    let possible = |event| registration.state.on(event).is_ok();
    match answer.verdict {
        BodyVerdict::UnderReview if present && possible(RegistrationEvent::ReviewStarted) => {
            apply(caas, tx, &order, &mut registration, RegistrationEvent::ReviewStarted, by).await?;
            under_review(caas, tx, &order, &registration).await
        }
        BodyVerdict::Approved if possible(RegistrationEvent::Approved) => {
            apply(caas, tx, &order, &mut registration, RegistrationEvent::Approved, by).await?;
            match answer.plate.as_deref() {
                Some(plate) => {
                    let date = answer.registration_date.as_deref();
                    plate_assigned(caas, tx, &mut order, &mut registration, plate, date, by).await
                }
                // The plate comes later: the body is asked for it, or people type it in.
                None => super::jobs::ask_later(caas, tx, &order, &registration).await,
            }
        }
        BodyVerdict::Approved if registration.state == RegistrationState::Approved && answer.plate.is_some() => {
            let plate = answer.plate.clone().unwrap_or_default();
            let date = answer.registration_date.as_deref();
            plate_assigned(caas, tx, &mut order, &mut registration, &plate, date, by).await
        }
        BodyVerdict::AdditionalInfoRequired if present && possible(RegistrationEvent::InfoRequired) => {
            registration.reasons = Some(Json(answer.reasons.clone()));
            apply(caas, tx, &order, &mut registration, RegistrationEvent::InfoRequired, by).await?;
            let step = Bilingual {
                es: "el organismo pide algo más".to_owned(),
                en: "the authority asks for something more".to_owned(),
            };
            refused(caas, tx, &order, &registration, "info", step).await
        }
        BodyVerdict::Rejected if present && possible(RegistrationEvent::Refused) => {
            registration.reasons = Some(Json(answer.reasons.clone()));
            apply(caas, tx, &order, &mut registration, RegistrationEvent::Refused, by).await?;
            let code = answer.reasons.first().map(|reason| reason.code.as_str());
            let failure = failure(&order, &registration, FailureType::RegistrationRejected, code);
            let failure = NewFailure { category: FailureCategory::DataValidation, ..failure };
            failures::detected(caas, tx, &failure).await?;
            let step = Bilingual {
                es: "el organismo la ha rechazado; tu concesionario la corrige".to_owned(),
                en: "the authority refused it; your dealership is putting it right".to_owned(),
            };
            refused(caas, tx, &order, &registration, "rejected", step).await
        }
        _ => Ok(()),
    }
}

/// It takes a while: the customer is told how long, and the body is asked from time to time.
pub(super) async fn under_review(caas: &Caas, tx: &mut Tx, order: &Order, registration: &Registration) -> Result<()> {
    super::jobs::ask_later(caas, tx, order, registration).await?;
    let country = super::countries::country(&registration.country);
    let (from, to) = country.days;
    let locale = who::reader(tx, order).await?.locale;
    let text = locale.t("Suele tardar entre {} y {} días laborables.", "It usually takes {} to {} working days.");
    let text = text.replacen("{}", &from.to_string(), 1).replacen("{}", &to.to_string(), 1);
    let step =
        Bilingual { es: "el organismo la está revisando".to_owned(), en: "the authority is looking at it".to_owned() };
    tell(caas, tx, order, format!("review:{}", registration.submission), step, Some(text)).await
}

/// The body's reasons, in its own words, for the customer and the dealership.
async fn refused(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: &Registration,
    what: &str,
    step: Bilingual,
) -> Result<()> {
    let words = |reason: &BodyReason| {
        [reason.message.as_str(), reason.code.as_str(), reason.field.as_str()]
            .into_iter()
            .find(|w| !w.is_empty())
            .map(str::to_owned)
    };
    let text = registration.reasons().iter().filter_map(words).collect::<Vec<_>>().join("\n");
    let text = (!text.is_empty()).then_some(text);
    tell(caas, tx, order, format!("{what}:{}", registration.submission), step, text).await
}

/// Requests bring nothing, or there is nobody to ask: people carry the prepared papers to the body.
pub(super) async fn by_hand(caas: &Caas, tx: &mut Tx, order: &Order, registration: &Registration) -> Result<()> {
    let step = Bilingual {
        es: "tu concesionario presenta los documentos en mano".to_owned(),
        en: "your dealership hands the papers in by hand".to_owned(),
    };
    let locale = who::reader(tx, order).await?.locale;
    let text = locale.t(
        "Puede tardar unos días más. Te avisamos cuando tengas matrícula.",
        "It may take some days more. We tell you when you have a plate.",
    );
    tell(caas, tx, order, format!("by-hand:{}", registration.submission), step, Some(text.to_owned())).await
}

/// The way to the body does not lead anywhere: written down as a failure, and people take over.
pub(super) async fn to_people(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    registration: &mut Registration,
    error: &str,
) -> Result<()> {
    registration.manual = true;
    registration.last_error = Some(error.to_owned());
    save(caas, tx, registration).await?;
    note(caas, tx, order, registration, Actor::SYSTEM, serde_json::json!({ "manual": true })).await?;
    let failure = failure(order, registration, FailureType::RegistrationManual, None);
    failures::detected(caas, tx, &failure).await?;
    by_hand(caas, tx, order, registration).await
}

fn failure<'a>(order: &Order, registration: &Registration, kind: FailureType, code: Option<&'a str>) -> NewFailure<'a> {
    NewFailure {
        kind,
        subject: order.id.0,
        category: FailureCategory::ExternalSystem,
        component: Component::Registration,
        customer: order.customer_id,
        code,
        attempts: registration.attempts.max(1),
        resolution: Resolution::Open,
        communication: Some(NoticeEvent::RegistrationStep.as_str()),
        impact: None,
    }
}

/// The car has its plate: it stands in the car's papers, and the way to the customer begins.
pub(super) async fn plate_assigned(
    caas: &Caas,
    tx: &mut Tx,
    order: &mut Order,
    registration: &mut Registration,
    plate: &str,
    date: Option<&str>,
    by: Actor,
) -> Result<()> {
    // What a body gives is the plate, in whatever form.
    let plate = super::plates::parse(&registration.country, plate).unwrap_or_else(|| plate.trim().to_owned());
    let vehicle = order.vehicle_id.ok_or_else(|| Failure::Stored("a registered order without a car".to_owned()))?;
    sql!(tx, execute
        "UPDATE vehicles SET plate = $1, updated_at = $2, version = version + 1 WHERE id = $3",
        &plate, caas.now(), vehicle)?;
    words::keep(tx, order).await?;
    let today = day_there(caas.now(), "UTC").to_string();
    registration.plate = Some(plate.clone());
    registration.registration_date = Some(date.map_or(today, str::to_owned));
    registration.reasons = None;
    apply(caas, tx, order, registration, RegistrationEvent::PlateAssigned, by).await?;
    apply(caas, tx, order, registration, RegistrationEvent::Completed, Actor::SYSTEM).await?;
    for kind in [FailureType::RegistrationRejected, FailureType::RegistrationManual] {
        failures::resolved(caas, tx, kind, order.id.0, Resolution::DoneAfterAll, None).await?;
    }
    orders::apply(caas, tx, order, OrderEvent::PlateAssigned, Cause::by(by)).await?;
    let step = Bilingual { es: format!("tu matrícula es {plate}"), en: format!("your plate is {plate}") };
    tell(caas, tx, order, "plate".to_owned(), step, None).await?;
    delivery::begin(caas, tx, order).await
}

async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    what: String,
    step: Bilingual,
    text: Option<String>,
) -> Result<()> {
    let say = Say { what: format!("registration:{what}"), step, text, ..Say::default() };
    notices::tell(caas, tx, order, NoticeEvent::RegistrationStep, say).await
}
