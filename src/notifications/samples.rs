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
        text: matches!(event, E::TicketAnswered).then(|| "…".to_owned()),
        ..Notice::about(UserId(uuid::Uuid::nil()), event, "sample", "/expediente")
    }
}

fn both(es: &str, en: &str) -> Bilingual {
    Bilingual { es: es.to_owned(), en: en.to_owned() }
}
