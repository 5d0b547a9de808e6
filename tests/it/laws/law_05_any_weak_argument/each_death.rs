//! Law 5: any weak argument's death ends the entry, and leaves nothing on the survivors.

use std::rc::Rc;
use std::sync::{Arc, Barrier, Weak};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, live_bytes, peak_bytes, reset_peak, watchdog};

/// For every argument: make the entry, drop that argument alone, and look whether the result is gone. `now` arguments
/// have an anchor inside: their death must end it before `sweep`.
macro_rules! each_death_ends_it {
    ($f:ident, $memo:ident, ($($argument:ident: $make:expr, $now:literal);+ $(;)?)) => {
        each_death_ends_it!(@each $f, $memo, [$(($argument: $make, $now))+], $(($argument: $make, $now))+)
    };
    (@each $f:ident, $memo:ident, $all:tt, $($one:tt)+) => {{
        $(each_death_ends_it!(@one $f, $memo, $all, $one);)+
    }};
    (@one $f:ident, $memo:ident, [$(($argument:ident: $make:expr, $_:literal))+], ($dying:ident: $__:expr, $now:literal)) => {{
        let tally = Tally::new();
        $(let $argument = $make;)+
        for _ in 0..2 {
            let _ = $f($(&$argument,)+ &tally);
        }
        assert_eq!((tally.alive(), $memo().len()), (1, 1), "one entry, before `{}` dies", stringify!($dying));
        drop($dying);
        if $now {
            assert_eq!(tally.alive(), 0, "the drop of `{}` ends it", stringify!($dying));
        }
        assert_eq!(tally.alive(), usize::from(!$now));
        assert_eq!($memo().len(), 0, "not counted after the death of `{}`", stringify!($dying));
        assert!($memo().is_empty());
        assert_eq!(tally.alive(), usize::from(!$now), "`len` runs no destructor");
        sweep();
        assert_eq!(tally.alive(), 0);
        assert_eq!(tally.made(), tally.dropped());
        assert_eq!((sweep(), $memo().stats().entries), (0, 0));
    }};
}

fn object() -> Anchored<u8> {
    Anchored::new(0)
}

#[test]
fn two_arcs() {
    #[weak_memo]
    fn f(a: &Arc<u8>, b: &Arc<u8>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b);
        Arc::new(tally.token())
    }
    alone(|| each_death_ends_it!(f, f_memo, (a: Arc::new(0), false; b: Arc::new(0), false)));
}

#[test]
fn two_objects_with_anchors() {
    #[weak_memo]
    fn f(a: &Anchored<u8>, b: &Anchored<u8>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b);
        Arc::new(tally.token())
    }
    alone(|| each_death_ends_it!(f, f_memo, (a: object(), true; b: object(), true)));
}

/// Eight by themselves, as they are written most: not inside anything.
#[test]
#[expect(clippy::too_many_arguments, reason = "that many are what is tested")]
fn eight_arguments_of_all_kinds() {
    #[weak_memo]
    fn of_arc(
        a: &Arc<u8>,
        b: &Anchored<u8>,
        c: &Arc<str>,
        d: &Arc<[u8]>,
        e: &Anchored<u8>,
        f: &Arc<u8>,
        g: &Anchored<u8>,
        h: &Arc<u8>,
        #[memo(skip)] tally: &Tally,
    ) -> Arc<Token> {
        let _ = (a, b, c, d, e, f, g, h);
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn of_rc(
        a: &Rc<u8>,
        b: &Anchored<u8>,
        c: &Arc<str>,
        d: &Rc<[u8]>,
        e: &Anchored<u8>,
        f: &Arc<u8>,
        g: &Rc<u8>,
        h: &Arc<u8>,
        #[memo(skip)] tally: &Tally,
    ) -> Rc<Token> {
        let _ = (a, b, c, d, e, f, g, h);
        Rc::new(tally.token())
    }
    alone(|| {
        each_death_ends_it!(of_arc, of_arc_memo, (
            a: Arc::new(0), false;
            b: object(), true;
            c: Arc::from("c"), false;
            d: Arc::from([1, 2]), false;
            e: object(), true;
            f: Arc::new(0), false;
            g: object(), true;
            h: Arc::new(0), false;
        ));
        each_death_ends_it!(of_rc, of_rc_memo, (
            a: Rc::new(0), false;
            b: object(), true;
            c: Arc::from("c"), false;
            d: Rc::from([1, 2]), false;
            e: object(), true;
            f: Arc::new(0), false;
            g: Rc::new(0), false;
            h: Arc::new(0), false;
        ));
    });
}

#[test]
fn two_objects_of_a_lending_memo() {
    #[weak_memo(capacity = unbounded)]
    fn f<'a>(a: &'a Anchored<u8>, b: &'a Anchored<u8>, c: &'a Arc<u8>, #[memo(skip)] tally: &Tally) -> &'a Token {
        let _ = (a, b, c);
        tally.token()
    }
    alone(|| each_death_ends_it!(f, f_memo, (a: object(), true; b: object(), true; c: Arc::new(0), false)));
}

#[test]
fn an_arc_owner_with_an_arc_and_an_object() {
    #[weak_memo]
    fn f(a: &Arc<u8>, b: &Anchored<u8>, c: &Arc<str>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b, c);
        Arc::new(tally.token())
    }
    alone(|| {
        each_death_ends_it!(f, f_memo, (a: Arc::new(0), false; b: object(), true; c: Arc::from("c"), false));
    });
}

#[test]
fn an_object_with_an_anchor_and_three_others() {
    #[weak_memo]
    fn f(a: &Anchored<u8>, b: &Arc<u8>, c: &Anchored<u8>, d: &Arc<[u8]>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b, c, d);
        Arc::new(tally.token())
    }
    alone(|| {
        each_death_ends_it!(f, f_memo, (
            a: object(), true;
            b: Arc::new(0), false;
            c: object(), true;
            d: Arc::from([1, 2]), false;
        ));
    });
}

#[test]
fn an_rc_owner_with_all_kinds() {
    #[weak_memo]
    fn f(a: &Rc<u8>, b: &Arc<u8>, c: &Anchored<u8>, d: &Rc<u8>, #[memo(skip)] tally: &Tally) -> Rc<Token> {
        let _ = (a, b, c, d);
        Rc::new(tally.token())
    }
    alone(|| {
        each_death_ends_it!(f, f_memo, (
            a: Rc::new(0), false;
            b: Arc::new(0), false;
            // On this thread: elsewhere it would be for the next sweep here.
            c: object(), true;
            d: Rc::new(0), false;
        ));
    });
}

#[test]
fn a_local_memo_of_an_arc_with_an_rc() {
    #[weak_memo(local)]
    fn f(a: &Arc<u8>, b: &Rc<u8>, #[memo(skip)] tally: &Tally) -> Rc<Token> {
        let _ = (a, b);
        Rc::new(tally.token())
    }
    alone(|| each_death_ends_it!(f, f_memo, (a: Arc::new(0), false; b: Rc::new(0), false)));
}

#[test]
fn a_local_memo_of_an_object_that_dies_on_another_thread() {
    #[weak_memo]
    fn f(a: &Rc<u8>, b: &Anchored<u8>, #[memo(skip)] tally: &Tally) -> Rc<Token> {
        let _ = (a, b);
        Rc::new(tally.token())
    }
    alone(|| {
        let (a, b, tally) = (Rc::new(0), object(), Tally::new());
        f(&a, &b, &tally);
        thread::spawn(move || drop(b)).join().unwrap();
        assert_eq!(f_memo().len(), 0);
        sweep();
        assert_eq!(tally.alive(), 0);
        drop(a);
    });
}

#[derive(MemoKey)]
enum Request<'a> {
    Of(Arc<u8>, u32),
    Both { first: &'a Arc<u8>, second: Option<&'a Anchored<u8>> },
    Nothing,
}

#[test]
fn weak_arguments_in_options_tuples_slices_and_derived_keys() {
    #[weak_memo]
    fn f(
        owner: &Anchored<u8>,
        option: Option<&Arc<u8>>,
        tuple: (u32, &Arc<u8>, &Anchored<u8>),
        slice: &[Arc<u8>],
        request: &Request<'_>,
        #[memo(skip)] tally: &Tally,
    ) -> Arc<Token> {
        let _ = (owner, option, tuple, slice, request);
        Arc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let owner = object();
        // Which of the nine dies: none (8 and 9 are the request that names nothing), or one of them.
        for dying in 0..8 {
            let mut arcs: Vec<_> = (0..6).map(|_| Some(Arc::new(0))).collect();
            let mut objects: Vec<_> = (0..2).map(|_| Some(object())).collect();
            {
                let arc = |at: usize| arcs[at].as_ref().unwrap();
                let inside = |at: usize| objects[at].as_ref().unwrap();
                let slice = [Arc::clone(arc(2)), Arc::clone(arc(3))];
                let both = Request::Both { first: arc(5), second: Some(inside(1)) };
                let requests = [Request::Of(Arc::clone(arc(4)), 7), both, Request::Nothing];
                for request in &requests {
                    for _ in 0..2 {
                        f(&owner, Some(arc(0)), (3, arc(1), inside(0)), &slice, request, &tally);
                    }
                }
                f(&owner, None, (3, arc(1), inside(0)), &slice, &Request::Nothing, &tally);
            }
            assert_eq!(f_memo().len(), 4);
            match dying {
                0..6 => arcs[dying] = None,
                _ => objects[dying - 6] = None,
            }
            let left = match dying {
                0 => 1,     // the option: one entry has `None`
                4 | 5 => 3, // in one request each
                7 => 3,
                _ => 0,
            };
            assert_eq!(f_memo().len(), left, "after the death of number {dying}");
            sweep();
            assert_eq!((f_memo().len(), tally.alive()), (left, left));
            drop((arcs, objects));
            assert_eq!(f_memo().len(), 0);
        }
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn a_computed_key_with_an_arc_in_it_is_weak() {
    struct Options {
        theme: Arc<u8>,
    }
    #[weak_memo]
    fn f(
        owner: &Anchored<u8>,
        #[memo(key = Arc::clone(&options.theme))] options: &Options,
        #[memo(skip)] tally: &Tally,
    ) -> Arc<Token> {
        let _ = (owner, &options.theme);
        Arc::new(tally.token())
    }
    alone(|| {
        let (owner, tally) = (object(), Tally::new());
        let options = Options { theme: Arc::new(0) };
        f(&owner, &options, &tally);
        assert_eq!(Arc::strong_count(&options.theme), 1);
        drop(options);
        assert_eq!(f_memo().len(), 0);
        sweep();
        assert_eq!((f_memo().len(), tally.alive()), (0, 0));
    });
}

#[test]
fn the_same_object_twice() {
    #[weak_memo]
    fn arcs(a: &Arc<u8>, b: &Arc<u8>, c: &Arc<u8>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b, c);
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn objects(
        a: &Anchored<u8>,
        b: &Anchored<u8>,
        c: Option<&Anchored<u8>>,
        #[memo(skip)] tally: &Tally,
    ) -> Arc<Token> {
        let _ = (a, b, c);
        Arc::new(tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let (a, b) = (Arc::new(0), Arc::new(0));
        arcs(&a, &a, &a, &tally);
        arcs(&a, &b, &b, &tally);
        arcs(&b, &a, &a, &tally);
        assert_eq!(arcs_memo().len(), 3);
        drop(a);
        assert_eq!(arcs_memo().len(), 0);
        arcs(&b, &b, &b, &tally);
        drop(b);
        assert_eq!(arcs_memo().len(), 0);
        sweep();
        assert_eq!((arcs_memo().len(), tally.alive()), (0, 0));

        let (a, b) = (object(), object());
        objects(&a, &a, Some(&a), &tally);
        objects(&b, &a, Some(&a), &tally);
        objects(&b, &b, None, &tally);
        assert_eq!(tally.alive(), 3);
        drop(a);
        assert_eq!(tally.alive(), 1);
        drop(b);
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn after_a_death_the_survivor_takes_new_partners() {
    #[weak_memo]
    fn f(a: &Anchored<u32>, b: &Anchored<u32>) -> u32 {
        **a * 10 + **b
    }
    let a = Anchored::new(1);
    for n in 0..50 {
        let b = Anchored::new(n % 10);
        assert_eq!((f(&a, &b), f(&a, &b)), (10 + n % 10, 10 + n % 10));
    }
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.hits, stats.dropped, stats.entries), (50, 50, 50, 0));
}

/// Runs `round` often and asks whether the heap is as it was after the first rounds.
fn heap_stays_flat(what: &str, mut round: impl FnMut(u64)) {
    const WARM: u64 = 2_000;
    (0..WARM).for_each(&mut round);
    sweep();
    let before = live_bytes();
    let rounds = if cfg!(debug_assertions) { 30_000 } else { 100_000 };
    (WARM..rounds).for_each(&mut round);
    sweep();
    let more = live_bytes().saturating_sub(before);
    assert!(more < 16 * 1024, "{what}: {more} bytes more after {rounds} rounds");
}

/// Short-lived second arguments under one living owner, and the other way round.
macro_rules! leave_no_residue {
    ($($test:ident($($parameter:ident: $type:ty),+) -> $result:ty, $body:expr, $owner:expr, |$living:ident, $n:ident| $call:expr;)+) => {$(
        #[test]
        fn $test() {
            #[weak_memo(capacity = unbounded)]
            fn f($($parameter: $type),+) -> $result {
                $body
            }
            alone(|| {
                let $living = $owner;
                heap_stays_flat(stringify!($test), |$n| _ = { $call });
            });
        }
    )+};
}

leave_no_residue! {
    second_arcs_leave_no_residue(owner: &Arc<u64>, other: &Arc<u64>) -> u64,
        **owner + **other, Arc::new(1), |living, n| f(&living, &Arc::new(n));
    second_objects_leave_no_residue(owner: &Anchored<u64>, other: &Anchored<u64>) -> u64,
        **owner + **other, Anchored::new(1), |living, n| f(&living, &Anchored::new(n));
    second_objects_of_a_lending_memo_leave_no_residue(owner: &Arc<u64>, other: &Anchored<u64>) -> &u64,
        **owner + **other, Arc::new(1), |living, n| *f(&living, &Anchored::new(n));
    arguments_beside_an_rc_leave_no_residue(owner: &Rc<u64>, arc: &Arc<u64>, object: &Anchored<u64>) -> u64,
        **owner + **arc + **object, Rc::new(1), |living, n| f(&living, &Arc::new(n), &Anchored::new(n));
    arcs_beside_strings_leave_no_residue(owner: &Arc<u64>, text: &str, other: &Arc<u64>) -> u64,
        text.len() as u64 + **owner + **other, Arc::new(1), |living, n| f(&living, &n.to_string(), &Arc::new(n));
    arc_owners_leave_no_residue_on_a_living_second_argument(owner: &Arc<u64>, other: &Arc<u64>) -> u64,
        **owner + **other, Arc::new(1), |living, n| f(&Arc::new(n), &living);
    objects_leave_no_residue_on_a_living_second_argument(owner: &Anchored<u64>, other: &Anchored<u64>) -> u64,
        **owner + **other, Anchored::new(1), |living, n| f(&Anchored::new(n), &living);
}

/// Requests of a service that lives for ever: a million in a release build, which takes as long as a share of them in a debug
/// build, or as many as `MEMO_REQUESTS` says.
#[test]
fn a_million_short_lived_arguments_of_a_long_lived_owner_leave_the_heap_flat() {
    const WARM: u64 = 2_000;
    #[weak_memo(capacity = unbounded)]
    fn inside(service: &Anchored<u64>, request: &Anchored<u64>) -> u64 {
        **service + **request
    }
    #[weak_memo(capacity = unbounded)]
    fn arcs(service: &Arc<u64>, request: &Arc<u64>, session: &Anchored<u64>) -> u64 {
        **service + **request + **session
    }
    alone(|| {
        let most = if cfg!(debug_assertions) { 60_000 } else { 1_000_000 };
        let requests = std::env::var("MEMO_REQUESTS").map_or(most, |text| text.parse().expect("a number"));
        let (service, shared_service, session) = (Anchored::new(1), Arc::new(1), Anchored::new(1));
        let serve = |n| {
            if n % 2 == 0 {
                inside(&service, &Anchored::new(n));
            } else {
                arcs(&shared_service, &Arc::new(n), &session);
            }
        };
        (0..WARM).for_each(serve);
        sweep();
        let before = live_bytes();
        reset_peak();
        (WARM..requests).for_each(serve);
        let most = peak_bytes().saturating_sub(before);
        sweep();
        let left = live_bytes().saturating_sub(before);
        println!("{requests} requests: {most} bytes more at most, {left} at the end");
        // The dead `Arc`s that a sweep has not come to yet are a few for each of its shards.
        assert!(most < 128 * 1024 && left < 16 * 1024, "{most} bytes more at most, {left} at the end");
        assert_eq!((inside_memo().len(), arcs_memo().len()), (0, 0));
        assert_eq!(inside_memo().stats().dropped + arcs_memo().stats().dropped, requests);
    });
}

/// Many at once, so that their entries have many addresses: what one of them leaves, the next cannot take the place of.
#[test]
fn many_deaths_leave_no_residue_on_the_survivors() {
    #[weak_memo(capacity = unbounded)]
    fn arcs(owner: &Arc<u64>, second: &Arc<u64>, third: &Arc<u64>) -> u64 {
        **owner + **second + **third
    }
    #[weak_memo(capacity = unbounded)]
    fn objects(owner: &Anchored<u64>, second: &Anchored<u64>, third: &Anchored<u64>) -> u64 {
        **owner + **second + **third
    }
    fn made<T>(make: impl Fn(u64) -> T) -> Vec<T> {
        (0..20_000).map(make).collect()
    }
    fn each<T>(all: Vec<T>, call: impl Fn(&T) -> u64) {
        all.iter().for_each(|one| _ = call(one));
        drop(all);
        sweep();
    }
    alone(|| {
        let (arc, arc_2) = (Arc::new(1), Arc::new(2));
        let (object, object_2) = (Anchored::new(1), Anchored::new(2));
        arcs(&arc, &arc_2, &arc_2);
        objects(&object, &object_2, &object_2);
        let before = live_bytes();
        each(made(Arc::new), |dying| arcs(dying, &arc, &arc_2));
        each(made(Arc::new), |dying| arcs(&arc, dying, &arc_2));
        each(made(Arc::new), |dying| arcs(&arc, &arc_2, dying));
        each(made(Anchored::new), |dying| objects(dying, &object, &object_2));
        each(made(Anchored::new), |dying| objects(&object, dying, &object_2));
        each(made(Anchored::new), |dying| objects(&object, &object_2, dying));
        let more = live_bytes().saturating_sub(before);
        assert!(more < 64 * 1024, "{more} bytes more after 120,000 deaths");
        assert_eq!((arcs_memo().len(), objects_memo().len()), (1, 1));
    });
}

#[derive(HasAnchor)]
struct Thing {
    anchor: Anchor,
}

#[test]
fn two_arguments_that_die_at_the_same_moment_on_two_threads_drop_the_result_once() {
    #[weak_memo]
    fn f(a: &Thing, b: &Thing, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (a, b);
        Arc::new(tally.token())
    }
    watchdog(|| {
        let tally = Tally::new();
        let start = Barrier::new(2);
        for _ in 0..1_000 {
            let (a, b) = (Thing { anchor: Anchor::new() }, Thing { anchor: Anchor::new() });
            f(&a, &b, &tally);
            f(&b, &a, &tally);
            thread::scope(|scope| {
                for thing in [a, b] {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        drop(thing);
                    });
                }
            });
            assert_eq!(tally.alive(), 0);
        }
        assert_eq!((tally.made(), f_memo().stats().dropped), (2_000, 2_000));
    });
}

/// A `Weak` itself is refused by the compiler; what can be passed is what it leads to.
#[test]
fn a_weak_pointer_is_a_key_by_its_object() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(key = weak.upgrade())] weak: &Weak<u32>) -> Option<u32> {
        weak.upgrade().map(|n| *n + **owner)
    }
    alone(|| {
        let owner = Anchored::new(1);
        assert_eq!((f(&owner, &Weak::new()), f(&owner, &Weak::new())), (None, None));
        let n = Arc::new(2);
        let weak = Arc::downgrade(&n);
        assert_eq!((f(&owner, &weak), f(&owner, &weak)), (Some(3), Some(3)));
        assert_eq!((Arc::strong_count(&n), f_memo().stats().computes), (1, 2));
        drop(n);
        assert_eq!((f(&owner, &weak), f_memo().len()), (None, 1));
        drop(owner);
        assert_eq!(f_memo().len(), 0);
    });
}

/// A memo is a static and cannot go; the anchor can, before the other arguments.
#[test]
fn an_owner_may_be_cleared_or_die_before_its_other_arguments() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, a: &Anchored<u32>, b: &Arc<u32>) -> u32 {
        **owner + **a + **b
    }
    let (mut owner, a, b) = (Anchored::new(1), Anchored::new(2), Arc::new(3));
    f(&owner, &a, &b);
    owner.clear();
    assert_eq!(f_memo().stats().cleared, 1);
    f(&owner, &a, &b);
    drop(owner);
    assert_eq!(f_memo().stats().dropped, 1);
    drop(a);
    drop(b);
    memo_core::sweep();
    assert_eq!((f_memo().len(), f_memo().stats().dropped), (0, 1));
}
