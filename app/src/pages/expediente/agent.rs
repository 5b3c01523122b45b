//! `/soporte/clientes/{id}/expediente`: a customer's story as people of ours read it, with every entry. Support sees no
//! amounts, nobody sees a card; the look itself is on record.

use super::cars::Cars;
use super::entry;
use super::facts::Eyes;
use super::file::File;
use super::place::Place;
use super::query::Query;
use super::states::Reader;
use super::story::{PAGE, story};
use crate::pages::subscriptions::{self, Running};
use crate::ui::{Crumb, Fact, KeyValueList, LinkButton, PageHeader};
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::accounts::SessionUser;
use caas::expediente::model::{Actor, EntryKind, SubjectKind};
use caas::expediente::repository::{self as expediente, Customer, StoryFilter, has_looked, story_lines};
use caas::expediente::{Entry, record};
use caas::kernel::error::Result;
use caas::kernel::ids::UserId;
use caas::subscriptions::debts;
use caas::vehicles::{Vehicle, vehicles_of};
use chrono::TimeDelta;
use leptos::prelude::*;
use uuid::Uuid;

/// Further looks of the same person within this time are the same look.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(15);

/// Who reads, and what of it.
fn reader(web: &WebContext) -> Result<(&SessionUser, Eyes), Refusal> {
    let user = web.require_role(&[Role::Support, Role::Operations])?;
    Ok((user, if user.role == Role::Operations { Eyes::Finance } else { Eyes::Staff }))
}

/// The customer the address names.
async fn customer(web: &WebContext) -> Result<Customer, Refusal> {
    let id: UserId = web.param_as("id")?;
    expediente::customer(&mut web.caas.db.read().await?, id).await?.ok_or(Refusal::NotFound)
}

/// Enters in the audit log who looked, and at what.
async fn note_look(web: &WebContext, by: UserId, customer: UserId, what: &str) -> Result<()> {
    let since = web.caas.now() - ONE_LOOK;
    let again = has_looked(&mut web.caas.db.read().await?, customer, by, since).await?;
    // A file that is taken away is on record each time.
    if again && what != "csv" {
        return Ok(());
    }
    let entry = Entry {
        data: serde_json::json!({ "what": what }),
        ..Entry::new(Some(customer), Actor::staff(by), EntryKind::ExpedienteRead, SubjectKind::Expediente, customer.0)
    };
    let mut tx = web.caas.db.begin().await?;
    record(&web.caas, &mut tx, entry).await?;
    tx.commit().await
}

fn section(user: &SessionUser) -> Section {
    if user.role == Role::Operations { Section::Operations } else { Section::Support }
}

/// The page.
pub(super) async fn agent_page(web: WebContext) -> PageResult {
    let (user, eyes) = reader(&web)?;
    let customer = customer(&web).await?;
    note_look(&web, user.id, customer.id, "story").await?;
    let (locale, query) = (web.locale, Query::of(&web));
    let mut tx = web.caas.db.read().await?;
    let cars = Cars::new(vehicles_of(&mut tx, customer.id).await?, query.car);
    let query = Query { car: cars.chosen, ..query };
    let filter = StoryFilter { everything: true, ..query.filter(&user.time_zone) };
    let lines = story_lines(&mut tx, customer.id, &filter, PAGE + 1).await?;
    let running = Running::read(&mut tx, customer.id).await?;
    let owed = debts::list_of_customer(&mut tx, customer.id).await?;
    drop(tx);
    let place = Place { reader: Reader { locale, zone: &user.time_zone }, eyes, customer: Some(customer.id) };
    let title = format!("{} {}", locale.t("Expediente de", "Story of"), customer.name);
    let lead = locale.t(
        "Todo lo que consta, con lo que el cliente no ve. Tu consulta queda registrada.",
        "All that is on record, with what the customer does not see. Your look is on record.",
    );
    let crumbs = match eyes {
        Eyes::Finance => vec![Crumb::new("/operaciones", locale.t("Operaciones", "Operations"))],
        _ => vec![Crumb::new("/soporte", locale.t("Soporte", "Support"))],
    };
    let mut facts = vec![
        Fact::text(locale.t("Correo", "Email"), customer.email.clone()),
        Fact::text(locale.t("Coches", "Cars"), cars.all.iter().map(Vehicle::label).collect::<Vec<_>>().join(", ")),
        Fact::code(locale.t("Cuenta", "Account"), customer.id.to_string()),
    ];
    facts.extend(subscriptions::facts(&running, &owed, eyes.see_money(), locale));
    let messages = format!("/soporte/clientes/{}/comunicacion", customer.id);
    let to_messages = (eyes == Eyes::Staff).then(|| {
        view! { <p class="actions"><LinkButton href=messages>{locale.t("Ver la comunicación", "See the communication")}</LinkButton></p> }
    });
    let story = story(&query, &cars, lines, &place, None);
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="card"><KeyValueList facts=facts/>{to_messages}</div>
        {story}
    };
    Ok(Page::new(title, body).section(section(user)))
}

/// The whole of it as a file.
pub(super) async fn agent_file(web: WebContext) -> PageResult {
    let (user, eyes) = reader(&web)?;
    let customer = customer(&web).await?;
    note_look(&web, user.id, customer.id, "csv").await?;
    let filter = StoryFilter { everything: true, ..Query::of(&web).whole().filter(&user.time_zone) };
    let cars = vehicles_of(&mut web.caas.db.read().await?, customer.id).await?;
    let file = File { web: web.clone(), zone: user.time_zone.clone(), eyes, cars };
    Ok(file.page(customer.id, filter))
}

/// One entry of it.
pub(super) async fn agent_entry_page(web: WebContext) -> PageResult {
    let (user, eyes) = reader(&web)?;
    let customer = customer(&web).await?;
    let id: Uuid = web.param_as("entry")?;
    note_look(&web, user.id, customer.id, "entry").await?;
    let mut tx = web.caas.db.read().await?;
    let shown = entry::read(&mut tx, customer.id, id, eyes).await?.ok_or(Refusal::NotFound)?;
    drop(tx);
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let place = Place { reader, eyes, customer: Some(customer.id) };
    Ok(entry::page(&shown, &place, web.caas.now()).section(section(user)))
}
