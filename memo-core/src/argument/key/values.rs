//! Values whose `Hash`, `Eq` and `Clone` are std's: a copy is stored.

use std::borrow::Cow;
use std::convert::identity;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::weak::as_pointee;
use super::{MemoKey, PlainKey, StoredKey, is_faithful};
use crate::anchor::back_link::Peer;
use crate::argument::scope::Scope;

macro_rules! copied {
    ($($type:ty),+ $(,)?) => {$(
        // SAFETY: `Send + Sync`.
        unsafe impl<S> StoredKey<S> for $type {
            #[inline]
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }

        impl<S: Scope> MemoKey<S> for $type {
            type Stored = $type;
            const TRUSTED: bool = true;
            const FAITHFUL: bool = true;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                self.hash(state);
            }

            #[inline]
            fn matches_stored(&self, stored: &$type) -> bool {
                self == stored
            }

            #[inline]
            fn to_stored(&self) -> $type {
                *self
            }
        }

        impl PlainKey for $type {}
        impl PlainKey for &$type {}
        impl PlainKey for Box<$type> {}
        as_pointee! {
            [S: Scope] &$type => $type, S;
            [S: Scope] Box<$type> => $type, S;
        }
    )+};
}

copied! {
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, bool, char, (),
    NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>,
    NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>,
    Duration, Instant, SystemTime,
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
    std::any::TypeId, std::cmp::Ordering, std::thread::ThreadId,
}

macro_rules! by_bits {
    ($($float:ty => $bits:ty),+) => {$(
        /// By its bits: `NaN` is found again, and `0.0` and `-0.0` are two keys.
        impl<S: Scope> MemoKey<S> for $float {
            type Stored = $bits;
            const TRUSTED: bool = true;
            const FAITHFUL: bool = true;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                self.to_bits().hash(state);
            }

            #[inline]
            fn matches_stored(&self, stored: &$bits) -> bool {
                self.to_bits() == *stored
            }

            #[inline]
            fn to_stored(&self) -> $bits {
                self.to_bits()
            }
        }

        impl PlainKey for $float {}
        impl PlainKey for &$float {}
        impl PlainKey for Box<$float> {}
        as_pointee! {
            [S: Scope] &$float => $float, S;
            [S: Scope] Box<$float> => $float, S;
        }
    )+};
}

by_bits!(f32 => u32, f64 => u64);

/// By the `Eq` and `Hash` of what `exactly` gives: all that the body can see of it.
macro_rules! borrowed {
    ($($borrowed:ty, $owned:ty, $exactly:expr);+ $(;)?) => {$(
        // SAFETY: `Send + Sync`.
        unsafe impl<S> StoredKey<S> for Box<$borrowed> {
            const DROPS_OURS: bool = true;

            fn same(&self, other: &Self) -> bool {
                $exactly(self) == $exactly(other)
            }
        }

        impl<S: Scope> MemoKey<S> for $borrowed {
            type Stored = Box<$borrowed>;
            const TRUSTED: bool = true;
            const FAITHFUL: bool = true;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                $exactly(self).hash(state);
            }

            #[inline]
            fn matches_stored(&self, stored: &Box<$borrowed>) -> bool {
                $exactly(self) == $exactly(stored)
            }

            fn to_stored(&self) -> Box<$borrowed> {
                self.into()
            }
        }

        impl PlainKey for $borrowed {}
        impl PlainKey for &$borrowed {}
        impl PlainKey for Box<$borrowed> {}
        impl PlainKey for Cow<'_, $borrowed> {}
        impl PlainKey for $owned {}
        impl PlainKey for &$owned {}
        impl PlainKey for Box<$owned> {}
        as_pointee! {
            [S: Scope] &$borrowed => $borrowed, S;
            [S: Scope] Box<$borrowed> => $borrowed, S;
            [S: Scope] Cow<'_, $borrowed> => $borrowed, S;
            [S: Scope] $owned => $borrowed, S;
            [S: Scope] &$owned => $borrowed, S;
            [S: Scope] Box<$owned> => $borrowed, S;
        }
    )+};
}

borrowed! {
    str, String, identity::<&str>;
    // By its spelling: its own `Eq` takes `a/b`, `a//b`, `a/./b` and `a/b/` for one.
    Path, PathBuf, Path::as_os_str;
    OsStr, OsString, identity::<&OsStr>;
    CStr, CString, identity::<&CStr>;
}

// SAFETY: as the content.
unsafe impl<S, T: StoredKey<S>> StoredKey<S> for Option<T> {
    const PEERS: bool = T::PEERS;
    const DROPS_OURS: bool = T::DROPS_OURS;

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        }
    }

    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        if let Some(content) = self {
            content.each_peer(visit);
        }
    }
}

impl<S: Scope, T: MemoKey<S>> MemoKey<S> for Option<T> {
    type Stored = Option<T::Stored>;
    const TRUSTED: bool = T::TRUSTED;
    const FAITHFUL: bool = is_faithful::<T, S>();

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_some()));
        if let Some(content) = self {
            content.hash_key(state);
        }
    }

    #[inline]
    fn matches_stored(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Some(content), Some(stored)) => content.matches_stored(stored),
            (None, None) => true,
            _ => false,
        }
    }

    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(MemoKey::to_stored)
    }
}

impl<T: PlainKey> PlainKey for Option<T> {}
impl<T: PlainKey> PlainKey for &Option<T> {}
as_pointee! {
    [S: Scope, T: MemoKey<S>] &Option<T> => Option<T>, S;
}

macro_rules! tuples {
    ($($($name:ident . $at:tt)+;)+) => {$(
        // SAFETY: as the parts.
        unsafe impl<S, $($name: StoredKey<S>),+> StoredKey<S> for ($($name,)+) {
            const PEERS: bool = $($name::PEERS)||+;
            const DROPS_OURS: bool = $($name::DROPS_OURS)&&+;

            fn same(&self, other: &Self) -> bool {
                $(self.$at.same(&other.$at))&&+
            }

            #[allow(private_interfaces, reason = "implemented here only")]
            fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
                $(self.$at.each_peer(visit);)+
            }
        }

        impl<S: Scope, $($name: MemoKey<S>),+> MemoKey<S> for ($($name,)+) {
            type Stored = ($($name::Stored,)+);
            const TRUSTED: bool = $($name::TRUSTED)&&+;
            const FAITHFUL: bool = $(is_faithful::<$name, S>())&&+;

            #[inline]
            fn hash_key<Z: Hasher>(&self, state: &mut Z) {
                $(self.$at.hash_key(state);)+
            }

            #[inline]
            fn matches_stored(&self, stored: &Self::Stored) -> bool {
                $(self.$at.matches_stored(&stored.$at))&&+
            }

            fn to_stored(&self) -> Self::Stored {
                ($(self.$at.to_stored(),)+)
            }
        }

        impl<$($name: PlainKey),+> PlainKey for ($($name,)+) {}
        impl<$($name: PlainKey),+> PlainKey for &($($name,)+) {}
        as_pointee! {
            [S: Scope, $($name: MemoKey<S>),+] &($($name,)+) => ($($name,)+), S;
        }
    )+};
}

each_tuple!(tuples);
