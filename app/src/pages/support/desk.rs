//! Who works on a case, how pressing it is, and where it goes: the forms beside it and what they post to.

use super::actions::{Carried, at_desk, trouble};
use super::words::{priority_words, solution_words, team_words};
use crate::ui::{Button, ButtonKind, Choice, ConfirmBox, Field, IconName, SelectField, TextArea};
use crate::web::{FormState, Message, Refusal, WebContext, submit};
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::support::model::{
    LONGEST_TEXT, NotNow, Priority, Solution, SupportError, Team, TicketStatus, UNMERGE_WITHIN,
};
use caas::support::{self, AgentName, TicketCase};
use leptos::prelude::*;

/// Everything that can be done with a case but talking to the customer and the ways out.
pub(super) fn desk_forms(
    web: &WebContext,
    case: &TicketCase,
    agents: &[AgentName],
    carried: &Carried,
    reader: UserId,
) -> AnyView {
    let locale = web.locale;
    match case.ticket.status {
        TicketStatus::Merged => merged(web, case, carried),
        TicketStatus::Solved => solved(web, carried, locale),
        TicketStatus::Open | TicketStatus::WaitingForCustomer => view! {
            <section class="card stack" aria-labelledby="trabajo">
                <h2 id="trabajo" class="card__title">{locale.t("Trabajar el caso", "Work on the case")}</h2>
                    {trouble(&web.form("trabajo"), locale)}
                {take(case, carried, reader, locale)}
                {assign(web, case, agents, carried)}
                {priority(web, case, carried)}
                {team(web, case, carried)}
                {merge(web, carried)}
                {close(web, carried)}
            </section>
        }
        .into_any(),
    }
}

fn take(case: &TicketCase, carried: &Carried, reader: UserId, locale: Locale) -> AnyView {
    if case.ticket.assigned_to == Some(reader) {
        return view! { <p>{locale.t("Lo llevas tú.", "You have it.")}</p> }.into_any();
    }
    let (who, button) = match &case.assignee_name {
        Some(name) => (
            format!("{} {name}.", locale.t("Lo lleva", "It is with")),
            locale.t("Relevar: lo llevo yo", "Take over: I take it"),
        ),
        None => (locale.t("No lo lleva nadie.", "Nobody has it.").to_owned(), locale.t("Lo llevo yo", "I take it")),
    };
    view! {
        <div class="stack stack--s">
            <p>{who}</p>
            <form method="post" action="/api/soporte/tomar" data-key-take="">
                {carried.fields()}
                <Button icon=IconName::User>{button}</Button>
            </form>
        </div>
    }
    .into_any()
}

fn assign(web: &WebContext, case: &TicketCase, agents: &[AgentName], carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("asignar");
    let carried = carried.clone();
    let mut choices = vec![Choice::new("", locale.t("Nadie: vuelve a la cola", "Nobody: back to the queue"))];
    choices.extend(agents.iter().map(|one| Choice::new(one.id.to_string(), one.name.clone())));
    let chosen = case.ticket.assigned_to.map(|id| id.to_string()).unwrap_or_default();
    view! {
        <ConfirmBox opener=locale.t("Asignar a otra persona", "Give it to somebody else")
            title=locale.t("¿Quién sigue con el caso?", "Who goes on with the case?") open=form.has_errors()>
            <form class="form" method="post" action="/api/soporte/asignar" id="asignar">
                {trouble(&form, locale)}
                {carried.fields()}
                <SelectField label=locale.t("Persona", "Person") name="to" id="asignar-a" choices=choices value=chosen/>
                <div class="form__actions"><Button>{locale.t("Asignar", "Assign")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn priority(web: &WebContext, case: &TicketCase, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("prioridad-form");
    let choices =
        Priority::ALL.iter().map(|&one| Choice::new(one.as_str(), priority_words(one, locale).1)).collect::<Vec<_>>();
    view! {
        <form class="form form--inline" method="post" action="/api/soporte/prioridad" id="prioridad-form">
            {trouble(&form, locale)}
            {carried.fields()}
            <SelectField label=locale.t("Prioridad", "Priority") name="priority" id="prioridad" choices=choices
                value=case.ticket.priority.as_str()/>
            <Button>{locale.t("Cambiar", "Change")}</Button>
        </form>
    }
    .into_any()
}

fn team(web: &WebContext, case: &TicketCase, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("equipo");
    let carried = carried.clone();
    let (other, opener) = match case.ticket.team {
        Team::Support => (Team::Iot, locale.t("Pasar al equipo IoT", "Hand over to the IoT team")),
        Team::Iot => (Team::Support, locale.t("Devolver a soporte", "Back to support")),
    };
    let title = format!("{} {}", locale.t("Pasar a", "Hand over to"), team_words(other, locale));
    view! {
        <ConfirmBox opener=opener title=title open=form.has_errors()>
            <p>{locale.t(
                "El caso queda sin asignar en la lista de ese equipo. El reloj sigue corriendo y el cliente no recibe nada.",
                "The case stays unassigned in that team's list. The clock goes on and the customer is told nothing.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/equipo" id="equipo">
                {trouble(&form, locale)}
                {carried.fields()}
                <input type="hidden" name="team" value=other.as_str()/>
                <TextArea label=locale.t("Qué tienen que saber", "What they have to know") name="text" id="equipo-texto"
                    value=form.value("text") rows=3 maxlength=1000 required=true/>
                <div class="form__actions"><Button>{locale.t("Pasar el caso", "Hand the case over")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn merge(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("unir");
    let carried = carried.clone();
    view! {
        <ConfirmBox opener=locale.t("Unir a otro caso", "Merge into another case")
            title=locale.t("Este caso sigue en otro", "This case goes on in another one") open=form.has_errors()>
            <p>{locale.t(
                "Solo casos del mismo cliente. La conversación se lee desde los dos. Se puede deshacer durante 10 minutos.",
                "Only cases of the same customer. The conversation is read from both. It can be undone for 10 minutes.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/unir" id="unir">
                {trouble(&form, locale)}
                {carried.fields()}
                <Field label=locale.t("Caso en el que sigue", "Case it goes on in") name="into" id="unir-a" value=form.value("into")
                    maxlength=20 required=true code=true/>
                <div class="form__actions"><Button>{locale.t("Unir los casos", "Merge the cases")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

/// How a case can be closed by hand. The other solutions come of the ways out.
const BY_HAND: [Solution; 3] = [Solution::Answered, Solution::Duplicate, Solution::Other];

pub(super) fn solutions_by_hand(locale: Locale) -> Vec<Choice> {
    BY_HAND.into_iter().map(|one| Choice::new(one.as_str(), solution_words(one, locale))).collect()
}

fn close(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("cerrar");
    let carried = carried.clone();
    view! {
        <ConfirmBox opener=locale.t("Cerrar sin más respuesta", "Close without a further answer")
            title=locale.t("¿Está resuelto?", "Is it solved?") open=form.has_errors()>
            <p>{locale.t(
                "El cliente recibe un aviso de que su caso está resuelto. Si escribe de nuevo, se reabre solo.",
                "The customer is told that the case is solved. If they write again, it reopens by itself.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/cerrar" id="cerrar">
                {trouble(&form, locale)}
                {carried.fields()}
                <SelectField label=locale.t("Cómo ha quedado", "How it came out") name="solution" id="cerrar-como"
                    choices=solutions_by_hand(locale) value=form.value("solution")/>
                <div class="form__actions"><Button>{locale.t("Cerrar el caso", "Close the case")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn solved(web: &WebContext, carried: &Carried, locale: Locale) -> AnyView {
    let form = web.form("reabrir");
    view! {
        <section class="card stack" id="reabrir" aria-labelledby="trabajo">
            <h2 id="trabajo" class="card__title">{locale.t("El caso está resuelto", "The case is solved")}</h2>
            {trouble(&form, locale)}
            <p>{locale.t("Al reabrirlo el reloj vuelve a correr.", "Reopening it starts the clock again.")}</p>
            <form method="post" action="/api/soporte/reabrir">
                {carried.fields()}
                <Button kind=ButtonKind::Primary>{locale.t("Reabrir el caso", "Reopen the case")}</Button>
            </form>
        </section>
    }
    .into_any()
}

fn merged(web: &WebContext, case: &TicketCase, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("separar");
    let into = case.merged_into_number.clone().unwrap_or_default();
    let can_undo = case.ticket.merged_at.is_some_and(|at| web.caas.now() <= at + UNMERGE_WITHIN);
    let undo = can_undo.then(|| {
        view! {
            <form method="post" action="/api/soporte/separar">
                {carried.fields()}
                <Button>{locale.t("Deshacer la unión", "Undo the merge")}</Button>
            </form>
        }
    });
    view! {
        <section class="card stack" id="separar" aria-labelledby="trabajo">
            <h2 id="trabajo" class="card__title">{locale.t("Este caso sigue en otro", "This case goes on in another one")}</h2>
            {trouble(&form, locale)}
            <p><a class="code" href=format!("/soporte/{into}")>{into.clone()}</a></p>
            {undo}
        </section>
    }
    .into_any()
}

/// Takes a case over.
#[server(endpoint = "soporte/tomar")]
pub async fn take_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let done = support::take(&web.caas, &desk.agent, desk.ticket, version).await?;
        desk.end(done, Message::CaseTaken, FormState::new("trabajo"))
    })
    .await
}

/// Gives a case to somebody, or to nobody.
#[server(endpoint = "soporte/asignar")]
pub async fn assign_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
    #[server(default)] to: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("asignar");
        let to = match to.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
        };
        let done = support::assign(&web.caas, &desk.agent, desk.ticket, to, version).await?;
        desk.end(done, Message::Saved, form)
    })
    .await
}

/// Makes a case more or less pressing.
#[server(endpoint = "soporte/prioridad")]
pub async fn prioritise_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
    #[server(default)] priority: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let priority = priority.parse().map_err(|_| Refusal::NotFound)?;
        let done = support::set_priority(&web.caas, &desk.agent, desk.ticket, priority, version).await?;
        desk.end(done, Message::Saved, FormState::new("prioridad-form"))
    })
    .await
}

/// Gives a case to another team.
#[server(endpoint = "soporte/equipo")]
pub async fn hand_case_over(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
    #[server(default)] team: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("equipo").with_text("text", &text);
        let team = team.parse().map_err(|_| Refusal::NotFound)?;
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            return desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::Saved, form);
        }
        let done = support::hand_over(&web.caas, &desk.agent, desk.ticket, team, &text, version).await?;
        desk.end(done, Message::Saved, form)
    })
    .await
}

/// Lets a case go on in another one.
#[server(endpoint = "soporte/unir")]
pub async fn merge_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
    #[server(default)] into: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("unir").with("into", &into);
        let into = into.trim().to_uppercase();
        match support::merge(&web.caas, &desk.agent, desk.ticket, &into, version).await? {
            // The other case does not exist: that is a slip of the pen, not a page that is not there.
            Err(SupportError::NotFound) => {
                desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::Saved, form)
            }
            done => desk.end(done, Message::CaseMerged, form),
        }
    })
    .await
}

/// Undoes a merge.
#[server(endpoint = "soporte/separar")]
pub async fn unmerge_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let done = support::unmerge(&web.caas, &desk.agent, desk.ticket, version).await?;
        desk.end(done, Message::Saved, FormState::new("separar"))
    })
    .await
}

/// Closes a case.
#[server(endpoint = "soporte/cerrar")]
pub async fn close_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
    #[server(default)] solution: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("cerrar").with("solution", &solution);
        let solution = by_hand(&solution)?;
        let done = support::close(&web.caas, &desk.agent, desk.ticket, solution, version).await?;
        desk.end(done, Message::CaseSolved, form)
    })
    .await
}

/// A solution that an agent may name; the others come of what was done.
pub(super) fn by_hand(code: &str) -> Result<Solution, Refusal> {
    BY_HAND.into_iter().find(|solution| solution.as_str() == code).ok_or(Refusal::NotFound)
}

/// Opens a solved case again.
#[server(endpoint = "soporte/reabrir")]
pub async fn reopen_case(
    #[server(default)] number: String,
    #[server(default)] version: i64,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let done = support::reopen(&web.caas, &desk.agent, desk.ticket, version).await?;
        desk.end(done, Message::CaseReopened, FormState::new("reabrir"))
    })
    .await
}
