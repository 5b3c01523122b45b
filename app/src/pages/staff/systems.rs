//! `/operaciones/sistemas/{system}`: an outside system's availability against its promise, its breaker and who changed it,
//! and the work behind it.

use super::age;
use crate::ui::{
    Button, ButtonKind, ConfirmBox, Crumb, DataTable, Fact, KeyValueList, Notice, PageHeader, Status, StatusPill,
    TextArea, Tone,
};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::breaker::{BreakerState, Change, Standing};
use caas::kernel::locale::Locale;
use caas::watch::by_hand::{self, HandRefusal, LONGEST_REASON};
use caas::watch::model::{Calls, Outside};
use caas::watch::systems::{self, Overview, Queue, Tile};
use leptos::prelude::*;

/// Changes of the breaker that are shown.
const SHOWN: i64 = 30;

/// The form's name in what comes back with it.
const BY_HAND: &str = "a-mano";

/// What a system is called.
pub(super) const fn system_name(system: Outside, locale: Locale) -> &'static str {
    match system {
        Outside::Iot => "API IoT",
        Outside::Payments => locale.t("Pasarela de pago", "Payment gateway"),
        Outside::Factory => locale.t("Fábrica", "Factory"),
        Outside::Vss => locale.t("Talleres (VSS)", "Workshops (VSS)"),
        Outside::RegistrationEs => locale.t("Matriculación, España", "Registration, Spain"),
        Outside::RegistrationFr => locale.t("Matriculación, Francia", "Registration, France"),
        Outside::RegistrationDe => locale.t("Matriculación, Alemania", "Registration, Germany"),
        Outside::RegistrationGb => locale.t("Matriculación, Reino Unido", "Registration, United Kingdom"),
        Outside::Transport => locale.t("Transporte", "Transport"),
        Outside::Sms => "SMS",
        Outside::Mail => locale.t("Correo", "Mail"),
        Outside::Push => locale.t("Avisos push", "Push messages"),
    }
}

/// Where a system's page is.
pub(super) fn system_href(system: Outside) -> String {
    format!("/operaciones/sistemas/{system}")
}

/// Hundredths of a per cent in words: "99,95 %".
pub(super) fn percent(hundredths: i64, locale: Locale) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match locale {
        Locale::Es => format!("{whole},{part:02} %"),
        Locale::En => format!("{whole}.{part:02}%"),
    }
}

/// A system on the desk; leads to its page.
pub(super) fn system_tile(tile: &Tile, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let (mut tone, mut word) = (Tone::Neutral, locale.t("Sin llamadas", "No calls"));
    if let Some(availability) = tile.hour.availability() {
        let kept = availability >= tile.system.promise();
        (tone, word) = if kept && tile.hour.failures < tile.hour.calls {
            (Tone::Done, locale.t("Responde", "Answers"))
        } else if tile.hour.failures == tile.hour.calls {
            (Tone::Problem, locale.t("No responde", "Does not answer"))
        } else {
            (Tone::Waiting, locale.t("Falla a ratos", "Fails at times"))
        };
    }
    let text = match tile.breaker {
        Some(breaker) if breaker.state != BreakerState::Closed => {
            let (_, _, words) = breaker_words(&breaker, web);
            (tone, word) = if breaker.state == BreakerState::Open {
                (Tone::Problem, locale.t("En descanso", "Resting"))
            } else {
                (Tone::Waiting, locale.t("Probando", "Trying"))
            };
            words
        }
        _ => calls_words(tile.hour, locale),
    };
    let waiting = (tile.queue.waiting > 0).then(|| {
        let text = waiting_words(tile.queue, locale);
        view! { <p class="tile__promise">{text}</p> }
    });
    view! {
        <div class=format!("tile {}", tone.class())>
            <p class="tile__label"><a href=system_href(tile.system)>{system_name(tile.system, locale)}</a></p>
            <p class="tile__value">{word}</p>
            <p class="tile__promise">{text}</p>
            {waiting}
        </div>
    }
    .into_any()
}

/// What the last hour's calls came to.
fn calls_words(hour: Calls, locale: Locale) -> String {
    match (hour.availability(), locale) {
        (None, _) => locale.t("En la última hora no hizo falta.", "Not needed in the last hour.").to_owned(),
        (Some(share), Locale::Es) => {
            format!("{} de {} llamadas en la última hora.", percent(share, locale), hour.calls)
        }
        (Some(share), Locale::En) => format!("{} of {} calls in the last hour.", percent(share, locale), hour.calls),
    }
}

fn waiting_words(queue: Queue, locale: Locale) -> String {
    match (queue.waiting, locale) {
        (1, Locale::Es) => "1 tarea espera.".to_owned(),
        (1, Locale::En) => "1 piece of work waits.".to_owned(),
        (count, Locale::Es) => format!("{count} tareas esperan."),
        (count, Locale::En) => format!("{count} pieces of work wait."),
    }
}

/// A breaker's state: shape, word, and one sentence.
fn breaker_words(breaker: &Standing, web: &WebContext) -> (Status, &'static str, String) {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    match (breaker.state, breaker.held_since) {
        (BreakerState::Closed, _) => (
            Status::Done,
            locale.t("Las llamadas pasan", "Calls go through"),
            match (breaker.failures, locale) {
                (0, _) => locale.t("La última llamada tuvo respuesta.", "The last call was answered.").to_owned(),
                (count, Locale::Es) => format!("Fallos seguidos: {count}."),
                (count, Locale::En) => format!("Failures in a row: {count}."),
            },
        ),
        (BreakerState::HalfOpen, None) => (
            Status::Retry,
            locale.t("Probando", "Trying"),
            locale.t("Una llamada está probando.", "One call is trying.").to_owned(),
        ),
        (_, Some(_)) => (
            Status::Blocked,
            locale.t("Abierto a mano", "Opened by hand"),
            locale
                .t("No se la llama hasta que alguien lo cierre.", "It is not called until somebody ends that.")
                .to_owned(),
        ),
        (BreakerState::Open, None) => {
            let at = breaker.probe_at.map(|at| moment(at, zone, locale)).unwrap_or_default();
            let text = format!("{} {at}", locale.t("No se la llama. Siguiente prueba:", "It is not called. Next try:"));
            (Status::Blocked, locale.t("En descanso", "Resting"), text)
        }
    }
}

/// The page.
pub(super) async fn system_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let locale = web.locale;
    let system: Outside = web.param_as("system")?;
    let mut tx = web.caas.db.read().await?;
    let overview = systems::overview(&web.caas, &mut tx, system).await?;
    let history = systems::history(&mut tx, system, SHOWN).await?;
    drop(tx);
    let title = system_name(system, locale);
    let held_to = if system.has_promised() {
        locale.t("Promete estar disponible el", "It promises to be available")
    } else {
        locale.t(
            "No promete nada; para cumplir lo nuestro tiene que estar disponible el",
            "It promises nothing; for what we promise it must be available",
        )
    };
    let lead = format!("{held_to} {}.", percent(system.promise(), locale));
    let pill = overview.breaker.as_ref().map(|breaker| {
        let (kind, word, _) = breaker_words(breaker, &web);
        view! { <StatusPill kind=kind word=word/> }.into_any()
    });
    let crumbs = vec![Crumb::new("/operaciones", locale.t("Operaciones", "Operations"))];
    let breaker = overview.breaker.as_ref().map(|breaker| breaker_section(&web, system, breaker, &history));
    let header = match pill {
        Some(pill) => view! {
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
        }
        .into_any(),
        None => view! { <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/> }
            .into_any(),
    };
    let body = view! {
        <div class="stack stack--l">
            {header}
            <section class="section dense" aria-labelledby="disponibilidad">
                <h2 id="disponibilidad">{locale.t("Disponibilidad", "Availability")}</h2>
                {availability(&overview, locale)}
                <p class="muted small">{locale.t(
                    "Cuenta cada llamada que hicimos. Mientras está en descanso no se la llama: ese tiempo no cuenta.",
                    "Each call that we made counts. While it rests it is not called: that time does not count.",
                )}</p>
            </section>
            <section class="section" aria-labelledby="cola">
                <h2 id="cola">{locale.t("Lo que espera detrás", "What waits behind it")}</h2>
                <div class="card"><KeyValueList facts=queue_facts(&web, &overview)/></div>
            </section>
            {breaker}
        </div>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn availability(overview: &Overview, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Últimos", "Last"),
        locale.t("Disponible", "Available"),
        locale.t("Promesa", "Promise"),
        locale.t("Llamadas", "Calls"),
        locale.t("Fallos", "Failures"),
        locale.t("Sin respuesta a tiempo", "Timed out"),
        locale.t("Media", "Mean"),
    ];
    let [last, available, promise, calls, failures, timeouts, mean] = heads;
    let spans = [
        locale.t("15 minutos", "15 minutes"),
        locale.t("60 minutos", "60 minutes"),
        locale.t("24 horas", "24 hours"),
        locale.t("30 días", "30 days"),
    ];
    let rows = spans
        .into_iter()
        .zip(overview.spans)
        .map(|(span, seen)| {
            let share = seen.availability();
            let verdict = match share {
                Some(share) if share >= overview.system.promise() => {
                    view! { <StatusPill kind=Status::Done word=locale.t("Cumplida", "Kept")/> }.into_any()
                }
                Some(_) => {
                    view! { <StatusPill kind=Status::Warning word=locale.t("Por debajo", "Below it")/> }.into_any()
                }
                None => "–".into_any(),
            };
            let share =
                share.map_or_else(|| locale.t("sin llamadas", "no calls").to_owned(), |share| percent(share, locale));
            let took = seen.mean_millis().map_or_else(|| "–".to_owned(), |millis| format!("{millis} ms"));
            view! {
                <tr>
                    <td data-label=last>{span}</td>
                    <td data-label=available class="num">{share}</td>
                    <td data-label=promise>{verdict}</td>
                    <td data-label=calls class="num">{seen.calls}</td>
                    <td data-label=failures class="num">{seen.failures}</td>
                    <td data-label=timeouts class="num">{seen.timeouts}</td>
                    <td data-label=mean class="num">{took}</td>
                </tr>
            }
        })
        .collect_view();
    let figures = [available, calls, failures, timeouts, mean];
    let heads = heads.map(|head| if figures.contains(&head) { format!("#{head}") } else { head.to_owned() });
    let caption = locale.t("Disponibilidad por tiempo", "Availability by time");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{rows}</DataTable> }.into_any()
}

fn queue_facts(web: &WebContext, overview: &Overview) -> Vec<Fact> {
    let locale = web.locale;
    let queue = overview.queue;
    let shared = matches!(
        overview.system,
        Outside::RegistrationEs | Outside::RegistrationFr | Outside::RegistrationDe | Outside::RegistrationGb
    );
    let waiting = if shared {
        locale.t("Tareas que esperan a estos organismos", "Work that waits for these bodies")
    } else {
        locale.t("Tareas que esperan", "Work that waits")
    };
    let mut facts = vec![Fact::text(waiting, queue.waiting.to_string())];
    if let Some(oldest) = queue.oldest {
        facts.push(Fact::text(locale.t("La más antigua existe desde", "The oldest exists since"), age(web, oldest)));
    }
    if queue.dead > 0 {
        let text = match locale {
            Locale::Es => format!("{} (ver en Operaciones)", queue.dead),
            Locale::En => format!("{} (see Operations)", queue.dead),
        };
        let link = view! { <a href="/operaciones#tareas">{text}</a> }.into_any();
        facts.push(Fact::view(locale.t("Abandonadas", "Given up"), link));
    }
    facts
}

fn breaker_section(web: &WebContext, system: Outside, breaker: &Standing, history: &[Change]) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let (_, word, text) = breaker_words(breaker, web);
    let held = breaker.held_since.and(history.first()).map(|change| {
        let who = change.decided_by.clone().unwrap_or_default();
        let why = change.reason.clone().unwrap_or_default();
        let at = moment(change.at, zone, locale);
        let title = match locale {
            Locale::Es => format!("{who} lo abrió a mano, {at}"),
            Locale::En => format!("{who} opened it by hand, {at}"),
        };
        view! { <Notice tone=Tone::Waiting title=title>{why}</Notice> }
    });
    let mut facts = vec![Fact::text(locale.t("Estado", "State"), format!("{word}. {text}"))];
    if let Some(since) = breaker.opened_at {
        facts.push(Fact::text(locale.t("Abierto desde", "Open since"), moment(since, zone, locale)));
    }
    let rest = web.caas.policies.breaker.rest.num_seconds();
    let threshold = web.caas.policies.breaker.threshold;
    let rule = match locale {
        Locale::Es => format!(
            "Se abre solo tras {threshold} fallos seguidos; a los {rest}\u{a0}s una llamada prueba, y si tiene respuesta se cierra."
        ),
        Locale::En => format!(
            "It opens by itself after {threshold} failures in a row; after {rest} s one call tries, and an answer closes it."
        ),
    };
    view! {
        <section class="section stack" aria-labelledby="interruptor">
            <h2 id="interruptor">{locale.t("Interruptor", "Circuit breaker")}</h2>
            <p class="muted">{rule}</p>
            {held}
            <div class="card"><KeyValueList facts=facts/></div>
            {by_hand_forms(web, system, breaker)}
        </section>
        <section class="section dense" aria-labelledby="historia">
            <h2 id="historia">{locale.t("Cuándo se abrió y se cerró", "When it opened and closed")}</h2>
            {history_table(history, zone, locale)}
        </section>
    }
    .into_any()
}

/// What opening it does to people.
fn effect_words(system: Outside, locale: Locale) -> &'static str {
    match system {
        Outside::Iot => locale.t(
            "No se manda nada a ningún coche. Los pedidos se aceptan y esperan en cola sin gastar intentos; el cliente lee «retrasado». Lo que lleve 24 horas sin entregar pasa a soporte.",
            "Nothing is sent to any car. Orders are taken and wait in a queue without using up tries; the customer reads “delayed”. What is not delivered within 24 hours goes to support.",
        ),
        Outside::Payments => locale.t(
            "No se retiene, cobra ni devuelve nada. Los pedidos esperan su retención y nada se pierde; no se cobra dos veces.",
            "Nothing is held, charged or given back. Orders wait for their hold and nothing is lost; nothing is charged twice.",
        ),
        Outside::Factory => locale.t(
            "No se pide ningún coche. Las ventas se guardan y esperan en cola; el concesionario lo ve.",
            "No car is ordered. Sales are saved and wait in a queue; the dealership sees it.",
        ),
        Outside::Transport => locale.t(
            "No se pide ningún transporte. Las entregas a domicilio esperan; a quien lleve un día esperando se le ofrece recoger el coche en el concesionario.",
            "No transport is asked for. Deliveries to the door wait; whoever has waited for a day is offered to pick the car up at the dealership.",
        ),
        _ => locale.t(
            "No se pregunta por el mantenimiento. Los servicios críticos para la seguridad se rechazan por ahora; los demás se venden con un aviso que el cliente acepta.",
            "Maintenance is not asked about. Safety-critical services are refused for now; others are sold with a warning that the customer accepts.",
        ),
    }
}

fn by_hand_forms(web: &WebContext, system: Outside, breaker: &Standing) -> AnyView {
    let locale = web.locale;
    let form = web.form(BY_HAND);
    let problem = form.problem::<HandRefusal>("reason").map(|why| refusal_words(why, locale)).unwrap_or_default();
    let is_so = form.problem::<HandRefusal>("").map(|why| {
        view! { <Notice tone=Tone::Waiting>{refusal_words(why, locale)}</Notice> }
    });
    let came_back = form.errors.contains_key("reason");
    let field = |way: &'static str| {
        let is_this = came_back && form.value("way") == way;
        let (typed, problem) = if is_this { (form.value("reason"), problem) } else { (String::new(), "") };
        view! {
            <TextArea label=locale.t("Por qué", "Why") name="reason" id=format!("reason-{way}") required=true
                maxlength=LONGEST_REASON as u32 value=typed error=problem
                help=locale.t("Queda en el registro con tu nombre.", "It stays on record with your name.")/>
        }
        .into_any()
    };
    let open = (breaker.held_since.is_none()).then(|| {
        let (is_this, reason) = (came_back && form.value("way") == "open", field("open"));
        view! {
            <ConfirmBox opener=locale.t("Abrir a mano", "Open by hand") danger=true open=is_this
                title=locale.t("¿Dejar de llamar a este sistema?", "Stop calling this system?")>
                <p>{effect_words(system, locale)}</p>
                <p>{locale.t("No se cierra solo: sigue abierto hasta que alguien lo cierre aquí.", "It does not close by itself: it stays open until somebody closes it here.")}</p>
                <form class="form" method="post" action="/api/operaciones/sistemas/abrir">
                    <input type="hidden" name="system" value=system.as_str()/>
                    {reason}
                    <div class="form__actions"><Button kind=ButtonKind::Danger>{locale.t("Sí, dejar de llamarlo", "Yes, stop calling it")}</Button></div>
                </form>
            </ConfirmBox>
        }
    });
    let close = (breaker.state != BreakerState::Closed).then(|| {
        let (is_this, reason) = (came_back && form.value("way") == "close", field("close"));
        view! {
            <ConfirmBox opener=locale.t("Cerrar a mano", "Close by hand") open=is_this
                title=locale.t("¿Volver a llamarlo ya?", "Call it again now?")>
                <p>{locale.t(
                    "Las llamadas pasan enseguida y lo que esperaba sigue poco a poco, por orden de llegada. Si vuelve a fallar, se abre solo otra vez.",
                    "Calls go through at once and what waited goes on bit by bit, first come, first served. If it fails again, it opens by itself again.",
                )}</p>
                <form class="form" method="post" action="/api/operaciones/sistemas/cerrar">
                    <input type="hidden" name="system" value=system.as_str()/>
                    {reason}
                    <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Sí, volver a llamarlo", "Yes, call it again")}</Button></div>
                </form>
            </ConfirmBox>
        }
    });
    view! { {is_so}<div class="cluster">{close}{open}</div> }.into_any()
}

fn refusal_words(why: HandRefusal, locale: Locale) -> &'static str {
    match why {
        HandRefusal::NoReason => {
            locale.t("Escribe por qué: quien lo vea después lo necesita.", "Write why: whoever sees it later needs it.")
        }
        HandRefusal::ReasonTooLong => locale.t("Acórtalo a 500 caracteres.", "Shorten it to 500 characters."),
        HandRefusal::IsSo => locale.t(
            "Ya estaba así: alguien ha sido más rápido. No se ha hecho nada.",
            "It was so already: somebody was quicker. Nothing was done.",
        ),
        HandRefusal::NoBreaker => locale.t("Este sistema no tiene interruptor.", "This system has no breaker."),
    }
}

fn state_word(state: BreakerState, locale: Locale) -> &'static str {
    match state {
        BreakerState::Closed => locale.t("pasan las llamadas", "calls go through"),
        BreakerState::Open => locale.t("en descanso", "resting"),
        BreakerState::HalfOpen => locale.t("probando", "trying"),
    }
}

fn history_table(history: &[Change], zone: &str, locale: Locale) -> AnyView {
    if history.is_empty() {
        let text = locale.t("Nunca se ha abierto.", "It has never opened.");
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Cambio", "Change"),
        locale.t("Quién", "Who"),
        locale.t("Por qué", "Why"),
    ];
    let [when, what, who, why] = heads;
    let rows = history
        .iter()
        .map(|change| {
            let after = state_word(change.after_state, locale);
            let step = format!("{} → {after}", state_word(change.before_state, locale));
            let by = change.decided_by.clone().unwrap_or_else(|| locale.t("solo", "by itself").to_owned());
            let reason = change.reason.clone().unwrap_or_else(|| {
                match change.after_state {
                    BreakerState::Closed => locale.t("tuvo respuesta", "it was answered"),
                    _ => locale.t("fallos seguidos", "failures in a row"),
                }
                .to_owned()
            });
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(change.at)>{moment(change.at, zone, locale)}</time></td>
                    <td data-label=what>{step}</td>
                    <td data-label=who>{by}</td>
                    <td data-label=why>{reason}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Cambios, los más recientes primero", "Changes, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

fn end(
    outcome: Result<(), HandRefusal>,
    system: Outside,
    way: &str,
    typed: &str,
    done: Message,
) -> Result<Goto, Refusal> {
    let there = system_href(system);
    let form = FormState::new(BY_HAND).with("way", way).with("reason", typed);
    match outcome {
        Ok(()) => Ok(Goto::to(there).toast(done)),
        Err(HandRefusal::NoBreaker) => Err(Refusal::NotFound),
        Err(why @ HandRefusal::IsSo) => Ok(Goto::back(there, form.wrong("", why))),
        Err(why) => Ok(Goto::back(there, form.wrong("reason", why))),
    }
}

/// Gives an outside system a rest until somebody ends it.
#[server(endpoint = "operaciones/sistemas/abrir")]
pub async fn open_system(
    #[server(default)] system: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Operations])?.id;
        let system: Outside = system.parse().map_err(|_| Refusal::NotFound)?;
        let outcome = by_hand::open(&web.caas, by, system, &reason).await?;
        end(outcome, system, "open", &reason, Message::SystemOpened)
    })
    .await
}

/// Lets calls to an outside system through again.
#[server(endpoint = "operaciones/sistemas/cerrar")]
pub async fn close_system(
    #[server(default)] system: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Operations])?.id;
        let system: Outside = system.parse().map_err(|_| Refusal::NotFound)?;
        let outcome = by_hand::close(&web.caas, by, system, &reason).await?;
        end(outcome, system, "close", &reason, Message::SystemClosed)
    })
    .await
}
