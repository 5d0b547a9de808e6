//! A million objects through a window of a thousand: time for each, and heap. Nothing varies but the subject.
//!
//! The heap comes first, as a table: with the first window alive, and the most at any later time; the bare objects are in
//! it. Each figure is taken in a fresh process. Then an operation is: the oldest object goes, a new one comes, one call.

mod groups;

use memo_benches::heap::Counting;
use memo_benches::{fresh, questions};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    if fresh::answer(questions::churn_bytes()) {
        return;
    }
    println!("| churn | steady, KiB | peak, KiB |\n|---|---:|---:|");
    for figure in questions::churn_bytes() {
        let bytes = figure.take(0);
        println!("| {} | {:.0} | {:.0} |", figure.column, bytes[0] / 1024.0, bytes[1] / 1024.0);
    }
    let mut criterion = groups::briefly().configure_from_args();
    groups::measure(&mut criterion, [("churn", questions::churn())]);
    criterion.final_summary();
}
