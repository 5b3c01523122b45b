//! The car itself: warranty, theft, and a new one on its way.

use super::{Facts, Message, Words, elsewhere, message};
use crate::notifications::model::NoticeEvent;

pub(super) fn say(event: NoticeEvent, facts: &Facts<'_>, w: Words) -> Message {
    let Facts { service, vehicle, amount, .. } = facts;
    match event {
        NoticeEvent::TheftGuidance => message(
            w.t(format!("Si te han robado tu {vehicle}"), format!("If your {vehicle} was stolen")),
            w.t(
                format!("Hemos tomado nota del robo de tu {vehicle}. Qué puedes cancelar y qué no, en tu expediente."),
                format!("We have noted the theft of your {vehicle}. What you can cancel and what not is in your file."),
            ),
            facts.with_text(
                vec![w.t(
                    format!("Sentimos lo ocurrido con tu {vehicle}. Hemos tomado nota; por sí solo, no se cancela ni se bloquea nada."),
                    format!("We are sorry for what happened to your {vehicle}. We have noted it; nothing is cancelled or blocked by itself."),
                )],
                vec![
                    w.t(
                        "Lo que aún no está activo lo puedes cancelar en tu expediente, y no se te cobra.",
                        "What is not active yet you can cancel in your file, and you are not charged.",
                    ),
                    w.t(
                        "De lo que ya está activo puedes desistir si estás en los 14 días. Una suscripción la puedes cancelar; el periodo en curso se cobra.",
                        "From what is active you can withdraw within the 14 days. A subscription you can cancel; its current period is charged.",
                    ),
                    w.t(
                        "No se pueden devolver los servicios de 14 días o menos ya activados ni los periodos ya cobrados.",
                        "Services of 14 days or less that are active and periods already charged can't be refunded.",
                    ),
                ],
            ),
            w.t("Ver qué puedo hacer", "See what I can do"),
        ),
        NoticeEvent::CarOffered => {
            let offered = w.t(
                format!("Te quieren pasar un {vehicle} con los servicios que lleva. Es tuyo en CaaS cuando lo aceptes con el código que te dé quien te lo pasa."),
                format!("Somebody wants to pass a {vehicle} on to you with the services in it. It is yours at CaaS once you accept it with the code that they give you."),
            );
            message(
                w.t(format!("Te pasan un {vehicle}"), format!("A {vehicle} is being passed on to you")),
                offered.clone(),
                facts.with_text(
                    vec![offered],
                    vec![w.t(
                        "Si no esperas ningún coche, no hagas nada: la oferta caduca sola.",
                        "If you expect no car, do nothing: the offer runs out by itself.",
                    )],
                ),
                w.t("Aceptar el coche", "Accept the car"),
            )
        }
        NoticeEvent::CarHandedOver => {
            let first = facts.text.first().cloned().unwrap_or_default();
            message(
                w.t(format!("Tu {vehicle} cambia de dueño"), format!("Your {vehicle} changes owner")),
                first,
                facts.with_text(Vec::new(), Vec::new()),
                w.t("Ver en el expediente", "See it in your file"),
            )
        }
        NoticeEvent::WarrantyLost => {
            let lost = w.t(
                format!("Tu {vehicle} ha perdido la garantía porque falta mantenimiento."),
                format!("Your {vehicle} has lost its warranty because maintenance is overdue."),
            );
            message(
                w.t(format!("Tu {vehicle} ha perdido la garantía"), format!("Your {vehicle} has lost its warranty")),
                lost.clone(),
                facts.with_text(
                    vec![lost],
                    vec![w.t(
                        "Tus servicios siguen igual. Cuando el taller ponga el mantenimiento al día, la garantía vuelve.",
                        "Your services stay as they are. Once the workshop brings the maintenance up to date, the warranty comes back.",
                    )],
                ),
                w.t("Ver qué falta", "See what is missing"),
            )
        }
        NoticeEvent::WarrantyBack => {
            let back = w.t(
                format!("El mantenimiento de tu {vehicle} está al día y la garantía vuelve a ser válida."),
                format!("The maintenance of your {vehicle} is up to date and the warranty is valid again."),
            );
            message(
                w.t(format!("Tu {vehicle} vuelve a tener garantía"), format!("Your {vehicle} has its warranty back")),
                back.clone(),
                vec![back],
                w.t("Ver en el expediente", "See it in your file"),
            )
        }
        NoticeEvent::DeliveryFailed => {
            let away = w.t(
                format!("Hemos ido a entregarte tu {vehicle} y no ha sido posible. El coche está seguro en el concesionario."),
                format!("We came to deliver your {vehicle} and it was not possible. The car is safe at the dealership."),
            );
            message(
                w.t(format!("Tu {vehicle} te espera en el concesionario"), format!("Your {vehicle} is waiting at the dealership")),
                away.clone(),
                facts.with_text(
                    vec![away],
                    vec![w.t("Elige cuándo quieres recogerlo.", "Choose when you want to pick it up.")],
                ),
                w.t("Elegir cita", "Choose an appointment"),
            )
        }
        NoticeEvent::ReservationDue => {
            let amount = &facts.amount;
            let said = w.t(
                format!("Tu concesionario ha preparado tu pedido de un {vehicle}. Es tuyo en cuanto pagues la señal de {amount}."),
                format!("Your dealership has prepared your order of a {vehicle}. It is yours once you pay the reservation of {amount}."),
            );
            let unasked = w.t(
                "Si no has comprado ningún coche, no pagues nada: sin señal no hay pedido.",
                "If you have not bought a car, pay nothing: without the reservation there is no order.",
            );
            message(
                w.t(format!("Tu {vehicle}: falta la señal"), format!("Your {vehicle}: the reservation comes next")),
                said.clone(),
                facts.with_text(vec![said], vec![unasked]),
                w.t("Ver el pedido y pagar la señal", "See the order and pay the reservation"),
            )
        }
        NoticeEvent::OrderPlaced => {
            let said = w.t(
                format!("Tu {vehicle} está pedido a la fábrica. Puedes seguir cada paso en tu expediente."),
                format!("Your {vehicle} is ordered from the factory. You can follow each step in your file."),
            );
            step(w.t(format!("Tu {vehicle} está pedido"), format!("Your {vehicle} is ordered")), said, facts, w)
        }
        NoticeEvent::OrderCancelled => {
            let said = w.t(
                format!("Tu pedido de un {vehicle} se ha cancelado, y no por algo que hayas hecho tú."),
                format!("Your order of a {vehicle} was cancelled, and not for anything you did."),
            );
            let back = w.t(
                "Te devolvemos todo lo que has pagado por él, por el mismo medio. Te avisamos cuando esté hecho.",
                "We give back everything you paid for it, by the same means. We tell you once it is done.",
            );
            message(
                w.t(format!("Tu pedido de un {vehicle} se ha cancelado"), format!("Your order of a {vehicle} was cancelled")),
                said.clone(),
                facts.with_text(vec![said], vec![back]),
                w.t("Ver el pedido", "See the order"),
            )
        }
        NoticeEvent::ManufacturingStep => {
            let said = w.t(format!("Noticias de la fábrica sobre tu {vehicle}: {service}."), format!("News from the factory about your {vehicle}: {service}."));
            step(w.t(format!("Fabricación de tu {vehicle}: {service}"), format!("Making your {vehicle}: {service}")), said, facts, w)
        }
        NoticeEvent::ShippingStep => {
            let said = w.t(format!("Noticias del transporte de tu {vehicle}: {service}."), format!("News of the transport of your {vehicle}: {service}."));
            step(w.t(format!("Transporte de tu {vehicle}: {service}"), format!("Transport of your {vehicle}: {service}")), said, facts, w)
        }
        NoticeEvent::Arrived => {
            let short = w.t(
                format!("Tu {vehicle} está en el concesionario. Lo siguiente es el pago final de {amount}."),
                format!("Your {vehicle} is at the dealership. The final payment of {amount} comes next."),
            );
            let said = w.t(
                format!("Tu {vehicle} está en el concesionario. Lo siguiente es el pago final; después lo matriculamos y te lo entregamos."),
                format!("Your {vehicle} is at the dealership. The final payment comes next; then we register it and hand it over to you."),
            );
            message(
                w.t(format!("Tu {vehicle} está en el concesionario"), format!("Your {vehicle} is at the dealership")),
                short,
                facts.with_text(vec![said], Vec::new()),
                w.t("Ir al pago final", "Go to the final payment"),
            )
        }
        NoticeEvent::FinalPaymentReminder => {
            let said = w.t(
                format!("Tu {vehicle} te espera en el concesionario y queda poco para que termine el plazo del pago final de {amount}."),
                format!("Your {vehicle} is waiting at the dealership and the time for the final payment of {amount} is nearly over."),
            );
            message(
                w.t(
                    format!("Recordatorio: el pago final de tu {vehicle}"),
                    format!("Reminder: the final payment of your {vehicle}"),
                ),
                said.clone(),
                facts.with_text(vec![said], Vec::new()),
                w.t("Ir al pago final", "Go to the final payment"),
            )
        }
        NoticeEvent::RegistrationStep => {
            let said = w.t(format!("Matriculación de tu {vehicle}: {service}."), format!("Registration of your {vehicle}: {service}."));
            step(w.t(format!("Matriculación de tu {vehicle}: {service}"), format!("Registration of your {vehicle}: {service}")), said, facts, w)
        }
        NoticeEvent::DeliveryStep => {
            let said = w.t(format!("Entrega de tu {vehicle}: {service}."), format!("Delivery of your {vehicle}: {service}."));
            step(w.t(format!("Entrega de tu {vehicle}: {service}"), format!("Delivery of your {vehicle}: {service}")), said, facts, w)
        }
        other => elsewhere(other),
    }
}

fn step(subject: String, said: String, facts: &Facts<'_>, w: Words) -> Message {
    message(subject, said.clone(), facts.with_text(vec![said], Vec::new()), w.t("Ver el pedido", "See the order"))
}
