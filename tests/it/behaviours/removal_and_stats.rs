//! Removal, len, statistics.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, clear_all, memos, report, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, live_bytes};

#[test]
fn b56_a_dead_entry_that_is_not_purged_is_no_hit_but_a_miss() {
    #[weak_memo]
    fn f(owner: &Arc<u64>, other: &Arc<u64>) -> u64 {
        **owner + **other
    }
    alone(|| {
        let owner = Arc::new(1);
        for n in 0..1_000 {
            // The dead ones of earlier rounds may still be in the table, under their hashes.
            assert_eq!(f(&owner, &Arc::new(n)), n + 1);
        }
        let stats = f_memo().stats();
        assert_eq!((stats.hits, stats.misses, stats.computes), (0, 1_000, 1_000));
    });
}

#[test]
fn b57_len_leaves_out_dead_entries_even_before_they_are_purged_and_stats_may_count_them() {
    #[weak_memo]
    fn f(tally: &Rc<Tally>) -> Rc<Token> {
        Rc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let all: Vec<_> = (0..10).map(|_| Rc::new(tally.clone())).collect();
        all.iter().for_each(|one| drop(f(one)));
        drop(all);
        assert_eq!((f_memo().stats().entries, tally.alive()), (10, 10), "nothing has swept yet");
        assert_eq!(f_memo().len(), 0);
        assert_eq!((f_memo().stats().entries, tally.alive()), (10, 10), "`len` only reads");
        memo_core::sweep();
        assert_eq!((f_memo().stats().entries, tally.alive()), (0, 0));
    });
}

#[test]
fn b58_forgotten_and_then_dead_is_counted_once() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Anchored::new(1);
    f(&n, 1);
    f(&n, 2);
    assert!(f_memo().forget((&n, 1)));
    drop(n);
    let stats = f_memo().stats();
    assert_eq!((stats.cleared, stats.dropped, stats.entries), (1, 1, 0));
}

#[test]
fn b59_forgetting_what_is_not_there_says_so() {
    #[weak_memo]
    fn f(n: &Rc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Rc::new(1);
    assert!(!f_memo().forget((&n, 1)), "before any call");
    f(&n, 1);
    assert!(!f_memo().forget((&n, 2)));
    assert!(f_memo().forget((&n, 1)));
    assert!(!f_memo().forget((&n, 1)));
    assert!(!f_memo().forget((&Rc::new(1), 1)));
    assert_eq!(f_memo().stats().cleared, 1);
}

/// `get` gives the value, `forget` says whether there was one.
#[test]
fn b60_forget_drops_the_tables_copy_at_once_though_the_key_lives() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>) -> Arc<Token> {
        Arc::new(tally.token())
    }
    let tally = Tally::new();
    let object = Arc::new(tally.clone());
    let mine = f(&object);
    assert_eq!(Arc::strong_count(&mine), 2);
    assert!(f_memo().forget(&object));
    assert_eq!((Arc::strong_count(&mine), tally.alive()), (1, 1));
    drop(mine);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn b62_clear_takes_all_goes_on_counting_and_may_be_repeated() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    assert_eq!(f_memo().clear(), 0, "before any call");
    let objects: Vec<_> = (0..5).map(Arc::new).collect();
    for round in 1..4 {
        objects.iter().for_each(|n| assert_eq!((f(n, 1), f(n, 2)), (**n + 1, **n + 2)));
        assert_eq!((f_memo().clear(), f_memo().clear(), f_memo().len()), (10, 0, 0));
        let stats = f_memo().stats();
        assert_eq!((stats.cleared, stats.computes, stats.hits), (round * 10, round * 10, 0), "counters are not reset");
    }
}

#[test]
fn b63_clear_when_every_key_is_dead_already() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>, n: u32) -> Arc<Token> {
        let _ = n;
        Arc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        {
            let objects: Vec<_> = (0..10).map(|_| Arc::new(tally.clone())).collect();
            objects.iter().for_each(|one| drop(f(one, 1)));
        }
        f_memo().clear();
        assert_eq!((tally.alive(), f_memo().stats().entries, f_memo().clear()), (0, 0, 0));
        assert_eq!((sweep(), f_memo().stats().dropped), (10, 0), "the objects' places are left to the sweep");
    });
}

#[test]
fn b64_ten_misses_and_five_hits_are_so_many_and_are_told_to_people() {
    #[weak_memo(capacity = 20, name = "ten and five")]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Arc::new(1);
    (0..10).chain(0..5).for_each(|m| _ = f(&n, m));
    let stats = f_memo().stats();
    assert_eq!((stats.misses, stats.hits, stats.entries), (10, 5, 10));
    let line = stats.to_string();
    for part in ["5 hits", "10 misses", "33.3 %", "10 entries"] {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
    let info = memos().into_iter().find(|memo| memo.name == "ten and five").unwrap();
    assert!(info.options.contains("capacity = 20") && info.file == file!() && info.stats.misses == 10, "{info:?}");
    assert!(report().to_string().lines().any(|line| line.starts_with("ten and five")));
}

#[test]
fn b65_of_two_places_the_third_takes_that_of_the_oldest_and_a_hit_saves() {
    #[weak_memo(capacity = 2)]
    fn f(n: &Rc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Rc::new(0);
    let there = || (1..6).filter(|&m| f_memo().get((&n, m)).is_some()).collect::<Vec<_>>();
    f(&n, 1);
    f(&n, 2);
    f(&n, 3);
    assert_eq!(there(), [2, 3]);
    f(&n, 2);
    f(&n, 4);
    assert_eq!(there(), [2, 4]);
    f(&n, 3);
    let stats = f_memo().stats();
    assert_eq!((stats.misses, stats.hits, stats.evicted), (5, 1, 3));
}

#[test]
fn b67_odd_keys_go_and_even_ones_still_hit() {
    #[weak_memo]
    fn f(n: &Rc<u32>) -> u32 {
        **n
    }
    let mut all: Vec<_> = (0..100).map(Rc::new).collect();
    all.iter().for_each(|n| _ = f(n));
    all.retain(|n| **n % 2 == 0);
    assert_eq!(f_memo().len(), 50);
    memo_core::sweep();
    all.iter().for_each(|n| assert_eq!(f(n), **n));
    let stats = f_memo().stats();
    assert_eq!((stats.hits, stats.computes, stats.dropped), (50, 100, 50));
}

#[test]
fn b74_what_was_large_is_small_after_mass_death() {
    #[weak_memo(capacity = unbounded)]
    fn f(owner: &Anchored<u64>, n: u64, other: &Arc<u64>) -> u64 {
        **owner + n + **other
    }
    alone(|| {
        let (owner, other) = (Anchored::new(1), Arc::new(1));
        f(&owner, 0, &other);
        let before = live_bytes();
        let objects: Vec<_> = (0..50_000).map(Arc::new).collect();
        objects.iter().for_each(|one| _ = f(&owner, 1, one));
        drop(objects);
        sweep();
        let more = live_bytes().saturating_sub(before);
        assert!(more < 64 * 1024, "{more} bytes are left");
        assert_eq!(f_memo().get((&owner, 0, &other)), Some(2));
    });
}

#[test]
fn b75_clear_all_reaches_every_memo_by_name_but_those_that_lend() {
    #[weak_memo(name = "arcs")]
    fn arcs(n: &Arc<u32>) -> u32 {
        **n
    }
    #[weak_memo(name = "rcs")]
    fn rcs(n: &Rc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(name = "inside")]
    fn inside<T: Into<u32> + Copy>(n: &Anchored<T>) -> u32 {
        (**n).into()
    }
    #[weak_memo(name = "lent")]
    fn lent(n: &Arc<u32>) -> &u32 {
        **n
    }
    #[weak_memo(name = "never used")]
    fn never(n: &Arc<u32>) -> u32 {
        **n
    }
    alone(|| {
        let (a, r, small, wide) = (Arc::new(1), Rc::new(2), Anchored::new(3_u8), Anchored::new(4_u32));
        let lent_value = lent(&a);
        assert_eq!((arcs(&a), rcs(&r, 1), inside(&small), inside(&wide)), (1, 3, 3, 4));
        clear_all();
        assert_eq!((arcs_memo().len(), rcs_memo().len()), (0, 0));
        assert_eq!((inside_memo::<u8>().len(), inside_memo::<u32>().len()), (0, 0));
        assert!(std::ptr::eq(lent_value, lent(&a)) && lent_memo().len() == 1);
        let names: Vec<_> = memos().into_iter().map(|memo| memo.name).collect();
        assert_eq!(names[..3], ["lent", "arcs", "rcs"], "in the order of first use");
        assert!(names[3].starts_with("inside (") && names[3].contains("u8"), "{names:?}");
        assert_eq!(names.len(), 5, "what was never used is not listed: {names:?}");
        let _ = never;
        clear_all();
    });
}

#[test]
fn b76_a_sweep_of_nothing_does_nothing_and_says_how_many() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        **n
    }
    alone(|| {
        assert_eq!(sweep(), 0, "before any call");
        let all: Vec<_> = (0..10).map(Arc::new).collect();
        all.iter().for_each(|n| _ = f(n));
        assert_eq!((sweep(), f_memo().len()), (0, 10));
        drop(all);
        assert_eq!((sweep(), sweep()), (10, 0));
    });
}
