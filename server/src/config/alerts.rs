//! Who is mailed when an alert fires: addresses by team.

use super::{ConfigError, Reader};
use caas::watch::alerts::model::{AlertPolicy, Team};

pub(super) fn read(from: &mut Reader) -> Result<AlertPolicy, ConfigError> {
    let mut policy = AlertPolicy::default();
    for &team in Team::ALL {
        let setting = format!("CAAS_ALERT_MAIL_{team}");
        let about = format!(
            "Addresses that are mailed about alerts of the team {team}, separated by commas; empty: only the page tells"
        );
        let addresses: Vec<String> = from.list(&setting, &about)?;
        if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
            return Err(ConfigError::wrong(&setting, format!("`{wrong}` is no address")));
        }
        policy.addresses.insert(team, addresses);
    }
    Ok(policy)
}

/// Good enough to catch a slip; whether somebody reads there only a mail shows.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_team_has_its_addresses() {
        let read = |value| read(&mut Reader::of([("CAAS_ALERT_MAIL_FINANCE", value)]));
        let policy = read("a@caas.example, b@caas.example").unwrap();
        assert_eq!(policy.addresses[&Team::Finance], ["a@caas.example", "b@caas.example"]);
        assert!(policy.addresses[&Team::Sales].is_empty());
        for wrong in ["a", "@caas.example", "a b@caas.example", "a@caas"] {
            let line = read(wrong).unwrap_err().to_string();
            assert!(line.starts_with("CAAS_ALERT_MAIL_FINANCE"), "{line}");
        }
    }
}
