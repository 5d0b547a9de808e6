//! Two and eight callers of one missing entry: until all have its result, and how many bodies ran. A table; medians.

use memo_benches::questions;

fn main() {
    for callers in [2, 8] {
        println!("\n| storm of {callers} | µs | bodies |\n|---|---:|---:|");
        for storm in questions::storms(callers, 51) {
            println!("| {} | {:.1} | {:.2} |", storm.column, storm.microseconds, storm.computes);
        }
    }
}
