//! Reports: every memo has a name of its own, which stays, and the table is one that can be read.

use std::collections::HashSet;
use std::sync::Arc;

use memo_core::{Reporter, add_reporter, memos, report, weak_memo};
use memo_tests::{alone, watchdog};

#[weak_memo]
fn logged<F: Fn(&str)>(owner: &Arc<u8>, #[memo(skip)] log: F) -> u8 {
    log("computed");
    **owner
}

#[track_caller]
fn assert_all_names_differ() {
    let (all, mut seen) = (memos(), HashSet::new());
    for memo in &all {
        assert!(seen.insert(&memo.name), "two memos are called `{}`", memo.name);
    }
}

#[test]
fn memos_of_two_closures_have_two_names() {
    let owner = Arc::new(1);
    assert_eq!(
        (logged(&owner, |_| ()), logged(&owner, |_| ()), logged(&owner, |text| assert_eq!(text, "computed"))),
        (1, 1, 1)
    );
    assert_all_names_differ();
    let names = || memos().into_iter().map(|memo| memo.name).filter(|name| name.contains("logged")).collect::<Vec<_>>();
    let before = names();
    assert_eq!(before.len(), 3);
    assert!(before.iter().any(|name| name.ends_with(" #2")), "{before:?}");
    logged(&owner, |_| ());
    assert_eq!(names()[..3], before, "a name stays");
    assert_eq!(names().len(), 4);
    assert_all_names_differ();
}

#[test]
fn memos_of_nested_functions_of_one_name_have_two_names() {
    fn first(owner: &Arc<u8>) -> &'static str {
        #[weak_memo]
        fn nested(owner: &Arc<u8>) -> u8 {
            **owner
        }
        nested(owner);
        nested_memo().name()
    }
    fn second(owner: &Arc<u8>) -> &'static str {
        #[weak_memo]
        fn nested(owner: &Arc<u8>) -> u8 {
            **owner + 1
        }
        nested(owner);
        nested_memo().name()
    }
    let owner = Arc::new(1);
    let names = (first(&owner), second(&owner));
    assert_eq!(names.0, "laws::statistics::reports::nested");
    assert!(
        names.1.starts_with("laws::statistics::reports::nested (tests/it/laws/statistics/reports.rs:"),
        "{}",
        names.1
    );
    assert_eq!(names, (first(&owner), second(&owner)), "a name stays");
    assert_all_names_differ();
}

#[test]
fn memos_given_the_same_name_have_two_names() {
    #[weak_memo(name = "given twice")]
    fn one(owner: &Arc<u8>) -> u8 {
        **owner
    }
    #[weak_memo(name = "given twice")]
    fn other(owner: &Arc<u8>) -> u8 {
        **owner
    }
    let owner = Arc::new(1);
    assert_eq!((one(&owner), other(&owner)), (1, 1));
    assert_eq!(one_memo().name(), "given twice");
    assert!(other_memo().name().starts_with("given twice (tests/it/laws/statistics/reports.rs:"));
}

/// A counter that appears at 1 shows no rate, so a program asks before the first call.
#[test]
fn a_memo_of_which_only_statistics_were_requested_is_listed() {
    #[weak_memo(name = "asked for stats")]
    fn stats(owner: &Arc<u8>) -> u8 {
        **owner
    }
    #[weak_memo(name = "asked for len")]
    fn len(owner: &Arc<u8>) -> u8 {
        **owner
    }
    #[weak_memo(name = "asked whether empty", local)]
    fn is_empty(owner: &Arc<u8>) -> u8 {
        **owner
    }
    let listed = |name: &str| memos().into_iter().filter(|memo| memo.name == name).count();
    let names = ["asked for stats", "asked for len", "asked whether empty"];
    assert_eq!(names.map(listed), [0; 3]);
    for _ in 0..2 {
        assert_eq!((stats_memo().stats().misses, len_memo().len(), is_empty_memo().is_empty()), (0, 0, true));
        assert_eq!(names.map(listed), [1; 3]);
    }
    let owner = Arc::new(1);
    for _ in 0..2 {
        assert_eq!((stats(&owner), len(&owner), is_empty(&owner)), (1, 1, 1));
    }
    assert_eq!((stats_memo().stats().hits, len_memo().len(), is_empty_memo().len()), (1, 1, 1));
    assert_eq!(names.map(listed), [1; 3]);
}

mod far {
    pub(super) mod away {
        pub(crate) struct ATypeWithALongNameInAModule<T>(pub(crate) T);
    }
}

impl<T> far::away::ATypeWithALongNameInAModule<T> {
    #[weak_memo(associated)]
    fn a_method_with_a_name_that_is_long_too(owner: &Arc<u8>) -> u8 {
        **owner
    }
}

#[test]
fn a_long_name_does_not_widen_the_table() {
    alone(|| {
        let owner = Arc::new(1);
        far::away::ATypeWithALongNameInAModule::<u64>::a_method_with_a_name_that_is_long_too(&owner);
        let name = far::away::ATypeWithALongNameInAModule::<u64>::a_method_with_a_name_that_is_long_too_memo().name();
        assert_eq!(
            name,
            "laws::statistics::reports::far::away::ATypeWithALongNameInAModule<u64>::a_method_with_a_name_that_is_long_too"
        );
        let text = report().to_string();
        let mut lines = text.lines();
        let head = lines.next().unwrap();
        assert!(head.starts_with("memo") && head.chars().count() < 100, "{text}");
        let mut rows = lines.skip_while(|line| *line != name).skip(1);
        let figures = rows.next().unwrap_or_else(|| panic!("the name has a line of its own:\n{text}"));
        assert!(figures.starts_with(' ') && figures.chars().count() == head.chars().count(), "{text}");
    });
}

#[test]
#[cfg(not(memo_no_clock))]
fn a_report_shows_no_more_time_than_passed() {
    #[weak_memo(name = "hit in a loop")]
    fn slow(owner: &Arc<u8>) -> u8 {
        let started = std::time::Instant::now();
        while started.elapsed().as_millis() < 2 {}
        **owner
    }
    alone(|| {
        let (owner, started) = (Arc::new(1), std::time::Instant::now());
        (0..100_000).for_each(|_| assert_eq!(slow(&owner), 1));
        let stats = slow_memo().stats();
        assert!(stats.compute_time >= stats.mean_compute_time() && stats.compute_time <= started.elapsed());
        assert!(stats.mean_compute_time().as_millis() >= 2);
        let text = report().to_string();
        assert!(text.starts_with("memo") && !text.contains("saved"), "{text}");
        // What its own text says: of each hit the mean of the computes, whether anybody would have waited for it or not.
        assert!(stats.time_saved() > started.elapsed());
        let (each, all) = (stats.mean_compute_time(), stats.time_saved());
        assert!(all.abs_diff(each * u32::try_from(stats.hits).unwrap()) < each, "{each:?} {all:?}");
    });
}

#[test]
#[cfg(not(memo_no_clock))]
fn the_time_of_a_memo_that_a_body_calls_counts_in_both() {
    #[weak_memo]
    fn inner(owner: &Arc<u8>) -> u8 {
        let started = std::time::Instant::now();
        while started.elapsed().as_millis() < 2 {}
        **owner
    }
    #[weak_memo]
    fn outer(owner: &Arc<u8>) -> u8 {
        inner(owner)
    }
    let owner = Arc::new(1);
    assert_eq!((outer(&owner), outer(&owner), inner(&owner)), (1, 1, 1));
    let (outer, inner) = (outer_memo().stats(), inner_memo().stats());
    assert!(outer.compute_time >= inner.compute_time && inner.compute_time.as_millis() >= 2);
    assert!(outer.time_saved() >= outer.compute_time && inner.time_saved() >= inner.compute_time);
}

#[test]
#[cfg(memo_no_clock)]
fn without_a_clock_no_time_is_reported_and_everything_else_is_counted() {
    #[weak_memo(name = "by no clock")]
    fn slow(owner: &Arc<u8>) -> u8 {
        let started = std::time::Instant::now();
        while started.elapsed().as_millis() < 2 {}
        **owner
    }
    let owner = Arc::new(1);
    (0..10).for_each(|_| assert_eq!(slow(&owner), 1));
    let stats = slow_memo().stats();
    assert_eq!((stats.computes, stats.hits), (1, 9));
    let none = std::time::Duration::ZERO;
    assert_eq!((stats.compute_time, stats.mean_compute_time(), stats.time_saved()), (none, none, none));
    assert!(report().to_string().contains("by no clock"));
}

#[test]
fn ten_misses_and_five_hits_are_displayed() {
    #[weak_memo(capacity = 20, name = "ten and five")]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Arc::new(1);
    (0..10).chain(0..5).for_each(|m| _ = f(&n, m));
    let stats = f_memo().stats();
    assert_eq!((stats.misses, stats.hits, stats.entries), (10, 5, 10));
    let line = stats.to_string();
    for part in ["5 hits", "10 misses", "33.3 %", "10 living results"] {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
    let info = memos().into_iter().find(|memo| memo.name == "ten and five").unwrap();
    assert!(info.options.contains("capacity = 20") && info.file == file!() && info.stats.misses == 10, "{info:?}");
    assert!(report().to_string().lines().any(|line| line.starts_with("ten and five")));
}

struct Line(&'static str);

impl Reporter for Line {
    fn lines(&self) -> Vec<String> {
        // No lock is held: others may be added meanwhile.
        add_reporter(&Arc::new(Line("gone at once")));
        vec![self.0.to_owned()]
    }
}

#[test]
fn what_is_added_to_a_report_is_told_of_while_it_lives() {
    watchdog(|| {
        let told = || report().also.into_iter().filter(|line| line.starts_with("added: ")).collect::<Vec<_>>();
        let (first, second) = (Arc::new(Line("added: first")), Arc::new(Line("added: second")));
        add_reporter(&first);
        add_reporter(&second);
        assert_eq!(told(), ["added: first", "added: second"]);
        assert!(report().to_string().contains("\nadded: first\nadded: second\n"));
        assert_eq!(memo_core::overview().also, report().also);
        assert_eq!(Arc::strong_count(&first), 1, "a report keeps nothing alive");
        drop(first);
        assert_eq!(told(), ["added: second"]);
    });
}
