//! Law 1 for `context = ..`: what the body reads beside its arguments is part of the key.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use memo_core::{Anchored, weak_memo};
use memo_tests::{assert_balanced, watchdog};

thread_local! {
    static LOCALE: Cell<&'static str> = const { Cell::new("en") };
}

#[test]
fn each_context_has_a_result_of_its_own() {
    #[weak_memo(context = LOCALE.get())]
    fn of_arc(n: &Arc<u32>, m: u32) -> String {
        format!("{}{}", LOCALE.get(), **n + m)
    }
    #[weak_memo(context = LOCALE.get())]
    fn of_rc(n: &Rc<u32>) -> String {
        format!("{}{n}", LOCALE.get())
    }
    #[weak_memo(context = (LOCALE.get(), text.len()), capacity = unbounded)]
    fn lent<'a>(n: &'a Anchored<u32>, #[memo(skip)] text: &str) -> &'a str {
        format!("{}{}{}", LOCALE.get(), **n, text.len())
    }
    watchdog(|| {
        let (arc, rc, object) = (Arc::new(1), Rc::new(1), Anchored::new(1));
        for _ in 0..2 {
            for locale in ["en", "de", "fr"] {
                LOCALE.set(locale);
                let all = (of_arc(&arc, 2), of_rc(&rc), lent(&object, "ab"), lent(&object, "abc"));
                let right =
                    (format!("{locale}3"), format!("{locale}1"), &*format!("{locale}12"), &*format!("{locale}13"));
                assert_eq!(all, right);
                // The handle evaluates it, too.
                assert_eq!(of_arc_memo().get((&arc, 2)), Some(all.0));
            }
        }
        assert_eq!((of_arc_memo().len(), of_rc_memo().len(), lent_memo().len()), (3, 3, 6));
        assert_eq!((of_arc_memo().stats().computes, of_rc_memo().stats().computes), (3, 3));
        let mut keys = of_arc_memo().entries_of(&arc);
        keys.sort();
        assert_eq!(keys, [r#"(2, "de")"#, r#"(2, "en")"#, r#"(2, "fr")"#]);
        // The others stay.
        assert!(of_arc_memo().forget((&arc, 2)));
        assert_eq!(of_arc_memo().entries_of(&arc).len(), 2);
        assert_balanced(&of_arc_memo().stats());
    });
}

#[test]
fn a_context_is_evaluated_once_a_call_before_the_body() {
    static VERSION: AtomicU32 = AtomicU32::new(0);
    #[weak_memo(context = VERSION.fetch_add(1, Relaxed), capacity = 2)]
    fn f(n: &Arc<u32>) -> u32 {
        **n + VERSION.load(Relaxed)
    }
    watchdog(|| {
        let n = Arc::new(100);
        assert_eq!((f(&n), f(&n), f(&n)), (101, 102, 103));
        assert_eq!((f_memo().len(), f_memo().stats().evicted), (2, 1));
        assert_eq!((f_memo().get(&n), VERSION.load(Relaxed)), (None, 4));
    });
}

#[test]
fn an_object_in_the_context_is_weak() {
    thread_local! {
        static CURRENT: std::cell::RefCell<Arc<String>> = std::cell::RefCell::new(Arc::new("a".to_owned()));
    }
    #[weak_memo(context = CURRENT.with_borrow(Arc::clone))]
    fn f(n: &Arc<u32>) -> String {
        CURRENT.with_borrow(|text| format!("{text}{n}"))
    }
    watchdog(|| {
        let n = Arc::new(1);
        assert_eq!((f(&n), f(&n), f_memo().len()), ("a1".to_owned(), "a1".to_owned(), 1));
        CURRENT.replace(Arc::new("b".to_owned()));
        assert_eq!((f_memo().len(), f(&n)), (0, "b1".to_owned()));
    });
}
