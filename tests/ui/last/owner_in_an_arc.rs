//! `&mut` to a pointer is not `&mut` to the object.

use std::sync::Arc;

use memo_core::weak_memo;

#[weak_memo(last)]
fn rows(text: &mut Arc<String>, width: usize) -> &[usize] {
    vec![text.len() / width]
}

fn main() {}
