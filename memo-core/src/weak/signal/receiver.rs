//! One receiver: the sender it listens to, how it is called, and whether it is still connected.

use std::any::TypeId;
use std::num::NonZeroU64;
use std::sync::{Arc, Weak};

use super::sender::Heard;
use crate::sys::panics::OnItsWay;
use crate::sys::sync::plain::{AtomicBool, AtomicU64, Ordering};

/// The id of a connected receiver, unique in the process.
///
/// Receivers connected later have greater ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiverId(NonZeroU64);

impl ReceiverId {
    /// A new one, greater than all before.
    pub(super) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let last = LAST.fetch_add(1, Ordering::Relaxed);
        Self(NonZeroU64::MIN.saturating_add(last))
    }
}

/// What makes two receivers the same one: the second is not connected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// The address of the [`Heard`] one's identity, which the receiver pins.
    pub(super) sender: Option<usize>,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// What the user calls it.
    Id(Arc<str>),
    /// A function that captures nothing is its type; the address is that of the object whose method it is, which its `Weak` pins.
    Function { object: Option<usize>, code: TypeId },
}

impl What {
    /// Whether two calls of this type on one object are the same call.
    pub(super) fn of_function<F: 'static>(object: Option<usize>) -> Option<Self> {
        (size_of::<F>() == 0).then(|| Self::Function { object, code: TypeId::of::<F>() })
    }
}

/// A receiver that may be connected.
#[derive(Debug)]
pub(super) struct Receiver<C: ?Sized> {
    pub(super) name: Option<Name>,
    pub(super) sender: Option<Heard>,
    disconnected: AtomicBool,
    call: C,
}

/// How a receiver is told.
pub(super) trait Told<A: ?Sized, R>: Send + Sync {
    fn is_alive(&self) -> bool;
    /// `None` if it is dead.
    fn tell(&self, args: &A) -> Option<R>;
}

pub(super) type AnyReceiver<A, R> = Receiver<dyn Told<A, R>>;

impl<C> Receiver<C> {
    pub(super) fn new(name: Option<Name>, sender: Option<Heard>, call: C) -> Self {
        Self { name, sender, disconnected: AtomicBool::new(false), call }
    }
}

impl<A: ?Sized, R> AnyReceiver<A, R> {
    /// Its answer; `None` if it is dead or disconnected.
    pub(super) fn tell(&self, args: &A) -> Option<R> {
        // Pairs with the release in `disconnect`: who knows that it is disconnected does not see it told.
        if self.disconnected.load(Ordering::Acquire) { None } else { self.call.tell(args) }
    }

    /// From now on it is not told any more, also by a dispatch that is under way.
    pub(super) fn disconnect(&self) {
        self.disconnected.store(true, Ordering::Release);
    }

    pub(super) fn is_told(&self) -> bool {
        !self.disconnected.load(Ordering::Acquire) && self.call.is_alive()
    }

    /// Whether it will never be told again: it is dead, or the one it hears is.
    pub(super) fn is_dead(&self) -> bool {
        !self.call.is_alive() || self.sender.as_ref().is_some_and(Heard::is_dead)
    }
}

/// A method of an object that is not kept alive.
#[derive(Debug)]
pub(super) struct Method<T: ?Sized, F> {
    pub(super) object: Weak<T>,
    pub(super) call: F,
}

impl<A: ?Sized, R, T, F> Told<A, R> for Method<T, F>
where
    T: Send + Sync + ?Sized,
    F: Fn(&Arc<T>, &A) -> R + Send + Sync,
{
    fn is_alive(&self) -> bool {
        self.object.strong_count() > 0
    }

    fn tell(&self, args: &A) -> Option<R> {
        // If the call lets go of the last other owner, the object ends here. Its destructor may panic, after the call has, or
        // while the answer is on its way: that must not end the process.
        let object = OnItsWay::new(self.object.upgrade()?);
        let answer = OnItsWay::new((self.call)(&object, args));
        drop(object.arrive());
        Some(answer.arrive())
    }
}

/// A function that is kept as long as it is connected.
#[derive(Debug)]
pub(super) struct Function<F>(pub(super) F);

impl<A: ?Sized, R, F> Told<A, R> for Function<F>
where
    F: Fn(&A) -> R + Send + Sync,
{
    fn is_alive(&self) -> bool {
        true
    }

    fn tell(&self, args: &A) -> Option<R> {
        Some((self.0)(args))
    }
}
