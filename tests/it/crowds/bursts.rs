//! A crowd dies at once: no later call pays for all of it.

use memo_core::sweep;
use memo_tests::{Tally, alone, live_bytes};

use crate::kinds::{ArcBesideArc, ArcOwner, ArcOwnerLent, Kind, LocalArcOwner, RcBesideRc, RcOwner, RcOwnerLent};
use crate::{MOST_IN_ONE_CALL, sized};

/// Those beside it that live on.
const LIVING: usize = 1_000;

/// `crowd` objects with results that have died, in the order in which they were made, and others.
fn died<K: Kind>(kind: &K, crowd: usize, tally: &Tally, living: &Tally) -> Vec<K::Object> {
    let survivors: Vec<_> = (0..LIVING).map(|_| K::make(living)).collect();
    survivors.iter().for_each(|object| kind.ask(object));
    let dead: Vec<_> = (0..crowd).map(|_| K::make(tally)).collect();
    dead.iter().for_each(|object| kind.ask(object));
    drop(dead);
    survivors
}

/// A mix of misses on new objects and hits on survivors, until all is reclaimed: what each call drops.
fn no_call_drops_many<K: Kind>(crowd: usize) {
    let (kind, dead, living, new) = (K::new(), Tally::new(), Tally::new(), Tally::new());
    let survivors = died(&kind, crowd, &dead, &living);
    let (mut calls, mut most) = (0, 0);
    while dead.alive() > 0 {
        assert!(calls < 2 * (crowd + LIVING + 1_000), "after {calls} calls {} of {crowd} are kept", dead.alive());
        let object = K::make(&new);
        for object in [&object, &survivors[calls % LIVING]] {
            let before = dead.dropped() + new.dropped();
            kind.ask(object);
            most = most.max(dead.dropped() + new.dropped() - before);
            calls += 1;
        }
    }
    println!("{calls} calls, of which one dropped {most}");
    assert!(most <= MOST_IN_ONE_CALL, "one call dropped {most} results of {crowd}");
    assert_eq!(living.dropped(), 0);
}

/// A `sweep` finds all of it, and gives the memory back, that of the tables too.
fn a_sweep_takes_all<K: Kind>(crowd: usize) {
    let (kind, dead, living) = (K::new(), Tally::new(), Tally::new());
    drop(died(&kind, LIVING, &dead, &living));
    sweep();
    let (before, so_far) = (live_bytes(), dead.made());
    let survivors = died(&kind, crowd, &dead, &living);
    assert_eq!(dead.made() - so_far, crowd);
    // The calls for the crowd's last reclaimed none of it: it was alive.
    assert_eq!(dead.alive(), crowd);
    assert_eq!(sweep(), crowd);
    assert_eq!(dead.alive(), 0);
    drop(survivors);
    sweep();
    let rest = live_bytes().saturating_sub(before);
    assert!(rest < 1 << 20, "{rest} bytes are left of {crowd} objects");
}

/// Each in a process of its own.
macro_rules! bursts {
    ($($test:ident: $kind:ident, $crowd:literal;)*) => {
        mod no_call_drops_many {
            use super::*;
            $(
                #[test]
                fn $test() {
                    alone(|| super::no_call_drops_many::<$kind>(sized($crowd)));
                }
            )*
        }

        mod a_sweep_takes_all {
            use super::*;
            $(
                #[test]
                fn $test() {
                    alone(|| super::a_sweep_takes_all::<$kind>(sized($crowd / 2)));
                }
            )*
        }
    };
}

bursts! {
    of_arcs: ArcOwner, 400_000;
    of_arcs_lent: ArcOwnerLent, 200_000;
    of_arcs_beside_an_arc: ArcBesideArc, 200_000;
    of_local_arcs: LocalArcOwner, 200_000;
    of_rcs: RcOwner, 400_000;
    of_rcs_lent: RcOwnerLent, 200_000;
    of_rcs_beside_an_rc: RcBesideRc, 200_000;
}
