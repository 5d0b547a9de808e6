//! What is kept to explain misses.

use std::collections::VecDeque;
use std::panic::Location;

use super::miss::MissReason;
use super::spot::{Spot, Went};
use crate::memo::clock;

/// So many misses are kept.
const MISSES: usize = 64;
/// So many results that went are known: each has one place, where a later one replaces it.
const PLACES: usize = 1024;

/// What is kept to explain misses.
#[derive(Default)]
pub(super) struct Known {
    misses: VecDeque<Noted>,
    /// Empty before the first.
    gone: Vec<Option<(Spot, Went)>>,
    /// The cells, and when each was made; a later one replaces it, as above. Empty before the first.
    made: Vec<Option<(usize, u64)>>,
}

/// A miss, as it is kept.
#[derive(Clone)]
pub(super) struct Noted {
    pub(super) reason: MissReason,
    pub(super) at: Option<&'static Location<'static>>,
    pub(super) inside: Option<&'static str>,
    pub(super) when: u64,
}

impl Known {
    pub(super) fn went(&mut self, spot: Spot, why: Went) {
        if self.gone.is_empty() {
            self.gone = vec![None; PLACES];
        }
        self.gone[place(spot)] = Some((spot, why));
    }

    /// The same of one that went before, unless more is known of it.
    pub(super) fn went_before(&mut self, spot: Spot, why: Went) {
        if self.why(spot).is_none() {
            self.went(spot, why);
        }
    }

    /// Why this one went, if that is known.
    pub(super) fn why(&self, spot: Spot) -> Option<Went> {
        let (gone, why) = (*self.gone.get(place(spot))?)?;
        (gone == spot).then_some(why)
    }

    /// It is there again.
    pub(super) fn stored(&mut self, spot: Spot) {
        if let Some(place) = self.gone.get_mut(place(spot)) {
            place.take_if(|(gone, _)| *gone == spot);
        }
    }

    /// A new cell: forgets what went from another at this address, and notes when it was made.
    pub(super) fn new_cell(&mut self, cell: usize) {
        for place in &mut self.gone {
            place.take_if(|(gone, _)| gone.cell == cell);
        }
        if self.made.is_empty() {
            self.made = vec![None; PLACES];
        }
        self.made[place(Spot { cell, hash: 0 })] = Some((cell, clock::coarse()));
    }

    /// When the last cells were made.
    pub(super) fn made(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.made.iter().copied().flatten()
    }

    pub(super) fn missed(
        &mut self,
        reason: MissReason,
        at: Option<&'static Location<'static>>,
        inside: Option<&'static str>,
    ) {
        if self.misses.len() == MISSES {
            self.misses.pop_front();
        }
        self.misses.push_back(Noted { reason, at, inside, when: clock::coarse() });
    }

    pub(super) fn misses(&mut self) -> &[Noted] {
        self.misses.make_contiguous()
    }
}

fn place(spot: Spot) -> usize {
    // Addresses and the hashes of small keys are good in some bits only.
    let mixed = (spot.cell as u64 ^ spot.hash.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 48) as usize % PLACES
}
