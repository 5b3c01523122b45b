//! What every form of an order shares: who may send it, for which order, and how a refusal is told.

use super::{Clerk, clerk, order_href};
use crate::ui::{Notice, Tone};
use crate::web::{FormState, Goto, Message, Refusal, WebContext};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::model::OrderStatus;
use caas::sales::orders::of_dealership;
use caas::sales::who::Who;
use leptos::prelude::*;

/// Somebody at an order, with a form in hand.
pub(super) struct AtOrder {
    /// Who, for the use case.
    pub who: Who,
    /// The order.
    pub order: OrderId,
}

/// Who sends a form, for which order. Role first; an order of another dealership does not exist.
pub(super) async fn at_order(web: &WebContext, order: &str) -> Result<AtOrder, Refusal> {
    let clerk = clerk(web)?;
    let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
    known(web, &clerk, order).await?;
    Ok(AtOrder { who: clerk.who(), order })
}

/// Fails when the order does not exist for this person; a try at another dealership's is noted.
pub(super) async fn known(web: &WebContext, clerk: &Clerk<'_>, order: OrderId) -> Result<(), Refusal> {
    let mut tx = web.caas.db.read().await?;
    match of_dealership(&mut tx, clerk.reach, order).await? {
        Some(order) if order.status != OrderStatus::Draft => Ok(()),
        _ => Err(Refusal::Hidden("order")),
    }
}

impl AtOrder {
    /// The order's page, at one of its parts.
    pub(super) fn at(&self, anchor: &str) -> String {
        format!("{}#{anchor}", order_href(self.order))
    }

    /// The page of the hand-over, at one of its parts.
    pub(super) fn hand_over_at(&self, anchor: &str) -> String {
        format!("{}/entrega#{anchor}", order_href(self.order))
    }
}

/// It is done: back to where the form was.
pub(super) fn done(path: &str) -> Goto {
    Goto::to(path).toast(Message::Saved)
}

/// It was refused: the form comes back with why, which is said above it.
pub(super) fn refused(path: &str, form: FormState, code: impl std::fmt::Display) -> Goto {
    Goto::back(path, form.wrong("", code))
}

/// What is wrong with a form as a whole. `words` knows the codes of its use case.
pub(super) fn trouble(form: &FormState, locale: Locale, words: impl Fn(&str) -> Option<String>) -> Option<AnyView> {
    let code = form.errors.get("")?;
    let text = words(code).unwrap_or_else(|| form.error(locale, ""));
    Some(view! { <Notice tone=Tone::Problem>{text}</Notice> }.into_any())
}

/// The order that a form is about.
pub(super) fn order_field(order: OrderId) -> AnyView {
    view! { <input type="hidden" name="order" value=order.to_string()/> }.into_any()
}
