//! A trait whose result is borrowed from `self` alone.

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

trait Layout {
    fn layout(&self, theme: &Arc<String>) -> &str;
}

#[derive(HasAnchor)]
struct Doc {
    anchor: Anchor,
}

impl Layout for Doc {
    #[weak_memo(handle = none, capacity = unbounded)]
    fn layout(&self, theme: &Arc<String>) -> &str {
        theme.to_string()
    }
}

fn main() {}
