//! The hash of a content.

use super::ContentKey;
use crate::key::Key;

/// Takes a content, part by part. What has no fixed length is preceded by it, so `("ab", "c")` and `("a", "bc")` differ.
#[derive(Clone, Debug, Default)]
pub struct ContentHasher(blake3::Hasher);

impl ContentHasher {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Puts bytes in, with their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    /// Puts text in, with its length.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Puts bytes in of which there are always as many.
    pub fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.update(&bytes);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Puts in how many parts follow.
    pub fn length(&mut self, parts: usize) {
        self.0.update(&(parts as u64).to_le_bytes());
    }

    /// Puts a part in.
    pub fn part(&mut self, part: &(impl ContentKey + ?Sized)) {
        part.feed(self);
    }

    pub(crate) fn key(&self) -> Key {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        Key::from_bytes(bytes)
    }
}
