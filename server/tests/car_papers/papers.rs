//! Papers: who may bring, read and judge them.

use super::played::Mood;
use super::scene::{Scene, pdf};
use crate::support::Engine;
use caas::kernel::ids::{OrderId, UserId};
use caas::sales::documents::{self, LARGEST, PaperRefusal, PaperState};
use caas::sales::who::Who;
use caas::sql;
use caas::support::model::NewAttachment;
use uuid::Uuid;

async fn bring(scene: &Scene, who: &Who, id: OrderId, kind: &str, bytes: Vec<u8>) -> Result<Uuid, PaperRefusal> {
    let file = NewAttachment { name: "../../dni <1>.exe".to_owned(), bytes };
    let mut tx = scene.begin().await;
    let answer = documents::upload(&scene.caas, &mut tx, who, id, kind, &file).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

#[tokio::test]
async fn a_paper_is_checked_replaced_and_kept() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let buyer = scene.buyer();
        let mut large = pdf().bytes;
        large.resize(LARGEST + 1, b' ');
        for (kind, bytes, refusal) in [
            ("IDENTITY", Vec::new(), PaperRefusal::NoFile),
            ("IDENTITY", large, PaperRefusal::TooLarge),
            ("IDENTITY", b"MZ\0\0".to_vec(), PaperRefusal::UnknownKind),
            ("IDENTITY", b"just text".to_vec(), PaperRefusal::UnknownKind),
            ("V5C_APPLICATION", pdf().bytes, PaperRefusal::UnknownPaper),
            ("COMPANY_REGISTER", pdf().bytes, PaperRefusal::UnknownPaper),
            ("PURCHASE_CONTRACT", pdf().bytes, PaperRefusal::UnknownPaper),
        ] {
            assert_eq!(bring(&scene, &buyer, id, kind, bytes).await, Err(refusal), "{kind}");
        }
        let first = bring(&scene, &buyer, id, "IDENTITY", pdf().bytes).await.unwrap();
        let second = bring(&scene, &scene.dealer, id, "IDENTITY", b"\xff\xd8\xff photo".to_vec()).await.unwrap();
        let mut tx = scene.read().await;
        let order = caas::sales::orders::load(&mut tx, id).await.unwrap();
        let all = documents::files(&mut tx, &order).await.unwrap();
        assert_eq!(all.len(), 2);
        let old = all.iter().find(|file| file.id == first).unwrap();
        assert_eq!(old.state, PaperState::Replaced);
        let (new, content) = documents::read(&mut tx, &buyer, id, second).await.unwrap().unwrap();
        assert_eq!((new.name.as_str(), new.media_type.as_str()), ("dni 1.jpg", "image/jpeg"));
        assert_eq!(content, b"\xff\xd8\xff photo");
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_paper_is_for_its_customer_its_dealership_and_administrators() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.sale("ES", "PICK_UP").await;
        let paper = scene.bring(&scene.buyer(), id, "IDENTITY").await;
        let mut tx = scene.read().await;
        let (other, _) = sql!(
            tx,
            one(UserId, String),
            "SELECT id, name FROM users WHERE role = 'CUSTOMER' AND id <> $1 ORDER BY id LIMIT 1",
            scene.customer
        )
        .unwrap();
        let staff = scene.dealer.user();
        let elsewhere = Who::staff(staff, Some(scene.caas.new_id()));
        for (who, may) in [
            (scene.buyer(), true),
            (scene.dealer, true),
            (Who::staff(staff, None), true),
            (Who::Customer(other), false),
            (elsewhere, false),
        ] {
            assert_eq!(documents::read(&mut tx, &who, id, paper).await.unwrap().is_some(), may, "{who:?}");
        }
        drop(tx);
        assert_eq!(bring(&scene, &elsewhere, id, "IDENTITY", pdf().bytes).await, Err(PaperRefusal::NotFound));
        // A paper is judged by people of ours, with a reason that helps.
        let mut tx = scene.begin().await;
        for who in [scene.buyer(), elsewhere] {
            let answer = documents::accept(&scene.caas, &mut tx, &who, id, paper).await.unwrap();
            assert_eq!(answer, Err(PaperRefusal::NotFound));
        }
        let answer = documents::refuse(&scene.caas, &mut tx, &scene.dealer, id, paper, "  ").await.unwrap();
        assert_eq!(answer, Err(PaperRefusal::NoReason));
        documents::accept(&scene.caas, &mut tx, &scene.dealer, id, paper).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let needed = documents::needed(&mut scene.read().await, &scene.order(id).await).await.unwrap();
        let states: Vec<_> = needed.iter().map(|paper| (paper.paper.code, paper.state.as_str())).collect();
        assert_eq!(
            states,
            [("PURCHASE_CONTRACT", "MISSING"), ("TECHNICAL_SPECIFICATIONS", "ACCEPTED"), ("IDENTITY", "ACCEPTED")]
        );
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_body_has_is_not_changed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Reviews);
        let id = scene.complete("GB", "PICK_UP").await;
        let buyer = scene.buyer();
        assert_eq!(bring(&scene, &buyer, id, "IDENTITY", pdf().bytes).await, Err(PaperRefusal::NotNow));
        scene.proven().await;
    }
}
