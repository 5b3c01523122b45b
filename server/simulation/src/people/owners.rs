//! Cars go from one customer to another, who finds in them what runs for good, and nothing of whoever had them before.

use super::{Deed, HAS_IT_FOR, PASSES_ON, People};
use crate::outside::Outside;
use caas::Caas;
use caas::kernel::Timestamp;
use caas::kernel::error::Result;
use caas::purchases::cancel::{Cancelled, cancel};
use caas::rights::export::everything;
use caas::rights::model::OwnerChangeRefusal;
use caas::rights::owner_change::{self, NewOwner, Starter};
use caas::withdrawal::model::{Via, WithdrawalRefusal};
use caas::withdrawal::service::{Declarant, withdraw};
use caas_sandbox::Vin;
use chrono::TimeDelta;
use sqlx::types::Uuid;

/// What stands in the way is looked at again after this.
const AGAIN: TimeDelta = TimeDelta::days(6);
/// So many orders of whoever had the car before are tried to be reached.
const PRIES_INTO: usize = 3;

/// A car that has changed hands.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// When the new owner knew of it.
    pub at: Timestamp,
    /// The car.
    pub vin: Vin,
    /// The mail address of who had it before.
    pub from: String,
    /// The new owner's.
    pub to: String,
}

/// Somebody's copy of all data about them.
#[derive(Clone, Debug)]
pub struct DataCopy {
    /// The mail address.
    pub of: String,
    /// Every row of it.
    pub text: String,
}

impl People {
    /// Every car that has changed hands.
    pub fn handed_over(&self) -> &[HandOver] {
        &self.handed_over
    }

    /// An owner offers a car to another customer, and tells them the code.
    pub(super) async fn pass_on(
        &mut self,
        caas: &Caas,
        outside: &Outside,
        now: Timestamp,
        customer: usize,
    ) -> Result<()> {
        let others: Vec<usize> = (0..self.customers.len()).filter(|&other| other != customer).collect();
        let own = self.cars_of(customer);
        let (Some(&car), Some(&to)) = (self.dice.pick(&own), self.dice.pick(&others)) else { return Ok(()) };
        let (owner, vehicle) = (Starter::Owner(self.customers[customer].id), self.cars[car].id);
        let taker = &self.customers[to];
        let new = NewOwner { name: "Eva".to_owned(), email: taker.email.clone(), locale: taker.locale };
        let offered = owner_change::offer(caas, owner, vehicle, &new).await?;
        let outcome = offered.as_ref().map(|(change, _)| change);
        outside.tell(format_args!("{} is offered to customer {to}: {outcome:?}", self.cars[car].vin));
        match offered {
            Ok((change, code)) => {
                let at = now + self.dice.wait(TimeDelta::days(1));
                self.later(at, Deed::Accept { change, code, car, to });
            }
            Err(OwnerChangeRefusal::InTheWay) => self.manage_later(now, customer, AGAIN, Deed::PassOn { customer }),
            Err(OwnerChangeRefusal::AlreadyOffered) => {
                // The platform died before it had told the code.
                let open = owner_change::open_of_car(&mut caas.db.read().await?, vehicle).await?;
                if let Some(open) = open {
                    let taken_back = owner_change::withdraw(caas, owner, open.id).await?;
                    outside.tell(format_args!("the offer is taken back: {taken_back:?}"));
                }
                self.manage_later(now, customer, AGAIN, Deed::PassOn { customer });
            }
            Err(refusal) => self.complaints.push(format!("{} can't be passed on: {refusal}", self.cars[car].vin)),
        }
        Ok(())
    }

    /// The new owner types the code, at times a wrong one first.
    pub(super) async fn accept(
        &mut self,
        caas: &Caas,
        outside: &Outside,
        now: Timestamp,
        (change, code): (Uuid, &str),
        (car, to): (usize, usize),
    ) -> Result<()> {
        let taker = self.customers[to].id;
        if self.dice.says(0.2) {
            let outcome = owner_change::accept(caas, taker, change, "WRONGONE").await?;
            outside.tell(format_args!("customer {to} types a wrong code: {outcome:?}"));
        }
        let accepted = owner_change::accept(caas, taker, change, code).await?;
        outside.tell(format_args!("customer {to} accepts {}: {accepted:?}", self.cars[car].vin));
        match accepted {
            Ok(_) => {
                let from = std::mem::replace(&mut self.cars[car].owner, to);
                if from != to {
                    self.handed_over.push(HandOver {
                        at: now,
                        vin: self.cars[car].vin.clone(),
                        from: self.customers[from].email.clone(),
                        to: self.customers[to].email.clone(),
                    });
                    if self.dice.says(PASSES_ON) {
                        self.manage_later(now, to, HAS_IT_FOR, Deed::PassOn { customer: to });
                    }
                }
                self.pry(caas, outside, car).await
            }
            Err(OwnerChangeRefusal::InTheWay) => {
                let at = now + self.dice.wait(TimeDelta::days(1));
                self.later(at, Deed::Accept { change, code: code.to_owned(), car, to });
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    /// The new owner tries to reach what others ordered for the car: it does not exist for them.
    async fn pry(&mut self, caas: &Caas, outside: &Outside, car: usize) -> Result<()> {
        let (vin, owner) = (&self.cars[car].vin, &self.customers[self.cars[car].owner]);
        let of_others = self.ordered.iter().rev().filter(|order| order.vin == *vin && order.buyer != owner.email);
        let mut reached = Vec::new();
        for order in of_others.take(PRIES_INTO) {
            let cancelled = cancel(caas, owner.id, order.id).await?;
            let who = Declarant { customer: owner.id, via: Via::Expediente, locale: owner.locale };
            let withdrawn = withdraw(caas, who, order.id).await?;
            if cancelled != Cancelled::NotFound || !matches!(withdrawn, Err(WithdrawalRefusal::NotFound)) {
                reached.push(format!("{} is reached by whoever has the car now", order.id));
            }
        }
        outside.tell(format_args!("{} looks for what others ordered for {vin}", owner.email));
        self.complaints.extend(reached);
        Ok(())
    }

    /// What everybody is told when they ask for a copy of their data; nothing where no car has changed hands.
    pub async fn copies(&self, caas: &Caas) -> Result<Vec<DataCopy>> {
        let mut copies = Vec::new();
        if self.handed_over.is_empty() {
            return Ok(copies);
        }
        let mut tx = caas.db.read().await?;
        for customer in &self.customers {
            let told = everything(&mut tx, customer.id).await?;
            let rows: Vec<_> = told.into_iter().flat_map(|table| table.rows).collect();
            copies.push(DataCopy { of: customer.email.clone(), text: serde_json::to_string(&rows)? });
        }
        Ok(copies)
    }
}
