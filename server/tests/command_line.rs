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

/// Something on this machine that answers every request in one way.
fn answering(answer: &'static str) -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_check_names_each_thing_that_is_not_there_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pkg")).unwrap();
    let (site, database) = (folder.path().display().to_string(), folder.path().join("caas.db"));
    let database = format!("sqlite:{}", database.display());
    let iot = answering("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let well = [
        ("DATABASE_URL", database.as_str()),
        ("LEPTOS_SITE_ROOT", &site),
        ("CAAS_IOT_URL", &iot),
        ("CAAS_IOT_TOKEN", "hunter2"),
    ];
    let output = caas(&["config", "--check"], &well);
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{list}");
    for line in [
        "ok     API IoT: it answers (HTTP 401)",
        "ok     factory: the sandbox plays it",
        "ok     mail server: the sandbox keeps mails",
    ] {
        assert!(list.lines().any(|found| found == line), "{line} is not in\n{list}");
    }
    assert!(!std::path::Path::new(database.trim_start_matches("sqlite:")).exists(), "a check makes nothing");

    // Nobody listens at a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (away, mail) = (format!("http://{free}"), format!("smtp://caas:hunter2@{free}?tls=none"));
    let mut ill = Vec::from(well);
    ill.extend([
        ("CAAS_VSS_URL", away.as_str()),
        ("CAAS_VSS_TOKEN", "hunter2"),
        ("CAAS_SMTP_URL", &mail),
        ("LEPTOS_SITE_ROOT", "/nowhere"),
    ]);
    let output = caas(&["config", "--check"], &ill);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let wrong: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("WRONG  ")?.split_once(':'))
        .map(|(subject, _)| subject)
        .collect();
    assert_eq!(wrong, ["built site", "mail server", "maintenance history (VSS)"], "{said}");
    assert!(said.contains("3 of the findings above are wrong") && !said.contains("hunter2"), "{said}");
}
