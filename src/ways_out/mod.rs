//! The ways out of a case (rulebook §10), each with its consequences: another try by hand, a permanent failure with the
//! proof that it cost nothing, the workshop, a change of the catalogue. And the note of a theft (§9), which changes nothing.
//!
//! They stand above the rooms that they end something in: a case knows nothing of activations and orders.

mod by_hand;
mod catalogue_rules;
mod no_charge;
mod theft;
mod vehicle_now;
mod workshop;

pub use crate::activation::manual::{
    HoldOffer, HoldRefusal, Manual, ManualState, hold_consent, manual_of, open_hold_offer, refuse_manual_hold,
};
pub use by_hand::{accept_manual_hold, manual_activation};
pub use catalogue_rules::{RuleProposal, decide_catalogue_rule, propose_catalogue_rule, rule_proposals};
pub use no_charge::{CloseWithoutCharge, permanent_failure};
pub use theft::{TheftSays, note_theft, note_theft_over};
pub use vehicle_now::vehicle_status_now;
pub use workshop::{Appointment, appointment_made, appointments_of, dealership_appointment};

use crate::activation::repository::{self as activations, Activation};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::support::model::{NotNow, SupportError};
use crate::support::{Answer, Ticket};

fn not_now<T>(why: NotNow) -> Answer<T> {
    Ok(Err(SupportError::not_now(why)))
}

/// The activation of a case.
async fn activation_of(tx: &mut Tx, ticket: &Ticket) -> Result<Option<Activation>> {
    match ticket.activation {
        Some(id) => Ok(Some(activations::load(tx, id).await?)),
        None => Ok(None),
    }
}
