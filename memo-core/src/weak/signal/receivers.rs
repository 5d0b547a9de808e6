//! The lock around a registry: connecting, disconnecting, removing the dead, and the way through a sender's receivers.
//!
//! # Invariants
//!
//! 1. No user code runs under the lock: what is taken out, and what was remembered of the registry, is dropped when it is open.
//! 2. A name leads to a receiver that is connected, or dead.
//! 3. Receivers that are dead are at most as many as the living, and a few, when one is connected; and every dispatch looks at
//!    [`LOOKED_AT`] more of all in turn, beside its own.

use std::collections::BTreeMap;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::receiver::{AnyReceiver, Name, ReceiverId};
use super::registry::{Connected, Registry};
use super::sender::Sender;
use crate::anchor::anchor::Anchor;
use crate::sys::panics::{OnItsWay, drop_all, drop_quietly};
use crate::sys::sync::plain::{AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;

/// How many receivers of all a dispatch looks at, whether they are dead.
const LOOKED_AT: usize = 2;
/// With fewer receivers nobody looks for dead ones when one is connected.
const FEW: usize = 8;

pub(super) struct Receivers<A: ?Sized, R> {
    state: Mutex<State<A, R>>,
    /// How many there are: where there are none, nothing is locked.
    count: AtomicUsize,
}

struct State<A: ?Sized, R> {
    /// `None` before the first is connected.
    registry: Option<Arc<Registry<A, R>>>,
    names: BTreeMap<Name, ReceiverId>,
    /// With that many receivers the next to be connected looks for dead ones.
    many: usize,
    /// The next to be looked at, going round.
    hand: usize,
}

/// What was taken out, and what was remembered before.
struct Removed<A: ?Sized, R> {
    receivers: Vec<Connected<A, R>>,
    _remembered: Anchor,
}

/// A registry that is gone through. If nobody else holds it at the end, destructors of receivers run there, quietly: whoever sends has
/// nothing to do with them.
struct Dispatch<A: ?Sized, R> {
    registry: OnItsWay<Arc<Registry<A, R>>>,
    hand: usize,
}

impl<A: ?Sized, R> Dispatch<A, R> {
    /// Whether one of those it looks at, of all receivers, is dead.
    fn meets_dead(&self) -> bool {
        let places = (0..LOOKED_AT).filter_map(|next| self.hand.wrapping_add(next).checked_rem(self.registry.len()));
        places.map(|place| self.registry.at(place)).any(|connected| connected.receiver.is_dead())
    }
}

impl<A: ?Sized, R> Receivers<A, R> {
    pub(super) const fn new() -> Self {
        let state = State { registry: None, names: BTreeMap::new(), many: FEW, hand: 0 };
        Self { state: Mutex::new(state), count: AtomicUsize::new(0) }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State<A, R>> {
        unpoisoned(self.state.lock())
    }

    /// Connects a receiver, unless the same one is: returns the one that is connected now.
    pub(super) fn add(&self, receiver: Arc<AnyReceiver<A, R>>) -> ReceiverId {
        let mut state = self.lock();
        let dead = state.take_dead_of_many();
        let there = receiver.name.as_ref().and_then(|name| state.names.get(name).copied());
        let (there, dead_there) = match there {
            Some(id) if state.is_dead(id) => (None, state.remove(id)),
            there => (there, None),
        };
        let (id, remembered) = match there {
            Some(id) => (id, None),
            None => {
                let (id, remembered) = state.push(receiver);
                (id, Some(remembered))
            }
        };
        self.opens(state);
        drop(remembered);
        for removed in [dead, dead_there] {
            drop_quietly(removed);
        }
        id
    }

    /// What was changed is counted, and the lock opens.
    fn opens(&self, state: MutexGuard<'_, State<A, R>>) {
        self.count.store(state.registry.as_ref().map_or(0, |registry| registry.len()), Ordering::Relaxed);
    }

    pub(super) fn remove(&self, id: ReceiverId) -> bool {
        let mut state = self.lock();
        let removed = state.remove(id);
        self.opens(state);
        removed.is_some_and(|removed| removed.drop_and_tell())
    }

    pub(super) fn remove_named(&self, name: &Name) -> bool {
        let mut state = self.lock();
        let id = state.names.get(name).copied();
        let removed = id.and_then(|id| state.remove(id));
        self.opens(state);
        removed.is_some_and(|removed| removed.drop_and_tell())
    }

    /// Goes to each receiver that is to be told what `sender` sends, in order, until `act` breaks. It says `None` of one that it found
    /// dead or disconnected.
    pub(super) fn each<S, B>(
        &self,
        sender: &S,
        mut act: impl FnMut(ReceiverId, &AnyReceiver<A, R>) -> Option<ControlFlow<B>>,
    ) -> Option<B>
    where
        S: Sender + ?Sized,
    {
        let dispatch = self.begin()?;
        let mut dead = dispatch.meets_dead();
        let mut broken = None;
        for connected in dispatch.registry.hearing(sender.identity()) {
            match act(connected.id, &connected.receiver) {
                Some(ControlFlow::Continue(())) => (),
                Some(ControlFlow::Break(with)) => {
                    broken = Some(with);
                    break;
                }
                None => dead = true,
            }
        }
        drop(dispatch);
        if dead {
            self.remove_dead();
        }
        broken
    }

    fn begin(&self) -> Option<Dispatch<A, R>> {
        if self.count() == 0 {
            return None;
        }
        let mut state = self.lock();
        let hand = state.hand;
        state.hand = hand.wrapping_add(LOOKED_AT);
        Some(Dispatch { registry: OnItsWay::new(Arc::clone(state.registry.as_ref()?)), hand })
    }

    #[cold]
    fn remove_dead(&self) {
        let mut state = self.lock();
        let removed = state.take_dead();
        self.opens(state);
        drop_quietly(removed);
    }
}

impl<A: ?Sized, R> State<A, R> {
    fn is_dead(&self, id: ReceiverId) -> bool {
        let connected = self.registry.as_ref().and_then(|registry| Some(registry.at(registry.find(id)?)));
        connected.is_some_and(|connected| connected.receiver.is_dead())
    }

    fn push(&mut self, receiver: Arc<AnyReceiver<A, R>>) -> (ReceiverId, Anchor) {
        // Under the lock: so they are in order.
        let id = ReceiverId::next();
        if let Some(name) = &receiver.name {
            self.names.insert(name.clone(), id);
        }
        let (registry, remembered) = Registry::change(self.registry.get_or_insert_default());
        registry.push(Connected { id, receiver });
        (id, remembered)
    }

    fn remove(&mut self, id: ReceiverId) -> Option<Removed<A, R>> {
        let registry = self.registry.as_mut()?;
        let place = registry.find(id)?;
        let (registry, remembered) = Registry::change(registry);
        let connected = registry.remove(place);
        connected.receiver.disconnect();
        self.forget_name_of(&connected);
        Some(Removed { receivers: vec![connected], _remembered: remembered })
    }

    fn take_dead(&mut self) -> Option<Removed<A, R>> {
        let registry = self.registry.as_mut().filter(|registry| registry.has_dead())?;
        let (registry, remembered) = Registry::change(registry);
        let receivers = registry.take_dead();
        receivers.iter().for_each(|connected| self.forget_name_of(connected));
        Some(Removed { receivers, _remembered: remembered })
    }

    /// The same where there are so many that a look at all of them is paid for by those that were connected since the last.
    fn take_dead_of_many(&mut self) -> Option<Removed<A, R>> {
        let count = |state: &Self| state.registry.as_ref().map_or(0, |registry| registry.len());
        if count(self) < self.many {
            return None;
        }
        let removed = self.take_dead();
        self.many = FEW.max(2 * count(self));
        removed
    }

    fn forget_name_of(&mut self, connected: &Connected<A, R>) {
        if let Some(name) = &connected.receiver.name {
            self.names.remove(name);
        }
    }
}

impl<A: ?Sized, R> Removed<A, R> {
    /// Drops what was asked to be removed, with the panic of its destructor; whether it was alive.
    fn drop_and_tell(mut self) -> bool {
        let lived = self.receivers.iter().any(|connected| !connected.receiver.is_dead());
        drop_all(mem::take(&mut self.receivers));
        lived
    }
}

impl<A: ?Sized, R> Drop for Removed<A, R> {
    fn drop(&mut self) {
        drop_all(mem::take(&mut self.receivers));
    }
}
