//! What the keys and values of weak maps are: pointers to objects, and objects with an anchor inside.

use std::{rc, sync};

use crate::anchor::side_table::object::{SPREAD, Subject};

mod sealed {
    pub trait Sealed {}
    impl<T: ?Sized> Sealed for std::sync::Arc<T> {}
    impl<T: ?Sized> Sealed for std::rc::Rc<T> {}
}

/// What can be a key of a weak map: `Arc<T>` and `Rc<T>`, of any `T`.
///
/// A key takes part by identity: its `Hash` and `Eq` are never called and need not exist, and two equal objects are two keys. All
/// clones of one `Arc` are one key. It is not kept alive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be held weakly",
    label = "not an `Arc` or an `Rc`",
    note = "keys of weak maps are objects that others share: put it into an `Arc` or an `Rc`"
)]
pub trait WeakKey: sealed::Sealed {
    /// What the map holds of it.
    #[doc(hidden)]
    type Weak;
    /// Its identity as long as a `Weak` of it is held: a hash of where it is that no other place has.
    #[doc(hidden)]
    fn identity(&self) -> u64;
    /// The size of the object, in bytes.
    #[doc(hidden)]
    fn size(&self) -> usize;
    #[doc(hidden)]
    fn to_weak(&self) -> Self::Weak;
    #[doc(hidden)]
    fn is_dead(weak: &Self::Weak) -> bool;
}

/// What can be a value that is held weakly, and a key that a map gives back: `Arc<T>` and `Rc<T>`, of any `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given back by a weak map",
    label = "not an `Arc` or an `Rc`",
    note = "only of these there is a strong handle to make from a weak one"
)]
pub trait Strong: WeakKey + Clone {
    /// A strong handle, if the object is alive.
    #[doc(hidden)]
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
}

macro_rules! pointers {
    ($($pointers:ident::$pointer:ident)+) => {$(
        impl<T: ?Sized> WeakKey for $pointers::$pointer<T> {
            type Weak = $pointers::Weak<T>;

            #[inline]
            fn identity(&self) -> u64 {
                spread(Subject::of(&**self).address)
            }
            #[inline]
            fn size(&self) -> usize {
                size_of_val(&**self)
            }
            #[inline]
            fn to_weak(&self) -> Self::Weak {
                Self::downgrade(self)
            }
            #[inline]
            fn is_dead(weak: &Self::Weak) -> bool {
                weak.strong_count() == 0
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

/// The bits that select a part of a shared map.
pub(crate) const PART_BITS: u32 = 4;
/// The size of a region.
const REGION_BITS: u32 = 14;

/// Spreads an address over all bits of a word, so that no two objects have one hash.
///
/// Its highest bits are those of the 16 KiB of memory that the object lies in: allocators give each thread regions of its own, so threads that
/// make and drop objects seldom work on one part of a map. The others are the address, multiplied and folded, both of which can be undone
/// (and no object's address needs them all: the highest are a tag, where a machine has such).
#[inline]
fn spread(address: usize) -> u64 {
    const OTHERS: u64 = u64::MAX >> PART_BITS;
    let region = (address as u64 >> REGION_BITS).wrapping_mul(SPREAD) & !OTHERS;
    let high = (address as u64).wrapping_mul(SPREAD) & OTHERS;
    region | (high ^ (high >> ((u64::BITS - PART_BITS) / 2)))
}
