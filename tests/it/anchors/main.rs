//! Anchors inside objects, beyond the laws: those of one thread, and what `&mut` access to their objects allows.

mod carried;
mod exclusive;
mod last;
mod local;
mod set;
mod several;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
