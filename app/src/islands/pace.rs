//! Asking again, but not at every word: however much is announced, one question is under way at a time and the next comes
//! a second later at the earliest.

use leptos::prelude::*;
use std::rc::Rc;
use std::time::Duration;

/// Between two questions.
const BREATH: Duration = Duration::from_millis(1000);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    asking: bool,
    again: bool,
}

impl State {
    /// Somebody wants to ask; whether it is done now.
    fn wanted(&mut self) -> bool {
        let now = !self.asking;
        self.again = !now;
        self.asking = true;
        now
    }

    /// The pause is over; whether to ask once more.
    fn rested(&mut self) -> bool {
        self.asking = self.again;
        self.again = false;
        self.asking
    }
}

type Question = Rc<dyn Fn(Box<dyn FnOnce()>)>;

/// Asks at a measured pace.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    state: StoredValue<State>,
    question: StoredValue<Question, LocalStorage>,
}

impl Pace {
    /// `question` is given what to call when its answer is there.
    pub(super) fn new(question: impl Fn(Box<dyn FnOnce()>) + 'static) -> Pace {
        Pace { state: StoredValue::new(State::default()), question: StoredValue::new_local(Rc::new(question)) }
    }

    /// Asks now, or once more after the present question.
    pub(super) fn ask(self) {
        if self.state.try_update_value(State::wanted).unwrap_or_default() {
            self.put();
        }
    }

    fn put(self) {
        let Some(question) = self.question.try_get_value() else { return };
        question(Box::new(move || {
            set_timeout(
                move || {
                    if self.state.try_update_value(State::rested).unwrap_or_default() {
                        self.put();
                    }
                },
                BREATH,
            );
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_words_make_two_questions() {
        let mut state = State::default();
        assert!(state.wanted());
        for _ in 0..10 {
            assert!(!state.wanted());
        }
        assert!(state.rested(), "what came meanwhile is asked for once");
        assert!(!state.rested());
        assert!(state.wanted());
    }
}
