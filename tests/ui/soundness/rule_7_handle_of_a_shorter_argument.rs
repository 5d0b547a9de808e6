//! The same for an argument.

use memo_core::{Memo, Owned, Sig, weak_memo};
use std::sync::Arc;

#[weak_memo]
fn length(doc: &Arc<&'static str>) -> usize {
    doc.len()
}

type Length<T> = Memo<dyn for<'w, 'a> Sig<'w, 'a, Args = &'w Arc<T>, Owner = &'w Arc<T>, Out = usize, Value = usize>, Owned>;

fn shorter<'s>(text: &'s str) {
    let wrong: Length<&'s str> = length_memo();
    let _ = wrong.get(&Arc::new(text));
}

fn main() {
    shorter(&String::from("short"));
}
