//! A hit: ready at once, without an allocation, and without a word to its task.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use memo_tests::{allocations, alone};

use crate::parts::{Form, Load, cloned, keyed, keyed_by_text, lent, lent_keyed, plain};

#[test]
fn case_27_a_hit_allocates_nothing_and_is_ready_when_it_is_polled_first() {
    alone(|| {
        let load = Load::opened();
        for form in Form::ALL {
            assert_eq!(futures::executor::block_on(form.call(&load)), load.begun());
        }
        let mut context = Context::from_waker(Waker::noop());
        macro_rules! hit {
            ($call:expr) => {{
                let before = allocations();
                for _ in 0..100 {
                    let future = std::pin::pin!($call);
                    assert!(matches!(future.poll(&mut context), Poll::Ready(_)));
                }
                assert_eq!(allocations(), before, stringify!($call));
            }};
        }
        hit!(plain(&load));
        hit!(cloned(&load));
        hit!(keyed(&load, 7));
        hit!(keyed_by_text(&load, "seven"));
        hit!(lent(&load));
        hit!(lent_keyed(&load, 7));
    });
}

/// Hits do not give way: a loop of them is one poll, which the docs say.
#[test]
fn case_26_a_loop_of_hits_is_one_poll() {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let load = Load::opened();
        plain(&load).await;
        let task = tokio::spawn(async move {
            let mut hits = std::pin::pin!(async {
                for _ in 0..10_000 {
                    plain(&load).await;
                }
            });
            futures::poll!(hits.as_mut()).is_ready()
        });
        assert!(task.await.unwrap());
    });
}

/// A body that does not wait is polled once, in place.
#[test]
fn a_miss_whose_body_does_not_wait_is_ready_when_it_is_polled_first() {
    let load = Load::opened();
    for form in Form::ALL {
        let mut future = form.call(&load);
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready(), "{form:?}");
    }
    assert_eq!(Arc::strong_count(&load), 1);
}
