//! Withdrawal (rulebook §8): the declaration and its boundary minute, what becomes of the money, the mail's link, the
//! deadline of refunds, and cancelling what is not delivered.

mod cancel;
mod declare;
mod money;
mod pages;
mod scene;
