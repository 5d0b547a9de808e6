//! Stored keys of derived types.

use std::sync::Arc;

use super::StoredKey;
use crate::anchor::back_link::Peer;
use crate::argument::scope::Storable;

/// What a derived stored key is made of.
///
/// A derive cannot name the stored forms of its fields as they are: an associated type may not show a private field's
/// type (E0446). So it puts them into a struct of its own, whose fields are private, and says here how to reach them.
pub trait Fields<S>: 'static {
    /// Whether they can name weak arguments.
    const PEERS: bool;
    /// Whether they are the same as `other`'s.
    fn same(&self, other: &Self) -> bool;
    /// Visits them.
    fn each(&self, visit: &mut Visit<'_>);
}

/// Looks for the weak arguments in stored keys.
#[allow(missing_debug_implementations, reason = "only passed through")]
pub struct Visit<'v>(&'v mut dyn FnMut(&Arc<Peer>));

impl Visit<'_> {
    /// Looks into one.
    pub fn visit<S, K: StoredKey<S>>(&mut self, key: &K) {
        key.each_peer(self.0);
    }
}

/// A derived stored key.
#[derive(Debug)]
pub struct Composite<F>(pub F);

// SAFETY: `Storable<Shared>` is `Send + Sync`.
unsafe impl<S, F: Fields<S> + Storable<S>> StoredKey<S> for Composite<F> {
    const PEERS: bool = F::PEERS;

    fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    #[allow(private_interfaces, reason = "as for the trait")]
    fn each_peer(&self, visit: &mut dyn FnMut(&Arc<Peer>)) {
        if F::PEERS {
            self.0.each(&mut Visit(visit));
        }
    }
}
