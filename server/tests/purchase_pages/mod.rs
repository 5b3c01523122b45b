//! From the offer to the car's word, over HTTP and without JavaScript: ordering, following, paying; and that nobody sees
//! or moves what is another's.

mod follow;
mod order;
mod pay;
pub mod scene;
mod walls;
