//! The sender that a receiver listens to, and the name under which it is connected.

use std::fmt;
use std::sync::Arc;

use super::receiver::{Function, Method, Name, Receiver, ReceiverId, Told, What};
use super::receivers::Receivers;
use super::sender::{Heard, Sender};

/// A builder for a connection to one sender or under a name.
///
/// Returned by [`Signal::from`](super::signal::Signal::from) and [`Signal::id`](super::signal::Signal::id).
///
/// ```
/// use memo_core::weak::Signal;
/// use std::sync::Arc;
///
/// let renamed: Signal<str, usize> = Signal::new();
/// let (model, other) = (Arc::new("a model"), Arc::new("a model"));
/// renamed.from(&model).id("length").connect_strong(|name| name.len());
///
/// assert!(renamed.has_receivers(&model));
/// assert!(!renamed.has_receivers(&other)); // equal, but another object
/// assert!(renamed.from(&model).disconnect_id("length"));
/// ```
#[must_use = "nothing is connected yet"]
pub struct Connect<'a, A: ?Sized, R> {
    receivers: &'a Receivers<A, R>,
    sender: Option<Heard>,
    id: Option<Arc<str>>,
}

impl<'a, A: ?Sized, R> Connect<'a, A, R> {
    pub(super) fn new(receivers: &'a Receivers<A, R>) -> Self {
        Self { receivers, sender: None, id: None }
    }

    /// Listens to this sender only, by identity.
    ///
    /// The receiver is removed when the sender dies. [`NoSender`](super::sender::NoSender) stands for all senders.
    pub fn from<S: Sender + ?Sized>(self, sender: &S) -> Self {
        Self { sender: sender.identity().map(Heard::new), ..self }
    }

    /// Names the receiver: one receiver is connected per name and sender.
    pub fn id(self, id: impl Into<Arc<str>>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// Connects a method of an object, as [`Signal::connect`](super::signal::Signal::connect) does.
    pub fn connect<T, F>(self, receiver: &Arc<T>, call: F) -> ReceiverId
    where
        T: Send + Sync + ?Sized + 'static,
        F: Fn(&Arc<T>, &A) -> R + Send + Sync + 'static,
    {
        let object = Arc::downgrade(receiver);
        let what = What::of_function::<F>(Some(object.as_ptr().addr()));
        self.add(what, Method { object, call })
    }

    /// Connects a function, as [`Signal::connect_strong`](super::signal::Signal::connect_strong) does.
    pub fn connect_strong<F>(self, call: F) -> ReceiverId
    where
        F: Fn(&A) -> R + Send + Sync + 'static,
    {
        self.add(What::of_function::<F>(None), Function(call))
    }

    /// Connects a function, as [`Signal::connect_scoped`](super::signal::Signal::connect_scoped) does. A name is ignored.
    pub fn connect_scoped<F>(self, call: F) -> Scoped<'a, A, R>
    where
        F: Fn(&A) -> R + Send + Sync + 'static,
    {
        let receivers = self.receivers;
        let id = Self { id: None, ..self }.add(None, Function(call));
        Scoped { receivers, id }
    }

    /// Disconnects the receiver of this name from this sender, and returns whether there was one, alive.
    pub fn disconnect_id(self, id: &str) -> bool {
        self.receivers.remove_named(&self.name(What::Id(id.into())))
    }

    fn name(&self, what: What) -> Name {
        Name { sender: self.sender.as_ref().map(Heard::address), what }
    }

    fn add<C: Told<A, R> + 'static>(self, what: Option<What>, call: C) -> ReceiverId {
        let what = self.id.clone().map(What::Id).or(what);
        let name = what.map(|what| self.name(what));
        self.receivers.add(Arc::new(Receiver::new(name, self.sender, call)))
    }
}

impl<A: ?Sized, R> fmt::Debug for Connect<'_, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").field("filtered", &self.sender.is_some()).field("id", &self.id).finish()
    }
}

/// A guard that disconnects its receiver when dropped.
///
/// Returned by [`Signal::connect_scoped`](super::signal::Signal::connect_scoped).
#[must_use = "the receiver is disconnected when the guard is dropped"]
pub struct Scoped<'a, A: ?Sized, R> {
    receivers: &'a Receivers<A, R>,
    id: ReceiverId,
}

impl<A: ?Sized, R> Scoped<'_, A, R> {
    /// Returns the id of the receiver.
    #[must_use]
    pub fn id(&self) -> ReceiverId {
        self.id
    }
}

impl<A: ?Sized, R> Drop for Scoped<'_, A, R> {
    fn drop(&mut self) {
        self.receivers.remove(self.id);
    }
}

impl<A: ?Sized, R> fmt::Debug for Scoped<'_, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scoped").field(&self.id).finish()
    }
}
