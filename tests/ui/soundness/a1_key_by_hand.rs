//! A key written by hand is stored as one of an object that nobody borrows: the lent result would go with that.

use memo_core::{Anchored, MemoKey, Scope, weak_memo};
use std::hash::Hasher;
use std::sync::Arc;

struct Anything;

impl<S: Scope> MemoKey<S> for Anything {
    type Stored = <Arc<u8> as MemoKey<S>>::Stored;

    fn hash_key<H: Hasher>(&self, _: &mut H) {}

    fn matches(&self, _: &Self::Stored) -> bool {
        true
    }

    fn to_stored(&self) -> Self::Stored {
        MemoKey::<S>::to_stored(&Arc::new(7))
    }
}

#[weak_memo(capacity = unbounded)]
fn lent<'w>(doc: &'w Anchored<u32>, key: &'w Anything) -> &'w String {
    let _ = key;
    doc.to_string()
}

fn main() {
    let doc = Anchored::new(5);
    let text = lent(&doc, &Anything);
    memo_core::sweep();
    assert_eq!(text, "5");
}
