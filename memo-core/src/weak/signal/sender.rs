//! The sender of a signal: an object with an identity, or none.

use std::fmt;
use std::sync::Arc;

use crate::anchor::anchor::{Anchor, HasAnchor};
use crate::anchor::back_link::PeerRef;
use crate::argument::key::MemoKey;
use crate::argument::scope::Shared;

/// The sender of a signal: an `Arc`, an object with an anchor inside, or [`NoSender`].
///
/// Only its identity counts, as for a weak argument of a memo: its `Hash` and `Eq` are never called, two equal senders are two, and it is
/// not kept alive. Implemented for `Arc<T>` of any `T`, and for every [`HasAnchor`].
///
/// After [`Anchor::clear`](crate::Anchor::clear), an object with an anchor inside counts as a new sender without receivers; so does an
/// [`Anchored`](crate::Anchored) after every `&mut` access. For senders that change, use `Arc`s, or change them behind a lock.
///
/// ```
/// use memo_core::weak::{NoSender, Signal};
/// use std::sync::Arc;
///
/// let renamed: Signal<str> = Signal::new();
/// renamed.send(&Arc::new("a model"), "title");
/// renamed.send(&NoSender, "everything");
/// ```
///
/// An `Rc` is not a sender, since any thread may send a signal.
///
/// ```compile_fail,E0277
/// use memo_core::weak::Signal;
/// use std::rc::Rc;
///
/// let renamed: Signal<str> = Signal::new();
/// renamed.send(&Rc::new("a model"), "title");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the sender of a signal",
    label = "neither an `Arc` nor an object with an anchor",
    note = "pass it as `&Arc<{Self}>`, wrap it in `memo_core::Anchored`, or give it a field of type `memo_core::Anchor` and derive `HasAnchor`",
    note = "an `Rc` belongs to one thread, and a signal to all; if there is no sender, pass `&memo_core::weak::NoSender`"
)]
pub trait Sender {
    /// What its identity is asked of.
    #[doc(hidden)]
    #[allow(private_bounds, reason = "sealed in effect: the hidden types cannot be named outside")]
    type Identity: MemoKey<Shared, Stored = PeerRef<Shared>> + ?Sized;
    /// The sender as one that can be told from others.
    #[doc(hidden)]
    fn identity(&self) -> Option<&Self::Identity>;
}

impl<T: ?Sized> Sender for Arc<T> {
    type Identity = Self;

    #[inline]
    fn identity(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: HasAnchor + ?Sized> Sender for T {
    type Identity = Anchor;

    #[inline]
    fn identity(&self) -> Option<&Anchor> {
        Some(self.anchor())
    }
}

/// The sender of a signal from nobody: only receivers that listen to all senders are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoSender;

impl Sender for NoSender {
    type Identity = Anchor;

    #[inline]
    fn identity(&self) -> Option<&Anchor> {
        None
    }
}

/// The one sender that a receiver wants to hear. While this is held no other object takes its place.
pub(super) struct Heard(PeerRef<Shared>);

impl Heard {
    pub(super) fn new<I: MemoKey<Shared, Stored = PeerRef<Shared>> + ?Sized>(sender: &I) -> Self {
        Self(sender.to_stored())
    }

    pub(super) fn is_dead(&self) -> bool {
        self.0.peer().is_dead()
    }

    /// The same for one object, and no other's as long as this is held.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(self.0.peer()).addr()
    }

    pub(super) fn stored(&self) -> &PeerRef<Shared> {
        &self.0
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heard")
    }
}
