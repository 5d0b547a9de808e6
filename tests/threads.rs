use std::thread::ScopedJoinHandle;

/// Waits until the threads have ended, each with the destructors of its thread-locals, and returns what they returned.
///
/// `thread::scope` waits for their closures only: a thread that reclaims what is dead at its end may still be about it, and a sweep leaves that
/// to it.
#[track_caller]
pub fn join_all<R>(threads: Vec<ScopedJoinHandle<'_, R>>) -> Vec<R> {
    threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
}
