//! Derived keys.

use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;

use super::memo_key::MemoKey;
use super::probe::{Probe, Seal};
use super::stored::StoredKey;
use crate::anchor::back_link::Peer;
use crate::argument::scope::{Scope, Storable};

/// The fields of a derived stored key.
///
/// A derive cannot name the stored forms of its fields as they are: an associated type may not show a private field's
/// type (E0446). So it puts them into a struct of its own, whose fields are private, and says here how to reach them.
pub trait Fields<S>: 'static {
    /// Whether they can name weak arguments.
    const PEERS: bool;
    /// Whether they are the same as `other`'s.
    fn same(&self, other: &Self) -> bool;
    /// Visits them.
    fn each(&self, visit: &mut Visit<'_>);
    /// Writes them down.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Looks for the weak arguments in stored keys.
#[allow(missing_debug_implementations, reason = "only passed through")]
pub struct Visit<'v>(&'v mut dyn FnMut(&Arc<Peer>));

impl Visit<'_> {
    /// Visits the weak arguments in one stored key.
    pub fn visit<S, K: StoredKey<S>>(&mut self, key: &K) {
        key.each_peer(self.0);
    }
}

/// A derived stored key.
#[derive(Debug)]
pub struct Composite<F>(pub F);

// SAFETY: `Storable<Shared>` is `Send + Sync`.
unsafe impl<S, F: Fields<S> + Storable<S>> StoredKey<S> for Composite<F> {
    const PEERS: bool = F::PEERS;

    fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    #[allow(private_interfaces, reason = "as for the trait")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        if F::PEERS {
            self.0.each(&mut Visit(visit));
        }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

/// A type that `MemoKey` is derived for: field by field, each asked each time.
///
/// Its probe cannot be made of those of its fields, for the reason given at [`Fields`].
pub trait Derived<S: Scope>: MemoKey<S> {
    /// As [`Probe::hash_part`].
    fn hash_fields<H: Hasher>(&self, state: &mut H);
    /// As [`Probe::matches`].
    fn match_fields(&self, stored: &Self::Stored) -> bool;
    /// As [`Probe::to_stored`].
    fn store_fields(&self) -> Self::Stored;
}

/// The probe of such a type: it borrows the whole.
#[derive(Debug)]
pub struct DerivedProbe<'k, T: ?Sized>(pub &'k T);

impl<S: Scope, T: Derived<S>> Probe<S> for DerivedProbe<'_, T> {
    const SEAL: Seal = Seal;
    type Stored = T::Stored;
    const TRUSTED: bool = T::TRUSTED;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash_fields(state);
    }

    #[inline]
    fn matches(&self, stored: &T::Stored) -> bool {
        self.0.match_fields(stored)
    }

    fn to_stored(&self) -> T::Stored {
        self.0.store_fields()
    }
}
