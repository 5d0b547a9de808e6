//! `async` memos: four tasks ask for one result, each on a thread of its own, and one of them is dropped on the way.
//!
//! Any of them may lead. Who stays has the result in the end, however the wake-ups meet the drop: a task that nobody wakes is a deadlock, which
//! the scheduler tells.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use memo_core::{sweep, weak_memo};
use memo_tests::{Tally, Token};
use shuttle::future::block_on;
use shuttle::thread;

pub(crate) fn all() -> Vec<(&'static str, fn())> {
    vec![
        ("four tasks, one is dropped as it waits", || one_is_dropped(Dropped::Asleep, cloned_to)),
        ("four tasks, one is dropped when it was woken", || one_is_dropped(Dropped::Woken, cloned_to)),
        ("four borrowing tasks, one is dropped as it waits", || one_is_dropped(Dropped::Asleep, lent_to)),
        ("four borrowing tasks, one is dropped when it was woken", || one_is_dropped(Dropped::Woken, lent_to)),
    ]
}

/// Bodies wait before it.
#[derive(Default)]
struct Gate {
    tally: Tally,
    /// Whether it is open, and who waits if not.
    state: Mutex<(bool, Vec<Waker>)>,
}

impl Gate {
    async fn passed(&self) {
        poll_fn(|context| {
            let waker = context.waker().clone();
            let mut state = self.state.lock().expect("no panics");
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(waker);
            Poll::Pending
        })
        .await;
    }

    fn open(&self) {
        let waiting = {
            let mut state = self.state.lock().expect("no panics");
            state.0 = true;
            std::mem::take(&mut state.1)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[weak_memo]
async fn cloned(gate: &Arc<Gate>) -> Arc<Token> {
    gate.passed().await;
    Arc::new(gate.tally.token())
}

#[weak_memo]
async fn lent(gate: &Arc<Gate>) -> &Token {
    gate.passed().await;
    gate.tally.token()
}

fn cloned_to(gate: &Arc<Gate>, dropped: Option<Dropped>) {
    block_on(until(dropped, cloned(gate)));
}

fn lent_to(gate: &Arc<Gate>, dropped: Option<Dropped>) {
    block_on(until(dropped, lent(gate)));
}

/// Where a future is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dropped {
    /// After its first poll.
    Asleep,
    /// Where it would be polled for the second time.
    Woken,
}

async fn until(dropped: Option<Dropped>, future: impl Future) {
    let (mut future, mut polls) = (pin!(future), 0);
    poll_fn(|context| {
        polls += 1;
        if polls == 2 && dropped == Some(Dropped::Woken) {
            return Poll::Ready(());
        }
        match future.as_mut().poll(context) {
            Poll::Pending if dropped == Some(Dropped::Asleep) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
            Poll::Ready(_) => Poll::Ready(()),
        }
    })
    .await;
}

fn one_is_dropped(dropped: Dropped, ask: fn(&Arc<Gate>, Option<Dropped>)) {
    let gate = Arc::new(Gate::default());
    let tally = gate.tally.clone();
    let on_a_thread = |act: Box<dyn FnOnce(&Arc<Gate>) + Send>| {
        let gate = Arc::clone(&gate);
        thread::spawn(move || act(&gate))
    };
    let mut threads: Vec<_> = (0..3).map(|_| on_a_thread(Box::new(move |gate| ask(gate, None)))).collect();
    threads.push(on_a_thread(Box::new(move |gate| ask(gate, Some(dropped)))));
    threads.push(on_a_thread(Box::new(|gate| gate.open())));
    threads.into_iter().for_each(|thread| thread.join().expect("no panics"));
    assert_eq!(tally.made(), 1, "a body that was dropped before the gate made nothing, and another made the result");
    drop(gate);
    sweep();
    assert_eq!(tally.alive(), 0);
}
