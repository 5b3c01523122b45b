//! Reads settings one by one, and remembers what each is for.

use super::Secret;
use chrono::TimeDelta;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// What is wrong with the configuration, in one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that can't be used.
    #[error("{name}: {problem}")]
    Wrong {
        /// The setting.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Production lacks settings.
    #[error("CAAS_ENV=production needs every outside system; not set: {}", .0.join(", "))]
    Missing(Vec<String>),
}

impl ConfigError {
    /// A setting with a value that can't be used.
    pub fn wrong(name: &str, problem: impl fmt::Display) -> ConfigError {
        ConfigError::Wrong { name: name.to_owned(), problem: problem.to_string() }
    }
}

/// One setting as `caas config` prints it.
#[derive(Debug)]
pub struct Listed {
    name: String,
    shown: String,
    default: String,
    about: String,
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.default.is_empty() { "(none)" } else { &self.default };
        writeln!(f, "# {} Default: {default}", with_full_stop(&self.about))?;
        writeln!(f, "{}={}", self.name, self.shown)
    }
}

fn with_full_stop(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// Gives settings out and keeps the list of them.
pub struct Reader {
    values: HashMap<String, String>,
    listed: Vec<Listed>,
}

impl Reader {
    /// Of this process's environment.
    pub fn of_process() -> Reader {
        // An empty value is the same as none, so that a script can pass on what may be unset.
        Reader { values: std::env::vars().filter(|(_, value)| !value.trim().is_empty()).collect(), listed: Vec::new() }
    }

    /// Of given values, for tests.
    pub fn of<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Reader {
        Reader { values: values.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(), listed: Vec::new() }
    }

    /// Every setting asked for so far.
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Whether a value was given.
    pub fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn take(&mut self, name: &str, default: &str, about: &str, secret: bool) -> String {
        let given = self.values.get(name).map(|value| value.trim().to_owned());
        let shown = match &given {
            Some(_) if secret => "(set, hidden)".to_owned(),
            Some(value) => value.clone(),
            None => default.to_owned(),
        };
        self.listed.push(Listed { name: name.to_owned(), shown, default: default.to_owned(), about: about.to_owned() });
        given.unwrap_or_else(|| default.to_owned())
    }

    /// A text.
    pub fn text(&mut self, name: &str, default: &str, about: &str) -> String {
        self.take(name, default, about, false)
    }

    /// A text that may hold a password.
    pub fn secret_text(&mut self, name: &str, default: &str, about: &str) -> String {
        self.take(name, default, about, true)
    }

    /// Anything that parses.
    pub fn value<T>(&mut self, name: &str, default: &str, about: &str) -> Result<T, ConfigError>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.take(name, default, about, false);
        text.parse().map_err(|error| ConfigError::wrong(name, format!("`{text}` is no good: {error}")))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(
        &mut self,
        name: &str,
        default: &str,
        about: &str,
        choices: &[(&str, T)],
    ) -> Result<T, ConfigError> {
        let text = self.take(name, default, about, false);
        choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            ConfigError::wrong(name, format!("`{text}` is none of {}", words.join(", ")))
        })
    }

    /// Values separated by commas; none by default.
    pub fn list<T>(&mut self, name: &str, about: &str) -> Result<Vec<T>, ConfigError>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.take(name, "", about, false);
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|error| ConfigError::wrong(name, format!("`{part}` is no good: {error}"))))
            .collect()
    }

    /// A number of seconds, at least one.
    pub fn seconds(&mut self, name: &str, default: &str, about: &str) -> Result<TimeDelta, ConfigError> {
        self.count(name, default, about).map(TimeDelta::seconds)
    }

    /// A number of minutes, at least one.
    pub fn minutes(&mut self, name: &str, default: &str, about: &str) -> Result<TimeDelta, ConfigError> {
        self.count(name, default, about).map(TimeDelta::minutes)
    }

    fn count(&mut self, name: &str, default: &str, about: &str) -> Result<i64, ConfigError> {
        let count: u32 = self.value(name, default, about)?;
        if count == 0 { Err(ConfigError::wrong(name, "at least 1 is needed")) } else { Ok(count.into()) }
    }

    /// A base address of an outside system, if given.
    pub fn url(&mut self, name: &str, about: &str) -> Result<Option<Url>, ConfigError> {
        let text = self.take(name, "", about, false);
        parse_url(name, &text, &["http", "https"])
    }

    /// An address that may hold a password, if given.
    pub fn secret_url(&mut self, name: &str, about: &str) -> Result<Option<Url>, ConfigError> {
        let text = self.take(name, "", about, true);
        parse_url(name, &text, &["smtp", "smtps"])
    }

    /// A secret, if given.
    pub fn secret(&mut self, name: &str, about: &str) -> Option<Secret> {
        let text = self.take(name, "", about, true);
        (!text.is_empty()).then(|| Secret::new(text))
    }
}

fn parse_url(name: &str, text: &str, schemes: &[&str]) -> Result<Option<Url>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    // The text itself is not repeated: it may hold a password.
    let url = Url::parse(text).map_err(|error| ConfigError::wrong(name, error))?;
    if !schemes.contains(&url.scheme()) || url.host_str().is_none() {
        return Err(ConfigError::wrong(name, format!("it must begin with {}://", schemes.join(":// or "))));
    }
    Ok(Some(url))
}
