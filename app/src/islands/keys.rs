//! The desk by keyboard: one key, one thing; `?` lists them all. They never act while somebody writes, and can be switched
//! off (WCAG 2.1.4). Nothing is done by a key alone: it only leads to the button that does it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One key and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortcut {
    /// As it is written on the keyboard.
    pub keys: String,
    /// What it does.
    pub what: String,
}

/// Listens to the keyboard, and lists what it does.
#[island]
pub fn DeskKeys(
    /// Title of the list.
    title: String,
    /// What opens it.
    opener: String,
    /// What closes it.
    close: String,
    /// The switch.
    switch: String,
    /// All of them.
    shortcuts: Vec<Shortcut>,
) -> impl IntoView {
    let is_on = RwSignal::new(true);
    browser::listen(is_on);
    let rows = shortcuts
        .into_iter()
        .map(|shortcut| view! { <div><dt><kbd>{shortcut.keys}</kbd></dt><dd>{shortcut.what}</dd></div> })
        .collect_view();
    view! {
        <div class="desk-keys">
            <button class="btn btn--quiet" type="button" on:click=move |_| browser::show_list()>{opener}</button>
            <dialog class="dialog" id="atajos" aria-labelledby="atajos-titulo">
                <h2 id="atajos-titulo">{title}</h2>
                <dl class="shortcuts">{rows}</dl>
                <div class="check">
                    <input type="checkbox" id="atajos-si" prop:checked=move || is_on.get() checked=true
                        on:change=move |event| browser::switch(is_on, event_target_checked(&event))/>
                    <label for="atajos-si">{switch}</label>
                </div>
                <form method="dialog"><button class="btn btn--secondary">{close}</button></form>
            </dialog>
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::prelude::RwSignal;

    pub(super) fn listen(_is_on: RwSignal<bool>) {}
    pub(super) fn show_list() {}
    pub(super) fn switch(_is_on: RwSignal<bool>, _on: bool) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::{Document, HtmlDialogElement, HtmlElement, KeyboardEvent, Storage};

    /// Where this browser keeps that keys are switched off.
    const OFF: &str = "caas-desk-keys-off";

    fn document() -> Option<Document> {
        web_sys::window()?.document()
    }

    fn storage() -> Option<Storage> {
        web_sys::window()?.local_storage().ok()?
    }

    pub(super) fn listen(is_on: RwSignal<bool>) {
        let is_off = storage().and_then(|kept| kept.get_item(OFF).ok().flatten()).is_some();
        Effect::new(move || is_on.set(!is_off));
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if is_on.get_untracked() && act(&event).is_some() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    }

    pub(super) fn switch(is_on: RwSignal<bool>, on: bool) {
        is_on.set(on);
        if let Some(kept) = storage() {
            let _ = if on { kept.remove_item(OFF) } else { kept.set_item(OFF, "1") };
        }
    }

    pub(super) fn show_list() {
        let list = document().and_then(|document| document.get_element_by_id("atajos"));
        if let Some(list) = list.and_then(|list| list.dyn_into::<HtmlDialogElement>().ok()) {
            let _ = list.show_modal();
        }
    }

    fn find(selector: &str) -> Option<HtmlElement> {
        document()?.query_selector(selector).ok()??.dyn_into().ok()
    }

    /// Leads to a control, and opens what it is folded into.
    fn go(selector: &str) -> Option<()> {
        let there = find(selector)?;
        let mut around = there.parent_element();
        if there.local_name() == "summary" {
            around = around.and_then(|own| own.parent_element());
        }
        while let Some(element) = around {
            if element.local_name() == "details" {
                let _ = element.set_attribute("open", "");
            }
            around = element.parent_element();
        }
        there.focus().ok()
    }

    fn follow(selector: &str) -> Option<()> {
        find(selector)?.click();
        Some(())
    }

    /// Moves along the cases of the list.
    fn step(by: i32) -> Option<()> {
        let document = document()?;
        let cases = document.query_selector_all("a[data-case]").ok()?;
        let count = i32::try_from(cases.length()).ok()?;
        if count == 0 {
            return None;
        }
        let at = |index: i32| cases.item(u32::try_from(index).ok()?)?.dyn_into::<HtmlElement>().ok();
        let here = document.active_element();
        let focused = (0..count).find(|&index| at(index).map(Into::into) == here);
        let current = (0..count).find(|&index| at(index).is_some_and(|case| case.has_attribute("aria-current")));
        let next = match focused.or(current) {
            Some(index) => (index + by).clamp(0, count - 1),
            None if by > 0 => 0,
            None => count - 1,
        };
        at(next)?.focus().ok()
    }

    fn is_writing() -> bool {
        let Some(element) = document().and_then(|document| document.active_element()) else { return false };
        let boxes = element.local_name() == "input"
            && element.get_attribute("type").is_some_and(|kind| kind == "checkbox" || kind == "radio");
        matches!(element.local_name().as_str(), "input" | "textarea" | "select") && !boxes
    }

    fn act(event: &KeyboardEvent) -> Option<()> {
        if event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() || event.repeat() {
            return None;
        }
        let key = event.key();
        if is_writing() {
            // Out of the box, so that the other keys are keys again. What is written stays.
            if key == "Escape" {
                let element = document()?.active_element()?.dyn_into::<HtmlElement>().ok()?;
                return element.blur().ok();
            }
            return None;
        }
        if find("dialog[open]").is_some() {
            return None;
        }
        match key.as_str() {
            "?" => {
                show_list();
                Some(())
            }
            "/" => go("#buscar").or_else(|| follow("a[data-key-search]")),
            "j" => step(1),
            "k" => step(-1),
            "u" => follow("a[data-key-list]"),
            "t" => go("[data-key-take] button"),
            "r" => go("#respuesta"),
            "n" => go("#nota"),
            "p" => go("#prioridad"),
            "s" => go("#salidas summary"),
            "v" => go("[data-key-ask] button"),
            "1" | "2" | "3" | "4" | "5" | "6" | "7" => follow(&format!(".desk-tabs li:nth-child({key}) a")),
            _ => None,
        }
    }
}
