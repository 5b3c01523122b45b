//! The papers of an order: what the country asks for, what is there, and what to do with each.

use super::{Whole, order_href};
use crate::pages::dealer::actions::{at_order, done, order_field, refused, trouble};
use crate::ui::{Button, Icon, IconName, Status, StatusPill, TextArea};
use crate::web::{FormState, Refusal, WebContext, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::documents::{self, NeededPaper, PaperRefusal, PaperState};
use caas::sales::registration::countries::Provider;
use leptos::prelude::*;
use uuid::Uuid;

/// Name of the forms of the papers.
pub(in crate::pages::dealer) const FORM: &str = "documentos";

/// A refusal in words, for a form that came back.
fn refusal_words(code: &str, locale: Locale) -> Option<String> {
    code.parse::<PaperRefusal>().ok().map(|refusal| refusal.text(locale).to_owned())
}

/// The panel.
pub(super) fn papers(whole: &Whole, web: &WebContext) -> Option<AnyView> {
    if whole.papers.is_empty() {
        return None;
    }
    let locale = web.locale;
    let form = web.form(FORM);
    let order = whole.sheet.order.id;
    let is_over = whole.sheet.order.status.is_over();
    let items = whole.papers.iter().map(|paper| item(paper, order, is_over, &form, locale)).collect_view();
    Some(
        view! {
            <section class="card stack" id=FORM aria-labelledby="documentos-titulo">
                <h2 class="card__title" id="documentos-titulo">{locale.t("Documentos", "Documents")}</h2>
                <p class="small muted">{locale.t(
                    "PDF, JPEG o PNG, hasta 5 MB. Solo los ven el cliente y este concesionario.",
                    "PDF, JPEG or PNG, up to 5 MB. Only the customer and this dealership see them.",
                )}</p>
                {form.value("kind").is_empty().then(|| trouble(&form, locale, |code| refusal_words(code, locale)))}
                <ul class="dealer-papers">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn item(paper: &NeededPaper, order: OrderId, is_over: bool, form: &FormState, locale: Locale) -> AnyView {
    let code = paper.paper.code;
    let name = paper.paper.name(locale);
    let (status, word) = match paper.state {
        PaperState::Missing => (Status::Warning, locale.t("Falta", "Missing")),
        PaperState::Provided => (Status::Waiting, locale.t("Por revisar", "To be looked at")),
        PaperState::Accepted => (Status::Done, locale.t("Aceptado", "Accepted")),
        PaperState::Refused => (Status::Failed, locale.t("Rechazado", "Refused")),
        PaperState::Replaced => (Status::Ended, locale.t("Sustituido", "Replaced")),
    };
    let by = match paper.paper.provider {
        Provider::Customer => locale.t("Lo trae el cliente", "The customer brings it"),
        Provider::Dealership => locale.t("Lo trae el concesionario", "The dealership brings it"),
        Provider::Caas => locale.t("Lo hace CaaS", "CaaS makes it"),
    };
    let here = form.value("kind") == code;
    let wrong = here.then(|| form.errors.get("").and_then(|error| refusal_words(error, locale))).flatten();
    let file = paper.file.as_ref().map(|file| {
        let href = format!("{}/documentos/{}", order_href(order), file.id);
        let label = format!("{} {name}: {}", locale.t("Descargar", "Download"), file.name);
        let reason = file.reason.clone().map(|reason| view! { <p class="small">{reason}</p> });
        view! {
            <p><a href=href aria-label=label><Icon name=IconName::Download/>" "{file.name.clone()}</a></p>
            {reason}
        }
    });
    let is_judged = paper.file.as_ref().filter(|_| !is_over && paper.state == PaperState::Provided);
    let judge = is_judged.map(|file| judge(order, file.id, code, name, form, locale));
    let bring = (!is_over && paper.paper.provider != Provider::Caas).then(|| {
        let field = format!("archivo-{code}");
        let error_id = format!("{field}-error");
        let described = wrong.is_some().then(|| error_id.clone());
        let error = wrong.map(|text| {
            view! { <p class="field__error" id=error_id><Icon name=IconName::Warning/><span>{text}</span></p> }
        });
        let label = format!("{} {name}", locale.t("Archivo de", "File of"));
        view! {
            <form class="form form--inline" method="post" action="/api/concesionario/documento" enctype="multipart/form-data">
                {order_field(order)}
                <input type="hidden" name="kind" value=code/>
                <div class="field">
                    <label for=field.clone()>{label}</label>
                    <input class="input" type="file" id=field name="file" accept=".pdf,.jpg,.jpeg,.png" required=true
                        aria-describedby=described/>
                    {error}
                </div>
                <Button icon=IconName::Document>{locale.t("Subir", "Upload")}</Button>
            </form>
        }
    });
    view! {
        <li class="dealer-paper">
            <div class="dealer-paper__head">
                <p class="dealer-paper__name">{name}" "<span class="small muted">{by}</span></p>
                <StatusPill kind=status word=word/>
            </div>
            {file}
            {judge}
            {bring}
        </li>
    }
    .into_any()
}

/// Accept, or say what is wrong.
fn judge(
    order: OrderId,
    file: Uuid,
    code: &'static str,
    name: &'static str,
    form: &FormState,
    locale: Locale,
) -> AnyView {
    let open = form.value("refused") == code;
    let typed = if open { form.value("reason") } else { String::new() };
    let problem =
        form.errors.get("reason").filter(|_| open).and_then(|error| refusal_words(error, locale)).unwrap_or_default();
    let accept = format!("{} {name}", locale.t("Aceptar", "Accept"));
    view! {
        <div class="cluster">
            <form method="post" action="/api/concesionario/documento-aceptar">
                {order_field(order)}
                <button class="btn btn--secondary" name="id" value=file.to_string() aria-label=accept>{locale.t("Aceptar", "Accept")}</button>
            </form>
            <details class="confirm" open=open>
                <summary class="btn btn--quiet">{locale.t("Rechazar", "Refuse")}<span class="sr-only">" "{name}</span></summary>
                <form class="confirm__box form" method="post" action="/api/concesionario/documento-rechazar">
                    {order_field(order)}
                    <input type="hidden" name="kind" value=code/>
                    <TextArea label=locale.t("Qué tiene que cambiar (lo lee el cliente)", "What has to change (the customer reads it)")
                        name="reason" id=format!("motivo-{code}") rows=2 maxlength=500 value=typed error=problem required=true/>
                    <button class="btn btn--danger" name="id" value=file.to_string()>{locale.t("Rechazar y avisar", "Refuse and tell")}</button>
                </form>
            </details>
        </div>
    }
    .into_any()
}

/// Accepts a paper.
#[server(endpoint = "concesionario/documento-aceptar")]
pub async fn accept_paper(
    #[server(default)] order: String,
    #[server(default)] id: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        let id: Uuid = id.parse().map_err(|_| Refusal::NotFound)?;
        let mut tx = web.caas.db.begin().await?;
        match documents::accept(&web.caas, &mut tx, &at.who, at.order, id).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(FORM)))
            }
            Err(PaperRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(refused(&at.at(FORM), FormState::new(FORM), refusal)),
        }
    })
    .await
}

/// Refuses a paper, and tells its customer why.
#[server(endpoint = "concesionario/documento-rechazar")]
pub async fn refuse_paper(
    #[server(default)] order: String,
    #[server(default)] id: String,
    #[server(default)] kind: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        let id: Uuid = id.parse().map_err(|_| Refusal::NotFound)?;
        let mut tx = web.caas.db.begin().await?;
        match documents::refuse(&web.caas, &mut tx, &at.who, at.order, id, &reason).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(FORM)))
            }
            Err(PaperRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => {
                let form = FormState::new(FORM).with("refused", &kind).with("reason", &reason);
                let field = if refusal == PaperRefusal::NoReason { "reason" } else { "" };
                Ok(crate::web::Goto::back(at.at(FORM), form.wrong(field, refusal)))
            }
        }
    })
    .await
}
