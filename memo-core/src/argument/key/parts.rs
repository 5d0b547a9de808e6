//! Keys of several parts: options, results and tuples. And keys that an expression makes.

use std::hash::Hasher;

use super::memo_key::MemoKey;
use super::probe::{Probe, Seal};
use super::stored::Either;
use crate::argument::scope::Scope;
use crate::sys::panics::OnItsWay;

/// A key without a probe, since it is not borrowed: the value of `#[memo(key = ..)]`.
///
/// It is dropped when the call has its result, or has begun to compute: if its destructor panicked, that would leak.
#[derive(Debug)]
pub struct Computed<T>(OnItsWay<T>);

impl<T> Computed<T> {
    #[inline(always)]
    pub(crate) fn new(value: T) -> Self {
        Self(OnItsWay::new(value))
    }
}

impl<S: Scope, T: MemoKey<S>> Probe<S> for Computed<T> {
    const SEAL: Seal = Seal;
    type Stored = T::Stored;
    const TRUSTED: bool = T::TRUSTED;

    #[inline(always)]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.probe_key().hash_part(state);
    }

    #[inline(always)]
    fn matches(&self, stored: &T::Stored) -> bool {
        self.0.probe_key().matches(stored)
    }

    fn to_stored(&self) -> T::Stored {
        self.0.probe_key().to_stored()
    }
}

impl<S: Scope, T: Probe<S>> Probe<S> for Option<T> {
    const SEAL: Seal = Seal;
    type Stored = Option<T::Stored>;
    const TRUSTED: bool = T::TRUSTED;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_some()));
        if let Some(content) = self {
            content.hash_part(state);
        }
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Some(content), Some(stored)) => content.matches(stored),
            (None, None) => true,
            _ => false,
        }
    }

    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(Probe::to_stored)
    }
}

impl<S: Scope, A: Probe<S>, B: Probe<S>> Probe<S> for Either<A, B> {
    const SEAL: Seal = Seal;
    type Stored = Either<A::Stored, B::Stored>;
    const TRUSTED: bool = A::TRUSTED && B::TRUSTED;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(matches!(self, Self::Left(_))));
        match self {
            Self::Left(content) => content.hash_part(state),
            Self::Right(content) => content.hash_part(state),
        }
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Self::Left(content), Either::Left(stored)) => content.matches(stored),
            (Self::Right(content), Either::Right(stored)) => content.matches(stored),
            _ => false,
        }
    }

    fn to_stored(&self) -> Self::Stored {
        match self {
            Self::Left(content) => Either::Left(content.to_stored()),
            Self::Right(content) => Either::Right(content.to_stored()),
        }
    }
}

impl<S: Scope, T: MemoKey<S>> MemoKey<S> for Option<T> {
    type Stored = Option<T::Stored>;
    type Probe<'k>
        = Option<T::Probe<'k>>
    where
        Self: 'k;
    const TRUSTED: bool = T::TRUSTED;

    #[inline]
    fn probe_key(&self) -> Self::Probe<'_> {
        self.as_ref().map(|content| content.probe_key())
    }
}

impl<S: Scope, T: MemoKey<S>, E: MemoKey<S>> MemoKey<S> for Result<T, E> {
    type Stored = Either<T::Stored, E::Stored>;
    type Probe<'k>
        = Either<T::Probe<'k>, E::Probe<'k>>
    where
        Self: 'k;
    const TRUSTED: bool = T::TRUSTED && E::TRUSTED;

    #[inline]
    fn probe_key(&self) -> Self::Probe<'_> {
        match self {
            Ok(value) => Either::Left(value.probe_key()),
            Err(error) => Either::Right(error.probe_key()),
        }
    }
}

macro_rules! tuples {
    ($($(#[$docs:meta])* $($name:ident . $at:tt)+;)+) => {$(
        impl<S: Scope, $($name: Probe<S>),+> Probe<S> for ($($name,)+) {
            const SEAL: Seal = Seal;
            type Stored = ($($name::Stored,)+);
            const TRUSTED: bool = $($name::TRUSTED)&&+;

            #[inline(always)]
            fn hash_part<Z: Hasher>(&self, state: &mut Z) {
                $(self.$at.hash_part(state);)+
            }

            #[inline(always)]
            fn matches(&self, stored: &Self::Stored) -> bool {
                $(self.$at.matches(&stored.$at))&&+
            }

            fn to_stored(&self) -> Self::Stored {
                // The `Clone` of a part may panic after earlier parts were made.
                let made = ($(OnItsWay::new(self.$at.to_stored()),)+);
                ($(made.$at.arrive(),)+)
            }
        }

        $(#[$docs])*
        impl<S: Scope, $($name: MemoKey<S>),+> MemoKey<S> for ($($name,)+) {
            type Stored = ($($name::Stored,)+);
            type Probe<'k> = ($($name::Probe<'k>,)+) where Self: 'k;
            const TRUSTED: bool = $($name::TRUSTED)&&+;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                ($(self.$at.probe_key(),)+)
            }
        }
    )+};
}

each_tuple!(tuples);
