//! Owners and further arguments that end while a body is parked.

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, assert_balanced};

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

/// `&mut` to the owner proves that no future borrows it, unless that was leaked.
#[test]
fn what_is_lent_may_be_taken_out_of_its_owner() {
    #[weak_memo]
    async fn only(of: &Anchored<Arc<Load>>, #[memo(skip)] tally: &Tally) -> &Token {
        of.body().await;
        tally.token()
    }
    #[weak_memo(capacity = unbounded)]
    async fn of_a_key(of: &Anchored<Arc<Load>>, key: u32, #[memo(skip)] tally: &Tally) -> &Token {
        let _ = key;
        of.body().await;
        tally.token()
    }
    let (tally, mut of) = (Tally::new(), Anchored::new(Load::new()));
    // Flights that never end.
    std::mem::forget(Task::begun(async { _ = only(&of, &tally).await }));
    std::mem::forget(Task::begun(async { _ = of_a_key(&of, 1, &tally).await }));
    assert!(only_memo().take((&mut of, &tally)).is_none() && of_a_key_memo().take((&mut of, 1, &tally)).is_none());
    assert!(only_memo().replace((&mut of, &tally), tally.token()).is_none());
    assert!(of_a_key_memo().replace((&mut of, 1, &tally), tally.token()).is_none());

    of.open();
    let call = |of: &_, key| {
        Task::new(async { _ = (only(of, &tally).await, of_a_key(of, key, &tally).await) }).end();
        tally.alive()
    };
    assert_eq!((call(&of, 1), call(&of, 2)), (2, 3));
    assert!(only_memo().take((&mut of, &tally)).is_some());
    assert!(of_a_key_memo().take((&mut of, 2, &tally)).is_some());
    assert_eq!((tally.alive(), call(&of, 2)), (1, 3));
    assert!(of_a_key_memo().replace((&mut of, 2, &tally), tally.token()).is_some());
    assert_eq!((of_a_key_memo().clear_owner(&mut of), tally.alive()), (2, 1));
    drop(of);
    assert_eq!((tally.alive(), only_memo().len(), of_a_key_memo().len()), (0, 0, 0));
    assert_balanced(&only_memo().stats());
    assert_balanced(&of_a_key_memo().stats());
}
