//! What can be said after a redirect, by code, in both languages. Add yours here.

use crate::ui::Tone;
use caas::accounts::Problem;
use caas::codes;
use caas::kernel::locale::Locale;

codes! {
    /// A message that the next page shows once.
    pub enum Message {
        /// Changes were kept.
        Saved = "saved",
        /// A session began.
        SignedIn = "signed_in",
        /// A session ended.
        SignedOut = "signed_out",
        /// An account was made.
        AccountCreated = "account_created",
        /// A mail with a link is on its way.
        CheckYourMail = "check_your_mail",
        /// The address is confirmed.
        EmailConfirmed = "email_confirmed",
        /// The link is used or too old.
        LinkExpired = "link_expired",
        /// The password is another one now.
        PasswordChanged = "password_changed",
        /// Other sessions were ended.
        SessionsEnded = "sessions_ended",
        /// One session was ended.
        SessionEnded = "session_ended",
        /// All sessions were ended.
        SignedOutEverywhere = "signed_out_everywhere",
        /// A second click, a reload or another tab: the order that stands is shown.
        AlreadyOrdered = "already_ordered",
        /// An order was cancelled before delivery.
        OrderCancelled = "order_cancelled",
        /// An order is cancelled as soon as bank and car have answered.
        CancelSoon = "cancel_soon",
        /// A contract can't be withdrawn from; the page says why.
        NotWithdrawn = "not_withdrawn",
        /// An order was delivered or over when it was to be cancelled.
        CancelTooLate = "cancel_too_late",
        /// The customer has confirmed with the bank, which is asked again.
        BankAskedAgain = "bank_asked_again",
        /// There is nothing to be confirmed with the bank.
        NothingToConfirm = "nothing_to_confirm",
        /// The gateway does not answer now.
        BankSilent = "bank_silent",
        /// There is a new way to pay.
        MethodAdded = "method_added",
        /// The customer left the gateway's page without one.
        MethodNotAdded = "method_not_added",
        /// Another way to pay is proposed first.
        MethodPreferred = "method_preferred",
        /// A way to pay is gone.
        MethodRemoved = "method_removed",
        /// The promises are being proven.
        ProofBegun = "proof_begun",
        /// A car was ordered from the factory by phone.
        FactoryOrdered = "factory_ordered",
        /// An order to the factory is tried again.
        FactoryRetried = "factory_retried",
        /// An order that the factory does not take was given up.
        FactoryCancelled = "factory_cancelled",
        /// A paper of the customer's was taken.
        PaperReceived = "paper_received",
        /// There is nothing to pay for this order now.
        NothingToPay = "nothing_to_pay",
        /// The customer has an appointment to pick the car up.
        PickUpBooked = "pick_up_booked",
        /// There is nothing to pick up now.
        NothingToPickUp = "nothing_to_pick_up",
        /// Others already work with what was to be changed.
        TooLateToChange = "too_late_to_change",
        /// A draft of a sale is gone.
        SaleDiscarded = "sale_discarded",
        /// A form of little weight was not understood.
        NotSaved = "not_saved",
        /// A case is the agent's.
        CaseTaken = "case_taken",
        /// Two cases are one.
        CaseMerged = "case_merged",
        /// A case is solved.
        CaseSolved = "case_solved",
        /// A case is open again.
        CaseReopened = "case_reopened",
        /// The customer is being told.
        ReplySent = "reply_sent",
        /// The customer's question is with support.
        QuestionSent = "question_sent",
        /// The customer's further words are with support.
        AnswerSent = "answer_sent",
        /// A way out was taken.
        WayTaken = "way_taken",
        /// The customer agreed to a new hold.
        HoldAccepted = "hold_accepted",
        /// The customer wants no new hold.
        HoldRefused = "hold_refused",
        /// What was offered is no longer so.
        OfferGone = "offer_gone",
        /// This browser gets push messages.
        DeviceAdded = "device_added",
        /// This browser can't get push messages.
        DeviceNotAdded = "device_not_added",
        /// A device gets no more push messages.
        DeviceRemoved = "device_removed",
        /// A message leaves once more.
        SentAgain = "sent_again",
        /// A message can't be sent again.
        NotSentAgain = "not_sent_again",
        /// A copy of all data is being made.
        DataCopyAsked = "data_copy_asked",
        /// There was a copy a short time ago.
        DataCopyTooSoon = "data_copy_too_soon",
        /// The account will be erased.
        ErasurePlanned = "erasure_planned",
        /// The account stays.
        AccountKept = "account_kept",
        /// The car is theirs.
        CarAccepted = "car_accepted",
        /// The offer of a car was taken back.
        CarKept = "car_kept",
        /// A subscription ends with its period.
        SubscriptionEnds = "subscription_ends",
        /// A subscription has ended.
        SubscriptionOver = "subscription_over",
        /// A subscription that was to end goes on.
        SubscriptionGoesOn = "subscription_goes_on",
        /// Another offer holds from the next period on.
        OfferChanged = "offer_changed",
        /// A change of offer was taken back.
        OfferKept = "offer_kept",
        /// Nothing is to be paid for a subscription or of a debt.
        NothingOwed = "nothing_owed",
        /// What is due is being billed.
        BillingStarted = "billing_started",
        /// A day's report is being asked for and compared.
        ReconciliationBegun = "reconciliation_begun",
        /// A debt is with those who collect it.
        DebtHandedOver = "debt_handed_over",
        /// A debt was given up.
        DebtWrittenOff = "debt_written_off",
        /// An outside system is given a rest by hand.
        SystemOpened = "system_opened",
        /// Calls to an outside system go through again.
        SystemClosed = "system_closed",
        /// Somebody else was quicker; nothing was done.
        Overtaken = "overtaken",
        /// Nothing was done, for reasons of ours.
        Failed = "failed",
    }
}

impl Message {
    /// The message in words.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            Message::Saved => locale.t("Guardado.", "Saved."),
            Message::DeviceAdded => {
                locale.t("Este navegador ya recibe avisos.", "This browser takes messages from now on.")
            }
            Message::DeviceNotAdded => locale.t(
                "No se ha podido activar en este navegador. No ha cambiado nada.",
                "It could not be switched on in this browser. Nothing has changed.",
            ),
            Message::DeviceRemoved => {
                locale.t("Ese dispositivo ya no recibe avisos.", "That device takes no more messages.")
            }
            Message::SentAgain => locale.t("El mensaje sale de nuevo.", "The message is being sent again."),
            Message::NotSentAgain => locale.t(
                "Este mensaje no se puede enviar de nuevo: falta el teléfono o el dispositivo, o aún está por salir.",
                "This message can't be sent again: the phone number or device is missing, or it is still to be sent.",
            ),
            Message::SubscriptionEnds => locale.t(
                "Hecho: la suscripción termina con este periodo. Hasta entonces puedes reactivarla.",
                "Done: the subscription ends with this period. Until then you can reactivate it.",
            ),
            Message::SubscriptionOver => locale.t(
                "Hecho: la suscripción ha terminado y se está apagando en el coche.",
                "Done: the subscription has ended and is being switched off in the car.",
            ),
            Message::SubscriptionGoesOn => locale
                .t("Reactivada: la suscripción sigue cada mes.", "Reactivated: the subscription goes on each month."),
            Message::OfferChanged => locale.t(
                "Cambiada para el próximo periodo. Hasta entonces puedes deshacerlo.",
                "Changed for the next period. Until then you can undo it.",
            ),
            Message::OfferKept => locale.t("Se queda como estaba.", "It stays as it was."),
            Message::NothingOwed => locale
                .t("No hay nada que pagar. No se ha cobrado nada.", "There is nothing to pay. Nothing was charged."),
            Message::BillingStarted => locale.t(
                "En marcha: se factura lo que ha vencido. Lo que ya está facturado no se factura otra vez.",
                "Started: what is due is being billed. What is billed already is not billed again.",
            ),
            Message::ReconciliationBegun => locale.t(
                "En marcha: se pide el informe de ese día y se compara. El resultado aparece aquí.",
                "Started: the report of that day is asked for and compared. The result shows here.",
            ),
            Message::DebtHandedOver => {
                locale.t("La deuda ha pasado a cobro externo.", "The debt is with those who collect it.")
            }
            Message::DebtWrittenOff => locale.t("La deuda está condonada.", "The debt is written off."),
            Message::SignedIn => locale.t("Has entrado en tu cuenta.", "You are signed in."),
            Message::SignedOut => locale.t("Has salido de tu cuenta.", "You are signed out."),
            Message::AccountCreated => locale.t(
                "Tu cuenta está lista. Te hemos enviado un correo para confirmar tu dirección.",
                "Your account is ready. We have sent you an email to confirm your address.",
            ),
            Message::CheckYourMail => locale.t(
                "Si la dirección tiene cuenta, recibirás un correo con un enlace.",
                "If the address has an account, you will get an email with a link.",
            ),
            Message::EmailConfirmed => locale.t("Tu dirección está confirmada.", "Your address is confirmed."),
            Message::LinkExpired => locale.t(
                "Este enlace ya se ha usado o ha caducado. Pide uno nuevo.",
                "This link has been used or has expired. Ask for a new one.",
            ),
            Message::PasswordChanged => locale.t("Tu contraseña ha cambiado.", "Your password has changed."),
            Message::SessionsEnded => {
                locale.t("Se han cerrado las demás sesiones.", "The other sessions have been ended.")
            }
            Message::SessionEnded => locale.t("Esa sesión está cerrada.", "That session has been ended."),
            Message::SignedOutEverywhere => {
                locale.t("Has salido de tu cuenta en todos los dispositivos.", "You are signed out on every device.")
            }
            Message::AlreadyOrdered => locale.t(
                "Ya lo habías pedido: es un solo pedido y se paga una sola vez.",
                "You had ordered it already: it is one order and is paid once.",
            ),
            Message::OrderCancelled => {
                locale.t("Pedido cancelado. No se te ha cobrado nada.", "Order cancelled. You have not been charged.")
            }
            Message::CancelSoon => locale.t(
                "Anotado: lo cancelamos en cuanto contesten el banco o el coche. No tienes que hacer nada más.",
                "Noted: we cancel it as soon as the bank or the car has answered. Nothing else is needed of you.",
            ),
            Message::NotWithdrawn => locale.t(
                "No se ha hecho nada: de este contrato no se puede desistir ahora. Abajo ves por qué.",
                "Nothing was done: this contract can't be withdrawn from now. See below why.",
            ),
            Message::CancelTooLate => locale.t(
                "Ya no se puede cancelar: el pedido está entregado o terminado. Abajo ves cómo ha quedado.",
                "It can't be cancelled any more: the order is delivered or over. See below how it came out.",
            ),
            Message::ProofBegun => locale.t(
                "Comprobando ahora. El resultado aparece aquí en cuanto termine.",
                "Being proven now. The result appears here as soon as it is there.",
            ),
            Message::FactoryOrdered => {
                locale.t("Marcado como pedido. El cliente recibe el aviso.", "Marked as ordered. The customer is told.")
            }
            Message::FactoryRetried => {
                locale.t("Vuelve a la cola: se intenta enseguida.", "Back in the queue: it is tried at once.")
            }
            Message::FactoryCancelled => locale.t(
                "Pedido cancelado. La señal se devuelve y el cliente recibe el aviso.",
                "Order cancelled. The reservation is refunded and the customer is told.",
            ),
            Message::BankAskedAgain => {
                locale.t("Gracias. Lo estamos comprobando con tu banco.", "Thank you. We are checking with your bank.")
            }
            Message::NothingToConfirm => {
                locale.t("No hay nada que confirmar con tu banco.", "There is nothing to confirm with your bank.")
            }
            Message::BankSilent => locale.t(
                "El banco no responde ahora. No se ha cobrado nada; inténtalo de nuevo en unos minutos.",
                "The bank does not answer now. Nothing was charged; try again in a few minutes.",
            ),
            Message::MethodAdded => locale.t("Método de pago añadido.", "Payment method added."),
            Message::MethodNotAdded => locale.t(
                "No se ha añadido ningún método de pago. No se ha cobrado nada.",
                "No payment method was added. Nothing was charged.",
            ),
            Message::MethodPreferred => {
                locale.t("A partir de ahora te lo proponemos primero.", "From now on it is proposed first.")
            }
            Message::MethodRemoved => locale.t("Método de pago quitado.", "Payment method removed."),
            Message::PaperReceived => locale
                .t("Documento recibido. Tu concesionario lo revisa.", "Paper received. Your dealership looks at it."),
            Message::NothingToPay => locale.t(
                "Ahora no hay nada que pagar de este pedido. No se ha cobrado nada.",
                "There is nothing to pay for this order now. Nothing was charged.",
            ),
            Message::PickUpBooked => locale.t(
                "Cita confirmada. Te lo recordamos un día antes.",
                "Appointment confirmed. We remind you a day before.",
            ),
            Message::NothingToPickUp => locale
                .t("Ahora no hay nada que recoger de este pedido.", "There is nothing to pick up of this order now."),
            Message::TooLateToChange => locale.t(
                "No se ha cambiado: ya es tarde para eso. Así está ahora.",
                "Not changed: it is too late for that. This is how it stands now.",
            ),
            Message::NotSaved => locale.t(
                "No se ha guardado: falta algo o es demasiado largo.",
                "Not saved: something is missing or too long.",
            ),
            Message::CaseTaken => locale.t("El caso es tuyo.", "The case is yours."),
            Message::CaseMerged => locale.t(
                "Casos unidos. Se puede deshacer durante 10 minutos.",
                "Cases merged. It can be undone for 10 minutes.",
            ),
            Message::CaseSolved => locale.t("Caso resuelto. El cliente lo sabe.", "Case solved. The customer is told."),
            Message::CaseReopened => locale.t("Caso reabierto.", "Case reopened."),
            Message::ReplySent => locale.t("Respuesta enviada al cliente.", "Answer sent to the customer."),
            Message::QuestionSent => locale.t(
                "Pregunta recibida. Te respondemos aquí y por correo.",
                "Question received. We answer here and by email.",
            ),
            Message::AnswerSent => locale.t("Mensaje recibido.", "Message received."),
            Message::WayTaken => locale.t("Hecho. Está anotado en el caso.", "Done. It is noted on the case."),
            Message::HoldAccepted => locale.t(
                "Gracias. Pedimos la retención a tu banco y volvemos a intentarlo. Todavía no se cobra nada.",
                "Thank you. We ask your bank for the hold and try again. Nothing is charged yet.",
            ),
            Message::SaleDiscarded => locale.t("La venta se ha descartado.", "The sale was discarded."),
            Message::HoldRefused => locale.t("De acuerdo: no se retiene nada.", "All right: nothing is held."),
            Message::OfferGone => locale.t(
                "Esto ya no está pendiente. Abajo ves cómo ha quedado.",
                "This is no longer open. See below how it came out.",
            ),
            Message::DataCopyAsked => locale.t(
                "Preparamos la copia. Te avisamos por correo cuando esté.",
                "We are making the copy. We will mail you when it is there.",
            ),
            Message::DataCopyTooSoon => locale.t(
                "Ya hay una copia reciente: puedes pedir otra al cabo de un día.",
                "There is a recent copy already: you can ask for another after a day.",
            ),
            Message::ErasurePlanned => locale.t(
                "Hemos apuntado el borrado. Te lo confirmamos por correo.",
                "The erasure is planned. We confirm it by email.",
            ),
            Message::AccountKept => locale.t("La cuenta se queda como está.", "The account stays as it is."),
            Message::CarAccepted => locale.t("El coche ya está en tu cuenta.", "The car is in your account now."),
            Message::CarKept => locale.t("La oferta se ha retirado.", "The offer was taken back."),
            Message::SystemOpened => locale.t(
                "Anotado: no se llama a este sistema hasta que alguien lo cierre aquí.",
                "Noted: this system is not called until somebody ends that here.",
            ),
            Message::SystemClosed => locale.t(
                "Anotado: las llamadas pasan otra vez. Lo que esperaba sigue poco a poco.",
                "Noted: calls go through again. What waited goes on bit by bit.",
            ),
            Message::Overtaken => locale.t(
                "Alguien ha sido más rápido y esto ha cambiado entretanto. No se ha hecho nada: así está ahora.",
                "Somebody was quicker and this has changed meanwhile. Nothing was done: here is how it stands now.",
            ),
            Message::Failed => locale.t(
                "No hemos podido hacerlo por un fallo nuestro. Inténtalo de nuevo en un momento.",
                "We could not do that because of a fault on our side. Try again in a moment.",
            ),
        }
    }

    /// How the message looks.
    pub const fn tone(self) -> Tone {
        match self {
            Message::LinkExpired
            | Message::CancelSoon
            | Message::NotWithdrawn
            | Message::BankSilent
            | Message::NothingToPay
            | Message::NothingOwed
            | Message::NothingToPickUp
            | Message::TooLateToChange
            | Message::Overtaken
            | Message::NotSaved => Tone::Waiting,
            Message::Failed => Tone::Problem,
            Message::SignedOut
            | Message::SignedOutEverywhere
            | Message::CheckYourMail
            | Message::AlreadyOrdered
            | Message::CancelTooLate
            | Message::NothingToConfirm
            | Message::HoldRefused
            | Message::OfferGone
            | Message::MethodNotAdded => Tone::Info,
            _ => Tone::Done,
        }
    }
}

codes! {
    /// What is wrong with a field, or (field `""`) with a form as a whole.
    pub enum FieldError {
        /// Nothing was filled in.
        Missing = "missing",
        /// Not of the form asked for.
        Invalid = "invalid",
        /// Too little text.
        TooShort = "too_short",
        /// Too much text.
        TooLong = "too_long",
        /// Somebody has it already.
        Taken = "taken",
        /// The two do not agree.
        Mismatch = "mismatch",
        /// A password that everybody guesses.
        TooCommon = "too_common",
        /// Email or password is wrong; it is not said which.
        WrongCredentials = "wrong_credentials",
        /// Too many tries for now.
        TooManyTries = "too_many_tries",
        /// A consent is needed.
        ConsentNeeded = "consent_needed",
        /// Something changed since the page was shown.
        Changed = "changed",
        /// A fault on our side.
        Failed = "failed",
        /// No address that mail can be sent to.
        EmailInvalid = "email_invalid",
        /// Characters that no name has.
        NameInvalid = "name_invalid",
        /// A phone number without its country code.
        PhoneInvalid = "phone_invalid",
        /// Not one of the choices.
        UnknownChoice = "unknown_choice",
        /// A password of fewer than ten characters.
        PasswordTooShort = "password_too_short",
        /// A password among those that are tried first.
        PasswordCommon = "password_common",
        /// A password made of the person's own address or name.
        PasswordPersonal = "password_personal",
        /// A password that repeats itself or walks along the keyboard.
        PasswordPattern = "password_pattern",
        /// Not the password in use.
        PasswordWrong = "password_wrong",
        /// The password was right, but the address is not confirmed.
        EmailNotConfirmed = "email_not_confirmed",
    }
}

impl From<Problem> for FieldError {
    fn from(problem: Problem) -> FieldError {
        match problem {
            Problem::Missing => FieldError::Missing,
            Problem::TooLong => FieldError::TooLong,
            Problem::EmailInvalid => FieldError::EmailInvalid,
            Problem::NameInvalid => FieldError::NameInvalid,
            Problem::PhoneInvalid => FieldError::PhoneInvalid,
            Problem::UnknownChoice => FieldError::UnknownChoice,
            Problem::PasswordTooShort => FieldError::PasswordTooShort,
            Problem::PasswordCommon => FieldError::PasswordCommon,
            Problem::PasswordPersonal => FieldError::PasswordPersonal,
            Problem::PasswordPattern => FieldError::PasswordPattern,
            Problem::PasswordWrong => FieldError::PasswordWrong,
        }
    }
}

impl FieldError {
    /// The error in words: what happened and what to do.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            FieldError::Missing => locale.t("Rellena este campo.", "Fill in this field."),
            FieldError::Invalid => locale
                .t("Revisa este dato: no tiene la forma esperada.", "Check this: it does not have the expected form."),
            FieldError::TooShort => locale.t("Es demasiado corto.", "It is too short."),
            FieldError::TooLong => locale.t("Es demasiado largo.", "It is too long."),
            FieldError::Taken => locale.t("Ya está en uso.", "It is already in use."),
            FieldError::Mismatch => locale.t("No coinciden.", "They do not match."),
            FieldError::TooCommon => {
                locale.t("Es una contraseña fácil de adivinar. Elige otra.", "It is easy to guess. Choose another one.")
            }
            FieldError::WrongCredentials => {
                locale.t("El correo o la contraseña no son correctos.", "The email or the password is not right.")
            }
            FieldError::TooManyTries => locale.t(
                "Demasiados intentos. Espera unos minutos y prueba de nuevo.",
                "Too many tries. Wait a few minutes and try again.",
            ),
            FieldError::ConsentNeeded => {
                locale.t("Necesitamos tu consentimiento para seguir.", "We need your consent to go on.")
            }
            FieldError::Changed => locale.t(
                "Algo ha cambiado desde que abriste la página. Revísalo y vuelve a intentarlo.",
                "Something has changed since you opened the page. Look again and retry.",
            ),
            FieldError::EmailInvalid => Problem::EmailInvalid.text(locale),
            FieldError::NameInvalid => Problem::NameInvalid.text(locale),
            FieldError::PhoneInvalid => Problem::PhoneInvalid.text(locale),
            FieldError::UnknownChoice => Problem::UnknownChoice.text(locale),
            FieldError::PasswordTooShort => Problem::PasswordTooShort.text(locale),
            FieldError::PasswordCommon => Problem::PasswordCommon.text(locale),
            FieldError::PasswordPersonal => Problem::PasswordPersonal.text(locale),
            FieldError::PasswordPattern => Problem::PasswordPattern.text(locale),
            FieldError::PasswordWrong => Problem::PasswordWrong.text(locale),
            FieldError::EmailNotConfirmed => locale.t(
                "Falta confirmar tu correo. Te acabamos de enviar un enlace nuevo: ábrelo y después entra.",
                "Your address is not confirmed. We have just sent you a new link: open it, then sign in.",
            ),
            FieldError::Failed => locale.t(
                "No hemos podido hacerlo por un fallo nuestro. Inténtalo de nuevo en un momento.",
                "We could not do that because of a fault on our side. Try again in a moment.",
            ),
        }
    }
}

/// What a field's code says in words: one of ours, or one of a room's. Add your room's here. A code that nobody knows was
/// forged or is of another version, and says no more than that something is wrong.
pub(super) fn problem_text(code: &str, locale: Locale) -> &'static str {
    if let Ok(error) = code.parse::<FieldError>() {
        error.text(locale)
    } else if let Ok(problem) = code.parse::<caas::accounts::Problem>() {
        problem.text(locale)
    } else if let Ok(refusal) = code.parse::<caas::rights::model::OwnerChangeRefusal>() {
        refusal.text(locale)
    } else {
        FieldError::Invalid.text(locale)
    }
}
