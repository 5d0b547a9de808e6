//! What a call has asked an argument already.

use std::cell::Cell;

use crate::anchor::anchor::{Anchor, HasAnchor};

/// The anchor of an argument, once it was asked for.
///
/// Hashing, comparing and storing a weak argument all need its anchor. `anchor()` is the user's and may answer otherwise
/// each time; a call asks once and derives everything from that borrow (rule 6).
#[derive(Default)]
pub struct Asked<'k>(Cell<Option<&'k Anchor>>);

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Asked").field(&self.0.get()).finish()
    }
}

impl<'k> Asked<'k> {
    pub(crate) fn anchor<T: HasAnchor + ?Sized>(&self, object: &'k T) -> &'k Anchor {
        self.0.get().unwrap_or_else(|| {
            let anchor = object.anchor();
            self.0.set(Some(anchor));
            anchor
        })
    }
}
