//! A call with a new extra key on one object that has as many results as there is room for: a miss that evicts. Nothing varies but
//! who is asked.

mod groups;

use memo_benches::questions;

groups::bench!([("evicting call, room for 1,000", questions::evictions())]);
