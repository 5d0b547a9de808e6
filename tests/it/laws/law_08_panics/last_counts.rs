//! A call has the last count of an entry, whose destructors panic: what the call was about to return is dropped all the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use memo_core::weak_memo;
use memo_tests::{Tally, Token, alone, assert_balanced, panic_of};

use super::BOMB;
use super::fragile::{Fragile, during_the_next_copy};

/// A hit inside a copy takes the way of the misses.
#[test]
fn a_copy_of_a_result_that_was_found_late_does_not_leak() {
    #[weak_memo]
    fn outer(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Fragile {
        Fragile::new(**n, tally)
    }
    #[weak_memo]
    fn inner(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Fragile {
        Fragile::new(**n, tally)
    }
    #[weak_memo]
    fn keyed(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Fragile {
        Fragile::new(**n + m, tally)
    }
    fn clear_before_the_end() {
        during_the_next_copy(|| {
            inner_memo().clear();
            keyed_memo().clear();
            BOMB.set("drop");
        });
    }
    let (n, tally) = (Arc::new(1), Tally::new());
    drop(outer(&n, &tally));
    let calls: [fn(&Arc<u32>, &Tally); 4] = [
        |n, tally| drop(inner_memo().call((n, tally))),
        |n, tally| drop(keyed_memo().call((n, 1, tally))),
        |n, tally| drop(inner(n, tally)),
        |n, tally| drop(keyed(n, 1, tally)),
    ];
    for call in calls {
        call(&n, &tally);
        let (theirs, books) = (Arc::clone(&n), tally.clone());
        during_the_next_copy(move || {
            clear_before_the_end();
            assert_eq!(panic_of(|| call(&theirs, &books)), "drop");
        });
        drop(outer(&n, &tally));
        assert_eq!(tally.alive(), 1, "the outer result is all there is");
    }
    assert_balanced(&inner_memo().stats());
    assert_balanced(&keyed_memo().stats());
}

#[test]
fn a_copy_of_a_faster_racers_result_does_not_leak() {
    #[weak_memo(single_flight = false)]
    fn f(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally, #[memo(skip)] first: bool) -> Fragile {
        if first {
            thread::scope(|scope| drop(scope.spawn(|| f(n, m, tally, false)).join()));
            // The next copy is of the own result, the one after that of the racer's.
            during_the_next_copy(|| {
                during_the_next_copy(|| {
                    f_memo().clear();
                    BOMB.set("drop");
                });
            });
        }
        Fragile::new(**n + m, tally)
    }
    let (n, tally) = (Arc::new(1), Tally::new());
    assert_eq!(panic_of(|| f(&n, 1, &tally, true)), "drop");
    assert_eq!((tally.alive(), BOMB.get()), (0, ""));
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.cleared), (2, 1, 1));
    assert_balanced(&stats);
}

#[test]
fn a_call_that_begins_to_compute_beside_another_does_not_leak() {
    #[weak_memo(single_flight = false)]
    fn f(n: &Arc<u32>, #[memo(value)] key: &Fragile, #[memo(skip)] body: &(dyn Fn() + Sync)) -> u32 {
        body();
        **n + key.0
    }
    alone(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        let key = Fragile::new(1, &tally);
        let (begun, begins) = channel();
        let (go_on, goes_on) = channel::<()>();
        let theirs = (Arc::clone(&n), Fragile::new(1, &tally));
        let refreshing = thread::spawn(move || {
            let goes_on = std::sync::Mutex::new(goes_on);
            f_memo().refresh((&theirs.0, &theirs.1, &|| {
                begun.send(()).unwrap();
                let _ = goes_on.lock().unwrap().recv();
            }));
        });
        begins.recv().unwrap();
        // The copy of the key for the own entry, while the call still has a count of theirs.
        during_the_next_copy(move || {
            drop(go_on);
            refreshing.join().unwrap();
            f_memo().clear();
            BOMB.set("drop");
        });
        assert_eq!(panic_of(|| f(&n, &key, &|| ())), "drop");
        assert_eq!(tally.alive(), 1, "the caller's key");
        assert_eq!(f(&n, &key, &|| ()), 2);
        drop(n);
        memo_core::sweep();
        assert_eq!(tally.alive(), 1);
        assert_balanced(&f_memo().stats());
    });
}

/// The old result of a renewal, which its own body takes out: by a request, or by an eviction.
#[test]
fn a_renewal_that_takes_its_old_result_out_leaks_and_miscounts_nothing() {
    static SECONDS: AtomicU64 = AtomicU64::new(0);
    #[weak_memo(ttl = "10s", stale = "10s", capacity = 1)]
    fn f(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally, #[memo(skip)] how: &str) -> Result<Fragile, Token> {
        match how {
            "forget" => {
                f_memo().forget((n, m, tally, ""));
                drop(f(n, m, tally, ""));
            }
            "evict" | "fail" => drop(f(n, m + 1, tally, "")),
            _ => return Ok(Fragile::new(**n + m, tally)),
        }
        BOMB.set("drop");
        if how == "fail" { Err(tally.token()) } else { Ok(Fragile::new(**n + m, tally)) }
    }
    alone(|| {
        memo_core::set_clock(|| Duration::from_secs(SECONDS.load(SeqCst)));
        for how in ["forget", "evict", "fail"] {
            let (n, tally) = (Arc::new(1), Tally::new());
            drop(f(&n, 1, &tally, ""));
            SECONDS.fetch_add(10, SeqCst);
            let renewed = catch_unwind(AssertUnwindSafe(|| drop(f(&n, 1, &tally, how))));
            // Only what this very call had to drop comes out.
            assert_eq!((renewed.is_ok(), BOMB.get()), (how != "fail", ""), "{how}");
            let stats = f_memo().stats();
            assert_eq!(stats.misses, stats.computes, "{how}: {stats}");
            assert_eq!((f_memo().len() as u64, tally.alive()), (stats.entries, 1), "{how}");
            assert_balanced(&stats);
            drop(n);
            memo_core::sweep();
            assert_eq!(tally.alive(), 0, "{how}");
        }
    });
}
