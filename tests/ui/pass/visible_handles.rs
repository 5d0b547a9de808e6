//! Handles with a visibility of their own.

#![deny(warnings, unsafe_code, unreachable_pub)]

mod words {
    use memo_core::{Anchor, HasAnchor, weak_memo};
    use std::sync::Arc;

    #[weak_memo(handle = pub(crate) length_memo)]
    pub(super) fn length(text: &Arc<String>) -> usize {
        text.len()
    }

    #[weak_memo(handle = pub(super) hidden)]
    fn private(text: &Arc<String>) -> usize {
        text.len()
    }

    #[derive(HasAnchor)]
    pub(crate) struct Own(pub(crate) Anchor);

    impl Own {
        #[weak_memo(handle = pub(self) sizes)]
        pub(crate) fn size(&self) -> usize {
            Self::sizes().len()
        }
    }

    pub(super) fn ask(text: &Arc<String>) -> usize {
        private(text)
    }
}

fn main() {
    let text = std::sync::Arc::new("text".to_owned());
    assert_eq!((words::length(&text), words::ask(&text)), (4, 4));
    assert_eq!((words::length_memo().len(), words::hidden().len()), (1, 1));
    assert_eq!(words::Own(memo_core::Anchor::new()).size(), 0);
}
