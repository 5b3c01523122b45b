//! `/sandbox/banco`: the books of the played bank, and what may still become of each payment.

use super::{page, words};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas_app::ui::{DataTable, EmptyState, StatusPill};
use caas_app::web::dates::{exact, moment};
use caas_app::web::{PageResult, WebContext};
use caas_sandbox::world::gateway::model::{Payment, SettlementState};
use caas_sandbox::{Amount, Sandbox};
use leptos::prelude::*;

/// The newest payments, as many as somebody looks through.
const SHOWN: usize = 100;

/// The page.
pub(super) async fn bank_page(web: WebContext, sandbox: Sandbox) -> PageResult {
    let locale = web.locale;
    let payments = sandbox.payments();
    let table = if payments.is_empty() {
        view! {
            <EmptyState title=locale.t("El banco no ha visto ningún pago", "The bank has seen no payment")>
                <p>{locale.t("Aparecerán cuando alguien compre un servicio.", "They will appear once somebody buys a service.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&payments, &web).into_any()
    };
    let lead = locale.t(
        "Lo que el banco tiene escrito. «Neto» es lo que de verdad se queda CaaS.",
        "What the bank has written down. “Net” is what CaaS really keeps.",
    );
    Ok(page(&web, locale.t("Banco simulado", "Played bank"), lead, table))
}

fn table(payments: &[Payment], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone);
    let [when, id, amount, state, arrived, net, further] = [
        locale.t("Cuándo", "When"),
        locale.t("Pago", "Payment"),
        locale.t("Importe", "Amount"),
        locale.t("Estado", "State"),
        locale.t("Dinero", "Money"),
        locale.t("Neto", "Net"),
        locale.t("Qué pasa después", "What comes of it"),
    ];
    let heads: Vec<String> =
        [when, id, &format!("#{amount}"), state, arrived, &format!("#{net}"), further].map(str::to_owned).to_vec();
    let rows = payments
        .iter()
        .rev()
        .take(SHOWN)
        .map(|payment| {
            let (status, word) = words::payment(payment, locale);
            let reason = payment.decline_reason.map(|reason| view! { <span class="code small">{words::code(&reason)}</span> });
            let kept = Amount::new(words::net(payment), payment.amount.currency);
            view! {
                <tr>
                    <td data-label=when><time datetime=exact(payment.created)>{moment(payment.created, zone, locale)}</time></td>
                    <td data-label=id class="code small">{payment.payment_id.clone()}</td>
                    <td data-label=amount class="num money">{money(payment.amount, locale)}</td>
                    <td data-label=state><span class="payment__state"><StatusPill kind=status word=word/>{reason}</span></td>
                    <td data-label=arrived>{words::settlement(payment, locale)}</td>
                    <td data-label=net class="num money"><strong>{money(kept, locale)}</strong></td>
                    <td data-label=further>{actions(payment, locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Pagos, los más recientes primero", "Payments, the most recent first");
    view! { <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable> }.into_any()
}

/// What may still become of captured money.
fn actions(payment: &Payment, locale: Locale) -> Option<AnyView> {
    let button = |action: &'static str, es: &'static str, en: &'static str| {
        view! { <button class="chip" name="accion" value=action>{locale.t(es, en)}</button> }
    };
    let buttons = match payment.settlement {
        SettlementState::Pending => {
            view! { {button("liquidar", "Que llegue ya", "Let it arrive")}{button("fallar", "Que no llegue", "Let it fail")} }.into_any()
        }
        SettlementState::Settled if !payment.charged_back => button("reclamar", "Reclamarlo", "Charge it back").into_any(),
        _ => return None,
    };
    let id = payment.payment_id.clone();
    Some(
        view! {
            <form method="post" action="/sandbox/banco/pago" class="chips">
                <input type="hidden" name="pago" value=id/>
                {buttons}
            </form>
        }
        .into_any(),
    )
}

fn money(amount: Amount, locale: Locale) -> String {
    let currency = match amount.currency {
        caas_sandbox::Currency::EUR => Currency::Eur,
        caas_sandbox::Currency::GBP => Currency::Gbp,
        caas_sandbox::Currency::USD => Currency::Usd,
    };
    Money::new(Cents(i64::try_from(amount.cents).unwrap_or(i64::MAX)), currency).display(locale)
}
