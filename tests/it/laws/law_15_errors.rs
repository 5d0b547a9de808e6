//! Law 15: an `Err` is not remembered, a `None` is.

use std::sync::Arc;

use memo_core::weak_memo;

type Answer = Result<u32, String>;

#[test]
fn an_err_is_not_remembered_however_its_type_is_spelt() {
    #[weak_memo]
    fn plain(n: &Arc<u32>) -> Result<u32, String> {
        Err(n.to_string())
    }
    #[weak_memo]
    fn alias(n: &Arc<u32>) -> Answer {
        Err(n.to_string())
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> Result<&u32, String> {
        Err(n.to_string())
    }
    let n = Arc::new(1);
    for _ in 0..3 {
        assert_eq!((plain(&n), alias(&n), lent(&n)), (Err("1".into()), Err("1".into()), Err("1".into())));
    }
    for stats in [plain_memo().stats(), alias_memo().stats(), lent_memo().stats()] {
        assert_eq!((stats.computes, stats.rejected, stats.entries, stats.hits), (3, 3, 0, 0));
    }
    assert_eq!(alias_memo().get(&n), None);
}

#[test]
fn an_ok_is_remembered_after_an_err() {
    #[weak_memo]
    fn alias(n: &Arc<u32>, m: u32) -> Answer {
        if alias_memo().stats().misses == 1 { Err("first".to_owned()) } else { Ok(**n + m) }
    }
    let n = Arc::new(1);
    assert_eq!(alias(&n, 1), Err("first".to_owned()));
    for _ in 0..3 {
        assert_eq!(alias(&n, 1), Ok(2));
    }
    let stats = alias_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.hits), (2, 1, 2));
}

#[test]
fn a_none_is_remembered() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Option<u32> {
        let _ = n;
        None
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> Option<&u32> {
        let _ = n;
        None
    }
    let n = Arc::new(1);
    for _ in 0..3 {
        assert_eq!((f(&n), lent(&n)), (None, None));
    }
    assert_eq!((f_memo().stats().computes, lent_memo().stats().computes), (1, 1));
}

#[test]
fn an_err_inside_something_else_is_a_result_like_any_other() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Option<Answer> {
        Some(Err(n.to_string()))
    }
    let n = Arc::new(1);
    assert_eq!((f(&n), f(&n), f_memo().stats().computes), (Some(Err("1".into())), Some(Err("1".into())), 1));
}

#[test]
fn cache_err_some_only_and_cache_if_say_otherwise() {
    #[weak_memo(cache_err)]
    fn errors(n: &Arc<u32>, m: u32) -> Answer {
        if m == 0 { Err(n.to_string()) } else { Ok(m) }
    }
    #[weak_memo(some_only)]
    fn some(n: &Arc<u32>, m: u32) -> Option<u32> {
        (m > 0).then_some(**n)
    }
    #[weak_memo(cache_if = |answer: &u32| *answer > 10)]
    fn large(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(cache_if = |answer| answer.as_ref().is_err_and(|said| said == "keep"))]
    fn only_one_error(n: &Arc<u32>, text: &str) -> Answer {
        if text.is_empty() { Ok(**n) } else { Err(text.to_owned()) }
    }
    #[weak_memo(cache_err)]
    fn generic<T: Clone + Send + Sync + 'static>(n: &Arc<T>) -> T {
        T::clone(n)
    }
    let n = Arc::new(1);
    for _ in 0..3 {
        assert_eq!((errors(&n, 0), errors(&n, 1)), (Err("1".into()), Ok(1)));
        assert_eq!((some(&n, 0), some(&n, 1)), (None, Some(1)));
        assert_eq!((large(&n, 1), large(&n, 50)), (2, 51));
        for text in ["", "keep", "drop"] {
            let _ = only_one_error(&n, text);
        }
        assert_eq!(generic(&n), 1);
    }
    assert_eq!((errors_memo().stats().computes, errors_memo().len()), (2, 2));
    assert_eq!((some_memo().stats().computes, some_memo().len()), (4, 1));
    assert_eq!((large_memo().stats().computes, large_memo().len()), (4, 1));
    assert_eq!((only_one_error_memo().stats().computes, only_one_error_memo().len()), (7, 1));
    assert_eq!(generic_memo::<u32>().stats().computes, 1);
}
