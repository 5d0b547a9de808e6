//! What the table needs to know about an object: its address and size.

/// What the table needs to know about an object.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) address: usize,
    pub(crate) size: usize,
}

impl Subject {
    #[inline(always)]
    pub(crate) fn of<T: ?Sized>(object: &T) -> Self {
        // By address alone: the metadata of a fat pointer is no part of an identity (law 6).
        Self { address: std::ptr::from_ref(object).cast::<()>() as usize, size: size_of_val(object) }
    }

    /// Stands for an in-object argument in a thread's own table: the peer at this address. It has no size.
    pub(crate) fn of_peer(address: usize) -> Self {
        Self { address, size: 0 }
    }
}

/// The number of size classes: up to 16 bytes, 32, ... and from 1 MiB on.
pub(super) const CLASSES: usize = 18;

#[inline(always)]
pub(crate) fn class_of(size: usize) -> usize {
    let ceil_log2 = usize::BITS - size.saturating_sub(1).leading_zeros();
    (ceil_log2.saturating_sub(4) as usize).min(CLASSES - 1)
}

/// 2^64 over the golden ratio.
pub(crate) const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Bits of an address within its region, 16 KiB.
pub(super) const REGION_BITS: u32 = 14;

/// The region of an address, spread over the high bits of a word: a multiplication by 2^64 over the golden ratio (Knuth, The Art of
/// Computer Programming, volume 3, section 6.4).
#[inline(always)]
pub(super) fn spread_region(address: usize) -> u64 {
    (address as u64 >> REGION_BITS).wrapping_mul(SPREAD)
}

/// Spreads addresses over the high bits of a word, the best of which are the highest. One multiplication alone would map objects at
/// some even distances to nearly one place, and allocators produce even distances. So the region, spread, is mixed in first: the
/// shared table has it already, since it selects the shard.
#[inline(always)]
pub(super) fn hash_of(address: usize) -> u64 {
    (address as u64 ^ spread_region(address)).wrapping_mul(SPREAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the distance between successively allocated objects, few share a place.
    #[test]
    fn objects_at_even_distances_are_spread() {
        const OBJECTS: usize = 1024;
        const SLOTS: usize = 2048;
        for distance in (16..=4096).step_by(16) {
            let mut slots = vec![false; SLOTS];
            let mut probes = 0;
            for n in 0..OBJECTS {
                let mut at = (hash_of(0x7f12_3400_0010 + n * distance) >> (64 - SLOTS.trailing_zeros())) as usize;
                probes += 1;
                while slots[at] {
                    at = (at + 1) % SLOTS;
                    probes += 1;
                }
                slots[at] = true;
            }
            assert!(probes < 4 * OBJECTS, "{probes} probes for {OBJECTS} objects at distances of {distance}");
        }
    }

    #[test]
    fn classes_are_powers_of_two_from_16() {
        assert_eq!([0, 1, 16, 17, 32, 33, 64].map(class_of), [0, 0, 0, 1, 1, 2, 2]);
        assert_eq!(class_of(usize::MAX), CLASSES - 1);
    }
}
