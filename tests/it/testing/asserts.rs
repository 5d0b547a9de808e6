//! What the assertions about single expressions see, and what they say.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, assert_computed, assert_remembered, testing, weak_memo};
use memo_tests::{message, panic_of, watchdog};

#[weak_memo]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

/// The line of a memo's function is that of its attribute.
const LENGTH: &str = "`testing::asserts::length` at tests/it/testing/asserts.rs:10";

fn text() -> Arc<String> {
    Arc::new(String::from("a b"))
}

#[test]
fn they_return_what_the_expression_yields() {
    #[weak_memo]
    fn words(text: &Arc<String>) -> Result<&[String], String> {
        if text.is_empty() { Err("empty".into()) } else { Ok(text.split(' ').map(str::to_owned).collect()) }
    }
    fn first(text: &Arc<String>) -> Result<String, String> {
        let word = assert_computed!(words(text)?.first()).cloned();
        assert_remembered!(words(text)?);
        Ok(word.unwrap())
    }
    let text = text();
    assert_eq!(first(&text), Ok("a".into()));
    // `?` leaves the function, and the assertion with it.
    assert_eq!(first(&Arc::default()), Err("empty".into()));
    let lent = assert_remembered!(words(&text)).unwrap();
    assert_eq!(lent, ["a", "b"]);
    assert!(testing::Scope::try_current().is_none());
}

#[test]
fn they_say_which_memo_did_what_and_where() {
    let text = text();
    let said = panic_of(|| assert_remembered!(length(&text)));
    assert_eq!(said, format!("memo_core: `length(&text)` was to be remembered, but {LENGTH} computed its result"));
    let said = panic_of(|| assert_computed!(length(&text),));
    assert_eq!(said, format!("memo_core: `length(&text)` was to be computed, but {LENGTH} remembered its result"));
    let said = panic_of(|| assert_computed!(text.len()));
    assert_eq!(said, "memo_core: `text.len()` was to be computed, but it calls no memo on this thread");
    let said = panic_of(|| assert_remembered!(text.len()));
    assert_eq!(said, "memo_core: `text.len()` was to be remembered, but it calls no memo on this thread");
}

#[test]
fn they_panic_at_the_line_of_the_assertion() {
    static AT: Mutex<Option<(String, u32)>> = Mutex::new(None);
    memo_tests::alone(|| {
        std::panic::set_hook(Box::new(|info| {
            let at = info.location().map(|at| (at.file().to_owned(), at.line()));
            *AT.lock().unwrap() = at;
        }));
        let line = Location::caller().line() + 1;
        let ended = catch_unwind(|| assert_remembered!(length(&text())));
        drop(std::panic::take_hook());
        assert!(message(&*ended.unwrap_err()).contains("was to be remembered"));
        assert_eq!(*AT.lock().unwrap(), Some((file!().to_owned(), line)));
    });
}

#[test]
fn calls_inside_bodies_are_not_of_the_expression() {
    #[weak_memo]
    fn doubled(text: &Arc<String>) -> usize {
        2 * length(text)
    }
    #[weak_memo]
    fn depth(text: &Arc<String>, n: u32) -> u32 {
        if n == 0 { 0 } else { 1 + depth(text, n - 1) }
    }
    let text = text();
    assert_computed!(length(&text));
    // The body finds that.
    assert_computed!(doubled(&text));
    assert_remembered!(doubled(&text));
    assert_computed!(depth(&text, 3));
    assert_computed!(depth(&text, 9));
    assert_remembered!(depth(&text, 5));
}

#[test]
fn all_calls_of_the_expression_are_to_be_so() {
    let (old, new) = (text(), text());
    length(&old);
    assert_remembered!(length(&old) + length(&old));
    let said = panic_of(|| assert_remembered!(length(&old) + length(&new)));
    assert!(said.ends_with("computed its result"), "{said}");
    let said = panic_of(|| assert_computed!(length(&text()) + length(&new)));
    assert!(said.ends_with("remembered its result"), "{said}");
}

#[test]
fn any_function_with_the_attribute_is_seen() {
    #[derive(HasAnchor)]
    struct Doc {
        text: String,
        anchor: Anchor,
    }
    trait Counted {
        fn count(&self, of: char) -> usize;
    }
    impl Counted for Doc {
        #[weak_memo(handle = none)]
        fn count(&self, of: char) -> usize {
            self.text.matches(of).count()
        }
    }
    impl Doc {
        #[weak_memo]
        fn lines(&self) -> &[String] {
            self.text.lines().map(str::to_owned).collect()
        }
    }
    #[weak_memo]
    fn shown<T: ToString>(of: &Anchored<T>) -> String {
        (**of).to_string()
    }
    #[weak_memo(single_flight = false)]
    fn side_by_side(of: &Anchored<u8>, key: &str) -> String {
        format!("{}{key}", **of)
    }
    let doc = Doc { text: "a\nb".into(), anchor: Anchor::new() };
    assert_eq!(assert_computed!(doc.count('a')), 1);
    assert_eq!(assert_remembered!(doc.count('a')), 1);
    assert_eq!(assert_computed!(doc.lines()).len(), 2);
    assert_eq!(assert_remembered!(doc.lines()).len(), 2);
    let of = Anchored::new(7);
    assert_eq!(assert_computed!(shown(&of)), "7");
    assert_eq!(assert_remembered!(shown(&of)), "7");
    assert_eq!(assert_computed!(side_by_side(&of, "a")), "7a");
    assert_eq!(assert_remembered!(side_by_side(&of, "a")), "7a");
    assert_eq!(assert_remembered!(side_by_side_memo().call((&of, "a"))).0, "7a");
}

#[test]
fn what_is_computed_and_not_stored_is_computed() {
    #[weak_memo]
    fn number(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    let text = text();
    assert!(assert_computed!(number(&text)).is_err());
    assert!(assert_computed!(number(&text)).is_err());
    let said = panic_of(|| assert_remembered!(number(&text)));
    assert!(said.ends_with("computed its result, and did not store it"), "{said}");
}

#[test]
fn what_another_thread_computes_meanwhile_is_neither() {
    static ENTERED: Barrier = Barrier::new(2);

    #[weak_memo]
    fn slow(text: &Arc<String>) -> usize {
        ENTERED.wait();
        while slow_memo().stats().waits == 0 {
            thread::yield_now();
        }
        text.len()
    }
    watchdog(|| {
        let text = text();
        thread::scope(|threads| {
            let other = threads.spawn(|| assert_computed!(slow(&text)));
            ENTERED.wait();
            let said = panic_of(|| assert_remembered!(slow(&text)));
            assert!(said.ends_with("got the result that another call computed meanwhile"), "{said}");
            assert_eq!(other.join().unwrap(), 3);
        });
    });
}

#[test]
fn a_scope_around_an_assertion_counts_its_calls() {
    let text = text();
    testing::scope(|| {
        assert_computed!(length(&text));
        assert_remembered!(length(&text));
        assert!(catch_unwind(AssertUnwindSafe(|| assert_computed!(length(&text)))).is_err());
        let calls = testing::calls(length_memo());
        assert_eq!((calls.hits, calls.computes), (2, 1));
    });
    // And one inside: those of its own.
    assert_remembered!(testing::scope(|| {
        length(&text);
        assert_eq!(testing::calls(length_memo()).hits, 1);
    }));
}
