//! `/soporte/clientes/{id}/comunicacion`: what was said to one customer, where, when, whether it got there; and sending it
//! again. Support reads it without amounts, and that somebody looked is on record.

use super::masked::without_amounts;
use crate::pages::notifications::words;
use crate::ui::{Button, Crumb, EmptyState, Fact, KeyValueList, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::accounts::SessionUser;
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::repository::{self as expediente, Customer, has_looked};
use caas::expediente::{Entry, record};
use caas::kernel::Timestamp;
use caas::kernel::error::Result;
use caas::kernel::ids::{NotificationId, UserId};
use caas::notifications::communication::{SaidLine, said_to, send_again};
use chrono::TimeDelta;
use leptos::prelude::*;
use uuid::Uuid;

/// Messages on one page.
const PAGE: i64 = 30;

/// Further looks of the same person within this time are the same look.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(15);

const READERS: [Role; 2] = [Role::Support, Role::Operations];

/// The page.
pub(super) async fn communication_page(web: WebContext) -> PageResult {
    let user = web.require_role(&READERS)?;
    let id: UserId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let customer = expediente::customer(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let before = web.query("antes").and_then(|key| parse_key(&key));
    let mut lines = said_to(&mut tx, id, before, web.caas.now(), PAGE + 1).await?;
    drop(tx);
    note_look(&web, user.id, id).await?;
    let earlier = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let here = format!("/soporte/clientes/{id}/comunicacion");
    let next = match lines.last() {
        Some(last) if earlier => format!("{here}?antes={}", key(last)),
        _ => String::new(),
    };
    let first = if before.is_some() { here } else { String::new() };
    let locale = web.locale;
    let title = format!("{} {}", locale.t("Comunicación con", "Communication with"), customer.name);
    let lead = locale.t(
        "Qué se le ha dicho, por dónde y si llegó. Tu consulta queda registrada.",
        "What they were told, where, and whether it got there. Your look is on record.",
    );
    let list = if lines.is_empty() {
        view! { <EmptyState title=locale.t("Nada todavía", "Nothing yet")><p>{locale.t("No se le ha escrito.", "They have not been written to.")}</p></EmptyState> }
            .into_any()
    } else {
        let items = lines.iter().map(|line| item(&web, user, &customer, line)).collect_view();
        view! { <ul class="lines">{items}</ul> }.into_any()
    };
    let crumbs = vec![match user.role {
        Role::Operations => Crumb::new("/operaciones", locale.t("Operaciones", "Operations")),
        _ => Crumb::new("/soporte", locale.t("Soporte", "Support")),
    }];
    let story = format!("/soporte/clientes/{id}/expediente");
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")
            actions=view! { <LinkButton href=story>{locale.t("Ver el expediente", "See the story")}</LinkButton> }.into_any()/>
        {list}
        <Pager label=locale.t("Páginas de mensajes", "Pages of messages")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next next_word=locale.t("Anteriores", "Earlier")/>
    };
    let section = if user.role == Role::Operations { Section::Operations } else { Section::Support };
    Ok(Page::new(title, body).section(section))
}

/// Time and id: the key of the next page.
fn key(line: &SaidLine) -> String {
    format!("{}_{}", line.created_at.timestamp_micros(), line.id)
}

fn parse_key(text: &str) -> Option<(Timestamp, NotificationId)> {
    let (at, id) = text.split_once('_')?;
    Some((Timestamp::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

/// Enters in the audit log who looked.
async fn note_look(web: &WebContext, by: UserId, customer: UserId) -> Result<()> {
    let since = web.caas.now() - ONE_LOOK;
    if has_looked(&mut web.caas.db.read().await?, customer, by, since).await? {
        return Ok(());
    }
    let entry = Entry {
        data: serde_json::json!({ "what": "messages" }),
        ..Entry::new(Some(customer), Actor::staff(by), EntryKind::ExpedienteRead, SubjectKind::Expediente, customer.0)
    };
    let mut tx = web.caas.db.begin().await?;
    record(&web.caas, &mut tx, entry).await?;
    tx.commit().await
}

fn item(web: &WebContext, user: &SessionUser, customer: &Customer, line: &SaidLine) -> AnyView {
    let locale = web.locale;
    let may_see = user.role == Role::Operations;
    let said = |text: &str| if may_see { text.to_owned() } else { without_amounts(text) };
    let time = |at: Timestamp| moment(at, &user.time_zone, locale);
    let (status, word) = words::status(line.status, line.late, locale);
    let mut facts = vec![
        Fact::text(locale.t("Mensaje", "Message"), words::event(line.event, locale)),
        Fact::text(locale.t("Plazo", "Deadline"), time(line.deadline_at)),
    ];
    if let Some(address) = &line.address {
        facts.push(Fact::text(locale.t("A", "To"), address.clone()));
    }
    if let Some(sent) = line.sent_at {
        facts.push(Fact::text(locale.t("Enviado", "Sent"), time(sent)));
    }
    if let Some(read) = line.read_at {
        facts.push(Fact::text(locale.t("Leído", "Read"), time(read)));
    }
    if line.attempts > 1 {
        facts.push(Fact::text(locale.t("Intentos", "Tries"), line.attempts.to_string()));
    }
    if let Some(trouble) = &line.trouble {
        facts.push(Fact::text(locale.t("Motivo", "Reason"), words::trouble(trouble, locale)));
    }
    if line.resent_from.is_some() {
        facts.push(Fact::text(locale.t("Es", "Is"), locale.t("un reenvío", "sent again")));
    }
    let text = if line.text.is_empty() {
        view! { <p class="muted">{locale.t("El texto contenía un enlace secreto y no se guarda.", "The text held a secret link and is not kept.")}</p> }
            .into_any()
    } else {
        line.text
            .lines()
            .filter(|text| !text.trim().is_empty())
            .map(|text| view! { <p>{said(text)}</p> })
            .collect_view()
            .into_any()
    };
    let again = line.can_resend.then(|| again(web, customer.id, line));
    view! {
        <li class="line" id=format!("m-{}", line.id)>
            <div class="line__text">
                <p class="line__title">{said(&line.subject)}</p>
                <p class="muted small">{words::channel(line.channel, locale)}" · "<time datetime=exact(line.created_at)>{time(line.created_at)}</time></p>
                <details class="disclosure">
                    <summary>{locale.t("Ver el mensaje", "See the message")}</summary>
                    <KeyValueList facts=facts/>
                    {text}
                    {again}
                </details>
            </div>
            <div class="line__end"><StatusPill kind=status word=word/></div>
        </li>
    }
    .into_any()
}

/// The form that sends it once more. Its number is made with the page: a double click sends once.
fn again(web: &WebContext, customer: UserId, line: &SaidLine) -> AnyView {
    let locale = web.locale;
    let label = format!("{}: {}", locale.t("Enviar de nuevo", "Send again"), words::channel(line.channel, locale));
    view! {
        <form method="post" action="/api/soporte/comunicacion/reenviar">
            <input type="hidden" name="customer" value=customer.to_string()/>
            <input type="hidden" name="message" value=line.id.to_string()/>
            <input type="hidden" name="request" value=web.caas.new_uuid().to_string()/>
            <Button>{label}</Button>
        </form>
    }
    .into_any()
}

/// Sends a message to a customer once more.
#[server(endpoint = "soporte/comunicacion/reenviar")]
pub async fn resend_message(
    #[server(default)] customer: String,
    #[server(default)] message: String,
    #[server(default)] request: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let agent = web.require_role(&READERS)?.id;
        let customer: UserId = customer.parse().map_err(|_| Refusal::NotFound)?;
        let message: NotificationId = message.parse().map_err(|_| Refusal::NotFound)?;
        let request: Uuid = request.parse().map_err(|_| Refusal::NotFound)?;
        let sent = send_again(&web.caas, agent, customer, message, request).await?;
        let toast = if sent { Message::SentAgain } else { Message::NotSentAgain };
        Ok(Goto::to(format!("/soporte/clientes/{customer}/comunicacion")).toast(toast))
    })
    .await
}
