//! The one type parameter of a memo's calls: the owner, the scope, and how a cell stores the results.

use std::marker::PhantomData;

use super::counted_cell::CountedCell;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::Scope;
use crate::value::entry::Meta;
use crate::value::store::{Counted, Store};
use crate::value::timing::Timing;

/// The types of one memo.
#[allow(private_bounds, reason = "in what expansions make and take apart, without naming it")]
pub trait Spec: Sized {
    /// The owner.
    type Owner: Locate<Self::Scope> + ?Sized;
    /// Which threads see the results.
    type Scope: Scope;
    /// How a cell stores its entries, and so the key and the value of each.
    type Store: Store<Key: StoredKey<Self::Scope>> + 'static;
}

/// A memo with owner `O` and scope `S`, whose cells store their entries in an `St`.
#[derive(Debug)]
pub struct Of<O: ?Sized, S, St>(PhantomData<O>, PhantomData<(S, St)>);

#[allow(private_bounds, reason = "as for the trait")]
impl<O: Locate<S> + ?Sized, S: Scope, St: Store<Key: StoredKey<S>> + 'static> Spec for Of<O, S, St> {
    type Owner = O;
    type Scope = S;
    type Store = St;
}

pub(crate) type At<'w, M> = Place<'w, <M as Spec>::Owner, <M as Spec>::Scope>;
pub(crate) type CellOf<M> = CountedCell<<M as Spec>::Scope, <M as Spec>::Store>;
pub(crate) type EntryOf<M> = Counted<<M as Spec>::Store>;
pub(crate) type KeyIn<M> = <<M as Spec>::Store as Store>::Key;
pub(crate) type NowOf<M> = <TimingOf<M> as Timing>::Now;
pub(crate) type TimingOf<M> = <<<M as Spec>::Store as Store>::Meta as Meta>::Timing;
pub(crate) type UntilOf<M> = <TimingOf<M> as Timing>::Until;
pub(crate) type ValueOf<M> = <<M as Spec>::Store as Store>::Value;

/// The extra key of a call of the memo `M`.
pub(crate) trait KeyOf<M: Spec>: KeySet<M::Scope, Stored = KeyIn<M>> {}

impl<M: Spec, K: KeySet<M::Scope, Stored = KeyIn<M>>> KeyOf<M> for K {}
