//! What the customer has to do now: one sentence, one button.

use super::path_of;
use crate::islands::StoryLink;
use crate::pages::expediente::states::Reader;
use crate::ui::Tone;
use crate::web::dates::moment;
use caas::kernel::locale::Locale;
use caas::payments::model::{PaymentState, PaymentType};
use caas::payments::repository::Payment;
use caas::sales::delivery::model::DeliveryState as D;
use caas::sales::journey::Journey;
use caas::sales::model::OrderStatus as S;
use caas::sales::registration::model::RegistrationState as R;

/// What is to be said first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Now {
    pub tone: Tone,
    pub headline: String,
    pub text: String,
    /// What to do; nothing when there is nothing to do.
    pub action: Option<StoryLink>,
}

/// Where what is paid at once stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Paying {
    /// Nothing was tried, or what was tried came to nothing.
    NotYet,
    /// The bank is asked.
    UnderWay,
    /// The bank wants the customer to confirm, there.
    WantsYou(String),
    /// The bank said no; the code of its reason.
    Declined(String),
    /// The gateway did not work: nothing is lost.
    CameToNothing,
    /// Taken.
    Paid,
}

impl Paying {
    /// The last try of a part of the price.
    pub(super) fn of(journey: &Journey, part: PaymentType) -> Paying {
        let last = journey.payments.iter().rev().find(|payment| payment.payment_type == part);
        last.map_or(Paying::NotYet, Paying::of_payment)
    }

    /// How this try stands.
    pub(in crate::pages) fn of_payment(payment: &Payment) -> Paying {
        match (payment.state, &payment.authentication_url) {
            (PaymentState::Initiated, Some(there)) => Paying::WantsYou(there.clone()),
            (
                PaymentState::Initiated
                | PaymentState::Pending
                | PaymentState::Unknown
                | PaymentState::HeldForActivation,
                _,
            ) => Paying::UnderWay,
            (PaymentState::Charged | PaymentState::Refunded, _) => Paying::Paid,
            (PaymentState::Rejected, _) => Paying::Declined(payment.decline_reason.clone().unwrap_or_default()),
            (PaymentState::Cancelled | PaymentState::FailedNoCharge, _) => Paying::CameToNothing,
        }
    }
}

/// What the customer has to do now. `missing`: papers that the customer has not brought yet.
pub(super) fn now(journey: &Journey, missing: usize, reader: Reader<'_>) -> Now {
    let locale = reader.locale;
    let said = |tone, headline: (&str, &str), text: String, action| Now {
        tone,
        headline: locale.t(headline.0, headline.1).to_owned(),
        text,
        action,
    };
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let go = |page: &str, es: &str, en: &str| {
        Some(StoryLink { href: format!("{}{page}", path_of(journey.order.id)), label: t(es, en) })
    };
    let nothing_to_do = |es: &str, en: &str| {
        let rest = locale.t("No tienes que hacer nada.", "You don't have to do anything.");
        format!("{} {rest}", locale.t(es, en))
    };
    let order = &journey.order;
    match order.status {
        S::Draft | S::AwaitingReservation => reservation(journey, reader),
        S::ReservationPaid if journey.factory.as_ref().is_some_and(|factory| factory.state == "MANUAL") => said(
            Tone::Waiting,
            ("Tu coche se está encargando a mano", "Your car is being ordered by hand"),
            nothing_to_do(
                "La señal está pagada. El sistema de la fábrica no contesta y una persona nuestra la está llamando.",
                "The reservation is paid. The factory's system does not answer and one of our people is calling it.",
            ),
            None,
        ),
        S::ReservationPaid => said(
            Tone::Info,
            ("La señal está pagada: estamos encargando tu coche", "The reservation is paid: we are ordering your car"),
            nothing_to_do("Te avisamos cuando la fábrica lo confirme.", "We tell you once the factory confirms."),
            None,
        ),
        S::OrderPlaced
        | S::ProductionScheduled
        | S::ProductionInProgress
        | S::QualityControl
        | S::ReadyForShipment
        | S::InTransit => {
            let headline = under_way(order.status);
            let text = match (missing, locale) {
                (0, _) => nothing_to_do("Te avisamos de cada paso.", "We tell you of each step."),
                (_, Locale::Es) => {
                    "Si quieres, ve subiendo los documentos para matricularlo: así no esperará por ellos.".to_owned()
                }
                (_, Locale::En) => {
                    "If you like, upload the papers for its registration now: then it won't wait for them.".to_owned()
                }
            };
            let action =
                if missing == 0 { None } else { go("/documentos", "Subir los documentos", "Upload the papers") };
            said(Tone::Info, headline, text, action)
        }
        S::ArrivedAtDealership => said(
            Tone::Info,
            ("Tu coche está en el concesionario", "Your car is at the dealership"),
            nothing_to_do("Enseguida te pedimos el pago final.", "We ask you for the final payment in a moment."),
            None,
        ),
        S::AwaitingFinalPayment => final_payment(journey, reader),
        S::FinalPaymentReceived | S::Registration if missing > 0 => {
            let text = match (missing, locale) {
                (1, Locale::Es) => "Falta 1 documento. Sin él no se puede matricular.".to_owned(),
                (1, Locale::En) => "1 paper is missing. Without it the car can't be registered.".to_owned(),
                (_, Locale::Es) => format!("Faltan {missing} documentos. Sin ellos no se puede matricular."),
                (_, Locale::En) => format!("{missing} papers are missing. Without them the car can't be registered."),
            };
            said(
                Tone::Waiting,
                ("Sube los documentos para matricular tu coche", "Upload the papers to register your car"),
                text,
                go("/documentos", "Subir los documentos", "Upload the papers"),
            )
        }
        S::Registration if journey.registration == Some(R::AdditionalInfoRequired) => said(
            Tone::Waiting,
            ("El organismo pide algo más para matricular tu coche", "The authority asks for more to register your car"),
            t("Mira qué dice y qué falta.", "See what it says and what is missing."),
            go("/documentos", "Ver qué falta", "See what is missing"),
        ),
        S::Registration if journey.registration == Some(R::Rejected) => said(
            Tone::Waiting,
            ("El organismo ha rechazado la matriculación", "The authority refused the registration"),
            t(
                "Tu concesionario lo corrige y la vuelve a presentar. Si no se puede, te devolvemos todo.",
                "Your dealership puts it right and submits it again. If that can't be done, you get everything back.",
            ),
            go("/documentos", "Ver qué dice", "See what it says"),
        ),
        S::FinalPaymentReceived | S::Registration => said(
            Tone::Info,
            ("Tu coche se está matriculando", "Your car is being registered"),
            nothing_to_do("Está todo pagado.", "All is paid."),
            go("/documentos", "Ver cómo va", "See how it stands"),
        ),
        S::ReadyForDelivery if !journey.can_pick_up => said(
            Tone::Info,
            (
                "Tu coche está matriculado: estamos acordando el transporte",
                "Your car is registered: we are arranging the transport",
            ),
            nothing_to_do("Te avisamos de la fecha.", "We tell you the date."),
            None,
        ),
        S::ReadyForDelivery => said(
            Tone::Waiting,
            ("Elige cuándo recoges tu coche", "Choose when you pick up your car"),
            t("Está matriculado y listo en el concesionario.", "It is registered and ready at the dealership."),
            go("/recogida", "Elegir cita", "Choose an appointment"),
        ),
        S::DeliveryScheduled => scheduled(journey, reader),
        S::ReturnedToDealership => said(
            Tone::Waiting,
            (
                "Tu coche te espera en el concesionario: elige cuándo recogerlo",
                "Your car is waiting at the dealership: choose when to pick it up",
            ),
            t(
                "No encontramos a nadie en la entrega y el coche volvió al concesionario. Está seguro allí.",
                "We found nobody at the delivery and the car went back to the dealership. It is safe there.",
            ),
            go("/recogida", "Elegir cita", "Choose an appointment"),
        ),
        S::Delivered => said(
            Tone::Done,
            ("El coche es tuyo y está en tus manos", "The car is yours and in your hands"),
            t("Vincula tu móvil para usarlo con la aplicación.", "Link your phone to use it with the app."),
            go("/vinculo", "Vincular el móvil", "Link your phone"),
        ),
        S::CancelledReservationFailed
        | S::CancelledFactoryRejected
        | S::CancelledPaymentFailure
        | S::CancelledRegistration => cancelled(journey, reader),
    }
}

fn under_way(status: S) -> (&'static str, &'static str) {
    match status {
        S::ProductionScheduled => ("Tu coche tiene turno de fabricación", "Your car has its place in production"),
        S::ProductionInProgress => ("Tu coche se está fabricando", "Your car is being built"),
        S::QualityControl => ("Tu coche está en control de calidad", "Your car is in quality control"),
        S::ReadyForShipment => {
            ("Tu coche está terminado y espera transporte", "Your car is finished and waits for transport")
        }
        S::InTransit => ("Tu coche va camino del concesionario", "Your car is on its way to the dealership"),
        _ => ("La fábrica tiene tu pedido", "The factory has your order"),
    }
}

fn reservation(journey: &Journey, reader: Reader<'_>) -> Now {
    let amount = journey.order.reservation().map(|amount| amount.display(reader.locale)).unwrap_or_default();
    let ask = match reader.locale {
        Locale::Es => format!("Paga la señal de {amount} para que encarguemos tu coche"),
        Locale::En => format!("Pay the reservation of {amount} so that we order your car"),
    };
    let text = reader.locale.t("Hasta entonces no hay nada encargado.", "Until then nothing is ordered.");
    to_pay(journey, PaymentType::Reservation, "/senal", ask, text.to_owned(), reader)
}

fn final_payment(journey: &Journey, reader: Reader<'_>) -> Now {
    let order = &journey.order;
    let amount = order.remainder().map(|amount| amount.display(reader.locale)).unwrap_or_default();
    let due = order.final_payment_due_at.map(|at| moment(at, reader.zone, reader.locale)).unwrap_or_default();
    let (ask, text) = match reader.locale {
        Locale::Es => (
            format!("Haz el pago final de {amount} antes del {due}"),
            "Después matriculamos el coche y te lo entregamos. Si la fecha pasa sin pago, pierdes el coche y la señal.",
        ),
        Locale::En => (
            format!("Make the final payment of {amount} before {due}"),
            "Then we register the car and hand it over. If the date passes unpaid, you lose the car and the reservation.",
        ),
    };
    to_pay(journey, PaymentType::Final, "/pago-final", ask, text.to_owned(), reader)
}

/// A part of the price that is to be paid now.
fn to_pay(journey: &Journey, part: PaymentType, page: &str, ask: String, text: String, reader: Reader<'_>) -> Now {
    let locale = reader.locale;
    let go = |es: &str, en: &str| {
        Some(StoryLink { href: format!("{}{page}", path_of(journey.order.id)), label: locale.t(es, en).to_owned() })
    };
    match Paying::of(journey, part) {
        Paying::UnderWay => Now {
            tone: Tone::Waiting,
            headline: locale.t("Tu banco está contestando", "Your bank is answering").to_owned(),
            text: locale.t("Suele tardar unos segundos.", "It usually takes some seconds.").to_owned(),
            action: go("Ver el pago", "See the payment"),
        },
        Paying::WantsYou(_) => Now {
            tone: Tone::Waiting,
            headline: locale
                .t("Tu banco pide que confirmes el pago", "Your bank asks you to confirm the payment")
                .to_owned(),
            text: locale
                .t(
                    "No es un rechazo. Hasta que confirmes no se cobra nada.",
                    "It is not a decline. Until you confirm nothing is charged.",
                )
                .to_owned(),
            action: go("Confirmar el pago", "Confirm the payment"),
        },
        _ => Now { tone: Tone::Waiting, headline: ask, text, action: go("Pagar", "Pay") },
    }
}

fn scheduled(journey: &Journey, reader: Reader<'_>) -> Now {
    let locale = reader.locale;
    let go = |page: &str, es: &str, en: &str| {
        Some(StoryLink { href: format!("{}{page}", path_of(journey.order.id)), label: locale.t(es, en).to_owned() })
    };
    if let Some(at) = journey.pick_up {
        let at = moment(at, &journey.dealership.time_zone, locale);
        let headline = match locale {
            Locale::Es => format!("Recoges tu coche el {at}"),
            Locale::En => format!("You pick up your car on {at}"),
        };
        let text = match locale {
            Locale::Es => format!("En {}. Lleva tu documento de identidad.", journey.dealership.name),
            Locale::En => format!("At {}. Bring your identity document.", journey.dealership.name),
        };
        return Now {
            tone: Tone::Info,
            headline,
            text,
            action: go("/recogida", "Ver o cambiar la cita", "See or change the appointment"),
        };
    }
    let transport = journey.transport.as_ref();
    let at = transport.and_then(|transport| transport.scheduled_for).map(|at| moment(at, reader.zone, locale));
    let (tone, headline) = match (transport.map(|transport| transport.state), at) {
        (Some(D::CustomerAbsent | D::CustomerCalled | D::Waiting), _) => (
            Tone::Waiting,
            locale
                .t(
                    "El transportista está en tu dirección y no te encuentra",
                    "The driver is at your address and can't find you",
                )
                .to_owned(),
        ),
        (Some(D::PickedUp), _) => (
            Tone::Info,
            locale.t("Tu coche va hacia tu dirección", "Your car is on its way to your address").to_owned(),
        ),
        (Some(D::Delivered), _) => (
            Tone::Info,
            locale.t("Tu coche ha llegado: falta la entrega", "Your car has arrived: the hand-over is next").to_owned(),
        ),
        (_, Some(at)) => (
            Tone::Info,
            match locale {
                Locale::Es => format!("Te llevamos el coche el {at}"),
                Locale::En => format!("We bring you the car on {at}"),
            },
        ),
        (_, None) => (Tone::Info, locale.t("La entrega tiene fecha", "The delivery has its date").to_owned()),
    };
    let text = locale.t(
        "Ten a mano tu documento de identidad y el teléfono: el transportista llama si no te encuentra.",
        "Keep your identity document and your phone at hand: the driver calls if you are not found.",
    );
    Now { tone, headline, text: text.to_owned(), action: None }
}

/// What happened, and what became of the money: only what the payments prove.
fn cancelled(journey: &Journey, reader: Reader<'_>) -> Now {
    let locale = reader.locale;
    let headline = match journey.order.status {
        S::CancelledFactoryRejected => locale.t(
            "El pedido se canceló porque el coche no se va a fabricar",
            "The order was cancelled because the car will not be built",
        ),
        S::CancelledRegistration => locale.t(
            "El pedido se canceló porque el coche no se puede matricular",
            "The order was cancelled because the car can't be registered",
        ),
        S::CancelledPaymentFailure => locale.t(
            "El pedido se canceló porque el pago final no se hizo",
            "The order was cancelled because the final payment was not made",
        ),
        _ => locale.t(
            "El pedido se canceló porque la señal no se aceptó",
            "The order was cancelled because the reservation was not accepted",
        ),
    };
    Now {
        tone: Tone::Problem,
        headline: headline.to_owned(),
        text: super::money::in_the_end(journey, locale),
        action: None,
    }
}
