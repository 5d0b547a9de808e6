//! The content of the standard library's types. Each begins with its name, so that a `1_u32` is no `1_u64`.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use memo_core::Anchored;

use super::{ContentHasher, ContentKey};

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl ContentKey for $number {
            fn feed(&self, hasher: &mut ContentHasher) {
                hasher.text(stringify!($number));
                hasher.fixed(self.to_le_bytes());
            }

            /// The name but once: bytes are many.
            fn feed_all(these: &[Self], hasher: &mut ContentHasher) {
                hasher.text(stringify!($number));
                let mut room = [0; 4096];
                for some in these.chunks(room.len() / size_of::<Self>()) {
                    let mut filled = 0;
                    for this in some {
                        let bytes = this.to_le_bytes();
                        room[filled..filled + bytes.len()].copy_from_slice(&bytes);
                        filled += bytes.len();
                    }
                    hasher.raw(&room[..filled]);
                }
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

macro_rules! as_another {
    ($($ty:ty, |$value:ident| $as:expr;)*) => {$(
        impl ContentKey for $ty {
            fn feed(&self, hasher: &mut ContentHasher) {
                let $value = self;
                hasher.text(stringify!($ty));
                $as.feed(hasher);
            }
        }
    )*};
}
as_another! {
    // The same on machines of 32 bits.
    usize, |value| (*value as u64);
    isize, |value| (*value as i64);
    bool, |value| u8::from(*value);
    char, |value| u32::from(*value);
    // By their bits: 0.0 is not -0.0, and a NaN is itself.
    f32, |value| value.to_bits();
    f64, |value| value.to_bits();
    NonZeroU8, |value| value.get();
    NonZeroU16, |value| value.get();
    NonZeroU32, |value| value.get();
    NonZeroU64, |value| value.get();
    NonZeroU128, |value| value.get();
    NonZeroI8, |value| value.get();
    NonZeroI16, |value| value.get();
    NonZeroI32, |value| value.get();
    NonZeroI64, |value| value.get();
    NonZeroI128, |value| value.get();
    NonZeroUsize, |value| value.get();
    NonZeroIsize, |value| value.get();
    Ordering, |value| (*value as i8);
    Ipv4Addr, |value| value.octets();
    Ipv6Addr, |value| value.octets();
    IpAddr, |value| value.to_string();
    Duration, |value| value.as_nanos();
}

impl ContentKey for str {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("str");
        hasher.text(self);
    }
}

/// The same as that of a `str`: whether text is owned is no part of it.
impl ContentKey for String {
    fn feed(&self, hasher: &mut ContentHasher) {
        self.as_str().feed(hasher);
    }
}

macro_rules! same_as_what_is_inside {
    ($($pointer:ty),*) => {$(
        impl<T: ContentKey + ?Sized> ContentKey for $pointer {
            fn feed(&self, hasher: &mut ContentHasher) {
                (**self).feed(hasher);
            }
        }
    )*};
}
same_as_what_is_inside!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: ContentKey> ContentKey for Anchored<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        (**self).feed(hasher);
    }
}

impl<T: ContentKey + ToOwned + ?Sized> ContentKey for Cow<'_, T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        (**self).feed(hasher);
    }
}

impl<T: ContentKey> ContentKey for Option<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("option");
        hasher.length(usize::from(self.is_some()));
        self.iter().for_each(|value| value.feed(hasher));
    }
}

impl<T: ContentKey> ContentKey for Reverse<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("reverse");
        self.0.feed(hasher);
    }
}

impl<T: ContentKey> ContentKey for Range<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("range");
        self.start.feed(hasher);
        self.end.feed(hasher);
    }
}

impl<T: ContentKey> ContentKey for RangeInclusive<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("range with its end");
        self.start().feed(hasher);
        self.end().feed(hasher);
    }
}

/// The name of the type.
impl<T: ?Sized> ContentKey for PhantomData<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text(std::any::type_name::<Self>());
    }
}

impl<T: ContentKey, E: ContentKey> ContentKey for Result<T, E> {
    fn feed(&self, hasher: &mut ContentHasher) {
        match self {
            Ok(value) => {
                hasher.text("ok");
                value.feed(hasher);
            }
            Err(error) => {
                hasher.text("err");
                error.feed(hasher);
            }
        }
    }
}

fn each<'a, T: ContentKey + 'a>(parts: impl ExactSizeIterator<Item = &'a T>, hasher: &mut ContentHasher) {
    hasher.text("list of parts");
    hasher.length(parts.len());
    parts.for_each(|part| part.feed(hasher));
}

impl<T: ContentKey> ContentKey for [T] {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("list");
        hasher.length(self.len());
        T::feed_all(self, hasher);
    }
}

impl<T: ContentKey, const N: usize> ContentKey for [T; N] {
    fn feed(&self, hasher: &mut ContentHasher) {
        self.as_slice().feed(hasher);
    }
}

impl<T: ContentKey> ContentKey for Vec<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        self.as_slice().feed(hasher);
    }
}

impl<T: ContentKey> ContentKey for VecDeque<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        each(self.iter(), hasher);
    }
}

impl<T: ContentKey> ContentKey for BTreeSet<T> {
    fn feed(&self, hasher: &mut ContentHasher) {
        each(self.iter(), hasher);
    }
}

impl<K: ContentKey, V: ContentKey> ContentKey for BTreeMap<K, V> {
    fn feed(&self, hasher: &mut ContentHasher) {
        hasher.text("map");
        hasher.length(self.len());
        for (key, value) in self {
            key.feed(hasher);
            value.feed(hasher);
        }
    }
}

macro_rules! tuples {
    ($(($($part:ident)*))*) => {$(
        impl<$($part: ContentKey),*> ContentKey for ($($part,)*) {
            #[allow(non_snake_case, unused_variables)]
            fn feed(&self, hasher: &mut ContentHasher) {
                let ($($part,)*) = self;
                hasher.text("tuple");
                hasher.length(<[&str]>::len(&[$(stringify!($part)),*]));
                $($part.feed(hasher);)*
            }
        }
    )*};
}
tuples! {
    () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) (A B C D E F G H I)
    (A B C D E F G H I J) (A B C D E F G H I J K) (A B C D E F G H I J K L)
}
