//! The weak toolbox: maps, sets and an interner that hang off objects without keeping them alive.
//!
//! The same idea as memos, for data that a program puts there itself, and under the same laws: identity and not equality, no code of the user's
//! under a lock, nothing kept alive, the dead never seen, what is left of them bounded. It knows nothing of calls; [`Signal`] uses the attribute, as anybody may.
//!
//! Beside the README, `docs/weakest-link.md` is its tutorial, `docs/early-cut-off.md` a recipe for [`Interner`], and `docs/weak-tables.md` has what others have.
//!
//! | | for all threads, through `&` | for one owner, through `&mut` |
//! |---|---|---|
//! | objects to values | [`WeakKeyMap`] | [`unsync::WeakKeyMap`] |
//! | a set of objects | [`WeakSet`] | [`unsync::WeakSet`] |
//! | keys to objects | [`WeakValueMap`] | [`unsync::WeakValueMap`] |
//! | objects to objects | [`WeakWeakMap`] | [`unsync::WeakWeakMap`] |
//! | one object for each equal value | [`Interner`] | |
//! | all objects of a type | [`Instances`] | |
//! | events, and who is told of them | [`Signal`] | |
//! | what runs when an object goes | [`finalize`] | [`finalize`] of an `Rc` |
//!
//! An object is an `Arc` or, in [`unsync`], an `Rc`, of anything; as a key also whatever has an anchor inside, and in the maps for all threads its
//! entries go with it, exactly. Weak maps are types of their own, and no mode of strong ones: what is in one
//! may be gone at the next look, and its type says so.

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

/// How a borrowed key is compared with those in a map: by `Borrow` in any case; implement it for a key of your own shape, with the same `Hash`.
pub use hashbrown::Equivalent;

pub use finalize::{Finalizer, Reason, finalize};
pub use instances::Instances;
pub use interner::Interner;
pub use key::{Strong, WeakKey};
pub use signal::connect::{Connect, Scoped};
pub use signal::receiver::ReceiverId;
pub use signal::sender::{NoSender, Sender};
pub use signal::signal::Signal;
pub use sync::{Ref, SharedKey, WeakKeyMap, WeakSet, WeakValueMap, WeakWeakMap};

// The pages lie outside of the package, so nobody but their own tests may ask for them.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/weakest-link.md")]
struct WeakestLink;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/early-cut-off.md")]
struct EarlyCutOff;
