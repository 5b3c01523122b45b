//! One HTTP call to an outside system: bearer token, time-out, bounded answer, and what a failure says about execution.

use super::meter::Meter;
use super::wire::Problem;
use caas::watch::model::CallEnd;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::time::Duration;
use url::Url;

/// The largest answer that is read.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// How long the connection itself may take; nothing has been sent until then.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that rest longer are not used again: the other side may have closed them meanwhile.
const IDLE: Duration = Duration::from_secs(15);

/// Where a system is reached and what CaaS shows it.
#[derive(Clone)]
pub struct OutsideSystem {
    /// The address before the contract's paths, with or without a slash at the end.
    pub url: Url,
    /// The bearer token.
    pub token: String,
    /// Where calls to it are counted; nothing: nowhere.
    pub meter: Option<Meter>,
}

impl fmt::Debug for OutsideSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutsideSystem").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// Why an adapter can't be made from its settings.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is none of this kind of system.
    #[error("{0}")]
    Address(&'static str),
    /// The token can't stand in a header.
    #[error("the token holds characters that can't be sent in a header")]
    Token,
    /// The sender of mails is no address.
    #[error("the sender's address can't be read")]
    Sender,
    /// The certificate of a mail server's authority is none.
    #[error("the certificate can't be read")]
    Certificate,
    /// The client could not be made.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A client of one system.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    authorization: HeaderValue,
    meter: Option<Meter>,
}

/// A call that brought no answer that can be read to its end.
#[derive(Debug)]
pub(super) enum CallError {
    /// The request did not leave: it was not executed for certain.
    NotSent(String),
    /// It may have been executed.
    NoAnswer(String),
}

/// What is told of a call that was not answered in time.
const TIME_OUT: &str = "time-out";

/// What came back.
pub(super) struct Answer {
    pub status: StatusCode,
    body: Vec<u8>,
}

/// A call, put together.
pub(super) struct Request<'a, B> {
    /// What is asked for, by the system's and the port's names; the path may hold a VIN.
    pub operation: &'static str,
    pub method: Method,
    pub path: &'a [&'a str],
    pub query: Option<(&'a str, &'a str)>,
    pub idempotency_key: Option<&'a str>,
    pub body: Option<&'a B>,
    pub timeout: Duration,
}

/// The body of a call that has none.
pub(super) const NO_BODY: Option<&()> = None;

impl Client {
    /// A client that follows no redirects and knows no proxies: it talks to the address it was given.
    pub fn new(system: &OutsideSystem) -> Result<Client, SetupError> {
        if !matches!(system.url.scheme(), "http" | "https") || system.url.cannot_be_a_base() {
            return Err(SetupError::Address("the address must begin with http:// or https://"));
        }
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", system.token)).map_err(|_| SetupError::Token)?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Client { http, base: system.url.clone(), authorization, meter: system.meter.clone() })
    }

    /// Makes the call once.
    pub async fn call<B: Serialize>(&self, call: Request<'_, B>) -> Result<Answer, CallError> {
        self.call_for(call, LARGEST_ANSWER).await
    }

    /// The same for an answer of at most `largest` bytes.
    pub async fn call_for<B: Serialize>(&self, call: Request<'_, B>, largest: usize) -> Result<Answer, CallError> {
        let url = self.url(call.path, call.query)?;
        let Some(meter) = &self.meter else { return self.exchange(url, call, largest, None).await };
        let measured = meter.begin(call.operation);
        let result = self.exchange(url, call, largest, measured.traceparent()).await;
        let status = result.as_ref().ok().map(|answer| answer.status.as_u16());
        measured.end(how_it_ended(&result), status);
        result
    }

    async fn exchange<B: Serialize>(
        &self,
        url: Url,
        call: Request<'_, B>,
        largest: usize,
        traceparent: Option<String>,
    ) -> Result<Answer, CallError> {
        let mut request = self
            .http
            .request(call.method, url)
            .timeout(call.timeout)
            .header(AUTHORIZATION, self.authorization.clone())
            .header("accept", "application/json, application/problem+json");
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|error| not_answered(&error))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| CallError::NoAnswer(interrupted(status)))? {
            if body.len() + chunk.len() > largest {
                let mebibytes = largest / (1024 * 1024);
                return Err(CallError::NoAnswer(format!("the answer {status} is larger than {mebibytes} MiB")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    /// The address of a path. What stands in it is percent-encoded, so that an id never becomes a path of its own.
    fn url(&self, path: &[&str], query: Option<(&str, &str)>) -> Result<Url, CallError> {
        // These would vanish from the path, or climb up in it.
        if path.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return Err(CallError::NotSent("an id is empty or dots only".to_owned()));
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| CallError::NotSent("the address can't take a path".to_owned()))?
            .pop_if_empty()
            .extend(path);
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(url)
    }
}

impl Answer {
    /// The body as the contract describes it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        // serde's messages may quote the body: only the place is told.
        serde_json::from_slice(&self.body).map_err(|error| {
            format!("the answer {} does not fit the contract (column {})", self.status, error.column())
        })
    }

    /// The problem document, if there is one.
    pub fn problem(&self) -> Option<Problem> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// What a call says about the system: whatever it answers, it answers; unless it says that it is out of order, or does not
/// know us.
fn how_it_ended(result: &Result<Answer, CallError>) -> CallEnd {
    match result {
        Ok(answer) if answer.status.is_server_error() || matches!(answer.status.as_u16(), 401 | 403 | 429) => {
            CallEnd::Failed
        }
        Ok(_) => CallEnd::Answered,
        Err(CallError::NotSent(why) | CallError::NoAnswer(why)) if why == TIME_OUT => CallEnd::TimedOut,
        Err(_) => CallEnd::Failed,
    }
}

fn interrupted(status: StatusCode) -> String {
    format!("the answer {status} broke off")
}

/// Whether a failed call can have been executed. The address is left out: it may hold ids.
fn not_answered(error: &reqwest::Error) -> CallError {
    if error.is_connect() && error.is_timeout() {
        CallError::NotSent(TIME_OUT.to_owned())
    } else if error.is_connect() {
        CallError::NotSent("no connection".to_owned())
    } else if error.is_builder() {
        CallError::NotSent("the request can't be written".to_owned())
    } else if error.is_timeout() {
        CallError::NoAnswer(TIME_OUT.to_owned())
    } else {
        CallError::NoAnswer("the connection was lost".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str) -> Client {
        Client::new(&OutsideSystem { url: base.parse().unwrap(), token: "secret-token".to_owned(), meter: None })
            .unwrap()
    }

    #[test]
    fn ids_are_encoded_in_paths() {
        let url = client("https://gateway.example/v1/").url(&["payments", "a/b?c#d ü", "capture"], None).unwrap();
        assert_eq!(url.as_str(), "https://gateway.example/v1/payments/a%2Fb%3Fc%23d%20%C3%BC/capture");
        let url = client("https://gateway.example").url(&["payments"], Some(("idempotencyKey", "a&b=c"))).unwrap();
        assert_eq!(url.as_str(), "https://gateway.example/payments?idempotencyKey=a%26b%3Dc");
    }

    #[test]
    fn ids_never_climb_in_the_path() {
        for id in ["", ".", ".."] {
            assert!(matches!(client("https://g.example").url(&["payments", id], None), Err(CallError::NotSent(_))));
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_and_the_token_is_not_shown() {
        let system =
            |url: &str, token: &str| OutsideSystem { url: url.parse().unwrap(), token: token.to_owned(), meter: None };
        assert!(matches!(Client::new(&system("ftp://g.example", "t")), Err(SetupError::Address(_))));
        assert!(matches!(Client::new(&system("https://g.example", "a\nb")), Err(SetupError::Token)));
        assert!(!format!("{:?}", system("https://g.example", "secret-token")).contains("secret-token"));
    }
}
