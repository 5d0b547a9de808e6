//! Forms of functions, and other options beside those about time.

use std::sync::Arc;
use std::time::Duration;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};

use super::clock::Time;

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

impl Doc {
    #[weak_memo(ttl = "1s")]
    fn len(&self) -> usize {
        self.text.len()
    }
}

trait Counted {
    fn count(&self, of: char) -> usize;
}

impl Counted for Doc {
    #[weak_memo(ttl = "1s", handle = none)]
    fn count(&self, of: char) -> usize {
        self.text.matches(of).count()
    }
}

#[weak_memo(ttl = Duration::from_secs(1), single_flight = false)]
fn generic<T: Clone + Send + Sync + 'static>(of: &Arc<T>, other: &Arc<T>) -> Option<T> {
    let _ = other;
    Some(T::clone(of))
}

#[weak_memo(idle = "1s", some_only)]
fn some(n: &Arc<u32>) -> Option<Arc<u32>> {
    (**n > 0).then(|| Arc::clone(n))
}

#[test]
fn all_of_them_expire() {
    let time = Time::begin();
    let doc = Doc { text: "abba".into(), anchor: Anchor::new() };
    let (one, two) = (Arc::new(1), Arc::new(2));
    for round in 1..4 {
        for _ in 0..2 {
            assert_eq!((doc.len(), doc.count('b')), (4, 2));
            assert_eq!((generic(&one, &two), some(&one).as_deref()), (Some(1), Some(&1)));
        }
        let all = [Doc::len_memo().stats(), generic_memo::<u32>().stats(), some_memo().stats()];
        assert_eq!(all.map(|stats| (stats.computes, stats.hits)), [(round, round); 3]);
        time.pass(1_000);
    }
    // The other argument dies first, and takes its result along.
    generic(&one, &two);
    drop(two);
    assert_eq!(generic_memo::<u32>().len(), 0);
}

/// A result that is the argument is a mark: it expires as any other, and keeps nothing alive.
#[test]
fn a_result_that_is_its_argument_expires() {
    #[weak_memo(ttl = "1s", stale = "1s")]
    fn simplified(n: &Arc<u32>) -> Arc<u32> {
        Arc::clone(n)
    }
    let (time, n) = (Time::begin(), Arc::new(1));
    for _ in 0..3 {
        assert!(Arc::ptr_eq(&simplified(&n), &n));
        assert_eq!(Arc::strong_count(&n), 1);
        time.pass(1_000);
    }
    assert_eq!(simplified_memo().stats().computes, 3);
    drop(n);
    assert_eq!(simplified_memo().len(), 0);
}

/// Law 13 beside time.
#[test]
fn changing_the_object_ends_results_before_their_time() {
    #[weak_memo(ttl = "1h", idle = "1h")]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (_time, mut n) = (Time::begin(), Anchored::new(1));
    f(&n);
    *n = 2;
    assert_eq!((f(&n), f_memo().stats().cleared), (2, 1));
}
