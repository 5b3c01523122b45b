//! Words to the customer and words among ourselves: the forms, and what they post to.

#![expect(clippy::too_many_arguments, reason = "the arguments are the fields of the form")]

use super::actions::{Carried, at_desk, code_of, trouble};
use super::desk::{by_hand, solutions_by_hand};
use super::words::channel_words;
use crate::islands::DraftBox;
use crate::ui::{
    Button, ButtonKind, CheckField, Choice, ChoiceCard, ConfirmBox, Field, IconName, SelectField, TextArea,
};
use crate::web::{FormState, Goto, Message, Refusal, WebContext, submit};
use caas::kernel::locale::Locale;
use caas::notifications::model::Channel;
use caas::support::model::{AfterReply, LONGEST_TEXT, Macro, NotNow, SupportError};
use caas::support::{self, Reply, TicketCase};
use leptos::prelude::*;

/// Where a reply's form stands.
pub(super) const REPLY: &str = "responder";

/// How the customer can be told. In the account it always stands.
const CHANNELS: [(Channel, &str); 4] =
    [(Channel::Email, "email"), (Channel::InApp, "in_app"), (Channel::Push, "push"), (Channel::Sms, "sms")];

/// The form for the customer. `draft` is what was written and not sent; `seen` the last line that stands above.
pub(super) fn reply_form(
    web: &WebContext,
    case: &TicketCase,
    macros: &[Macro],
    draft: Option<String>,
    seen: &str,
    carried: &Carried,
) -> AnyView {
    let locale = web.locale;
    let form = web.form(REPLY);
    let text = match draft {
        Some(draft) => draft,
        None => form.value("text"),
    };
    let help = match case.customer_locale {
        Locale::Es => locale.t("El cliente lee en español.", "The customer reads Spanish."),
        Locale::En => locale.t("El cliente lee en inglés.", "The customer reads English."),
    };
    view! {
        <section class="section" aria-labelledby="responder-titulo" id=REPLY>
            <h2 id="responder-titulo">{locale.t("Responder al cliente", "Answer the customer")}</h2>
            {trouble(&form, locale)}
            <form class="form card" method="post" action="/api/soporte/responder">
                {carried.fields()}
                <input type="hidden" name="seen" value=seen.to_owned()/>
                <DraftBox number=carried.number.clone() label=locale.t("Respuesta", "Answer").to_owned() help=help.to_owned()
                    text=text longest=LONGEST_TEXT as u32
                    kept=locale.t("Borrador guardado.", "Draft kept.").to_owned()
                    lost=locale.t("Borrador sin guardar: no hay conexión.", "Draft not kept: no connection.").to_owned()/>
                {macro_field(macros, locale)}
                {channel_fields(&form, locale)}
                {then_fields(&form, "", locale)}
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary icon=IconName::Mail name="action" value="send">{locale.t("Enviar la respuesta", "Send the answer")}</Button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What was written before somebody else closed or merged the case: not to be sent, and not lost.
pub(super) fn left_over(web: &WebContext, draft: &str) -> AnyView {
    let locale = web.locale;
    let form = web.form(REPLY);
    view! {
        <section class="section" aria-labelledby="borrador" id=REPLY>
            <h2 id="borrador">{locale.t("Tu borrador, sin enviar", "Your draft, not sent")}</h2>
            {trouble(&form, locale)}
            <div class="card">{super::paragraphs(draft)}</div>
        </section>
    }
    .into_any()
}

fn macro_field(macros: &[Macro], locale: Locale) -> Option<AnyView> {
    if macros.is_empty() {
        return None;
    }
    let choices = macros.iter().map(|one| Choice::new(one.id.to_string(), one.name.get(locale))).collect::<Vec<_>>();
    Some(
        view! {
            <div class="form--inline">
                <SelectField label=locale.t("Texto preparado", "Ready-made text") name="ready" choices=choices/>
                // Sends the form too, so that nothing written is lost; the text comes back longer.
                <button class="btn btn--secondary" name="action" value="macro" formnovalidate="">{locale.t("Añadir a la respuesta", "Add to the answer")}</button>
            </div>
        }
        .into_any(),
    )
}

/// How the customer is told.
pub(super) fn channel_fields(form: &FormState, locale: Locale) -> AnyView {
    let typed = !form.values.is_empty();
    let fields = CHANNELS
        .into_iter()
        .map(|(channel, name)| {
            // Most people read their mail; the rest is for what presses.
            let usual = matches!(channel, Channel::Email | Channel::InApp);
            let checked = if typed { !form.value(name).is_empty() } else { usual };
            view! { <CheckField label=channel_words(channel, locale) name=name id=format!("canal-{name}") checked=checked/> }
        })
        .collect_view();
    view! {
        <fieldset class="checks">
            <legend>{locale.t("Por dónde le llega", "How it reaches them")}</legend>
            {fields}
        </fieldset>
    }
    .into_any()
}

/// What happens to the case with the answer.
pub(super) fn then_fields(form: &FormState, prefix: &'static str, locale: Locale) -> AnyView {
    let chosen = form.value("then");
    let is = |code: &str| chosen == code || chosen.is_empty() && code == "WAIT";
    view! {
        <fieldset class="choices">
            <legend>{locale.t("Y después", "And then")}</legend>
            <ChoiceCard name="then" value="WAIT" checked=is("WAIT") label=locale.t("Esperamos su respuesta", "We wait for their answer")
                note=locale.t("El reloj se para hasta que escriba.", "The clock stands still until they write.")/>
            <ChoiceCard name="then" value="OPEN" checked=is("OPEN") label=locale.t("Seguimos nosotros", "We go on")
                note=locale.t("El caso queda abierto.", "The case stays open.")/>
            <ChoiceCard name="then" value="SOLVE" checked=is("SOLVE") label=locale.t("Queda resuelto", "It is solved")
                note=locale.t("El cliente lo lee y puede reabrirlo escribiendo.", "The customer reads it, and can reopen it by writing.")/>
        </fieldset>
        <SelectField label=locale.t("Si queda resuelto, cómo", "If solved, how") name="solution" id=format!("{prefix}solucion")
            choices=solutions_by_hand(locale) value=form.value("solution")/>
    }
    .into_any()
}

/// The form for ourselves.
pub(super) fn note_form(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("notas");
    let carried = carried.clone();
    let title = locale.t("Nota interna", "Internal note");
    view! {
        <ConfirmBox opener=title title=locale.t("Solo la leemos nosotros", "Only we read it") open=form.has_errors()>
            <form class="form" method="post" action="/api/soporte/nota" id="notas">
                {trouble(&form, locale)}
                {carried.fields()}
                <TextArea label=locale.t("Nota", "Note") name="text" id="nota" value=form.value("text") rows=4
                    maxlength=crate::web::LONGEST_TEXT as u32 required=true/>
                <div class="form__actions"><Button>{locale.t("Guardar la nota", "Keep the note")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

/// The form for something to come back to.
pub(super) fn task_form(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("tarea");
    let carried = carried.clone();
    view! {
        <ConfirmBox opener=locale.t("Tarea con fecha", "Task with a date")
            title=locale.t("¿Cuándo hay que volver a mirarlo?", "When is it to be looked at again?") open=form.has_errors()>
            <p>{locale.t("Te llega un aviso ese día. El cliente no recibe nada.", "You get a notice on that day. The customer is told nothing.")}</p>
            <form class="form" method="post" action="/api/soporte/tarea" id="tarea">
                {trouble(&form, locale)}
                {carried.fields()}
                <div class="form__row">
                    <Field label=locale.t("Día", "Day") name="day" id="tarea-dia" kind="date" value=form.value("day") required=true/>
                    <Field label=locale.t("Hora", "Time") name="time" id="tarea-hora" kind="time" value=form.value("time")
                        optional_word=locale.t("opcional", "optional")/>
                </div>
                <Field label=locale.t("Qué hay que hacer", "What is to be done") name="text" id="tarea-texto" value=form.value("text") maxlength=500 required=true/>
                <div class="form__actions"><Button>{locale.t("Apuntar la tarea", "Plan the task")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

/// Writes a note.
#[server(endpoint = "soporte/nota")]
pub async fn write_note(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("notas").with_text("text", &text);
        let done = support::note(&web.caas, &desk.agent, desk.ticket, &text).await?;
        desk.end(done, Message::Saved, form)
    })
    .await
}

/// What a reply's form says besides its text.
pub(super) struct Chosen {
    pub channels: Vec<Channel>,
    pub then: AfterReply,
    pub form: FormState,
}

impl Chosen {
    /// `ticked`: the boxes in the order of [`CHANNELS`].
    pub(super) fn of(name: &str, ticked: [&str; 4], then: &str, solution: &str) -> Result<Chosen, Refusal> {
        let mut form = FormState::new(name).with("then", then).with("solution", solution);
        let mut channels = Vec::new();
        for ((channel, field), ticked) in CHANNELS.into_iter().zip(ticked) {
            if !ticked.is_empty() {
                channels.push(channel);
                form = form.with(field, "true");
            }
        }
        let then = match then {
            "OPEN" => AfterReply::KeepOpen,
            "WAIT" => AfterReply::WaitForCustomer,
            "SOLVE" => AfterReply::Solve(by_hand(solution)?),
            _ => return Err(Refusal::NotFound),
        };
        Ok(Chosen { channels, then, form })
    }
}

/// Answers the customer, or puts a ready-made text into the answer. When somebody wrote meanwhile, nothing is sent and
/// the text is kept as a draft.
#[server(endpoint = "soporte/responder")]
pub async fn answer_case(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] text: String,
    #[server(default)] email: String,
    #[server(default)] in_app: String,
    #[server(default)] push: String,
    #[server(default)] sms: String,
    #[server(default)] then: String,
    #[server(default)] solution: String,
    #[server(default)] seen: String,
    #[server(default)] ready: String,
    #[server(default)] action: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let chosen = Chosen::of(REPLY, [&email, &in_app, &push, &sms], &then, &solution)?;
        if action == "macro" {
            let id = ready.parse().map_err(|_| Refusal::NotFound)?;
            let mut tx = web.caas.db.read().await?;
            let added = support::apply_macro(&mut tx, id, desk.ticket).await?.ok_or(Refusal::NotFound)?;
            drop(tx);
            let text = if text.trim().is_empty() { added } else { format!("{}\n\n{added}", text.trim_end()) };
            support::save_draft(&web.caas, &desk.agent, desk.ticket, &text).await?;
            return Ok(Goto::back(desk.at(REPLY), chosen.form));
        }
        if text.chars().count() > LONGEST_TEXT {
            support::save_draft(&web.caas, &desk.agent, desk.ticket, &text).await?;
            return desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::ReplySent, chosen.form);
        }
        let reply =
            Reply { text: text.clone(), channels: chosen.channels, then: chosen.then, seen_message: seen.parse().ok() };
        match support::reply(&web.caas, &desk.agent, desk.ticket, &reply).await? {
            Err(SupportError::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => {
                support::save_draft(&web.caas, &desk.agent, desk.ticket, &text).await?;
                Ok(Goto::back(desk.at(REPLY), chosen.form.wrong("", code_of(&refusal))))
            }
            Ok(_) => Ok(Goto::to(desk.at("conversacion")).toast(Message::ReplySent)),
        }
    })
    .await
}

/// Keeps what an agent is writing on a case.
pub(crate) async fn keep_draft(web: &WebContext, number: &str, text: &str) -> Result<(), Refusal> {
    let desk = at_desk(web, number, "").await?;
    Ok(support::save_draft(&web.caas, &desk.agent, desk.ticket, text).await?)
}
