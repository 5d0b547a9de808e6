//! The interner beside `internment` and `ustr`, with strings of 20 bytes. What varies is whether the string is there, and the threads.

mod groups;

use memo_benches::questions;

groups::bench!([
    ("a string that is there", questions::interner_hits()),
    ("a string that is there, 2 threads", questions::contended_interner_hits()),
    ("a string that is not, let go at once", questions::interner_lives()),
]);
