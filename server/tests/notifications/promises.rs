//! "You have not been charged" leaves only while it is true.

use crate::support::Engine;
use crate::use_cases::scenario::{SEATS, Scene};
use caas::accounts::{self, Profile};
use caas::kernel::ids::ActivationId;
use caas::notifications::model::NoticeEvent;
use caas::notifications::samples::sample;
use caas::notifications::{Notice, notify};
use caas::sql;
use caas_sandbox::{ErrorCode, Fault, FaultRule, TestCard};
use chrono::TimeDelta;

async fn alarms(scene: &Scene) -> i64 {
    let (count, _) = sql!(
        &mut scene.read().await,
        one(i64, i64),
        "SELECT COUNT(*), CAST(0 AS BIGINT) FROM expediente_entries WHERE kind = 'PROMISE_UNTRUE'"
    )
    .unwrap();
    count
}

async fn statuses(scene: &Scene, event: NoticeEvent) -> Vec<String> {
    scene.said(event.as_str()).await.into_iter().map(|said| format!("{} {}", said.channel, said.status)).collect()
}

async fn refunded(scene: &Scene, id: ActivationId) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    sql!(&mut tx, execute
        "UPDATE payments SET refunded_cents = captured_cents WHERE service_activation_id = $1", id)
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_message_that_would_lie_is_kept_and_raises_the_alarm_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.seconds(10).await;
        assert_eq!(scene.money(id).await, "CHARGED/PENDING");
        let caas = scene.caas();
        let notice = Notice { user: scene.customer, key: id.to_string(), ..sample(NoticeEvent::PermanentFailure) };
        let mut tx = caas.db.begin().await.unwrap();
        notify(&caas, &mut tx, &notice).await.unwrap();
        tx.commit().await.unwrap();
        scene.seconds(0).await;
        let kept = ["EMAIL WAITING", "IN_APP WAITING"];
        assert_eq!(statuses(&scene, NoticeEvent::PermanentFailure).await, kept);
        scene.live(TimeDelta::minutes(20)).await;
        assert_eq!(statuses(&scene, NoticeEvent::PermanentFailure).await, kept);
        assert_eq!(alarms(&scene).await, 2, "once for each message, however often it is looked at");
        let mails = scene.world().mails();
        assert!(!mails.iter().any(|mail| mail.text.contains("no se puede")), "nothing untrue has left");

        refunded(&scene, id).await;
        scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(statuses(&scene, NoticeEvent::PermanentFailure).await, ["EMAIL SENT", "IN_APP SENT"]);
        assert_eq!(alarms(&scene).await, 2);
    }
}

#[tokio::test]
async fn what_failed_is_told_on_each_channel_in_time_and_the_phone_number_is_the_accounts() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let profile = Profile {
            name: "Eva".to_owned(),
            phone: "+34 600 000 001".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
        };
        accounts::change_profile(&scene.caas(), scene.customer, &profile).await.unwrap();
        scene.world().set_fault(FaultRule::iot(Fault::Nack { code: ErrorCode::ModuleFault }));
        scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(statuses(&scene, NoticeEvent::OtaFailed).await, ["EMAIL SENT", "IN_APP SENT", "PUSH SKIPPED"]);

        scene.world().clear_faults();
        scene.world().set_fault(FaultRule::sms(Fault::LostAnswer).times(1));
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.order(crate::use_cases::scenario::AUDIO).await;
        scene.live(TimeDelta::minutes(1)).await;
        assert_eq!(
            statuses(&scene, NoticeEvent::PaymentDeclined).await,
            ["EMAIL SENT", "IN_APP SENT", "PUSH SKIPPED", "SMS SENT"]
        );
        let texts = scene.world().text_messages();
        assert_eq!(texts.len(), 1, "the lost answer cost no second message");
        assert_eq!(texts[0].to, "+34600000001");
        assert!(texts[0].body.contains("No se te ha cobrado") && texts[0].body.contains("http://localhost:3000/"));
        scene.proven().await;
    }
}
