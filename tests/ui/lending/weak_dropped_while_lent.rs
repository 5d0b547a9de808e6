//! The second weak argument goes while the result is lent: an elided lifetime is bound to both.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(capacity = unbounded)]
fn both(one: &Arc<String>, other: &Arc<String>) -> &str {
    one.to_string() + other
}

fn main() {
    let (one, other) = (Arc::new(String::from("A")), Arc::new(String::from("B")));
    let lent = both(&one, &other);
    drop(other);
    assert_eq!(lent, "AB");
}
