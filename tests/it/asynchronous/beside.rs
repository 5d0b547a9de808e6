//! What is asked of a handle while a body is parked (law 11), at each of its awaits.

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use crate::parts::{Load, Task, cloned, cloned_memo, keyed, keyed_memo, pause, plain, plain_memo};

#[test]
fn case_20_a_result_computed_across_a_forget_is_returned_and_not_kept() {
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(keyed(&load, 7)), Task::begun(keyed(&load, 7)));
    assert!(!keyed_memo().forget((&load, 7)), "there is no result yet");
    let mut later = Task::begun(keyed(&load, 7));
    assert_eq!(load.begun(), 2, "who comes later gets no old result");
    load.open();
    assert_eq!((leader.end(), waiting.end(), later.end()), (1, 1, 2));
    assert_eq!(keyed_memo().get((&load, 7)), Some(2));
}

#[test]
fn case_20_the_same_across_a_clear_of_one_owner() {
    let load = Load::new();
    let mut leader = Task::begun(plain(&load));
    plain_memo().forget_owner(&load);
    load.open();
    assert_eq!(leader.end(), 1);
    assert_eq!(plain_memo().get(&load), None);
}

#[test]
fn case_20_what_is_inserted_during_a_compute_stays() {
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(cloned(&load)), Task::begun(cloned(&load)));
    cloned_memo().insert(&load, Arc::new(70));
    assert_eq!(*Task::new(cloned(&load)).end(), 70);
    load.open();
    assert_eq!((*leader.end(), *waiting.end()), (1, 1));
    assert_eq!(cloned_memo().get(&load).as_deref(), Some(&70));
}

/// A call that computes beside one that was set aside is overtaken by a request as any other.
#[test]
fn case_20_a_call_that_computes_beside_another_publishes_nothing_old() {
    let load = Load::new();
    let mut task = Task::new(async {
        let mut aside = Box::pin(keyed(&load, 7));
        assert!(futures::poll!(aside.as_mut()).is_pending());
        let result = keyed(&load, 7).await;
        drop(aside);
        result
    });
    while load.begun() < 2 {
        assert!(task.poll().is_pending());
    }
    keyed_memo().forget((&load, 7));
    let mut new = Task::begun(keyed(&load, 7));
    assert_eq!(load.begun(), 3);
    load.open();
    assert_eq!(task.end(), 2);
    assert_eq!(keyed_memo().get((&load, 7)), None);
    assert_eq!(new.end(), 3);
    assert_eq!(keyed_memo().get((&load, 7)), Some(3));
}

#[weak_memo]
async fn width(text: &Anchored<String>) -> usize {
    pause().await;
    text.len()
}

/// While a future borrows it, it cannot be changed: see `ui/functions`.
#[test]
fn a_change_of_the_owner_drops_the_results() {
    let mut text = Anchored::new(String::from("abc"));
    assert!(Task::new(width(&text)).poll().is_pending());
    text.push('d');
    let mut task = Task::begun(width(&text));
    assert_eq!(task.end(), 4);
    drop(task);
    text.push('e');
    assert_eq!(width_memo().get(&text), None);
}
