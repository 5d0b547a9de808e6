//! What a thread has at hand.

use std::rc::Rc;
use std::sync::Arc;

use crate::memos::args::Args;
use crate::memos::object::{Bundle, Object, SIZES};
use crate::run::pool::Pool;

const OWN: usize = 24;
const GRIPS: usize = 6;

/// A thread's own objects, and hot ones that it shares with the others.
#[derive(Debug)]
pub(crate) struct Things {
    pub(crate) own: Vec<Bundle>,
    pub(crate) rcs: Vec<Rc<Object>>,
    pub(crate) grips: Vec<Arc<Bundle>>,
}

/// One of a few.
pub(crate) fn pick<'t, T>(things: &'t [T], random: &mut fastrand::Rng) -> &'t T {
    &things[random.usize(..things.len())]
}

pub(crate) fn pick_mut<'t, T>(things: &'t mut [T], random: &mut fastrand::Rng) -> &'t mut T {
    let index = random.usize(..things.len());
    &mut things[index]
}

/// All sizes alike.
pub(crate) fn any_size(random: &mut fastrand::Rng) -> u32 {
    random.u32(..SIZES)
}

/// The larger the more seldom, so that as many bytes are of each size: for objects of which there are many.
pub(crate) fn mostly_small(random: &mut fastrand::Rng) -> u32 {
    random.u32(1..1 << SIZES).leading_zeros() - (u32::BITS - SIZES)
}

impl Things {
    pub(crate) fn new(pool: &Pool, random: &mut fastrand::Rng) -> Self {
        Self {
            own: (0..OWN).map(|_| Bundle::above([], any_size(random))).collect(),
            rcs: (0..OWN).map(|_| Rc::new(Object::new())).collect(),
            grips: (0..GRIPS).map(|_| pool.hot(random)).collect(),
        }
    }

    /// Arguments that nobody else has.
    pub(crate) fn own(&self, random: &mut fastrand::Rng) -> Args<'_> {
        Args {
            own: pick(&self.own, random),
            other: pick(&self.own, random),
            rc: pick(&self.rcs, random),
            key: random.u32(..),
        }
    }

    /// The owner is a hot object; a further argument is one too, or of our own.
    pub(crate) fn hot(&self, random: &mut fastrand::Rng) -> Args<'_> {
        let own = self.own(random);
        let hot: &Arc<Bundle> = pick(&self.grips, random);
        let other: &Arc<Bundle> = pick(&self.grips, random);
        Args { own: hot, other: if random.bool() { other } else { own.other }, ..own }
    }
}
