//! `/operaciones/finanzas/conciliacion/{id}`: one disagreement, what it is made of, and what finance does about it.

use super::movement::about_facts;
use super::reconciliation::standing;
use super::reconciliation_words::{
    class_name, conclusion, deed_name, event_words, kind_name, refusal_words, resolution_name, way_words,
};
use super::work::{Deed, work};
use super::{RECONCILIATION, finance, finance_crumbs};
use crate::pages::expediente::day_words;
use crate::ui::{
    ActivationTimeline, Button, ButtonKind, Choice, ConfirmBox, Crumb, Fact, KeyValueList, PageHeader, SelectField,
    StatusPill, TextArea, TimelineEntry,
};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::finance::books::about_payment;
use caas::finance::reconciliation::ask_for;
use caas::finance::reconciliation::desk::{self, Event};
use caas::finance::reconciliation::model::{Discrepancy, DiscrepancyState, FinanceRefusal, Resolution, Way};
use caas::kernel::Timestamp;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use leptos::prelude::*;
use uuid::Uuid;

/// The forms' names in what comes back with them.
const ASSIGN: &str = "asignar";
const COMMENT: &str = "comentar";
const RESOLVE: &str = "resolver";
const REOPEN: &str = "reabrir";

/// The page.
pub(super) async fn discrepancy_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let (locale, zone) = (web.locale, user.time_zone.as_str());
    let mut tx = web.caas.db.read().await?;
    let one = desk::find(&mut tx, web.param_as("id")?).await?.ok_or(Refusal::NotFound)?;
    let about = match one.payment_id {
        Some(payment) => Some(about_payment(&mut tx, payment).await?),
        None => None,
    };
    let events = desk::events(&mut tx, &one).await?;
    let notes = desk::notes(&mut tx, one.id).await?;
    let agents = desk::agents(&mut tx).await?;
    let way = desk::way(&mut tx, &one).await?;
    drop(tx);
    let title = format!("{} · {}", class_name(one.class, locale), day_words(one.day.0, locale));
    let (kind, word) = standing(&one, locale);
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(RECONCILIATION, locale.t("Conciliación", "Reconciliation")));
    let mut facts = vec![
        Fact::text(locale.t("Movimiento", "Movement"), kind_name(one.kind, locale)),
        Fact::text(
            locale.t("La lleva", "Dealt with by"),
            one.agent_name.clone().unwrap_or_else(|| locale.t("Nadie todavía", "Nobody yet").to_owned()),
        ),
        Fact::text(locale.t("Encontrada", "Found"), moment(one.found_at, zone, locale)),
        Fact::text(locale.t("Vista por última vez", "Seen last"), moment(one.seen_at, zone, locale)),
    ];
    match &about {
        Some(about) => facts.extend(about_facts(about, locale)),
        None => facts.push(Fact::code(locale.t("En la pasarela", "At the gateway"), one.gateway_payment_id.clone())),
    }
    let done = notes
        .into_iter()
        .map(|note| Deed {
            title: match &note.agent_name {
                Some(name) => format!("{} · {name}", deed_name(note.deed, locale)),
                None => deed_name(note.deed, locale).to_owned(),
            },
            at: note.at,
            text: note.text,
        })
        .collect();
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone() lead=conclusion(&one, locale) crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
            <div class="card"><KeyValueList facts=facts/></div>
            {apply_box(&web, &one, way)}
            <section class="section" aria-labelledby="explicacion">
                <h2 id="explicacion">{locale.t("De qué viene", "What it comes from")}</h2>
                {explanation(&events, zone, locale)}
            </section>
            <section class="section" aria-labelledby="trabajo">
                <h2 id="trabajo">{locale.t("Lo que hemos hecho", "What we have done")}</h2>
                {work(done, zone, locale)}
                {forms(&web, &one, &agents)}
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}

/// The one click that moves the books, where there is one.
fn apply_box(web: &WebContext, one: &Discrepancy, way: Option<Way>) -> Option<AnyView> {
    let locale = web.locale;
    let (button, meaning) = way_words(way?, locale);
    let id = one.id.to_string();
    Some(
        view! {
            <section class="card stack" aria-labelledby="aplicar">
                <h2 id="aplicar" class="card__title">{locale.t("Lo que dice el informe", "What the report says")}</h2>
                <p>{meaning}</p>
                <ConfirmBox opener=button title=locale.t("¿Aplicarlo a los libros?", "Take it over into the books?")>
                    <p>{locale.t("Queda en la auditoría con tu nombre. No se puede deshacer: una corrección sería otro movimiento.", "It stands in the audit log with your name. It can't be undone: a correction would be another movement.")}</p>
                    <form method="post" action="/api/operaciones/conciliacion/aplicar">
                        <input type="hidden" name="id" value=id/>
                        <Button kind=ButtonKind::Primary>{locale.t("Sí, aplicarlo", "Yes, take it over")}</Button>
                    </form>
                </ConfirmBox>
            </section>
        }
        .into_any(),
    )
}

fn explanation(events: &[(Timestamp, Event)], zone: &str, locale: Locale) -> AnyView {
    let entries = events
        .iter()
        .map(|(at, event)| {
            let (tone, icon, title, text) = event_words(event, locale);
            let (time, datetime) = (moment(*at, zone, locale), exact(*at));
            view! { <TimelineEntry tone=tone icon=icon title=title time=time datetime=datetime text=text/> }
        })
        .collect_view();
    view! {
        <ActivationTimeline label=locale.t("Lo que pasó con el pago", "What happened to the payment")>{entries}</ActivationTimeline>
    }
    .into_any()
}

fn wrong(form: &FormState, field: &str, locale: Locale) -> String {
    form.problem::<FinanceRefusal>(field).map(|why| refusal_words(why, locale).to_owned()).unwrap_or_default()
}

fn forms(web: &WebContext, one: &Discrepancy, agents: &[(UserId, String)]) -> AnyView {
    let (locale, id) = (web.locale, one.id.to_string());
    let form = web.form(ASSIGN);
    let choices: Vec<_> = std::iter::once(Choice::new("", locale.t("Nadie", "Nobody")))
        .chain(agents.iter().map(|(agent, name)| Choice::new(agent.to_string(), name.clone())))
        .collect();
    let chosen = one.agent_id.map(|agent| agent.to_string()).unwrap_or_default();
    let problem = wrong(&form, "agent", locale);
    let assign_id = id.clone();
    let assign = view! {
        <form class="form" method="post" action="/api/operaciones/conciliacion/asignar">
            <input type="hidden" name="id" value=assign_id/>
            <SelectField label=locale.t("Quién la lleva", "Who deals with it") name="agent" choices=choices value=chosen error=problem/>
            <div class="form__actions"><Button>{locale.t("Asignar", "Assign")}</Button></div>
        </form>
    };
    let form = web.form(COMMENT);
    let (typed, problem) = (form.value("text"), wrong(&form, "text", locale));
    let comment_id = id.clone();
    let comment = view! {
        <form class="form" method="post" action="/api/operaciones/conciliacion/comentar">
            <input type="hidden" name="id" value=comment_id/>
            <TextArea label=locale.t("Comentario", "Comment") id="comentario" name="text" rows=3 maxlength=2000 required=true value=typed error=problem/>
            <div class="form__actions"><Button>{locale.t("Comentar", "Comment")}</Button></div>
        </form>
    };
    let last = match one.state {
        DiscrepancyState::Open => resolve_box(web, id),
        DiscrepancyState::Resolved => reopen_box(web, id),
    };
    view! { <div class="card stack">{assign}{comment}{last}</div> }.into_any()
}

fn resolve_box(web: &WebContext, id: String) -> AnyView {
    let locale = web.locale;
    let form = web.form(RESOLVE);
    let choices: Vec<_> = Resolution::BY_HAND
        .iter()
        .map(|resolution| Choice::new(resolution.as_str(), resolution_name(*resolution, locale)))
        .collect();
    let (open, chosen, typed) = (form.has_errors(), form.value("resolution"), form.value("text"));
    let (wrong_choice, wrong_text) = (wrong(&form, "resolution", locale), wrong(&form, "text", locale));
    view! {
        <ConfirmBox opener=locale.t("Resolver", "Resolve") open=open title=locale.t("¿Por qué ya no hay que mirarla?", "Why does nobody have to look at it any more?")>
            <p>{locale.t("Los libros no cambian. Queda en la auditoría con tu nombre.", "The books do not change. It stands in the audit log with your name.")}</p>
            <form class="form" method="post" action="/api/operaciones/conciliacion/resolver">
                <input type="hidden" name="id" value=id/>
                <SelectField label=locale.t("Resolución", "Resolution") name="resolution" choices=choices value=chosen error=wrong_choice/>
                <TextArea label=locale.t("Por qué", "Why") id="porque" name="text" rows=3 maxlength=2000 required=true value=typed error=wrong_text/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Sí, resolverla", "Yes, resolve it")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn reopen_box(web: &WebContext, id: String) -> AnyView {
    let locale = web.locale;
    let form = web.form(REOPEN);
    let (open, typed, problem) = (form.has_errors(), form.value("text"), wrong(&form, "text", locale));
    view! {
        <ConfirmBox opener=locale.t("Abrir otra vez", "Open again") open=open title=locale.t("¿Por qué hay que mirarla otra vez?", "Why does it have to be looked at again?")>
            <form class="form" method="post" action="/api/operaciones/conciliacion/reabrir">
                <input type="hidden" name="id" value=id/>
                <TextArea label=locale.t("Por qué", "Why") id="porque" name="text" rows=3 maxlength=2000 required=true value=typed error=problem/>
                <div class="form__actions"><Button>{locale.t("Abrirla otra vez", "Open it again")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn parse(id: &str) -> Result<Uuid, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

/// Where a form of one disagreement ends: on its page, with what was wrong.
fn end(outcome: Result<(), FinanceRefusal>, id: Uuid, field: &str, form: FormState) -> Result<Goto, Refusal> {
    let there = format!("{RECONCILIATION}/{id}");
    match outcome {
        Ok(()) => Ok(Goto::to(there).toast(Message::Saved)),
        Err(FinanceRefusal::NotFound) => Err(Refusal::NotFound),
        Err(FinanceRefusal::NotThen) => Ok(Goto::to(there).toast(Message::Overtaken)),
        Err(why @ FinanceRefusal::NoChoice) if field == "text" => Ok(Goto::back(there, form.wrong("resolution", why))),
        Err(why) => Ok(Goto::back(there, form.wrong(field, why))),
    }
}

/// Has a day's report compared with the books now.
#[server(endpoint = "operaciones/conciliacion/comparar")]
pub async fn compare_day(#[server(default)] day: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = finance(&web)?.id;
        let form = FormState::new(super::reconciliation::COMPARE).with("day", &day);
        let outcome = match crate::pages::expediente::day(&day) {
            Some(asked) => ask_for(&web.caas, by, asked).await?,
            None => Err(FinanceRefusal::Day),
        };
        Ok(match outcome {
            Ok(()) => Goto::to(format!("{RECONCILIATION}#informes")).toast(Message::ReconciliationBegun),
            Err(why) => Goto::back(format!("{RECONCILIATION}#informes"), form.wrong("day", why)),
        })
    })
    .await
}

/// Gives a disagreement to somebody of finance, or to nobody.
#[server(endpoint = "operaciones/conciliacion/asignar")]
pub async fn assign_discrepancy(
    #[server(default)] id: String,
    #[server(default)] agent: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let to = match agent.as_str() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| FinanceRefusal::NoChoice),
        };
        let outcome = match to {
            Ok(to) => desk::assign(&web.caas, by, id, to).await?,
            Err(why) => Err(why),
        };
        end(outcome, id, "agent", FormState::new(ASSIGN))
    })
    .await
}

/// Says something of a disagreement.
#[server(endpoint = "operaciones/conciliacion/comentar")]
pub async fn comment_discrepancy(
    #[server(default)] id: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = desk::comment(&web.caas, by, id, &text).await?;
        end(outcome, id, "text", FormState::new(COMMENT).with_text("text", &text))
    })
    .await
}

/// Resolves a disagreement by hand, with words.
#[server(endpoint = "operaciones/conciliacion/resolver")]
pub async fn resolve_discrepancy(
    #[server(default)] id: String,
    #[server(default)] resolution: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = match resolution.parse() {
            Ok(chosen) => desk::resolve(&web.caas, by, id, chosen, &text).await?,
            Err(_) => Err(FinanceRefusal::NoChoice),
        };
        let form = FormState::new(RESOLVE).with("resolution", &resolution).with_text("text", &text);
        end(outcome, id, "text", form)
    })
    .await
}

/// Opens a resolved disagreement again, with words.
#[server(endpoint = "operaciones/conciliacion/reabrir")]
pub async fn reopen_discrepancy(
    #[server(default)] id: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = desk::reopen(&web.caas, by, id, &text).await?;
        end(outcome, id, "text", FormState::new(REOPEN).with_text("text", &text))
    })
    .await
}

/// Takes over what the report says into the books.
#[server(endpoint = "operaciones/conciliacion/aplicar")]
pub async fn apply_report(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, id) = (finance(&web)?.id, parse(&id)?);
        let outcome = desk::apply(&web.caas, by, id).await?.map(|_| ());
        end(outcome, id, "", FormState::default())
    })
    .await
}
