//! Email over SMTP, one connection a mail.

use super::http::SetupError;
use async_trait::async_trait;
use caas::kernel::clock::Clock;
use caas::notifications::port::{DeliveryError, Email, Mailer};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long handing over one mail may take when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where mails go, and in whose name.
#[derive(Clone)]
pub struct SmtpSettings {
    /// `smtps://user:password@host:port`, or `smtp://host:port?tls=starttls` (which is also meant without `?tls`), or
    /// `…?tls=none`. User and password are percent-encoded.
    pub url: Url,
    /// The sender: `caas@example.com` or `CaaS <caas@example.com>`.
    pub from: String,
    /// The certificate (PEM) of an authority of the mail server's own, trusted beside the public ones.
    pub authority: Option<String>,
    /// How long handing over one mail may take.
    pub timeout: Duration,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.url.host_str())
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Hands mails to an SMTP server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl SmtpMailer {
    /// Mails of this sender over this server, dated by this clock.
    ///
    /// # Errors
    /// When the address of the server or of the sender can't be used.
    pub fn new(settings: &SmtpSettings, clock: Arc<dyn Clock>) -> Result<SmtpMailer, SetupError> {
        let from: Mailbox = settings.from.parse().map_err(|_| SetupError::Sender)?;
        let url = with_explicit_tls(&settings.url)?;
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| SetupError::Address("the address of the mail server can't be used"))?;
        if let Some(authority) = &settings.authority {
            transport = transport.tls(trusting(authority, &url)?);
        }
        let transport = transport
            .timeout(Some(settings.timeout))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .build();
        Ok(SmtpMailer { transport, from, timeout: settings.timeout, clock })
    }

    /// Says hello to the server, with user and password, and goodbye again.
    ///
    /// # Errors
    /// What the server, or the way there, answers.
    pub async fn greet(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it hung up".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn message(&self, email: &Email) -> Result<Message, DeliveryError> {
        let to: Address =
            email.to.parse().map_err(|_| DeliveryError::Permanent("the address can't be read".to_owned()))?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(email.subject.as_str())
            .message_id(Some(format!("<{}>", email.message_id)))
            .date(self.clock.now().into())
            // No answers of machines to a machine (RFC 3834 §5).
            .header(AutoSubmitted);
        if let Some(address) = &email.unsubscribe {
            message = message.header(ListUnsubscribe(format!("<{address}>"))).header(ListUnsubscribePost);
        }
        message
            .multipart(MultiPart::alternative_plain_html(email.text.clone(), email.html.clone()))
            .map_err(|error| DeliveryError::Permanent(format!("the mail can't be written: {error}")))
    }
}

type HeaderError = Box<dyn std::error::Error + Send + Sync>;

/// `Auto-Submitted: auto-generated`.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, HeaderError> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where a mail program stops mails like this one (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, HeaderError> {
        Ok(ListUnsubscribe(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// That a post to that address is enough (RFC 8058): a mail program that only looks at it changes nothing.
#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, HeaderError> {
        Ok(ListUnsubscribePost)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        let message = self.message(email)?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => Err(DeliveryError::Transient("time-out".to_owned())),
        }
    }
}

/// The encryption this address asks for, with an authority of the server's own.
fn trusting(authority: &str, url: &Url) -> Result<Tls, SetupError> {
    let certificate = Certificate::from_pem(authority.as_bytes()).map_err(|_| SetupError::Certificate)?;
    let parameters = TlsParameters::builder(url.host_str().unwrap_or_default().to_owned())
        .add_root_certificate(certificate)
        .build()
        .map_err(|_| SetupError::Certificate)?;
    Ok(match (url.scheme(), url.query()) {
        ("smtps", _) => Tls::Wrapper(parameters),
        (_, Some(_)) => Tls::Required(parameters),
        (_, None) => Tls::None,
    })
}

/// 4xx and everything about the connection may pass; 5xx does not. The server's words are left out: they name addresses.
fn refusal(error: &smtp::Error) -> DeliveryError {
    match error.status().map(u16::from) {
        // Our password or its handling is wrong, not the mail: it goes out once that is mended.
        Some(code @ (530 | 534 | 535 | 538)) => DeliveryError::Transient(format!("sign-in refused with {code}")),
        Some(code) if error.is_permanent() => DeliveryError::Permanent(format!("refused with {code}")),
        Some(code) => DeliveryError::Transient(format!("refused with {code}")),
        None if error.is_tls() => DeliveryError::Transient("no protected connection".to_owned()),
        None if error.is_timeout() => DeliveryError::Transient("time-out".to_owned()),
        None => DeliveryError::Transient("no connection, or it was lost".to_owned()),
    }
}

/// The same address in the words of the library; encryption is left out only on demand, and never with a password.
fn with_explicit_tls(url: &Url) -> Result<Url, SetupError> {
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let mut url = url.clone();
    match (url.scheme(), tls.as_deref()) {
        ("smtps", None) => url.set_query(None),
        ("smtp", None | Some("starttls")) => url.set_query(Some("tls=required")),
        ("smtp", Some("none")) if url.password().is_none() => url.set_query(None),
        ("smtp", Some("none")) => return Err(SetupError::Address("a password needs TLS: use smtps or ?tls=starttls")),
        _ => return Err(SetupError::Address("the mail server must be smtps://… or smtp://…?tls=starttls|none")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(SetupError::Address("the address of the mail server names no host"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_left_out_only_on_demand_and_never_with_a_password() {
        let explicit = |url: &str| with_explicit_tls(&url.parse().unwrap()).map(|url| url.to_string());
        assert_eq!(explicit("smtps://u:p@mail.example:465").unwrap(), "smtps://u:p@mail.example:465");
        assert_eq!(explicit("smtp://mail.example:587").unwrap(), "smtp://mail.example:587?tls=required");
        assert_eq!(explicit("smtp://mail.example?tls=starttls").unwrap(), "smtp://mail.example?tls=required");
        assert_eq!(explicit("smtp://localhost:2525?tls=none").unwrap(), "smtp://localhost:2525");
        for bad in ["smtp://u:p@mail.example?tls=none", "smtp://mail.example?tls=no", "http://mail.example"] {
            assert!(explicit(bad).is_err(), "{bad}");
        }
    }
}
