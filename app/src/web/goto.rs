//! How a posted form ends: always in a redirect, with what the next page is to say.

use super::{Flash, FormState, Message, Refusal, WebContext, web};
use axum::http::StatusCode;
use leptos::prelude::ServerFnError;
use std::future::Future;

/// Where the browser goes after a form was posted. A form's handler must return one, so none can go on by mistake.
#[derive(Debug)]
#[must_use = "the redirect happens only when this is returned"]
pub struct Goto {
    location: String,
    flash: Flash,
}

impl Goto {
    /// To a page of ours. What is no path of ours leads to the start page.
    pub fn to(path: impl AsRef<str>) -> Goto {
        Goto { location: local_path(path.as_ref()).unwrap_or("/").to_owned(), flash: Flash::default() }
    }

    /// Back to the page with the form, which shows the errors and what was typed.
    pub fn back(path: impl AsRef<str>, form: FormState) -> Goto {
        Goto { flash: Flash { form: Some(form), ..Flash::default() }, ..Goto::to(path) }
    }

    /// To another system's page that we were given by it, such as the bank's authentication.
    pub fn outside(address: &url::Url) -> Goto {
        Goto { location: address.to_string(), flash: Flash::default() }
    }

    /// The next page says this once.
    pub fn toast(mut self, message: Message) -> Goto {
        self.flash.messages.push(message);
        self
    }

    pub(super) fn into_parts(self) -> (String, Flash) {
        (self.location, self.flash)
    }
}

/// The text when it is a path on this site, so that no forged link can lead elsewhere.
pub fn local_path(text: &str) -> Option<&str> {
    let sound = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.len() <= 2000
        && text.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    sound.then_some(text)
}

/// Runs what a posted form asks for and sends the browser on. The result is always `Ok`: how it ended is in the redirect.
pub async fn submit<W, F>(work: W) -> Result<(), ServerFnError>
where
    W: FnOnce(WebContext) -> F,
    F: Future<Output = Result<Goto, Refusal>>,
{
    let web = web();
    let outcome = work(web.clone()).await;
    send_on(&web, outcome);
    Ok(())
}

/// The same for a form with files, which is no server function.
pub async fn upload(web: WebContext, work: impl Future<Output = Result<Goto, Refusal>>) -> StatusCode {
    let outcome = work.await;
    send_on(&web, outcome);
    StatusCode::SEE_OTHER
}

fn send_on(web: &WebContext, outcome: Result<Goto, Refusal>) {
    match outcome {
        Ok(goto) => web.send_to(goto),
        Err(Refusal::Goto(goto)) => web.send_to(goto),
        Err(Refusal::SignIn) => web.send_to(Refusal::sign_in(web.came_from.as_deref())),
        Err(refusal) if refusal.is_overtaken() && web.came_from.is_some() => {
            let back = web.came_from.as_deref().unwrap_or("/");
            web.send_to(Goto::to(back).toast(Message::Overtaken));
        }
        Err(refusal) => web.with_reply(|reply| reply.refusal = Some(refusal)),
    }
}

/// Runs what an island asks for. A refusal becomes its status and a code; nothing else of it leaves the house.
pub async fn answer<T, W, F>(work: W) -> Result<T, ServerFnError>
where
    W: FnOnce(WebContext) -> F,
    F: Future<Output = Result<T, Refusal>>,
{
    let web = web();
    match work(web.clone()).await {
        Ok(data) => Ok(data),
        Err(refusal) => {
            refusal.note(&web).await;
            web.with_reply(|reply| reply.status = Some(refusal.status()));
            Err(ServerFnError::ServerError(refusal.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours() {
        for good in ["/", "/catalogo?modelo=x", "/a/b#c"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in
            ["", "catalogo", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie:x", "/ñ"]
        {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }
}
