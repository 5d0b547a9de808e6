//! The drop of an object with one result. Nothing varies but the owner; `bare` has no result.
//!
//! In the object, the result goes with it; of an `Arc` it goes later: `report` says when.

mod groups;

use memo_benches::questions;

groups::bench!([("drop", questions::drops())]);
