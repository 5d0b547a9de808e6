//! Threads, maps and processes that end (law 14).

use std::any::Any;
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use memo_core::weak::sync::SharedKey;
use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, unsync};
use memo_core::{Anchored, Sweeper};
use memo_tests::{Tally, Token, alone, in_child, in_time, panic_of};

static MAP: WeakKeyMap<Arc<u32>, String> = WeakKeyMap::new();
static NAMED: WeakValueMap<String, Arc<u32>> = WeakValueMap::new();
static NAMES: Interner<str> = Interner::new();
static ENDED: AtomicUsize = AtomicUsize::new(0);

/// Everything that can be asked of a map.
fn everything() {
    let key = Arc::new(1);
    MAP.insert(&key, "a".to_owned());
    MAP.insert(&Arc::new(2), "dead".to_owned());
    assert_eq!(MAP.get(&key).as_deref(), Some("a"));
    assert_eq!(MAP.update(&key, |old| format!("{old}b")).as_deref(), Some("ab"));
    assert!(MAP.iter().any(|(there, _)| Arc::ptr_eq(&there, &key)));
    NAMED.insert("a".to_owned(), &key);
    NAMED.get("a");
    let name = NAMES.intern("name");
    assert!(Arc::ptr_eq(&NAMES.intern("name"), &name));
    MAP.sweep();
    memo_core::sweep();
    assert!(MAP.remove(&key).is_some());
}

struct AtEnd(Vec<Arc<u32>>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        everything();
        for _ in 0..5000 {
            self.0.iter().for_each(|key| drop(MAP.get(key)));
        }
        ENDED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whether the thread's own destructors come before ours or after.
#[test]
fn destructors_of_thread_locals_use_maps() {
    thread_local! {
        static BEFORE: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
    }
    alone(|| {
        for _ in 0..3 {
            let end = || {
                let key = Arc::new(7);
                MAP.insert(&key, "at the end".to_owned());
                Some(AtEnd(vec![key]))
            };
            std::thread::spawn(move || {
                BEFORE.with(|before| *before.borrow_mut() = Some(AtEnd(Vec::new())));
                everything();
                AFTER.with(|after| *after.borrow_mut() = end());
            })
            .join()
            .expect("it ends");
        }
        assert_eq!(ENDED.load(Ordering::SeqCst), 6);
        memo_core::sweep();
        assert_eq!((MAP.stored_len(), NAMED.stored_len(), NAMES.stored_len()), (0, 0, 0));
    });
}

/// Maps that are thread-locals themselves.
#[test]
fn maps_of_a_thread_go_with_it() {
    thread_local! {
        static SHARED: WeakKeyMap<Arc<u32>, Token> = const { WeakKeyMap::new() };
        static OWN: RefCell<unsync::WeakKeyMap<Rc<u32>, Token>> = const { RefCell::new(unsync::WeakKeyMap::new()) };
    }
    alone(|| {
        let (tally, key) = (Tally::new(), Arc::new(1));
        let theirs = (tally.clone(), key.clone());
        std::thread::spawn(move || {
            let (tally, key) = theirs;
            SHARED.with(|map| map.insert(&key, tally.token()));
            let local = Rc::new(1);
            OWN.with_borrow_mut(|map| map.insert(&local, tally.token()));
        })
        .join()
        .expect("it ends");
        assert_eq!((tally.made(), tally.alive(), Arc::weak_count(&key)), (2, 0, 0));
    });
}

/// What lives in a map goes when the map does, at once, while other threads sweep it.
#[test]
fn a_dropped_map_drops_all_at_once_beside_sweeps() {
    alone(|| {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        memo_core::sweep();
                    }
                });
            }
            for _ in 0..200 {
                let (living, dead) = (Tally::new(), Tally::new());
                let (map, set) = (WeakKeyMap::new(), WeakSet::new());
                let keys: Vec<_> = (0..100).map(Arc::new).collect();
                for key in &keys {
                    map.insert(key, living.token());
                    set.insert(key);
                    map.insert(&Arc::new(**key), dead.token());
                }
                drop(map);
                assert_eq!(living.alive(), 0);
                drop(set);
                // A sweep may have had some of these.
                in_time(|| dead.alive() == 0 && keys.iter().all(|key| Arc::weak_count(key) == 0));
            }
            stop.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_sweeper_sweeps_maps() {
    alone(|| {
        let (tally, map) = (Tally::new(), WeakKeyMap::new());
        let sweeper = Sweeper::every(Duration::from_millis(1));
        map.insert(&Arc::new(1), tally.token());
        in_time(|| tally.alive() == 0);
        drop(sweeper);
    });
}

/// The process ends while threads are in the middle of everything, and statics are full.
#[test]
fn the_process_ends_beside_threads_that_use_maps() {
    let ended = in_child(|| {
        let begun = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    everything_else();
                    begun.wait();
                    loop {
                        everything_else();
                    }
                });
            }
            begun.wait();
            everything_else();
            std::process::exit(7);
        });
    });
    if let Some(output) = ended {
        assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The same without what asks for the answer of others.
fn everything_else() {
    let key = Arc::new(1);
    MAP.insert(&key, "a".to_owned());
    MAP.insert(&Arc::new(2), "dead".to_owned());
    NAMED.insert("a".to_owned(), &key);
    drop((MAP.get(&key), NAMED.get("a"), NAMES.intern("name"), MAP.iter().count()));
    memo_core::sweep();
}

/// A reference that was forgotten: its value stays, and its map goes nevertheless.
#[test]
fn a_forgotten_reference_leaks_no_more_than_its_value() {
    let (tally, map, keys) = (Tally::new(), WeakKeyMap::new(), [1, 2].map(Arc::new));
    keys.iter().for_each(|key| drop(map.insert(key, tally.token())));
    std::mem::forget(map.get_ref(&keys[0]));
    let mut iterator = map.keys();
    iterator.next();
    drop(iterator);
    drop(map);
    assert_eq!(tally.alive(), 1);
}

/// A value that may take a map with it, and may panic when it is dropped; a copy does neither.
struct Value {
    takes: Slot,
    bomb: Option<&'static str>,
    counted: Token,
}

type Slot = Arc<Mutex<Option<Box<dyn Any + Send>>>>;

impl Clone for Value {
    fn clone(&self) -> Self {
        Self { takes: Slot::default(), bomb: None, counted: self.counted.clone() }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        let map = self.takes.lock().expect("nothing panics under it").take();
        drop(map);
        if let Some(bomb) = self.bomb {
            resume_unwind(Box::new(bomb));
        }
    }
}

/// A map that keeps a bomb, and all that comes into the same part of it, for an iterator that was forgotten.
fn with_bomb<K: SharedKey>(key: &K, tally: &Tally) -> WeakKeyMap<K, Value> {
    let map = WeakKeyMap::new();
    map.insert(key, Value { takes: Slot::default(), bomb: Some("a bomb"), counted: tally.token() });
    let mut values = map.values();
    drop(values.next());
    std::mem::forget(values);
    map.clear();
    map
}

/// The same, which goes with the first of its other values. Some of these keys must be in another part of it.
fn goes_with_its_first<K: SharedKey + Send>(keys: &[K], tally: &Tally) {
    let (map, slot) = (with_bomb(&keys[0], tally), Slot::default());
    for key in keys {
        map.insert(key, Value { takes: Arc::clone(&slot), bomb: None, counted: tally.token() });
    }
    *slot.lock().expect("nothing panics under it") = Some(Box::new(map));
}

fn pages() -> Vec<Arc<[u8; 4096]>> {
    (0..100).map(|_| Arc::new([0; 4096])).collect()
}

#[test]
fn a_map_that_ends_in_a_sweep_does_not_keep_the_rest_from_it() {
    alone(|| {
        let (tally, other) = (Tally::new(), WeakKeyMap::new());
        goes_with_its_first(&pages(), &tally);
        other.insert(&Arc::new(1), tally.token());
        assert_eq!(panic_of(memo_core::sweep), "a bomb");
        assert_eq!((tally.alive(), other.stored_len()), (0, 0));
    });
}

#[test]
fn a_map_that_ends_in_passing_panics_for_no_stranger() {
    alone(|| {
        let (tally, other, key) = (Tally::new(), WeakKeyMap::new(), Arc::new(1));
        // What panicked the first time is in nobody's way the second time.
        for _ in 0..2 {
            goes_with_its_first(&pages(), &tally);
            other.insert(&Arc::new(2), tally.token());
            assert!((0..1_000_000).any(|_| other.get(&key).is_none() && tally.alive() == 0));
        }
    });
}

#[test]
fn a_map_that_ends_with_an_object_does_not_keep_the_rest_from_it() {
    alone(|| {
        let (tally, other) = (Tally::new(), WeakKeyMap::new());
        let objects: Vec<_> = (0..1000).map(Anchored::new).collect();
        goes_with_its_first(&objects, &tally);
        objects.iter().for_each(|object| drop(other.insert(object, tally.token())));
        assert_eq!(panic_of(|| drop(objects)), "a bomb");
        assert_eq!((tally.alive(), other.stored_len()), (0, 0));
    });
}

#[test]
fn of_the_panics_of_a_maps_end_the_first_comes_out() {
    let (tally, keys) = (Tally::new(), pages());
    let map = with_bomb(&keys[0], &tally);
    for key in &keys {
        map.insert(key, Value { takes: Slot::default(), bomb: Some("the first"), counted: tally.token() });
    }
    assert_eq!(panic_of(|| drop(map)), "the first");
    assert_eq!(tally.alive(), 0);
}
