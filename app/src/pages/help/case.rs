//! `/cuenta/ayuda/{number}`: one case as its customer reads and answers it. Notes of ours are not in it.

use super::list::{error_of, file_field, problem};
use super::{HERE, customer};
use crate::pages::support::{download, file_link, paragraphs, status_words};
use crate::ui::{Button, ButtonKind, Crumb, LinkButton, Notice, PageHeader, StatusPill, TextArea, Tone};
use crate::web::dates::{exact, moment};
use crate::web::{LONGEST_TEXT, Page, PageResult, Refusal, Section, WebContext};
use caas::kernel::locale::Locale;
use caas::support::model::{MessageKind, TicketStatus};
use caas::support::{self, Message, OwnCase};
use leptos::prelude::*;

pub(super) const FORM: &str = "mensaje";

/// The page.
pub(super) async fn case_page(web: WebContext) -> PageResult {
    let user = customer(&web)?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let own = support::own_case(&mut tx, user.id, web.param("number")).await?.ok_or(Refusal::Hidden("ticket"))?;
    let goes_on = match own.ticket.merged_into {
        Some(into) => support::number_of(&mut tx, into).await?,
        None => None,
    };
    drop(tx);
    let number = own.ticket.number.clone();
    let (status, word) = status_words(own.ticket.status, true, locale);
    let title = own
        .ticket
        .subject
        .clone()
        .unwrap_or_else(|| locale.t("Una activación que no ha salido", "An activation that failed").to_owned());
    let crumbs =
        vec![Crumb::new("/cuenta", locale.t("Tu cuenta", "Your account")), Crumb::new(HERE, locale.t("Ayuda", "Help"))];
    let pill = view! { <StatusPill kind=status word=word/> };
    let activation = own.ticket.activation.map(|id| {
        let href = format!("/expediente/activaciones/{id}");
        let words = locale.t("Ver la activación y el dinero", "See the activation and the money");
        view! { <p><LinkButton href=href>{words}</LinkButton></p> }
    });
    let body = view! {
        <PageHeader title=title.clone() lead=number.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill.into_any()/>
        {merged(goes_on, locale)}
        {activation}
        {conversation(&own, &user.time_zone, locale)}
        {answer_form(&web, &own)}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}

fn merged(goes_on: Option<String>, locale: Locale) -> Option<AnyView> {
    goes_on.map(|number| {
        let href = format!("{HERE}/{number}");
        let text = locale.t("Este caso sigue en", "This case goes on in");
        view! { <Notice tone=Tone::Info>{text}" "<a href=href>{number}</a>"."</Notice> }.into_any()
    })
}

fn conversation(own: &OwnCase, zone: &str, locale: Locale) -> AnyView {
    let shown = own.messages.iter().filter(|one| matches!(one.kind, MessageKind::Customer | MessageKind::Reply));
    let lines = shown.map(|message| line(message, own, zone, locale)).collect::<Vec<_>>();
    let none = lines.is_empty().then(|| {
        let words = locale.t(
            "Una persona está mirando qué ha pasado. Te escribimos aquí y por correo.",
            "A person is looking at what happened. We write to you here and by email.",
        );
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

fn line(message: &Message, own: &OwnCase, zone: &str, locale: Locale) -> AnyView {
    let (class, who) = match message.kind {
        MessageKind::Customer => ("message message--customer", locale.t("Tú", "You")),
        _ => ("message message--reply", locale.t("Soporte", "Support")),
    };
    let files: Vec<_> = own
        .attachments
        .iter()
        .filter(|file| file.message_id == message.id)
        .map(|file| {
            let href = format!("{HERE}/{}/adjuntos/{}", own.ticket.number, file.id);
            view! { <li>{file_link(href, file, locale)}</li> }
        })
        .collect();
    let files = (!files.is_empty()).then(|| view! { <ul class="message__files">{files}</ul> });
    view! {
        <article class=class>
            <header>
                <strong>{who}</strong>
                <time datetime=exact(message.created_at)>{moment(message.created_at, zone, locale)}</time>
            </header>
            {paragraphs(&message.text)}
            {files}
        </article>
    }
    .into_any()
}

fn answer_form(web: &WebContext, own: &OwnCase) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let solved = (own.ticket.status == TicketStatus::Solved).then(|| {
        let words = locale
            .t("Si no está resuelto, escríbenos y se reabre.", "If it is not solved, write to us and it reopens.");
        view! { <p class="muted">{words}</p> }
    });
    view! {
        <section class="section" aria-labelledby="escribir" id=FORM>
            <h2 id="escribir">{locale.t("Escribir", "Write")}</h2>
            {solved}
            {problem(&form, locale)}
            <form class="form card" method="post" action="/api/cuenta/ayuda/escribir" enctype="multipart/form-data">
                <input type="hidden" name="number" value=own.ticket.number.clone()/>
                <TextArea label=locale.t("Tu mensaje", "Your message") name="text" value=form.value("text") error=error_of(&form, "text", locale)
                    rows=5 maxlength=LONGEST_TEXT as u32 required=true
                    help=locale.t("No escribas datos de tarjetas ni contraseñas.", "Write no card data and no passwords.")/>
                {file_field(error_of(&form, "files", locale), locale)}
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Enviar el mensaje", "Send the message")}</Button></div>
            </form>
        </section>
    }
    .into_any()
}

/// `/cuenta/ayuda/{number}/adjuntos/{id}`
pub(super) async fn own_file(web: WebContext) -> PageResult {
    let user = customer(&web)?;
    let id = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let file = support::own_attachment(&mut tx, user.id, web.param("number"), id).await?;
    let (file, content) = file.ok_or(Refusal::Hidden("attachment"))?;
    Ok(download(file, content))
}
