//! What a plain function would be told, a memoized one is told too, and nothing else.

#![deny(
    warnings,
    missing_docs,
    non_snake_case,
    redundant_lifetimes,
    rust_2018_idioms,
    single_use_lifetimes,
    unnameable_types,
    unused_lifetimes,
    unused_qualifications
)]

use memo_core::weak_memo;
use std::sync::Arc;

/// A name that ends in an underscore, an argument that nobody reads.
#[weak_memo]
pub fn type_(text: &Arc<String>, _unread: u32) -> usize {
    text.len()
}

/// A lifetime that is there for the result alone.
#[weak_memo]
pub fn lent<'a>(text: &'a Arc<String>) -> &'a str {
    text.to_uppercase()
}

/// Many arguments, the attribute's lints on the function.
#[weak_memo]
#[inline]
#[must_use]
#[deprecated]
#[allow(clippy::too_many_arguments)]
#[cfg_attr(all(), doc = "And a conditional doc.", allow(non_snake_case))]
pub fn many(text: &Arc<String>, A: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) -> usize {
    text.len() + usize::from(A + b + c + d + e + f + g)
}

#[weak_memo]
#[expect(dead_code, reason = "a memoized function that nobody calls is reported")]
fn unused(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo]
#[expect(unused_variables, reason = "the body's lints are the user's")]
fn unread(text: &Arc<String>, number: u32) -> usize {
    text.len()
}

#[cfg(not(all()))]
#[weak_memo]
fn nowhere(text: &Arc<String>) -> Missing {
    text
}

#[weak_memo]
#[cfg(not(all()))]
fn nowhere_either(text: &Arc<String>) -> Missing {
    text
}

fn main() {
    #[weak_memo]
    fn inner(text: &Arc<String>) -> usize {
        text.len()
    }
    let text = Arc::new(String::from("t"));
    assert_eq!(type_(&text, 1) + inner(&text) + unread(&text, 1), 3);
    assert_eq!(type__memo().len() + inner_memo().len(), 2);
    assert_eq!(lent(&text), "T");
    #[allow(deprecated)]
    let sum = many(&text, 1, 1, 1, 1, 1, 1, 1);
    assert_eq!(sum, 8);
}
