//! The kinds of entries: whose death ends them, and beside which owner.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token};

/// What dies. With a body, so that a `Weak` that is kept can be seen in the bytes.
#[derive(Debug)]
pub(crate) struct Thing {
    tally: Tally,
    _body: [u8; 96],
}

impl Thing {
    pub(crate) fn new(tally: &Tally) -> Self {
        Self { tally: tally.clone(), _body: [0; 96] }
    }

    pub(crate) fn token(&self) -> Token {
        self.tally.token()
    }
}

/// One kind of entry, which ends when an object dies that nobody is told of.
pub(crate) trait Kind: Sized {
    /// What dies.
    type Object;

    /// With the owner, where that is another.
    fn new() -> Self;

    /// An object whose results are counted by `tally`.
    fn make(tally: &Tally) -> Self::Object;

    /// A miss for a new object, then a hit.
    fn ask(&self, object: &Self::Object);
}

/// Where the object is the owner.
macro_rules! owners {
    ($($kind:ident: $pointer:ident, [$($option:tt)*] -> $result:ty, $value:expr;)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Object = $pointer<Thing>;

            fn new() -> Self {
                Self
            }

            fn make(tally: &Tally) -> $pointer<Thing> {
                $pointer::new(Thing::new(tally))
            }

            fn ask(&self, object: &$pointer<Thing>) {
                #[weak_memo($($option)*)]
                fn f(one: &$pointer<Thing>) -> $result {
                    let value = $value;
                    value(one.token())
                }
                f(object);
            }
        }
    )*};
}

owners! {
    ArcOwner: Arc, [] -> Arc<Token>, Arc::new;
    ArcOwnerLent: Arc, [] -> &Token, std::convert::identity;
    LocalArcOwner: Arc, [local] -> Arc<Token>, Arc::new;
    RcOwner: Rc, [] -> Rc<Token>, Rc::new;
    RcOwnerLent: Rc, [] -> &Token, std::convert::identity;
}

/// Where it is a further argument, and the owner lives on.
macro_rules! arguments {
    ($($kind:ident: $owner:ty, $pointer:ident -> $result:ident;)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $kind($owner);

        impl Kind for $kind {
            type Object = $pointer<Thing>;

            fn new() -> Self {
                Self(<$owner>::new(1))
            }

            fn make(tally: &Tally) -> $pointer<Thing> {
                $pointer::new(Thing::new(tally))
            }

            fn ask(&self, object: &$pointer<Thing>) {
                // Without a bound: no eviction helps.
                #[weak_memo(capacity = unbounded)]
                fn f(owner: &$owner, one: &$pointer<Thing>) -> $result<Token> {
                    let _ = owner;
                    $result::new(one.token())
                }
                f(&self.0, object);
            }
        }
    )*};
}

arguments! {
    ArcBesideArc: Arc<u32>, Arc -> Arc;
    ArcBesideObject: Anchored<u32>, Arc -> Arc;
    ArcBesideRc: Rc<u32>, Arc -> Rc;
    RcBesideRc: Rc<u32>, Rc -> Rc;
}

/// A memo that has nothing to do with any of these.
#[weak_memo]
pub(crate) fn another(owner: &Anchored<u32>) -> &u32 {
    **owner
}
