//! The one trap: where user code runs next, it misbehaves.
//!
//! Every type of a user's and every body here passes through [`reached`]. All is plain thread-local data without a
//! destructor, so that it also works in the destructors of other thread-locals.

use std::any::Any;
use std::cell::Cell;
use std::thread;

/// Where user code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Body,
    CacheIf,
    HashKey,
    EqKey,
    CloneKey,
    DropKey,
    CloneResult,
    DropResult,
    DropOwner,
    DropSecond,
    Anchor,
    KeyByHand,
    KeyExpression,
}

impl Place {
    pub(crate) const ALL: [Self; 13] = [
        Self::Body,
        Self::CacheIf,
        Self::HashKey,
        Self::EqKey,
        Self::CloneKey,
        Self::DropKey,
        Self::CloneResult,
        Self::DropResult,
        Self::DropOwner,
        Self::DropSecond,
        Self::Anchor,
        Self::KeyByHand,
        Self::KeyExpression,
    ];
}

/// What goes back in: something of `again.rs`. It is told which object is in its own `Drop`, if that is where it is called from.
pub(crate) type Enter<A> = (A, fn(A, Option<&dyn Any>));

/// What happens when a place is reached for the `nth` time.
#[derive(Clone, Copy)]
pub(crate) struct Trap<A> {
    pub(crate) place: Place,
    pub(crate) nth: u32,
    /// Runs before all else.
    pub(crate) first: Option<fn()>,
    pub(crate) enter: Option<Enter<A>>,
    pub(crate) panics: bool,
}

/// What a trap throws. No panic hook runs for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Thrown(pub(crate) Place);

pub(crate) type Armed = Trap<super::again::Again>;

thread_local! {
    static ARMED: Cell<Option<Armed>> = const { Cell::new(None) };
    /// A place that panics, too, when it is reached after the trap went off: mostly while that panic is on its way out.
    static SECOND: Cell<Option<Place>> = const { Cell::new(None) };
    static VISITS: Cell<[u32; Place::ALL.len()]> = const { Cell::new([0; Place::ALL.len()]) };
    /// Whether the operation itself runs: not what prepares or checks it, nor what goes back in.
    static WATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs an operation, with the trap set: what came of it, and how often each place was reached.
pub(crate) fn during<R>(
    trap: Option<Armed>,
    second: Option<Place>,
    act: impl FnOnce() -> R,
) -> (thread::Result<R>, [u32; Place::ALL.len()], Sprung) {
    ARMED.set(trap);
    SECOND.set(second);
    VISITS.set([0; Place::ALL.len()]);
    WATCHING.set(true);
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
    WATCHING.set(false);
    let sprung =
        Sprung { first: trap.is_some() && ARMED.get().is_none(), second: second.is_some() && SECOND.get().is_none() };
    ARMED.set(None);
    SECOND.set(None);
    (end, VISITS.get(), sprung)
}

/// Sets the trap for what comes after the caller: the end of this thread.
pub(crate) fn leave(trap: Armed) {
    ARMED.set(Some(trap));
    WATCHING.set(true);
}

/// Ends that; whether it went off.
pub(crate) fn collect() -> bool {
    WATCHING.set(false);
    ARMED.replace(None).is_none()
}

/// Which traps went off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sprung {
    pub(crate) first: bool,
    pub(crate) second: bool,
}

/// The caller's own part of an operation: what is dropped there is the caller's.
pub(crate) fn unwatched<R>(act: impl FnOnce() -> R) -> R {
    let watching = WATCHING.replace(false);
    let result = act();
    WATCHING.set(watching);
    result
}

/// User code runs there.
pub(crate) fn reached(place: Place) {
    reached_in(place, None);
}

/// The same in the `Drop` of an object.
pub(crate) fn reached_in(place: Place, dying: Option<&dyn Any>) {
    if !WATCHING.get() {
        return;
    }
    let mut visits = VISITS.get();
    visits[place as usize] += 1;
    VISITS.set(visits);
    let Some(mut trap) = ARMED.get() else {
        if SECOND.get() == Some(place) {
            SECOND.set(None);
            throw(place);
        }
        return;
    };
    if trap.place != place {
        return;
    }
    if trap.nth > 1 {
        trap.nth -= 1;
        ARMED.set(Some(trap));
        return;
    }
    ARMED.set(None);
    unwatched(|| {
        if let Some(first) = trap.first {
            first();
        }
        if let Some((again, enter)) = trap.enter {
            enter(again, dying);
        }
    });
    if trap.panics {
        throw(place);
    }
}

fn throw(place: Place) {
    std::panic::resume_unwind(Box::new(Thrown(place)));
}
