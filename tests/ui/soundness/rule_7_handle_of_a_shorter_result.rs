//! The handle of a memo is not that of a memo with other types, also where one is a subtype of the other.

use memo_core::{Memo, Owned, Sig, weak_memo};
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

type Measure<F> = Memo<dyn for<'w, 'a> Sig<'w, 'a, Args = &'w Arc<String>, Owner = &'w Arc<String>, Out = F, Value = F>, Owned>;

fn main() {
    let right: Measure<Any> = measure_memo();
    let wrong: Measure<Long> = right;
    let _ = wrong;
}
