//! The same of calls that are futures.

use std::sync::Arc;

use futures::executor::block_on;
use memo_core::testing::{Scope, calls, scope};
use memo_core::{assert_computed, assert_remembered, verify, weak_memo};
use memo_tests::{alone, panic_of};

#[weak_memo]
async fn length(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo]
async fn first_word(text: &Arc<String>) -> &str {
    length(text).await;
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn text() -> Arc<String> {
    Arc::new(String::from("one two"))
}

#[test]
fn assertions_and_scopes_see_what_is_polled_in_them() {
    let text = text();
    scope(|| {
        assert_eq!(block_on(length(&text)), 7);
        // The body finds that.
        assert_eq!(assert_computed!(block_on(first_word(&text))), "one");
        assert_eq!(assert_remembered!(block_on(first_word(&text))), "one");
        let said = panic_of(|| assert_computed!(block_on(length(&text))));
        assert!(said.contains("`testing::futures::length` at tests/it/testing/futures.rs:"), "{said}");
        assert_eq!((calls(first_word_memo()).to_string()), "1 hit, 1 miss, 1 compute");
        assert_eq!((calls(length_memo()).to_string()), "2 hits, 1 miss, 1 compute");
    });
    block_on(async {
        assert_eq!(assert_remembered!(length(&text).await), 7);
    });
    assert!(Scope::try_current().is_none());
}

#[test]
fn they_are_not_verified() {
    #[weak_memo]
    async fn not_again(text: &Arc<String>) -> usize {
        assert_eq!(not_again_memo().stats().computes, 0);
        text.len()
    }
    alone(|| {
        _ = verify(1.0);
        let text = text();
        assert_eq!((block_on(not_again(&text)), block_on(not_again(&text))), (7, 7));
    });
}
