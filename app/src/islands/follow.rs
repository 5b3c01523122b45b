//! What an island shows of something that changes.

use super::live::on_change;
use super::pace::Pace;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Shows `first`, and what `read` brings whenever `topic` is announced (never, when it is empty), at a measured pace. Also
/// says whether the connection is lost.
pub(super) fn follow<T, F>(topic: &str, first: T, read: impl Fn() -> F + 'static) -> (RwSignal<T>, RwSignal<bool>)
where
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, ServerFnError>> + 'static,
{
    let (shown, is_lost) = (RwSignal::new(first), RwSignal::new(false));
    let pace = Pace::new(move |done| {
        let answer = read();
        spawn_local(async move {
            match answer.await {
                Ok(now) => {
                    if shown.with_untracked(|shown| *shown != now) {
                        shown.set(now);
                    }
                    is_lost.set(false);
                }
                Err(_) => is_lost.set(true),
            }
            done();
        });
    });
    if !topic.is_empty() {
        on_change(topic, move || pace.ask());
    }
    (shown, is_lost)
}
