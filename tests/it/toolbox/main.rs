//! The weak toolbox, and what a user can ask of one object.

mod entries_of;
mod finalize;
mod forget_object;
mod keys_inside;
mod listener;
mod owners;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
