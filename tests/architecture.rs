//! `ARCHITECTURE.md` says what the code does: its diagrams are made from it (`CAAS_WRITE_DIAGRAMS=1 cargo test` writes
//! them anew), and its table of rooms names every arrow between them.

use caas::activation::manual::{ManualEvent, ManualState};
use caas::activation::model::{ActivationEvent, ActivationState};
use caas::payments::chargebacks::{TaskEvent, TaskState};
use caas::payments::model::{PaymentEvent, PaymentState};
use caas::sales::delivery::model::{DeliveryEvent, DeliveryState};
use caas::sales::model::{OrderEvent, OrderStatus};
use caas::sales::registration::model::{RegistrationEvent, RegistrationState};
use caas::subscriptions::model::{
    DebtEvent, DebtState, InvoiceEvent, InvoiceState, SubscriptionEvent, SubscriptionStatus,
};
use caas::support::model::{TicketEvent, TicketStatus};
use std::collections::BTreeSet;
use std::fmt::{Debug, Display, Write as _};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there")
}

fn diagram<S: Copy + Display + PartialEq, E: Copy + Debug>(
    start: S,
    states: &[S],
    events: &[E],
    next: impl Fn(S, E) -> Option<S>,
) -> String {
    let mut text = format!("```mermaid\nstateDiagram-v2\n    [*] --> {start}\n");
    for &state in states {
        let mut is_end = true;
        for &event in events {
            if let Some(after) = next(state, event) {
                is_end = false;
                let _ = writeln!(text, "    {state} --> {after}: {event:?}");
            }
        }
        if is_end {
            let _ = writeln!(text, "    {state} --> [*]");
        }
    }
    text.push_str("```\n");
    text
}

fn check(name: &str, made: &str) {
    let page = page();
    let (begin, end) = (format!("<!-- diagram: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&begin).expect("the diagram has its place");
    let (found, after) = rest.split_once(&end).expect("the diagram's place ends");
    if std::env::var_os("CAAS_WRITE_DIAGRAMS").is_some() {
        std::fs::write(root().join("ARCHITECTURE.md"), format!("{before}{begin}{made}{end}{after}"))
            .expect("ARCHITECTURE.md can be written");
    } else {
        assert_eq!(found, made, "the diagram `{name}` is not what the code says: write it anew");
    }
}

#[test]
fn the_diagrams_show_what_the_code_does() {
    let activation =
        diagram(ActivationState::PurchaseInitiated, ActivationState::ALL, ActivationEvent::ALL, |state, event| {
            state.on(event).ok()
        });
    check("activation", &activation);
    let payment = diagram(PaymentState::Initiated, PaymentState::ALL, PaymentEvent::ALL, |state, event| {
        state.on(event).ok().map(|(next, _)| next)
    });
    check("payment", &payment);
    let ticket = diagram(TicketStatus::Open, TicketStatus::ALL, TicketEvent::ALL, |state, event| state.on(event).ok());
    check("ticket", &ticket);
    let manual = diagram(ManualState::Offered, ManualState::ALL, ManualEvent::ALL, |state, event| state.on(event));
    check("manual", &manual);
    let order = diagram(OrderStatus::Draft, OrderStatus::ALL, OrderEvent::ALL, |state, event| state.on(event).ok());
    check("order", &order);
    let registration =
        diagram(RegistrationState::PendingPayment, RegistrationState::ALL, RegistrationEvent::ALL, |state, event| {
            state.on(event).ok()
        });
    check("registration", &registration);
    let delivery =
        diagram(DeliveryState::Requested, DeliveryState::ALL, DeliveryEvent::ALL, |state, event| state.on(event).ok());
    check("delivery", &delivery);
    let subscription =
        diagram(SubscriptionStatus::Active, SubscriptionStatus::ALL, SubscriptionEvent::ALL, |state, event| {
            state.on(event)
        });
    check("subscription", &subscription);
    check(
        "invoice",
        &diagram(InvoiceState::Issued, InvoiceState::ALL, InvoiceEvent::ALL, |state, event| state.on(event)),
    );
    check("chargeback", &diagram(TaskState::Open, TaskState::ALL, TaskEvent::ALL, |state, event| state.on(event)));
    check("debt", &diagram(DebtState::Open, DebtState::ALL, DebtEvent::ALL, |state, event| state.on(event)));
}

/// A room as the table shows it: its name, and what it leans on besides the kernel.
type Row = (String, BTreeSet<String>);

/// The table of rooms, in its order.
fn rows() -> Vec<Row> {
    let page = page();
    let (_, table) = page.split_once("| room | what it is | leans on |\n|---|---|---|\n").expect("the table is there");
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (name, _, leans_on) = (cells.next()?, cells.next()?, cells.next()?);
        let leans_on = leans_on.split(", ").filter(|other| *other != "–");
        Some((name.trim_matches('`').to_owned(), leans_on.map(|other| other.trim_matches('`').to_owned()).collect()))
    };
    table.lines().take_while(|line| line.starts_with('|')).map(|line| row(line).expect("three cells")).collect()
}

/// The files of a room.
fn files(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_file() {
        into.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).expect("a folder of the sources") {
        files(&entry.expect("an entry").path(), into);
    }
}

/// What a room leans on: every other room that its files name. A room further down the table lends its words only
/// (`model`: types without I/O), which is told apart.
fn leans_on(room: usize, rows: &[Row]) -> BTreeSet<String> {
    let name = &rows[room].0;
    let (folder, file) = (root().join("src").join(name), root().join("src").join(format!("{name}.rs")));
    let mut paths = Vec::new();
    files(if folder.is_dir() { &folder } else { &file }, &mut paths);
    let mut found = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a source file");
        assert!(!text.contains("use crate::{"), "{}: one `use` a room, so that its arrows can be read", path.display());
        for named in text.split("crate::").skip(1) {
            let end = named.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(named.len());
            let Some(other) = rows.iter().position(|(other, _)| *other == named[..end]) else { continue };
            if other == room || rows[other].0 == "kernel" {
                continue;
            }
            let words = other > room && named[end..].starts_with("::model");
            found.insert(if words { format!("{}::model", rows[other].0) } else { rows[other].0.clone() });
        }
    }
    found
}

#[test]
fn the_rooms_lean_on_each_other_as_the_table_says_and_never_in_a_circle() {
    let rows = rows();
    let listed: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let there: Vec<String> = std::fs::read_dir(root().join("src"))
        .expect("the sources are there")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| !["lib", "platform"].contains(&name.as_str()))
        .collect();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed, "every room has its row");
    for (at, (name, said)) in rows.iter().enumerate() {
        assert_eq!(&leans_on(at, &rows), said, "what `{name}` leans on is not what the table says");
        for other in said.iter().filter(|other| !other.ends_with("::model")) {
            let above = rows[..at].iter().any(|(above, _)| above == other);
            assert!(above, "`{name}` leans on `{other}`, which stands below it in the table");
        }
    }
}
