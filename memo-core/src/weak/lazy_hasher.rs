//! A hasher that is made when it is first needed, so that a map can be a `static`.

use std::sync::OnceLock;

pub(super) struct LazyHasher<S> {
    made: OnceLock<S>,
    first: fn() -> S,
}

impl<S> LazyHasher<S> {
    /// What `first` makes.
    pub(super) const fn new(first: fn() -> S) -> Self {
        Self { made: OnceLock::new(), first }
    }

    pub(super) fn of(hasher: S) -> Self {
        Self { made: OnceLock::from(hasher), first: || unreachable!("it is made") }
    }

    #[inline]
    pub(super) fn get(&self) -> &S {
        self.made.get_or_init(self.first)
    }
}
