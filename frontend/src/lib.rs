//! Brings the islands to life in the browser.

// Without this the islands of the library would vanish from the WebAssembly.
use caas_app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's loader before it wakes the islands.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
