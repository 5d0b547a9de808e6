//! Collections of keys: a copy of the stored forms of what is in them, in order.
//!
//! Those without an order are no keys: a body sees the order in which a `HashMap` is iterated, which differs between two
//! that are equal, and nothing of it can be compared that would not differ too.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::hash::Hasher;
use std::sync::Arc;

use super::weak::as_pointee;
use super::{MemoKey, PlainKey, StoredKey, is_faithful};
use crate::anchor::back_link::Peer;
use crate::argument::scope::Scope;

// SAFETY: as the elements.
unsafe impl<S, T: StoredKey<S>> StoredKey<S> for Box<[T]> {
    const PEERS: bool = T::PEERS;
    const DROPS_OURS: bool = T::DROPS_OURS;

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.same(b))
    }

    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        self.iter().for_each(|part| part.each_peer(visit));
    }
}

macro_rules! sequences {
    ($([$($generics:tt)*] $sequence:ty;)+) => {$(
        impl<S: Scope, T: MemoKey<S>, $($generics)*> MemoKey<S> for $sequence {
            type Stored = Box<[T::Stored]>;
            const TRUSTED: bool = T::TRUSTED;
            const FAITHFUL: bool = is_faithful::<T, S>();

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                state.write_usize(self.len());
                self.iter().for_each(|part| part.hash_key(state));
            }

            #[inline]
            fn matches_stored(&self, stored: &Self::Stored) -> bool {
                self.len() == stored.len() && self.iter().zip(stored).all(|(part, stored)| part.matches_stored(stored))
            }

            fn to_stored(&self) -> Self::Stored {
                self.iter().map(MemoKey::to_stored).collect()
            }
        }

        impl<T: PlainKey, $($generics)*> PlainKey for $sequence {}
        impl<T: PlainKey, $($generics)*> PlainKey for &$sequence {}
        as_pointee! {
            [S: Scope, T: MemoKey<S>, $($generics)*] &$sequence => $sequence, S;
        }
    )+};
}

sequences! {
    [] [T];
    [const N: usize] [T; N];
    [] VecDeque<T>;
    [] LinkedList<T>;
    [] BTreeSet<T>;
}

impl<T: PlainKey> PlainKey for Box<[T]> {}
impl<T: PlainKey> PlainKey for Vec<T> {}
impl<T: PlainKey> PlainKey for &Vec<T> {}
impl<T: PlainKey + Clone> PlainKey for Cow<'_, [T]> {}
as_pointee! {
    [S: Scope, T: MemoKey<S>] Box<[T]> => [T], S;
    [S: Scope, T: MemoKey<S>] Vec<T> => [T], S;
    [S: Scope, T: MemoKey<S>] &Vec<T> => [T], S;
    [S: Scope, T: MemoKey<S> + Clone] Cow<'_, [T]> => [T], S;
}

impl<S: Scope, K: MemoKey<S>, V: MemoKey<S>> MemoKey<S> for BTreeMap<K, V> {
    type Stored = Box<[(K::Stored, V::Stored)]>;
    const TRUSTED: bool = K::TRUSTED && V::TRUSTED;
    const FAITHFUL: bool = is_faithful::<K, S>() && is_faithful::<V, S>();

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for (key, value) in self {
            key.hash_key(state);
            value.hash_key(state);
        }
    }

    #[inline]
    fn matches_stored(&self, stored: &Self::Stored) -> bool {
        let mut pairs = self.iter().zip(stored);
        self.len() == stored.len()
            && pairs.all(|((key, value), stored)| key.matches_stored(&stored.0) && value.matches_stored(&stored.1))
    }

    fn to_stored(&self) -> Self::Stored {
        self.iter().map(|(key, value)| (key.to_stored(), value.to_stored())).collect()
    }
}

impl<K: PlainKey, V: PlainKey> PlainKey for BTreeMap<K, V> {}
impl<K: PlainKey, V: PlainKey> PlainKey for &BTreeMap<K, V> {}
as_pointee! {
    [S: Scope, K: MemoKey<S>, V: MemoKey<S>] &BTreeMap<K, V> => BTreeMap<K, V>, S;
}
