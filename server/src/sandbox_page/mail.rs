//! `/sandbox/correo`: the mails that would have left. The text part is shown, never the HTML: what others wrote does
//! not become part of our page. Only addresses of our own become links.

use super::page;
use caas_app::ui::{EmptyState, Fact, KeyValueList};
use caas_app::web::dates::{exact, moment};
use caas_app::web::{PageResult, Refusal, WebContext, local_path};
use caas_sandbox::Mail;
use caas_sandbox::Sandbox;
use leptos::prelude::*;

/// The newest mails, as many as somebody looks through.
const SHOWN: usize = 100;

/// The page: a list, and with `?id=` one mail.
pub(super) async fn mail_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let opened = match web.query("id") {
        None => None,
        Some(id) => Some(sandbox.mail(&id).ok_or(Refusal::NotFound)?),
    };
    let mails = sandbox.mails();
    let list = if mails.is_empty() {
        view! {
            <EmptyState title=locale.t("El buzón está vacío", "The mailbox is empty")>
                <p>{locale.t("Crea una cuenta, recupera una contraseña o compra un servicio: los correos llegan aquí.", "Make an account, recover a password or buy a service: mails arrive here.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let items = mails.iter().take(SHOWN).map(|mail| item(mail, opened.as_ref(), &web)).collect_view();
        view! { <ul class="lines">{items}</ul> }.into_any()
    };
    let reading = opened.as_ref().map(|mail| reading(mail, &web));
    let body = view! { <div class="stack stack--l">{reading}{list}</div> };
    let lead = locale.t(
        "Nada sale de esta máquina: cada correo se queda aquí.",
        "Nothing leaves this machine: every mail stays here.",
    );
    Ok(page(&web, locale.t("Correo simulado", "Played mail"), lead, body))
}

fn item(mail: &Mail, opened: Option<&Mail>, web: &WebContext) -> AnyView {
    let id: String = url::form_urlencoded::byte_serialize(mail.message_id.as_bytes()).collect();
    let current = opened.is_some_and(|opened| opened.message_id == mail.message_id).then_some("true");
    view! {
        <li class="line">
            <div class="line__text">
                <p class="line__title"><a href=format!("/sandbox/correo?id={id}") aria-current=current>{mail.subject.clone()}</a></p>
                <p class="muted">{mail.to.clone()}</p>
            </div>
            <time class="muted small" datetime=exact(mail.at)>{moment(mail.at, zone(web), web.locale)}</time>
        </li>
    }
    .into_any()
}

fn reading(mail: &Mail, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let facts = vec![
        Fact::text(locale.t("Para", "To"), mail.to.clone()),
        Fact::text(locale.t("De", "From"), mail.from.clone()),
        Fact::text(locale.t("Cuándo", "When"), moment(mail.at, zone(web), locale)),
    ];
    let html = mail.html.clone().map(|html| {
        view! {
            <details class="disclosure">
                <summary>{locale.t("Código de la parte HTML", "Source of the HTML part")}</summary>
                <pre tabindex="0">{html}</pre>
            </details>
        }
    });
    let lines = mail.text.lines().map(|line| line_view(line, &web.site.public_url)).collect_view();
    view! {
        <article class="card mail" aria-labelledby="asunto">
            <h2 id="asunto" class="card__title">{mail.subject.clone()}</h2>
            <KeyValueList facts=facts/>
            <div class="mail__text">{lines}</div>
            {html}
        </article>
    }
    .into_any()
}

/// A line of a mail; an address of ours in it is a link.
fn line_view(line: &str, public_url: &str) -> AnyView {
    if line.trim().is_empty() {
        return ().into_any();
    }
    let words = line.split(' ').map(|word| match own_path(word, public_url) {
        Some(path) => {
            let (path, word) = (path.to_owned(), word.to_owned());
            view! { <a href=path>{word}</a>" " }.into_any()
        }
        None => format!("{word} ").into_any(),
    });
    view! { <p>{words.collect_view()}</p> }.into_any()
}

/// The path, when the word is an address of ours.
fn own_path<'a>(word: &'a str, public_url: &str) -> Option<&'a str> {
    local_path(word.strip_prefix(public_url)?)
}

fn zone(web: &WebContext) -> &str {
    web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_become_links() {
        let own = "https://caas.example";
        assert_eq!(own_path("https://caas.example/restablecer?token=x", own), Some("/restablecer?token=x"));
        for other in [
            "https://evil.example/",
            "https://caas.example.evil.example/",
            "https://caas.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(own_path(other, own), None, "{other}");
        }
    }
}
