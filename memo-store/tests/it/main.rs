//! The store.

mod attribute;
