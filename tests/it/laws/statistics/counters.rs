//! The statistics: they add up, they never go back, and a hit costs no allocation.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

use memo_core::{Anchored, Stats, sweep, weak_memo};
use memo_tests::{Tally, Token, allocations, alone, assert_balanced, gone, watchdog};

use crate::Random;

/// What the bodies of a random mix did, counted by themselves.
#[derive(Default)]
struct Mixed {
    bodies: AtomicU64,
    calls: AtomicU64,
    inserts: AtomicU64,
    refreshes: AtomicU64,
}

macro_rules! random_mix {
    ($test:ident, [$($option:tt)*], $owner:ty, $make:expr, threads: $threads:expr) => {
        #[test]
        fn $test() {
            static MIXED: Mixed = Mixed {
                bodies: AtomicU64::new(0),
                calls: AtomicU64::new(0),
                inserts: AtomicU64::new(0),
                refreshes: AtomicU64::new(0),
            };
            #[weak_memo($($option)*)]
            fn f(
                owner: &$owner,
                other: &Arc<u64>,
                key: &str,
                #[memo(skip)] what: u64,
                #[memo(skip)] tally: &Tally,
            ) -> Result<Arc<Token>, u64> {
                let _ = (owner, other, key);
                MIXED.bodies.fetch_add(1, SeqCst);
                match what {
                    0 => panic!("now and then"),
                    1 | 2 => Err(what),
                    _ => Ok(Arc::new(tally.token())),
                }
            }

            /// One thread's share, on objects of its own and on some that all have.
            fn play(seed: u64, shared: &Mutex<Vec<Arc<u64>>>, tally: &Tally) {
                let mut random = Random(seed);
                let mut owners: Vec<$owner> = (0..4).map(|_| $make).collect();
                for _ in 0..3_000 {
                    let other = Arc::clone(&shared.lock().unwrap()[random.below(4) as usize]);
                    let at = random.below(4) as usize;
                    let key = ["a", "b", "c", "d", "e"][random.below(5) as usize];
                    let what = random.below(20);
                    let owner = &owners[at];
                    match random.below(40) {
                        0 => drop(f_memo().forget((owner, &other, key, what, tally))),
                        1 => {
                            MIXED.inserts.fetch_add(1, SeqCst);
                            f_memo().insert((owner, &other, key, what, tally), Ok(Arc::new(tally.token())));
                        }
                        2 if what > 0 => {
                            MIXED.refreshes.fetch_add(1, SeqCst);
                            drop(f_memo().refresh((owner, &other, key, what, tally)));
                        }
                        3 => drop(f_memo().clear()),
                        4 => drop(sweep()),
                        5 => owners[at] = $make,
                        6 => shared.lock().unwrap()[at] = Arc::new(1),
                        _ => {
                            MIXED.calls.fetch_add(1, SeqCst);
                            let call = || drop(f(owner, &other, key, what, tally));
                            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
                        }
                    }
                }
            }

            alone(|| {
                std::panic::set_hook(Box::new(|_| {}));
                let (shared, tally) = (Mutex::new((0..4).map(Arc::new).collect()), Tally::new());
                crate::answers($threads, |thread| play(thread as u64, &shared, &tally));
                let _ = std::panic::take_hook();
                let stats = f_memo().stats();
                assert_balanced(&stats);
                assert_eq!(stats.computes, MIXED.bodies.load(SeqCst));
                assert_eq!(stats.inserts, MIXED.inserts.load(SeqCst));
                // A caller who waited for a panic computes, and is still one miss.
                assert_eq!(stats.hits + stats.misses, MIXED.calls.load(SeqCst));
                assert!(stats.hits > 0 && stats.rejected > 0 && stats.replaced > 0 && stats.cleared > 0 && stats.dropped > 0);
                // Owners of `Rc`s died with their threads, and so did their entries.
                sweep();
                assert_eq!(f_memo().stats().entries, tally.alive() as u64, "{:?}", f_memo().stats());
                shared.lock().unwrap().clear();
                sweep();
                let stats = f_memo().stats();
                assert_eq!((stats.entries, tally.alive()), (0, 0));
                assert_balanced(&stats);
            });
        }
    };
}

random_mix!(a_random_mix_of_arcs_adds_up, [capacity = 4], Arc<u64>, Arc::new(1), threads: 1);
random_mix!(a_random_mix_of_rcs_adds_up, [capacity = 4], Rc<u64>, Rc::new(1), threads: 1);
random_mix!(a_random_mix_of_objects_adds_up, [capacity = 4], Anchored<u64>, Anchored::new(1), threads: 1);
random_mix!(a_random_mix_of_arcs_from_four_threads_adds_up, [capacity = 4], Arc<u64>, Arc::new(1), threads: 4);
random_mix!(a_random_mix_of_rcs_from_four_threads_adds_up, [], Rc<u64>, Rc::new(1), threads: 4);
random_mix!(a_random_mix_of_objects_from_four_threads_adds_up, [], Anchored<u64>, Anchored::new(1), threads: 4);
random_mix!(
    a_random_mix_of_racers_from_four_threads_adds_up,
    [single_flight = false],
    Arc<u64>,
    Arc::new(1),
    threads: 4
);

#[test]
fn four_threads_on_the_same_owners_add_up() {
    static BODIES: AtomicU64 = AtomicU64::new(0);
    #[weak_memo(capacity = 8)]
    fn f(owner: &Arc<u64>, key: u64, #[memo(skip)] tally: &Tally) -> Result<Arc<Token>, u64> {
        let _ = owner;
        BODIES.fetch_add(1, SeqCst);
        if key % 5 == 0 { Err(key) } else { Ok(Arc::new(tally.token())) }
    }
    alone(|| {
        let (owners, tally) = ([1, 2].map(Arc::new), Tally::new());
        crate::answers(4, |thread| {
            let mut random = Random(thread as u64);
            for _ in 0..10_000 {
                let args = (&owners[random.below(2) as usize], random.below(12), &tally);
                match random.below(50) {
                    0 => drop(f_memo().forget(args)),
                    1 => f_memo().insert(args, Ok(Arc::new(tally.token()))),
                    2 => drop(f_memo().refresh(args)),
                    3 => drop(f_memo().clear()),
                    _ => drop(f(args.0, args.1, args.2)),
                }
            }
        });
        let stats = f_memo().stats();
        assert_balanced(&stats);
        assert_eq!((stats.computes, stats.entries as usize), (BODIES.load(SeqCst), tally.alive()));
        assert_eq!(f_memo().len(), tally.alive());
        drop(owners);
        sweep();
        assert_eq!((tally.alive(), f_memo().stats().entries), (0, 0));
    });
}

#[test]
fn sums_never_decrease_while_threads_come_and_go() {
    #[weak_memo(capacity = 4)]
    fn f(owner: &Arc<u64>, key: u64) -> u64 {
        **owner + key
    }
    fn grows(before: &Stats, now: &Stats) {
        let counters = |s: &Stats| {
            [
                s.hits,
                s.misses,
                s.computes,
                s.waits,
                s.inserts,
                s.dropped,
                s.evicted,
                s.cleared,
                s.replaced,
                s.rejected,
                s.abandoned,
                s.suspected_leaks,
            ]
        };
        let pairs = counters(before).into_iter().zip(counters(now));
        assert!(pairs.into_iter().all(|(before, now)| before <= now), "{before:?}\n{now:?}");
        assert!(before.compute_time <= now.compute_time);
        assert!(now.entries <= now.computes + now.inserts, "no underflow: {now:?}");
    }
    watchdog(|| {
        let owner = Arc::new(1);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for number in 0..4 {
                let (owner, stop) = (&owner, &stop);
                scope.spawn(move || {
                    let mut random = Random(number);
                    while !stop.load(SeqCst) {
                        // A thread that comes, counts and goes.
                        let seed = random.below(1_000);
                        let short = move || {
                            let mut random = Random(seed);
                            for _ in 0..50 {
                                f(owner, random.below(8));
                                if random.below(20) == 0 {
                                    f_memo().clear();
                                }
                            }
                        };
                        thread::scope(|inner| drop(inner.spawn(short).join()));
                    }
                });
            }
            let mut before = f_memo().stats();
            for _ in 0..10_000 {
                let now = f_memo().stats();
                grows(&before, &now);
                before = now;
            }
            stop.store(true, SeqCst);
        });
        let stats = f_memo().stats();
        assert_balanced(&stats);
        // The last to act may have cleared.
        assert!(stats.entries <= 4 && stats.entries == f_memo().len() as u64, "{stats:?}");
    });
}

/// For one kind of owner: by reference and by clone, with each kind of extra key.
macro_rules! hits_allocate_nothing {
    ($test:ident, $owner:ty, $make:expr) => {
        #[test]
        fn $test() {
            #[weak_memo]
            fn lent(n: &$owner) -> &String {
                n.to_string()
            }
            #[weak_memo(capacity = unbounded)]
            fn lent_number(n: &$owner, m: u32) -> &u64 {
                **n + u64::from(m)
            }
            #[weak_memo(capacity = unbounded)]
            fn lent_text(n: &$owner, text: &str) -> &str {
                format!("{}{text}", **n)
            }
            #[weak_memo(capacity = unbounded)]
            fn lent_pair(n: &$owner, pair: (u32, &str)) -> &[u64] {
                vec![**n, u64::from(pair.0), pair.1.len() as u64]
            }
            #[weak_memo(capacity = unbounded)]
            fn lent_arc(n: &$owner, other: &Arc<u64>, another: &Anchored<u64>) -> &u64 {
                **n + **other + **another
            }
            #[weak_memo]
            fn plain(n: &$owner) -> u64 {
                **n
            }
            #[weak_memo]
            fn number(n: &$owner, m: u32) -> u64 {
                **n + u64::from(m)
            }
            #[weak_memo]
            fn text(n: &$owner, text: &str) -> (u64, usize) {
                (**n, text.len())
            }
            #[weak_memo]
            fn pair(n: &$owner, pair: (u32, &str)) -> Arc<[u64]> {
                Arc::from([**n, u64::from(pair.0), pair.1.len() as u64])
            }
            #[weak_memo]
            fn arc(n: &$owner, other: &Arc<u64>, another: &Anchored<u64>) -> Option<u64> {
                Some(**n + **other + **another)
            }
            #[weak_memo]
            fn option(n: &$owner, other: Option<&Arc<u64>>, slice: &[u32]) -> u64 {
                **n + other.map_or(0, |other| **other) + slice.len() as u64
            }
            watchdog(|| {
                let (n, other, another) = ($make, Arc::new(1), Anchored::new(2));
                let round = || {
                    let refs = (*lent_number(&n, 3), lent_text(&n, "x").len(), lent_pair(&n, (3, "x")).len());
                    let rest = (lent(&n).len(), *lent_arc(&n, &other, &another));
                    let clones = (plain(&n), number(&n, 3), text(&n, "x"), pair(&n, (3, "x")));
                    let weak = (arc(&n, &other, &another), option(&n, Some(&other), &[1, 2]), option(&n, None, &[]));
                    (refs, rest, clones, weak)
                };
                let first = round();
                let before = allocations();
                for _ in 0..100 {
                    assert_eq!(round(), first);
                }
                assert_eq!(allocations() - before, 0, "no allocation on any hit");
                assert_eq!(
                    (plain_memo().stats().hits, lent_memo().stats().hits, option_memo().stats().hits),
                    (100, 100, 200)
                );
            });
        }
    };
}

hits_allocate_nothing!(hits_of_arcs_allocate_nothing, Arc<u64>, Arc::new(1));
hits_allocate_nothing!(hits_of_rcs_allocate_nothing, Rc<u64>, Rc::new(1));
hits_allocate_nothing!(hits_of_objects_with_anchors_allocate_nothing, Anchored<u64>, Anchored::new(1));

/// Also while calls are in flight: what has gone has come before.
#[test]
fn no_snapshot_has_more_removals_than_insertions() {
    #[weak_memo]
    fn f(owner: &Arc<u64>) -> u64 {
        **owner
    }
    watchdog(|| {
        let (owner, stop) = (Arc::new(1), AtomicBool::new(false));
        let wrong = thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    f(&owner);
                }
            });
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    f_memo().clear();
                }
            });
            let looks = if cfg!(debug_assertions) { 100_000 } else { 300_000 };
            let wrong = (0..looks).find_map(|_| {
                let s = f_memo().stats();
                (gone(&s) > s.computes + s.inserts).then_some(s)
            });
            stop.store(true, SeqCst);
            wrong
        });
        assert_eq!(wrong, None);
    });
}

/// A result whose `Clone` panics while this thread says so.
struct Armed;

thread_local! {
    static ARMED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

impl Clone for Armed {
    fn clone(&self) -> Self {
        assert!(!ARMED.get(), "armed");
        Self
    }
}

/// For one kind of owner: hits without an extra key, with a known one, and with one of the user's.
macro_rules! a_hit_that_panics_is_none {
    ($test:ident, $owner:ty, $make:expr) => {
        #[test]
        fn $test() {
            #[weak_memo]
            fn alone(owner: &$owner) -> Armed {
                let _ = owner;
                Armed
            }
            #[weak_memo]
            fn keyed(owner: &$owner, key: &str) -> Armed {
                let _ = (owner, key);
                Armed
            }
            #[weak_memo(single_flight = false)]
            fn racing(owner: &$owner, #[memo(value)] key: Option<&'static str>) -> Armed {
                let _ = (owner, key);
                Armed
            }
            let owner = $make;
            let calls: [(&dyn Fn() -> Armed, &dyn Fn() -> Stats); 3] = [
                (&|| alone(&owner), &|| alone_memo().stats()),
                (&|| keyed(&owner, "a"), &|| keyed_memo().stats()),
                (&|| racing(&owner, Some("a")), &|| racing_memo().stats()),
            ];
            for (call, stats) in calls {
                for _ in 0..2 {
                    call();
                }
                let before = stats();
                assert_eq!((before.hits, before.misses), (1, 1));
                ARMED.set(true);
                for _ in 0..3 {
                    memo_tests::panic_of(call);
                }
                ARMED.set(false);
                assert_eq!(stats(), before, "a hit is one that gave its result");
                call();
                assert_eq!((stats().hits, stats().misses), (2, 1));
            }
        }
    };
}

a_hit_that_panics_is_none!(a_hit_of_an_arc_whose_clone_panics_is_no_hit, Arc<u64>, Arc::new(1));
a_hit_that_panics_is_none!(a_hit_of_an_rc_whose_clone_panics_is_no_hit, Rc<u64>, Rc::new(1));
a_hit_that_panics_is_none!(a_hit_of_an_object_whose_clone_panics_is_no_hit, Anchored<u64>, Anchored::new(1));

/// A result whose `Clone` asks memos that this thread has not asked yet, so many that its counters move.
struct Growing;

impl Clone for Growing {
    fn clone(&self) -> Self {
        #[weak_memo]
        fn instance<const N: usize>(owner: &Arc<u64>) -> u64 {
            **owner + N as u64
        }
        macro_rules! ask {
            ($owner:expr, $($at:literal)*) => { 0 $(+ instance::<$at>($owner) + instance::<{ $at + 32 }>($owner))* };
        }
        let owner = Arc::new(1);
        let sum = ask!(&owner, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
        assert_eq!(sum, 64 + (0..64).sum::<u64>());
        Self
    }
}

#[test]
fn a_hit_finds_its_counters_after_its_clone_has_moved_them() {
    #[weak_memo]
    fn growing(owner: &Arc<u64>) -> Growing {
        let _ = owner;
        Growing
    }
    watchdog(|| {
        let owner = Arc::new(1);
        // So that the first copy that this thread makes is that of a hit.
        thread::scope(|scope| scope.spawn(|| growing(&owner)).join().map(|_| ()).unwrap());
        #[weak_memo]
        fn other(owner: &Arc<u64>) -> u64 {
            **owner
        }
        other(&owner);
        for hits in 1..=3 {
            let _ = growing(&owner);
            assert_eq!((growing_memo().stats().hits, growing_memo().stats().misses), (hits, 1));
        }
    });
}

#[test]
fn clearing_resets_no_counter() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    assert_eq!(f_memo().clear(), 0, "before any call");
    let objects: Vec<_> = (0..5).map(Arc::new).collect();
    for round in 1..4 {
        objects.iter().for_each(|n| assert_eq!((f(n, 1), f(n, 2)), (**n + 1, **n + 2)));
        assert_eq!((f_memo().clear(), f_memo().clear(), f_memo().len()), (10, 0, 0));
        let stats = f_memo().stats();
        assert_eq!((stats.cleared, stats.computes, stats.hits), (round * 10, round * 10, 0), "counters are not reset");
    }
}
