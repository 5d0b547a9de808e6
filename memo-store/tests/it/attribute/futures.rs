//! The same of futures.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::executor::block_on;
use futures::future::join;
use futures::task::noop_waker_ref;
use memo_core::weak_memo;

use super::{Fleet, here, is_shared, runs};

fn text() -> Arc<String> {
    Arc::new("one two three".to_owned())
}

/// Once pending.
async fn a_while() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[weak_memo(store = here(), version = 1)]
async fn words(text: &Arc<String>) -> usize {
    runs();
    a_while().await;
    text.split_whitespace().count()
}

#[weak_memo(capacity = unbounded, store = here(), version = 1)]
async fn lent(text: &Arc<String>, from: usize, suffix: String) -> Result<&[String], String> {
    runs();
    a_while().await;
    let words: Vec<_> = text.split_whitespace().skip(from).map(|word| word.to_owned() + &suffix).collect();
    if words.is_empty() {
        return Err("none".to_owned());
    }
    Ok(words)
}

#[weak_memo(some_only, store = here(), version = 1)]
async fn local(text: &Rc<String>) -> Option<usize> {
    runs();
    a_while().await;
    let at = text.find('o')?;
    Some(at)
}

#[test]
fn futures_are_shared() {
    is_shared(text, |text| block_on(words(text)));
    is_shared(text, |text| block_on(lent(text, 1, "!".to_owned())).map(<[_]>::to_vec));
    is_shared(|| Rc::new("two".to_owned()), |text| block_on(local(text)));
}

#[test]
fn an_error_of_a_future_is_not_shared() {
    let fleet = Fleet::new();
    let text = text();
    for process in [0, 1] {
        let (result, ran) = fleet.within(process, || block_on(lent(&text, 3, String::new())));
        assert_eq!((result, ran), (Err("none".to_owned()), 1));
    }
    assert!(fleet.engine.memory.is_empty());
    fleet.nothing_is_held();
}

#[test]
fn two_tasks_compute_once_and_ask_once() {
    let fleet = Fleet::new();
    let text = text();
    assert_eq!(fleet.within(0, || block_on(join(words(&text), words(&text)))), ((3, 3), 1));
    assert_eq!(fleet.gets(), 1);
}

#[test]
fn a_future_that_is_dropped_leaves_nothing_behind() {
    let fleet = Fleet::new();
    let text = text();
    fleet.within(0, || {
        let mut future = pin!(words(&text));
        let mut context = Context::from_waker(noop_waker_ref());
        while super::RAN.get() == 0 {
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
    });
    fleet.nothing_is_held();
    assert_eq!(fleet.within(1, || block_on(words(&text))), (3, 1));
    assert_eq!(fleet.stores[1].stats().waits, 0, "the claim is free");
}

#[test]
fn a_future_is_send_if_its_arguments_are() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let text = text();
    drop(is_send(words(&text)));
    drop(is_send(lent(&text, 1, String::new())));
}
