//! Threads, maps and processes that end (law 14).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use memo_core::Sweeper;
use memo_core::weak::{Interner, WeakKeyMap, WeakSet, WeakValueMap, unsync};
use memo_tests::{Tally, Token, alone, in_child, in_time};

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
