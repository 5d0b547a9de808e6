//! The trait of the arguments that can take part in a key.

use std::hash::Hasher;

use super::probe::Probe;
use super::stored::StoredKey;
use crate::argument::scope::{Scope, Shared};

/// An argument that can take part in the key of a memo.
///
/// Values take part by a stored copy; a lookup borrows and copies nothing. [`Arc`](std::sync::Arc), `Rc` (in memos of one thread),
/// [`Anchored`](crate::Anchored) and types that derive [`HasAnchor`](crate::HasAnchor) are weak: only identity counts, their `Eq` and `Hash`
/// are never called, and the result is dropped when they die. They are weak inside collections, options and tuples too.
///
/// For a type of your own, derive the trait (`#[derive(MemoKey)]`, field by field), or mark the parameter `#[memo(value)]` to
/// keep a copy by its `Hash + Eq + Clone`.
///
/// # What counts
///
/// A stored key distinguishes whatever a body can distinguish by the content of a value. Where a value is and how it is held do
/// not matter: a `&str`, a `String`, a `Box<str>` and a `Cow<str>` of the same text are the same key, whatever their capacity.
///
/// | type | two values are the same key if |
/// |---|---|
/// | integers, `NonZero`, `bool`, `char`, `()`, `Ordering`, `TypeId`, `ThreadId` | they are equal |
/// | `f32`, `f64` | all their bits are equal: `0.0` and `-0.0` differ, and a `NaN` is found again, by its payload |
/// | `Duration`, `Instant`, `SystemTime` | they are equal, to the last tick |
/// | `IpAddr`, `SocketAddr` and their variants | they are equal: an IPv4 address differs from its IPv6 mapping; flow info and scope of a `SocketAddrV6` count |
/// | `str`, `OsStr`, `CStr`, owned or borrowed | all their bytes are equal, without normalisation |
/// | `Path`, owned or borrowed | they are spelt alike: `a/b`, `a//b`, `a/./b` and `a/b/` are four keys, although `==` holds between them |
/// | `[T]`, `[T; N]`, `Vec`, `VecDeque`, `LinkedList`, `BTreeSet`, `BTreeMap` | they have the same length, and their elements are pairwise the same keys, in order |
/// | `Option`, `Result`, tuples | they have the same variant, and their parts are pairwise the same keys |
/// | `Range` and the other ranges | their ends are the same keys; a `RangeInclusive` iterated to its end differs from a fresh one |
/// | `Reverse`, `Wrapping`, `Saturating`, `&T`, `Box`, `Cow` | their contents are the same key |
/// | `PhantomData`, `RangeFull` | always |
/// | a derived type | they have the same variant, and all fields not marked `#[memo(skip)]` are the same keys |
/// | `Arc`, `Rc`, `Anchored`, `Anchor`, `LocalAnchored`, `LocalAnchor`, types that derive `HasAnchor` or `HasLocalAnchor`, `dyn HasAnchor` | they are the same object, whatever the trait of a `dyn` |
/// | `#[memo(value)]` on any type | its `Eq` says so: it must see what the body sees. A `PathBuf` or `Box<Path>`, also as an element of a slice, is compared by spelling; inside another type, by that type's `Eq`. An `Arc<str>` is compared by content |
///
/// `HashMap`, `HashSet` and `BinaryHeap` are not keys. A body sees their iteration order, which differs between equal ones. Take a
/// `BTreeMap`, or say what counts: `#[memo(key = map.iter().collect::<BTreeMap<_, _>>())]`.
///
/// # Implementing by hand
///
/// Name the key that counts instead, with [`key_as!`](crate::key_as):
///
/// ```
/// struct Celsius(f64);
///
/// memo_core::key_as!(Celsius => f64, |this| &this.0);
/// ```
///
/// Do the same beside a manual `impl HasAnchor`: the key of the object is its [`Anchor`](crate::Anchor).
///
/// ```
/// use memo_core::{Anchor, HasAnchor, key_as};
///
/// enum Node {
///     Leaf(Anchor),
///     Branch(Vec<Node>, Anchor),
/// }
///
/// impl HasAnchor for Node {
///     fn anchor(&self) -> &Anchor {
///         let (Self::Leaf(anchor) | Self::Branch(_, anchor)) = self;
///         anchor
///     }
/// }
///
/// key_as!(Node => Anchor, |node| node.anchor());
/// # let _ = Node::Branch(vec![Node::Leaf(Anchor::new())], Anchor::new());
/// ```
///
/// A key can name only objects that it borrows: nothing else lives as long as a lent result. This does not compile:
///
/// ```compile_fail,E0515
/// use std::sync::{Arc, Weak};
///
/// struct Named(Weak<u8>);
///
/// memo_core::key_as!(Named => Arc<u8>, |this| &this.0.upgrade().unwrap());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of this memo",
    label = "neither a weak argument nor a known value",
    note = "write `#[memo(value)]` before the parameter to keep a copy of it (`Hash + Eq + Clone`), or derive `MemoKey` for the type",
    note = "pass it as `&Arc<{Self}>` or derive `HasAnchor` for it to use its identity, or write `#[memo(skip)]` to leave it out of the key",
    note = "if you implemented `HasAnchor` by hand, add `memo_core::key_as!({Self} => memo_core::Anchor, |this| this.anchor());`; for trait objects, use `dyn Trait + '_`",
    note = "an `Rc` next to an `Arc` owner needs `#[weak_memo(local)]`"
)]
pub trait MemoKey<S: Scope = Shared> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// The argument as a call sees it: made once per call, then hashed, compared and stored.
    type Probe<'k>: Probe<S, Stored = Self::Stored>
    where
        Self: 'k;
    /// Whether no operation on this key runs user code. If `false`, its operations run outside the memo's locks.
    #[doc(hidden)]
    const TRUSTED: bool = false;
    /// Makes the probe for one call.
    fn probe_key(&self) -> Self::Probe<'_>;

    /// Feeds what counts to a hasher; equal keys feed the same bytes.
    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.probe_key().hash_part(state);
    }
    /// Returns whether the stored key is this one.
    #[inline]
    fn matches_stored(&self, stored: &Self::Stored) -> bool {
        self.probe_key().matches(stored)
    }
    /// Makes the form to keep with the result.
    fn to_stored(&self) -> Self::Stored {
        self.probe_key().to_stored()
    }
}

/// A key that borrows nothing weak: allowed beside a lent result without bounding its lifetime.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may be weak, and its borrow would end before that of the result",
    label = "take it by reference, so that the lent result is bound to it",
    note = "a lent result lives as long as all weak arguments; pass `&{Self}` instead of `{Self}`"
)]
pub trait PlainKey {}

/// Implements [`MemoKey`](crate::MemoKey) for a type by delegating to another key.
///
/// In `key_as!(Type => Key, |this| expression)`, `this` is a `&Type`, and the expression returns the `&Key` that counts. The
/// parameters of a generic type come first, in brackets.
///
/// If `#[derive(HasAnchor)]` cannot find an object's anchor, delegate to the [`Anchor`](crate::Anchor): the object is then weak. A key of
/// memos of one thread only is written with `local`: `key_as!(local Node => LocalAnchor, |node| node.local_anchor())`.
///
/// ```
/// use memo_core::{Anchor, HasAnchor, key_as, weak_memo};
///
/// trait Node {
///     fn own_anchor(&self) -> &Anchor;
/// }
///
/// impl HasAnchor for dyn Node + '_ {
///     fn anchor(&self) -> &Anchor {
///         self.own_anchor()
///     }
/// }
///
/// key_as!(dyn Node + '_ => Anchor, |node| node.anchor());
///
/// struct Wrapping<T>(T);
///
/// key_as!([T: AsRef<str>] Wrapping<T> => str, |this| this.0.as_ref());
///
/// #[weak_memo]
/// fn related(node: &dyn Node, other: &dyn Node, how: &Wrapping<String>) -> bool {
///     std::ptr::addr_eq(node, other) && how.0.is_empty()
/// }
/// # struct Leaf(Anchor);
/// # impl Node for Leaf {
/// #     fn own_anchor(&self) -> &Anchor {
/// #         &self.0
/// #     }
/// # }
/// # let (a, b) = (Leaf(Anchor::new()), Leaf(Anchor::new()));
/// # assert!(!related(&a, &b, &Wrapping(String::new())));
/// # drop(b);
/// # assert!(related_memo().is_empty());
/// ```
#[macro_export]
macro_rules! key_as {
    (@local [$($parameters:tt)*] $type:ty => $key:ty, $this:ident, $as:expr) => {
        #[automatically_derived]
        impl<$($parameters)*> $crate::MemoKey<$crate::key::Local> for $type {
            type Stored = <$key as $crate::MemoKey<$crate::key::Local>>::Stored;
            type Probe<'__memo>
                = <$key as $crate::MemoKey<$crate::key::Local>>::Probe<'__memo>
            where
                Self: '__memo;
            #[inline]
            fn probe_key(&self) -> <$key as $crate::MemoKey<$crate::key::Local>>::Probe<'_> {
                let $this = self;
                <$key as $crate::MemoKey<$crate::key::Local>>::probe_key($as)
            }
        }
    };
    (@[$($parameters:tt)*] $type:ty => $key:ty, $this:ident, $as:expr) => {
        #[automatically_derived]
        impl<$($parameters)* __MemoScope: $crate::key::Scope> $crate::MemoKey<__MemoScope> for $type {
            type Stored = <$key as $crate::MemoKey<__MemoScope>>::Stored;
            type Probe<'__memo>
                = <$key as $crate::MemoKey<__MemoScope>>::Probe<'__memo>
            where
                Self: '__memo;
            #[inline]
            fn probe_key(&self) -> <$key as $crate::MemoKey<__MemoScope>>::Probe<'_> {
                let $this = self;
                <$key as $crate::MemoKey<__MemoScope>>::probe_key($as)
            }
        }
    };
    (local [$($parameters:tt)+] $type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@local [$($parameters)+] $type => $key, $this, $as);
    };
    (local $type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@local [] $type => $key, $this, $as);
    };
    ([$($parameters:tt)+] $type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@[$($parameters)+,] $type => $key, $this, $as);
    };
    ($type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@[] $type => $key, $this, $as);
    };
}
