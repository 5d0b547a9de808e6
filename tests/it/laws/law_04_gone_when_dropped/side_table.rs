//! Of an `Arc` or an `Rc`, results are gone at once, and their memory comes back after a bounded number of calls.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use memo_core::{Anchored, Sweeper, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, in_time, live_bytes, peak_bytes, reset_peak, watchdog};

#[test]
fn a_dead_arcs_results_are_not_counted_from_that_instant() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        let (a, b) = (Arc::new(1), Arc::new(2));
        for m in 0..5 {
            f(&a, m);
            f(&b, m);
        }
        assert_eq!(f_memo().len(), 10);
        drop(a);
        assert_eq!(f_memo().len(), 5);
        assert!(!f_memo().is_empty());
        drop(b);
        assert!(f_memo().is_empty());
    });
}

#[test]
fn sweep_reclaims_at_once_and_returns_the_number_of_objects() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>, n: u32) -> Arc<Token> {
        let _ = n;
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn lent(tally: &Rc<Tally>) -> &Token {
        tally.token()
    }
    alone(|| {
        let tally = Tally::new();
        let arcs: Vec<_> = (0..100).map(|_| Arc::new(tally.clone())).collect();
        let rcs: Vec<_> = (0..10).map(|_| Rc::new(tally.clone())).collect();
        // `f` gets its amortised sweeps done while everything lives.
        for n in 0..3 {
            arcs.iter().for_each(|arc| drop(f(arc, n)));
        }
        rcs.iter().for_each(|rc| _ = lent(rc));
        assert_eq!(sweep(), 0, "all are alive");
        drop((arcs, rcs));
        assert_eq!(tally.alive(), 310);
        assert!(f_memo().stats().pinned_bytes >= 100 * size_of::<Tally>() as u64);
        assert_eq!(sweep(), 110);
        assert_eq!(tally.alive(), 0);
        assert_eq!(sweep(), 0);
        let stats = f_memo().stats();
        assert_eq!((stats.entries, stats.dropped, stats.pinned_bytes), (0, 300, 0));
    });
}

#[test]
fn an_arc_that_was_computed_with_dropped_and_swept_on_three_threads_is_reclaimed() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>, n: u32, other: &Anchored<u32>) -> Arc<Token> {
        let _ = (n, other);
        Arc::new(tally.token())
    }
    alone(|| {
        let (tally, other) = (Tally::new(), Anchored::new(1));
        let object = Arc::new(tally.clone());
        thread::scope(|scope| {
            let object = &object;
            let other = &other;
            scope.spawn(move || (0..10).for_each(|n| drop(f(object, n, other)))).join().unwrap();
        });
        thread::spawn(move || drop(object)).join().unwrap();
        assert_eq!(tally.alive(), 10, "nobody has swept");
        thread::spawn(sweep).join().unwrap();
        assert_eq!((tally.alive(), f_memo().stats().dropped), (0, 10));
        // And the object with an anchor on another thread than the one that computed.
        let object = Arc::new(tally.clone());
        f(&object, 1, &other);
        thread::spawn(move || drop(other)).join().unwrap();
        assert_eq!(tally.alive(), 0, "in that drop");
    });
}

/// Results that hold each other's arguments never die. That is the user's, and no sweep waits for them.
#[test]
fn sweeps_do_not_hang_on_entries_that_hold_each_other() {
    #[weak_memo(may_return_owner)]
    fn holds(n: &Arc<u32>, #[memo(skip)] other: &Arc<u32>) -> Arc<u32> {
        let _ = n;
        Arc::clone(other)
    }
    alone(|| {
        const RING: usize = 1_000;
        let ring: Vec<_> = (0..RING as u32).map(Arc::new).collect();
        for at in 0..RING {
            holds(&ring[at], &ring[(at + 1) % RING]);
        }
        drop(ring);
        assert_eq!(sweep(), 0);
        assert_eq!(holds_memo().len(), RING);
        assert_eq!(holds_memo().clear(), RING);
        assert_eq!((sweep(), holds_memo().stats().entries), (RING, 0));
    });
}

#[test]
fn sweep_goes_on_until_nothing_more_is_dead() {
    #[weak_memo(may_return_owner)]
    fn next(n: &Arc<u32>) -> Arc<u32> {
        Arc::new(**n + 1)
    }
    alone(|| {
        let first = Arc::new(0);
        let mut last = Arc::clone(&first);
        for _ in 0..300 {
            last = next(&last);
        }
        drop((first, last));
        assert_eq!(sweep(), 300);
        assert_eq!(next_memo().stats().entries, 0);
    });
}

/// Calls until the one dead result is dropped, which must come to pass in so many calls.
fn call_until_dropped(tally: &Tally, most: usize, mut call: impl FnMut()) {
    for _ in 0..most {
        if tally.dropped() == 1 {
            return;
        }
        call();
    }
    assert_eq!(tally.dropped(), 1, "{most} calls of another memo do not reclaim it");
}

/// Makes an entry of `Arc` and lets its object die among a thousand living ones.
macro_rules! one_dead_among_many {
    ($f:ident, $tally:ident, $living:ident) => {
        let $tally = Tally::new();
        let $living: Vec<_> = (0..1_000).map(|_| Arc::new(($tally.clone(), [0_u8; 100]))).collect();
        $living.iter().for_each(|one| drop($f(one)));
        let dead = Arc::new(($tally.clone(), [0_u8; 100]));
        $f(&dead);
        drop(dead);
    };
}

#[test]
fn misses_of_any_memo_reclaim_in_a_bounded_number_of_calls() {
    #[weak_memo]
    fn f(one: &Arc<(Tally, [u8; 100])>) -> Arc<Token> {
        Arc::new(one.0.token())
    }
    #[weak_memo(capacity = unbounded)]
    fn other(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        one_dead_among_many!(f, tally, living);
        let n = Anchored::new(1);
        let mut fresh = 0..;
        // 16 shards of 63, 4 slots a visit, and no other class in use.
        call_until_dropped(&tally, 16 * 16, || _ = other(&n, fresh.next().unwrap()));
        assert_eq!((tally.dropped(), living.len()), (1, 1_000));
    });
}

#[test]
fn hits_of_any_memo_reclaim_in_a_bounded_number_of_calls() {
    #[weak_memo]
    fn f(one: &Arc<(Tally, [u8; 100])>) -> Arc<Token> {
        Arc::new(one.0.token())
    }
    #[weak_memo]
    fn other(n: &Anchored<u32>) -> &u32 {
        **n
    }
    #[weak_memo]
    fn cloned(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        let n = Anchored::new(1);
        other(&n);
        cloned(&n, 1);
        // A visit every 4,096 hits, each of one of 16 shards.
        let most = 4_096 * 17;
        {
            one_dead_among_many!(f, tally, living);
            call_until_dropped(&tally, most, || _ = other(&n));
            drop(living);
        }
        sweep();
        {
            one_dead_among_many!(f, tally, living);
            call_until_dropped(&tally, most, || _ = cloned(&n, 1));
            drop(living);
        }
        assert_eq!((other_memo().stats().misses, cloned_memo().stats().misses), (1, 1), "hits only");
    });
}

/// A thread counts the hits of all these memos together.
#[test]
fn hits_of_many_memos_reclaim_as_early_as_those_of_one() {
    #[weak_memo]
    fn f(one: &Arc<(Tally, [u8; 100])>) -> Arc<Token> {
        Arc::new(one.0.token())
    }
    macro_rules! others {
        ($($name:ident)*) => {{
            $(#[weak_memo]
            fn $name(n: &Anchored<u32>) -> &u32 {
                **n
            })*
            [$($name as fn(&Anchored<u32>) -> &u32),*]
        }};
    }
    alone(|| {
        let others = others!(a b c d e g h i j k l m n o p q r s t u v w x y);
        let one = Anchored::new(1);
        for other in others {
            other(&one);
        }
        one_dead_among_many!(f, tally, living);
        let mut turn = others.iter().cycle();
        call_until_dropped(&tally, 4_096 * 17, || _ = turn.next().unwrap()(&one));
        assert_eq!((tally.dropped(), living.len()), (1, 1_000));
    });
}

#[test]
fn an_rc_is_reclaimed_by_further_calls_of_its_thread() {
    #[weak_memo]
    fn f(tally: &Rc<Tally>) -> Rc<Token> {
        Rc::new(tally.token())
    }
    #[weak_memo]
    fn other(n: &Anchored<u32>) -> &u32 {
        **n
    }
    watchdog(|| {
        let tally = Tally::new();
        f(&Rc::new(tally.clone()));
        let n = Anchored::new(1);
        call_until_dropped(&tally, 4_096 * 19, || _ = other(&n));
    });
}

#[test]
fn large_dead_objects_among_many_small_living_ones_do_not_pile_up() {
    #[weak_memo]
    fn small(n: &Arc<u64>) -> u64 {
        **n
    }
    #[weak_memo]
    fn large(bytes: &Arc<[u8]>) -> usize {
        bytes.len()
    }
    #[weak_memo]
    fn local(bytes: &Rc<[u8]>) -> usize {
        bytes.len()
    }
    const SIZE: usize = 64 * 1024;
    const MADE: usize = 4_000;
    alone(|| {
        let living: Vec<_> = (0..200_000).map(Arc::new).collect();
        living.iter().for_each(|n| _ = small(n));
        let before = live_bytes();
        reset_peak();
        for _ in 0..MADE {
            large(&Arc::from(vec![0; SIZE]));
        }
        for _ in 0..MADE {
            local(&Rc::from(vec![0; SIZE]));
        }
        let more = peak_bytes() - before;
        // A few for each of the 16 shards.
        assert!(more < 200 * SIZE, "{MADE} objects of {SIZE} bytes, one alive at a time, took {more} bytes at once");
        assert_eq!(large_memo().stats().computes, MADE as u64);
        drop(living);
    });
}

/// The large ones die old here, so that only the share of the sweep that is due to their size finds them in time.
#[test]
fn large_objects_that_die_old_among_many_small_living_ones_do_not_pile_up() {
    #[weak_memo]
    fn small(n: &Arc<u64>) -> u64 {
        **n
    }
    #[weak_memo]
    fn large(bytes: &Arc<[u8]>) -> usize {
        bytes.len()
    }
    const SIZE: usize = 64 * 1024;
    const WINDOW: usize = 800;
    alone(|| {
        let living: Vec<_> = (0..200_000).map(Arc::new).collect();
        living.iter().for_each(|n| _ = small(n));
        let before = live_bytes();
        reset_peak();
        let mut window = VecDeque::new();
        for _ in 0..5 * WINDOW {
            let bytes: Arc<[u8]> = Arc::from(vec![0; SIZE]);
            large(&bytes);
            window.push_back(bytes);
            if window.len() > WINDOW {
                window.pop_front();
            }
        }
        let more = peak_bytes() - before;
        assert!(more < 2 * WINDOW * SIZE, "{WINDOW} living objects of {SIZE} bytes took {more} bytes at once");
        drop(living);
    });
}

/// The share of the sweep that is for the young finds these; all others have much to look through before they come to them.
#[test]
fn short_lived_objects_are_reclaimed_soon_among_many_that_live_on() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>) -> Arc<Token> {
        Arc::new(tally.token())
    }
    alone(|| {
        let (old, young) = (Tally::new(), Tally::new());
        let living: Vec<_> = (0..20_000).map(|_| Arc::new(old.clone())).collect();
        living.iter().for_each(|object| drop(f(object)));
        let mut most = 0;
        for _ in 0..2_000 {
            drop(f(&Arc::new(young.clone())));
            most = most.max(young.alive());
        }
        assert!(most < 500, "{most} dead at once");
        assert_eq!(old.alive(), living.len());
    });
}

#[test]
fn a_large_table_shrinks_after_a_sweep() {
    #[weak_memo]
    fn f(n: &Arc<u64>, m: u32) -> u64 {
        **n + u64::from(m)
    }
    alone(|| {
        f(&Arc::new(1), 1);
        sweep();
        let before = live_bytes();
        let many: Vec<_> = (0..100_000).map(Arc::new).collect();
        many.iter().for_each(|n| _ = f(n, 1));
        drop(many);
        sweep();
        let rest = live_bytes().saturating_sub(before);
        assert!(rest < 64 * 1024, "{rest} bytes are left of 100,000 dead objects");
    });
}

#[test]
fn a_sweeper_reclaims_with_no_call_at_all_and_ends_with_its_guard() {
    #[weak_memo]
    fn f(tally: &Arc<Tally>) -> Arc<Token> {
        Arc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        f(&Arc::new(tally.clone()));
        let sweeper = Sweeper::every(Duration::from_millis(1));
        in_time(|| tally.dropped() == 1);
        drop(sweeper);
        f(&Arc::new(tally.clone()));
        let again = Sweeper::every(Duration::from_secs(3_600));
        // Its first sweep would come in an hour; ending it does not wait for that.
        drop(again);
        assert_eq!(tally.alive(), 1);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_starts_unasked() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
        let before = threads();
        for n in 0..100 {
            f(&Arc::new(n), n);
        }
        sweep();
        assert_eq!(threads(), before);
    });
}

/// What a service does: most objects stay, and those of a request do not. Who comes looks at those that came before it, too.
#[test]
fn short_lived_objects_among_many_of_their_size_are_reclaimed_young() {
    #[weak_memo]
    fn f(n: &Arc<u64>) -> u64 {
        **n + 1
    }
    const LIVING: u64 = 20_000;
    alone(|| {
        let living: Vec<_> = (0..LIVING).map(Arc::new).collect();
        living.iter().for_each(|n| _ = f(n));
        for request in 0..10_000 {
            f(&Arc::new(request));
            let more = f_memo().stats().entries - LIVING;
            assert!(more <= 100, "{more} of {request} dead are kept");
        }
        drop(living);
    });
}

#[test]
fn the_last_of_several_owners_ends_the_entry() {
    #[weak_memo]
    fn f(n: &Rc<u32>) -> u32 {
        **n
    }
    let n = Rc::new(1);
    let clones: Vec<_> = (0..3).map(|_| Rc::clone(&n)).collect();
    f(&n);
    clones.iter().for_each(|clone| assert_eq!(f(clone), 1));
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (1, 3));
    drop(n);
    for clone in clones {
        assert_eq!((f_memo().len(), f(&clone)), (1, 1));
        drop(clone);
    }
    assert_eq!((f_memo().len(), f_memo().stats().computes), (0, 1));
}

#[test]
fn short_lived_owners_with_texts_leave_no_residue() {
    #[weak_memo]
    fn f(text: &str, n: u32, owner: &Arc<Tally>) -> usize {
        text.len() + n as usize + owner.alive()
    }
    alone(|| {
        f("warm", 0, &Arc::new(Tally::new()));
        sweep();
        let before = memo_tests::live_bytes();
        for n in 0..10_000 {
            f(&n.to_string(), n, &Arc::new(Tally::new()));
        }
        assert_eq!(f_memo().len(), 0);
        sweep();
        let more = memo_tests::live_bytes().saturating_sub(before);
        assert!(more < 16 * 1024, "{more} bytes are left");
    });
}

#[test]
fn len_leaves_out_the_dead_and_runs_no_destructor() {
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
fn clearing_drops_the_results_of_dead_objects_and_leaves_their_nodes_to_the_sweep() {
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
fn survivors_are_still_hit_after_the_others_died() {
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
