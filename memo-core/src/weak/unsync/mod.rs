//! Weak maps and sets for one owner, which changes them through `&mut`: no lock, and no atomics except those of `Arc`.

mod entries;
mod key_map;
mod set;
mod value_map;
mod weak_weak_map;

pub use key_map::{Entry, OccupiedEntry, VacantEntry, WeakKeyMap};
pub use set::WeakSet;
pub use value_map::WeakValueMap;
pub use weak_weak_map::WeakWeakMap;
