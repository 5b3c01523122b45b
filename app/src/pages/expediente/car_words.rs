//! What the entries about buying a car say to the customer.

use super::facts::Facts;
use super::words::Said;
use crate::ui::{IconName as I, Tone};
use crate::web::dates::moment;
use caas::expediente::model::EntryKind as K;
use caas::kernel::locale::Locale;
use caas::kernel::when::calendar_day;
use caas::sales::model::{InventoryStatus, OrderStatus as S};

/// An entry about an order, its papers, its way or its hand-over; `None` for any other.
pub(super) fn say(facts: &Facts<'_>) -> Option<Said> {
    if let Some(part) = facts.text("part") {
        return payment(facts, part);
    }
    let said = match facts.line.entry.kind {
        K::OrderChanged => order(facts),
        K::EstimateChanged => estimate(facts),
        K::FactoryManual => plain(
            facts,
            I::Waiting,
            Tone::Waiting,
            ("La fábrica no contesta: pasamos el pedido a mano", "The factory does not answer: we order by hand"),
            ("Tu pedido sigue en pie. No tienes que hacer nada.", "Your order stands. You don't have to do anything."),
        ),
        K::FactoryResolved => match facts.text("action") {
            Some("CANCELLED" | "CANCEL") => plain(
                facts,
                I::Close,
                Tone::Problem,
                ("Operaciones canceló el pedido a la fábrica", "Operations cancelled the order at the factory"),
                ("", ""),
            ),
            _ => plain(
                facts,
                I::Done,
                Tone::Neutral,
                ("Operaciones volvió a mover tu pedido a la fábrica", "Operations moved your order to the factory on"),
                ("", ""),
            ),
        },
        K::RegistrationChanged => registration(facts),
        K::DocumentChanged => document(facts),
        K::DeliveryChanged => delivery(facts),
        K::PickUpChanged => pick_up(facts),
        K::HandOverChecked => plain(
            facts,
            I::Done,
            Tone::Neutral,
            (
                "El concesionario comprobó algo antes de la entrega",
                "The dealership checked something before the hand-over",
            ),
            ("", ""),
        ),
        K::VehicleAssigned => vehicle(facts),
        K::AppLinked => match facts.text("code") {
            Some("USED") => plain(
                facts,
                I::Car,
                Tone::Done,
                ("Vinculaste un móvil a tu coche", "You linked a phone to your car"),
                ("", ""),
            ),
            _ => plain(
                facts,
                I::Car,
                Tone::Neutral,
                ("Se creó un código para vincular la aplicación", "A code to link the app was made"),
                ("Sirve una sola vez.", "It works once."),
            ),
        },
        K::DraftDiscarded => plain(
            facts,
            I::Close,
            Tone::Neutral,
            ("Se descartó un borrador de venta", "A draft of a sale was discarded"),
            ("", ""),
        ),
        K::PlanChanged => plain(
            facts,
            I::Settings,
            Tone::Neutral,
            ("Cambió un plan comercial", "A commercial plan changed"),
            ("", ""),
        ),
        _ => return None,
    };
    Some(said)
}

fn plain(facts: &Facts<'_>, icon: I, tone: Tone, text: (&str, &str), note: (&str, &str)) -> Said {
    let locale = facts.reader.locale;
    Said { icon, tone, text: locale.t(text.0, text.1).to_owned(), note: locale.t(note.0, note.1).to_owned() }
}

/// A step of a payment of a car: it is taken at once and never held.
fn payment(facts: &Facts<'_>, part: &str) -> Option<Said> {
    let locale = facts.reader.locale;
    // Who does not see money reads no word in its place.
    let amount = if facts.eyes.see_money() { format!(": {}", facts.amount()) } else { String::new() };
    let what = match part {
        "FINAL" => locale.t("el pago final", "the final payment"),
        _ => locale.t("la señal", "the reservation"),
    };
    let not_charged = locale.t("No se te ha cobrado.", "You have not been charged.");
    let t = |es: String, en: String| if locale == Locale::Es { es } else { en };
    let said = |icon, tone, text, note: String| Some(Said { icon, tone, text, note });
    match facts.line.entry.kind {
        K::PaymentOpened | K::PaymentRequested | K::PaymentSent => said(
            I::Card,
            Tone::Neutral,
            t(format!("Pagas {what}{amount}"), format!("You pay {what}{amount}")),
            String::new(),
        ),
        K::AuthenticationNeeded => said(
            I::Warning,
            Tone::Waiting,
            t(
                format!("Tu banco pide que confirmes {what}{amount}"),
                format!("Your bank asks you to confirm {what}{amount}"),
            ),
            locale.t("Hasta entonces no se cobra nada.", "Until then nothing is charged.").to_owned(),
        ),
        K::PaymentDeclined => said(
            I::Failed,
            Tone::Problem,
            t(format!("Tu banco no aceptó {what}{amount}"), format!("Your bank did not accept {what}{amount}")),
            facts.because("reason", not_charged),
        ),
        K::PaymentCaptured => said(
            I::Charged,
            Tone::Done,
            t(format!("Se cobró {what}{amount}"), format!("Charged, {what}{amount}")),
            String::new(),
        ),
        K::PaymentAbandoned => said(
            I::Close,
            Tone::Neutral,
            t(format!("No siguió adelante {what}{amount}"), format!("The payment did not go on, {what}{amount}")),
            not_charged.to_owned(),
        ),
        K::PaymentRefunded => said(
            I::Refund,
            Tone::Done,
            t(format!("Te devolvimos {what}{amount}"), format!("We refunded {what}{amount}")),
            String::new(),
        ),
        K::SettlementChanged => said(
            I::Card,
            Tone::Neutral,
            t(format!("Tu banco informó del pago: {what}"), format!("Your bank reported on the payment: {what}")),
            String::new(),
        ),
        _ => None,
    }
}

/// A step of the order, by the state it reached.
fn order(facts: &Facts<'_>) -> Said {
    let again = facts.line.entry.before.as_deref() == Some(S::QualityControl.as_str());
    let Some(status) = facts.line.entry.after.as_deref().and_then(|code| code.parse::<S>().ok()) else {
        return plain(facts, I::Car, Tone::Neutral, ("Tu pedido avanzó", "Your order moved on"), ("", ""));
    };
    let p = |icon, tone, text, note| plain(facts, icon, tone, text, note);
    match status {
        S::Draft => {
            p(I::Edit, Tone::Neutral, ("Tu pedido está en preparación", "Your order is being prepared"), ("", ""))
        }
        S::AwaitingReservation => p(
            I::Document,
            Tone::Neutral,
            ("Tu pedido está registrado", "Your order is registered"),
            (
                "Falta la señal: con ella se encarga el coche.",
                "The reservation is missing: with it the car is ordered.",
            ),
        ),
        S::ReservationPaid => p(
            I::Charged,
            Tone::Done,
            ("Señal pagada: el coche es para ti", "Reservation paid: the car is yours to have"),
            ("", ""),
        ),
        S::OrderPlaced => {
            p(I::Done, Tone::Done, ("La fábrica confirmó el pedido", "The factory confirmed the order"), ("", ""))
        }
        S::ProductionScheduled => p(
            I::Clock,
            Tone::Info,
            ("Tu coche tiene turno de fabricación", "Your car has its place in production"),
            ("", ""),
        ),
        S::ProductionInProgress if again => p(
            I::Wrench,
            Tone::Waiting,
            ("Tu coche volvió a producción", "Your car went back to production"),
            (
                "El control de calidad encontró algo y se corrige antes de salir.",
                "Quality control found something, and it is put right before the car leaves.",
            ),
        ),
        S::ProductionInProgress => {
            p(I::Wrench, Tone::Info, ("Tu coche se está fabricando", "Your car is being built"), ("", ""))
        }
        S::QualityControl => p(
            I::Search,
            Tone::Info,
            ("Tu coche está en control de calidad", "Your car is in quality control"),
            ("", ""),
        ),
        S::ReadyForShipment => p(
            I::Done,
            Tone::Info,
            ("Tu coche está terminado y espera transporte", "Your car is finished and waits for transport"),
            ("", ""),
        ),
        S::InTransit => p(I::Car, Tone::Info, ("Tu coche está en camino", "Your car is on its way"), ("", "")),
        S::ArrivedAtDealership => {
            p(I::Car, Tone::Done, ("Tu coche está en el concesionario", "Your car is at the dealership"), ("", ""))
        }
        S::AwaitingFinalPayment => {
            p(I::Card, Tone::Waiting, ("Te pedimos el pago final", "We asked you for the final payment"), ("", ""))
        }
        S::FinalPaymentReceived => p(
            I::Charged,
            Tone::Done,
            ("Pago final recibido", "Final payment received"),
            ("El coche está pagado.", "The car is paid."),
        ),
        S::Registration => p(
            I::Document,
            Tone::Info,
            ("Empezó la matriculación de tu coche", "The registration of your car began"),
            ("", ""),
        ),
        S::ReadyForDelivery => p(
            I::Done,
            Tone::Done,
            ("Tu coche está matriculado", "Your car is registered"),
            ("Lo siguiente es la entrega.", "Next comes the delivery."),
        ),
        S::DeliveryScheduled => {
            p(I::Clock, Tone::Info, ("La entrega tiene fecha", "The delivery has its date"), ("", ""))
        }
        S::ReturnedToDealership => p(
            I::Warning,
            Tone::Waiting,
            ("Tu coche volvió al concesionario", "Your car went back to the dealership"),
            ("Está seguro allí. Elige cuándo recogerlo.", "It is safe there. Choose when to pick it up."),
        ),
        S::Delivered => p(I::Active, Tone::Done, ("Te entregamos tu coche", "We handed over your car"), ("", "")),
        S::CancelledReservationFailed => p(
            I::Failed,
            Tone::Problem,
            (
                "El pedido se canceló: la señal no se aceptó",
                "The order was cancelled: the reservation was not accepted",
            ),
            ("No se te ha cobrado.", "You have not been charged."),
        ),
        S::CancelledFactoryRejected => p(
            I::Failed,
            Tone::Problem,
            (
                "El pedido se canceló: la fábrica no lo fabrica",
                "The order was cancelled: the factory does not build it",
            ),
            ("Te devolvemos la señal completa.", "We refund the whole reservation."),
        ),
        S::CancelledPaymentFailure => p(
            I::Failed,
            Tone::Problem,
            ("El pedido se canceló: falta el pago final", "The order was cancelled: the final payment was not made"),
            (
                "El coche ya no es tuyo y la señal no se devuelve.",
                "The car is no longer yours and the reservation is not returned.",
            ),
        ),
        S::CancelledRegistration => p(
            I::Failed,
            Tone::Problem,
            ("El pedido se canceló: no se puede matricular", "The order was cancelled: it can't be registered"),
            ("Te devolvemos todo lo pagado.", "We refund everything you paid."),
        ),
    }
}

fn estimate(facts: &Facts<'_>) -> Said {
    let locale = facts.reader.locale;
    let is_first = facts.text("reason") == Some("FIRST");
    let told = facts.text("estimated").or(facts.line.entry.after.as_deref()).and_then(|day| day.parse().ok());
    let text = match told {
        Some(day) => {
            let day = calendar_day(day, locale);
            match (locale, is_first) {
                (Locale::Es, true) => format!("Fecha prevista: {day}"),
                (Locale::Es, false) => format!("Nueva fecha prevista: {day}"),
                (Locale::En, true) => format!("Expected date: {day}"),
                (Locale::En, false) => format!("New expected date: {day}"),
            }
        }
        None => locale.t("Cambió la fecha prevista", "The expected date changed").to_owned(),
    };
    Said {
        icon: I::Clock,
        tone: Tone::Info,
        text,
        note: estimate_reason(facts.text("reason").unwrap_or_default(), locale),
    }
}

/// Why an expected date changed: ours in words, the factory's as it said it.
pub(in crate::pages) fn estimate_reason(reason: &str, locale: Locale) -> String {
    let words =
        match reason {
            "FIRST" => locale.t("Primera fecha de la fábrica.", "The factory's first date."),
            "QUALITY_REWORK" => locale.t(
                "El control de calidad devolvió el coche a producción.",
                "Quality control sent the car back to production.",
            ),
            // A code that nobody put into words says nothing to a customer.
            code if code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') => {
                if code.is_empty() { "" } else { locale.t("Lo comunicó la fábrica.", "The factory said so.") }
            }
            own => return own.to_owned(),
        };
    words.to_owned()
}

fn registration(facts: &Facts<'_>) -> Said {
    let p = |icon, tone, text, note| plain(facts, icon, tone, text, note);
    match facts.line.entry.after.as_deref() {
        None if facts.is("corrected") => p(
            I::Document,
            Tone::Neutral,
            ("Se corrigieron los datos para la matriculación", "The data for the registration were corrected"),
            ("", ""),
        ),
        None if facts.is("approvedTooLate") => p(
            I::Warning,
            Tone::Waiting,
            (
                "El organismo aprobó la matriculación cuando la venta ya estaba cancelada",
                "The authority approved the registration after the sale was cancelled",
            ),
            ("No se cobra nada por ello.", "Nothing is charged for it."),
        ),
        Some("UNDER_REVIEW") => p(
            I::Search,
            Tone::Info,
            ("El organismo revisa la matriculación", "The registration is under review"),
            ("", ""),
        ),
        Some("APPROVED") => {
            p(I::Done, Tone::Done, ("La matriculación está aprobada", "The registration is approved"), ("", ""))
        }
        Some("PLATE_ASSIGNED" | "READY_FOR_DELIVERY") => {
            let mut said = p(I::Done, Tone::Done, ("Tu coche tiene matrícula", "Your car has its plate"), ("", ""));
            said.note = facts.text("plate").map(|plate| format!("{plate}.")).unwrap_or_default();
            said
        }
        Some("ADDITIONAL_INFO_REQUIRED") => p(
            I::Warning,
            Tone::Waiting,
            ("Falta algo para matricular tu coche", "Something is missing to register your car"),
            ("Qué falta está en los documentos de tu pedido.", "What is missing is in the documents of your order."),
        ),
        Some("REJECTED") => p(
            I::Failed,
            Tone::Problem,
            ("El organismo rechazó la matriculación", "The registration was rejected"),
            ("Tu concesionario lo revisa.", "Your dealership looks into it."),
        ),
        _ => p(I::Document, Tone::Info, ("La matriculación avanza", "The registration moves on"), ("", "")),
    }
}

fn document(facts: &Facts<'_>) -> Said {
    let p = |icon, tone, text, note| plain(facts, icon, tone, text, note);
    match facts.text("state").or(facts.line.entry.after.as_deref()) {
        Some("ACCEPTED") => p(I::Done, Tone::Done, ("Un documento está aceptado", "A document was accepted"), ("", "")),
        Some("REFUSED") => {
            let mut said = p(
                I::Warning,
                Tone::Waiting,
                ("Un documento no sirve: hace falta otro", "A document does not do: another is needed"),
                ("", ""),
            );
            // Why is written for the customer, never a code.
            said.note = facts.text("reason").filter(|why| why.contains(' ')).unwrap_or_default().to_owned();
            said
        }
        _ => p(I::Document, Tone::Neutral, ("Se subió un documento", "A document was uploaded"), ("", "")),
    }
}

fn delivery(facts: &Facts<'_>) -> Said {
    let p = |icon, tone, text, note| plain(facts, icon, tone, text, note);
    match facts.line.entry.after.as_deref() {
        None if facts.text("way") == Some("PICK_UP") => p(
            I::Car,
            Tone::Neutral,
            ("Elegiste recoger el coche en el concesionario", "You chose to pick the car up at the dealership"),
            ("", ""),
        ),
        None if facts.text("way") == Some("HOME") => p(
            I::Car,
            Tone::Neutral,
            ("Elegiste que te llevemos el coche a casa", "You chose to have the car brought to your door"),
            ("", ""),
        ),
        None if facts.is("takenOnTooLate") => p(
            I::Warning,
            Tone::Waiting,
            (
                "El transporte aceptó el viaje cuando ya no hacía falta",
                "The transport company took the trip on when it was no longer needed",
            ),
            ("El concesionario lo anula por teléfono.", "The dealership cancels it on the telephone."),
        ),
        Some("CALLED_OFF") => p(
            I::Car,
            Tone::Neutral,
            ("Elegiste recoger el coche en el concesionario", "You chose to pick the car up at the dealership"),
            ("El transporte ya no hace falta.", "The transport is no longer needed."),
        ),
        Some("REQUESTED") => {
            p(I::Waiting, Tone::Waiting, ("Pedimos fecha al transporte", "We asked the transport for a date"), ("", ""))
        }
        Some("SCHEDULED") => {
            let mut said =
                p(I::Clock, Tone::Info, ("El transporte tiene fecha", "The transport has its date"), ("", ""));
            let at = facts.time("scheduledFor").map(|at| moment(at, facts.reader.zone, facts.reader.locale));
            said.note = at.map(|at| format!("{at}.")).unwrap_or_default();
            said
        }
        Some("PICKED_UP") => {
            p(I::Car, Tone::Info, ("Tu coche va en el camión hacia ti", "Your car is on the lorry to you"), ("", ""))
        }
        Some("CUSTOMER_ABSENT") => p(
            I::Warning,
            Tone::Waiting,
            ("El transportista llegó y no encontró a nadie", "The driver came and found nobody"),
            ("", ""),
        ),
        Some("CUSTOMER_CALLED") => {
            p(I::Waiting, Tone::Waiting, ("El transportista te llamó", "The driver called you"), ("", ""))
        }
        Some("WAITING") => {
            p(I::Waiting, Tone::Waiting, ("El transportista espera un poco", "The driver waits a little"), ("", ""))
        }
        Some("DELIVERED") => {
            p(I::Done, Tone::Done, ("El transporte llegó a tu puerta", "The transport reached your door"), ("", ""))
        }
        Some("RETURNED_TO_DEALERSHIP") => p(
            I::Warning,
            Tone::Waiting,
            ("El transporte devolvió tu coche al concesionario", "The transport took your car back to the dealership"),
            ("Está seguro allí.", "It is safe there."),
        ),
        _ => p(I::Car, Tone::Info, ("La entrega avanza", "The delivery moves on"), ("", "")),
    }
}

fn pick_up(facts: &Facts<'_>) -> Said {
    let p = |icon, tone, text| plain(facts, icon, tone, text, ("", ""));
    let mut said = match facts.text("pickUp") {
        Some("MOVED") => p(I::Clock, Tone::Info, ("Se cambió la cita para recoger el coche", "The pick-up was moved")),
        Some("MISSED") => {
            p(I::Warning, Tone::Waiting, ("La cita para recoger el coche pasó sin recogida", "The pick-up was missed"))
        }
        Some("DONE") => p(I::Done, Tone::Done, ("Recogiste el coche", "You picked the car up")),
        _ => p(I::Clock, Tone::Info, ("Hay cita para recoger el coche", "There is an appointment to pick the car up")),
    };
    let at = facts.time("startsAt").map(|at| moment(at, facts.reader.zone, facts.reader.locale));
    said.note = at.map(|at| format!("{at}.")).unwrap_or_default();
    said
}

fn vehicle(facts: &Facts<'_>) -> Said {
    let p = |icon, tone, text, note| plain(facts, icon, tone, text, note);
    match facts.line.entry.after.as_deref() {
        Some("SIN_ASIGNAR") => p(
            I::Car,
            Tone::Neutral,
            ("El coche dejó de estar asignado a ti", "The car is no longer assigned to you"),
            ("Vuelve a ser del concesionario.", "It belongs to the dealership again."),
        ),
        Some(code) if code == InventoryStatus::Delivered.as_str() => {
            p(I::Car, Tone::Done, ("El coche está en tus manos", "The car is in your hands"), ("", ""))
        }
        _ if facts.line.entry.before.as_deref().is_some_and(|before| before != "SIN_ASIGNAR") => p(
            I::Car,
            Tone::Done,
            ("Aceptaste el coche y ya es tuyo", "You accepted the car and it is yours"),
            ("Lo que llevaba activado sigue en él.", "What was on in it stays on."),
        ),
        _ => p(I::Car, Tone::Info, ("Tu pedido tiene coche asignado", "Your order has its car assigned"), ("", "")),
    }
}
