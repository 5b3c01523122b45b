//! The diagrams in `ARCHITECTURE.md` are made from the code. `CAAS_WRITE_DIAGRAMS=1 cargo test` writes them anew.

use caas::activation::manual::{ManualEvent, ManualState};
use caas::activation::model::{ActivationEvent, ActivationState};
use caas::payments::model::{PaymentEvent, PaymentState};
use caas::support::model::{TicketEvent, TicketStatus};
use std::fmt::{Debug, Display, Write as _};
use std::path::Path;

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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = std::fs::read_to_string(&path).expect("ARCHITECTURE.md is there");
    let (begin, end) = (format!("<!-- diagram: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&begin).expect("the diagram has its place");
    let (found, after) = rest.split_once(&end).expect("the diagram's place ends");
    if std::env::var_os("CAAS_WRITE_DIAGRAMS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{made}{end}{after}")).expect("ARCHITECTURE.md can be written");
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
}
