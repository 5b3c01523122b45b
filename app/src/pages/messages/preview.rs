//! `/admin/mensajes`: the table of messages as it is in force, and each message in both languages with made-up facts.

use crate::pages::notifications::words;
use crate::ui::{Crumb, DataTable, Fact, KeyValueList, PageHeader};
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::accounts::letters;
use caas::kernel::locale::Locale;
use caas::notifications::forms;
use caas::notifications::model::{Channel, NoticeEvent};
use caas::notifications::samples::sample;
use caas::notifications::texts::{Message, render};
use leptos::prelude::*;

/// Every message, with where it goes and by when.
pub(super) async fn messages_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let mut heads = vec![locale.t("Mensaje", "Message").to_owned(), locale.t("Grupo", "Group").to_owned()];
    heads.extend(Channel::ALL.iter().map(|channel| words::channel(*channel, locale).to_owned()));
    heads.push(locale.t("En", "Within").to_owned());
    let rows = NoticeEvent::ALL.iter().map(|&event| row(event, &heads, locale)).collect_view();
    let title = locale.t("Mensajes a los clientes", "Messages to customers");
    let lead = locale.t(
        "Por dónde sale cada uno y en cuánto tiempo. Ábrelo para leerlo en los dos idiomas.",
        "Where each one goes and how soon. Open it to read it in both languages.",
    );
    let caption = locale.t("Mensajes y sus canales", "Messages and their channels");
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs(locale) crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="dense"><DataTable caption=caption caption_hidden=true heads=heads.clone()>{rows}</DataTable></div>
    };
    Ok(Page::new(title, body).section(Section::Admin))
}

fn crumbs(locale: Locale) -> Vec<Crumb> {
    vec![Crumb::new("/admin", locale.t("Administración", "Administration"))]
}

fn row(event: NoticeEvent, heads: &[String], locale: Locale) -> AnyView {
    let href = format!("/admin/mensajes/{event}");
    let label = |at: usize| heads.get(at).cloned().unwrap_or_default();
    let channels = Channel::ALL
        .iter()
        .enumerate()
        .map(|(at, channel)| {
            view! { <td data-label=label(at + 2)>{words::takes(event.on(*channel), locale)}</td> }
        })
        .collect_view();
    view! {
        <tr>
            <td data-label=label(0)><a href=href>{words::event(event, locale)}</a></td>
            <td data-label=label(1)>{words::group(event.plan().group, locale)}</td>
            {channels}
            <td data-label=label(6)>{within(event.within_minutes())}</td>
        </tr>
    }
    .into_any()
}

fn within(minutes: i64) -> String {
    if minutes < 60 { format!("{minutes} min") } else { format!("{} h", minutes / 60) }
}

/// One message in both languages.
pub(super) async fn message_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let event: NoticeEvent = web.param("event").parse().map_err(|_| Refusal::NotFound)?;
    let title = words::event(event, locale);
    let lead = locale.t("Con datos inventados.", "With made-up facts.");
    let mut way = crumbs(locale);
    way.push(Crumb::new("/admin/mensajes", locale.t("Mensajes", "Messages")));
    let link = format!("{}/expediente", web.site.public_url);
    let sides = Locale::ALL.iter().map(|&language| side(event, language, locale, &link)).collect_view();
    let body = view! {
        <PageHeader title=title lead=lead crumbs=way crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="columns columns--equal">{sides}</div>
    };
    Ok(Page::new(title, body).section(Section::Admin))
}

fn side(event: NoticeEvent, language: Locale, locale: Locale, link: &str) -> AnyView {
    // Mails about the account have texts of the accounts' own, and go by mail alone.
    let texts = match event {
        NoticeEvent::Account => letters(language).into_iter().map(|letter| text(letter, Vec::new())).collect_view(),
        _ => {
            let message = render(&sample(event), language);
            let facts = vec![
                Fact::text("Push", format!("{} — {}", message.subject, forms::push(&message))),
                Fact::text("SMS", forms::sms(&message, link)),
            ];
            vec![text(message, facts)].collect_view()
        }
    };
    let name = match language {
        Locale::Es => locale.t("En español", "In Spanish"),
        Locale::En => locale.t("En inglés", "In English"),
    };
    view! {
        <section class="card stack" aria-label=name>
            <p class="muted small">{name}</p>
            <div lang=language.as_str() class="stack">{texts}</div>
        </section>
    }
    .into_any()
}

fn text(message: Message, facts: Vec<Fact>) -> AnyView {
    let Message { subject, paragraphs, action, .. } = message;
    let paragraphs = paragraphs.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
    let facts = (!facts.is_empty()).then(|| view! { <KeyValueList facts=facts/> });
    view! {
        <h2 class="card__title">{subject}</h2>
        {paragraphs}
        <p><strong>{action}</strong></p>
        {facts}
    }
    .into_any()
}
