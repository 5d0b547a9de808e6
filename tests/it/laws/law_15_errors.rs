//! Law 15: an `Err` is not remembered, a `None` is.

use std::io;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::{panic_of, watchdog};

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
fn an_err_inside_another_type_is_a_result_like_any_other() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Option<Answer> {
        Some(Err(n.to_string()))
    }
    let n = Arc::new(1);
    assert_eq!((f(&n), f(&n), f_memo().stats().computes), (Some(Err("1".into())), Some(Err("1".into())), 1));
}

#[test]
fn cache_err_some_only_and_cache_if_change_what_is_kept() {
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

/// Neither `Clone` nor `Send`.
#[derive(Debug)]
#[allow(dead_code, reason = "it stands for what the error holds")]
struct Bare(std::rc::Rc<()>);

#[test]
fn an_error_that_is_not_kept_needs_no_trait() {
    #[weak_memo]
    fn parsed(text: &Arc<String>) -> io::Result<Arc<str>> {
        if text.is_empty() { Err(io::Error::other("empty")) } else { Ok(text.as_str().into()) }
    }
    #[weak_memo]
    fn keyed(text: &Anchored<String>, from: usize) -> Result<char, Bare> {
        text[from..].chars().next().ok_or_else(|| Bare(Default::default()))
    }
    #[weak_memo]
    fn generic<T: Clone + Send + Sync + 'static, E: 'static>(
        value: &Arc<T>,
        #[memo(skip)] error: fn() -> E,
    ) -> Result<T, E> {
        let _ = error;
        Ok(T::clone(value))
    }
    let (empty, full) = (Arc::new(String::new()), Arc::new("a".to_owned()));
    for _ in 0..3 {
        assert_eq!(parsed(&empty).unwrap_err().to_string(), "empty");
        assert_eq!(&*parsed(&full).unwrap(), "a");
    }
    let stats = parsed_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.hits, stats.entries), (4, 3, 2, 1));
    let text = Anchored::new("ab".to_owned());
    for _ in 0..3 {
        assert!(keyed(&text, 2).is_err());
        assert_eq!(keyed(&text, 1).unwrap(), 'b');
    }
    assert_eq!((keyed_memo().stats().computes, keyed_memo().len()), (4, 1));
    assert_eq!((generic(&Arc::new(1), || Bare(Default::default())).unwrap(), generic_memo::<u8, Bare>().len()), (1, 0));
}

#[test]
fn the_handle_of_a_memo_whose_errors_cannot_be_cloned() {
    #[weak_memo]
    fn parsed(text: &Arc<String>) -> io::Result<usize> {
        if text.is_empty() { Err(io::Error::other("empty")) } else { Ok(text.len()) }
    }
    let (memo, text) = (parsed_memo(), Arc::new("a".to_owned()));
    assert!(memo.get(&text).is_none());
    assert_eq!((memo.refresh(&text).unwrap(), memo.compute(&text).unwrap()), (1, 1));
    memo.insert(&text, Ok(7));
    assert_eq!((memo.get(&text).unwrap().unwrap(), parsed(&text).unwrap()), (7, 7));
    // An error is not stored: the old result goes, and none comes.
    memo.insert(&text, Err(io::Error::other("no")));
    assert!(memo.get(&text).is_none());
    assert_eq!((memo.len(), parsed(&text).unwrap()), (0, 1));
    assert!(memo.forget(&text));
    assert_eq!(memo.clear(), 0);
}

#[test]
fn waiters_for_an_error_that_cannot_be_cloned_compute() {
    #[weak_memo]
    fn failing(text: &Arc<String>) -> io::Result<usize> {
        // The first one fails when another waits.
        while failing_memo().stats().waits < 2 && failing_memo().stats().computes == 0 {
            std::thread::yield_now();
        }
        Err(io::Error::other(text.as_str()))
    }
    watchdog(|| {
        let text = Arc::new("no".to_owned());
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..3).map(|_| scope.spawn(|| failing(&text).unwrap_err().to_string())).collect();
            assert!(calls.into_iter().all(|call| call.join().unwrap() == "no"));
        });
        assert_eq!((failing_memo().stats().computes, failing_memo().len()), (3, 0));
    });
}

#[test]
fn a_kept_error_may_be_lent() {
    #[weak_memo(cache_err)]
    fn whole(text: &Arc<String>) -> &io::Result<String> {
        if text.is_empty() { Err(io::Error::other("empty")) } else { Ok(text.to_uppercase()) }
    }
    #[weak_memo(cache_err)]
    fn both(text: &Arc<String>) -> Result<&str, &io::Error> {
        if text.is_empty() { Err(io::Error::other("empty")) } else { Ok(text.to_uppercase()) }
    }
    #[weak_memo(cache_err, capacity = unbounded)]
    fn keyed<'a>(text: &'a Anchored<String>, n: usize, _s: &str) -> Result<Option<&'a [u8]>, &'a str> {
        if n == 0 { Err("none".to_owned()) } else { Ok(text.get(n..).map(|text| text.as_bytes().to_vec())) }
    }
    let (empty, full) = (Arc::new(String::new()), Arc::new("a".to_owned()));
    for _ in 0..3 {
        assert_eq!((whole(&full).as_deref().unwrap(), both(&full).unwrap()), ("A", "A"));
        assert_eq!(whole(&empty).as_ref().unwrap_err().to_string(), "empty");
        assert!(std::ptr::eq(both(&empty).unwrap_err(), both(&empty).unwrap_err()));
    }
    assert_eq!((whole_memo().stats().computes, both_memo().stats().computes), (2, 2));
    assert!(both_memo().get(&empty).is_some_and(|got| got.is_err()));
    let text = Anchored::new("ab".to_owned());
    for _ in 0..2 {
        assert_eq!(
            (keyed(&text, 0, ""), keyed(&text, 1, ""), keyed(&text, 9, "")),
            (Err("none"), Ok(Some(&b"b"[..])), Ok(None))
        );
    }
    assert_eq!(keyed_memo().stats().computes, 3);
}

/// Also if the destructor of that error panics: what is asked for is done.
#[test]
fn an_error_that_is_inserted_takes_the_old_result_out() {
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            panic!("the error");
        }
    }
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Result<u32, Loud> {
        Ok(**n)
    }
    let n = Arc::new(1);
    assert!(matches!(f(&n), Ok(1)));
    assert_eq!(panic_of(|| f_memo().insert(&n, Err(Loud))), "the error");
    assert!(f_memo().get(&n).is_none());
}
