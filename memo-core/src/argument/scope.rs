//! Where a memo's results lie: with their objects for all threads, or in each thread's own table.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use crate::anchor::anchor::Anchor;
use crate::anchor::back_link::{self, Life, Peer, PeerRef};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::local_anchor::LocalAnchor;
use crate::anchor::side_table::object::Subject;
use crate::reclaim::account;

/// The scope of results shared by all threads: those of `Arc`s and of objects with an anchor inside.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

/// The scope of results of one thread: those of `Rc`s, of objects with a [`LocalAnchor`], and of memos marked `local`.
///
/// Stored keys of this scope hold `Weak`s of `Rc`s, so they are not `Send`, and neither is this type.
///
/// ```compile_fail,E0277
/// use memo_core::MemoKey;
/// use memo_core::key::Local;
/// use std::rc::Rc;
///
/// let stored = MemoKey::<Local>::to_stored(&Rc::new(1));
/// std::thread::spawn(move || drop(stored));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Local(PhantomData<*const ()>);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Shared {}
    impl Sealed for super::Local {}
}

/// The scope of results, [`Shared`] or [`Local`]: fixed by the owner's type, or by the option `local`.
#[allow(private_interfaces, reason = "sealed: callers outside name the trait only")]
pub trait Scope: sealed::Sealed + Copy + 'static {
    #[doc(hidden)]
    const LOCAL: bool;
    #[doc(hidden)]
    fn peer_of_arc<T: ?Sized>(arc: &Arc<T>) -> PeerRef<Self>;
    /// An in-object argument's peer, and the address by which it is compared.
    #[doc(hidden)]
    fn peer_of_anchor(anchor: &Anchor) -> PeerRef<Self>;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl Scope for Shared {
    const LOCAL: bool = false;

    fn peer_of_arc<T: ?Sized>(arc: &Arc<T>) -> PeerRef<Self> {
        let anchor = account::shared_anchor(arc, false).anchor;
        let peer = back_link::of(anchor, || Life::Counted(AnyWeak::new(Arc::downgrade(arc)), size_of_val(&**arc)));
        PeerRef::new(Arc::clone(peer), Subject::of(&**arc).address)
    }

    fn peer_of_anchor(anchor: &Anchor) -> PeerRef<Self> {
        let peer = back_link::of(anchor, || Life::InObject);
        PeerRef::new(Arc::clone(peer), address_of(peer))
    }
}

#[allow(private_interfaces, reason = "as for the trait")]
impl Scope for Local {
    const LOCAL: bool = true;

    fn peer_of_arc<T: ?Sized>(arc: &Arc<T>) -> PeerRef<Self> {
        let subject = Subject::of(&**arc);
        let anchor = account::local_anchor(subject, false, || AnyWeak::new(Arc::downgrade(arc))).anchor;
        let peer = back_link::of(anchor, || Life::Counted(AnyWeak::new(Arc::downgrade(arc)), size_of_val(&**arc)));
        PeerRef::new(Arc::clone(peer), subject.address)
    }

    /// Entries of this thread must be dropped by this thread, wherever the object dies: so the thread's table has a
    /// node that watches the object's own peer. A death on this thread ends them at once; a sweep here finds one elsewhere.
    fn peer_of_anchor(anchor: &Anchor) -> PeerRef<Self> {
        let theirs = back_link::of(anchor, || Life::InObject);
        let subject = Subject::of_peer(address_of(theirs));
        let here = account::local_anchor(subject, false, || back_link::watch(theirs)).anchor;
        let peer = back_link::of(here, || Life::Watched(back_link::watch(theirs)));
        PeerRef::new(Arc::clone(peer), subject.address)
    }
}

/// The peer of an object of this thread, which dies here: nothing has to watch it.
pub(crate) fn peer_of_local_anchor(anchor: &LocalAnchor) -> PeerRef<Local> {
    let peer = back_link::of(anchor.inside(), || Life::InObject);
    PeerRef::new(Arc::clone(peer), address_of(peer))
}

pub(crate) fn peer_of_rc<T: ?Sized>(rc: &Rc<T>) -> PeerRef<Local> {
    let subject = Subject::of(&**rc);
    let anchor = account::local_anchor(subject, false, || AnyWeak::new(Rc::downgrade(rc))).anchor;
    let peer = back_link::of(anchor, || Life::Counted(AnyWeak::new(Rc::downgrade(rc)), size_of_val(&**rc)));
    PeerRef::new(Arc::clone(peer), subject.address)
}

/// The address by which an in-object argument is compared: that of its peer, which does not move.
pub(crate) fn anchor_address(anchor: &Anchor) -> usize {
    address_of(back_link::of(anchor, || Life::InObject))
}

fn address_of(peer: &Arc<Peer>) -> usize {
    Arc::as_ptr(peer) as usize
}

/// A result (or a copied key) that may be stored in scope `S`.
///
/// In [`Shared`] memos: `Send + Sync + 'static`. In [`Local`] ones: `'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept by this memo",
    label = "results and keys shared by all threads must be `Send + Sync + 'static`",
    note = "memos of `Arc` and in-object owners are shared by all threads; for results of one thread take `&Rc<..>` as the owner, give the object a `LocalAnchor`, or write `#[weak_memo(local)]` with an `Arc` owner"
)]
pub trait Storable<S>: 'static {}

impl<V: Send + Sync + 'static> Storable<Shared> for V {}
impl<V: 'static> Storable<Local> for V {}
