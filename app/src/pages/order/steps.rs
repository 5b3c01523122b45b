//! The journey: what is behind, where the order is, what comes, each with its date.

use crate::islands::{OrderMoment, OrderStep};
use crate::pages::expediente::estimate_reason;
use crate::pages::expediente::states::Reader;
use crate::ui::StepState;
use crate::web::dates::{day, exact, moment};
use caas::kernel::Timestamp;
use caas::kernel::when::calendar_day;
use caas::sales::journey::{Journey, Reached};
use caas::sales::model::OrderStatus as S;

/// The parts of the journey.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(super) enum Part {
    Order,
    Reservation,
    Factory,
    Transport,
    FinalPayment,
    Registration,
    Delivery,
}

impl Part {
    const ALL: [Part; 7] = [
        Part::Order,
        Part::Reservation,
        Part::Factory,
        Part::Transport,
        Part::FinalPayment,
        Part::Registration,
        Part::Delivery,
    ];

    /// The part that a state is within: it is done once a later part has begun.
    pub(super) fn of(status: S) -> Part {
        match status {
            S::Draft => Part::Order,
            S::AwaitingReservation | S::CancelledReservationFailed => Part::Reservation,
            S::ReservationPaid
            | S::OrderPlaced
            | S::ProductionScheduled
            | S::ProductionInProgress
            | S::QualityControl
            | S::CancelledFactoryRejected => Part::Factory,
            S::ReadyForShipment | S::InTransit => Part::Transport,
            S::ArrivedAtDealership | S::AwaitingFinalPayment | S::CancelledPaymentFailure => Part::FinalPayment,
            S::FinalPaymentReceived | S::Registration | S::CancelledRegistration => Part::Registration,
            S::ReadyForDelivery | S::DeliveryScheduled | S::ReturnedToDealership | S::Delivered => Part::Delivery,
        }
    }

    fn label(self, reader: Reader<'_>) -> &'static str {
        let locale = reader.locale;
        match self {
            Part::Order => locale.t("Pedido", "Order"),
            Part::Reservation => locale.t("Señal", "Reservation"),
            Part::Factory => locale.t("Fábrica", "Factory"),
            Part::Transport => locale.t("En camino", "On its way"),
            Part::FinalPayment => locale.t("Pago final", "Final payment"),
            Part::Registration => locale.t("Matriculación", "Registration"),
            Part::Delivery => locale.t("Entrega", "Delivery"),
        }
    }

    /// The state with which it is done.
    fn end(self) -> S {
        match self {
            Part::Order => S::AwaitingReservation,
            Part::Reservation => S::ReservationPaid,
            Part::Factory => S::ReadyForShipment,
            Part::Transport => S::ArrivedAtDealership,
            Part::FinalPayment => S::FinalPaymentReceived,
            Part::Registration => S::ReadyForDelivery,
            Part::Delivery => S::Delivered,
        }
    }

    /// The states within it that are worth a line of their own.
    fn tells(self, status: S) -> bool {
        match self {
            Part::Factory => {
                matches!(status, S::OrderPlaced | S::ProductionScheduled | S::ProductionInProgress | S::QualityControl)
            }
            Part::Transport => status == S::InTransit,
            Part::Delivery => matches!(status, S::DeliveryScheduled | S::ReturnedToDealership),
            _ => false,
        }
    }
}

/// The steps of an order.
pub(super) fn steps(journey: &Journey, reader: Reader<'_>) -> Vec<OrderStep> {
    let status = journey.order.status;
    let at = Part::of(status);
    Part::ALL
        .into_iter()
        // A car from stock is built and there.
        .filter(|part| !journey.order.from_stock || !matches!(part, Part::Factory | Part::Transport))
        // What comes after an end never comes.
        .filter(|part| !status.is_cancelled() || *part <= at)
        .map(|part| {
            let state = match () {
                () if status.is_cancelled() && part == at => StepState::Failed,
                () if part < at || status == S::Delivered => StepState::Done,
                () if part == at => StepState::Current,
                () => StepState::Ahead,
            };
            let ended = journey.last(part.end()).filter(|_| state == StepState::Done);
            OrderStep {
                label: part.label(reader).to_owned(),
                state,
                time: ended.map(|at| day(at, reader.zone, reader.locale)).unwrap_or_default(),
                datetime: ended.map(exact).unwrap_or_default(),
                note: note(journey, part, state, reader),
                moments: moments(journey, part, reader),
            }
        })
        .collect()
}

/// What is expected of a part that is not done.
fn note(journey: &Journey, part: Part, state: StepState, reader: Reader<'_>) -> String {
    let locale = reader.locale;
    let order = &journey.order;
    if matches!(state, StepState::Done | StepState::Failed) {
        return String::new();
    }
    let expected = |words: (&str, &str), day: String| format!("{} {day}", locale.t(words.0, words.1));
    match part {
        Part::Factory => order
            .estimated_date
            .as_deref()
            .and_then(|day| day.parse().ok())
            .map(|day| expected(("Terminado, previsto:", "Finished, expected:"), calendar_day(day, locale)))
            .unwrap_or_default(),
        Part::Transport => journey
            .factory
            .as_ref()
            .and_then(|factory| factory.shipment.as_ref()?.expected_arrival.as_deref()?.parse().ok())
            .map(|day| expected(("Llegada prevista:", "Expected to arrive:"), calendar_day(day, locale)))
            .unwrap_or_default(),
        Part::FinalPayment => order
            .final_payment_due_at
            .map(|due| expected(("Hasta el", "Until"), moment(due, reader.zone, locale)))
            .unwrap_or_default(),
        Part::Delivery => match (journey.pick_up, &journey.transport) {
            (Some(at), _) => expected(("Recogida:", "Pick-up:"), moment(at, &journey.dealership.time_zone, locale)),
            (None, Some(transport)) if order.status != S::ReturnedToDealership => transport
                .scheduled_for
                .map(|at| expected(("A domicilio:", "At your door:"), moment(at, reader.zone, locale)))
                .unwrap_or_default(),
            _ => String::new(),
        },
        Part::Order | Part::Reservation | Part::Registration => String::new(),
    }
}

/// What happened within a part, in its order: states, and every change of the expected date with its reason.
fn moments(journey: &Journey, part: Part, reader: Reader<'_>) -> Vec<OrderMoment> {
    let mut moments: Vec<(Timestamp, String)> = Vec::new();
    let mut before = None;
    for Reached { status, at } in &journey.reached {
        if part.tells(*status) {
            moments.push((*at, within(*status, before, reader).to_owned()));
        }
        before = Some(*status);
    }
    if part == Part::Factory {
        moments.extend(estimates(journey, reader));
        // A state and the date that came with it were told in one breath.
        moments.sort_by_key(|(at, _)| *at);
    }
    moments
        .into_iter()
        .map(|(at, text)| OrderMoment { time: moment(at, reader.zone, reader.locale), datetime: exact(at), text })
        .collect()
}

fn estimates(journey: &Journey, reader: Reader<'_>) -> Vec<(Timestamp, String)> {
    let locale = reader.locale;
    journey
        .estimates
        .iter()
        .enumerate()
        .map(|(i, estimate)| {
            let day = calendar_day(estimate.day, locale);
            let words = if i == 0 {
                locale.t("Fecha prevista:", "Expected:")
            } else {
                locale.t("Nueva fecha prevista:", "New expected date:")
            };
            let reason = if i == 0 { String::new() } else { estimate_reason(&estimate.reason, locale) };
            (estimate.at, format!("{words} {day}. {reason}").trim().to_owned())
        })
        .collect()
}

fn within(status: S, before: Option<S>, reader: Reader<'_>) -> &'static str {
    let locale = reader.locale;
    match (status, before) {
        (S::OrderPlaced, _) => locale.t("La fábrica confirmó el pedido", "The factory confirmed the order"),
        (S::ProductionScheduled, _) => locale.t("Turno de fabricación asignado", "Place in production assigned"),
        (S::ProductionInProgress, Some(S::QualityControl)) => locale.t(
            "Vuelve a producción: el control de calidad encontró algo y se corrige",
            "Back to production: quality control found something, and it is put right",
        ),
        (S::ProductionInProgress, _) => locale.t("Empezó la fabricación", "Building began"),
        (S::QualityControl, _) => locale.t("Control de calidad", "Quality control"),
        (S::InTransit, _) => locale.t("Salió de la fábrica", "It left the factory"),
        (S::DeliveryScheduled, _) => locale.t("Fecha acordada", "Date arranged"),
        (S::ReturnedToDealership, _) => {
            locale.t("No había nadie: volvió al concesionario", "Nobody was there: back at the dealership")
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_lies_in_the_part_that_its_end_closes() {
        for &status in S::ALL.iter().filter(|status| !status.is_cancelled() && **status != S::Delivered) {
            let part = Part::of(status);
            let ended: Vec<Part> = Part::ALL.into_iter().filter(|other| other.end() == status).collect();
            assert!(ended.iter().all(|other| *other < part), "{status} is in {part:?} and ends {ended:?}");
        }
    }
}
