//! Finance: the books and their pages, and the gateway's reports against them.

mod books;
mod forged;
mod reconciliation;
mod risk;
