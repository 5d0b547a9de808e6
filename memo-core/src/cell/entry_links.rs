//! The links to an entry from its weak arguments besides the owner: through these the death of one finds the entry.

use std::marker::PhantomData;

use crate::anchor::any_cell::CellRef;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::value::entry::{Meta, id_of};
use crate::value::store::{Counted, Store};

/// The links to one entry. They are taken out again unless they are to stay: the user's `Eq` may panic before the entry is put in.
pub(crate) struct Linked<'e, S: Scope, St: Store>(&'e Counted<St>, PhantomData<S>)
where
    St::Key: StoredKey<S>;

impl<'e, S: Scope, St: Store> Linked<'e, S, St>
where
    St::Key: StoredKey<S>,
{
    /// Links `entry`. `cell` makes a count of the cell that it is for.
    pub(crate) fn link(entry: &'e Counted<St>, cell: impl Fn() -> CellRef) -> Self {
        if <St::Key as StoredKey<S>>::PEERS {
            let id = id_of(entry);
            entry.meta.key().each_peer(&mut |peer| peer.link(id, cell()));
        }
        Self(entry, PhantomData)
    }

    pub(crate) fn stay(self) {
        std::mem::forget(self);
    }
}

impl<S: Scope, St: Store> Drop for Linked<'_, S, St>
where
    St::Key: StoredKey<S>,
{
    fn drop(&mut self) {
        unlink::<S, St>(self.0);
    }
}

/// Takes the links to an entry out of its weak arguments.
pub(crate) fn unlink<S: Scope, St: Store>(entry: &Counted<St>)
where
    St::Key: StoredKey<S>,
{
    if <St::Key as StoredKey<S>>::PEERS {
        let id = id_of(entry);
        entry.meta.key().each_peer(&mut |peer| peer.unlink(id));
    }
}

/// How often the key's weak arguments were asked to forget, in all.
pub(crate) fn forgets<S: Scope, K: StoredKey<S>>(key: &K) -> u32 {
    let mut forgets = 0_u32;
    if K::PEERS {
        key.each_peer(&mut |peer| forgets = forgets.wrapping_add(peer.forgets()));
    }
    forgets
}

/// Whether one of the key's weak arguments is dead.
pub(crate) fn is_dead<S: Scope, K: StoredKey<S>>(key: &K) -> bool {
    let mut dead = false;
    if K::PEERS {
        key.each_peer(&mut |peer| dead |= peer.is_dead());
    }
    dead
}
