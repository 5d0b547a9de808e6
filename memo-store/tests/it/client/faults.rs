//! Whatever becomes of the store, the answer is right.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use memo_store::__private::Simulated;
use memo_store::engine::{Engine as _, Faulty, Holder, Memory};
use memo_store::{Clock, Secret, Store};

use crate::support::{
    CALL, GRACE, Hands, LEASE, Line, Object, begin, builder, computes, flush, process, squared, until,
};
use crate::watchdog::watchdog;

#[test]
fn down_at_the_start() {
    let line = Line::to(&Memory::new());
    line.cut(true);
    let (store, object) = (process(line.clone()), Object::default());
    assert!((1..=100).all(|n| computes(&store, &object, n)));
    let stats = store.stats();
    assert!(stats.left_alone && stats.spared > 90, "it is left alone: {stats}");
    // Renewals are tried all the same, by the store's thread.
    assert!(line.calls() < 30, "{} calls", line.calls());
}

#[test]
fn down_later_and_up_again() {
    watchdog(|| {
        let engine = Memory::new();
        let line = Line::to(&engine);
        let (store, object) = (process(line.clone()), Object::default());
        assert!(computes(&store, &object, 1));
        flush(&store);
        line.cut(true);
        assert!((0..100).all(|_| computes(&store, &Object::default(), 1)), "in the process it is not there any more");
        line.cut(false);
        until("it is asked again", || !computes(&store, &object, 1));
    });
}

#[test]
fn full() {
    let engine = Memory::new().at_most(400);
    let (store, object) = (process(engine.clone()), Object::default());
    assert!((1..=100).all(|n| computes(&store, &object, n)));
    flush(&store);
    let stats = store.stats();
    assert!(engine.bytes() <= 400 && stats.puts > 0 && stats.faults_full == 100 - stats.puts, "{stats:?}");
    assert!(!stats.left_alone, "one that is full can be read");
    assert!(!computes(&store, &object, 1));
}

#[test]
fn started_again_without_anything() {
    watchdog(|| {
        let engine = Memory::new();
        let (store, object) = (process(engine.clone()), Object::default());
        _ = (computes(&store, &object, 1), flush(&store));
        engine.clear();
        assert!(computes(&store, &object, 1));
        flush(&store);
        until("the lease is there again", || store.stats().lapses == 1);
        std::thread::sleep(GRACE * 3);
        assert!(!computes(&store, &Object::default(), 1), "it is held as before");
    });
}

/// The engine tells of it once.
#[test]
fn who_is_not_told_that_its_lease_had_run_out_takes_hold_again() {
    let (hands, since) = (Hands::default(), Instant::now());
    let engine = Memory::with_clock(hands.clock());
    let line = Line::to(&engine);
    let time = hands.clone();
    let mut store = Simulated::new(builder(line.clone()), Holder(1), move || time.instant(since));
    let object = Object::default();
    assert!(computes(store.store(), &object, 1));
    store.turn(hands.instant(since));
    let lease = LEASE.as_millis() as u64;
    hands.set(lease * 2);
    assert_eq!((engine.collect(100, GRACE).unwrap().lapsed, engine.holds()), (1, 0));
    line.deaf(true);
    let due = store.turn(hands.instant(since));
    line.deaf(false);
    hands.set(due.duration_since(since).as_millis() as u64);
    store.turn(due);
    assert_eq!((engine.holds(), store.store().stats().lapses), (1, 1));
}

#[test]
fn other_bytes() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 5] = [
        ("a bit", |entry| entry[12] ^= 1),
        ("truncated", |entry| entry.truncate(entry.len() / 2)),
        ("empty", Vec::clear),
        ("a length of exabytes", |entry| entry[2..10].copy_from_slice(&3_400_000_000_000_000_000_u64.to_le_bytes())),
        ("another layout", |entry| entry[0] = 2),
    ];
    for (what, damage) in damages {
        let engine = Memory::new();
        let (store, object) = (process(engine.clone()), Object::default());
        _ = (computes(&store, &object, 1), flush(&store));
        engine.damage(|_, entry| damage(entry));
        assert!(computes(&store, &object, 1), "{what}");
        assert_eq!(store.stats().unreadable, 1, "{what}");
        flush(&store);
        assert!(!computes(&store, &object, 1), "{what}: it was deleted, and written anew");
    }
}

/// An entry of one key under another one: sealed by who knows the secret, and still not believed.
#[test]
fn entries_that_changed_places() {
    let engine = Memory::new();
    let (store, object) = (process(engine.clone()), Object::default());
    _ = (computes(&store, &object, 1), computes(&store, &object, 2), flush(&store));
    let mut last = Vec::new();
    engine.damage(|_, entry| std::mem::swap(entry, &mut last));
    engine.damage(|_, entry| {
        if entry.is_empty() {
            std::mem::swap(entry, &mut last);
        }
    });
    assert!(computes(&store, &object, 1) && computes(&store, &object, 2));
}

#[test]
fn who_does_not_know_the_secret_is_not_read() {
    let (engine, theirs) = (Memory::new(), Memory::new());
    let (store, object) = (process(engine.clone()), Object::default());
    _ = (computes(&store, &object, 1), flush(&store));
    let intruder = Store::builder(theirs.clone(), Secret::none()).open().unwrap();
    begin(&intruder, &object, 1, CALL).end(&"poison".to_owned());
    flush(&intruder);
    // In the place of ours.
    let mut poison = Vec::new();
    theirs.damage(|_, entry| poison.clone_from(entry));
    engine.damage(|_, entry| entry.clone_from(&poison));
    assert!(!poison.is_empty() && computes(&store, &object, 1));
    assert_eq!(store.stats().unreadable, 1);
}

/// While a secret is replaced: neither deletes what the other one needs.
#[test]
fn processes_of_two_secrets_do_not_meet() {
    let engine = Memory::new();
    let (old, object) = (process(engine.clone()), Object::default());
    let new = Store::builder(engine.clone(), Secret::new("the new one, which is long")).open().unwrap();
    assert!(computes(&old, &object, 1) && computes(&new, &object, 1));
    flush(&old);
    flush(&new);
    assert!(!computes(&old, &object, 1) && !computes(&new, &object, 1));
    assert_eq!((engine.len(), old.stats().unreadable + new.stats().unreadable), (2, 0));
}

#[test]
#[should_panic(expected = "a secret of 0 bytes can be guessed")]
fn a_variable_that_is_empty_is_no_secret() {
    _ = Secret::new("");
}

/// A put waits while its object dies, and its release is sent first.
#[test]
fn what_is_written_too_late_is_held_by_nobody() {
    watchdog(|| {
        let engine = Memory::new();
        let store = process(Faulty::new(engine.clone(), 1, 0.0, 0));
        for n in 0..3000 {
            _ = computes(&store, &Object::default(), n);
            if n % 100 == 0 {
                thread::yield_now();
            }
        }
        until("all are let go", || engine.holds() == 0 && store.stats().to_release == 0 && store.stats().to_put == 0);
    });
}

/// A user's `Serialize` or an engine that is full costs others no wait.
#[test]
fn a_result_that_is_not_written_is_computed_by_others_at_once() {
    watchdog(|| {
        let engine = Memory::new().at_most(0);
        let long = Duration::from_secs(1000);
        let [one, other] = [(); 2].map(|()| builder(engine.clone()).claim(long).wait(long).open().unwrap());
        let object = Object::default();
        assert!(computes(&one, &object, 1));
        assert!(!one.flush(Duration::from_secs(10)), "it was not written");
        assert!(computes(&other, &object, 1));
        assert!(one.last_fault().is_some_and(|fault| fault.starts_with("the store is full: ")));
    });
}

#[test]
fn a_clock_that_jumps() {
    watchdog(|| {
        let hands = Hands::default();
        let day = 24 * 60 * 60 * 1000;
        hands.set(100 * day);
        let engine = Memory::with_clock(hands.clock());
        let (store, object) = (process(engine.clone()), Object::default());
        _ = (computes(&store, &object, 1), flush(&store));
        for jump in [200 * day, day, u64::MAX / 2, 0, u64::MAX, 50 * day] {
            hands.set(jump);
            let renewals = store.stats().renewals;
            until("it is renewed", || store.stats().renewals > renewals + 1);
            // It may have been collected meanwhile, which costs a compute.
            _ = computes(&store, &object, 1);
            flush(&store);
        }
        drop(object);
        flush(&store);
        let mut now = 50 * day;
        until("nothing is left", || {
            now += GRACE.as_millis() as u64;
            hands.set(now);
            engine.is_empty() && engine.holds() == 0
        });
        assert!(now < 60 * day);
    });
}

#[test]
fn cut_off_between_claim_and_put() {
    watchdog(|| {
        let engine = Memory::new();
        let line = Line::to(&engine);
        let one = builder(line.clone()).claim(Duration::from_millis(100)).open().unwrap();
        let other = builder(engine.clone()).wait(Duration::from_secs(20)).open().unwrap();
        let object = Object::default();
        let mut look = begin(&one, &object, 7, CALL);
        assert!(look.find().is_none());
        line.cut(true);
        look.end(&squared(7));
        assert!(computes(&other, &object, 7), "once the claim has run out");
        flush(&other);
        line.cut(false);
        until("it finds it", || !computes(&one, &object, 7));
        assert_eq!(engine.len(), 1);
    });
}

/// Everything at once, by chance, from many threads of three processes.
#[test]
fn a_store_that_loses_and_damages_a_share_of_everything() {
    watchdog(|| {
        for seed in 0..10 {
            let engine = Memory::new();
            let faulty = || Faulty::new(engine.clone(), seed, 0.1, 2).down_for(seed as u32 % 5);
            let stores = [(); 3].map(|()| process(faulty()));
            thread::scope(|scope| {
                for store in &stores {
                    for thread in 0..3 {
                        scope.spawn(move || {
                            let mut random = fastrand::Rng::with_seed(seed * 100 + thread);
                            let mut objects: Vec<_> = (0..4).map(|_| Object::default()).collect();
                            for _ in 0..150 {
                                let at = random.usize(..objects.len());
                                _ = computes(store, &objects[at], random.u64(..40));
                                if random.u8(..10) == 0 {
                                    objects[at] = Object::default();
                                }
                            }
                        });
                    }
                }
            });
            stores.iter().for_each(flush);
            for store in &stores {
                assert_eq!(store.stats().held, 0, "seed {seed}: {:?}", store.stats());
                until("all is released", || store.stats().to_release == 0);
            }
            drop(stores);
            let last = process(engine.clone());
            until("nothing is left", || engine.is_empty() && engine.holds() == 0);
            drop(last);
        }
    });
}

#[test]
fn an_engine_that_panics_is_a_fault() {
    let engine = Memory::new();
    let (before, object) = (process(engine.clone()), Object::default());
    assert!((1..=20).all(|n| computes(&before, &object, n)));
    flush(&before);
    // Each kind of trouble once for each entry: the last of six reads panics.
    let store = process(Faulty::new(engine, 1, 1.0, 1));
    watchdog(|| {
        until("it panics", || {
            (1..=20).for_each(|n| _ = computes(&store, &object, n));
            store.stats().faults_damaged > 0
        });
    });
}

/// A call that was given up is done by the server all the same, after its release.
#[test]
fn a_get_that_is_done_too_late_holds_nothing_for_long() {
    watchdog(|| {
        let engine = Memory::new();
        let line = Line::to(&engine);
        let (store, other) = (process(line.clone()), process(engine.clone()));
        let object = Object::default();
        _ = (computes(&other, &object, 1), flush(&other));
        line.holds_up();
        drop(begin(&store, &Object::default(), 1, CALL).find());
        flush(&store);
        line.delivers();
        assert_eq!(engine.holds(), 2, "it holds what it does not know of");
        until("it is released once more", || engine.holds() == 1);
        assert_eq!(store.stats().lapses, 0);
    });
}

/// A clock is a user's code: it is asked under no lock.
#[test]
fn a_clock_that_looks_into_its_engine() {
    watchdog(|| {
        static LOOKS: OnceLock<Memory> = OnceLock::new();
        let clock = Clock::new(|| Duration::from_millis(LOOKS.get().map_or(0, Memory::len) as u64));
        let engine = LOOKS.get_or_init(|| Memory::with_clock(clock)).clone();
        let (store, object) = (process(engine.clone()), Object::default());
        assert!(computes(&store, &object, 1));
        flush(&store);
        assert!(!computes(&store, &object, 1));
        engine.collect(1, GRACE).unwrap();
    });
}

#[test]
fn the_report_of_all_memos_tells_of_a_store_and_of_its_last_fault() {
    let told = || memo_core::report().also.into_iter().filter(|line| line.contains("told of")).collect::<Vec<_>>();
    let line = Line::to(&Memory::new());
    let (store, object) = (builder(line.clone()).name("told of").open().unwrap(), Object::default());
    assert!(computes(&store, &object, 1));
    flush(&store);
    assert_eq!(told(), ["told of: 0 found, 1 not, 1 written, 1 held"]);
    line.cut(true);
    assert!(computes(&store, &object, 2));
    let lines = told();
    assert!(lines[0].contains("faults") && lines[1].starts_with("! told of: the last fault: "), "{lines:?}");
    assert_eq!(lines.len(), 2);
    drop(store);
    assert_eq!(told(), Vec::<String>::new());
}
