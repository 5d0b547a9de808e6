//! The fence between seeing that an object is dead and ending what is left of it.

use std::sync::atomic::{Ordering, fence as acquire};

use crate::sys::fence;

/// To be called after seeing that objects are dead and before ending what readers may have used of them: everything the last owners
/// did with them comes before (rule 3). One call serves many objects.
///
/// The acquire fence pairs with the release of `Arc`'s and `Weak`'s decrements. But an owner may also leave through `Arc::try_unwrap`,
/// `unwrap_or_clone` or `make_mut`, whose exchange of the strong count releases nothing; a read of a lent result
/// may then take place after it, on machines that reorder a load with a later exchange. `heavy` completes all loads that
/// came before the exchange on every running thread. On x86 a locked instruction does that by itself. (By the letter of the
/// memory model only a release by the owner's thread would do, and std provides none: see SOUNDNESS.md.)
pub(crate) fn after_deaths() {
    acquire(Ordering::Acquire);
    if !cfg!(any(target_arch = "x86", target_arch = "x86_64", memo_loom, memo_shuttle)) && !super::own::is_alone() {
        let _ = fence::heavy();
    }
}

/// What [`after_deaths`] has to order, with the orderings that the last owner uses in `std`.
#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
    use loom::thread;

    struct Object {
        strong: AtomicUsize,
        /// A lent result.
        value: UnsafeCell<u32>,
        interrupted: AtomicBool,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum After {
        /// An acquire fence alone.
        Fence,
        /// The kernel has interrupted every thread of the process as well.
        Interrupt,
    }

    /// The last owner reads a result and leaves; a sweep sees that it is dead, and ends the result.
    fn model(leave: fn(&AtomicUsize), after: After) {
        loom::model(move || {
            let object = Arc::new(Object {
                strong: AtomicUsize::new(1),
                value: UnsafeCell::new(7),
                interrupted: AtomicBool::new(false),
            });
            let theirs = Arc::clone(&object);
            let owner = thread::spawn(move || {
                // SAFETY: what the models are to show.
                theirs.value.with(|value| assert_eq!(unsafe { *value }, 7));
                leave(&theirs.strong);
                // The interrupt by a thread that saw the 0 comes here at the earliest: a full fence on this thread, and an answer.
                fence(Ordering::SeqCst);
                theirs.interrupted.store(true, Ordering::Relaxed);
            });
            if object.strong.load(Ordering::Relaxed) == 0 {
                if after == After::Interrupt {
                    while !object.interrupted.load(Ordering::Relaxed) {
                        thread::yield_now();
                    }
                }
                fence(Ordering::Acquire);
                // SAFETY: as above.
                object.value.with_mut(|value| unsafe { *value = 0 });
            }
            owner.join().unwrap();
        });
    }

    /// `drop`, and `Arc::into_inner`.
    fn let_go(strong: &AtomicUsize) {
        strong.fetch_sub(1, Ordering::Release);
    }

    /// `Arc::try_unwrap`, and `unwrap_or_clone` through it.
    fn try_unwrap(strong: &AtomicUsize) {
        strong.compare_exchange(1, 0, Ordering::Relaxed, Ordering::Relaxed).unwrap();
    }

    /// `Arc::make_mut` while there are `Weak`s.
    fn make_mut(strong: &AtomicUsize) {
        strong.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).unwrap();
    }

    #[test]
    fn loom_an_owner_that_lets_go_comes_before_the_end() {
        model(let_go, After::Fence);
        model(let_go, After::Interrupt);
    }

    #[test]
    fn loom_an_owner_that_takes_the_object_out_comes_before_the_end() {
        model(try_unwrap, After::Interrupt);
    }

    #[test]
    fn loom_an_owner_that_moves_the_object_comes_before_the_end() {
        model(make_mut, After::Interrupt);
    }

    /// Why the acquire fence is not enough.
    #[test]
    #[should_panic(expected = "Causality violation")]
    fn loom_an_owner_that_takes_the_object_out_releases_nothing() {
        model(try_unwrap, After::Fence);
    }

    #[test]
    #[should_panic(expected = "Causality violation")]
    fn loom_an_owner_that_moves_the_object_releases_nothing() {
        model(make_mut, After::Fence);
    }
}
