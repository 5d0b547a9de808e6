//! Parameters that cannot take part in the key of a memo with `last`.

use std::borrow::Cow;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

#[weak_memo(last)]
fn weak(text: &mut Anchored<String>, theme: &Arc<u8>) -> &usize {
    text.len() + usize::from(**theme)
}

#[weak_memo(last)]
fn borrows(text: &mut Anchored<String>, name: Cow<'_, str>) -> &usize {
    text.len() + name.len()
}

#[weak_memo(last)]
fn computed(text: &mut Anchored<String>, #[memo(key = name.len())] name: &str) -> &usize {
    text.len() + name.len()
}

#[weak_memo(last)]
fn mutable(text: &mut Anchored<String>, width: usize, log: &mut String) -> &usize {
    log.push('.');
    text.len() / width
}

#[weak_memo(last)]
fn mutable_value(text: &mut Anchored<String>, #[memo(value)] log: &mut String) -> &usize {
    log.push('.');
    text.len()
}

#[weak_memo(last)]
fn none(text: &mut Anchored<String>) -> &usize {
    text.len()
}

fn main() {}
