//! Whatever `T` is, all that is put on an `Anchor` or in the shared table is `Send + Sync + 'static`; `T` need not be.

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

/// A5, the legal half: an anchor leaves its thread-bound object, and its results with it.
#[test]
fn an_anchor_may_leave_a_thread_bound_object() {
    #[derive(HasAnchor)]
    struct Node {
        tally: Tally,
        bound: Rc<Cell<u32>>,
        anchor: Anchor,
    }

    #[weak_memo]
    fn token(node: &Node) -> Token {
        node.bound.set(node.bound.get() + 1);
        node.tally.token()
    }

    watchdog(|| {
        let tally = Tally::new();
        let node = Node { tally: tally.clone(), bound: Rc::default(), anchor: Anchor::new() };
        drop(token(&node));
        let Node { anchor, bound, .. } = node;
        thread::spawn(move || drop(anchor)).join().expect("nothing panics");
        assert_eq!((tally.alive(), bound.get()), (0, 1));
    });
}

/// A7, the legal half: the object borrows; its results do not.
#[test]
fn an_object_may_borrow() {
    struct Doc<'a> {
        text: &'a str,
    }

    #[weak_memo]
    fn lower(doc: &Arc<Doc<'_>>) -> String {
        doc.text.to_lowercase()
    }

    #[weak_memo]
    fn lent<'w>(doc: &'w Anchored<Doc<'_>>) -> &'w String {
        doc.text.to_lowercase()
    }

    let text = String::from("ABC");
    let doc = Arc::new(Doc { text: &text });
    assert_eq!(lower(&doc), "abc");
    let kept = Arc::downgrade(&doc);
    drop(doc);
    let anchored = Anchored::new(Doc { text: &text });
    assert_eq!(lent(&anchored), "abc");
    drop(anchored);
    drop(kept);
    drop(text);
    // The side table may still hold a `Weak<Doc<'_>>` of what has ended: only its counts are touched.
    in_time(|| lower_memo().is_empty());
}
