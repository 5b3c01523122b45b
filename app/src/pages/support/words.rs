//! The codes of cases in words, for people of ours.

use crate::ui::Status;
use caas::expediente::model::EntryKind;
use caas::kernel::locale::Locale;
use caas::notifications::model::Channel;
use caas::notifications::service::reason_in_words;
use caas::support::Message;
use caas::support::model::{NotNow, Priority, Queue, Solution, Team, TicketSort, TicketStatus};

pub(super) fn queue_words(queue: Queue, locale: Locale) -> &'static str {
    match queue {
        Queue::Ota => locale.t("Cola OTA", "OTA queue"),
        Queue::General => locale.t("Cola general", "General queue"),
    }
}

/// Where a case is. The customer reads the same words.
pub(in crate::pages) fn status_words(
    status: TicketStatus,
    for_customer: bool,
    locale: Locale,
) -> (Status, &'static str) {
    match status {
        TicketStatus::Open if for_customer => (Status::Waiting, locale.t("Lo estamos mirando", "We are looking at it")),
        TicketStatus::Open => (Status::Scheduled, locale.t("Abierto", "Open")),
        TicketStatus::WaitingForCustomer if for_customer => {
            (Status::Warning, locale.t("Esperamos tu respuesta", "Waiting for your answer"))
        }
        TicketStatus::WaitingForCustomer => {
            (Status::Waiting, locale.t("Esperando al cliente", "Waiting for the customer"))
        }
        TicketStatus::Solved => (Status::Done, locale.t("Resuelto", "Solved")),
        TicketStatus::Merged => (Status::Ended, locale.t("Unido a otro caso", "Merged into another case")),
    }
}

pub(super) fn priority_words(priority: Priority, locale: Locale) -> (Status, &'static str) {
    match priority {
        Priority::Low => (Status::Ended, locale.t("Baja", "Low")),
        Priority::Normal => (Status::Available, locale.t("Normal", "Normal")),
        Priority::High => (Status::Warning, locale.t("Alta", "High")),
        Priority::Urgent => (Status::Failed, locale.t("Urgente", "Urgent")),
    }
}

pub(super) fn team_words(team: Team, locale: Locale) -> &'static str {
    match team {
        Team::Support => locale.t("Soporte", "Support"),
        Team::Iot => locale.t("Infraestructura IoT", "IoT infrastructure"),
    }
}

pub(super) fn sort_words(sort: TicketSort, locale: Locale) -> &'static str {
    match sort {
        TicketSort::Oldest => locale.t("Los que más esperan", "Waiting longest"),
        TicketSort::Newest => locale.t("Los más nuevos", "Newest"),
        TicketSort::Due => locale.t("Lo que vence antes", "Due first"),
        TicketSort::Priority => locale.t("Lo más urgente", "Most pressing"),
        TicketSort::Updated => locale.t("Lo último que cambió", "Last changed"),
    }
}

pub(super) fn solution_words(solution: Solution, locale: Locale) -> &'static str {
    match solution {
        Solution::ActivatedByHand => locale.t("Activado a mano", "Activated by hand"),
        Solution::PermanentFailure => locale.t("Fallo definitivo, sin cobro", "Permanent failure, nothing charged"),
        Solution::DealershipAppointment => locale.t("Cita en el concesionario", "Dealership appointment"),
        Solution::CatalogueRule => locale.t("Cambio en el catálogo", "Catalogue change"),
        Solution::Answered => locale.t("Pregunta respondida", "Question answered"),
        Solution::Duplicate => locale.t("Duplicado de otro caso", "Duplicate of another case"),
        Solution::Other => locale.t("Otra cosa", "Something else"),
    }
}

pub(super) fn channel_words(channel: Channel, locale: Locale) -> &'static str {
    match channel {
        Channel::Email => locale.t("Correo", "Email"),
        Channel::Push => locale.t("Aviso en el dispositivo", "Push"),
        Channel::Sms => "SMS",
        Channel::InApp => locale.t("En la cuenta", "In the account"),
    }
}

/// Why something was refused, and what to do instead.
pub(super) fn not_now_words(why: NotNow, locale: Locale) -> &'static str {
    match why {
        NotNow::Solved => locale.t("El caso está resuelto. Reábrelo primero.", "The case is solved. Reopen it first."),
        NotNow::Merged => locale.t(
            "El caso sigue en otro. Trabaja allí, o deshaz la unión.",
            "The case goes on in another one. Work there, or undo the merge.",
        ),
        NotNow::NotSolved => locale.t("El caso no está resuelto.", "The case is not solved."),
        NotNow::NotMerged => locale.t("El caso no está unido a otro.", "The case is not merged."),
        NotNow::TooLate => locale.t(
            "Han pasado más de 10 minutos desde la unión: ya no se puede deshacer.",
            "More than 10 minutes have passed since the merge: it can't be undone any more.",
        ),
        NotNow::OtherCustomer => locale.t(
            "Los dos casos son de clientes distintos. No se han unido.",
            "The two cases belong to different customers. They were not merged.",
        ),
        NotNow::HasMerged => locale.t(
            "Otros casos se han unido a este. Une los dos al revés.",
            "Other cases were merged into this one. Merge the two the other way round.",
        ),
        NotNow::Itself => locale.t("Es el mismo caso.", "It is the same case."),
        NotNow::ActivationOpen => locale.t(
            "La activación de este caso espera todavía una decisión: necesita su propio caso.",
            "The activation of this case still waits for a decision: it needs a case of its own.",
        ),
        NotNow::NotWaitingForSupport => locale.t(
            "La activación ya no espera a soporte. No se ha enviado nada al coche.",
            "The activation does not wait for support any more. Nothing was sent to the car.",
        ),
        NotNow::VehicleBusy => locale.t(
            "El coche tiene otra orden en marcha. Espera a que termine; no se ha enviado nada.",
            "The car has another command under way. Wait until it ends; nothing was sent.",
        ),
        NotNow::CompensationUnderWay => locale.t(
            "Se está deshaciendo una confirmación tardía en este coche. Espera a que termine.",
            "A late confirmation is being undone in this car. Wait until it ends.",
        ),
        NotNow::HoldUnderWay => locale.t(
            "El cliente ya tiene pendiente una retención nueva, o el banco la está mirando.",
            "The customer already has a new hold to accept, or the bank is looking at it.",
        ),
        NotNow::NothingToHold => locale.t(
            "Es una suscripción: no se retiene nada. Actívala gratis, se factura al final de cada mes.",
            "It is a subscription: nothing is held. Activate it free; it is billed when each month ends.",
        ),
        NotNow::NoDealership => {
            locale.t("El coche no tiene concesionario asignado.", "The car belongs to no dealership.")
        }
        NotNow::NotAnAgent => {
            locale.t("A esa persona no se le puede dar el caso.", "That person can't be given the case.")
        }
        NotNow::Invalid => locale.t(
            "Falta algo, o es demasiado largo. No se ha guardado nada.",
            "Something is missing or too long. Nothing was kept.",
        ),
        NotNow::LastModel => locale.t(
            "El servicio no serviría ya para ningún modelo. Retíralo del catálogo en vez de eso.",
            "The service would fit no model any more. Withdraw it from the catalogue instead.",
        ),
        NotNow::Decided => locale.t("Alguien lo ha decidido ya.", "Somebody has decided already."),
        NotNow::TooMany => locale.t("Demasiados por hoy.", "Too many for today."),
    }
}

/// What the platform, or a person through it, did.
pub(super) fn system_words(message: &Message, locale: Locale) -> String {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let fact = |name: &str| message.data.0.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let because = |es: &str, en: &str| {
        let code = fact("code");
        let words =
            if code.is_empty() { String::new() } else { format!("{} ({code})", reason_in_words(&code, locale)) };
        format!("{} {words}", locale.t(es, en)).trim().to_owned()
    };
    match message.code.as_str() {
        "LATE_CONFIRMATION" => t(
            "El coche ha confirmado fuera de plazo. No se cobra: se está desactivando de nuevo.",
            "The car confirmed too late. Nothing is charged: it is being switched off again.",
        ),
        "COMPENSATED" => t(
            "El coche confirmó fuera de plazo y el servicio se ha desactivado de nuevo. No se ha cobrado.",
            "The car confirmed too late and the service was switched off again. Nothing was charged.",
        ),
        "COMPENSATION_DROPPED" => t(
            "La desactivación de la confirmación tardía ya no hacía falta.",
            "Undoing the late confirmation was no longer needed.",
        ),
        "MANUAL_STARTED" => t("Activación a mano en marcha.", "Manual activation under way."),
        "MANUAL_ATTEMPT_FAILED" => because("La activación a mano no ha salido.", "The manual activation failed."),
        "MANUAL_SUCCEEDED" => {
            t("El coche ha confirmado la activación a mano.", "The car confirmed the manual activation.")
        }
        "HOLD_OFFERED" => {
            t("Se ha pedido al cliente que acepte una retención nueva.", "The customer was asked to accept a new hold.")
        }
        "HOLD_ACCEPTED" => t("El cliente ha aceptado la retención nueva.", "The customer accepted the new hold."),
        "CUSTOMER_CANCELLED" => t(
            "El cliente ha cancelado el pedido: ya no espera el servicio. No se le ha cobrado.",
            "The customer cancelled the order and no longer waits for the service. Nothing was charged.",
        ),
        "HOLD_REFUSED" => t("El cliente no quiere una retención nueva.", "The customer does not want a new hold."),
        "HOLD_EXPIRED" => {
            t("El cliente no respondió a la retención nueva.", "The customer did not answer about the new hold.")
        }
        "HOLD_ORDERED_AGAIN" => t(
            "El cliente ha vuelto a pedir el servicio: la retención nueva ya no se ofrece.",
            "The customer ordered the service again: the new hold is no longer offered.",
        ),
        "HOLD_DECLINED" => {
            because("El banco no ha aceptado la retención nueva.", "The bank did not accept the new hold.")
        }
        "PERMANENT_FAILURE" => t(
            "Fallo definitivo. El cobro neto es cero y el cliente lo sabe.",
            "Permanent failure. The net charge is zero and the customer has been told.",
        ),
        "REFUND_REQUESTED" => {
            t("Se ha pedido la devolución de lo cobrado.", "A refund of what was charged was requested.")
        }
        "APPOINTMENT_REQUESTED" => {
            t("Se ha pedido cita en el concesionario.", "A dealership appointment was requested.")
        }
        "APPOINTMENT_MADE" => t("El concesionario ha dado la cita.", "The dealership has made the appointment."),
        "RULE_PROPOSED" => t("Se ha propuesto un cambio en el catálogo.", "A catalogue change was proposed."),
        "RULE_APPROVED" => {
            t("Administración ha aprobado el cambio del catálogo.", "An administrator approved the catalogue change.")
        }
        "RULE_REFUSED" => {
            t("Administración no ha aprobado el cambio del catálogo.", "An administrator refused the catalogue change.")
        }
        "HANDED_OVER" => {
            let team = fact("team").parse().map_or_else(|_| String::new(), |team| team_words(team, locale).to_owned());
            format!("{} {team}. {}", locale.t("Pasado al equipo:", "Handed over to:"), fact("text")).trim().to_owned()
        }
        "MERGED" => format!("{} {}.", locale.t("Se le ha unido", "Merged into this case:"), fact("from")),
        "UNMERGED" => format!("{} {}.", locale.t("Se ha separado", "Separated again:"), fact("from")),
        "SLA_BREACHED" => t("Plazo de respuesta vencido: prioridad alta.", "The answer is overdue: priority raised."),
        "TASK_DUE" => format!("{} {}", locale.t("Recordatorio:", "Reminder:"), fact("text")),
        "THEFT_NOTED" => t("Robo anotado. Se ha escrito al cliente.", "Theft noted. The customer was written to."),
        other => other.to_owned(),
    }
}

/// A line of the case's history.
pub(super) fn history_words(kind: EntryKind, locale: Locale) -> String {
    use EntryKind as K;
    let words = match kind {
        K::TicketOpened => locale.t("Caso abierto", "Case opened"),
        K::TicketAssigned => locale.t("Asignado", "Assigned"),
        K::TicketHandedOver => locale.t("Pasado a otro equipo", "Handed over to another team"),
        K::TicketPriorityChanged => locale.t("Prioridad cambiada", "Priority changed"),
        K::TicketNoted => locale.t("Nota interna", "Internal note"),
        K::TicketAnswered => locale.t("Respuesta al cliente", "Answer to the customer"),
        K::TicketWaiting => locale.t("Pregunta al cliente: reloj en pausa", "Customer asked: clock paused"),
        K::TicketSolved => locale.t("Resuelto", "Solved"),
        K::TicketReopened => locale.t("Reabierto", "Reopened"),
        K::TicketMerged => locale.t("Unido a otro caso", "Merged into another case"),
        K::TicketUnmerged => locale.t("Separado de nuevo", "Separated again"),
        K::CustomerWrote => locale.t("El cliente escribió", "The customer wrote"),
        K::SlaBreached => locale.t("Plazo vencido", "Answer overdue"),
        K::TaskPlanned => locale.t("Tarea apuntada", "Task planned"),
        K::TaskDone => locale.t("Tarea hecha", "Task done"),
        K::ManualAttempt => locale.t("Activación a mano", "Manual activation"),
        K::ManualHoldOffered => locale.t("Retención nueva propuesta", "New hold offered"),
        K::ManualHoldAccepted => locale.t("Retención nueva aceptada", "New hold accepted"),
        K::ManualHoldEnded => locale.t("Retención nueva terminada", "New hold ended"),
        K::AppointmentRequested => locale.t("Cita pedida", "Appointment requested"),
        K::AppointmentMade => locale.t("Cita dada", "Appointment made"),
        K::CatalogueRuleProposed => locale.t("Cambio de catálogo propuesto", "Catalogue change proposed"),
        K::CatalogueRuleDecided => locale.t("Cambio de catálogo decidido", "Catalogue change decided"),
        other => return other.as_str().to_lowercase().replace('_', " "),
    };
    words.to_owned()
}
