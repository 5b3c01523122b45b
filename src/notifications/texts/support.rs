//! Cases: to customers, and to the people who work on them.

use super::{Facts, Message, Words, elsewhere, message};
use crate::notifications::model::NoticeEvent;

pub(super) fn say(event: NoticeEvent, facts: &Facts<'_>, w: Words) -> Message {
    let Facts { service, vehicle, ticket, .. } = facts;
    let see = || w.t("Ver el caso", "See the case");
    match event {
        NoticeEvent::TicketCreated => {
            let opened = w.t(
                format!("Hemos abierto el caso {ticket} sobre {service} en tu {vehicle}. Lleva ya todos los datos técnicos; si nos falta algo, te escribimos."),
                format!("We opened case {ticket} about {service} on your {vehicle}. It already holds all technical data; if we need anything, we will write to you."),
            );
            message(
                w.t(
                    format!("Caso {ticket}: activación de {service}"),
                    format!("Case {ticket}: activation of {service}"),
                ),
                opened.clone(),
                vec![opened],
                see(),
            )
        }
        NoticeEvent::QuestionReceived => {
            let received = w.t(
                format!("Hemos recibido tu pregunta con el número {ticket}. Te responde una persona de nuestro equipo, en un día laborable como máximo."),
                format!("We have received your question as number {ticket}. A person of our team answers you, within one working day at most."),
            );
            message(
                w.t(
                    format!("Hemos recibido tu pregunta ({ticket})"),
                    format!("We have received your question ({ticket})"),
                ),
                received.clone(),
                vec![received],
                w.t("Ver mi pregunta", "See my question"),
            )
        }
        NoticeEvent::TicketAnswered => message(
            w.t(format!("Respuesta a tu caso {ticket}"), format!("An answer to your case {ticket}")),
            w.t(
                format!("Tienes una respuesta en tu caso {ticket}."),
                format!("You have an answer in your case {ticket}."),
            ),
            facts.with_text(
                Vec::new(),
                vec![w.t("Puedes contestar desde tu cuenta.", "You can answer from your account.")],
            ),
            w.t("Leer y contestar", "Read and answer"),
        ),
        NoticeEvent::TicketSolved => {
            let solved = if service.is_empty() {
                w.t(format!("Tu caso {ticket} está resuelto."), format!("Your case {ticket} is solved."))
            } else {
                w.t(
                    format!("Tu caso {ticket} sobre {service} en tu {vehicle} está resuelto."),
                    format!("Your case {ticket} about {service} on your {vehicle} is solved."),
                )
            };
            message(
                w.t(format!("Caso {ticket} resuelto"), format!("Case {ticket} solved")),
                solved.clone(),
                facts.with_text(
                    vec![solved],
                    vec![w.t(
                        "Si algo sigue sin ir bien, contesta en el caso y lo volvemos a abrir.",
                        "If something is still not right, answer in the case and we open it again.",
                    )],
                ),
                see(),
            )
        }
        NoticeEvent::DealershipAppointment => {
            let ask = w.t(
                format!("Para activar {service} hay que revisar tu {vehicle} en el concesionario. Ya se lo hemos pedido: te llaman para darte cita."),
                format!("To activate {service}, your {vehicle} has to be checked at the dealership. We have asked them: they will call you with an appointment."),
            );
            message(
                w.t("Tu concesionario te dará cita", "Your dealership will give you an appointment"),
                ask.clone(),
                facts.with_text(vec![ask], Vec::new()),
                see(),
            )
        }
        NoticeEvent::AgentTaskDue => {
            let due = w.t(format!("Toca seguir el caso {ticket}."), format!("Case {ticket} is due for a follow-up."));
            message(
                w.t(format!("Seguimiento: {ticket}"), format!("Follow-up: {ticket}")),
                due.clone(),
                facts.with_text(vec![due], Vec::new()),
                see(),
            )
        }
        NoticeEvent::SlaBreached => {
            let late = w.t(
                format!("El caso {ticket} no ha tenido respuesta en su plazo. Su prioridad es ahora alta."),
                format!("Case {ticket} has had no answer in time. Its priority is high now."),
            );
            message(
                w.t(format!("Fuera de plazo: {ticket}"), format!("Out of time: {ticket}")),
                late.clone(),
                vec![late],
                see(),
            )
        }
        other => elsewhere(other),
    }
}
