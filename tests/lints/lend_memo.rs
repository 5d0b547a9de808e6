//! What a body that lends does with its value: nothing, it yields it.

#![allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]

pub(crate) fn value<T>(value: T) -> T {
    value
}

pub(crate) fn option<T>(value: Option<T>) -> Option<T> {
    value
}

pub(crate) fn result<T, E>(value: Result<T, E>) -> Result<T, E> {
    value
}

pub(crate) fn option_of<T>(value: Option<T>) -> Option<T> {
    value
}
