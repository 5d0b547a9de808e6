//! A second tier for [memo](memo_core): results that processes share, and that still die with their objects.

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
    pub use crate::client::{Call, FormOf, Leases, Look, LookFor, OkAlone, Whole};
    pub use crate::content::{computed, part};

    /// The trait that answers by type: imported by no name.
    pub mod by_type {
        pub use crate::client::AnyForm as _;
    }
}

mod as_store;
