//! Misses, explained.

use std::env;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::process::Command;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use memo_core::MissReason::{self, *};
use memo_core::{Anchored, AnyMemo, Memo, Miss, weak_memo};
use memo_tests::{alone, watchdog};

fn reasons(misses: &[Miss]) -> Vec<MissReason> {
    misses.iter().map(|miss| miss.reason.clone()).collect()
}

fn new_key(differs: &[&'static str]) -> MissReason {
    let of_one = reasons(&key_misses());
    let NewKey { differs: mut parts } = of_one[1].clone() else { panic!("{of_one:?}") };
    parts.clear();
    parts.extend(differs);
    // No test can write a variant that may get more fields.
    let mut reason = of_one[1].clone();
    if let NewKey { differs } = &mut reason {
        *differs = parts;
    }
    reason
}

fn key_misses() -> Vec<Miss> {
    #[weak_memo]
    fn any(of: &Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    any_memo().explain(true);
    let of = Arc::new(1);
    _ = (any(&of, 1), any(&of, 2));
    let misses = any_memo().misses();
    any_memo().explain(false);
    misses
}

/// Runs a future that awaits nothing.
fn futures_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it awaits nothing"),
    }
}

#[test]
fn the_parameter_that_differs_is_named() {
    #[weak_memo(context = 7_u8)]
    fn shown(of: &Arc<u8>, width: usize, (a, b): (u8, u8), name: &str) -> usize {
        usize::from(**of + a + b) + width + name.len()
    }
    alone(|| {
        shown_memo().explain(true);
        let of = Arc::new(1);
        shown(&of, 80, (1, 2), "a");
        shown(&of, 81, (1, 2), "a");
        shown(&of, 80, (1, 3), "a");
        shown(&of, 82, (1, 2), "b");
        let told = shown_memo().misses();
        let expected = [NewObject, new_key(&["width"]), new_key(&["part 2"]), new_key(&["width", "name"])];
        assert_eq!(reasons(&told), expected);
        let text = told[3].to_string();
        assert!(text.ends_with("this extra key; the nearest differs in `width`, `name`"), "{text}");
    });
}

#[test]
fn each_reason_is_told() {
    #[weak_memo(capacity = 2)]
    fn small(of: &Arc<u8>, key: u8) -> Result<u8, u8> {
        match key {
            8 => Err(8),
            9 => panic!("nine"),
            key => Ok(**of + key),
        }
    }
    alone(|| {
        small_memo().explain(true);
        let of = Arc::new(1);
        let ask = |keys: &[u8]| {
            small_memo().explain(false);
            small_memo().explain(true);
            keys.iter().for_each(|&key| _ = catch_unwind(AssertUnwindSafe(|| small(&of, key))));
            reasons(&small_memo().misses()).pop().expect("the last was a miss")
        };
        assert_eq!(ask(&[1]), NewObject);
        assert_eq!(ask(&[2, 3, 4, 2]), Evicted);
        assert_eq!(ask(&[8, 8]), Rejected);
        assert_eq!(ask(&[9, 9]), Unfinished);
        ask(&[1, 5]);
        assert!(small_memo().forget((&of, 5)));
        small(&of, 5).unwrap();
        assert_eq!(reasons(&small_memo().misses()).pop(), Some(Cleared));
        ask(&[6]);
        small_memo().clear();
        small(&of, 6).unwrap();
        assert_eq!(reasons(&small_memo().misses()).pop(), Some(Cleared));
        // It is not told twice.
        small_memo().explain(false);
        assert!(small_memo().misses().is_empty());
        small_memo().forget((&of, 6));
        small_memo().explain(true);
        small(&of, 6).unwrap();
        assert_ne!(reasons(&small_memo().misses()), [Cleared], "it went before");
        let count = |memo: AnyMemo, reason| memo.miss_reasons().find(|(name, _)| *name == reason).unwrap().1;
        assert_eq!(count(small_memo().into(), "cleared"), 2, "of both times that it was on");
    });
}

/// What went longest ago is known by the marks of evicted results.
#[test]
fn one_that_was_evicted_long_ago_is_still_known() {
    #[weak_memo(capacity = 2000)]
    fn large(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    alone(|| {
        large_memo().explain(true);
        let of = Arc::new(1);
        (0..4000).for_each(|key| _ = large(&of, key));
        let before = large_memo().stats().evicted_early;
        // Some 2,000 others went since, of which 1,024 places know a part.
        (0..100).for_each(|key| _ = large(&of, key));
        let early = large_memo().stats().evicted_early - before;
        let known = reasons(&large_memo().misses()).iter().filter(|reason| **reason == Evicted).count();
        assert!(early > 30 && known > 20, "{early} of 100, {known} of the last 64");
    });
}

#[test]
fn lent_results_are_explained() {
    #[weak_memo]
    fn lent(of: &Anchored<u8>) -> Result<&u8, String> {
        if **of == 0 { Err("none".into()) } else { Ok(**of) }
    }
    alone(|| {
        lent_memo().explain(true);
        let mut of = Anchored::new(0);
        assert!(lent(&of).is_err() && lent(&of).is_err());
        *of = 1;
        lent(&of).unwrap();
        *of = 2;
        assert_eq!(lent(&of), Ok(&2));
        let told = reasons(&lent_memo().misses());
        assert_eq!(told[..2], [NewObject, Rejected]);
        assert_eq!(told[3], NewObject, "a change leaves nothing behind");
        lent_memo().take(&mut of);
        lent(&of).unwrap();
        assert_eq!(reasons(&lent_memo().misses()).pop(), Some(Cleared));
        assert!(lent_memo().misses().iter().all(|miss| miss.at.is_none() && miss.inside.is_none()));
    });
}

#[test]
fn what_is_in_flight_is_told_to_who_waits() {
    fn one_waits<F: Fn() + Send + Sync + Copy + 'static>(call: F, memo: AnyMemo, inside: &Barrier) {
        memo.explain(true);
        thread::scope(|scope| {
            scope.spawn(call);
            inside.wait();
            let waiter = scope.spawn(call);
            while memo.misses().len() < 2 {
                thread::yield_now();
            }
            inside.wait();
            waiter.join().unwrap();
        });
        assert_eq!(reasons(&memo.misses()), [NewObject, InFlight]);
    }
    static BARRIER: [Barrier; 2] = [const { Barrier::new(2) }; 2];
    #[weak_memo]
    fn cloned(_: &Anchored<u8>) -> String {
        BARRIER[0].wait();
        BARRIER[0].wait();
        String::new()
    }
    #[weak_memo]
    fn lent(_: &Anchored<u8>) -> &String {
        BARRIER[1].wait();
        BARRIER[1].wait();
        String::new()
    }
    static OF: std::sync::LazyLock<Anchored<u8>> = std::sync::LazyLock::new(|| Anchored::new(1));
    watchdog(|| {
        one_waits(|| _ = cloned(&OF), cloned_memo().into(), &BARRIER[0]);
        one_waits(|| _ = lent(&OF), lent_memo().into(), &BARRIER[1]);
    });
}

#[test]
fn one_that_was_overtaken_is_told() {
    #[weak_memo]
    fn overtaken(of: &Arc<u8>) -> u8 {
        if **of == 1 && overtaken_memo().stats().computes == 0 {
            overtaken_memo().forget(of);
        }
        **of
    }
    alone(|| {
        overtaken_memo().explain(true);
        let of = Arc::new(1);
        _ = (overtaken(&of), overtaken(&of), overtaken(&of));
        assert_eq!(reasons(&overtaken_memo().misses()), [NewObject, Overtaken]);
    });
}

#[test]
fn what_expires_is_told() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NOW: AtomicU64 = AtomicU64::new(0);
    #[weak_memo(ttl = "10s", stale = "10s")]
    fn timed(of: &Arc<u8>) -> u8 {
        **of
    }
    #[weak_memo(weak_value)]
    fn weakly(of: &Arc<u8>) -> Arc<u8> {
        Arc::new(**of)
    }
    alone(|| {
        memo_core::set_clock(|| Duration::from_secs(NOW.load(Ordering::Relaxed)));
        timed_memo().explain(true);
        let of = Arc::new(1);
        for now in [0, 15, 100] {
            NOW.store(now, Ordering::Relaxed);
            timed(&of);
        }
        assert_eq!(reasons(&timed_memo().misses()), [NewObject, Stale, Expired]);
        weakly_memo().explain(true);
        drop(weakly(&of));
        drop(weakly(&of));
        assert_eq!(reasons(&weakly_memo().misses()), [NewObject, Dropped]);
    });
}

/// What is known has one of 1,024 places, where one of these keys is looked for, too.
#[test]
fn what_went_explains_no_other_key() {
    #[weak_memo(capacity = unbounded)]
    fn of_many(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    alone(|| {
        of_many_memo().explain(true);
        let of = Arc::new(1);
        of_many(&of, 0);
        of_many_memo().forget((&of, 0));
        (1..10_001).for_each(|key| _ = of_many(&of, key));
        of_many(&of, 0);
        let counts: Vec<_> = AnyMemo::from(of_many_memo()).miss_reasons().filter(|(_, n)| *n > 0).collect();
        assert_eq!(counts, [("new_object", 1), ("new_key", 10_000), ("cleared", 1)]);
    });
}

/// A flight has no result that could be cleared.
#[test]
fn who_asks_while_an_overtaken_compute_goes_on_is_told_so() {
    #[weak_memo]
    fn again(of: &Arc<u8>) -> u8 {
        if again_memo().misses().len() == 1 {
            again_memo().forget(of);
            again(of);
        }
        **of
    }
    alone(|| {
        again_memo().explain(true);
        again(&Arc::new(1));
        assert_eq!(reasons(&again_memo().misses()), [NewObject, Overtaken]);
    });
}

/// Of results that end in time no marks are kept.
#[test]
fn an_eviction_is_told_where_results_expire() {
    #[weak_memo(ttl = "1h", capacity = 1)]
    fn timed(of: &Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    alone(|| {
        timed_memo().explain(true);
        let of = Arc::new(1);
        [1, 2, 1].iter().for_each(|&key| _ = timed(&of, key));
        assert_eq!(reasons(&timed_memo().misses())[2], Evicted);
    });
}

/// Nothing is said of an object by what another was that lay there before.
#[test]
fn a_new_object_is_new_wherever_it_lies() {
    #[weak_memo]
    fn of_each(of: &Arc<u8>, key: u8) -> Option<u8> {
        Some(**of + key)
    }
    alone(|| {
        of_each_memo().explain(true);
        for _ in 0..30 {
            let of = Arc::new(1);
            _ = (of_each(&of, 1), of_each(&of, 2));
            of_each_memo().forget((&of, 2));
            drop(of);
            memo_core::sweep();
        }
        let told = reasons(&of_each_memo().misses());
        assert_eq!(told.len(), 60);
        assert!(told.chunks(2).all(|two| two == [NewObject, new_key(&["key"])]), "{told:?}");
    });
}

#[test]
fn the_last_64_are_kept_with_where_the_call_is() {
    #[weak_memo(name = "a part")]
    #[track_caller]
    fn part(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo(name = "a whole")]
    fn whole(of: &Arc<u8>, to: u32) -> u32 {
        (0..to).map(|key| part(of, key)).sum()
    }
    fn check<F, P: memo_core::handle::Kind>(memo: Memo<F, P>) {
        let misses = memo.misses();
        assert_eq!(misses.len(), 64);
        for miss in &misses {
            let at = miss.at.expect("it tracks its caller");
            assert_eq!((at.file(), at.line()), (file!(), line!() - 7));
            assert_eq!(miss.inside.as_deref(), Some("a whole"));
            assert_eq!(miss.ago.is_some(), !cfg!(memo_no_clock));
        }
        let text = misses[0].to_string();
        assert!(text.contains(", from tests/it/laws/statistics/explained.rs:"), "{text}");
    }
    alone(|| {
        part_memo().explain(true);
        let of = Arc::new(1);
        whole(&of, 100);
        check(part_memo());
    });
}

/// The user's `Eq` is asked which key is the nearest: it may do what it likes.
#[test]
fn an_explanation_disturbs_no_call() {
    #[derive(Clone, Debug)]
    struct Odd(u8);
    impl Hash for Odd {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl PartialEq for Odd {
        fn eq(&self, other: &Self) -> bool {
            if self.0 == 1 {
                asked_memo().clear();
                panic!("odd");
            }
            self.0 == other.0
        }
    }
    impl Eq for Odd {}
    impl Drop for Odd {
        fn drop(&mut self) {
            _ = asked_memo().misses();
        }
    }
    #[weak_memo]
    fn asked(of: &Arc<u8>, #[memo(value)] key: Odd) -> u8 {
        **of + key.0
    }
    alone(|| {
        asked_memo().explain(true);
        let of = Arc::new(1);
        assert_eq!(asked(&of, Odd(1)), 2);
        assert_eq!(asked(&of, Odd(2)), 3);
        assert_eq!(asked(&of, Odd(3)), 4);
        assert_eq!(asked_memo().misses().len(), 3);
    });
}

/// Those that were compared are held by nobody.
#[test]
fn what_is_cleared_is_dropped_while_a_miss_is_explained() {
    use memo_tests::{Tally, Token};
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Slow(u8);
    #[weak_memo]
    fn of_slow(of: &Arc<Tally>, #[memo(value)] key: Slow) -> Arc<Token> {
        let _ = key;
        Arc::new(of.token())
    }
    alone(|| {
        of_slow_memo().explain(true);
        let of = Arc::new(Tally::new());
        (0..10).for_each(|key| drop(of_slow(&of, Slow(key))));
        of_slow_memo().clear();
        assert_eq!(of.alive(), 0);
    });
}

/// Examining results for dead arguments goes on where it was, explained or not.
#[test]
fn an_explanation_changes_nothing_that_is_evicted() {
    #[weak_memo(capacity = 127)]
    fn beside(of: &Arc<u32>, other: Option<&Arc<u32>>, key: u32) -> u32 {
        **of + other.map_or(0, |other| **other) + key
    }
    alone(|| {
        let lost = |explained| {
            beside_memo().explain(explained);
            let (of, other) = (Arc::new(1), Arc::new(2));
            (0..127).for_each(|key| _ = beside(&of, (64..84).contains(&key).then_some(&other), key));
            drop(other);
            let before = beside_memo().stats().evicted;
            (200..220).for_each(|key| _ = beside(&of, None, key));
            let evicted = beside_memo().stats().evicted - before;
            (evicted, (0..127).filter(|&key| beside_memo().get((&of, None, key)).is_some()).count())
        };
        assert_eq!(lost(false), lost(true));
    });
}

#[test]
fn a_further_object_that_is_new_is_a_new_key_wherever_it_lies() {
    #[weak_memo]
    fn pair(of: &Arc<u32>, other: &Anchored<u32>) -> u32 {
        **of + **other
    }
    alone(|| {
        pair_memo().explain(true);
        let of = Arc::new(1);
        (0..50).for_each(|n| _ = pair(&of, &Anchored::new(n)));
        let told = reasons(&pair_memo().misses());
        assert_eq!(told[0], NewObject);
        assert!(told[1..].iter().all(|reason| *reason == new_key(&[])), "{told:?}");
    });
}

#[test]
fn a_cell_that_no_miss_has_made_begins_anew() {
    #[weak_memo(capacity = 1)]
    fn set(of: &Arc<u32>, key: u32) -> u32 {
        **of + key
    }
    alone(|| {
        set_memo().explain(true);
        for _ in 0..50 {
            let first = Arc::new(1);
            _ = (set(&first, 1), set(&first, 2));
            drop(first);
            memo_core::sweep();
            let second = Arc::new(1);
            set_memo().insert((&second, 7), 0);
            set(&second, 1);
            assert_eq!(reasons(&set_memo().misses()).pop(), Some(new_key(&["key"])));
        }
    });
}

#[test]
fn what_happened_last_is_told() {
    #[weak_memo(capacity = 2)]
    fn last(of: &Arc<u32>, key: u32) -> u32 {
        **of + key
    }
    alone(|| {
        last_memo().explain(true);
        let of = Arc::new(1);
        (0..4).for_each(|key| _ = last(&of, key));
        last_memo().insert((&of, 0), 9);
        last_memo().forget((&of, 0));
        last(&of, 0);
        assert_eq!(reasons(&last_memo().misses()).pop(), Some(Cleared));
    });
}

/// All are noted before any destructor or listener runs.
#[test]
fn what_is_being_cleared_is_cleared() {
    #[weak_memo]
    fn heard(of: &Arc<u32>, key: u32) -> u32 {
        **of + key
    }
    alone(|| {
        heard_memo().explain(true);
        let of = Arc::new(1);
        (0..4).for_each(|key| _ = heard(&of, key));
        let inside = Arc::clone(&of);
        heard_memo().on_removal(move |_| (0..4).for_each(|key| _ = heard(&inside, key)));
        heard_memo().clear();
        let told = reasons(&heard_memo().misses());
        assert_eq!(told[4..8], [Cleared, Cleared, Cleared, Cleared]);
    });
}

#[test]
fn calls_of_a_handle_have_no_place() {
    #[weak_memo]
    fn called(of: &Arc<u32>, key: u32) -> u32 {
        **of + key
    }
    #[weak_memo]
    #[track_caller]
    fn lent(of: &Arc<u32>) -> &u32 {
        **of
    }
    alone(|| {
        called_memo().explain(true);
        lent_memo().explain(true);
        let of = Arc::new(1);
        _ = (called_memo().call((&of, 1)), lent_memo().call(&of), called(&of, 2), lent(&Arc::new(2)));
        assert!(lent_memo().misses()[1].at.is_some());
        assert!(called_memo().misses()[0].at.is_none() && lent_memo().misses()[0].at.is_none());
    });
}

#[test]
fn racers_are_told_of_each_other() {
    #[weak_memo(single_flight = false)]
    fn raced(of: &Arc<u32>) -> &u32 {
        if **of == 1 && raced_memo().misses().len() == 1 {
            raced(of);
        }
        **of
    }
    alone(|| {
        raced_memo().explain(true);
        raced(&Arc::new(1));
        assert_eq!(reasons(&raced_memo().misses()), [NewObject, InFlight]);
    });
}

#[test]
fn async_misses_are_explained() {
    #[weak_memo]
    async fn late(of: &Arc<u8>, key: u8) -> Result<u8, u8> {
        if key == 9 { Err(9) } else { Ok(**of + key) }
    }
    #[weak_memo]
    async fn lent(of: &Arc<u8>) -> &u8 {
        **of
    }
    use futures_once as done;
    alone(|| {
        late_memo().explain(true);
        lent_memo().explain(true);
        let of = Arc::new(1);
        _ = (done(late(&of, 1)), done(late(&of, 9)), done(late(&of, 9)));
        done(lent(&of));
        assert_eq!(reasons(&late_memo().misses()), [NewObject, new_key(&["key"]), Rejected]);
        assert_eq!(reasons(&lent_memo().misses()), [NewObject]);
        assert!(late_memo().misses().iter().all(|miss| miss.at.is_none()), "its executor is no caller");
    });
}

/// Switched on and off while others call.
#[test]
fn it_can_be_switched_at_any_time() {
    #[weak_memo(capacity = 4)]
    fn busy(of: &Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    watchdog(|| {
        let (done, over) = channel::<()>();
        thread::scope(|scope| {
            for seed in 0..3 {
                let done = done.clone();
                scope.spawn(move || {
                    let mut random = fastrand::Rng::with_seed(seed);
                    let of = Arc::new(1);
                    for _ in 0..20_000 {
                        let key = random.u8(0..8);
                        assert_eq!(busy(&of, key), 1 + key);
                    }
                    drop(done);
                });
            }
            drop(done);
            while over.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                busy_memo().explain(true);
                assert!(busy_memo().misses().len() <= 64);
                busy_memo().explain(false);
            }
        });
    });
}

#[test]
fn the_environment_names_memos_from_the_start() {
    #[weak_memo(name = "named by the environment")]
    fn named(of: &Arc<u8>) -> u8 {
        **of
    }
    #[weak_memo]
    fn not_named(of: &Arc<u8>) -> u8 {
        **of
    }
    #[weak_memo(name = "by the env, too")]
    async fn later(of: &Arc<u8>, key: u8) -> u8 {
        **of + key
    }
    if env::var_os("MEMO_EXPLAIN").is_some() {
        let of = Arc::new(1);
        futures_once(later(&of, 1));
        assert_eq!(reasons(&later_memo().misses()), [NewObject]);
        _ = (named(&of), not_named(&of));
        assert_eq!(reasons(&named_memo().misses()), [NewObject]);
        assert!(not_named_memo().misses().is_empty());
        return;
    }
    let own = thread::current();
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", own.name().unwrap()]).env("MEMO_EXPLAIN", "other; by the env");
    assert!(child.output().unwrap().status.success());
}
