//! Hits of one subject and nothing else, for a tool that counts instructions. See the README of the benches.
//!
//! `one_hit <subject> <hits>`; without arguments it lists the subjects.

use memo_benches::questions;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut subjects = questions::hot_hits();
    let [name, hits] = &arguments[..] else {
        subjects.iter().for_each(|subject| println!("{}", subject.name));
        return;
    };
    let subject = subjects.iter_mut().find(|subject| subject.name == name).expect("a subject of the list");
    subject.time(hits.parse().expect("a number of hits"));
}
