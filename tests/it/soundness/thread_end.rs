//! The end of a thread with a table of its own.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::weak_memo;
use memo_tests::{Tally, Token};

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
