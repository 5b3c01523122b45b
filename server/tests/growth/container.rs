//! The container files name what exists: files, ports, settings, versions. No engine to build them with is needed.

use crate::growth::root;
use caas_server::config::{Config, ConfigError, Reader};
use std::collections::{BTreeMap, BTreeSet};

fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The values of a YAML file by their path, `services.app.image`; those of a list together under the list's path. Only as
/// much of YAML as our files use: blocks of keys and lists of plain values.
fn values(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let mut depth = line.len() - line.trim_start().len();
        let mut rest = line.trim();
        path.retain(|(of, _)| *of < depth);
        if let Some(item) = rest.strip_prefix("- ") {
            rest = item;
            depth += 2;
        }
        let here = |path: &[(usize, String)]| path.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(".");
        let is_key = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match rest.strip_suffix(':').map(|key| (key, "")).or_else(|| rest.split_once(": ")) {
            Some((key, value)) if is_key(key) => {
                path.push((depth, key.to_owned()));
                if !value.is_empty() {
                    found.entry(here(&path)).or_default().push(value.trim_matches('"').to_owned());
                    path.pop();
                }
            }
            _ => found.entry(here(&path)).or_default().push(rest.trim_matches('"').to_owned()),
        }
    }
    found
}

/// The names that a file of settings gives, with their values.
fn settings(path: &str) -> BTreeMap<String, String> {
    let text = file(path);
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// Every setting that the program reads.
fn known_settings() -> BTreeSet<String> {
    let mut reader = Reader::of([]);
    Config::read(&mut reader).unwrap();
    let listed = reader.listed().iter().map(ToString::to_string);
    let names = listed.flat_map(|text| {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(n, _)| n.to_owned())
            .collect::<Vec<_>>()
    });
    names.collect()
}

/// The instructions of the container file, one a line.
fn instructions() -> Vec<(String, String)> {
    let text = file("Containerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| line.split_once(' ').unwrap())
        .map(|(verb, rest)| (verb.to_owned(), rest.trim().to_owned()))
        .collect()
}

fn is_pinned(image: &str) -> bool {
    let (_, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    tag.trim_start_matches('v').split(['.', '-']).take(2).filter(|part| part.parse::<u32>().is_ok()).count() == 2
}

#[test]
fn the_container_file_names_what_exists() {
    let instructions = instructions();
    let all = |verb: &str| -> std::vec::IntoIter<String> {
        let of_it = instructions.iter().filter(|(of, _)| of == verb);
        of_it.map(|(_, rest)| rest.clone()).collect::<Vec<_>>().into_iter()
    };
    for image in all("FROM") {
        let image = image.split(' ').next().unwrap().to_owned();
        assert!(is_pinned(&image), "{image}");
    }
    let rust = all("FROM").next().unwrap();
    let wanted =
        file("Cargo.toml").lines().find_map(|line| line.strip_prefix("rust-version = \"").map(str::to_owned)).unwrap();
    assert!(rust.contains(&format!("rust:{}.", wanted.trim_end_matches('"'))), "{rust} builds what wants {wanted}");
    for copied in all("COPY").filter(|copied| !copied.starts_with("--from")) {
        let names: Vec<&str> = copied.split(' ').collect();
        for name in &names[..names.len() - 1] {
            assert!(root().join(name).exists(), "{name}");
        }
    }
    // What it runs while building, the scripts still have.
    let lib = file("scripts/lib.sh");
    for function in ["ensure_wasm_target", "ensure_leptos_tools", "ensure_npm_packages"] {
        assert!(lib.contains(&format!("{function}()")) && all("RUN").any(|run| run.contains(function)), "{function}");
    }
    assert!(all("RUN").any(|run| run == "scripts/build.sh --release"));
    // Settings are settings; the program finds its site; nobody is root, and no secret is baked in.
    let known = known_settings();
    let given: BTreeMap<String, String> = all("ENV")
        .flat_map(|env| {
            env.split_whitespace()
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect();
    for (name, value) in &given {
        assert!(known.contains(name) || name == "LEPTOS_HASH_FILES", "{name}");
        assert!(!["TOKEN", "SECRET", "KEY", "PASSWORD"].iter().any(|word| name.contains(word)), "{name}={value}");
    }
    assert_eq!(given["CAAS_ENV"], "production");
    let port = &given["PORT"];
    assert_eq!(all("EXPOSE").collect::<Vec<_>>(), std::slice::from_ref(port));
    let health = all("HEALTHCHECK").next().unwrap();
    assert!(health.contains(&format!("http://127.0.0.1:{port}/readyz")), "{health}");
    assert!(
        all("COPY").any(|copied| copied.ends_with(&given["LEPTOS_SITE_ROOT"])),
        "the site stands where it is looked for"
    );
    assert_eq!(all("USER").last().as_deref(), Some("caas"));
    for hidden in ["target", "**/*.env", "**/*.db", ".git"] {
        assert!(file(".containerignore").lines().any(|line| line == hidden), "{hidden} would go into the image");
    }
}

#[test]
fn the_compose_file_names_what_exists() {
    let compose = values(&file("compose.yaml"));
    let one = |path: &str| compose.get(path).unwrap_or_else(|| panic!("no {path}"))[0].clone();
    for (path, value) in &compose {
        if path.ends_with(".image") && value[0] != "caas:local" {
            assert!(is_pinned(&value[0]), "{path}: {}", value[0]);
        }
        if path.ends_with(".volumes") {
            for volume in value {
                let from = volume.split(':').next().unwrap();
                let exists = if from.starts_with('.') {
                    root().join(from).exists()
                } else {
                    file("compose.yaml").contains(&format!("\n  {from}:\n"))
                };
                assert!(exists, "{path}: {volume}");
            }
        }
        if path.ends_with(".env_file") {
            assert!(root().join(format!("{}.example", value[0])).is_file(), "{path}: {}", value[0]);
            assert!(
                file(".gitignore").lines().any(|line| line == "/ops/containers/*.env"),
                "settings are never committed"
            );
        }
    }
    assert!(root().join(one("services.app.build.dockerfile")).is_file());
    // Ports: the app's own behind the published one, the app's where Prometheus asks, Prometheus' where Grafana asks.
    let port = instructions().into_iter().find_map(|(verb, rest)| (verb == "EXPOSE").then_some(rest)).unwrap();
    assert_eq!(one("services.app.ports").rsplit(':').next(), Some(port.as_str()));
    assert!(file("ops/prometheus/prometheus.yml").contains(&format!("\"127.0.0.1:{port}\"")));
    assert_eq!(one("services.prometheus.network_mode"), "service:app", "/metrics answers to its machine only");
    let source = values(&file("ops/grafana/provisioning/datasources/prometheus.yaml"));
    assert_eq!(
        (source["datasources.type"][0].as_str(), source["datasources.url"][0].as_str()),
        ("prometheus", "http://app:9090")
    );
    // The dashboard stands where its provider looks.
    let provider = values(&file("ops/grafana/provisioning/dashboards/caas.yaml"));
    let folder = &provider["providers.options.path"][0];
    assert!(
        compose["services.grafana.volumes"]
            .iter()
            .any(|v| v.starts_with("./ops/grafana/caas.json:") && v.contains(folder.as_str()))
    );
}

#[test]
fn the_files_of_settings_ask_for_all_that_production_needs() {
    let (known, app) = (known_settings(), settings("ops/containers/caas.env.example"));
    for name in app.keys() {
        assert!(known.contains(name), "{name} is no setting");
    }
    let Err(ConfigError::Missing(missing)) = Config::read(&mut Reader::of([("CAAS_ENV", "production")])) else {
        panic!("production starts without any setting");
    };
    for name in missing {
        assert!(app.contains_key(&name), "{name} is not asked for");
    }
    let postgres = settings("ops/containers/postgres.env.example");
    let database = url::Url::parse(&app["DATABASE_URL"]).unwrap();
    assert_eq!(database.username(), postgres["POSTGRES_USER"]);
    assert_eq!(database.path(), format!("/{}", postgres["POSTGRES_DB"]));
    assert_eq!(database.host_str(), Some("postgres"), "the service of the compose file");
    for path in ["caas", "postgres", "grafana"] {
        for (name, value) in settings(&format!("ops/containers/{path}.env.example")) {
            let is_secret = ["TOKEN", "SECRET", "PASSWORD"].iter().any(|word| name.ends_with(word));
            assert!(!is_secret || value.is_empty(), "{name} has a value that somebody would keep");
        }
    }
}
