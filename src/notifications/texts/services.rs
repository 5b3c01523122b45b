//! Services: beginning, ending, and what did not work.

use super::{Facts, Message, Words, elsewhere, message};
use crate::notifications::model::NoticeEvent;
use crate::notifications::service::Notice;

pub(super) fn say(notice: &Notice, facts: &Facts<'_>, w: Words) -> Message {
    let Facts { service, vehicle, amount, reason, .. } = facts;
    let see = || w.t("Ver en el expediente", "See it in your file");
    match notice.event {
        NoticeEvent::ServiceActive => {
            let confirmed = w.t(
                format!("Tu {vehicle} ha confirmado que {service} está activo."),
                format!("Your {vehicle} confirmed that {service} is active."),
            );
            let money = if is_free(notice) {
                w.t("Viene incluido con tu coche: no se cobra nada.", "It comes with your car: nothing is charged.")
            } else if notice.amount.is_some() {
                w.t(
                    format!("Se cobran {amount}, que hasta ahora solo estaban retenidos."),
                    format!("{amount}, so far only held, is being charged."),
                )
            } else {
                w.t(
                    "Hoy no se cobra nada: cada mes se paga cuando termina.",
                    "Nothing is charged today: each month is paid when it ends.",
                )
            };
            message(
                w.t(format!("{service} ya funciona en tu coche"), format!("{service} is on in your car")),
                confirmed.clone(),
                vec![confirmed, money],
                see(),
            )
        }
        NoticeEvent::ServiceEnded => {
            let ended = w.t(
                format!("El tiempo de {service} en tu {vehicle} ha terminado y el coche lo ha desactivado. Puedes contratarlo otra vez cuando quieras."),
                format!("The time of {service} on your {vehicle} is over and the car has switched it off. You can buy it again at any time."),
            );
            message(
                w.t(format!("{service} ha terminado"), format!("{service} has ended")),
                ended.clone(),
                vec![ended],
                w.t("Ver el catálogo", "See the catalogue"),
            )
        }
        NoticeEvent::ServiceCancelled => {
            let cancelled = w.t(
                format!("Hemos cancelado {service} para tu {vehicle} antes de activarlo."),
                format!("We cancelled {service} for your {vehicle} before it was activated."),
            );
            message(
                w.t(format!("Has cancelado {service}"), format!("You cancelled {service}")),
                format!("{cancelled} {}", w.t("No se te ha cobrado.", "You have not been charged.")),
                vec![cancelled, not_charged(notice, amount, w)],
                see(),
            )
        }
        NoticeEvent::WithdrawalReceipt => {
            let received = w.t(
                format!("Hemos recibido tu desistimiento de {service} en tu {vehicle}. Este mensaje es tu justificante."),
                format!("We have received your withdrawal from {service} on your {vehicle}. This message is your receipt."),
            );
            let money = if notice.amount.is_some() && !is_free(notice) {
                w.t(
                    format!("Te devolvemos {amount} al método de pago que usaste, en 14 días como máximo. El coche desactiva {service}."),
                    format!("We return {amount} to the payment method you used, within 14 days at most. The car switches {service} off."),
                )
            } else {
                w.t(format!("No hay nada que devolver. El coche desactiva {service}."), format!("There is nothing to return. The car switches {service} off."))
            };
            message(
                w.t(format!("Has desistido de {service}"), format!("You withdrew from {service}")),
                received.clone(),
                facts.with_text(vec![received], vec![money]),
                see(),
            )
        }
        NoticeEvent::OtaFailed => message(
            w.t(format!("No hemos podido activar {service}: no se te ha cobrado"), format!("We could not activate {service}: you have not been charged")),
            w.t(
                format!("No hemos podido activar {service} en tu {vehicle}. No se te ha cobrado y ya lo estamos mirando."),
                format!("We could not activate {service} on your {vehicle}. You have not been charged and we are looking into it."),
            ),
            vec![
                w.t(
                    format!("Hemos intentado activar {service} en tu {vehicle} y no ha sido posible. {reason}"),
                    format!("We tried to activate {service} on your {vehicle} and could not. {reason}"),
                ),
                not_charged(notice, amount, w),
                w.t(
                    "Nuestro equipo técnico lo está mirando y te responde en menos de 24 horas. No tienes que hacer nada.",
                    "Our technical team is looking into it and will answer you within 24 hours. You don't have to do anything.",
                ),
            ],
            w.t("Ver qué ha pasado", "See what happened"),
        ),
        NoticeEvent::PermanentFailure => message(
            w.t(format!("{service} no se puede activar en tu coche: no se te ha cobrado"), format!("{service} can't be activated on your car: you have not been charged")),
            w.t(
                format!("{service} no se puede activar en tu {vehicle}. No se te ha cobrado."),
                format!("{service} can't be activated on your {vehicle}. You have not been charged."),
            ),
            facts.with_text(
                vec![
                    w.t(
                        format!("Hemos hecho todo lo posible por activar {service} en tu {vehicle}, y no se puede. {reason}"),
                        format!("We did everything to activate {service} on your {vehicle}, and it can't be done. {reason}"),
                    ),
                    w.t("No se te ha cobrado nada por este servicio.", "You have not been charged anything for this service."),
                ],
                Vec::new(),
            ),
            w.t("Ver qué ha pasado", "See what happened"),
        ),
        NoticeEvent::HoldOffered => {
            let ask = w.t(
                format!("Podemos volver a intentar {service} en tu {vehicle}. Para ello necesitamos que aceptes una nueva retención de {amount}."),
                format!("We can try {service} on your {vehicle} again. For that we need you to accept a new hold of {amount}."),
            );
            message(
                w.t(format!("¿Volvemos a intentar {service}?"), format!("Shall we try {service} again?")),
                ask.clone(),
                facts.with_text(
                    vec![ask],
                    vec![w.t(
                        "Solo se cobra cuando el coche confirma que funciona. Si no haces nada, no se retiene ni se cobra nada.",
                        "It is charged only when the car confirms that it works. If you do nothing, nothing is held or charged.",
                    )],
                ),
                w.t("Decidir", "Decide"),
            )
        }
        NoticeEvent::BlockedByMaintenance if notice.reason.as_deref() == Some("VSS_SILENT") => {
            let unseen = w.t(
                format!("No hemos podido comprobar a tiempo el mantenimiento que {service} necesita en tu {vehicle}, así que no lo activamos."),
                format!("We could not check in time the maintenance that {service} needs on your {vehicle}, so we do not switch it on."),
            );
            message(
                w.t(format!("{service}: no se ha podido comprobar el mantenimiento"), format!("{service}: maintenance could not be checked")),
                format!("{unseen} {}", w.t("No se te ha cobrado.", "You have not been charged.")),
                facts.with_text(
                    vec![unseen],
                    vec![w.t(
                        "No se te ha cobrado nada. Puedes volver a pedirlo cuando el sistema de los talleres responda.",
                        "You have not been charged. You can order it again once the workshops' system answers.",
                    )],
                ),
                w.t("Ver qué ha pasado", "See what happened"),
            )
        }
        NoticeEvent::BlockedByMaintenance => {
            let blocked = w.t(
                format!("{service} necesita que el mantenimiento de tu {vehicle} esté al día."),
                format!("{service} needs the maintenance of your {vehicle} to be up to date."),
            );
            message(
                w.t(format!("{service}: falta mantenimiento"), format!("{service}: maintenance is due")),
                format!("{blocked} {}", w.t("No se te ha cobrado.", "You have not been charged.")),
                facts.with_text(
                    vec![blocked],
                    vec![w.t(
                        "No se te ha cobrado nada. Cuando el taller lo registre, podrás contratarlo.",
                        "You have not been charged. Once the workshop has recorded it, you can buy the service.",
                    )],
                ),
                w.t("Ver qué falta", "See what is missing"),
            )
        }
        other => elsewhere(other),
    }
}

fn not_charged(notice: &Notice, amount: &str, w: Words) -> String {
    if notice.amount.is_some() && !is_free(notice) {
        w.t(
            format!("No se te ha cobrado: anulamos la retención de {amount}. Según tu banco puede tardar unos días en desaparecer."),
            format!("You have not been charged: we reverse the hold of {amount}. Your bank may take a few days to stop showing it."),
        )
    } else {
        w.t("No se te ha cobrado nada.", "You have not been charged.")
    }
}

/// Whether it is about a service that came with the car.
fn is_free(notice: &Notice) -> bool {
    notice.amount.is_some_and(|amount| amount.cents.0 == 0)
}
