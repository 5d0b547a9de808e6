//! A forked process has one thread; what the others of its parent were looking at stays behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use memo_core::{sweep, weak_memo};
use memo_tests::{alone, live_bytes};

#[weak_memo]
fn lent(n: &Arc<u64>) -> &u64 {
    **n
}

/// Lets the table grow and shrink.
fn crowd() {
    let all: Vec<_> = (0..16_000).map(Arc::new).collect();
    for n in &all {
        assert_eq!(lent(n), &**n);
    }
    drop(all);
    sweep();
}

/// What a child does; whether its heap stays as it is.
fn child() -> bool {
    crowd();
    let before = live_bytes();
    for _ in 0..4 {
        crowd();
    }
    // Each time it would keep more than 1 MiB of arrays.
    live_bytes() < before + (2 << 20)
}

#[test]
fn a_forked_process_frees_its_arrays_whoever_was_looking_at_the_fork() {
    alone(|| {
        crowd();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for n in 0..2 {
                let stop = &stop;
                scope.spawn(move || {
                    // Nearly always inside a look-up.
                    let n = Arc::new(n);
                    while !stop.load(Ordering::Relaxed) {
                        (0..100).for_each(|_| assert_eq!(lent(&n), &*n));
                    }
                });
            }
            memo_tests::in_time(|| lent_memo().stats().hits > 1_000);
            let ends: Vec<_> = (0..5)
                .map(|_| {
                    // SAFETY: what allocates is prepared for it, and a hit locks nothing but for the moment in which it looks for the dead.
                    let pid = unsafe { libc::fork() };
                    if pid == 0 {
                        // SAFETY: a child that hangs is ended.
                        unsafe { libc::alarm(10) };
                        let flat = catch_unwind(AssertUnwindSafe(child));
                        let end = match flat {
                            Ok(true) => 0,
                            Ok(false) => 1,
                            Err(_) => 2,
                        };
                        // SAFETY: nothing of the parent's runs at this end.
                        unsafe { libc::_exit(end) };
                    }
                    assert!(pid > 0, "no fork");
                    let mut status = 0;
                    // SAFETY: a child of this process, and a place for what became of it.
                    let ended = unsafe { libc::waitpid(pid, &raw mut status, 0) };
                    assert_eq!(ended, pid);
                    status
                })
                .collect();
            stop.store(true, Ordering::Relaxed);
            // One that was forked in such a moment waits for a thread that it does not have, as with any lock, and tells nothing.
            let told: Vec<_> = ends.iter().filter(|end| **end != libc::SIGALRM).collect();
            assert!(
                told.len() >= 2 && told.iter().all(|end| **end == 0),
                "{ends:?}; 1 in the second byte: the heap grows"
            );
        });
    });
}
