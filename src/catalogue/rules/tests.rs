use super::*;
use crate::catalogue::{Category, OfferPrice};
use crate::kernel::ids::OfferId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Money};
use proptest::prelude::*;
use uuid::Uuid;

const OWN: ServiceId = ServiceId(Uuid::from_u128(1));
const RIVAL: ServiceId = ServiceId(Uuid::from_u128(2));
const OTHER: ServiceId = ServiceId(Uuid::from_u128(3));

fn offer(kind: OfferKind) -> Offer {
    let price = OfferPrice { amount: Money::new(Cents(2990), Market::Es.currency()), vat_rate_basis_points: 2100 };
    let days = (kind == OfferKind::Temporary).then_some(30);
    Offer { id: OfferId(Uuid::nil()), service_id: OWN, kind, days, prices: [(Market::Es, price)].into() }
}

fn service() -> Service {
    let text = |text: &str| Bilingual { es: text.to_owned(), en: text.to_owned() };
    Service {
        id: OWN,
        code: "SUSPENSION_SPORT".to_owned(),
        slug: "suspension-deportiva".to_owned(),
        category: Category::Suspension,
        name: text("Sport"),
        summary: text(""),
        description: text(""),
        needs: text(""),
        keywords: text(""),
        feature_flags: vec![],
        parameters: Default::default(),
        models: vec!["LINCE".to_owned()],
        min_firmware: "4.2.0".to_owned(),
        required_blocks: vec![],
        safety_critical: false,
        status: ServiceStatus::Active,
        conflicts: vec![ServiceRef {
            id: RIVAL,
            code: "RIVAL".to_owned(),
            slug: "rival".to_owned(),
            name: text("Rival"),
        }],
        offers: vec![],
    }
}

fn vehicle() -> VehicleFacts {
    VehicleFacts {
        model: "LINCE".to_owned(),
        firmware: "5.0.1".to_owned(),
        market: Some(Market::Es),
        running: vec![],
        has_open_debt: false,
    }
}

fn running(service_id: ServiceId, phase: RunningPhase, expires_at: Option<Timestamp>) -> RunningService {
    RunningService { service_id, kind: OfferKind::Temporary, phase, expires_at }
}

fn at(day: u32) -> Timestamp {
    chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

#[test]
fn a_fitting_car_may_buy() {
    for kind in OfferKind::ALL {
        assert_eq!(offer_availability(&offer(*kind), &service(), &vehicle()), Availability::Available);
    }
}

#[test]
fn what_the_car_has_already_is_said_first() {
    let mut car = vehicle();
    car.model = "ALCOR".to_owned();
    car.has_open_debt = true;
    car.running = vec![running(OWN, RunningPhase::Active, Some(at(21)))];
    let until = Availability::ActiveUntil { until: Some(at(21)), kind: OfferKind::Temporary };
    assert_eq!(offer_availability(&offer(OfferKind::Subscription), &service(), &car), until);
    car.running = vec![running(OWN, RunningPhase::InProgress, None)];
    assert_eq!(offer_availability(&offer(OfferKind::Subscription), &service(), &car), Availability::InProgress);
}

#[test]
fn each_obstacle_alone_is_named() {
    let said = |change: fn(&mut Service, &mut VehicleFacts), kind| {
        let (mut service, mut car) = (service(), vehicle());
        change(&mut service, &mut car);
        offer_availability(&offer(kind), &service, &car)
    };
    use OfferKind::{Permanent, Subscription, Temporary};
    assert_eq!(said(|s, _| s.status = ServiceStatus::Retired, Permanent), Availability::Retired);
    assert_eq!(said(|_, v| v.model = "BRISA".to_owned(), Permanent), Availability::NotForModel);
    assert_eq!(
        said(|_, v| v.firmware = "4.1.9".to_owned(), Permanent),
        Availability::FirmwareTooOld { needed: "4.2.0".to_owned(), installed: "4.1.9".to_owned() }
    );
    assert_eq!(said(|_, v| v.market = Some(Market::Us), Permanent), Availability::NotSoldInCountry);
    assert_eq!(said(|_, v| v.market = None, Permanent), Availability::NotSoldInCountry);
    for phase in [RunningPhase::Active, RunningPhase::InProgress] {
        let mut car = vehicle();
        car.running = vec![running(OTHER, RunningPhase::Active, None), running(RIVAL, phase, None)];
        let Availability::ConflictsWith { services } = offer_availability(&offer(Temporary), &service(), &car) else {
            panic!("a rival {phase} must be in the way");
        };
        assert_eq!(services.iter().map(|s| s.id).collect::<Vec<_>>(), [RIVAL]);
    }
    assert_eq!(said(|_, v| v.has_open_debt = true, Subscription), Availability::BlockedByDebt);
    assert_eq!(said(|_, v| v.has_open_debt = true, Temporary), Availability::Available);
    assert_eq!(said(|_, v| v.has_open_debt = true, Permanent), Availability::Available);
}

#[test]
fn firmware_is_compared_as_numbers() {
    for (left, right, order) in [
        ("4.10.0", "4.9.9", Ordering::Greater),
        ("4.2", "4.2.0", Ordering::Equal),
        ("4.2.0.1", "4.2", Ordering::Greater),
        ("v5.0", "5.0.0", Ordering::Equal),
        ("5.0.0-rc1", "5.0.0", Ordering::Equal),
        ("", "1", Ordering::Less),
        ("unknown", "0.0.1", Ordering::Less),
        ("3.9.12", "4.0.0", Ordering::Less),
    ] {
        assert_eq!(compare_firmware(left, right), order, "{left} against {right}");
        assert_eq!(compare_firmware(right, left), order.reverse(), "{right} against {left}");
    }
}

#[test]
fn availability_travels_as_a_code() {
    let json =
        serde_json::to_value(Availability::FirmwareTooOld { needed: "4.2".to_owned(), installed: "4.1".to_owned() });
    assert_eq!(json.unwrap(), serde_json::json!({"code": "FIRMWARE_TOO_OLD", "needed": "4.2", "installed": "4.1"}));
    assert_eq!(serde_json::to_value(Availability::Available).unwrap(), serde_json::json!({"code": "AVAILABLE"}));
}

fn any_running() -> impl Strategy<Value = Vec<RunningService>> {
    let phase = prop::sample::select(RunningPhase::ALL);
    prop::collection::vec((prop::sample::select(vec![OWN, RIVAL, OTHER]), phase), 0..4)
        .prop_map(|list| list.into_iter().map(|(id, phase)| running(id, phase, None)).collect())
}

proptest! {
    #[test]
    fn what_is_available_breaks_no_rule(
        kind in prop::sample::select(OfferKind::ALL),
        model in prop::sample::select(vec!["LINCE", "ALCOR"]),
        firmware in prop::sample::select(vec!["4.1.9", "4.2", "4.10", "5"]),
        market in prop::option::of(prop::sample::select(Market::ALL)),
        running in any_running(),
        has_open_debt: bool,
    ) {
        let car = VehicleFacts { model: model.to_owned(), firmware: firmware.to_owned(), market, running, has_open_debt };
        let fine = car.model == "LINCE"
            && firmware != "4.1.9"
            && market == Some(Market::Es)
            && car.running.iter().all(|r| r.service_id == OTHER)
            && !(has_open_debt && kind == OfferKind::Subscription);
        prop_assert_eq!(offer_availability(&offer(kind), &service(), &car).is_available(), fine);
    }

    #[test]
    fn firmware_order_is_that_of_its_parts(a in prop::collection::vec(0u64..30, 1..4), b in prop::collection::vec(0u64..30, 1..4)) {
        let text = |parts: &[u64]| parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        let padded = |parts: &[u64]| { let mut parts = parts.to_vec(); parts.resize(4, 0); parts };
        prop_assert_eq!(compare_firmware(&text(&a), &text(&b)), padded(&a).cmp(&padded(&b)));
    }
}
