//! The operations during which user code misbehaves.

use std::cell::RefCell;
use std::rc::Rc;

use super::again::Ring;
use super::subjects::{Keyed, Memo, Owner, Owners};
use super::things::{Answer, Key, REFUSED, Second};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Op {
    Miss,
    /// A miss whose result `cache_if` does not want.
    Refused,
    /// A miss whose result takes the place of another.
    Evict,
    Hit,
    Get,
    Insert,
    Replace,
    Refresh,
    Forget,
    Clear,
    ClearAll,
    /// The object is dead already.
    Sweep,
    Amortised,
    Death,
    /// Of another weak argument; swept, if it has to be.
    SecondDeath,
}

impl Op {
    pub(crate) const ALL: [Self; 15] = [
        Self::Miss,
        Self::Refused,
        Self::Evict,
        Self::Hit,
        Self::Get,
        Self::Insert,
        Self::Replace,
        Self::Refresh,
        Self::Forget,
        Self::Clear,
        Self::ClearAll,
        Self::Sweep,
        Self::Amortised,
        Self::Death,
        Self::SecondDeath,
    ];

    /// Whether the body runs.
    pub(crate) fn computes(self) -> bool {
        matches!(self, Self::Miss | Self::Refused | Self::Evict | Self::Refresh)
    }

    /// Whether one key is looked for.
    pub(crate) fn looks(self) -> bool {
        self.computes() || matches!(self, Self::Hit | Self::Get | Self::Insert | Self::Replace | Self::Forget)
    }

    /// Whether a key may be stored.
    pub(crate) fn stores(self) -> bool {
        self.computes() || matches!(self, Self::Insert | Self::Replace)
    }

    /// Whether the key is not there before.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::Miss | Self::Refused | Self::Evict | Self::Insert)
    }

    /// Whether results are taken away: dropped by us.
    pub(crate) fn removes(self) -> bool {
        use Op::*;
        matches!(self, Evict | Replace | Refresh | Forget | Clear | ClearAll | Sweep | Amortised | Death | SecondDeath)
    }

    pub(crate) fn is_the_end_of_the_object(self) -> bool {
        matches!(self, Self::Sweep | Self::Amortised | Self::Death)
    }

    /// Whether it cannot be asked of a memo that lends.
    pub(crate) fn revokes(self) -> bool {
        use Op::*;
        matches!(self, Refused | Insert | Replace | Refresh | Forget | Clear | ClearAll)
    }
}

/// What one case is about.
pub(crate) struct World<M: Memo> {
    pub(crate) owner: RefCell<Option<Rc<M::Owner>>>,
    pub(crate) second: RefCell<Option<Rc<Second>>>,
    /// Another pointer to the same object.
    pub(crate) another: RefCell<Option<M::Owner>>,
    /// Another object, alive all the time.
    pub(crate) bystander: M::Owner,
    /// The number of the key in question.
    pub(crate) key: u32,
    pub(crate) ring: Ring,
    /// Whether answers are to be looked at: not where keys lie.
    pub(crate) honest: bool,
}

impl<M: Memo> World<M> {
    /// Makes everything ready for `op`.
    pub(crate) fn new(op: Op, ring: Ring, honest: bool) -> Rc<Self> {
        let owner = M::Owner::new(1);
        let another = if op.is_the_end_of_the_object() { None } else { owner.another() };
        let world = Self {
            owner: RefCell::new(Some(Rc::new(owner))),
            second: RefCell::new(Some(Rc::new(Second::new(M::KIND.second)))),
            another: RefCell::new(another),
            bystander: M::Owner::new(7),
            key: if op == Op::Refused { REFUSED } else { 1 },
            ring,
            honest,
        };
        for key in world.keys_before(op) {
            M::call(&world.owner(), &world.second(), &Key::new(key));
        }
        if matches!(op, Op::Sweep | Op::Amortised) {
            world.owner.take();
        }
        Rc::new(world)
    }

    /// What is asked for before the operation: the neighbours, and the key itself.
    fn keys_before(&self, op: Op) -> impl Iterator<Item = u32> {
        let neighbours: &[u32] = match op {
            _ if M::KIND.keyed == Keyed::No => &[],
            Op::Evict => &[2, 3],
            _ => &[2],
        };
        let own = (!op.is_new()).then_some(self.key);
        neighbours.iter().copied().chain(own)
    }

    pub(crate) fn owner(&self) -> Rc<M::Owner> {
        self.owner.borrow().clone().expect("not in an operation that ends the object")
    }

    pub(crate) fn second(&self) -> Rc<Second> {
        self.second.borrow().clone().expect("not in an operation that ends it")
    }

    /// Runs the operation; the number that came out.
    pub(crate) fn perform(&self, op: Op) -> Option<u32> {
        let key = &Key::new(self.key);
        match op {
            Op::Miss | Op::Refused | Op::Evict | Op::Hit => Some(M::call(&self.owner(), &self.second(), key)),
            Op::Get => M::get(&self.owner(), &self.second(), key),
            Op::Insert | Op::Replace => {
                M::insert(&self.owner(), &self.second(), key, Answer::new(100 + self.key));
                None
            }
            Op::Refresh => Some(M::refresh(&self.owner(), &self.second(), key)),
            Op::Forget => {
                M::forget(&self.owner(), &self.second(), key);
                None
            }
            Op::Clear => {
                M::clear();
                None
            }
            Op::ClearAll => {
                memo_core::clear_all();
                None
            }
            Op::Sweep => {
                memo_core::sweep();
                None
            }
            Op::Amortised => {
                self.bystander.ask_much();
                None
            }
            Op::Death => {
                drop(self.owner.take());
                None
            }
            Op::SecondDeath => {
                let second = self.second.take();
                // What is in a thread's own table is not reached by a death, which may be on another.
                let in_table = M::Owner::KIND == Owners::Rc || matches!(second.as_deref(), Some(Second::Shared(_)));
                drop(second);
                if in_table {
                    memo_core::sweep();
                }
                None
            }
        }
    }

    /// Law 1.
    pub(crate) fn assert_right(&self, owner: &M::Owner, key: &Key, number: u32) {
        if self.honest {
            assert_eq!(number / 100, owner.number(), "law 1: a result of another object");
            if M::KIND.is_keyed() {
                assert_eq!(number % 100, key.number, "law 1: a result of another key");
            }
        }
    }
}
