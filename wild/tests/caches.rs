//! Caches and concurrent maps: when what they let go of dies, and its results with it.

use std::sync::{Arc, Weak};

/// A value of the map, after the map was told to let it go.
fn alive(weak: &Weak<u32>) -> bool {
    weak.upgrade().is_some()
}

#[test]
fn moka_drops_what_is_invalidated_when_it_does_its_pending_tasks() {
    let cache = moka::sync::Cache::new(100);
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    cache.insert(1, value);
    cache.invalidate(&1);
    assert!(cache.get(&1).is_none() && alive(&weak));
    cache.run_pending_tasks();
    assert!(!alive(&weak));
}

#[test]
fn moka_drops_all_that_is_invalidated_later_still() {
    let cache = moka::sync::Cache::new(100);
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    cache.insert(1, value);
    cache.run_pending_tasks();
    cache.invalidate_all();
    assert!(cache.get(&1).is_none() && alive(&weak));
    let rounds = (1..10).find(|_| {
        cache.run_pending_tasks();
        !alive(&weak)
    });
    assert!(rounds.is_some_and(|rounds| rounds > 1), "{rounds:?}");
}

#[test]
fn papaya_drops_what_is_removed_after_later_changes() {
    let map = papaya::HashMap::new();
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    map.pin().insert(1, value);
    map.pin().remove(&1);
    assert!(alive(&weak));
    for _ in 0..10_000 {
        assert!(map.pin().get(&1).is_none());
    }
    assert!(alive(&weak));
    for _ in 0..1_000 {
        map.pin().insert(2, Arc::new(2));
    }
    assert!(!alive(&weak));
}

#[test]
fn dashmap_drops_what_is_removed_at_once_and_its_guard_is_an_argument() {
    let map = dashmap::DashMap::new();
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    map.insert(1, value);
    assert!(memo_wild::carries(&map.get(&1).unwrap(), &weak.upgrade().unwrap()));
    map.remove(&1);
    assert!(!alive(&weak));
}

#[test]
fn quick_cache_drops_what_is_removed_or_evicted_before_it_returns() {
    let cache = quick_cache::sync::Cache::new(100);
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    cache.insert(1, value);
    cache.remove(&1);
    assert!(!alive(&weak));
    let weaks: Vec<_> = (0..2_000)
        .map(|key| {
            let value = Arc::new(key);
            let weak = Arc::downgrade(&value);
            cache.insert(key, value);
            (key, weak)
        })
        .collect();
    assert!(weaks.iter().all(|(key, weak)| alive(weak) == cache.get(key).is_some()));
}
