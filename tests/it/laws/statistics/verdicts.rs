//! Verdicts: figures that provoke each, and figures beside them that must not.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use memo_core::{Anchored, FigureKind, Stats, Verdict, memos, report, sweep, weak_memo};
use memo_tests::alone;

fn of(name: &str) -> Vec<Verdict> {
    let all = memos();
    all.iter().find(|memo| memo.name == name).unwrap_or_else(|| panic!("{name} is listed")).verdicts.clone()
}

/// Longer than any hit, whatever machine it is.
fn work(of: u64) -> u64 {
    (0..2_000).fold(of, |sum, n| black_box(sum ^ n).rotate_left(3))
}

#[test]
fn a_result_that_holds_its_argument_is_the_worst() {
    #[weak_memo(name = "holds", may_return_owner)]
    fn holds(of: &Arc<u64>) -> Vec<Arc<u64>> {
        vec![Arc::clone(of)]
    }
    alone(|| {
        let owner = Arc::new(1);
        holds(&owner);
        assert_eq!(of("holds"), [Verdict::HoldsItsArgument]);
        let text = report().to_string();
        let line = "! `holds` (tests/it/laws/statistics/verdicts.rs:";
        assert!(text.lines().any(|told| told.starts_with(line) && told.ends_with("neither ever goes")), "{text}");
    });
}

#[test]
fn objects_that_die_before_their_second_call() {
    #[weak_memo(name = "once")]
    fn once(of: &Arc<u64>) -> u64 {
        work(**of)
    }
    alone(|| {
        (0..99).for_each(|n| _ = once(&Arc::new(n)));
        assert_eq!(of("once"), [], "too few");
        (0..101).for_each(|n| _ = once(&Arc::new(n)));
        assert_eq!(of("once"), [Verdict::ObjectsDieFirst], "swept or not");
        sweep();
        assert_eq!(of("once"), [Verdict::ObjectsDieFirst]);
        // A hit each.
        (0..200).for_each(|n| {
            let of = Arc::new(n);
            assert_eq!(once(&of), once(&of));
        });
        assert_eq!(of("once"), []);
    });
}

/// Its objects live.
#[test]
fn keys_that_never_come_again() {
    #[weak_memo(name = "never", capacity = unbounded)]
    fn never(of: &Arc<u64>, key: u64) -> u64 {
        work(**of + key)
    }
    alone(|| {
        let owner = Arc::new(1);
        (0..200).for_each(|key| _ = never(&owner, key));
        assert_eq!(of("never"), [Verdict::NeverHit]);
        never(&owner, 7);
        assert_eq!(of("never"), []);
    });
}

#[test]
fn a_capacity_below_what_is_asked_for() {
    #[weak_memo(name = "small", capacity = 16)]
    fn small(of: &Arc<u64>, key: u64) -> u64 {
        work(**of + key)
    }
    #[weak_memo(name = "passing", capacity = 16)]
    fn passing(of: &Arc<u64>, key: u64) -> u64 {
        work(**of + key)
    }
    alone(|| {
        let owner = Arc::new(1);
        for _ in 0..100 {
            (0..24).for_each(|key| _ = small(&owner, key));
        }
        let stats = small_memo().stats();
        assert!(stats.evicted_early > 500 && stats.evicted_early <= stats.evicted, "{stats:?}");
        assert!(of("small").contains(&Verdict::EvictsEarly));
        // Many are evicted, and few of them asked for again.
        for key in 0..1_000 {
            passing(&owner, key);
            passing(&owner, 0);
        }
        let stats = passing_memo().stats();
        assert!(stats.evicted > 900 && stats.evicted_early < 10, "{stats:?}");
        assert_eq!(of("passing"), []);
    });
}

/// One key in 65,536 is taken for another.
#[track_caller]
fn assert_few_early(stats: &Stats, evicted: u64) {
    assert_eq!(stats.evicted, evicted);
    assert!(stats.evicted_early <= 4, "{stats}");
}

/// What is asked for again after it went in another way, or by another object, was not evicted early.
#[test]
fn nothing_else_is_taken_for_an_eviction() {
    #[weak_memo(name = "each once", capacity = 4)]
    fn once_each(of: &Arc<u64>, key: u64) -> u64 {
        **of + key
    }
    #[weak_memo(name = "cleared between", capacity = 2)]
    fn cleared(of: &Arc<u64>, key: u64) -> u64 {
        **of + key
    }
    #[weak_memo(name = "changed between", capacity = 2)]
    fn changed(of: &Anchored<u64>, key: u64) -> u64 {
        **of + key
    }
    #[weak_memo(name = "expires", capacity = 2, ttl = "1h")]
    fn expires(of: &Arc<u64>, key: u64) -> u64 {
        **of + key
    }
    // Many that live, and many one after the other, at the addresses of those before them.
    let alive: Vec<_> = (0..500).map(Arc::new).collect();
    alive.iter().for_each(|of| (0..12).for_each(|key| _ = once_each(of, key)));
    for n in 0..500 {
        let of = Arc::new(n);
        (0..12).for_each(|key| _ = once_each(&of, key));
    }
    assert_few_early(&once_each_memo().stats(), 8_000);

    let (of, mut inside) = (Arc::new(1), Anchored::new(1));
    for _ in 0..100 {
        for key in 0..6 {
            cleared(&of, key);
            changed(&inside, key);
            expires(&of, key);
        }
        cleared_memo().clear();
        *inside += 1;
    }
    assert_few_early(&cleared_memo().stats(), 400);
    assert_few_early(&changed_memo().stats(), 400);
    // Nobody knows whether it would have lived until now.
    assert_few_early(&expires_memo().stats(), 598);
}

#[test]
fn what_was_evicted_early_is_told_once_for_each_time() {
    #[weak_memo(capacity = 4)]
    fn keyed(of: &Arc<u64>, key: u64) -> u64 {
        **of + key
    }
    let of = Arc::new(1);
    (0..5).for_each(|key| _ = keyed(&of, key));
    assert_eq!((keyed_memo().stats().evicted, keyed_memo().stats().evicted_early), (1, 0));
    // One of them is gone, and each takes the place of another.
    (0..5).for_each(|key| _ = keyed(&of, key));
    let early = keyed_memo().stats().evicted_early;
    assert!((1..=5).contains(&early), "{early}");
    (5..9).for_each(|key| _ = keyed(&of, key));
    // These are new.
    assert!(keyed_memo().stats().evicted_early <= early + 1);
}

/// Of figures, since no test may depend on how fast a machine is.
#[test]
fn a_body_that_costs_less_than_a_hit() {
    let with = |computes, compute_time| {
        let mut stats = Stats::default();
        (stats.hits, stats.misses, stats.computes, stats.compute_time) = (1_000, computes, computes, compute_time);
        Verdict::of(&stats)
    };
    assert_eq!(with(100, Duration::from_nanos(100 * 49)), [Verdict::CheaperThanAHit]);
    assert_eq!(with(100, Duration::from_nanos(100 * 50)), []);
    assert_eq!(with(99, Duration::from_nanos(99)), []);
    // Computes that are dropped before their end are not timed.
    let mut cancelled = Stats::default();
    (cancelled.hits, cancelled.misses, cancelled.computes, cancelled.rejected) = (9_000, 1_000, 1_000, 900);
    cancelled.compute_time = Duration::from_nanos(10_000);
    assert_eq!(Verdict::of(&cancelled), []);
    assert_eq!(with(100, Duration::ZERO), [], "without a clock nothing is known");
}

#[test]
fn callers_that_wait() {
    #[weak_memo(name = "awaited")]
    fn awaited(of: &Arc<Barrier>) -> u64 {
        // Until all others wait.
        of.wait();
        while awaited_memo().stats().waits < 120 {
            thread::yield_now();
        }
        work(1)
    }
    alone(|| {
        let start = Arc::new(Barrier::new(2));
        thread::scope(|threads| {
            threads.spawn(|| awaited(&start));
            start.wait();
            (0..120).for_each(|_| _ = threads.spawn(|| awaited(&start)));
        });
        // It was never hit, and has saved 120 computes.
        assert_eq!(awaited_memo().stats().hits, 0);
        assert_eq!(of("awaited"), [Verdict::WaitsMoreThanItComputes]);
        drop(start);
        sweep();
        assert_eq!(of("awaited"), [Verdict::WaitsMoreThanItComputes], "nor was it of no use since its object has died");
    });
}

/// What a body takes is in its own time; what it asks of another memo is in that one's.
#[test]
fn own_time_leaves_out_what_is_nested() {
    #[weak_memo]
    fn outer(of: &Arc<u64>) -> u64 {
        thread::sleep(Duration::from_millis(2));
        inner(of, 1) + inner(of, 2)
    }
    #[weak_memo]
    fn inner(of: &Arc<u64>, key: u64) -> u64 {
        thread::sleep(Duration::from_millis(20));
        if key == 1 { **of } else { inner(of, key - 1) }
    }
    alone(|| {
        outer(&Arc::new(1));
        let (outer, inner) = (outer_memo().stats(), inner_memo().stats());
        if cfg!(memo_no_clock) {
            return assert_eq!((outer.own_time, inner.own_time), (Duration::ZERO, Duration::ZERO));
        }
        assert!(outer.compute_time >= outer.own_time + inner.own_time, "{outer:?} {inner:?}");
        assert!(outer.compute_time - outer.own_time >= Duration::from_millis(40), "{outer:?}");
        assert!(outer.own_time >= Duration::from_millis(2), "{outer:?}");
        assert!(inner.own_time >= Duration::from_millis(40) && inner.own_time <= inner.compute_time, "{inner:?}");
    });
}

/// Who waits for another call's compute has got a result without one.
#[test]
fn computes_that_are_shared_are_of_use() {
    let mut stats = Stats::default();
    (stats.misses, stats.computes, stats.waits, stats.dropped) = (500, 100, 90, 100);
    assert_eq!(Verdict::of(&stats), []);
    stats.dropped = 0;
    assert_eq!(Verdict::of(&stats), []);
    (stats.misses, stats.waits) = (100, 0);
    assert_eq!(Verdict::of(&stats), [Verdict::NeverHit]);
    stats.dropped = 100;
    assert_eq!(Verdict::of(&stats), [Verdict::ObjectsDieFirst]);
}

/// Figures that no program has yet, or that one has whose first compute hangs.
#[test]
fn what_has_not_happened_yet_is_not_judged() {
    let mut stats = Stats::default();
    stats.misses = 1_000;
    assert_eq!(Verdict::of(&stats), []);
    (stats.hits, stats.dropped) = (u64::MAX, u64::MAX);
    (stats.computes, stats.awaiting_sweep) = (100, u64::MAX);
    assert_eq!(Verdict::of(&stats), []);
}

#[test]
fn figures_are_those_of_the_statistics_under_names_that_differ() {
    let mut stats = Stats::default();
    (stats.hits, stats.entries, stats.awaiting_sweep) = (3, 9, 2);
    stats.compute_time = Duration::from_millis(1_500);
    // Not there where it is not known.
    stats.value_bytes = Some(5);
    let figures: Vec<_> = stats.figures().collect();
    let value = |name: &str| figures.iter().find(|figure| figure.name == name).expect("it is there").value;
    assert_eq!((value("hits_total"), value("living"), value("compute_seconds_total")), (3.0, 7.0, 1.5));
    let mut names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), figures.len());
    for figure in &figures {
        assert_eq!(figure.kind == FigureKind::Counter, figure.name.ends_with("_total"), "{}", figure.name);
        assert!(figure.help.ends_with('.') && !figure.help.contains(['\n', '\\']), "{}", figure.help);
    }
    // Each number is there once. `entries` is what the others make up, and the two estimates of time are.
    let debug = format!("{stats:?}");
    assert_eq!(debug.matches(": ").count(), figures.len(), "a new figure is to be exported: {debug}");
}
