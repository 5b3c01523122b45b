//! `/concesionario/tablero`: every sale in the column of its state, one column as a list, and the search through all.

use super::desk::search_bar;
use super::words::{column_words, counted, status_words};
use super::{Clerk, Tab, chosen, clerk, crumbs, day_words, dealership_choices, order_href, start_of_month, tabs};
use crate::pages::staff::ago;
use crate::ui::{DataTable, EmptyState, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::dates::exact;
use crate::web::{Page, PageResult, Section, WebContext};
use caas::sales::desk::{self, Column, Key, OrderLine};
use leptos::prelude::*;
use url::form_urlencoded::byte_serialize;

/// Cards in a column of the board.
const CARDS: usize = 8;
/// Orders on one page of a list.
const PAGE: usize = 25;
/// The longest text that is searched for.
const LONGEST_SEARCH: usize = 120;

/// The page of a column.
pub(super) fn column_href(column: Column, chosen: &str) -> String {
    let which = if chosen.is_empty() { String::new() } else { format!("&concesionario={chosen}") };
    format!("/concesionario/tablero?columna={}{which}", column.slug())
}

/// The page.
pub(super) async fn board_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let typed: String = web.query("texto").unwrap_or_default().trim().chars().take(LONGEST_SEARCH).collect();
    if !typed.is_empty() {
        return found(&web, &clerk, &typed).await;
    }
    if let Some(column) = web.query("columna").and_then(|slug| Column::of_slug(&slug)) {
        return column_page(&web, &clerk, column).await;
    }
    let locale = web.locale;
    let chosen = chosen(&web);
    let scope = clerk.scope(&chosen);
    let month = start_of_month(web.caas.now(), &clerk.user.time_zone);
    let limit = i64::try_from(CARDS).unwrap_or(i64::MAX);
    let mut tx = web.caas.db.read().await?;
    let mut columns = Vec::new();
    for (column, count) in desk::column_counts(&mut tx, scope, month).await? {
        let lines =
            if count > 0 { desk::column(&mut tx, scope, column, month, None, limit).await? } else { Vec::new() };
        columns.push(lane(column, count, &lines, &web, &clerk, &chosen));
    }
    drop(tx);
    let choices = dealership_choices(&web, &clerk).await?;
    let title = locale.t("Tablero de ventas", "Sales board");
    let lead = locale.t(
        "Cada pedido en su paso, los que más esperan primero.",
        "Each order at its step, those waiting longest first.",
    );
    let body = view! {
        <PageHeader title=title lead=lead/>
        {tabs(Some(Tab::Board), &chosen, locale)}
        {search_bar("", &chosen, choices, "/concesionario/tablero", locale)}
        <section class="dealer-board" aria-label=title tabindex="0">{columns}</section>
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// A column of the board.
fn lane(column: Column, count: i64, lines: &[OrderLine], web: &WebContext, clerk: &Clerk<'_>, chosen: &str) -> AnyView {
    let locale = web.locale;
    let name = column_words(column, locale);
    let id = format!("col-{}", column.slug());
    let label = id.clone();
    let cards = lines.iter().map(|line| card(line, web, clerk)).collect_view();
    let is_empty = lines.is_empty();
    let more = (count > i64::try_from(lines.len()).unwrap_or(i64::MAX)).then(|| {
        let all = format!("{}: {name}", locale.t("Ver todos", "See all"));
        view! { <p><a href=column_href(column, chosen) aria-label=all>{locale.t("Ver todos", "See all")}</a></p> }
    });
    view! {
        <section class="dealer-lane" aria-labelledby=label>
            <h2 class="dealer-lane__title" id=id>
                <a href=column_href(column, chosen)>{name}</a>" "<span class="desk-tabs__count">{counted(count)}</span>
            </h2>
            {is_empty.then(|| view! { <p class="small muted">{locale.t("Ninguno", "None")}</p> })}
            <ul class="dealer-cards">{cards}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn card(line: &OrderLine, web: &WebContext, clerk: &Clerk<'_>) -> AnyView {
    let (locale, now) = (web.locale, web.caas.now());
    let (status, word) = status_words(line.status, locale);
    let customer = line.customer_name.clone().unwrap_or_default();
    let car = [line.model_name.clone(), line.plate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let at = clerk.sees_all().then(|| {
        let name = line.dealership_name.clone();
        view! { <p class="small muted">{name}</p> }
    });
    view! {
        <li class="dealer-card">
            <p><a class="stretched code" href=order_href(line.id)>{line.number.clone()}</a></p>
            <p class="dealer-card__who">{customer}</p>
            <p class="small muted">{car}</p>
            {at}
            <StatusPill kind=status word=word/>
            <p class="small muted"><time datetime=exact(line.status_at)>{ago(line.status_at, now, locale)}</time></p>
        </li>
    }
    .into_any()
}

/// One column as a list.
async fn column_page(web: &WebContext, clerk: &Clerk<'_>, column: Column) -> PageResult {
    let locale = web.locale;
    let chosen = chosen(web);
    let month = start_of_month(web.caas.now(), &clerk.user.time_zone);
    let after: Option<Key> = web.query("tras").and_then(|key| key.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = web.caas.db.read().await?;
    let mut lines = desk::column(&mut tx, clerk.scope(&chosen), column, month, after, limit).await?;
    drop(tx);
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let title = column_words(column, locale);
    let here = column_href(column, &chosen);
    let next = match lines.last() {
        Some(last) if more => format!("{here}&tras={}", last.key()),
        _ => String::new(),
    };
    let first = if after.is_some() { here } else { String::new() };
    let list =
        table(&lines, title, web, clerk, |line| (order_href(line.id), ago(line.status_at, web.caas.now(), locale)));
    let body = view! {
        <PageHeader title=title crumbs=crumbs(locale) crumbs_label=locale.t("Estás en", "You are in")/>
        {tabs(Some(Tab::Board), &chosen, locale)}
        {list}
        <Pager label=locale.t("Páginas de pedidos", "Pages of orders")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// What a search found.
async fn found(web: &WebContext, clerk: &Clerk<'_>, typed: &str) -> PageResult {
    let locale = web.locale;
    let chosen = chosen(web);
    let after: Option<Key> = web.query("tras").and_then(|key| key.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = web.caas.db.read().await?;
    let mut lines = desk::search(&mut tx, clerk.scope(&chosen), typed, after, limit).await?;
    drop(tx);
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let text: String = byte_serialize(typed.as_bytes()).collect();
    let which = if chosen.is_empty() { String::new() } else { format!("&concesionario={chosen}") };
    let here = format!("/concesionario/tablero?texto={text}{which}");
    let next = match lines.last() {
        Some(last) if more => format!("{here}&tras={}", last.key()),
        _ => String::new(),
    };
    let first = if after.is_some() { here } else { String::new() };
    let title = format!("{} «{typed}»", locale.t("Pedidos con", "Orders with"));
    let list =
        table(&lines, &title, web, clerk, |line| (order_href(line.id), ago(line.status_at, web.caas.now(), locale)));
    let choices = dealership_choices(web, clerk).await?;
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs(locale) crumbs_label=locale.t("Estás en", "You are in")/>
        {tabs(Some(Tab::Board), &chosen, locale)}
        {search_bar(typed, &chosen, choices, "/concesionario/tablero", locale)}
        {list}
        <Pager label=locale.t("Páginas de pedidos", "Pages of orders")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// Orders as a table. `about` says where a line leads and what stands in its last column.
pub(super) fn table(
    lines: &[OrderLine],
    caption: &str,
    web: &WebContext,
    clerk: &Clerk<'_>,
    about: impl Fn(&OrderLine) -> (String, String),
) -> AnyView {
    let locale = web.locale;
    if lines.is_empty() {
        let action = view! {
            <LinkButton href="/concesionario/tablero">{locale.t("Ver el tablero", "See the board")}</LinkButton>
        };
        return view! {
            <EmptyState title=locale.t("Ningún pedido aquí", "No order here") action=action.into_any()>
                <p>{locale.t("Prueba con otra búsqueda, o mira el tablero.", "Try another search, or see the board.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let mut heads = vec![
        locale.t("Pedido", "Order"),
        locale.t("Cliente", "Customer"),
        locale.t("Coche", "Car"),
        locale.t("Estado", "State"),
        locale.t("Previsto", "Expected"),
        locale.t("Cuándo", "When"),
    ];
    if clerk.sees_all() {
        heads.push(locale.t("Concesionario", "Dealership"));
    }
    let rows = lines
        .iter()
        .map(|line| {
            let (status, word) = status_words(line.status, locale);
            let (href, when) = about(line);
            let customer = line.customer_name.clone().unwrap_or_default();
            let code = line.plate.clone().or_else(|| line.vin.clone()).unwrap_or_default();
            let code = (!code.is_empty()).then(|| view! { <br/><span class="code small">{code}</span> });
            let expected =
                line.estimated_date.as_deref().map_or_else(|| "–".to_owned(), |date| day_words(date, locale));
            let at = clerk.sees_all().then(|| {
                let name = line.dealership_name.clone();
                view! { <td data-label=locale.t("Concesionario", "Dealership")>{name}</td> }
            });
            view! {
                <tr>
                    <td data-label=locale.t("Pedido", "Order")><a class="code" href=href>{line.number.clone()}</a></td>
                    <td data-label=locale.t("Cliente", "Customer")>{customer}</td>
                    <td data-label=locale.t("Coche", "Car")><span>{line.model_name.clone()}{code}</span></td>
                    <td data-label=locale.t("Estado", "State")><StatusPill kind=status word=word/></td>
                    <td data-label=locale.t("Previsto", "Expected")>{expected}</td>
                    <td data-label=locale.t("Cuándo", "When")>{when}</td>
                    {at}
                </tr>
            }
        })
        .collect_view();
    let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
    let caption = caption.to_owned();
    view! { <div class="dense"><DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable></div> }
        .into_any()
}
