//! What the function's parameters say of time, its `static` cannot know.

use memo_core::weak_memo;
use std::sync::Arc;

use std::time::Duration;

trait Kind: Send + Sync + 'static {
    const SPAN: Duration;
}

struct Cache<K>(K);

impl<K: Kind> Cache<K> {
    #[weak_memo(ttl = K::SPAN)]
    fn words(text: &Arc<String>) -> usize {
        text.split(' ').count()
    }
}

#[weak_memo(idle = T::SPAN)]
fn words<T: Kind>(text: &Arc<T>) -> usize {
    std::mem::size_of_val(&**text)
}

fn main() {}
