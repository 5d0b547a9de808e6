//! What the races of two threads are made with.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::{hint, thread};

/// Lets two threads go at the same moment. They spin: a thread that has to be woken comes too late for the other one.
#[derive(Default)]
struct Start(AtomicUsize);

impl Start {
    /// Comes back when both have called it for this round.
    fn meet(&self, round: usize) {
        self.0.fetch_add(1, Ordering::AcqRel);
        let mut spins = 0_u32;
        while self.0.load(Ordering::Acquire) < 2 * (round + 1) {
            spins += 1;
            if spins % 1024 == 0 {
                thread::yield_now();
            } else {
                hint::spin_loop();
            }
        }
    }
}

/// Two threads that act at the same moment, round after round.
///
/// `make` and `after` run on the caller's thread, between the rounds.
pub(crate) fn two_at_once<A, B: Send>(
    rounds: usize,
    mut make: impl FnMut(usize) -> (A, B),
    left: impl Fn(A),
    right: impl Fn(B) + Sync,
    mut after: impl FnMut(usize),
) {
    let start = Start::default();
    let (hand_over, take) = channel();
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn({
            let (start, right) = (&start, &right);
            move || {
                for (round, b) in take.into_iter().enumerate() {
                    start.meet(round);
                    right(b);
                    tell.send(()).expect("the other one waits");
                }
            }
        });
        for round in 0..rounds {
            let (a, b) = make(round);
            hand_over.send(b).expect("the other one waits");
            start.meet(round);
            left(a);
            told.recv().expect("the other one has not panicked");
            after(round);
        }
        drop(hand_over);
    });
}
