//! Keys that delegate to another key: pointers, owners of texts, wrappers and ranges.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ffi::{CString, OsString};
use std::marker::PhantomData;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::path::PathBuf;

use super::memo_key::{MemoKey, PlainKey};
use crate::argument::scope::Scope;

/// `[parameters] type => key, |this| its probe;`. All that a body can see of the type must count in the key.
macro_rules! through {
    ($($(#[$docs:meta])* [$($name:ident $([$($bound:tt)+])?),*] $type:ty => $key:ty, |$this:ident| $probe:expr;)+) => {$(
        $(#[$docs])*
        impl<S: Scope, $($name: MemoKey<S> $(+ $($bound)+)?),*> MemoKey<S> for $type {
            type Stored = <$key as MemoKey<S>>::Stored;
            type Probe<'k> = <$key as MemoKey<S>>::Probe<'k> where Self: 'k;
            const TRUSTED: bool = <$key as MemoKey<S>>::TRUSTED;

            #[inline(always)]
            fn probe_key(&self) -> Self::Probe<'_> {
                let $this = self;
                $probe
            }
        }

        impl<$($name: PlainKey $(+ $($bound)+)?),*> PlainKey for $type {}
    )+};
}

through! {
    /// Takes part as its target does, and so do `Box` and `Cow`.
    [T [?Sized]] &T => T, |this| (**this).probe_key();
    #[doc(hidden)]
    [T [?Sized]] Box<T> => T, |this| (**this).probe_key();
    #[doc(hidden)]
    [T [ToOwned + ?Sized]] Cow<'_, T> => T, |this| (**this).probe_key();

    /// Takes part as the text that it owns, and so do `PathBuf`, `OsString` and `CString`.
    [] String => str, |this| MemoKey::<S>::probe_key(&**this);
    #[doc(hidden)]
    [] PathBuf => std::path::Path, |this| MemoKey::<S>::probe_key(&**this);
    #[doc(hidden)]
    [] OsString => std::ffi::OsStr, |this| MemoKey::<S>::probe_key(&**this);
    #[doc(hidden)]
    [] CString => std::ffi::CStr, |this| MemoKey::<S>::probe_key(&**this);
    #[doc(hidden)]
    [T] Vec<T> => [T], |this| (**this).probe_key();

    #[doc(hidden)]
    [T] Reverse<T> => T, |this| this.0.probe_key();
    #[doc(hidden)]
    [T] Wrapping<T> => T, |this| this.0.probe_key();
    #[doc(hidden)]
    [T] Saturating<T> => T, |this| this.0.probe_key();

    /// Ranges of all kinds take part by their ends.
    [T] Range<T> => (T, T), |this| (this.start.probe_key(), this.end.probe_key());
    #[doc(hidden)]
    [T] RangeFrom<T> => T, |this| this.start.probe_key();
    #[doc(hidden)]
    [T] RangeTo<T> => T, |this| this.end.probe_key();
    #[doc(hidden)]
    [T] RangeToInclusive<T> => T, |this| this.end.probe_key();
    #[doc(hidden)]
    [] RangeFull => (), |_this| MemoKey::<S>::probe_key(&());
    // A range that was iterated to its end is empty, and only this bound shows it.
    #[doc(hidden)]
    [T] RangeInclusive<T> => (T, T, bool), |this| {
        let ended = matches!(this.end_bound(), Bound::Excluded(_));
        (this.start().probe_key(), this.end().probe_key(), MemoKey::<S>::probe_key(&ended))
    };
}

#[doc(hidden)]
impl<S: Scope, T: ?Sized> MemoKey<S> for PhantomData<T> {
    type Stored = ();
    type Probe<'k>
        = <() as MemoKey<S>>::Probe<'k>
    where
        Self: 'k;
    const TRUSTED: bool = true;

    #[inline]
    fn probe_key(&self) -> Self::Probe<'_> {
        MemoKey::<S>::probe_key(&())
    }
}

impl<T: ?Sized> PlainKey for PhantomData<T> {}
impl<T: PlainKey> PlainKey for Option<T> {}
impl<T: PlainKey, E: PlainKey> PlainKey for Result<T, E> {}

macro_rules! tuples {
    ($($(#[$docs:meta])* $($name:ident . $at:tt)+;)+) => {$(
        impl<$($name: PlainKey),+> PlainKey for ($($name,)+) {}
    )+};
}

each_tuple!(tuples);
