//! Weak arguments: by identity, not kept alive.

use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::memo_key::MemoKey;
use super::probe::{Probe, Seal};
use super::stored::StoredKey;
use crate::anchor::anchor::{Anchor, HasAnchor};
use crate::anchor::anchored::{Anchored, LocalAnchored};
use crate::anchor::back_link::{Peer, PeerRef};
use crate::anchor::local_anchor::LocalAnchor;
use crate::anchor::side_table::object::Subject;
use crate::argument::scope::{self, Local, Scope};

// SAFETY: a shared peer holds atomics, an `AnyWeak` of an `Arc` or none, and counted references to shared cells.
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

    fn keeps(&self) -> usize {
        self.peer().keeps()
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A weak argument, its address and its scope.
#[derive(Debug)]
pub struct Weak<'k, T: ?Sized, S> {
    object: &'k T,
    address: usize,
    scope: PhantomData<S>,
}

impl<'k, T: ?Sized, S> Weak<'k, T, S> {
    #[inline(always)]
    fn new(object: &'k T, address: usize) -> Self {
        Self { object, address, scope: PhantomData }
    }
}

macro_rules! weak {
    ($($(#[$docs:meta])* [$($parameters:tt)*] $type:ty, $scope:ty, |$this:ident| $address:expr, $peer:path, $trusted:expr;)+) => {$(
        impl<$($parameters)*> Probe<$scope> for Weak<'_, $type, $scope> {
            const SEAL: Seal = Seal;
            type Stored = PeerRef<$scope>;
            const TRUSTED: bool = true;

            #[inline]
            fn hash_part<H: Hasher>(&self, state: &mut H) {
                state.write_usize(self.address);
            }

            #[inline]
            fn matches(&self, stored: &PeerRef<$scope>) -> bool {
                stored.is(self.address)
            }

            fn to_stored(&self) -> PeerRef<$scope> {
                $peer(self.object)
            }
        }

        $(#[$docs])*
        impl<$($parameters)*> MemoKey<$scope> for $type {
            type Stored = PeerRef<$scope>;
            type Probe<'k> = Weak<'k, $type, $scope> where Self: 'k;
            const TRUSTED: bool = $trusted;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                let $this = self;
                Weak::new(self, $address)
            }
        }
    )+};
}

weak! {
    /// Weak: takes part by the identity of the object.
    [S: Scope, T: ?Sized] Arc<T>, S, |this| Subject::of(&**this).address, S::peer_of_arc, true;
    /// Weak: takes part by the identity of the object, in memos of one thread.
    [T: ?Sized] Rc<T>, Local, |this| Subject::of(&**this).address, scope::peer_of_rc, true;
    /// Weak: takes part by the identity of the anchor's object. A type that derives [`HasAnchor`] is the same key as its anchor.
    [S: Scope] Anchor, S, |this| scope::anchor_address(this), S::peer_of_anchor, true;
    /// Weak: takes part by the identity of the anchor's object, in memos of one thread.
    [] LocalAnchor, Local, |this| scope::anchor_address(this.inside()), scope::peer_of_local_anchor, true;
}

/// `anchor()` is user code, so these keys are not trusted; the anchor that it returned is.
macro_rules! by_anchor {
    ($($(#[$docs:meta])* [$($parameters:tt)*] $type:ty;)+) => {$(
        $(#[$docs])*
        impl<S: Scope, $($parameters)*> MemoKey<S> for $type {
            type Stored = PeerRef<S>;
            type Probe<'k> = Weak<'k, Anchor, S> where Self: 'k;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                self.anchor().probe_key()
            }
        }
    )+};
}

by_anchor! {
    /// Weak: takes part by the identity of the object.
    [T: ?Sized] Anchored<T>;
    /// Weak: takes part by the identity of the object.
    [] dyn HasAnchor + '_;
    #[doc(hidden)]
    [] dyn HasAnchor + Send + '_;
    #[doc(hidden)]
    [] dyn HasAnchor + Sync + '_;
    #[doc(hidden)]
    [] dyn HasAnchor + Send + Sync + '_;
}

/// Weak: takes part by the identity of the object, in memos of one thread.
impl<T: ?Sized> MemoKey<Local> for LocalAnchored<T> {
    type Stored = PeerRef<Local>;
    type Probe<'k>
        = Weak<'k, LocalAnchor, Local>
    where
        Self: 'k;
    const TRUSTED: bool = true;

    #[inline]
    fn probe_key(&self) -> Self::Probe<'_> {
        self.local_anchor().probe_key()
    }
}
