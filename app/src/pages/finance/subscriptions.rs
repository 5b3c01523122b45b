//! `/operaciones/suscripciones`: how many there are, what the next month will bill, whose charge failed, and the billing.

use super::{DEBTS, SUBSCRIPTIONS, amounts, crumbs, finance};
use crate::pages::expediente::day_words;
use crate::pages::subscriptions::status_words;
use crate::ui::{Button, DataTable, EmptyState, IconName, LinkButton, PageHeader, Pager};
use crate::web::dates::{day_tag, exact, moment};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Currency, Money};
use caas::subscriptions::billing::{RunLine, latest_runs};
use caas::subscriptions::desk::{self, PastDueLine, StatusCount};
use caas::subscriptions::model::{SubscriptionId, SubscriptionStatus};
use caas::subscriptions::preview::{self, DayTotal};
use chrono::Months;
use leptos::prelude::*;

/// Subscriptions past due on one page.
const PAGE: i64 = 50;
/// Runs of the billing that are shown.
const RUNS: i64 = 7;

/// Days, services and currencies of one month: more are not sold.
const MOST_TOTALS: i64 = 5_000;

/// What the preview looks at: what is over and not billed yet, and what will be within a month.
pub(super) fn next_month(now: Timestamp) -> (Timestamp, Timestamp) {
    (Timestamp::UNIX_EPOCH, now.checked_add_months(Months::new(1)).unwrap_or(now))
}

/// The page.
pub(super) async fn subscriptions_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let locale = web.locale;
    let after: Option<SubscriptionId> = web.query("despues").and_then(|key| key.parse().ok());
    let mut tx = web.caas.db.read().await?;
    let counts = desk::counts(&mut tx).await?;
    let mut late = desk::past_due(&mut tx, after, PAGE + 1).await?;
    let coming = preview::totals(&mut tx, next_month(web.caas.now()), None, MOST_TOTALS).await?;
    let runs = latest_runs(&mut tx, RUNS).await?;
    drop(tx);
    let more = late.len() > PAGE as usize;
    late.truncate(PAGE as usize);
    let next = late
        .last()
        .filter(|_| more)
        .map(|last| format!("{SUBSCRIPTIONS}?despues={}", last.subscription.id))
        .unwrap_or_default();
    let first = after.map(|_| SUBSCRIPTIONS).unwrap_or_default();
    let title = locale.t("Suscripciones", "Subscriptions");
    let lead = locale.t(
        "Mes vencido: cada periodo se factura cuando ha terminado y se cobra el mismo día.",
        "In arrears: each period is billed when it is over and charged on the same day.",
    );
    let actions = view! { <LinkButton href=DEBTS>{locale.t("Deudas", "Debts")}</LinkButton> };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(&web) crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        <div class="dashboard">{tiles(&counts, locale)}</div>
        <section class="section dense" aria-labelledby="facturacion">
            <h2 id="facturacion">{locale.t("La facturación", "The billing")}</h2>
            {billing(&runs, &user.time_zone, locale)}
            <form class="split" method="post" action="/api/operaciones/suscripciones/facturar">
                <p class="muted small">{locale.t(
                    "Se factura sola al vencer cada periodo. También a mano: nada se factura dos veces.",
                    "Each period is billed by itself when it is over. By hand too: nothing is billed twice.",
                )}</p>
                <Button>{locale.t("Facturar ahora lo vencido", "Bill what is due now")}</Button>
            </form>
        </section>
        <section class="section dense" aria-labelledby="impagos">
            <h2 id="impagos">{locale.t("Cobro pendiente", "Past due")}</h2>
            {past_due(&late, &user.time_zone, locale)}
        </section>
        <Pager label=locale.t("Páginas de impagos", "Pages of what is past due")
            previous_href=first previous_word=locale.t("Desde el principio", "From the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
        <section class="section dense" aria-labelledby="mes">
            <h2 id="mes">{locale.t("El próximo mes", "The next month")}</h2>
            {coming_month(&coming, locale)}
        </section>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn tiles(counts: &[StatusCount], locale: Locale) -> AnyView {
    let kinds = [
        (SubscriptionStatus::Active, false),
        (SubscriptionStatus::Active, true),
        (SubscriptionStatus::PastDue, false),
        (SubscriptionStatus::Cancelled, false),
    ];
    kinds
        .into_iter()
        .map(|(status, ends)| {
            let fits = |one: &&StatusCount| {
                one.status == status && (status != SubscriptionStatus::Active || one.cancel_at_period_end == ends)
            };
            let count: i64 = counts.iter().filter(fits).map(|one| one.count).sum();
            let (_, word) = status_words(status, ends, locale);
            let class = if status == SubscriptionStatus::PastDue && count > 0 { "tile tone-waiting" } else { "tile" };
            view! {
                <div class=class>
                    <p class="tile__label">{word}</p>
                    <p class="tile__value">{count}</p>
                </div>
            }
        })
        .collect_view()
        .into_any()
}

/// The latest runs that had something to do.
fn billing(runs: &[RunLine], zone: &str, locale: Locale) -> AnyView {
    if runs.is_empty() {
        return view! {
            <p class="muted">{locale.t("Todavía no ha vencido ningún periodo.", "No period is over yet.")}</p>
        }
        .into_any();
    }
    let [when, took, looked, issued, failed] = [
        locale.t("Cuándo", "When"),
        locale.t("Duró", "Took"),
        locale.t("Suscripciones", "Subscriptions"),
        locale.t("Facturas", "Invoices"),
        locale.t("Con fallo", "In trouble"),
    ];
    let rows = runs
        .iter()
        .map(|run| {
            let seconds = format!("{:.1} s", (run.ended_at - run.started_at).as_seconds_f64());
            let seconds = if locale == Locale::Es { seconds.replace('.', ",") } else { seconds };
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(run.started_at)>{moment(run.started_at, zone, locale)}</time></td>
                    <td data-label=took class="num">{seconds}</td>
                    <td data-label=looked class="num">{run.subscriptions}</td>
                    <td data-label=issued class="num">{run.invoices}</td>
                    <td data-label=failed class="num">{run.troubled}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = [when.to_owned(), format!("#{took}"), format!("#{looked}"), format!("#{issued}"), format!("#{failed}")]
        .to_vec();
    let caption =
        locale.t("Pasadas de la facturación, las más recientes primero", "Runs of the billing, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

fn past_due(lines: &[PastDueLine], zone: &str, locale: Locale) -> AnyView {
    if lines.is_empty() {
        return view! {
            <EmptyState title=locale.t("Todo está cobrado", "Everything is charged")>
                <p>{locale.t("Aquí aparece lo que falla al cobrar, con su siguiente intento.", "What fails to be charged appears here, with its next try.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let [customer, service, open, failures, next, end] = [
        locale.t("Cliente", "Customer"),
        locale.t("Suscripción", "Subscription"),
        locale.t("Por cobrar", "To be charged"),
        locale.t("Fallos", "Failures"),
        locale.t("Siguiente intento", "Next try"),
        locale.t("Se acaba", "Ends"),
    ];
    let rows = lines
        .iter()
        .map(|line| {
            let s = &line.subscription;
            view! {
                <tr>
                    <td data-label=customer><span>{line.customer_name.clone()}<span class="muted small payment__car">{line.customer_email.clone()}</span></span></td>
                    <td data-label=service>{s.service_names.0.get(locale).to_owned()}</td>
                    <td data-label=open class="num money">{line.open().display(locale)}</td>
                    <td data-label=failures class="num">{s.failures}</td>
                    <td data-label=next>{s.next_charge_at.map(|at| day_tag(at, zone, locale))}</td>
                    <td data-label=end>{s.dunning_ends_at.map(|at| day_tag(at, zone, locale))}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![
        customer.to_owned(),
        service.to_owned(),
        format!("#{open}"),
        format!("#{failures}"),
        next.to_owned(),
        end.to_owned(),
    ];
    let caption = locale.t("Suscripciones con un cobro fallido", "Subscriptions whose charge failed");
    view! {
        <p><LinkButton href="/operaciones/suscripciones/impagos.csv" icon=IconName::Download>{locale.t("Impagos en CSV", "Past due as CSV")}</LinkButton></p>
        <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable>
    }
    .into_any()
}

/// What the next month will bill: by day, by service, and in total.
fn coming_month(coming: &[DayTotal], locale: Locale) -> AnyView {
    if coming.is_empty() {
        return view! {
            <p class="muted">{locale.t("No vence ningún periodo en el próximo mes.", "No period ends in the next month.")}</p>
        }
        .into_any();
    }
    let total = amounts(sums(coming, |_| true).into_iter().map(|(_, money)| money), locale);
    let count: i64 = coming.iter().map(|sum| sum.subscriptions).sum();
    let words = match (locale, count) {
        (Locale::Es, 1) => "1 periodo, si nadie se da de baja ni de alta".to_owned(),
        (Locale::En, 1) => "1 period, if nobody leaves or joins".to_owned(),
        (Locale::Es, _) => format!("{count} periodos, si nadie se da de baja ni de alta"),
        (Locale::En, _) => format!("{count} periods, if nobody leaves or joins"),
    };
    let mut days: Vec<_> = coming.iter().map(|sum| sum.day).collect();
    days.dedup();
    let by_day =
        days.into_iter().map(|day| (day_words(day.0, locale), sums(coming, |sum| sum.day == day))).collect::<Vec<_>>();
    let mut services: Vec<_> =
        coming.iter().map(|sum| (sum.service_id, sum.service_names.0.get(locale).to_owned())).collect();
    services.sort_by(|one, other| one.1.cmp(&other.1).then(one.0.cmp(&other.0)));
    services.dedup();
    let by_service =
        services.into_iter().map(|(id, name)| (name, sums(coming, |sum| sum.service_id == id))).collect::<Vec<_>>();
    view! {
        <p class="summary__total"><span>{words}</span><strong>{total}</strong></p>
        <p><LinkButton href="/operaciones/suscripciones.csv" icon=IconName::Download>{locale.t("Previsión en CSV", "Preview as CSV")}</LinkButton></p>
        <div class="stack stack--l">
            {group(locale.t("Día", "Day"), locale.t("Por día", "By day"), by_day, locale)}
            {group(locale.t("Servicio", "Service"), locale.t("Por servicio", "By service"), by_service, locale)}
        </div>
    }
    .into_any()
}

/// How many and how much of those that fit, by currency.
fn sums(coming: &[DayTotal], fits: impl Fn(&DayTotal) -> bool) -> Vec<(i64, Money)> {
    let of = |currency: Currency| {
        let own = coming.iter().filter(|sum| sum.currency == currency && fits(sum));
        let (count, cents) = own.fold((0, caas::kernel::money::Cents::ZERO), |(count, cents), sum| {
            (count + sum.subscriptions, cents + sum.cents)
        });
        (count > 0).then(|| (count, Money::new(cents, currency)))
    };
    Currency::ALL.iter().filter_map(|currency| of(*currency)).collect()
}

fn group(head: &str, caption: &str, groups: Vec<(String, Vec<(i64, Money)>)>, locale: Locale) -> AnyView {
    let (head, count, amount) = (head.to_owned(), locale.t("Periodos", "Periods"), locale.t("Importe", "Amount"));
    let rows = groups
        .into_iter()
        .map(|(name, sums)| {
            let periods: i64 = sums.iter().map(|(count, _)| count).sum();
            let amounts = amounts(sums.into_iter().map(|(_, money)| money), locale);
            view! {
                <tr>
                    <td data-label=head.clone()>{name}</td>
                    <td data-label=count class="num">{periods}</td>
                    <td data-label=amount class="num money">{amounts}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![head.clone(), format!("#{count}"), format!("#{amount}")];
    view! { <DataTable caption=caption heads=heads>{rows}</DataTable> }.into_any()
}
