//! Reports, disagreements and what came before them, in plain words.

use crate::pages::expediente::day_words;
use crate::ui::{IconName, Status, Tone};
use caas::finance::reconciliation::desk::Event;
use caas::finance::reconciliation::model::{
    Class, Deed, Discrepancy, FinanceRefusal, Resolution, RunLine, RunState, Way,
};
use caas::kernel::locale::Locale;
use caas::payments::model::{OperationKind, ReportKind, ReportStatus};

/// What a class is called.
pub(super) fn class_name(class: Class, locale: Locale) -> &'static str {
    match class {
        Class::MissingHere => locale.t("Falta en los libros", "Missing in the books"),
        Class::MissingThere => locale.t("Falta en el informe", "Missing in the report"),
        Class::AmountDiffers => locale.t("Otro importe", "Amount differs"),
        Class::StatusDiffers => locale.t("Otro desenlace", "Outcome differs"),
        Class::SettlementFailed => locale.t("No se liquidó tras entregar", "Not settled after delivery"),
    }
}

/// What it means, in one sentence.
pub(super) fn class_meaning(class: Class, locale: Locale) -> &'static str {
    match class {
        Class::MissingHere => {
            locale.t("La pasarela movió algo que no conocemos.", "The gateway moved what we do not know.")
        }
        Class::MissingThere => {
            locale.t("Lo anotamos y ningún informe lo nombra.", "We booked it, and no report names it.")
        }
        Class::AmountDiffers => locale.t("Los dos lo tienen, con otra cifra.", "Both have it, with another figure."),
        Class::StatusDiffers => {
            locale.t("Los dos lo tienen, y dicen cosas distintas.", "Both have it, and say different things.")
        }
        Class::SettlementFailed => locale
            .t("Lo entregado y cobrado que el banco no movió.", "Delivered and charged, and the bank did not move it."),
    }
}

/// What moved.
pub(super) fn kind_name(kind: ReportKind, locale: Locale) -> &'static str {
    match kind {
        ReportKind::Capture => locale.t("Cobro", "Charge"),
        ReportKind::Refund => locale.t("Devolución", "Refund"),
        ReportKind::Chargeback => locale.t("Contracargo", "Chargeback"),
    }
}

/// Why nobody has to look at it any more.
pub(super) fn resolution_name(resolution: Resolution, locale: Locale) -> &'static str {
    match resolution {
        Resolution::Gone => locale.t("Ya cuadra", "Agrees by now"),
        Resolution::Applied => locale.t("Aplicado lo que dice el informe", "The report's word was taken over"),
        Resolution::Explained => locale.t("Explicada y en orden", "Explained and in order"),
        Resolution::GatewayCorrects => locale.t("La corrige la pasarela", "The gateway corrects it"),
        Resolution::Accepted => locale.t("Se acepta como está", "Accepted as it is"),
    }
}

/// What was done.
pub(super) fn deed_name(deed: Deed, locale: Locale) -> &'static str {
    match deed {
        Deed::Assigned => locale.t("Asignada", "Assigned"),
        Deed::Commented => locale.t("Comentario", "Comment"),
        Deed::Resolved => locale.t("Resuelta", "Resolved"),
        Deed::Reopened => locale.t("Abierta otra vez", "Opened again"),
        Deed::Applied => locale.t("Aplicado lo que dice el informe", "The report's word was taken over"),
        Deed::Gone => locale.t("Ya cuadra: se cerró sola", "Agrees by now: closed by itself"),
        Deed::Back => locale.t("Ha vuelto a aparecer", "Found again"),
    }
}

/// How a day's report stands: pill, word, and why.
pub(super) fn run_words(run: &RunLine, locale: Locale) -> (Status, &'static str, String) {
    let why = || run.note.clone().unwrap_or_default();
    match run.state {
        RunState::Done => (Status::Done, locale.t("Comparado", "Compared"), String::new()),
        RunState::Waiting if run.tries == 0 => (Status::Waiting, locale.t("Pedido", "Asked for"), String::new()),
        RunState::Waiting => {
            let text = match locale {
                Locale::Es => format!("{} intentos; se vuelve a pedir cada media hora. {}", run.tries, why()),
                Locale::En => format!("{} tries; asked for again every half hour. {}", run.tries, why()),
            };
            (Status::Retry, locale.t("No ha llegado", "Not here"), text)
        }
        RunState::Failed => {
            let text = match locale {
                Locale::Es => format!("{} intentos; la próxima noche se pide otra vez. {}", run.tries, why()),
                Locale::En => format!("{} tries; next night it is asked for again. {}", run.tries, why()),
            };
            (Status::Failed, locale.t("Falló", "Failed"), text)
        }
    }
}

/// What the settlement in our books is called.
fn settlement_name(code: &str, locale: Locale) -> &'static str {
    match code {
        "PENDING" => locale.t("pendiente de liquidar", "waiting to be settled"),
        "SETTLED" => locale.t("liquidado", "settled"),
        "FAILED" => locale.t("no liquidado", "not settled"),
        "ABSORBED" => locale.t("asumido por CaaS", "borne by CaaS"),
        "CHARGED_BACK" => locale.t("devuelto por el banco del cliente", "taken back by the customer's bank"),
        _ => locale.t("sin cobrar", "not charged"),
    }
}

fn status_name(status: ReportStatus, locale: Locale) -> &'static str {
    match status {
        ReportStatus::Settled => locale.t("hecho", "done"),
        ReportStatus::Failed => locale.t("fallido", "failed"),
    }
}

/// The disagreement in one sentence, made from what both sides say.
pub(super) fn conclusion(one: &Discrepancy, locale: Locale) -> String {
    let kind = kind_name(one.kind, locale).to_lowercase();
    let money = |money: Option<caas::kernel::money::Money>| money.map(|m| m.display(locale)).unwrap_or_default();
    let (here, there) = (money(one.here()), money(one.there()));
    let ours = settlement_name(one.here_state.as_deref().unwrap_or_default(), locale);
    let theirs = one.there_status().map(|status| status_name(status, locale)).unwrap_or_default();
    let day = day_words(one.day.0, locale);
    match (one.class, locale) {
        (Class::MissingHere, Locale::Es) => {
            format!("El informe del {day} nombra un {kind} de {there} ({theirs}) que no está en nuestros libros.")
        }
        (Class::MissingHere, Locale::En) => {
            format!("The report of {day} names a {kind} of {there} ({theirs}) that is not in our books.")
        }
        (Class::MissingThere, Locale::Es) => format!(
            "En nuestros libros hay un {kind} de {here} del {day} ({ours}) que ningún informe nombra, aunque ya han llegado los de todos esos días."
        ),
        (Class::MissingThere, Locale::En) => format!(
            "Our books have a {kind} of {here} of {day} ({ours}) that no report names, although those of all these days are here."
        ),
        (Class::AmountDiffers, Locale::Es) => {
            format!("En nuestros libros son {here}; el informe del {day} dice {there}.")
        }
        (Class::AmountDiffers, Locale::En) => format!("Our books say {here}; the report of {day} says {there}."),
        (Class::StatusDiffers, Locale::Es) => {
            format!("En nuestros libros el pago de {here} está {ours}; el informe del {day} da el {kind} por {theirs}.")
        }
        (Class::StatusDiffers, Locale::En) => {
            format!("In our books the payment of {here} is {ours}; by the report of {day} the {kind} is {theirs}.")
        }
        (Class::SettlementFailed, Locale::Es) => format!(
            "Cobramos {here} por algo entregado y el banco no movió el dinero: lo dicen el informe del {day} y nuestros libros ({ours}). Lo entregado sigue siendo del cliente."
        ),
        (Class::SettlementFailed, Locale::En) => format!(
            "We charged {here} for something delivered, and the bank did not move the money: the report of {day} and our books ({ours}) say so. What was delivered stays the customer's."
        ),
    }
}

/// What the gateway was asked for: "we asked it to …".
pub(super) fn operation_name(kind: OperationKind, locale: Locale) -> &'static str {
    match kind {
        OperationKind::Authorise => locale.t("retener", "hold"),
        OperationKind::Capture => locale.t("cobrar lo retenido", "take what is held"),
        OperationKind::Charge => locale.t("cobrar", "charge"),
        OperationKind::Cancel => locale.t("liberar la retención", "release the hold"),
        OperationKind::Refund => locale.t("devolver", "give back"),
    }
}

/// An event of the explanation: tone, icon, title, text.
pub(super) fn event_words(event: &Event, locale: Locale) -> (Tone, IconName, String, String) {
    match event {
        Event::Asked { kind, amount, key } => {
            let (what, amount) = (operation_name(*kind, locale), amount.display(locale));
            let title = match locale {
                Locale::Es => format!("Pedimos a la pasarela {what}: {amount}"),
                Locale::En => format!("We asked the gateway to {what}: {amount}"),
            };
            (Tone::Neutral, IconName::External, title, format!("{} {key}", locale.t("Clave:", "Key:")))
        }
        Event::Answered { kind, done, answer } => {
            let what = operation_name(*kind, locale);
            let title = match (done, locale) {
                (true, Locale::Es) => format!("La pasarela contestó que sí a {what}"),
                (false, Locale::Es) => format!("La pasarela contestó que no a {what}"),
                (true, Locale::En) => format!("The gateway answered yes to {what}"),
                (false, Locale::En) => format!("The gateway answered no to {what}"),
            };
            let tone = if *done { Tone::Done } else { Tone::Problem };
            (tone, IconName::Info, title, answer.clone())
        }
        Event::Settlement { before, after } => {
            let (before, after) = (settlement_name(before, locale), settlement_name(after, locale));
            let title = match locale {
                Locale::Es => format!("En nuestros libros pasó de {before} a {after}"),
                Locale::En => format!("In our books it went from {before} to {after}"),
            };
            (Tone::Neutral, IconName::Document, title, String::new())
        }
        Event::Unmatched { status } => {
            let title = locale.t("Llegó un mensaje que no encajaba en nada", "A message came that fitted nothing");
            (Tone::Waiting, IconName::Mail, title.to_owned(), status.clone())
        }
        Event::Reported { day, kind, status, amount, fees, bank_reference, failure_reason } => {
            let (day, kind) = (day_words(*day, locale), kind_name(*kind, locale).to_lowercase());
            let (amount, status_word) = (amount.display(locale), status_name(*status, locale));
            let title = match locale {
                Locale::Es => format!("El informe del {day} dice: {kind} de {amount}, {status_word}"),
                Locale::En => format!("The report of {day} says: {kind} of {amount}, {status_word}"),
            };
            let mut more = Vec::new();
            if let Some(fees) = fees {
                more.push(format!("{} {}", locale.t("Comisión:", "Fees:"), fees.display(locale)));
            }
            if let Some(reference) = bank_reference {
                more.push(format!("{} {reference}", locale.t("Banco:", "Bank:")));
            }
            if let Some(reason) = failure_reason {
                more.push(format!("{} {reason}", locale.t("Motivo:", "Reason:")));
            }
            let tone = if *status == ReportStatus::Settled { Tone::Info } else { Tone::Problem };
            (tone, IconName::Document, title, more.join(" · "))
        }
    }
}

/// What a click takes over: the button, and what it means.
pub(super) fn way_words(way: Way, locale: Locale) -> (&'static str, &'static str) {
    match way {
        Way::Settled => (
            locale.t("Anotar que el dinero llegó", "Book that the money has arrived"),
            locale.t(
                "Se anota el ingreso en el banco con la comisión del informe, como si el mensaje de la pasarela hubiera llegado.",
                "The payout is booked with the report's fees, as if the gateway's message had come.",
            ),
        ),
        Way::Failed => (
            locale.t("Anotar que el dinero no llegó", "Book that the money has not arrived"),
            locale.t(
                "Lo entregado sigue activo. El cliente recibe una petición amable de pagar con otro método, y a los 14 días el coste lo asume CaaS.",
                "What was delivered stays on. The customer gets one friendly request to pay with another method, and after 14 days CaaS bears the cost.",
            ),
        ),
        Way::Chargeback => (
            locale.t("Anotar el contracargo", "Book the chargeback"),
            locale.t(
                "El dinero sale del banco y CaaS asume el coste. El servicio se queda.",
                "The money leaves the bank and CaaS bears the cost. The service stays.",
            ),
        ),
        Way::Recover => (
            locale.t("Anotar lo recuperado", "Book what was recovered"),
            locale.t(
                "CaaS había asumido el coste; el informe dice que el dinero llegó después. Se anota el ingreso y deja de ser coste.",
                "CaaS had borne the cost; by the report the money came later. The payout is booked, and it is a cost no more.",
            ),
        ),
    }
}

/// What is wrong with a form, in words.
pub(super) fn refusal_words(why: FinanceRefusal, locale: Locale) -> &'static str {
    match why {
        FinanceRefusal::NoWords => locale
            .t("Escribe unas palabras, como mucho 2.000 caracteres.", "Write a few words, at most 2,000 characters."),
        FinanceRefusal::NoChoice => locale.t("Elige una de la lista.", "Choose one of the list."),
        FinanceRefusal::Day => {
            locale.t("Elige un día que ya haya terminado, en hora UTC.", "Choose a day that is over, by UTC.")
        }
        FinanceRefusal::NotThen | FinanceRefusal::NotFound => {
            locale.t("Ya no es posible: cambió mientras mirabas.", "No longer possible: it changed while you looked.")
        }
    }
}
