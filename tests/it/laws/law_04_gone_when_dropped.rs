//! Law 4: gone when dropped.
//!
//! Where the exact moment counts for `Arc`s, the test runs in a process of its own: another test's call may be in the
//! middle of the very sweep that this one waits for.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use memo_core::{Anchor, Anchored, HasAnchor, Sweeper, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, in_time, live_bytes, peak_bytes, reset_peak, watchdog};

/// Notes the thread it is dropped on.
#[derive(Clone)]
struct Noted(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

#[test]
fn an_anchor_inside_drops_its_results_in_the_objects_drop_on_that_thread() {
    #[derive(HasAnchor)]
    struct Doc {
        drops: Arc<Mutex<Vec<ThreadId>>>,
        anchor: Anchor,
    }
    #[weak_memo]
    fn lent(doc: &Doc) -> &Noted {
        Noted(Arc::clone(&doc.drops))
    }
    #[weak_memo]
    fn cloned(doc: &Doc, n: u32) -> Arc<Noted> {
        let _ = n;
        Arc::new(Noted(Arc::clone(&doc.drops)))
    }
    watchdog(|| {
        let drops: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
        let doc = Doc { drops: Arc::clone(&drops), anchor: Anchor::new() };
        lent(&doc);
        cloned(&doc, 1);
        cloned(&doc, 2);
        assert_eq!(drops.lock().unwrap().len(), 0);
        let drops_there = Arc::clone(&drops);
        let there = thread::spawn(move || {
            drop(doc);
            let so_far = drops_there.lock().unwrap().len();
            assert_eq!(so_far, 3, "before the drop returns");
            thread::current().id()
        });
        let there = there.join().unwrap();
        assert_eq!(*drops.lock().unwrap(), [there; 3]);
    });
}

#[test]
fn results_that_own_objects_with_results_are_gone_before_the_outermost_drop_returns() {
    #[weak_memo]
    fn inner(n: &Anchored<Tally>) -> &Token {
        n.token()
    }
    #[weak_memo(may_return_owner)]
    fn outer(n: &Anchored<Tally>) -> Arc<Anchored<Tally>> {
        let child = Anchored::new((**n).clone());
        inner(&child);
        Arc::new(child)
    }
    let tally = Tally::new();
    let root = Anchored::new(tally.clone());
    let child = outer(&root);
    outer(&child);
    drop(child);
    assert_eq!(tally.alive(), 2);
    drop(root);
    assert_eq!(tally.alive(), 0);
    assert_eq!((inner_memo().stats().dropped, outer_memo().stats().dropped), (2, 2));
}

/// A chain in which each result owns the next object.
#[derive(HasAnchor)]
struct Link {
    number: usize,
    dropped: Arc<AtomicUsize>,
    anchor: Anchor,
}

impl Link {
    fn first(dropped: &Arc<AtomicUsize>) -> Self {
        Self { number: 0, dropped: Arc::clone(dropped), anchor: Anchor::new() }
    }

    fn after(&self) -> Self {
        Self { number: self.number + 1, dropped: Arc::clone(&self.dropped), anchor: Anchor::new() }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, SeqCst);
    }
}

const LINKS: usize = 1_000_000;

/// So little that a recursion of a thousand would not fit.
const SMALL_STACK: usize = 64 * 1024;

fn on_a_small_stack<R: Send + 'static>(act: impl FnOnce() -> R + Send + 'static) -> R {
    thread::Builder::new().stack_size(SMALL_STACK).spawn(act).unwrap().join().unwrap()
}

#[test]
fn a_chain_of_a_million_lent_objects_drops_on_a_small_stack() {
    #[weak_memo]
    fn next(link: &Link) -> &Link {
        link.after()
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Link::first(&dropped);
        on_a_small_stack(move || {
            let mut last = &first;
            while last.number < LINKS {
                last = next(last);
            }
            assert_eq!(first.dropped.load(SeqCst), 0);
            drop(first);
        });
        assert_eq!(dropped.load(SeqCst), LINKS + 1);
        assert_eq!(next_memo().stats().dropped, LINKS as u64);
    });
}

#[test]
fn a_long_chain_of_cloned_objects_drops_on_a_small_stack() {
    #[weak_memo(may_return_owner)]
    fn next(link: &Link, _: u8) -> Arc<Link> {
        Arc::new(link.after())
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Arc::new(Link::first(&dropped));
        on_a_small_stack(move || {
            let mut last = Arc::clone(&first);
            while last.number < LINKS / 5 {
                last = next(&last, 1);
            }
            drop(last);
            drop(first);
        });
        assert_eq!(dropped.load(SeqCst), LINKS / 5 + 1);
    });
}

#[test]
fn a_chain_through_second_arguments_drops_on_a_small_stack() {
    // The entry lies on a living owner; it goes with its second argument, and owns the next one.
    #[weak_memo(capacity = unbounded)]
    fn next(_owner: &Anchored<u8>, link: &Link) -> Arc<Link> {
        Arc::new(link.after())
    }
    watchdog(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Arc::new(Link::first(&dropped));
        let owner = Anchored::new(1);
        on_a_small_stack(move || {
            let mut last = Arc::clone(&first);
            while last.number < 100_000 {
                last = next(&owner, &last);
            }
            drop(last);
            drop(first);
            assert_eq!(next_memo().len(), 0);
        });
        assert_eq!(dropped.load(SeqCst), 100_001);
    });
}

/// Chains of `Arc`s and `Rc`s in which each result owns the next object: one sweep follows them, from whichever end they were
/// built. One link a pass would not end in the time of a test.
#[test]
fn a_chain_of_a_hundred_thousand_arcs_goes_in_one_sweep_whichever_end_came_first() {
    const LINKS: u32 = 100_000;
    #[weak_memo(may_return_owner)]
    fn after(link: &Arc<u32>) -> Arc<u32> {
        Arc::new(**link + 1)
    }
    #[weak_memo(may_return_owner)]
    fn after_here(link: &Rc<u32>) -> Rc<u32> {
        Rc::new(**link + 1)
    }
    let end = || {
        on_a_small_stack(|| {
            // What amortised sweeps have found by then is theirs.
            memo_core::sweep();
            assert_eq!((after_memo().len(), after_here_memo().len()), (0, 0));
        });
    };
    alone(move || {
        let empty = live_bytes();
        // From the first on.
        let first = Arc::new(0);
        let mut last = Arc::clone(&first);
        for _ in 0..LINKS {
            last = after(&last);
        }
        drop((first, last));
        end();
        // The table that held it, too.
        assert!(live_bytes() < empty + (1 << 20), "{} bytes are left", live_bytes() - empty);
        // From the last on.
        let mut first = Arc::new(0);
        for _ in 0..LINKS {
            let before = Arc::new(0);
            after_memo().insert(&before, first);
            first = before;
        }
        drop(first);
        end();
        assert_eq!(after_memo().stats().dropped, 2 * u64::from(LINKS));
        let first = Rc::new(0);
        let mut last = Rc::clone(&first);
        for _ in 0..LINKS {
            last = after_here(&last);
        }
        drop((first, last));
        memo_core::sweep();
        let mut first = Rc::new(0);
        for _ in 0..LINKS {
            let before = Rc::new(0);
            after_here_memo().insert(&before, first);
            first = before;
        }
        drop(first);
        memo_core::sweep();
        assert_eq!(after_here_memo().stats().dropped, 2 * u64::from(LINKS));
    });
}

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
fn sweep_reclaims_at_once_and_says_how_many_objects() {
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
fn large_dead_objects_beside_many_small_living_ones_do_not_pile_up() {
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
fn large_objects_that_die_old_beside_many_small_living_ones_do_not_pile_up() {
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
fn objects_that_live_shortly_go_soon_beside_many_that_live_on() {
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
fn a_table_that_was_large_is_small_again_after_a_sweep() {
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
fn short_lived_objects_beside_many_of_their_size_go_while_they_are_young() {
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
