//! Messages on a moved clock: each row of the table on its channels and in time, what happens when a way out is shut, and
//! that nothing is said twice.

use crate::support::{World, for_each_engine};
use caas::accounts::{self, Profile, SignUp};
use caas::job_registry;
use caas::kernel::Timestamp;
use caas::kernel::failpoint;
use caas::kernel::ids::{NotificationId, UserId};
use caas::kernel::jobs::{self, run_due_jobs};
use caas::kernel::locale::{Bilingual, Locale};
use caas::notifications::communication::{said_to, send_again};
use caas::notifications::devices::{self, Subscription};
use caas::notifications::model::{Channel, DeliveryStatus, NoticeEvent, NoticeGroup, Use};
use caas::notifications::port::{DeliveryError, PushDevice};
use caas::notifications::repository::{in_app, unread};
use caas::notifications::samples::sample;
use caas::notifications::{Notice, notify, preferences};
use caas::sql;
use chrono::TimeDelta;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

const PHONE: &str = "+34600000001";
const DEVICE: &str = "https://push.example/one";
const OTHER_DEVICE: &str = "https://push.example/two";

/// Every message with texts of this room's own.
fn events() -> impl Iterator<Item = NoticeEvent> {
    NoticeEvent::ALL.iter().copied().filter(|event| *event != NoticeEvent::Account)
}

/// A person who can be reached nowhere but by mail and in the app.
pub(crate) async fn person(world: &World) -> UserId {
    let form = SignUp {
        name: "Lucía Ferrer".into(),
        email: "lucia@ejemplo.es".into(),
        password: "mi perro come peras".into(),
        country: "ES".into(),
        locale: Locale::Es,
    };
    accounts::sign_up(&world.caas, &form, None).await.unwrap();
    world.mails().await;
    let mut tx = world.caas.db.read().await.unwrap();
    sql!(&mut tx, one(UserId, String), "SELECT id, email FROM users").unwrap().0
}

/// The same person with a telephone and a browser.
async fn reachable_person(world: &World) -> UserId {
    let user = person(world).await;
    set_phone(world, user, PHONE).await;
    subscribe(world, user, DEVICE).await;
    user
}

async fn set_phone(world: &World, user: UserId, phone: &str) {
    let profile = Profile { name: "Lucía Ferrer".into(), phone: phone.into(), time_zone: "Europe/Madrid".into() };
    accounts::change_profile(&world.caas, user, &profile).await.unwrap();
}

async fn subscribe(world: &World, user: UserId, endpoint: &str) {
    let device = PushDevice {
        endpoint: endpoint.into(),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    };
    let subscription = Subscription { device, label: "Firefox en Linux".into() };
    assert!(devices::subscribe(&world.caas, user, "a session", &subscription).await.unwrap().is_some());
}

fn notice(user: UserId, event: NoticeEvent, key: &str) -> Notice {
    Notice { user, key: key.into(), ..sample(event) }
}

async fn say(world: &World, notice: &Notice) {
    let mut tx = world.caas.db.begin().await.unwrap();
    notify(&world.caas, &mut tx, notice).await.unwrap();
    tx.commit().await.unwrap();
}

/// A row as it is kept.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: NotificationId,
    event: String,
    channel: String,
    status: String,
    last_error: Option<String>,
    deadline_at: Timestamp,
    sent_at: Option<Timestamp>,
    late_at: Option<Timestamp>,
}

async fn rows(world: &World, user: UserId) -> Vec<Row> {
    let mut tx = world.caas.db.read().await.unwrap();
    sql!(&mut tx, all Row,
        "SELECT id, event, channel, status, last_error, deadline_at, sent_at, late_at FROM notifications
         WHERE user_id = $1 AND event <> 'ACCOUNT' ORDER BY created_at, id", user)
    .unwrap()
}

async fn row(world: &World, user: UserId, channel: Channel) -> Row {
    rows(world, user).await.into_iter().rfind(|row| row.channel == channel.as_str()).unwrap()
}

async fn entries(world: &World, kind: &str) -> i64 {
    let mut tx = world.caas.db.read().await.unwrap();
    let (count, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(0 AS BIGINT) FROM expediente_entries WHERE kind = $1",
        kind
    )
    .unwrap();
    count
}

/// Lets time pass, and runs each job when it is due.
async fn pass(world: &World, time: TimeDelta) {
    let end = world.caas.db.read().await.map(|_| world.caas.now() + time).unwrap();
    loop {
        world.run_jobs().await;
        match jobs::next_due(&world.caas).await.unwrap() {
            Some(due) if due <= end => world.clock.set(due.max(world.caas.now() + TimeDelta::microseconds(1))),
            _ => break,
        }
    }
    world.clock.set(end.max(world.caas.now()));
    world.run_jobs().await;
}

fn down() -> DeliveryError {
    DeliveryError::Transient("no connection".to_owned())
}

/// The rulebook's table, §11, copied by hand: email, push, SMS, in-app, minutes.
/// ✓ always reaches, ○ reaches who asks for it, · never.
const RULEBOOK: &[(NoticeEvent, &str, i64)] = &[
    (NoticeEvent::OtaFailed, "✓✓○✓", 15),
    (NoticeEvent::TicketCreated, "✓··✓", 15),
    (NoticeEvent::TicketSolved, "✓✓✓✓", 15),
    (NoticeEvent::PermanentFailure, "✓··✓", 15),
    (NoticeEvent::ServiceActive, "✓✓·✓", 15),
    (NoticeEvent::PaymentDeclined, "✓✓✓✓", 1),
    (NoticeEvent::FinalPaymentFailed, "✓✓✓✓", 1),
    (NoticeEvent::DeliveryFailed, "✓✓✓✓", 60),
    (NoticeEvent::BlockedByMaintenance, "✓✓○✓", 1),
    (NoticeEvent::WarrantyLost, "✓✓·✓", 24 * 60),
    (NoticeEvent::WarrantyBack, "✓✓·✓", 24 * 60),
    (NoticeEvent::SubscriptionChargeFailed, "✓··✓", 24 * 60),
    (NoticeEvent::SubscriptionCancelled, "✓✓○✓", 24 * 60),
    (NoticeEvent::TheftGuidance, "✓✓·✓", 60),
    (NoticeEvent::ServiceCancelled, "✓··✓", 15),
    (NoticeEvent::WithdrawalReceipt, "✓··✓", 15),
    (NoticeEvent::Refunded, "✓··✓", 15),
    (NoticeEvent::OrderPlaced, "✓✓·✓", 60),
    (NoticeEvent::ManufacturingStep, "✓✓·✓", 60),
    (NoticeEvent::ShippingStep, "✓✓·✓", 60),
    (NoticeEvent::Arrived, "✓✓·✓", 60),
    (NoticeEvent::RegistrationStep, "✓✓·✓", 60),
    (NoticeEvent::DeliveryStep, "✓✓·✓", 60),
];

#[tokio::test]
async fn each_row_of_the_rulebooks_table_goes_its_channels_in_time() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        for (event, channels, minutes) in RULEBOOK {
            let written = world.caas.now();
            say(&world, &notice(user, *event, event.as_str())).await;
            pass(&world, TimeDelta::minutes(*minutes)).await;
            let rows: Vec<Row> =
                rows(&world, user).await.into_iter().filter(|row| row.event == event.as_str()).collect();
            for (channel, mark) in
                [Channel::Email, Channel::Push, Channel::Sms, Channel::InApp].iter().zip(channels.chars())
            {
                let found: Vec<_> = rows.iter().filter(|row| row.channel == channel.as_str()).collect();
                if mark != '✓' {
                    assert!(found.is_empty(), "{event} {channel}");
                    continue;
                }
                let [row] = found.as_slice() else { panic!("{event} {channel}: {rows:?}") };
                assert_eq!(row.status, "SENT", "{event} {channel}");
                assert_eq!(row.deadline_at, written + TimeDelta::minutes(*minutes), "{event} {channel}");
                assert!(row.sent_at.unwrap() <= row.deadline_at && row.late_at.is_none(), "{event} {channel}: {row:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_table_says_what_the_rulebook_says() {
    for (event, channels, minutes) in RULEBOOK {
        let said: String = [Channel::Email, Channel::Push, Channel::Sms, Channel::InApp]
            .iter()
            .map(|channel| match event.on(*channel) {
                Use::Must | Use::On => '✓',
                Use::Off => '○',
                Use::Never => '·',
            })
            .collect();
        assert_eq!((said.as_str(), event.within_minutes()), (*channels, *minutes), "{event}");
    }
}

#[tokio::test]
async fn ten_minutes_without_mail_cost_only_what_had_to_be_said_at_once() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        world.mailbox.refuse(Some(down));
        for event in events() {
            say(&world, &notice(user, event, event.as_str())).await;
        }
        pass(&world, TimeDelta::minutes(10)).await;
        assert!(world.mailbox.take().is_empty());
        let at_once: Vec<_> = events().filter(|event| event.within_minutes() == 1).collect();
        for row in rows(&world, user).await {
            let event: NoticeEvent = row.event.parse().unwrap();
            if row.channel != "EMAIL" {
                assert_eq!(row.status, "SENT", "the other ways went on: {row:?}");
                continue;
            }
            assert_eq!((row.status.as_str(), row.sent_at), ("WAITING", None), "{row:?}");
            // Lateness is written down when it begins, not when the mail leaves.
            assert_eq!(row.late_at, at_once.contains(&event).then_some(row.deadline_at), "{row:?}");
        }
        assert_eq!(entries(&world, "NOTIFICATION_LATE").await, at_once.len() as i64);

        world.mailbox.refuse(None);
        pass(&world, TimeDelta::minutes(2)).await;
        for row in rows(&world, user).await {
            let event: NoticeEvent = row.event.parse().unwrap();
            assert_eq!(row.status, "SENT", "{row:?}");
            assert_eq!(row.late_at.is_some(), row.channel == "EMAIL" && at_once.contains(&event), "{row:?}");
            assert_eq!(row.late_at.is_none(), row.sent_at.unwrap() <= row.deadline_at, "{row:?}");
        }
        let mails = world.mailbox.take();
        assert_eq!(mails.len(), events().filter(|event| event.on(Channel::Email) != Use::Never).count());
        assert_eq!(entries(&world, "NOTIFICATION_LATE").await, at_once.len() as i64, "once each");
    })
    .await;
}

#[tokio::test]
async fn after_a_day_a_way_is_given_up_and_the_others_have_done_it() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        world.mailbox.refuse(Some(down));
        say(&world, &notice(user, NoticeEvent::OtaFailed, "a")).await;
        pass(&world, TimeDelta::hours(23)).await;
        assert_eq!(row(&world, user, Channel::Email).await.status, "WAITING");
        pass(&world, TimeDelta::hours(2)).await;
        let mail = row(&world, user, Channel::Email).await;
        assert_eq!(mail.status, "FAILED");
        assert!(mail.last_error.unwrap().contains("no connection") && mail.late_at.is_some());
        assert_eq!(row(&world, user, Channel::Push).await.status, "SENT");
        let mut tx = world.caas.db.read().await.unwrap();
        let failure = sql!(
            &mut tx,
            one(String, String),
            "SELECT communication, resolution FROM failure_audit WHERE failure_type = 'NOTIFICATION_FAILED'"
        );
        assert_eq!(failure.unwrap(), ("OTA_FAILED".to_owned(), "OTHER_CHANNELS".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_refused_address_is_not_tried_again() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        world.mailbox.refuse(Some(|| DeliveryError::Permanent("refused with 550".to_owned())));
        say(&world, &notice(user, NoticeEvent::OtaFailed, "a")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(row(&world, user, Channel::Email).await.status, "FAILED");
        world.mailbox.refuse(None);
        pass(&world, TimeDelta::days(2)).await;
        assert!(world.mailbox.take().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_death_between_sending_and_writing_is_recognised_by_its_id() {
    for (at, count) in
        [("notification.email.answered", 0), ("notification.sms.answered", 1), ("notification.push.answered", 2)]
    {
        for_each_engine(async |world| {
            let user = reachable_person(&world).await;
            say(&world, &notice(user, NoticeEvent::PaymentDeclined, "a")).await;
            let mut alive = true;
            failpoint::crash_when(Some(Box::new(move |here| here == at && std::mem::take(&mut alive))));
            let died = AssertUnwindSafe(run_due_jobs(&world.caas, &job_registry())).catch_unwind().await;
            failpoint::crash_when(None);
            assert!(died.is_err_and(|caught| failpoint::is_crash(&*caught)), "{at}");
            pass(&world, TimeDelta::minutes(5)).await;
            assert!(rows(&world, user).await.iter().all(|row| row.status == "SENT"), "{at}");

            let mails = world.mailbox.take();
            let ids: Vec<Vec<String>> = vec![
                mails.into_iter().map(|mail| mail.message_id).collect(),
                world.phones.texts().into_iter().map(|text| text.idempotency_key).collect(),
                world.phones.pushes().into_iter().map(|(_, push)| push.id.to_string()).collect(),
            ];
            for (which, ids) in ids.into_iter().enumerate() {
                // The one whose answer was lost left twice, under one id; the others once.
                assert_eq!(ids.len(), if which == count { 2 } else { 1 }, "{at}: {ids:?}");
                assert!(ids.iter().all(|id| *id == ids[0]), "{at}: {ids:?}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn the_same_thing_is_said_once() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        for _ in 0..3 {
            say(&world, &notice(user, NoticeEvent::TicketSolved, "a")).await;
        }
        say(&world, &notice(user, NoticeEvent::TicketSolved, "b")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(rows(&world, user).await.len(), 8);
        assert_eq!((world.mailbox.take().len(), world.phones.texts().len(), world.phones.pushes().len()), (2, 2, 2));
        assert_eq!(entries(&world, "CUSTOMER_TOLD").await, 2, "and stands in the story once");
    })
    .await;
}

#[tokio::test]
async fn who_cannot_be_reached_on_a_channel_is_seen_not_to_be() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        say(&world, &notice(user, NoticeEvent::PaymentDeclined, "a")).await;
        say(&world, &notice(user, NoticeEvent::ServiceActive, "a")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        let mut seen: Vec<_> = rows(&world, user)
            .await
            .into_iter()
            .map(|row| format!("{} {} {} {}", row.event, row.channel, row.status, row.last_error.unwrap_or_default()))
            .collect();
        seen.sort();
        assert_eq!(
            seen,
            [
                "PAYMENT_DECLINED EMAIL SENT ",
                "PAYMENT_DECLINED IN_APP SENT ",
                "PAYMENT_DECLINED PUSH SKIPPED NO_DEVICE",
                "PAYMENT_DECLINED SMS SKIPPED NO_PHONE",
                "SERVICE_ACTIVE EMAIL SENT ",
                "SERVICE_ACTIVE IN_APP SENT ",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn preferences_rule_over_what_need_not_be_said_and_nothing_else() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        let channels = async |event: NoticeEvent, key: &str| {
            say(&world, &notice(user, event, key)).await;
            pass(&world, TimeDelta::hours(1)).await;
            rows(&world, user)
                .await
                .into_iter()
                .filter(|row| row.event == event.as_str() && row.status == "SENT")
                .count()
        };
        // Everything off that can be switched off.
        preferences::choose(&world.caas, user, &[]).await.unwrap();
        assert_eq!(channels(NoticeEvent::PaymentDeclined, "a").await, 4);
        assert_eq!(channels(NoticeEvent::OtaFailed, "a").await, 3);
        assert_eq!(channels(NoticeEvent::ManufacturingStep, "a").await, 1);
        assert_eq!(channels(NoticeEvent::ServiceEnded, "a").await, 1);
        // A text message for what fails, and mail about the order.
        let wanted = [(NoticeGroup::Problems, Channel::Sms), (NoticeGroup::Order, Channel::Email)];
        preferences::choose(&world.caas, user, &wanted).await.unwrap();
        preferences::choose(&world.caas, user, &wanted).await.unwrap();
        assert_eq!(channels(NoticeEvent::OtaFailed, "b").await, 3 + 4);
        assert_eq!(channels(NoticeEvent::ManufacturingStep, "b").await, 1 + 2);
        assert_eq!(entries(&world, "PROFILE_CHANGED").await, 1 + 2, "each change of mind is on record once");
    })
    .await;
}

#[tokio::test]
async fn optional_mail_can_be_stopped_from_the_mail_itself_and_only_that() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        say(&world, &notice(user, NoticeEvent::ServiceEnded, "a")).await;
        say(&world, &notice(user, NoticeEvent::ServiceActive, "a")).await;
        let mails = world.mails().await;
        let address = mails.iter().find_map(|mail| mail.unsubscribe.clone()).unwrap();
        assert_eq!(mails.iter().filter(|mail| mail.unsubscribe.is_some() || mail.text.contains("/baja/")).count(), 1);
        let token = address.strip_prefix("https://caas.example/baja/").unwrap();
        assert_eq!(preferences::unsubscribe(&world.caas, "another").await.unwrap(), None);
        for _ in 0..2 {
            let group = preferences::unsubscribe(&world.caas, token).await.unwrap();
            assert_eq!(group, Some(NoticeGroup::Services));
        }
        say(&world, &notice(user, NoticeEvent::ServiceEnded, "b")).await;
        say(&world, &notice(user, NoticeEvent::ServiceActive, "b")).await;
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1, "what must be said is said");
        assert!(mails[0].unsubscribe.is_none());
    })
    .await;
}

#[tokio::test]
async fn steps_that_nobody_has_seen_give_way_to_the_newest() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        let step = |key: &str, word: &str| Notice {
            service: Bilingual { es: word.into(), en: word.into() },
            ..notice(user, NoticeEvent::ManufacturingStep, key)
        };
        say(&world, &step("order:1", "chapa")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        say(&world, &step("order:2", "pintura")).await;
        world.clock.advance(TimeDelta::seconds(1));
        say(&world, &step("another:1", "chapa")).await;
        pass(&world, TimeDelta::minutes(10)).await;
        let mut tx = world.caas.db.read().await.unwrap();
        let shown: Vec<_> = in_app(&mut tx, user, None, 10).await.unwrap().into_iter().map(|n| n.subject).collect();
        assert_eq!(unread(&mut tx, user).await.unwrap(), 2);
        drop(tx);
        assert_eq!(shown, ["Fabricación de tu Lince: chapa", "Fabricación de tu Lince: pintura"]);
        let pushed: Vec<_> = world.phones.pushes().into_iter().map(|(_, push)| push.title).collect();
        assert_eq!(pushed, ["Fabricación de tu Lince: pintura", "Fabricación de tu Lince: chapa"]);
        assert_eq!(world.mailbox.take().len(), 3, "mail is read one by one");
        let merged = rows(&world, user).await.into_iter().filter(|row| row.status == "MERGED").count();
        assert_eq!(merged, 2);

        // What somebody has had time to see stays.
        say(&world, &step("order:3", "montaje")).await;
        let mut tx = world.caas.db.read().await.unwrap();
        assert_eq!(in_app(&mut tx, user, None, 10).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn devices_that_are_gone_are_forgotten_and_too_many_is_respected() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        subscribe(&world, user, OTHER_DEVICE).await;
        world.phones.refuse(DEVICE, Some(|| DeliveryError::Gone));
        say(&world, &notice(user, NoticeEvent::TheftGuidance, "a")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(row(&world, user, Channel::Push).await.status, "SENT");
        let known = devices::of(&mut world.caas.db.read().await.unwrap(), user).await.unwrap();
        assert_eq!(known.len(), 1);

        subscribe(&world, user, DEVICE).await;
        world.phones.refuse(DEVICE, Some(|| DeliveryError::NotBefore(TimeDelta::minutes(7))));
        say(&world, &notice(user, NoticeEvent::TheftGuidance, "b")).await;
        pass(&world, TimeDelta::minutes(6)).await;
        assert_eq!(row(&world, user, Channel::Push).await.status, "WAITING");
        world.phones.refuse(DEVICE, None);
        pass(&world, TimeDelta::seconds(30)).await;
        assert_eq!(row(&world, user, Channel::Push).await.status, "WAITING", "not before it was allowed");
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(row(&world, user, Channel::Push).await.status, "SENT");
        let second: Vec<_> = world.phones.pushes().into_iter().map(|(device, _)| device).collect();
        assert_eq!(second, [OTHER_DEVICE, OTHER_DEVICE, DEVICE], "each device got it once");

        world.phones.refuse(DEVICE, Some(|| DeliveryError::Gone));
        world.phones.refuse(OTHER_DEVICE, Some(|| DeliveryError::Gone));
        say(&world, &notice(user, NoticeEvent::TheftGuidance, "c")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(row(&world, user, Channel::Push).await.status, "FAILED");
        assert!(devices::of(&mut world.caas.db.read().await.unwrap(), user).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn devices_are_checked_bounded_and_belong_to_one_person() {
    for_each_engine(async |world| {
        let user = person(&world).await;
        let good = PushDevice {
            endpoint: DEVICE.into(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
        };
        for bad in [
            PushDevice { endpoint: "http://push.example/".into(), ..good.clone() },
            PushDevice { endpoint: format!("https://push.example/{}", "x".repeat(1000)), ..good.clone() },
            PushDevice { p256dh: "AAAA".into(), ..good.clone() },
            PushDevice { auth: "no base64 !".into(), ..good.clone() },
        ] {
            let subscription = Subscription { device: bad, label: String::new() };
            assert_eq!(devices::subscribe(&world.caas, user, "a session", &subscription).await.unwrap(), None);
        }
        for number in 0..13 {
            world.clock.advance(TimeDelta::seconds(1));
            subscribe(&world, user, &format!("https://push.example/{number}")).await;
        }
        subscribe(&world, user, "https://push.example/12").await;
        let known = devices::of(&mut world.caas.db.read().await.unwrap(), user).await.unwrap();
        assert_eq!(known.len(), 10, "the oldest gave way");
        let stranger = UserId(world.caas.new_uuid());
        assert!(!devices::forget(&world.caas, stranger, known[0].id).await.unwrap());
        assert!(devices::forget(&world.caas, user, known[0].id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_agent_sends_again_once_for_each_wish() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        say(&world, &notice(user, NoticeEvent::TicketSolved, "a")).await;
        pass(&world, TimeDelta::minutes(1)).await;
        world.mailbox.take();
        let agent = user;
        let mail = row(&world, user, Channel::Email).await.id;
        let wish = world.caas.new_uuid();
        for _ in 0..3 {
            assert!(send_again(&world.caas, agent, user, mail, wish).await.unwrap());
        }
        pass(&world, TimeDelta::minutes(1)).await;
        let sent = world.mailbox.take();
        assert_eq!(sent.len(), 1);
        assert_ne!(sent[0].message_id, format!("{mail}@caas"), "a mail of its own: the first may be lost");
        assert!(send_again(&world.caas, agent, user, mail, world.caas.new_uuid()).await.unwrap());
        pass(&world, TimeDelta::minutes(1)).await;
        assert_eq!(world.mailbox.take().len(), 1);

        // Not of somebody else, not what is shown in the app, not what holds a secret.
        let stranger = UserId(world.caas.new_uuid());
        assert!(!send_again(&world.caas, agent, stranger, mail, wish).await.unwrap());
        let shown = row(&world, user, Channel::InApp).await.id;
        assert!(!send_again(&world.caas, agent, user, shown, world.caas.new_uuid()).await.unwrap());
        let mut tx = world.caas.db.read().await.unwrap();
        let lines = said_to(&mut tx, user, None, world.caas.now(), 50).await.unwrap();
        drop(tx);
        let account = lines.iter().find(|line| line.event == NoticeEvent::Account).unwrap();
        assert!(account.text.is_empty() && !account.can_resend);
        assert!(!send_again(&world.caas, agent, user, account.id, world.caas.new_uuid()).await.unwrap());
        assert!(lines.iter().all(|line| line.status == DeliveryStatus::Sent && !line.late));
        assert_eq!(lines.iter().filter(|line| line.resent_from == Some(mail)).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_agents_choice_of_channels_is_followed_to_the_letter() {
    for_each_engine(async |world| {
        let user = reachable_person(&world).await;
        let answer = Notice {
            channels: Some(vec![Channel::Sms, Channel::InApp]),
            text: Some("Ya está.\n\nProbadlo.".into()),
            ..notice(user, NoticeEvent::TicketAnswered, "a:1")
        };
        say(&world, &answer).await;
        pass(&world, TimeDelta::minutes(1)).await;
        let mut channels: Vec<_> = rows(&world, user).await.into_iter().map(|row| row.channel).collect();
        channels.sort();
        assert_eq!(channels, ["IN_APP", "SMS"]);
        let text = world.phones.texts().remove(0);
        assert_eq!(text.to, PHONE);
        assert!(text.body.contains("GEN-000045") && text.body.contains("https://caas.example/expediente"), "{text:?}");
        let shown = in_app(&mut world.caas.db.read().await.unwrap(), user, None, 1).await.unwrap().remove(0);
        assert!(shown.body.starts_with("Ya está.\nProbadlo.\n"), "{}", shown.body);
    })
    .await;
}
