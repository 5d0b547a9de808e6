//! Values whose `Hash`, `Eq` and `Clone` are std's: a copy is stored.

use std::convert::identity;
use std::ffi::{CStr, OsStr};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::NonZero;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::memo_key::{MemoKey, PlainKey};
use super::probe::{Probe, Seal};
use super::stored::StoredKey;
use crate::argument::scope::Scope;

/// A value whose probe is a copy.
#[derive(Debug)]
pub struct Copied<T>(T);

impl<S: Scope, T: Copy + Hash + Eq + StoredKey<S>> Probe<S> for Copied<T> {
    const SEAL: Seal = Seal;
    type Stored = T;
    const TRUSTED: bool = true;
    const CHEAP: bool = size_of::<T>() <= size_of::<u64>();

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &T) -> bool {
        self.0 == *stored
    }

    #[inline]
    fn to_stored(&self) -> T {
        self.0
    }
}

macro_rules! copied {
    ($($(#[$docs:meta])* $type:ty),+ $(,)?) => {$(
        // SAFETY: `Send + Sync`.
        unsafe impl<S> StoredKey<S> for $type {
            #[inline]
            fn same(&self, other: &Self) -> bool {
                self == other
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
        }

        $(#[$docs])*
        impl<S: Scope> MemoKey<S> for $type {
            type Stored = $type;
            type Probe<'k> = Copied<$type>;
            const TRUSTED: bool = true;

            #[inline]
            fn probe_key(&self) -> Copied<$type> {
                Copied(*self)
            }
        }

        impl PlainKey for $type {}
    )+};
}

macro_rules! hidden {
    ($($type:ty),+ $(,)?) => { copied!($(#[doc(hidden)] $type),+); };
}

copied! {
    /// Takes part by its `Eq`, and so do all integers, `NonZero`, `bool`, `char`, `()`, times and addresses.
    u64
}

hidden! {
    u8, u16, u32, u128, usize, i8, i16, i32, i64, i128, isize, bool, char, (),
    NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>,
    NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>,
    Duration, Instant, SystemTime,
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
    std::any::TypeId, std::cmp::Ordering, std::thread::ThreadId,
}

macro_rules! floats {
    ($($(#[$docs:meta])* $float:ident;)+) => {$(
        // SAFETY: `Send + Sync`.
        unsafe impl<S> StoredKey<S> for $float {
            #[inline]
            fn same(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits()
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
        }

        impl<S: Scope> Probe<S> for Bits<$float> {
            const SEAL: Seal = Seal;
            type Stored = $float;
            const TRUSTED: bool = true;
            const CHEAP: bool = true;

            #[inline]
            fn hash_part<H: Hasher>(&self, state: &mut H) {
                self.0.to_bits().hash(state);
            }

            #[inline]
            fn matches(&self, stored: &$float) -> bool {
                self.0.to_bits() == stored.to_bits()
            }

            #[inline]
            fn to_stored(&self) -> $float {
                self.0
            }
        }

        $(#[$docs])*
        impl<S: Scope> MemoKey<S> for $float {
            type Stored = $float;
            type Probe<'k> = Bits<$float>;
            const TRUSTED: bool = true;

            #[inline]
            fn probe_key(&self) -> Bits<$float> {
                Bits(*self)
            }
        }

        impl PlainKey for $float {}
    )+};
}

/// A float, by its bits.
#[derive(Debug)]
pub struct Bits<F>(F);

floats! {
    #[doc(hidden)]
    f32;
    /// Takes part by its bits, as does `f32`: a `NaN` is found again, and `0.0` and `-0.0` are two keys.
    f64;
}

/// A borrowed text.
#[derive(Debug)]
pub struct Text<'k, T: ?Sized>(&'k T);

/// By the `Eq` and `Hash` of the value of `exactly`: all that the body can see of the text.
macro_rules! texts {
    ($($(#[$docs:meta])* $text:ty, $exactly:expr);+ $(;)?) => {$(
        // SAFETY: `Send + Sync`.
        unsafe impl<S> StoredKey<S> for Box<$text> {
            const DROPS_OURS: bool = true;

            fn same(&self, other: &Self) -> bool {
                $exactly(self) == $exactly(other)
            }

            fn keeps(&self) -> usize {
                size_of_val(&**self)
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<S: Scope> Probe<S> for Text<'_, $text> {
            const SEAL: Seal = Seal;
            type Stored = Box<$text>;
            const TRUSTED: bool = true;

            #[inline]
            fn hash_part<H: Hasher>(&self, state: &mut H) {
                $exactly(self.0).hash(state);
            }

            #[inline]
            fn matches(&self, stored: &Box<$text>) -> bool {
                $exactly(self.0) == $exactly(stored)
            }

            fn to_stored(&self) -> Box<$text> {
                self.0.into()
            }
        }

        $(#[$docs])*
        impl<S: Scope> MemoKey<S> for $text {
            type Stored = Box<$text>;
            type Probe<'k> = Text<'k, $text>;
            const TRUSTED: bool = true;

            #[inline]
            fn probe_key(&self) -> Text<'_, $text> {
                Text(self)
            }
        }

        impl PlainKey for $text {}
    )+};
}

texts! {
    /// Takes part by all its bytes, and so do `OsStr`, `CStr` and `Path`.
    str, identity::<&str>;
    // By its spelling: its own `Eq` takes `a/b`, `a//b`, `a/./b` and `a/b/` for one.
    #[doc(hidden)]
    Path, Path::as_os_str;
    #[doc(hidden)]
    OsStr, identity::<&OsStr>;
    #[doc(hidden)]
    CStr, identity::<&CStr>;
}
