//! `/operaciones/analisis/intentos`: what a figure is made of, attempt by attempt. Nobody is named; operations find the
//! customer's story and the case behind the links.

use super::query::Query;
use super::words;
use super::{HERE, place, reader};
use crate::ui::{Crumb, DataTable, EmptyState, PageHeader, Pager, Status, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{Page, PageResult, Refusal, Role, WebContext};
use caas::analysis::cases::{AttemptCase, CaseFilter, cases};
use caas::analysis::model::{ACTIVATED, Dimension, UNDER_WAY};
use caas::analysis::report::{Names, report};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Lines on one page.
const PAGE: i64 = 25;

/// The page.
pub(super) async fn attempts_page(web: WebContext) -> PageResult {
    let user = reader(&web)?;
    let query = Query::of(&web).map_err(|_| Refusal::NotFound)?;
    let (locale, now, (crumb, section)) = (web.locale, web.caas.now(), place(&web, user));
    let filter =
        CaseFilter { days: query.days, chosen: query.chosen.clone(), failed: query.failed, before: query.before };
    let mut tx = web.caas.db.snapshot().await?;
    let total = report(&mut tx, now, query.days, query.chosen.as_ref()).await?.total;
    let mut found = cases(&mut tx, now, &filter, PAGE + 1).await?;
    let names = Names::read(&mut tx).await?;
    drop(tx);
    let earlier = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let first = query.before.map(|_| Query { before: None, ..query.clone() }.list()).unwrap_or_default();
    let next = found
        .last()
        .filter(|_| earlier)
        .map(|last| Query { before: Some((last.at, last.id.0)), ..query.clone() }.list())
        .unwrap_or_default();
    let title =
        if query.failed { locale.t("Intentos fallidos", "Failed attempts") } else { locale.t("Intentos", "Attempts") };
    let number = locale.count(if query.failed { total.failures } else { total.attempts });
    let mut lead = format!("{}: {number}", words::days(query.days, locale));
    if let Some(chosen) = &query.chosen {
        lead = format!("{lead}. {}", words::chosen(chosen, &names, locale));
    }
    let back = Query { failed: false, before: None, ..query.clone() }.page();
    let crumbs = vec![crumb, Crumb::new(back, locale.t("Análisis de fallos", "Failure analysis"))];
    let list = if found.is_empty() {
        view! {
            <EmptyState title=locale.t("Ningún intento así en estos días", "No such attempt on these days")>
                <p><a href=HERE>{locale.t("Volver al análisis", "Back to the analysis")}</a></p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&found, &names, user.role == Role::Operations, locale)
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="dense">{list}</div>
        <Pager label=locale.t("Páginas de intentos", "Pages of attempts")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(section))
}

fn table(found: &[AttemptCase], names: &Names, has_links: bool, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Cuándo (UTC)", "When (UTC)"),
        locale.t("Resultado", "Outcome"),
        locale.t("Intento", "Attempt"),
        locale.t("Servicio", "Service"),
        locale.t("Modelo", "Model"),
        locale.t("Ver", "See"),
    ];
    let [at, outcome, attempt, service, model, see] = heads;
    let rows = found
        .iter()
        .map(|case| {
            let kind = match case.reason.as_str() {
                ACTIVATED => Status::Done,
                UNDER_WAY => Status::Waiting,
                _ => Status::Failed,
            };
            let links = has_links.then(|| {
                let story = format!("/soporte/clientes/{}/expediente", case.customer);
                let ticket = case.ticket.clone().map(|number| {
                    let href = format!("/soporte/{number}");
                    view! { <a href=href>{number}</a> }
                });
                view! {
                    <td data-label=see><div class="cluster">
                        <a href=story>{locale.t("Expediente", "Story")}</a>{ticket}
                    </div></td>
                }
            });
            view! {
                <tr>
                    <td data-label=at><time datetime=exact(case.at)>{moment(case.at, "UTC", locale)}</time></td>
                    <td data-label=outcome><StatusPill kind=kind word=words::reason(&case.reason, locale)/></td>
                    <td data-label=attempt>{words::value(Dimension::Attempt, &case.number, names, locale)}</td>
                    <td data-label=service>{case.service_names.get(locale).to_owned()}</td>
                    <td data-label=model>{case.model_name.clone()}</td>
                    {links}
                </tr>
            }
        })
        .collect_view();
    let mut heads = heads.map(str::to_owned).to_vec();
    if !has_links {
        heads.pop();
    }
    let caption = locale.t("Intentos, los más recientes primero", "Attempts, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}
