//! The weak maps, sets and the interner of `memo_core::weak`, for all threads and for one owner.
//!
//! * [`scripts`]: random scripts against a plain list, each on every kind of map and set, of pointer, of object and of value.
//! * [`identity`], [`removal`], [`iteration`], [`interning`]: the behaviours with a number that can exist for maps.
//! * [`bounded`]: what the dead hold, in entries and in bytes, and when it goes.
//! * [`code_of_users`]: `Hash`, `Eq`, `Clone`, `Drop` and closures that panic, go back in, or wait for another thread that does.
//! * [`at_once`]: many threads.
//! * [`late`]: threads and processes that end.
//!
//! Most tests are a process of their own, since any test that makes a look-up sweeps a little of the maps of all others.
//!
//! Of the numbered behaviours these cannot exist for maps in Rust: a key's destructor cannot look itself up (86), since there is no
//! pointer to it any more; nothing comes alive again; and there are no listeners, no bound on living entries, no statistics.

mod at_once;
mod bounded;
mod code_of_users;
mod hashers;
mod identity;
mod interning;
mod iteration;
mod late;
mod removal;
mod scripts;
mod things;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;
