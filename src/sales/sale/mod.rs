//! A sale, from the salesperson's first line to the customer's order (rulebook §3).
//!
//! A sale is a [`super::orders::Order`] in `DRAFT`. Each step of the form is checked and kept by itself, so that it can be
//! left and taken up again; [`register`] checks all of it once more, freezes the price and makes it the customer's. What
//! an order has no column for before it has a customer (whom to write to, which car of the stock) waits in `draft`.

mod check;
mod forms;
mod known;
mod read;
mod register;
mod steps;

pub use forms::{CarForm, CustomerForm, DeliveryForm, Problems, SaleField, SaleProblem, Step};
pub use known::buyer_of;
pub use read::{Contact, DraftLine, Sale, StockCar, drafts, for_sale, read, stock_car};
pub use register::{Registered, register};
pub use steps::{begin, discard, save_car, save_customer, save_delivery, save_plan};

use crate::kernel::error::Failure;
use crate::kernel::ids::{DealershipId, UserId};

/// Who sells: one of a dealership's staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seller {
    /// The person.
    pub id: UserId,
    /// Where they work: what belongs to another dealership does not exist for them.
    pub dealership: DealershipId,
}

/// Why a step of a sale was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SaleError {
    /// No such draft, or another dealership's.
    #[error("NOT_FOUND")]
    NotFound,
    /// It is no draft any more.
    #[error("NO_DRAFT")]
    NoDraft,
    /// What was typed or chosen can't be sold so. Nothing was changed.
    #[error("INVALID_INPUT")]
    Wrong(Problems),
    /// Our own side failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<sqlx::Error> for SaleError {
    fn from(error: sqlx::Error) -> Self {
        SaleError::Failure(error.into())
    }
}
