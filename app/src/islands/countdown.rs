//! Seconds that run down. The server says how many are left; the browser's own clock only measures what has passed.

use super::activation::StoryNext;
use leptos::prelude::*;

/// The time to the next attempt.
#[derive(Clone, Copy)]
pub(super) struct Countdown {
    left: RwSignal<u32>,
    in_all: RwSignal<u32>,
    /// When it is over, on the browser's clock in milliseconds; none until the browser has started it.
    end: StoredValue<Option<f64>>,
}

impl Countdown {
    /// As the server saw it.
    pub fn of(next: Option<&StoryNext>) -> Countdown {
        Countdown {
            left: RwSignal::new(next.map_or(0, |next| next.seconds_left)),
            in_all: RwSignal::new(next.map_or(0, |next| next.seconds_in_all)),
            end: StoredValue::new(None),
        }
    }

    /// A new wait began, or the server saw the same one again.
    pub fn restart(self, next: Option<&StoryNext>) {
        let left = next.map_or(0, |next| next.seconds_left);
        self.end.set_value(Some(browser_millis() + f64::from(left) * 1000.0));
        self.in_all.set(next.map_or(0, |next| next.seconds_in_all));
        self.left.set(left);
    }

    /// "1:42"; none at the end.
    pub fn left(self) -> Option<String> {
        match self.left.get() {
            0 => None,
            left => Some(format!("{}:{:02}", left / 60, left % 60)),
        }
    }

    /// What is left of the wait, in hundredths.
    pub fn hundredths(self) -> u32 {
        let in_all = u64::from(self.in_all.get().max(1));
        u32::try_from(u64::from(self.left.get()) * 100 / in_all).unwrap_or(100).min(100)
    }

    /// Reads the clock. Returns whether the wait ended just now.
    #[cfg(feature = "hydrate")]
    fn run(self) -> bool {
        let before = self.left.get_untracked();
        if before == 0 {
            return false;
        }
        let end = self.end.get_value().unwrap_or_else(|| {
            let end = browser_millis() + f64::from(before) * 1000.0;
            self.end.set_value(Some(end));
            end
        });
        let seconds = ((end - browser_millis()) / 1000.0).ceil().max(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not below 0, and a wait ends within days"
        )]
        let left = seconds as u32;
        if left != before {
            self.left.set(left);
        }
        left == 0
    }
}

/// Lets the countdown run in the browser. `ask` is called when it ends, and every half minute while `is_live`, in case an
/// announcement was lost.
#[cfg(feature = "hydrate")]
pub(super) fn tick(countdown: Countdown, is_live: impl Fn() -> bool + 'static, ask: impl Fn() + 'static) {
    use std::cell::Cell;
    use std::time::Duration;

    countdown.run();
    let quiet = Cell::new(0u32);
    let timer = set_interval_with_handle(
        move || {
            let ended = countdown.run();
            if !is_live() {
                return;
            }
            quiet.set(quiet.get() + 1);
            if ended || quiet.get() >= 30 {
                quiet.set(0);
                ask();
            }
        },
        Duration::from_secs(1),
    );
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}

/// On the server nothing runs.
#[cfg(not(feature = "hydrate"))]
pub(super) fn tick(_countdown: Countdown, _is_live: impl Fn() -> bool + 'static, _ask: impl Fn() + 'static) {}

#[cfg(feature = "hydrate")]
fn browser_millis() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

#[cfg(not(feature = "hydrate"))]
fn browser_millis() -> f64 {
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(seconds_left: u32) -> StoryNext {
        StoryNext {
            title: String::new(),
            time: String::new(),
            datetime: String::new(),
            text: String::new(),
            seconds_left,
            seconds_in_all: 120,
        }
    }

    #[test]
    fn minutes_and_seconds_are_told() {
        Owner::new().with(|| {
            let countdown = Countdown::of(Some(&next(102)));
            assert_eq!(countdown.left().as_deref(), Some("1:42"));
            assert_eq!(countdown.hundredths(), 85);
            countdown.restart(Some(&next(5)));
            assert_eq!(countdown.left().as_deref(), Some("0:05"));
            countdown.restart(None);
            assert_eq!(countdown.left(), None);
        });
    }
}
