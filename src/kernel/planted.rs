//! Bugs planted on purpose, to show that the simulated world finds such bugs.
//!
//! Each stands behind [`is_in`] at the place where somebody could really make it. They are compiled in only with the
//! feature `planted-bugs`, which nothing but their test turns on; without it `is_in` is the constant `false`.

codes! {
    /// A bug that can be planted.
    pub enum Bug {
        /// A command that was only accepted counts as carried out: the money is taken before the car confirms.
        AcceptedIsConfirmed = "ACCEPTED_IS_CONFIRMED",
        /// After a time-out the command is sent again without asking the car what became of the first one.
        RetryWithoutAsking = "RETRY_WITHOUT_ASKING",
        /// The hold of a failed activation is not reversed.
        HoldNotReversed = "HOLD_NOT_REVERSED",
        /// The hold is asked for with a key that was not written down: every try has a new one.
        NewKeyPerTry = "NEW_KEY_PER_TRY",
        /// A hold whose answer was lost counts as declined.
        LostAnswerIsDecline = "LOST_ANSWER_IS_DECLINE",
        /// A confirmation after the final failure is ignored: the service stays on, unpaid.
        CompensationForgotten = "COMPENSATION_FORGOTTEN",
        /// A callback is believed whatever it says: a failure counts as a confirmation.
        CallbackNotRead = "CALLBACK_NOT_READ",
        /// A callback that comes twice has its effect twice: the customer is told again.
        CallbackCountedTwice = "CALLBACK_COUNTED_TWICE",
        /// A temporary service is switched off a day before its time is over.
        EndsADayEarly = "ENDS_A_DAY_EARLY",
        /// The customer of a failed activation is told nothing.
        FailureNotTold = "FAILURE_NOT_TOLD",
        /// The day on which a subscription ends is billed, too.
        LastDayBilled = "LAST_DAY_BILLED",
        /// A subscription that has ended is not switched off.
        EndedGoesOn = "ENDED_GOES_ON",
        /// What a customer withdrew from is not given back.
        WithdrawnNotRefunded = "WITHDRAWN_NOT_REFUNDED",
        /// Maintenance is not asked about again before the first command, however long ago it was ordered.
        SecondQuestionSkipped = "SECOND_QUESTION_SKIPPED",
        /// The note of a theft switches the car's subscriptions off by itself.
        TheftSwitchesOff = "THEFT_SWITCHES_OFF",
        /// What the gateway keeps of a payout is not booked: the bank seems to have it all.
        FeeForgotten = "FEE_FORGOTTEN",
        /// A chargeback that is told twice is booked twice.
        ChargebackBookedTwice = "CHARGEBACK_BOOKED_TWICE",
        /// Nobody misses a payout in the gateway's reports.
        LostLineForgiven = "LOST_LINE_FORGIVEN",
    }
}

#[cfg(feature = "planted-bugs")]
static PLANTED: std::sync::RwLock<Option<Bug>> = std::sync::RwLock::new(None);

/// Plants a bug in whatever runs in this process, or takes it out again.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    *PLANTED.write().expect("nobody panics under this lock") = bug;
}

/// Whether this bug is planted.
#[cfg(feature = "planted-bugs")]
pub(crate) fn is_in(bug: Bug) -> bool {
    *PLANTED.read().expect("nobody panics under this lock") == Some(bug)
}

/// Whether this bug is planted: never.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn is_in(_bug: Bug) -> bool {
    false
}
