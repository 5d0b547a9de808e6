use std::sync::Barrier;
use std::sync::mpsc::channel;
use std::thread;

/// Two threads that act at the same moment, round after round.
///
/// `make` and `after` run on the caller's thread, between the rounds.
pub(crate) fn duel<A, B: Send>(
    rounds: usize,
    mut make: impl FnMut(usize) -> (A, B),
    left: impl Fn(A),
    right: impl Fn(B) + Sync,
    mut after: impl FnMut(usize),
) {
    let start = Barrier::new(2);
    let (hand_over, take) = channel();
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn({
            let (start, right) = (&start, &right);
            move || {
                for b in take {
                    start.wait();
                    right(b);
                    tell.send(()).expect("the other one waits");
                }
            }
        });
        for round in 0..rounds {
            let (a, b) = make(round);
            hand_over.send(b).expect("the other one waits");
            start.wait();
            left(a);
            told.recv().expect("the other one has not panicked");
            after(round);
        }
        drop(hand_over);
    });
}
