//! One memo for each instantiation, whatever is generic.

use memo_core::{Anchor, HasAnchor, MemoKey, weak_memo};
use std::fmt::Debug;
use std::sync::Arc;

#[derive(HasAnchor)]
struct Holder<T> {
    held: T,
    anchor: Anchor,
}

impl<T> Holder<T> {
    fn new(held: T) -> Self {
        Self { held, anchor: Anchor::new() }
    }
}

impl<T: Debug + Clone + Send + Sync + 'static> Holder<T> {
    #[weak_memo]
    fn show(&self, width: usize) -> String {
        format!("{:?}{width}", self.held)
    }

    #[weak_memo]
    fn show_with<U: Default + Debug, const N: usize>(&self) -> &str {
        format!("{:?}{:?}{N}", self.held, U::default())
    }

    #[weak_memo(cache_err)]
    fn held(&self) -> T {
        self.held.clone()
    }
}

impl<'i> Holder<&'i str> {
    #[weak_memo]
    fn upper(&self) -> &str {
        self.held.to_uppercase()
    }

    #[weak_memo]
    fn same(&'i self, other: &str) -> bool {
        self.held == other
    }
}

#[weak_memo]
fn size<T: HasAnchor + ?Sized, K, const N: usize>(object: &T, key: K) -> usize
where
    K: MemoKey + Into<usize>,
{
    size_of_val(object) + key.into() + N
}

#[weak_memo(cache_err)]
fn made<T: Default + Clone + Send + Sync + 'static>(text: &Arc<String>) -> T {
    assert!(!text.is_empty());
    T::default()
}

/// The bounds speak of a lifetime, which the handle keeps then.
#[weak_memo]
fn compared<'x, T: PartialEq<&'x str>>(text: &Arc<String>, #[memo(skip)] with: &T, #[memo(skip)] part: &'x str) -> bool
where
    T: 'x,
{
    *with == part && !text.is_empty()
}

fn main() {
    let (number, word) = (Holder::new(1_u8), Holder::new("w"));
    let text = Arc::new(String::from("t"));
    for _ in 0..2 {
        assert_eq!(number.show(1), "11");
        assert_eq!(Holder::new(String::new()).show(1), "\"\"1");
        assert_eq!(number.show_with::<u32, 2>(), "102");
        assert_eq!(number.show_with::<String, 3>(), "1\"\"3");
        assert_eq!(number.held(), 1);
        assert_eq!(word.upper(), "W");
        assert!(word.same("w"));
        assert_eq!(size::<_, _, 3>(&number, 1_usize), size_of_val(&number) + 4);
        assert_eq!(size::<_, _, 4>(&number, 1_usize), size_of_val(&number) + 5);
        assert_eq!(made::<u32>(&text), 0);
        assert_eq!(made::<String>(&text), "");
        assert_eq!(made::<Option<u8>>(&text), None);
        assert!(compared(&text, &"a", "a"));
    }
    assert_eq!(Holder::<u8>::show_memo().stats().computes, 1);
    assert_eq!(Holder::<String>::show_memo().stats().computes, 2);
    assert_eq!(size_memo::<Holder<u8>, usize, 4>().stats().hits, 1);
    assert_eq!(made_memo::<u32>().get(&text), Some(0));
}
