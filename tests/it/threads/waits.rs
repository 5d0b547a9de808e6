//! Who is counted as waiting: a failure that can be shared reaches them all, whatever they were about to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

use memo_core::weak_memo;
use shuttle::future::block_on;
use shuttle::thread;

pub(crate) fn all() -> Vec<(&'static str, fn())> {
    vec![
        ("a failure for two threads that wait", || shared(fails, || fails_memo().stats().waits)),
        ("a failure for two tasks that wait", || {
            shared(|of| block_on(fails_as_task(of)), || fails_as_task_memo().stats().waits)
        }),
    ]
}

const WAITING: u64 = 2;

#[derive(Default)]
struct Subject {
    bodies: AtomicUsize,
    /// What the memo's counter says when all wait.
    waits: AtomicU64,
}

/// The first body ends when all others are counted.
fn body(of: &Subject, waits: impl Fn() -> u64) -> Result<u32, u32> {
    if of.bodies.fetch_add(1, SeqCst) > 0 {
        return Ok(7);
    }
    while waits() < of.waits.load(SeqCst) {
        thread::yield_now();
    }
    Err(13)
}

#[weak_memo]
fn fails(of: &Arc<Subject>) -> Result<u32, u32> {
    body(of, || fails_memo().stats().waits)
}

#[weak_memo]
async fn fails_as_task(of: &Arc<Subject>) -> Result<u32, u32> {
    body(of, || fails_as_task_memo().stats().waits)
}

fn shared(ask: fn(&Arc<Subject>) -> Result<u32, u32>, waits: fn() -> u64) {
    let subject = Arc::new(Subject::default());
    subject.waits.store(waits() + WAITING, SeqCst);
    let threads: Vec<_> = (0..=WAITING)
        .map(|_| {
            let subject = Arc::clone(&subject);
            thread::spawn(move || ask(&subject))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no panics"), Err(13));
    }
    assert_eq!(subject.bodies.load(SeqCst), 1);
}
