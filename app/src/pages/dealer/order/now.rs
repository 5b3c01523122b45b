//! What keeps an order from its next step, in one sentence, and the button that leads on.

use super::Whole;
use super::order_href;
use crate::ui::{ButtonKind, LinkButton, Tone};
use crate::web::WebContext;
use crate::web::dates::moment;
use caas::kernel::locale::Locale;
use caas::sales::documents::PaperState;
use caas::sales::model::{DeliveryMode, OrderStatus as S};
use caas::sales::registration::model::RegistrationState as R;
use leptos::prelude::*;

/// What to say and where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Next {
    tone: Tone,
    title: &'static str,
    text: String,
    /// Where to go and what the button says.
    action: Option<(String, &'static str)>,
}

/// The box at the top of an order's page. `down` says that the factory can't be reached; empty while it answers.
pub(super) fn now(whole: &Whole, web: &WebContext, down: &str) -> AnyView {
    let Next { tone, title, text, action } = next(whole, web, down);
    let action = action.map(|(href, word)| {
        view! { <p><LinkButton href=href kind=ButtonKind::Primary>{word}</LinkButton></p> }
    });
    view! {
        <section class=format!("dealer-next {}", tone.class()) aria-labelledby="ahora">
            <h2 class="dealer-next__title" id="ahora">{title}</h2>
            <p>{text}</p>
            {action}
        </section>
    }
    .into_any()
}

fn next(whole: &Whole, web: &WebContext, down: &str) -> Next {
    let (sheet, locale) = (&whole.sheet, web.locale);
    let (order, zone) = (&sheet.order, sheet.dealership.time_zone.as_str());
    let say = |tone, title, text: &str, action| Next { tone, title, text: text.to_owned(), action };
    let hand_over = format!("{}/entrega", order_href(order.id));
    let contact = || contact(whole, locale);
    match order.status {
        S::Draft | S::AwaitingReservation => say(
            Tone::Waiting,
            locale.t("El cliente tiene que pagar la señal", "The customer has to pay the reservation"),
            locale.t(
                "Hasta entonces no se pide nada a la fábrica. Lo hace en su expediente.",
                "Nothing is ordered at the factory before that. It is done on the customer's own pages.",
            ),
            contact(),
        ),
        S::ReservationPaid => factory(whole, down, locale),
        S::OrderPlaced | S::ProductionScheduled | S::ProductionInProgress | S::QualityControl | S::ReadyForShipment => {
            say(
                Tone::Info,
                locale.t("La fábrica lo está haciendo", "The factory is building it"),
                locale.t(
                    "No tienes que hacer nada. Cada paso y cada cambio de fecha aparecen aquí.",
                    "There is nothing to do. Each step and each new date appears here.",
                ),
                None,
            )
        }
        S::InTransit => say(
            Tone::Info,
            locale.t("El coche está en camino", "The car is on its way"),
            locale.t(
                "Al llegar se pide el pago final por sí solo. Revisa mientras tanto los documentos.",
                "When it arrives the final payment is asked for by itself. Look at the documents meanwhile.",
            ),
            Some(("#documentos".to_owned(), locale.t("Ver los documentos", "See the documents"))),
        ),
        S::ArrivedAtDealership | S::AwaitingFinalPayment => {
            let due = order.final_payment_due_at.map(|at| moment(at, zone, locale)).unwrap_or_default();
            let text = match locale {
                Locale::Es => format!(
                    "Tiene hasta el {due}. Si el banco lo rechaza o la fecha pasa, pierde el coche, que queda sin asignar."
                ),
                Locale::En => format!(
                    "It is due by {due}. If the bank declines it or the date passes, the car is lost and becomes unassigned."
                ),
            };
            say(
                Tone::Waiting,
                locale.t("El cliente tiene que hacer el pago final", "The customer has to make the final payment"),
                &text,
                contact(),
            )
        }
        S::FinalPaymentReceived | S::Registration => registration(whole, locale),
        S::ReadyForDelivery if order.delivery() == DeliveryMode::PickUp => {
            appointment(sheet.pick_up.is_some(), hand_over, locale)
        }
        S::ReadyForDelivery => match sheet.transport.as_ref().filter(|transport| transport.state == "UNAVAILABLE") {
            Some(_) => say(
                Tone::Problem,
                locale.t("El transportista no puede llevarlo", "The transport company can't bring it"),
                locale.t(
                    "Ofrece al cliente que lo recoja aquí y dale una cita.",
                    "Offer the customer to pick it up here, and make an appointment.",
                ),
                Some((hand_over, locale.t("Dar una cita", "Make an appointment"))),
            ),
            None => say(
                Tone::Info,
                locale.t("Se está pidiendo el transporte", "Transport is being asked for"),
                locale.t("Prepara el coche mientras tanto.", "Prepare the car meanwhile."),
                Some((hand_over, locale.t("Preparar la entrega", "Prepare the hand-over"))),
            ),
        },
        S::DeliveryScheduled if sheet.transport.as_ref().is_some_and(|transport| transport.state == "DELIVERED") => {
            say(
                Tone::Problem,
                locale.t(
                    "El cliente ya tiene el coche y falta la comprobación",
                    "The customer has the car and the checks are missing",
                ),
                locale.t(
                    "El conductor lo ha entregado. Termina la lista.",
                    "The driver handed it over. Finish the checklist.",
                ),
                Some((hand_over, locale.t("Terminar la entrega", "Finish the hand-over"))),
            )
        }
        S::DeliveryScheduled => {
            let at = sheet.pick_up.or(sheet.transport.as_ref().and_then(|transport| transport.scheduled_for));
            let when = at.map(|at| moment(at, zone, locale)).unwrap_or_default();
            let text = match (sheet.pick_up, locale) {
                (Some(_), Locale::Es) => format!("El cliente viene el {when}. Comprueba el coche y su identidad."),
                (Some(_), Locale::En) => format!("The customer comes on {when}. Check the car and who takes it."),
                (None, Locale::Es) => {
                    format!("Llega al cliente el {when}. Comprueba el coche antes de que salga el camión.")
                }
                (None, Locale::En) => {
                    format!("It reaches the customer on {when}. Check the car before the lorry leaves.")
                }
            };
            say(
                Tone::Info,
                locale.t("La entrega tiene fecha", "The delivery has its date"),
                &text,
                Some((hand_over, locale.t("Preparar la entrega", "Prepare the hand-over"))),
            )
        }
        S::ReturnedToDealership => appointment(sheet.pick_up.is_some(), hand_over, locale),
        S::Delivered => say(
            Tone::Done,
            locale.t("Entregado", "Delivered"),
            locale.t(
                "La venta está terminada. No queda nada por hacer.",
                "The sale is finished. There is nothing left to do.",
            ),
            Some((hand_over, locale.t("Ver la entrega", "See the hand-over"))),
        ),
        S::CancelledReservationFailed => say(
            Tone::Problem,
            locale.t("Cancelado: el banco rechazó la señal", "Cancelled: the bank declined the reservation"),
            locale.t(
                "No se pidió nada a la fábrica y al cliente no se le ha cobrado. Puedes empezar una venta nueva.",
                "Nothing was ordered and the customer has not been charged. You can begin a new sale.",
            ),
            None,
        ),
        S::CancelledFactoryRejected => say(
            Tone::Problem,
            locale.t("Cancelado: la fábrica no lo construye", "Cancelled: the factory does not build it"),
            locale.t("La señal se devuelve entera.", "The reservation is refunded in full."),
            None,
        ),
        S::CancelledPaymentFailure => say(
            Tone::Problem,
            locale.t("Cancelado: faltó el pago final", "Cancelled: the final payment failed"),
            locale.t(
                "La señal no se devuelve. El coche está sin asignar y lo puedes vender ya.",
                "The reservation is kept. The car is unassigned and can be sold at once.",
            ),
            Some(("/concesionario/existencias".to_owned(), locale.t("Ver las existencias", "See the stock"))),
        ),
        S::CancelledRegistration => say(
            Tone::Problem,
            locale.t("Cancelado: no se pudo matricular", "Cancelled: it could not be registered"),
            locale.t(
                "Todo lo pagado se devuelve. El coche está sin asignar y lo puedes vender ya.",
                "Everything paid is refunded. The car is unassigned and can be sold at once.",
            ),
            Some(("/concesionario/existencias".to_owned(), locale.t("Ver las existencias", "See the stock"))),
        ),
    }
}

/// To the customer: by phone when there is one.
fn contact(whole: &Whole, locale: Locale) -> Option<(String, &'static str)> {
    let customer = whole.sheet.customer.as_ref()?;
    Some(match &customer.phone {
        Some(phone) => (format!("tel:{phone}"), locale.t("Llamar al cliente", "Call the customer")),
        None => (format!("mailto:{}", customer.email), locale.t("Escribir al cliente", "Write to the customer")),
    })
}

fn factory(whole: &Whole, down: &str, locale: Locale) -> Next {
    let state = whole.sheet.factory.as_ref().map(|factory| (factory.state.as_str(), factory.attempts));
    let (tone, title, text) = match state {
        Some(("MANUAL", _)) => (
            Tone::Waiting,
            locale.t("Operaciones lo pide por teléfono", "Operations order it by phone"),
            locale.t(
                "La fábrica no contestó a los intentos automáticos. El pedido no se pierde; no tienes que hacer nada.",
                "The factory did not answer the automatic tries. The order is not lost; there is nothing to do.",
            )
            .to_owned(),
        ),
        _ if !down.is_empty() => {
            (Tone::Waiting, locale.t("La fábrica no responde ahora", "The factory does not answer now"), down.to_owned())
        }
        Some((_, attempts)) if attempts > 0 => (
            Tone::Waiting,
            locale.t("La fábrica todavía no contesta", "The factory has not answered yet"),
            locale.t("Se sigue intentando por sí solo.", "It is tried again by itself.").to_owned(),
        ),
        _ => (
            Tone::Info,
            locale.t("Se está pidiendo a la fábrica", "It is being ordered at the factory"),
            locale.t("Va por sí solo y tarda poco.", "It goes by itself and takes little time.").to_owned(),
        ),
    };
    Next { tone, title, text, action: None }
}

fn registration(whole: &Whole, locale: Locale) -> Next {
    let say = |tone, title, text: &str, action| Next { tone, title, text: text.to_owned(), action };
    let here = |anchor: &str, es, en| Some((format!("#{anchor}"), locale.t(es, en)));
    let Some(overview) = &whole.registration else {
        return say(
            Tone::Info,
            locale.t("Todo está pagado", "All is paid"),
            locale.t("La matriculación empieza por sí sola.", "The registration begins by itself."),
            None,
        );
    };
    match overview.registration.state {
        R::PaymentReceived if !overview.missing.is_empty() => {
            let papers = whole.papers.iter().any(|paper| !paper.state.is_there());
            let action = if papers {
                here("documentos", "Ver los documentos", "See the documents")
            } else {
                here("matriculacion", "Corregir los datos", "Put the details right")
            };
            say(
                Tone::Problem,
                locale.t("Falta algo para matricular", "Something is missing for the registration"),
                locale.t(
                    "En cuanto esté completo se presenta por sí solo.",
                    "As soon as it is complete it is submitted by itself.",
                ),
                action,
            )
        }
        R::AdditionalInfoRequired => say(
            Tone::Problem,
            locale.t("El organismo pide algo más", "The registration body wants more"),
            locale.t("Corrígelo y preséntalo otra vez.", "Put it right and submit it again."),
            here("matriculacion", "Ver qué pide", "See what it wants"),
        ),
        R::Rejected => say(
            Tone::Problem,
            locale.t("La matriculación fue rechazada", "The registration was rejected"),
            locale.t(
                "Corrígela y preséntala otra vez, o cancela la venta con devolución.",
                "Put it right and submit it again, or cancel the sale with a refund.",
            ),
            here("matriculacion", "Ver por qué", "See why"),
        ),
        _ if overview.allowed.type_plate => say(
            Tone::Waiting,
            locale.t("Hay que matricular a mano", "It has to be registered by hand"),
            locale.t(
                "Lleva el expediente impreso a la oficina y escribe aquí la matrícula.",
                "Take the printed dossier to the office and type the plate in here.",
            ),
            here("matriculacion", "Escribir la matrícula", "Type the plate"),
        ),
        _ if whole.papers.iter().any(|paper| paper.state == PaperState::Provided && paper.file.is_some()) => say(
            Tone::Info,
            locale.t("Se está matriculando", "It is being registered"),
            locale
                .t("Hay documentos que todavía nadie ha mirado.", "There are documents that nobody has looked at yet."),
            here("documentos", "Ver los documentos", "See the documents"),
        ),
        _ => say(
            Tone::Info,
            locale.t("Se está matriculando", "It is being registered"),
            locale.t("No tienes que hacer nada.", "There is nothing to do."),
            None,
        ),
    }
}

fn appointment(has_one: bool, hand_over: String, locale: Locale) -> Next {
    let (tone, title, text, word) = if has_one {
        (
            Tone::Info,
            locale.t("El cliente tiene cita para recogerlo", "The customer has an appointment to pick it up"),
            locale.t("Prepara el coche y la entrega.", "Prepare the car and the hand-over."),
            locale.t("Preparar la entrega", "Prepare the hand-over"),
        )
    } else {
        (
            Tone::Problem,
            locale.t("Falta la cita de recogida", "The pick-up appointment is missing"),
            locale.t(
                "El coche está aquí. Llama al cliente y dale día y hora.",
                "The car is here. Call the customer and agree a day and a time.",
            ),
            locale.t("Dar una cita", "Make an appointment"),
        )
    };
    Next { tone, title, text: text.to_owned(), action: Some((hand_over, word)) }
}
