//! A country's worth of customers, cars and activations, written by SQL: one statement a table, valid references
//! throughout. The same text serves both engines but for what [`Words`] spells out.

use crate::Result;
use crate::billing::Month;
use crate::world::{Engine, Store};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::str::FromStr as _;

/// Activations of a vehicle: one for ever, one that is over, and one for some days.
const OF_A_VEHICLE: u64 = 3;

/// Every tenth of the temporary ones still runs, with a job at its end.
const RUNNING: u64 = 10;

/// Fills a migrated database that holds the demo catalogue.
pub async fn fill(store: &Store, vehicles: u64) -> Result<()> {
    run(store, |words| statements(words, vehicles)).await
}

/// Adds a support case for each of the first activations of a full database, two of three still open.
pub async fn fill_cases(store: &Store, cases: u64) -> Result<()> {
    run(store, |words| cases_of(words, cases)).await
}

/// Adds so many sales of cars to a migrated database that holds the demo world: every fourth at the demo dealer's own
/// dealership, most of them delivered.
pub async fn fill_orders(store: &Store, orders: u64) -> Result<()> {
    run(store, |words| orders_of(words, orders)).await
}

/// Adds so many customers with a car and a subscription each to a migrated database that holds the demo catalogue. None of
/// them is due yet.
pub async fn fill_subscriptions(store: &Store, count: u64, month: &Month) -> Result<()> {
    run(store, |words| subscriptions_of(words, count, month)).await
}

/// The id of the order with this number.
pub fn order_id(number: u64) -> String {
    let hex = format!("01900000000070008{ORDER:03x}{number:012x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Carries out statements that fill a database, as fast as the engine goes.
pub async fn run(store: &Store, statements: impl FnOnce(&Words) -> Vec<String>) -> Result<()> {
    let words = Words { postgres: store.engine == Engine::Postgres };
    let statements = statements(&words);
    if words.postgres {
        let mut connection = PgConnection::connect(&store.url).await?;
        // References hold by construction; asking for each of them takes longer than all the rest.
        connection.execute("SET session_replication_role = replica").await?;
        connection.execute("SET synchronous_commit = off").await?;
        for statement in statements {
            connection.execute(sqlx::query(AssertSqlSafe(statement))).await?;
        }
        // What a bulk load leaves to be done in the background would be counted as the cost of size.
        connection.execute("VACUUM (ANALYZE)").await?;
        connection.execute("CHECKPOINT").await?;
        connection.close().await?;
    } else {
        // Only while filling: if the machine goes down meanwhile, the benchmark is begun again.
        let mut connection = SqliteConnectOptions::from_str(&store.url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false)
            .pragma("cache_size", "-524288")
            .connect()
            .await?;
        for statement in statements {
            connection.execute(sqlx::query(AssertSqlSafe(statement))).await?;
        }
        connection.execute("ANALYZE").await?;
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        connection.close().await?;
    }
    Ok(())
}

/// What the engines spell differently.
pub struct Words {
    /// Whether it is PostgreSQL.
    pub postgres: bool,
}

impl Words {
    /// The id number `number` of a table.
    pub fn id(&self, table: u32, number: &str) -> String {
        let begin = format!("01900000000070008{table:03x}");
        if self.postgres {
            format!("('{begin}' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid")
        } else {
            format!("unhex('{begin}' || printf('%012x', {number}))")
        }
    }

    /// So many seconds after a day in 2025.
    pub fn time(&self, seconds: &str) -> String {
        if self.postgres {
            format!("to_timestamp(1740000000 + ({seconds}))")
        } else {
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', 1740000000 + ({seconds}), 'unixepoch')")
        }
    }

    /// A document.
    pub fn json(&self, text: &str) -> String {
        if self.postgres { format!("'{text}'::jsonb") } else { format!("'{text}'") }
    }

    /// A number with so many digits.
    pub fn digits(&self, number: &str, count: usize) -> String {
        if self.postgres {
            format!("lpad(({number})::text, {count}, '0')")
        } else {
            format!("printf('%0{count}d', {number})")
        }
    }

    /// Rows `n` from 0 to below `count`, under the name `s`.
    pub fn series(&self, count: u64) -> String {
        if self.postgres {
            format!("(SELECT generate_series(0::bigint, {count}::bigint - 1) AS n) s")
        } else {
            format!(
                "(WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n + 1 < {count}) SELECT n FROM r) s"
            )
        }
    }

    /// The payload of the job that ends an activation.
    fn end_payload(&self) -> &'static str {
        if self.postgres {
            "jsonb_build_object('activation', a.service_activation_id::text)"
        } else {
            "json_object('activation', lower(hex(a.service_activation_id)))"
        }
    }

    fn key_of_activation(&self) -> &'static str {
        if self.postgres { "a.service_activation_id::text" } else { "lower(hex(a.service_activation_id))" }
    }
}

const USER: u32 = 1;
const VEHICLE: u32 = 2;
const METHOD: u32 = 3;
const ACTIVATION: u32 = 4;
const PAYMENT: u32 = 5;
const CONFIRMATION: u32 = 6;
const ENTRY: u32 = 7;
const JOB: u32 = 8;
const CASE: u32 = 9;
const MESSAGE: u32 = 10;
const ORDER: u32 = 11;
const PICK_UP: u32 = 12;
const SUBSCRIPTION: u32 = 13;

/// Where the order number `s.n` is: of a hundred, 80 are delivered, 4 came to nothing and 16 are under way.
const STATUS: &str = "CASE WHEN s.n / 4 % 100 < 80 THEN 'DELIVERED' ELSE CASE s.n / 4 % 100
     WHEN 80 THEN 'AWAITING_RESERVATION' WHEN 81 THEN 'RESERVATION_PAID' WHEN 82 THEN 'ORDER_PLACED'
     WHEN 83 THEN 'PRODUCTION_SCHEDULED' WHEN 84 THEN 'PRODUCTION_IN_PROGRESS' WHEN 85 THEN 'QUALITY_CONTROL'
     WHEN 86 THEN 'READY_FOR_SHIPMENT' WHEN 87 THEN 'IN_TRANSIT' WHEN 88 THEN 'AWAITING_FINAL_PAYMENT'
     WHEN 89 THEN 'AWAITING_FINAL_PAYMENT' WHEN 90 THEN 'REGISTRATION' WHEN 91 THEN 'REGISTRATION'
     WHEN 92 THEN 'READY_FOR_DELIVERY' WHEN 93 THEN 'DELIVERY_SCHEDULED' WHEN 94 THEN 'RETURNED_TO_DEALERSHIP'
     WHEN 95 THEN 'ORDER_PLACED' WHEN 96 THEN 'CANCELLED_RESERVATION_FAILED' WHEN 97 THEN 'CANCELLED_FACTORY_REJECTED'
     WHEN 98 THEN 'CANCELLED_PAYMENT_FAILURE' ELSE 'CANCELLED_REGISTRATION' END END";

fn orders_of(words: &Words, orders: u64) -> Vec<String> {
    let (t, j) = (|seconds: &str| words.time(seconds), |text: &str| words.json(text));
    let (id, series) = (words.id(ORDER, "s.n"), words.series(orders));
    let (buyer, car) = (words.id(USER, "s.n + 900000000"), words.id(VEHICLE, "s.n + 900000000"));
    // The demo dealer's own, and the other one.
    let mine = "(SELECT u.dealership_id FROM users u WHERE u.role = 'DEALER' ORDER BY u.id LIMIT 1)";
    let other = "(SELECT d.id FROM dealerships d WHERE d.id <> (SELECT u.dealership_id FROM users u WHERE u.role = 'DEALER' ORDER BY u.id LIMIT 1) LIMIT 1)";
    let at_dealership = format!("CASE WHEN s.n % 4 = 0 THEN {mine} ELSE {other} END");
    let at = t("s.n * 200");
    let is_over = "(s.n / 4 % 100 < 80 OR s.n / 4 % 100 >= 96)";
    vec![
        format!(
            "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
             SELECT {buyer}, 'b' || s.n || '@example.org', 'b' || s.n || '@example.org', 'Buyer ' || s.n, 'CUSTOMER', 'es', 'ES', 'Europe/Madrid', {at}, {at}, {at}
             FROM {series}",
        ),
        format!(
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, dealership_id, assignment_status,
                 inventory_status, purchased_at, stocked_at, created_at, updated_at)
             SELECT {car}, 'VSSZZZBLS' || {vin}, 'LINCE', 'BLUE', '4.10.2',
                 CASE WHEN s.n / 4 % 100 = 98 THEN NULL ELSE {buyer} END, {at_dealership},
                 CASE WHEN s.n / 4 % 100 = 98 THEN 'SIN_ASIGNAR' ELSE 'ASSIGNED_TO_CUSTOMER' END,
                 CASE WHEN s.n / 4 % 100 < 80 THEN 'DELIVERED' WHEN s.n / 4 % 100 = 98 THEN 'DEALERSHIP_STOCK' ELSE 'AWAITING_DELIVERY' END,
                 CASE WHEN s.n / 4 % 100 < 80 THEN {at} ELSE NULL END, CASE WHEN s.n / 4 % 100 = 98 THEN {at} ELSE NULL END, {at}, {at}
             FROM {series}",
            vin = words.digits("s.n", 8),
        ),
        format!(
            "INSERT INTO customer_orders (id, number, dealership_id, customer_id, status, is_over, model_code, colour, options, from_stock,
                 vehicle_id, country, delivery_mode, total_cents, reservation_cents, currency, final_payment_due_at, registered_at,
                 status_at, created_at, updated_at)
             SELECT {id}, 'B-' || s.n, {at_dealership}, {buyer}, {STATUS}, {is_over}, 'LINCE', 'BLUE', {options}, (s.n / 4 % 2 = 0),
                 CASE WHEN s.n / 4 % 100 = 98 THEN NULL ELSE {car} END, 'ES', CASE WHEN s.n / 4 % 2 = 0 THEN 'HOME' ELSE 'PICK_UP' END,
                 3000000, 300000, 'EUR', {due}, {at}, {at}, {at}, {at}
             FROM {series}",
            options = j("[]"),
            due = t("s.n * 200 + 604800"),
        ),
        format!("INSERT INTO order_words (word, order_id, dealership_id) SELECT 'b' || s.n, {id}, {at_dealership} FROM {series}"),
        format!("INSERT INTO order_words (word, order_id, dealership_id) SELECT 'buyer' || s.n, {id}, {at_dealership} FROM {series}"),
        format!("INSERT INTO order_words (word, order_id, dealership_id) SELECT 'buyer', {id}, {at_dealership} FROM {series}"),
        format!(
            "INSERT INTO order_words (word, order_id, dealership_id) SELECT 'vsszzzbls' || {}, {id}, {at_dealership} FROM {series}",
            words.digits("s.n", 8)
        ),
        format!(
            "INSERT INTO factory_orders (order_id, idempotency_key, state, attempts, factory_order_id, queued_at, updated_at)
             SELECT {id}, 'bulk:' || s.n, CASE WHEN s.n / 4 % 100 = 81 THEN 'QUEUED' ELSE 'PLACED' END, 1,
                 CASE WHEN s.n / 4 % 100 = 81 THEN NULL ELSE 'fac_bulk_' || s.n END, {at}, {at}
             FROM {series} WHERE s.n / 4 % 2 = 1"
        ),
        format!(
            "INSERT INTO registrations (order_id, country, state, manual, created_at, updated_at)
             SELECT {id}, 'ES', CASE s.n / 4 % 100 WHEN 90 THEN 'PAYMENT_RECEIVED' WHEN 91 THEN 'UNDER_REVIEW' ELSE 'READY_FOR_DELIVERY' END,
                 (s.n % 3 = 0), {at}, {at}
             FROM {series} WHERE s.n / 4 % 100 < 80 OR s.n / 4 % 100 BETWEEN 90 AND 94"
        ),
        format!(
            "INSERT INTO order_documents (id, order_id, kind, state, name, media_type, size, content, uploaded_by, created_at)
             SELECT {}, {id}, 'IDENTITY', CASE WHEN s.n / 4 % 100 IN (87, 90) THEN 'PROVIDED' ELSE 'ACCEPTED' END, 'dni.pdf', 'application/pdf', 4, {content}, {buyer}, {at}
             FROM {series} WHERE s.n / 4 % 100 < 95",
            words.id(MESSAGE, "s.n + 900000000"),
            content = if words.postgres { "'\x25504446'::bytea" } else { "x'25504446'" },
        ),
        "UPDATE customer_orders SET papers_to_see = TRUE
         WHERE id IN (SELECT order_id FROM order_documents WHERE state = 'PROVIDED')"
            .to_owned(),
        format!(
            "INSERT INTO pick_ups (id, order_id, dealership_id, starts_at, place, state, created_at)
             SELECT {}, {id}, {at_dealership}, {at}, 1, CASE WHEN s.n / 4 % 100 = 93 THEN 'BOOKED' ELSE 'DONE' END, {at}
             FROM {series} WHERE s.n / 4 % 2 = 1 AND (s.n / 4 % 100 < 80 OR s.n / 4 % 100 = 93)",
            words.id(PICK_UP, "s.n"),
        ),
    ]
}

fn subscriptions_of(words: &Words, count: u64, month: &Month) -> Vec<String> {
    let (t, j) = (|seconds: &str| words.time(seconds), |text: &str| words.json(text));
    let series = words.series(count);
    let (user, vehicle) = (words.id(USER, "s.n"), words.id(VEHICLE, "s.n"));
    let (activation, at) = (words.id(ACTIVATION, "s.n"), t("s.n"));
    let ware = "(SELECT service_id, id AS offer_id FROM offers WHERE kind = 'SUBSCRIPTION' ORDER BY id LIMIT 1) w";
    let names = j(r#"{"es":"Servicio","en":"Service"}"#);
    // Long after the benchmark: it says itself when they fall due.
    let later = t("4000000000 - 1740000000");
    let Month { start, end, anchor } = month;
    vec![
        format!(
            "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
             SELECT {user}, 'c' || s.n || '@example.org', 'c' || s.n || '@example.org', 'Customer', 'CUSTOMER', 'es', 'ES', 'Europe/Madrid', {at}, {at}, {at}
             FROM {series}",
        ),
        format!(
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, assignment_status, inventory_status, purchased_at, created_at, updated_at, maintenance_check_at)
             SELECT {vehicle}, 'VSSZZZBLK' || {}, 'LINCE', 'BLUE', '4.10.2', {user}, 'ASSIGNED_TO_CUSTOMER', 'DELIVERED', {at}, {at}, {at}, {later}
             FROM {series}",
            words.digits("s.n", 8),
        ),
        format!(
            "INSERT INTO payment_methods (id, customer_id, kind, token, brand, last4, exp_month, exp_year, is_default, created_at)
             SELECT {}, {user}, 'CARD', 'tok_bulk_' || s.n, 'VISA', '4242', 12, 2030, (s.n >= 0), {at} FROM {series}",
            words.id(METHOD, "s.n"),
        ),
        format!(
            "INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, purchase_key,
                 current_state, is_over, offer_kind, amount_cents, currency, vat_rate_basis_points, configuration, service_names,
                 activation_queued_at, deadline_at, total_attempts, activated_at, final_result, created_at, updated_at)
             SELECT {activation}, {user}, {vehicle}, w.service_id, w.offer_id, 'bulk:' || s.n, 'ACTIVE', (s.n < 0), 'SUBSCRIPTION',
                 990, 'EUR', 2100, {}, {names}, {at}, {at}, 1, {at}, 'ACTIVE', {at}, {at}
             FROM {series} CROSS JOIN {ware}",
            j(r#"{"service_code":"BULK","feature_flags":["BULK"],"parameters":{}}"#),
        ),
        format!(
            "INSERT INTO subscriptions (id, service_activation_id, customer_id, vehicle_id, service_id, offer_id, service_names,
                 price_cents, currency, vat_rate_basis_points, country, time_zone, anchor_day, started_on, period_start,
                 period_end, next_billing_at, status, cancel_at_period_end, created_at, updated_at)
             SELECT {}, {activation}, {user}, {vehicle}, w.service_id, w.offer_id, {names}, 990, 'EUR', 2100, 'ES',
                 'Europe/Madrid', {anchor}, '{start}', '{start}', '{end}', {later}, 'ACTIVE', (s.n < 0), {at}, {at}
             FROM {series} CROSS JOIN {ware}",
            words.id(SUBSCRIPTION, "s.n"),
        ),
        format!("INSERT INTO expediente_chains (chain_id, last_seq, last_hash) SELECT {user}, 1000, '{:064}' FROM {series}", 0),
    ]
}

fn cases_of(words: &Words, cases: u64) -> Vec<String> {
    let (t, j) = (|seconds: &str| words.time(seconds), |text: &str| words.json(text));
    let (id, series) = (words.id(CASE, "s.n"), words.series(cases));
    vec![
        format!(
            "INSERT INTO tickets (id, number, queue, status, is_open, priority, urgency, service_activation_id, customer_id, vehicle_id,
                 service_id, model_code, reason, first_answer_due_at, answer_due_at, created_at, updated_at)
             SELECT {id}, 'OTA-' || {number}, CASE WHEN s.n % 5 = 0 THEN 'GENERAL' ELSE 'OTA' END,
                 CASE WHEN s.n % 3 = 0 THEN 'SOLVED' ELSE 'OPEN' END, s.n % 3 <> 0, 'NORMAL', 2, a.service_activation_id,
                 a.customer_id, a.vehicle_id, a.service_id, 'LINCE',
                 CASE s.n % 4 WHEN 0 THEN 'MODULE_FAULT' WHEN 1 THEN 'VEHICLE_OFFLINE' WHEN 2 THEN 'TIMEOUT' ELSE 'CONFIG_CONFLICT' END,
                 {due}, CASE WHEN s.n % 3 = 0 THEN NULL ELSE {due} END, {at}, {at}
             FROM {series} JOIN service_activations a ON a.service_activation_id = {activation}",
            number = words.digits("s.n + 500000", 6),
            due = t("s.n + 86400"),
            at = t("s.n"),
            activation = words.id(ACTIVATION, "s.n"),
        ),
        format!(
            "INSERT INTO ticket_packages (ticket_id, diagnostics) SELECT {id}, {} FROM {series}",
            j(r#"{"attempts":[{"number":1,"code":"MODULE_FAULT","commandSent":true}],"vehicle":{"vin":"VSSZZZBLK00000000"}}"#),
        ),
        format!(
            "INSERT INTO ticket_messages (id, ticket_id, code, data, created_at, kind, text)
             SELECT {}, {id}, '', {}, {}, 'CUSTOMER', 'Sigue sin funcionar.' FROM {series}",
            words.id(MESSAGE, "s.n"),
            j("{}"),
            t("s.n + 60"),
        ),
        format!("INSERT INTO ticket_words (word, ticket_id) SELECT 'vsszzzblk' || {}, {id} FROM {series}", words.digits("s.n", 8)),
        format!("INSERT INTO ticket_words (word, ticket_id) SELECT 'customer', {id} FROM {series}"),
    ]
}

fn statements(words: &Words, vehicles: u64) -> Vec<String> {
    let users = (vehicles * 3 / 10).max(1);
    let activations = vehicles * OF_A_VEHICLE;
    let (t, j) = (|seconds: &str| words.time(seconds), |text: &str| words.json(text));
    let user_of = format!("((s.n / {OF_A_VEHICLE}) % {users})");
    let kind = format!("(s.n % {OF_A_VEHICLE})");
    let runs = format!("({kind} = 0 OR ({kind} = 2 AND s.n / {OF_A_VEHICLE} % {RUNNING} = 0))");
    let ordered = t("s.n * 10");
    vec![
        format!(
            "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
             SELECT {}, 'c' || s.n || '@example.org', 'c' || s.n || '@example.org', 'Customer', 'CUSTOMER', 'es', 'ES', 'Europe/Madrid', {at}, {at}, {at}
             FROM {}",
            words.id(USER, "s.n"),
            words.series(users),
            at = t("s.n"),
        ),
        format!(
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, assignment_status, inventory_status, purchased_at, created_at, updated_at)
             SELECT {}, 'VSSZZZBLK' || {}, 'LINCE', 'BLUE', '4.10.2', {}, 'ASSIGNED_TO_CUSTOMER', 'DELIVERED', {at}, {at}, {at}
             FROM {}",
            words.id(VEHICLE, "s.n"),
            words.digits("s.n", 8),
            words.id(USER, &format!("s.n % {users}")),
            words.series(vehicles),
            at = t("s.n"),
        ),
        format!(
            "INSERT INTO payment_methods (id, customer_id, kind, token, brand, last4, exp_month, exp_year, is_default, created_at)
             SELECT {}, {}, 'CARD', 'tok_bulk_' || s.n, 'VISA', '4242', 12, 2030, (s.n >= 0), {} FROM {}",
            words.id(METHOD, "s.n"),
            words.id(USER, "s.n"),
            t("s.n"),
            words.series(users),
        ),
        // Services by number, so that the three of a vehicle differ.
        "CREATE TEMPORARY TABLE wares AS
         SELECT ROW_NUMBER() OVER (ORDER BY service_id) - 1 AS i, service_id, offer_id FROM (
             SELECT service_id, offer_id FROM (
                 SELECT o.service_id, o.id AS offer_id, ROW_NUMBER() OVER (PARTITION BY o.service_id ORDER BY o.position) AS r FROM offers o
             ) ranked WHERE r = 1
         ) firsts"
            .to_owned(),
        format!(
            "INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, payment_id, purchase_key,
                 current_state, is_over, offer_kind, days, amount_cents, currency, vat_rate_basis_points, configuration, service_names,
                 activation_queued_at, deadline_at, total_attempts, activated_at, expires_at, ended_at, final_result, created_at, updated_at)
             SELECT {id}, {user}, {vehicle}, w.service_id, w.offer_id, {payment}, 'bulk:' || s.n,
                 CASE WHEN {runs} THEN 'ACTIVE' ELSE 'EXPIRED' END, NOT {runs},
                 CASE WHEN {kind} = 0 THEN 'PERMANENT' ELSE 'TEMPORARY' END, CASE WHEN {kind} = 0 THEN NULL ELSE 30 END,
                 2990, 'EUR', 2100, {configuration}, {names}, {ordered}, {ordered}, 1, {ordered},
                 CASE WHEN {kind} = 0 THEN NULL ELSE {end} END, CASE WHEN {runs} THEN NULL ELSE {end} END, 'ACTIVE', {ordered}, {ordered}
             FROM {series} JOIN wares w ON w.i = (s.n % {OF_A_VEHICLE}) + {OF_A_VEHICLE} * (s.n / {OF_A_VEHICLE} % ((SELECT COUNT(*) FROM wares) / {OF_A_VEHICLE}))",
            id = words.id(ACTIVATION, "s.n"),
            user = words.id(USER, &user_of),
            vehicle = words.id(VEHICLE, &format!("s.n / {OF_A_VEHICLE}")),
            payment = words.id(PAYMENT, "s.n"),
            configuration = j(r#"{"service_code":"BULK","feature_flags":["BULK"],"parameters":{}}"#),
            names = j(r#"{"es":"Servicio","en":"Service"}"#),
            // Far away for those that run: nothing falls due while it is measured.
            end = t("s.n * 10 + 400000000"),
            series = words.series(activations),
        ),
        format!(
            "INSERT INTO delivery_confirmations (id, service_activation_id, source, confirmed_at, evidence)
             SELECT {}, {}, 'ANSWER', {ordered}, {} FROM {}",
            words.id(CONFIRMATION, "s.n"),
            words.id(ACTIVATION, "s.n"),
            j(r#"{"answer":"COMPLETED"}"#),
            words.series(activations),
        ),
        format!(
            "INSERT INTO payments (id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
                 vat_rate_basis_points, state, settlement, gateway_payment_id, captured_cents, confirmation_id, captured_at, created_at, updated_at)
             SELECT {}, {}, {}, {}, 'SERVICE', 2990, 'EUR', 2100, 'CHARGED', 'SETTLED', 'pay_bulk_' || s.n, 2990, {}, {ordered}, {ordered}, {ordered}
             FROM {}",
            words.id(PAYMENT, "s.n"),
            words.id(ACTIVATION, "s.n"),
            words.id(USER, &user_of),
            words.id(METHOD, &user_of),
            words.id(CONFIRMATION, "s.n"),
            words.series(activations),
        ),
        format!(
            "INSERT INTO expediente_chains (chain_id, last_seq, last_hash) SELECT {}, 1000, '{:064}' FROM {}",
            words.id(USER, "s.n"),
            0,
            words.series(users),
        ),
        format!(
            "INSERT INTO expediente_entries (id, chain_id, seq, at, actor_kind, kind, subject_kind, subject_id, vehicle_id,
                 after_state, data, visible, previous, hash)
             SELECT {}, {user}, s.n / {OF_A_VEHICLE} / {users} * {OF_A_VEHICLE} + {kind} + 1, {ordered}, 'VEHICLE', 'SERVICE_ACTIVE', 'ACTIVATION', {}, {},
                 'ACTIVE', '{{}}', (s.n >= 0), '{:064}', '{:064}' FROM {}",
            words.id(ENTRY, "s.n"),
            words.id(ACTIVATION, "s.n"),
            words.id(VEHICLE, &format!("s.n / {OF_A_VEHICLE}")),
            0,
            0,
            words.series(activations),
            user = words.id(USER, &user_of),
        ),
        format!(
            "INSERT INTO jobs (id, kind, payload, unique_key, due_at, max_attempts, created_at)
             SELECT {}, 'activation.end_temporary', {}, 'end:' || {}, a.expires_at, 20, a.created_at
             FROM {} JOIN service_activations a ON a.service_activation_id = {}",
            words.id(JOB, "s.n"),
            words.end_payload(),
            words.key_of_activation(),
            words.series(vehicles / RUNNING),
            words.id(ACTIVATION, &format!("s.n * {RUNNING} * {OF_A_VEHICLE} + 2")),
        ),
    ]
}
