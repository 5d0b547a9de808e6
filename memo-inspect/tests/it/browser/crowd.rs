use super::chromium::Chromium;
use super::stub::Stub;
use crate::watchdog::watchdog;

/// What the probe has noted: milliseconds since the page was asked for.
fn noted(dom: &str, what: &str) -> u32 {
    let start = format!("data-{what}=\"");
    let value = dom.split(&start).nth(1).and_then(|rest| rest.split('"').next());
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("nothing was noted of {what}"))
}

/// From when the page is asked for, with the time of the shortest of some runs: other tests run beside it.
#[test]
fn the_first_rows_of_a_thousand_are_there_within_a_second() {
    let Some(chromium) = Chromium::find() else { return };
    let run = |_| {
        let dom = chromium.dom_when_loaded(&format!("http://{}/", Stub::of(1000).address));
        assert_eq!(dom.matches("role=\"rowheader\"").count(), 1000);
        (noted(&dom, "first"), noted(&dom, "all"))
    };
    let (first, all) = watchdog(|| (0..3).map(run).min().expect("there were some"));
    eprintln!("the first of a thousand rows are there after {first} ms, and all after {all} ms");
    assert!(first < 1000, "{first} ms");
}
