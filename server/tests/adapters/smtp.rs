//! Email: over a small SMTP server, and into the sandbox's mailbox.

use super::PATIENCE;
use caas::kernel::clock::ManualClock;
use caas::notifications::port::{DeliveryError, Email, Mailer as _};
use caas_sandbox::{Sandbox, SandboxClock, World};
use caas_server::adapters::{SandboxMailer, SmtpMailer, SmtpSettings};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

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

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, replies: Replies, heard: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = tokio::io::split(stream);
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
            "EHLO" => "250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            "AUTH" => "235 welcome",
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
    let settings = SmtpSettings {
        url: url.parse().unwrap(),
        from: "CaaS <no-reply@caas.example>".to_owned(),
        authority: None,
        timeout: PATIENCE,
    };
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
    let nobody = super::nobody().await.replace("http://", "smtp://") + "?tls=none";
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

/// How a server protects its connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    /// From the first byte.
    Implicit,
    /// From `STARTTLS` on.
    Upgraded,
}

/// A server with a certificate of its own authority's: its address, that authority, and what was said to it.
async fn protected(protection: Protection) -> (String, String, Arc<Mutex<Vec<String>>>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let ears = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, ears) = (acceptor.clone(), ears.clone());
            tokio::spawn(async move {
                let (stream, replies) = match protection {
                    Protection::Implicit => (stream, WILLING),
                    // After the upgrade the client speaks first.
                    Protection::Upgraded => (upgraded(stream).await, Replies { greeting: "", ..WILLING }),
                };
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, replies, ears).await;
                }
            });
        }
    });
    let url = match protection {
        Protection::Implicit => format!("smtps://caas:se%3Acret@localhost:{port}"),
        Protection::Upgraded => format!("smtp://caas:se%3Acret@localhost:{port}?tls=starttls"),
    };
    (url, made.cert.pem(), heard)
}

/// Speaks in the open until the client has asked for protection.
async fn upgraded(mut stream: TcpStream) -> TcpStream {
    stream.write_all(b"220 mail.test ESMTP\r\n").await.unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"STARTTLS\r\n") {
        let mut buffer = [0u8; 512];
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the client left: {}", String::from_utf8_lossy(&said));
        said.extend_from_slice(&buffer[..count]);
        let answer: &[u8] =
            if said.ends_with(b"STARTTLS\r\n") { b"220 go on\r\n" } else { b"250-mail.test\r\n250 STARTTLS\r\n" };
        stream.write_all(answer).await.unwrap();
    }
    assert!(!String::from_utf8_lossy(&said).contains("AUTH"), "no password in the open");
    stream
}

fn trusting(url: &str, authority: Option<String>) -> SmtpMailer {
    let settings = SmtpSettings {
        url: url.parse().unwrap(),
        from: "no-reply@caas.example".to_owned(),
        authority,
        timeout: PATIENCE * 10,
    };
    SmtpMailer::new(&settings, Arc::new(ManualClock::at("2026-11-23T09:00:00Z".parse().unwrap()))).unwrap()
}

#[tokio::test]
async fn mail_and_password_go_over_protected_connections_only() {
    use base64::Engine as _;
    let plain = base64::engine::general_purpose::STANDARD.encode("\0caas\0se:cret");
    for protection in [Protection::Implicit, Protection::Upgraded] {
        let (url, authority, heard) = protected(protection).await;
        trusting(&url, Some(authority)).send(&email()).await.unwrap();
        let heard = heard.lock().unwrap().clone();
        assert!(heard.contains(&format!("AUTH PLAIN {plain}")), "{heard:?}");
        assert!(heard.contains(&"Message-ID: <notice-1@caas.example>".to_owned()), "{heard:?}");
    }
    // A server nobody vouches for hears nothing, and the mail waits.
    let (url, _, heard) = protected(Protection::Implicit).await;
    let error = trusting(&url, None).send(&email()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn only_optional_mail_says_how_to_stop_it_by_a_post() {
    let server = Server::start(WILLING).await;
    mailer(&server.url).send(&email()).await.unwrap();
    assert!(!server.heard().iter().any(|line| line.starts_with("List-Unsubscribe")));
    assert!(server.heard().contains(&"Auto-Submitted: auto-generated".to_owned()));
    let optional = Email { unsubscribe: Some("https://caas.example/baja/abc".to_owned()), ..email() };
    mailer(&server.url).send(&optional).await.unwrap();
    let heard = server.heard();
    assert!(heard.contains(&"List-Unsubscribe: <https://caas.example/baja/abc>".to_owned()), "{heard:#?}");
    assert!(heard.contains(&"List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned()), "{heard:#?}");
}
