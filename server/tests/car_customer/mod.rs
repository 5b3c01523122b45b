//! The customer's pages of a car's purchase over HTTP and without JavaScript: every state says what to do now, each form
//! does what it says once, an error stands beside its field, and another's order does not exist.

mod ends;
mod journey;
mod link;
mod papers;
mod pay;
mod pick_up;
pub mod scene;
mod walls;
