//! Nobody knows whether this is an `Err`.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

trait Parse {
    type Out: Clone + Send + Sync + 'static;
    fn parse(text: &str) -> Self::Out;
}

#[weak_memo]
fn parsed<T: Parse>(doc: &Arc<Doc>) -> T::Out {
    T::parse(&doc.text)
}

fn main() {}
