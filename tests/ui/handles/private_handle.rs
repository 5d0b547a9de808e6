//! A handle that is less visible than its function.

mod words {
    use memo_core::weak_memo;
    use std::sync::Arc;

    #[weak_memo(handle = pub(self) length_memo)]
    pub fn length(text: &Arc<String>) -> usize {
        text.len()
    }
}

fn main() {
    words::length_memo().clear();
}
