//! What operations watch.

mod alerts;
mod desk;
mod analysis;
mod analysis_pages;
mod boundaries;
mod metrics;
mod systems;
mod traces;
