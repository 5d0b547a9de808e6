//! One argument's part in a key, as an expansion passes it.

use std::hash::Hasher;

use super::{Asked, MemoKey, StoredKey, Value, is_faithful};
use crate::argument::scope::Scope;

/// One argument's part in a key.
pub trait KeyPart<S: Scope> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// As [`MemoKey`]'s.
    const TRUSTED: bool;
    /// As [`is_faithful`].
    const FAITHFUL: bool;
    /// Feeds what counts to a hasher.
    fn hash_part<H: Hasher>(&self, state: &mut H);
    /// Whether the stored part is this one.
    fn matches(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;
}

/// A borrowed argument.
#[derive(Debug)]
pub struct Part<'k, T: ?Sized> {
    key: &'k T,
    asked: Asked<'k>,
}

impl<'k, T: ?Sized> Part<'k, T> {
    #[inline(always)]
    pub(crate) fn new(key: &'k T) -> Self {
        Self { key, asked: Asked::default() }
    }
}

impl<S: Scope, T: MemoKey<S> + ?Sized> KeyPart<S> for Part<'_, T> {
    type Stored = T::Stored;
    const TRUSTED: bool = T::TRUSTED;
    const FAITHFUL: bool = is_faithful::<T, S>();

    #[inline(always)]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.key.hash_asked(&self.asked, state);
    }

    #[inline(always)]
    fn matches(&self, stored: &Self::Stored) -> bool {
        self.key.matches_asked(&self.asked, stored)
    }

    fn to_stored(&self) -> Self::Stored {
        self.key.to_stored_asked(&self.asked)
    }
}

/// A borrowed argument marked `#[memo(value)]`.
#[derive(Debug)]
pub struct ValuePart<'k, T: ?Sized>(pub(crate) &'k T);

/// What `#[memo(key = ..)]` computed.
#[derive(Debug)]
pub struct ComputedPart<T>(pub(crate) T);

macro_rules! through {
    ($([$($generics:tt)*] $part:ty, $this:ident => $key:expr, $type:ty;)+) => {$(
        impl<$($generics)*> KeyPart<S> for $part
        where
            $type: MemoKey<S>,
        {
            type Stored = <$type as MemoKey<S>>::Stored;
            const TRUSTED: bool = <$type as MemoKey<S>>::TRUSTED;
            const FAITHFUL: bool = is_faithful::<$type, S>();

            #[inline(always)]
            fn hash_part<H: Hasher>(&self, state: &mut H) {
                let $this = self;
                MemoKey::<S>::hash_key($key, state);
            }

            #[inline(always)]
            fn matches(&self, stored: &Self::Stored) -> bool {
                let $this = self;
                MemoKey::<S>::matches_stored($key, stored)
            }

            fn to_stored(&self) -> Self::Stored {
                let $this = self;
                MemoKey::<S>::to_stored($key)
            }
        }
    )+};
}

through! {
    [S: Scope, T] ComputedPart<T>, this => &this.0, T;
    [S: Scope, T: ?Sized] ValuePart<'_, T>, this => Value::from_ref(this.0), Value<T>;
}

/// The parts of a tuple, asked for one by one, so that a wrong one is told where it stands.
macro_rules! tuples_of_parts {
    ($($($name:ident . $at:tt)+;)+) => {$(
        impl<S: Scope, $($name: KeyPart<S>),+> KeyPart<S> for ($($name,)+) {
            type Stored = ($($name::Stored,)+);
            const TRUSTED: bool = $($name::TRUSTED)&&+;
            const FAITHFUL: bool = $($name::FAITHFUL)&&+;

            #[inline(always)]
            fn hash_part<Z: Hasher>(&self, state: &mut Z) {
                $(self.$at.hash_part(state);)+
            }

            #[inline(always)]
            fn matches(&self, stored: &Self::Stored) -> bool {
                $(self.$at.matches(&stored.$at))&&+
            }

            fn to_stored(&self) -> Self::Stored {
                ($(self.$at.to_stored(),)+)
            }
        }
    )+};
}

each_tuple!(tuples_of_parts);
