//! The conversation of a case, oldest first: the customer's words, ours, our notes, and what the platform did.

use super::words::{channel_words, system_words};
use crate::ui::{Icon, IconName};
use crate::web::WebContext;
use crate::web::dates::{exact, moment};
use caas::kernel::locale::Locale;
use caas::support::model::MessageKind;
use caas::support::{Attachment, Message, TicketCase};
use leptos::prelude::*;

/// Lines shown; older ones are in the customer's expediente.
pub(super) const SHOWN: i64 = 200;

pub(super) fn conversation(
    web: &WebContext,
    case: &TicketCase,
    messages: &[Message],
    attachments: &[Attachment],
    zone: &str,
) -> AnyView {
    let locale = web.locale;
    let lines = messages.iter().map(|message| line(message, case, attachments, zone, locale)).collect_view();
    let none = messages.is_empty().then(|| {
        let words = locale.t("Todavía no se ha dicho nada en este caso.", "Nothing has been said on this case yet.");
        view! { <p class="muted">{words}</p> }
    });
    view! {
        <section class="section" aria-labelledby="conversacion">
            <h2 id="conversacion">{locale.t("Conversación", "Conversation")}</h2>
            {none}
            <div class="messages">{lines}</div>
        </section>
    }
    .into_any()
}

fn line(message: &Message, case: &TicketCase, attachments: &[Attachment], zone: &str, locale: Locale) -> AnyView {
    let author = message.author_name.clone().unwrap_or_else(|| locale.t("El sistema", "The system").to_owned());
    let (class, icon, what) = match message.kind {
        MessageKind::Customer => ("message message--customer", IconName::User, locale.t("Cliente", "Customer")),
        MessageKind::Reply => ("message message--reply", IconName::Mail, locale.t("Respuesta", "Answer")),
        MessageKind::Note => ("message message--note", IconName::Edit, locale.t("Nota interna", "Internal note")),
        MessageKind::System => ("message message--system", IconName::Info, locale.t("Registro", "Record")),
    };
    let text = match message.kind {
        MessageKind::System => system_words(message, locale),
        MessageKind::Customer | MessageKind::Reply | MessageKind::Note => message.text.clone(),
    };
    let channels: Vec<_> = message.channels().into_iter().map(|channel| channel_words(channel, locale)).collect();
    let channels = (!channels.is_empty()).then(|| {
        let words = format!("{} {}", locale.t("Por:", "By:"), channels.join(", "));
        view! { <p class="muted small">{words}</p> }
    });
    let elsewhere = (message.ticket_id != case.ticket.id).then(|| {
        view! { <span class="muted small">{locale.t("del caso unido", "from the merged case")}</span> }
    });
    let files = attachments
        .iter()
        .filter(|file| file.message_id == message.id)
        .map(|file| {
            let href = format!("/soporte/{}/adjuntos/{}", case.ticket.number, file.id);
            view! { <li>{file_link(href, file, locale)}</li> }
        })
        .collect::<Vec<_>>();
    let files = (!files.is_empty()).then(|| view! { <ul class="message__files">{files}</ul> });
    view! {
        <article class=class>
            <header>
                <span><Icon name=icon/>" "<strong>{what}</strong>" · "{author}" "{elsewhere}</span>
                <time datetime=exact(message.created_at)>{moment(message.created_at, zone, locale)}</time>
            </header>
            {paragraphs(&text)}
            {channels}
            {files}
        </article>
    }
    .into_any()
}

/// A text as it was written: each line is a paragraph.
pub(in crate::pages) fn paragraphs(text: &str) -> AnyView {
    text.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line = line.to_owned();
            view! { <p>{line}</p> }
        })
        .collect_view()
        .into_any()
}

/// A file that came with a message: always kept, never shown by the browser.
pub(in crate::pages) fn file_link(href: String, file: &Attachment, locale: Locale) -> AnyView {
    let size = match file.size {
        size if size >= 1024 * 1024 => format!("{} MB", size / (1024 * 1024)),
        size => format!("{} kB", (size / 1024).max(1)),
    };
    let name = file.name.clone();
    view! {
        <a href=href download="">
            <Icon name=IconName::Download/>" "<span class="sr-only">{locale.t("Descargar", "Download")}" "</span>{name}" ("{size}")"
        </a>
    }
    .into_any()
}
