//! `/concesionario`: what needs somebody today, the pipeline in figures, the drafts, and what support asks for.

use super::words::{column_words, counted, need_words};
use super::{Clerk, Tab, chosen, clerk, dealership_choices, end_of_tomorrow, order_href, start_of_month, tabs};
use crate::islands::{DealerColumn, DealerDesk, DealerLine, DealerLive, DealerNeed, DealerWords};
use crate::pages::staff::ago;
use crate::pages::support::appointments;
use crate::ui::{ButtonKind, Choice, Field, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField};
use crate::web::dates::{moment, near};
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::sales::desk::{self, Key, Need, OrderLine, Scope};
use caas::sales::orders::ALL_DEALERSHIPS;
use caas::sales::{factory, sale};
use leptos::prelude::*;

/// Orders shown of each reason.
const SHOWN: usize = 5;
/// Orders on one page of a single reason.
const PAGE: usize = 25;
/// Drafts shown.
const DRAFTS: usize = 5;

/// The page.
pub(super) async fn desk_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    if let Some(need) = web.query("necesita").and_then(|slug| Need::of_slug(&slug)) {
        return need_page(&web, &clerk, need).await;
    }
    let locale = web.locale;
    let chosen = chosen(&web);
    let scope = clerk.scope(&chosen);
    let stand = stand(&web, &clerk, &chosen).await?;
    let dealership = match scope {
        Some(id) => desk::dealership(&mut web.caas.db.read().await?, id).await?,
        None => None,
    };
    let title = dealership.map_or_else(|| locale.t("Concesionarios", "Dealerships").to_owned(), |one| one.name);
    let sells = clerk.user.role == Role::Dealer;
    let actions = sells.then(|| {
        view! {
            <LinkButton href="/concesionario/ventas/nueva" kind=ButtonKind::Primary icon=IconName::Plus>
                {locale.t("Nueva venta", "New sale")}
            </LinkButton>
        }
    });
    let drafts = if sells { drafts(&web, &clerk).await? } else { None };
    let asked = if sells { appointments(&web, clerk.user).await? } else { None };
    let choices = dealership_choices(&web, &clerk).await?;
    let topic = scope.map_or_else(|| ALL_DEALERSHIPS.to_owned(), |id| format!("dealership:{id}"));
    let lead =
        locale.t("Lo que te necesita hoy, y cómo va cada venta.", "What needs you today, and how each sale is doing.");
    let body = view! {
        <PageHeader title=title.clone() lead=lead actions=view! { {actions} }.into_any()/>
        {tabs(Some(Tab::Desk), &chosen, locale)}
        {search_bar("", &chosen, choices, "/concesionario", locale)}
        <DealerLive dealership=chosen.clone() topic=topic desk=stand words=words(locale)/>
        {drafts}
        {asked}
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// The search through all orders; administrators also choose the dealership. `here` is the page that the choice goes back to.
pub(super) fn search_bar(
    typed: &str,
    chosen: &str,
    choices: Option<Vec<Choice>>,
    here: &'static str,
    locale: Locale,
) -> AnyView {
    let help = locale.t("Pedido, cliente, correo, bastidor o matrícula.", "Order, customer, email, VIN or plate.");
    let typed = typed.to_owned();
    let kept =
        (!chosen.is_empty()).then(|| view! { <input type="hidden" name="concesionario" value=chosen.to_owned()/> });
    let which = choices.map(|choices| {
        let chosen = chosen.to_owned();
        view! {
            <FilterBar action=here label=locale.t("Elegir concesionario", "Choose a dealership") submit=locale.t("Ver", "Show")>
                <SelectField label=locale.t("Concesionario", "Dealership") name="concesionario" choices=choices value=chosen/>
            </FilterBar>
        }
    });
    view! {
        <div class="dealer-search">
            <FilterBar action="/concesionario/tablero" label=locale.t("Buscar un pedido", "Search for an order") submit=locale.t("Buscar", "Search")>
                {kept}
                <Field label=locale.t("Buscar", "Search") name="texto" kind="search" value=typed maxlength=120 help=help/>
            </FilterBar>
            {which}
        </div>
    }
    .into_any()
}

fn words(locale: Locale) -> DealerWords {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    DealerWords {
        today: t("Te necesita hoy", "Needs you today"),
        pipeline: t("Ventas en marcha", "Sales under way"),
        all: t("Ver todos", "See all"),
        none: t("Nada te espera", "Nothing waits for you"),
        none_text: t(
            "Cuando un pedido necesite algo de ti, aparecerá aquí sin recargar.",
            "When an order needs something of you, it appears here by itself.",
        ),
        factory: t("La fábrica no responde ahora", "The factory does not answer now"),
        offline: t("Sin conexión: esto es lo último que sabemos.", "No connection: this is the last we know."),
    }
}

/// The desk again, for its island.
pub(crate) async fn read_desk(web: &WebContext, chosen: &str) -> Result<DealerDesk, Refusal> {
    let clerk = clerk(web)?;
    stand(web, &clerk, chosen).await
}

/// How the desk stands, in finished words.
async fn stand(web: &WebContext, clerk: &Clerk<'_>, chosen: &str) -> Result<DealerDesk, Refusal> {
    let (now, locale, zone) = (web.caas.now(), web.locale, clerk.user.time_zone.as_str());
    let scope = clerk.scope(chosen);
    let (until, month) = (end_of_tomorrow(now, zone), start_of_month(now, zone));
    let mut tx = web.caas.db.read().await?;
    let mut needs = Vec::new();
    for (need, count) in desk::need_counts(&mut tx, scope, now, until).await? {
        if count == 0 {
            continue;
        }
        let shown = i64::try_from(SHOWN).unwrap_or(i64::MAX);
        let lines = desk::need(&mut tx, scope, need, now, until, None, shown).await?;
        let (title, text, tone) = need_words(need, locale);
        let has_more = count > shown;
        needs.push(DealerNeed {
            id: need.slug().to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            count: counted(count),
            tone,
            lines: lines.iter().map(|line| desk_line(line, need, web, clerk)).collect(),
            more_href: if has_more { need_href(need, chosen) } else { String::new() },
        });
    }
    let counts = desk::column_counts(&mut tx, scope, month).await?;
    let columns = counts
        .into_iter()
        .map(|(column, count)| DealerColumn {
            href: super::board::column_href(column, chosen),
            name: column_words(column, locale).to_owned(),
            count: counted(count),
        })
        .collect();
    let factory_down = factory_down(&mut tx, scope, locale).await?;
    Ok(DealerDesk { factory_down, needs, columns })
}

/// That the factory can't be reached, and what it means; empty while it answers.
pub(super) async fn factory_down(
    tx: &mut caas::kernel::database::Tx,
    scope: Scope,
    locale: Locale,
) -> Result<String, Refusal> {
    if !factory::is_down(tx).await? {
        return Ok(String::new());
    }
    let waiting = factory::queued(tx, scope).await?;
    Ok(match (waiting, locale) {
        (0, Locale::Es) => "Sigue vendiendo: los pedidos se guardan y salen solos cuando vuelva.".to_owned(),
        (0, Locale::En) => "Go on selling: orders are kept and leave by themselves when it is back.".to_owned(),
        (1, Locale::Es) => "Sigue vendiendo: los pedidos se guardan y salen solos cuando vuelva. Espera 1.".to_owned(),
        (1, Locale::En) => {
            "Go on selling: orders are kept and leave by themselves when it is back. 1 waits.".to_owned()
        }
        (n, Locale::Es) => format!("Sigue vendiendo: los pedidos se guardan y salen solos cuando vuelva. Esperan {n}."),
        (n, Locale::En) => format!("Go on selling: orders are kept and leave by themselves when it is back. {n} wait."),
    })
}

fn need_href(need: Need, chosen: &str) -> String {
    let which = if chosen.is_empty() { String::new() } else { format!("&concesionario={chosen}") };
    format!("/concesionario?necesita={}{which}", need.slug())
}

/// Where somebody deals with it.
fn line_href(line: &OrderLine, need: Need) -> String {
    let order = order_href(line.id);
    match need {
        Need::PickUp | Need::Transport | Need::NoAppointment => format!("{order}/entrega"),
        Need::Documents => format!("{order}#documentos"),
        Need::Papers | Need::RegistrationByHand => format!("{order}#matriculacion"),
        Need::NoTransport => format!("{order}/entrega"),
        Need::FinalPayment | Need::Factory | Need::Reservation => order,
    }
}

fn desk_line(line: &OrderLine, need: Need, web: &WebContext, clerk: &Clerk<'_>) -> DealerLine {
    let (now, locale, zone) = (web.caas.now(), web.locale, clerk.user.time_zone.as_str());
    let (when, is_late) = match need {
        Need::PickUp if line.at < now => {
            (format!("{} {}", locale.t("Tenía cita:", "Was due:"), near(line.at, now, zone, locale)), true)
        }
        Need::Transport if line.note.as_deref() == Some("DELIVERED") => {
            (locale.t("Entregado: falta la comprobación", "Handed over: the checks are missing").to_owned(), true)
        }
        Need::PickUp | Need::Transport => (near(line.at, now, zone, locale), false),
        Need::FinalPayment => match line.final_payment_due_at {
            Some(due) => (format!("{} {}", locale.t("Vence el", "Due on"), moment(due, zone, locale)), due < now),
            None => (ago(line.status_at, now, locale), false),
        },
        Need::Factory if line.note.as_deref() == Some("MANUAL") => {
            (locale.t("Lo pide operaciones por teléfono", "Operations order it by phone").to_owned(), true)
        }
        _ => (ago(line.status_at, now, locale), false),
    };
    let mut car: Vec<String> = [line.model_name.clone(), line.plate.clone()].into_iter().flatten().collect();
    if clerk.sees_all() {
        car.push(line.dealership_name.clone());
    }
    DealerLine {
        href: line_href(line, need),
        number: line.number.clone(),
        customer: line.customer_name.clone().unwrap_or_default(),
        car: car.join(" · "),
        when,
        is_late,
    }
}

/// All orders that need somebody for one reason.
async fn need_page(web: &WebContext, clerk: &Clerk<'_>, need: Need) -> PageResult {
    let (now, locale, zone) = (web.caas.now(), web.locale, clerk.user.time_zone.as_str());
    let chosen = chosen(web);
    let scope = clerk.scope(&chosen);
    let after: Option<Key> = web.query("tras").and_then(|key| key.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let until = end_of_tomorrow(now, zone);
    let mut lines = desk::need(&mut web.caas.db.read().await?, scope, need, now, until, after, limit).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let (title, text, _) = need_words(need, locale);
    let here = need_href(need, &chosen);
    let next = match lines.last() {
        Some(last) if more => format!("{here}&tras={}", last.key()),
        _ => String::new(),
    };
    let first = if after.is_some() { here } else { String::new() };
    let list = super::board::table(&lines, title, web, clerk, |line| {
        let line = desk_line(line, need, web, clerk);
        (line.href, line.when)
    });
    let body = view! {
        <PageHeader title=title lead=text crumbs=super::crumbs(locale) crumbs_label=locale.t("Estás en", "You are in")/>
        {tabs(Some(Tab::Desk), &chosen, locale)}
        {list}
        <Pager label=locale.t("Páginas de pedidos", "Pages of orders")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// The sales that the dealership has begun and can go on with.
async fn drafts(web: &WebContext, clerk: &Clerk<'_>) -> Result<Option<AnyView>, Refusal> {
    let (now, locale) = (web.caas.now(), web.locale);
    let Some(dealership) = clerk.reach else { return Ok(None) };
    let drafts = sale::drafts(&mut web.caas.db.read().await?, dealership).await?;
    if drafts.is_empty() {
        return Ok(None);
    }
    let lines = drafts
        .into_iter()
        .take(DRAFTS)
        .map(|draft| {
            let href = format!("/concesionario/ventas/{}", draft.id);
            let who = match draft.customer() {
                nobody if nobody.is_empty() => locale.t("sin cliente todavía", "no customer yet").to_owned(),
                name => name,
            };
            let car = draft.model_name.unwrap_or_default();
            view! {
                <li class="line">
                    <div class="line__text">
                        <p class="line__title"><a href=href>{locale.t("Seguir con la venta", "Go on with the sale")}" · "{who}</a></p>
                        <p class="muted">{car}</p>
                    </div>
                    <p class="line__end small muted">{ago(draft.updated_at, now, locale)}</p>
                </li>
            }
        })
        .collect_view();
    Ok(Some(
        view! {
            <section class="section" aria-labelledby="borradores">
                <h2 id="borradores">{locale.t("Ventas a medias", "Unfinished sales")}</h2>
                <ul class="lines">{lines}</ul>
            </section>
        }
        .into_any(),
    ))
}
