//! The same for an argument.

use memo_core::{Memo, weak_memo};
use std::sync::Arc;

#[weak_memo]
fn length(doc: &Arc<&'static str>) -> usize {
    doc.len()
}

type Length<T> = Memo<fn(&Arc<T>) -> usize>;

fn shorter<'s>(text: &'s str) {
    let wrong: Length<&'s str> = length_memo();
    let _ = wrong.get(&Arc::new(text));
}

fn main() {
    shorter(&String::from("short"));
}
