use std::time::{Duration, Instant};

use super::chromium::Chromium;
use super::stub::Stub;

/// The time of a run, the shortest of some, and what was drawn.
fn drawn(chromium: &Chromium, memos: usize) -> (Duration, String) {
    let url = format!("http://{}/", Stub::of(memos).address);
    let run = |_| {
        let started = Instant::now();
        let dom = chromium.dom(&url);
        (started.elapsed(), dom)
    };
    (0..3).map(run).min_by_key(|(took, _)| *took).expect("there were some")
}

/// All else that a browser does at its start is the same for one.
#[test]
fn a_thousand_memos_take_less_than_a_second_more_than_one() {
    let Some(chromium) = Chromium::find() else { return };
    let (one, few) = drawn(&chromium, 1);
    let (thousand, many) = drawn(&chromium, 1000);
    let rows = |dom: &str| dom.matches("role=\"rowheader\"").count();
    assert_eq!((rows(&few), rows(&many)), (1, 1000));
    eprintln!("a page with one memo took {one:?}, with a thousand {thousand:?}");
    assert!(thousand.saturating_sub(one) < Duration::from_secs(1), "{one:?}, {thousand:?}");
}
