//! `carry`: results that a clone of the object takes along. Asks the types, and tells the memo how, before it stores its first result.

#![allow(private_bounds, reason = "called by expansions, without naming it")]

use super::returns::Keyed;
use crate::argument::owner::Owner;
use crate::argument::owner_mut::OwnerMut;
use crate::call::kept::what_is_kept::Keeping;
use crate::cell::carried;
use crate::cell::memo_types::Spec;
use crate::memo::core::{Carry, Core};

/// How the results of one memo are carried.
#[derive(Clone, Copy, Debug)]
pub struct Carries(Carry);

/// Owners whose clones are other objects.
#[diagnostic::on_unimplemented(
    message = "a clone of `{Self}` cannot take results along",
    label = "not an object with an anchor inside",
    note = "a clone of an `Arc` or `Rc` is the same object, and has its results; for clones of what it points to, put an anchor into that (`Anchored`, or a field of type `Anchor` and the derive of `HasAnchor`), or remove `carry`",
    note = "beside a hand-written `HasAnchor`, implement `HasAnchorMut`, if the object owns its anchor"
)]
pub trait HasClones: OwnerMut {}

#[diagnostic::do_not_recommend]
impl<O: OwnerMut + ?Sized> HasClones for O {}

/// The owner, if it is one of those.
#[inline(always)]
pub fn has_clones<O: HasClones + ?Sized>(owner: &O) -> &O {
    owner
}

/// What is lent from `V`s.
#[inline(always)]
pub fn carries_lent<V: Clone + 'static, O: ?Sized>(_owner: &O) -> Carries {
    Carries(carried::lent::<V>)
}

/// What is returned by clone.
#[inline(always)]
pub fn carries_owned<R, H: Keeping<R, Kept: Clone + 'static>, O: Owner + ?Sized>(_owner: &O, _: &H) -> Carries {
    Carries(carried::counted::<O::Scope, <Keyed<O, O::Scope, (), H::Kept, H::Timing> as Spec>::Store>)
}

/// From now on the results of `core` are carried.
#[inline]
pub fn carry(core: &Core, Carries(how): Carries) {
    core.set_carry(how);
}
