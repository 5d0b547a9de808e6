//! A result, and a key, that panics when it is dropped or does something else when it is copied, once, if so asked.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use memo_tests::{Tally, Token};

use super::{BOMB, tick};

thread_local! {
    /// What happens in the next copy of a result, or of a key.
    static DURING_COPY: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

pub(crate) fn during_the_next_copy(act: impl FnOnce() + 'static) {
    DURING_COPY.set(Some(Box::new(act)));
}

#[derive(Debug)]
pub(crate) struct Fragile(pub(crate) u32, Token);

impl Fragile {
    pub(crate) fn new(number: u32, tally: &Tally) -> Self {
        Self(number, tally.token())
    }
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        if let Some(act) = DURING_COPY.take() {
            act();
        }
        Self(self.0, self.1.clone())
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        match BOMB.get() {
            "second drop" => BOMB.set("drop"),
            _ => tick("drop"),
        }
    }
}

impl PartialEq for Fragile {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Fragile {}

impl Hash for Fragile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
