//! Keys of one hash, compared by an `Eq` that others overtake.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::thread;

use memo_core::weak_memo;
use memo_tests::{in_time, watchdog};

thread_local! {
    static AT_EQ: std::cell::RefCell<Option<Box<dyn FnMut()>>> = const { std::cell::RefCell::new(None) };
}

/// All of one hash. The thread's next comparisons run what is in `AT_EQ`.
#[derive(Clone, Debug)]
struct Key(u32);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        if let Some(mut act) = AT_EQ.take() {
            act();
            AT_EQ.set(Some(act));
        }
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One hash for the two that the tests compare.
        self.0.max(2).hash(state);
    }
}

#[test]
fn get_finds_only_what_is_stored() {
    static BODY: AtomicU32 = AtomicU32::new(0);
    static COMPARING: AtomicU32 = AtomicU32::new(0);
    #[weak_memo]
    fn f(n: &Arc<u32>, #[memo(value)] key: &Key) -> String {
        BODY.store(1, SeqCst);
        in_time(|| BODY.load(SeqCst) == 2);
        format!("{n} {}", key.0)
    }
    let n = Arc::new(1);
    thread::scope(|scope| {
        let leader = scope.spawn(|| f(&n, &Key(1)));
        in_time(|| BODY.load(SeqCst) == 1);
        let got = scope.spawn(|| {
            // Until the flight has been forgotten, its key inserted, and the flight has ended.
            AT_EQ.set(Some(Box::new(|| {
                COMPARING.fetch_max(1, SeqCst);
                in_time(|| COMPARING.load(SeqCst) == 2);
            })));
            f_memo().get((&n, &Key(1)))
        });
        // It need not compare with what has no result yet.
        in_time(|| COMPARING.load(SeqCst) == 1 || got.is_finished());
        assert!(!f_memo().forget((&n, &Key(1))), "there is no result yet");
        f_memo().insert((&n, &Key(1)), "new".into());
        BODY.store(2, SeqCst);
        assert_eq!(leader.join().expect("no panic"), "1 1");
        COMPARING.store(2, SeqCst);
        let got = got.join().expect("no panic");
        assert!(got.is_none() || got.as_deref() == Some("new"), "{got:?} was never stored");
    });
}

/// Other keys come all the time, and none of them has to be compared.
#[test]
fn a_slow_eq_ends_beside_insertions_of_other_keys() {
    #[weak_memo(capacity = unbounded)]
    fn f(n: &Arc<u32>, #[memo(value)] key: &Key) -> String {
        format!("{n} {}", key.0)
    }
    watchdog(|| {
        let n = Arc::new(1);
        f(&n, &Key(1));
        let (stop, made) = (AtomicBool::new(false), Arc::new(AtomicU32::new(10)));
        thread::scope(|scope| {
            let (n, stop, theirs) = (&n, &stop, Arc::clone(&made));
            scope.spawn(move || {
                while !stop.load(SeqCst) {
                    f(n, &Key(theirs.fetch_add(1, SeqCst)));
                }
            });
            let comparisons = Arc::new(AtomicU32::new(0));
            let ours = Arc::clone(&comparisons);
            AT_EQ.set(Some(Box::new(move || {
                // Until others have inserted.
                let before = made.load(SeqCst);
                in_time(|| made.load(SeqCst) > before + 2);
                assert!(ours.fetch_add(1, SeqCst) < 10, "it does not end");
            })));
            assert_eq!(f(n, &Key(2)), "1 2");
            AT_EQ.set(None);
            stop.store(true, SeqCst);
            assert!(comparisons.load(SeqCst) > 0);
        });
    });
}
