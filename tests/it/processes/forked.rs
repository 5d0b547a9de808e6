//! A forked process has one thread; what the others of its parent were looking at stays behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
        let (begun, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for n in 0..2 {
                let (begun, stop) = (&begun, &stop);
                scope.spawn(move || {
                    let n = Arc::new(n);
                    lent(&n);
                    begun.fetch_add(1, Ordering::Relaxed);
                    // Nearly always inside a look-up. Not a hit: every so often one pays for the reclaiming of others, under a lock.
                    while !stop.load(Ordering::Relaxed) {
                        (0..100).for_each(|_| assert_eq!(lent_memo().get(&n), Some(&*n)));
                    }
                });
            }
            memo_tests::in_time(|| begun.load(Ordering::Relaxed) == 2);
            let ends: Vec<_> = (0..5)
                .map(|_| {
                    // SAFETY: the child uses nothing that a thread of the parent may have locked: looks lock nothing, and what
                    // allocates is prepared for it.
                    let pid = unsafe { libc::fork() };
                    if pid == 0 {
                        // SAFETY: a child that hangs is ended.
                        unsafe { libc::alarm(50) };
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
            assert_eq!(ends, [0; 5], "1 in the second byte: the heap grows");
        });
    });
}
