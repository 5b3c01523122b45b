//! Pure decisions of the OTA engine.

use super::model::ErrorCode;
use super::port::{Connectivity, InstalledStatus, Operation, VehicleStatus};
use crate::kernel::Timestamp;
use chrono::TimeDelta;

/// How often and how long the engine tries (rulebook §6).
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// `max_retry_attempts`: attempts in all.
    pub max_attempts: i64,
    /// `initial_backoff_seconds`: the wait after the first attempt.
    pub initial_backoff: TimeDelta,
    /// `backoff_multiplier`: how much longer each further wait is.
    pub multiplier: f64,
    /// `max_backoff_seconds`: no wait is longer.
    pub max_backoff: TimeDelta,
    /// Waits after attempt 1, 2, 3 … that replace the formula; the last one repeats.
    pub explicit_backoff: Vec<TimeDelta>,
    /// `activation_command_timeout`: how long the vehicle may take to answer a command.
    pub command_timeout: TimeDelta,
    /// `activation_deadline`: the engine gives up this long after the purchase.
    pub deadline: TimeDelta,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 5,
            initial_backoff: TimeDelta::seconds(60),
            multiplier: 2.0,
            max_backoff: TimeDelta::seconds(3600),
            explicit_backoff: Vec::new(),
            command_timeout: TimeDelta::seconds(120),
            deadline: TimeDelta::hours(24),
        }
    }
}

impl RetryPolicy {
    /// The wait after attempt number `attempt` (from 1), before jitter.
    pub fn backoff(&self, attempt: i64) -> TimeDelta {
        let index = usize::try_from(attempt.max(1) - 1).unwrap_or(usize::MAX);
        if let Some(last) = self.explicit_backoff.last() {
            return *self.explicit_backoff.get(index).unwrap_or(last);
        }
        #[expect(clippy::cast_precision_loss, reason = "backoffs are far below 2^52 milliseconds")]
        let initial = self.initial_backoff.num_milliseconds() as f64;
        let exponent = i32::try_from(index.min(1000)).unwrap_or(1000);
        let wait = initial * self.multiplier.powi(exponent);
        #[expect(clippy::cast_precision_loss, reason = "backoffs are far below 2^52 milliseconds")]
        let limit = self.max_backoff.num_milliseconds() as f64;
        #[expect(clippy::cast_possible_truncation, reason = "not above the limit, which is an i64")]
        TimeDelta::milliseconds(wait.min(limit) as i64)
    }
}

/// Why an attempt did not bring the vehicle's confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFailure {
    /// The vehicle said why, or its status did.
    Vehicle(ErrorCode),
    /// API IoT itself failed.
    IotUnavailable,
    /// API IoT does not know the vehicle.
    UnknownVehicle,
    /// API IoT does not accept what we sent.
    InvalidRequest,
}

impl AttemptFailure {
    /// The code that is kept with the attempt and explained to the customer.
    pub fn code(self) -> &'static str {
        match self {
            AttemptFailure::Vehicle(code) => code.as_str(),
            AttemptFailure::IotUnavailable => "IOT_UNAVAILABLE",
            AttemptFailure::UnknownVehicle => "UNKNOWN_VEHICLE",
            AttemptFailure::InvalidRequest => "INVALID_REQUEST",
        }
    }

    /// Whether it may pass by itself.
    pub fn passes(self) -> bool {
        match self {
            AttemptFailure::Vehicle(code) => match code {
                ErrorCode::VehicleOffline
                | ErrorCode::VehicleBusy
                | ErrorCode::VehicleDriving
                | ErrorCode::VehiclePoweredOff
                | ErrorCode::Timeout => true,
                ErrorCode::ConfigConflict
                | ErrorCode::UnsupportedFirmware
                | ErrorCode::ModuleFault
                | ErrorCode::UnknownService => false,
            },
            AttemptFailure::IotUnavailable => true,
            AttemptFailure::UnknownVehicle | AttemptFailure::InvalidRequest => false,
        }
    }
}

/// What happens after an attempt ended without the vehicle's confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Try again at this time.
    Retry(Timestamp),
    /// Give the case to a person.
    Escalate,
}

/// Decides what happens when an attempt ends without the vehicle's confirmation.
///
/// Vehicle conditions and lost answers are tried again until attempts or the deadline run out; conditions that never pass
/// by themselves go to support at once (seed "OTA Activation Failures", failure categories).
pub fn after_failed_attempt(
    policy: &RetryPolicy,
    failure: AttemptFailure,
    attempt: i64,
    deadline: Timestamp,
    jitter: f64,
    now: Timestamp,
) -> NextStep {
    if !failure.passes() || attempt >= policy.max_attempts {
        return NextStep::Escalate;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "at most 1.1 times the longest backoff"
    )]
    let wait = TimeDelta::milliseconds((policy.backoff(attempt).num_milliseconds() as f64 * jitter) as i64);
    let next = now + wait;
    if next > deadline { NextStep::Escalate } else { NextStep::Retry(next) }
}

/// What the vehicle's status says about a command that may already have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The service works already: no further command.
    AlreadyActive,
    /// A command is still under way in the vehicle: no further command.
    CommandUnderWay,
    /// The vehicle can take a command.
    Ready,
    /// It can't just now.
    NotReady(ErrorCode),
}

/// Reads the vehicle's status before an attempt.
///
/// `command_sent_before`: an earlier command of the same activation may have been carried out although its answer was
/// lost; then a service that the vehicle reports as working is our success, and one that is pending is waited for.
pub fn readiness(status: &VehicleStatus, service_code: &str, command_sent_before: bool) -> Readiness {
    if command_sent_before && let Some(installed) = status.services.iter().find(|s| s.service_code == service_code) {
        match installed.status {
            InstalledStatus::Active => return Readiness::AlreadyActive,
            InstalledStatus::Pending => return Readiness::CommandUnderWay,
            InstalledStatus::Error => {}
        }
    }
    match (status.connectivity, status.operation) {
        (Connectivity::Offline, _) => Readiness::NotReady(ErrorCode::VehicleOffline),
        (_, Operation::Driving) => Readiness::NotReady(ErrorCode::VehicleDriving),
        (_, Operation::PoweredOff) => Readiness::NotReady(ErrorCode::VehiclePoweredOff),
        (Connectivity::Online | Connectivity::Limited, Operation::Parked) => Readiness::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    fn noon() -> Timestamp {
        chrono::Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a real moment")
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let policy = RetryPolicy::default();
        let waits: Vec<i64> = (1..=8).map(|n| policy.backoff(n).num_seconds()).collect();
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }

    #[test]
    fn an_explicit_list_replaces_the_formula() {
        let policy =
            RetryPolicy { explicit_backoff: [60, 300, 900].map(TimeDelta::seconds).to_vec(), ..RetryPolicy::default() };
        let waits: Vec<i64> = (1..=5).map(|n| policy.backoff(n).num_seconds()).collect();
        assert_eq!(waits, [60, 300, 900, 900, 900]);
    }

    #[test]
    fn what_never_passes_is_escalated_at_once() {
        let policy = RetryPolicy::default();
        for &code in ErrorCode::ALL {
            let failure = AttemptFailure::Vehicle(code);
            let step = after_failed_attempt(&policy, failure, 1, noon() + policy.deadline, 1.0, noon());
            let passes = matches!(
                code.as_str(),
                "VEHICLE_OFFLINE" | "VEHICLE_BUSY" | "VEHICLE_DRIVING" | "VEHICLE_POWERED_OFF" | "TIMEOUT"
            );
            assert_eq!(matches!(step, NextStep::Retry(_)), passes, "{code}");
        }
    }

    #[test]
    fn the_last_attempt_and_the_deadline_end_the_tries() {
        let policy = RetryPolicy::default();
        let offline = AttemptFailure::Vehicle(ErrorCode::VehicleOffline);
        let far = noon() + policy.deadline;
        assert_eq!(
            after_failed_attempt(&policy, offline, 4, far, 1.0, noon()),
            NextStep::Retry(noon() + TimeDelta::seconds(480))
        );
        assert_eq!(after_failed_attempt(&policy, offline, 5, far, 1.0, noon()), NextStep::Escalate);
        let near = noon() + TimeDelta::seconds(59);
        assert_eq!(after_failed_attempt(&policy, offline, 1, near, 1.0, noon()), NextStep::Escalate);
        let exact = noon() + TimeDelta::seconds(60);
        assert_eq!(after_failed_attempt(&policy, offline, 1, exact, 1.0, noon()), NextStep::Retry(exact));
    }

    proptest! {
        #[test]
        fn a_wait_stays_within_its_bounds(attempt in 1i64..100, jitter in 0.9f64..1.1) {
            let policy = RetryPolicy { max_attempts: 1000, deadline: TimeDelta::days(365), ..RetryPolicy::default() };
            let step = after_failed_attempt(&policy, AttemptFailure::IotUnavailable, attempt, noon() + policy.deadline, jitter, noon());
            let NextStep::Retry(at) = step else { panic!("not escalated") };
            let wait = at - noon();
            prop_assert!(wait >= TimeDelta::seconds(54) && wait <= TimeDelta::seconds(3960));
        }
    }
}
