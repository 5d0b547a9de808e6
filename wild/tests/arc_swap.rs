//! arc-swap.

use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
use memo_wild::carries;

#[test]
fn loads_carry_and_a_guard_is_an_argument() {
    let swap = ArcSwap::from_pointee(1);
    assert!(carries(&swap.load_full(), &swap.load_full()));
    assert!(carries(&swap.load(), &swap.load_full()));
    let before = swap.load_full();
    swap.rcu(Arc::clone);
    assert!(carries(&before, &swap.load_full()));
}

#[test]
fn a_cache_keeps_the_old_value_until_it_loads() {
    let swap = ArcSwap::from_pointee(1);
    let mut cache = Cache::new(&swap);
    let weak = Arc::downgrade(cache.load());
    swap.store(Arc::new(2));
    assert!(weak.upgrade().is_some());
    cache.load();
    assert!(weak.upgrade().is_none());
}
