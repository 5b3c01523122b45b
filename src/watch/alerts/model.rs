//! The rules of the rulebook's table, with everything about them that is fixed.

use crate::watch::model::Outside;
use chrono::TimeDelta;
use std::collections::BTreeMap;

codes! {
    /// A rule of the table (rulebook §14).
    pub enum Rule {
        /// Activations that the engine gave up, in an hour.
        OtaFailures = "OTA_FAILURES",
        /// Calls that the gateway answered, in a quarter of an hour.
        GatewayAvailability = "GATEWAY_AVAILABILITY",
        /// Calls that the factory did not answer in time, in half an hour.
        FactoryTimeouts = "FACTORY_TIMEOUTS",
        /// Questions that VSS did not answer, in an hour.
        VssFailures = "VSS_FAILURES",
        /// Messages that could not be handed over.
        NotificationFailures = "NOTIFICATION_FAILURES",
        /// Cars lost because their rest was not paid, in a day.
        FinalPaymentFailures = "FINAL_PAYMENT_FAILURES",
        /// Activations that succeeded at the first attempt.
        FirstAttemptSuccess = "FIRST_ATTEMPT_SUCCESS",
        /// Attempts that a success took.
        MeanAttempts = "MEAN_ATTEMPTS",
        /// Activations that went to support.
        Escalations = "ESCALATIONS",
        /// Time from the queue to the vehicle's word.
        TimeToActivation = "TIME_TO_ACTIVATION",
        /// Activations that nobody could bring about.
        NeverSucceeding = "NEVER_SUCCEEDING",
        /// Activations that failed after their money was taken.
        FailedAfterSettlement = "FAILED_AFTER_SETTLEMENT",
    }
}

codes! {
    /// How bad it is.
    pub enum Severity {
        /// People are needed now.
        Critical = "CRITICAL",
        /// People are needed today.
        High = "HIGH",
        /// People are needed soon.
        Medium = "MEDIUM",
        /// A figure of how well the engine does.
        Health = "HEALTH",
    }
}

codes! {
    /// Who is told.
    pub enum Team {
        /// Technical operations.
        TechnicalOperations = "TECHNICAL_OPERATIONS",
        /// The people of API IoT.
        Iot = "IOT",
        /// Finance.
        Finance = "FINANCE",
        /// IT operations.
        ItOperations = "IT_OPERATIONS",
        /// Integration.
        Integration = "INTEGRATION",
        /// Who talks with the factory.
        FactoryLiaison = "FACTORY_LIAISON",
        /// Communications.
        Communications = "COMMUNICATIONS",
        /// Sales.
        Sales = "SALES",
    }
}

codes! {
    /// How a rule stands.
    pub enum AlertState {
        /// It holds.
        Ok = "OK",
        /// It is broken, for too short a time to fire.
        Pending = "PENDING",
        /// It has been broken for long enough: people are told.
        Firing = "FIRING",
        /// It fired and holds again.
        Resolved = "RESOLVED",
    }
}

/// What a measure is a figure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of the sample.
    Share,
    /// A number for each of the sample.
    Each,
    /// Milliseconds for each of the sample.
    Millis,
}

/// The limit of a rule as a fraction, so that what lies exactly on it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Broken above it; exactly on it is allowed.
    Above(i64, i64),
    /// Broken below it; exactly on it is allowed.
    Below(i64, i64),
}

/// What was measured over a rule's window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Failures, successes, attempts or milliseconds, by the rule.
    pub part: i64,
    /// What they are of: the sample.
    pub whole: i64,
}

/// Where mails about alerts go. Without an address a team reads the page.
#[derive(Debug, Clone, Default)]
pub struct AlertPolicy {
    /// By team.
    pub addresses: BTreeMap<Team, Vec<String>>,
}

impl Rule {
    /// How bad it is when it fires.
    pub const fn severity(self) -> Severity {
        match self {
            Rule::OtaFailures | Rule::GatewayAvailability => Severity::Critical,
            Rule::FactoryTimeouts | Rule::NotificationFailures | Rule::FinalPaymentFailures => Severity::High,
            Rule::VssFailures => Severity::Medium,
            _ => Severity::Health,
        }
    }

    /// Who is told.
    pub const fn teams(self) -> &'static [Team] {
        match self {
            Rule::OtaFailures => &[Team::TechnicalOperations, Team::Iot],
            Rule::GatewayAvailability => &[Team::Finance, Team::ItOperations],
            Rule::FactoryTimeouts => &[Team::Integration, Team::FactoryLiaison],
            Rule::VssFailures => &[Team::Integration],
            Rule::NotificationFailures => &[Team::Communications],
            Rule::FinalPaymentFailures => &[Team::Finance, Team::Sales],
            Rule::FailedAfterSettlement => &[Team::Finance],
            _ => &[Team::TechnicalOperations],
        }
    }

    /// How far back is looked. The rulebook names the first ones; figures of health are of a day, and of a week where
    /// people decide them.
    pub const fn window(self) -> TimeDelta {
        match self {
            Rule::GatewayAvailability => TimeDelta::minutes(15),
            Rule::FactoryTimeouts => TimeDelta::minutes(30),
            Rule::OtaFailures | Rule::VssFailures | Rule::NotificationFailures => TimeDelta::hours(1),
            Rule::FinalPaymentFailures
            | Rule::FirstAttemptSuccess
            | Rule::MeanAttempts
            | Rule::Escalations
            | Rule::TimeToActivation => TimeDelta::days(1),
            Rule::NeverSucceeding | Rule::FailedAfterSettlement => TimeDelta::days(7),
        }
    }

    /// The smallest sample that says something. A system that rests is probed once a minute: its rules must do with few
    /// calls.
    pub const fn minimum(self) -> i64 {
        match self {
            Rule::GatewayAvailability | Rule::FactoryTimeouts | Rule::VssFailures => 5,
            Rule::FinalPaymentFailures => 10,
            Rule::OtaFailures
            | Rule::NotificationFailures
            | Rule::FirstAttemptSuccess
            | Rule::MeanAttempts
            | Rule::Escalations
            | Rule::TimeToActivation => 20,
            Rule::NeverSucceeding => 100,
            // It must never happen: the first one counts.
            Rule::FailedAfterSettlement => 1,
        }
    }

    /// How long it must be broken before it fires.
    pub const fn patience(self) -> TimeDelta {
        match self.severity() {
            Severity::Critical => TimeDelta::minutes(2),
            Severity::High => TimeDelta::minutes(5),
            Severity::Medium => TimeDelta::minutes(10),
            Severity::Health => TimeDelta::minutes(30),
        }
    }

    /// Where it breaks.
    pub const fn limit(self) -> Limit {
        match self {
            Rule::OtaFailures | Rule::Escalations => Limit::Above(5, 100),
            Rule::GatewayAvailability | Rule::FirstAttemptSuccess => Limit::Below(95, 100),
            Rule::FactoryTimeouts => Limit::Above(10, 100),
            Rule::VssFailures => Limit::Above(20, 100),
            Rule::NotificationFailures => Limit::Above(2, 100),
            Rule::FinalPaymentFailures => Limit::Above(15, 100),
            Rule::MeanAttempts => Limit::Above(2, 1),
            Rule::TimeToActivation => Limit::Above(15 * 60 * 1000, 1),
            Rule::NeverSucceeding => Limit::Above(1, 100),
            Rule::FailedAfterSettlement => Limit::Above(5, 1000),
        }
    }

    /// What its measure is a figure of.
    pub const fn unit(self) -> Unit {
        match self {
            Rule::MeanAttempts => Unit::Each,
            Rule::TimeToActivation => Unit::Millis,
            _ => Unit::Share,
        }
    }

    /// The outside system it is about, where it is about one.
    pub const fn system(self) -> Option<Outside> {
        match self {
            Rule::GatewayAvailability => Some(Outside::Payments),
            Rule::FactoryTimeouts => Some(Outside::Factory),
            Rule::VssFailures => Some(Outside::Vss),
            Rule::OtaFailures => Some(Outside::Iot),
            _ => None,
        }
    }
}
