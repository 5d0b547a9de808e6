//! Weak arguments: by identity, not kept alive.

use std::hash::Hasher;
use std::rc::Rc;
use std::sync::Arc;

use super::{Asked, MemoKey, StoredKey};
use crate::anchor::anchor::HasAnchor;
use crate::anchor::anchored::Anchored;
use crate::anchor::back_link::{Peer, PeerRef};
use crate::anchor::side_table::subject::Subject;
use crate::argument::scope::{self, Local, Scope};

// SAFETY: a shared peer holds atomics, a `Life` of an `Arc` or none, and counted references to shared cells.
unsafe impl<S: 'static> StoredKey<S> for PeerRef<S> {
    const PEERS: bool = true;
    const DROPS_OURS: bool = true;

    fn same(&self, other: &Self) -> bool {
        PeerRef::same(self, other)
    }

    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        visit(self.peer());
    }
}

impl<S: Scope, T: ?Sized> MemoKey<S> for Arc<T> {
    type Stored = PeerRef<S>;
    const TRUSTED: bool = true;
    const FAITHFUL: bool = true;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(Subject::of(&**self).address);
    }

    #[inline]
    fn matches_stored(&self, stored: &PeerRef<S>) -> bool {
        stored.is(Subject::of(&**self).address)
    }

    fn to_stored(&self) -> PeerRef<S> {
        S::peer_of_arc(self)
    }
}

impl<T: ?Sized> MemoKey<Local> for Rc<T> {
    type Stored = PeerRef<Local>;
    const TRUSTED: bool = true;
    const FAITHFUL: bool = true;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(Subject::of(&**self).address);
    }

    #[inline]
    fn matches_stored(&self, stored: &PeerRef<Local>) -> bool {
        stored.is(Subject::of(&**self).address)
    }

    fn to_stored(&self) -> PeerRef<Local> {
        scope::peer_of_rc(self)
    }
}

/// By the identity of the object's anchor. `anchor()` is the user's, so this key is not trusted.
///
/// Whichever anchor it gives, a stored key that names it was made of, or has matched, one that lives as long as the object
/// is borrowed: a function from `&'a T` to `&'a Anchor` cannot know how long `'a` is.
impl<S: Scope, T: HasAnchor + ?Sized> MemoKey<S> for T {
    type Stored = PeerRef<S>;
    const FAITHFUL: bool = true;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(scope::anchor_address(self.anchor()));
    }

    #[inline]
    fn matches_stored(&self, stored: &PeerRef<S>) -> bool {
        stored.is(scope::anchor_address(self.anchor()))
    }

    fn to_stored(&self) -> PeerRef<S> {
        S::peer_of_anchor(self.anchor())
    }

    #[inline]
    fn hash_asked<'k, H: Hasher>(&'k self, asked: &Asked<'k>, state: &mut H) {
        state.write_usize(scope::anchor_address(asked.anchor(self)));
    }

    #[inline]
    fn matches_asked<'k>(&'k self, asked: &Asked<'k>, stored: &PeerRef<S>) -> bool {
        stored.is(scope::anchor_address(asked.anchor(self)))
    }

    fn to_stored_asked<'k>(&'k self, asked: &Asked<'k>) -> PeerRef<S> {
        S::peer_of_anchor(asked.anchor(self))
    }
}

macro_rules! as_pointee {
    ($([$($generics:tt)*] $pointer:ty => $pointee:ty, $scope:ty;)+) => {$(
        impl<$($generics)*> MemoKey<$scope> for $pointer {
            type Stored = <$pointee as MemoKey<$scope>>::Stored;
            const TRUSTED: bool = <$pointee as MemoKey<$scope>>::TRUSTED;
            const FAITHFUL: bool = <$pointee as MemoKey<$scope>>::FAITHFUL;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                MemoKey::<$scope>::hash_key(&**self, state);
            }

            #[inline]
            fn matches_stored(&self, stored: &Self::Stored) -> bool {
                MemoKey::<$scope>::matches_stored(&**self, stored)
            }

            fn to_stored(&self) -> Self::Stored {
                MemoKey::<$scope>::to_stored(&**self)
            }

            #[inline]
            fn hash_asked<'k, H: Hasher>(&'k self, asked: &$crate::argument::key::Asked<'k>, state: &mut H) {
                MemoKey::<$scope>::hash_asked(&**self, asked, state);
            }

            #[inline]
            fn matches_asked<'k>(&'k self, asked: &$crate::argument::key::Asked<'k>, stored: &Self::Stored) -> bool {
                MemoKey::<$scope>::matches_asked(&**self, asked, stored)
            }

            fn to_stored_asked<'k>(&'k self, asked: &$crate::argument::key::Asked<'k>) -> Self::Stored {
                MemoKey::<$scope>::to_stored_asked(&**self, asked)
            }
        }
    )+};
}
pub(super) use as_pointee;

// A blanket `&T` would collide with `T: HasAnchor`, since `&` is fundamental; so one by one, here and in the derives.
as_pointee! {
    [S: Scope, T: ?Sized] &Arc<T> => Arc<T>, S;
    [S: Scope, T: ?Sized] Box<Arc<T>> => Arc<T>, S;
    [T: ?Sized] &Rc<T> => Rc<T>, Local;
    [T: ?Sized] Box<Rc<T>> => Rc<T>, Local;
    [S: Scope, T: ?Sized] &Anchored<T> => Anchored<T>, S;
    [S: Scope, T: ?Sized] Box<Anchored<T>> => Anchored<T>, S;
}
