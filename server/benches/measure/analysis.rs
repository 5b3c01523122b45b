//! Failure analysis over a year with five million attempts: the page for the whole of it, narrowed, and what figures are
//! made of, on the server alone.

use crate::Result;
use crate::bulk::{self, Words};
use crate::table::Table;
use crate::time::{median, millis, now};
use crate::world::{Engine, Store, World};
use caas::analysis::CloseDays;
use caas::analysis::proof::rebuild;
use caas::kernel::Timestamp;
use caas::kernel::jobs::{Job as _, Outcome, Run};
use caas::sql;
use chrono::TimeDelta;

const ATTEMPTS: u64 = 5_000_000;

const DAYS: i64 = 365;

/// What the page may take on the server.
const TARGET_MILLIS: f64 = 200.0;

const USERS: u64 = 10_000;
const VEHICLES: u64 = 200_000;

const USER: u32 = 21;
const VEHICLE: u32 = 22;
const ACTIVATION: u32 = 23;

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let attempts = if quick { ATTEMPTS / 25 } else { ATTEMPTS };
    let store = Store::new(engine, "analysis").await?;
    // Migrates, and brings the catalogue.
    let world = World::start(&store).await?;
    let end = world.caas.now();
    world.stop().await;
    let begin = now();
    bulk::run(&store, |words| statements(words, attempts, end)).await?;
    println!("{}: filled in {} s", engine.name(), begin.elapsed().as_secs());
    let world = World::start(&store).await?;
    let begin = now();
    close(&world).await?;
    let what = |what: &str| format!("{}, {attempts} attempts: {what}", engine.name());
    table.says(what("closing the days of a year"), format!("{:.1} s", begin.elapsed().as_secs_f64()));
    let begin = now();
    let wrong = rebuild(&world.caas.db, world.caas.now()).await?;
    table.says(what("proving them"), format!("{:.1} s", begin.elapsed().as_secs_f64()));
    if let Some(wrong) = wrong.first() {
        return Err(wrong.clone().into());
    }
    if engine == Engine::Postgres {
        // As the engine does by itself in a quiet moment.
        let mut tx = world.caas.db.begin().await?;
        sql!(&mut tx, execute "ANALYZE")?;
        tx.commit().await?;
    }
    let operator = world.staff("OPERATIONS").await?;
    let mut tx = world.caas.db.read().await?;
    let (service,) = sql!(&mut tx, one(uuid::Uuid,), "SELECT id FROM services ORDER BY id LIMIT 1")?;
    drop(tx);
    let year = format!("desde={}&hasta={}", (end - TimeDelta::days(DAYS)).date_naive(), end.date_naive());
    let (page, list) = ("/operaciones/analisis", "/operaciones/analisis/intentos");
    let middle = (end - TimeDelta::days(DAYS / 2)).timestamp_micros();
    for (shown, path) in [
        ("page, a week", page.to_owned()),
        ("page, a year", format!("{page}?{year}")),
        ("page, a year of a service", format!("{page}?{year}&servicio={service}")),
        ("page, a year of a model", format!("{page}?{year}&modelo=LINCE")),
        ("page, a year of a reason", format!("{page}?{year}&motivo=TIMEOUT")),
        ("page, a year of an hour", format!("{page}?{year}&hora=12")),
        ("page, a year of first attempts", format!("{page}?{year}&intento=1")),
        ("list, a year", format!("{list}?{year}")),
        ("list, a year from the middle on", format!("{list}?{year}&antes={middle}.{}", uuid::Uuid::max())),
        ("list, failures of a service", format!("{list}?{year}&servicio={service}&fallidos=1")),
        ("list, a rare reason", format!("{list}?{year}&motivo=MODULE_FAULT")),
        ("list, a reason there is not", format!("{list}?{year}&motivo=NOTHING")),
    ] {
        let mut times = Vec::new();
        for _ in 0..if quick { 3 } else { 20 } {
            let begin = now();
            let (status, _) = world.get(&path, Some(&operator)).await?;
            times.push(begin.elapsed());
            if status != 200 {
                return Err(format!("{path}: status {status}").into());
            }
        }
        table.at_most(what(shown), millis(median(&times)), TARGET_MILLIS, "ms");
    }
    world.stop().await;
    Ok(())
}

/// Runs the nightly job until it has nothing left to do.
async fn close(world: &World) -> Result<()> {
    let now = world.caas.now();
    loop {
        let Outcome::AgainIn(next, tx) = CloseDays {}.run(&world.caas, Run { earlier_runs: 0, due_at: now }).await?
        else {
            return Err("the days are closed again and again".into());
        };
        tx.commit().await?;
        if next > world.caas.now() {
            return Ok(());
        }
    }
}

/// A time-ordered id, as the app makes them: so many seconds after the beginning of what [`Words::time`] counts from.
fn id_at(words: &Words, seconds: &str, number: &str) -> String {
    let millis = format!("(1740000000 + ({seconds})) * 1000");
    if words.postgres {
        format!(
            "(lpad(to_hex(({millis})::bigint), 12, '0') || '70008000' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid"
        )
    } else {
        format!("unhex(printf('%012x', {millis}) || '70008000' || printf('%012x', {number}))")
    }
}

/// Two attempts each of half as many activations, evenly over a year; nine of ten succeed, and one reason is rare.
fn statements(words: &Words, attempts: u64, end: Timestamp) -> Vec<String> {
    let begin = end.timestamp() - DAYS * 86_400 - 1_740_000_000;
    let seconds = |number: &str| format!("{begin} + ({number}) * {} / {attempts}", DAYS * 86_400);
    let at = |number: &str| words.time(&seconds(number));
    let (activations, long_ago) = (attempts / 2, words.time("0"));
    let (user, vehicle) = (|number: &str| words.id(USER, number), |number: &str| words.id(VEHICLE, number));
    let code = "CASE WHEN s.n % 1000 < 900 THEN 'ACTIVATED' WHEN s.n % 100000 = 99999 THEN 'MODULE_FAULT'
                     WHEN s.n % 1000 < 930 THEN 'VEHICLE_OFFLINE' WHEN s.n % 1000 < 950 THEN 'TIMEOUT'
                     WHEN s.n % 1000 < 965 THEN 'VEHICLE_BUSY' WHEN s.n % 1000 < 980 THEN 'VEHICLE_DRIVING'
                     WHEN s.n % 1000 < 990 THEN 'IOT_UNAVAILABLE' ELSE 'CONFIG_CONFLICT' END";
    vec![
        format!(
            "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
             SELECT {}, 'a' || s.n || '@example.org', 'a' || s.n || '@example.org', 'Customer', 'CUSTOMER', 'es', 'ES',
                 'Europe/Madrid', {long_ago}, {long_ago}, {long_ago} FROM {}",
            user("s.n"),
            words.series(USERS),
        ),
        "CREATE TEMPORARY TABLE models AS SELECT ROW_NUMBER() OVER (ORDER BY code) - 1 AS i, code FROM vehicle_models".to_owned(),
        format!(
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, assignment_status, inventory_status, purchased_at, created_at, updated_at)
             SELECT {}, 'VSSZZZANA' || {}, m.code, 'BLUE', '4.10.2', {}, 'ASSIGNED_TO_CUSTOMER', 'DELIVERED', {long_ago}, {long_ago}, {long_ago}
             FROM {} JOIN models m ON m.i = s.n % (SELECT COUNT(*) FROM models)",
            vehicle("s.n"),
            words.digits("s.n", 8),
            user(&format!("s.n % {USERS}")),
            words.series(VEHICLES),
        ),
        "CREATE TEMPORARY TABLE wares AS
         SELECT ROW_NUMBER() OVER (ORDER BY service_id) - 1 AS i, service_id, offer_id FROM (
             SELECT service_id, id AS offer_id, ROW_NUMBER() OVER (PARTITION BY service_id ORDER BY position) AS r FROM offers
         ) ranked WHERE r = 1"
            .to_owned(),
        format!(
            "INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, purchase_key,
                 current_state, is_over, offer_kind, days, amount_cents, currency, vat_rate_basis_points, configuration, service_names,
                 activation_queued_at, total_attempts, activated_at, ended_at, final_result, created_at, updated_at)
             SELECT {id}, {customer}, {vehicle}, w.service_id, w.offer_id, 'analysis:' || s.n,
                 'EXPIRED', (s.n >= 0), 'TEMPORARY', 1, 2990, 'EUR', 2100, {configuration}, {names}, {at}, 2, {at}, {at}, 'ACTIVE', {at}, {at}
             FROM {series} JOIN wares w ON w.i = s.n % (SELECT COUNT(*) FROM wares)",
            id = words.id(ACTIVATION, "s.n"),
            customer = user(&format!("s.n % {VEHICLES} % {USERS}")),
            vehicle = vehicle(&format!("s.n % {VEHICLES}")),
            configuration = words.json(r#"{"service_code":"BULK","feature_flags":["BULK"],"parameters":{}}"#),
            names = words.json(r#"{"es":"Servicio","en":"Service"}"#),
            at = at("s.n * 2"),
            series = words.series(activations),
        ),
        format!(
            "INSERT INTO activation_attempts (attempt_id, service_activation_id, command, attempt_number, attempt_timestamp,
                 ota_command_sent, ota_response_code, attempt_result, ended_at, manual)
             SELECT {id}, {activation}, 'ACTIVATE', s.n % 2 + 1, {at}, (s.n >= 0), {code},
                 CASE WHEN s.n % 1000 < 900 THEN 'SUCCESS' ELSE 'FAILED_RETRY' END, {at}, (s.n < 0)
             FROM {series}",
            id = id_at(words, &seconds("s.n"), "s.n"),
            activation = words.id(ACTIVATION, "s.n / 2"),
            at = at("s.n"),
            series = words.series(attempts),
        ),
        format!(
            "INSERT INTO delivery_confirmations (id, service_activation_id, source, confirmed_at, evidence)
             SELECT {id}, {activation}, 'ANSWER', {at}, {evidence} FROM {series}",
            id = id_at(words, &seconds("s.n * 2 + 1"), "s.n"),
            activation = words.id(ACTIVATION, "s.n"),
            at = at("s.n * 2 + 1"),
            evidence = words.json(r#"{"answer":"COMPLETED"}"#),
            series = words.series(activations),
        ),
    ]
}
