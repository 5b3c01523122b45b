//! A sale from the dealership's side: the form step by step, what is refused, and what a registered sale keeps.

mod plans;
mod register;
mod scene;
mod walls;
mod wizard;
