//! What looks at everything, beside a thread that makes objects and drops them all the time: it comes back.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use memo_core::{Anchored, Sweeper, sweep, weak_memo};
use memo_tests::{Tally, alone, in_time, live_bytes};

use crate::kinds::{ArcOwner, Kind};
use crate::{MADE_MEANWHILE, sized};

const LIVING: usize = sized(100_000);

#[weak_memo]
fn lent(n: &Arc<usize>) -> &usize {
    **n
}

#[weak_memo]
fn cloned(n: &Arc<usize>) -> usize {
    **n
}

fn living() -> Vec<Arc<usize>> {
    let living: Vec<_> = (0..LIVING).map(Arc::new).collect();
    living.iter().for_each(|n| _ = lent(n) + cloned(n));
    living
}

/// `act` several times, each of which is back before the other thread has made too many. Counted, not timed: a machine that is
/// slow is so for both. `act` is given the number of those made, as it grows.
fn comes_back(act: impl Fn(&AtomicUsize)) {
    let living = living();
    let (made, at_most, stop) = (AtomicUsize::new(0), AtomicUsize::new(MADE_MEANWHILE), AtomicBool::new(false));
    thread::scope(|scope| {
        let theirs = scope.spawn(|| {
            // No more than that: what waits for a moment without anything dead would wait for ever, and say nothing.
            while !stop.load(SeqCst) && made.load(SeqCst) < at_most.load(SeqCst) {
                let n = Arc::new(0);
                _ = lent(&n) + cloned(&n);
                drop(n);
                made.fetch_add(1, SeqCst);
            }
        });
        in_time(|| made.load(SeqCst) > 1_000);
        let mut most = 0;
        for _ in 0..10 {
            let before = made.load(SeqCst);
            at_most.store(before + MADE_MEANWHILE, SeqCst);
            act(&made);
            most = most.max(made.load(SeqCst) - before);
            if most >= MADE_MEANWHILE {
                break;
            }
        }
        stop.store(true, SeqCst);
        theirs.join().expect("no body panics");
        println!("{most} made meanwhile");
        assert!(most < MADE_MEANWHILE, "it was not back when the other thread had made {most} objects");
    });
    assert_eq!(living.len(), LIVING);
}

/// One that dies and one that is made meanwhile may both be counted, and of results by clone those of the dead as well.
#[test]
fn len() {
    fn of_the_living(len: impl Fn() -> usize, made: &AtomicUsize, dead: usize) {
        let before = made.load(SeqCst);
        let len = len();
        let beside = 1 + dead + made.load(SeqCst) - before;
        assert!((LIVING..=LIVING + beside).contains(&len), "{len}, and {beside} at most beside the living");
    }
    alone(|| {
        comes_back(|made| of_the_living(|| lent_memo().len(), made, 0));
        comes_back(|made| of_the_living(|| cloned_memo().len(), made, LIVING));
    });
}

#[test]
fn is_empty() {
    alone(|| comes_back(|_| assert!(!lent_memo().is_empty() && !cloned_memo().is_empty())));
}

/// Of a memo with nothing: there is no first one to find.
#[test]
fn is_empty_where_it_is() {
    #[weak_memo]
    #[expect(dead_code, reason = "only its handle is asked")]
    fn unused(n: &Arc<usize>) -> usize {
        **n
    }
    alone(|| comes_back(|_| assert_eq!((unused_memo().is_empty(), unused_memo().len()), (true, 0))));
}

#[test]
fn stats() {
    alone(|| comes_back(|_| assert!(cloned_memo().stats().entries >= LIVING as u64)));
}

#[test]
fn a_report() {
    alone(|| comes_back(|_| assert!(memo_core::report().to_string().contains("cloned"))));
}

#[test]
fn a_clear() {
    alone(|| comes_back(|_| _ = cloned_memo().clear()));
}

#[test]
fn a_sweep() {
    alone(|| comes_back(|_| _ = sweep()));
}

/// The guard is dropped in the middle of a sweep, or between two.
/// What dies meanwhile by another thread's doing came before the sweep, too, and its result has something to drop. It is not followed for ever.
#[test]
fn a_sweep_of_what_others_let_die() {
    #[weak_memo]
    fn name(n: &Arc<usize>) -> String {
        n.to_string()
    }
    alone(|| {
        let pool = Mutex::new((0..LIVING).map(Arc::new).collect::<Vec<_>>());
        pool.lock().expect("nobody panics").iter().for_each(|n| _ = name(n));
        let replaced = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut at = 0;
                while !stop.load(SeqCst) && replaced.load(SeqCst) < MADE_MEANWHILE {
                    // All over the place, so that some of the first are left for long.
                    at = (at * 5 + 12_347) % LIVING;
                    let n = Arc::new(at);
                    name(&n);
                    drop(std::mem::replace(&mut pool.lock().expect("nobody panics")[at], n));
                    replaced.fetch_add(1, SeqCst);
                }
            });
            in_time(|| replaced.load(SeqCst) > 100);
            memo_core::sweep();
            stop.store(true, SeqCst);
        });
        let replaced = replaced.load(SeqCst);
        println!("{replaced} replaced meanwhile");
        assert!(
            replaced < MADE_MEANWHILE,
            "the sweep was not back when the other thread had replaced {replaced} objects"
        );
    });
}

/// A chain of results that own the next object turns back very often in the order in which the objects came. It is followed to its end, however
/// little each walk finds: the other thread is there, and does nothing.
#[test]
fn a_sweep_of_a_shuffled_chain_beside_an_idle_thread() {
    const LINKS: usize = 1_000;
    #[weak_memo(may_return_owner)]
    fn next(_: &Arc<usize>) -> Arc<usize> {
        Arc::new(0)
    }
    alone(|| {
        let living = living();
        let (called, end) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                lent(&living[0]);
                called.wait();
                end.wait();
            });
            called.wait();
            let links: Vec<_> = (0..LINKS).map(Arc::new).collect();
            next(&links[LINKS - 1]);
            for at in (0..LINKS - 1).map(|n| n * 617 % (LINKS - 1)) {
                next_memo().insert(&links[at], Arc::clone(&links[at + 1]));
            }
            drop(links);
            sweep();
            let left = next_memo().len();
            end.wait();
            assert_eq!(left, 0);
        });
    });
}

/// Who misses waits, before long, for a part of the table that another thread has nearly always.
#[test]
fn misses_find_what_is_dead_beside_a_thread_that_looks_at_it_all_the_time() {
    // Objects of this size have one part for all.
    type Large = [u8; 20_000];
    #[weak_memo]
    fn first(large: &Arc<Large>) -> u8 {
        large[0]
    }
    #[weak_memo(capacity = unbounded)]
    fn beside(n: &Anchored<usize>, key: usize) -> usize {
        **n + key
    }
    const DEAD: usize = 500;
    const MOST: usize = 20_000;
    alone(|| {
        let of = |count: usize| {
            let all: Vec<_> = (0..count).map(|_| Arc::new([1; 20_000])).collect();
            all.iter().for_each(|large| _ = first(large));
            all
        };
        let (n, living, stop) = (Anchored::new(1), of(1_000), AtomicBool::new(false));
        let before = live_bytes();
        drop(of(DEAD));
        let looks = AtomicUsize::new(0);
        let misses = thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    let _ = first_memo().stats();
                    looks.fetch_add(1, SeqCst);
                }
            });
            in_time(|| looks.load(SeqCst) > 10);
            let is_back = || live_bytes().saturating_sub(before) < DEAD * size_of::<Large>() / 2;
            let misses = (0..MOST).find(|&key| {
                beside(&n, key);
                is_back()
            });
            stop.store(true, SeqCst);
            misses
        });
        println!("after {misses:?} misses");
        assert!(misses.is_some(), "half of the dead are there after {MOST} misses");
        assert_eq!(living.len(), 1_000);
    });
}

#[test]
fn the_end_of_a_sweeper() {
    alone(|| {
        comes_back(|_| {
            let sweeper = Sweeper::every(Duration::from_micros(1));
            // Until its thread is at it; one that got no turn has nothing to end.
            (0..1_000).for_each(|_| thread::yield_now());
            drop(sweeper);
        });
    });
}

/// Many times: a walk over all objects each time would take too long.
#[test]
fn asking_for_the_statistics_of_many_objects_walks_over_none() {
    alone(|| {
        comes_back(|_| {
            for _ in 0..50 {
                assert!(cloned_memo().stats().entries >= LIVING as u64);
                assert!(!lent_memo().is_empty() && !cloned_memo().is_empty());
            }
        });
    });
}

/// Two threads that sweep find each dead object once between them.
#[test]
fn two_sweeps_at_once_share_a_crowd() {
    alone(|| {
        let tally = Tally::new();
        let before = live_bytes();
        let dead: Vec<_> = (0..LIVING).map(|_| ArcOwner::make(&tally)).collect();
        dead.iter().for_each(|object| ArcOwner.ask(object));
        drop(dead);
        let found: usize = thread::scope(|scope| {
            let sweeps = [0, 1].map(|_| scope.spawn(sweep));
            sweeps.map(|sweep| sweep.join().expect("no destructor panics")).iter().sum()
        });
        assert_eq!((found, tally.alive()), (LIVING, 0));
        sweep();
        let rest = live_bytes().saturating_sub(before);
        assert!(rest < 1 << 20, "{rest} bytes are left");
    });
}
