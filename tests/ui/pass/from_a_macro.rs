//! Memos that a `macro_rules` macro writes.

use memo_core::weak_memo;
use std::sync::Arc;

macro_rules! memos {
    ($($(#[$attr:meta])* $vis:vis fn $name:ident($owner:ident: $type:ty, $pattern:pat_param => $key:ty) -> $result:ty $body:block of $capacity:expr;)+) => {$(
        $(#[$attr])*
        #[weak_memo(capacity = $capacity)]
        $vis fn $name($owner: $type, $pattern: $key) -> $result $body
    )+};
}

memos! {
    #[inline]
    pub fn cut(text: &Arc<String>, from => usize) -> String { text[from..].to_owned() } of 4 + 4;
    fn range(text: &Arc<String>, (from, to) => (usize, usize)) -> Arc<str> { text[from..to].into() } of 16;
}

macro_rules! whole {
    ($name:ident) => {
        #[weak_memo]
        fn $name(text: &Arc<String>) -> &str {
            text.to_uppercase()
        }
    };
}
whole!(upper);

fn main() {
    let text = Arc::new(String::from("abc"));
    assert_eq!(cut(&text, 1), "bc");
    assert_eq!(&*range(&text, (1, 2)), "b");
    assert_eq!(upper(&text), "ABC");
    assert_eq!(cut_memo().len() + range_memo().len() + upper_memo().len(), 3);
}
