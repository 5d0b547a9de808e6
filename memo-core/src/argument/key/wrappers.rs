//! Ranges, and types that say something about another one.

use std::cmp::Reverse;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use super::weak::as_pointee;
use super::{Either, MemoKey, PlainKey, is_faithful};
use crate::argument::scope::Scope;

/// By the parts that a type shows: each a key, and together all that a body can see.
macro_rules! by_parts {
    ($([$($name:ident),*] $type:ty, $this:ident => $($part:expr => $key:ty),+;)+) => {$(
        impl<S: Scope, $($name: MemoKey<S>),*> MemoKey<S> for $type {
            type Stored = ($(<$key as MemoKey<S>>::Stored,)+);
            const TRUSTED: bool = $(<$key as MemoKey<S>>::TRUSTED)&&+;
            const FAITHFUL: bool = $(is_faithful::<$key, S>())&&+;

            #[inline]
            fn hash_key<Z: Hasher>(&self, state: &mut Z) {
                let $this = self;
                $(<$key as MemoKey<S>>::hash_key($part, state);)+
            }

            #[inline]
            fn matches_stored(&self, stored: &Self::Stored) -> bool {
                let $this = self;
                by_parts!(@all S, stored, $($part => $key),+)
            }

            fn to_stored(&self) -> Self::Stored {
                let $this = self;
                ($(<$key as MemoKey<S>>::to_stored($part),)+)
            }
        }

        impl<$($name: PlainKey),*> PlainKey for $type {}
        impl<$($name: PlainKey),*> PlainKey for &$type {}
        as_pointee! {
            [S: Scope, $($name: MemoKey<S>),*] &$type => $type, S;
        }
    )+};
    (@all $s:ident, $stored:ident, $a:expr => $ka:ty) => { <$ka as MemoKey<$s>>::matches_stored($a, &$stored.0) };
    (@all $s:ident, $stored:ident, $a:expr => $ka:ty, $b:expr => $kb:ty) => {
        <$ka as MemoKey<$s>>::matches_stored($a, &$stored.0) && <$kb as MemoKey<$s>>::matches_stored($b, &$stored.1)
    };
    (@all $s:ident, $stored:ident, $a:expr => $ka:ty, $b:expr => $kb:ty, $c:expr => $kc:ty) => {
        by_parts!(@all $s, $stored, $a => $ka, $b => $kb) && <$kc as MemoKey<$s>>::matches_stored($c, &$stored.2)
    };
}

by_parts! {
    [T] Reverse<T>, this => &this.0 => T;
    [T] Wrapping<T>, this => &this.0 => T;
    [T] Saturating<T>, this => &this.0 => T;
    [T] Range<T>, this => &this.start => T, &this.end => T;
    [T] RangeFrom<T>, this => &this.start => T;
    [T] RangeTo<T>, this => &this.end => T;
    [T] RangeToInclusive<T>, this => &this.end => T;
    [] RangeFull, _this => &() => ();
    // One that was iterated to its end is empty, and shows it nowhere but here.
    [T] RangeInclusive<T>, this => this.start() => T, this.end() => T, &matches!(this.end_bound(), Bound::Excluded(_)) => bool;
}

impl<S: Scope, T: ?Sized> MemoKey<S> for PhantomData<T> {
    type Stored = ();
    const TRUSTED: bool = true;
    const FAITHFUL: bool = true;

    #[inline]
    fn hash_key<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn matches_stored(&self, (): &()) -> bool {
        true
    }

    fn to_stored(&self) {}
}

impl<T: ?Sized> PlainKey for PhantomData<T> {}
impl<T: ?Sized> PlainKey for &PhantomData<T> {}
as_pointee! {
    [S: Scope, T: ?Sized] &PhantomData<T> => PhantomData<T>, S;
}

impl<S: Scope, T: MemoKey<S>, E: MemoKey<S>> MemoKey<S> for Result<T, E> {
    type Stored = Either<T::Stored, E::Stored>;
    const TRUSTED: bool = T::TRUSTED && E::TRUSTED;
    const FAITHFUL: bool = is_faithful::<T, S>() && is_faithful::<E, S>();

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_ok()));
        match self {
            Ok(value) => value.hash_key(state),
            Err(error) => error.hash_key(state),
        }
    }

    #[inline]
    fn matches_stored(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Ok(value), Either::Left(stored)) => value.matches_stored(stored),
            (Err(error), Either::Right(stored)) => error.matches_stored(stored),
            _ => false,
        }
    }

    fn to_stored(&self) -> Self::Stored {
        match self {
            Ok(value) => Either::Left(value.to_stored()),
            Err(error) => Either::Right(error.to_stored()),
        }
    }
}

impl<T: PlainKey, E: PlainKey> PlainKey for Result<T, E> {}
impl<T: PlainKey, E: PlainKey> PlainKey for &Result<T, E> {}
as_pointee! {
    [S: Scope, T: MemoKey<S>, E: MemoKey<S>] &Result<T, E> => Result<T, E>, S;
}
