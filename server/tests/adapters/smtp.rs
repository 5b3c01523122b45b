//! Email: over a small SMTP server, and into the sandbox's mailbox.

use crate::PATIENCE;
use caas::kernel::clock::ManualClock;
use caas::notifications::port::{DeliveryError, Email, Mailer as _};
use caas_sandbox::{Sandbox, SandboxClock, World};
use caas_server::adapters::{SandboxMailer, SmtpMailer, SmtpSettings};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server says at each step; an empty line: nothing more.
#[derive(Clone, Copy)]
struct Replies {
    greeting: &'static str,
    recipient: &'static str,
    message: &'static str,
}

const WILLING: Replies = Replies { greeting: "220 mail.test ESMTP", recipient: "250 ok", message: "250 queued" };

/// A server on loopback that takes mails, and what was said to it.
struct Server {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(replies: Replies) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let ears = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, replies, ears.clone()));
            }
        });
        Server { url, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, replies: Replies, heard: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut answer = replies.greeting;
    let mut in_data = false;
    loop {
        if !answer.is_empty() && write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let Ok(Some(line)) = lines.next_line().await else { return };
        heard.lock().unwrap().push(line.clone());
        answer = match line.split([' ', ':']).next().unwrap_or_default() {
            _ if in_data && line != "." => "",
            "." => {
                in_data = false;
                replies.message
            }
            "EHLO" => "250-mail.test\r\n250 8BITMIME",
            "RCPT" => replies.recipient,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
    }
}

fn mailer(url: &str) -> SmtpMailer {
    let settings =
        SmtpSettings { url: url.parse().unwrap(), from: "CaaS <no-reply@caas.example>".to_owned(), timeout: PATIENCE };
    let clock = ManualClock::at("2026-11-23T09:00:00Z".parse().unwrap());
    SmtpMailer::new(&settings, Arc::new(clock)).unwrap()
}

fn email() -> Email {
    Email {
        to: "eva@example.com".to_owned(),
        subject: "Tu código".to_owned(),
        text: "Hello, Eva".to_owned(),
        html: "<p>Hello, Eva</p>".to_owned(),
        message_id: "notice-1@caas.example".to_owned(),
        unsubscribe: None,
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_with_both_texts_its_id_and_our_date() {
    let server = Server::start(WILLING).await;
    mailer(&server.url).send(&email()).await.unwrap();
    let heard = server.heard();
    assert_eq!(heard[0], "EHLO caas.example");
    assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<no-reply@caas.example>")), "{heard:?}");
    for line in [
        "RCPT TO:<eva@example.com>",
        "From: CaaS <no-reply@caas.example>",
        "To: eva@example.com",
        "Message-ID: <notice-1@caas.example>",
        "Date: Mon, 23 Nov 2026 09:00:00 +0000",
        "Hello, Eva",
        "<p>Hello, Eva</p>",
    ] {
        assert!(heard.iter().any(|said| said == line), "{line} is missing in {heard:#?}");
    }
    assert!(heard.iter().any(|line| line.starts_with("Content-Type: multipart/alternative")), "{heard:#?}");
}

#[tokio::test]
async fn a_mail_sent_again_has_the_same_id() {
    let server = Server::start(WILLING).await;
    let mailer = mailer(&server.url);
    mailer.send(&email()).await.unwrap();
    mailer.send(&email()).await.unwrap();
    let ids: Vec<_> = server.heard().into_iter().filter(|line| line.starts_with("Message-ID:")).collect();
    assert_eq!(ids, ["Message-ID: <notice-1@caas.example>"; 2]);
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_does_not() {
    for (replies, passes) in [
        (Replies { recipient: "450 mailbox busy", ..WILLING }, true),
        (Replies { recipient: "550 no such user eva@example.com", ..WILLING }, false),
        (Replies { message: "451 try later", ..WILLING }, true),
        (Replies { message: "554 refused", ..WILLING }, false),
        (Replies { greeting: "421 not now", ..WILLING }, true),
        (Replies { recipient: "530 sign in first", ..WILLING }, true),
        // Says nothing at all: the time-out decides.
        (Replies { greeting: "", ..WILLING }, true),
        (Replies { message: "", ..WILLING }, true),
    ] {
        let server = Server::start(replies).await;
        let error = mailer(&server.url).send(&email()).await.unwrap_err();
        assert_eq!(matches!(error, DeliveryError::Transient(_)), passes, "{error:?}");
        assert!(!error.to_string().contains("eva@"), "addresses are not told: {error}");
    }
}

#[tokio::test]
async fn nobody_there_may_pass_and_an_impossible_address_does_not() {
    let nobody = crate::nobody().await.replace("http://", "smtp://") + "?tls=none";
    let error = mailer(&nobody).send(&email()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
    let error = mailer(&nobody).send(&Email { to: "nobody".to_owned(), ..email() }).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Permanent(_)), "{error:?}");
}

#[tokio::test]
async fn nothing_is_said_where_the_demanded_encryption_is_missing() {
    let server = Server::start(WILLING).await;
    let starttls = server.url.replace("tls=none", "tls=starttls");
    let error = mailer(&starttls).send(&email()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
    assert!(!server.heard().iter().any(|line| line.starts_with("MAIL")), "{:?}", server.heard());
}

#[tokio::test]
async fn the_sandbox_keeps_mails() {
    let clock = SandboxClock::manual("2026-11-23T09:00:00Z".parse().unwrap());
    let sandbox = Sandbox::in_process(World::new(1), clock);
    SandboxMailer::new(sandbox.clone(), "no-reply@caas.example").send(&email()).await.unwrap();
    let mail = sandbox.mail("notice-1@caas.example").unwrap();
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("eva@example.com", "Tu código"));
    assert_eq!(mail.html.as_deref(), Some("<p>Hello, Eva</p>"));
}
