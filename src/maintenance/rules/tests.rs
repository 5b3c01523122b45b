use super::*;
use crate::catalogue::{Block, Category, ServiceStatus};
use crate::kernel::ids::ServiceId;
use crate::kernel::locale::Bilingual;
use proptest::prelude::*;

const POLICY: MaintenancePolicy = MaintenancePolicy { grace_days: 30 };

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn block(name: Block, compliance: f64, overdue_days: Option<i64>) -> BlockState {
    let overdue_since = overdue_days.map(|days| today() - TimeDelta::days(days));
    BlockState { name, compliance, overdue_since, outstanding: Vec::new() }
}

fn service(required: &[(Block, i64)], safety_critical: bool) -> Service {
    let text = Bilingual::default;
    Service {
        id: ServiceId(uuid::Uuid::nil()),
        code: "TEST".to_owned(),
        slug: "test".to_owned(),
        category: Category::Power,
        name: text(),
        summary: text(),
        description: text(),
        needs: text(),
        keywords: text(),
        feature_flags: Vec::new(),
        parameters: serde_json::Map::new(),
        models: Vec::new(),
        min_firmware: "1.0.0".to_owned(),
        required_blocks: required.iter().map(|&(block, threshold)| RequiredBlock { block, threshold }).collect(),
        safety_critical,
        status: ServiceStatus::Active,
        conflicts: Vec::new(),
        offers: Vec::new(),
    }
}

#[test]
fn each_side_of_each_boundary() {
    use Verdict::{Critical, Current, Minor};
    for (compliance, overdue, expected) in [
        (80.0, None, Current),
        (100.0, Some(400), Current),
        (80.0, Some(30), Current),
        (79.99, None, Minor),
        (79.0, Some(-5), Minor),
        (79.0, Some(0), Minor),
        (79.0, Some(29), Minor),
        (79.0, Some(30), Critical),
        (79.0, Some(31), Critical),
        (0.0, Some(1_000), Critical),
        (0.0, Some(29), Minor),
    ] {
        let found = verdict(&block(Block::Brakes, compliance, overdue), 80, today(), POLICY);
        assert_eq!(found, expected, "{compliance} % overdue {overdue:?}");
    }
}

#[test]
fn another_grace_period_moves_the_boundary() {
    for (grace_days, expected) in [(9, Verdict::Critical), (10, Verdict::Critical), (11, Verdict::Minor)] {
        let policy = MaintenancePolicy { grace_days };
        assert_eq!(verdict(&block(Block::Brakes, 50.0, Some(10)), 80, today(), policy), expected);
    }
    let none = MaintenancePolicy { grace_days: 0 };
    assert_eq!(verdict(&block(Block::Brakes, 50.0, None), 80, today(), none), Verdict::Critical);
}

#[test]
fn the_worst_of_the_blocks_asked_for_decides_and_no_other() {
    let asks = service(&[(Block::Brakes, 80), (Block::Powertrain, 70)], true);
    let say = |blocks: &[BlockState]| gate(&asks, &Standing::Known(blocks.to_vec()), today(), POLICY);
    let good = block(Block::Brakes, 90.0, None);
    assert!(matches!(say(&[good.clone(), block(Block::Powertrain, 70.0, None)]), Gate::Open(_)));
    assert!(matches!(say(&[good.clone(), block(Block::Powertrain, 69.0, Some(3))]), Gate::Warned(_)));
    assert!(matches!(say(&[good.clone(), block(Block::Powertrain, 69.0, Some(40))]), Gate::Blocked(_)));
    // What it does not ask for is nothing to it.
    assert!(matches!(say(&[good.clone(), block(Block::Drivetrain, 0.0, Some(400))]), Gate::Open(_)));
    // A new car, and a block without history.
    assert!(matches!(say(&[]), Gate::Open(_)));
    assert!(matches!(say(std::slice::from_ref(&good)), Gate::Open(_)));
    // Told twice: the worse counts.
    assert!(matches!(say(&[good.clone(), block(Block::Brakes, 10.0, Some(90)), good]), Gate::Blocked(_)));
}

#[test]
fn silence_closes_what_is_critical_for_safety_and_nothing_else() {
    let blocks = [(Block::Brakes, 80)];
    let say = |service: &Service, standing| gate(service, &standing, today(), POLICY);
    assert_eq!(say(&service(&blocks, true), Standing::Silent), Gate::Refused);
    assert_eq!(say(&service(&blocks, false), Standing::Silent), Gate::Acknowledge);
    assert_eq!(say(&service(&blocks, true), Standing::Unknown), Gate::Unknown);
    for standing in [Standing::Silent, Standing::Unknown] {
        // What asks for no block is never asked about.
        assert_eq!(say(&service(&[], true), standing), Gate::Open(Vec::new()));
    }
}

#[test]
fn an_answer_counts_for_an_hour_and_a_silence_for_five_minutes() {
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
    let of = |answered, silent| standing(answered, &[], silent, now);
    assert_eq!(of(ago(3599), None), Standing::Known(Vec::new()));
    assert_eq!(of(ago(3600), None), Standing::Unknown);
    assert_eq!(of(ago(3600), ago(299)), Standing::Silent);
    assert_eq!(of(ago(3600), ago(300)), Standing::Unknown);
    // What is kept counts, whatever became of a later question.
    assert_eq!(of(ago(1800), ago(1)), Standing::Known(Vec::new()));
    assert_eq!(of(None, None), Standing::Unknown);
}

#[test]
fn a_warranty_is_lost_beyond_the_grace_and_comes_back_when_all_is_current() {
    use Warranty::{Lost, Valid};
    for (before, overdue, after) in [
        (Valid, vec![None, None], Valid),
        (Valid, vec![None, Some(29)], Valid),
        (Valid, vec![Some(30), None], Lost),
        (Valid, vec![Some(29), Some(31)], Lost),
        (Lost, vec![Some(31)], Lost),
        // Half the way is not all of it.
        (Lost, vec![Some(1), None], Lost),
        (Lost, vec![Some(0)], Lost),
        (Lost, vec![None, None], Valid),
        (Lost, vec![Some(-1)], Valid),
        // No history says nothing.
        (Lost, vec![], Lost),
        (Valid, vec![], Valid),
    ] {
        let blocks: Vec<_> = overdue.iter().map(|days| block(Block::Brakes, 50.0, *days)).collect();
        assert_eq!(warranty(before, &blocks, today(), POLICY), after, "{before} {overdue:?}");
    }
}

#[test]
fn three_tries_and_no_more() {
    let waits: Vec<_> = (1..=4).map(|tries| next_try(tries).map(|wait| wait.num_seconds())).collect();
    assert_eq!(waits, [Some(2), Some(5), None, None]);
}

proptest! {
    #[test]
    fn better_maintenance_never_closes_what_was_open(
        compliance in 0.0..100.0f64, more in 0.0..100.0f64, days in -100i64..1000, fewer in 0i64..1000, threshold in 1i64..=100,
    ) {
        let worse = verdict(&block(Block::Brakes, compliance, Some(days)), threshold, today(), POLICY);
        let better = verdict(&block(Block::Brakes, (compliance + more).min(100.0), Some(days - fewer)), threshold, today(), POLICY);
        prop_assert!(better <= worse);
    }

    #[test]
    fn what_a_block_closes_by_being_overdue_costs_the_warranty(compliance in 0.0..100.0f64, days in -100i64..1000) {
        let state = block(Block::Brakes, compliance, Some(days));
        if verdict(&state, 100, today(), POLICY) == Verdict::Critical {
            prop_assert_eq!(warranty(Warranty::Valid, &[state], today(), POLICY), Warranty::Lost);
        }
    }

    #[test]
    fn a_warranty_judged_twice_by_the_same_answer_stays(overdue in prop::collection::vec(prop::option::of(-100i64..1000), 0..6), lost: bool) {
        let blocks: Vec<_> = overdue.iter().map(|days| block(Block::Brakes, 50.0, *days)).collect();
        let before = if lost { Warranty::Lost } else { Warranty::Valid };
        let once = warranty(before, &blocks, today(), POLICY);
        prop_assert_eq!(warranty(once, &blocks, today(), POLICY), once);
    }
}
