//! Senders, states, and what an interpretation may come to.

use crate::kernel::database::Tx;

codes! {
    /// A system that sends webhooks.
    pub enum Sender {
        /// API IoT.
        Iot = "IOT",
        /// The payment gateway.
        Payments = "PAYMENTS",
        /// The factory.
        Factory = "FACTORY",
        /// A national registration body, whichever.
        Registration = "REGISTRATION",
        /// The transport company.
        Transport = "TRANSPORT",
    }
}

codes! {
    /// What became of a message.
    pub enum State {
        /// Stored; not understood yet, or nothing known carries its reference yet.
        Received = "RECEIVED",
        /// It had its effect, or had nothing to add.
        Processed = "PROCESSED",
        /// Nothing carried its reference for three days: shown to operators.
        Unmatched = "UNMATCHED",
    }
}

crate::ids! {
    /// A message in the inbox.
    InboxId,
}

/// What handling a message came to. The transaction is committed together with the message's new state: a handler opens
/// it, writes in it, and does not commit.
pub enum Interpretation {
    /// It changed something, in this transaction.
    Applied(Tx),
    /// What it says was known: nothing changed. The transaction may still note that it came.
    AlreadyKnown(Tx),
    /// Nothing known carries its reference, so far.
    Unmatched,
}
