//! Subscriptions: each period is billed after it has ended (*mes vencido*, rulebook §7).
//!
//! What is coming here (signatures; each returns `Result<Result<_, Refusal>>` as in `sales::payment`):
//! `repository::{Subscription, of_customer(tx, customer, id), list_of_customer(tx, customer), of_activation(tx, activation)}`
//! `invoices::{Invoice, InvoiceLine, lines_of(tx, invoice)}`, `debts::{Debt, of_customer, has_unpaid(tx, customer)}`
//! `changes::{cancel_at_period_end(caas, customer, id), cancel_now(caas, customer, id, shown: Money), reactivate(caas,
//! customer, id), change_offer(caas, customer, id, offer, shown: Money), take_back_change(caas, customer, id)}`
//! `changes::{cost_of_ending_now(&Subscription, now) -> UsedDays}`
//! `dunning::{calendar(caas, tx, &Subscription) -> Vec<DunningStep>, pay_now(caas, customer, id, method, form_key),
//! continue_after_authentication(caas, customer, payment) -> bool}`
//! `debts::{pay(caas, customer, debt, method, form_key), hand_to_collection(caas, staff, debt), write_off(caas, staff, debt,
//! reason)}`
//! `end::{end_by_withdrawal(caas, tx, activation, pro_rata_days: Option<i64>), end_now(caas, tx, &mut Subscription, EndReason, Actor)}`
//! `preview::{month_of_customer(tx, customer), totals(tx, from, until, after, limit)}`

pub mod model;
pub mod rules;
