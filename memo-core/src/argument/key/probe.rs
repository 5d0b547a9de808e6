//! What a call has of an argument: asked for once, then hashed, compared and stored.

use std::hash::Hasher;

use super::stored::StoredKey;
use crate::argument::scope::Scope;

/// What a call has of an argument, or of several.
///
/// Only this crate makes them. One that names a weak argument borrows it: a stored key that it makes, or that it matches,
/// names none but what lives for as long.
pub trait Probe<S: Scope> {
    /// The form kept with the result.
    type Stored: StoredKey<S>;
    /// Whether hashing, comparing and copying run no code of the user's.
    const TRUSTED: bool;
    /// Feeds what counts to a hasher. Equal keys feed the same.
    fn hash_part<H: Hasher>(&self, state: &mut H);
    /// Whether the stored key is this one.
    fn matches(&self, stored: &Self::Stored) -> bool;
    /// Makes the form to keep.
    fn to_stored(&self) -> Self::Stored;
}
