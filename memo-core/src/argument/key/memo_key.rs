//! The trait of the arguments that can take part in a key.

use std::hash::Hasher;

use super::probe::Probe;
use super::stored::StoredKey;
use crate::argument::scope::{Scope, Shared};

/// An argument that can take part in the key of a memo.
///
/// Values take part by a stored copy; a lookup borrows and copies nothing. [`Arc`](std::sync::Arc), `Rc` (in memos of one thread),
/// [`Anchored`](crate::Anchored) and what derives [`HasAnchor`](crate::HasAnchor) are weak: identity alone counts, their `Eq` and `Hash` are
/// never called, and the result goes when they die. Inside collections, options and tuples they are weak too.
///
/// For a type of your own, derive it (`#[derive(MemoKey)]`, field by field), or mark the parameter `#[memo(value)]` to
/// keep a copy by its `Hash + Eq + Clone`.
///
/// # What counts
///
/// A stored key tells apart whatever a body can tell apart by the value's content. It does not look at where a value is or how
/// it is held: a `&str`, a `String`, a `Box<str>` and a `Cow<str>` of one text are one key, whatever their capacity.
///
/// | type | two are one key if |
/// |---|---|
/// | integers, `NonZero`, `bool`, `char`, `()`, `Ordering`, `TypeId`, `ThreadId` | they are equal |
/// | `f32`, `f64` | all their bits are: `0.0` and `-0.0` are two, and a `NaN` is found again, by its payload |
/// | `Duration`, `Instant`, `SystemTime` | they are equal, to the last tick |
/// | `IpAddr`, `SocketAddr` and their variants | they are equal: an IPv4 address mapped to IPv6 is another one; flow info and scope of a `SocketAddrV6` count |
/// | `str`, `OsStr`, `CStr`, owned or borrowed | all their bytes are, unnormalised |
/// | `Path`, owned or borrowed | they are spelt alike: `a/b`, `a//b`, `a/./b` and `a/b/` are four, though `==` takes them for one |
/// | `[T]`, `[T; N]`, `Vec`, `VecDeque`, `LinkedList`, `BTreeSet`, `BTreeMap` | they have as many elements, and each is one key with its counterpart, in order |
/// | `Option`, `Result`, tuples | they are of one variant, and each part is one key with its counterpart |
/// | `Range` and its kin | their ends are; a `RangeInclusive` that was iterated to its end is another than the one that was not |
/// | `Reverse`, `Wrapping`, `Saturating`, `&T`, `Box`, `Cow` | what they hold is |
/// | `PhantomData`, `RangeFull` | always |
/// | a derived type | they are of one variant, and each field is that is not marked `#[memo(skip)]` |
/// | `Arc`, `Rc`, `Anchored`, `Anchor`, what derives `HasAnchor`, `dyn HasAnchor` | they are the same object; which trait a `dyn` shows of it does not count |
/// | `#[memo(value)]` on any type | its `Eq` says so: it must see what the body sees. A `PathBuf` or `Box<Path>` itself, and each in a slice, goes by its spelling; one inside another type as that type's `Eq` says. An `Arc<str>` goes by content |
///
/// `HashMap`, `HashSet` and `BinaryHeap` are no keys. A body sees the order in which they are iterated, which differs between two that
/// are equal. Take a `BTreeMap`, or say what counts: `#[memo(key = map.iter().collect::<BTreeMap<_, _>>())]`.
///
/// # Implementing by hand
///
/// Say which key counts instead, with [`key_as!`](crate::key_as):
///
/// ```
/// struct Celsius(f64);
///
/// memo_core::key_as!(Celsius => f64, |this| &this.0);
/// ```
///
/// So does an `impl HasAnchor` by hand: the object's key is its [`Anchor`](crate::Anchor).
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
/// A key can name only objects that it borrows: nothing else lives as long as a lent result. Such a program does not
/// build:
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
    note = "if you wrote `impl HasAnchor` for it yourself, write `memo_core::key_as!({Self} => memo_core::Anchor, |this| this.anchor());` beside that, for the objects of a trait with `dyn Trait + '_`",
    note = "an `Rc` beside an `Arc` owner needs `#[weak_memo(local)]`"
)]
pub trait MemoKey<S: Scope = Shared> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// The argument as a call sees it: asked for once, then hashed, compared and stored.
    type Probe<'k>: Probe<S, Stored = Self::Stored>
    where
        Self: 'k;
    /// Whether no operation on this key runs user code. If `false`, they run outside our locks.
    #[doc(hidden)]
    const TRUSTED: bool = false;
    /// The argument as this call sees it.
    fn probe_key(&self) -> Self::Probe<'_>;

    /// Feeds what counts to a hasher. Equal keys feed the same.
    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.probe_key().hash_part(state);
    }
    /// Whether the stored key is this one.
    #[inline]
    fn matches_stored(&self, stored: &Self::Stored) -> bool {
        self.probe_key().matches(stored)
    }
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored {
        self.probe_key().to_stored()
    }
}

/// A key that borrows nothing weak: allowed beside a lent result without bounding its lifetime.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may be weak, and its borrow would end before the result's",
    label = "take it by reference, so that the lent result is bound to it",
    note = "a result that is lent lives as long as all weak arguments do; pass `&{Self}` instead of `{Self}`"
)]
pub trait PlainKey {}

/// Makes a type a key by hand: it takes part as another key does.
///
/// `key_as!(Type => Key, |this| expression)`: the expression yields the `&Key` that counts; `this` is a `&Type`. The
/// parameters of a generic type come first, in brackets.
///
/// An object with an anchor that `#[derive(HasAnchor)]` cannot find is weak, as others are, if its key is the [`Anchor`](crate::Anchor).
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
    (@[$($parameters:tt)*] $type:ty => $key:ty, $this:ident, $as:expr) => {
        #[automatically_derived]
        impl<$($parameters)* __MemoScope: $crate::Scope> $crate::MemoKey<__MemoScope> for $type {
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
    ([$($parameters:tt)+] $type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@[$($parameters)+,] $type => $key, $this, $as);
    };
    ($type:ty => $key:ty, |$this:ident| $as:expr) => {
        $crate::key_as!(@[] $type => $key, $this, $as);
    };
}
