//! The catalogue on both engines: the demo content, what a purchase reads, searching, and when the copy in memory is old.

use crate::support::{World, for_each_engine};
use caas::catalogue::rules::{Availability, VehicleFacts, offer_availability};
use caas::catalogue::{
    Category, Filter, Market, OfferKind, Service, ServiceStatus, demo_service, repository, seed_demo,
};
use caas::kernel::ids::OfferId;
use caas::kernel::locale::Locale;
use caas::sql;
use chrono::TimeDelta;
use std::sync::Arc;

async fn seed(world: &World) {
    let mut tx = world.caas.db.begin().await.unwrap();
    seed_demo(&world.caas, &mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn codes(world: &World, filter: Filter) -> Vec<String> {
    let catalogue = world.caas.catalogue().await.unwrap();
    catalogue.find(&filter, Market::Es).iter().map(|found| found.service.code.clone()).collect()
}

fn text(text: &str) -> Filter {
    Filter { text: text.to_owned(), ..Filter::default() }
}

#[tokio::test]
async fn seeding_again_changes_nothing() {
    for_each_engine(async |world| {
        seed(&world).await;
        let first = world.caas.catalogue().await.unwrap();
        seed(&world).await;
        world.clock.advance(TimeDelta::seconds(2));
        let second = world.caas.catalogue().await.unwrap();
        assert_eq!(first.revision, 1);
        assert_eq!(first, second);
        assert_eq!(first.services.len(), 24);
        assert_eq!(first.services.iter().map(|s| s.offers.len()).sum::<usize>(), 60);
        assert_eq!(first.models.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_holds_both_ways() {
    for_each_engine(async |world| {
        seed(&world).await;
        let catalogue = world.caas.catalogue().await.unwrap();
        let mut pairs = 0;
        for service in &catalogue.services {
            for other in &service.conflicts {
                let back = &catalogue.by_id(other.id).expect("a service of the catalogue").conflicts;
                assert!(back.iter().any(|one| one.id == service.id), "{} and {}", service.code, other.code);
                pairs += 1;
            }
        }
        assert!(pairs >= 16 && pairs % 2 == 0, "{pairs}");
    })
    .await;
}

#[tokio::test]
async fn a_purchase_reads_what_the_page_showed() {
    for_each_engine(async |world| {
        seed(&world).await;
        let catalogue = world.caas.catalogue().await.unwrap();
        let mut tx = world.caas.db.read().await.unwrap();
        for service in &catalogue.services {
            assert_eq!(repository::service(&mut tx, service.id).await.unwrap().as_ref(), Some(service));
            assert_eq!(&demo_service(&mut tx, &service.code).await.unwrap(), service);
            for offer in &service.offers {
                let (read_service, read_offer) =
                    repository::offer(&mut tx, offer.id).await.unwrap().expect("it is there");
                assert_eq!((&read_service, &read_offer), (service, offer));
                assert_eq!(catalogue.offer(offer.id), Some((service, offer)));
            }
        }
        let unknown: OfferId = world.caas.new_id();
        assert!(repository::offer(&mut tx, unknown).await.unwrap().is_none());
        assert!(demo_service(&mut tx, "NO_SUCH_THING").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn search_knows_no_accents_and_both_languages() {
    for_each_engine(async |world| {
        seed(&world).await;
        for words in
            ["suspensión deportiva", "SUSPENSION DEPORTIVA", "sport suspension", "Suspensio\u{301}n   deportiva"]
        {
            assert_eq!(codes(&world, text(words)).await, ["SUSPENSION_SPORT"], "{words}");
        }
        assert_eq!(codes(&world, text("nieve esquí")).await, ["WINTER_TRACTION"]);
        assert_eq!(codes(&world, text("masa")).await, ["SEAT_MASSAGE"], "the beginning of a word is enough");
        assert_eq!(codes(&world, text("saje")).await, Vec::<String>::new(), "its end is not");
        assert_eq!(codes(&world, text("matrix")).await, ["MATRIX_LIGHTS"]);
        assert_eq!(codes(&world, text("POWER_BOOST_150")).await, ["POWER_BOOST_150"], "support knows the code");
        assert_eq!(codes(&world, text("'; DROP TABLE services; --")).await, Vec::<String>::new());
        assert_eq!(codes(&world, text("   ")).await.len(), 24);
    })
    .await;
}

#[tokio::test]
async fn filters_go_together() {
    for_each_engine(async |world| {
        seed(&world).await;
        let parking = Filter { category: Some(Category::Parking), ..Filter::default() };
        assert_eq!(codes(&world, parking.clone()).await, ["PARK_ASSIST", "SURROUND_VIEW"]);
        let by_subscription = Filter { kind: Some(OfferKind::Subscription), ..parking };
        assert_eq!(codes(&world, by_subscription.clone()).await, ["PARK_ASSIST"]);
        let catalogue = world.caas.catalogue().await.unwrap();
        let found = catalogue.find(&by_subscription, Market::Es);
        assert_eq!(found[0].offers.iter().map(|o| o.kind).collect::<Vec<_>>(), [OfferKind::Subscription]);
        let for_brisa = Filter { model: Some("BRISA".to_owned()), ..Filter::default() };
        assert!(codes(&world, for_brisa).await.contains(&"TRACK_MODE".to_owned()));
        let for_tajo = Filter { model: Some("TAJO".to_owned()), ..text("circuito") };
        assert!(codes(&world, for_tajo).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_copy_is_kept_until_there_is_a_change() {
    for_each_engine(async |world| {
        seed(&world).await;
        let first = world.caas.catalogue().await.unwrap();
        let same = world.caas.catalogue().await.unwrap();
        assert!(Arc::ptr_eq(&first, &same), "asked again at once");
        world.clock.advance(TimeDelta::seconds(2));
        let same = world.caas.catalogue().await.unwrap();
        assert!(Arc::ptr_eq(&first, &same), "asked later, nothing changed");
        assert_eq!(first.by_code("SENTINEL").unwrap().status, ServiceStatus::Active);

        // A change of this process is seen at once.
        let mut tx = world.caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE services SET status = 'RETIRED' WHERE code = 'SENTINEL'").unwrap();
        repository::changed(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let retired = world.caas.catalogue().await.unwrap();
        assert_eq!(retired.by_code("SENTINEL").unwrap().status, ServiceStatus::Retired);
        assert!(!codes(&world, Filter::default()).await.contains(&"SENTINEL".to_owned()));

        // A change of another process, whose announcement never came, is seen within a second.
        let mut tx = world.caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE services SET status = 'ACTIVE' WHERE code = 'SENTINEL'").unwrap();
        sql!(tx, execute "UPDATE catalogue_revision SET revision = revision + 1").unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(TimeDelta::milliseconds(1001));
        let active = world.caas.catalogue().await.unwrap();
        assert_eq!(active.by_code("SENTINEL").unwrap().status, ServiceStatus::Active);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_is_not_seen() {
    for_each_engine(async |world| {
        seed(&world).await;
        let before = world.caas.catalogue().await.unwrap();
        let mut tx = world.caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE services SET status = 'RETIRED'").unwrap();
        repository::changed(&mut tx).await.unwrap();
        drop(tx);
        world.clock.advance(TimeDelta::seconds(2));
        assert_eq!(world.caas.catalogue().await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn many_ask_at_once_and_all_get_the_catalogue() {
    for_each_engine(async |world| {
        seed(&world).await;
        let asking: Vec<_> = (0..32)
            .map(|_| {
                let caas = world.caas.clone();
                tokio::spawn(async move { caas.catalogue().await.unwrap().services.len() })
            })
            .collect();
        for one in asking {
            assert_eq!(one.await.unwrap(), 24);
        }
    })
    .await;
}

#[tokio::test]
async fn every_market_is_judged_by_its_own_prices() {
    for_each_engine(async |world| {
        seed(&world).await;
        let mut tx = world.caas.db.read().await.unwrap();
        let pilot = demo_service(&mut tx, "HIGHWAY_PILOT").await.unwrap();
        let car = |market| VehicleFacts {
            model: "LINCE".to_owned(),
            firmware: "5.3.0".to_owned(),
            market: Some(market),
            running: vec![],
            has_open_debt: false,
        };
        let verdicts = |service: &Service, market| {
            service.offers.iter().map(|offer| offer_availability(offer, service, &car(market))).collect::<Vec<_>>()
        };
        assert!(verdicts(&pilot, Market::Gb).iter().all(Availability::is_available));
        assert!(verdicts(&pilot, Market::Us).iter().all(|verdict| *verdict == Availability::NotSoldInCountry));
        let price = |market: Market| {
            pilot.offers[0].price(market).map(|p| (p.amount.display(Locale::En), p.vat_rate_basis_points))
        };
        assert_eq!(price(Market::Es), Some(("€19.90".to_owned(), 2100)));
        assert_eq!(price(Market::Gb), Some(("£16.90".to_owned(), 2000)));
        assert_eq!(price(Market::Us), None);
    })
    .await;
}
