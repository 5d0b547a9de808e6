//! A Zipf load with room for a tenth of its keys: hit ratio and time of a call. A table.

use memo_benches::questions;

fn main() {
    for exponent in [1.0, 0.8] {
        println!("\n| Zipf, exponent {exponent} | hits, % | ns |\n|---|---:|---:|");
        for load in questions::zipf(exponent, 1_000_000, 15) {
            println!("| {} | {:.1} | {:.1} |", load.column, load.hit_ratio * 100.0, load.nanoseconds);
        }
    }
}
