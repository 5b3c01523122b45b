//! What people see: pages, islands and server functions.
//!
//! Pages are rendered on the server only; [`web`] gives them the request, [`shell`] the frame around them, and
//! [`pages::routes`] is the list of all addresses. Only what must be alive in the browser is an island and compiles to
//! WebAssembly, and with it [`ui`] and the server functions that islands call.

// Views are nested types: a rich page is deeper than the compiler's default of 128.
#![recursion_limit = "512"]

pub mod islands;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod web;
