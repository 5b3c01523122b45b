//! `/soporte`: the work lists, what is searched for, and what an agent wants to come back to.

use super::live::lines_of;
use super::query::{Query, WorkList};
use super::words::{priority_words, sort_words, team_words};
use super::{agent, reason, tasks};
use crate::islands::{DeskKeys, DeskLive, DeskWords, Shortcut};
use crate::ui::{Button, Chip, Choice, ConfirmBox, Field, FilterBar, PageHeader, Pager, SelectField};
use crate::web::{Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::activation::model::ErrorCode;
use caas::catalogue::Snapshot;
use caas::kernel::locale::Locale;
use caas::support::model::{Priority, SavedView, Team, TicketSort};
use caas::support::{self, Task};
use leptos::prelude::*;

/// Tasks shown beside the list.
const TASKS: i64 = 20;

/// The page.
pub(super) async fn desk_page(web: WebContext) -> PageResult {
    let (agent, user) = agent(&web)?;
    let locale = web.locale;
    let query = Query::of(&web);
    let lines = lines_of(&web, &query).await?;
    let catalogue = web.caas.catalogue().await?;
    let mut tx = web.caas.db.read().await?;
    let views = support::views(&mut tx, agent.id).await?;
    let tasks = support::tasks_of(&mut tx, agent.id, TASKS).await?;
    drop(tx);
    let title = if query.text.is_empty() {
        query.list.words(locale).to_owned()
    } else {
        format!("{} «{}»", locale.t("Casos con", "Cases with"), query.text)
    };
    let next = lines.next.clone();
    let first = if query.after.is_some() { query.first().at("/soporte") } else { String::new() };
    let body = view! {
        <PageHeader title=title.clone() lead=lead(&query, locale)/>
        {search(&query, &catalogue, locale).into_any()}
        <DeskLive query=query.encoded() lines=lines words=words(locale)/>
        <Pager label=locale.t("Páginas de casos", "Pages of cases")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
        {kept(&query, &views, locale).into_any()}
        {planned(&tasks, &web, &user.time_zone).into_any()}
        {keys(locale).into_any()}
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Support))
}

fn lead(query: &Query, locale: Locale) -> &'static str {
    if !query.text.is_empty() {
        return locale.t("En todas las listas, abiertos y resueltos.", "In every list, open and solved.");
    }
    match query.list {
        WorkList::Ota => locale.t(
            "Activaciones que el sistema no pudo terminar. Cada caso trae ya el diagnóstico completo.",
            "Activations the engine could not finish. Each case already holds the whole diagnostic package.",
        ),
        WorkList::General => locale.t("Preguntas de clientes.", "Questions of customers."),
        WorkList::Mine => locale.t("Los casos abiertos que llevas tú.", "The open cases you have."),
        WorkList::Unassigned => locale.t("Abiertos y sin nadie.", "Open, and nobody has them."),
        WorkList::Overdue => {
            locale.t("El cliente tendría que tener ya una respuesta.", "The customer should have an answer by now.")
        }
        WorkList::Waiting => locale.t(
            "Nos debe una respuesta el cliente; el reloj está parado.",
            "The customer owes us an answer; the clock stands still.",
        ),
        WorkList::Solved => locale.t("Casos terminados, los últimos primero.", "Finished cases, the latest first."),
    }
}

/// The words the list's island needs.
pub(super) fn words(locale: Locale) -> DeskWords {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    DeskWords {
        lists: t("Listas de trabajo", "Work lists"),
        caption: t("Casos de la lista", "Cases of the list"),
        case: t("Caso", "Case"),
        about: t("Asunto y motivo", "Subject and reason"),
        customer: t("Cliente y coche", "Customer and car"),
        assignee: t("Lo lleva", "Has it"),
        nobody: t("Nadie", "Nobody"),
        opened: t("Abierto", "Opened"),
        clock: t("Respuesta", "Answer"),
        none: t("Ningún caso en esta lista", "No case in this list"),
        none_text: t("Cuando haya uno, aparecerá aquí sin recargar.", "When there is one, it appears here by itself."),
        offline: t("Sin conexión: esto es lo último que sabemos.", "No connection: this is the last we know."),
    }
}

fn choices<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str, word: impl Fn(T) -> String, any: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", any)];
    choices.extend(all.iter().map(|&one| Choice::new(code(one), word(one))));
    choices
}

fn search(query: &Query, catalogue: &Snapshot, locale: Locale) -> impl IntoView + use<> {
    let any = locale.t("Cualquiera", "Any");
    let mut models = vec![Choice::new("", any)];
    models.extend(catalogue.models.iter().map(|model| Choice::new(model.code.clone(), model.name.clone())));
    let mut services = vec![Choice::new("", any)];
    services.extend(
        catalogue
            .services
            .iter()
            .map(|service| Choice::new(service.id.to_string(), service.name.get(locale).to_owned())),
    );
    let reasons = choices(ErrorCode::ALL, ErrorCode::as_str, |code| reason(code.as_str(), locale), any);
    let priorities = choices(Priority::ALL, Priority::as_str, |one| priority_words(one, locale).1.to_owned(), any);
    let teams = choices(Team::ALL, Team::as_str, |team| team_words(team, locale).to_owned(), any);
    let sorts = choices(
        TicketSort::ALL,
        TicketSort::as_str,
        |sort| sort_words(sort, locale).to_owned(),
        locale.t("El de la lista", "The list's own"),
    );
    let chips = chips(query, catalogue, locale);
    let code = |code: Option<&'static str>| code.unwrap_or_default();
    let more = query.is_narrowed() && query.text.is_empty() || query.sort.is_some();
    let query = query.clone();
    view! {
        <FilterBar action="/soporte" label=locale.t("Buscar y filtrar casos", "Search and filter cases")
            submit=locale.t("Buscar", "Search") chips=chips remove_word=locale.t("Quitar", "Remove")
            clear_word=locale.t("Quitar todo", "Remove all") clear_href=Query::switched(query.list).at("/soporte")>
            <input type="hidden" name="lista" value=query.list.slug()/>
            <Field label=locale.t("Buscar", "Search") name="texto" kind="search" value=query.text.clone() maxlength=120
                id="buscar" help=locale.t("Caso, VIN, matrícula, cliente, correo o código de error.", "Case, VIN, plate, customer, email or error code.")/>
            <details class="desk-filters" open=more>
                <summary>{locale.t("Más filtros y orden", "More filters and order")}</summary>
                <div class="form__row">
                    <SelectField label=locale.t("Motivo", "Reason") name="motivo" choices=reasons value=query.reason.clone()/>
                    <SelectField label=locale.t("Modelo", "Model") name="modelo" choices=models value=query.model.clone()/>
                    <SelectField label=locale.t("Servicio", "Service") name="servicio" choices=services value=query.service.clone()/>
                    <SelectField label=locale.t("Prioridad", "Priority") name="prioridad" choices=priorities value=code(query.priority.map(Priority::as_str))/>
                    <SelectField label=locale.t("Equipo", "Team") name="equipo" choices=teams value=code(query.team.map(Team::as_str))/>
                    <SelectField label=locale.t("Orden", "Order") name="orden" choices=sorts value=code(query.sort.map(TicketSort::as_str))/>
                </div>
            </details>
        </FilterBar>
    }
}

/// What is in force, each with the way to take it away.
fn chips(query: &Query, catalogue: &Snapshot, locale: Locale) -> Vec<Chip> {
    let mut chips = Vec::new();
    let base = query.first();
    let mut add = |label: String, without: Query| chips.push(Chip::new(label, without.at("/soporte")));
    if !query.text.is_empty() {
        add(format!("«{}»", query.text), Query { text: String::new(), ..base.clone() });
    }
    if !query.reason.is_empty() {
        add(reason(&query.reason, locale), Query { reason: String::new(), ..base.clone() });
    }
    if !query.model.is_empty() {
        let name = catalogue.models.iter().find(|model| model.code == query.model);
        add(
            name.map_or_else(|| query.model.clone(), |m| m.name.clone()),
            Query { model: String::new(), ..base.clone() },
        );
    }
    if let Some(service) = catalogue.services.iter().find(|service| service.id.to_string() == query.service) {
        add(service.name.get(locale).to_owned(), Query { service: String::new(), ..base.clone() });
    }
    if let Some(priority) = query.priority {
        let label = format!("{}: {}", locale.t("Prioridad", "Priority"), priority_words(priority, locale).1);
        add(label, Query { priority: None, ..base.clone() });
    }
    if let Some(team) = query.team {
        add(team_words(team, locale).to_owned(), Query { team: None, ..base.clone() });
    }
    if let Some(sort) = query.sort {
        add(sort_words(sort, locale).to_owned(), Query { sort: None, ..base });
    }
    chips
}

/// The lists an agent keeps, and the form that keeps this one.
fn kept(query: &Query, views: &[SavedView], locale: Locale) -> impl IntoView + use<> {
    let items = views
        .iter()
        .map(|kept| {
            let href = Query::parse(&kept.query).at("/soporte");
            let delete = format!("{} «{}»", locale.t("Borrar la vista", "Delete the view"), kept.name);
            view! {
                <li class="split">
                    <a href=href>{kept.name.clone()}</a>
                    <form method="post" action="/api/soporte/vista-borrar">
                        <input type="hidden" name="id" value=kept.id.to_string()/>
                        <button class="btn btn--quiet" aria-label=delete>{locale.t("Borrar", "Delete")}</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    let encoded = query.first().encoded();
    let list = (!views.is_empty()).then(|| view! { <ul class="lines desk-views">{items}</ul> });
    view! {
        <section class="section" aria-labelledby="vistas">
            <h2 id="vistas">{locale.t("Mis vistas", "My views")}</h2>
            {list}
            <ConfirmBox opener=locale.t("Guardar esta lista como vista", "Keep this list as a view")
                title=locale.t("Guardar lista, filtros y orden", "Keep list, filters and order")>
                <form class="form" method="post" action="/api/soporte/vista">
                    <input type="hidden" name="query" value=encoded.clone()/>
                    <Field label=locale.t("Nombre", "Name") name="name" maxlength=60 required=true/>
                    <div class="form__actions"><Button>{locale.t("Guardar la vista", "Keep the view")}</Button></div>
                </form>
            </ConfirmBox>
        </section>
    }
}

/// What the agent planned.
fn planned(tasks: &[Task], web: &WebContext, zone: &str) -> Option<AnyView> {
    (!tasks.is_empty()).then(|| {
        let title = web.locale.t("Mis tareas", "My tasks");
        let list = tasks::task_list(tasks, web, zone, "/soporte", true);
        view! { <section class="section" aria-labelledby="tareas"><h2 id="tareas">{title}</h2>{list}</section> }
            .into_any()
    })
}

/// The keyboard, with the list of what it does.
pub(super) fn keys(locale: Locale) -> impl IntoView {
    let shortcut =
        |keys: &str, es: &str, en: &str| Shortcut { keys: keys.to_owned(), what: locale.t(es, en).to_owned() };
    let shortcuts = vec![
        shortcut("?", "Ver esta lista de atajos", "Show this list of shortcuts"),
        shortcut("/", "Buscar un caso", "Search for a case"),
        shortcut("j", "Caso siguiente", "Next case"),
        shortcut("k", "Caso anterior", "Case before"),
        shortcut("Enter", "Abrir el caso elegido", "Open the chosen case"),
        shortcut("u", "Volver a la lista", "Back to the list"),
        shortcut("t", "Ir a «Lo llevo yo»", "Go to “I take it”"),
        shortcut("r", "Responder al cliente", "Answer the customer"),
        shortcut("n", "Escribir una nota interna", "Write an internal note"),
        shortcut("p", "Cambiar la prioridad", "Change the priority"),
        shortcut("s", "Ir a las salidas del caso", "Go to the ways out"),
        shortcut("v", "Preguntar al coche", "Ask the car"),
        shortcut("1 … 7", "Cambiar de lista de trabajo", "Change the work list"),
        shortcut("Esc", "Cerrar esta lista o dejar de escribir", "Close this list or stop writing"),
    ];
    view! {
        <DeskKeys title=locale.t("Atajos de teclado", "Keyboard shortcuts").to_owned()
            opener=locale.t("Atajos de teclado (?)", "Keyboard shortcuts (?)").to_owned()
            close=locale.t("Cerrar", "Close").to_owned()
            switch=locale.t("Usar atajos de una tecla en este navegador", "Use one-key shortcuts in this browser").to_owned()
            shortcuts=shortcuts/>
    }
}

/// Keeps a work list.
#[server(endpoint = "soporte/vista")]
pub async fn keep_view(#[server(default)] name: String, #[server(default)] query: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (agent, _) = agent(&web)?;
        // Only what a list understands is kept, so that an address in it leads nowhere else.
        let query = Query::parse(&query);
        let back = query.at("/soporte");
        Ok(match support::save_view(&web.caas, &agent, &name, &query.encoded()).await? {
            Ok(_) => Goto::to(back).toast(Message::Saved),
            Err(_) => Goto::to(back).toast(Message::NotSaved),
        })
    })
    .await
}

/// Forgets a work list.
#[server(endpoint = "soporte/vista-borrar")]
pub async fn forget_view(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (agent, _) = agent(&web)?;
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        match support::delete_view(&web.caas, &agent, id).await? {
            Ok(()) => Ok(Goto::to("/soporte").toast(Message::Saved)),
            Err(_) => Err(Refusal::NotFound),
        }
    })
    .await
}
