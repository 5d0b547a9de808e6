//! What a process does with an engine: it looks for what it would compute, writes what it computed, and holds what its objects use.
//!
//! A [`Store`](store::Store) asks its engine in the thread of the call, and writes, releases, renews and collects in one of its own ([`background`]).
//! [`Leases`](leases::Leases) live as long as an object and count in the process's [`holds`]; a [`look`] is one call's. The [`breaker`]
//! leaves an engine alone that does not answer.

mod background;
mod breaker;
mod config;
mod form;
mod holds;
mod inner;
mod leases;
mod look;
mod puts;
mod simulated;
mod stats;
mod store;

pub use config::Builder;
pub use form::{AnyForm, FormOf, LookFor, OkAlone, Whole};
pub use leases::Leases;
pub use look::{Call, Look};
pub use simulated::Simulated;
pub use stats::StoreStats;
pub use store::Store;
