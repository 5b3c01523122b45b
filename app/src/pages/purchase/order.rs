//! The click that orders.

#![expect(clippy::too_many_arguments, reason = "the arguments are the fields of the form")]

use super::{FORM, path_of};
use crate::web::{FieldError, FormState, Goto, Message, Refusal, Role, WebContext, submit};
use caas::kernel::ids::{OfferId, UserId, VehicleId};
use caas::kernel::money::{Cents, Money};
use caas::purchases::model::OrderRefusal;
use caas::purchases::service::{Order, place};
use leptos::prelude::*;

/// The form as a whole: the price is another one now.
pub(super) const PRICE_CHANGED: &str = "price_changed";

/// Fewer characters are no key of ours.
const KEY_LENGTH: usize = 43;

/// Takes an order as the form posts it.
#[server(endpoint = "comprar")]
pub async fn order_service(
    #[server(default)] key: String,
    #[server(default)] offer: String,
    #[server(default)] vehicle: String,
    #[server(default)] price: String,
    #[server(default)] currency: String,
    #[server(default)] method: String,
    #[server(default)] start_now: String,
    #[server(default)] withdrawal: String,
    #[server(default)] maintenance_risk: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = web.require_role(&[Role::Customer])?.id;
        let typed = Typed {
            offer: offer.parse().map_err(|_| Refusal::NotFound)?,
            vehicle: vehicle.parse().map_err(|_| Refusal::NotFound)?,
            shown: shown_price(&price, &currency),
            key,
            method,
            start_now: !start_now.is_empty(),
            withdrawal: !withdrawal.is_empty(),
            maintenance_risk: !maintenance_risk.is_empty(),
        };
        take(&web, customer, typed).await
    })
    .await
}

struct Typed {
    offer: OfferId,
    vehicle: VehicleId,
    shown: Option<Money>,
    key: String,
    method: String,
    start_now: bool,
    withdrawal: bool,
    maintenance_risk: bool,
}

fn shown_price(cents: &str, currency: &str) -> Option<Money> {
    Some(Money::new(Cents(cents.parse().ok()?), currency.parse().ok()?))
}

impl Typed {
    fn back(&self, form: FormState) -> Goto {
        Goto::back(path_of(self.offer, self.vehicle), form)
    }

    /// What was chosen, for the form that comes back.
    fn form(&self) -> FormState {
        let mut form = FormState::new(FORM).with("method", &self.method);
        for (name, given) in [
            ("start_now", self.start_now),
            ("withdrawal", self.withdrawal),
            ("maintenance_risk", self.maintenance_risk),
        ] {
            if given {
                form = form.with(name, "true");
            }
        }
        form
    }
}

async fn take(web: &WebContext, customer: UserId, typed: Typed) -> Result<Goto, Refusal> {
    // A form that is not one of ours, or was cut off on the way: it comes back with what was chosen.
    let Some(shown_price) = typed.shown.filter(|_| typed.key.len() == KEY_LENGTH) else {
        return Ok(typed.back(typed.form().wrong("", FieldError::Changed)));
    };
    let order = Order {
        customer,
        vehicle: typed.vehicle,
        offer: typed.offer,
        method: typed.method.parse().ok(),
        shown_price,
        purchase_key: typed.key.clone(),
        consents: typed.start_now && typed.withdrawal,
        maintenance_risk: typed.maintenance_risk,
        locale: web.locale,
    };
    let refusal = match place(&web.caas, &order).await? {
        Ok(placed) => {
            let there = Goto::to(format!("/expediente/activaciones/{}", placed.activation));
            return Ok(if placed.already { there.toast(Message::AlreadyOrdered) } else { there });
        }
        Err(refusal) => refusal,
    };
    Ok(match refusal {
        OrderRefusal::NotFound => return Err(Refusal::Hidden("vehicle_or_offer")),
        // The page says why, by the same rule, and where to go on.
        OrderRefusal::NotAvailable | OrderRefusal::Maintenance => typed.back(FormState::new(FORM)),
        // The page completes itself, with what was chosen.
        OrderRefusal::MaintenanceUnknown => typed.back(typed.form()),
        // A new price is agreed to anew: only the way to pay is kept.
        OrderRefusal::PriceChanged { .. } => {
            let form =
                FormState::new(FORM).with("method", &typed.method).with("shown", &shown_price.display(web.locale));
            typed.back(form.wrong("", PRICE_CHANGED))
        }
        OrderRefusal::NoPaymentMethod => typed.back(typed.form().wrong("method", FieldError::Missing)),
        OrderRefusal::ConsentMissing => {
            let mut form = typed.form();
            for (name, given) in [
                ("start_now", typed.start_now),
                ("withdrawal", typed.withdrawal),
                // Only shown, and only missed, where maintenance could not be asked about.
                ("maintenance_risk", typed.maintenance_risk),
            ] {
                if !given {
                    form = form.wrong(name, FieldError::ConsentNeeded);
                }
            }
            typed.back(form)
        }
    })
}
