//! Owners and further arguments that end while a body is parked.

use std::sync::Arc;

use memo_core::weak_memo;

use crate::parts::{Load, Task, plain, plain_memo};

/// The future holds its arguments and nothing else: an owner passed by value lives as long as the future.
#[test]
fn case_a_the_last_handle_may_be_that_of_the_future() {
    #[weak_memo]
    async fn consumed(of: Arc<Load>) -> usize {
        of.body().await
    }
    let load = Load::new();
    let seen = Arc::downgrade(&load);
    let mut task = Task::begun(consumed(load));
    let load = seen.upgrade().unwrap();
    load.open();
    drop(load);
    assert_eq!(task.end(), 1);
    drop(task);
    assert!(seen.upgrade().is_none(), "nothing keeps it");
    assert_eq!(consumed_memo().len(), 0);
}

/// A second weak argument that the body ends.
#[test]
fn case_b_a_result_whose_argument_dies_while_the_body_is_parked_is_not_kept() {
    #[weak_memo]
    async fn both(of: &Arc<Load>, other: Arc<String>) -> usize {
        of.passed().await;
        let length = other.len();
        drop(other);
        of.body().await + length
    }
    let (load, other) = (Load::new(), Arc::new(String::from("abc")));
    let mut leader = Task::begun(both(&load, Arc::clone(&other)));
    let mut waiting = Task::begun(both(&load, Arc::clone(&other)));
    load.open();
    assert_eq!(leader.end(), 4);
    assert_eq!(waiting.end(), 4);
    assert_eq!(both_memo().len(), 1, "both handles are here");
    drop((leader, waiting, other));
    assert_eq!(both_memo().len(), 0);

    // Here the body has the only handle.
    let (load, other) = (Load::new(), Arc::new(String::from("abc")));
    let mut leader = Task::begun(both(&load, other));
    load.open();
    assert_eq!(leader.end(), 4);
    assert_eq!(both_memo().entries_of(&load), [""; 0]);
}

#[test]
fn case_d_another_handle_of_the_same_object_is_the_same_owner() {
    let load = Load::new();
    let other = Arc::clone(&load);
    let (mut leader, mut waiting) = (Task::begun(plain(&load)), Task::begun(plain(&other)));
    load.open();
    assert_eq!((leader.end(), waiting.end()), (1, 1));
    assert_eq!(plain_memo().get(&other), Some(1));
    drop((leader, waiting));
    assert_eq!(Arc::strong_count(&load), 2);
}
