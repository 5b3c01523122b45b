//! Channels, groups and states of messages in words.

use crate::ui::Status;
use caas::kernel::locale::Locale;
use caas::notifications::model::{Channel, DeliveryStatus, NoticeEvent, NoticeGroup, Use};

pub fn channel(channel: Channel, locale: Locale) -> &'static str {
    match channel {
        Channel::Email => locale.t("Correo", "Email"),
        Channel::Push => locale.t("Aviso en el dispositivo", "Message on the device"),
        Channel::Sms => "SMS",
        Channel::InApp => locale.t("En la aplicación", "In the application"),
    }
}

pub fn group(group: NoticeGroup, locale: Locale) -> &'static str {
    match group {
        NoticeGroup::Services => locale.t("Tus servicios", "Your services"),
        NoticeGroup::Problems => locale.t("Cuando algo falla", "When something fails"),
        NoticeGroup::Support => locale.t("Ayuda", "Help"),
        NoticeGroup::Payments => locale.t("Pagos", "Payments"),
        NoticeGroup::Vehicle => locale.t("Tu coche", "Your car"),
        NoticeGroup::Order => locale.t("Tu pedido", "Your order"),
        NoticeGroup::Account => locale.t("Tu cuenta", "Your account"),
        NoticeGroup::Staff => locale.t("Equipo", "Team"),
    }
}

pub(super) fn about_group(group: NoticeGroup, locale: Locale) -> &'static str {
    match group {
        NoticeGroup::Services => locale.t("Cuándo empiezan y terminan.", "When they begin and end."),
        NoticeGroup::Problems => {
            locale.t("Qué ha pasado y que no se te ha cobrado.", "What happened, and that you have not been charged.")
        }
        NoticeGroup::Support => locale.t("Tus casos y sus respuestas.", "Your cases and their answers."),
        NoticeGroup::Payments => {
            locale.t("Pagos rechazados, devoluciones y suscripciones.", "Declined payments, refunds and subscriptions.")
        }
        NoticeGroup::Vehicle => locale.t("Garantía, mantenimiento y robo.", "Warranty, maintenance and theft."),
        NoticeGroup::Order => {
            locale.t("Cada paso de tu coche nuevo hasta la entrega.", "Each step of your new car until its delivery.")
        }
        NoticeGroup::Account => locale.t("Acceso y seguridad.", "Sign-in and security."),
        NoticeGroup::Staff => locale.t("Tareas y plazos.", "Tasks and time limits."),
    }
}

/// What a message is, for the people who work here.
pub fn event(event: NoticeEvent, locale: Locale) -> &'static str {
    use NoticeEvent as E;
    match event {
        E::ServiceActive => locale.t("Servicio activo", "Service active"),
        E::ServiceEnded => locale.t("Servicio terminado", "Service ended"),
        E::ServiceCancelled => locale.t("Cancelado antes de activarse", "Cancelled before activation"),
        E::WithdrawalReceipt => locale.t("Justificante de desistimiento", "Withdrawal receipt"),
        E::OtaFailed => locale.t("Activación fallida", "Activation failed"),
        E::PermanentFailure => locale.t("Fallo definitivo", "Permanent failure"),
        E::HoldOffered => locale.t("Nueva retención por aceptar", "New hold to be accepted"),
        E::BlockedByMaintenance => locale.t("Bloqueado por mantenimiento", "Blocked by maintenance"),
        E::TicketCreated => locale.t("Caso abierto", "Case opened"),
        E::QuestionReceived => locale.t("Pregunta recibida", "Question received"),
        E::TicketAnswered => locale.t("Respuesta de soporte", "Support's answer"),
        E::TicketSolved => locale.t("Caso resuelto", "Case solved"),
        E::DealershipAppointment => locale.t("Cita en el concesionario", "Dealership appointment"),
        E::TheftGuidance => locale.t("Robo: qué hacer", "Theft: what to do"),
        E::PaymentDeclined => locale.t("Pago rechazado", "Payment declined"),
        E::AuthenticationNeeded => locale.t("Confirmar con el banco", "Confirm with the bank"),
        E::Refunded => locale.t("Devolución", "Refund"),
        E::SettlementFailed => locale.t("El banco no completó el pago", "The bank did not complete the payment"),
        E::SubscriptionChargeFailed => locale.t("Cobro de suscripción fallido", "Subscription charge failed"),
        E::SubscriptionCancelled => locale.t("Suscripción cancelada, deuda", "Subscription cancelled, debt"),
        E::FinalPaymentFailed => locale.t("Pago final fallido", "Final payment failed"),
        E::WarrantyLost => locale.t("Garantía perdida", "Warranty lost"),
        E::WarrantyBack => locale.t("Garantía recuperada", "Warranty back"),
        E::DeliveryFailed => locale.t("Entrega fallida", "Delivery failed"),
        E::FinalPaymentReminder => {
            locale.t("Recordatorio del pago final de un coche", "Reminder of a car's final payment")
        }
        E::ReservationDue => locale.t("Señal de un coche", "Reservation of a car"),
        E::OrderPlaced => locale.t("Pedido a la fábrica", "Ordered from the factory"),
        E::OrderCancelled => locale.t("Pedido de coche cancelado", "Order of a car cancelled"),
        E::ManufacturingStep => locale.t("Paso de fabricación", "Manufacturing step"),
        E::ShippingStep => locale.t("Paso de transporte", "Transport step"),
        E::Arrived => locale.t("Llegada al concesionario", "Arrival at the dealership"),
        E::RegistrationStep => locale.t("Paso de matriculación", "Registration step"),
        E::DeliveryStep => locale.t("Paso de entrega", "Delivery step"),
        E::AgentTaskDue => locale.t("Seguimiento pendiente", "Follow-up due"),
        E::SlaBreached => locale.t("Plazo vencido", "Time limit broken"),
        E::CarOffered => locale.t("Coche ofrecido a un nuevo dueño", "Car offered to a new owner"),
        E::CarHandedOver => locale.t("Cambio de dueño de un coche", "Change of a car's owner"),
        E::ExportReady => locale.t("Copia de los datos lista", "Copy of the data ready"),
        E::ErasurePlanned => locale.t("Borrado de la cuenta", "Erasure of the account"),
        E::Account => locale.t("De la cuenta", "About the account"),
    }
}

/// How far a message is.
pub fn status(status: DeliveryStatus, late: bool, locale: Locale) -> (Status, &'static str) {
    match (status, late) {
        (DeliveryStatus::Waiting, false) => (Status::Waiting, locale.t("Por salir", "To be sent")),
        (DeliveryStatus::Waiting, true) => (Status::Warning, locale.t("Por salir, tarde", "To be sent, late")),
        (DeliveryStatus::Sent, false) => (Status::Done, locale.t("Enviado", "Sent")),
        (DeliveryStatus::Sent, true) => (Status::Warning, locale.t("Enviado tarde", "Sent late")),
        (DeliveryStatus::Failed, _) => (Status::Failed, locale.t("No entregado", "Not delivered")),
        (DeliveryStatus::Merged, _) => (Status::Ended, locale.t("Sustituido por otro", "Replaced by another")),
        (DeliveryStatus::Skipped, _) => (Status::Ended, locale.t("Sin forma de llegar", "No way to reach")),
    }
}

/// Why a message is not there.
pub fn trouble(code: &str, locale: Locale) -> String {
    match code {
        "NO_DEVICE" => locale.t("Ningún navegador con avisos", "No browser takes messages").to_owned(),
        "NO_PHONE" => locale.t("Sin teléfono en la cuenta", "No phone number in the account").to_owned(),
        "PROMISE_UNTRUE" => {
            locale.t("Retenido: consta un cobro sin devolver", "Held back: a charge is not refunded").to_owned()
        }
        other => other.to_owned(),
    }
}

/// Whether a message takes a channel.
pub fn takes(how: Use, locale: Locale) -> &'static str {
    match how {
        Use::Must => locale.t("Siempre", "Always"),
        Use::On => locale.t("Sí, se puede quitar", "Yes, can be switched off"),
        Use::Off => locale.t("Si se pide", "When asked for"),
        Use::Never => "–",
    }
}
