//! `MemoKey` is safe to implement by hand, and such a key can name those objects alone that it borrows: one that would name
//! others does not build (`ui/soundness/rule_6_key_of_what_is_not_borrowed.rs`). So it may bound what is lent.

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, key_as, weak_memo};
use memo_tests::{in_time, watchdog};
use std::cell::Cell;
use std::sync::Arc;

struct Celsius(f64);

key_as!(Celsius => f64, |this| &this.0);

/// Names another of its objects each time that it is asked.
struct Fickle([Arc<u8>; 2], Cell<usize>);

key_as!(Fickle => Arc<u8>, |this| &this.0[this.1.replace(this.1.get() + 1) % 2]);

/// Alone it is asked once; in a collection as often as it is looked at.
#[test]
fn a_key_that_never_agrees_with_itself() {
    #[weak_memo(capacity = unbounded)]
    fn lent<'w>(doc: &'w Anchored<u32>, key: &'w Fickle, keys: &'w Vec<Fickle>) -> &'w String {
        let _ = (key, keys);
        format!("{doc:?}, and long enough to lie on the heap")
    }

    watchdog(|| {
        let doc = Anchored::new(5);
        let fickle = || Fickle([Arc::new(1), Arc::new(1)], Cell::new(0));
        for _ in 0..20 {
            let (key, keys) = (fickle(), vec![fickle(), fickle()]);
            let texts: Vec<_> = (0..10).map(|_| lent(&doc, &key, &keys)).collect();
            memo_core::sweep();
            assert!(texts.iter().all(|text| *text == "5, and long enough to lie on the heap"));
        }
        in_time(|| {
            memo_core::sweep();
            lent_memo().is_empty()
        });
    });
}

/// By hand, with what is derived, behind pointers and in what holds it; with parameters, and of a trait's objects.
#[test]
fn keys_by_hand_stand_beside_a_lent_result() {
    #[derive(memo_core::MemoKey)]
    struct Theme {
        colors: Arc<String>,
        at: Celsius,
        sizes: Vec<(u8, Option<Arc<u8>>)>,
    }

    struct Named<T>(T);
    key_as!([T: AsRef<str>] Named<T> => str, |this| this.0.as_ref());

    trait Node: HasAnchor {}
    impl Node for Anchored<u8> {}
    key_as!(dyn Node + '_ => Anchor, |node| node.anchor());

    #[allow(clippy::redundant_allocation, reason = "a key, however it is held")]
    #[weak_memo(capacity = unbounded)]
    fn lent<'w>(
        doc: &'w Anchored<u32>,
        at: &'w Celsius,
        theme: &'w Theme,
        more: &'w (Option<&Celsius>, Box<&Named<String>>, &dyn Node),
    ) -> &'w String {
        let more = (more.0.map_or(0.0, |at| at.0), &*more.1.0);
        format!("{doc:?} at {}, in {}, of {}, {more:?}", at.0 + theme.at.0, theme.colors, theme.sizes.len())
    }

    let doc = Anchored::new(5);
    let node = Anchored::new(1_u8);
    let theme = Theme {
        colors: Arc::new(String::from("red")),
        at: Celsius(0.5),
        sizes: vec![(1, None), (2, Some(Arc::new(2)))],
    };
    let (half, name) = (Celsius(0.5), Named(String::from("a")));
    let more = (Some(&half), Box::new(&name), &node as &dyn Node);
    let first = lent(&doc, &Celsius(1.0), &theme, &more);
    memo_core::sweep();
    assert_eq!(first, "5 at 1.5, in red, of 2, (0.5, \"a\")");
    assert!(std::ptr::eq(first, lent(&doc, &Celsius(1.0), &theme, &more)));
    drop(theme);
    in_time(|| lent_memo().is_empty());
}

/// In a function that knows no more of a type than that it is a key.
#[test]
fn a_parameter_is_a_key_behind_any_pointer() {
    #[weak_memo]
    fn of<T: MemoKey>(doc: &Anchored<u32>, one: &&T, more: &[(Option<&T>, Box<T>)]) -> usize {
        let _ = (doc, one);
        more.len()
    }

    let doc = Anchored::new(5);
    assert_eq!(of(&doc, &&Celsius(1.0), &[(None, Box::new(Celsius(2.0)))]), 1);
    assert_eq!(of(&doc, &&Celsius(1.0), &[(None, Box::new(Celsius(2.0)))]), 1);
    assert_eq!(of_memo::<Celsius>().stats().computes, 1);
}

/// The trait's other methods may be anything in an `impl` by hand: nothing here goes by them.
#[test]
fn what_a_key_says_beside_its_probe_does_not_count() {
    struct Liar(Arc<u8>);
    impl MemoKey for Liar {
        type Stored = <Arc<u8> as MemoKey>::Stored;
        type Probe<'k> = <Arc<u8> as MemoKey>::Probe<'k>;
        fn probe_key(&self) -> Self::Probe<'_> {
            MemoKey::<memo_core::key::Shared>::probe_key(&self.0)
        }
        fn hash_key<H: std::hash::Hasher>(&self, _: &mut H) {}
        fn matches_stored(&self, _: &Self::Stored) -> bool {
            true
        }
        fn to_stored(&self) -> Self::Stored {
            MemoKey::<memo_core::key::Shared>::to_stored(&Arc::new(0))
        }
    }
    #[derive(MemoKey)]
    struct Holds {
        key: Liar,
        keys: Vec<Liar>,
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'w>(owner: &'w Anchored<u32>, key: &'w Holds) -> &'w String {
        format!("{owner:?} and {} with {}", key.key.0, key.keys.len())
    }

    let (owner, liar) = (Anchored::new(1), |n| Liar(Arc::new(n)));
    let [one, two] = [1, 2].map(|n| Holds { key: liar(n), keys: vec![liar(n), liar(n)] });
    let first = lent(&owner, &one).clone();
    let second = lent(&owner, &two);
    assert_ne!(first, *second);
    drop(one);
    in_time(|| {
        memo_core::sweep();
        lent_memo().len() == 1
    });
    assert_eq!(lent_memo().stats().computes, 2);
    assert!(std::ptr::eq(second, lent(&owner, &two)));
}
