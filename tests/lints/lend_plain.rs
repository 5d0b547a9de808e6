//! What a function that lends does without us: leak.

#![allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]

pub(crate) fn value<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(crate) fn option<U: 'static>(value: Option<Vec<U>>) -> Option<&'static [U]> {
    value.map(|value| &*value.leak())
}

pub(crate) fn result<T, E>(value: Result<T, E>) -> Result<&'static T, E> {
    value.map(|value| &*Box::leak(Box::new(value)))
}

pub(crate) fn option_of<T>(value: Option<T>) -> Option<&'static T> {
    value.map(|value| &*Box::leak(Box::new(value)))
}
