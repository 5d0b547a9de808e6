//! Which part of a result is stored: the whole, or the `Ok` of a `Result`, whose `Err` is not kept.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::leases::Leases;
use super::look::{Call, Look};
use super::store::Store;
use crate::content::ContentHasher;

/// What is stored of each result `R`.
pub trait Form<R> {
    /// The stored type.
    type Stored;
    /// The result that has this part.
    fn whole(stored: Self::Stored) -> R;
    /// The part; `None` for a result that is not stored.
    fn part(result: &R) -> Option<&Self::Stored>;
}

/// All of it.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

impl<R> Form<R> for Whole {
    type Stored = R;

    fn whole(stored: R) -> R {
        stored
    }

    fn part(result: &R) -> Option<&R> {
        Some(result)
    }
}

/// The `Ok`. Nothing is required of the error.
#[derive(Clone, Copy, Debug)]
pub struct OkAlone;

impl<T, E> Form<Result<T, E>> for OkAlone {
    type Stored = T;

    fn whole(stored: T) -> Result<T, E> {
        Ok(stored)
    }

    fn part(result: &Result<T, E>) -> Option<&T> {
        result.as_ref().ok()
    }
}

/// Chooses by the result's type, not by its spelling: an alias of `Result` counts. The inherent method wins over that of [`AnyForm`].
pub struct FormOf<R>(PhantomData<fn(&R)>);

impl<R> FormOf<R> {
    /// For results of type `R`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "written by the attribute alone")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, E> FormOf<Result<T, E>> {
    /// The `Ok`.
    #[must_use]
    pub const fn __memo_form(self) -> OkAlone {
        OkAlone
    }
}

/// For every type.
pub trait AnyForm: Sized {
    /// All of it.
    fn __memo_form(self) -> Whole {
        Whole
    }
}

impl<R> AnyForm for FormOf<R> {}

impl<R> fmt::Debug for FormOf<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormOf")
    }
}

/// A value that can be written and read: an error of a missing one of the two names both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to a store",
    label = "what is stored must be `serde::Serialize` and `serde::Deserialize`",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` on the type; for an `Arc` or `Rc`, turn on serde's feature `rc`"
)]
pub trait Storable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {}

/// A look for a result `R`.
pub struct LookFor<R, F: Form<R>>(Look<F::Stored>);

impl<R, F: Form<R>> LookFor<R, F> {
    /// As that of a [`Look`].
    pub fn begin(
        _: F,
        store: Option<Store>,
        call: Call,
        of: &str,
        content: impl FnOnce(&mut ContentHasher),
        leases: impl FnOnce() -> Arc<Leases>,
    ) -> Self
    where
        F::Stored: Storable,
    {
        Self(Look::begin(store.as_ref(), call, of, content, leases))
    }

    /// The result, if it is there, or comes within the time for which a call waits.
    pub fn find(&mut self) -> Option<R> {
        self.0.find().map(F::whole)
    }

    /// The same for an `async` function.
    pub async fn find_later(&mut self) -> Option<R> {
        self.0.find_later().await.map(F::whole)
    }

    /// What was computed is written if it is `kept`.
    pub fn end(self, result: &R, kept: bool) {
        if let Some(part) = F::part(result).filter(|_| kept) {
            self.0.end(part);
        }
    }
}
