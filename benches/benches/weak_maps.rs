//! Maps with weak keys beside `weak-table`, alone and in a `Mutex`. What varies is what is done.

mod groups;

use memo_benches::questions;

groups::bench!([
    ("insert into an empty map", questions::weak_map_inserts(1000)),
    ("look-up among 1,024", questions::weak_map_hits()),
    ("look-up among 1,024, 2 threads", questions::contended_weak_map_hits()),
    ("iteration over 10,000", questions::weak_map_iterations()),
    ("churn through a window of 1,000", questions::weak_map_churn()),
    ("churn through a window of 1,000, 2 threads", questions::contended_weak_map_churn()),
    ("100,000 dead at once", questions::weak_map_deaths()),
]);
