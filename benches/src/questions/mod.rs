//! The questions, each put to every subject that can answer it.
//!
//! The public functions are not generic on purpose: the timed loops are compiled into this crate, where the memoized
//! functions are, as a user's loop would be. Instantiated in a bench they would call across crates what a user calls inline.
//! A run makes its objects when it is first used.

mod bursts;
mod bytes;
mod hits;
mod keys;
mod lives;
mod many_objects;
mod reclaim;
mod storm;
mod threads_of_lives;
mod values;
mod zipf;

pub use bursts::{Burst, allocators, bursts, handles, reclaims_at_once};
pub use bytes::{CHURNED, READINGS, WINDOW, churn_bytes, entry_bytes, heap_over_time, large_bytes};
pub use hits::{
    contended_hits, contended_hits_apart, contended_hits_on_many, contended_hot_hits, hits, hits_by_argument_size,
    hits_in_a_crowd, hits_on_many, hits_with_extra_key, hot_hits,
};
pub use keys::hits_among_keys;
pub use lives::{churn, lives, misses};
pub use many_objects::hits_by_objects;
pub use reclaim::{Reclaimed, drops, reclaims};
pub use storm::{Storm, body_in_a_storm, storms};
pub use threads_of_lives::{exact_lives_on_threads, lives_on_threads};
pub use values::{Value, hits_for_values, hot_hits_for_values};
pub use zipf::{Load, zipf};

use crate::fresh::Figure;

/// Bytes of text in an object, for the deep keys to hash.
const TEXT_LEN: usize = 1024;

/// All figures, for the binary that is started again for one.
pub fn figures() -> Vec<Figure> {
    [
        entry_bytes(),
        churn_bytes(),
        large_bytes(),
        heap_over_time(),
        hits_by_objects(),
        reclaim::figures(),
        bursts::figures(),
    ]
    .concat()
}
