//! The keys and values of weak maps: pointers to objects, and objects with an anchor inside.

use std::any::Any;
use std::{rc, sync};

use super::object::{Life, Tie, Told};
use crate::anchor::anchor::HasAnchor;
use crate::anchor::side_table::object::{SPREAD, Subject};
use crate::sys::prefetch;

mod sealed {
    pub trait Sealed {}
    impl<T: ?Sized> Sealed for std::sync::Arc<T> {}
    impl<T: ?Sized> Sealed for std::rc::Rc<T> {}
    impl<T: crate::anchor::anchor::HasAnchor + ?Sized> Sealed for T {}
}

/// A key of a weak map: `Arc<T>` and `Rc<T>` of any `T`, and every object with an anchor inside.
///
/// A key takes part by identity: its `Hash` and `Eq` are never called and need not exist, two equal objects are two keys, and all clones of
/// one `Arc` are the same key. It is not kept alive. The written type decides: `&Arc<Anchored<T>>` is the `Arc`, `&Anchored<T>` the object.
#[allow(private_interfaces, reason = "sealed: callers outside name the trait only")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be held weakly",
    label = "not an `Arc`, an `Rc`, or an object with an anchor",
    note = "keys of weak maps are objects: put it into an `Arc` or an `Rc`, wrap it in `memo_core::Anchored`, or give it a field of type `memo_core::Anchor` and derive `HasAnchor`"
)]
pub trait WeakKey: sealed::Sealed {
    /// What the map holds of it.
    #[doc(hidden)]
    type Weak;
    /// Its identity as long as a `Weak` of it is held: a hash of its address that no other address has. `None`: it is in no map.
    #[doc(hidden)]
    fn identity(&self) -> Option<u64>;
    /// How many bytes stay allocated as long as a `Weak` is held.
    #[doc(hidden)]
    fn pinned(&self) -> usize;
    /// Its identity, and what a map holds of it. A key that notices its own death notifies `told`, which drops the entry.
    #[doc(hidden)]
    fn to_weak(&self, told: Option<&dyn Fn() -> sync::Weak<dyn Told>>) -> (u64, Self::Weak);
    #[doc(hidden)]
    fn is_dead(weak: &Self::Weak) -> bool;
    /// Whether a value is this very pointer.
    #[doc(hidden)]
    fn is_the_value(&self, value: &dyn Any) -> bool
    where
        Self: 'static;
    /// Whether it is dead will be asked in a moment.
    #[doc(hidden)]
    fn is_asked_soon(weak: &Self::Weak);
}

/// A value held weakly, or a key that a map can return: `Arc<T>` and `Rc<T>` of any `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by a weak map",
    label = "not an `Arc` or an `Rc`",
    note = "only these have weak handles that can be upgraded"
)]
pub trait Strong: WeakKey + Clone {
    /// A strong handle, if the object is alive.
    #[doc(hidden)]
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
}

macro_rules! pointers {
    ($($pointers:ident::$pointer:ident)+) => {$(
        #[allow(private_interfaces, reason = "as for the trait")]
        impl<T: ?Sized> WeakKey for $pointers::$pointer<T> {
            type Weak = $pointers::Weak<T>;

            #[inline]
            fn identity(&self) -> Option<u64> {
                Some(spread(Subject::of(&**self).address))
            }
            #[inline]
            fn pinned(&self) -> usize {
                size_of_val(&**self)
            }
            #[inline]
            fn to_weak(&self, _: Option<&dyn Fn() -> sync::Weak<dyn Told>>) -> (u64, Self::Weak) {
                (spread(Subject::of(&**self).address), Self::downgrade(self))
            }
            #[inline]
            fn is_dead(weak: &Self::Weak) -> bool {
                weak.strong_count() == 0
            }
            #[inline]
            fn is_the_value(&self, value: &dyn Any) -> bool
            where
                Self: 'static,
            {
                value.downcast_ref::<Self>().is_some_and(|value| Self::ptr_eq(value, self))
            }
            #[inline]
            fn is_asked_soon(weak: &Self::Weak) {
                // The counts come before the object.
                prefetch::line(weak.as_ptr().cast::<[usize; 2]>().wrapping_sub(1));
            }
        }

        impl<T: ?Sized> Strong for $pointers::$pointer<T> {
            #[inline]
            fn upgrade(weak: &Self::Weak) -> Option<Self> {
                weak.upgrade()
            }
        }
    )+};
}

pointers! { sync::Arc rc::Rc }

#[allow(private_interfaces, reason = "as for the trait")]
impl<T: HasAnchor + ?Sized> WeakKey for T {
    type Weak = Tie;

    fn identity(&self) -> Option<u64> {
        Some(spread(Life::find(self.anchor())?.identity()))
    }
    fn pinned(&self) -> usize {
        0
    }
    fn to_weak(&self, told: Option<&dyn Fn() -> sync::Weak<dyn Told>>) -> (u64, Tie) {
        let anchor = self.anchor();
        let tie = Tie::new(anchor, told.map(|told| told()));
        (spread(tie.identity()), tie)
    }
    fn is_dead(tie: &Tie) -> bool {
        tie.is_dead()
    }
    fn is_the_value(&self, _: &dyn Any) -> bool
    where
        Self: 'static,
    {
        false
    }
    fn is_asked_soon(_: &Tie) {}
}

/// The bits that select a part of a shared map.
pub(crate) const PART_BITS: u32 = 4;
/// The size of a region. What is added looks for the dead in its own part. So where an allocator goes on to memory that it has not used before, as
/// many dead wait in each part as fit into a region: with 256 KiB and 64 parts, two threads that churn are twice as fast, but 16 MiB wait.
const REGION_BITS: u32 = 14;

/// Spreads an address over all bits of a word, so that no two objects have one hash.
///
/// Its highest bits are those of the 16 KiB of memory that the object lies in: allocators give each thread regions of its own, so threads that
/// make and drop objects seldom work on one part of a map. The others are the address, multiplied and folded, both of which can be undone
/// (and no object's address needs them all: the highest are a tag, where a machine has such).
#[inline]
pub(super) fn spread(address: usize) -> u64 {
    const OTHERS: u64 = u64::MAX >> PART_BITS;
    let region = (address as u64 >> REGION_BITS).wrapping_mul(SPREAD) & !OTHERS;
    let high = (address as u64).wrapping_mul(SPREAD) & OTHERS;
    region | (high ^ (high >> ((u64::BITS - PART_BITS) / 2)))
}
