//! One subject, one question, nothing else: for callgrind and perf. See the README of the benches.
//!
//! `only <question> <subject> <operations>` prints the nanoseconds of one operation; with the question alone it lists the subjects. Without
//! arguments it names the questions.

use memo_benches::questions;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut subjects = match arguments.first().map(String::as_str) {
        Some("hit") => {
            let values = questions::hot_hits_for_values().into_iter().flat_map(|(_, runs)| runs);
            questions::hot_hits().into_iter().chain(values).collect()
        }
        Some("keyed") => questions::hits_with_extra_key(1),
        Some("keyed-2") => questions::exact_hits_on_one_owner(2, 1_000),
        Some("keyed-1000") => questions::hits_on_one_owner(1_000),
        Some("keyed-100000") => questions::hits_on_one_owner(100_000),
        Some("names") => questions::hits_on_names(1_000),
        Some("evict") => questions::evictions(),
        Some("crowd") => questions::hits_in_a_crowd().into_iter().flat_map(|(_, runs)| runs).collect(),
        Some("miss") => questions::misses(),
        Some("async-hit") => questions::hot_hits_as_futures(),
        Some("async-hit-2") => questions::hits_as_futures(2),
        Some("async-miss") => questions::misses_as_futures(),
        Some("life") => questions::lives(),
        Some("lives-1") => questions::exact_lives_on_threads(1),
        Some("lives-2") => questions::exact_lives_on_threads(2),
        Some("churn") => questions::churn(),
        Some("map-churn") => questions::weak_map_churn(),
        Some("interner-2") => questions::contended_interner_hits(),
        Some("interner") => questions::interner_hits(),
        Some("map-churn-2") => questions::contended_weak_map_churn(),
        Some("map-deaths") => questions::weak_map_deaths(),
        _ => panic!(
            "the first argument is a question: hit, keyed, keyed-2, keyed-1000, keyed-100000, names, evict, crowd, miss, async-hit, async-hit-2, async-miss, life, lives-1, lives-2, churn, interner, interner-2, map-churn, map-churn-2 or map-deaths"
        ),
    };
    let [_, name, operations] = &arguments[..] else {
        subjects.iter().for_each(|subject| println!("{}", subject.name));
        return;
    };
    let subject = subjects.iter_mut().find(|subject| subject.name == name).expect("a subject of the list");
    let operations: u64 = operations.parse().expect("a number of operations");
    let taken = subject.time(operations);
    println!("{}", taken.as_secs_f64() * 1e9 / operations as f64);
}
