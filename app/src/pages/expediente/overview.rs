//! `/expediente`: everything at a glance.

use super::cars::{Cars, cars};
use super::facts::Eyes;
use super::needs::needs;
use super::payments::newest;
use super::place::Place;
use super::query::Query;
use super::services::{Counted, MOST_OPEN, groups};
use super::states::Reader;
use super::story::{PAGE, story};
use crate::islands::StoryLive;
use crate::pages::subscriptions::{self, Running};
use crate::pages::{order, rights};
use crate::ui::{LinkButton, PageHeader};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::activation::repository::{ended_of_customer, open_of_customer};
use caas::expediente::repository::{newest_seq, story_lines};
use caas::kernel::ids::VehicleId;
use caas::maintenance::model::Warranty;
use caas::maintenance::{Upkeep, ask};
use caas::payments::repository::{list_with_subjects, waiting_for_customer};
use caas::rights::owner_change;
use caas::sales::journey;
use caas::subscriptions::debts;
use caas::vehicles::vehicles_of;
use caas::withdrawal;
use leptos::prelude::*;

/// Ended services and payments shown here; the rest is a link away.
const SHOWN: usize = 5;

/// The page.
pub(super) async fn expediente_page(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let (locale, query) = (web.locale, Query::of(&web));
    let reader = Reader { locale, zone: &user.time_zone };

    let mut tx = web.caas.db.read().await?;
    let own = Cars::new(vehicles_of(&mut tx, user.id).await?, query.car);
    let query = Query { car: own.chosen, ..query };
    let open = open_of_customer(&mut tx, user.id, own.chosen, MOST_OPEN).await?;
    let mut ended = ended_of_customer(&mut tx, user.id, own.chosen, None, SHOWN as i64 + 1).await?;
    let mut payments = list_with_subjects(&mut tx, user.id, own.chosen, None, SHOWN as i64 + 1).await?;
    let mut waiting = waiting_for_customer(&mut tx, user.id, SHOWN as i64).await?;
    let lines = story_lines(&mut tx, user.id, &query.filter(&user.time_zone), PAGE + 1).await?;
    let newest_entry = newest_seq(&mut tx, user.id).await?;
    let upkeeps = Upkeep::of_customer(&web.caas, &mut tx, user.id, &user.time_zone).await?;
    let orders = journey::list(&mut tx, user.id).await?;
    let order_needs = order::needs(&mut tx, user.id, reader).await?;
    let offered = owner_change::offered_to(&mut tx, user.id).await?;
    let shown = own.chosen.or_else(|| own.all.first().filter(|_| own.all.len() == 1).map(|car| car.id));
    let inherited = match shown {
        Some(car) => owner_change::inherited(&mut tx, car, user.id).await?,
        None => Vec::new(),
    };
    let running = Running::read(&mut tx, user.id).await?;
    let debts = debts::list_of_customer(&mut tx, user.id).await?;
    let counted = Counted(withdrawal::view::Place::of(&mut tx, user.id).await?, web.caas.now());
    drop(tx);

    // Most people go on from here to what their car can do.
    ask::ahead(&web.caas, &upkeeps).await?;
    let lost: Vec<VehicleId> =
        upkeeps.iter().filter(|one| one.warranty == Warranty::Lost).map(|one| one.vehicle).collect();
    waiting.retain(|one| own.chosen.is_none_or(|car| one.vehicle_id.is_none_or(|of| of == car)));
    let (more_ended, more_payments) = (ended.len() > SHOWN, payments.len() > SHOWN);
    ended.truncate(SHOWN);
    payments.truncate(SHOWN);
    let title = locale.t("Tu expediente", "Your cars");
    let lead = locale.t(
        "Tus coches, lo que llevan activado, lo que has pagado y todo lo que ha pasado.",
        "Your cars, what is on in them, what you have paid, and all that has happened.",
    );
    let has_cars = !own.all.is_empty();
    let actions = has_cars.then(|| {
        view! {
            <LinkButton href="/expediente/suscripciones">{locale.t("Suscripciones", "Subscriptions")}</LinkButton>
            <LinkButton href="/expediente/facturas">{locale.t("Facturas", "Invoices")}</LinkButton>
        }
    });
    let services = has_cars.then(|| groups(&own, &open, &ended, more_ended, &running, &counted, reader));
    let place = Place { reader, eyes: Eyes::Owner, customer: None };
    let live = view! {
        <StoryLive topic=format!("user:{}", user.id) since=newest_entry href=query.whole().href("/expediente")
            word=locale.t("Hay novedades: ver lo último", "There is news: see the latest").to_owned()/>
    };
    let has_story = has_cars || !orders.is_empty();
    let story = has_story.then(|| story(&query, &own, lines, &place, Some(live.into_any())));
    let body = view! {
        <PageHeader title=title lead=lead actions=actions.into_any()/>
        {rights::offers(&offered, locale)}
        {needs(&order_needs, &waiting, &open, subscriptions::notices(&running, &debts, reader), reader)}
        {order::orders(&orders, locale)}
        {(has_cars || orders.is_empty()).then(|| cars(&own, &open, &lost, reader))}
        {rights::services(&inherited, &user.time_zone, locale)}
        {services}
        {newest(&own, &payments, more_payments, reader)}
        {story}
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}
