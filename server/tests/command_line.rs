//! The program itself: its settings, its exit codes.

use std::process::{Command, Output};

fn caas(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caas"))
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("the program can be run")
}

#[test]
fn a_wrong_value_is_one_line_and_exit_code_2() {
    for (name, value) in [("PORT", "many"), ("CAAS_ENV", "staging"), ("CAAS_IOT_URL", "nowhere")] {
        let output = caas(&["serve"], &[(name, value)]);
        assert_eq!(output.status.code(), Some(2));
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.contains(name) && line.trim_end().lines().count() == 1, "{line}");
    }
}

#[test]
fn production_does_not_start_with_gaps_and_has_no_sandbox() {
    let output = caas(&["serve"], &[("CAAS_ENV", "production"), ("CAAS_PAYMENTS_TOKEN", "t")]);
    assert_eq!(output.status.code(), Some(2));
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.contains("CAAS_PAYMENTS_URL") && line.contains("CAAS_VSS_URL"), "{line}");
    for command in ["sandbox", "seed-demo"] {
        assert_eq!(caas(&[command], &[("CAAS_ENV", "production")]).status.code(), Some(2), "{command}");
    }
}

#[test]
fn config_lists_every_setting_and_hides_secrets() {
    let output = caas(&["config"], &[("CAAS_IOT_TOKEN", "hunter2"), ("PORT", "4000")]);
    assert!(output.status.success());
    let list = String::from_utf8(output.stdout).unwrap();
    for line in ["PORT=4000", "CAAS_IOT_TOKEN=(set, hidden)", "CAAS_OTA_MAX_RETRY_ATTEMPTS=5", "CAAS_SMS_URL="] {
        assert!(list.lines().any(|found| found == line), "{line} is not in\n{list}");
    }
    assert!(!list.contains("hunter2"));
}
