//! Law 6 with `reuse_equal`: results go by identity, so an equal one in place of a new one keeps what is remembered of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, panic_of, watchdog};

struct File {
    path: &'static str,
    text: String,
}

fn file(path: &'static str, text: &str) -> Arc<File> {
    Arc::new(File { path, text: text.to_owned() })
}

#[weak_memo(reuse_equal, key(file = file.path))]
fn words(file: &Arc<File>) -> Arc<Vec<String>> {
    Arc::new(file.text.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn what_is_keyed_by_an_equal_result_goes_on_hitting() {
    #[weak_memo]
    fn longest(words: &Arc<Vec<String>>) -> usize {
        words.iter().map(String::len).max().unwrap_or(0)
    }
    watchdog(|| {
        let (first, other) = (words(&file("a", "to be or")), words(&file("b", "to be or")));
        // Another key: another result.
        assert!(!Arc::ptr_eq(&first, &other));
        assert_eq!(longest(&first), 2);
        // An edit that changes nothing, for each owner anew.
        for text in ["to  be or", " to be or", "to be or "] {
            let edited = file("a", text);
            let again = words(&edited);
            assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(&again, &words(&edited)));
            assert_eq!(longest(&again), 2);
        }
        assert_eq!(longest_memo().stats().computes, 1);
        // One that does, and back: what it was before that is not remembered.
        let changed = words(&file("a", "to be or not"));
        assert!(!Arc::ptr_eq(&first, &changed));
        let back = words(&file("a", "to be or"));
        assert!(back == first && !Arc::ptr_eq(&first, &back));
        assert!(Arc::ptr_eq(&back, &words(&file("a", "to be or"))));
        assert_balanced(&words_memo().stats());
    });
}

#[test]
fn the_one_before_is_remembered_weakly_and_dropped_once() {
    struct Owner(Tally);
    #[weak_memo(reuse_equal, value(m))]
    fn f(owner: &Anchored<Owner>, m: u32) -> Arc<Token> {
        Arc::new(owner.0.token())
    }
    watchdog(|| {
        let tally = Tally::new();
        let (a, b) = (Anchored::new(Owner(tally.clone())), Anchored::new(Owner(tally.clone())));
        let first = f(&a, 1);
        assert!(Arc::ptr_eq(&first, &f(&b, 1)));
        assert_eq!((tally.made(), tally.alive(), Arc::strong_count(&first)), (2, 1, 3));
        drop((a, b));
        assert_eq!((tally.alive(), Arc::strong_count(&first)), (1, 1));
        drop(first);
        assert_eq!(tally.alive(), 0);
        // It is gone, so the next is a new one.
        let c = Anchored::new(Owner(tally.clone()));
        let (third, made) = (f(&c, 1), tally.made());
        assert!(Arc::ptr_eq(&third, &f(&c, 1)) && tally.made() == made);
        assert_balanced(&f_memo().stats());
    });
}

#[test]
fn an_option_or_result_of_an_arc_is_replaced_too() {
    #[weak_memo(reuse_equal)]
    fn optional(n: &Arc<i32>) -> Option<Arc<str>> {
        (**n > 0).then(|| "same".into())
    }
    #[weak_memo(reuse_equal)]
    fn fallible(n: &Arc<i32>) -> std::io::Result<Arc<i32>> {
        if **n > 0 { Ok(Arc::new(1)) } else { Err(std::io::ErrorKind::NotFound.into()) }
    }
    watchdog(|| {
        let first = (optional(&Arc::new(1)).unwrap(), fallible(&Arc::new(1)).unwrap());
        assert!(optional(&Arc::new(0)).is_none() && fallible(&Arc::new(0)).is_err());
        let second = (optional(&Arc::new(2)).unwrap(), fallible(&Arc::new(2)).unwrap());
        assert!(Arc::ptr_eq(&first.0, &second.0) && Arc::ptr_eq(&first.1, &second.1));
    });
}

#[test]
fn it_goes_with_weak_value() {
    #[weak_memo(reuse_equal, weak_value)]
    fn f(n: &Arc<u32>) -> Arc<u32> {
        Arc::new(**n / 10)
    }
    watchdog(|| {
        let (a, b) = (Arc::new(11), Arc::new(12));
        let held = f(&a);
        assert!(Arc::ptr_eq(&held, &f(&b)) && Arc::strong_count(&held) == 1);
        drop(held);
        assert_eq!((f_memo().len(), *f(&b)), (0, 1));
    });
}

#[test]
fn a_comparison_runs_under_no_lock_and_leaves_no_trace_if_it_panics() {
    static COMPARED: AtomicUsize = AtomicUsize::new(0);
    struct Compares(u32);
    impl PartialEq for Compares {
        fn eq(&self, _: &Self) -> bool {
            // It may call memos, this one, too, and sweep.
            assert_eq!((f(&Arc::new(100)).0, other(&Arc::new(5))), (100, 5));
            memo_core::sweep();
            assert!(COMPARED.fetch_add(1, Relaxed) != 1, "the second one panics");
            true
        }
    }
    #[weak_memo]
    fn other(n: &Arc<u32>) -> u32 {
        **n
    }
    #[weak_memo(reuse_equal, key(n = CALLS.fetch_add(usize::from(**n == 100), Relaxed) * usize::from(**n == 100)))]
    fn f(n: &Arc<u32>) -> Arc<Compares> {
        Arc::new(Compares(**n))
    }
    // Each call for 100 has a key of its own.
    static CALLS: AtomicUsize = AtomicUsize::new(1);
    alone(|| {
        watchdog(|| {
            let first = f(&Arc::new(1));
            assert!(Arc::ptr_eq(&first, &f(&Arc::new(2))));
            let third = Arc::new(3);
            assert_eq!(panic_of(|| f(&third)), "the second one panics");
            assert!(f_memo().get(&third).is_none());
            assert!(Arc::ptr_eq(&first, &f(&third)));
            assert_balanced(&f_memo().stats());
        });
    });
}

#[test]
fn many_threads_get_equal_results_and_each_is_dropped() {
    struct Owner(Tally);
    #[weak_memo(reuse_equal)]
    fn f(owner: &Arc<Owner>, _: usize) -> Arc<Token> {
        Arc::new(owner.0.token())
    }
    alone(|| {
        let tally = Tally::new();
        let made = crate::answers(4, |number| {
            let mut all = Vec::new();
            for round in 0..500 {
                let owner = Arc::new(Owner(tally.clone()));
                all.push(f(&owner, (round + number) % 3));
            }
            all.len()
        });
        memo_core::sweep();
        assert_eq!((made.iter().sum::<usize>(), tally.alive()), (2000, 0));
        assert_balanced(&f_memo().stats());
    });
}
