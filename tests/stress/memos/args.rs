//! The arguments of any memo.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::memos::object::{Bundle, Object, number_and};
use crate::memos::value::Key;

/// What any memo takes its arguments from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args<'a> {
    pub(crate) own: &'a Bundle,
    /// Where further weak arguments come from.
    pub(crate) other: &'a Bundle,
    pub(crate) rc: &'a Rc<Object>,
    pub(crate) key: u32,
}

/// More than there is room for, so that there are evictions.
const WORDS: u32 = 80;

impl Args<'_> {
    pub(crate) fn number(&self) -> u32 {
        self.key % 12
    }

    pub(crate) fn value(&self) -> Key {
        Key(self.key % 40)
    }

    /// A text that is told by its length.
    pub(crate) fn word(&self) -> &'static str {
        static LONGEST: LazyLock<String> = LazyLock::new(|| "x".repeat(WORDS as usize));
        &LONGEST[..(self.key % WORDS) as usize]
    }

    /// A further weak argument, most of the time.
    pub(crate) fn option(&self) -> Option<&Arc<Object>> {
        (self.key % 4 != 0).then_some(&self.other.arc)
    }

    pub(crate) fn rc_key(&self) -> u64 {
        number_and(self.number(), &self.other.anchored)
    }
}
