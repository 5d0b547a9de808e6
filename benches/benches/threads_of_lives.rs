//! An object's life, on one thread and on two at once. What varies: the subject, and how many threads.
//!
//! Each thread makes, asks about and drops objects of its own, all in one store; the time of an operation is the mean of the
//! threads' own. `bare` is what two threads lose by themselves.

mod groups;

use memo_benches::questions;

groups::bench!([
    ("life, 1 thread", questions::lives_on_threads(1)),
    ("life, 2 threads", questions::lives_on_threads(2))
]);
