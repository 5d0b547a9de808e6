//! What is kept to explain misses.

use std::collections::VecDeque;
use std::panic::Location;

use super::miss::{MissReason, Reasons};
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
    reasons: Reasons,
    /// Empty before the first.
    gone: Vec<Option<(Spot, Went)>>,
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

    /// Why this one went, if that is known: once, since it is asked for again.
    pub(super) fn take(&mut self, spot: Spot) -> Option<Went> {
        let place = self.gone.get_mut(place(spot))?;
        Some(place.take_if(|(gone, _)| *gone == spot)?.1)
    }

    /// Forgets what went from a cell.
    pub(super) fn forget(&mut self, cell: usize) {
        for place in &mut self.gone {
            place.take_if(|(gone, _)| gone.cell == cell);
        }
    }

    pub(super) fn missed(
        &mut self,
        reason: MissReason,
        at: Option<&'static Location<'static>>,
        inside: Option<&'static str>,
    ) {
        self.reasons.count(&reason);
        if self.misses.len() == MISSES {
            self.misses.pop_front();
        }
        self.misses.push_back(Noted { reason, at, inside, when: clock::coarse() });
    }

    pub(super) fn misses(&mut self) -> &[Noted] {
        self.misses.make_contiguous()
    }

    pub(super) fn reasons(&self) -> &Reasons {
        &self.reasons
    }
}

fn place(spot: Spot) -> usize {
    // Addresses and the hashes of small keys are good in some bits only.
    let mixed = (spot.cell as u64 ^ spot.hash.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 48) as usize % PLACES
}
