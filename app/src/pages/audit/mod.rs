//! What auditors read: what people did, and what failed.

mod failures;
pub(in crate::pages) mod key;
mod log;
pub(in crate::pages) mod period;
mod words;

use crate::web::{Route, get};

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/admin/auditoria", log::log_page),
        get("/admin/auditoria.csv", log::log_file),
        get("/operaciones/fallos", failures::failures_page),
        get("/operaciones/fallos.csv", failures::failures_file),
    ]
}
