//! The questions, each put to every subject that can answer it.
//!
//! The public functions are not generic on purpose: the timed loops are compiled into this crate, where the memoized
//! functions are, as a user's loop would be. Instantiated in a bench they would call across crates what a user calls inline.
//! A run makes its objects when it is first used.

mod bursts;
mod bytes;
mod futures;
mod growth;
mod hits;
mod keys;
mod lives;
mod loads;
mod storm;
mod toolbox;

pub use bursts::{Burst, allocators, bursts, handles, reclaims_at_once};
pub use bytes::{
    CHURNED, READINGS, WINDOW, churn_bytes, entry_bytes, heap_over_time, keyed_entry_bytes, keyed_entry_bytes_of_few,
    large_bytes,
};
pub use futures::{hits_as_futures, hot_hits_as_futures, misses_as_futures};
pub use growth::{
    first_calls_in_a_crowd, hits_by_argument_size, hits_by_objects, hits_by_weak_arguments, hits_in_a_crowd,
    misses_by_argument_size, misses_by_objects, misses_by_weak_arguments,
};
pub use hits::{
    Value, contended_hits, contended_hits_apart, contended_hits_on_many, contended_hot_hits, hits, hits_for_values,
    hits_on_many, hits_with_extra_key, hot_hits, hot_hits_for_values,
};
pub use keys::{
    contended_hits_on_names, contended_hits_on_one_owner, evicting, evictions, exact_hits_on_one_owner, growing,
    hits_by_keys, hits_on_names, hits_on_one_owner, misses_by_keys,
};
pub use lives::{Reclaimed, churn, drops, exact_lives_on_threads, lives, lives_on_threads, misses, reclaims};
pub use loads::{Load, OPTIMUM, TRACES, Trace, hit_ratios, zipf};
pub use storm::{Storm, body_in_a_storm, storms};
pub use toolbox::{
    contended_interner_hits, contended_weak_map_churn, contended_weak_map_hits, interner_hits, interner_lives,
    weak_map_churn, weak_map_deaths, weak_map_hits, weak_map_inserts, weak_map_iterations,
};

use crate::fresh::Figure;

/// All figures, for the binary that is started again for one.
pub fn figures() -> Vec<Figure> {
    [
        entry_bytes(),
        keyed_entry_bytes(),
        keyed_entry_bytes_of_few(),
        churn_bytes(),
        large_bytes(),
        heap_over_time(),
        growth::figures(),
        keys::figures(),
        lives::reclaim_figures(),
        bursts::figures(),
    ]
    .concat()
}
