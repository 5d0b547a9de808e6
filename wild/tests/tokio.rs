//! tokio's channels.

use std::sync::Arc;

use memo_wild::carries;
use tokio::sync::{broadcast, watch};

#[test]
fn a_watch_carries_to_all_and_the_old_value_dies_when_it_is_replaced() {
    let (sender, receiver) = watch::channel(Arc::new(1));
    assert!(carries(&receiver.borrow(), &receiver.clone().borrow()));
    let weak = Arc::downgrade(&receiver.borrow());
    sender.send_replace(Arc::new(2));
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_broadcast_carries_to_all_and_keeps_the_value_until_the_last_has_it() {
    let (sender, mut one) = broadcast::channel(4);
    let mut other = sender.subscribe();
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    sender.send(value).unwrap();
    assert!(carries(&one.try_recv().unwrap(), &weak.upgrade().unwrap()));
    assert!(weak.upgrade().is_some()); // for the other one
    assert!(carries(&other.try_recv().unwrap(), &weak.upgrade().unwrap()));
    assert!(weak.upgrade().is_none());
}
