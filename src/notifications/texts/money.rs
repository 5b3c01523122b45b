//! Payments.

use super::{Facts, Message, Words, elsewhere, message};
use crate::notifications::model::NoticeEvent;
use crate::notifications::service::Notice;

/// The reason of a notice about a payment that was for a subscription.
pub const OF_SUBSCRIPTION: &str = "SUBSCRIPTION";

/// The reason of a notice about a debt of a subscription that had ended before.
pub const HAD_ENDED: &str = "HAD_ENDED";

/// The reason of a notice about a subscription that its customer has cancelled.
pub const BY_CUSTOMER: &str = "BY_CUSTOMER";

pub(super) fn say(notice: &Notice, facts: &Facts<'_>, w: Words) -> Message {
    let Facts { service, vehicle, amount, reason, .. } = facts;
    let methods = || w.t("Métodos de pago", "Payment methods");
    let order = || w.t("Ver el pedido", "See the order");
    match notice.event {
        NoticeEvent::PaymentDeclined if notice.of_car => message(
            w.t(format!("El pedido de tu {vehicle} se ha cancelado: la señal no se ha aceptado"), format!("The order of your {vehicle} was cancelled: the reservation was not accepted")),
            w.t(
                format!("Tu banco no ha aceptado {amount} para tu {vehicle}. No se te ha cobrado y el pedido queda cancelado."),
                format!("Your bank did not accept {amount} for your {vehicle}. You have not been charged and the order is cancelled."),
            ),
            facts.with_text(
                vec![w.t(
                    format!("Tu banco no ha aceptado la señal de {amount} para tu {vehicle}. {reason}"),
                    format!("Your bank did not accept the reservation of {amount} for your {vehicle}. {reason}"),
                )],
                vec![w.t(
                    "No se te ha cobrado nada y no se ha encargado ningún coche. El pedido queda cancelado. Si quieres seguir adelante, tu concesionario puede registrar otro.",
                    "You have not been charged and no car was ordered. The order is cancelled. If you want to go on, your dealership can register another one.",
                )],
            ),
            order(),
        ),
        NoticeEvent::AuthenticationNeeded if notice.of_car => {
            let ask = w.t(
                format!("Tu banco pide que confirmes {amount}, {service} de tu {vehicle}."),
                format!("Your bank asks you to confirm {amount}, {service} for your {vehicle}."),
            );
            message(
                w.t(format!("Confirma con tu banco {service} de tu {vehicle}"), format!("Confirm {service} for your {vehicle} with your bank")),
                ask.clone(),
                facts.with_text(vec![ask], vec![w.t("No es un rechazo: hasta que confirmes no se cobra nada y el pedido te espera.", "It is not a decline: until you confirm nothing is charged and the order waits for you.")]),
                w.t("Confirmar", "Confirm"),
            )
        }
        NoticeEvent::Refunded if notice.of_car => {
            let done = w.t(
                format!("Hemos devuelto {amount} de tu pedido de un {vehicle} al método de pago que usaste."),
                format!("We refunded {amount} of your order of a {vehicle} to the payment method you used."),
            );
            message(
                w.t(format!("Te devolvemos {amount} de tu {vehicle}"), format!("We are refunding {amount} of your {vehicle}")),
                done.clone(),
                facts.with_text(vec![done], vec![w.t("Tu banco puede tardar unos días en mostrarlo.", "Your bank may take a few days to show it.")]),
                order(),
            )
        }
        NoticeEvent::PaymentDeclined => message(
            w.t(format!("El pago de {service} no se ha aceptado"), format!("The payment for {service} was not accepted")),
            w.t(
                format!("Tu banco no ha aceptado {amount} para {service}. No se te ha cobrado."),
                format!("Your bank did not accept {amount} for {service}. You have not been charged."),
            ),
            vec![
                w.t(
                    format!("Tu banco no ha aceptado {amount} para {service} en tu {vehicle}. {reason}"),
                    format!("Your bank did not accept {amount} for {service} on your {vehicle}. {reason}"),
                ),
                w.t(
                    "No se te ha cobrado nada y no se ha enviado nada al coche. Puedes intentarlo de nuevo ahora, con este u otro método de pago.",
                    "You have not been charged and nothing was sent to the car. You can try again now, with this or another payment method.",
                ),
            ],
            w.t("Intentarlo de nuevo", "Try again"),
        ),
        NoticeEvent::AuthenticationNeeded => {
            let ask = w.t(
                format!("Tu banco pide que confirmes {amount} para {service} en tu {vehicle}."),
                format!("Your bank asks you to confirm {amount} for {service} on your {vehicle}."),
            );
            message(
                w.t(format!("Confirma con tu banco el pago de {service}"), format!("Confirm the payment for {service} with your bank")),
                ask.clone(),
                vec![
                    ask,
                    w.t("Hasta entonces no se retiene ni se cobra nada.", "Until then nothing is held or charged."),
                ],
                w.t("Confirmar", "Confirm"),
            )
        }
        NoticeEvent::Refunded => {
            let done = w.t(
                format!("Hemos devuelto {amount} de {service} al método de pago que usaste."),
                format!("We refunded {amount} for {service} to the payment method you used."),
            );
            message(
                w.t(format!("Te devolvemos {amount}"), format!("We are refunding {amount}")),
                done.clone(),
                vec![done],
                w.t("Ver en el expediente", "See it in your file"),
            )
        }
        // A period of a subscription: it is not the service that it is about, and there are further charges to come.
        NoticeEvent::SettlementFailed if notice.reason.as_deref() == Some(OF_SUBSCRIPTION) => {
            let failed = w.t(
                format!("Tu banco no nos ha transferido los {amount} que pagaste por la suscripción de {service} en tu {vehicle}."),
                format!("Your bank has not transferred the {amount} you paid for the subscription to {service} on your {vehicle}."),
            );
            let nothing = w.t(
                "No pierdes nada por ello: la factura sigue pagada y no se te apaga nada.",
                "You lose nothing by it: the invoice stays paid and nothing is switched off.",
            );
            message(
                w.t(format!("Tu banco no ha completado el pago de {service}"), format!("Your bank did not complete the payment for {service}")),
                format!("{failed} {nothing}"),
                vec![
                    failed,
                    nothing,
                    w.t(
                        "Cuando puedas, añade otro método de pago y hazlo el principal: los próximos cobros irán con él.",
                        "When you can, please add another payment method and make it the main one: the next charges will use it.",
                    ),
                ],
                methods(),
            )
        }
        NoticeEvent::SettlementFailed => message(
            w.t(format!("Tu banco no ha completado el pago de {service}"), format!("Your bank did not complete the payment for {service}")),
            w.t(
                format!("{service} sigue activo. Tu banco no nos ha transferido los {amount}."),
                format!("{service} stays active. Your bank has not transferred the {amount}."),
            ),
            vec![w.t(
                format!("{service} sigue activo en tu {vehicle}, y así se queda. Tu banco no nos ha transferido los {amount}. Cuando puedas, añade otro método de pago."),
                format!("{service} stays active on your {vehicle}. Your bank has not transferred the {amount}. When you can, please add another payment method."),
            )],
            methods(),
        ),
        NoticeEvent::SubscriptionChargeFailed => {
            let failed = w.t(
                format!("No hemos podido cobrar {amount} de {service}. {reason}"),
                format!("We could not charge {amount} for {service}. {reason}"),
            );
            message(
                w.t(format!("No hemos podido cobrar {service}"), format!("We could not charge {service}")),
                failed.clone(),
                facts.with_text(
                    vec![failed],
                    vec![w.t(
                        "Con otro método de pago lo intentamos en el momento.".to_owned(),
                        "With another payment method we try at once.".to_owned(),
                    )],
                ),
                w.t("Ver la suscripción", "See the subscription"),
            )
        }
        NoticeEvent::SubscriptionCancelled if notice.reason.as_deref() == Some(BY_CUSTOMER) => {
            let done = w.t(
                format!("Has cancelado la suscripción de {service} en tu {vehicle}. Este mensaje es tu justificante."),
                format!("You have cancelled the subscription to {service} on your {vehicle}. This message is your receipt."),
            );
            message(
                w.t(format!("Has cancelado la suscripción de {service}"), format!("You cancelled the subscription to {service}")),
                done.clone(),
                facts.with_text(vec![done], Vec::new()),
                w.t("Ver la suscripción", "See the subscription"),
            )
        }
        // By its customer's wish, or with the car.
        NoticeEvent::SubscriptionCancelled if notice.reason.as_deref() == Some(HAD_ENDED) => {
            let left = w.t(
                format!("Tu suscripción de {service} en tu {vehicle} ya había terminado, y lo último no se ha podido cobrar: quedan {amount} por pagar."),
                format!("Your subscription to {service} on your {vehicle} had ended already, and the last of it could not be charged: {amount} is left to pay."),
            );
            message(
                w.t(format!("Queda por pagar: {service}"), format!("Left to pay: {service}")),
                left.clone(),
                facts.with_text(
                    vec![left],
                    vec![w.t(
                        "Hasta entonces no puedes empezar otras suscripciones; lo demás sigue igual.",
                        "Until then you can't begin other subscriptions; everything else stays as it is.",
                    )],
                ),
                w.t("Pagar", "Pay"),
            )
        }
        NoticeEvent::SubscriptionCancelled => {
            let ended = w.t(
                format!("Hemos cancelado la suscripción de {service} en tu {vehicle} porque no se ha podido cobrar."),
                format!("We cancelled the subscription to {service} on your {vehicle} because it could not be charged."),
            );
            message(
                w.t(format!("Suscripción cancelada: {service}"), format!("Subscription cancelled: {service}")),
                ended.clone(),
                facts.with_text(
                    vec![ended],
                    vec![w.t(
                        format!("Quedan {amount} por pagar. Hasta entonces no puedes empezar otras suscripciones; lo demás sigue igual."),
                        format!("{amount} is left to pay. Until then you can't begin other subscriptions; everything else stays as it is."),
                    )],
                ),
                w.t("Pagar", "Pay"),
            )
        }
        NoticeEvent::FinalPaymentFailed => {
            let failed = w.t(
                format!("El pago final de {amount} de tu {vehicle} no se ha podido cobrar. {reason}"),
                format!("The final payment of {amount} for your {vehicle} could not be taken. {reason}"),
            );
            message(
                w.t(format!("El pago final de tu {vehicle} no se ha hecho"), format!("The final payment for your {vehicle} was not made")),
                failed.clone(),
                facts.with_text(
                    vec![
                        failed,
                        w.t("De este pago no se te ha cobrado nada.", "Nothing was charged for this payment."),
                    ],
                    Vec::new(),
                ),
                order(),
            )
        }
        other => elsewhere(other),
    }
}
