//! Anchors inside objects, beyond the laws: those of one thread.

mod local;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
