//! What a process may do to itself: fork, and shut itself in.
#![cfg(all(target_os = "linux", not(miri)))]

mod forked;
mod refused;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
