//! The same of calls that are futures.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures::executor::block_on;
use memo_core::testing::{Scope, calls, scope};
use memo_core::{Anchored, assert_computed, assert_remembered, verify, weak_memo};
use memo_tests::{alone, panic_of};

#[weak_memo]
async fn length(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo]
async fn first_word(text: &Arc<String>) -> &str {
    length(text).await;
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn text() -> Arc<String> {
    Arc::new(String::from("one two"))
}

#[test]
fn assertions_and_scopes_see_what_is_polled_in_them() {
    let text = text();
    scope(|| {
        assert_eq!(block_on(length(&text)), 7);
        // The body finds that.
        assert_eq!(assert_computed!(block_on(first_word(&text))), "one");
        assert_eq!(assert_remembered!(block_on(first_word(&text))), "one");
        let said = panic_of(|| assert_computed!(block_on(length(&text))));
        assert!(said.contains("`testing::futures::length` at tests/it/testing/futures.rs:"), "{said}");
        assert_eq!((calls(first_word_memo()).to_string()), "1 hit, 1 miss, 1 compute");
        assert_eq!((calls(length_memo()).to_string()), "2 hits, 1 miss, 1 compute");
    });
    block_on(async {
        assert_eq!(assert_remembered!(length(&text).await), 7);
    });
    assert!(Scope::try_current().is_none());
}

/// How often bodies ran, and so what they return next if they are impure.
static RAN: AtomicU32 = AtomicU32::new(0);

fn ran() -> u32 {
    RAN.fetch_add(1, Ordering::Relaxed)
}

/// Runs a test that verifies all hits, in a process of its own, in builds that can.
macro_rules! all_verified {
    ($test:block) => {
        alone(|| {
            if verify(1.0) $test
        })
    };
}

/// Pending once.
async fn pause() {
    let mut polled = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn an_impure_body_is_found_whatever_the_shape_of_its_memo() {
    #[weak_memo]
    async fn plain(_of: &Arc<u8>) -> u32 {
        pause().await;
        ran()
    }
    #[weak_memo]
    async fn inside(_of: &Anchored<u8>) -> String {
        ran().to_string()
    }
    #[weak_memo]
    async fn keyed(_of: Arc<u8>, #[memo(value)] key: String, _other: &Arc<u8>) -> String {
        pause().await;
        key + &ran().to_string()
    }
    #[weak_memo]
    async fn computed(_of: &Arc<u8>, #[memo(key = word.trim())] word: String) -> String {
        word + &ran().to_string()
    }
    #[weak_memo]
    async fn failing_now(_of: &Arc<u8>) -> Result<u32, std::io::Error> {
        if ran() == 0 { Ok(0) } else { Err(std::io::Error::other("now")) }
    }
    #[weak_memo]
    async fn lent(_of: &Arc<u8>) -> &u32 {
        pause().await;
        ran()
    }
    #[weak_memo(capacity = unbounded)]
    async fn lent_keyed<'o>(_of: &'o Anchored<u8>, _key: &str) -> Result<&'o [u32], String> {
        pause().await;
        let ran = ran();
        if ran % 2 == 0 { Ok(vec![ran]) } else { Err("odd".into()) }
    }
    trait Counted {
        async fn count(&self) -> u32;
        async fn counts(&self, key: u8) -> &u32;
    }
    impl Counted for Anchored<u8> {
        #[weak_memo(handle = none)]
        async fn count(&self) -> u32 {
            pause().await;
            ran()
        }
        #[weak_memo(handle = none, capacity = unbounded)]
        async fn counts(&self, _key: u8) -> &u32 {
            ran()
        }
    }
    all_verified!({
        let (of, inside_of) = (Arc::new(0), Anchored::new(0));
        macro_rules! each {
            ($($call:expr => $told:literal;)+) => {$({
                RAN.store(0, Ordering::Relaxed);
                _ = block_on($call);
                let said = panic_of(|| _ = block_on($call));
                assert!(said.contains($told), "{said}");
                assert!(said.contains(" that its body does not return any more"), "{said}");
                assert_eq!(RAN.load(Ordering::Relaxed), 2, $told);
                // The memo is as it was.
                _ = verify(0.0);
                _ = block_on($call);
                assert_eq!(RAN.load(Ordering::Relaxed), 2, $told);
                _ = verify(1.0);
            })+};
        }
        each! {
            plain(&of) => "::plain`";
            inside(&inside_of) => "::inside`";
            keyed(of.clone(), String::from("k"), &of) => "for the key (\"k\", @";
            computed(&of, String::from(" w ")) => "for the key ";
            failing_now(&of) => "::failing_now`";
            lent(&of) => "::lent`";
            lent_keyed(&inside_of, "w") => "for the key ";
            inside_of.count() => "::count`";
            inside_of.counts(7) => "for the key 7";
        }
    });
}

/// Nothing but the time, and the effects of bodies, is otherwise.
#[test]
fn a_pure_program_does_not_notice() {
    #[weak_memo]
    async fn twice(text: &Arc<String>) -> usize {
        pause().await;
        2 * within(text).await
    }
    /// A hit inside a body that runs again.
    #[weak_memo]
    async fn within(text: &Arc<String>) -> usize {
        ran();
        text.len()
    }
    all_verified!({
        let text = text();
        assert_eq!(block_on(twice(&text)), 14);
        scope(|| {
            assert_eq!(assert_remembered!(block_on(twice(&text))), 14);
            assert_eq!(calls(twice_memo()).to_string(), "1 hit, 0 misses, 0 computes");
        });
        assert_eq!(RAN.load(Ordering::Relaxed), 1, "not drawn inside");
        // Between two polls of a body that runs again, other hits of the thread are drawn.
        let mut again = pin!(twice(&text));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(again.as_mut().poll(context).is_pending());
        assert_eq!(block_on(within(&text)), 7);
        assert_eq!(RAN.load(Ordering::Relaxed), 2);
        assert_eq!(again.as_mut().poll(context), Poll::Ready(14));
        assert_eq!(RAN.load(Ordering::Relaxed), 2);
        // One that is dropped meanwhile leaves everything as it was.
        {
            let mut dropped = pin!(twice(&text));
            assert!(dropped.as_mut().poll(context).is_pending());
        }
        assert_eq!(block_on(within(&text)), 7);
        assert_eq!(RAN.load(Ordering::Relaxed), 3, "nothing is left of what the thread was about");
        assert_eq!((twice_memo().stats().computes, twice_memo().stats().entries), (1, 1));
    });
}

#[test]
fn a_body_that_runs_again_may_go_on_elsewhere() {
    #[weak_memo]
    async fn slow(text: &Arc<String>) -> usize {
        pause().await;
        text.len()
    }
    all_verified!({
        let text = text();
        assert_eq!(block_on(slow(&text)), 7);
        let mut again = Box::pin({
            let text = text.clone();
            async move { slow(&text).await }
        });
        assert!(again.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(thread::spawn(|| block_on(again)).join().expect("verified there"), 7);
        assert_eq!(slow_memo().stats().computes, 1);
    });
}

/// Nor do the comparison and the end of the new result show in a scope.
#[test]
fn what_a_comparison_calls_is_neither_seen_nor_drawn() {
    #[weak_memo]
    fn helper(of: &Arc<u8>) -> u8 {
        ran();
        **of
    }
    #[derive(Clone)]
    struct Compares(Arc<u8>);
    impl PartialEq for Compares {
        fn eq(&self, other: &Self) -> bool {
            helper(&self.0) == helper(&other.0)
        }
    }
    #[weak_memo(may_return_owner)]
    async fn by_clone(of: &Arc<u8>) -> Compares {
        Compares(Arc::new(**of))
    }
    #[weak_memo]
    async fn lent(of: &Arc<u8>) -> &Compares {
        Compares(Arc::new(**of))
    }
    all_verified!({
        let of = Arc::new(1);
        block_on(by_clone(&of));
        block_on(lent(&of));
        scope(|| {
            block_on(by_clone(&of));
            block_on(lent(&of));
            assert_eq!(calls(helper_memo()).to_string(), "0 hits, 0 misses, 0 computes");
        });
        assert!(RAN.load(Ordering::Relaxed) > 0);
    });
}
