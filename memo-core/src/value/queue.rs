//! The order of entries that are evicted: SIEVE.
//!
//! Entries stand in the order of their insertion. A hand goes from the oldest to the newest, passes those that were hit since it came by,
//! and takes the first that was not; newer ones stay behind the hand. (Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, "SIEVE is
//! simpler than LRU: an efficient turn-key eviction algorithm for web caches", NSDI 2024.) A hit only sets a mark. It writes nothing else,
//! and moves nothing.
//!
//! In the paper an entry is evicted before the new one comes; here the new one is there already, as are flights without a result. They
//! stay, and the hand passes them. One departure: it passes at most [`PATIENCE`] entries that were hit, then it takes the next one, hit
//! or not. So no call goes over all.
//!
//! The links lie in the entries. They are read and written under the lock of the entries' store only.

use std::ptr::NonNull;

use crate::sys::sync::plain::{AtomicBool, AtomicPtr, Ordering};

/// How many entries that were hit the hand passes at once.
const PATIENCE: usize = 64;

/// How many entries are examined for dead arguments at an eviction.
const EXAMINED: usize = 64;

/// An entry's place in its queue.
pub(crate) struct Links {
    older: AtomicPtr<()>,
    newer: AtomicPtr<()>,
}

impl Links {
    pub(crate) fn new() -> Self {
        let null = std::ptr::null_mut();
        Self { older: AtomicPtr::new(null), newer: AtomicPtr::new(null) }
    }
}

/// What stands in a [`Queue`].
pub(crate) trait Queued {
    fn links(&self) -> &Links;
    /// Set by a hit, cleared by the hand.
    fn visited(&self) -> &AtomicBool;
}

/// Entries in the order of their insertion. They are the caller's: each stays valid while it is in the queue.
pub(crate) struct Queue<N> {
    oldest: Option<NonNull<N>>,
    newest: Option<NonNull<N>>,
    /// The hand: the next entry that may be evicted. `None`: the oldest.
    hand: Option<NonNull<N>>,
    /// The next one to be examined for dead arguments. `None`: the oldest.
    examined: Option<NonNull<N>>,
    len: usize,
}

// SAFETY: used under the lock of the store that it belongs to.
unsafe impl<N: Send + Sync> Send for Queue<N> {}
// SAFETY: as above.
unsafe impl<N: Send + Sync> Sync for Queue<N> {}

impl<N> Default for Queue<N> {
    fn default() -> Self {
        Self { oldest: None, newest: None, hand: None, examined: None, len: 0 }
    }
}

impl<N: Queued> Queue<N> {
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn get<'a>(node: NonNull<N>) -> &'a N
    where
        N: 'a,
    {
        // SAFETY: it is in the queue, so it is valid; the reference is used within this file's functions only.
        unsafe { node.as_ref() }
    }

    fn links<'a>(node: NonNull<N>) -> &'a Links
    where
        N: 'a,
    {
        Self::get(node).links()
    }

    fn newer(node: NonNull<N>) -> Option<NonNull<N>> {
        NonNull::new(Self::links(node).newer.load(Ordering::Relaxed).cast())
    }

    fn older(node: NonNull<N>) -> Option<NonNull<N>> {
        NonNull::new(Self::links(node).older.load(Ordering::Relaxed).cast())
    }

    /// Adds the newest.
    ///
    /// # Safety
    /// It is in no queue, and stays valid until it is removed.
    pub(crate) unsafe fn push(&mut self, node: NonNull<N>) {
        let links = Self::links(node);
        links.older.store(pointer(self.newest), Ordering::Relaxed);
        links.newer.store(std::ptr::null_mut(), Ordering::Relaxed);
        match self.newest {
            Some(newest) => Self::links(newest).newer.store(node.as_ptr().cast(), Ordering::Relaxed),
            None => self.oldest = Some(node),
        }
        self.newest = Some(node);
        self.len += 1;
    }

    /// Removes one that is in the queue.
    pub(crate) fn remove(&mut self, node: NonNull<N>) {
        let (older, newer) = (Self::older(node), Self::newer(node));
        for hand in [&mut self.hand, &mut self.examined] {
            if *hand == Some(node) {
                *hand = newer;
            }
        }
        match older {
            Some(older) => Self::links(older).newer.store(pointer(newer), Ordering::Relaxed),
            None => self.oldest = newer,
        }
        match newer {
            Some(newer) => Self::links(newer).older.store(pointer(older), Ordering::Relaxed),
            None => self.newest = older,
        }
        self.len -= 1;
    }

    /// Visits all, from the oldest to the newest. `visit` may end the one it is given.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(NonNull<N>)) {
        let mut next = self.oldest;
        while let Some(node) = next {
            next = Self::newer(node);
            visit(node);
        }
    }

    /// The one to evict: not one that `stays`, and not hit since the hand last passed. The hand goes on from there.
    pub(crate) fn victim(&mut self, stays: impl Fn(NonNull<N>) -> bool) -> Option<NonNull<N>> {
        let mut passed = 0;
        // The first round may clear all marks, and hits may set them again meanwhile: then marks do not count.
        for step in 0..3 * self.len {
            let node = self.hand.or(self.oldest)?;
            if !stays(node) {
                let visited = Self::get(node).visited();
                if passed >= PATIENCE.min(self.len) || step >= 2 * self.len || !visited.load(Ordering::Relaxed) {
                    // Those that were added for this very eviction are not to be met before the hand has come round.
                    let mut hand = Self::newer(node);
                    while let Some(next) = hand {
                        if !stays(next) {
                            break;
                        }
                        hand = Self::newer(next);
                    }
                    self.hand = hand;
                    return Some(node);
                }
                visited.store(false, Ordering::Relaxed);
                passed += 1;
            }
            self.hand = Self::newer(node);
        }
        None
    }

    /// Visits the newest, so many at most.
    pub(crate) fn lately(&self, most: usize, visit: &mut dyn FnMut(NonNull<N>)) {
        std::iter::successors(self.newest, |node| Self::older(*node)).take(most).for_each(visit);
    }

    /// Visits the next entries to be examined, some of the queue at a time.
    pub(crate) fn some(&mut self, visit: &mut dyn FnMut(NonNull<N>)) {
        let mut next = self.examined.or(self.oldest);
        for _ in 0..EXAMINED.min(self.len) {
            let Some(node) = next else { break };
            visit(node);
            next = Self::newer(node).or(self.oldest);
        }
        self.examined = next;
    }
}

fn pointer<N>(node: Option<NonNull<N>>) -> *mut () {
    node.map_or(std::ptr::null_mut(), |node| node.as_ptr().cast())
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    struct Item(u32, Links, AtomicBool);

    impl Item {
        fn new(n: u32) -> Self {
            Self(n, Links::new(), AtomicBool::new(false))
        }

        fn visit(&self) {
            self.2.store(true, Ordering::Relaxed);
        }
    }

    impl Queued for Item {
        fn links(&self) -> &Links {
            &self.1
        }
        fn visited(&self) -> &AtomicBool {
            &self.2
        }
    }

    fn items(n: u32) -> (Vec<Item>, Queue<Item>) {
        let items: Vec<_> = (0..n).map(Item::new).collect();
        let mut queue = Queue::default();
        // SAFETY: the items outlive the queue.
        items.iter().for_each(|item| unsafe { queue.push(NonNull::from(item)) });
        (items, queue)
    }

    fn evict(queue: &mut Queue<Item>) -> Option<u32> {
        let victim = queue.victim(|_| false)?;
        queue.remove(victim);
        // SAFETY: the items outlive the queue.
        Some(unsafe { victim.as_ref() }.0)
    }

    fn order(queue: &Queue<Item>) -> Vec<u32> {
        let mut order = Vec::new();
        // SAFETY: as above.
        queue.each(&mut |item| order.push(unsafe { item.as_ref() }.0));
        order
    }

    /// As in the paper: the hand goes on from where it was, and keeps those that were hit.
    #[test]
    fn who_was_hit_stays_and_the_hand_goes_on() {
        let (items, mut queue) = items(7);
        [0, 1, 6].into_iter().for_each(|hit: usize| items[hit].visit());
        assert_eq!(evict(&mut queue), Some(2));
        let new = Item::new(7);
        // SAFETY: it outlives the queue.
        unsafe { queue.push(NonNull::from(&new)) };
        items[0].visit();
        assert_eq!((evict(&mut queue), evict(&mut queue), evict(&mut queue)), (Some(3), Some(4), Some(5)));
        // 6 was hit; 7 was not. Then from the oldest: 0 was hit again, 1 was not.
        assert_eq!((evict(&mut queue), evict(&mut queue)), (Some(7), Some(1)));
        assert_eq!(order(&queue), [0, 6]);
        assert_eq!((evict(&mut queue), evict(&mut queue), evict(&mut queue)), (Some(6), Some(0), None));
        assert_eq!((order(&queue), queue.len()), (vec![], 0));
    }

    #[test]
    fn one_that_stays_is_passed_without_its_mark() {
        let (items, mut queue) = items(3);
        items.iter().for_each(|item| item.visit());
        // SAFETY: the items outlive the queue.
        let stays = |item: NonNull<Item>| unsafe { item.as_ref() }.0 != 1;
        let victim = queue.victim(stays).expect("one may go");
        // SAFETY: as above.
        assert_eq!(unsafe { victim.as_ref() }.0, 1);
        queue.remove(victim);
        assert!(queue.victim(stays).is_none());
        assert!(items[0].2.load(Ordering::Relaxed) && items[2].2.load(Ordering::Relaxed));
    }

    #[test]
    fn the_hand_passes_a_few_at_a_time() {
        let (items, mut queue) = items(1000);
        items.iter().for_each(|item| item.visit());
        assert_eq!(evict(&mut queue), Some(PATIENCE as u32));
        assert!(items.iter().filter(|item| !item.2.load(Ordering::Relaxed)).count() <= PATIENCE);
    }

    #[test]
    fn all_are_examined_in_turn() {
        let (_items, mut queue) = items(150);
        let mut next = || {
            let mut some = Vec::new();
            queue.some(&mut |item| some.push(item));
            // SAFETY: the items outlive the queue.
            let numbers: Vec<_> = some.iter().map(|item| unsafe { item.as_ref() }.0).collect();
            // One is taken out meanwhile.
            queue.remove(some[0]);
            (numbers[0], *numbers.last().expect("some"))
        };
        assert_eq!((next(), next(), next()), ((0, 63), (64, 127), (128, 42)));
        let (_items, mut few) = self::items(2);
        for _ in 0..2 {
            let mut examined = 0;
            few.some(&mut |_| examined += 1);
            assert_eq!(examined, 2);
        }
    }

    /// Entries that others hit between two rounds of the hand, which the lock does not prevent.
    #[test]
    fn one_goes_though_all_are_hit_all_the_time() {
        let (items, mut queue) = items(8);
        let newest = NonNull::from(&items[7]);
        let stays = |item: NonNull<Item>| {
            items.iter().for_each(Item::visit);
            item == newest
        };
        assert!(queue.victim(stays).is_some());
    }
}
