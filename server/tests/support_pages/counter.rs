//! The people of these stories, each with a browser of their own.

pub use crate::purchase_pages::scene::*;
pub use caas_sandbox::ErrorCode;

/// An order that the car refused, its case, and whoever sits at the browser.
pub struct Counter {
    pub scene: Scene,
    /// The order's page.
    pub order: String,
    /// The case's number.
    pub number: String,
}

impl Counter {
    /// Lucía's seat heating could not be activated; an agent sits at the desk.
    pub async fn open(engine: Engine) -> Counter {
        let mut scene = Scene::new(engine).await;
        scene
            .app
            .sandbox()
            .set_fault(FaultRule::vehicle(lince(), Fault::Nack { code: ErrorCode::ModuleFault }).times(1));
        let order = scene.order(SEATS, OfferKind::Permanent).await;
        scene.soon().await;
        let mut counter = Counter { scene, order, number: "OTA-000001".to_owned() };
        counter.becomes("support").await;
        counter
    }

    /// Another person sits down at the browser.
    pub async fn becomes(&mut self, who: &str) -> UserId {
        self.scene.app.new_browser();
        self.scene.app.sign_in(who).await
    }

    pub fn path(&self) -> String {
        format!("/soporte/{}", self.number)
    }

    pub async fn page(&mut self) -> Answer {
        let path = self.path();
        self.scene.app.get(&path).await.expect(200)
    }

    /// Sends one of the case's forms as its page filled it in, and shows what comes of it.
    pub async fn send(&mut self, form: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page().await;
        let version = hidden(&page, "version");
        let seen = if page.body.contains("name=\"seen\"") { hidden(&page, "seen") } else { String::new() };
        self.send_as(form, &version, &seen, fields).await
    }

    /// The same with what an older page said.
    pub async fn send_as(&mut self, form: &str, version: &str, seen: &str, fields: &[(&str, &str)]) -> Answer {
        let (number, back) = (self.number.clone(), self.path());
        let mut all = vec![("number", number.as_str()), ("back", back.as_str()), ("version", version), ("seen", seen)];
        all.extend_from_slice(fields);
        self.scene.app.submit(&format!("/api/soporte/{form}"), &all).await
    }

    /// The customer writes on a case.
    pub async fn customer_writes(&mut self, number: &str, text: &str) {
        self.becomes("customer").await;
        let parts = [Part::text("number", number), Part::text("text", text)];
        let answer = post_parts(&mut self.scene.app, "/api/cuenta/ayuda/escribir", &parts).await;
        answer.expect(303);
    }

    /// Messages of one kind that the customer was sent, by subject.
    pub async fn mails(&mut self) -> Vec<String> {
        self.scene.app.run_jobs().await;
        let mails = self.scene.app.sandbox().mails();
        mails.into_iter().map(|mail| format!("{}\n{}", mail.subject, mail.text)).collect()
    }

    pub async fn verify(&mut self) {
        self.scene.app.verify().await;
    }
}

/// The value of a hidden field of a page.
#[track_caller]
pub fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.body.split_once(&mark).unwrap_or_else(|| panic!("no field {name} in:\n{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

/// What stands in the box for the answer.
#[track_caller]
pub fn written(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("id=\"respuesta\"").expect("there is a box for the answer");
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split("</textarea>").next().unwrap().trim().to_owned()
}

/// One part of a form with files.
pub struct Part {
    name: &'static str,
    file: Option<&'static str>,
    bytes: Vec<u8>,
}

impl Part {
    pub fn text(name: &'static str, text: &str) -> Part {
        Part { name, file: None, bytes: text.as_bytes().to_vec() }
    }

    pub fn file(name: &'static str, bytes: &[u8]) -> Part {
        Part::file_in("files", name, bytes)
    }

    pub fn file_in(field: &'static str, name: &'static str, bytes: &[u8]) -> Part {
        Part { name: field, file: Some(name), bytes: bytes.to_vec() }
    }
}

/// Sends a form with files as a browser does.
pub async fn post_parts(app: &mut TestApp, path: &str, parts: &[Part]) -> Answer {
    const EDGE: &str = "----edge7MA4YWxkTrZu0gW";
    let mut body = Vec::new();
    for part in parts {
        let file = part.file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{}\"{file}\r\n", part.name);
        body.extend_from_slice(head.as_bytes());
        if part.file.is_some() {
            body.extend_from_slice(b"Content-Type: application/octet-stream\r\n");
        }
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
    let request = axum::http::Request::post(path)
        .header("content-type", format!("multipart/form-data; boundary={EDGE}"))
        .header("accept", "text/html")
        .header("origin", "http://localhost:3000")
        .header("sec-fetch-site", "same-origin")
        .body(axum::body::Body::from(body))
        .unwrap();
    app.send(request).await
}
