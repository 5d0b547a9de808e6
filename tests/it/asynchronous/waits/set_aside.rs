//! A task that has set a future aside, and asks for its result: it does not wait for itself.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures::executor::block_on;
use memo_core::{Anchored, weak_memo};
use memo_tests::{alone, live_bytes, watchdog};

use crate::parts::{Form, Load, Task, pause};

/// Polls a future once.
async fn once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    let mut future = std::pin::Pin::new(future);
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

/// The result that was first is that of all: also of the future that was set aside, and of those who wait for that one elsewhere.
#[test]
fn case_2_a_future_that_was_set_aside_holds_up_nobody() {
    watchdog(|| {
        for form in Form::ALL {
            block_on(async {
                let load = Load::new();
                let mut aside = form.call(&load);
                assert!(once(&mut aside).await.is_pending());
                let mut elsewhere = Task::begun(form.call(&load));
                load.open();
                assert_eq!(form.call(&load).await, 2, "{form:?}");
                assert_eq!(load.begun(), 2);
                assert_eq!(elsewhere.woken(), 1);
                assert_eq!(elsewhere.end(), 2);
                assert_eq!(form.get(&load), Some(2));
                assert_eq!(aside.await, 2, "the first counts");
                assert_eq!(form.get(&load), Some(2));
            });
        }
    });
}

/// The same while the body must still wait.
#[test]
fn case_2_the_second_body_may_wait_too() {
    watchdog(|| {
        for form in Form::ALL {
            let load = Load::new();
            let mut task = Task::new(async {
                let mut aside = form.call(&load);
                assert!(once(&mut aside).await.is_pending());
                let mut second = form.call(&load);
                let result = loop {
                    if let Poll::Ready(result) = once(&mut second).await {
                        break result;
                    }
                    std::future::pending::<()>().now_or_never();
                    pause().await;
                };
                drop(aside);
                result
            });
            while load.begun() < 2 {
                assert!(task.poll().is_pending());
            }
            load.open();
            assert_eq!(task.end(), 2, "{form:?}");
            assert_eq!(form.get(&load), Some(2));
        }
    });
}

use futures::FutureExt;

#[test]
fn case_2_dropping_what_was_set_aside_leaves_the_result() {
    for form in Form::ALL {
        block_on(async {
            let load = Load::new();
            let mut aside = form.call(&load);
            assert!(once(&mut aside).await.is_pending());
            load.open();
            let result = form.call(&load).await;
            drop(aside);
            assert_eq!(form.get(&load), Some(result), "{form:?}");
        });
    }
}

/// The first body is the slow one.
#[weak_memo(interior_mutability)]
async fn slow_at_first(bodies: &Anchored<AtomicUsize>) -> usize {
    let number = bodies.fetch_add(1, Ordering::SeqCst) + 1;
    if number == 1 {
        pause().await;
        pause().await;
    }
    number
}

/// It is polled once more before its body ends, and then its object goes.
#[test]
fn case_2_nothing_is_left_of_what_was_overtaken() {
    let overtaken = |objects: usize| {
        // All at a time, so that each has a slot of its own.
        let objects: Vec<_> = (0..objects).map(|_| Anchored::<AtomicUsize>::default()).collect();
        for bodies in &objects {
            block_on(async {
                let mut aside = Box::pin(slow_at_first(bodies));
                assert!(once(&mut aside).await.is_pending());
                assert_eq!(slow_at_first(bodies).await, 2);
                assert!(once(&mut aside).await.is_pending());
                assert_eq!(aside.await, 2);
            });
        }
    };
    alone(|| {
        overtaken(100);
        let before = live_bytes();
        overtaken(10_000);
        let left = live_bytes().saturating_sub(before);
        assert!(left < 40_000, "{left} bytes are left of 10,000 flights");
    });
}

#[test]
fn case_2_an_arm_of_select_may_stay_unpolled() {
    watchdog(|| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            for form in Form::ALL {
                let load = Load::new();
                let mut arm = pin!(form.call(&load));
                tokio::select! {
                    biased;
                    _ = &mut arm => unreachable!("it waits"),
                    () = pause() => {}
                }
                load.open();
                assert_eq!(form.call(&load).await, 2, "{form:?}");
            }
        });
    });
}

/// Siblings of one task are both polled, so one waits for the other, whichever was polled first.
#[test]
fn parts_of_one_join_are_one_compute() {
    watchdog(|| {
        for form in Form::ALL {
            let load = Load::new();
            let mut task = Task::new(async { futures::join!(form.call(&load), form.call(&load), form.call(&load)) });
            for _ in 0..20 {
                assert!(task.poll().is_pending());
            }
            load.open();
            let polled = (0..5).find_map(|_| match task.poll() {
                Poll::Ready(results) => Some(results),
                Poll::Pending => None,
            });
            assert_eq!(polled, Some((1, 1, 1)), "{form:?}");
            assert_eq!(load.begun(), 1);

            // This one begins with another part each time.
            let load = Load::new();
            let mut task = Task::new(async { tokio::join!(form.call(&load), form.call(&load)) });
            for _ in 0..20 {
                assert!(task.poll().is_pending());
            }
            load.open();
            while task.poll().is_pending() {}
            assert_eq!(load.begun(), 1, "{form:?}");
        }
    });
}

/// Parts with wakers of their own are woken as tasks are.
#[test]
fn many_parts_of_one_join_are_one_compute() {
    watchdog(|| {
        for form in Form::ALL {
            let load = Load::new();
            block_on(async {
                let all = futures::future::join_all((0..100).map(|_| form.call(&load)));
                let opened = async {
                    pause().await;
                    load.open();
                };
                let (results, ()) = futures::join!(all, opened);
                assert!(results.iter().all(|result| *result == 1), "{form:?}");
            });
            assert_eq!(load.begun(), 1);
        }
    });
}

/// As a future that is set aside: its own task computes beside it, and what it publishes wakes all others.
#[test]
fn case_f_a_leader_that_is_leaked_holds_up_no_call_of_its_task() {
    watchdog(|| {
        for form in Form::ALL {
            block_on(async {
                let load = Load::new();
                let mut leaked = form.call(&load);
                assert!(once(&mut leaked).await.is_pending());
                std::mem::forget(leaked);
                let mut elsewhere = Task::begun(form.call(&load));
                load.open();
                assert_eq!(form.call(&load).await, 2, "{form:?}");
                assert_eq!(elsewhere.end(), 2);
                assert_eq!(load.most.load(Ordering::SeqCst), 2);
            });
        }
    });
}

/// A leaked future that waits leaves its waker behind, and nothing else.
#[test]
fn case_f_a_waiting_future_that_is_leaked_disturbs_nobody() {
    for form in Form::ALL {
        let load = Load::new();
        let mut leader = Task::begun(form.call(&load));
        std::mem::forget(Task::begun(form.call(&load)));
        let mut other = Task::begun(form.call(&load));
        load.open();
        assert_eq!((leader.end(), other.end()), (1, 1), "{form:?}");
        drop((leader, other));
        assert_eq!(Arc::strong_count(&load), 1);
    }
}
