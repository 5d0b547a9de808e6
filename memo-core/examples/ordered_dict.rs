//! A map that remembers the order of its keys: a doubly linked list with an index, as Python's
//! `OrderedDict` once was.
//!
//! ```text
//!            first                            last
//!              │                                ┆
//!              v                                v
//!            apple  ───────>  pear  ───────>  plum          ──  owns (Rc)
//!              ^  <┄┄┄┄┄┄┄┄  ^  <┄┄┄┄┄┄┄┄┄┄  ^              ┄┄  knows (Weak)
//!              ┆              ┆               ┆
//!   index:  "apple"         "pear"          "plum"
//! ```
//!
//! If both directions were strong, each pair of neighbours would own each other, and the list would
//! never be freed. So each link has one owner, the link before it. Everything else is weak: the way
//! back, and the index, which is a `WeakValueMap`. (In `OrderedDict` the way back is a weak proxy, too,
//! but the index owns the links. One owner is enough, and it is easier to see that a link is gone.)
//!
//! ```text
//! cargo run --release --example ordered_dict
//! ```

use memo_core::weak::unsync::WeakValueMap;
use std::cell::RefCell;
use std::hash::Hash;
use std::iter;
use std::rc::{Rc, Weak};

struct Link<K, V> {
    key: K,
    value: RefCell<V>,
    next: RefCell<Option<Rc<Self>>>,
    prev: RefCell<Weak<Self>>,
}

struct OrderedDict<K, V> {
    first: Option<Rc<Link<K, V>>>,
    last: Weak<Link<K, V>>,
    index: WeakValueMap<K, Rc<Link<K, V>>>,
}

impl<K: Hash + Eq + Clone, V: Clone> OrderedDict<K, V> {
    fn new() -> Self {
        OrderedDict { first: None, last: Weak::new(), index: WeakValueMap::new() }
    }

    fn get(&self, key: &K) -> Option<V> {
        Some(self.index.get(key)?.value.borrow().clone())
    }

    /// A new key is added at the end; an existing one stays where it is.
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(link) = self.index.get(&key) {
            return Some(link.value.replace(value));
        }
        let link = Link { key: key.clone(), value: value.into(), next: None.into(), prev: Weak::new().into() };
        let link = Rc::new(link);
        self.index.insert(key, &link);
        self.append(link);
        None
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        let link = self.index.remove(key)?;
        self.unlink(&link);
        Rc::into_inner(link).map(|link| link.value.into_inner()) // nobody else owns it
    }

    fn move_to_end(&mut self, key: &K) {
        if let Some(link) = self.index.get(key) {
            self.unlink(&link);
            self.append(link);
        }
    }

    fn append(&mut self, link: Rc<Link<K, V>>) {
        let before = std::mem::replace(&mut self.last, Rc::downgrade(&link));
        link.prev.replace(before.clone());
        match before.upgrade() {
            Some(before) => *before.next.borrow_mut() = Some(link),
            None => self.first = Some(link),
        }
    }

    fn unlink(&mut self, link: &Link<K, V>) {
        let (prev, next) = (link.prev.take(), link.next.take());
        match &next {
            Some(next) => *next.prev.borrow_mut() = prev.clone(),
            None => self.last = prev.clone(),
        }
        match prev.upgrade() {
            Some(prev) => *prev.next.borrow_mut() = next,
            None => self.first = next,
        }
    }

    fn links(&self) -> impl Iterator<Item = Rc<Link<K, V>>> {
        iter::successors(self.first.clone(), |link| link.next.borrow().clone())
    }

    fn keys(&self) -> Vec<K> {
        self.links().map(|link| link.key.clone()).collect()
    }

    fn keys_backwards(&self) -> Vec<K> {
        let links = iter::successors(self.last.upgrade(), |link| link.prev.borrow().upgrade());
        links.map(|link| link.key.clone()).collect()
    }
}

/// From the front on: links that drop each other recursively would need a stack as deep as the list
/// is long.
impl<K, V> Drop for OrderedDict<K, V> {
    fn drop(&mut self) {
        while let Some(link) = self.first.take() {
            self.first = link.next.take();
        }
    }
}

fn main() {
    let mut stock = OrderedDict::new();
    for (fruit, count) in [("apple", 3), ("pear", 5), ("plum", 40), ("quince", 1)] {
        stock.insert(fruit, count);
    }
    assert_eq!(stock.insert("pear", 6), Some(5));
    println!("in order:        {:?}", stock.keys());
    println!("backwards:       {:?}", stock.keys_backwards());
    assert_eq!(stock.keys(), ["apple", "pear", "plum", "quince"]);
    assert_eq!(stock.keys_backwards(), ["quince", "plum", "pear", "apple"]);

    stock.move_to_end(&"apple");
    println!("apples last:     {:?}", stock.keys());
    assert_eq!(stock.keys(), ["pear", "plum", "quince", "apple"]);
    assert_eq!((stock.remove(&"plum"), stock.get(&"plum"), stock.get(&"pear")), (Some(40), None, Some(6)));
    println!("without plums:   {:?}, {} pears", stock.keys(), stock.get(&"pear").expect("they are there"));
    assert_eq!(stock.keys_backwards(), ["apple", "quince", "pear"]);

    // One owner each, and the iterator that shows the link. So nothing is left of a dropped one.
    assert!(stock.links().all(|link| Rc::strong_count(&link) == 2));
    let quince = stock.index.get(&"quince").map(|link| Rc::downgrade(&link));
    drop(stock);
    assert!(quince.is_some_and(|link| link.upgrade().is_none()));
    println!("dropped:         no link is left");

    let mut long = OrderedDict::new();
    (0..1_000_000).for_each(|n| assert!(long.insert(n, n).is_none()));
    let last = long.last.clone();
    drop(long);
    assert_eq!(last.strong_count(), 0);
    println!("a long one:      1,000,000 links dropped, one after the other");
}
