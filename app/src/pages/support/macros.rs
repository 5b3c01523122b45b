//! `/admin/macros`: texts ready to be sent, in both languages.

use crate::ui::{Button, ButtonKind, ConfirmBox, Crumb, Field, Notice, PageHeader, TextArea, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::kernel::locale::{Bilingual, Locale};
use caas::support::model::{LONGEST_SUBJECT, Macro, SupportError, Variables};
use caas::support::{self, Agent};
use leptos::prelude::*;

/// The most characters of a text that comes back whole when something is wrong: two of them share a cookie.
const LONGEST: u32 = 900;
const HERE: &str = "/admin/macros";
const FORM: &str = "macro";

/// The page.
pub(super) async fn macros_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let macros = support::macros(&mut web.caas.db.read().await?).await?;
    let title = locale.t("Textos preparados", "Ready-made texts");
    let names = Variables::NAMES.map(|name| format!("{{{{{name}}}}}")).join(" ");
    let lead =
        format!("{} {names}", locale.t("Se rellenan solos en cada caso:", "Filled in by themselves on each case:"));
    let crumbs = vec![Crumb::new("/admin", locale.t("Administración", "Administration"))];
    let came_back = web.form(FORM);
    let wrong = came_back.has_errors().then(|| {
        let text = locale.t(
            "Faltan el nombre o el texto en alguno de los dos idiomas, o son demasiado largos. No se ha guardado.",
            "Name or text is missing in one of the languages, or too long. It was not kept.",
        );
        view! { <Notice tone=Tone::Problem>{text}</Notice> }
    });
    let items = macros.iter().map(|one| item(one, &came_back, locale)).collect_view();
    let new = if came_back.value("id").is_empty() { came_back.clone() } else { FormState::new(FORM) };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {wrong}
        <div class="stack">{items}</div>
        <section class="section" aria-labelledby="nuevo">
            <h2 id="nuevo">{locale.t("Texto nuevo", "New text")}</h2>
            <div class="card">{edit(&new, "nuevo", locale)}</div>
        </section>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Admin))
}

fn item(one: &Macro, came_back: &FormState, locale: Locale) -> AnyView {
    let id = one.id.to_string();
    let is_back = came_back.value("id") == id;
    let form = if is_back {
        came_back.clone()
    } else {
        FormState::new(FORM)
            .with("id", &id)
            .with("name_es", &one.name.es)
            .with("name_en", &one.name.en)
            .with_text("text_es", &one.text.es)
            .with_text("text_en", &one.text.en)
    };
    let text = one.text(locale).to_owned();
    let name = one.name.get(locale).to_owned();
    let title = format!("{} «{name}»", locale.t("Borrar", "Delete"));
    let change = edit(&form, &id, locale);
    view! {
        <section class="card stack">
            <h2 class="card__title">{name}</h2>
            {super::paragraphs(&text)}
            <div class="actions">
                <ConfirmBox opener=locale.t("Cambiar", "Change") title=locale.t("En los dos idiomas", "In both languages") open=is_back>
                    {change}
                </ConfirmBox>
                <ConfirmBox opener=locale.t("Borrar", "Delete") title=title danger=true>
                    <p>{locale.t("Lo ya enviado se queda como está.", "What was sent stays as it is.")}</p>
                    <form method="post" action="/api/admin/macro-borrar">
                        <input type="hidden" name="id" value=id/>
                        <Button kind=ButtonKind::Danger>{locale.t("Borrar el texto", "Delete the text")}</Button>
                    </form>
                </ConfirmBox>
            </div>
        </section>
    }
    .into_any()
}

fn edit(form: &FormState, prefix: &str, locale: Locale) -> AnyView {
    let id = form.value("id");
    let field = |name: &str| format!("{prefix}-{name}");
    view! {
        <form class="form" method="post" action="/api/admin/macro">
            <input type="hidden" name="id" value=id/>
            <Field label=locale.t("Nombre en español", "Name in Spanish") name="name_es" id=field("name-es") value=form.value("name_es") maxlength=LONGEST_SUBJECT as u32 required=true/>
            <TextArea label=locale.t("Texto en español", "Text in Spanish") name="text_es" id=field("text-es") value=form.value("text_es") maxlength=LONGEST required=true/>
            <Field label=locale.t("Nombre en inglés", "Name in English") name="name_en" id=field("name-en") value=form.value("name_en") maxlength=LONGEST_SUBJECT as u32 required=true/>
            <TextArea label=locale.t("Texto en inglés", "Text in English") name="text_en" id=field("text-en") value=form.value("text_en") maxlength=LONGEST required=true/>
            <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Guardar el texto", "Keep the text")}</Button></div>
        </form>
    }
    .into_any()
}

/// Makes a text, or changes one.
#[server(endpoint = "admin/macro")]
pub async fn keep_macro(
    #[server(default)] id: String,
    #[server(default)] name_es: String,
    #[server(default)] name_en: String,
    #[server(default)] text_es: String,
    #[server(default)] text_en: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let agent = Agent { id: web.require_role(&[Role::Administrator])?.id };
        let form = FormState::new(FORM)
            .with("id", &id)
            .with("name_es", &name_es)
            .with("name_en", &name_en)
            .with_text("text_es", &text_es)
            .with_text("text_en", &text_en);
        let which = match id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
        };
        let name = Bilingual { es: name_es, en: name_en };
        let text = Bilingual { es: text_es, en: text_en };
        match support::save_macro(&web.caas, &agent, which, name, text).await? {
            Ok(_) => Ok(Goto::to(HERE).toast(Message::Saved)),
            Err(SupportError::NotFound) => Err(Refusal::NotFound),
            Err(_) => Ok(Goto::back(HERE, form.wrong("", "INVALID"))),
        }
    })
    .await
}

/// Takes a text away.
#[server(endpoint = "admin/macro-borrar")]
pub async fn remove_macro(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let agent = Agent { id: web.require_role(&[Role::Administrator])?.id };
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        match support::delete_macro(&web.caas, &agent, id).await? {
            Ok(()) => Ok(Goto::to(HERE).toast(Message::Saved)),
            Err(_) => Err(Refusal::NotFound),
        }
    })
    .await
}
