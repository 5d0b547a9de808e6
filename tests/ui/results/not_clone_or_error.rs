//! The `Ok` side of a result that cannot be handed out twice; the error is not asked.

use memo_core::weak_memo;
use std::sync::Arc;

struct Layout;

#[weak_memo]
fn layout(_doc: &Arc<String>) -> Result<Layout, std::io::Error> {
    Ok(Layout)
}

#[weak_memo(cache_err)]
fn length(doc: &Arc<String>) -> Result<usize, std::io::Error> {
    Ok(doc.len())
}

fn main() {}
