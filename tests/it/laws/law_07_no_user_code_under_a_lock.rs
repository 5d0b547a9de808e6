//! Law 7: no user code under a lock of ours. Were there a lock, these would hang: the user's `Hash`, `Eq`, `Clone` and
//! `Drop` go back into the very memo, and into everything that goes over all memos.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use memo_core::{Anchored, HasAnchor, clear_all, report, sweep, weak_memo};
use memo_tests::alone;

/// Where user code can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    HashKey,
    EqKey,
    CloneKey,
    DropKey,
    CloneResult,
    DropResult,
    Body,
}

const ALL: [At; 7] = [At::HashKey, At::EqKey, At::CloneKey, At::DropKey, At::CloneResult, At::DropResult, At::Body];

type Armed = (At, fn());

thread_local! {
    /// What to do the next time user code runs there. Once: it must not go round for ever.
    static ARMED: Cell<Option<Armed>> = const { Cell::new(None) };
    /// How often it runs there before that.
    static SKIPPED: Cell<usize> = const { Cell::new(0) };
    static DONE: Cell<usize> = const { Cell::new(0) };
    static PART_OF_A_COMPUTE: Cell<bool> = const { Cell::new(false) };
}

/// Calls, from user code that may be part of the very compute that is asked for: then that is a ring (law 10), and not
/// a hang.
fn or_ring(call: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)) {
        let said = memo_tests::message(&*panic);
        assert!(said.contains("requests a result that it is computing"), "{said}");
        assert!(PART_OF_A_COMPUTE.get(), "{said}");
    }
}

fn reached(at: At) {
    let Some((_, act)) = ARMED.get().filter(|(armed, _)| *armed == at) else { return };
    if SKIPPED.get() > 0 {
        return SKIPPED.set(SKIPPED.get() - 1);
    }
    ARMED.set(None);
    PART_OF_A_COMPUTE.set(matches!(at, At::Body | At::CloneResult));
    act();
    DONE.set(DONE.get() + 1);
}

#[derive(Debug)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        reached(At::HashKey);
        // All collide: the user's `Eq` has to tell them apart.
        state.write_u32(0);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        reached(At::EqKey);
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Clone for Key {
    fn clone(&self) -> Self {
        reached(At::CloneKey);
        Self(self.0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        reached(At::DropKey);
    }
}

#[derive(Debug)]
struct Answer(u32);

impl Clone for Answer {
    fn clone(&self) -> Self {
        reached(At::CloneResult);
        Self(self.0)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        reached(At::DropResult);
    }
}

/// The same script for each kind of owner. `$global` is an owner that lives as long as the thread, for the code that
/// goes back in.
macro_rules! hostile {
    ($(#[$attribute:meta])* $test:ident, $owner:ty, $make:expr) => {
        $(#[$attribute])*
        #[test]
        fn $test() {
            thread_local! {
                static GLOBAL: $owner = $make;
            }
            #[weak_memo(capacity = 3)]
            fn f(owner: &$owner, other: &$owner, #[memo(value)] key: &Key) -> Answer {
                let _ = (owner, other);
                reached(At::Body);
                Answer(key.0)
            }
            #[weak_memo]
            fn single(owner: &$owner) -> Answer {
                let _ = owner;
                reached(At::Body);
                Answer(100)
            }
            fn with_key<R>(n: u32, act: impl FnOnce(&$owner, &Key) -> R) -> R {
                GLOBAL.with(|global| act(global, &Key(n)))
            }
            fn call() {
                // Keys of the script, and one of its own; on the script's own objects and on others.
                for n in [0, 1, 9] {
                    or_ring(|| with_key(n, |global, key| assert_eq!(f(global, global, key).0, n)));
                }
                or_ring(|| with_key(0, |global, _| assert_eq!(single(global).0, 100)));
                let fresh = $make;
                assert_eq!(f(&fresh, &fresh, &Key(5)).0, 5);
            }
            fn forget() {
                with_key(1, |global, key| f_memo().forget((global, global, key)));
                with_key(1, |global, _| single_memo().forget(global));
            }
            fn insert() {
                with_key(1, |global, key| f_memo().insert((global, global, key), Answer(1)));
                with_key(1, |global, key| f_memo().refresh((global, global, key)).0);
            }
            fn clear() {
                f_memo().clear();
                single_memo().clear();
            }
            fn clear_everything() {
                clear_all();
            }
            fn sweep_everything() {
                drop($make);
                sweep();
            }
            fn look() {
                let _ = (f_memo().len(), single_memo().stats(), report().to_string());
                with_key(1, |global, key| f_memo().get((global, global, key)).map(|answer| answer.0));
            }

            fn script() {
                with_key(0, |global, _| {
                    for n in [0, 1, 0, 2, 1] {
                        assert_eq!(f(global, global, &Key(n)).0, n);
                        assert_eq!(single(global).0, 100);
                    }
                    // Evicts.
                    for n in 3..8 {
                        assert_eq!(f(global, global, &Key(n)).0, n);
                    }
                    // A second argument, then an owner, dies; both are swept.
                    let (fresh, another) = ($make, $make);
                    for n in 0..2 {
                        assert_eq!(f(global, &fresh, &Key(n)).0, n);
                        assert_eq!(f(&another, &fresh, &Key(n)).0, n);
                        assert_eq!(f(&another, global, &Key(n)).0, n);
                    }
                    drop(fresh);
                    drop(another);
                    sweep();
                    assert!(!f_memo().forget((global, global, &Key(77))));
                    f_memo().forget((global, global, &Key(7)));
                    let done = DONE.get();
                    f_memo().insert((global, global, &Key(6)), Answer(6));
                    f_memo().insert((global, global, &Key(6)), Answer(6));
                    assert_eq!(f_memo().refresh((global, global, &Key(6))).0, 6);
                    let there = f_memo().get((global, global, &Key(6))).map(|answer| answer.0);
                    // A destructor in between may have cleared it.
                    assert!(there == Some(6) || there.is_none() && DONE.get() > done);
                    f_memo().clear();
                    single_memo().clear();
                });
            }
            alone(|| {
                let acts: [fn(); 7] =
                    [call, forget, insert, clear, clear_everything, sweep_everything, look];
                let mut expected = 0;
                for at in ALL {
                    for (act, warm) in acts.into_iter().flat_map(|act| [(act, false), (act, true)]) {
                        if warm {
                            // So that the user code is reached by hits first.
                            GLOBAL.with(|global| drop((f(global, global, &Key(0)), single(global))));
                        }
                        ARMED.set(Some((at, act)));
                        script();
                        expected += 1;
                        assert_eq!(DONE.get(), expected, "the script reaches {at:?}");
                    }
                }
                // Destructors run at the end of evictions, deaths, sweeps, clears, and so on: at every one of them in turn.
                for (at, act) in [At::DropKey, At::DropResult].into_iter().flat_map(|at| acts.map(|act| (at, act))) {
                    for skipped in 0.. {
                        SKIPPED.set(skipped);
                        ARMED.set(Some((at, act)));
                        script();
                        if ARMED.take().is_some() {
                            assert!(skipped > 10, "the script reaches {at:?} often");
                            break;
                        }
                    }
                }
                SKIPPED.set(0);
                sweep();
                let stats = f_memo().stats();
                memo_tests::assert_balanced(&stats);
                assert_eq!(stats.entries, 0);
            });
        }
    };
}

hostile!(in_a_memo_of_arcs, Arc<u32>, Arc::new(1));
hostile!(in_a_memo_of_rcs, Rc<u32>, Rc::new(1));
hostile!(in_a_memo_of_objects_with_anchors, Anchored<u32>, Anchored::new(1));

#[test]
fn the_victims_of_an_amortised_sweep_are_not_dropped_inside_an_unrelated_body() {
    thread_local! {
        static INSIDE: Cell<bool> = const { Cell::new(false) };
        static DROPPED_INSIDE: Cell<usize> = const { Cell::new(0) };
        static DROPPED: Cell<usize> = const { Cell::new(0) };
    }
    #[derive(Clone)]
    struct Victim;
    impl Drop for Victim {
        fn drop(&mut self) {
            DROPPED.set(DROPPED.get() + 1);
            DROPPED_INSIDE.set(DROPPED_INSIDE.get() + usize::from(INSIDE.get()));
        }
    }
    #[weak_memo]
    fn victim(n: &Arc<u64>) -> Arc<Victim> {
        let _ = n;
        Arc::new(Victim)
    }
    #[weak_memo(capacity = unbounded)]
    fn part(n: &Anchored<u64>, m: u32) -> u64 {
        **n + u64::from(m)
    }
    #[weak_memo]
    fn total(n: &Anchored<u64>) -> u64 {
        INSIDE.set(true);
        // Many misses and hits, each of which owes some sweeping.
        let sum = (0..10_000).map(|m| part(n, m % 5_000)).sum();
        INSIDE.set(false);
        sum
    }
    alone(|| {
        for n in 0..100 {
            let n = Arc::new(n);
            // The calls that make them sweep the young: keep them alive until all are there.
            victim(&n);
        }
        let before = DROPPED.get();
        total(&Anchored::new(1));
        assert_eq!(DROPPED_INSIDE.get(), 0);
        assert!(DROPPED.get() > before || before == 100, "something is swept at the end of the outermost call");
    });
}

#[test]
fn a_users_anchor_method_is_called_with_no_lock_held() {
    thread_local! {
        static AGAIN: Cell<bool> = const { Cell::new(false) };
    }
    struct Odd(Anchored<u32>);
    impl HasAnchor for Odd {
        fn anchor(&self) -> &memo_core::Anchor {
            if AGAIN.replace(false) {
                assert_eq!(f(self, self, 3), 4);
                sweep();
            }
            self.0.anchor()
        }
    }
    memo_core::key_as!(Odd => memo_core::Anchor, |this| this.anchor());
    #[weak_memo]
    fn f(a: &Odd, b: &Odd, n: u32) -> u32 {
        let _ = b;
        *a.0 + n
    }
    alone(|| {
        let odd = Odd(Anchored::new(1));
        for _ in 0..3 {
            AGAIN.set(true);
            assert_eq!(f(&odd, &odd, 3), 4);
            AGAIN.set(true);
            f_memo().forget((&odd, &odd, 3));
        }
    });
}

#[test]
fn a_results_drop_calls_its_own_memo_repeatedly() {
    static GLOBAL: OnceLock<Arc<u32>> = OnceLock::new();
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Calls(u32);
    impl Drop for Calls {
        fn drop(&mut self) {
            DROPS.fetch_add(1, SeqCst);
            // Its own results call it too, so this ends: the number falls.
            if self.0 > 0 {
                f(GLOBAL.get().unwrap(), self.0 - 1);
                f(&Arc::new(0), self.0 - 1);
            }
        }
    }
    #[weak_memo(capacity = 3)]
    fn f(n: &Arc<u32>, m: u32) -> Arc<Calls> {
        let _ = n;
        Arc::new(Calls(m))
    }
    alone(|| {
        let global = GLOBAL.get_or_init(|| Arc::new(1));
        // Evictions, purges, forgets, replacements, clears: each drops some.
        for m in 0..6 {
            f(global, m);
            f(&Arc::new(2), m);
        }
        sweep();
        f_memo().forget((global, 5));
        f_memo().insert((global, 4), Arc::new(Calls(4)));
        f_memo().insert((global, 4), Arc::new(Calls(3)));
        f_memo().refresh((global, 4));
        while f_memo().clear() > 0 {}
        while sweep() > 0 {
            f_memo().clear();
        }
        assert_eq!(f_memo().stats().entries, 0);
        assert!(DROPS.load(SeqCst) > 30);
    });
}
