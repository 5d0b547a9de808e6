//! Owners to which `&mut` access proves that none of their results is lent.
//!
//! What it gives is a `&mut` to the anchor, from the object, or it gives nothing: see [`exclusive`](crate::call::exclusive) for why a `&mut` to a
//! pointer is not enough.

#![allow(
    private_interfaces,
    reason = "for this crate alone: what is lent by `&mut` can be moved out, and to another thread"
)]

use crate::anchor::anchor::{Anchor, HasAnchorMut};
use crate::anchor::anchored::{Anchored, LocalAnchored};
use crate::argument::has_local_anchor::HasLocalAnchorMut;
use crate::argument::owner::{Internal, Owner};
use crate::argument::scope::{Local, Shared};

/// An owner whose results may be changed by who has `&mut` access to it: an object with an anchor inside.
///
/// Implemented for every [`HasAnchorMut`] and [`HasLocalAnchorMut`], which the derives of [`HasAnchor`](derive@crate::HasAnchor) and
/// [`HasLocalAnchor`](derive@crate::HasLocalAnchor) write, and for [`Anchored`] and [`LocalAnchored`].
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` does not show that no result of it is lent",
    label = "not an object with an anchor inside",
    note = "another `Arc` or `Rc` of the same object may have lent its results: put an anchor into the object instead (`Anchored`, or a field of type `Anchor` and the derive of `HasAnchor`)",
    note = "beside a hand-written `HasAnchor`, implement `HasAnchorMut`, if the object owns its anchor"
)]
pub trait OwnerMut: Owner {
    /// Its anchor, which is the caller's alone.
    #[doc(hidden)]
    fn owned_anchor(&mut self, _: Internal) -> &mut Anchor;
}

impl<T: Owner + InScope<T::Scope> + ?Sized> OwnerMut for T {
    #[inline]
    fn owned_anchor(&mut self, internal: Internal) -> &mut Anchor {
        self.anchor_in_scope(internal)
    }
}

/// The same for each scope: two blanket impls of one trait would overlap.
#[doc(hidden)]
pub trait InScope<S> {
    #[doc(hidden)]
    fn anchor_in_scope(&mut self, _: Internal) -> &mut Anchor;
}

impl<T: HasAnchorMut + ?Sized> InScope<Shared> for T {
    fn anchor_in_scope(&mut self, _: Internal) -> &mut Anchor {
        self.anchor_mut()
    }
}

impl<T: HasLocalAnchorMut + ?Sized> InScope<Local> for T {
    fn anchor_in_scope(&mut self, _: Internal) -> &mut Anchor {
        self.local_anchor_mut().inside_mut()
    }
}

// Not through those traits: nobody outside gets at the anchor, and moves the results to other data.
impl<T: ?Sized> InScope<Shared> for Anchored<T> {
    fn anchor_in_scope(&mut self, _: Internal) -> &mut Anchor {
        self.anchor_mut()
    }
}

impl<T: ?Sized> InScope<Local> for LocalAnchored<T> {
    fn anchor_in_scope(&mut self, _: Internal) -> &mut Anchor {
        self.anchor_mut().inside_mut()
    }
}
