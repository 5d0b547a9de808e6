//! An object has died: its memory is back after a bounded number of further calls, whoever makes them.

use std::thread;

use memo_core::Anchored;
use memo_tests::{Tally, alone, live_bytes};

use crate::kinds::{self, Kind, another};
use crate::{CROWD, HITS_OF_A_SHORT_THREAD, HITS_UNTIL_RECLAIMED, MISSES_UNTIL_RECLAIMED, SURVIVORS};

/// A crowd that died among others that live on.
struct Died<K: Kind> {
    kind: K,
    survivors: Vec<K::Object>,
    dead: Tally,
    /// Bytes in use without the crowd, and what it took.
    before: usize,
    took: usize,
    calls: usize,
}

impl<K: Kind> Died<K> {
    fn new() -> Self {
        let (kind, living, dead) = (K::new(), Tally::new(), Tally::new());
        let survivors: Vec<_> = (0..SURVIVORS).map(|_| K::make(&living)).collect();
        survivors.iter().for_each(|object| kind.ask(object));
        let before = live_bytes();
        let crowd: Vec<_> = (0..CROWD).map(|_| K::make(&dead)).collect();
        crowd.iter().for_each(|object| kind.ask(object));
        let took = live_bytes() - before;
        drop(crowd);
        Self { kind, survivors, dead, before, took, calls: 0 }
    }

    fn held(&self) -> usize {
        live_bytes().saturating_sub(self.before)
    }

    /// Whether all of it is back. What tables grew by for the crowd may stay: it is less than a third of what the objects,
    /// their entries and results took.
    fn is_reclaimed(&self) -> bool {
        self.dead.alive() == 0 && self.held() < self.took / 3
    }

    /// Calls until it is, which must be within `most`; `call` says how many calls it made.
    fn within(mut self, most: usize, mut call: impl FnMut(&Self) -> usize) {
        while !self.is_reclaimed() {
            let (kept, held) = (self.dead.alive(), self.held());
            assert!(
                self.calls < most,
                "after {} calls {kept} of {CROWD} results are kept, and {held} of {} bytes",
                self.calls,
                self.took,
            );
            let made = call(&self);
            self.calls += made;
        }
        assert_eq!(self.survivors.len(), SURVIVORS);
        println!("reclaimed after {} calls of {most}", self.calls);
    }
}

/// Objects of requests: each dies when it was asked about.
fn misses_of_the_same_memo<K: Kind>() {
    let others = Tally::new();
    Died::<K>::new().within(MISSES_UNTIL_RECLAIMED, |died| {
        died.kind.ask(&K::make(&others));
        1
    });
}

fn hits_of_another_memo<K: Kind>() {
    let owner = Anchored::new(1);
    another(&owner);
    Died::<K>::new().within(HITS_UNTIL_RECLAIMED, |_| {
        another(&owner);
        1
    });
}

fn hits_on_survivors<K: Kind>() {
    Died::<K>::new().within(HITS_UNTIL_RECLAIMED, |died| {
        died.kind.ask(&died.survivors[died.calls % SURVIVORS]);
        1
    });
}

fn short_threads_that_hit<K: Kind>() {
    let owner = Anchored::new(1);
    another(&owner);
    Died::<K>::new().within(HITS_UNTIL_RECLAIMED, |_| {
        thread::scope(|scope| {
            scope.spawn(|| (0..HITS_OF_A_SHORT_THREAD).for_each(|_| _ = another(&owner)));
        });
        HITS_OF_A_SHORT_THREAD
    });
}

fn short_threads_that_miss<K: Kind + Sync>() {
    let others = Tally::new();
    Died::<K>::new().within(MISSES_UNTIL_RECLAIMED, |died| {
        let (kind, others, misses) = (&died.kind, &others, 1 + died.calls % 7);
        thread::scope(|scope| {
            scope.spawn(move || (0..misses).for_each(|_| kind.ask(&K::make(others))));
        });
        misses
    });
}

/// Each in a process of its own.
macro_rules! each {
    ($($way:ident)* / $module:ident $kind:ident) => {
        mod $module {
            use super::*;
            $(
                #[test]
                fn $way() {
                    alone(|| super::$way::<kinds::$kind>());
                }
            )*
        }
    };
}

/// By any thread.
macro_rules! shared {
    ($($module:ident $kind:ident,)*) => {$(
        each! {
            misses_of_the_same_memo hits_of_another_memo hits_on_survivors short_threads_that_hit short_threads_that_miss
            / $module $kind
        }
    )*};
}

/// By the thread whose objects they are.
macro_rules! of_this_thread {
    ($($module:ident $kind:ident,)*) => {$(
        each! { misses_of_the_same_memo hits_of_another_memo hits_on_survivors / $module $kind }
    )*};
}

shared! {
    arc_owner ArcOwner,
    arc_owner_lent ArcOwnerLent,
    arc_beside_arc ArcBesideArc,
    arc_beside_object ArcBesideObject,
}

of_this_thread! {
    local_arc_owner LocalArcOwner,
    rc_owner RcOwner,
    rc_owner_lent RcOwnerLent,
    arc_beside_rc ArcBesideRc,
    rc_beside_rc RcBesideRc,
}
