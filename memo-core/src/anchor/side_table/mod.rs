//! The side table: from an `Arc`'s (or `Rc`'s) address to its anchor.
//!
//! # Invariants
//!
//! 1. A node holds a `Weak` of its object, so while the node is in the table no other allocation has that address:
//!    address and `Weak` together are a true identity.
//! 2. A node is taken out (its slot is gone) before its `Weak` is given back. So no reader can match a node of an
//!    object that is no more: a reader has a living object, and by (1) its address has no other node.
//! 3. The node of a *living* object is never taken out, even when its anchor is empty: a reader that found it holds
//!    nothing but the borrow of the object. Nodes do not move.
//! 4. A node is dead when its strong count is 0; that is final, since nobody upgrades. Before anything of it is ended, or its memory
//!    used again, [`fence::after_deaths`](crate::sys::hazard::deaths::after_deaths) is passed.
//! 5. No user code runs while a shard is locked: dead nodes move out, the lock opens, then they drop (law 7).
//!
//! A hit finds its node through an [`index`], without a lock; who adds nodes or takes them out holds the lock of their
//! [`shard`] (in a thread's own table, is that thread). Nodes lie in [`slab`]s and are used again.
//!
//! # Size classes
//!
//! A dead `Arc` keeps its allocation until its `Weak` is given back, so the bound of law 4 is a bound in bytes only if a
//! table of a million small objects does not delay the sweep of large ones. The nodes of objects of different sizes (by power of
//! two) therefore lie in different slabs, and who adds a node looks for the dead among those of its own class: the dead of a class are
//! then at most a fixed share of the living of that class, in number and so within a factor of two in bytes. The class is
//! a matter of the object, not of the pointer's type.

pub(crate) mod end;
mod index;
pub(crate) mod local;
pub(crate) mod made;
pub(crate) mod node;
mod retired;
pub(crate) mod shard;
pub(crate) mod shared;
mod slab;
pub(crate) mod subject;
