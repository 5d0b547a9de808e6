//! The secret of a fleet, and the seal that it makes.

use std::fmt;

use crate::key::Key;

/// What those know who may write to a store.
///
/// Whoever can write to a shared store can hand wrong results to everybody who reads it. So each entry is sealed with a secret that the processes of
/// a fleet share and the store does not know; what has another seal is as if it were not there.
#[derive(Clone)]
pub struct Secret {
    seal: [u8; 32],
    /// Part of every key: who has another secret meets none of these entries.
    mark: [u8; 32],
}

/// What is shorter can be guessed, or is a variable that was not set.
const SHORTEST: usize = 16;

impl Secret {
    /// A secret of at least 16 bytes, which nobody can guess.
    ///
    /// # Panics
    ///
    /// If it is shorter. Where there is none to have, write [`Secret::none`].
    #[must_use]
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        let secret = secret.as_ref();
        assert!(
            secret.len() >= SHORTEST,
            "a secret of {} bytes can be guessed: give one of at least {SHORTEST}, or write `Secret::none()`",
            secret.len()
        );
        Self::of(secret)
    }

    /// None: entries are guarded against damage, but not against others who write to the store. For a file that is the program's own.
    #[must_use]
    pub fn none() -> Self {
        Self::of(b"")
    }

    fn of(secret: &[u8]) -> Self {
        Self {
            seal: blake3::derive_key("memo-store 1: the seal of an entry", secret),
            mark: blake3::derive_key("memo-store 1: the mark of a secret in keys", secret),
        }
    }

    /// Tells secrets apart, and tells nothing of them.
    pub(crate) fn mark(&self) -> [u8; 32] {
        self.mark
    }

    pub(crate) fn seal(&self, key: Key, sealed: &[u8]) -> [u8; 32] {
        self.hash(key, sealed).into()
    }

    /// Compared in constant time.
    pub(crate) fn is_seal(&self, key: Key, sealed: &[u8], seal: &[u8; 32]) -> bool {
        self.hash(key, sealed) == blake3::Hash::from_bytes(*seal)
    }

    fn hash(&self, key: Key, sealed: &[u8]) -> blake3::Hash {
        blake3::Hasher::new_keyed(&self.seal).update(key.as_bytes()).update(sealed).finalize()
    }
}

/// Says nothing of it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
