//! The end of a thread with a table of its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::weak_memo;
use memo_tests::{Tally, Token, alone};

/// An `Arc` beside an `Rc` owner has a node in the thread's table too, and may outlive the thread.
#[test]
fn a_thread_gives_its_table_back_though_an_arc_of_it_lives_on() {
    #[weak_memo]
    fn beside(owner: &Rc<u32>, other: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, other);
        Arc::new(tally.token())
    }

    #[weak_memo(local)]
    fn alone(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }

    let (other, tally) = (Arc::new(1), Tally::new());
    for _ in 0..10 {
        let (other, tally) = (&other, &tally);
        thread::scope(|scope| {
            let thread = scope.spawn(move || {
                drop(beside(&Rc::new(1), other, tally));
                drop(alone(other, tally));
            });
            thread.join().unwrap();
        });
        assert_eq!(Arc::weak_count(other), 0, "the thread's `Weak` went with it");
    }
    assert_eq!(tally.alive(), 0);
    assert_eq!((beside_memo().stats().dropped, alone_memo().stats().dropped), (10, 10));
}

/// The destructors of a C library's thread-locals run after all of Rust's. A thread whose first memo call is in one leaves nothing
/// behind that others would touch.
#[cfg(target_os = "linux")]
#[test]
fn a_first_call_in_the_destructor_of_a_pthread_key_leaves_nothing_dangling() {
    use std::ffi::c_void;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    unsafe extern "C" {
        fn pthread_key_create(key: *mut u32, destructor: Option<extern "C" fn(*mut c_void)>) -> i32;
        fn pthread_setspecific(key: u32, value: *const c_void) -> i32;
    }

    static OWNER: OnceLock<Arc<u8>> = OnceLock::new();
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[weak_memo]
    fn text(owner: &Arc<u8>) -> String {
        owner.to_string()
    }

    extern "C" fn late(_: *mut c_void) {
        for _ in 0..2 {
            assert_eq!(text(OWNER.get().expect("set before")), "1");
        }
        CALLS.fetch_add(1, SeqCst);
    }

    memo_tests::alone(|| {
        let owner = OWNER.get_or_init(|| Arc::new(1));
        text(owner);
        let mut key = 0;
        // SAFETY: `key` is written, and the function takes any value.
        assert_eq!(unsafe { pthread_key_create(&mut key, Some(late)) }, 0);
        for _ in 0..8 {
            // Large, so that its memory goes back to the system with the thread.
            let thread = thread::Builder::new().stack_size(64 << 20);
            let ends = thread.spawn(move || {
                // SAFETY: the key was made above; the value is never followed.
                assert_eq!(unsafe { pthread_setspecific(key, std::ptr::without_provenance(8)) }, 0);
            });
            ends.unwrap().join().unwrap();
        }
        assert_eq!(CALLS.load(SeqCst), 8);
        // Both look at the marks of all threads.
        assert!(text_memo().forget(owner));
        let many: Vec<_> = (0..10_000_u32).map(|n| Arc::new(n as u8)).collect();
        many.iter().for_each(|owner| drop(text(owner)));
    });
}

/// What the destructor of a result computed anew while its thread's table was given up stayed for ever, where an `Rc` lived on.
#[test]
fn what_a_destructor_computes_at_the_end_goes_too() {
    struct Again(Token, Option<Tally>);
    impl Clone for Again {
        fn clone(&self) -> Self {
            Self(self.0.clone(), None)
        }
    }
    impl Drop for Again {
        fn drop(&mut self) {
            if let Some(tally) = self.1.take() {
                f(&Rc::new(2), &tally);
            }
        }
    }
    #[weak_memo]
    fn f(owner: &Rc<u32>, #[memo(skip)] tally: &Tally) -> Again {
        Again(tally.token(), (**owner == 1).then(|| tally.clone()))
    }
    thread_local!(static HELD: RefCell<Option<Rc<u32>>> = const { RefCell::new(None) });
    alone(|| {
        let tally = Tally::new();
        let theirs = tally.clone();
        thread::spawn(move || {
            // Registered first, so it goes last.
            HELD.set(None);
            let owner = Rc::new(1);
            f(&owner, &theirs);
            HELD.set(Some(owner));
        })
        .join()
        .unwrap();
        assert_eq!(tally.alive(), 0);
        let stats = f_memo().stats();
        assert_eq!((stats.computes, stats.dropped, stats.abandoned), (2, 2, 0));
    });
}

/// Its counters were given back by then, and it was 0.
#[test]
fn a_length_is_right_on_a_thread_whose_table_is_gone() {
    #[weak_memo]
    fn lent(owner: &Rc<u32>) -> &u32 {
        **owner
    }
    #[weak_memo]
    fn keyed(owner: &Rc<u32>, n: u32) -> u32 {
        **owner + n
    }
    #[weak_memo]
    fn bare(owner: &Rc<u32>) -> u32 {
        **owner
    }
    struct Late(std::sync::mpsc::Sender<Vec<usize>>);
    impl Drop for Late {
        fn drop(&mut self) {
            let owner = Rc::new(1);
            lent(&owner);
            (0..3).for_each(|n| assert_eq!(keyed(&owner, n), 1 + n));
            bare(&owner);
            let mut lengths = vec![lent_memo().len(), keyed_memo().len(), bare_memo().len()];
            drop(owner);
            lengths.push(keyed_memo().len());
            self.0.send(lengths).unwrap();
        }
    }
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });
    alone(|| {
        let (tell, told) = std::sync::mpsc::channel();
        thread::spawn(move || {
            // Registered first, so it goes last.
            LATE.set(Some(Late(tell)));
            bare(&Rc::new(1));
        })
        .join()
        .unwrap();
        assert_eq!(told.recv().unwrap(), [1, 3, 1, 0]);
    });
}

/// It was counted twice then, and the books did not balance.
#[test]
fn what_was_counted_as_abandoned_and_goes_after_all_is_counted_once() {
    #[weak_memo]
    fn lent(owner: &Rc<u32>) -> &u32 {
        **owner
    }
    struct Holder(Rc<u32>);
    impl Drop for Holder {
        fn drop(&mut self) {
            self.0 = Rc::new(2);
            memo_core::sweep();
        }
    }
    thread_local!(static HOLDER: RefCell<Option<Holder>> = const { RefCell::new(None) });
    alone(|| {
        thread::spawn(|| {
            HOLDER.set(None);
            let rc = Rc::new(5);
            lent(&rc);
            HOLDER.set(Some(Holder(rc)));
        })
        .join()
        .unwrap();
        let stats = lent_memo().stats();
        assert_eq!((stats.computes, stats.dropped + stats.abandoned, stats.entries), (1, 1, 0));
    });
}

/// The thread's guard runs before the destructors of the thread-locals that were there first, so their `Rc`s are alive.
#[test]
fn results_by_clone_of_a_thread_local_rc_go_with_the_thread() {
    thread_local!(static OWNER: Rc<u32> = Rc::new(1));
    #[weak_memo]
    fn f(owner: &Rc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }
    let tally = Tally::new();
    thread::scope(|scope| {
        let tally = &tally;
        let thread = scope.spawn(move || OWNER.with(|owner| drop(f(owner, tally))));
        thread.join().unwrap();
    });
    assert_eq!(tally.alive(), 0);
    assert_eq!((f_memo().stats().dropped, f_memo().stats().abandoned), (1, 0));
}

/// The end of the table took what a second argument takes part in, alive or not, though the result was lent out.
mod lent_beside {
    use super::*;
    use memo_core::{Anchored, HasAnchor, MemoKey};

    #[weak_memo(capacity = unbounded)]
    fn lent<'w, T: MemoKey<memo_core::key::Local> + ?Sized>(
        owner: &'w Rc<u32>,
        other: &'w T,
        #[memo(skip)] tally: &Tally,
    ) -> &'w Token {
        let _ = (owner, other);
        tally.token()
    }

    /// Arguments that were leaked outlive their thread, and so does the result.
    fn outlives_the_thread<T: MemoKey<memo_core::key::Local> + 'static>(other: fn() -> T) {
        let tally = Tally::new();
        let theirs = tally.clone();
        thread::spawn(move || {
            let (owner, other) = (Box::leak(Box::new(Rc::new(1))), Box::leak(Box::new(other())));
            lent(owner, other, &theirs);
        })
        .join()
        .unwrap();
        assert_eq!((tally.made(), tally.alive()), (1, 1), "both arguments live");
    }

    #[test]
    fn an_rc_that_was_leaked() {
        outlives_the_thread(|| Rc::new(2));
    }

    #[test]
    fn an_arc_that_was_leaked() {
        outlives_the_thread(|| Arc::new(2));
    }

    #[test]
    fn an_object_that_was_leaked() {
        outlives_the_thread(|| Anchored::new(2));
        assert!(Anchored::new(2).anchor().is_empty());
    }

    /// In a destructor after the end, when a table goes with each call.
    #[test]
    fn an_rc_of_a_late_destructor() {
        struct Late(Tally);
        impl Drop for Late {
            fn drop(&mut self) {
                let (owner, other) = (Rc::new(1), Rc::new(2));
                let before = self.0.alive();
                lent(&owner, &other, &self.0);
                assert_eq!(self.0.alive(), before + 1, "both arguments live");
            }
        }
        thread_local! {
            static FIRST: RefCell<Option<Late>> = const { RefCell::new(None) };
            static SECOND: RefCell<Option<Late>> = const { RefCell::new(None) };
        }
        alone(|| {
            let tally = Tally::new();
            let theirs = tally.clone();
            thread::spawn(move || {
                FIRST.set(Some(Late(theirs.clone())));
                SECOND.set(Some(Late(theirs.clone())));
                lent(&Rc::new(1), &Rc::new(2), &theirs);
            })
            .join()
            .unwrap();
            assert_eq!(tally.made(), 3);
        });
    }
}

/// The table that stays for a result that is lent was taken for one that would still be given back.
#[test]
fn what_a_late_destructor_computes_goes_though_a_lent_result_stays() {
    #[weak_memo]
    fn lent(owner: &Rc<u32>) -> &String {
        owner.to_string()
    }
    #[weak_memo]
    fn cloned(owner: &Rc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }
    struct Late(Rc<u32>, Tally);
    impl Drop for Late {
        fn drop(&mut self) {
            drop(cloned(&Rc::new(*self.0 + 1), &self.1));
        }
    }
    thread_local!(static HELD: RefCell<Option<Late>> = const { RefCell::new(None) });
    alone(|| {
        let tally = Tally::new();
        for _ in 0..20 {
            let theirs = tally.clone();
            thread::spawn(move || {
                let owner = Rc::new(1);
                HELD.set(Some(Late(Rc::clone(&owner), theirs)));
                lent(&owner);
            })
            .join()
            .unwrap();
        }
        assert_eq!((tally.made(), tally.alive()), (20, 0));
    });
}
