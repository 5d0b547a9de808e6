//! Collections of keys: the stored forms of their elements, in order.
//!
//! Unordered collections are no keys: a body sees the order in which a `HashMap` is iterated, which may differ between
//! two equal maps, and so would every comparison that respects it.

use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque, btree_map, btree_set, linked_list, vec_deque};
use std::hash::Hasher;
use std::slice;

use super::memo_key::{MemoKey, PlainKey};
use super::probe::{Probe, Seal};
use crate::argument::scope::Scope;
use crate::sys::panics::OnItsWay;

/// An iterator, run for each question: a call has no room for the probes of any number of elements.
#[derive(Clone, Debug)]
pub struct Each<I>(I);

impl<S: Scope, I: ExactSizeIterator<Item: MemoKey<S>> + Clone> Probe<S> for Each<I> {
    const SEAL: Seal = Seal;
    type Stored = Box<[<I::Item as MemoKey<S>>::Stored]>;
    const TRUSTED: bool = <I::Item as MemoKey<S>>::TRUSTED;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.0.len());
        self.0.clone().for_each(|part| part.probe_key().hash_part(state));
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        let mut parts = self.0.clone().zip(stored);
        self.0.len() == stored.len() && parts.all(|(part, stored)| part.probe_key().matches(stored))
    }

    fn to_stored(&self) -> Self::Stored {
        // The `Clone` of a part may panic after earlier parts were made.
        let made: Vec<_> = self.0.clone().map(|part| OnItsWay::new(part.probe_key().to_stored())).collect();
        made.into_iter().map(OnItsWay::arrive).collect()
    }
}

macro_rules! iterated {
    ($($(#[$docs:meta])* [$($name:ident),+ $(; $($more:tt)+)?] $collection:ty => $iter:ty as $item:ty;)+) => {$(
        $(#[$docs])*
        impl<S: Scope, $($name: MemoKey<S>),+ $(, $($more)+)?> MemoKey<S> for $collection {
            type Stored = Box<[<$item as MemoKey<S>>::Stored]>;
            type Probe<'k> = Each<$iter> where Self: 'k;
            const TRUSTED: bool = <$item as MemoKey<S>>::TRUSTED;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                Each(self.iter())
            }
        }

        impl<$($name: PlainKey),+ $(, $($more)+)?> PlainKey for $collection {}
    )+};
}

iterated! {
    /// Slices are compared element by element, and so are `[T; N]`, `Vec`, `VecDeque`, `LinkedList`, `BTreeSet` and
    /// `BTreeMap`.
    [T] [T] => slice::Iter<'k, T> as T;
    #[doc(hidden)]
    [T; const N: usize] [T; N] => slice::Iter<'k, T> as T;
    #[doc(hidden)]
    [T] VecDeque<T> => vec_deque::Iter<'k, T> as T;
    #[doc(hidden)]
    [T] LinkedList<T> => linked_list::Iter<'k, T> as T;
    #[doc(hidden)]
    [T] BTreeSet<T> => btree_set::Iter<'k, T> as T;
    #[doc(hidden)]
    [K, V] BTreeMap<K, V> => btree_map::Iter<'k, K, V> as (K, V);
}
