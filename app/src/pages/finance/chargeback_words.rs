//! Charges that a bank took back, in plain words.

use crate::ui::Status;
use caas::finance::chargebacks::desk::{Deed, Task, TaskRefusal};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::payments::chargebacks::{TaskEvent, TaskState};

/// What a state is called.
pub(super) fn state_name(state: TaskState, locale: Locale) -> &'static str {
    match state {
        TaskState::Open => locale.t("Sin empezar", "Not begun"),
        TaskState::InProgress => locale.t("En curso", "In progress"),
        TaskState::Answered => locale.t("Contestada al banco", "Answered to the bank"),
        TaskState::Won => locale.t("Ganada", "Won"),
        TaskState::Lost => locale.t("Perdida", "Lost"),
    }
}

/// How a task stands, as a pill: what is late says so first.
pub(super) fn standing(task: &Task, now: Timestamp, locale: Locale) -> (Status, &'static str) {
    if task.is_overdue(now) {
        return (Status::Failed, locale.t("Fuera de plazo", "Overdue"));
    }
    let status = match task.state {
        TaskState::Open | TaskState::InProgress if task.is_urgent(now) => Status::Warning,
        TaskState::Open | TaskState::InProgress => Status::Waiting,
        TaskState::Answered => Status::Scheduled,
        TaskState::Won => Status::Done,
        TaskState::Lost => Status::Ended,
    };
    (status, state_name(task.state, locale))
}

/// What a step does, as a choice.
pub(super) fn event_name(event: TaskEvent, locale: Locale) -> &'static str {
    match event {
        TaskEvent::Taken => locale.t("Llevarla", "Take it"),
        TaskEvent::Answered => locale.t("Las pruebas se han enviado al banco", "The evidence has gone to the bank"),
        TaskEvent::Won => locale.t("El banco nos da la razón", "The bank decided for us"),
        TaskEvent::Lost => {
            locale.t("El banco no nos la da, o no se contesta", "The bank decided against us, or we do not answer")
        }
    }
}

/// What was done.
pub(super) fn deed_name(deed: Deed, locale: Locale) -> &'static str {
    match deed {
        Deed::Taken => locale.t("La lleva", "Taken"),
        Deed::Commented => locale.t("Comentario", "Comment"),
        Deed::Answered => locale.t("Pruebas enviadas al banco", "Evidence sent to the bank"),
        Deed::Won => locale.t("Ganada", "Won"),
        Deed::Lost => locale.t("Perdida", "Lost"),
    }
}

/// Why something was not done.
pub(super) fn refusal_words(why: TaskRefusal, locale: Locale) -> &'static str {
    match why {
        TaskRefusal::NoWords => locale
            .t("Escribe unas palabras, como mucho 2.000 caracteres.", "Write a few words, at most 2,000 characters."),
        TaskRefusal::NoChoice => locale.t("Elige una de la lista.", "Choose one of the list."),
        TaskRefusal::NotThen | TaskRefusal::NotFound => {
            locale.t("Ya no es posible: cambió mientras mirabas.", "No longer possible: it changed while you looked.")
        }
    }
}

/// What the books make of a state: no click of a task moves them.
pub(super) fn what_the_books_say(state: TaskState, locale: Locale) -> &'static str {
    match state {
        TaskState::Won => locale.t(
            "Ganada. Aquí no se anota nada: cuando el banco devuelva el dinero lo dirá su extracto, y la conciliación lo encontrará.",
            "Won. Nothing is booked here: when the bank gives the money back its statement says so, and the reconciliation finds it.",
        ),
        TaskState::Lost => locale.t(
            "Perdida. Los libros ya lo dicen: el coste es de CaaS desde que el banco se llevó el dinero. El servicio sigue activo.",
            "Lost. The books say it already: the cost is CaaS's since the bank took the money. The service stays on.",
        ),
        TaskState::Open | TaskState::InProgress | TaskState::Answered => locale.t(
            "El banco del cliente se llevó el dinero y está anotado como coste. El servicio sigue activo. Lo que se haga aquí no mueve los libros.",
            "The customer's bank took the money, and it is booked as a cost. The service stays on. What is done here does not move the books.",
        ),
    }
}
