//! Futures that are dropped before they end, at every point.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use memo_core::weak_memo;
use memo_tests::{alone, assert_balanced, live_bytes, watchdog};

use crate::parts::{Form, Load, Task, pause};

#[test]
fn case_1_after_a_leader_that_was_dropped_the_next_call_computes() {
    for form in Form::ALL {
        let load = Load::new();
        Task::begun(form.call(&load)).cancel();
        assert_eq!(form.get(&load), None);
        load.open();
        assert_eq!(Task::new(form.call(&load)).end(), 2, "{form:?}");
        assert_eq!(Task::new(form.call(&load)).end(), 2);
    }
}

#[test]
fn case_1_a_task_that_is_aborted_lets_the_next_one_compute() {
    watchdog(|| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            for form in Form::ALL {
                let load = Load::new();
                let aborted = tokio::spawn({
                    let load = Arc::clone(&load);
                    async move { form.call(&load).await }
                });
                while load.begun() == 0 {
                    tokio::task::yield_now().await;
                }
                aborted.abort();
                assert!(aborted.await.unwrap_err().is_cancelled());
                load.open();
                assert_eq!(form.call(&load).await, 2);
            }
        });
    });
}

/// The time that was spent is lost; each caller begins at most one compute, and the first that has the patience ends it.
#[test]
fn case_3_callers_with_too_little_patience_begin_one_compute_each() {
    watchdog(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let load = Load::new();
            for _ in 0..3 {
                let impatient = (0..5).map(|_| tokio::time::timeout(Duration::from_millis(1), Form::Keyed.call(&load)));
                for outcome in futures::future::join_all(impatient).await {
                    assert!(outcome.is_err());
                }
            }
            assert!(load.begun() <= 15);
            load.open();
            assert_eq!(Form::Keyed.call(&load).await, load.begun());
        });
    });
}

#[test]
fn case_4_however_many_leaders_are_dropped_the_next_one_computes() {
    for form in Form::ALL {
        let load = Load::new();
        let mut waiting = Task::new(form.call(&load));
        for _ in 0..1_000 {
            let mut leader = Task::begun(form.call(&load));
            leader.cancel();
        }
        load.open();
        assert_eq!(waiting.end(), 1_001, "{form:?}");
    }
}

#[weak_memo(interior_mutability)]
async fn in_steps(of: &Arc<AtomicUsize>, steps: usize) -> usize {
    for _ in 0..steps {
        pause().await;
    }
    of.fetch_add(1, Ordering::SeqCst)
}

#[weak_memo(interior_mutability)]
async fn lent_in_steps(of: &Arc<AtomicUsize>) -> &usize {
    for _ in 0..5 {
        pause().await;
    }
    of.fetch_add(1, Ordering::SeqCst)
}

/// Also case 12: what one body leaves behind, the next does not meet.
#[test]
fn case_5_a_leader_may_be_dropped_at_each_of_its_awaits() {
    const STEPS: usize = 5;
    for at in 0..=STEPS {
        let of = Arc::new(AtomicUsize::new(0));
        let mut leader = Task::new(in_steps(&of, STEPS));
        let mut lending = Task::new(lent_in_steps(&of));
        for _ in 0..at {
            assert!(leader.poll().is_pending());
            assert!(lending.poll().is_pending());
        }
        let (mut waiting, mut borrowing) = (Task::new(in_steps(&of, STEPS)), Task::new(lent_in_steps(&of)));
        assert!(waiting.poll().is_pending());
        assert!(borrowing.poll().is_pending());
        leader.cancel();
        lending.cancel();
        assert_eq!(to_end(&mut waiting), 0);
        assert_eq!(*to_end(&mut borrowing), 1);
        assert_eq!(in_steps_memo().get((&of, STEPS)), Some(0));
    }
}

fn to_end<R>(task: &mut Task<'_, R>) -> R {
    loop {
        if let Poll::Ready(result) = task.poll() {
            return result;
        }
    }
}

#[test]
fn case_6_a_million_cancelled_keys_leave_nothing_behind() {
    alone(|| {
        #[weak_memo]
        async fn of_many_keys(of: &Arc<Load>, key: u32) -> Box<u32> {
            let _ = of;
            std::future::pending::<()>().await;
            Box::new(key)
        }
        let load = Load::new();
        let cancel = |keys: std::ops::Range<u32>| {
            for key in keys {
                let mut future = std::pin::pin!(of_many_keys(&load, key));
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                assert!(future.as_mut().poll(&mut context).is_pending());
            }
        };
        cancel(0..10_000);
        let before = live_bytes();
        cancel(10_000..1_000_000);
        assert!(live_bytes() < before + 64 * 1024, "{} bytes more", live_bytes() - before);
        assert_balanced(&of_many_keys_memo().stats());
    });
}

/// Two that compete, each dropped at every poll of every order: nothing is left behind, and a call gets its result.
#[test]
fn case_7_wherever_futures_are_dropped_nothing_is_left_behind() {
    const MOST: usize = 12;
    for form in Form::ALL {
        for first in 0..MOST {
            for second in 0..MOST {
                let load = Load::new();
                let mut tasks = [(Task::new(form.call(&load)), first), (Task::new(form.call(&load)), second)];
                let mut third = Task::new(form.call(&load));
                for round in 0..MOST {
                    for (task, last) in &mut tasks {
                        if round < *last {
                            assert!(task.poll().is_pending());
                        } else {
                            task.cancel();
                        }
                    }
                    assert!(third.poll().is_pending());
                }
                load.open();
                let result = to_end(&mut third);
                assert_eq!(form.get(&load), Some(result), "{form:?}, {first}, {second}");
                assert_eq!(load.most.load(Ordering::SeqCst), 1, "{form:?}, {first}, {second}");
            }
        }
    }
}

#[test]
fn case_8_who_waited_for_a_dropped_leader_gets_a_result() {
    for form in Form::ALL {
        let load = Load::new();
        let (mut leader, mut waiting) = (Task::begun(form.call(&load)), Task::begun(form.call(&load)));
        load.open();
        leader.cancel();
        assert_eq!(waiting.woken(), 1);
        assert_eq!(waiting.end(), 2, "{form:?}");
    }
}

/// The last who is interested takes the body along, and all that it holds.
#[test]
fn case_9_a_body_without_callers_holds_nothing() {
    #[weak_memo]
    async fn permitted(of: &Arc<(tokio::sync::Semaphore, Arc<Load>)>) -> usize {
        let _permit = of.0.acquire().await.unwrap();
        of.1.body().await
    }
    let of = Arc::new((tokio::sync::Semaphore::new(1), Load::new()));
    let mut leader = Task::begun(permitted(&of));
    let mut waiting = Task::begun(permitted(&of));
    assert_eq!(of.0.available_permits(), 0);
    leader.cancel();
    assert_eq!(of.0.available_permits(), 1);
    assert!(waiting.poll().is_pending());
    assert_eq!(of.0.available_permits(), 0, "one who waits is enough");
    waiting.cancel();
    assert_eq!(of.0.available_permits(), 1);
}

/// The destructors of a body that was dropped are part of it.
#[test]
fn case_10_no_two_bodies_of_one_key_ever_overlap() {
    type Polled = Option<Box<dyn FnOnce() + Send>>;
    struct Slow {
        load: Arc<Load>,
        meanwhile: std::sync::Mutex<Polled>,
        ended: AtomicUsize,
    }
    struct Ends<'s>(&'s Slow);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            let meanwhile = self.0.meanwhile.lock().unwrap().take();
            meanwhile.into_iter().for_each(|act| act());
            self.0.ended.fetch_add(1, Ordering::SeqCst);
        }
    }
    #[weak_memo]
    async fn slow(of: &Arc<Slow>) -> usize {
        assert_eq!(of.load.begun(), of.ended.load(Ordering::SeqCst), "the one before has ended");
        let _ends = Ends(of);
        of.load.body().await
    }
    let of = Arc::new(Slow { load: Load::new(), meanwhile: std::sync::Mutex::default(), ended: AtomicUsize::new(0) });
    for generation in 0..3 {
        let mut leader = Task::begun(slow(&of));
        let theirs = Arc::clone(&of);
        *of.meanwhile.lock().unwrap() = Some(Box::new(move || {
            // On another thread, as a destructor may be slow.
            std::thread::spawn(move || assert!(Task::new(slow(&theirs)).poll().is_pending())).join().unwrap();
        }));
        leader.cancel();
        assert_eq!(of.load.begun(), generation + 1);
    }
}

/// A leader whose key was forgotten, and whose place another has.
#[test]
fn case_11_a_late_cancellation_takes_nothing_of_others() {
    use crate::parts::{keyed, keyed_memo};
    let load = Load::new();
    let mut old = Task::begun(keyed(&load, 7));
    keyed_memo().forget((&load, 7));
    let mut new = Task::begun(keyed(&load, 7));
    old.cancel();
    let mut waiting = Task::begun(keyed(&load, 7));
    assert_eq!(load.begun(), 2, "the new flight goes on");
    load.open();
    assert_eq!((new.end(), waiting.end()), (2, 2));

    let load = Load::new();
    let mut old = Task::begun(keyed(&load, 7));
    keyed_memo().insert((&load, 7), 70);
    old.cancel();
    assert_eq!(keyed_memo().get((&load, 7)), Some(70));
}

#[test]
fn ten_thousand_rounds_of_random_cancellations_lose_nobody() {
    watchdog(|| {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        threads.block_on(async {
            for round in 0..10_000_usize {
                let form = Form::ALL[round % Form::ALL.len()];
                let load = Load::new();
                let tasks: Vec<_> = (0..4)
                    .map(|_| {
                        let load = Arc::clone(&load);
                        tokio::spawn(async move { form.call(&load).await })
                    })
                    .collect();
                let kept = fastrand_of(round) % tasks.len();
                for (at, task) in tasks.iter().enumerate() {
                    if at != kept {
                        if fastrand_of(round * 31 + at) % 2 == 0 {
                            tokio::task::yield_now().await;
                        }
                        task.abort();
                    }
                }
                load.open();
                for (at, task) in tasks.into_iter().enumerate() {
                    match task.await {
                        Ok(result) => assert!(result >= 1),
                        Err(error) => assert!(error.is_cancelled() && at != kept),
                    }
                }
            }
        });
    });
}

fn fastrand_of(seed: usize) -> usize {
    fastrand::Rng::with_seed(seed as u64).usize(..)
}
