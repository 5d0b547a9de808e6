//! Which results are kept, and what those get who waited (laws 15 and 16).

use std::sync::Arc;

use memo_core::weak_memo;

use crate::parts::{Load, Task};

#[weak_memo]
async fn fallible(of: &Arc<Load>) -> Result<usize, String> {
    let number = of.body().await;
    if number % 2 == 1 { Err(format!("no {number}")) } else { Ok(number) }
}

struct Uncloned(usize);

#[weak_memo]
async fn fallible_alone(of: &Arc<Load>) -> Result<usize, Uncloned> {
    let number = of.body().await;
    if number <= 2 { Err(Uncloned(number)) } else { Ok(number) }
}

#[weak_memo]
async fn lent_fallible(of: &Arc<Load>) -> Result<&usize, Uncloned> {
    let number = of.body().await;
    if number == 1 { Err(Uncloned(number)) } else { Ok(number) }
}

#[weak_memo(cache_err)]
async fn kept_error(of: &Arc<Load>) -> Result<usize, String> {
    Err(format!("no {}", of.body().await))
}

#[weak_memo(cache_if = |number| *number > 1)]
async fn large(of: &Arc<Load>) -> usize {
    of.body().await
}

#[weak_memo(some_only)]
async fn some(of: &Arc<Load>) -> Option<usize> {
    Some(of.body().await).filter(|number| *number > 1)
}

#[test]
fn case_29_an_error_goes_to_those_of_its_round_and_is_not_kept() {
    let load = Load::new();
    let (mut leader, mut waiting) = (Task::begun(fallible(&load)), Task::begun(fallible(&load)));
    load.open();
    assert_eq!(leader.end(), Err("no 1".to_owned()));
    assert_eq!(waiting.end(), Err("no 1".to_owned()), "of the same round");
    assert_eq!(fallible_memo().get(&load), None);
    assert_eq!(Task::new(fallible(&load)).end(), Ok(2));
    assert_eq!(Task::new(fallible(&load)).end(), Ok(2));
}

/// They go on side by side, not one after the other.
#[test]
fn case_29_who_waited_for_an_error_that_cannot_be_cloned_computes() {
    let load = Load::new();
    let mut leader = Task::begun(fallible_alone(&load));
    let mut others: Vec<_> = (0..2).map(|_| Task::begun(fallible_alone(&load))).collect();
    load.open();
    assert_eq!(leader.end().map_err(|error| error.0), Err(1));
    assert_eq!(others[0].end().map_err(|error| error.0), Err(2));
    assert_eq!(others[1].end().map_err(|error| error.0), Ok(3));
    assert_eq!(fallible_alone_memo().get(&load).and_then(Result::ok), Some(3));

    let load = Load::new();
    let (mut leader, mut other) = (Task::begun(lent_fallible(&load)), Task::begun(lent_fallible(&load)));
    load.open();
    assert_eq!(leader.end().map_err(|error| error.0), Err(1));
    assert_eq!(other.end().map_err(|error| error.0), Ok(&2));
}

#[test]
fn options_say_what_is_kept() {
    let load = Load::opened();
    assert_eq!(Task::new(kept_error(&load)).end(), Err("no 1".to_owned()));
    assert_eq!(Task::new(kept_error(&load)).end(), Err("no 1".to_owned()));

    let load = Load::opened();
    assert_eq!(
        [Task::new(large(&load)).end(), Task::new(large(&load)).end(), Task::new(large(&load)).end()],
        [1, 2, 2]
    );

    let load = Load::opened();
    assert_eq!([Task::new(some(&load)).end(), Task::new(some(&load)).end()], [None, Some(2)]);
    assert_eq!(some_memo().get(&load), Some(Some(2)));
}

/// A result that is its own argument keeps nothing alive.
#[test]
fn a_result_may_be_the_owner_itself() {
    #[weak_memo]
    async fn itself(of: &Arc<Load>) -> Arc<Load> {
        of.passed().await;
        Arc::clone(of)
    }
    let load = Load::opened();
    let result = Task::new(itself(&load)).end();
    assert!(Arc::ptr_eq(&result, &load));
    drop(result);
    assert_eq!(Arc::strong_count(&load), 1);
    assert!(Arc::ptr_eq(&Task::new(itself(&load)).end(), &load));
}

/// A copy that holds its own argument is a suspected leak. Handles that others take while a body is parked are none.
#[test]
fn handles_that_come_while_a_body_is_parked_are_no_leak() {
    #[derive(Clone)]
    struct Holds(Arc<dyn Fn() -> usize + Send + Sync>);
    #[weak_memo]
    async fn holding(of: &Arc<Load>) -> Holds {
        let number = of.body().await;
        Holds(Arc::new(move || number))
    }
    let load = Load::new();
    let mut leader = Task::begun(holding(&load));
    let handles: Vec<_> = (0..10).map(|_| Arc::clone(&load)).collect();
    load.open();
    assert_eq!((leader.end().0)(), 1);
    drop(leader);
    assert_eq!(holding_memo().stats().suspected_leaks, 0);
    drop(handles);
}
