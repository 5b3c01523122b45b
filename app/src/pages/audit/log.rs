//! `/admin/auditoria`: what people did, with before and after.

use super::period::Period;
use super::words::{DEEDS, deed, people, readable};
use crate::pages::expediente::{Eyes, step};
use crate::ui::{
    Chip, Choice, DataTable, EmptyState, Field, FilterBar, IconName, LinkButton, PageHeader, Pager, SelectField,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Refusal, Role, Rows, Section, WebContext, csv_file};
use caas::accounts::SessionUser;
use caas::expediente::model::{ActorKind, EntryKind};
use caas::expediente::repository::{AuditFilter, AuditLine, audit_lines, person_by_email};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// Lines on one page, and read at a time for a file.
const PAGE: i64 = 50;
const BATCH: i64 = 500;

/// Whose deeds can be asked for.
const PEOPLE: [ActorKind; 3] = [ActorKind::Staff, ActorKind::Customer, ActorKind::Anonymous];

/// What the address asks for.
#[derive(Clone, Debug)]
struct Query {
    who: ActorKind,
    person: String,
    kind: Option<EntryKind>,
    period: Period,
}

impl Query {
    fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        Query {
            who: value("quien").parse().ok().filter(|who| PEOPLE.contains(who)).unwrap_or(ActorKind::Staff),
            person: value("persona").trim().chars().take(254).collect(),
            kind: value("tipo").parse().ok(),
            period: Period::of(web),
        }
    }

    fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if self.who != ActorKind::Staff {
            pairs.append_pair("quien", self.who.as_str());
        }
        if !self.person.is_empty() {
            pairs.append_pair("persona", &self.person);
        }
        if let Some(kind) = self.kind {
            pairs.append_pair("tipo", kind.as_str());
        }
        self.period.write(&mut pairs);
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn page(&self) -> String {
        self.href("/admin/auditoria")
    }

    fn whole(&self) -> Query {
        Query { period: self.period.whole(), ..self.clone() }
    }

    /// The filter; `None` when the person asked for does not exist.
    async fn filter(&self, web: &WebContext, zone: &str) -> Result<Option<AuditFilter>, Refusal> {
        let person = if self.person.is_empty() {
            None
        } else {
            let key = self.person.to_lowercase();
            match person_by_email(&mut web.caas.db.read().await?, &key).await? {
                Some(person) => Some(person),
                None => return Ok(None),
            }
        };
        Ok(Some(AuditFilter {
            who: self.who,
            person,
            kind: self.kind,
            from: self.period.begins(zone),
            until: self.period.ends(zone),
            before: self.period.before,
        }))
    }
}

/// Who may read it, and what of it.
fn reader(web: &WebContext) -> Result<(&SessionUser, Eyes), Refusal> {
    let user = web.require_role(&[Role::Administrator, Role::Operations])?;
    Ok((user, if user.role == Role::Operations { Eyes::Finance } else { Eyes::Staff }))
}

/// The page.
pub(super) async fn log_page(web: WebContext) -> PageResult {
    let (user, eyes) = reader(&web)?;
    let (locale, query) = (web.locale, Query::of(&web));
    let filter = query.filter(&web, &user.time_zone).await?;
    let mut lines = match &filter {
        Some(filter) => audit_lines(&mut web.caas.db.read().await?, filter, PAGE + 1).await?,
        None => Vec::new(),
    };
    let earlier = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let next = lines
        .last()
        .filter(|_| earlier)
        .map(|line| Query { period: query.period.after((line.entry.at, line.entry.id)), ..query.clone() }.page());
    let first = query.period.before.map(|_| query.whole().page()).unwrap_or_default();
    let title = locale.t("Registro de auditoría", "Audit log");
    let lead = locale.t(
        "Qué hizo cada persona, con el antes y el después. Solo se añade: cada entrada lleva la huella de la anterior.",
        "What each person did, with before and after. It only grows: each entry carries the fingerprint of the one before.",
    );
    let list =
        if lines.is_empty() { nothing(filter.is_none(), locale) } else { table(&lines, eyes, &user.time_zone, locale) };
    let (section, csv) = (section(user), query.whole().href("/admin/auditoria.csv"));
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let body = view! {
        <PageHeader title=title lead=lead actions=actions.into_any()/>
        {form(&query, locale)}
        <div class="dense">{list}</div>
        <Pager label=locale.t("Páginas del registro", "Pages of the log")
            previous_href=first previous_word=locale.t("Lo más reciente", "The most recent")
            next_href=next.unwrap_or_default() next_word=locale.t("Anterior", "Earlier")/>
    };
    Ok(Page::new(title, body).section(section))
}

fn section(user: &SessionUser) -> Section {
    if user.role == Role::Operations { Section::Operations } else { Section::Admin }
}

fn form(query: &Query, locale: Locale) -> AnyView {
    let who: Vec<_> = PEOPLE.iter().map(|who| Choice::new(who.as_str(), people(*who, locale))).collect();
    let any = Choice::new("", locale.t("Todo", "Everything"));
    let deeds = DEEDS.iter().map(|(kind, es, en)| Choice::new(kind.as_str(), locale.t(es, en)));
    let kinds: Vec<_> = std::iter::once(any).chain(deeds).collect();
    let whole = query.whole();
    let mut chips = Vec::new();
    if query.who != ActorKind::Staff {
        chips.push(Chip::new(people(query.who, locale), Query { who: ActorKind::Staff, ..whole.clone() }.page()));
    }
    if !query.person.is_empty() {
        chips.push(Chip::new(query.person.clone(), Query { person: String::new(), ..whole.clone() }.page()));
    }
    if let Some(kind) = query.kind {
        chips.push(Chip::new(deed(kind, locale), Query { kind: None, ..whole.clone() }.page()));
    }
    chips.extend(query.period.chips(|period| Query { period, ..whole.clone() }.page(), locale));
    let clear = if chips.len() > 1 { locale.t("Quitar todo", "Remove all") } else { "" };
    let kind = query.kind.map(EntryKind::as_str).unwrap_or_default();
    let days = query.period.fields(locale);
    let (who_chosen, person) = (query.who.as_str(), query.person.clone());
    view! {
        <FilterBar action="/admin/auditoria" label=locale.t("Filtrar el registro", "Filter the log")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove") clear_word=clear>
            <SelectField label=locale.t("Quién", "Who") name="quien" choices=who value=who_chosen/>
            <Field label=locale.t("Correo de la persona", "Person's email") name="persona" kind="search" value=person maxlength=254/>
            <SelectField label=locale.t("Qué", "What") name="tipo" choices=kinds value=kind/>
            {days}
        </FilterBar>
    }
    .into_any()
}

fn table(lines: &[AuditLine], eyes: Eyes, zone: &str, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Quién", "Who"),
        locale.t("Qué", "What"),
        locale.t("Antes y después", "Before and after"),
        locale.t("De quién", "Whose"),
        locale.t("Datos", "Facts"),
    ];
    let [when, who, what, change, whose, facts] = heads;
    let rows = lines
        .iter()
        .map(|line| {
            let entry = &line.entry;
            let (name, email) = line.person.clone().unwrap_or_default();
            let customer = line.customer.as_ref().map(|(id, name)| {
                let href = format!("/soporte/clientes/{id}/expediente");
                match eyes {
                    Eyes::Finance => view! { <a href=href>{name.clone()}</a> }.into_any(),
                    _ => name.clone().into_any(),
                }
            });
            let data = readable(&entry.data, eyes);
            let data = serde_json::to_string_pretty(&data).unwrap_or_default();
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(entry.at)>{moment(entry.at, zone, locale)}</time></td>
                    <td data-label=who><span>{name}" "<span class="muted small">{email}</span></span></td>
                    <td data-label=what><span>{deed(entry.kind, locale)}" "<span class="code small">{entry.subject_kind.as_str()}</span></span></td>
                    <td data-label=change class="code small">{step(entry)}</td>
                    <td data-label=whose>{customer}</td>
                    <td data-label=facts>
                        <details>
                            <summary class="code small">{entry.id.to_string()[24..].to_owned()}</summary>
                            <pre tabindex="0">{entry.subject_id.to_string()}"\n"{data}</pre>
                        </details>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let caption =
        locale.t("Qué hizo cada persona, lo más reciente primero", "What each person did, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

fn nothing(no_such_person: bool, locale: Locale) -> AnyView {
    let (title, text) = if no_such_person {
        (
            locale.t("No hay ninguna cuenta con ese correo", "There is no account with that email address"),
            locale.t("Escríbelo entero, como la persona entra.", "Type all of it, as the person signs in."),
        )
    } else {
        (
            locale.t("Nada que mostrar con este filtro", "Nothing to show with this filter"),
            locale.t(
                "Prueba con otras fechas, otra persona o quita el filtro.",
                "Try other dates or another person, or remove the filter.",
            ),
        )
    };
    view! { <EmptyState title=title><p>{text}</p></EmptyState> }.into_any()
}

/// The log as a file.
pub(super) async fn log_file(web: WebContext) -> PageResult {
    let (user, eyes) = reader(&web)?;
    let query = Query::of(&web).whole();
    let filter = query.filter(&web, &user.time_zone).await?.ok_or(Refusal::NotFound)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let heads = [
        locale.t("Momento (UTC)", "Moment (UTC)"),
        locale.t("Nombre", "Name"),
        locale.t("Correo", "Email"),
        locale.t("Qué", "What"),
        locale.t("Código", "Code"),
        locale.t("Sobre", "About"),
        locale.t("Referencia de lo tratado", "Reference of the thing"),
        locale.t("Antes", "Before"),
        locale.t("Después", "After"),
        locale.t("De quién", "Whose"),
        locale.t("Datos", "Facts"),
        locale.t("Referencia", "Reference"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file("auditoria.csv", csv.row(heads), None, move |before| {
        let caas = caas.clone();
        async move {
            let filter = AuditFilter { before, ..filter };
            let lines = audit_lines(&mut caas.db.read().await?, &filter, BATCH).await?;
            let last = lines.last().filter(|_| lines.len() == BATCH as usize);
            let next = last.map(|line| Some((line.entry.at, line.entry.id)));
            Ok(Rows { text: lines.iter().map(|line| row(csv, line, eyes, locale)).collect(), next })
        }
    }))
}

fn row(csv: Csv, line: &AuditLine, eyes: Eyes, locale: Locale) -> String {
    let entry = &line.entry;
    let (name, email) = line.person.clone().unwrap_or_default();
    csv.row([
        exact(entry.at).as_str(),
        &name,
        &email,
        deed(entry.kind, locale),
        entry.kind.as_str(),
        entry.subject_kind.as_str(),
        &entry.subject_id.to_string(),
        entry.before.as_deref().unwrap_or_default(),
        entry.after.as_deref().unwrap_or_default(),
        line.customer.as_ref().map_or("", |(_, name)| name),
        &readable(&entry.data, eyes).to_string(),
        &entry.id.to_string(),
    ])
}
