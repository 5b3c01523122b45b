//! `/operaciones/alertas`: every rule with its value against its limit, and what fired; one rule with its causes, its
//! history, what to do, and what people say of it.

use super::age;
use super::systems::{system_href, system_name};
use crate::ui::{
    Button, ButtonKind, Choice, ConfirmBox, Crumb, DataTable, EmptyState, Fact, KeyValueList, LinkButton, Notice,
    PageHeader, SelectField, Status, StatusPill, TextArea, Tone,
};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use caas::watch::alerts::model::{AlertState, Limit, Rule};
use caas::watch::alerts::people::{self, AlertRefusal, LONGEST_NOTE, SILENCES};
use caas::watch::alerts::store::{self, Alert, AlertStep, Cause, RuleRow, StepRow};
use caas::watch::alerts::texts;
use chrono::TimeDelta;
use leptos::prelude::*;
use uuid::Uuid;

/// Alerts and steps that are shown.
const SHOWN: i64 = 30;

/// The forms' names in what comes back with them.
const ACKNOWLEDGE: &str = "atender";
const SILENCE: &str = "silenciar";

fn href(rule: Rule) -> String {
    format!("/operaciones/alertas/{rule}")
}

fn state_words(state: AlertState, locale: Locale) -> (Status, &'static str) {
    match state {
        AlertState::Ok => (Status::Done, locale.t("En orden", "In order")),
        AlertState::Pending => (Status::Waiting, locale.t("A punto", "About to fire")),
        AlertState::Firing => (Status::Failed, locale.t("Disparada", "Firing")),
        AlertState::Resolved => (Status::Ended, locale.t("Resuelta", "Resolved")),
    }
}

/// The page with all of them.
pub(super) async fn alerts_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let rows = store::rules(&mut tx).await?;
    let fired = store::alerts(&mut tx, None, SHOWN).await?;
    drop(tx);
    let title = locale.t("Alertas", "Alerts");
    let lead = locale.t(
        "Cada regla se mide cada minuto. Se dispara cuando lleva un rato rota con muestra suficiente, y avisa a su equipo.",
        "Each rule is measured every minute. It fires when it has been broken for a while with a large enough sample, and tells its team.",
    );
    let crumbs = vec![Crumb::new("/operaciones", locale.t("Operaciones", "Operations"))];
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            <section class="section dense" aria-labelledby="ahora">
                <h2 id="ahora">{locale.t("Ahora", "Now")}</h2>
                {rules_table(&rows, &web)}
            </section>
            <section class="section dense" aria-labelledby="disparadas">
                <h2 id="disparadas">{locale.t("Las que se dispararon", "Those that fired")}</h2>
                {fired_table(&fired, true, &web)}
            </section>
        </div>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

/// What fires first, then what is about to; the rest in the order of the rulebook.
fn rules_table(rows: &[RuleRow], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let heads = [
        locale.t("Regla", "Rule"),
        locale.t("Estado", "State"),
        locale.t("Valor", "Value"),
        locale.t("Límite", "Limit"),
        locale.t("Muestra (mínima)", "Sample (least)"),
        locale.t("En", "Within"),
        locale.t("Gravedad", "Severity"),
        locale.t("Equipo", "Team"),
    ];
    let [rule_head, state_head, value_head, limit_head, sample_head, window_head, severity_head, team_head] = heads;
    let urgency = |rule: &Rule| match rows.iter().find(|row| row.rule == *rule).map(|row| row.state) {
        Some(AlertState::Firing) => 0,
        Some(AlertState::Pending) => 1,
        _ => 2,
    };
    let mut rules = Rule::ALL.to_vec();
    rules.sort_by_key(urgency);
    let lines = rules
        .into_iter()
        .map(|rule| {
            let row = rows.iter().find(|row| row.rule == rule);
            let (kind, word) =
                row.map_or((Status::Info, locale.t("Sin medir", "Not measured")), |row| state_words(row.state, locale));
            let silent = row.filter(|row| row.is_silent(web.caas.now())).map(|_| {
                view! { " "<StatusPill kind=Status::Info word=locale.t("En silencio", "Silenced")/> }
            });
            let (value, sample) = row.map_or(("–".to_owned(), "–".to_owned()), |row| {
                (texts::value(rule, row.measure(), locale), format!("{} ({})", row.whole, rule.minimum()))
            });
            view! {
                <tr>
                    <td data-label=rule_head><a href=href(rule)>{texts::name(rule, locale)}</a></td>
                    <td data-label=state_head><StatusPill kind=kind word=word/>{silent}</td>
                    <td data-label=value_head class="num">{value}</td>
                    <td data-label=limit_head class="num nowrap">{texts::limit(rule, locale)}</td>
                    <td data-label=sample_head class="num">{sample}</td>
                    <td data-label=window_head class="nowrap">{texts::span(rule.window(), locale)}</td>
                    <td data-label=severity_head>{texts::severity(rule.severity(), locale)}</td>
                    <td data-label=team_head>{texts::teams(rule, locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Reglas y su valor de ahora", "Rules and their value now");
    let figures = [value_head, limit_head, sample_head];
    let heads = heads.map(|head| if figures.contains(&head) { format!("#{head}") } else { head.to_owned() });
    view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{lines}</DataTable> }.into_any()
}

fn fired_table(fired: &[Alert], with_rule: bool, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    if fired.is_empty() {
        return view! {
            <EmptyState title=locale.t("Nunca se ha disparado nada", "Nothing has ever fired")>
                <p>{locale.t("Lo que se dispare quedará aquí con sus causas.", "What fires will stay here with its causes.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Regla", "Rule"),
        locale.t("Valor", "Value"),
        locale.t("Atendida", "Acknowledged"),
        locale.t("Resuelta", "Resolved"),
    ];
    let [when, rule_head, value_head, acknowledged, resolved] = heads;
    let rows = fired
        .iter()
        .map(|alert| {
            let who = alert.acknowledged_by.clone().unwrap_or_else(|| locale.t("nadie", "nobody").to_owned());
            let over = alert.resolved_at.map_or_else(
                || locale.t("sigue", "goes on").to_owned(),
                |at| format!("{} ({})", moment(at, zone, locale), texts::span(at - alert.fired_at, locale)),
            );
            let rule = with_rule.then(|| {
                view! { <td data-label=rule_head><a href=href(alert.rule)>{texts::name(alert.rule, locale)}</a></td> }
            });
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(alert.fired_at)>{moment(alert.fired_at, zone, locale)}</time></td>
                    {rule}
                    <td data-label=value_head class="num">{texts::value(alert.rule, alert.measure(), locale)}</td>
                    <td data-label=acknowledged>{who}</td>
                    <td data-label=resolved>{over}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Alertas, las más recientes primero", "Alerts, the most recent first");
    let heads: Vec<String> = heads
        .into_iter()
        .filter(|head| with_rule || *head != rule_head)
        .map(|head| if head == value_head { format!("#{head}") } else { head.to_owned() })
        .collect();
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// The page of one rule.
pub(super) async fn alert_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Operations])?;
    let locale = web.locale;
    let rule: Rule = web.param_as("rule")?;
    let mut tx = web.caas.db.read().await?;
    let row = store::rule(&mut tx, rule).await?;
    let fired = store::alerts(&mut tx, Some(rule), SHOWN).await?;
    let history = store::history(&mut tx, rule, SHOWN).await?;
    drop(tx);
    let title = texts::name(rule, locale);
    let (kind, word) = row
        .as_ref()
        .map_or((Status::Info, locale.t("Sin medir", "Not measured")), |row| state_words(row.state, locale));
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    let crumbs = vec![
        Crumb::new("/operaciones", locale.t("Operaciones", "Operations")),
        Crumb::new("/operaciones/alertas", locale.t("Alertas", "Alerts")),
    ];
    let firing = row.as_ref().is_some_and(|row| row.state == AlertState::Firing);
    let latest = fired.first().map(|alert| latest(alert, firing, &web));
    let steps = texts::runbook(rule, locale).map(|step| view! { <li>{step}</li> }).collect_view();
    let links = links(rule, locale);
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=texts::meaning(rule, locale) crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
            <div class="card"><KeyValueList facts=facts(rule, row.as_ref(), &web)/></div>
            {latest}
            <section class="section" aria-labelledby="guia">
                <h2 id="guia">{locale.t("Qué hacer", "What to do")}</h2>
                <ol>{steps}</ol>
                <div class="cluster">{links}</div>
            </section>
            {silence_section(rule, row.as_ref(), &web)}
            <section class="section dense" aria-labelledby="veces">
                <h2 id="veces">{locale.t("Veces que se disparó", "Times that it fired")}</h2>
                {fired_table(&fired, false, &web)}
            </section>
            <section class="section dense" aria-labelledby="historia">
                <h2 id="historia">{locale.t("Historia", "History")}</h2>
                {history_table(rule, &history, &web)}
            </section>
        </div>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn facts(rule: Rule, row: Option<&RuleRow>, web: &WebContext) -> Vec<Fact> {
    let locale = web.locale;
    let limit = match (rule.limit(), locale) {
        (Limit::Above(..), Locale::Es) => "se rompe por encima; justo en el límite se permite",
        (Limit::Above(..), Locale::En) => "broken above it; exactly on it is allowed",
        (Limit::Below(..), Locale::Es) => "se rompe por debajo; justo en el límite se permite",
        (Limit::Below(..), Locale::En) => "broken below it; exactly on it is allowed",
    };
    let mut facts = Vec::new();
    if let Some(row) = row {
        facts.push(Fact::text(locale.t("Valor", "Value"), texts::value(rule, row.measure(), locale)));
        let sample = if row.whole < rule.minimum() {
            format!("{} {}", row.whole, locale.t("(demasiado pequeña para juzgar)", "(too small to judge)"))
        } else {
            row.whole.to_string()
        };
        facts.push(Fact::text(locale.t("Muestra", "Sample"), sample));
        facts.push(Fact::text(locale.t("Medida", "Measured"), age(web, row.evaluated_at)));
        facts.push(Fact::text(locale.t("En este estado", "In this state"), age(web, row.since)));
    }
    let patience = texts::span(rule.patience(), locale);
    let mails = caas::watch::alerts::addresses(&web.caas, rule).len();
    let told = match (mails, locale) {
        (0, Locale::Es) => "solo por esta página: su equipo no tiene correo configurado".to_owned(),
        (0, Locale::En) => "by this page alone: the team has no mail address set".to_owned(),
        (count, Locale::Es) => format!("por correo, a {count} direcciones"),
        (count, Locale::En) => format!("by mail, to {count} addresses"),
    };
    facts.extend([
        Fact::text(locale.t("Límite", "Limit"), format!("{} ({limit})", texts::limit(rule, locale))),
        Fact::text(locale.t("Ventana", "Window"), texts::span(rule.window(), locale)),
        Fact::text(locale.t("Muestra mínima", "Least sample"), rule.minimum().to_string()),
        Fact::text(locale.t("Se dispara tras", "Fires after"), patience),
        Fact::text(locale.t("Gravedad", "Severity"), texts::severity(rule.severity(), locale)),
        Fact::text(locale.t("Equipo", "Team"), texts::teams(rule, locale)),
        Fact::text(locale.t("Se avisa", "Is told"), told),
    ]);
    facts
}

/// Where to look next.
fn links(rule: Rule, locale: Locale) -> AnyView {
    let system = rule.system().map(|system| {
        view! { <LinkButton href=system_href(system)>{system_name(system, locale)}</LinkButton> }
    });
    let failures = match rule {
        Rule::OtaFailures
        | Rule::Escalations
        | Rule::FirstAttemptSuccess
        | Rule::MeanAttempts
        | Rule::NeverSucceeding => Some("/operaciones/fallos?tipo=OTA_ACTIVATION_FAILED"),
        Rule::FinalPaymentFailures => Some("/operaciones/fallos?tipo=FINAL_PAYMENT_FAILED"),
        Rule::NotificationFailures => Some("/operaciones/fallos?tipo=NOTIFICATION_FAILED"),
        _ => None,
    };
    let failures = failures.map(|href| {
        view! { <LinkButton href=href>{locale.t("Registro de fallos", "Failure audit")}</LinkButton> }
    });
    let refunds = (rule == Rule::FailedAfterSettlement).then(|| {
        view! { <LinkButton href="/operaciones/reembolsos">{locale.t("Reembolsos", "Refunds")}</LinkButton> }
    });
    view! { {system}{failures}{refunds} }.into_any()
}

/// The alert that fires, or the last one: its causes, and who works on it.
fn latest(alert: &Alert, firing: bool, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let (at, value) = (moment(alert.fired_at, zone, locale), texts::value(alert.rule, alert.measure(), locale));
    let title = match (firing, locale) {
        (true, Locale::Es) => format!("Disparada desde {at} con {value} de {}", alert.whole),
        (true, Locale::En) => format!("Firing since {at} with {value} of {}", alert.whole),
        (false, Locale::Es) => format!("La última vez: {at}, con {value} de {}", alert.whole),
        (false, Locale::En) => format!("The last time: {at}, with {value} of {}", alert.whole),
    };
    let by = alert.acknowledged_at.map(|at| {
        let who = alert.acknowledged_by.clone().unwrap_or_default();
        let at = moment(at, zone, locale);
        match locale {
            Locale::Es => format!("La atiende {who} desde {at}."),
            Locale::En => format!("{who} has been working on it since {at}."),
        }
    });
    let words = alert.note.clone();
    let tone = if firing { Tone::Problem } else { Tone::Neutral };
    let text = by.clone().unwrap_or_else(|| {
        locale.t("Nadie ha dicho que la atiende.", "Nobody has said that they work on it.").to_owned()
    });
    let form = (firing && by.is_none()).then(|| acknowledge_form(alert, web));
    view! {
        <section class="section stack dense" aria-labelledby="ultima">
            <h2 id="ultima">{locale.t("Qué la causó", "What caused it")}</h2>
            <Notice tone=tone title=title>{text}{words.map(|words| view! { <p>{words}</p> })}</Notice>
            {form}
            {causes_table(alert.rule, &alert.causes.0, zone, locale)}
        </section>
    }
    .into_any()
}

fn acknowledge_form(alert: &Alert, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let form = web.form(ACKNOWLEDGE);
    let problem = form.problem::<AlertRefusal>("note").map(|why| refusal_words(why, locale)).unwrap_or_default();
    let (is_back, typed) = (form.has_errors(), form.value("note"));
    let (id, rule) = (alert.id.to_string(), alert.rule.as_str());
    view! {
        <ConfirmBox opener=locale.t("Atenderla", "Acknowledge") open=is_back title=locale.t("Decir que la atiendes", "Say that you work on it")>
            <p>{locale.t("Sigue disparada hasta que la regla se cumpla; los demás ven que estás en ello.", "It goes on firing until the rule holds; others see that you are at it.")}</p>
            <form class="form" method="post" action="/api/operaciones/alertas/atender">
                <input type="hidden" name="rule" value=rule/>
                <input type="hidden" name="alert" value=id/>
                <TextArea label=locale.t("Qué haces", "What you are doing") name="note" maxlength=LONGEST_NOTE as u32 value=typed error=problem
                    optional_word=locale.t("(opcional)", "(optional)")/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("La atiendo yo", "I work on it")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn causes_table(rule: Rule, causes: &[Cause], zone: &str, locale: Locale) -> AnyView {
    if causes.is_empty() {
        let text =
            locale.t("No quedó ningún suceso suelto: es una media.", "No single event was kept: it is an average.");
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Qué", "What"),
        locale.t("Cuántos", "How many"),
        locale.t("Referencia", "Reference"),
    ];
    let [when, what, count, reference] = heads;
    let rows = causes
        .iter()
        .map(|cause| {
            let (number, words) = (cause_count(cause, locale), cause_words(rule, &cause.code, locale));
            let subject = cause.subject.map(|id| id.to_string()).unwrap_or_default();
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(cause.at)>{moment(cause.at, zone, locale)}</time></td>
                    <td data-label=what>{words}</td>
                    <td data-label=count>{number}</td>
                    <td data-label=reference class="code small">{subject}</td>
                </tr>
            }
        })
        .collect_view();
    let caption =
        locale.t("Sucesos que la causaron, los más recientes primero", "Events that caused it, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

fn cause_words(rule: Rule, code: &str, locale: Locale) -> String {
    match (rule, code) {
        (_, "TIMED_OUT") => locale.t("Llamadas sin respuesta a tiempo", "Calls without an answer in time").to_owned(),
        (_, "FAILED") => locale.t("Llamadas fallidas", "Calls that failed").to_owned(),
        (_, "DELIVERED") => locale.t("Entregada tras varios intentos", "Delivered after several attempts").to_owned(),
        (_, "NOT_DELIVERED") => {
            locale.t("Devuelto: cobrado y no entregado", "Refunded: charged and not delivered").to_owned()
        }
        (Rule::NotificationFailures, channel) => channel.to_owned(),
        (_, code) => reason_in_words(code, locale).to_owned(),
    }
}

fn cause_count(cause: &Cause, locale: Locale) -> String {
    match (cause.of, cause.count, locale) {
        (0, 1, Locale::Es) => "1 intento".to_owned(),
        (0, 1, Locale::En) => "1 attempt".to_owned(),
        (0, count, Locale::Es) => format!("{count} intentos"),
        (0, count, Locale::En) => format!("{count} attempts"),
        (of, count, Locale::Es) => format!("{count} de {of} llamadas"),
        (of, count, Locale::En) => format!("{count} of {of} calls"),
    }
}

fn silence_section(rule: Rule, row: Option<&RuleRow>, web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let row = row?;
    let inner = match row.silenced_until.filter(|_| row.is_silent(web.caas.now())) {
        Some(until) => {
            let until = moment(until, zone, locale);
            let why = row.silence_reason.clone().unwrap_or_default();
            let title = match locale {
                Locale::Es => format!("Sin correos hasta {until}"),
                Locale::En => format!("No mails until {until}"),
            };
            view! {
                <Notice tone=Tone::Waiting title=title>{why}</Notice>
                <form method="post" action="/api/operaciones/alertas/hablar">
                    <input type="hidden" name="rule" value=rule.as_str()/>
                    <Button>{locale.t("Volver a enviar correos", "Send mails again")}</Button>
                </form>
            }
            .into_any()
        }
        None => silence_form(rule, web),
    };
    Some(
        view! {
            <section class="section stack" aria-labelledby="silencio">
                <h2 id="silencio">{locale.t("Silencio", "Silence")}</h2>
                {inner}
            </section>
        }
        .into_any(),
    )
}

fn silence_form(rule: Rule, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let form = web.form(SILENCE);
    let wrong =
        |field: &str| form.problem::<AlertRefusal>(field).map(|why| refusal_words(why, locale)).unwrap_or_default();
    let (reason_wrong, time_wrong, is_back) = (wrong("reason"), wrong("hours"), form.has_errors());
    let (typed, hours) = (form.value("reason"), form.value("hours"));
    let choices =
        SILENCES.map(|hours| Choice::new(hours.to_string(), texts::span(TimeDelta::hours(hours), locale))).to_vec();
    view! {
        <ConfirmBox opener=locale.t("Silenciar", "Silence") open=is_back title=locale.t("Sin correos durante un tiempo", "No mails for some time")>
            <p>{locale.t("Se sigue midiendo y esta página lo muestra; solo no se envían correos.", "It is measured all the same and this page shows it; only no mails are sent.")}</p>
            <form class="form" method="post" action="/api/operaciones/alertas/silenciar">
                <input type="hidden" name="rule" value=rule.as_str()/>
                <SelectField label=locale.t("Cuánto tiempo", "How long") name="hours" choices=choices value=hours error=time_wrong/>
                <TextArea label=locale.t("Por qué", "Why") name="reason" required=true maxlength=LONGEST_NOTE as u32 value=typed error=reason_wrong
                    help=locale.t("Queda en el registro con tu nombre.", "It stays on record with your name.")/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Silenciar", "Silence")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn step_words(step: AlertStep, locale: Locale) -> &'static str {
    match step {
        AlertStep::Pending => locale.t("Se rompió", "It broke"),
        AlertStep::Firing => locale.t("Se disparó", "It fired"),
        AlertStep::CalmedDown => locale.t("Se calmó antes de dispararse", "It calmed down before it fired"),
        AlertStep::Resolved => locale.t("Se resolvió", "It was resolved"),
        AlertStep::Acknowledged => locale.t("Alguien la atiende", "Somebody works on it"),
        AlertStep::Silenced => locale.t("Silenciada", "Silenced"),
        AlertStep::Unsilenced => locale.t("Con correos otra vez", "With mails again"),
    }
}

fn history_table(rule: Rule, history: &[StepRow], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    if history.is_empty() {
        let text = locale.t("Siempre ha estado en orden.", "It has always been in order.");
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Paso", "Step"),
        locale.t("Valor", "Value"),
        locale.t("Quién", "Who"),
        locale.t("Palabras", "Words"),
    ];
    let [when, what, value_head, who, words] = heads;
    let rows = history
        .iter()
        .map(|step| {
            let measure = caas::watch::alerts::model::Measure { part: step.part, whole: step.whole };
            let by = step.decided_by.clone().unwrap_or_else(|| locale.t("solo", "by itself").to_owned());
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(step.at)>{moment(step.at, zone, locale)}</time></td>
                    <td data-label=what>{step_words(step.step, locale)}</td>
                    <td data-label=value_head class="num">{texts::value(rule, measure, locale)}</td>
                    <td data-label=who>{by}</td>
                    <td data-label=words>{step.note.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Pasos, los más recientes primero", "Steps, the most recent first");
    let heads = heads.map(|head| if head == value_head { format!("#{head}") } else { head.to_owned() });
    view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{rows}</DataTable> }.into_any()
}

fn refusal_words(why: AlertRefusal, locale: Locale) -> &'static str {
    match why {
        AlertRefusal::NoReason => {
            locale.t("Escribe por qué: quien lo vea después lo necesita.", "Write why: whoever sees it later needs it.")
        }
        AlertRefusal::TooLong => locale.t("Acórtalo a 500 caracteres.", "Shorten it to 500 characters."),
        AlertRefusal::NoTime => locale.t("Elige cuánto tiempo.", "Choose how long."),
        AlertRefusal::IsOver | AlertRefusal::IsSo => {
            locale.t("Ha cambiado entretanto. No se ha hecho nada.", "It has changed meanwhile. Nothing was done.")
        }
    }
}

fn end(outcome: Result<(), AlertRefusal>, rule: Rule, done: Message, form: FormState) -> Result<Goto, Refusal> {
    let there = href(rule);
    match outcome {
        Ok(()) => Ok(Goto::to(there).toast(done)),
        Err(AlertRefusal::IsOver | AlertRefusal::IsSo) => Ok(Goto::to(there).toast(Message::Overtaken)),
        Err(why @ AlertRefusal::NoTime) => Ok(Goto::back(there, form.wrong("hours", why))),
        Err(why) => {
            let field = if form.name == ACKNOWLEDGE { "note" } else { "reason" };
            Ok(Goto::back(there, form.wrong(field, why)))
        }
    }
}

fn parse(rule: &str) -> Result<Rule, Refusal> {
    rule.parse().map_err(|_| Refusal::NotFound)
}

/// Says that somebody works on an alert.
#[server(endpoint = "operaciones/alertas/atender")]
pub async fn acknowledge_alert(
    #[server(default)] rule: String,
    #[server(default)] alert: String,
    #[server(default)] note: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Operations])?.id;
        let rule = parse(&rule)?;
        let alert: Uuid = alert.parse().map_err(|_| Refusal::NotFound)?;
        let outcome = people::acknowledge(&web.caas, by, rule, alert, &note).await?;
        end(outcome, rule, Message::Saved, FormState::new(ACKNOWLEDGE).with("note", &note))
    })
    .await
}

/// No mails about a rule for some hours.
#[server(endpoint = "operaciones/alertas/silenciar")]
pub async fn silence_alert(
    #[server(default)] rule: String,
    #[server(default)] hours: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Operations])?.id;
        let rule = parse(&rule)?;
        let outcome = people::silence(&web.caas, by, rule, hours.parse().unwrap_or(0), &reason).await?;
        end(outcome, rule, Message::Saved, FormState::new(SILENCE).with("hours", &hours).with("reason", &reason))
    })
    .await
}

/// Mails about a rule again.
#[server(endpoint = "operaciones/alertas/hablar")]
pub async fn unsilence_alert(#[server(default)] rule: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Operations])?.id;
        let rule = parse(&rule)?;
        let outcome = people::unsilence(&web.caas, by, rule).await?;
        end(outcome, rule, Message::Saved, FormState::new(SILENCE))
    })
    .await
}
