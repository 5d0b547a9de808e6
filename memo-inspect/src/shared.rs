//! Figures that all who look share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::guard::refusal::Refusal;

/// No two renewals begin within this time.
const AT_LEAST: Duration = Duration::from_millis(500);

/// A renewal may take a tenth of one core.
const REST: u32 = 9;

/// Something that is looked up by whoever asks, if what is there is too old: never twice at a time, and on a blocking thread.
pub(crate) struct Shared<T> {
    look: Arc<dyn Fn() -> T + Send + Sync>,
    last: Arc<Mutex<Option<Seen<T>>>>,
}

struct Seen<T> {
    value: Arc<T>,
    good_until: Instant,
}

impl<T: Send + Sync + 'static> Shared<T> {
    pub(crate) fn new(look: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { look: Arc::new(look), last: Arc::default() }
    }

    /// What was seen lately, or now.
    ///
    /// # Errors
    ///
    /// If looking panics.
    pub(crate) async fn latest(&self) -> Result<Arc<T>, Refusal> {
        // The thread that looks holds the lock: if this request is dropped meanwhile, the next one waits for that thread all the same.
        let mut last = Arc::clone(&self.last).lock_owned().await;
        if let Some(seen) = last.as_ref().filter(|seen| Instant::now() < seen.good_until) {
            return Ok(Arc::clone(&seen.value));
        }
        let look = Arc::clone(&self.look);
        let renew = move || Arc::clone(&last.insert(Seen::by(&*look)).value);
        spawn_blocking(renew).await.map_err(|_| Refusal::FAILED)
    }

    /// Lets the next who asks look anew: something was changed.
    pub(crate) async fn outdate(&self) {
        *self.last.lock().await = None;
    }
}

impl<T> Seen<T> {
    fn by(look: impl Fn() -> T) -> Self {
        let started = Instant::now();
        let value = Arc::new(look());
        let ended = Instant::now();
        Self { value, good_until: ended + AT_LEAST.max((ended - started) * REST) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn run<R>(test: impl Future<Output = R>) -> R {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(test)
    }

    #[test]
    fn all_who_ask_at_once_share_one_look() {
        let looks = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&looks);
        let shared = Arc::new(Shared::new(move || counted.fetch_add(1, Ordering::Relaxed)));
        run(async {
            let ask = || {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { shared.latest().await.map(|seen| *seen) })
            };
            let all: Vec<_> = (0..100).map(|_| ask()).collect();
            for one in all {
                assert_eq!(one.await.expect("it ends").expect("it is seen"), 0);
            }
            shared.outdate().await;
            assert_eq!(*shared.latest().await.expect("it is seen"), 1);
        });
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }

    /// Who asked is gone, and the look goes on: the next one waits for it, and sees what it saw.
    #[test]
    fn a_look_that_nobody_waits_for_any_more_is_not_begun_again() {
        let looks = Arc::new(AtomicUsize::new(0));
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let (counted, gone) = (Arc::clone(&looks), std::sync::Mutex::new(gone));
        let shared = Shared::new(move || {
            _ = gone.lock().expect("not poisoned").recv();
            counted.fetch_add(1, Ordering::Relaxed)
        });
        run(async {
            // Begins to look, and is dropped.
            assert!(tokio::time::timeout(Duration::from_millis(10), shared.latest()).await.is_err());
            drop(go);
            assert_eq!(*shared.latest().await.expect("it is seen"), 0);
        });
        assert_eq!(looks.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_look_that_panics_is_told_and_tried_again() {
        let looks = AtomicUsize::new(0);
        let shared = Shared::new(move || assert!(looks.fetch_add(1, Ordering::Relaxed) > 0, "the first look"));
        run(async {
            assert!(shared.latest().await.is_err());
            assert!(shared.latest().await.is_ok());
        });
    }
}
