//! The whole extra key of a call: nothing, or a tuple of parts.

use std::hash::Hasher;

use super::probe::Probe;
use super::stored::StoredKey;
use crate::argument::scope::Scope;
use crate::memo::key_seed::Seed;
use crate::sys::panics::OnItsWay;
use crate::value::entry::Meta;
use crate::value::single::Single;
use crate::value::store::Store;
use crate::value::table::Table;
use crate::value::timing::Timing;

/// The whole extra key of a call: `()`, or a tuple of [`Probe`]s.
#[allow(private_interfaces, private_bounds, reason = "implemented here only")]
pub trait KeySet<S: Scope> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// How a cell holds its entries.
    #[doc(hidden)]
    type Store<V, T: Timing>: Store<Key = Self::Stored, Value = V, Meta: Meta<Timing = T>> + 'static
    where
        V: 'static;
    /// As [`Probe`]'s.
    const TRUSTED: bool;
    /// As [`Probe`]'s.
    const CHEAP: bool;
    /// The key's hash: computed once a call, kept with the entry, never computed again.
    #[inline]
    fn hash(&self) -> u64 {
        self.hash_by(Seed::get().hasher())
    }
    /// The same by a hasher that is there already.
    #[doc(hidden)]
    fn hash_by(&self, state: impl Hasher) -> u64;
    /// Whether the stored key is this one.
    fn matches(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<S: Scope> KeySet<S> for () {
    type Stored = ();
    type Store<V, T: Timing>
        = Single<V, T>
    where
        V: 'static;
    const TRUSTED: bool = true;
    const CHEAP: bool = true;

    #[inline]
    fn hash(&self) -> u64 {
        0
    }

    #[inline]
    fn hash_by(&self, _: impl Hasher) -> u64 {
        0
    }

    #[inline]
    fn matches(&self, (): &()) -> bool {
        true
    }

    fn to_stored(&self) {}
}

/// A key that is needed once more after the call.
#[allow(private_interfaces, reason = "as for the trait")]
impl<S: Scope, K: KeySet<S>> KeySet<S> for &K {
    type Stored = K::Stored;
    type Store<V, T: Timing>
        = K::Store<V, T>
    where
        V: 'static;
    const TRUSTED: bool = K::TRUSTED;
    const CHEAP: bool = K::CHEAP;

    #[inline]
    fn hash(&self) -> u64 {
        K::hash(self)
    }

    #[inline]
    fn hash_by(&self, state: impl Hasher) -> u64 {
        K::hash_by(self, state)
    }

    #[inline]
    fn matches(&self, stored: &K::Stored) -> bool {
        K::matches(self, stored)
    }

    fn to_stored(&self) -> K::Stored {
        K::to_stored(self)
    }
}

macro_rules! key_sets {
    ($($(#[$docs:meta])* $($name:ident . $at:tt)+;)+) => {$(
        #[allow(private_interfaces, reason = "as for the trait")]
        impl<S: Scope, $($name: Probe<S>),+> KeySet<S> for ($($name,)+) {
            type Stored = ($($name::Stored,)+);
            type Store<V, T: Timing> = Table<Self::Stored, V, T> where V: 'static;
            const TRUSTED: bool = $($name::TRUSTED)&&+;
            const CHEAP: bool = $($name::CHEAP)&&+;

            #[inline]
            fn hash_by(&self, mut state: impl Hasher) -> u64 {
                $(self.$at.hash_part(&mut state);)+
                state.finish()
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                $(self.$at.matches(&stored.$at))&&+
            }

            fn to_stored(&self) -> Self::Stored {
                // The `Clone` of a part may panic after earlier parts were made.
                let made = ($(OnItsWay::new(self.$at.to_stored()),)+);
                ($(made.$at.arrive(),)+)
            }
        }
    )+};
}

each_tuple!(key_sets);
