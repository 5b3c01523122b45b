//! `/soporte/{number}`: one case in three panes: the list it came from, the case, and on the right the money, the car and
//! what can be done.

use super::actions::Carried;
use super::attempts::{attempts, snapshots};
use super::conversation::{SHOWN, conversation};
use super::diagnosis::{answers, configuration, log, network, trace, vehicle};
use super::live::desk_line;
use super::money::MoneyFacts;
use super::packet::Packet;
use super::query::Query;
use super::words::{history_words, priority_words, queue_words, solution_words, status_words, team_words};
use super::{clock_pill, desk, facts, reason, replying, similar, status, tasks, theft, ways_out};
use crate::islands::{CaseLive, CaseSigns, CaseWords};
use crate::pages::maintenance;
use crate::pages::withdrawal::consents;
use crate::ui::{Crumb, Fact, Icon, IconName, PageHeader, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{CurrentUser, Page, PageResult, Refusal, Role, Section, WebContext};
use caas::activation::repository::{self as activations, Activation};
use caas::expediente::model::StoredEntry;
use caas::expediente::repository::{self as expediente, GivenConsent};
use caas::kernel::locale::Locale;
use caas::maintenance::Upkeep;
use caas::payments::repository::{self as payments, Payment};
use caas::rights::theft::{NotedTheft, notes_of};
use caas::support::model::{Macro, TicketStatus};
use caas::support::{self, Agent, AgentName, Attachment, Group, Message, Presence, Task, TicketCase, TicketLine};
use caas::ways_out::{Manual, manual_of};
use leptos::prelude::*;
use serde_json::Value;

/// Cases of the list beside a case.
const BESIDE: i64 = 25;

/// Everything a case's page shows, read at one moment.
struct Whole {
    /// The car's maintenance as last known.
    upkeep: Option<Upkeep>,
    case: TicketCase,
    messages: Vec<Message>,
    attachments: Vec<Attachment>,
    history: Vec<StoredEntry>,
    tasks: Vec<Task>,
    present: Vec<Presence>,
    draft: Option<String>,
    group: Group,
    macros: Vec<Macro>,
    agents: Vec<AgentName>,
    beside: Vec<TicketLine>,
    activation: Option<Activation>,
    payment: Option<Payment>,
    payment_entries: Vec<StoredEntry>,
    manual: Option<Manual>,
    consents: Vec<GivenConsent>,
    thefts: Vec<NotedTheft>,
}

async fn read(web: &WebContext, user: &CurrentUser, query: &Query) -> Result<Whole, Refusal> {
    let now = web.caas.now();
    let mut tx = web.caas.db.read().await?;
    let case = support::case(&mut tx, web.param("number")).await?.ok_or(Refusal::NotFound)?;
    let ticket = &case.ticket;
    let activation = match ticket.activation {
        Some(id) => Some(activations::load(&mut tx, id).await?),
        None => None,
    };
    let payment = match activation.as_ref().and_then(|one| one.payment_id) {
        Some(id) => Some(payments::load(&mut tx, id).await?),
        None => None,
    };
    let payment_entries = match &payment {
        Some(payment) => expediente::about(&mut tx, payment.id.0).await?,
        None => Vec::new(),
    };
    let manual = match ticket.activation {
        Some(id) => manual_of(&mut tx, id).await?,
        None => None,
    };
    let consents = match ticket.activation {
        Some(id) => expediente::consents_of(&mut tx, id.0).await?,
        None => Vec::new(),
    };
    let upkeep = match ticket.vehicle_id {
        Some(id) => Some(Upkeep::of(&web.caas, &mut tx, id, &user.time_zone).await?),
        None => None,
    };
    Ok(Whole {
        upkeep,
        consents,
        thefts: notes_of(&mut tx, ticket.customer_id, ticket.vehicle_id).await?,
        messages: support::messages(&mut tx, ticket, SHOWN).await?,
        attachments: support::attachments(&mut tx, ticket).await?,
        history: support::history(&mut tx, ticket.id).await?,
        tasks: support::tasks_on(&mut tx, ticket.id).await?,
        present: support::presence(&mut tx, ticket.id, now).await?,
        draft: support::draft(&mut tx, ticket.id, user.id).await?,
        group: support::similar(&mut tx, ticket, 5).await?,
        macros: support::macros(&mut tx).await?,
        agents: support::agents(&mut tx).await?,
        beside: support::list(&mut tx, &query.filter(user.id), now, BESIDE).await?,
        activation,
        payment,
        payment_entries,
        manual,
        case,
    })
}

/// The page.
pub(super) async fn ticket_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Support, Role::Operations])?;
    let can_work = user.role == Role::Support;
    let locale = web.locale;
    let query = Query::of(&web);
    let whole = read(&web, user, &query).await?;
    let number = whole.case.ticket.number.clone();
    // Where scripts run the page gives its sign by itself, and goes on giving it.
    if can_work && !web.has_script {
        support::touch_presence(&web.caas, &Agent { id: user.id }, whole.case.ticket.id).await?;
    }
    let carried = Carried { number: number.clone(), version: whole.case.ticket.version, back: query.case(&number) };
    let catalogue = web.caas.catalogue().await?;
    let beside = can_work.then(|| beside(&whole, &query, &web));
    let signs = can_work.then(|| signs(&whole, user, &carried, locale));
    let work = can_work.then(|| {
        let open = whole.case.ticket.status.is_open();
        let ways = open.then(|| {
            let Whole { case, activation, manual, .. } = &whole;
            ways_out::ways_out(&web, case, activation.as_ref(), manual.as_ref(), &catalogue, &carried)
        });
        view! {
            {desk::desk_forms(&web, &whole.case, &whole.agents, &carried, user.id)}
            {ways}
        }
    });
    let keys = can_work.then(|| super::list::keys(locale).into_any());
    let class = if can_work { "panes" } else { "panes panes--two" };
    let body = view! {
        <div class=class>
            {beside}
            <div class="pane pane--case">
                {header(&whole, &query, &web, can_work).into_any()}
                {signs}
                {middle(&whole, &web, user, can_work, &carried)}
            </div>
            <aside class="pane" aria-label=locale.t("Dinero, coche y acciones", "Money, car and actions")>
                {money(&whole, &web, user)}
                {theft::notes(&whole.thefts, &user.time_zone, locale)}
                {agreed(&whole, user, locale)}
                {work}
                {can_work.then(|| similar::similar_box(&whole.case, &whole.group, &query, web.caas.now(), locale))}
                {people(&whole, &web)}
                {can_work.then(|| whole.case.ticket.vehicle_id.map(|_| status::status_box(&web, &carried, &user.time_zone)))}
                {car(&whole, &user.time_zone, locale)}
            </aside>
        </div>
        {keys}
    };
    Ok(Page::new(number, body).class("page page--wide").section(Section::Support))
}

/// The list somebody came from.
fn beside(whole: &Whole, query: &Query, web: &WebContext) -> AnyView {
    let (locale, now) = (web.locale, web.caas.now());
    let items = whole
        .beside
        .iter()
        .map(|line| {
            let current = (line.id == whole.case.ticket.id).then_some("page");
            let line = desk_line(line, query, now, locale);
            let about = if line.about.is_empty() { line.reason } else { line.about };
            view! {
                <li>
                    <a data-case="" href=line.href aria-current=current><span class="code">{line.number}</span>" "{about}</a>
                    <p class="small muted">{line.customer}</p>
                    <p class="small"><span class=format!("pill {}", line.clock_tone.class())>{line.clock}</span></p>
                </li>
            }
        })
        .collect_view();
    let title = query.list.words(locale);
    view! {
        <nav class="pane pane--list" aria-label=locale.t("Casos de la lista", "Cases of the list")>
            <p><a href=query.at("/soporte")>{title}</a></p>
            <ul class="ticket-list">{items}</ul>
        </nav>
    }
    .into_any()
}

fn header(whole: &Whole, query: &Query, web: &WebContext, can_work: bool) -> impl IntoView + use<> {
    let (locale, case) = (web.locale, &whole.case);
    let ticket = &case.ticket;
    let service = case.service_names.as_ref().map(|names| names.0.get(locale).to_owned());
    let about = ticket.subject.clone().or(service).unwrap_or_default();
    let lead = [about, reason(&ticket.reason, locale)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let (status, word) = status_words(ticket.status, false, locale);
    let (pressing, priority) = priority_words(ticket.priority, locale);
    let clock = ticket
        .status
        .is_open()
        .then(|| clock_pill(ticket.answer_due_at, ticket.answer_left_seconds, web.caas.now(), locale));
    let solution = ticket.solution().map(|solution| {
        view! { <StatusPill kind=status word=solution_words(solution, locale)/> }
    });
    let pills = view! {
        <StatusPill kind=status word=word/>
        {clock}
        <StatusPill kind=pressing word=format!("{} {}", locale.t("Prioridad", "Priority"), priority.to_lowercase())/>
        {solution}
    };
    let crumbs = vec![Crumb::new(query.at("/soporte"), query.list.words(locale))];
    let jumps = [
        ("conversacion", locale.t("Conversación", "Conversation")),
        ("responder", locale.t("Responder", "Answer")),
        ("trabajo", locale.t("Trabajar", "Work")),
        ("salidas", locale.t("Salidas", "Ways out")),
        ("dinero", locale.t("Dinero", "Money")),
    ];
    let open = ticket.status.is_open();
    let jumps = jumps
        .into_iter()
        .filter(|(to, _)| match *to {
            "responder" | "salidas" => can_work && open,
            "trabajo" => can_work,
            "dinero" => whole.activation.is_some(),
            _ => true,
        })
        .map(|(to, name)| view! { <li><a href=format!("#{to}")>{name}</a></li> })
        .collect_view();
    view! {
        <PageHeader title=ticket.number.clone() lead=lead.join(" · ") crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")
            actions=pills.into_any()/>
        <nav class="case-jumps" aria-label=locale.t("En este caso", "In this case")><ul>{jumps}</ul></nav>
        <a hidden=true data-key-list="" href=query.at("/soporte")>{locale.t("Volver a la lista", "Back to the list")}</a>
        <a hidden=true data-key-search="" href="/soporte#buscar">{locale.t("Buscar un caso", "Search for a case")}</a>
    }
}

fn signs(whole: &Whole, user: &CurrentUser, carried: &Carried, locale: Locale) -> AnyView {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let others = whole.present.iter().filter(|one| one.agent != user.id).map(|one| one.name.clone()).collect();
    let signs = CaseSigns {
        others,
        version: whole.case.ticket.version,
        last_message: whole.messages.last().map(|message| message.id.to_string()).unwrap_or_default(),
    };
    let words = CaseWords {
        also_here: t("También está en este caso:", "Also on this case:"),
        news: t("Hay algo nuevo en este caso.", "There is something new on this case."),
        show: t("Verlo (tu borrador se guarda)", "See it (your draft is kept)"),
    };
    view! {
        <CaseLive number=carried.number.clone() topic=format!("ticket:{}", whole.case.ticket.id) signs=signs
            href=carried.back.clone() words=words/>
    }
    .into_any()
}

fn middle(whole: &Whole, web: &WebContext, user: &CurrentUser, can_work: bool, carried: &Carried) -> AnyView {
    let (locale, zone) = (web.locale, user.time_zone.as_str());
    let empty = Value::Null;
    let root = whole.case.diagnostics.as_ref().map_or(&empty, |package| &package.0);
    let packet = Packet { root, zone, locale };
    let diagnosis = (!root.is_null()).then(|| {
        let now = status::just_said(web);
        view! {
            <section class="section dense" aria-labelledby="diagnostico">
                <h2 id="diagnostico">{locale.t("Diagnóstico", "Diagnosis")}</h2>
                {attempts(&packet)}
                {snapshots(&packet, now.as_ref())}
                <div class="columns--cards">
                    {configuration(&packet)}
                    {network(&packet)}
                </div>
                {answers(&packet)}
                {log(&packet)}
                {whole.activation.as_ref().and_then(|one| trace(web, one.id))}
            </section>
        }
    });
    let seen = whole.messages.last().map(|message| message.id.to_string()).unwrap_or_default();
    let open = whole.case.ticket.status.is_open();
    let writing = can_work.then(|| {
        let reply = match &whole.draft {
            Some(draft) if !open => Some(replying::left_over(web, draft)),
            _ if !open => None,
            draft => Some(replying::reply_form(web, &whole.case, &whole.macros, draft.clone(), &seen, carried)),
        };
        let planned =
            (!whole.tasks.is_empty()).then(|| tasks::task_list(&whole.tasks, web, zone, &carried.back, false));
        view! {
            {reply}
            <div class="stack">
                {replying::note_form(web, carried)}
                {replying::task_form(web, carried)}
                {planned}
            </div>
        }
    });
    view! {
        <div class="stack stack--l">
            {diagnosis}
            {conversation(web, &whole.case, &whole.messages, &whole.attachments, zone)}
            {writing}
            {history(&whole.history, zone, locale)}
        </div>
    }
    .into_any()
}

fn history(entries: &[StoredEntry], zone: &str, locale: Locale) -> AnyView {
    let lines = entries
        .iter()
        .map(|entry| {
            let words = history_words(entry.kind, locale);
            let states = match (&entry.before, &entry.after) {
                (Some(before), Some(after)) => match (before.parse(), after.parse()) {
                    (Ok(before), Ok(after)) => {
                        let word = |status: TicketStatus| status_words(status, false, locale).1;
                        format!("{} → {}", word(before), word(after))
                    }
                    _ => String::new(),
                },
                _ => String::new(),
            };
            view! {
                <li>
                    <time datetime=exact(entry.at)>{moment(entry.at, zone, locale)}</time>" "
                    <span>{words}</span>" "<span class="muted small">{states}</span>
                </li>
            }
        })
        .collect_view();
    let count = entries.len();
    view! {
        <details class="card">
            <summary>{locale.t("Historia del caso", "History of the case")}" ("{count}")"</summary>
            <ol class="log-lines">{lines}</ol>
        </details>
    }
    .into_any()
}

/// Where the money is, in one sentence with its proof.
fn money(whole: &Whole, web: &WebContext, user: &CurrentUser) -> Option<AnyView> {
    let locale = web.locale;
    let activation = whole.activation.as_ref()?;
    let facts = MoneyFacts {
        activation,
        payment: whole.payment.as_ref(),
        entries: &whole.payment_entries,
        zone: &user.time_zone,
        locale,
        sees_amounts: user.role == Role::Operations,
    };
    let (class, icon, word) = if facts.is_charged() {
        ("card stack tone-done case-money", IconName::Charged, locale.t("Cobrado", "Charged"))
    } else {
        ("card stack tone-neutral case-money", IconName::Held, locale.t("No cobrado", "Not charged"))
    };
    let sentence = facts.sentence();
    Some(
        view! {
            <section class=class id="dinero" aria-labelledby="dinero-titulo">
                <h2 id="dinero-titulo" class="card__title"><Icon name=icon/>" "{word}</h2>
                <p>{sentence}</p>
            </section>
        }
        .into_any(),
    )
}

/// What the customer agreed to with this order, as the customer reads it too.
fn agreed(whole: &Whole, user: &CurrentUser, locale: Locale) -> Option<AnyView> {
    let list = consents(&whole.consents, &user.time_zone, locale)?;
    let words = locale.t("Lo que aceptó, palabra por palabra", "What they agreed to, word for word");
    Some(view! { <details class="card"><summary>{words}</summary>{list}</details> }.into_any())
}

/// Whose case it is, and where it stands among us.
fn people(whole: &Whole, web: &WebContext) -> Option<AnyView> {
    let (locale, case) = (web.locale, &whole.case);
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let customer = case.ticket.customer_id;
    let link = |path: &str, words: &str| {
        let (href, words) = (format!("/soporte/clientes/{customer}/{path}"), words.to_owned());
        view! { <a href=href>{words}</a> }.into_any()
    };
    let none = || locale.t("Nadie", "Nobody").to_owned();
    let mut list = vec![
        Fact::text(locale.t("Cliente", "Customer"), case.customer_name.clone()),
        Fact::text(locale.t("Correo", "Email"), case.customer_email.clone()),
    ];
    if let Some(phone) = &case.customer_phone {
        list.push(Fact::text(locale.t("Teléfono", "Phone"), phone.clone()));
    }
    list.push(Fact::view(locale.t("Historia", "Story"), link("expediente", locale.t("Su expediente", "Their story"))));
    list.push(Fact::view(
        locale.t("Lo dicho", "What was said"),
        link("comunicacion", locale.t("Correos, SMS y avisos", "Mails, SMS and notices")),
    ));
    list.push(Fact::text(locale.t("Lo lleva", "Has it"), case.assignee_name.clone().unwrap_or_else(none)));
    list.push(Fact::text(locale.t("Equipo", "Team"), team_words(case.ticket.team, locale)));
    list.push(Fact::text(locale.t("Cola", "Queue"), queue_words(case.ticket.queue, locale)));
    list.push(Fact::text(locale.t("Abierto", "Opened"), moment(case.ticket.created_at, zone, locale)));
    list.push(Fact::text(
        locale.t("Primera respuesta, límite", "First answer by"),
        moment(case.ticket.first_answer_due_at, zone, locale),
    ));
    facts(locale.t("Cliente y caso", "Customer and case"), list)
}

fn car(whole: &Whole, zone: &str, locale: Locale) -> Option<AnyView> {
    let case = &whole.case;
    let empty = Value::Null;
    let root = case.diagnostics.as_ref().map_or(&empty, |package| &package.0);
    let packet = Packet { root, zone, locale };
    let mut list = Vec::new();
    if let Some(model) = &case.model_name {
        list.push(Fact::text(locale.t("Modelo", "Model"), model.clone()));
    }
    if let Some(plate) = &case.plate {
        list.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
    }
    if let Some(vin) = &case.vin {
        list.push(Fact::code("VIN", vin.clone()));
    }
    if let Some(upkeep) = &whole.upkeep {
        list.push(Fact::view(locale.t("Garantía", "Warranty"), maintenance::warranty_pill(upkeep.warranty, locale)));
        list.push(Fact::text(locale.t("Mantenimiento", "Maintenance"), maintenance::for_agents(upkeep, zone, locale)));
    }
    list.extend(vehicle(&packet));
    if let Some(ordered) = packet.time("orderedAt") {
        list.push(Fact::text(locale.t("Pedido el", "Ordered"), ordered));
    }
    facts(locale.t("Coche", "Car"), list)
}
