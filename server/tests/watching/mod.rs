//! What operations watch.

mod alerts;
mod analysis;
mod analysis_pages;
mod boundaries;
mod desk;
mod metrics;
mod systems;
mod traces;
