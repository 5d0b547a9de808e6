//! Derived keys: private fields, weak ones, every kind of variant and parameter.

#![deny(warnings)]

use memo_core::{MemoKey, weak_memo};
use std::rc::Rc;
use std::sync::Arc;

mod keys {
    use memo_core::MemoKey;
    use std::rc::Rc;
    use std::sync::Arc;

    #[derive(MemoKey)]
    enum Hidden {
        One(u32),
        #[allow(dead_code)]
        Other,
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Private;

    /// More public than what it is made of.
    #[derive(MemoKey)]
    pub struct Shown {
        hidden: Hidden,
        #[memo(value)]
        private: Private,
        pub number: u32,
        #[memo(skip)]
        pub skipped: fn(),
    }

    impl Shown {
        pub fn new(number: u32) -> Self {
            Self { hidden: Hidden::One(number), private: Private, number, skipped: || () }
        }
    }

    #[derive(MemoKey)]
    pub enum Kind<'a, T: ?Sized, const N: usize> {
        Weak(&'a Arc<T>),
        Values([u8; N], Option<&'a str>),
        Named { stored: u32 },
        Bare,
    }

    /// Names that the derive might use itself.
    #[derive(MemoKey)]
    pub enum Stored {
        Stored(u32),
        Key,
    }

    #[derive(MemoKey)]
    pub struct Three<K, S, H>(pub K, pub S, pub H);

    #[derive(MemoKey)]
    pub struct OfOneThread {
        pub rc: Rc<u32>,
    }

    #[derive(MemoKey)]
    pub struct Nothing;

    #[derive(MemoKey)]
    pub enum Never {}

    #[derive(MemoKey)]
    pub struct Many(
        pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub u8, pub String,
    );
}

use keys::{Kind, Many, Never, Nothing, OfOneThread, Shown, Stored, Three};

#[weak_memo]
fn all(
    number: &Arc<u32>,
    shown: &Shown,
    kind: Kind<'_, str, 3>,
    stored: Stored,
    three: Three<u32, &str, &Arc<u32>>,
    many: &Many,
    never: Option<&Never>,
) -> u32 {
    let _ = (kind, stored, three, Nothing, never);
    **number + shown.number + u32::from(many.12)
}

#[weak_memo]
fn here(number: &Rc<u32>, key: &OfOneThread) -> u32 {
    **number + *key.rc
}

/// Keys of plain values may stand by value beside a lent result.
#[weak_memo(capacity = unbounded)]
fn lent(number: &Arc<u32>, shown: Shown, three: Three<u32, &str, Stored>) -> &u32 {
    let _ = three;
    **number + shown.number
}

fn is_key<K: MemoKey>(_: &K) {}

fn main() {
    let (number, name): (_, Arc<str>) = (Arc::new(1), "n".into());
    let many = |last: &str| Many(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, last.to_owned());
    for _ in 0..2 {
        for kind in [Kind::Weak(&name), Kind::Values([1, 2, 3], Some("v")), Kind::Named { stored: 1 }, Kind::Bare] {
            let sum = all(&number, &Shown::new(2), kind, Stored::Key, Three(1, "a", &number), &many("x"), None);
            assert_eq!(sum, 4);
        }
        assert_eq!(all(&number, &Shown::new(2), Kind::Bare, Stored::Stored(1), Three(1, "a", &number), &many("y"), None), 4);
        assert_eq!(lent(&number, Shown::new(2), Three(1, "a", Stored::Key)), &3);
    }
    assert_eq!((all_memo().stats().computes, lent_memo().stats().computes), (5, 1));
    drop(name);
    assert_eq!(all_memo().len(), 4);
    let rc = Rc::new(1);
    assert_eq!(here(&rc, &OfOneThread { rc: Rc::clone(&rc) }), 2);
    is_key(&Shown::new(1));
    is_key(&&Shown::new(1));
    is_key(&Some(Box::new(Shown::new(1))));
}
