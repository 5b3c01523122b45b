//! What each kind of entry says to the customer: a shape, a sentence, and sometimes a second one.

use super::evidence::source_words;
use super::facts::{Eyes, Facts};
use super::states::Reader;
use crate::ui::{IconName, Tone};
use crate::web::dates::{day, moment};
use caas::expediente::model::{EntryKind, SubjectKind};
use caas::expediente::repository::StoryLine;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;

/// An entry in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Shape.
    pub icon: IconName,
    /// Colour.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// Why, or what it means; empty when the sentence says it all.
    pub note: String,
}

/// What a kind of thing is called in the filter.
pub fn kind_label(kind: SubjectKind, locale: Locale) -> &'static str {
    match kind {
        SubjectKind::Account => locale.t("Cuenta", "Account"),
        SubjectKind::Activation => locale.t("Servicios", "Services"),
        SubjectKind::Payment => locale.t("Pagos", "Payments"),
        SubjectKind::PaymentMethod => locale.t("Métodos de pago", "Payment methods"),
        SubjectKind::Ticket => locale.t("Soporte", "Support"),
        SubjectKind::Deactivation => locale.t("Desactivaciones", "Deactivations"),
        SubjectKind::Access => locale.t("Accesos", "Access"),
        SubjectKind::Vehicle => locale.t("Coches", "Cars"),
        SubjectKind::Discount => locale.t("Descuentos", "Discounts"),
        SubjectKind::CatalogueRule | SubjectKind::Macro | SubjectKind::Calendar => {
            locale.t("Catálogo y textos", "Catalogue and texts")
        }
        SubjectKind::Breaker | SubjectKind::Job | SubjectKind::Webhook | SubjectKind::Alert => {
            locale.t("Sistemas", "Systems")
        }
        SubjectKind::Notification => locale.t("Avisos", "Messages"),
        SubjectKind::Consent => locale.t("Consentimientos", "Consents"),
        SubjectKind::Expediente => locale.t("Consultas", "Looks"),
        SubjectKind::Order => locale.t("Compra del coche", "Buying the car"),
        SubjectKind::Plan => locale.t("Planes comerciales", "Commercial plans"),
        SubjectKind::Subscription => locale.t("Suscripciones", "Subscriptions"),
        SubjectKind::Invoice => locale.t("Facturas", "Invoices"),
        SubjectKind::Debt => locale.t("Deudas", "Debts"),
        SubjectKind::Reconciliation | SubjectKind::FinanceTask => locale.t("Conciliación", "Reconciliation"),
    }
}

/// An entry in words. Every kind has some, so that none can appear as a code.
pub fn say(line: &StoryLine, reader: Reader<'_>, eyes: Eyes) -> Said {
    use EntryKind as K;
    use IconName as I;
    let locale = reader.locale;
    let facts = Facts { line, reader, eyes };
    if let Some(said) = super::car_words::say(&facts).or_else(|| super::bill_words::say(&facts)) {
        return said;
    }
    let service = facts.service();
    let amount = facts.amount();
    // A fact that is missing leaves no gap.
    let said = |icon, tone, text: String, note: String| Said {
        icon,
        tone,
        text: without_gaps(&text),
        note: without_gaps(&note),
    };
    let plain = |icon, tone, es: &str, en: &str| said(icon, tone, locale.t(es, en).to_owned(), String::new());
    let t = |es: String, en: String| if locale == Locale::Es { es } else { en };
    let note = |es: &str, en: &str| locale.t(es, en).to_owned();
    let not_charged = || {
        let words = note("No se te ha cobrado.", "You have not been charged.");
        match facts.nothing() {
            Some(nothing) => format!("{words} {} {nothing}.", locale.t("Total cobrado:", "Charged in all:")),
            None => words,
        }
    };
    match line.entry.kind {
        K::AccountCreated => plain(I::User, Tone::Neutral, "Creaste tu cuenta", "You made your account"),
        K::EmailConfirmed => plain(I::Mail, Tone::Neutral, "Confirmaste tu correo", "You confirmed your email address"),
        K::SignedIn => plain(I::User, Tone::Neutral, "Entraste en tu cuenta", "You signed in"),
        K::SignedOut => plain(I::SignOut, Tone::Neutral, "Saliste de tu cuenta", "You signed out"),
        K::SessionsEnded => plain(I::SignOut, Tone::Neutral, "Se cerraron sesiones", "Sessions were ended"),
        K::PasswordResetRequested => {
            plain(I::Lock, Tone::Neutral, "Pediste cambiar la contraseña", "You asked to reset your password")
        }
        K::PasswordChanged => plain(I::Lock, Tone::Neutral, "Cambiaste la contraseña", "You changed your password"),
        K::ProfileChanged => plain(I::Edit, Tone::Neutral, "Cambiaste tus datos", "You changed your details"),
        K::RoleChanged => plain(I::User, Tone::Neutral, "Cambió el tipo de tu cuenta", "Your kind of account changed"),
        K::AccessRefused => plain(I::Lock, Tone::Waiting, "Se rechazó un acceso", "An access was refused"),
        K::PaymentMethodAdded => {
            let text = t(format!("Añadiste {}", facts.card()), format!("You added {}", facts.card()));
            said(I::Card, Tone::Neutral, text, String::new())
        }
        K::PaymentMethodRemoved => {
            plain(I::Card, Tone::Neutral, "Quitaste un método de pago", "You removed a payment method")
        }
        K::PaymentMethodPreferred => plain(
            I::Card,
            Tone::Neutral,
            "Elegiste otro método de pago preferido",
            "You chose another preferred payment method",
        ),
        K::ServiceOrdered => {
            let text = t(format!("Pediste {service}"), format!("You ordered {service}"));
            let price = facts.money("price");
            let note = match facts.text("kind") {
                Some("TEMPORARY") => facts.days(&price),
                Some("PERMANENT") => t(format!("Para siempre, {price}."), format!("For good, {price}.")),
                Some("SUBSCRIPTION") => {
                    t(format!("Por suscripción, {price} al mes."), format!("By subscription, {price} a month."))
                }
                _ => String::new(),
            };
            said(I::Document, Tone::Neutral, text, note)
        }
        K::PaymentOpened | K::PaymentRequested | K::PaymentSent => {
            let text =
                t(format!("Pedimos a tu banco que retenga {amount}"), format!("We asked your bank to hold {amount}"));
            said(I::Card, Tone::Neutral, text, note("Retener no es cobrar.", "Holding is not charging."))
        }
        K::PaymentAnswerLost => said(
            I::Waiting,
            Tone::Waiting,
            note("Tu banco no contestó a tiempo", "Your bank did not answer in time"),
            note("Lo preguntamos de nuevo; nada se pide dos veces.", "We ask again; nothing is asked for twice."),
        ),
        K::AuthenticationNeeded => said(
            I::Warning,
            Tone::Waiting,
            t(format!("Tu banco pide que confirmes {amount}"), format!("Your bank asks you to confirm {amount}")),
            note("Hasta entonces no se retiene nada.", "Until then nothing is held."),
        ),
        K::PaymentHeld => {
            let text = t(
                format!("Tu banco retiene {amount} para {service}"),
                format!("Your bank holds {amount} for {service}"),
            );
            let until = facts.time("holdUntil").map(|at| day(at, reader.zone, locale));
            let note = match until {
                Some(until) => t(
                    format!("Todavía no se cobra. Si el coche no confirma antes del {until}, se libera."),
                    format!("Not charged yet. If the car does not confirm before {until}, it is released."),
                ),
                None => note("Todavía no se cobra.", "Not charged yet."),
            };
            said(I::Held, Tone::Waiting, text, note)
        }
        K::PaymentDeclined => {
            let text = t(
                format!("Tu banco no aceptó {amount} para {service}"),
                format!("Your bank did not accept {amount} for {service}"),
            );
            said(I::Failed, Tone::Problem, text, facts.because("reason", &not_charged()))
        }
        K::OrderRejected => {
            let text = t(
                format!("El pedido de {service} terminó sin pago"),
                format!("The order of {service} ended without payment"),
            );
            said(I::Failed, Tone::Problem, text, not_charged())
        }
        K::PaymentCaptured => {
            let text = t(format!("Se cobraron {amount} por {service}"), format!("{amount} was charged for {service}"));
            let note = match &line.delivery {
                Some(delivery) => {
                    let (at, how) =
                        (to_the_second(delivery.at, reader.zone, locale), source_words(&delivery.source, locale));
                    t(
                        format!("Prueba de entrega: el coche lo confirmó el {at}, {how}."),
                        format!("Proof of delivery: the car confirmed on {at}, {how}."),
                    )
                }
                None => note("Después de que el coche lo confirmara.", "After the car had confirmed."),
            };
            said(I::Charged, Tone::Done, text, note)
        }
        K::HoldReversed => {
            let text = t(
                format!("Retención de {amount} anulada: no se te ha cobrado"),
                format!("Hold of {amount} reversed: you have not been charged"),
            );
            let patience = note(
                "Tu banco puede tardar unos días en dejar de mostrarla.",
                "Your bank may take a few days to stop showing it.",
            );
            let nothing =
                facts.nothing().map(|nothing| format!("{} {nothing}.", locale.t("Total cobrado:", "Charged in all:")));
            said(I::Held, Tone::Neutral, text, format!("{} {patience}", nothing.unwrap_or_default()))
        }
        K::PaymentAbandoned => {
            let text =
                t(format!("El pago de {amount} no siguió adelante"), format!("The payment of {amount} did not go on"));
            said(I::Close, Tone::Neutral, text, not_charged())
        }
        K::CostAbsorbed => {
            let text =
                t(format!("{service}: el importe lo asumimos nosotros"), format!("{service}: we bear the amount"));
            let note = note(
                "La retención caducó. El servicio sigue activo y no se te cobra.",
                "The hold had lapsed. The service stays active and you are not charged.",
            );
            said(I::Info, Tone::Info, text, note)
        }
        K::PaymentRefunded => {
            let text = t(format!("Te devolvimos {amount} de {service}"), format!("We refunded {amount} for {service}"));
            said(I::Refund, Tone::Done, text, String::new())
        }
        K::WithdrawalDeclared => said(
            I::Document,
            Tone::Neutral,
            t(format!("Declaraste que desistes de {service}"), format!("You declared your withdrawal from {service}")),
            note("Te enviamos el justificante por correo.", "We sent you the receipt by email."),
        ),
        K::CancellationWished => said(
            I::Waiting,
            Tone::Waiting,
            t(format!("Pediste cancelar {service}"), format!("You asked to cancel {service}")),
            note(
                "Se cancela en cuanto contesten el banco o el coche.",
                "It is cancelled as soon as the bank or the car has answered.",
            ),
        ),
        K::RefundDelayed => plain(
            I::Refund,
            Tone::Waiting,
            "Operaciones vigila una devolución que tarda",
            "Operations watch over a refund that takes long",
        ),
        K::SettlementChanged => {
            let text = t(
                format!("Tu banco informó del pago de {service}"),
                format!("Your bank reported on the payment for {service}"),
            );
            said(I::Card, Tone::Neutral, text, String::new())
        }
        K::ActivationQueued => {
            let text = t(format!("{service} está en cola para tu coche"), format!("{service} is queued for your car"));
            said(I::Waiting, Tone::Waiting, text, String::new())
        }
        K::AttemptStarted => {
            let text =
                t(format!("{service}: intento {}", facts.attempt()), format!("{service}: attempt {}", facts.attempt()));
            said(I::Retry, Tone::Waiting, text, String::new())
        }
        K::AttemptFailed | K::RetryScheduled => {
            let attempt = facts.attempt();
            let text = t(
                format!("{service}: intento {attempt} sin éxito"),
                format!("{service}: attempt {attempt} without success"),
            );
            let next = facts.time("next").map(|at| moment(at, reader.zone, locale));
            let next = match next {
                Some(at) => t(format!("Siguiente: {at}."), format!("Next: {at}.")),
                None => String::new(),
            };
            said(I::Retry, Tone::Waiting, text, facts.because("code", &next))
        }
        K::ServiceActive => {
            let text = t(format!("Tu coche confirmó {service}"), format!("Your car confirmed {service}"));
            let until = facts.time("until").map(|at| moment(at, reader.zone, locale));
            let active = match until {
                Some(at) => t(format!("Activo hasta el {at}."), format!("Active until {at}.")),
                None => note("Activo.", "Active."),
            };
            let how = facts.text("source").map(|source| source_words(source, locale)).unwrap_or_default();
            let how =
                if how.is_empty() { String::new() } else { t(format!("Lo dijo {how}."), format!("It said so {how}.")) };
            said(I::Active, Tone::Done, text, format!("{active} {how}"))
        }
        K::ActivationEscalated => {
            let text = t(format!("No pudimos activar {service}"), format!("We could not activate {service}"));
            said(I::Failed, Tone::Problem, text, facts.because("code", &not_charged()))
        }
        K::TicketOpened | K::AwaitingSupport => {
            let ticket = facts.text("ticket").unwrap_or_default();
            let text = t(format!("Soporte abrió el caso {ticket}"), format!("Support opened case {ticket}"));
            let about = match &line.service {
                Some(_) => t(format!("Sobre {service}."), format!("About {service}.")),
                None => String::new(),
            };
            let patience = note("No tienes que hacer nada.", "You don't have to do anything.");
            said(I::Ticket, Tone::Waiting, text, format!("{about} {patience}"))
        }
        K::ManualAttempt => {
            let text = t(format!("Soporte probó {service} a mano"), format!("Support tried {service} by hand"));
            said(I::Wrench, Tone::Waiting, text, String::new())
        }
        K::PermanentFailure => {
            let text = t(
                format!("{service} no se puede activar en este coche"),
                format!("{service} can't be activated on this car"),
            );
            said(I::Failed, Tone::Problem, text, not_charged())
        }
        K::ClosedWithoutCharge => {
            let text = t(format!("{service} se cerró sin cobro"), format!("{service} was closed without a charge"));
            said(I::Done, Tone::Neutral, text, not_charged())
        }
        K::ServiceCancelled => {
            let text = t(format!("Cancelaste {service}"), format!("You cancelled {service}"));
            let before_delivery = line.entry.before.as_deref() != Some("ACTIVE");
            said(I::Close, Tone::Neutral, text, if before_delivery { not_charged() } else { String::new() })
        }
        K::DeactivationStarted => {
            let text = t(format!("{service} se está desactivando"), format!("{service} is being switched off"));
            said(I::Waiting, Tone::Waiting, text, String::new())
        }
        K::DeactivationEscalated => {
            let text = t(
                format!("Soporte revisa la desactivación de {service}"),
                format!("Support looks into switching off {service}"),
            );
            said(I::Ticket, Tone::Waiting, text, String::new())
        }
        K::DeactivationDone => {
            let text = t(format!("Tu coche desactivó {service}"), format!("Your car switched off {service}"));
            said(I::Done, Tone::Neutral, text, String::new())
        }
        K::ServiceExpired => {
            let text = t(format!("{service} terminó"), format!("{service} ended"));
            let note = note(
                "Se acabó el tiempo contratado y el coche lo desactivó.",
                "The time you bought is over and the car switched it off.",
            );
            said(I::Clock, Tone::Neutral, text, note)
        }
        K::ServiceWithdrawn => {
            let text = t(format!("Desististe de {service}"), format!("You withdrew from {service}"));
            said(I::Document, Tone::Neutral, text, String::new())
        }
        K::ServiceSuspended => {
            let text = t(format!("{service} está suspendido"), format!("{service} is suspended"));
            said(
                I::Lock,
                Tone::Problem,
                text,
                note("Falta el pago de la suscripción.", "The subscription has not been paid."),
            )
        }
        K::ServiceInterrupted => {
            let text = t(
                format!("Tu coche desactivó {service} por una orden antigua"),
                format!("Your car switched off {service} because of an old command"),
            );
            let note = note(
                "Lo volvemos a activar sin coste. No tienes que hacer nada.",
                "We are switching it on again at no cost. You don't have to do anything.",
            );
            said(I::Retry, Tone::Waiting, text, note)
        }
        K::ServiceRestored => {
            let text = t(format!("{service} vuelve a estar activo"), format!("{service} is active again"));
            let note = note("No se te cobra nada más.", "You are not charged again.");
            said(I::Active, Tone::Done, text, note)
        }
        K::LateConfirmation => {
            let text = t(
                format!("Tu coche confirmó {service} fuera de plazo"),
                format!("Your car confirmed {service} too late"),
            );
            let note = note(
                "No se te cobra, y el coche lo vuelve a desactivar.",
                "You are not charged, and the car switches it off again.",
            );
            said(I::Info, Tone::Info, text, note)
        }
        K::TicketAnswered => plain(I::Ticket, Tone::Info, "Soporte te respondió", "Support answered you"),
        K::TicketWaiting => {
            plain(I::Ticket, Tone::Waiting, "Soporte te hizo una pregunta", "Support asked you a question")
        }
        K::TicketSolved => plain(I::Done, Tone::Neutral, "Soporte resolvió tu caso", "Support solved your case"),
        K::TicketReopened => {
            plain(I::Ticket, Tone::Waiting, "Soporte volvió a abrir tu caso", "Support opened your case again")
        }
        K::CustomerWrote => plain(I::Ticket, Tone::Neutral, "Escribiste a soporte", "You wrote to support"),
        K::TicketAssigned
        | K::TicketHandedOver
        | K::TicketPriorityChanged
        | K::TicketNoted
        | K::TicketMerged
        | K::TicketUnmerged
        | K::SlaBreached
        | K::TaskPlanned
        | K::TaskDone => plain(I::Ticket, Tone::Neutral, "Soporte trabajó en tu caso", "Support worked on your case"),
        K::MacroChanged => plain(I::Settings, Tone::Neutral, "Cambió un texto de soporte", "A support text changed"),
        K::CalendarChanged => {
            plain(I::Settings, Tone::Neutral, "Cambió el horario de soporte", "The hours of support changed")
        }
        K::ManualHoldOffered => said(
            I::Held,
            Tone::Waiting,
            t(
                format!("Soporte puede probar {service} a mano: falta tu permiso para retener {amount}"),
                format!("Support can try {service} by hand: your permission to hold {amount} is needed"),
            ),
            note("Sin tu permiso no se retiene ni se cobra nada.", "Without it nothing is held or charged."),
        ),
        K::ManualHoldAccepted => said(
            I::Held,
            Tone::Neutral,
            t(
                format!("Aceptaste una nueva retención de {amount} por {service}"),
                format!("You agreed to a new hold of {amount} for {service}"),
            ),
            note(
                "Solo se cobra si tu coche confirma que funciona.",
                "It is only charged once your car confirms that it works.",
            ),
        ),
        K::ManualHoldEnded => said(
            I::Close,
            Tone::Neutral,
            t(
                format!("No habrá una nueva retención por {service}"),
                format!("There will be no new hold for {service}"),
            ),
            not_charged(),
        ),
        K::DiscountGiven => plain(I::Info, Tone::Info, "Tienes un descuento", "You have a discount"),
        K::DiscountRedeemed => plain(I::Done, Tone::Neutral, "Usaste un descuento", "You used a discount"),
        K::AppointmentRequested => said(
            I::Wrench,
            Tone::Info,
            t(
                "Hemos pedido a tu concesionario que te dé cita".to_owned(),
                "We asked your dealership to give you an appointment".to_owned(),
            ),
            String::new(),
        ),
        K::AppointmentMade => plain(
            I::Wrench,
            Tone::Neutral,
            "Tu concesionario te ha dado cita",
            "Your dealership gave you an appointment",
        ),
        K::CatalogueRuleProposed | K::CatalogueRuleDecided => plain(
            I::Settings,
            Tone::Neutral,
            "Se revisó una regla del catálogo",
            "A rule of the catalogue was reviewed",
        ),
        K::TheftNoted => said(
            I::Info,
            Tone::Info,
            t("Nos avisaste de un robo".to_owned(), "You told us of a theft".to_owned()),
            note(
                "Nada se cancela ni se cobra por ello: tú decides.",
                "Nothing is cancelled or charged because of it: you decide.",
            ),
        ),
        K::TheftOver => said(
            I::Info,
            Tone::Info,
            t("Anotamos que tu coche no está robado".to_owned(), "We noted that your car is not stolen".to_owned()),
            note("La nota anterior sigue en tu historia.", "The earlier note stays in your story."),
        ),
        K::DataExported => match (facts.text("what"), line.entry.after.as_deref()) {
            (Some("FETCHED"), _) => plain(
                I::User,
                Tone::Neutral,
                "Descargaste la copia de tus datos",
                "You downloaded the copy of your data",
            ),
            (_, Some("READY")) => {
                plain(I::User, Tone::Neutral, "La copia de tus datos está lista", "The copy of your data is ready")
            }
            (_, Some("EXPIRED")) => {
                plain(I::User, Tone::Neutral, "Borramos la copia de tus datos", "We deleted the copy of your data")
            }
            _ => plain(I::User, Tone::Neutral, "Pediste una copia de tus datos", "You asked for a copy of your data"),
        },
        K::ErasureChanged => match line.entry.after.as_deref() {
            Some("PLANNED") => {
                plain(I::User, Tone::Waiting, "Pediste borrar tu cuenta", "You asked to erase your account")
            }
            Some("TAKEN_BACK") => {
                plain(I::User, Tone::Neutral, "Decidiste conservar tu cuenta", "You decided to keep your account")
            }
            Some("STOPPED") => plain(
                I::User,
                Tone::Problem,
                "Tu cuenta no se pudo borrar: quedaba algo abierto",
                "Your account could not be erased: something was still open",
            ),
            _ => plain(I::User, Tone::Neutral, "Se borró la cuenta", "The account was erased"),
        },
        K::OwnerChanged => match line.entry.after.as_deref() {
            Some("OFFERED") => plain(
                I::Car,
                Tone::Waiting,
                "Empezaste a pasar tu coche a otra persona",
                "You began to pass your car on to somebody",
            ),
            Some("ACCEPTED") => {
                plain(I::Car, Tone::Done, "El coche pasó a su nuevo dueño", "The car went to its new owner")
            }
            _ => plain(I::Car, Tone::Neutral, "El coche sigue con su dueño", "The car stays with its owner"),
        },
        K::MaintenanceBlocked => said(
            I::Wrench,
            Tone::Problem,
            t(format!("{service}: falta mantenimiento"), format!("{service}: maintenance is due")),
            facts.because("reason", &not_charged()),
        ),
        K::MaintenanceWarned => said(
            I::Wrench,
            Tone::Waiting,
            t(
                format!("Pediste {service} con mantenimiento pendiente"),
                format!("You ordered {service} with maintenance due"),
            ),
            facts.blocks(),
        ),
        K::MaintenanceRisk => said(
            I::Wrench,
            Tone::Waiting,
            t(
                format!("{service} sigue adelante sin comprobar el mantenimiento"),
                format!("{service} goes on without maintenance having been checked"),
            ),
            if facts.is("acknowledged") {
                note("Lo aceptaste al pedirlo.", "You agreed to it when you ordered.")
            } else {
                note("El sistema de los talleres no respondía.", "The workshops' system did not respond.")
            },
        ),
        K::WarrantyChanged if line.entry.after.as_deref() == Some("LOST") => said(
            I::Wrench,
            Tone::Problem,
            note("El coche perdió la garantía", "The car lost its warranty"),
            format!("{} {}", facts.blocks(), note("Lo que tienes activo sigue igual.", "What is on stays as it is."),),
        ),
        K::WarrantyChanged => {
            plain(I::Wrench, Tone::Done, "El coche volvió a tener garantía", "The car has its warranty back")
        }
        K::DeadJobRevived | K::DeadJobDiscarded | K::WebhookRetried => {
            plain(I::Settings, Tone::Neutral, "Operaciones revisó una tarea", "Operations looked into a task")
        }
        K::CustomerTold => {
            let about = facts.notice();
            said(
                I::Mail,
                Tone::Neutral,
                t(format!("Te avisamos: {about}"), format!("We told you: {about}")),
                facts.channels(),
            )
        }
        K::NotificationLate => plain(I::Mail, Tone::Problem, "Un aviso salió tarde", "A message was late"),
        K::PromiseUntrue => plain(I::Mail, Tone::Problem, "Un aviso se retuvo", "A message was held back"),
        K::ConsentsGiven => said(
            I::Document,
            Tone::Neutral,
            t(format!("Diste tus consentimientos para {service}"), format!("You gave your consents for {service}")),
            note("Quedan guardados palabra por palabra.", "They are kept word for word."),
        ),
        K::ExpedienteRead => plain(I::User, Tone::Neutral, "Se consultó el expediente", "The story was looked at"),
        K::ReconciliationAsked | K::DiscrepancyChanged | K::FinanceTaskChanged => {
            plain(I::Document, Tone::Neutral, "Finanzas revisó las cuentas", "Finance looked into the books")
        }
        K::BreakerChanged => plain(I::Settings, Tone::Neutral, "Cambió un sistema", "A system changed"),
        K::AlertChanged => plain(I::Settings, Tone::Neutral, "Cambió una alerta", "An alert changed"),
        // Said above, each with its own words.
        K::OrderChanged
        | K::EstimateChanged
        | K::FactoryManual
        | K::FactoryResolved
        | K::RegistrationChanged
        | K::DocumentChanged
        | K::DeliveryChanged
        | K::PickUpChanged
        | K::HandOverChecked
        | K::VehicleAssigned
        | K::AppLinked
        | K::DraftDiscarded
        | K::PlanChanged => plain(I::Car, Tone::Neutral, "Tu pedido avanzó", "Your order moved on"),
        // In words of their own.
        K::SubscriptionBegun
        | K::SubscriptionPayment
        | K::SubscriptionChanged
        | K::SubscriptionEnded
        | K::InvoiceIssued
        | K::InvoiceChanged
        | K::DebtChanged => plain(I::Calendar, Tone::Neutral, "Tu suscripción cambió", "Your subscription changed"),
    }
}

/// Evidence is told to the second.
pub(in crate::pages) fn to_the_second(at: Timestamp, zone: &str, locale: Locale) -> String {
    format!("{}:{:02}", moment(at, zone, locale), at.timestamp().rem_euclid(60))
}

/// Single spaces only; the fixed space inside amounts stays.
fn without_gaps(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use caas::expediente::model::{Actor, StoredEntry};
    use caas::expediente::repository::Delivery;
    use caas::kernel::money::Currency;

    fn line(kind: EntryKind, data: serde_json::Value) -> StoryLine {
        let entry = StoredEntry {
            id: uuid::Uuid::nil(),
            seq: 1,
            at: "2026-11-23T09:00:00Z".parse().unwrap(),
            actor: Actor::SYSTEM,
            kind,
            subject_kind: SubjectKind::Activation,
            subject_id: uuid::Uuid::nil(),
            vehicle_id: None,
            before: None,
            after: None,
            data,
        };
        StoryLine { entry, visible: true, service: None, currency: None, delivery: None, staff: None }
    }

    #[test]
    fn every_kind_reads_as_a_sentence_in_both_languages_even_without_facts() {
        for &kind in EntryKind::ALL {
            for &locale in Locale::ALL {
                let said =
                    say(&line(kind, serde_json::json!({})), Reader { locale, zone: "Europe/Madrid" }, Eyes::Owner);
                let all = format!("{}. {}", said.text, said.note);
                assert!(!said.text.is_empty() && !all.contains("  ") && !all.contains('!'), "{kind}: {all}");
                assert!(!all.contains('_') && !all.contains(kind.as_str()), "{kind} shows a code: {all}");
            }
        }
    }

    #[test]
    fn a_reversed_hold_is_never_called_a_refund() {
        let data = serde_json::json!({ "amount": { "cents": 2990, "currency": "EUR" } });
        let es =
            say(&line(EntryKind::HoldReversed, data.clone()), Reader { locale: Locale::Es, zone: "UTC" }, Eyes::Owner);
        assert_eq!(es.text, "Retención de 29,90\u{a0}€ anulada: no se te ha cobrado");
        let en = say(&line(EntryKind::HoldReversed, data), Reader { locale: Locale::En, zone: "UTC" }, Eyes::Owner);
        assert!(!format!("{}{}", en.text, en.note).to_lowercase().contains("refund"));
    }

    #[test]
    fn a_failed_attempt_says_which_why_and_when_next() {
        let data = serde_json::json!({ "attempt": 2, "of": 5, "code": "VEHICLE_OFFLINE", "next": "2026-11-23T09:02:00Z",
            "service": { "es": "Luz", "en": "Light" } });
        let said = say(
            &line(EntryKind::AttemptFailed, data),
            Reader { locale: Locale::Es, zone: "Europe/Madrid" },
            Eyes::Owner,
        );
        assert_eq!(said.text, "Luz: intento 2 de 5 sin éxito");
        assert_eq!(said.note, "El coche no tenía conexión. Siguiente: 23 nov 2026, 10:02.");
    }

    #[test]
    fn a_capture_names_the_word_it_stands_on_and_a_failure_says_zero() {
        let reader = Reader { locale: Locale::Es, zone: "Europe/Madrid" };
        let mut captured =
            line(EntryKind::PaymentCaptured, serde_json::json!({ "amount": { "cents": 2990, "currency": "EUR" } }));
        captured.delivery = Some(Delivery { source: "CALLBACK".into(), at: "2026-11-23T09:00:07Z".parse().unwrap() });
        let said = say(&captured, reader, Eyes::Owner);
        assert_eq!(
            said.note,
            "Prueba de entrega: el coche lo confirmó el 23 nov 2026, 10:00:07, con un aviso posterior."
        );
        let mut failed = line(EntryKind::ActivationEscalated, serde_json::json!({ "code": "MODULE_FAULT" }));
        failed.currency = Some(Currency::Eur);
        assert!(say(&failed, reader, Eyes::Owner).note.ends_with("No se te ha cobrado. Total cobrado: 0,00\u{a0}€."));
    }

    #[test]
    fn amounts_and_cards_are_not_for_every_eye() {
        let reader = Reader { locale: Locale::Es, zone: "UTC" };
        let data = serde_json::json!({ "amount": { "cents": 2990, "currency": "EUR" }, "price": { "cents": 2990, "currency": "EUR" },
            "kind": "PERMANENT", "brand": "VISA", "last4": "4242", "subject": { "es": "Devueltos 29,90 €" } });
        for &kind in EntryKind::ALL {
            let all = |eyes| {
                let said = say(&line(kind, data.clone()), reader, eyes);
                format!("{} {}", said.text, said.note)
            };
            assert!(
                !all(Eyes::Staff).contains("29,90") && !all(Eyes::Staff).contains("4242"),
                "{kind}: {}",
                all(Eyes::Staff)
            );
            assert!(!all(Eyes::Finance).contains("4242"), "{kind}");
        }
        assert!(say(&line(EntryKind::PaymentMethodAdded, data.clone()), reader, Eyes::Owner).text.contains("4242"));
        assert!(say(&line(EntryKind::PaymentHeld, data), reader, Eyes::Finance).text.contains("29,90"));
    }
}
