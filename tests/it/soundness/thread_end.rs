//! The end of a thread with a table of its own.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::weak_memo;
use memo_tests::{Tally, Token};

/// An `Arc` beside an `Rc` owner has a node in the thread's table too, and may outlive the thread.
#[test]
fn a_thread_gives_its_table_back_though_an_arc_of_it_lives_on() {
    #[weak_memo]
    fn beside(owner: &Rc<u32>, other: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, other);
        Arc::new(tally.token())
    }

    #[weak_memo(local)]
    fn alone(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }

    let (other, tally) = (Arc::new(1), Tally::new());
    for _ in 0..10 {
        let (other, tally) = (&other, &tally);
        thread::scope(|scope| {
            let thread = scope.spawn(move || {
                drop(beside(&Rc::new(1), other, tally));
                drop(alone(other, tally));
            });
            thread.join().unwrap();
        });
        assert_eq!(Arc::weak_count(other), 0, "the thread's `Weak` went with it");
    }
    assert_eq!(tally.alive(), 0);
    assert_eq!((beside_memo().stats().dropped, alone_memo().stats().dropped), (10, 10));
}
