//! `/operaciones`: outside systems, work that was given up, messages that concern nothing known.

use super::age;
use super::late::late_list;
use super::sizes::sizes_and_lags;
use super::systems::system_tile;
use crate::ui::{DataTable, EmptyState, LinkButton, PageHeader, Status, StatusPill, Tone};
use crate::web::dates::{exact, moment};
use crate::web::{Goto, Message, Page, PageResult, Role, Section, WebContext, submit};
use caas::inbox::InboxId;
use caas::inbox::repository::{InboxRow, unmatched};
use caas::kernel::ids::UserId;
use caas::kernel::jobs::{DeadJob, JobId, dead_jobs};
use caas::kernel::locale::Locale;
use caas::monitoring::failures;
use caas::notifications::repository::{Overdue, late_messages, overdue};
use caas::operations;
use caas::payments::refunds;
use caas::sales::factory::manual;
use caas::verify::{RunLine, latest_runs, prove_soon};
use caas::watch::{alerts, sizes, systems};
use leptos::prelude::*;

/// Shown of each list, newest first; what waits longer shows as the newer ones are dealt with.
const SHOWN: i64 = 50;

/// Proofs of the promises that are shown: a week of nights.
const PROOFS: i64 = 7;

/// The page.
pub(super) async fn operations_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let tiles = systems::tiles(&web.caas, &mut tx).await?;
    let dead = dead_jobs(&mut tx, SHOWN).await?;
    let webhooks = unmatched(&mut tx, SHOWN).await?;
    let proofs = latest_runs(&mut tx, PROOFS).await?;
    let open_failures = failures::open_count(&mut tx).await?;
    let firing = alerts::store::firing(&mut tx).await?;
    let by_phone = manual::count(&mut tx).await?;
    let overdue = overdue(&mut tx, web.caas.now()).await?;
    let late = late_messages(&mut tx, web.caas.now(), SHOWN).await?;
    let lags = sizes::lags(&web.caas, &mut tx).await?;
    let sizes = sizes::sizes(&mut tx).await?;
    let (refunding, alarming) = refunds::counts(&mut tx, web.caas.now()).await?;
    drop(tx);
    let tiles = tiles.iter().map(|tile| system_tile(tile, &web)).collect_view();
    let title = locale.t("Operaciones", "Operations");
    let lead = locale.t(
        "Lo que necesita una mano: sistemas externos, tareas abandonadas y mensajes sin dueño.",
        "What needs a hand: outside systems, work that was given up, and messages without an owner.",
    );
    let actions = view! {
        <LinkButton href="/operaciones/alertas">{match locale {
            Locale::Es => format!("Alertas ({firing} disparadas)"),
            Locale::En => format!("Alerts ({firing} firing)"),
        }}</LinkButton>
        <LinkButton href="/operaciones/fallos">{match locale {
            Locale::Es => format!("Fallos ({open_failures} sin resolver)"),
            Locale::En => format!("Failures ({open_failures} not solved)"),
        }}</LinkButton>
        <LinkButton href="/operaciones/analisis">{locale.t("Análisis de fallos", "Failure analysis")}</LinkButton>
        <LinkButton href="/operaciones/fabrica">{match locale {
            Locale::Es => format!("Fábrica ({by_phone} esperan)"),
            Locale::En => format!("Factory ({by_phone} waiting)"),
        }}</LinkButton>
        <LinkButton href="/operaciones/finanzas">{locale.t("Finanzas", "Finance")}</LinkButton>
        <LinkButton href="/operaciones/suscripciones">{locale.t("Suscripciones", "Subscriptions")}</LinkButton>
        <LinkButton href="/operaciones/deudas">{locale.t("Deudas", "Debts")}</LinkButton>
        <LinkButton href="/operaciones/reembolsos">{match locale {
            Locale::Es => format!("Reembolsos ({refunding} en marcha, {alarming} en alerta)"),
            Locale::En => format!("Refunds ({refunding} under way, {alarming} near the deadline)"),
        }}</LinkButton>
        <LinkButton href="/admin/auditoria">{locale.t("Auditoría", "Audit log")}</LinkButton>
    };
    let body = view! {
        <PageHeader title=title lead=lead actions=actions.into_any()/>
        <section class="section" aria-labelledby="sistemas">
            <h2 id="sistemas">{locale.t("Sistemas externos", "Outside systems")}</h2>
            <div class="dashboard">{tiles}{late_tile(overdue, locale)}</div>
        </section>
        <section class="section" aria-labelledby="promesas">
            <h2 id="promesas">{locale.t("Las diez promesas", "The ten promises")}</h2>
            {promises(&proofs, &web)}
        </section>
        <section class="section dense" aria-labelledby="tareas">
            <h2 id="tareas">{locale.t("Tareas abandonadas", "Work that was given up")}</h2>
            {jobs(&dead, &web)}
        </section>
        <section class="section dense" aria-labelledby="avisos">
            <h2 id="avisos">{locale.t("Avisos fuera de plazo", "Messages out of time")}</h2>
            {late_list(&late, overdue.late, &web)}
        </section>
        <section class="section dense" aria-labelledby="mensajes">
            <h2 id="mensajes">{locale.t("Mensajes sin dueño", "Messages without an owner")}</h2>
            {messages(&webhooks, &web)}
        </section>
        <section class="section stack" aria-labelledby="retrasos">
            <h2 id="retrasos">{locale.t("Retrasos y tamaños", "Lags and sizes")}</h2>
            {sizes_and_lags(lags, &sizes, &web)}
        </section>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

/// Messages to people whose deadline has passed unsent.
fn late_tile(overdue: Overdue, locale: Locale) -> AnyView {
    let Overdue { late, held_back } = overdue;
    let (class, text) = match (late, held_back) {
        (0, _) => ("tile", locale.t("Todos a tiempo.", "All in time.").to_owned()),
        (_, 0) => ("tile tone-problem", locale.t("Siguen intentándose.", "They are being tried.").to_owned()),
        (_, held_back) => (
            "tile tone-problem",
            match locale {
                Locale::Es => format!("{held_back} retenidos: prometen algo que aún no es cierto."),
                Locale::En => format!("{held_back} held back: they promise what is not yet true."),
            },
        ),
    };
    view! {
        <div class=class>
            <p class="tile__label"><a href="#avisos">{locale.t("Avisos fuera de plazo", "Messages out of time")}</a></p>
            <p class="tile__value">{late}</p>
            <p class="tile__promise">{text}</p>
        </div>
    }
    .into_any()
}

/// What the last proofs of the promises came to.
fn promises(proofs: &[RunLine], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let latest = match proofs.first() {
        None => {
            let text = locale
                .t("Todavía no se han comprobado. Se hace cada noche.", "Not proven yet. It is done every night.");
            view! { <p class="muted">{text}</p> }.into_any()
        }
        Some(run) => {
            let (tone, value) = match (run.violations, locale) {
                (0, _) => (Tone::Done, locale.t("Se cumplen todas", "All hold").to_owned()),
                (1, Locale::Es) => (Tone::Problem, "1 incumplimiento".to_owned()),
                (1, Locale::En) => (Tone::Problem, "1 violation".to_owned()),
                (count, Locale::Es) => (Tone::Problem, format!("{count} incumplimientos")),
                (count, Locale::En) => (Tone::Problem, format!("{count} violations")),
            };
            let seconds = (run.ended_at - run.started_at).as_seconds_f64();
            let over = match locale {
                Locale::Es => {
                    format!("{} entradas y {} pagos comprobados en {seconds:.0} s.", run.entries, run.payments)
                }
                Locale::En => {
                    format!("{} entries and {} payments proven in {seconds:.0} s.", run.entries, run.payments)
                }
            };
            let findings = run
                .findings
                .0
                .iter()
                .map(|finding| view! { <li class="code small">{finding.clone()}</li> })
                .collect_view();
            let findings = (run.violations > 0).then(|| view! { <ul class="stack--s">{findings}</ul> });
            view! {
                <div class=format!("tile {}", tone.class())>
                    <p class="tile__label"><time datetime=exact(run.started_at)>{moment(run.started_at, zone, locale)}</time></p>
                    <p class="tile__value">{value}</p>
                    <p class="tile__promise">{over}</p>
                </div>
                {findings}
            }
            .into_any()
        }
    };
    let earlier = proofs.iter().skip(1).map(|run| {
        let word = if run.violations == 0 { locale.t("se cumplen", "hold") } else { locale.t("incumplidas", "broken") };
        view! { <li>{moment(run.started_at, zone, locale)}": "{word}</li> }
    });
    let earlier = (proofs.len() > 1).then(|| {
        view! {
            <details>
                <summary>{locale.t("Comprobaciones anteriores", "Earlier proofs")}</summary>
                <ul>{earlier.collect_view()}</ul>
            </details>
        }
    });
    view! {
        {latest}
        {earlier}
        <form method="post" action="/api/operaciones/promesas/comprobar">
            <button class="btn btn--secondary">{locale.t("Comprobar ahora", "Prove now")}</button>
        </form>
    }
    .into_any()
}

fn jobs(dead: &[DeadJob], web: &WebContext) -> AnyView {
    let locale = web.locale;
    if dead.is_empty() {
        return view! { <p><StatusPill kind=Status::Done word=locale.t("Ninguna", "None")/></p> }.into_any();
    }
    let heads = [
        locale.t("Tarea", "Work"),
        locale.t("Último error", "Last error"),
        locale.t("Abandonada", "Given up"),
        locale.t("Qué hacer", "What to do"),
    ];
    let [kind, error, when, what] = heads;
    let rows = dead
        .iter()
        .map(|job| {
            let id = job.id.to_string();
            view! {
                <tr>
                    <td data-label=kind class="code">{job.kind.clone()}</td>
                    <td data-label=error class="small">{job.last_error.clone()}</td>
                    <td data-label=when><time datetime=exact(job.died_at)>{age(web, job.died_at)}</time></td>
                    <td data-label=what>
                        <div class="cluster">
                            <form method="post" action="/api/operaciones/tareas/repetir">
                                <button class="chip" name="job" value=id.clone()>{locale.t("Repetir", "Run again")}</button>
                            </form>
                            <form method="post" action="/api/operaciones/tareas/descartar">
                                <button class="chip" name="job" value=id>{locale.t("Descartar", "Discard")}</button>
                            </form>
                        </div>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Tareas abandonadas, las más recientes primero", "Work given up, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

fn messages(webhooks: &[InboxRow], web: &WebContext) -> AnyView {
    let locale = web.locale;
    if webhooks.is_empty() {
        return view! {
            <EmptyState title=locale.t("Todo mensaje encontró su dueño", "Every message found its owner")>
                <p>{locale.t("Lo que un sistema externo diga de algo desconocido acaba aquí a los tres días.", "What an outside system says of something unknown ends up here after three days.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let heads = [
        locale.t("De", "From"),
        locale.t("Mensaje", "Message"),
        locale.t("Recibido", "Received"),
        locale.t("Qué hacer", "What to do"),
    ];
    let [from, message, when, what] = heads;
    let rows = webhooks
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <td data-label=from>{row.sender.clone()}</td>
                    <td data-label=message>
                        <details><summary class="code small">{row.webhook_id.clone()}</summary><pre tabindex="0">{row.body.clone()}</pre></details>
                    </td>
                    <td data-label=when><time datetime=exact(row.received_at)>{age(web, row.received_at)}</time></td>
                    <td data-label=what>
                        <form method="post" action="/api/operaciones/mensajes/interpretar">
                            <button class="chip" name="message" value=row.id.to_string()>{locale.t("Interpretar otra vez", "Interpret again")}</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let caption =
        locale.t("Mensajes sin dueño, los más recientes primero", "Messages without an owner, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

/// Who may do that.
fn operator(web: &WebContext) -> Result<UserId, crate::web::Refusal> {
    Ok(web.require_role(&[Role::Operations])?.id)
}

/// Back to the desk; what somebody else has dealt with meanwhile is gone from it.
fn done() -> Goto {
    Goto::to("/operaciones").toast(Message::Saved)
}

/// Has the promises proven now; the result stands on the page when it is there.
#[server(endpoint = "operaciones/promesas/comprobar")]
pub async fn prove_promises() -> Result<(), ServerFnError> {
    submit(async move |web| {
        operator(&web)?;
        prove_soon(&web.caas).await?;
        Ok(Goto::to("/operaciones#promesas").toast(Message::ProofBegun))
    })
    .await
}

/// Runs a dead job again.
#[server(endpoint = "operaciones/tareas/repetir")]
pub async fn run_job(#[server(default)] job: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let id: JobId = job.parse().map_err(|_| crate::web::Refusal::NotFound)?;
        operations::run_again(&web.caas, by, id).await?;
        Ok(done())
    })
    .await
}

/// Drops a dead job.
#[server(endpoint = "operaciones/tareas/descartar")]
pub async fn discard_job(#[server(default)] job: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let id: JobId = job.parse().map_err(|_| crate::web::Refusal::NotFound)?;
        operations::discard(&web.caas, by, id).await?;
        Ok(done())
    })
    .await
}

/// Has an unmatched message interpreted once more.
#[server(endpoint = "operaciones/mensajes/interpretar")]
pub async fn interpret_webhook(#[server(default)] message: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let id: InboxId = message.parse().map_err(|_| crate::web::Refusal::NotFound)?;
        operations::interpret_again(&web.caas, by, id).await?;
        Ok(done())
    })
    .await
}
