//! Receivers in the order in which they were connected, and the memos of who hears whom.
//!
//! # Invariants
//!
//! 1. A registry that a dispatch holds is not changed: who changes it then changes a copy.
//! 2. Whoever changes the receivers takes the anchor out. With it go the lists, which name receivers by their place.
//! 3. Receivers are in the order of their numbers.

use std::mem;
use std::sync::Arc;

use memo_macros::{HasAnchor, weak_memo};

use super::receiver::{AnyReceiver, ReceiverId};
use crate::anchor::anchor::Anchor;
use crate::anchor::back_link::PeerRef;
use crate::argument::key::{MemoKey, Probe};
use crate::argument::scope::Shared;
use crate::sys::panics::drop_all;

#[derive(HasAnchor)]
pub(super) struct Registry<A: ?Sized, R> {
    receivers: Vec<Connected<A, R>>,
    /// How many of them hear one sender only.
    choosy: usize,
    anchor: Anchor,
}

pub(super) struct Connected<A: ?Sized, R> {
    pub(super) id: ReceiverId,
    pub(super) receiver: Arc<AnyReceiver<A, R>>,
}

impl<A: ?Sized, R> Clone for Connected<A, R> {
    fn clone(&self) -> Self {
        Self { id: self.id, receiver: Arc::clone(&self.receiver) }
    }
}

/// With an anchor of its own: another registry, another's lists.
impl<A: ?Sized, R> Clone for Registry<A, R> {
    fn clone(&self) -> Self {
        Self { receivers: self.receivers.clone(), choosy: self.choosy, anchor: self.anchor.clone() }
    }
}

impl<A: ?Sized, R> Default for Registry<A, R> {
    fn default() -> Self {
        Self { receivers: Vec::new(), choosy: 0, anchor: Anchor::new() }
    }
}

/// Who hears this sender, by place.
#[weak_memo(capacity = unbounded)]
fn hearing<A, R, I>(registry: &Registry<A, R>, sender: &I) -> &[u32]
where
    A: ?Sized,
    I: MemoKey<Shared, Stored = PeerRef<Shared>> + ?Sized,
{
    let sender = sender.probe_key();
    registry.places(|heard| sender.matches(heard))
}

/// Who hears everybody, by place.
#[weak_memo]
fn hearing_everybody<A: ?Sized, R>(registry: &Registry<A, R>) -> &[u32] {
    registry.places(|_| false)
}

impl<A: ?Sized, R> Registry<A, R> {
    pub(super) fn len(&self) -> usize {
        self.receivers.len()
    }

    pub(super) fn at(&self, place: usize) -> &Connected<A, R> {
        &self.receivers[place]
    }

    pub(super) fn find(&self, id: ReceiverId) -> Option<usize> {
        self.receivers.binary_search_by_key(&id, |connected| connected.id).ok()
    }

    pub(super) fn has_dead(&self) -> bool {
        self.receivers.iter().any(|connected| connected.receiver.is_dead())
    }

    /// Those to be told what this sender sends, in order. Where nobody is choosy, the sender need not be told from others.
    pub(super) fn hearing<'a, I>(&'a self, sender: Option<&'a I>) -> impl Iterator<Item = &'a Connected<A, R>>
    where
        I: MemoKey<Shared, Stored = PeerRef<Shared>> + ?Sized,
    {
        let places = match sender {
            Some(sender) if self.choosy > 0 => hearing(self, sender),
            _ => hearing_everybody(self),
        };
        places.iter().map(|&place| self.at(place as usize))
    }

    fn places(&self, is_sender: impl Fn(&PeerRef<Shared>) -> bool) -> Vec<u32> {
        let hears = |connected: &Connected<A, R>| match &connected.receiver.sender {
            Some(heard) => is_sender(heard.stored()),
            None => true,
        };
        (0..).zip(&self.receivers).filter(|(_, connected)| hears(connected)).map(|(place, _)| place).collect()
    }

    /// `self`, to be changed, and the anchor with all that was remembered of it: to be dropped where no lock is held.
    pub(super) fn change(this: &mut Arc<Self>) -> (&mut Self, Anchor) {
        // A registry that is replaced and dropped here is not the last to hold any receiver: the copy holds all.
        let this = Arc::make_mut(this);
        let remembered = mem::take(&mut this.anchor);
        (this, remembered)
    }

    pub(super) fn push(&mut self, connected: Connected<A, R>) {
        self.choosy += usize::from(connected.receiver.sender.is_some());
        self.receivers.push(connected);
    }

    pub(super) fn remove(&mut self, place: usize) -> Connected<A, R> {
        let connected = self.receivers.remove(place);
        self.choosy -= usize::from(connected.receiver.sender.is_some());
        connected
    }

    /// Takes out all that are dead now.
    pub(super) fn take_dead(&mut self) -> Vec<Connected<A, R>> {
        let all = mem::take(&mut self.receivers);
        let (dead, living) = all.into_iter().partition(|connected| connected.receiver.is_dead());
        self.receivers = living;
        self.choosy = self.receivers.iter().filter(|connected| connected.receiver.sender.is_some()).count();
        dead
    }
}

/// All of them go, whichever's destructor panics.
impl<A: ?Sized, R> Drop for Registry<A, R> {
    fn drop(&mut self) {
        drop_all(mem::take(&mut self.receivers));
    }
}
