//! Papers: what is asked for, what was wrong with a file at its field, and what the registration says.

use super::scene::*;
use crate::support_pages::counter::{Part, post_parts};
use caas::sales::documents;
use caas::sales::model::OrderEvent as E;
use caas::sales::who::Who;

const PDF: &[u8] = b"%PDF-1.7\nan identity card";

async fn send(scene: &mut Scene, order: OrderId, kind: &str, bytes: &[u8]) -> Answer {
    let parts =
        [Part::text("order", &order.to_string()), Part::text("kind", kind), Part::file_in("file", "dni.pdf", bytes)];
    post_parts(&mut scene.app, "/api/pedidos/documento", &parts).await
}

#[tokio::test]
async fn a_paper_is_brought_refused_with_its_reason_and_brought_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        scene.steps(order, &[E::ReservationPaid, E::FactoryConfirmed]).await;
        scene.page(order, "").await.expect(200).says("Subir los documentos");
        let page = scene.page(order, "/documentos").await.expect(200);
        for text in [
            "Documento de identidad o pasaporte",
            "Falta",
            "5 MB como mucho",
            "Lo trae tu concesionario.",
            "La matriculación aún no ha empezado",
        ] {
            page.says(text);
        }
        // What is wrong stands at its field.
        for (bytes, words) in [
            (b"GIF89a".to_vec(), "Sube un archivo PDF, JPEG o PNG."),
            (Vec::new(), "Elige un archivo."),
            (vec![b'%'; 5 * 1024 * 1024 + 1], "El archivo pasa de 5 MB."),
        ] {
            let answer = send(&mut scene, order, "IDENTITY", &bytes).await;
            let page = follow(&mut scene.app, answer).await.expect(200);
            page.says(words);
            page.says("id=\"papel-IDENTITY-error\"");
            page.says("No hemos podido guardar: Documento de identidad o pasaporte");
        }
        let answer = send(&mut scene, order, "IDENTITY", PDF).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("Documento recibido");
        page.says("Recibido");
        let file = before(&page, "dni.pdf").rsplit_once("href=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let own = scene.app.get(&file).await.expect(200);
        assert_eq!(own.body.as_bytes(), PDF);
        assert!(own.header("content-disposition").unwrap().starts_with("attachment"));

        // The dealership needs another one and says why.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let dealer =
            sql!(&mut tx, one(UserId, String), "SELECT id, name FROM users WHERE role = 'DEALER' ORDER BY id LIMIT 1")
                .unwrap()
                .0;
        let staff = Who::staff(dealer, Some(scene.dealership));
        let paper = file.rsplit('/').next().unwrap().parse().unwrap();
        documents::refuse(&caas, &mut tx, &staff, order, paper, "La foto está cortada por abajo.")
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        let page = scene.page(order, "/documentos").await.expect(200);
        page.says("Hace falta otro");
        page.says("La foto está cortada por abajo.");
        page.says("Sustituir");
        let answer = send(&mut scene, order, "IDENTITY", PDF).await;
        follow(&mut scene.app, answer).await.expect(200).says("Recibido");
        let page = scene.page(order, "").await.expect(200);
        page.says("Un documento no sirve: hace falta otro");
        page.says("No te falta ningún documento por traer.");
        // A paper that the dealership brings is not the customer's.
        let answer = send(&mut scene, order, "PURCHASE_CONTRACT", PDF).await;
        follow(&mut scene.app, answer).await.expect(200).says("No hemos podido guardar");
    }
}

#[tokio::test]
async fn the_registration_says_what_is_missing_and_that_all_is_paid() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pays(order, "/pago-final", TestCard::GoodVisa).await.expect(303);
        scene.app.run_jobs().await;
        let page = scene.page(order, "").await.expect(200);
        page.says("Sube los documentos para matricular tu coche");
        page.says("Falta 1 documento.");
        let page = scene.page(order, "/documentos").await.expect(200);
        page.says("Falta algo para poder presentarla");
        let answer = send(&mut scene, order, "IDENTITY", PDF).await;
        follow(&mut scene.app, answer).await.expect(200);
        scene.page(order, "").await.expect(200).says("Tu coche se está matriculando");
        scene.app.get("/expediente").await.expect(200).says("Matriculándose");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn the_customer_puts_the_own_data_right_on_the_page_of_the_papers() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        let id = order.to_string();
        let page = scene.page(order, "/documentos").await.expect(200);
        page.says("A nombre de quién se matricula");
        page.says("Corregir estos datos");
        let form = |name: &'static str, tax_id: &'static str, postal_code: &'static str| {
            vec![
                ("name", name),
                ("tax_id", tax_id),
                ("date_of_birth", "1990-01-01"),
                ("driver_license", ""),
                ("street", "Calle Nueva 7"),
                ("city", "Madrid"),
                ("postal_code", postal_code),
            ]
        };
        // Everything wrong at once, at its field, and what was typed is still there.
        let mut wrong = form("", "12345678A", "9");
        wrong.push(("order", &id));
        let answer = scene.app.post_form("/api/pedidos/titular", &wrong).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        for field in ["name", "tax_id", "postal_code"] {
            page.says(&format!("id=\"corregir-{field}-error\""));
        }
        page.says("value=\"12345678A\"");
        let mut right = form("Lucía Ferrer Gil", "12345678Z", "28014");
        right.push(("order", &id));
        let answer = scene.app.post_form("/api/pedidos/titular", &right).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("Lucía Ferrer Gil");
        page.says("Calle Nueva 7");
        scene.page(order, "").await.expect(200).says("Se corrigieron los datos para la matriculación");
    }
}

#[tokio::test]
async fn with_the_papers_at_the_body_the_data_stay_as_they_are() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let id = order.to_string();
        scene.pays(order, "/pago-final", TestCard::GoodVisa).await.expect(303);
        scene.app.run_jobs().await;
        let answer = send(&mut scene, order, "IDENTITY", PDF).await;
        follow(&mut scene.app, answer).await.expect(200);
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let dealer =
            sql!(&mut tx, one(UserId, String), "SELECT id, name FROM users WHERE role = 'DEALER' ORDER BY id LIMIT 1")
                .unwrap()
                .0;
        let staff = Who::staff(dealer, Some(scene.dealership));
        let file = caas::support::model::NewAttachment { name: "contrato.pdf".to_owned(), bytes: PDF.to_vec() };
        documents::upload(&caas, &mut tx, &staff, order, "PURCHASE_CONTRACT", &file).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let page = scene.page(order, "/documentos").await.expect(200);
        page.says("Con estos datos se ha presentado la matriculación");
        says_not(&page, "Corregir estos datos");
        let typed = [
            ("order", id.as_str()),
            ("name", "Otra Persona"),
            ("tax_id", "87654321X"),
            ("street", "Calle Nueva 7"),
            ("city", "Madrid"),
            ("postal_code", "28014"),
        ];
        let answer = scene.app.post_form("/api/pedidos/titular", &typed).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("ya es tarde para eso");
        says_not(&page, "Otra Persona");
    }
}
