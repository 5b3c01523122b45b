//! `/cuenta/ayuda`: the customer's own cases, and the form for a question.

use super::{HERE, customer, refusal_words};
use crate::pages::support::status_words;
use crate::ui::{
    Button, ButtonKind, Choice, Crumb, EmptyState, Field, Notice, PageHeader, Pager, SelectField, StatusPill, TextArea,
    Tone,
};
use crate::web::dates::{day, exact};
use crate::web::{FormState, LONGEST_TEXT, Page, PageResult, Section, WebContext};
use caas::kernel::ids::TicketId;
use caas::kernel::locale::Locale;
use caas::support::model::{LONGEST_SUBJECT, QuestionRefusal};
use caas::support::{self, TicketLine};
use caas::vehicles::{Vehicle, vehicles_of};
use leptos::prelude::*;

/// Cases on one page.
const PAGE: usize = 20;
pub(super) const FORM: &str = "pregunta";

/// The page.
pub(super) async fn help_page(web: WebContext) -> PageResult {
    let user = customer(&web)?;
    let locale = web.locale;
    let before: Option<TicketId> = web.query("antes").and_then(|key| key.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = web.caas.db.read().await?;
    let mut cases = support::tickets_of_customer(&mut tx, user.id, before, limit).await?;
    let cars = vehicles_of(&mut tx, user.id).await?;
    drop(tx);
    let more = cases.len() > PAGE;
    cases.truncate(PAGE);
    let next = match cases.last() {
        Some(last) if more => format!("{HERE}?antes={}", last.id),
        _ => String::new(),
    };
    let first = if before.is_some() { HERE } else { "" };
    let title = locale.t("Ayuda", "Help");
    let lead = locale.t(
        "Escríbenos y sigue aquí cada caso. Respondemos en un día laborable; si falla una activación, en 24 horas.",
        "Write to us and follow each case here. We answer within a working day; about a failed activation, within 24 hours.",
    );
    let crumbs = vec![Crumb::new("/cuenta", locale.t("Tu cuenta", "Your account"))];
    let list = if cases.is_empty() {
        view! {
            <EmptyState title=locale.t("Todavía no hay casos", "There are no cases yet")>
                <p>{locale.t("Si algo no sale, lo abrimos nosotros. Si quieres preguntar, empieza abajo.", "If something fails, we open one. If you want to ask something, begin below.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let items = cases.iter().map(|case| item(case, &user.time_zone, locale)).collect_view();
        view! { <ul class="lines">{items}</ul> }.into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <section class="section" aria-labelledby="casos">
            <h2 id="casos">{locale.t("Tus casos", "Your cases")}</h2>
            {list}
            <Pager label=locale.t("Páginas de casos", "Pages of cases")
                previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
                next_href=next next_word=locale.t("Anteriores", "Earlier")/>
        </section>
        {question_form(&web, &cars)}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}

fn item(case: &TicketLine, zone: &str, locale: Locale) -> AnyView {
    let (status, word) = status_words(case.status, true, locale);
    let about = match (&case.subject, &case.service_names) {
        (Some(subject), _) => subject.clone(),
        (None, Some(names)) => names.0.get(locale).to_owned(),
        (None, None) => case.number.clone(),
    };
    let car = [case.model_name.clone(), case.plate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let href = format!("{HERE}/{}", case.number);
    view! {
        <li class="line">
            <div class="line__text">
                <p class="line__title"><a href=href>{about}</a></p>
                <p class="muted"><span class="code">{case.number.clone()}</span>" "{car}</p>
            </div>
            <div class="line__end">
                <time class="muted small" datetime=exact(case.created_at)>{day(case.created_at, zone, locale)}</time>
                <StatusPill kind=status word=word/>
            </div>
        </li>
    }
    .into_any()
}

fn question_form(web: &WebContext, cars: &[Vehicle]) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let mut choices = vec![Choice::new("", locale.t("Ninguno en particular", "None in particular"))];
    choices.extend(cars.iter().map(|car| Choice::new(car.id.to_string(), car.label())));
    let error = |field: &str| error_of(&form, field, locale);
    view! {
        <section class="section" aria-labelledby="preguntar-titulo" id=FORM>
            <h2 id="preguntar-titulo">{locale.t("Hacer una pregunta", "Ask a question")}</h2>
            {problem(&form, locale)}
            <form class="form card" method="post" action="/api/cuenta/ayuda/preguntar" enctype="multipart/form-data">
                <SelectField label=locale.t("¿Sobre qué coche?", "About which car?") name="vehicle" choices=choices value=form.value("vehicle")/>
                <Field label=locale.t("Asunto", "Subject") name="subject" value=form.value("subject") error=error("subject")
                    maxlength=LONGEST_SUBJECT as u32 required=true/>
                <TextArea label=locale.t("Tu pregunta", "Your question") name="text" value=form.value("text") error=error("text")
                    rows=6 maxlength=LONGEST_TEXT as u32 required=true
                    help=locale.t("No escribas datos de tarjetas ni contraseñas.", "Write no card data and no passwords.")/>
                {file_field(error("files"), locale)}
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Enviar la pregunta", "Send the question")}</Button></div>
            </form>
        </section>
    }
    .into_any()
}

/// What is wrong with a field, in words.
pub(super) fn error_of(form: &FormState, field: &str, locale: Locale) -> String {
    form.problem::<QuestionRefusal>(field).map(|refusal| refusal_words(refusal, locale).to_owned()).unwrap_or_default()
}

/// What is wrong with the form as a whole.
pub(super) fn problem(form: &FormState, locale: Locale) -> Option<AnyView> {
    if !form.has_errors() {
        return None;
    }
    let all = error_of(form, "", locale);
    let text = if all.is_empty() {
        locale
            .t(
                "No se ha enviado: lo tienes marcado abajo. Vuelve a elegir los archivos.",
                "Not sent: it is marked below. Choose the files again.",
            )
            .to_owned()
    } else {
        all
    };
    Some(view! { <Notice tone=Tone::Problem>{text}</Notice> }.into_any())
}

/// Files to be sent along.
pub(super) fn file_field(error: String, locale: Locale) -> AnyView {
    let class = if error.is_empty() { "field" } else { "field field--error" };
    let invalid = (!error.is_empty()).then_some("true");
    let described = if error.is_empty() { "archivos-ayuda" } else { "archivos-error archivos-ayuda" };
    let error =
        (!error.is_empty()).then(|| view! { <p class="field__error" id="archivos-error"><span>{error}</span></p> });
    view! {
        <div class=class>
            <label for="archivos">{locale.t("Archivos", "Files")}" "<span class="field__optional">{locale.t("opcional", "optional")}</span></label>
            <p class="field__help" id="archivos-ayuda">{locale.t("Hasta 3, de 5 MB cada uno: PNG, JPEG, WebP, PDF o texto.", "Up to 3 of 5 MB each: PNG, JPEG, WebP, PDF or text.")}</p>
            <input class="input" type="file" id="archivos" name="files" multiple="" accept=".png,.jpg,.jpeg,.webp,.pdf,.txt"
                aria-describedby=described aria-invalid=invalid/>
            {error}
        </div>
    }
    .into_any()
}
