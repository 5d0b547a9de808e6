//! Futures of memos with `ttl`, whose time a test makes pass. Each in a process of its own: the clock is the process's.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use memo_core::weak_memo;
use memo_tests::alone;

use crate::parts::{Load, Task};

static MILLIS: AtomicU64 = AtomicU64::new(1_000_000);

/// A time that passes as the test says.
fn begin() {
    memo_core::set_clock(|| Duration::from_millis(MILLIS.load(SeqCst)));
}

fn pass(millis: u64) {
    MILLIS.fetch_add(millis, SeqCst);
}

#[weak_memo(ttl = "50ms")]
async fn short(of: &Arc<Load>) -> usize {
    of.body().await
}

/// GUARANTEES: a waiter gets the result that it waited for, whatever its age.
#[test]
fn who_is_polled_late_gets_what_it_waited_for() {
    alone(|| {
        begin();
        let load = Load::new();
        let (mut leader, mut waiting) = (Task::begun(short(&load)), Task::begun(short(&load)));
        load.open();
        assert_eq!(leader.end(), 1);
        pass(200);
        assert_eq!((waiting.end(), load.begun()), (1, 1));
        assert_eq!((Task::new(short(&load)).end(), load.begun()), (2, 2), "a new call does not");
    });
}

/// A call that was faster than a future that its task has set aside puts its result into that one's entry, with its own deadline.
#[test]
fn a_result_beside_a_future_that_was_set_aside_ends_in_time() {
    alone(|| {
        begin();
        for late in [false, true] {
            let load = Load::new();
            let mut aside = None;
            let mut task = Task::new(async {
                let aside = aside.insert(Box::pin(short(&load)));
                assert!(futures::poll!(aside.as_mut()).is_pending());
                load.open();
                short(&load).await
            });
            let mut polls = 0;
            while task.poll().is_pending() {
                polls += 1;
                assert!(polls < 10, "it does not wait for what it has set aside");
            }
            drop(task);
            pass(40);
            let mut aside = aside.expect("set aside");
            if late {
                // It has been overtaken, and prolongs nothing.
                assert_eq!(Task::new(aside.as_mut()).end(), 2);
            }
            drop(aside);
            assert_eq!((Task::new(short(&load)).end(), load.begun()), (2, 2));
            pass(10);
            assert_eq!(short_memo().get(&load), None);
            assert_eq!((Task::new(short(&load)).end(), load.begun()), (3, 3));
            pass(50);
            memo_core::sweep();
            assert_eq!(short_memo().stats().entries, 0);
        }
    });
}

/// Whichever reading of the clock panics, the flight ends, and nobody waits for it.
#[test]
fn a_clock_that_panics_ends_the_flight() {
    static LEFT: AtomicI64 = AtomicI64::new(i64::MAX);

    fn ends(mut future: Task<'_, usize>) -> Option<usize> {
        catch_unwind(AssertUnwindSafe(|| {
            (0..10).find_map(|_| match future.poll() {
                std::task::Poll::Ready(number) => Some(number),
                std::task::Poll::Pending => None,
            })
        }))
        .ok()
        .flatten()
    }

    alone(|| {
        memo_core::set_clock(|| {
            assert!(LEFT.fetch_sub(1, SeqCst) != 0, "this reading fails");
            Duration::from_secs(1)
        });
        for reading in 0..8 {
            let load = Load::new();
            let (leader, mut waiting) = (Task::begun(short(&load)), Task::begun(short(&load)));
            load.open();
            LEFT.store(reading, SeqCst);
            let done = ends(leader);
            LEFT.store(i64::MAX, SeqCst);
            let number = done.unwrap_or(2);
            assert_eq!(waiting.end(), number, "reading {reading}");
            // The same of a call beside a future that was set aside, which ends afterwards.
            let load = Load::new();
            let mut aside = Box::pin(short(&load));
            let beside = {
                let (load, aside) = (&load, &mut aside);
                Task::new(async move {
                    assert!(futures::poll!(aside.as_mut()).is_pending());
                    load.open();
                    short(load).await
                })
            };
            LEFT.store(reading, SeqCst);
            ends(beside);
            LEFT.store(i64::MAX, SeqCst);
            let mut aside = Task::new(aside as std::pin::Pin<Box<dyn Future<Output = usize> + Send + '_>>);
            assert!((1..=2).contains(&aside.end()), "reading {reading}");
        }
    });
}

#[weak_memo(ttl = "10s", stale = "10s")]
async fn renewed(of: &Arc<Load>) -> usize {
    of.body().await
}

/// With a result that is to be renewed.
fn stale() -> Arc<Load> {
    begin();
    let load = Load::new();
    load.open();
    assert_eq!(Task::new(renewed(&load)).end(), 1);
    load.close();
    pass(10_000);
    load
}

/// A client that goes away while it renews a stale result leaves that to another one.
#[test]
fn a_renewal_that_is_dropped_is_anothers() {
    alone(|| {
        let load = stale();
        let mut renewal = Task::begun(renewed(&load));
        assert_eq!(Task::new(renewed(&load)).end(), 1, "the others have the old one");
        assert_eq!(load.begun(), 2);
        renewal.cancel();
        let mut renewal = Task::begun(renewed(&load));
        assert_eq!(load.begun(), 3);
        load.open();
        assert_eq!(renewal.end(), 3);
        assert_eq!((Task::new(renewed(&load)).end(), load.begun()), (3, 3));
    });
}

/// Also where it is dropped by the panic of something else.
#[test]
fn a_renewal_that_is_dropped_by_another_panic_is_anothers() {
    alone(|| {
        let load = stale();
        let renewal = Task::begun(renewed(&load));
        let elsewhere = catch_unwind(AssertUnwindSafe(|| {
            let _dropped_meanwhile = renewal;
            panic!("elsewhere");
        }));
        assert!(elsewhere.is_err());
        let mut renewal = Task::begun(renewed(&load));
        assert_eq!(load.begun(), 3);
        load.open();
        assert_eq!(renewal.end(), 3);
    });
}
