//! Crowds: many objects at once, many that die at once, many sizes, many threads (laws 4 and 17).
//!
//! Nothing here is timed. What is counted: calls until the dead are reclaimed, results that one call drops, bytes that are held. Each
//! test is a process of its own, so that all it counts is its own; most are a line of a table of kinds and ways.

mod beside;
mod bursts;
mod flat;
mod keyed;
mod kinds;
mod reclaimed;
mod thread_end;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;

/// A crowd is as large as a test says in an optimised build, and a quarter of that in others, where each call takes ten times as long:
/// `cargo test --release -p memo-tests --test crowds` runs all of it.
const fn sized(crowd: usize) -> usize {
    if cfg!(debug_assertions) { crowd / 4 } else { crowd }
}

/// So many objects die together, and so many live on beside them, where calls until they are reclaimed are counted.
const CROWD: usize = 10_000;
const SURVIVORS: usize = 10_000;
const IN_TABLE: usize = CROWD + SURVIVORS;

/// Calls that only hit reclaim all that is dead in so many: a look at one object of the table for 32 of them, 171 more for each that
/// is dead, and some that come before the first look.
const HITS_UNTIL_RECLAIMED: usize = 32 * IN_TABLE + 171 * CROWD + 4_096 * 30;

/// Misses that meet new objects reclaim in so many: four objects are looked at for each that comes, in visits that are worth their way.
const MISSES_UNTIL_RECLAIMED: usize = IN_TABLE / 4 + 1_100;

/// One call drops at most so many results of a crowd that died: what takes less than 200 µs.
const MOST_IN_ONE_CALL: usize = 2_500;

/// Dead objects hold at most so many bytes at any time, however many requests there were, whatever their sizes.
const MOST_BYTES_OF_DEAD: usize = 8 << 20;

/// A call that looks at everything must be back before a thread beside it has made, asked about and dropped so many objects.
const MADE_MEANWHILE: usize = sized(300_000);

/// A thread shorter than any count of hits that a sweep could wait for.
const HITS_OF_A_SHORT_THREAD: usize = 3_000;
