//! The handle of a memo is not that of a memo with other types, also where one is a subtype of the other.

use memo_core::{Memo, weak_memo};
use std::sync::Arc;

type Long = fn(&'static str) -> usize;
type Any = for<'a> fn(&'a str) -> usize;

fn length(text: &str) -> usize {
    text.len()
}

#[weak_memo]
fn measure(doc: &Arc<String>) -> Any {
    let _ = doc;
    length
}

type Measure<F> = Memo<fn(&Arc<String>) -> F>;

fn main() {
    let right: Measure<Any> = measure_memo();
    let wrong: Measure<Long> = right;
    let _ = wrong;
}
