//! What the tests are made of: an object whose bodies wait until they are let through, memos of all forms, and futures that are
//! polled by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures::FutureExt;
use memo_core::{Hit, weak_memo};

/// An object whose bodies count themselves, and go on when their gate is open.
#[derive(Default)]
pub(crate) struct Load {
    /// Bodies that have begun, that have ended, and that are there now, with the most that were there at a time.
    pub(crate) begun: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    there: AtomicUsize,
    pub(crate) most: AtomicUsize,
    gate: Mutex<(bool, Vec<Waker>)>,
}

impl Load {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn opened() -> Arc<Self> {
        let load = Self::new();
        load.open();
        load
    }

    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Lets all bodies through, those to come as well.
    pub(crate) fn open(&self) {
        let waiting = {
            let mut gate = self.gate.lock().unwrap();
            gate.0 = true;
            std::mem::take(&mut gate.1)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Lets none through from now on.
    pub(crate) fn close(&self) {
        self.gate.lock().unwrap().0 = false;
    }

    pub(crate) async fn passed(&self) {
        std::future::poll_fn(|context| {
            let mut gate = self.gate.lock().unwrap();
            if gate.0 {
                return Poll::Ready(());
            }
            gate.1.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// What all bodies do. The number of the body is its result.
    pub(crate) async fn body(&self) -> usize {
        struct There<'l>(&'l Load);
        impl Drop for There<'_> {
            fn drop(&mut self) {
                self.0.there.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let there = self.there.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(there, Ordering::SeqCst);
        let _there = There(self);
        self.passed().await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        number
    }
}

#[weak_memo]
pub(crate) async fn plain(of: &Arc<Load>) -> usize {
    of.body().await
}

#[weak_memo]
pub(crate) async fn cloned(of: &Arc<Load>) -> Arc<usize> {
    Arc::new(of.body().await)
}

#[weak_memo]
pub(crate) async fn keyed(of: &Arc<Load>, key: u32) -> usize {
    let _ = key;
    of.body().await
}

#[weak_memo]
pub(crate) async fn keyed_by_text(of: &Arc<Load>, key: &str) -> Arc<usize> {
    let _ = key;
    Arc::new(of.body().await)
}

#[weak_memo]
pub(crate) async fn lent(of: &Arc<Load>) -> &usize {
    of.body().await
}

#[weak_memo(capacity = unbounded)]
pub(crate) async fn lent_keyed(of: &Arc<Load>, key: u32) -> &usize {
    let _ = key;
    of.body().await
}

pub(crate) type Boxed<'f> = Pin<Box<dyn Future<Output = usize> + Send + 'f>>;

/// The forms of a memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Cloned,
    Keyed,
    KeyedByText,
    Lent,
    LentKeyed,
}

impl Form {
    pub(crate) const ALL: [Self; 6] =
        [Self::Plain, Self::Cloned, Self::Keyed, Self::KeyedByText, Self::Lent, Self::LentKeyed];

    /// A call, always with the same key.
    pub(crate) fn call(self, of: &Arc<Load>) -> Boxed<'_> {
        match self {
            Self::Plain => Box::pin(plain(of)),
            Self::Cloned => Box::pin(async { *cloned(of).await }),
            Self::Keyed => Box::pin(keyed(of, 7)),
            Self::KeyedByText => Box::pin(async { *keyed_by_text(of, "seven").await }),
            Self::Lent => Box::pin(async { *lent(of).await }),
            Self::LentKeyed => Box::pin(async { *lent_keyed(of, 7).await }),
        }
    }

    /// The same by the handle.
    pub(crate) fn told(self, of: &Arc<Load>) -> Pin<Box<dyn Future<Output = (usize, Hit)> + Send + '_>> {
        match self {
            Self::Plain => Box::pin(plain_memo().call(of)),
            Self::Cloned => Box::pin(cloned_memo().call(of).map(|(value, how)| (*value, how))),
            Self::Keyed => Box::pin(keyed_memo().call((of, 7))),
            Self::KeyedByText => Box::pin(keyed_by_text_memo().call((of, "seven")).map(|(value, how)| (*value, how))),
            Self::Lent => Box::pin(lent_memo().call(of).map(|(value, how)| (*value, how))),
            Self::LentKeyed => Box::pin(lent_keyed_memo().call((of, 7)).map(|(value, how)| (*value, how))),
        }
    }

    pub(crate) fn get(self, of: &Arc<Load>) -> Option<usize> {
        match self {
            Self::Plain => plain_memo().get(of),
            Self::Cloned => cloned_memo().get(of).map(|value| *value),
            Self::Keyed => keyed_memo().get((of, 7)),
            Self::KeyedByText => keyed_by_text_memo().get((of, "seven")).map(|value| *value),
            Self::Lent => lent_memo().get(of).copied(),
            Self::LentKeyed => lent_keyed_memo().get((of, 7)).copied(),
        }
    }
}

/// Counts how often it is woken.
#[derive(Default)]
pub(crate) struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A task of one future, polled by hand.
pub(crate) struct Task<'f, R> {
    future: Option<Pin<Box<dyn Future<Output = R> + Send + 'f>>>,
    woken: Arc<Woken>,
}

impl<'f, R> Task<'f, R> {
    pub(crate) fn new(future: impl Future<Output = R> + Send + 'f) -> Self {
        Self { future: Some(Box::pin(future)), woken: Arc::default() }
    }

    /// A task that was polled once, and goes on.
    pub(crate) fn begun(future: impl Future<Output = R> + Send + 'f) -> Self {
        let mut task = Self::new(future);
        assert!(task.poll().is_pending(), "it should have to wait");
        task
    }

    pub(crate) fn poll(&mut self) -> Poll<R> {
        let waker = Waker::from(Arc::clone(&self.woken));
        self.future.as_mut().expect("not dropped").as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls it once, to its end.
    pub(crate) fn end(&mut self) -> R {
        match self.poll() {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("it should have ended"),
        }
    }

    pub(crate) fn woken(&self) -> usize {
        self.woken.0.load(Ordering::SeqCst)
    }

    pub(crate) fn cancel(&mut self) {
        self.future = None;
    }
}

/// Gives way to the other tasks, once.
pub(crate) async fn pause() {
    futures_lite::future::yield_now().await;
}
