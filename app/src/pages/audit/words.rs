//! What people did, in words for an auditor.

use crate::pages::expediente::Eyes;
use caas::expediente::model::{ActorKind, EntryKind as K};
use caas::kernel::locale::Locale;
use serde_json::Value;

/// What people do, each in both languages: also the choices of the filter.
pub(super) const DEEDS: &[(K, &str, &str)] = &[
    (K::AccountCreated, "Cuenta creada", "Account made"),
    (K::EmailConfirmed, "Correo confirmado", "Email address confirmed"),
    (K::SignedIn, "Entró", "Signed in"),
    (K::SignedOut, "Salió", "Signed out"),
    (K::SessionsEnded, "Sesiones cerradas", "Sessions ended"),
    (K::PasswordResetRequested, "Cambio de contraseña pedido", "Password reset asked for"),
    (K::PasswordChanged, "Contraseña cambiada", "Password changed"),
    (K::ProfileChanged, "Datos cambiados", "Details changed"),
    (K::RoleChanged, "Tipo de cuenta cambiado", "Role changed"),
    (K::AccessRefused, "Acceso rechazado", "Access refused"),
    (K::PaymentMethodAdded, "Método de pago añadido", "Payment method added"),
    (K::PaymentMethodRemoved, "Método de pago quitado", "Payment method removed"),
    (K::PaymentMethodPreferred, "Método de pago preferido", "Payment method preferred"),
    (K::ServiceOrdered, "Servicio pedido", "Service ordered"),
    (K::ConsentsGiven, "Consentimientos dados", "Consents given"),
    (K::PaymentOpened, "Pago abierto", "Payment opened"),
    (K::ServiceCancelled, "Servicio cancelado", "Service cancelled"),
    (K::ClosedWithoutCharge, "Cerrado sin cobro", "Closed without a charge"),
    (K::ManualAttempt, "Intento a mano", "Attempt by hand"),
    (K::PermanentFailure, "Fallo permanente", "Permanent failure"),
    (K::TicketAssigned, "Caso asignado", "Case assigned"),
    (K::TicketHandedOver, "Caso pasado a otro equipo", "Case handed over"),
    (K::TicketPriorityChanged, "Prioridad cambiada", "Priority changed"),
    (K::TicketNoted, "Nota interna", "Internal note"),
    (K::TicketAnswered, "Respuesta al cliente", "Answer to the customer"),
    (K::TicketWaiting, "Pregunta al cliente", "Question to the customer"),
    (K::TicketSolved, "Caso resuelto", "Case solved"),
    (K::TicketReopened, "Caso reabierto", "Case opened again"),
    (K::TicketMerged, "Casos unidos", "Cases merged"),
    (K::TicketUnmerged, "Unión deshecha", "Merge undone"),
    (K::CustomerWrote, "Mensaje del cliente", "Message of the customer"),
    (K::TaskPlanned, "Seguimiento planeado", "Follow-up planned"),
    (K::TaskDone, "Seguimiento hecho", "Follow-up done"),
    (K::MacroChanged, "Texto preparado cambiado", "Ready-made text changed"),
    (K::CalendarChanged, "Horario cambiado", "Hours changed"),
    (K::ManualHoldOffered, "Nueva retención ofrecida", "New hold offered"),
    (K::ManualHoldAccepted, "Nueva retención aceptada", "New hold accepted"),
    (K::ManualHoldEnded, "Nueva retención descartada", "New hold dropped"),
    (K::DiscountGiven, "Descuento dado", "Discount given"),
    (K::DiscountRedeemed, "Descuento usado", "Discount used"),
    (K::AppointmentRequested, "Cita pedida", "Appointment asked for"),
    (K::AppointmentMade, "Cita acordada", "Appointment made"),
    (K::CatalogueRuleProposed, "Regla propuesta", "Rule proposed"),
    (K::CatalogueRuleDecided, "Regla decidida", "Rule decided"),
    (K::TheftNoted, "Robo anotado", "Theft noted"),
    (K::TheftOver, "Robo dado por terminado", "Theft noted as over"),
    (K::DataExported, "Copia de datos personales", "Copy of personal data"),
    (K::ErasureChanged, "Borrado de una cuenta", "Erasure of an account"),
    (K::OwnerChanged, "Cambio de dueño de un coche", "Change of a car's owner"),
    (K::ExpedienteRead, "Expediente consultado", "Story looked at"),
    (K::OrderChanged, "Paso de un pedido de coche", "Step of a car order"),
    (K::FactoryResolved, "Pedido a la fábrica resuelto a mano", "Factory order dealt with by hand"),
    (K::RegistrationChanged, "Paso de una matriculación", "Step of a registration"),
    (K::DocumentChanged, "Documento subido o revisado", "Document uploaded or reviewed"),
    (K::PickUpChanged, "Cita de recogida", "Pick-up appointment"),
    (K::HandOverChecked, "Comprobación de entrega", "Hand-over check"),
    (K::VehicleAssigned, "Coche asignado o liberado", "Car assigned or freed"),
    (K::AppLinked, "Aplicación vinculada", "App linked"),
    (K::DraftDiscarded, "Borrador de venta descartado", "Draft of a sale discarded"),
    (K::PlanChanged, "Plan comercial cambiado", "Commercial plan changed"),
    (K::BreakerChanged, "Sistema externo abierto o cerrado", "Outside system opened or closed"),
    (K::AlertChanged, "Alerta atendida o silenciada", "Alert acknowledged or silenced"),
    (K::ReconciliationAsked, "Conciliación pedida", "Reconciliation asked for"),
    (K::DiscrepancyChanged, "Discrepancia tratada", "Discrepancy dealt with"),
    (K::FinanceTaskChanged, "Contracargo tratado", "Chargeback dealt with"),
    (K::DeadJobRevived, "Tarea repetida", "Work run again"),
    (K::DeadJobDiscarded, "Tarea descartada", "Work dropped"),
    (K::WebhookRetried, "Mensaje interpretado otra vez", "Message interpreted again"),
];

/// A deed in words; its code where there are none.
pub(super) fn deed(kind: K, locale: Locale) -> &'static str {
    DEEDS.iter().find(|(of, ..)| *of == kind).map_or(kind.as_str(), |(_, es, en)| locale.t(es, en))
}

/// A kind of people.
pub(super) fn people(who: ActorKind, locale: Locale) -> &'static str {
    match who {
        ActorKind::Customer => locale.t("Clientes", "Customers"),
        ActorKind::Staff => locale.t("Personal", "Staff"),
        ActorKind::Anonymous => locale.t("Sin identificar", "Not signed in"),
        ActorKind::System
        | ActorKind::Vehicle
        | ActorKind::Gateway
        | ActorKind::Factory
        | ActorKind::Registry
        | ActorKind::Transport => locale.t("Sistemas", "Systems"),
    }
}

/// Facts of an entry as these eyes may read them: amounts are for finance, a card's digits for nobody here.
pub(super) fn readable(facts: &Value, eyes: Eyes) -> Value {
    match facts {
        Value::Object(fields) if fields.contains_key("cents") && !eyes.see_money() => Value::from("…"),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "last4" | "brand"))
            .map(|(name, value)| (name.clone(), readable(value, eyes)))
            .collect(),
        Value::Array(values) => values.iter().map(|value| readable(value, eyes)).collect(),
        Value::String(text) if !eyes.see_money() && text.contains(['€', '£', '$']) => Value::from("…"),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_cards_are_taken_out() {
        let facts = serde_json::json!({ "brand": "VISA", "last4": "4242", "amount": { "cents": 2990, "currency": "EUR" },
            "subject": { "es": "Devueltos 29,90 €" }, "code": "X", "list": [{ "cents": 1, "currency": "EUR" }] });
        let staff = readable(&facts, Eyes::Staff).to_string();
        assert!(!staff.contains("29") && !staff.contains("4242") && staff.contains("\"code\":\"X\""), "{staff}");
        let finance = readable(&facts, Eyes::Finance).to_string();
        assert!(finance.contains("2990") && !finance.contains("4242"), "{finance}");
    }

    #[test]
    fn each_deed_stands_once() {
        for (i, (kind, es, en)) in DEEDS.iter().enumerate() {
            assert!(!es.is_empty() && !en.is_empty());
            assert!(DEEDS[i + 1..].iter().all(|(other, ..)| other != kind), "{kind}");
        }
        assert_eq!(deed(K::SignedIn, Locale::Es), "Entró");
        assert_eq!(deed(K::SlaBreached, Locale::Es), "SLA_BREACHED");
    }
}
