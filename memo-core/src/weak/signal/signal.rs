//! A signal: who wants to know is told.

use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use super::connect::{Connect, Scoped};
use super::receiver::ReceiverId;
use super::receivers::Receivers;
use super::sender::Sender;
use crate::sys::panics::OnItsWay;

/// Tells those who want to know, and keeps none of them alive.
pub struct Signal<Args: ?Sized, R = ()> {
    receivers: Receivers<Args, R>,
}

impl<Args: ?Sized, R> Signal<Args, R> {
    /// A signal without receivers.
    #[must_use]
    pub const fn new() -> Self {
        Self { receivers: Receivers::new() }
    }

    /// Connects a method of an object, which is not kept alive.
    pub fn connect<T, F>(&self, receiver: &Arc<T>, call: F) -> ReceiverId
    where
        T: Send + Sync + ?Sized + 'static,
        F: Fn(&Arc<T>, &Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect(receiver, call)
    }

    /// Connects a function, which is kept until it is disconnected.
    pub fn connect_strong<F>(&self, call: F) -> ReceiverId
    where
        F: Fn(&Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect_strong(call)
    }

    /// Connects a function as long as the guard is held.
    pub fn connect_scoped<F>(&self, call: F) -> Scoped<'_, Args, R>
    where
        F: Fn(&Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect_scoped(call)
    }

    /// Connects, or disconnects, what hears this sender only, by identity.
    pub fn from<S: Sender + ?Sized>(&self, sender: &S) -> Connect<'_, Args, R> {
        Connect::new(&self.receivers).from(sender)
    }

    /// Connects under this name.
    pub fn id(&self, id: impl Into<Arc<str>>) -> Connect<'_, Args, R> {
        Connect::new(&self.receivers).id(id)
    }

    /// Disconnects a receiver; whether it was connected, and alive.
    pub fn disconnect(&self, id: ReceiverId) -> bool {
        self.receivers.remove(id)
    }

    /// Disconnects the receiver of that name that hears everybody.
    pub fn disconnect_id(&self, id: &str) -> bool {
        Connect::new(&self.receivers).disconnect_id(id)
    }

    /// Tells all.
    pub fn send<S: Sender + ?Sized>(&self, sender: &S, args: &Args) -> Vec<(ReceiverId, R)> {
        let mut answers = OnItsWay::new(Vec::new());
        self.receivers.each(sender, |id, receiver| {
            answers.push((id, receiver.tell(args)?));
            Some(ControlFlow::<()>::Continue(()))
        });
        answers.arrive()
    }

    /// Tells all, whichever panics.
    pub fn send_robust<S: Sender + ?Sized>(&self, sender: &S, args: &Args) -> Vec<(ReceiverId, thread::Result<R>)> {
        let mut answers = OnItsWay::new(Vec::new());
        self.receivers.each(sender, |id, receiver| {
            let answer = catch_unwind(AssertUnwindSafe(|| receiver.tell(args)));
            answers.push((id, answer.transpose()?));
            Some(ControlFlow::<()>::Continue(()))
        });
        answers.arrive()
    }

    /// Whether anybody hears this sender.
    #[must_use]
    pub fn has_receivers<S: Sender + ?Sized>(&self, sender: &S) -> bool {
        let first = self.receivers.each(sender, |_, receiver| receiver.is_told().then_some(ControlFlow::Break(())));
        first.is_some()
    }

    /// Who hears this sender, in order.
    #[must_use]
    pub fn receivers_for<S: Sender + ?Sized>(&self, sender: &S) -> Vec<ReceiverId> {
        let mut ids = Vec::new();
        self.receivers
            .each(sender, |id, receiver| receiver.is_told().then(|| ids.push(id)).map(ControlFlow::<()>::Continue));
        ids
    }
}

impl<Args: ?Sized, T, E> Signal<Args, Result<T, E>> {
    /// Tells one after the other, up to the first error.
    pub fn try_send<S: Sender + ?Sized>(
        &self,
        sender: &S,
        args: &Args,
    ) -> Result<Vec<(ReceiverId, T)>, (ReceiverId, E)> {
        let mut answers = OnItsWay::new(Vec::new());
        let error = self.receivers.each(sender, |id, receiver| {
            Some(match receiver.tell(args)? {
                Ok(answer) => ControlFlow::Continue(answers.push((id, answer))),
                Err(error) => ControlFlow::Break((id, error)),
            })
        });
        error.map_or_else(|| Ok(answers.arrive()), Err)
    }
}

impl<Args: ?Sized, R> Default for Signal<Args, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Args: ?Sized, R> fmt::Debug for Signal<Args, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("receivers", &self.receivers.count()).finish_non_exhaustive()
    }
}
