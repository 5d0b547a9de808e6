//! The secret of a fleet, and the seal that it makes.

use std::fmt;

use crate::key::Key;

/// What those know who may write to a store.
///
/// Whoever can write to a shared store can hand wrong results to everybody who reads it. So each entry is sealed with a secret that the processes of
/// a fleet share and the store does not know; what has another seal is as if it were not there.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret of any length; of at least 16 bytes that nobody guesses, if it is to be one.
    #[must_use]
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self(blake3::derive_key("memo-store 1: the seal of an entry", secret.as_ref()))
    }

    /// None: entries are guarded against damage, but not against others who write to the store. For a file that is the program's own.
    #[must_use]
    pub fn none() -> Self {
        Self::new(b"")
    }

    pub(crate) fn seal(&self, key: Key, sealed: &[u8]) -> [u8; 32] {
        self.hash(key, sealed).into()
    }

    /// Compared in constant time.
    pub(crate) fn is_seal(&self, key: Key, sealed: &[u8], seal: &[u8; 32]) -> bool {
        self.hash(key, sealed) == blake3::Hash::from_bytes(*seal)
    }

    fn hash(&self, key: Key, sealed: &[u8]) -> blake3::Hash {
        blake3::Hasher::new_keyed(&self.0).update(key.as_bytes()).update(sealed).finalize()
    }
}

/// Says nothing of it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
