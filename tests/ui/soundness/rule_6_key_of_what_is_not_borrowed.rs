//! A key names those objects alone that live as long as it is borrowed: what is lent would go with others.

use memo_core::key::Scope;
use memo_core::{key_as, weak_memo};
use std::sync::{Arc, Weak};

struct Fresh;

key_as!(Fresh => Arc<u8>, |_this| &Arc::new(7));

struct Named(Weak<u8>);

impl<S: Scope> memo_core::MemoKey<S> for Named {
    type Stored = <Arc<u8> as memo_core::MemoKey<S>>::Stored;
    type Probe<'k> = <Arc<u8> as memo_core::MemoKey<S>>::Probe<'k>;
    fn probe_key(&self) -> Self::Probe<'_> {
        let object = self.0.upgrade().unwrap();
        memo_core::MemoKey::<S>::probe_key(&object)
    }
}

#[weak_memo(capacity = unbounded)]
fn lent<'w>(doc: &'w Arc<u32>, key: &'w Fresh, other: &'w Named) -> &'w String {
    let _ = (key, other);
    doc.to_string()
}

fn main() {
    lent(&Arc::new(5), &Fresh, &Named(Weak::new()));
}
