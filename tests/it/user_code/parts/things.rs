//! What a user brings: objects, keys, results. Each counts what is made and dropped of it, and passes through the trap.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use memo_core::{Anchor, HasAnchor, key_as};

use super::trap::{Place, reached, reached_in};

/// How many of a kind of thing there are.
pub(crate) struct Alive(AtomicUsize, AtomicUsize);

impl Alive {
    const fn new() -> Self {
        Self(AtomicUsize::new(0), AtomicUsize::new(0))
    }

    fn made(&self) {
        self.0.fetch_add(1, SeqCst);
    }

    fn dropped(&self) {
        self.1.fetch_add(1, SeqCst);
    }

    /// Made, and dropped.
    pub(crate) fn figures(&self) -> (usize, usize) {
        (self.0.load(SeqCst), self.1.load(SeqCst))
    }
}

pub(crate) static OWNERS: Alive = Alive::new();
pub(crate) static SECONDS: Alive = Alive::new();
pub(crate) static KEYS: Alive = Alive::new();
pub(crate) static ANSWERS: Alive = Alive::new();

/// An object, without an anchor of its own.
pub(crate) struct Doc {
    pub(crate) number: u32,
}

impl Doc {
    pub(crate) fn new(number: u32) -> Self {
        OWNERS.made();
        Self { number }
    }
}

impl Drop for Doc {
    fn drop(&mut self) {
        OWNERS.dropped();
        reached(Place::DropOwner);
    }
}

/// An object with an anchor, and a hand-written way to it.
pub(crate) struct Inside {
    pub(crate) number: u32,
    anchor: Anchor,
}

impl Inside {
    pub(crate) fn new(number: u32) -> Self {
        OWNERS.made();
        Self { number, anchor: Anchor::new() }
    }
}

impl HasAnchor for Inside {
    fn anchor(&self) -> &Anchor {
        reached(Place::Anchor);
        &self.anchor
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        OWNERS.dropped();
        reached_in(Place::DropOwner, Some(self));
    }
}

/// A second weak argument.
pub(crate) struct Other {
    anchor: Anchor,
}

impl Other {
    fn new() -> Self {
        SECONDS.made();
        Self { anchor: Anchor::new() }
    }
}

impl HasAnchor for Other {
    fn anchor(&self) -> &Anchor {
        reached(Place::Anchor);
        &self.anchor
    }
}

key_as!(Other => Anchor, |this| this.anchor());

impl Drop for Other {
    fn drop(&mut self) {
        SECONDS.dropped();
        reached(Place::DropSecond);
    }
}

/// Which second weak argument a memo takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seconds {
    None,
    Inside,
    Shared,
}

/// A second weak argument of either kind.
pub(crate) enum Second {
    None,
    Inside(Box<Other>),
    Shared(Arc<Other>),
}

impl Second {
    pub(crate) fn new(kind: Seconds) -> Self {
        match kind {
            Seconds::None => Self::None,
            Seconds::Inside => Self::Inside(Box::new(Other::new())),
            Seconds::Shared => Self::Shared(Arc::new(Other::new())),
        }
    }

    pub(crate) fn inside(&self) -> &Other {
        let Self::Inside(other) = self else { panic!("a memo asks for what its kind says") };
        other
    }

    pub(crate) fn shared(&self) -> &Arc<Other> {
        let Self::Shared(other) = self else { panic!("a memo asks for what its kind says") };
        other
    }

    pub(crate) fn strong(&self) -> usize {
        if let Self::Shared(other) = self { Arc::strong_count(other) } else { 1 }
    }
}

/// How keys behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    Honest,
    /// All hashes are the same.
    Colliding,
    /// And no two keys are equal, not even one with itself.
    NeverEqual,
    /// And all keys are equal.
    AlwaysEqual,
    /// And equal or not by chance.
    Random,
}

thread_local! {
    static MANNERS: Cell<Manners> = const { Cell::new(Manners::Honest) };
    static SEED: Cell<u64> = const { Cell::new(0) };
}

impl Manners {
    /// Whether answers are to be looked at.
    pub(crate) fn tell_the_truth(self) -> bool {
        matches!(self, Self::Honest | Self::Colliding)
    }
}

/// From now on keys behave so, on this thread; the same at every run.
pub(crate) fn behave(manners: Manners, seed: u64) {
    MANNERS.set(manners);
    SEED.set(seed);
}

fn chance() -> bool {
    let next = SEED.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    SEED.set(next);
    next >> 40 & 1 == 0
}

/// An extra key that is kept as a copy.
pub(crate) struct Key {
    pub(crate) number: u32,
    /// Whether the memo made it.
    kept: bool,
}

impl Key {
    pub(crate) fn new(number: u32) -> Self {
        KEYS.made();
        Self { number, kept: false }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        reached(Place::HashKey);
        state.write_u32(if MANNERS.get() == Manners::Honest { self.number } else { 0 });
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        reached(Place::EqKey);
        match MANNERS.get() {
            Manners::Honest | Manners::Colliding => self.number == other.number,
            Manners::NeverEqual => false,
            Manners::AlwaysEqual => true,
            Manners::Random => chance(),
        }
    }
}

impl Eq for Key {}

impl Clone for Key {
    fn clone(&self) -> Self {
        reached(Place::CloneKey);
        KEYS.made();
        Self { number: self.number, kept: true }
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        KEYS.dropped();
        if self.kept {
            reached(Place::DropKey);
        }
    }
}

/// A key that is written by hand.
pub(crate) struct ByHand(u32);

/// What `#[memo(key = ..)]` computes.
pub(crate) fn by_hand(key: &Key) -> ByHand {
    reached(Place::KeyExpression);
    ByHand(key.number)
}

key_as!(ByHand => u32, |this| {
    reached(Place::KeyByHand);
    &this.0
});

/// A result.
pub(crate) struct Answer {
    pub(crate) number: u32,
    /// Its caller has it, and drops it: that is no user code inside a memo.
    taken: AtomicBool,
}

/// The number of a result that is not worth storing.
pub(crate) const REFUSED: u32 = 9;

impl Answer {
    pub(crate) fn new(number: u32) -> Self {
        ANSWERS.made();
        Self { number, taken: AtomicBool::new(false) }
    }

    /// The body of every memo here.
    pub(crate) fn compute(owner: u32, key: u32) -> Self {
        reached(Place::Body);
        Self::new(100 * owner + key)
    }

    pub(crate) fn is_worth_storing(&self) -> bool {
        reached(Place::CacheIf);
        self.number % 100 != REFUSED
    }

    /// Takes the number out of what a memo has returned.
    pub(crate) fn take(self) -> u32 {
        self.taken.store(true, SeqCst);
        self.number
    }
}

impl Clone for Answer {
    fn clone(&self) -> Self {
        reached(Place::CloneResult);
        Self::new(self.number)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        ANSWERS.dropped();
        if !self.taken.load(SeqCst) {
            reached(Place::DropResult);
        }
    }
}
