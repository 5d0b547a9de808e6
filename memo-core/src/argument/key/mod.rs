//! Keys: how an argument besides the owner takes part in finding a result.
//!
//! A *weak* argument takes part by identity and is not kept alive; a *value* argument by a stored copy. A probe is
//! compared as it comes, borrowed: a hit on a `&str` allocates nothing.

/// Hands the tuples that a key may be to a macro: of each part a name, and its place.
macro_rules! each_tuple {
    ($of:ident) => {
        $of! {
            A.0;
            A.0 B.1;
            A.0 B.1 C.2;
            A.0 B.1 C.2 D.3;
            A.0 B.1 C.2 D.3 E.4;
            A.0 B.1 C.2 D.3 E.4 F.5;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9 L.10;
            A.0 B.1 C.2 D.3 E.4 F.5 G.6 I.7 J.8 K.9 L.10 M.11;
        }
    };
}

mod asked;
mod collections;
mod composite;
mod parts;
mod set;
mod value;
mod values;
mod weak;
mod wrappers;

pub use asked::Asked;
pub use composite::{Composite, Fields, Visit};
pub use parts::{ComputedPart, KeyPart, Part, ValuePart};
pub use set::KeySet;
pub use value::{Kept, Value};

use std::hash::Hasher;
use std::sync::Arc;

use crate::anchor::back_link::Peer;
use crate::argument::scope::{Scope, Shared};

/// An argument that can take part in the key of a memo.
///
/// Values take part by a stored copy; a lookup borrows and copies nothing. [`Arc`], `Rc` (in memos of one thread),
/// [`Anchored`](crate::Anchored) and every [`HasAnchor`](crate::HasAnchor) are weak: identity alone counts, their `Eq` and `Hash` are
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
/// | `Arc`, `Rc`, `Anchored`, `HasAnchor` | they are the same object; which trait a `dyn` shows of it does not count |
/// | `#[memo(value)]` on any type | its `Eq` says so: it must see what the body sees. A `PathBuf` or `Box<Path>` itself, and each in a slice, goes by its spelling; one inside another type as that type's `Eq` says. An `Arc<str>` goes by content |
///
/// `HashMap`, `HashSet` and `BinaryHeap` are no keys. A body sees the order in which they are iterated, which differs between two that
/// are equal. Take a `BTreeMap`, or say what counts: `#[memo(key = map.iter().collect::<BTreeMap<_, _>>())]`.
///
/// # Implementing by hand
///
/// Delegate to a key that says what counts; the stored form is that key's.
///
/// ```
/// use memo_core::{MemoKey, Scope};
/// use std::hash::Hasher;
///
/// struct Celsius(f64);
///
/// impl<S: Scope> MemoKey<S> for Celsius {
///     type Stored = <f64 as MemoKey<S>>::Stored;
///     fn hash_key<H: Hasher>(&self, state: &mut H) {
///         MemoKey::<S>::hash_key(&self.0, state);
///     }
///     fn matches_stored(&self, stored: &Self::Stored) -> bool {
///         MemoKey::<S>::matches_stored(&self.0, stored)
///     }
///     fn to_stored(&self) -> Self::Stored {
///         MemoKey::<S>::to_stored(&self.0)
///     }
/// }
/// ```
///
/// A key by hand cannot name weak arguments in a memo that lends: nothing says that those are the ones it borrows, and the
/// result would go with them. Such a program does not build:
///
/// ```compile_fail,E0080
/// use memo_core::{Anchored, MemoKey, Scope, weak_memo};
/// use std::hash::Hasher;
/// use std::sync::Arc;
///
/// struct Anything;
///
/// impl<S: Scope> MemoKey<S> for Anything {
///     type Stored = <Arc<u8> as MemoKey<S>>::Stored;
///     fn hash_key<H: Hasher>(&self, _: &mut H) {}
///     fn matches_stored(&self, _: &Self::Stored) -> bool {
///         true
///     }
///     fn to_stored(&self) -> Self::Stored {
///         MemoKey::<S>::to_stored(&Arc::new(7))
///     }
/// }
///
/// #[weak_memo(capacity = unbounded)]
/// fn lent<'w>(doc: &'w Anchored<u32>, key: &'w Anything) -> &'w String {
///     let _ = key;
///     doc.to_string()
/// }
///
/// let doc = Anchored::new(5);
/// let text = lent(&doc, &Anything);
/// memo_core::sweep(); // the key's `Arc` is dead: its entry goes, and `text` with it
/// assert_eq!(text, "5");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of this memo",
    label = "neither a weak argument nor a known value",
    note = "write `#[memo(value)]` before the parameter to keep a copy of it (`Hash + Eq + Clone`), or derive `MemoKey` for the type",
    note = "pass it as `&Arc<{Self}>` or derive `HasAnchor` for it to use its identity, or write `#[memo(skip)]` to leave it out of the key",
    note = "an `Rc` beside an `Arc` owner needs `#[weak_memo(local)]`"
)]
pub trait MemoKey<S: Scope = Shared> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// Whether hashing, comparing and copying run no code of the user's. Left at `false`, they run outside our locks.
    #[doc(hidden)]
    const TRUSTED: bool = false;
    /// Whether the weak arguments that a matching stored key names are those that this one borrows. Left at `false`, a
    /// stored key that can name any is refused where results are lent: they would go with objects that nobody borrows.
    #[doc(hidden)]
    const FAITHFUL: bool = false;
    /// Feeds what counts to a hasher. Equal keys must feed the same.
    fn hash_key<H: Hasher>(&self, state: &mut H);
    /// Whether the stored key is this one.
    fn matches_stored(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;

    // The same for an argument that stands alone, where a call remembers what it has asked.
    #[doc(hidden)]
    #[inline(always)]
    fn hash_asked<'k, H: Hasher>(&'k self, _asked: &Asked<'k>, state: &mut H) {
        self.hash_key(state);
    }
    #[doc(hidden)]
    #[inline(always)]
    fn matches_asked<'k>(&'k self, _asked: &Asked<'k>, stored: &Self::Stored) -> bool {
        self.matches_stored(stored)
    }
    #[doc(hidden)]
    fn to_stored_asked<'k>(&'k self, _asked: &Asked<'k>) -> Self::Stored {
        self.to_stored()
    }
}

/// Whether a stored key that `T` matches names no weak argument but those that `T` borrows.
#[must_use]
pub const fn is_faithful<T: MemoKey<S> + ?Sized, S: Scope>() -> bool {
    T::FAITHFUL || !<T::Stored as StoredKey<S>>::PEERS
}

/// A stored key. Made by [`MemoKey::to_stored`] of the types of this crate and of derives, which put them together.
///
/// # Safety
/// In scope [`Shared`], `Self` is `Send + Sync`.
pub unsafe trait StoredKey<S>: Sized + 'static {
    /// Whether it can name weak arguments.
    #[doc(hidden)]
    const PEERS: bool = false;
    /// Whether dropping it runs nothing of the user's.
    #[doc(hidden)]
    const DROPS_OURS: bool = !std::mem::needs_drop::<Self>();
    /// Whether two stored keys are the same.
    #[doc(hidden)]
    fn same(&self, other: &Self) -> bool;
    /// Visits the weak arguments in it.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, _visit: &mut dyn FnMut(&Arc<Peer>)) {}
}

/// A key that borrows nothing weak: allowed beside a lent result without bounding its lifetime.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may be weak, and its borrow would end before the result's",
    label = "take it by reference, so that the lent result is bound to it",
    note = "a result that is lent lives as long as all weak arguments do; pass `&{Self}` instead of `{Self}`"
)]
pub trait PlainKey {}

/// One of two: what an enum's stored form is made of.
#[derive(Debug)]
pub enum Either<A, B> {
    /// This variant.
    Left(A),
    /// One of the others.
    Right(B),
}

// SAFETY: one of two, both as asked.
unsafe impl<S, A: StoredKey<S>, B: StoredKey<S>> StoredKey<S> for Either<A, B> {
    const PEERS: bool = A::PEERS || B::PEERS;
    const DROPS_OURS: bool = A::DROPS_OURS && B::DROPS_OURS;

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Left(a), Self::Left(b)) => a.same(b),
            (Self::Right(a), Self::Right(b)) => a.same(b),
            _ => false,
        }
    }

    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        match self {
            Self::Left(a) => a.each_peer(visit),
            Self::Right(b) => b.each_peer(visit),
        }
    }
}
