//! What is seen of a program that hangs, from outside.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::{self, Builder};
use std::time::Duration;

use memo_core::{Computing, InFlight, RunBy, in_flight, weak_memo};
use memo_tests::{alone, watchdog};

/// Looks until something is seen.
fn until(seen: impl Fn(&InFlight) -> bool) -> InFlight {
    loop {
        let now = in_flight();
        if now.is_complete && seen(&now) {
            return now;
        }
        thread::yield_now();
    }
}

fn named<'a>(seen: &'a InFlight, name: &str) -> &'a Computing {
    seen.computes.iter().find(|computing| computing.memo.ends_with(name)).unwrap_or_else(|| panic!("{name}: {seen}"))
}

fn thread_of(computing: &Computing) -> Option<&str> {
    let RunBy::Thread(thread) = &computing.by else { return None };
    thread.name.as_deref()
}

fn spawn_named<'s, R: Send + 's>(scope: &'s thread::Scope<'s, '_>, name: &str, run: impl FnOnce() -> R + Send + 's) {
    Builder::new().name(name.into()).spawn_scoped(scope, run).expect("there is room for a thread");
}

/// The body waits for a lock that is never given back; others wait for the body.
#[test]
fn a_lock_in_a_body() {
    #[weak_memo(interior_mutability)]
    fn locks(of: &Arc<Mutex<u32>>) -> u32 {
        *of.lock().unwrap()
    }
    alone(|| {
        watchdog(|| {
            assert_eq!(in_flight().to_string(), "nothing is being computed\n");
            let of = Arc::new(Mutex::new(7));
            let held = of.lock().unwrap();
            thread::scope(|scope| {
                spawn_named(scope, "computes", || assert_eq!(locks(&of), 7));
                until(|seen| seen.computes.len() == 1);
                for name in ["waits", "waits, too"] {
                    spawn_named(scope, name, || assert_eq!(locks(&of), 7));
                }
                let seen = until(|seen| seen.waits.len() == 2);
                let computing = named(&seen, "locks");
                assert_eq!((seen.computes.len(), thread_of(computing)), (1, Some("computes")), "{seen}");
                assert_eq!((computing.file, computing.waiting), (file!(), 2), "{seen}");
                let times = [computing.running_for, computing.longest_wait].map(|time| time.is_some());
                assert!(computing.running_for >= computing.longest_wait && times[0] == times[1], "{seen}");
                for wait in &seen.waits {
                    assert!(wait.thread.name.as_deref().is_some_and(|name| name.starts_with("waits")), "{seen}");
                    assert_eq!(wait.computed_by.as_ref().and_then(|by| by.name.as_deref()), Some("computes"), "{seen}");
                    assert_eq!(wait.inside, None, "{seen}");
                    assert!(wait.memo.as_deref().is_some_and(|memo| memo.ends_with("::locks")), "{seen}");
                }
                let text = seen.to_string();
                assert!(text.contains(", by thread `computes`; 2 calls wait"), "{text}");
                drop(held);
            });
            assert_eq!(in_flight().to_string(), "nothing is being computed\n");
        });
    });
}

/// One body waits for a message from a thread that waits for its result: no ring of calls.
#[test]
fn a_ring_through_a_channel() {
    #[weak_memo(interior_mutability)]
    fn receives(of: &Arc<Mutex<Receiver<u32>>>) -> u32 {
        of.lock().unwrap().recv().unwrap()
    }
    #[weak_memo(interior_mutability)]
    fn asks(of: &Arc<Mutex<Receiver<u32>>>) -> u32 {
        receives(of)
    }
    alone(|| {
        watchdog(|| {
            let (send, receive): (Sender<u32>, _) = channel();
            let of = Arc::new(Mutex::new(receive));
            thread::scope(|scope| {
                spawn_named(scope, "receiver", || assert_eq!(receives(&of), 7));
                until(|seen| seen.computes.len() == 1);
                spawn_named(scope, "sender", || assert_eq!(asks(&of), 7));
                let seen = until(|seen| seen.waits.len() == 1);
                let wait = &seen.waits[0];
                assert_eq!(wait.thread.name.as_deref(), Some("sender"), "{seen}");
                assert!(wait.inside.as_deref().is_some_and(|inside| inside.ends_with("::asks")), "{seen}");
                assert_eq!(wait.computed_by.as_ref().and_then(|by| by.name.as_deref()), Some("receiver"), "{seen}");
                // What holds all up: it runs, and waits for no result.
                assert_eq!(thread_of(named(&seen, "::receives")), Some("receiver"), "{seen}");
                assert!(seen.to_string().contains(", which thread `receiver` computes"), "{seen}");
                send.send(7).unwrap();
            });
        });
    });
}

/// Deeper than what is listed.
#[test]
fn a_wait_far_down() {
    #[weak_memo(capacity = unbounded)]
    fn down(of: &Arc<Barrier>, level: u32) -> u32 {
        if level > 0 { down(of, level - 1) } else { leaf(of) }
    }
    #[weak_memo]
    fn leaf(of: &Arc<Barrier>) -> u32 {
        slow(of)
    }
    #[weak_memo]
    fn slow(of: &Arc<Barrier>) -> u32 {
        of.wait();
        of.wait();
        7
    }
    alone(|| {
        watchdog(|| {
            let of = Arc::new(Barrier::new(2));
            thread::scope(|scope| {
                scope.spawn(|| slow(&of));
                of.wait();
                scope.spawn(|| down(&of, 100));
                let seen = until(|seen| !seen.waits.is_empty());
                assert!(seen.waits[0].inside.as_deref().is_some_and(|inside| inside.ends_with("::leaf")), "{seen}");
                of.wait();
            });
        });
    });
}

/// Its task was woken, and polls something else.
#[test]
fn a_future_that_nobody_polls() {
    #[weak_memo]
    async fn stranded(of: &Arc<u32>) -> u32 {
        let mut polls = 0;
        poll_fn(|_| {
            polls += 1;
            if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        **of
    }
    alone(|| {
        watchdog(|| {
            let of = Arc::new(7);
            let (mut set_aside, mut waits) = (pin!(stranded(&of)), pin!(stranded(&of)));
            let context = &mut Context::from_waker(Waker::noop());
            let other = Arc::new(Other);
            let other = Waker::from(other);
            assert!(set_aside.as_mut().poll(context).is_pending());
            assert!(waits.as_mut().poll(&mut Context::from_waker(&other)).is_pending());
            for polls in [1, 2] {
                let seen = in_flight();
                let computing = named(&seen, "::stranded");
                assert_eq!((seen.computes.len(), computing.waiting, seen.waits.len()), (1, 1, 0), "{seen}");
                assert!(matches!(computing.by, RunBy::Parked { polls: seen, .. } if seen == polls), "{seen}");
                assert!(seen.to_string().contains(", a future polled "), "{seen}");
                if polls == 1 {
                    assert!(set_aside.as_mut().poll(context).is_pending());
                }
            }
            assert_eq!(set_aside.as_mut().poll(context), Poll::Ready(7));
            assert_eq!(in_flight().computes.len(), 0);
            assert_eq!(waits.as_mut().poll(context), Poll::Ready(7));
        });
    });
}

struct Other;

impl std::task::Wake for Other {
    fn wake(self: Arc<Self>) {}
}

/// While it is polled, it is the thread's; the same compute is listed once.
#[test]
fn a_future_that_is_polled_now() {
    #[weak_memo]
    async fn looks(of: &Arc<u32>) -> u32 {
        let mut first = true;
        poll_fn(|_| {
            let seen = in_flight();
            let computing = named(&seen, "::looks");
            assert!(seen.computes.len() == 1 && matches!(computing.by, RunBy::Thread(_)), "{seen}");
            if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        **of
    }
    alone(|| {
        let of = Arc::new(7);
        let mut call = pin!(looks(&of));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(context).is_pending());
        assert_eq!(call.as_mut().poll(context), Poll::Ready(7));
        // One that is dropped is in flight no more.
        let again = Arc::new(8);
        {
            let mut dropped = pin!(looks(&again));
            assert!(dropped.as_mut().poll(context).is_pending());
            assert_eq!(in_flight().computes.len(), 1);
        }
        assert_eq!(in_flight().computes.len(), 0);
    });
}

/// From the outermost inwards, up to what there is room for.
#[test]
fn a_recursion_is_seen_whole_and_leaves_nothing() {
    #[weak_memo(capacity = unbounded)]
    fn down(of: &Arc<u32>, level: usize) -> usize {
        if level > 0 {
            return down(of, level - 1) + 1;
        }
        let seen = in_flight().computes.len();
        assert!(seen == 10 || seen == 64, "{seen}");
        0
    }
    alone(|| {
        let of = Arc::new(7);
        assert_eq!(down(&of, 9), 9);
        assert_eq!(down(&Arc::new(8), 200), 200);
        assert_eq!(in_flight().computes.len(), 0);
        // The places are free again.
        assert_eq!(down(&Arc::new(9), 9), 9);
    });
}

/// A panic ends a compute, too, and so does the end of its thread.
#[test]
fn what_has_ended_in_whatever_way_is_not_listed() {
    #[weak_memo]
    fn panics(of: &Arc<u32>) -> u32 {
        assert_ne!(in_flight().computes.len(), 0);
        panic!("{of}")
    }
    alone(|| {
        for _ in 0..100 {
            thread::spawn(|| panics(&Arc::new(7))).join().unwrap_err();
            assert_eq!(in_flight().computes.len(), 0);
        }
    });
}

/// Looks while many threads begin and end computes: nothing that is seen is made of two.
#[test]
fn looks_beside_a_crowd() {
    #[weak_memo]
    fn first(of: &Arc<u32>) -> u32 {
        second(of)
    }
    #[weak_memo]
    fn second(of: &Arc<u32>) -> u32 {
        **of
    }
    alone(|| {
        watchdog(|| {
            let start = Barrier::new(5);
            thread::scope(|scope| {
                for number in 0..4 {
                    let start = &start;
                    spawn_named(scope, &format!("computes {number}"), move || {
                        start.wait();
                        for _ in 0..20_000 {
                            first(&Arc::new(7));
                        }
                    });
                }
                start.wait();
                for _ in 0..2_000 {
                    for computing in in_flight().computes {
                        let name = computing.memo.rsplit("::").next().unwrap();
                        let line = if name == "first" { first_memo().stats() } else { second_memo().stats() };
                        assert!(["first", "second"].contains(&name) && line.misses > 0, "{name}");
                        assert!(computing.running_for.is_none_or(|time| time < Duration::from_secs(60)));
                    }
                }
            });
            assert_eq!(in_flight().computes.len(), 0);
        });
    });
}
