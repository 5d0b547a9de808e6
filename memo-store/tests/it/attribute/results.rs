//! Which results are shared, and in which form they reach the caller.

use std::collections::BTreeMap;
use std::num::ParseIntError;
use std::path::Path;
use std::sync::Arc;

use memo_core::weak_memo;

use super::{Fleet, are_apart, here, is_shared, runs};

fn text() -> Arc<String> {
    Arc::new("one two three".to_owned())
}

#[weak_memo(store = here(), version = 1)]
fn length(text: &Arc<String>) -> &usize {
    runs();
    text.len()
}

#[weak_memo(capacity = unbounded, store = here(), version = 1)]
fn words(text: &Arc<String>, from: usize) -> &[String] {
    runs();
    text.split_whitespace().skip(from).map(str::to_owned).collect()
}

#[weak_memo(store = here(), version = 1)]
fn file(text: &Arc<String>) -> Option<&Path> {
    runs();
    Some(text.split_whitespace().next()?.into())
}

#[weak_memo(capacity = unbounded, store = here(), version = 1)]
fn both<'t>(one: &'t Arc<String>, of: &str, other: &'t Arc<String>) -> &'t BTreeMap<String, usize> {
    runs();
    [one, other].map(|text| (format!("{text}{of}"), text.len())).into()
}

#[test]
fn lent_results_are_shared() {
    is_shared(text, |text| *length(text));
    is_shared(text, |text| words(text, 1).to_vec());
    is_shared(text, |text| file(text).map(Path::to_owned));
    is_shared(|| (text(), text()), |(one, other)| both(one, "!", other).clone());
    are_apart([0, 1], |from| words(&text(), from).to_vec());
}

#[weak_memo(store = here(), version = 1)]
fn number(text: &Arc<String>) -> Result<u32, ParseIntError> {
    runs();
    let number = text.parse::<u32>()?;
    Ok(number + 1)
}

#[weak_memo(store = here(), version = 1)]
fn lent_number(text: &Arc<String>) -> Result<&u32, ParseIntError> {
    runs();
    Ok(text.parse::<u32>()? + 1)
}

type Parsed = Result<u32, ParseIntError>;

#[weak_memo(store = here(), version = 1)]
fn number_by_alias(text: &Arc<String>) -> Parsed {
    runs();
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
}

/// An `Err` is computed each time, in each process, and nobody is kept waiting for it.
fn no_error_is_shared(call: impl Fn(&Arc<String>) -> Parsed) {
    is_shared(|| Arc::new("7".to_owned()), &call);
    let fleet = Fleet::new();
    let bad = Arc::new("seven".to_owned());
    for process in [0, 0, 1] {
        let (result, ran) = fleet.within(process, || call(&bad));
        assert_eq!((result.is_err(), ran), (true, 1));
    }
    assert_eq!((fleet.engine.memory.len(), fleet.gets()), (0, 3));
    assert_eq!(fleet.stores[1].stats().waits, 0);
    fleet.nothing_is_held();
}

#[test]
fn an_error_is_not_shared() {
    no_error_is_shared(number);
    no_error_is_shared(|text| lent_number(text).copied());
    no_error_is_shared(number_by_alias);
}

#[weak_memo(cache_err, store = here(), version = 1)]
fn checked(text: &Arc<String>) -> Result<u32, String> {
    runs();
    text.parse().map_err(|_| format!("not {text}"))
}

#[weak_memo(cache_err, store = here(), version = 1)]
fn lent_check(text: &Arc<String>) -> Result<&u32, &str> {
    runs();
    text.parse().map_err(|_| format!("not {text}"))
}

#[test]
fn an_error_that_is_kept_is_shared() {
    for of in ["7", "seven"] {
        is_shared(|| Arc::new(of.to_owned()), checked);
        is_shared(|| Arc::new(of.to_owned()), |text| lent_check(text).copied().map_err(str::to_owned));
    }
}

#[weak_memo(some_only, store = here(), version = 1)]
fn title(text: &Arc<String>) -> Option<String> {
    runs();
    text.strip_prefix("# ").map(str::to_owned)
}

#[weak_memo(store = here(), version = 1)]
fn any_title(text: &Arc<String>) -> Option<String> {
    runs();
    text.strip_prefix("# ").map(str::to_owned)
}

#[weak_memo(cache_if = |lines| lines.len() > 1, store = here(), version = 1)]
fn lines(text: &Arc<String>) -> Vec<String> {
    runs();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn what_is_not_kept_is_not_shared() {
    is_shared(|| Arc::new("# title".to_owned()), title);
    is_shared(|| Arc::new("a\nb".to_owned()), lines);
    is_shared(text, any_title);
    let fleet = Fleet::new();
    let text = text();
    for process in [0, 0, 1] {
        assert_eq!(fleet.within(process, || title(&text)), (None, 1));
        assert_eq!(fleet.within(process, || lines(&text)).1, 1);
    }
    assert!(fleet.engine.memory.is_empty());
    assert_eq!(fleet.stores[1].stats().waits, 0);
    fleet.nothing_is_held();
}

#[weak_memo(weak_value, store = here(), version = 1)]
fn pixels(name: &Arc<String>) -> Arc<Vec<u8>> {
    runs();
    Arc::new(vec![1; name.len()])
}

#[test]
fn a_weak_value_that_nobody_holds_comes_back_from_the_store() {
    is_shared(text, pixels);
    let fleet = Fleet::new();
    let name = text();
    let (first, _) = fleet.within(0, || pixels(&name));
    let (again, _) = fleet.within(0, || pixels(&name));
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(fleet.gets(), 1);
    drop((first, again));
    assert_eq!(fleet.within(0, || pixels(&name).len()), (name.len(), 0));
    assert_eq!(fleet.gets(), 2);
    drop(name);
    fleet.nothing_is_held();
}

#[weak_memo(reuse_equal, store = here(), version = 1)]
fn shape(text: &Arc<String>) -> Arc<Vec<usize>> {
    runs();
    Arc::new(text.split_whitespace().map(str::len).collect())
}

#[test]
fn what_comes_from_the_store_is_replaced_by_an_equal_result() {
    is_shared(text, shape);
    let fleet = Fleet::new();
    let (there, here) = (text(), text());
    fleet.within(0, || shape(&there));
    let (other, _) = fleet.within(1, || shape(&Arc::new("two one three".to_owned())));
    let (found, ran) = fleet.within(1, || shape(&here));
    assert_eq!((found.as_ref(), ran), (&*other, 0));
    assert!(Arc::ptr_eq(&found, &other));
}

/// A result that may be an argument.
#[weak_memo(store = here(), version = 1)]
fn trimmed(text: &Arc<String>) -> Arc<String> {
    runs();
    if text.trim().len() == text.len() { Arc::clone(text) } else { Arc::new(text.trim().to_owned()) }
}

#[weak_memo(may_return_owner, store = here(), version = 1)]
fn neighbours(text: &Arc<String>) -> Vec<Arc<String>> {
    runs();
    vec![Arc::new(format!("{text}+")), Arc::new(format!("{text}-"))]
}

#[test]
fn results_may_hold_what_is_like_the_owner() {
    is_shared(|| Arc::new(" a ".to_owned()), trimmed);
    is_shared(text, trimmed);
    is_shared(text, neighbours);
}

#[weak_memo(idle = "1h", single_flight = false, store = here(), version = 1)]
fn resting(text: &Arc<String>) -> usize {
    runs();
    text.len()
}

#[test]
fn other_options_go_with_it() {
    is_shared(text, resting);
}

#[weak_memo(store = here(), version = 1)]
#[track_caller]
fn line(text: &Arc<String>) -> u32 {
    runs();
    std::panic::Location::caller().line() + text.len() as u32 * 1000
}

#[test]
fn the_body_knows_its_caller() {
    let fleet = Fleet::new();
    let of = Arc::new("1".to_owned());
    assert_eq!(fleet.within(0, || line(&of)).0, 1000 + line!());
    is_shared(text, line);
}
