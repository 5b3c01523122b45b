//! What the customer is told of the factory.

use super::estimates;
use super::port::Shipment;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::when::calendar_day;
use crate::notifications::model::NoticeEvent;
use crate::sales::model::OrderStatus;
use crate::sales::notices::{Say, tell};
use crate::sales::orders::Order;

/// A new estimated date with its reason.
pub(super) struct NewEstimate<'a> {
    pub date: &'a str,
    pub reason: &'a str,
}

/// The factory has the order.
pub(super) async fn placed(caas: &Caas, tx: &mut Tx, order: &Order, date: Option<&str>) -> Result<()> {
    let locale = locale(tx, order).await?;
    let text = date.and_then(|date| first_date(date, locale));
    tell(caas, tx, order, NoticeEvent::OrderPlaced, Say { what: "ORDER_PLACED".to_owned(), text, ..Say::default() })
        .await
}

/// The factory went a step on: told once for each visit of a state, together with what else is new.
pub(super) async fn step(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    before: OrderStatus,
    at: Timestamp,
    estimate: Option<&NewEstimate<'_>>,
    shipment: Option<&Shipment>,
) -> Result<()> {
    let event =
        if order.status == OrderStatus::InTransit { NoticeEvent::ShippingStep } else { NoticeEvent::ManufacturingStep };
    let locale = locale(tx, order).await?;
    let mut lines = Vec::new();
    lines.extend(estimate.map(|estimate| new_date(estimate, locale)));
    let arrival = shipment.and_then(|shipment| shipment.expected_arrival.as_deref()).and_then(|day| day.parse().ok());
    lines.extend(arrival.map(|day| match locale {
        Locale::Es => format!("Llegada prevista al concesionario: {}.", calendar_day(day, locale)),
        Locale::En => format!("Expected at the dealership: {}.", calendar_day(day, locale)),
    }));
    let say = Say {
        what: format!("{}:{}", order.status, at.timestamp_micros()),
        step: step_words(before, order.status),
        text: (!lines.is_empty()).then(|| lines.join("\n")),
        ..Say::default()
    };
    tell(caas, tx, order, event, say).await
}

/// Only the date is new.
pub(super) async fn new_estimate(
    caas: &Caas,
    tx: &mut Tx,
    order: &Order,
    at: Timestamp,
    estimate: &NewEstimate<'_>,
) -> Result<()> {
    let locale = locale(tx, order).await?;
    let say = Say {
        what: format!("ESTIMATE:{}", at.timestamp_micros()),
        step: both("nueva fecha prevista", "new expected date"),
        text: Some(new_date(estimate, locale)),
        ..Say::default()
    };
    tell(caas, tx, order, NoticeEvent::ManufacturingStep, say).await
}

/// Why an order ended at the factory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The factory did not take it.
    Rejected,
    /// The factory stopped.
    Stopped,
    /// It could not be ordered.
    NotOrdered,
}

/// The order is cancelled and its money goes back.
pub(super) async fn cancelled(caas: &Caas, tx: &mut Tx, order: &Order, end: End) -> Result<()> {
    let text = match (end, locale(tx, order).await?) {
        (End::Rejected, Locale::Es) => "La fábrica no puede fabricarlo con esta configuración.",
        (End::Rejected, Locale::En) => "The factory can't build it with this configuration.",
        (End::Stopped, Locale::Es) => "La fábrica ha detenido su fabricación.",
        (End::Stopped, Locale::En) => "The factory has stopped building it.",
        (End::NotOrdered, Locale::Es) => "No hemos podido encargarlo a la fábrica.",
        (End::NotOrdered, Locale::En) => "We could not order it from the factory.",
    };
    let say = Say { what: "CANCELLED".to_owned(), text: Some(text.to_owned()), ..Say::default() };
    tell(caas, tx, order, NoticeEvent::OrderCancelled, say).await
}

/// The step in words, as it stands in a sentence.
fn step_words(before: OrderStatus, after: OrderStatus) -> Bilingual {
    match after {
        OrderStatus::ProductionScheduled => both("ya tiene turno de producción", "it has its place in production"),
        OrderStatus::ProductionInProgress if before == OrderStatus::QualityControl => both(
            "el control de calidad encontró algo y vuelve a producción",
            "quality control found something and it goes back to production",
        ),
        OrderStatus::ProductionInProgress => both("se está fabricando", "it is being built"),
        OrderStatus::QualityControl => both("control de calidad", "quality control"),
        OrderStatus::ReadyForShipment => both("terminado, espera transporte", "finished, waiting for transport"),
        _ => both("va camino del concesionario", "on its way to the dealership"),
    }
}

fn first_date(date: &str, locale: Locale) -> Option<String> {
    let day = calendar_day(date.parse().ok()?, locale);
    Some(match locale {
        Locale::Es => format!("Fecha prevista por la fábrica: {day}."),
        Locale::En => format!("The factory expects: {day}."),
    })
}

fn new_date(estimate: &NewEstimate<'_>, locale: Locale) -> String {
    let day = estimate.date.parse().map_or_else(|_| estimate.date.to_owned(), |day| calendar_day(day, locale));
    let reason = match estimate.reason {
        estimates::FIRST | estimates::UNSAID => String::new(),
        estimates::REWORK => locale.t("Motivo: el control de calidad.", "Reason: quality control.").to_owned(),
        said => match locale {
            Locale::Es => format!("Motivo, según la fábrica: {said}"),
            Locale::En => format!("Reason, in the factory's words: {said}"),
        },
    };
    match locale {
        Locale::Es => format!("Nueva fecha prevista: {day}. {reason}"),
        Locale::En => format!("New expected date: {day}. {reason}"),
    }
}

fn both(es: &str, en: &str) -> Bilingual {
    Bilingual { es: es.to_owned(), en: en.to_owned() }
}

/// The language the customer reads.
async fn locale(tx: &mut Tx, order: &Order) -> Result<Locale> {
    let row = sql!(tx, optional(String, String), "SELECT locale, name FROM users WHERE id = $1", order.customer_id)?;
    Ok(match row {
        Some((locale, _)) => locale.parse()?,
        None => Locale::Es,
    })
}
