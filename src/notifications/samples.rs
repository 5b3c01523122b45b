//! Made-up facts for every message: administrators see with them what customers are told.

use super::model::NoticeEvent;
use super::service::Notice;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};

/// A notice of this kind about nobody.
pub fn sample(event: NoticeEvent) -> Notice {
    use NoticeEvent as E;
    let (service, amount) = match event {
        E::ManufacturingStep => (both("control de calidad", "quality control"), None),
        E::ShippingStep => (both("en el barco", "on the ship"), None),
        E::RegistrationStep => (both("matrícula asignada", "plate assigned"), None),
        E::DeliveryStep => (both("entrega el lunes a las 10:00", "delivery on Monday at 10:00"), None),
        E::QuestionReceived | E::TicketAnswered => (Bilingual::default(), None),
        E::ReservationDue => (both("la señal", "the reservation"), Some(Cents(300_000))),
        E::Arrived | E::FinalPaymentReminder => (both("el pago final", "the final payment"), Some(Cents(2_799_000))),
        E::FinalPaymentFailed => (Bilingual::default(), Some(Cents(2_799_000))),
        _ => (both("Asientos calefactados", "Heated seats"), Some(Cents(2990))),
    };
    let reason = match event {
        E::OtaFailed => Some("VEHICLE_OFFLINE"),
        E::PermanentFailure => Some("MODULE_FAULT"),
        E::PaymentDeclined | E::SubscriptionChargeFailed | E::FinalPaymentFailed => Some("INSUFFICIENT_FUNDS"),
        _ => None,
    };
    let ticket = match event {
        E::TicketCreated | E::TicketSolved | E::AgentTaskDue | E::SlaBreached => Some("OTA-000123"),
        E::QuestionReceived | E::TicketAnswered => Some("GEN-000045"),
        _ => None,
    };
    Notice {
        service,
        vehicle: "Lince".to_owned(),
        amount: amount.map(|cents| Money::new(cents, Currency::Eur)),
        reason: reason.map(str::to_owned),
        ticket: ticket.map(str::to_owned),
        text: matches!(event, E::TicketAnswered | E::ErasurePlanned | E::CarHandedOver).then(|| "…".to_owned()),
        more: more(event),
        of_car: matches!(event, E::FinalPaymentFailed),
        ..Notice::about(UserId(uuid::Uuid::nil()), event, "sample", "/expediente")
    }
}

/// What follows from it, as `sales::notices` adds it.
fn more(event: NoticeEvent) -> Vec<Bilingual> {
    use NoticeEvent as E;
    match event {
        E::Arrived | E::FinalPaymentReminder => vec![
            both(
                "Quedan por pagar 27.990,00 €, hasta el 30 de noviembre de 2026, 10:00.",
                "€27,990.00 is left to pay, until 30 November 2026, 10:00.",
            ),
            both(
                "Si tu banco rechaza el pago o pasa la fecha sin pagar, el pedido se cancela, el coche deja de ser tuyo y la señal de 3.000,00 € no se devuelve.",
                "If your bank declines the payment or the date passes unpaid, the order is cancelled, the car is no longer yours and the reservation of €3,000.00 is not returned.",
            ),
        ],
        E::FinalPaymentFailed => vec![
            both(
                "La señal de 3.000,00 € que pagaste no se devuelve.",
                "The reservation of €3,000.00 that you paid is not returned.",
            ),
            both(
                "El pedido queda cancelado y el coche ya no está a tu nombre: el concesionario puede venderlo a otra persona. Tu cuenta y tu expediente siguen abiertos.",
                "The order is cancelled and the car is no longer in your name: the dealership may sell it to somebody else. Your account and your file stay open.",
            ),
        ],
        E::SubscriptionChargeFailed => vec![
            both("El próximo intento es el 23 de noviembre de 2026.", "The next try is on 23 November 2026."),
            both(
                "El servicio sigue activo. Si el 27 de noviembre de 2026 sigue sin pagar, la suscripción se cancela y el importe queda como deuda.",
                "The service stays active. If it is still unpaid on 27 November 2026, the subscription is cancelled and the amount stays as a debt.",
            ),
        ],
        E::DeliveryFailed => vec![both(
            "Está aquí: Autos Norte, Calle de Alcalá 100, 28009 Madrid.",
            "It is here: Autos Norte, Calle de Alcalá 100, 28009 Madrid.",
        )],
        E::ManufacturingStep => vec![both(
            "Nueva fecha prevista: 12 de febrero de 2027. Motivo: el control de calidad.",
            "New expected date: 12 February 2027. Reason: quality control.",
        )],
        _ => Vec::new(),
    }
}

fn both(es: &str, en: &str) -> Bilingual {
    Bilingual { es: es.to_owned(), en: en.to_owned() }
}
