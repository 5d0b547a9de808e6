//! Bodies that panic (law 8).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memo_core::weak_memo;
use memo_tests::{assert_balanced, panic_of};

use crate::parts::{Load, Task};

struct Fails {
    fails: AtomicBool,
    load: Arc<Load>,
}

#[weak_memo]
async fn failing(of: &Arc<Fails>, key: u32) -> usize {
    let number = of.load.body().await;
    assert!(!of.fails.swap(false, Ordering::SeqCst), "it fails, {key}");
    number
}

#[weak_memo]
async fn lending(of: &Arc<Fails>) -> &usize {
    let number = of.load.body().await;
    assert!(!of.fails.swap(false, Ordering::SeqCst), "it fails");
    number
}

fn fails() -> Arc<Fails> {
    Arc::new(Fails { fails: AtomicBool::new(true), load: Load::new() })
}

#[test]
fn case_18_a_body_that_panics_leaves_no_trace_and_the_others_go_on() {
    let of = fails();
    let mut leader = Task::begun(failing(&of, 1));
    let mut others: Vec<_> = (0..3).map(|_| Task::begun(failing(&of, 1))).collect();
    of.load.open();
    assert_eq!(panic_of(|| leader.end()), "it fails, 1");
    assert!(others.iter().all(|other| other.woken() == 1));
    assert_eq!(others.iter_mut().map(Task::end).collect::<Vec<_>>(), [2, 2, 2]);
    drop((leader, others));

    let of = fails();
    let (mut leader, mut other) = (Task::begun(lending(&of)), Task::begun(lending(&of)));
    of.load.open();
    assert_eq!(panic_of(|| leader.end()), "it fails");
    assert_eq!(*other.end(), 2);
    assert_balanced(&lending_memo().stats());
}

/// The copy for those who wait is user code, too.
#[test]
fn a_result_that_is_not_kept_and_whose_clone_panics_leaves_nobody_waiting() {
    struct Loud(usize);
    impl Clone for Loud {
        fn clone(&self) -> Self {
            assert!(self.0 != 1, "the first is not cloned");
            Self(self.0)
        }
    }
    #[weak_memo(cache_if = |_| false)]
    async fn f(of: &Arc<Load>) -> Loud {
        Loud(of.body().await)
    }
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(f(&load)), Task::begun(f(&load)));
    load.open();
    assert_eq!(panic_of(|| leader.end().0), "the first is not cloned");
    assert_eq!((waiting.woken(), waiting.end().0), (1, 2));
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.entries), (2, 2, 0));
    assert_balanced(&stats);
}

/// The false alarm: a future that is dropped while another panic unwinds has not panicked.
#[test]
fn case_18_a_leader_that_is_dropped_by_a_panic_elsewhere_is_only_dropped() {
    let of = fails();
    of.fails.store(false, Ordering::SeqCst);
    let mut other = Task::new(failing(&of, 1));
    let said = panic_of(|| {
        let _leader = Task::begun(failing(&of, 1));
        assert!(other.poll().is_pending());
        panic!("elsewhere");
    });
    assert_eq!(said, "elsewhere");
    assert_eq!(other.woken(), 1);
    of.load.open();
    assert_eq!(other.end(), 2);
}

/// A copy for the caller is made before anything is published.
#[test]
fn a_clone_that_panics_leaves_no_trace() {
    #[derive(Debug)]
    struct Once(Arc<AtomicBool>);
    impl Clone for Once {
        fn clone(&self) -> Self {
            assert!(!self.0.swap(false, Ordering::SeqCst), "a clone");
            Self(Arc::clone(&self.0))
        }
    }
    #[weak_memo]
    async fn copied(of: &Arc<Fails>) -> Once {
        of.load.body().await;
        Once(Arc::new(AtomicBool::new(of.fails.swap(false, Ordering::SeqCst))))
    }
    let of = fails();
    let (mut leader, mut other) = (Task::begun(copied(&of)), Task::begun(copied(&of)));
    of.load.open();
    assert_eq!(panic_of(|| leader.end()), "a clone");
    drop(other.end());
    assert_eq!(of.load.begun(), 2);
    assert!(copied_memo().get(&of).is_some());
}
