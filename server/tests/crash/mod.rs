//! The process dies at every named failpoint, as in a power cut, and is started again: the end is the same as without the
//! cut. One hold, one capture or none, and never a second command after a confirmed one; one charge for each part of a car,
//! one order at the factory, one registration, one transport.
//!
//! The real program runs in its own process; the outside systems are played in this one and live on when it dies.

mod books;
mod cases;
pub mod machine;
mod month;
pub mod place;
pub mod process;
mod sale;
mod street;
mod telephone;
pub mod template;

use self::books::Books;
use self::cases::{Case, Story, cases};
use self::machine::{Life as _, PATIENCE};
use self::month::Month;
use self::sale::Sale;
use self::street::Street;
use self::template::{Past, Template};
use caas::kernel::failpoint;
use futures::StreamExt as _;
use std::collections::BTreeMap;
use std::time::Duration;

/// Worlds that run at the same time; each is mostly waiting.
const AT_ONCE: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_failpoint_it_ends_as_without_sqlite() {
    killed_at_every_failpoint_it_ends_as_without(&Template::sqlite(Past::Nothing).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_failpoint_it_ends_as_without_postgres() {
    if let Some(template) = Template::postgres(Past::Nothing).await {
        killed_at_every_failpoint_it_ends_as_without(&template).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_car_is_sold_it_ends_as_without_sqlite() {
    killed_while_a_car_is_sold_it_ends_as_without(&Template::sqlite(Past::CarsSold).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_car_is_sold_it_ends_as_without_postgres() {
    if let Some(template) = Template::postgres(Past::CarsSold).await {
        killed_while_a_car_is_sold_it_ends_as_without(&template).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_month_is_billed_it_ends_as_without_sqlite() {
    killed_while_a_month_is_billed_it_ends_as_without(&Template::sqlite(Past::Nothing).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_month_is_billed_it_ends_as_without_postgres() {
    if let Some(template) = Template::postgres(Past::Nothing).await {
        killed_while_a_month_is_billed_it_ends_as_without(&template).await;
    }
}

/// The lease of a dead process ends by itself: nobody has to free what it was at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_another_process_takes_over_when_the_lease_ends() {
    if let Some(template) = Template::postgres(Past::Nothing).await {
        let whole = lived_through(&template, Story::Confirmed).await;
        let mut street = Street::build(&template, Story::Confirmed).await;
        street.place().await;
        street.run_until_dead_at("payment.capture.answered").await;
        street.run_to_the_end(Duration::from_secs(60)).await;
        assert_eq!(street.books().await, whole);
    }
}

/// Not at named places but at any: killed again and again, it still ends, and ends the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_ends_as_without() {
    let template = Template::sqlite(Past::Nothing).await;
    for story in [Story::Confirmed, Story::Ended, Story::ModuleFault] {
        let whole = lived_through(&template, story).await;
        let mut street = Street::build(&template, story).await;
        street.place().await;
        for millis in [120, 180, 250, 330, 420, 520, 650] {
            street.run_and_kill_after(Duration::from_millis(millis)).await;
        }
        street.run_to_the_end(PATIENCE).await;
        assert_same(&street.books().await, &whole, &format!("{story:?}, killed again and again"));
    }
}

async fn killed_at_every_failpoint_it_ends_as_without(template: &Template) {
    let of_services = cases().into_iter().map(|case| case.failpoint);
    let of_cars = sale::CASES.iter().map(|(_, failpoint)| *failpoint);
    let of_months = month::CASES.iter().map(|(_, failpoint)| *failpoint);
    let named: Vec<_> = of_services.chain(of_cars).chain(of_months).collect();
    for failpoint in failpoint::ALL {
        assert!(named.contains(failpoint), "no case dies at {failpoint}");
    }
    let whole: BTreeMap<Story, Books> = futures::stream::iter(Story::ALL)
        .map(|story| async move { (story, lived_through(template, story).await) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (story, books) in &whole {
        story.check(books);
    }
    let whole = &whole;
    futures::stream::iter(cases())
        .map(|case| async move {
            let books = cut_short(template, case).await;
            assert_same(&books, &whole[&case.story], &format!("{:?}, killed at {}", case.story, case.failpoint));
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

async fn killed_while_a_car_is_sold_it_ends_as_without(template: &Template) {
    let whole: BTreeMap<sale::Story, sale::Books> = futures::stream::iter(sale::Story::ALL)
        .map(|story| async move { (story, Sale::lived_through(template, story).await) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (story, books) in &whole {
        story.check(books);
    }
    let whole = &whole;
    futures::stream::iter(sale::CASES)
        .map(|&(story, failpoint)| async move {
            let (books, whole) = (Sale::cut_short(template, story, failpoint).await, &whole[&story]);
            assert!(books == *whole, "{story:?}, killed at {failpoint}:\n{books:#?}\nwithout the cut:\n{whole:#?}");
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

async fn killed_while_a_month_is_billed_it_ends_as_without(template: &Template) {
    let mut whole = BTreeMap::new();
    for story in month::Story::ALL {
        let books = Month::lived_through(template, story).await;
        story.check(&books);
        whole.insert(story, books);
    }
    let whole = &whole;
    futures::stream::iter(month::CASES)
        .map(|&(story, failpoint)| async move {
            let (books, whole) = (Month::cut_short(template, story, failpoint).await, &whole[&story]);
            assert!(books == *whole, "{story:?}, killed at {failpoint}:\n{books:#?}\nwithout the cut:\n{whole:#?}");
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

/// The story without a cut.
async fn lived_through(template: &Template, story: Story) -> Books {
    let mut street = Street::build(template, story).await;
    street.place().await;
    street.run_to_the_end(PATIENCE).await;
    assert_eq!(street.unread_webhooks().await, 0, "{story:?}");
    street.books().await
}

/// The story with one.
async fn cut_short(template: &Template, case: Case) -> Books {
    let mut street = Street::build(template, case.story).await;
    if case.failpoint == "purchase.placed" {
        street.place_and_die_at(case.failpoint).await;
        // The customer saw no answer and presses the button again.
        street.place().await;
    } else {
        street.place().await;
        street.run_until_dead_at(case.failpoint).await;
    }
    street.machine().end_leases().await;
    street.run_to_the_end(PATIENCE).await;
    street.books().await
}

#[track_caller]
fn assert_same(books: &Books, whole: &Books, what: &str) {
    assert!(books == whole, "{what}:\n{books:#?}\nwithout the cut:\n{whole:#?}");
}
