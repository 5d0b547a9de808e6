//! One compute for all who ask (law 2).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use memo_core::weak_memo;
use memo_tests::watchdog;

use crate::parts::{Form, Load, Task};

#[test]
fn others_wait_for_the_call_that_computes_and_all_get_its_result() {
    for form in Form::ALL {
        let load = Load::new();
        let mut leader = Task::begun(form.call(&load));
        let mut others: Vec<_> = (0..10).map(|_| Task::begun(form.call(&load))).collect();
        assert_eq!(load.begun(), 1, "{form:?}");
        load.open();
        assert_eq!(leader.end(), 1);
        for other in &mut others {
            assert_eq!(other.woken(), 1, "{form:?}");
            assert_eq!(other.end(), 1);
        }
        assert_eq!(load.begun(), 1);
        assert_eq!(Arc::strong_count(&load), 1, "law 3");
    }
}

#[test]
fn a_thousand_tasks_on_one_key_are_one_compute() {
    watchdog(|| {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        for form in Form::ALL {
            let load = Load::new();
            let tasks: Vec<_> = (0..1_000)
                .map(|_| {
                    let load = Arc::clone(&load);
                    threads.spawn(async move { form.call(&load).await })
                })
                .collect();
            load.open();
            threads.block_on(async {
                for task in tasks {
                    assert_eq!(task.await.unwrap(), 1);
                }
            });
            assert_eq!(load.begun(), 1, "{form:?}");
        }
    });
}

/// Whoever comes while the result is being published sees the flight or the result.
#[test]
fn case_15_a_call_that_joins_at_the_moment_of_completion_never_sleeps_forever() {
    watchdog(|| {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
        threads.block_on(async {
            for round in 0..2_000 {
                let form = Form::ALL[round % Form::ALL.len()];
                let load = Load::new();
                let start = Arc::new(tokio::sync::Barrier::new(3));
                let tasks: Vec<_> = (0..3)
                    .map(|task| {
                        let (load, start) = (Arc::clone(&load), Arc::clone(&start));
                        tokio::spawn(async move {
                            start.wait().await;
                            if task == 0 {
                                load.open();
                            }
                            form.call(&load).await
                        })
                    })
                    .collect();
                for task in tasks {
                    assert_eq!(task.await.unwrap(), 1);
                }
            }
        });
    });
}

/// Followers wait for the next one: only one of them computes.
#[test]
fn case_19_when_the_leader_goes_one_of_the_others_leads() {
    for form in Form::ALL {
        let load = Load::new();
        let mut leader = Task::begun(form.call(&load));
        let mut others: Vec<_> = (0..100).map(|_| Task::begun(form.call(&load))).collect();
        leader.cancel();
        for other in &mut others {
            assert!(other.poll().is_pending());
        }
        assert_eq!(load.begun(), 2, "{form:?}");
        load.open();
        // The first that was polled leads. None of the others has a result before it.
        for other in &mut others {
            assert_eq!(other.end(), 2);
        }
        assert_eq!(load.begun(), 2);
        assert_eq!(load.most.load(Ordering::SeqCst), 1);
    }
}

/// No lock is held while a body is parked: all else goes on.
#[test]
fn case_23_a_parked_body_is_in_nobodys_way() {
    use crate::parts::{keyed, keyed_memo};
    let (parked, open) = (Load::new(), Load::opened());
    let mut leader = Task::begun(keyed(&parked, 1));
    assert_eq!(Task::new(keyed(&open, 1)).end(), 1);
    parked.open();
    assert_eq!(Task::new(keyed(&parked, 2)).end(), 2, "another key of the same owner");
    assert_eq!(keyed_memo().get((&parked, 1)), None);
    assert!(!keyed_memo().forget((&parked, 3)));
    assert!(keyed_memo().stats().computes >= 2);
    memo_core::sweep();
    assert_eq!(leader.end(), 1);
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

#[weak_memo(single_flight = false)]
async fn side_by_side(of: &Arc<Load>) -> Arc<usize> {
    RUNS.fetch_add(1, Ordering::SeqCst);
    Arc::new(of.body().await)
}

#[weak_memo(single_flight = false)]
async fn lent_side_by_side(of: &Arc<Load>) -> &usize {
    of.body().await
}

#[test]
fn without_single_flight_all_compute_and_the_first_result_counts() {
    let load = Load::new();
    let (mut a, mut b) = (Task::begun(side_by_side(&load)), Task::begun(side_by_side(&load)));
    assert_eq!(RUNS.load(Ordering::SeqCst), 2);
    load.open();
    let (second, first) = (b.end(), a.end());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(*first, 2);

    let load = Load::new();
    let (mut a, mut b) = (Task::begun(lent_side_by_side(&load)), Task::begun(lent_side_by_side(&load)));
    load.open();
    let (second, first) = (b.end(), a.end());
    assert!(std::ptr::eq(first, second));
}

#[test]
fn case_30_a_stalled_body_is_seen_in_the_statistics() {
    #[weak_memo]
    async fn stalled(of: &Arc<Load>) -> usize {
        of.body().await
    }
    let load = Load::new();
    let leader = Task::begun(stalled(&load));
    let others: Vec<_> = (0..3).map(|_| Task::begun(stalled(&load))).collect();
    let stats = stalled_memo().stats();
    assert_eq!((stats.misses, stats.waits, stats.computes), (4, 3, 0));
    drop(others);
    drop(leader);
    assert!(matches!(Task::new(async { 1 }).poll(), Poll::Ready(1)));
}
