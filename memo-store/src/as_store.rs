//! What may be written for `store = ..`.

use std::rc::Rc;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::client::Store;

/// A store, a reference to one, or perhaps one: with `None`, a memo has no second tier.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store",
    label = "expected a `memo_store::Store`",
    note = "`store = ..` takes a `Store`, a reference to one, a `LazyLock` or `OnceLock` of one, or an `Option` of these"
)]
pub trait AsStore {
    /// The store.
    fn as_store(&self) -> Option<&Store>;
}

/// The store, which may be one of a temporary.
pub fn opened(store: &(impl AsStore + ?Sized)) -> Option<Store> {
    store.as_store().cloned()
}

impl AsStore for Store {
    fn as_store(&self) -> Option<&Store> {
        Some(self)
    }
}

impl<S: AsStore> AsStore for Option<S> {
    fn as_store(&self) -> Option<&Store> {
        self.as_ref()?.as_store()
    }
}

impl<S: AsStore> AsStore for OnceLock<S> {
    fn as_store(&self) -> Option<&Store> {
        self.get()?.as_store()
    }
}

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<S: AsStore + ?Sized> AsStore for $pointer {
            fn as_store(&self) -> Option<&Store> {
                (**self).as_store()
            }
        }
    )*};
}
pointers!(&S, Box<S>, Rc<S>, Arc<S>);

impl<S: AsStore> AsStore for LazyLock<S> {
    fn as_store(&self) -> Option<&Store> {
        (**self).as_store()
    }
}
