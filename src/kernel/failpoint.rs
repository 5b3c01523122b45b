//! Named instants at which the crash tests kill the process.
//!
//! `CAAS_FAILPOINT=name` ends the process the first time it comes to `hit("name")`, as a power cut would: no
//! destructor runs, nothing is flushed. Without the variable a failpoint costs one comparison.
//!
//! In the simulated world a process is a thread: [`crash_when`] decides there at which instants it dies, and dying is a
//! panic that unwinds everything the thread was at ([`Crash`]).

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

/// Every failpoint by name; the crash tests walk this list.
pub const ALL: &[&str] = &[
    "purchase.placed",
    "car.payment.begun",
    "car.payment.written",
    "car.payment.answered",
    "car.payment.recorded",
    "subscription.charge.written",
    "subscription.charge.answered",
    "subscription.charge.recorded",
    "subscription.charges.written",
    "subscription.charges.answered",
    "factory.order.written",
    "factory.order.answered",
    "factory.order.recorded",
    "registration.submission.answered",
    "registration.submission.recorded",
    "transport.request.answered",
    "transport.request.recorded",
    "payment.authorise.written",
    "payment.authorise.answered",
    "payment.authorise.recorded",
    "activation.attempt.written",
    "activation.command.answered",
    "activation.command.recorded",
    "activation.confirmed",
    "payment.capture.written",
    "payment.capture.answered",
    "payment.capture.recorded",
    "activation.escalated",
    "payment.cancel.written",
    "payment.cancel.answered",
    "payment.cancel.recorded",
    "payment.refund.written",
    "payment.refund.answered",
    "payment.refund.recorded",
    "activation.ticket.diagnosed",
    "activation.ticket.opened",
    "manual.attempt.written",
    "manual.command.answered",
    "deactivation.attempt.written",
    "deactivation.command.answered",
    "deactivation.done",
    "inbox.stored",
    "inbox.applied",
    "notification.email.answered",
    "notification.sms.answered",
    "notification.push.answered",
];

static ARMED: OnceLock<Option<String>> = OnceLock::new();

/// Dies here when this failpoint is armed.
pub fn hit(name: &'static str) {
    debug_assert!(ALL.contains(&name), "failpoint {name} is not in the list");
    let armed = ARMED.get_or_init(|| std::env::var("CAAS_FAILPOINT").ok().filter(|name| !name.is_empty()));
    if armed.as_deref() == Some(name) {
        std::process::abort();
    }
    crash_here(name);
}

/// The death of a simulated process, thrown as a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// The instant it died at.
    pub at: &'static str,
}

type Decision = Box<dyn FnMut(&'static str) -> bool>;

thread_local! {
    static SIMULATED: Cell<bool> = const { Cell::new(false) };
    static DIES: RefCell<Option<Decision>> = const { RefCell::new(None) };
}

/// From now on the simulated process on this thread dies at the instants for which `dies` says so; with `None` it lives.
pub fn crash_when(dies: Option<Decision>) {
    SIMULATED.set(dies.is_some());
    DIES.set(dies);
}

/// An instant between two steps at which a simulated process may die. Costs one comparison anywhere else.
pub fn crash_here(at: &'static str) {
    if SIMULATED.get() && DIES.with_borrow_mut(|dies| dies.as_mut().is_some_and(|dies| dies(at))) {
        // Not `panic!`: nothing is reported, since nothing went wrong.
        std::panic::resume_unwind(Box::new(Crash { at }));
    }
}

/// Whether what was caught is the death of a simulated process, which nothing inside of it survives.
pub fn is_crash(caught: &(dyn Any + Send)) -> bool {
    caught.is::<Crash>()
}
