//! What is compared: both sides' books after the end, without what a cut may change (ids, times, numbers of attempts).

use crate::crash::telephone::Telephone;
use caas::Caas;
use caas::activation::model::ActivationState;
use caas::kernel::ids::ActivationId;
use caas::payments::model::PaymentState;
use caas::sql;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::world::iot::model::{CommandKind, CommandStatus};
use caas_sandbox::{Operation, Sandbox};
use caas_server::demo::DEMO_CARS;
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    /// How many orders there are, and how this one stands.
    pub orders: i64,
    pub activation: String,
    pub final_result: Option<String>,
    pub payment: String,
    /// Captured and refunded, as we know it.
    pub money: (i64, i64),
    /// Requests that move money: kind and state.
    pub operations: Vec<(String, String)>,
    /// Movement, account, debit, credit.
    pub ledger: Vec<(String, String, i64, i64)>,
    /// The gateway's payments: state, and what the customer really paid.
    pub held: Vec<PaymentStatus>,
    pub net_cents: u64,
    /// How often the gateway did what it was asked: holds, captures, reversals, refunds.
    pub gateway_did: [usize; 4],
    /// Commands to switch on that the car carried out; none may follow a confirmed one.
    pub confirmed_commands: u64,
    pub command_after_confirmed: bool,
    /// Whether the car has the service in the end.
    pub in_the_car: bool,
    /// Confirmations kept as evidence.
    pub evidence: i64,
    /// Event, channel, status.
    pub notifications: Vec<(String, String, String)>,
    /// Mails by `Message-ID`. The same mail may have left twice, never another one.
    pub mails: usize,
    /// Text messages at telephones: the provider takes each key once.
    pub texts: usize,
    /// Push messages by `Topic`, which a browser shows once. As with mail, the same one may have been handed over twice:
    /// the protocol knows no way to ask.
    pub shown: usize,
    pub tickets: Vec<(String, String)>,
    /// The customer's story of the payment, step by step.
    pub payment_story: Vec<(String, Option<String>, Option<String>)>,
    /// The steps of the order; attempts may be more.
    pub order_story: BTreeSet<(String, Option<String>, Option<String>)>,
    /// Switching off: reason and state.
    pub deactivations: Vec<(String, String)>,
    /// Cars that seem to be busy with a command.
    pub busy_cars: i64,
    pub dead_jobs: i64,
    /// Attempts without an end.
    pub open_attempts: i64,
    /// What `caas verify` finds.
    pub broken_promises: Vec<String>,
}

/// How order and payment stand.
pub async fn states(caas: &Caas, order: ActivationId) -> (ActivationState, PaymentState) {
    let mut tx = caas.db.read().await.unwrap();
    let (activation, payment) = sql!(
        &mut tx,
        one(String, String),
        "SELECT a.current_state, p.state FROM service_activations a JOIN payments p ON p.id = a.payment_id
         WHERE a.service_activation_id = $1",
        order
    )
    .unwrap();
    (activation.parse().unwrap(), payment.parse().unwrap())
}

/// Jobs that are to run soon, or run. Later than that the engine only looks whether a callback has come, and it has. A
/// callback that fits nothing waits for days: its command's id died with the process, and the car's status has told all.
pub async fn work_left(caas: &Caas) -> i64 {
    let mut tx = caas.db.read().await.unwrap();
    let soon = caas.now() + TimeDelta::seconds(10);
    let (count,) = sql!(
        &mut tx,
        one(i64,),
        "SELECT COUNT(*) FROM jobs WHERE died_at IS NULL AND (due_at <= $1 OR leased_until IS NOT NULL)
             AND NOT (kind = 'inbox.interpret_webhook' AND due_at > $2)",
        soon,
        caas.now()
    )
    .unwrap();
    count
}

/// Webhooks that had no effect yet.
pub async fn unread_webhooks(caas: &Caas) -> i64 {
    let mut tx = caas.db.read().await.unwrap();
    let (count,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM webhook_inbox WHERE state <> 'PROCESSED'").unwrap();
    count
}

pub async fn read(caas: &Caas, sandbox: &Sandbox, telephone: &Telephone, order: ActivationId, folder: &Path) -> Books {
    let mut tx = caas.db.read().await.unwrap();
    let tx = &mut tx;
    let (orders,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM service_activations").unwrap();
    let (activation, final_result, payment, captured, refunded, settlement) = sql!(
        tx,
        one(String, Option<String>, String, i64, i64, String),
        "SELECT a.current_state, a.final_result, p.state, p.captured_cents, p.refunded_cents, p.settlement
             FROM service_activations a JOIN payments p ON p.id = a.payment_id WHERE a.service_activation_id = $1",
        order
    )
    .unwrap();
    assert!(settlement == "PENDING" || captured == 0, "settled within seconds? {settlement}");
    let count = async |tx: &mut caas::kernel::database::Tx, query: &'static str| {
        let (count,) = sql!(tx, one(i64,), query).unwrap();
        count
    };
    let pairs =
        async |tx: &mut caas::kernel::database::Tx, query: &'static str| sql!(tx, all(String, String), query).unwrap();
    Books {
        orders,
        activation,
        final_result,
        payment,
        money: (captured, refunded),
        operations: pairs(tx, "SELECT kind, state FROM payment_operations ORDER BY kind, state").await,
        ledger: sql!(tx, all (String, String, i64, i64),
            "SELECT movement, account, debit_cents, credit_cents FROM ledger_entries ORDER BY movement, account, debit_cents")
        .unwrap(),
        held: sandbox.payments().iter().map(|payment| payment.status).collect(),
        net_cents: sandbox.payments().iter().map(caas_sandbox::world::gateway::model::Payment::net_cents).sum(),
        gateway_did: [
            Operation::InitiatePayment,
            Operation::CapturePayment,
            Operation::CancelPayment,
            Operation::RefundPayment,
        ]
        .map(|operation| done(sandbox, operation)),
        confirmed_commands: completed(sandbox),
        command_after_confirmed: commands_on(sandbox).skip_while(|status| *status != CommandStatus::Completed).count() > 1,
        in_the_car: is_in_the_car(sandbox),
        evidence: count(tx, "SELECT COUNT(*) FROM delivery_confirmations").await,
        notifications: sql!(tx, all (String, String, String),
            "SELECT event, channel, status FROM notifications ORDER BY event, channel")
        .unwrap(),
        mails: mails(folder),
        texts: sandbox.text_messages().len(),
        shown: telephone.shown(),
        tickets: pairs(tx, "SELECT number, reason FROM tickets ORDER BY number").await,
        payment_story: sql!(tx, all (String, Option<String>, Option<String>),
            "SELECT kind, before_state, after_state FROM expediente_entries WHERE subject_kind = 'PAYMENT' ORDER BY seq")
        .unwrap(),
        order_story: sql!(tx, all (String, Option<String>, Option<String>),
            "SELECT kind, before_state, after_state FROM expediente_entries WHERE subject_kind = 'ACTIVATION' ORDER BY seq")
        .unwrap()
        .into_iter()
        .filter(|(_, before, after)| {
            let back_to_support = before.as_deref() == Some("MANUAL_ACTIVATION_ATTEMPT")
                && after.as_deref() == Some("AWAITING_SUPPORT_RESOLUTION");
            !back_to_support && ![before, after].iter().any(|state| is_retry(state.as_deref()))
        })
        .collect(),
        deactivations: pairs(tx, "SELECT reason, state FROM deactivations ORDER BY reason").await,
        busy_cars: count(tx, "SELECT COUNT(*) FROM vehicle_commands").await,
        dead_jobs: count(tx, "SELECT COUNT(*) FROM jobs WHERE died_at IS NOT NULL").await,
        open_attempts: count(tx, "SELECT COUNT(*) FROM activation_attempts WHERE attempt_result IS NULL").await,
        broken_promises: caas::verify::broken_promises(tx).await.unwrap(),
    }
}

/// A cut between writing an attempt down and sending it costs an attempt, by hand as well.
fn is_retry(state: Option<&str>) -> bool {
    matches!(state, Some("RETRY_SCHEDULED" | "ATTEMPT_FAILED"))
}

pub(super) fn done(sandbox: &Sandbox, operation: Operation) -> usize {
    let executed = |status: Option<u16>| status.is_some_and(|status| (200..300).contains(&status));
    sandbox.calls_seen().iter().filter(|call| call.operation == operation && executed(call.status) && !call.hit).count()
}

fn commands_on(sandbox: &Sandbox) -> impl Iterator<Item = CommandStatus> {
    sandbox.commands().into_iter().filter(|command| command.kind == CommandKind::Activate).map(|command| command.status)
}

fn completed(sandbox: &Sandbox) -> u64 {
    commands_on(sandbox).map(|status| u64::from(status == CommandStatus::Completed)).sum()
}

fn is_in_the_car(sandbox: &Sandbox) -> bool {
    let code = sandbox.commands().first().map(|command| command.service_id.clone());
    let car = sandbox.vehicles().into_iter().find(|car| car.spec.vin.as_str() == DEMO_CARS[0].vin).unwrap();
    code.is_some_and(|code| car.is_active(&code))
}

/// Different mails in the process's own mailbox, which it keeps beside its database or in `data`.
pub(super) fn mails(folder: &Path) -> usize {
    let kept = [folder.join("sandbox.json"), folder.join("data/sandbox.json")];
    let Some(text) = kept.iter().find_map(|path| std::fs::read_to_string(path).ok()) else { return 0 };
    let world: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mails = world["mailbox"]["mails"].as_array().unwrap_or_else(|| panic!("no mailbox in the snapshot"));
    mails.iter().map(|mail| mail["messageId"].to_string()).collect::<BTreeSet<_>>().len()
}
