//! An argument as a call sees it: made once per call, then hashed, compared and stored.

use std::hash::Hasher;

use super::stored::StoredKey;
use crate::argument::scope::Scope;

/// An argument, or several, as a call sees it.
///
/// Only this crate implements it. A probe that names a weak argument borrows it: the stored keys that it makes or
/// matches name only objects that live as long.
pub trait Probe<S: Scope> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// No other crate can write this down.
    #[doc(hidden)]
    const SEAL: Seal;
    /// Whether hashing, comparing and copying run no user code.
    #[doc(hidden)]
    const TRUSTED: bool;
    /// Whether comparing costs no more than comparing two hashes: then these need not be compared first.
    #[doc(hidden)]
    const CHEAP: bool = false;
    /// Feeds what counts to a hasher. Equal keys feed the same.
    fn hash_part<H: Hasher>(&self, state: &mut H);
    /// Whether the stored key is this one.
    fn matches(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;
}

/// A type without a public name.
#[derive(Debug)]
pub struct Seal;
