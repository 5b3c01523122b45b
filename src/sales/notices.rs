//! What the customer is told of an order.

use super::orders::Order;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::Money;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};

/// Facts of one message beside the order's own.
#[derive(Debug, Clone, Default)]
pub struct Say {
    /// Tells apart what is said several times about one order: the same is said once.
    pub what: String,
    /// The step it has reached, in words.
    pub step: Bilingual,
    /// The amount at stake.
    pub amount: Option<Money>,
    /// Code of the reason.
    pub reason: Option<String>,
    /// A date, an address, an explanation, in the customer's language.
    pub text: Option<String>,
}

/// Tells the customer, in the caller's transaction. Each `what` is told once per order.
pub async fn tell(caas: &Caas, tx: &mut Tx, order: &Order, event: NoticeEvent, say: Say) -> Result<()> {
    let Some(customer) = order.customer_id else { return Ok(()) };
    let model = sql!(
        tx,
        optional(String, String),
        "SELECT name, code FROM vehicle_models WHERE code = $1",
        order.model_code.as_deref()
    )?;
    let notice = Notice {
        service: say.step,
        vehicle: model.map(|(name, _)| name).unwrap_or_default(),
        amount: say.amount,
        reason: say.reason,
        text: say.text,
        ..Notice::about(
            customer,
            event,
            format!("{}:{}", order.id, say.what),
            format!("/expediente/pedidos/{}", order.id),
        )
    };
    notify(caas, tx, &notice).await
}
