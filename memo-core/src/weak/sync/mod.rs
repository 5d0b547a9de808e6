//! Weak maps and sets shared by all threads, which change them through `&`. A look-up takes no lock.

pub(super) mod hash_table;
mod key_map;
mod key_table;
pub(super) mod node;
mod pool;
mod set;
mod shard;
pub(super) mod table;
mod value_map;
mod weak_weak_map;

pub use key_map::{Ref, WeakKeyMap};
pub use key_table::SharedKey;
pub use set::WeakSet;
pub use value_map::WeakValueMap;
pub use weak_weak_map::WeakWeakMap;
