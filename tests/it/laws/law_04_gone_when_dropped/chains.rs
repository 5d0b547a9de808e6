//! Results that own objects with results, very many of them one after the other, and a small stack.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::{alone, live_bytes, watchdog};

/// A chain in which each result owns the next object.
#[derive(HasAnchor)]
struct Link {
    number: usize,
    dropped: Arc<AtomicUsize>,
    anchor: Anchor,
}

impl Link {
    fn first(dropped: &Arc<AtomicUsize>) -> Self {
        Self { number: 0, dropped: Arc::clone(dropped), anchor: Anchor::new() }
    }

    fn after(&self) -> Self {
        Self { number: self.number + 1, dropped: Arc::clone(&self.dropped), anchor: Anchor::new() }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, SeqCst);
    }
}

const LINKS: usize = 1_000_000;

/// So little that a recursion of a thousand would not fit.
const SMALL_STACK: usize = 64 * 1024;

fn on_a_small_stack<R: Send + 'static>(act: impl FnOnce() -> R + Send + 'static) -> R {
    thread::Builder::new().stack_size(SMALL_STACK).spawn(act).unwrap().join().unwrap()
}

#[test]
fn a_chain_of_a_million_lent_objects_drops_on_a_small_stack() {
    #[weak_memo]
    fn next(link: &Link) -> &Link {
        link.after()
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Link::first(&dropped);
        on_a_small_stack(move || {
            let mut last = &first;
            while last.number < LINKS {
                last = next(last);
            }
            assert_eq!(first.dropped.load(SeqCst), 0);
            drop(first);
        });
        assert_eq!(dropped.load(SeqCst), LINKS + 1);
        assert_eq!(next_memo().stats().dropped, LINKS as u64);
    });
}

#[test]
fn a_long_chain_of_cloned_objects_drops_on_a_small_stack() {
    #[weak_memo(may_return_owner)]
    fn next(link: &Link, _: u8) -> Arc<Link> {
        Arc::new(link.after())
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Arc::new(Link::first(&dropped));
        on_a_small_stack(move || {
            let mut last = Arc::clone(&first);
            while last.number < LINKS / 5 {
                last = next(&last, 1);
            }
            drop(last);
            drop(first);
        });
        assert_eq!(dropped.load(SeqCst), LINKS / 5 + 1);
    });
}

#[test]
fn a_chain_through_second_arguments_drops_on_a_small_stack() {
    // The entry lies on a living owner; it goes with its second argument, and owns the next one.
    #[weak_memo(capacity = unbounded)]
    fn next(_owner: &Anchored<u8>, link: &Link) -> Arc<Link> {
        Arc::new(link.after())
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Arc::new(Link::first(&dropped));
        let owner = Anchored::new(1);
        on_a_small_stack(move || {
            let mut last = Arc::clone(&first);
            while last.number < 100_000 {
                last = next(&owner, &last);
            }
            drop(last);
            drop(first);
            assert_eq!(next_memo().len(), 0);
        });
        assert_eq!(dropped.load(SeqCst), 100_001);
    });
}

/// Chains of `Arc`s and `Rc`s in which each result owns the next object: one sweep follows them, from whichever end they were
/// built. One link a pass would not end in the time of a test.
#[test]
fn a_chain_of_a_hundred_thousand_arcs_is_dropped_in_one_sweep_whichever_end_came_first() {
    const LINKS: u32 = 100_000;
    #[weak_memo(may_return_owner)]
    fn after(link: &Arc<u32>) -> Arc<u32> {
        Arc::new(**link + 1)
    }
    #[weak_memo(may_return_owner)]
    fn after_here(link: &Rc<u32>) -> Rc<u32> {
        Rc::new(**link + 1)
    }
    let end = || {
        on_a_small_stack(|| {
            // What amortised sweeps have found by then is theirs.
            memo_core::sweep();
            assert_eq!((after_memo().len(), after_here_memo().len()), (0, 0));
        });
    };
    alone(move || {
        let empty = live_bytes();
        // From the first on.
        let first = Arc::new(0);
        let mut last = Arc::clone(&first);
        for _ in 0..LINKS {
            last = after(&last);
        }
        drop((first, last));
        end();
        // The table that held it, too.
        assert!(live_bytes() < empty + (1 << 20), "{} bytes are left", live_bytes() - empty);
        // From the last on.
        let mut first = Arc::new(0);
        for _ in 0..LINKS {
            let before = Arc::new(0);
            after_memo().insert(&before, first);
            first = before;
        }
        drop(first);
        end();
        assert_eq!(after_memo().stats().dropped, 2 * u64::from(LINKS));
        let first = Rc::new(0);
        let mut last = Rc::clone(&first);
        for _ in 0..LINKS {
            last = after_here(&last);
        }
        drop((first, last));
        memo_core::sweep();
        let mut first = Rc::new(0);
        for _ in 0..LINKS {
            let before = Rc::new(0);
            after_here_memo().insert(&before, first);
            first = before;
        }
        drop(first);
        memo_core::sweep();
        assert_eq!(after_here_memo().stats().dropped, 2 * u64::from(LINKS));
    });
}
