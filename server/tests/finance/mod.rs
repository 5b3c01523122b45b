//! Finance: the books and their pages, the gateway's reports against them, charges that banks took back, revenue, refunds.

mod books;
mod chargebacks;
mod forged;
mod funnel;
mod reconciliation;
mod refunds;
mod revenue;
mod risk;
