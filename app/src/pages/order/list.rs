//! Orders among the customer's cars, and what they need.

use super::now::{Now, now};
use super::{papers, path_of, words};
use crate::pages::expediente::states::Reader;
use crate::ui::{ButtonKind, CarColour, CarDrawing, CarModel, LinkButton, Notice, Status, StatusPill, Tone};
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::kernel::when::calendar_day;
use caas::sales::journey::{self, OrderLine};
use leptos::prelude::*;

/// More orders under way are not looked into on pages about everything.
const MOST: usize = 5;

/// What the orders of a customer need: one sentence and one button each.
pub(in crate::pages) struct Needs(Vec<Now>);

/// Reads what a customer's orders under way need.
pub(in crate::pages) async fn needs(tx: &mut Tx, customer: UserId, reader: Reader<'_>) -> Result<Needs> {
    let mut needs = Vec::new();
    let open = journey::list(tx, customer).await?.into_iter().filter(|line| !line.order.status.is_over());
    for line in open.take(MOST) {
        let journey = journey::read(tx, line.order).await?;
        let missing = papers::missing(tx, &journey).await?;
        let now = now(&journey, missing, reader);
        // What only informs stands with the order itself.
        if now.action.is_some() && (now.tone == Tone::Waiting || missing > 0) {
            needs.push(now);
        }
    }
    Ok(Needs(needs))
}

impl Needs {
    /// Whether there is nothing.
    pub(in crate::pages) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as a notice with its button.
    pub(in crate::pages) fn notices(&self) -> AnyView {
        self.0.iter().map(|now| notice(now, ButtonKind::Secondary)).collect_view().into_any()
    }

    /// The one thing to do first, with the page's main button.
    pub(in crate::pages) fn first(&self) -> Option<AnyView> {
        self.0.first().map(|now| notice(now, ButtonKind::Primary))
    }
}

fn notice(now: &Now, kind: ButtonKind) -> AnyView {
    let action =
        now.action.clone().map(|link| view! { <LinkButton href=link.href kind=kind>{link.label}</LinkButton> });
    let text = now.text.clone();
    view! { <Notice tone=now.tone title=now.headline.clone() action=action.into_any()>{text}</Notice> }.into_any()
}

/// The orders under way, and the latest that ended without a car; nothing when there is none.
pub(in crate::pages) fn orders(lines: &[OrderLine], locale: Locale) -> Option<AnyView> {
    let shown: Vec<_> = lines
        .iter()
        .filter(|line| !line.order.status.is_over() || line.order.status.is_cancelled())
        .take(MOST)
        .collect();
    if shown.is_empty() {
        return None;
    }
    let cards = shown.into_iter().map(|line| card(line, locale)).collect_view();
    Some(
        view! {
            <section class="section" aria-labelledby="pedidos">
                <h2 id="pedidos">{locale.t("Coches pedidos", "Cars on order")}</h2>
                <ul class="orders">{cards}</ul>
            </section>
        }
        .into_any(),
    )
}

fn card(line: &OrderLine, locale: Locale) -> AnyView {
    let order = &line.order;
    let (status, word): (Status, _) = words::status(order.status, locale);
    let model = CarModel::from_name(line.body.as_deref().unwrap_or_default());
    let colour = CarColour::from_name(order.colour.as_deref().unwrap_or_default());
    let expected = order.estimated_date.as_deref().filter(|_| !order.status.is_over()).and_then(|day| day.parse().ok());
    let expected = expected.filter(|_| order.final_payment_due_at.is_none()).map(|day| {
        let words =
            format!("{} {}", locale.t("Terminado, previsto:", "Finished, expected:"), calendar_day(day, locale));
        view! { <p class="muted small">{words}</p> }
    });
    let name = line.model_name.clone().unwrap_or_default();
    view! {
        <li class="order-card">
            <CarDrawing model=model colour=colour/>
            <div>
                <h3><a href=path_of(order.id)>{name}</a></h3>
                <p class="code small">{order.number.clone()}</p>
                {expected}
            </div>
            <StatusPill kind=status word=word/>
        </li>
    }
    .into_any()
}
