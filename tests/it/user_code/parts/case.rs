//! One combination, and all that it needs.

use std::rc::Rc;

use super::acts::{Op, World};
use super::again::{Again, Ring};
use super::enter::enter;
use super::rules::Behaviour;
use super::subjects::{Kind, Memo};
use super::things::{Manners, behave};
use super::trap::{Armed, Place, Trap};

/// One combination, but for the memo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) manners: Manners,
    pub(crate) op: Op,
    pub(crate) place: Place,
    pub(crate) behaviour: Behaviour,
    /// A place that panics after the first did.
    pub(crate) second: Option<Place>,
}

impl Case {
    /// All that it needs. Keys behave as they are to from here on.
    pub(crate) fn world<M: Memo>(&self) -> Rc<World<M>> {
        behave(self.manners, 1);
        World::new(self.op, self.ring(&M::KIND), self.manners.tell_the_truth())
    }

    pub(crate) fn trap<M: Memo>(&self, nth: u32) -> Armed {
        let enter = self.behaviour.again().map(|again| (again, enter::<M> as _));
        Trap { place: self.place, nth, first: None, enter, panics: self.behaviour.panics() }
    }

    /// Whether the result in question is being computed when the place is reached.
    pub(crate) fn is_in_a_compute(&self) -> bool {
        self.op.computes() && matches!(self.place, Place::Body | Place::CacheIf | Place::CloneResult)
    }

    /// Whether asking for the key in question is a ring.
    fn ring(&self, kind: &Kind) -> Ring {
        match self.behaviour.again() {
            _ if !self.manners.tell_the_truth() => Ring::May,
            _ if !self.is_in_a_compute() => Ring::Never,
            _ if kind.single_flight => Ring::Must,
            // A refresh is claimed for this thread, also where nobody waits for it.
            Some(Again::Refresh) if self.op == Op::Refresh => Ring::May,
            _ => Ring::Never,
        }
    }
}
