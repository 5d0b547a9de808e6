//! The bytes of an entry: what a value becomes, and how it is made sure that it is that value.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the layout of all this: [`LAYOUT`] |
//! | 1 | 0: as it is, 1: compressed |
//! | 8 | how long the value is, before it was compressed |
//! | .. | the value, in postcard's format |
//! | 32 | the seal: a hash of the key and all of the above, keyed by the fleet's secret (BLAKE3) |
//!
//! # Rules
//!
//! 1. There are two outcomes: the value, or none. Nothing of what is read is believed before the seal is found right, no length either.
//! 2. What is taken for the value is bounded by what a store takes at all, whatever a length says.
//! 3. Whoever can write to the store, but does not know the secret, can make no entry that is read.

mod seal;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use seal::Secret;

use crate::key::Key;

/// Raised when the meaning of the bytes changes. It is part of every key, too: so versions that differ do not meet.
pub(crate) const LAYOUT: u8 = 1;

const HEAD: usize = 10;
const SEAL: usize = 32;

/// How values are written and read.
#[derive(Clone, Debug)]
pub(crate) struct Codec {
    pub(crate) secret: Secret,
    /// The longest value.
    pub(crate) most: usize,
    /// What is longer is compressed.
    pub(crate) plain: usize,
}

/// Why an entry was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is damaged, or made by somebody who does not know the secret.
    Seal,
    /// It is sealed, but is no value of this type.
    Value,
}

impl Codec {
    /// The entry of a value; `None` if it is too long, or cannot be written.
    pub(crate) fn write(&self, key: Key, value: &impl Serialize) -> Option<Vec<u8>> {
        let mut entry = vec![LAYOUT, 0];
        entry.extend([0; 8]);
        let mut entry = postcard::to_extend(value, entry).ok()?;
        let len = entry.len() - HEAD;
        if len > self.most {
            return None;
        }
        entry[2..HEAD].copy_from_slice(&(len as u64).to_le_bytes());
        if len > self.plain {
            let packed = lz4_flex::block::compress(&entry[HEAD..]);
            if packed.len() < len {
                entry.truncate(HEAD);
                entry[1] = 1;
                entry.extend(packed);
            }
        }
        let seal = self.secret.seal(key, &entry);
        entry.extend(seal);
        Some(entry)
    }

    pub(crate) fn read<T: DeserializeOwned>(&self, key: Key, entry: &[u8]) -> Result<T, Unreadable> {
        let (sealed, seal) = entry.split_last_chunk::<SEAL>().ok_or(Unreadable::Seal)?;
        if !self.secret.is_seal(key, sealed, seal) {
            return Err(Unreadable::Seal);
        }
        let value = self.value(sealed).ok_or(Unreadable::Value)?;
        let (value, rest) = postcard::take_from_bytes(&value).map_err(|_| Unreadable::Value)?;
        if rest.is_empty() { Ok(value) } else { Err(Unreadable::Value) }
    }

    fn value<'a>(&self, sealed: &'a [u8]) -> Option<std::borrow::Cow<'a, [u8]>> {
        let (head, value) = sealed.split_first_chunk::<HEAD>()?;
        let len = u64::from_le_bytes(head[2..].try_into().ok()?);
        let len = usize::try_from(len).ok().filter(|len| *len <= self.most)?;
        match head[..2] {
            [LAYOUT, 0] => (value.len() == len).then_some(value.into()),
            [LAYOUT, 1] => {
                let value = lz4_flex::block::decompress(value, len).ok()?;
                (value.len() == len).then_some(value.into())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key::from_bytes([7; 16]);

    fn codec() -> Codec {
        Codec { secret: Secret::new(b"of the fleet"), most: 1 << 20, plain: 64 }
    }

    fn long() -> Vec<String> {
        vec!["the same words again".to_owned(); 100]
    }

    #[test]
    fn what_was_written_is_read() {
        let codec = codec();
        let short = codec.write(KEY, &(1_u8, "two")).unwrap();
        assert_eq!(codec.read::<(u8, String)>(KEY, &short), Ok((1, "two".to_owned())));
        let entry = codec.write(KEY, &long()).unwrap();
        assert!(entry.len() < 200, "compressed: {}", entry.len());
        assert_eq!(codec.read(KEY, &entry), Ok(long()));
    }

    #[test]
    fn no_changed_bit_is_read_and_no_shorter_entry() {
        for value in [vec!["a".to_owned()], long()] {
            let entry = codec().write(KEY, &value).unwrap();
            for bit in 0..entry.len() * 8 {
                let mut damaged = entry.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(codec().read::<Vec<String>>(KEY, &damaged), Err(Unreadable::Seal), "bit {bit}");
            }
            for len in 0..entry.len() {
                assert_eq!(codec().read::<Vec<String>>(KEY, &entry[..len]), Err(Unreadable::Seal), "{len} bytes");
            }
        }
    }

    #[test]
    fn another_key_or_secret_is_told() {
        let entry = codec().write(KEY, &1_u8).unwrap();
        assert_eq!(codec().read::<u8>(Key::from_bytes([8; 16]), &entry), Err(Unreadable::Seal));
        let other = Codec { secret: Secret::new(b"of another"), ..codec() };
        assert_eq!(other.read::<u8>(KEY, &entry), Err(Unreadable::Seal));
        assert_eq!(Codec { secret: Secret::none(), ..codec() }.read::<u8>(KEY, &entry), Err(Unreadable::Seal));
    }

    /// Sealed by who knows the secret, and still not believed.
    #[test]
    fn no_length_is_believed() {
        let codec = codec();
        let sealed = |packed: u8, len: u64, value: &[u8]| {
            let mut entry = vec![LAYOUT, packed];
            entry.extend(len.to_le_bytes());
            entry.extend(value);
            let seal = codec.secret.seal(KEY, &entry);
            entry.extend(seal);
            entry
        };
        let exabytes = 3_400_000_000_000_000_000;
        for (packed, len, value) in [
            (0, exabytes, &b"abc"[..]),
            (1, exabytes, b"abc"),
            (1, 1 << 20, b"abc"),
            (0, 2, b"abc"),
            (2, 3, b"abc"),
            // A vector of as many as fit into a u64.
            (0, 10, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] {
            assert_eq!(
                codec.read::<Vec<u64>>(KEY, &sealed(packed, len, value)),
                Err(Unreadable::Value),
                "{packed} {len}"
            );
        }
        let bomb = lz4_flex::block::compress(&vec![0; 2 << 20]);
        assert_eq!(codec.read::<Vec<u8>>(KEY, &sealed(1, 2 << 20, &bomb)), Err(Unreadable::Value));
        // A value, and something behind it.
        assert_eq!(codec.read::<u8>(KEY, &sealed(0, 2, &[1, 2])), Err(Unreadable::Value));
    }

    #[test]
    fn what_is_too_long_is_not_written() {
        assert_eq!(codec().write(KEY, &vec![0_u8; 1 << 20]), None);
        assert!(codec().write(KEY, &vec![0_u8; 1 << 19]).is_some());
    }
}
