//! A browser without scripts, somewhere in the world: all it knows is an address.

use crate::crash::process::wait;
use crate::support::Answer;
use reqwest::header::SET_COOKIE;
use reqwest::{Client, RequestBuilder, Response};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What signed-in people carry.
pub const SESSION: &str = "__Host-caas";

/// How often somebody presses the button again before giving up.
const TRIES: usize = 20;

#[derive(Clone)]
pub struct Browser {
    client: Client,
    site: String,
    pub cookies: BTreeMap<String, String>,
    /// Requests sent again because their connection was cut.
    pub sent_again: usize,
}

impl Browser {
    pub fn at(site: SocketAddr) -> Browser {
        // A connection for each request, so that the proxy gives each to another process.
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30));
        Browser {
            client: client.build().unwrap(),
            site: format!("http://{site}"),
            cookies: BTreeMap::new(),
            sent_again: 0,
        }
    }

    /// The same person with the same cookies, at another door.
    pub fn moved_to(&self, site: SocketAddr) -> Browser {
        Browser { site: format!("http://{site}"), ..self.clone() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.site)).header("accept", "text/html");
        self.send(request).await
    }

    /// Sends a form, and sends it again when the connection is cut: as a browser does for somebody who presses "again".
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .client
            .post(format!("{}{path}", self.site))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .body(body);
        self.send(request).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> bool {
        self.post("/api/entrar", &[("email", email), ("password", password), ("next", "")]).await.expect(303);
        self.cookies.contains_key(SESSION)
    }

    /// An event stream, from its head on.
    pub async fn listen(&self, topic: &str) -> reqwest::Result<Response> {
        let request = self.client.get(format!("{}/eventos?tema={topic}", self.site));
        self.with_cookies(request).send().await
    }

    fn with_cookies(&self, request: RequestBuilder) -> RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let request = self.with_cookies(request);
        for _ in 0..TRIES {
            let sent = request.try_clone().unwrap().send().await;
            if let Ok(answer) = whole(sent).await {
                assert!(answer.status < 500, "somebody noticed: {} {}", answer.status, answer.body);
                self.keep_cookies(&answer);
                return answer;
            }
            self.sent_again += 1;
            wait(Duration::from_millis(50)).await;
        }
        panic!("nobody answers at {}", self.site);
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

async fn whole(sent: reqwest::Result<Response>) -> reqwest::Result<Answer> {
    let response = sent?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.text().await? })
}
