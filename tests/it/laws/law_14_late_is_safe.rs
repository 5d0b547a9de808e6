//! Law 14: late is safe. Each test in a process of its own: a mistake here aborts.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, OnceLock};
use std::thread;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, in_child};

#[weak_memo]
fn of_arc(n: &Arc<u32>, m: u32) -> u32 {
    **n + m
}

#[weak_memo]
fn of_rc(n: &Rc<u32>, text: &str) -> String {
    format!("{n}{text}")
}

#[weak_memo]
fn lent_rc(n: &Rc<u32>) -> &String {
    n.to_string()
}

#[weak_memo]
fn inside(n: &Anchored<u32>, other: &Arc<u32>) -> u32 {
    **n + **other
}

#[weak_memo]
fn lent_inside(n: &Anchored<u32>) -> &u32 {
    **n
}

fn call_everything() {
    for n in 0..3 {
        let (arc, rc, object) = (Arc::new(n), Rc::new(n), Anchored::new(n));
        for _ in 0..2 {
            assert_eq!(of_arc(&arc, 1), n + 1);
            assert_eq!(of_rc(&rc, "x"), format!("{n}x"));
            assert_eq!(*lent_rc(&rc), n.to_string());
            assert_eq!(inside(&object, &arc), 2 * n);
            assert_eq!(*lent_inside(&object), n);
        }
        of_arc_memo().forget((&arc, 1));
        of_rc_memo().insert((&rc, "x"), "y".to_owned());
        assert_eq!(of_rc(&rc, "x"), "y");
    }
    sweep();
    of_rc_memo().clear();
    let _ = (of_rc_memo().len(), memo_core::report());
}

/// Calls everything when its thread ends.
struct Late(Arc<AtomicUsize>);

impl Drop for Late {
    fn drop(&mut self) {
        call_everything();
        self.0.fetch_add(1, SeqCst);
    }
}

thread_local! {
    static BEFORE: RefCell<Option<Late>> = const { RefCell::new(None) };
    static AFTER: RefCell<Option<Late>> = const { RefCell::new(None) };
}

#[test]
fn memos_work_in_destructors_of_thread_locals_registered_before_and_after_theirs() {
    alone(|| {
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..20 {
            let done = Arc::clone(&done);
            thread::spawn(move || {
                BEFORE.set(Some(Late(Arc::clone(&done))));
                call_everything();
                AFTER.set(Some(Late(done)));
            })
            .join()
            .unwrap();
        }
        // A thread that never called a memo before it ends.
        let only_late = Arc::clone(&done);
        thread::spawn(move || BEFORE.set(Some(Late(only_late)))).join().unwrap();
        assert_eq!(done.load(SeqCst), 41);
        let stats = of_arc_memo().stats();
        assert_eq!((stats.computes, stats.hits), (3 * 61, 3 * 61), "what is counted late is counted too");
        memo_tests::assert_balanced(&stats);
    });
}

#[test]
fn a_result_lent_by_a_leaked_rc_outlives_its_thread() {
    alone(|| {
        let lent: &'static String = thread::spawn(|| {
            let leaked: &'static Rc<u32> = Box::leak(Box::new(Rc::new(77)));
            // What is dead when the thread ends is freed.
            lent_rc(&Rc::new(1));
            lent_rc(leaked)
        })
        .join()
        .unwrap();
        // The table's memory is what a new thread's table might get, had it been freed.
        for _ in 0..10 {
            thread::spawn(call_everything).join().unwrap();
        }
        assert_eq!(lent, "77");
        let stats = lent_rc_memo().stats();
        assert_eq!((stats.abandoned, stats.entries), (1, 0));
        memo_tests::assert_balanced(&stats);
    });
}

/// Holds an `Rc` until its thread ends.
struct Holder(Rc<u32>, *const String);

impl Drop for Holder {
    fn drop(&mut self) {
        // Where all thread-locals end, what was kept is not found again, but stays.
        let same = std::ptr::eq(lent_rc(&self.0), self.1);
        assert!(same || cfg!(memo_keyed_tls), "the same result, after the thread's table was given up");
        assert_eq!(*lent_rc(&self.0), "5");
        assert_eq!(of_rc(&self.0, "x"), "5x");
        sweep();
    }
}

#[test]
fn an_rc_that_a_later_destructor_holds_keeps_its_results() {
    thread_local! {
        static HOLDER: RefCell<Option<Holder>> = const { RefCell::new(None) };
    }
    alone(|| {
        for _ in 0..10 {
            thread::spawn(|| {
                // Registered first, so run last.
                HOLDER.set(None);
                let rc = Rc::new(5);
                let lent: *const String = lent_rc(&rc);
                HOLDER.set(Some(Holder(rc, lent)));
            })
            .join()
            .unwrap();
        }
        let late = if cfg!(memo_keyed_tls) { 10 } else { 0 };
        assert_eq!(lent_rc_memo().stats().computes, 10 + late);
    });
}

#[test]
fn the_results_of_a_threads_rcs_are_dropped_when_it_ends() {
    #[weak_memo]
    fn f(tally: &Rc<Tally>, n: u32) -> Rc<Token> {
        let _ = n;
        Rc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let theirs = tally.clone();
        thread::spawn(move || {
            let object = Rc::new(theirs);
            (0..5).for_each(|n| drop(f(&object, n)));
            drop(object);
        })
        .join()
        .unwrap();
        assert_eq!((tally.alive(), f_memo().stats().dropped, f_memo().stats().entries), (0, 5, 0));
    });
}

#[test]
fn a_result_dropped_with_its_threads_table_may_call_memos() {
    static CALLED: AtomicUsize = AtomicUsize::new(0);
    struct Caller;
    impl Drop for Caller {
        fn drop(&mut self) {
            call_everything();
            CALLED.fetch_add(1, SeqCst);
        }
    }
    #[weak_memo(local)]
    fn f(n: &Arc<u32>) -> Rc<Caller> {
        let _ = n;
        Rc::new(Caller)
    }
    alone(|| {
        // It lives on, so that its result goes only when the table is on its way.
        let n = Arc::new(1);
        thread::scope(|scope| drop(scope.spawn(|| drop(f(&n))).join()));
        assert_eq!((CALLED.load(SeqCst), memo_core::report().swallowed_panics), (1, 0));
    });
}

#[test]
fn a_result_that_panics_when_its_thread_ends_does_not_abort() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("at the end of the thread");
        }
    }
    #[weak_memo]
    fn f(n: &Rc<u32>) -> Rc<Bomb> {
        let _ = n;
        Rc::new(Bomb)
    }
    alone(|| {
        thread::spawn(|| drop(f(&Rc::new(1)))).join().unwrap();
        assert_eq!((f_memo().stats().dropped, memo_core::report().swallowed_panics), (1, 1));
        // More than the thread has looked at before its table goes.
        let crowd = || {
            let all: Vec<_> = (0..200).map(Rc::new).collect();
            all.iter().for_each(|n| drop(f(n)));
        };
        thread::spawn(crowd).join().unwrap();
        assert_eq!(f_memo().stats().dropped, 201);
        assert!(memo_core::report().swallowed_panics > 1);
    });
}

#[test]
fn a_process_may_end_while_statics_and_thread_locals_have_results() {
    static ARC: OnceLock<Arc<u32>> = OnceLock::new();
    static OBJECT: Anchored<u32> = Anchored::new(1);
    thread_local! {
        static RC: RefCell<Option<Rc<u32>>> = const { RefCell::new(None) };
    }
    let ended = in_child(|| {
        let arc = ARC.get_or_init(|| Arc::new(1));
        of_arc(arc, 1);
        inside(&OBJECT, arc);
        lent_inside(&OBJECT);
        let rc = Rc::new(1);
        of_rc(&rc, "x");
        lent_rc(&rc);
        RC.set(Some(rc));
        std::process::exit(18);
    });
    if let Some(output) = ended {
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(18), "{err}");
    }
}

#[test]
fn a_process_may_exit_while_calls_compute_and_wait() {
    static COMPUTING: Barrier = Barrier::new(2);
    #[weak_memo]
    fn forever(n: &Arc<u32>) -> u32 {
        COMPUTING.wait();
        loop {
            thread::park();
            let _ = n;
        }
    }
    let ended = in_child(|| {
        let n = Arc::new(1);
        for _ in 0..3 {
            let n = Arc::clone(&n);
            thread::spawn(move || forever(&n));
        }
        COMPUTING.wait();
        memo_tests::in_time(|| forever_memo().stats().waits == 2);
        BEFORE.set(Some(Late(Arc::default())));
        call_everything();
        let _sweeper = memo_core::Sweeper::every(std::time::Duration::from_millis(1));
        std::process::exit(17);
    });
    if let Some(output) = ended {
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(17), "{err}");
    }
}
