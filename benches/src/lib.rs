//! What the benches of memo-core share: the objects, the subjects (ours and the peers), the questions, and how they are run.
//!
//! A *subject* is one way to remember a `u64` that was derived from an object; each stands behind one trait in a file of its
//! own in `subjects/`. Every question is one generic loop over a list of them, so that no bench can favour one.

mod doc;
pub mod heap;
mod loops;
pub mod machine;
pub mod questions;
pub mod run;
mod subject;
mod subjects;

use subject::Subject;
