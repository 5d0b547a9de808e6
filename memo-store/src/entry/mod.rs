//! The bytes of an entry: what a value becomes, and how it is made sure that it is that value.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the layout of all this: [`LAYOUT`] |
//! | 1 | 0: as it is, 1: compressed |
//! | 8 | how long the value is, before it was compressed |
//! | .. | the value, in postcard's format: as it is declared, without names |
//! | 32 | the seal: a hash of the key and all of the above, keyed by the fleet's secret (BLAKE3) |
//!
//! # Rules
//!
//! 1. There are two outcomes: the value, or none. Nothing of what is read is believed before the seal is found right, no length either.
//! 2. What is taken for the value is bounded by what a store takes at all, whatever a length says.
//! 3. Whoever can write to the store, but does not know the secret, can make no entry that is read.

mod guard;
mod seal;

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use seal::Secret;

use self::guard::Guarded;
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
    /// It is longer than is taken here. Others may take it.
    Long,
}

impl Codec {
    /// The entry of a value; `None` if it is too long, or cannot be written.
    pub(crate) fn write(&self, key: Key, value: &impl Serialize) -> Option<Vec<u8>> {
        let mut entry = vec![LAYOUT, 0];
        entry.extend([0; 8]);
        let mut bounded = Bounded { entry: &mut entry, left: self.most };
        postcard::to_io(&Guarded::new(value), &mut bounded).ok()?;
        let len = entry.len() - HEAD;
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
        let ([layout, packed, len @ ..], value) = sealed.split_first_chunk::<HEAD>().ok_or(Unreadable::Value)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).unwrap_or(usize::MAX);
        if len > self.most {
            return Err(Unreadable::Long);
        }
        let unpacked;
        let value = match (layout, packed) {
            (&LAYOUT, 0) => value,
            (&LAYOUT, 1) => {
                unpacked = lz4_flex::block::decompress(value, len).map_err(|_| Unreadable::Value)?;
                &unpacked
            }
            _ => return Err(Unreadable::Value),
        };
        // No length is taken for more than there is.
        let (read, rest) = postcard::take_from_bytes(value).map_err(|_| Unreadable::Value)?;
        if value.len() == len && rest.is_empty() { Ok(read) } else { Err(Unreadable::Value) }
    }
}

/// An entry that takes no more than so many bytes.
struct Bounded<'a> {
    entry: &'a mut Vec<u8>,
    left: usize,
}

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        self.entry.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key::from_bytes([7; 16]);

    fn codec() -> Codec {
        Codec { secret: Secret::new(b"the secret of the fleet"), most: 1 << 20, plain: 64 }
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
        let other = Codec { secret: Secret::new(b"the secret of another"), ..codec() };
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
        for (packed, len, value, expected) in [
            (0, exabytes, &b"abc"[..], Unreadable::Long),
            (1, exabytes, b"abc", Unreadable::Long),
            (1, 1 << 20, b"abc", Unreadable::Value),
            (0, 2, b"abc", Unreadable::Value),
            (2, 3, b"abc", Unreadable::Value),
            // A vector of as many as fit into a u64.
            (0, 10, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Unreadable::Value),
        ] {
            let read = codec.read::<Vec<u64>>(KEY, &sealed(packed, len, value));
            assert_eq!(read, Err(expected), "{packed} {len}");
        }
        let bomb = lz4_flex::block::compress(&vec![0; 2 << 20]);
        assert_eq!(codec.read::<Vec<u8>>(KEY, &sealed(1, 2 << 20, &bomb)), Err(Unreadable::Long));
        assert_eq!(codec.read::<Vec<u8>>(KEY, &sealed(1, 1 << 20, &bomb)), Err(Unreadable::Value));
        // A value, and something behind it.
        assert_eq!(codec.read::<u8>(KEY, &sealed(0, 2, &[1, 2])), Err(Unreadable::Value));
    }

    /// Those behind it would take its place, and be another value.
    #[test]
    fn a_value_whose_form_leaves_a_field_out_is_not_written() {
        #[derive(serde::Serialize)]
        struct Sparse {
            #[serde(skip_serializing_if = "Option::is_none")]
            first: Option<u8>,
            second: Option<u8>,
        }
        let sparse = |first| codec().write(KEY, &vec![Sparse { first, second: Some(1) }]);
        assert!(sparse(Some(1)).is_some() && sparse(None).is_none());
    }

    /// What formats that name their fields take for the same.
    #[test]
    fn an_option_of_nothing_is_not_nothing() {
        let some: [Option<Option<()>>; 3] = [None, Some(None), Some(Some(()))];
        let entry = codec().write(KEY, &some).unwrap();
        assert_eq!(codec().read(KEY, &entry), Ok(some));
    }

    #[test]
    fn every_kind_of_value_is_read_as_it_was() {
        use std::collections::BTreeMap;
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Unit;
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Wraps(u8);
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Pair(u8, String);
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        enum Kind {
            One,
            Of(Wraps),
            Two(Pair, i128),
            Named { map: BTreeMap<String, f64>, unit: Unit, text: char },
        }
        let map = BTreeMap::from([("a".to_owned(), -0.5), ("b".to_owned(), f64::INFINITY)]);
        let named = Kind::Named { map, unit: Unit, text: '\u{1F600}' };
        let all = vec![Kind::One, Kind::Of(Wraps(7)), Kind::Two(Pair(1, "two".into()), i128::MIN), named];
        let entry = codec().write(KEY, &(all.clone(), (u64::MAX, (), true))).unwrap();
        assert_eq!(codec().read(KEY, &entry), Ok((all, (u64::MAX, (), true))));
    }

    /// It would overflow the stack of who reads it.
    #[test]
    fn what_is_too_deep_is_not_written() {
        #[derive(serde::Serialize)]
        struct List(Option<Box<List>>);
        let list = |len| (0..len).fold(List(None), |list, _| List(Some(Box::new(list))));
        assert!(codec().write(KEY, &list(60)).is_some());
        let mut deep = list(5_000);
        assert_eq!(codec().write(KEY, &deep), None);
        // Nor is it dropped so.
        while let Some(next) = deep.0.take() {
            deep = *next;
        }
    }

    #[test]
    fn what_is_too_long_is_not_written() {
        assert_eq!(codec().write(KEY, &vec![0_u8; 1 << 20]), None);
        let entry = codec().write(KEY, &vec![0_u8; 1 << 19]).unwrap();
        // Who takes less does not take it for damaged.
        let other = Codec { most: 1 << 10, ..codec() };
        assert_eq!(other.read::<Vec<u8>>(KEY, &entry), Err(Unreadable::Long));
    }
}
