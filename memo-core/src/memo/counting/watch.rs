//! Who sees what a thread counts, beside the thread's own counters: a test that wants to know of its own calls alone.
//!
//! # Invariants
//!
//! 1. A thread has a watch exactly while its [`Counters`](super::counters) are watched: only [`Watching`](super::watching) changes either.
//!    Then each count takes the slow way, on which the watch is [told](note). So a hit on a thread without a watch asks nothing, and
//!    nothing is lost on one that has one.
//! 2. A watch tells the one [around](Watch::outer) it, so that the inner of two hides nothing from the outer. A watch may be that of several
//!    threads.
//! 3. No user code runs while a watch takes note.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::counter_block::{Count, Sums};
use crate::memo::core::Core;
use crate::sys::sync::plain::Mutex;
use crate::sys::sync::unpoisoned;

thread_local! {
    /// This thread's watch. Gone once the thread has ended so far that its destructors have run: from then on it is not watched.
    static HERE: RefCell<Option<Arc<Watch>>> = const { RefCell::new(None) };
}

/// What is seen, and who sees it, too.
pub(crate) struct Watch {
    seen: Seen,
    outer: Option<Arc<Watch>>,
}

enum Seen {
    Figures(Figures),
    Calls(Outermost),
}

/// The figures of each memo, by its index.
#[derive(Default)]
pub(crate) struct Figures(Mutex<BTreeMap<u32, (&'static Core, Sums)>>);

/// The calls that are in no body but that around the watch.
pub(crate) struct Outermost {
    /// The innermost computation of a thread, whatever that is here.
    innermost: fn() -> usize,
    /// That when the watch began.
    around: usize,
    calls: Mutex<Vec<Call>>,
}

/// What was counted of one call.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) core: &'static Core,
    /// It found its result at once.
    pub(crate) hit: bool,
    /// It ran the body.
    pub(crate) computed: bool,
    /// The body's result was not stored.
    pub(crate) rejected: bool,
}

impl Watch {
    /// A watch for the figures.
    pub(crate) fn figures(outer: Option<Arc<Self>>) -> Self {
        Self { seen: Seen::Figures(Figures::default()), outer }
    }

    /// A watch for the outermost calls.
    pub(crate) fn calls(innermost: fn() -> usize, outer: Option<Arc<Self>>) -> Self {
        let around = innermost();
        Self { seen: Seen::Calls(Outermost { innermost, around, calls: Mutex::default() }), outer }
    }

    /// The figures of one memo, where these are watched.
    pub(crate) fn figures_of(&self, core: &'static Core) -> Sums {
        let Seen::Figures(Figures(figures)) = &self.seen else { return Sums::default() };
        unpoisoned(figures.lock()).get(&core.index()).map_or_else(Sums::default, |(_, sums)| *sums)
    }

    /// The figures of all memos of which anything was counted, where these are watched.
    pub(crate) fn all_figures(&self) -> Vec<(&'static Core, Sums)> {
        let Seen::Figures(Figures(figures)) = &self.seen else { return Vec::new() };
        unpoisoned(figures.lock()).values().copied().collect()
    }

    /// The outermost calls, where these are watched.
    pub(crate) fn outermost(&self) -> Vec<Call> {
        let Seen::Calls(Outermost { calls, .. }) = &self.seen else { return Vec::new() };
        unpoisoned(calls.lock()).clone()
    }

    /// This watch if it sees figures, or the innermost around it that does.
    pub(crate) fn with_figures(self: Arc<Self>) -> Option<Arc<Self>> {
        let mut watch = self;
        while let Seen::Calls(_) = watch.seen {
            watch = watch.outer.clone()?;
        }
        Some(watch)
    }

    fn note(&self, core: &'static Core, what: Count, n: u64) {
        match &self.seen {
            Seen::Figures(Figures(figures)) => {
                unpoisoned(figures.lock())
                    .entry(core.index())
                    .or_insert_with(|| (core, Sums::default()))
                    .1
                    .add(what, n);
            }
            Seen::Calls(outermost) if (outermost.innermost)() == outermost.around => outermost.note(core, what),
            Seen::Calls(_) => {}
        }
    }
}

impl Outermost {
    fn note(&self, core: &'static Core, what: Count) {
        let mut calls = unpoisoned(self.calls.lock());
        match what {
            Count::Hits => calls.push(Call { core, hit: true, computed: false, rejected: false }),
            Count::Misses => calls.push(Call { core, hit: false, computed: false, rejected: false }),
            Count::Computes | Count::Rejected => {
                let mut last = calls.iter_mut().rev();
                let Some(call) = last.find(|call| std::ptr::eq(call.core, core) && !call.hit) else { return };
                call.computed = true;
                call.rejected |= what == Count::Rejected;
            }
            _ => {}
        }
    }
}

/// This thread's watch.
pub(crate) fn current() -> Option<Arc<Watch>> {
    HERE.try_with(|here| here.borrow().clone()).ok()?
}

/// Sets this thread's watch. `false`: it can have none any more.
pub(super) fn replace(watch: Option<Arc<Watch>>) -> bool {
    // The old one is dropped outside of the cell.
    HERE.try_with(|here| here.replace(watch)).is_ok()
}

/// Tells this thread's watch, and those around it.
#[cold]
pub(super) fn note(core: &'static Core, what: Count, n: u64) {
    let mut told = current();
    while let Some(watch) = told {
        watch.note(core, what, n);
        told = watch.outer.clone();
    }
}
