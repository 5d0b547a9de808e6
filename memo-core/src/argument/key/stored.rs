//! Stored keys: what is kept with a result.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::anchor::back_link::Peer;

/// A stored key. [`MemoKey::to_stored`](super::memo_key::MemoKey::to_stored) makes those of this crate's types, and derives combine them.
///
/// # Safety
/// In scope [`Shared`](crate::argument::scope::Shared), `Self` is `Send + Sync`.
pub unsafe trait StoredKey<S>: Sized + 'static {
    /// Whether it can name weak arguments.
    #[doc(hidden)]
    const PEERS: bool = false;
    /// Whether dropping it runs no user code.
    #[doc(hidden)]
    const DROPS_OURS: bool = !std::mem::needs_drop::<Self>();
    /// Whether two stored keys are the same.
    #[doc(hidden)]
    fn same(&self, other: &Self) -> bool;
    /// In which parts two stored keys differ, one bit for each. May run user code.
    #[doc(hidden)]
    fn differs(&self, other: &Self) -> u64 {
        u64::from(!self.same(other))
    }
    /// Visits the weak arguments in it.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, _visit: &mut dyn FnMut(&Arc<Peer>)) {}
    /// How many bytes it keeps on the heap, where dropping it runs no user code.
    #[doc(hidden)]
    fn keeps(&self) -> usize {
        0
    }
    /// Writes it down. May run user code.
    #[doc(hidden)]
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// The same for what is the whole key of an entry: a tuple of one part is shown as that.
    #[doc(hidden)]
    fn show_whole(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f)
    }
}

/// A stored key that writes itself down.
pub struct Shown<'k, S, K>(&'k K, PhantomData<S>);

impl<'k, S, K: StoredKey<S>> Shown<'k, S, K> {
    /// Looks at a stored key.
    pub fn new(key: &'k K) -> Self {
        Self(key, PhantomData)
    }
}

impl<S, K: StoredKey<S>> fmt::Debug for Shown<'_, S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

/// The whole key of an entry.
pub(crate) fn show_whole<S, K: StoredKey<S>>(key: &K) -> String {
    struct Whole<'k, S, K>(&'k K, PhantomData<S>);
    impl<S, K: StoredKey<S>> fmt::Display for Whole<'_, S, K> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.show_whole(f)
        }
    }
    Whole::<S, K>(key, PhantomData).to_string()
}

/// One of two: an enum's stored form is made of these.
#[derive(Debug)]
pub enum Either<A, B> {
    /// This variant.
    Left(A),
    /// One of the others.
    Right(B),
}

// SAFETY: one of two, both as asked.
unsafe impl<S, A: StoredKey<S>, B: StoredKey<S>> StoredKey<S> for Either<A, B> {
    const PEERS: bool = A::PEERS || B::PEERS;
    const DROPS_OURS: bool = A::DROPS_OURS && B::DROPS_OURS;

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Left(a), Self::Left(b)) => a.same(b),
            (Self::Right(a), Self::Right(b)) => a.same(b),
            _ => false,
        }
    }

    #[allow(private_interfaces, reason = "implemented here only")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        match self {
            Self::Left(a) => a.each_peer(visit),
            Self::Right(b) => b.each_peer(visit),
        }
    }

    fn keeps(&self) -> usize {
        match self {
            Self::Left(a) => a.keeps(),
            Self::Right(b) => b.keeps(),
        }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // That of a `Result`: derives show their own.
        match self {
            Self::Left(a) => f.debug_tuple("Ok").field(&Shown::new(a)).finish(),
            Self::Right(b) => f.debug_tuple("Err").field(&Shown::new(b)).finish(),
        }
    }
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

    fn keeps(&self) -> usize {
        self.as_ref().map_or(0, StoredKey::keeps)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_ref().map(Shown::<S, T>::new), f)
    }
}

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

    fn keeps(&self) -> usize {
        size_of_val(&**self) + self.iter().map(StoredKey::keeps).sum::<usize>()
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Shown::<S, T>::new)).finish()
    }
}

macro_rules! tuples {
    ($($(#[$docs:meta])* $($name:ident . $at:tt)+;)+) => {$(
        // SAFETY: as the parts.
        unsafe impl<S, $($name: StoredKey<S>),+> StoredKey<S> for ($($name,)+) {
            const PEERS: bool = $($name::PEERS)||+;
            const DROPS_OURS: bool = $($name::DROPS_OURS)&&+;

            fn same(&self, other: &Self) -> bool {
                $(self.$at.same(&other.$at))&&+
            }

            fn differs(&self, other: &Self) -> u64 {
                0 $(| u64::from(!self.$at.same(&other.$at)) << $at)+
            }

            #[allow(private_interfaces, reason = "implemented here only")]
            fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
                $(self.$at.each_peer(visit);)+
            }

            fn keeps(&self) -> usize {
                0 $(+ self.$at.keeps())+
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple("")$(.field(&Shown::<S, $name>::new(&self.$at)))+.finish()
            }

            fn show_whole(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let parts: &[&dyn fmt::Debug] = &[$(&Shown::<S, $name>::new(&self.$at)),+];
                if let [alone] = parts { alone.fmt(f) } else { self.show(f) }
            }
        }
    )+};
}

each_tuple!(tuples);
