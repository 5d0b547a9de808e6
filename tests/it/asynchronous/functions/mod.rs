//! Functions and their handles.

mod signatures;
mod told;
