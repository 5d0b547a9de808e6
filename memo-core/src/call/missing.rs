//! What a hit with an extra key did not find.

use std::marker::PhantomData;

use crate::anchor::anchor::Anchor;

/// What a hit with an extra key did not find: one word, so that a hit returns in registers.
#[derive(Clone, Copy)]
pub(super) struct Missing<'w>(*const Anchor, PhantomData<&'w Anchor>);

/// The low bits of that word: what is known of the anchor.
const OF_ANCHOR: usize = 3;
/// There is no ready entry.
const ENTRY: usize = 0;
/// The entry may be further on.
const FURTHER: usize = 1;
/// The anchor may be further on.
const UNSURE: usize = 2;

impl<'w> Missing<'w> {
    /// The owner has no anchor.
    #[inline(always)]
    pub(super) fn anchor() -> Self {
        Self(std::ptr::null(), PhantomData)
    }

    /// Nothing is known.
    #[inline(always)]
    pub(super) fn unsure() -> Self {
        Self(std::ptr::without_provenance(UNSURE), PhantomData)
    }

    /// There is no ready entry.
    #[inline(always)]
    pub(super) fn entry(anchor: &'w Anchor) -> Self {
        const { assert!(align_of::<Anchor>() > OF_ANCHOR) };
        Self(anchor, PhantomData)
    }

    /// The entry may be further on.
    #[inline(always)]
    pub(super) fn further(anchor: &'w Anchor) -> Self {
        Self(std::ptr::from_ref(anchor).map_addr(|address| address | FURTHER), PhantomData)
    }

    /// Whether there is more to be searched.
    #[inline(always)]
    pub(super) fn is_open(self) -> bool {
        self.0.addr() & OF_ANCHOR != ENTRY
    }

    /// The anchor, as far as it is known.
    #[inline]
    pub(super) fn known_anchor(self) -> Option<&'w Anchor> {
        let anchor = self.0.map_addr(|address| address & !OF_ANCHOR);
        // SAFETY: null, or a reference that was put in.
        unsafe { anchor.as_ref() }
    }
}
