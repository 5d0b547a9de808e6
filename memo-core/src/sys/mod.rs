//! The foundation of everything else; it knows nothing of memos.
//!
//! Atomics and locks, swapped for those of models ([`sync`]); an asymmetric fence ([`fence`]) and the hazard pointers built on
//! it ([`hazard`]). What a thread is ([`thread`], [`depth`]), a module's state for each ([`per_thread`], [`keyed_thread_locals`]), and which stack a call
//! runs on ([`stack`]). A counted pointer of one word ([`arc`]), an index that
//! is read without a lock ([`hash_index`]), panics of user code ([`panics`]), types whose copy runs no user code
//! ([`trivially_cloned`]), hints to the processor ([`prefetch`]).

pub(crate) mod arc;
pub(crate) mod depth;
pub(crate) mod fence;
pub(crate) mod hash_index;
pub(crate) mod hazard;
pub(crate) mod index;
pub(crate) mod keyed_thread_locals;
pub(crate) mod panics;
pub(crate) mod per_thread;
pub(crate) mod prefetch;
pub(crate) mod stack;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod trivially_cloned;
