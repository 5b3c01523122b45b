//! `/operaciones/finanzas/tareas/{id}`: one charge that a bank took back, and what finance does about it.

use super::chargeback_words::{deed_name, event_name, refusal_words, standing, what_the_books_say};
use super::movement::about_facts;
use super::work::{Deed, work};
use super::{TASKS, finance, finance_crumbs};
use crate::ui::{
    Button, ButtonKind, Choice, ConfirmBox, Crumb, Fact, IconName, KeyValueList, LinkButton, PageHeader, SelectField,
    StatusPill, TextArea,
};
use crate::web::dates::moment;
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::finance::books::about_payment;
use caas::finance::chargebacks::desk::{self, Task, TaskRefusal};
use caas::kernel::locale::Locale;
use caas::payments::chargebacks::{TaskEvent, TaskState};
use leptos::prelude::*;
use uuid::Uuid;

/// The forms' names in what comes back with them.
const COMMENT: &str = "comentar-tarea";
const ADVANCE: &str = "avanzar-tarea";

/// The page.
pub(super) async fn task_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let (locale, zone) = (web.locale, user.time_zone.as_str());
    let mut tx = web.caas.db.read().await?;
    let task = desk::find(&mut tx, web.param_as("id")?).await?.ok_or(Refusal::NotFound)?;
    let about = about_payment(&mut tx, task.payment_id).await?;
    let notes = desk::notes(&mut tx, task.id).await?;
    drop(tx);
    let title = format!("{} · {}", locale.t("Contracargo", "Chargeback"), task.amount().display(locale));
    let (kind, word) = standing(&task, web.caas.now(), locale);
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(TASKS, locale.t("Contracargos", "Chargebacks")));
    let nobody = || locale.t("Nadie todavía", "Nobody yet").to_owned();
    let mut facts = vec![
        Fact::text(locale.t("Cliente", "Customer"), task.customer_name.clone()),
        Fact::text(locale.t("Contestar antes de", "Answer before"), moment(task.due_at, zone, locale)),
        Fact::text(locale.t("El banco se lo llevó", "The bank took it"), moment(task.opened_at, zone, locale)),
        Fact::text(locale.t("La lleva", "Dealt with by"), task.owner_name.clone().unwrap_or_else(nobody)),
    ];
    if let Some(reason) = &task.reason {
        facts.push(Fact::code(locale.t("Motivo del banco", "The bank's reason"), reason.clone()));
    }
    for (label, at) in
        [(locale.t("Contestada", "Answered"), task.answered_at), (locale.t("Cerrada", "Closed"), task.closed_at)]
    {
        if let Some(at) = at {
            facts.push(Fact::text(label, moment(at, zone, locale)));
        }
    }
    facts.extend(about_facts(&about, locale));
    let done = notes
        .into_iter()
        .map(|note| Deed {
            title: format!("{} · {}", deed_name(note.deed, locale), note.agent_name),
            at: note.at,
            text: note.text,
        })
        .collect();
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone() lead=what_the_books_say(task.state, locale) crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
            <div class="card"><KeyValueList facts=facts/></div>
            {evidence_links(&task, locale)}
            <section class="section" aria-labelledby="trabajo">
                <h2 id="trabajo">{locale.t("Lo que hemos hecho", "What we have done")}</h2>
                {work(done, zone, locale)}
                {forms(&web, &task)}
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}

fn evidence_links(task: &Task, locale: Locale) -> AnyView {
    let page = format!("{TASKS}/{}/pruebas", task.id);
    let links = Locale::ALL
        .iter()
        .map(|language| {
            let href = format!("{page}.html?idioma={language}");
            let label = match language {
                Locale::Es => locale.t("Descargar en español", "Download in Spanish"),
                Locale::En => locale.t("Descargar en inglés", "Download in English"),
            };
            view! { <LinkButton href=href icon=IconName::Download>{label}</LinkButton> }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="pruebas">
            <h2 id="pruebas" class="card__title">{locale.t("Las pruebas para el banco", "The evidence for the bank")}</h2>
            <p>{locale.t(
                "Lo que se acordó, la confirmación del coche anterior al cobro, lo que se le dijo al cliente y el sello de la cadena. Solo de esta compra, sin datos de tarjeta ni notas nuestras.",
                "What was agreed, the car's confirmation before the charge, what the customer was told, and the chain's seal. Of this purchase alone, without card data or notes of ours.",
            )}</p>
            <div class="actions">
                <LinkButton href=page.clone() icon=IconName::Document>{locale.t("Ver e imprimir", "See and print")}</LinkButton>
                {links}
            </div>
        </section>
    }
    .into_any()
}

fn wrong(form: &FormState, field: &str, locale: Locale) -> String {
    form.problem::<TaskRefusal>(field).map(|why| refusal_words(why, locale).to_owned()).unwrap_or_default()
}

fn forms(web: &WebContext, task: &Task) -> AnyView {
    let (locale, id) = (web.locale, task.id.to_string());
    let mine = web.user.as_ref().is_some_and(|user| Some(user.id) == task.owner_id);
    let take = (!task.state.is_over() && !mine).then(|| {
        let (id, seen) = (id.clone(), task.version.to_string());
        let word = match &task.owner_name {
            Some(_) => locale.t("Llevarla yo en su lugar", "Take it over"),
            None => locale.t("Llevarla yo", "Take it"),
        };
        view! {
            <form method="post" action="/api/operaciones/tareas/llevar">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="seen" value=seen/>
                <Button kind=ButtonKind::Primary>{word}</Button>
            </form>
        }
    });
    let form = web.form(COMMENT);
    let (typed, problem) = (form.value("text"), wrong(&form, "text", locale));
    let comment = view! {
        <form class="form" method="post" action="/api/operaciones/tareas/comentar">
            <input type="hidden" name="id" value=id/>
            <TextArea label=locale.t("Comentario", "Comment") id="comentario" name="text" rows=3 maxlength=2000 required=true value=typed error=problem/>
            <div class="form__actions"><Button>{locale.t("Comentar", "Comment")}</Button></div>
        </form>
    };
    view! { <div class="card stack">{take}{comment}{advance_box(web, task)}</div> }.into_any()
}

/// The next steps, once somebody deals with it.
fn advance_box(web: &WebContext, task: &Task) -> Option<AnyView> {
    let locale = web.locale;
    let steps = [TaskEvent::Answered, TaskEvent::Won, TaskEvent::Lost];
    let choices: Vec<_> = steps
        .into_iter()
        .filter(|event| task.state.on(*event).is_some())
        .map(|event| Choice::new(event.as_str(), event_name(event, locale)))
        .collect();
    if choices.is_empty() {
        return None;
    }
    let form = web.form(ADVANCE);
    let (open, chosen, typed) = (form.has_errors(), form.value("event"), form.value("text"));
    let (wrong_choice, wrong_text) = (wrong(&form, "event", locale), wrong(&form, "text", locale));
    let (id, seen) = (task.id.to_string(), task.version.to_string());
    let opener = match task.state {
        TaskState::Answered => locale.t("Anotar lo que decidió el banco", "Write down what the bank decided"),
        _ => locale.t("Anotar el siguiente paso", "Write down the next step"),
    };
    Some(
        view! {
            <ConfirmBox opener=opener open=open title=locale.t("¿Qué ha pasado?", "What has happened?")>
                <p>{locale.t("Los libros no cambian. Queda en la auditoría con tu nombre.", "The books do not change. It stands in the audit log with your name.")}</p>
                <form class="form" method="post" action="/api/operaciones/tareas/avanzar">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="seen" value=seen/>
                    <SelectField label=locale.t("Paso", "Step") name="event" choices=choices value=chosen error=wrong_choice/>
                    <TextArea label=locale.t("Qué se envió o qué dijo el banco", "What was sent, or what the bank said") id="detalle" name="text" rows=3 maxlength=2000 required=true value=typed error=wrong_text/>
                    <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Anotarlo", "Write it down")}</Button></div>
                </form>
            </ConfirmBox>
        }
        .into_any(),
    )
}

fn parse(id: &str) -> Result<Uuid, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

/// The version a page was made from; what makes no sense was never shown.
fn version(seen: &str) -> i64 {
    seen.parse().unwrap_or(-1)
}

/// Where a form of a task ends: on its page, with what was wrong.
fn end(outcome: Result<(), TaskRefusal>, id: Uuid, form: FormState) -> Result<Goto, Refusal> {
    let there = format!("{TASKS}/{id}");
    match outcome {
        Ok(()) => Ok(Goto::to(there).toast(Message::Saved)),
        Err(TaskRefusal::NotFound) => Err(Refusal::NotFound),
        Err(TaskRefusal::NotThen) => Ok(Goto::to(there).toast(Message::Overtaken)),
        Err(why @ TaskRefusal::NoChoice) => Ok(Goto::back(there, form.wrong("event", why))),
        Err(why @ TaskRefusal::NoWords) => Ok(Goto::back(there, form.wrong("text", why))),
    }
}

/// Takes a task, or takes it over.
#[server(endpoint = "operaciones/tareas/llevar")]
pub async fn take_task(#[server(default)] id: String, #[server(default)] seen: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = desk::take(&web.caas, by, id, version(&seen)).await?;
        end(outcome, id, FormState::default())
    })
    .await
}

/// Says something of a task.
#[server(endpoint = "operaciones/tareas/comentar")]
pub async fn comment_task(#[server(default)] id: String, #[server(default)] text: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = desk::comment(&web.caas, by, id, &text).await?;
        end(outcome, id, FormState::new(COMMENT).with_text("text", &text))
    })
    .await
}

/// Writes down that the bank was answered, or what it decided.
#[server(endpoint = "operaciones/tareas/avanzar")]
pub async fn advance_task(
    #[server(default)] id: String,
    #[server(default)] seen: String,
    #[server(default)] event: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = match event.parse() {
            Ok(event) => desk::advance(&web.caas, by, id, version(&seen), event, &text).await?,
            Err(_) => Err(TaskRefusal::NoChoice),
        };
        end(outcome, id, FormState::new(ADVANCE).with("event", &event).with_text("text", &text))
    })
    .await
}
