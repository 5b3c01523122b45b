//! Words of the dealerships' desk.

use crate::ui::{CarColour, Status, Tone};
use caas::kernel::locale::Locale;
use caas::payments::model::PaymentState;
use caas::sales::desk::{Column, Need, Shelf};
use caas::sales::model::OrderStatus;

/// Where an order is, in a word and a shape.
pub(super) fn status_words(status: OrderStatus, locale: Locale) -> (Status, &'static str) {
    use OrderStatus as S;
    match status {
        S::Draft => (Status::Available, locale.t("Borrador", "Draft")),
        S::AwaitingReservation => (Status::Waiting, locale.t("Espera la señal", "Awaiting reservation")),
        S::ReservationPaid => (Status::Charged, locale.t("Señal pagada", "Reservation paid")),
        S::OrderPlaced => (Status::Scheduled, locale.t("Pedido a fábrica", "Ordered at the factory")),
        S::ProductionScheduled => (Status::Scheduled, locale.t("Con turno de producción", "Production scheduled")),
        S::ProductionInProgress => (Status::Info, locale.t("En producción", "In production")),
        S::QualityControl => (Status::Info, locale.t("En control de calidad", "In quality control")),
        S::ReadyForShipment => (Status::Info, locale.t("Listo para salir", "Ready for shipment")),
        S::InTransit => (Status::Info, locale.t("En camino", "In transit")),
        S::ArrivedAtDealership => (Status::Info, locale.t("En el concesionario", "At the dealership")),
        S::AwaitingFinalPayment => (Status::Waiting, locale.t("Espera el pago final", "Awaiting final payment")),
        S::FinalPaymentReceived => (Status::Charged, locale.t("Pagado del todo", "Paid in full")),
        S::Registration => (Status::Waiting, locale.t("Matriculándose", "Being registered")),
        S::ReadyForDelivery => (Status::Info, locale.t("Listo para entregar", "Ready for delivery")),
        S::DeliveryScheduled => (Status::Scheduled, locale.t("Entrega con fecha", "Delivery scheduled")),
        S::ReturnedToDealership => (Status::Warning, locale.t("De vuelta: no había nadie", "Returned: nobody there")),
        S::Delivered => (Status::Done, locale.t("Entregado", "Delivered")),
        S::CancelledReservationFailed => {
            (Status::Failed, locale.t("Cancelado: señal rechazada", "Cancelled: reservation declined"))
        }
        S::CancelledFactoryRejected => {
            (Status::Failed, locale.t("Cancelado por la fábrica", "Cancelled by the factory"))
        }
        S::CancelledPaymentFailure => {
            (Status::Failed, locale.t("Cancelado: pago final fallido", "Cancelled: final payment failed"))
        }
        S::CancelledRegistration => {
            (Status::Failed, locale.t("Cancelado: no se pudo matricular", "Cancelled: could not be registered"))
        }
    }
}

/// A column of the board.
pub(super) fn column_words(column: Column, locale: Locale) -> &'static str {
    match column {
        Column::Reservation => locale.t("Señal", "Reservation"),
        Column::Factory => locale.t("Fábrica", "Factory"),
        Column::OnTheWay => locale.t("En camino", "On the way"),
        Column::FinalPayment => locale.t("Pago final", "Final payment"),
        Column::Registration => locale.t("Matriculación", "Registration"),
        Column::Delivery => locale.t("Entrega", "Delivery"),
        Column::Delivered => locale.t("Entregados este mes", "Delivered this month"),
        Column::Cancelled => locale.t("Cancelados este mes", "Cancelled this month"),
    }
}

/// Why orders need somebody: what it is called, what to do, how pressing it is.
pub(super) fn need_words(need: Need, locale: Locale) -> (&'static str, &'static str, Tone) {
    match need {
        Need::NoAppointment => (
            locale.t("Sin cita de recogida", "No pick-up appointment"),
            locale.t(
                "El coche espera aquí. Llama al cliente y dale día y hora.",
                "The car waits here. Call the customer and agree a day and a time.",
            ),
            Tone::Problem,
        ),
        Need::NoTransport => (
            locale.t("Sin transporte", "No transport"),
            locale.t(
                "El transportista no puede llevarlo. Ofrece al cliente que lo recoja aquí.",
                "The transport company can't bring it. Offer the customer to pick it up here.",
            ),
            Tone::Problem,
        ),
        Need::Papers => (
            locale.t("Matriculación parada", "Registration stands still"),
            locale.t("Falta o está mal algún dato o documento.", "A detail or a document is missing or wrong."),
            Tone::Problem,
        ),
        Need::RegistrationByHand => (
            locale.t("Matricular a mano", "Register by hand"),
            locale.t(
                "Lleva el expediente a la oficina y escribe aquí la matrícula.",
                "Take the dossier to the office and type the plate in here.",
            ),
            Tone::Waiting,
        ),
        Need::PickUp => (
            locale.t("Recogidas de hoy y mañana", "Pick-ups today and tomorrow"),
            locale.t("Prepara el coche y la entrega.", "Prepare the car and the hand-over."),
            Tone::Info,
        ),
        Need::Transport => (
            locale.t("Transportes de hoy y mañana", "Transports today and tomorrow"),
            locale.t("Repasa el coche antes de que salga el camión.", "Check the car before the lorry leaves."),
            Tone::Info,
        ),
        Need::Documents => (
            locale.t("Documentos por revisar", "Documents to be looked at"),
            locale.t(
                "El cliente los ha enviado. Acéptalos o di qué falla.",
                "The customer sent them. Accept them or say what is wrong.",
            ),
            Tone::Waiting,
        ),
        Need::FinalPayment => (
            locale.t("Pago final pendiente", "Final payment open"),
            locale.t(
                "Coches que han llegado. Si la fecha pasa sin pago, el cliente pierde el coche.",
                "Cars that have arrived. If the date passes unpaid, the customer loses the car.",
            ),
            Tone::Waiting,
        ),
        Need::Factory => (
            locale.t("La fábrica no contesta", "The factory does not answer"),
            locale.t(
                "Se sigue intentando solo; después lo pide operaciones por teléfono.",
                "It is tried again by itself; then operations order by phone.",
            ),
            Tone::Waiting,
        ),
        Need::Reservation => (
            locale.t("Señal sin pagar desde hace más de dos días", "Reservation unpaid for more than two days"),
            locale.t("Pregunta al cliente si necesita ayuda.", "Ask the customer whether help is needed."),
            Tone::Waiting,
        ),
    }
}

/// Where cars are.
pub(super) fn shelf_words(shelf: Shelf, locale: Locale) -> &'static str {
    match shelf {
        Shelf::ForSale => locale.t("Sin asignar", "Unassigned"),
        Shelf::ForDelivery => locale.t("Por entregar", "To be delivered"),
        Shelf::InManufacturing => locale.t("En fábrica o de camino", "At the factory or on the way"),
        Shelf::Delivered => locale.t("Entregados", "Delivered"),
    }
}

/// A colour by its code.
pub(super) fn colour_words(code: &str, locale: Locale) -> &'static str {
    match CarColour::from_name(code) {
        CarColour::White => locale.t("Blanco", "White"),
        CarColour::Silver => locale.t("Plata", "Silver"),
        CarColour::Grey => locale.t("Gris", "Grey"),
        CarColour::Black => locale.t("Negro", "Black"),
        CarColour::Blue => locale.t("Azul", "Blue"),
        CarColour::Red => locale.t("Rojo", "Red"),
        CarColour::Green => locale.t("Verde", "Green"),
        CarColour::Sand => locale.t("Arena", "Sand"),
    }
}

/// A payment of a car: its state and nothing more.
pub(super) fn charge_words(state: &str, locale: Locale) -> (Status, &'static str) {
    use PaymentState as S;
    match state.parse() {
        Ok(S::Charged) => (Status::Charged, locale.t("Cobrado", "Charged")),
        Ok(S::Refunded) => (Status::Ended, locale.t("Devuelto", "Refunded")),
        Ok(S::Rejected) => (Status::Failed, locale.t("Rechazado", "Declined")),
        Ok(S::Cancelled | S::FailedNoCharge) => (Status::Ended, locale.t("No cobrado", "Not charged")),
        _ => (Status::Waiting, locale.t("En curso en el banco", "With the bank")),
    }
}

/// A count as it is read: beyond some point nobody reads the number.
pub(super) fn counted(count: i64) -> String {
    let most = caas::sales::desk::COUNTED_UP_TO;
    if count >= most { format!("{most}+") } else { count.to_string() }
}
