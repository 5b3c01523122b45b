//! `/expediente/pedidos/{id}/documentos`: the papers of the country, and how the registration stands.

use super::{crumbs, customer, name, owner, path_of};
use crate::ui::{ButtonKind, Icon, IconName, LinkButton, Notice, PageHeader, Status, StatusPill, Tone};
use crate::web::{FormState, Page, PageResult, Refusal, Section, WebContext};
use axum::body::Body;
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::documents::{self, NeededPaper, PaperRefusal, PaperState};
use caas::sales::journey::{self, Journey};
use caas::sales::model::OrderStatus as S;
use caas::sales::registration::countries::{Method, Provider};
use caas::sales::registration::model::RegistrationState as R;
use caas::sales::registration::{self, Missing, Overview};
use caas::sales::who::Who;
use leptos::prelude::*;

/// The form of a paper, by its code.
pub(super) fn form_of(kind: &str) -> String {
    format!("papel-{kind}")
}

/// How many papers the customer still has to bring.
pub(super) async fn missing(tx: &mut Tx, journey: &Journey) -> Result<usize> {
    if !are_wanted(journey.order.status) {
        return Ok(0);
    }
    let papers = documents::needed(tx, &journey.order).await?;
    Ok(papers.iter().filter(|paper| paper.is_asked_of(Provider::Customer)).count())
}

/// Whether papers still matter.
pub(super) fn are_wanted(status: S) -> bool {
    !status.is_over()
        && !matches!(
            status,
            S::Draft | S::AwaitingReservation | S::ReadyForDelivery | S::DeliveryScheduled | S::ReturnedToDealership
        )
}

/// On the order's page: what is missing, and the way here.
pub(super) fn summary(journey: &Journey, missing: usize, locale: Locale) -> Option<AnyView> {
    let status = journey.order.status;
    if matches!(status, S::Draft | S::AwaitingReservation) || status.is_cancelled() {
        return None;
    }
    let words = match (missing, locale) {
        (0, Locale::Es) => "No te falta ningún documento por traer.".to_owned(),
        (0, Locale::En) => "There is no paper left for you to bring.".to_owned(),
        (1, Locale::Es) => "Te falta 1 documento por traer.".to_owned(),
        (1, Locale::En) => "1 paper is left for you to bring.".to_owned(),
        (_, Locale::Es) => format!("Te faltan {missing} documentos por traer."),
        (_, Locale::En) => format!("{missing} papers are left for you to bring."),
    };
    let href = format!("{}/documentos", path_of(journey.order.id));
    Some(
        view! {
            <section class="section" aria-labelledby="documentos">
                <h2 id="documentos">{locale.t("Documentos y matriculación", "Papers and registration")}</h2>
                <p>{words}</p>
                <p class="actions"><LinkButton href=href>{locale.t("Ver los documentos", "See the papers")}</LinkButton></p>
            </section>
        }
        .into_any(),
    )
}

pub(super) async fn papers_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let id: OrderId = web.param_as("id")?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let journey = journey::of_customer(&mut tx, user.id, id).await?.ok_or(Refusal::Hidden("order"))?;
    let papers = documents::needed(&mut tx, &journey.order).await?;
    let overview = registration::overview(&web.caas, &mut tx, &journey.order).await?;
    drop(tx);

    // While the body has the papers there is nothing to be brought.
    let is_open = are_wanted(journey.order.status) && overview.as_ref().is_none_or(|overview| overview.allowed.correct);
    let title = locale.t("Documentos y matriculación", "Papers and registration");
    let country = documents::country_of(&journey.order);
    let lead = match (country.method, locale) {
        (Method::Manual, Locale::Es) => {
            format!("Lo que hace falta para matricular tu {}. Lo presenta tu concesionario.", name(&journey))
        }
        (Method::Manual, Locale::En) => {
            format!("What is needed to register your {}. Your dealership hands it in.", name(&journey))
        }
        (_, Locale::Es) => format!("Lo que pide {} para matricular tu {}.", country.body, name(&journey)),
        (_, Locale::En) => format!("What {} asks for to register your {}.", country.body, name(&journey)),
    };
    let rows = papers.iter().map(|paper| row(&web, &journey, paper, is_open)).collect_view();
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs(&journey, &web) crumbs_label=locale.t("Estás en", "You are in")/>
            {how_it_stands(&journey, overview.as_ref(), locale)}
            {problem(&web, &papers)}
            <ul class="papers">{rows}</ul>
            {owner::panel(&web, &Who::Customer(user.id), &journey.order, overview.as_ref().map(|one| &one.registration))}
            <p class="muted small">
                {locale.t(
                    "Solo los ven tu concesionario y quien tramita la matrícula. Nunca se envían por correo.",
                    "Only your dealership and whoever handles the registration see them. They are never sent by email.",
                )}
            </p>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

/// Something was wrong with an upload: said at the top too, so that nobody looks for it.
fn problem(web: &WebContext, papers: &[NeededPaper]) -> Option<AnyView> {
    let locale = web.locale;
    let wrong = papers.iter().find(|paper| web.form(&form_of(paper.paper.code)).has_errors())?;
    let text = error_of(&web.form(&form_of(wrong.paper.code)), locale);
    let title = match locale {
        Locale::Es => format!("No hemos podido guardar: {}", wrong.paper.name(locale)),
        Locale::En => format!("We could not keep: {}", wrong.paper.name(locale)),
    };
    Some(view! { <Notice tone=Tone::Problem title=title>{text}</Notice> }.into_any())
}

fn error_of(form: &FormState, locale: Locale) -> String {
    form.problem::<PaperRefusal>("file").map(|refusal| refusal.text(locale).to_owned()).unwrap_or_default()
}

/// How the registration stands, with the reasons of the body in its own words.
fn how_it_stands(journey: &Journey, overview: Option<&Overview>, locale: Locale) -> AnyView {
    let Some(overview) = overview else {
        let text = locale.t(
            "La matriculación empieza cuando el coche esté pagado. Si subes los documentos antes, no esperará por ellos.",
            "The registration begins once the car is paid. If you upload the papers before, it won't wait for them.",
        );
        let title = locale.t("La matriculación aún no ha empezado", "The registration has not begun yet");
        return view! { <Notice tone=Tone::Info title=title>{text}</Notice> }.into_any();
    };
    let r = &overview.registration;
    let plate = r.plate.clone().unwrap_or_default();
    let (tone, title, text) = words_of(r.state, r.manual, journey.order.status, &plate, locale);
    let reasons: Vec<_> = r
        .reasons()
        .iter()
        .map(|reason| {
            let words = if reason.message.is_empty() { reason.field.clone() } else { reason.message.clone() };
            view! { <li>{words}</li> }
        })
        .collect();
    let reasons = (!reasons.is_empty()).then(|| view! { <ul class="reasons">{reasons}</ul> });
    // What the customer brings, and the form for the data, stand below.
    let fields: Vec<_> = overview
        .missing
        .iter()
        .filter(|missing| matches!(missing, Missing::Field(_)))
        .map(|missing| view! { <li>{missing.text(locale)}</li> })
        .collect();
    let fields = (!fields.is_empty()).then(|| {
        view! {
            <p>{locale.t("Estos datos hay que corregirlos, aquí abajo:", "These data have to be put right, below:")}</p>
            <ul class="reasons">{fields}</ul>
        }
    });
    view! { <Notice tone=tone title=title><p>{text}</p>{reasons}{fields}</Notice> }.into_any()
}

fn words_of(state: R, manual: bool, status: S, plate: &str, locale: Locale) -> (Tone, String, &'static str) {
    let title = |es: &str, en: &str| locale.t(es, en).to_owned();
    if status == S::CancelledRegistration {
        let text = locale.t(
            "El organismo la rechazó y no tiene arreglo. Te devolvemos todo lo pagado.",
            "The authority refused it and it can't be put right. We refund everything you paid.",
        );
        return (Tone::Problem, title("No se puede matricular", "It can't be registered"), text);
    }
    match state {
        R::PendingPayment => (
            Tone::Info,
            title("La matriculación empieza con el pago final", "The registration begins with the final payment"),
            "",
        ),
        R::PaymentReceived => (
            Tone::Waiting,
            title("Falta algo para poder presentarla", "Something is missing before it can be submitted"),
            locale.t("En cuanto esté todo, se presenta por sí sola.", "As soon as all is there, it is submitted by itself."),
        ),
        R::RegistrationInitiated | R::UnderReview if manual => (
            Tone::Info,
            title("Tu concesionario la presenta en mano", "Your dealership hands it in by hand"),
            locale.t("Puede tardar unos días. No tienes que hacer nada.", "It may take some days. You don't have to do anything."),
        ),
        R::RegistrationInitiated => (
            Tone::Info,
            title("La matriculación está presentada", "The registration is submitted"),
            locale.t("No tienes que hacer nada.", "You don't have to do anything."),
        ),
        R::UnderReview => (
            Tone::Info,
            title("El organismo la está revisando", "The authority is looking at it"),
            locale.t("No tienes que hacer nada: te avisamos.", "You don't have to do anything: we tell you."),
        ),
        R::Approved | R::PlateAssigned | R::ReadyForDelivery => (
            Tone::Done,
            match locale {
                Locale::Es => format!("Tu coche está matriculado: {plate}"),
                Locale::En => format!("Your car is registered: {plate}"),
            },
            "",
        ),
        R::AdditionalInfoRequired => (
            Tone::Waiting,
            title("El organismo pide algo más", "The authority asks for more"),
            locale.t("Esto es lo que dice:", "This is what it says:"),
        ),
        R::Rejected => (
            Tone::Problem,
            title("El organismo la ha rechazado", "The authority refused it"),
            locale.t(
                "Tu concesionario lo corrige y la vuelve a presentar. Si no se puede, se cancela y te devolvemos todo. Esto es lo que dice:",
                "Your dealership puts it right and submits it again. If that can't be done, it is cancelled and you get everything back. This is what it says:",
            ),
        ),
    }
}

/// One paper: what it is, how it stands, and the form to bring it.
fn row(web: &WebContext, journey: &Journey, needed: &NeededPaper, is_open: bool) -> AnyView {
    let locale = web.locale;
    let paper = needed.paper;
    let (status, word) = state_words(needed.state, paper.provider, locale);
    let is_theirs = paper.provider == Provider::Customer;
    let who = (!is_theirs).then(|| {
        let words = match paper.provider {
            Provider::Dealership => locale.t("Lo trae tu concesionario.", "Your dealership brings it."),
            _ => locale.t("Lo preparamos nosotros.", "We prepare it."),
        };
        view! { <p class="muted small">{words}</p> }
    });
    let why = needed.file.as_ref().and_then(|file| file.reason.clone()).filter(|_| needed.state == PaperState::Refused);
    let why = why.map(|why| {
        view! { <p class="papers__why"><Icon name=IconName::Warning/><span>{locale.t("No sirve:", "It does not do:")}" "{why}</span></p> }
    });
    let file = needed.file.as_ref().filter(|file| file.state != PaperState::Replaced && is_theirs).map(|file| {
        let href = format!("{}/documentos/{}", path_of(journey.order.id), file.id);
        let size = format!("{} kB", (file.size + 1023) / 1024);
        view! { <p class="small"><a href=href>{file.name.clone()}</a>" "<span class="muted">{size}</span></p> }
    });
    let form =
        (is_theirs && is_open && needed.state != PaperState::Accepted).then(|| upload_form(web, journey, needed));
    view! {
        <li class="card stack stack--s" id=form_of(paper.code)>
            <div class="split"><h2>{paper.name(locale)}</h2><StatusPill kind=status word=word/></div>
            {who}{why}{file}{form}
        </li>
    }
    .into_any()
}

fn upload_form(web: &WebContext, journey: &Journey, needed: &NeededPaper) -> AnyView {
    let locale = web.locale;
    let code = needed.paper.code;
    let error = error_of(&web.form(&form_of(code)), locale);
    let [input, help, wrong] = ["archivo", "ayuda", "error"].map(|part| format!("{}-{part}", form_of(code)));
    let described = if error.is_empty() { help.clone() } else { format!("{wrong} {help}") };
    let class = if error.is_empty() { "field" } else { "field field--error" };
    let invalid = (!error.is_empty()).then_some("true");
    let error = (!error.is_empty())
        .then(|| view! { <p class="field__error" id=wrong><Icon name=IconName::Warning/><span>{error}</span></p> });
    let is_again = needed.state != PaperState::Missing;
    let button = if is_again { locale.t("Sustituir", "Replace") } else { locale.t("Subir", "Upload") };
    // Several buttons say the same: the name says of what.
    let label = format!("{button}: {}", needed.paper.name(locale));
    view! {
        <form class="form" method="post" action="/api/pedidos/documento" enctype="multipart/form-data">
            <input type="hidden" name="order" value=journey.order.id.to_string()/>
            <input type="hidden" name="kind" value=code/>
            <div class=class>
                <label for=input.clone()>{locale.t("Archivo", "File")}</label>
                <p class="field__help" id=help>{locale.t("PDF, JPEG o PNG, de 5 MB como mucho. Que se lea entero.", "PDF, JPEG or PNG, 5 MB at most. All of it readable.")}</p>
                <input class="input" type="file" id=input name="file" accept=".pdf,.jpg,.jpeg,.png" required
                    aria-describedby=described aria-invalid=invalid/>
                {error}
            </div>
            <div class="form__actions"><button class=ButtonKind::Secondary.class() aria-label=label>{button}</button></div>
        </form>
    }
    .into_any()
}

fn state_words(state: PaperState, provider: Provider, locale: Locale) -> (Status, &'static str) {
    match state {
        PaperState::Missing if provider == Provider::Customer => (Status::Warning, locale.t("Falta", "Missing")),
        PaperState::Missing => (Status::Waiting, locale.t("Pendiente", "To come")),
        PaperState::Provided => (Status::Info, locale.t("Recibido", "Received")),
        PaperState::Accepted => (Status::Done, locale.t("En orden", "In order")),
        PaperState::Refused => (Status::Warning, locale.t("Hace falta otro", "Another is needed")),
        PaperState::Replaced => (Status::Ended, locale.t("Sustituido", "Replaced")),
    }
}

/// `/expediente/pedidos/{id}/documentos/{paper}`: a paper of one's own, to be kept.
pub(super) async fn own_paper(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let (order, paper): (OrderId, uuid::Uuid) = (web.param_as("id")?, web.param_as("paper")?);
    let mut tx = web.caas.db.read().await?;
    let found = documents::read(&mut tx, &Who::Customer(user.id), order, paper).await?;
    let (file, content) = found.ok_or(Refusal::Hidden("paper"))?;
    let kind = match file.media_type.as_str() {
        "application/pdf" => "application/pdf",
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        _ => "application/octet-stream",
    };
    Ok(Page::download(file.name, kind, Body::from(content)))
}
