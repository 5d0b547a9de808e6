//! Methods and associated functions, with every receiver.

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

impl Doc {
    fn new(text: &str) -> Arc<Self> {
        Arc::new(Self { text: text.to_owned(), anchor: Anchor::new() })
    }

    #[weak_memo]
    fn reference(&self, from: usize) -> String {
        self.text[from..].to_owned()
    }

    #[weak_memo]
    fn lent(&self) -> &str {
        self.text.to_uppercase()
    }

    #[weak_memo(capacity = unbounded)]
    fn lent_from_both(&self, other: &Arc<String>, end: char) -> &str {
        format!("{}{other}{end}", self.text)
    }

    #[weak_memo]
    fn pointer(self: &Arc<Self>) -> &str {
        self.text.to_lowercase()
    }

    #[weak_memo]
    fn by_value(self: Arc<Self>, more: usize) -> usize {
        let owned = self;
        owned.text.len() + more
    }

    #[weak_memo]
    fn skipped(#[memo(skip)] &self, other: &Arc<String>) -> usize {
        self.text.len() + other.len()
    }

    #[weak_memo]
    fn skipped_and_lent<'a>(#[memo(skip)] &self, other: &'a Arc<String>) -> &'a str {
        other.to_string() + &self.text
    }

    #[weak_memo(capacity = unbounded)]
    fn owned_by_another(&self, #[memo(owner)] other: &Arc<String>) -> &str {
        other.to_string() + &self.text
    }

    #[weak_memo]
    fn key_of_self(&self, #[memo(key = self.text.len() + more)] more: usize) -> usize {
        self.text.len() + more
    }

    #[weak_memo(associated)]
    fn associated(text: &Arc<String>) -> usize {
        Self::twice(text.len())
    }

    #[weak_memo(handle = counts)]
    fn says_self(doc: &Arc<Self>) -> usize {
        Self::twice(doc.text.len())
    }

    fn twice(number: usize) -> usize {
        number * 2
    }
}

fn main() {
    let (doc, other) = (Doc::new("aB"), Arc::new(String::from("c")));
    for _ in 0..2 {
        assert_eq!(doc.reference(1), "B");
        assert_eq!(doc.lent(), "AB");
        assert_eq!(doc.lent_from_both(&other, '!'), "aBc!");
        assert_eq!(doc.pointer(), "ab");
        assert_eq!(Arc::clone(&doc).by_value(1), 3);
        assert_eq!(doc.skipped(&other), 3);
        assert_eq!(doc.skipped_and_lent(&other), "caB");
        assert_eq!(doc.owned_by_another(&other), "caB");
        assert_eq!(doc.key_of_self(1), 3);
        assert_eq!(Doc::associated(&other), 2);
        assert_eq!(Doc::says_self(&doc), 4);
    }
    assert_eq!(Doc::reference_memo().get((&doc, 1)).as_deref(), Some("B"));
    assert_eq!(Doc::by_value_memo().refresh((Arc::clone(&doc), 1)), 3);
    assert_eq!(Doc::key_of_self_memo().get((&doc, 1)), Some(3));
    assert_eq!(Doc::lent_memo().get(&doc), Some("AB"));
    assert_eq!(Doc::skipped_memo().get((&doc, &other)), Some(3));
    assert!(Doc::associated_memo().forget(&other));
    assert_eq!(Doc::counts().clear(), 1);
    assert_eq!(Arc::strong_count(&doc), 1);
}
