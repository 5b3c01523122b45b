//! `/operaciones/deudas/{id}`: one debt with its story, and what finance can decide about it.

use super::{DEBTS, crumbs, finance};
use crate::pages::expediente::states::Reader;
use crate::pages::subscriptions::{debt_state, invoice_paper, invoice_state, period_words};
use crate::ui::{
    ActivationTimeline, Button, ButtonKind, ConfirmBox, Crumb, DataTable, Fact, Icon, IconName, KeyValueList,
    PageHeader, StatusPill, TextArea, TimelineEntry, Tone,
};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Page, PageResult, Refusal, Section, WebContext};
use caas::expediente::repository::customer;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use caas::payments::model::PaymentState;
use caas::payments::repository::Payment;
use caas::subscriptions::desk::{self, DebtMoment};
use caas::subscriptions::model::{DebtRefusal, DebtState};
use caas::subscriptions::view::{self, DebtView};
use leptos::prelude::*;

/// The form's name in what comes back with it: handing it over.
pub(super) const HAND_OVER: &str = "cobro-externo";
/// And writing it off.
pub(super) const WRITE_OFF: &str = "condonar";

/// The page.
pub(super) async fn debt_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let view = view::debt(&mut tx, None, web.param_as("id")?).await?.ok_or(Refusal::NotFound)?;
    let owner = customer(&mut tx, view.debt.customer_id).await?.ok_or(Refusal::NotFound)?;
    let story = desk::story_of_debt(&mut tx, view.debt.id).await?;
    drop(tx);
    let amount = view.debt.amount().display(locale);
    let title = format!("{amount} · {}", owner.name);
    let (kind, word) = debt_state(view.debt.state, locale);
    let pill = view! { <StatusPill kind=kind word=word/> }.into_any();
    let mut crumbs = crumbs(&web);
    crumbs.push(Crumb::new(DEBTS, locale.t("Deudas", "Debts")));
    let mut facts = vec![
        Fact::text(locale.t("Cliente", "Customer"), format!("{}, {}", owner.name, owner.email)),
        Fact::text(locale.t("Suscripción", "Subscription"), view.subscription.service_names.0.get(locale).to_owned()),
        Fact::text(locale.t("Desde", "Since"), moment(view.debt.created_at, reader.zone, locale)),
    ];
    if let Some(car) = &view.vehicle {
        facts.push(Fact::text(locale.t("Coche", "Car"), car.label()));
    }
    if let Some(reason) = &view.debt.reason {
        facts.push(Fact::text(locale.t("Motivo de la condonación", "Why it was written off"), reason.clone()));
    }
    facts.push(Fact::code(locale.t("Referencia", "Reference"), view.debt.id.to_string()));
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
            <div class="card"><KeyValueList facts=facts/></div>
            <section class="section dense" aria-labelledby="facturas">
                <h2 id="facturas">{locale.t("De qué se compone", "What it is made of")}</h2>
                {invoices(&view, locale)}
            </section>
            {ways_out(&web, &view)}
            <section class="section" aria-labelledby="historia">
                <h2 id="historia">{locale.t("Historia", "Story")}</h2>
                {story_view(&view, &story, reader)}
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}

fn invoices(view: &DebtView, locale: Locale) -> AnyView {
    let [number, period, amount, state] = [
        locale.t("Factura", "Invoice"),
        locale.t("Días", "Days"),
        locale.t("Total", "Total"),
        locale.t("Estado", "State"),
    ];
    let rows = view
        .invoices
        .iter()
        .map(|invoice| {
            let (kind, word) = invoice_state(invoice.state, locale);
            view! {
                <tr>
                    <td data-label=number><a class="code" href=format!("/operaciones/facturas/{}", invoice.id)>{invoice.number.clone()}</a></td>
                    <td data-label=period>{period_words(invoice.period(), locale)}</td>
                    <td data-label=amount class="num money">{invoice.gross().display(locale)}</td>
                    <td data-label=state><StatusPill kind=kind word=word/></td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![number.to_owned(), period.to_owned(), format!("#{amount}"), state.to_owned()];
    let caption = locale.t("Facturas de esta deuda", "Invoices of this debt");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// What can be decided; nothing once it is paid or written off.
fn ways_out(web: &WebContext, view: &DebtView) -> Option<AnyView> {
    let locale = web.locale;
    if !view.debt.state.is_unpaid() {
        return None;
    }
    let id = view.debt.id.to_string();
    let hand_over = (view.debt.state == DebtState::Open).then(|| {
        let form = web.form(HAND_OVER);
        let (id, wrong) = (id.clone(), wrong(&form, "", locale));
        view! {
            <ConfirmBox opener=locale.t("Pasar a cobro externo", "Hand over for collection") open=form.has_errors()
                title=locale.t("¿Pasarla a quien la cobra?", "Hand it over to be collected?")>
                <p>{locale.t(
                    "El cliente puede seguir pagándola en línea; entonces sale sola de esta lista. Sus suscripciones nuevas siguen esperando.",
                    "The customer can still pay it online; then it leaves this list by itself. New subscriptions go on waiting.",
                )}</p>
                {wrong}
                <form method="post" action="/api/operaciones/deudas/cobro-externo">
                    <input type="hidden" name="id" value=id/>
                    <Button kind=ButtonKind::Primary>{locale.t("Sí, pasar a cobro externo", "Yes, hand over")}</Button>
                </form>
            </ConfirmBox>
        }
    });
    let form = web.form(WRITE_OFF);
    let amount = view.debt.amount().display(locale);
    let title = match locale {
        Locale::Es => format!("¿Condonar {amount}?"),
        Locale::En => format!("Write {amount} off?"),
    };
    let problem = form.problem::<DebtRefusal>("reason").map(|why| refusal_words(why, locale)).unwrap_or_default();
    let (is_back, typed, wrong) = (form.has_errors(), form.value("reason"), wrong(&form, "", locale));
    Some(
        view! {
            <section class="card stack" aria-labelledby="salidas">
                <h2 id="salidas" class="card__title">{locale.t("Salidas", "Ways out")}</h2>
                {hand_over}
                <ConfirmBox opener=locale.t("Condonar", "Write off") danger=true open=is_back title=title>
                    <p>{locale.t(
                        "CaaS asume el importe, el cliente deja de deberlo y puede volver a suscribirse. Queda en la auditoría con tu nombre. No se puede deshacer.",
                        "CaaS bears the amount, the customer owes nothing any more and can subscribe again. It stands in the audit log with your name. It can't be undone.",
                    )}</p>
                    {wrong}
                    <form class="form" method="post" action="/api/operaciones/deudas/condonar">
                        <input type="hidden" name="id" value=id/>
                        <TextArea label=locale.t("Por qué", "Why") name="reason" required=true value=typed error=problem/>
                        <div class="form__actions"><Button kind=ButtonKind::Danger>{locale.t("Sí, condonar la deuda", "Yes, write the debt off")}</Button></div>
                    </form>
                </ConfirmBox>
            </section>
        }
        .into_any(),
    )
}

fn wrong(form: &FormState, field: &str, locale: Locale) -> Option<AnyView> {
    let why = form.problem::<DebtRefusal>(field)?;
    let text = refusal_words(why, locale);
    Some(
        view! { <p class="field__error" role="alert"><Icon name=IconName::Warning/><span>{text}</span></p> }.into_any(),
    )
}

fn refusal_words(why: DebtRefusal, locale: Locale) -> &'static str {
    match why {
        DebtRefusal::NoReason => locale.t(
            "Escribe por qué se condona: queda en la auditoría.",
            "Write why it is written off: it stays in the audit log.",
        ),
        DebtRefusal::UnderWay => locale.t(
            "El cliente la está pagando en este momento. Espera a que su banco conteste.",
            "The customer is paying it at this moment. Wait for their bank's answer.",
        ),
        DebtRefusal::NotThen | DebtRefusal::NotFound => locale.t(
            "Ya no es posible: se pagó, se condonó o se pasó a cobro mientras mirabas.",
            "No longer possible: it was paid, written off or handed over while you looked.",
        ),
    }
}

/// What happened, oldest first: the entries of the debt and the tries to pay it.
fn story_view(view: &DebtView, story: &[DebtMoment], reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let mut moments: Vec<(caas::kernel::Timestamp, Tone, IconName, String, String)> = Vec::new();
    for entry in story {
        let (tone, icon, title) = step_words(entry.after.as_deref().and_then(|code| code.parse().ok()), locale);
        moments.push((entry.at, tone, icon, title, entry.actor_name.clone().unwrap_or_default()));
    }
    moments.extend(view.tries.iter().map(|payment| {
        let (tone, icon, title, text) = try_words(payment, locale);
        (payment.created_at, tone, icon, title, text)
    }));
    moments.sort_by_key(|(at, ..)| *at);
    let entries = moments
        .into_iter()
        .map(|(at, tone, icon, title, text)| {
            let (time, datetime) = (moment(at, reader.zone, locale), exact(at));
            view! { <TimelineEntry tone=tone icon=icon title=title time=time datetime=datetime text=text/> }
        })
        .collect_view();
    view! { <ActivationTimeline label=locale.t("Historia de la deuda", "Story of the debt")>{entries}</ActivationTimeline> }
        .into_any()
}

fn step_words(state: Option<DebtState>, locale: Locale) -> (Tone, IconName, String) {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    match state {
        Some(DebtState::Open) => (Tone::Problem, IconName::Warning, t("Quedó como deuda", "It became a debt")),
        Some(DebtState::InCollection) => {
            (Tone::Waiting, IconName::External, t("Pasó a cobro externo", "Handed over for collection"))
        }
        Some(DebtState::Paid) => (Tone::Done, IconName::Charged, t("El cliente la pagó", "The customer paid it")),
        Some(DebtState::WrittenOff) => (Tone::Neutral, IconName::Close, t("Condonada", "Written off")),
        Some(DebtState::Cancelled) => {
            (Tone::Neutral, IconName::Close, t("Anulada: el cliente desistió", "Cancelled: the customer withdrew"))
        }
        None => (Tone::Neutral, IconName::Info, t("Cambió", "It changed")),
    }
}

fn try_words(payment: &Payment, locale: Locale) -> (Tone, IconName, String, String) {
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let reason = payment.decline_reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
    match payment.state {
        PaymentState::Charged => {
            (Tone::Done, IconName::Charged, t("Cobrada en línea", "Charged online"), String::new())
        }
        PaymentState::Rejected => {
            (Tone::Problem, IconName::Failed, t("Intento rechazado", "A try was declined"), reason.to_owned())
        }
        state if state.is_over() => {
            (Tone::Neutral, IconName::Close, t("Un intento no llegó a hacerse", "A try was not made"), String::new())
        }
        _ => {
            (Tone::Waiting, IconName::Waiting, t("El cliente la está pagando", "The customer is paying"), String::new())
        }
    }
}

/// `/operaciones/facturas/{id}`: an invoice as the customer has it.
pub(super) async fn invoice_page(web: WebContext) -> PageResult {
    let user = finance(&web)?.clone();
    let mut tx = web.caas.db.read().await?;
    let view = view::invoice(&mut tx, None, web.param_as("id")?).await?.ok_or(Refusal::NotFound)?;
    drop(tx);
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let title = format!("{} {}", web.t("Factura", "Invoice"), view.invoice.number);
    let mut crumbs = crumbs(&web);
    if let Some(debt) = view.invoice.debt_id {
        crumbs.push(Crumb::new(format!("{DEBTS}/{debt}"), web.t("Deuda", "Debt")));
    }
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs crumbs_label=web.t("Estás en", "You are in")/>
        {invoice_paper(&view, reader, false)}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}
