//! Other memoizers on the same function: `cached`, `comemo`. The one below is asked first.

use std::sync::Arc;

use memo_core::weak_memo;

mod of_cached {
    use super::*;
    use cached::macros::cached;

    #[cached(max_size = 10)]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.len()
    }

    #[weak_memo]
    #[cached(max_size = 10)]
    fn below(text: &Arc<String>) -> usize {
        text.len()
    }

    /// Its key is a clone of the argument, which lives on, and so do the results.
    #[test]
    fn it_keeps_the_owner_alive_below_and_above() {
        let (one, other) = (Arc::new("four".to_owned()), Arc::new("three".to_owned()));
        for _ in 0..2 {
            assert_eq!((above(&one), below(&other)), (4, 5));
        }
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (2, 2));
        drop((one, other));
        memo_core::sweep();
        assert_eq!((above_memo().len(), below_memo().len()), (1, 1));
        assert_eq!((above_memo().stats().hits, below_memo().stats().hits), (1, 0));
    }
}

mod of_comemo {
    use super::*;

    #[comemo::memoize]
    #[weak_memo]
    fn above(text: &Arc<String>) -> usize {
        text.len()
    }

    #[weak_memo]
    #[comemo::memoize]
    fn below(text: &Arc<String>) -> usize {
        text.len()
    }

    /// It compares contents, and holds no object.
    #[test]
    fn equal_texts_are_one_to_it_and_two_to_the_memo() {
        let (one, other) = (Arc::new("four".to_owned()), Arc::new("four".to_owned()));
        for text in [&one, &other, &one] {
            assert_eq!((above(text), below(text)), (4, 4));
        }
        let (above, below) = (above_memo().stats(), below_memo().stats());
        assert_eq!((above.hits, above.misses, below.hits, below.misses), (1, 2, 0, 1));
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (1, 1));
    }
}
