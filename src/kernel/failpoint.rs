//! Named instants at which the crash tests kill the process.
//!
//! `CAAS_FAILPOINT=name` ends the process the first time it comes to `hit("name")`, as a power cut would: no
//! destructor runs, nothing is flushed. Without the variable a failpoint costs one comparison.

use std::sync::OnceLock;

/// Every failpoint by name; the crash tests walk this list.
pub const ALL: &[&str] = &[
    "purchase.placed",
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
    "deactivation.attempt.written",
    "deactivation.command.answered",
    "deactivation.done",
    "inbox.stored",
    "inbox.applied",
    "notification.email.answered",
];

static ARMED: OnceLock<Option<String>> = OnceLock::new();

/// Dies here when this failpoint is armed.
pub fn hit(name: &'static str) {
    debug_assert!(ALL.contains(&name), "failpoint {name} is not in the list");
    let armed = ARMED.get_or_init(|| std::env::var("CAAS_FAILPOINT").ok().filter(|name| !name.is_empty()));
    if armed.as_deref() == Some(name) {
        std::process::abort();
    }
}
