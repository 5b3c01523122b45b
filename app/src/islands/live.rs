//! "Something changed": an island asks to be called when a topic was announced.

#[cfg(feature = "hydrate")]
pub use browser::on_change;

/// Calls back when the topic was announced, and whenever the connection was made. Only in the browser; on the server
/// nothing happens.
#[cfg(not(feature = "hydrate"))]
pub fn on_change(_topic: &str, _callback: impl Fn() + 'static) {}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::{LocalStorage, StoredValue, WithValue as _, on_cleanup};
    use std::rc::Rc;
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    /// Calls back when the topic was announced, and whenever the connection was made, the first time too: what was
    /// announced since the page was rendered, or since the connection was lost, was missed. The browser connects again
    /// by itself. Ends with the island.
    pub fn on_change(topic: &str, callback: impl Fn() + 'static) {
        let Ok(source) = EventSource::new(&format!("/eventos?tema={topic}")) else { return };
        let callback = Rc::new(callback);

        let changed = {
            let callback = callback.clone();
            Closure::<dyn Fn(MessageEvent)>::new(move |_| callback())
        };
        let _ = source.add_event_listener_with_callback("changed", changed.as_ref().unchecked_ref());

        let opened = Closure::<dyn Fn()>::new(move || callback());
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));

        // The closures live as long as the connection.
        let kept = StoredValue::<_, LocalStorage>::new_local((source, changed, opened));
        on_cleanup(move || {
            kept.try_with_value(|(source, ..)| source.close());
        });
    }
}
