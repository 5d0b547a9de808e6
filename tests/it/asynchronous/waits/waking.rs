//! Who is woken, and how.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use memo_core::report;
use memo_tests::{alone, panic_of, watchdog};

use crate::parts::{Form, Load, Task, keyed, keyed_memo};

/// Three wait, the one in the middle is dropped; also case 16: it had been woken.
#[test]
fn case_13_and_16_a_waiting_task_that_is_dropped_takes_no_wake_up_along() {
    for form in Form::ALL {
        for woken in [false, true] {
            let load = Load::new();
            let mut leader = Task::begun(form.call(&load));
            let mut waiting: Vec<_> = (0..3).map(|_| Task::begun(form.call(&load))).collect();
            if !woken {
                waiting.remove(1);
            }
            leader.cancel();
            if woken {
                assert_eq!(waiting[1].woken(), 1);
                waiting.remove(1);
            }
            for task in &waiting {
                assert_eq!(task.woken(), 1, "{form:?}");
            }
            load.open();
            assert_eq!(waiting[1].end(), 2);
            assert_eq!(waiting[0].end(), 2);
        }
    }
}

/// Nothing is handed to one task that may not be polled: an unpolled one blocks nobody.
#[test]
fn case_16_a_woken_task_that_is_never_polled_blocks_nobody() {
    for form in Form::ALL {
        let load = Load::new();
        let mut leader = Task::begun(form.call(&load));
        let asleep = Task::begun(form.call(&load));
        let mut other = Task::begun(form.call(&load));
        leader.cancel();
        load.open();
        assert_eq!(other.end(), 2, "{form:?}");
        drop(asleep);
    }
}

/// A waker that calls the memo and its handle wherever it is called: when it is cloned, woken or dropped.
struct Reenters {
    load: Arc<Load>,
    calls: Arc<AtomicUsize>,
}

impl Reenters {
    fn acts(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        // The same slot, and the same cell.
        let _ = keyed_memo().get((&self.load, 7));
        let _ = Task::new(keyed(&self.load, 7)).poll();
        keyed_memo().forget((&self.load, 8));
    }
}

impl Wake for Reenters {
    fn wake(self: Arc<Self>) {
        self.acts();
    }
}

impl Drop for Reenters {
    fn drop(&mut self) {
        self.acts();
    }
}

#[test]
fn case_17_wakers_may_call_memos_wherever_they_are_called() {
    watchdog(|| {
        for end_it in [true, false] {
            let (load, calls) = (Load::new(), Arc::new(AtomicUsize::new(0)));
            let mut leader = Task::begun(keyed(&load, 7));
            let mut waiting = Box::pin(keyed(&load, 7));
            for _ in 0..3 {
                // Another one each time, and the last but one is dropped.
                let waker = Waker::from(Arc::new(Reenters { load: Arc::clone(&load), calls: Arc::clone(&calls) }));
                assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            }
            assert_eq!(calls.load(Ordering::SeqCst), 2, "two were replaced");
            if end_it {
                load.open();
                assert_eq!(leader.end(), 1);
            } else {
                leader.cancel();
            }
            assert!(calls.load(Ordering::SeqCst) >= 3, "one was woken");
            drop(waiting);
        }
    });
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker");
    }
}

#[test]
fn case_17_a_waker_that_panics_disturbs_nobody() {
    for form in Form::ALL {
        let load = Load::new();
        let mut leader = Task::begun(form.call(&load));
        let (waker, mut first) = (Waker::from(Arc::new(Panics)), form.call(&load));
        assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let mut second = Task::begun(form.call(&load));
        load.open();
        assert_eq!(leader.end(), 1, "{form:?}");
        assert_eq!(second.woken(), 1);
        assert_eq!(second.end(), 1);
        assert_eq!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1));
    }
}

/// A waker that panics when it goes.
struct PanicsAtItsEnd;

impl Wake for PanicsAtItsEnd {
    fn wake(self: Arc<Self>) {}
}

impl Drop for PanicsAtItsEnd {
    fn drop(&mut self) {
        panic!("a waker's end");
    }
}

/// As it is replaced, or dropped with its call, also while another panic unwinds.
#[test]
fn case_17_a_waker_that_panics_when_it_is_dropped_disturbs_nobody() {
    alone(|| {
        for (round, form) in (0..).zip(Form::ALL) {
            let load = Load::new();
            let mut leader = Task::begun(form.call(&load));
            let polled_once = || {
                let mut waiting = form.call(&load);
                // The list has the last count of it.
                let waker = Waker::from(Arc::new(PanicsAtItsEnd));
                assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
                waiting
            };
            let mut replaced = polled_once();
            assert!(replaced.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "{form:?}");
            drop(polled_once());
            let said = panic_of(|| {
                let _waiting = polled_once();
                panic!("elsewhere");
            });
            assert_eq!((said.as_str(), report().swallowed_panics), ("elsewhere", 3 * round + 3), "{form:?}");
            load.open();
            assert_eq!(leader.end(), 1);
            assert_eq!(replaced.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1));
        }
    });
}

/// A future may be polled by another task each time; the last is woken.
#[test]
fn the_task_that_polled_last_is_woken() {
    struct Noted(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Wake for Noted {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    for form in Form::ALL {
        let (load, log) = (Load::new(), Arc::default());
        let mut leader = Task::begun(form.call(&load));
        let mut moved = form.call(&load);
        for name in ["first", "second"] {
            let waker = Waker::from(Arc::new(Noted(name, Arc::clone(&log))));
            assert!(moved.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        load.open();
        leader.end();
        assert_eq!(*log.lock().unwrap(), ["second"], "{form:?}");
    }
}
