//! What a call has in hand is dropped quietly if user code panics: two panics at once would end the process.

use std::cell::Cell;

use memo_core::{Anchored, MemoKey, verify, weak_memo};
use memo_tests::{alone, panic_of};

thread_local! {
    /// Every destructor panics.
    static LOUD: Cell<bool> = const { Cell::new(false) };
}

/// As a key, it panics when a second one is copied.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Loud(u32);

impl Clone for Loud {
    fn clone(&self) -> Self {
        assert!(!LOUD.replace(true), "clone");
        Self(self.0)
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        assert!(!LOUD.get(), "drop");
    }
}

#[derive(MemoKey)]
struct Derived {
    #[memo(value)]
    first: Loud,
    #[memo(value)]
    second: Loud,
}

#[derive(MemoKey)]
struct Single(#[memo(value)] Loud);

fn is_quiet(call: impl FnOnce()) {
    let said = panic_of(call);
    assert!(LOUD.replace(false), "{said}");
    assert_eq!(said, "clone");
}

#[test]
fn keys_of_several_parts() {
    #[weak_memo]
    fn flat(n: &Anchored<u32>, #[memo(value)] a: &Loud, #[memo(value)] b: &Loud) -> u32 {
        **n + a.0 + b.0
    }
    #[weak_memo]
    fn derived(n: &Anchored<u32>, key: &Derived) -> u32 {
        **n + key.first.0 + key.second.0
    }
    #[weak_memo]
    fn nested(n: &Anchored<u32>, key: &(Single, Single)) -> u32 {
        **n + key.0.0.0
    }
    #[weak_memo]
    fn listed(n: &Anchored<u32>, keys: &[Single]) -> u32 {
        **n + keys.len() as u32
    }
    #[weak_memo]
    fn sliced(n: &Anchored<u32>, #[memo(value)] keys: &[Loud]) -> u32 {
        **n + keys.len() as u32
    }
    alone(|| {
        let n = Anchored::new(1);
        let (a, b) = (Loud(1), Loud(2));
        is_quiet(|| _ = flat(&n, &a, &b));
        let (first, second) = (Loud(1), Loud(2));
        let key = Derived { first, second };
        is_quiet(|| _ = derived(&n, &key));
        let key = (Single(Loud(1)), Single(Loud(2)));
        is_quiet(|| _ = nested(&n, &key));
        let keys = vec![Single(Loud(1)), Single(Loud(2))];
        is_quiet(|| _ = listed(&n, &keys));
        let keys = [Loud(1), Loud(2)];
        is_quiet(|| _ = sliced(&n, &keys));
        let lens =
            [flat_memo().len(), derived_memo().len(), nested_memo().len(), listed_memo().len(), sliced_memo().len()];
        assert_eq!(lens, [0; 5]);
    });
}

/// The new result panics when it is dropped, or the body does: the remembered one is in hand.
#[test]
fn a_hit_that_is_verified() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, #[memo(skip)] again: u32) -> Loud {
        LOUD.set(again > 0);
        assert!(again < 2, "the body");
        Loud(again)
    }
    alone(|| {
        let n = Anchored::new(1);
        std::mem::forget(f(&n, 0));
        verify(1.0);
        for (again, said) in [(1, "drop"), (2, "the body")] {
            LOUD.set(false);
            assert_eq!(panic_of(|| std::mem::forget(f(&n, again))), said);
            assert!(LOUD.replace(false));
        }
    });
}
