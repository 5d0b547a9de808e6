//! A second tier for [memo](memo_core): results that processes share, and that still die with their objects.
//!
//! A fleet computes the same in every process, and again after every restart. With a store, a call that misses in its process asks the store before it
//! computes, and what is computed is written there. A hit in the process knows nothing of it.
//!
//! ```
//! use memo_core::weak_memo;
//! use memo_store::engine::Memory;
//! use memo_store::{ContentKey, Secret, Store};
//! use std::sync::{Arc, LazyLock};
//! use std::time::Duration;
//!
//! static STORE: LazyLock<Store> = LazyLock::new(|| {
//!     // A `Redb` file, or a `Redis` server; `Memory` is for examples and tests.
//!     Store::builder(Memory::new(), Secret::new("at least 16 bytes")).open().expect("a thread")
//! });
//!
//! #[derive(ContentKey)]
//! struct Source {
//!     text: String,
//! }
//!
//! #[weak_memo(store = &*STORE, version = 1)]
//! fn words(source: &Arc<Source>, shortest: usize) -> Vec<String> {
//!     source.text.split(' ').filter(|word| word.len() >= shortest).map(str::to_owned).collect()
//! }
//!
//! let source = || Arc::new(Source { text: "a bee in a bonnet".into() });
//! let (one, same) = (source(), source());
//! words(&one, 3); // computed, and written by the store's thread
//! assert!(STORE.flush(Duration::from_secs(10)));
//! words(&same, 3); // another object of the same content: found, here as in any other process
//! assert_eq!((STORE.stats().misses, STORE.stats().hits), (1, 1));
//! ```
//!
//! # What a result is found by
//!
//! By its [`Key`], a hash of 128 bits: the path of the function, its name, `version`, the types that it is generic over and that of the result, the
//! [content](ContentKey) of every argument that is not `skip`ped, weak ones included, and the secret. So two objects of the same content
//! share results, in one process as in many, and results must depend on nothing else: not on the time, a file, a setting, or an
//! address. A function that is generic over a closure has no second tier for it, since two closures cannot be told apart.
//!
//! **Raise `version` whenever the function computes something else**, and whenever a type in its result changes its meaning. Nobody else can know: an old
//! result is a wrong one then. What older processes of a fleet write is found by them alone. Programs that are not one fleet get a
//! file, a server or a [prefix](engine::Redis::prefix) of their own.
//!
//! # How long it lives
//!
//! A process holds one *lease* in the store, and with it every result that it read or wrote, as long as the object lives that it was computed of (all of them, where a
//! memo has several), even if the process has evicted it. When the object goes, the next [sweep](memo_core::sweep()) lets it go (so do `clear_all` and
//! `forget_object`), and the store's thread releases it, with others, in one call. What nobody holds any longer is kept for a [grace](Builder::grace)
//! time, then deleted, by whichever process looks first. So a program that is started again within it computes nothing. Where no process is left
//! nobody looks, and what is there stays until one is started.
//!
//! A process that is killed holds what it held until its lease has run out. One that was paused for longer, or cut off, finds its lease gone, takes hold again of what
//! is left, and computes the rest once more. No process can delete what another one holds within its lease.
//!
//! | | if nothing is said | |
//! |---|---|---|
//! | [`lease`](Builder::lease) | 60 s | how long a killed process's results stay; renewed at half of it |
//! | [`grace`](Builder::grace) | 10 min | how long a restart may take |
//! | [`claim`](Builder::claim), [`wait`](Builder::wait) | 10 s, 1 s | for how long one process computes for all; how long others wait for it |
//! | [`largest`](Builder::largest), [`queue`](Builder::queue) | 16 MiB, 64 MiB | what is not written |
//!
//! # What may go wrong
//!
//! Whatever is wrong with a store is a miss: the call computes, as without one. That is so if it is down, at the start or later, slow, full, emptied, damaged, or written
//! to by somebody else. No error comes out; [`Store::stats`] counts them, [`Store::last_fault`] has the last one, and [`memo_core::report`]
//! tells of both.
//!
//! A call that misses takes longer by what its engine takes for one answer (bounded by [`Redis::timeout`](engine::Redis::timeout); a file has no bound but the
//! disk's), by reading or writing the bytes of the result, and by `wait` at most, if another process computes the same; a body that calls other memos waits for each of
//! them. After three faults in a row the engine is left alone, for half a second first, at most for 30, and calls
//! cost nothing more. Writing to it, releasing and collecting are done by a thread of the store's.
//!
//! Every entry is sealed by a hash that is keyed with the [`Secret`] of the fleet. What has another seal, or is no value of its type, is deleted and is a miss. **Who knows the secret
//! can write what all others read**: the processes of a fleet trust each other. Processes with different secrets do not meet.
//!
//! Open a store after a `fork`, not before: the new process has none of its threads.
//!
//! # Engines
//!
//! | | for |
//! |---|---|
//! | [`Redb`](engine::Redb) (feature `redb`, on by default) | one process at a time on one machine: results survive restarts |
//! | [`Redis`](engine::Redis) (feature `redis`) | a fleet, with a Redis or Valkey server |
//! | [`Memory`](engine::Memory) | tests |
//! | [`Faulty`](engine::Faulty) | tests of what a program does when another engine fails |
//!
//! Another one is six functions: see [`Engine`], whose rules are in [`engine`].
//!
//! # Results
//!
//! They are written by [serde], in postcard's format, which knows the fields of a type by their order, and compressed above a
//! [size](Builder::compress_above). `Arc<V>` as a result needs serde's feature `rc`. Of a `Result` only the `Ok` side is written, unless
//! `cache_err` says otherwise.
//!
//! * What a type leaves out of its serde form (`#[serde(skip)]`) is not there when it is read: let it be nothing that a caller sees.
//! * A value of which a field is left out by `skip_serializing_if`, and one that is nested more than some 100 levels deep, is not written
//!   ([`StoreStats::unwritten`]). One with `#[serde(flatten)]` is not written either, and one that is `untagged` is not read.

pub mod engine;

mod client;
mod clock;
mod content;
mod entry;
mod key;

pub use client::{Builder, Store, StoreStats};
pub use clock::Clock;
pub use content::{ContentHasher, ContentKey};
pub use engine::{Engine, Fault, FaultKind};
pub use entry::Secret;
pub use key::Key;
/// # Examples
///
/// ```
/// use memo_core::Anchor;
/// use memo_store::ContentKey;
///
/// #[derive(ContentKey)]
/// struct Document {
///     text: String,
///     links: Vec<Link>,
///     #[content(skip)] // no result depends on it
///     anchor: Anchor,
/// }
///
/// #[derive(ContentKey)]
/// enum Link {
///     To(String),
///     Broken,
/// }
/// ```
pub use memo_macros::ContentKey;

/// What the attribute writes: no public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::as_store::{AsStore, opened};
    pub use crate::client::{Call, FormOf, Leases, Look, LookFor, OkAlone, Simulated, Whole};
    pub use crate::content::{computed, part};

    /// The trait that answers by type: imported by no name.
    pub mod by_type {
        pub use crate::client::AnyForm as _;
    }
}

mod as_store;
