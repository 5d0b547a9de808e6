//! Law 1 for `#[track_caller]`: the body of a memo sees the caller that the bare body would, and so does a panic.

use std::panic::{self, Location};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

use memo_core::{Anchored, weak_memo};

/// The line of the innermost panic on this thread in a call, and what it said.
fn panic_in<R>(call: impl FnOnce() -> R) -> (&'static str, u32) {
    thread_local! {
        static SEEN: std::cell::Cell<(&'static str, u32)> = const { std::cell::Cell::new(("", 0)) };
    }
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let at = info.location().expect("panics have a place");
            SEEN.set((if at.file() == file!() { "here" } else { "elsewhere" }, at.line()));
            before(info);
        }));
    });
    assert!(panic::catch_unwind(panic::AssertUnwindSafe(call)).is_err(), "it should have panicked");
    SEEN.get()
}

#[test]
fn the_body_sees_who_called() {
    #[weak_memo]
    #[track_caller]
    fn by_clone(text: &Arc<String>) -> (u32, usize) {
        (Location::caller().line(), text.len())
    }
    #[weak_memo]
    #[cfg_attr(all(), track_caller)]
    fn lent(text: &Anchored<String>) -> &(u32, usize) {
        (Location::caller().line(), text.len())
    }
    #[weak_memo(capacity = unbounded)]
    #[track_caller]
    fn keyed(text: &Arc<String>, from: usize) -> Result<&u32, String> {
        if from > text.len() { Err(Location::caller().line().to_string()) } else { Ok(Location::caller().line()) }
    }
    struct Doc(Anchored<u32>);
    impl Doc {
        #[weak_memo(associated)]
        #[track_caller]
        fn of(doc: &Anchored<u32>) -> u32 {
            Location::caller().line() + **doc
        }
    }
    let (arc, anchored) = (Arc::new(String::new()), Anchored::new(String::new()));
    let said = by_clone(&arc);
    assert_eq!(said, (line!() - 1, 0));
    let first = *lent(&anchored);
    assert_eq!(first, (line!() - 1, 0));
    let (ok, failed) = (keyed(&arc, 0), keyed(&arc, 1));
    assert_eq!((ok, failed), (Ok(&(line!() - 1)), Err((line!() - 1).to_string())));
    let doc = Doc(Anchored::new(0));
    let of = Doc::of(&doc.0);
    assert_eq!(of, line!() - 1);
    // Remembered, and so of the first caller.
    assert_eq!((by_clone(&arc), *lent(&anchored)), (said, first));
}

#[test]
fn a_panic_of_the_body_reports_the_callers_line() {
    #[weak_memo]
    #[track_caller]
    fn by_clone(text: &Arc<String>) -> u8 {
        *text.as_bytes().first().expect("empty")
    }
    #[weak_memo]
    #[track_caller]
    fn lent(text: &Arc<String>) -> &u8 {
        *text.as_bytes().first().expect("empty")
    }
    let text = Arc::new(String::new());
    for _ in 0..2 {
        assert_eq!(panic_in(|| by_clone(&text)), ("here", line!()));
        assert_eq!(panic_in(|| lent(&text)), ("here", line!()));
    }
    assert_eq!((by_clone_memo().stats().rejected, by_clone_memo().len()), (2, 0));
}

/// By clone, by reference, and with a key and without waiting: each asks for itself through one that does not track its caller.
#[weak_memo]
#[track_caller]
fn ring(n: &Arc<u32>) -> u32 {
    through_ring(n)
}

#[weak_memo]
#[track_caller]
fn lent_ring(n: &Arc<u32>) -> &u32 {
    through_lent_ring(n)
}

#[weak_memo(single_flight = false)]
#[track_caller]
fn racing_ring(n: &Arc<u32>, m: u32) -> u32 {
    through_racing_ring(n, m)
}

fn through_ring(n: &Arc<u32>) -> u32 {
    ring(n)
}
const RING: u32 = line!() - 2;

fn through_lent_ring(n: &Arc<u32>) -> u32 {
    *lent_ring(n)
}
const LENT_RING: u32 = line!() - 2;

fn through_racing_ring(n: &Arc<u32>, m: u32) -> u32 {
    racing_ring(n, m)
}
const RACING_RING: u32 = line!() - 2;

#[test]
fn a_ring_reports_the_line_of_the_call_that_closes_it() {
    let n = Arc::new(1);
    assert_eq!(panic_in(|| ring(&n)), ("here", RING));
    assert_eq!(panic_in(|| lent_ring(&n)), ("here", LENT_RING));
    std::thread::scope(|scope| {
        let deep = || panic_in(|| racing_ring(&n, 1));
        let deep = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, deep).unwrap();
        assert_eq!(deep.join().unwrap(), ("here", RACING_RING));
    });
}

/// The first asks for itself by the handle, the second has itself cleared and asks again.
#[test]
fn a_ring_that_a_refresh_closes_reports_the_line_of_the_refresh() {
    #[weak_memo]
    fn itself(n: &Arc<u32>) -> u32 {
        itself_memo().refresh(n)
    }
    const ITSELF: u32 = line!() - 2;
    #[weak_memo]
    fn through(n: &Arc<u32>, m: u32) -> u32 {
        back(n, m)
    }
    #[weak_memo]
    fn back(n: &Arc<u32>, m: u32) -> u32 {
        through_memo().refresh((n, m))
    }
    const BACK: u32 = line!() - 2;
    #[weak_memo]
    fn cleared(n: &Arc<u32>) -> u32 {
        cleared_memo().forget(n);
        cleared_memo().refresh(n)
    }
    const CLEARED: u32 = line!() - 2;
    // Detached flights are counted over the whole process.
    memo_tests::alone(|| {
        let n = Arc::new(1);
        assert_eq!(panic_in(|| itself(&n)), ("here", ITSELF));
        assert_eq!(panic_in(|| itself_memo().refresh(&n)), ("here", ITSELF));
        assert_eq!(panic_in(|| through(&n, 1)), ("here", BACK));
        assert_eq!(panic_in(|| cleared(&n)), ("here", CLEARED));
        assert_eq!((itself_memo().len(), through_memo().len(), back_memo().len(), cleared_memo().len()), (0, 0, 0, 0));
        for stats in [itself_memo().stats(), through_memo().stats(), back_memo().stats(), cleared_memo().stats()] {
            memo_tests::assert_balanced(&stats);
        }
    });
}

/// Its destructor panics: with a ring's panic on its way, that one has nowhere to go.
#[test]
fn a_ring_that_a_refresh_closes_is_reported_even_if_a_destructor_panics() {
    struct Loud(bool);
    impl Drop for Loud {
        fn drop(&mut self) {
            assert!(!self.0, "in drop");
        }
    }
    impl Clone for Loud {
        fn clone(&self) -> Self {
            Self(false)
        }
    }
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> Loud {
        if m == 0 { Loud(true) } else { f_memo().refresh((n, m)) }
    }
    const REFRESH: u32 = line!() - 2;
    memo_tests::alone(|| {
        let n = Arc::new(1);
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&n, 0))));
        assert_eq!(panic_in(|| f(&n, 1)), ("here", REFRESH));
        assert!(!f_memo().forget((&n, 1)));
        memo_tests::assert_balanced(&f_memo().stats());
        std::mem::forget(n);
    });
}

#[test]
fn a_ring_without_the_attribute_reports_the_memos_line_not_the_librarys() {
    #[weak_memo]
    fn plain(n: &Arc<u32>) -> u32 {
        **n + plain(n)
    }
    const PLAIN: u32 = line!() - 4;
    assert_eq!(panic_in(|| plain(&Arc::new(1))), ("here", PLAIN));
}

/// Two threads that have begun, the first time.
struct Meeting(AtomicUsize, Barrier);

impl Meeting {
    fn meet(&self) {
        if self.0.fetch_add(1, Relaxed) < 2 {
            self.1.wait();
        }
    }
}

#[weak_memo]
#[track_caller]
fn even(n: &Arc<u32>, #[memo(skip)] meeting: &Meeting) -> u32 {
    meeting.meet();
    ask_odd(n, meeting)
}

#[weak_memo]
#[track_caller]
fn odd(n: &Arc<u32>, #[memo(skip)] meeting: &Meeting) -> u32 {
    meeting.meet();
    ask_even(n, meeting)
}

fn ask_odd(n: &Arc<u32>, meeting: &Meeting) -> u32 {
    odd(n, meeting)
}

fn ask_even(n: &Arc<u32>, meeting: &Meeting) -> u32 {
    even(n, meeting)
}
const ASKED: [u32; 2] = [line!() - 2, line!() - 6];

#[test]
fn a_ring_around_two_threads_reports_the_line_of_the_call_that_closes_it() {
    memo_tests::watchdog(|| {
        let (n, meeting) = (Arc::new(1), Meeting(AtomicUsize::new(0), Barrier::new(2)));
        let call = |which: fn(&Arc<u32>, &Meeting) -> u32| panic_in(|| which(&n, &meeting));
        let places = std::thread::scope(|scope| {
            let running = [even, odd].map(|which| scope.spawn(move || call(which)));
            running.map(|running| running.join().unwrap())
        });
        for (file, line) in places {
            assert!(file == "here" && ASKED.contains(&line), "{file} {line}");
        }
    });
}
