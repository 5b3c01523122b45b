//! How the factory is asked: when it is tried again, and how long it may take.

use super::{ConfigError, Reader};
use caas::sales::factory::rules::FactoryPolicy;
use chrono::TimeDelta;

/// The settings of the factory, with the defaults of the rulebook (§3, §13).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorySettings {
    /// When it is tried again.
    pub policy: FactoryPolicy,
    /// How long it may take for an answer.
    pub timeout: TimeDelta,
}

impl FactorySettings {
    pub(super) fn read(from: &mut Reader) -> Result<FactorySettings, ConfigError> {
        let (attempts, multiplier) = ("CAAS_FACTORY_MAX_ATTEMPTS", "CAAS_FACTORY_BACKOFF_MULTIPLIER");
        let max_attempts: u16 = from.value(attempts, "10", "Requests to the factory before people order by phone")?;
        if max_attempts < 1 {
            return Err(ConfigError::wrong(attempts, "at least 1 is needed"));
        }
        let timeout =
            from.seconds("CAAS_FACTORY_TIMEOUT_SECONDS", "30", "How long the factory may take for an answer")?;
        let initial_backoff =
            from.seconds("CAAS_FACTORY_INITIAL_BACKOFF_SECONDS", "60", "Wait after the first request that failed")?;
        let factor: f64 = from.value(multiplier, "2.0", "How much longer each further wait for the factory is")?;
        if !(1.0..=100.0).contains(&factor) {
            return Err(ConfigError::wrong(multiplier, "it must lie between 1 and 100"));
        }
        let max_backoff =
            from.seconds("CAAS_FACTORY_MAX_BACKOFF_SECONDS", "3600", "No wait for the factory is longer")?;
        Ok(FactorySettings {
            policy: FactoryPolicy {
                max_attempts: max_attempts.into(),
                initial_backoff,
                multiplier: factor,
                max_backoff,
                ..FactoryPolicy::default()
            },
            timeout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<FactorySettings, ConfigError> {
        FactorySettings::read(&mut Reader::of(pairs))
    }

    #[test]
    fn the_defaults_are_the_rulebooks() {
        let defaults = FactorySettings { policy: FactoryPolicy::default(), timeout: TimeDelta::seconds(30) };
        assert_eq!(read([]).unwrap(), defaults);
    }

    #[test]
    fn every_setting_counts() {
        let settings = read([
            ("CAAS_FACTORY_MAX_ATTEMPTS", "3"),
            ("CAAS_FACTORY_TIMEOUT_SECONDS", "5"),
            ("CAAS_FACTORY_INITIAL_BACKOFF_SECONDS", "10"),
            ("CAAS_FACTORY_BACKOFF_MULTIPLIER", "3"),
            ("CAAS_FACTORY_MAX_BACKOFF_SECONDS", "60"),
        ])
        .unwrap();
        assert_eq!((settings.policy.max_attempts, settings.timeout), (3, TimeDelta::seconds(5)));
        let waits = [1, 2, 3].map(|attempts| settings.policy.backoff(attempts).num_seconds());
        assert_eq!(waits, [10, 30, 60]);
    }

    #[test]
    fn what_can_not_be_is_refused() {
        for (name, value) in [
            ("CAAS_FACTORY_MAX_ATTEMPTS", "0"),
            ("CAAS_FACTORY_TIMEOUT_SECONDS", "0"),
            ("CAAS_FACTORY_BACKOFF_MULTIPLIER", "0.5"),
            ("CAAS_FACTORY_MAX_BACKOFF_SECONDS", "-1"),
        ] {
            let line = read([(name, value)]).unwrap_err().to_string();
            assert!(line.starts_with(name), "{line}");
        }
    }
}
