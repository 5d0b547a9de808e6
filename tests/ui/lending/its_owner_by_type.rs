//! A lent result that is its own owner, spelt by an alias.

use memo_core::weak_memo;
use std::sync::Arc;

type DocRef = Arc<String>;

#[weak_memo]
fn plain(doc: &DocRef) -> Result<&DocRef, String> {
    Ok(doc.clone())
}

fn main() {}
