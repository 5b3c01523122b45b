//! What operations watch.

mod alerts;
mod metrics;
mod systems;
