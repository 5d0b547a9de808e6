//! Law 1: a memoized call returns what the bare body would.

mod bodies;
mod callers;
mod context;
mod key_expressions;
mod keys;
mod looks;
