//! One argument's part in a key, as an expansion passes it.

use std::hash::{Hash, Hasher};

use super::{MemoKey, StoredKey, Value};
use crate::scope::{Scope, Storable};

/// One argument's part in a key.
pub trait KeyPart<S: Scope> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// As [`MemoKey`]'s.
    const TRUSTED: bool;
    /// Feeds what counts to a hasher.
    fn hash_part<H: Hasher>(&self, state: &mut H);
    /// Whether the stored part is this one.
    fn matches(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;
}

/// A borrowed argument.
#[derive(Debug)]
pub struct Part<'k, T: ?Sized>(pub(crate) &'k T);

/// A borrowed argument marked `#[memo(value)]`.
#[derive(Debug)]
pub struct ValuePart<'k, T>(pub(crate) &'k T);

/// What `#[memo(key = ..)]` computed.
#[derive(Debug)]
pub struct ComputedPart<T>(pub(crate) T);

macro_rules! through {
    ($([$($generics:tt)*] $part:ty, $this:ident => $key:expr, $type:ty;)+) => {$(
        impl<$($generics)*> KeyPart<S> for $part {
            type Stored = <$type as MemoKey<S>>::Stored;
            const TRUSTED: bool = <$type as MemoKey<S>>::TRUSTED;

            #[inline]
            fn hash_part<H: Hasher>(&self, state: &mut H) {
                let $this = self;
                MemoKey::<S>::hash_key($key, state);
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                let $this = self;
                MemoKey::<S>::matches($key, stored)
            }

            fn to_stored(&self) -> Self::Stored {
                let $this = self;
                MemoKey::<S>::to_stored($key)
            }
        }
    )+};
}

through! {
    [S: Scope, T: MemoKey<S> + ?Sized] Part<'_, T>, this => this.0, T;
    [S: Scope, T: MemoKey<S>] ComputedPart<T>, this => &this.0, T;
    [S: Scope, T: Hash + Eq + Clone + Storable<S>] ValuePart<'_, T>, this => Value::from_ref(this.0), Value<T>;
}
