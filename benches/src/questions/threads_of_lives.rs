//! Objects that are made, asked about and dropped on several threads at once.

use crate::loops::LivesAtOnce;
use crate::run::Run;
use crate::subject::Shared;
use crate::subjects::through_lives_on_threads;

/// Lives on `threads` threads, each with objects of its own; the time is one thread's own. The bare life is among the runs, as
/// `bare`: its threads share the allocator alone.
pub fn lives_on_threads(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        let mut lives = None;
        Run::of::<S>(move |count| lives.get_or_insert_with(LivesAtOnce::<S>::new).live(threads, count))
    }
    through_lives_on_threads!(run(threads))
}

/// The same without a start in common and without warming: exactly so many on each thread.
pub fn exact_lives_on_threads(threads: u32) -> Vec<Run> {
    fn run<S: Shared + 'static>(threads: u32) -> Run {
        Run::of::<S>(move |count| LivesAtOnce::<S>::new().live_exactly(threads, count))
    }
    through_lives_on_threads!(run(threads))
}
