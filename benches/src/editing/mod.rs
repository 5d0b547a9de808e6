//! An editing session, replayed with each of the peers in the place of the memos.
//!
//! The session is that of `corpus`, written down there: its files, its analyses, and every call in order. Each way to
//! remember is one file of `ways`, written as its docs advise.

mod bodies;
mod code;
mod compare;
mod file;
mod process;
mod replay;
pub mod rows;
mod way;
mod ways;

pub use compare::{Rounds, compare};
pub use process::answer;
