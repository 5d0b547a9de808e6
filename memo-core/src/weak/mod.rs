//! The weak toolbox: maps, sets, an interner, signals and finalizers for objects that they do not keep alive.
//!
//! It applies the idea of memos to data that a program stores itself, under the same laws: identity instead of equality, no user code under
//! a lock, nothing kept alive, dead objects never seen, and the memory of the dead bounded.
//!
//! Next to the README, `docs/weakest-link.md` is a tutorial, `docs/early-cut-off.md` a recipe for [`Interner`], and `docs/weak-tables.md`
//! compares the toolbox with other libraries.
//!
//! | | for all threads, through `&` | for one owner, through `&mut` |
//! |---|---|---|
//! | objects to values | [`WeakKeyMap`] | [`unsync::WeakKeyMap`] |
//! | a set of objects | [`WeakSet`] | [`unsync::WeakSet`] |
//! | keys to objects | [`WeakValueMap`] | [`unsync::WeakValueMap`] |
//! | objects to objects | [`WeakWeakMap`] | [`unsync::WeakWeakMap`] |
//! | one object for each equal value | [`Interner`] | |
//! | all objects of a type | [`Instances`] | |
//! | events and their receivers | [`Signal`] | |
//! | code that runs when an object dies | [`finalize`] | [`finalize`] of an `Rc` |
//!
//! An object is an `Arc` of any type or, in [`unsync`], also an `Rc`. A key may also be an object with an anchor inside; the maps for all threads
//! drop its entries in the object's own drop. Weak maps are types of their own, not a mode of strong maps: an entry may be gone at the next
//! look-up, and the type says so.

mod classes;
mod finalize;
mod instances;
mod interner;
mod key;
mod lazy_hasher;
mod object;
mod set_operations;
mod signal;
pub mod sync;
pub mod unsync;

/// Compares a borrowed key with the keys of a map.
///
/// Implemented for all types related by `Borrow`. Implement it for a key type of your own, with the same `Hash`.
pub use hashbrown::Equivalent;

pub use finalize::{Finalizer, Finalizing, Reason, finalize};
pub use instances::Instances;
pub use interner::Interner;
pub use key::{Strong, WeakKey};
pub use signal::connect::{Connect, Scoped};
pub use signal::receiver::ReceiverId;
pub use signal::sender::{NoSender, Sender};
pub use signal::signal::Signal;
pub use sync::{Ref, SharedKey, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};

// The pages lie outside the package, so only doctests may include them.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/weakest-link.md")]
struct WeakestLink;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/early-cut-off.md")]
struct EarlyCutOff;
