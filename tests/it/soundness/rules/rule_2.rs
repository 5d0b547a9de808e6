//! By reference out of a thread-local table only for `Rc` owners; `local` on an `Arc` owner is by clone.
//!
//! That the other way does not compile: `ui/lending/local_arc.rs`.

use memo_core::weak_memo;
use memo_tests::{Tally, Token, in_time, watchdog};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

/// A4: the table of a thread goes, and the object does not.
#[test]
fn local_results_of_a_living_arc_outlive_their_thread_in_no_way_that_shows() {
    struct Doc {
        tally: Tally,
    }

    #[weak_memo(local)]
    fn token(doc: &Arc<Doc>) -> Token {
        doc.tally.token()
    }

    watchdog(|| {
        let doc = Arc::new(Doc { tally: Tally::new() });
        let out: Vec<Token> = (0..8)
            .map(|_| thread::scope(|scope| scope.spawn(|| token(&doc)).join().expect("nothing panics")))
            .collect();
        assert_eq!(token_memo().stats().computes, 8, "each thread has its own");
        drop(out);
        let tally = doc.tally.clone();
        // What a thread left behind for a living object is leaked and counted, never freed under anybody.
        assert_eq!(tally.alive() as u64, token_memo().stats().abandoned);
        drop(doc);
    });
}

/// The table of an `Rc` that was leaked stays, since what it lends may be anywhere by now.
#[test]
fn a_result_lent_from_a_leaked_rc_outlives_its_thread() {
    #[weak_memo]
    fn words(text: &Rc<String>) -> &Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    watchdog(|| {
        let lent: &'static Vec<String> = thread::spawn(|| {
            let text: &'static Rc<String> = Box::leak(Box::new(Rc::new(String::from("two words"))));
            // Others of this thread's die and are swept.
            for _ in 0..1000 {
                words(&Rc::new(String::from("gone soon")));
            }
            words(text)
        })
        .join()
        .expect("nothing panics");
        memo_core::sweep();
        assert_eq!(*lent, ["two", "words"]);
    });
}

/// Results of one thread are dropped on that thread, also where an object with its anchor inside dies on another.
#[test]
fn results_of_a_thread_are_dropped_on_that_thread() {
    use memo_core::Anchored;
    use std::thread::ThreadId;

    /// Not `Send`: its drop must not happen elsewhere.
    struct Bound(Rc<Tally>, ThreadId);

    impl Clone for Bound {
        fn clone(&self) -> Self {
            self.0.token_forgotten();
            Self(Rc::clone(&self.0), self.1)
        }
    }

    impl Drop for Bound {
        fn drop(&mut self) {
            assert_eq!(thread::current().id(), self.1, "dropped on another thread");
        }
    }

    trait Forgotten {
        fn token_forgotten(&self);
    }

    impl Forgotten for Tally {
        fn token_forgotten(&self) {
            drop(self.token());
        }
    }

    #[weak_memo]
    fn bound(owner: &Rc<String>, other: &Anchored<Tally>) -> Bound {
        let _ = owner;
        Bound(Rc::new((**other).clone()), thread::current().id())
    }

    watchdog(|| {
        let owner = Rc::new(String::new());
        for _ in 0..100 {
            let other = Anchored::new(Tally::new());
            drop(bound(&owner, &other));
            thread::spawn(move || {
                drop(other);
                memo_core::sweep();
            })
            .join()
            .expect("nothing is dropped there");
        }
        in_time(|| {
            memo_core::sweep();
            bound_memo().stats().entries == 0
        });
    });
}
