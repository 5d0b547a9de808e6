//! `MemoKey` is safe to implement by hand, and a wrong one may be given a stored key that names other objects than it
//! borrows. What is lent would go with those, so there it does not build: the second example of `MemoKey`.

use memo_core::{Anchored, MemoKey, Scope, weak_memo};
use memo_tests::{in_time, watchdog};
use std::hash::Hasher;
use std::sync::Arc;

/// Says that it is any key, and that it is stored as one of an object that is already gone.
struct Anything;

impl<S: Scope> MemoKey<S> for Anything {
    type Stored = <Arc<u8> as MemoKey<S>>::Stored;

    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(1);
    }

    fn matches_stored(&self, _: &Self::Stored) -> bool {
        true
    }

    fn to_stored(&self) -> Self::Stored {
        MemoKey::<S>::to_stored(&Arc::new(7))
    }
}

/// By clone it is only useless.
#[test]
fn a_stored_key_of_a_dead_object() {
    #[weak_memo]
    fn cloned(doc: &Anchored<u32>, key: &Anything) -> String {
        let _ = key;
        format!("{doc:?}, and long enough to lie on the heap")
    }

    watchdog(|| {
        let doc = Anchored::new(5);
        for _ in 0..100 {
            assert_eq!(cloned(&doc, &Anything), "5, and long enough to lie on the heap");
            memo_core::sweep();
        }
    });
}

/// One that names nothing weak may bound a lent result, and one that is derived may name what it holds.
#[test]
fn other_keys_may_stand_beside_a_lent_result() {
    struct Celsius(f64);

    impl<S: Scope> MemoKey<S> for Celsius {
        type Stored = <f64 as MemoKey<S>>::Stored;

        fn hash_key<H: Hasher>(&self, state: &mut H) {
            MemoKey::<S>::hash_key(&self.0, state);
        }

        fn matches_stored(&self, stored: &Self::Stored) -> bool {
            MemoKey::<S>::matches_stored(&self.0, stored)
        }

        fn to_stored(&self) -> Self::Stored {
            MemoKey::<S>::to_stored(&self.0)
        }
    }

    #[derive(memo_core::MemoKey)]
    struct Theme {
        colors: Arc<String>,
        at: Celsius,
        sizes: Vec<(u8, Option<Arc<u8>>)>,
    }

    #[weak_memo(capacity = unbounded)]
    fn lent<'w>(doc: &'w Anchored<u32>, at: &'w Celsius, theme: &'w Theme) -> &'w String {
        format!("{doc:?} at {}, in {}, of {}", at.0 + theme.at.0, theme.colors, theme.sizes.len())
    }

    let doc = Anchored::new(5);
    let theme = Theme {
        colors: Arc::new(String::from("red")),
        at: Celsius(0.5),
        sizes: vec![(1, None), (2, Some(Arc::new(2)))],
    };
    let first = lent(&doc, &Celsius(1.0), &theme);
    memo_core::sweep();
    assert_eq!(first, "5 at 1.5, in red, of 2");
    assert!(std::ptr::eq(first, lent(&doc, &Celsius(1.0), &theme)));
    drop(theme);
    in_time(|| lent_memo().is_empty());
}
