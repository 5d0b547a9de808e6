//! Calls after a crowd died at once, and giving it back at once. What varies: the subject, and how many died. A table.
//!
//! Each figure is taken in a fresh process, from three crowds. The worst call is the least of three crowds' worst.

use memo_benches::{fresh, questions};

pub(crate) fn main() {
    if fresh::answer(questions::figures()) {
        return;
    }
    for size in [100_000, 1_000_000] {
        println!(
            "\n| {size} died | worst call, µs | 99.99 %, µs | hit before, ns | hit after, over before | drop, ns each |"
        );
        println!("|---|---:|---:|---:|---:|---:|");
        for burst in questions::bursts(size) {
            let ratio = burst.meanwhile / burst.before;
            let (worst, high) = (burst.worst / 1e3, burst.high / 1e3);
            println!(
                "| {} | {worst:.1} | {high:.2} | {:.1} | {ratio:.2} | {:.0} |",
                burst.column, burst.before, burst.drop
            );
        }
        println!("\n| {size} given back at once | ns each |\n|---|---:|");
        for figure in questions::reclaims_at_once() {
            println!("| {} | {:.0} |", figure.column, figure.take(size)[0]);
        }
    }
    println!("\n| a handle, 1,000,000 objects | stats, µs | is_empty, µs | len, µs |\n|---|---:|---:|---:|");
    for figure in questions::handles() {
        let told = figure.take(1_000_000);
        println!("| {} | {:.1} | {:.1} | {:.1} |", figure.column, told[0], told[1], told[2]);
    }
}
