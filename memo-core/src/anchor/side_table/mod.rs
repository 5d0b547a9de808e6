//! The side table: from an `Arc`'s (or `Rc`'s) address to its anchor.
//!
//! # Invariants
//!
//! 1. A node holds a `Weak` of its object, so while the node is in the table no other allocation has that address:
//!    address and `Weak` together are a true identity.
//! 2. A node is removed (its slot is gone) before its `Weak` is released. So no reader can match the node of a dead
//!    object: a reader has a living object, and by (1) its address has no other node.
//! 3. The node of a *living* object is never removed, even when its anchor is empty: a reader that found it holds
//!    only the borrow of the object. Nodes do not move.
//! 4. A node is dead when its strong count is 0; that is final, since nothing upgrades. Before anything of it is ended, or its memory
//!    reused, comes [`after_deaths`](crate::sys::hazard::deaths::after_deaths).
//! 5. No user code runs while a shard is locked: dead nodes are removed, the lock is released, then they are dropped (law 7).
//!
//! A hit finds its node through an [`index`](crate::sys::index), without a lock. The writer, which adds and removes nodes, holds the lock of their
//! [`shard`] (or is the thread, in its own table). Nodes lie in [`slab`]s and are reused.
//!
//! # Size classes
//!
//! A dead `Arc` keeps its allocation until its `Weak` is released, so the bound of law 4 is a bound in bytes only if a
//! table of a million small objects does not delay the sweep of large ones. So nodes of objects of different sizes (by power of
//! two) lie in different slabs, and the writer that adds a node looks for the dead in the same class. The dead of a class are
//! then at most a fixed share of its living objects in number, and so in bytes within a factor of two. The class is that of the object,
//! whatever the pointer's type.

mod by_address;
pub(crate) mod end_of_nodes;
pub(crate) mod found_or_made;
pub(crate) mod local;
pub(crate) mod node;
pub(crate) mod object;
pub(crate) mod sample;
pub(crate) mod shard;
pub(crate) mod shared;
mod slab;
