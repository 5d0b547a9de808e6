//! `async fn`: on several executors, dropped at every point, in rings, by clone and by reference.
//!
//! A test that holds a case of the list of what went wrong elsewhere has the number of that case in its name.

mod beside;
mod cancelled;
mod executors;
mod expiring;
mod functions;
mod hits;
mod owners;
mod panics;
mod parts;
mod results;
mod rings;
mod waits;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
