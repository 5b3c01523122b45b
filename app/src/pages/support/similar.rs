//! Cases with the same error, model and service: one answer for all of them.

#![expect(clippy::too_many_arguments, reason = "the arguments are the fields of the form")]

use super::actions::{at_desk, staying, trouble};
use super::agent;
use super::live::desk_line;
use super::query::Query;
use super::replying::{Chosen, channel_fields, then_fields};
use crate::ui::{
    Button, ButtonKind, CheckField, Choice, Crumb, EmptyState, Notice, PageHeader, SelectField, TextArea, Tone,
};
use crate::web::{
    FieldError, FormState, Goto, LONGEST_TEXT, Message, Page, PageResult, Refusal, Section, WebContext, submit,
};
use caas::kernel::locale::Locale;
use caas::support::model::{Macro, Variables};
use caas::support::{self, Group, Reply, TicketCase};
use leptos::prelude::*;

/// Cases that one answer reaches at most.
const MOST: i64 = 100;
const FORM: &str = "parecidos";

/// What a case's page says of the others.
pub(super) fn similar_box(
    case: &TicketCase,
    group: &Group,
    query: &Query,
    now: caas::kernel::Timestamp,
    locale: Locale,
) -> Option<AnyView> {
    if group.count == 0 {
        return None;
    }
    let title = match (group.count, locale) {
        (1, Locale::Es) => "Otro caso igual".to_owned(),
        (1, Locale::En) => "Another case like this".to_owned(),
        (count, Locale::Es) => format!("Otros {count} casos iguales"),
        (count, Locale::En) => format!("{count} other cases like this"),
    };
    let items = group
        .tickets
        .iter()
        .take(5)
        .map(|line| {
            let line = desk_line(line, query, now, locale);
            view! { <li><a class="code" href=line.href>{line.number}</a>" "{line.customer}" "<span class="muted small">{line.clock}</span></li> }
        })
        .collect_view();
    let href = format!("/soporte/{}/parecidos", case.ticket.number);
    Some(
        view! {
            <section class="card stack" aria-labelledby="parecidos">
                <h2 id="parecidos" class="card__title">{title}</h2>
                <p class="muted small">{locale.t("Mismo motivo, modelo y servicio.", "Same reason, model and service.")}</p>
                <ul class="plain-list">{items}</ul>
                <p><a href=href>{locale.t("Responder a todos a la vez", "Answer all of them at once")}</a></p>
            </section>
        }
        .into_any(),
    )
}

/// `/soporte/{number}/parecidos`
pub(super) async fn similar_page(web: WebContext) -> PageResult {
    agent(&web)?;
    let (locale, now) = (web.locale, web.caas.now());
    let mut tx = web.caas.db.read().await?;
    let case = support::case(&mut tx, web.param("number")).await?.ok_or(Refusal::NotFound)?;
    let group = support::similar(&mut tx, &case.ticket, MOST).await?;
    let macros = support::macros(&mut tx).await?;
    drop(tx);
    let number = case.ticket.number.clone();
    let title = locale.t("Responder a todos los iguales", "Answer all that are alike");
    let reason = super::reason(&case.ticket.reason, locale);
    let service = case.service_names.as_ref().map(|names| names.0.get(locale).to_owned()).unwrap_or_default();
    let lead =
        [Some(service), case.model_name.clone(), Some(reason)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let crumbs = vec![
        Crumb::new("/soporte", locale.t("Soporte", "Support")),
        Crumb::new(format!("/soporte/{number}"), number.clone()),
    ];
    let form = web.form(FORM);
    let content = if group.tickets.is_empty() {
        view! {
            <EmptyState title=locale.t("No hay otros casos iguales", "There is no other case like this")>
                <p>{locale.t("Responde en el caso.", "Answer on the case itself.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let own = support::Group { count: group.count, tickets: group.tickets };
        group_form(&web, &case, &own, &macros, &form, now).into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {outcome(&form, locale)}
        {content}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Support))
}

/// How it went, case by case, when some did not take the answer.
fn outcome(form: &FormState, locale: Locale) -> Option<AnyView> {
    let sent = form.value("sent");
    let not = form.value("not");
    if sent.is_empty() && not.is_empty() {
        return None;
    }
    let sent = format!("{} {sent}", locale.t("Respuestas enviadas:", "Answers sent:"));
    let not = (!not.is_empty()).then(|| {
        format!("{} {not}", locale.t("Sin enviar, ya cerrados o unidos:", "Not sent, closed or merged by now:"))
    });
    let tone = if not.is_some() { Tone::Waiting } else { Tone::Done };
    Some(view! { <Notice tone=tone>{sent}". "{not}</Notice> }.into_any())
}

fn group_form(
    web: &WebContext,
    case: &TicketCase,
    group: &Group,
    macros: &[Macro],
    form: &FormState,
    now: caas::kernel::Timestamp,
) -> impl IntoView + use<> {
    let locale = web.locale;
    let number = case.ticket.number.clone();
    let query = Query::default();
    let mut boxes = vec![(number.clone(), case.customer_name.clone())];
    boxes.extend(group.tickets.iter().map(|line| {
        let line = desk_line(line, &query, now, locale);
        (line.number, format!("{} · {}", line.customer, line.clock))
    }));
    let boxes = boxes
        .into_iter()
        .map(|(number, who)| {
            view! { <CheckField label=format!("{number} · {who}") name="numbers[]" value=number.clone() id=format!("caso-{number}") checked=true/> }
        })
        .collect_view();
    // The text of a macro with its variables: each case gets its own.
    let chosen = web.query("texto").and_then(|id| macros.iter().find(|one| one.id.to_string() == id));
    let text = match chosen {
        Some(one) => one.text(case.customer_locale).to_owned(),
        None => form.value("text"),
    };
    let names = Variables::NAMES.map(|name| format!("{{{{{name}}}}}")).join(" ");
    let ready = (!macros.is_empty()).then(|| {
        let choices = macros.iter().map(|one| Choice::new(one.id.to_string(), one.name.get(locale))).collect::<Vec<_>>();
        let action = format!("/soporte/{number}/parecidos");
        view! {
            <form class="form--inline" method="get" action=action>
                <SelectField label=locale.t("Texto preparado", "Ready-made text") name="texto" id="texto-preparado" choices=choices/>
                <Button>{locale.t("Usar este texto", "Use this text")}</Button>
            </form>
        }
    });
    view! {
        {ready}
        <form class="form" method="post" action="/api/soporte/responder-parecidos" id=FORM>
            {trouble(form, locale)}
            <input type="hidden" name="number" value=number/>
            <fieldset class="checks">
                <legend>{locale.t("A quién", "To whom")}</legend>
                {boxes}
            </fieldset>
            <TextArea label=locale.t("Respuesta", "Answer") name="text" id="respuesta" value=text rows=8 maxlength=LONGEST_TEXT as u32 required=true
                help=format!("{} {names}", locale.t("Cada uno recibe sus datos en:", "Each gets their own data in:"))/>
            {channel_fields(form, locale)}
            {then_fields(form, "todos-", locale)}
            <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Enviar a todos los marcados", "Send to all that are ticked")}</Button></div>
        </form>
    }
}

/// Answers several cases with one text.
#[server(endpoint = "soporte/responder-parecidos")]
pub async fn answer_group(
    #[server(default)] number: String,
    #[server(default)] numbers: Vec<String>,
    #[server(default)] text: String,
    #[server(default)] email: String,
    #[server(default)] in_app: String,
    #[server(default)] push: String,
    #[server(default)] sms: String,
    #[server(default)] then: String,
    #[server(default)] solution: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, "").await?;
        let page = staying(&format!("/soporte/{}/parecidos", desk.case.ticket.number));
        let chosen = Chosen::of(FORM, [&email, &in_app, &push, &sms], &then, &solution)?;
        let form = chosen.form.with_text("text", &text);
        if numbers.is_empty() || text.trim().is_empty() || chosen.channels.is_empty() {
            return Ok(Goto::back(page, form.wrong("", FieldError::Missing)));
        }
        // Only those that really are alike: the form names cases, it does not open a door to others.
        let mut tx = web.caas.db.read().await?;
        let group = support::similar(&mut tx, &desk.case.ticket, MOST).await?;
        drop(tx);
        let alike = |number: &String| {
            *number == desk.case.ticket.number || group.tickets.iter().any(|one| one.number == *number)
        };
        let numbers: Vec<String> = numbers.into_iter().filter(alike).collect();
        let reply = Reply { text, channels: chosen.channels, then: chosen.then, seen_message: None };
        let results = support::reply_to_group(&web.caas, &desk.agent, &numbers, &reply).await?;
        let sent = results.iter().filter(|(_, result)| result.is_ok()).count();
        let not: Vec<_> =
            results.iter().filter(|(_, result)| result.is_err()).map(|(number, _)| number.clone()).collect();
        let told = FormState::new(FORM).with("sent", &sent.to_string()).with("not", &not.join(", "));
        let goto = Goto::back(page, told);
        Ok(if sent > 0 { goto.toast(Message::ReplySent) } else { goto })
    })
    .await
}
