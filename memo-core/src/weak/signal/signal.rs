//! A signal, which notifies its receivers of an event.

use std::fmt;
use std::mem;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use super::connect::{Connect, Scoped};
use super::receiver::ReceiverId;
use super::receivers::Receivers;
use super::sender::Sender;
use crate::sys::panics::{OnItsWay, drop_all};

/// Notifies receivers of an event, without keeping senders or receiving objects alive.
///
/// A receiver is a method of a weakly held object, or a function that the signal owns. It listens to all senders, or to one, by identity.
/// Receivers that died are not called, and are removed, as are receivers whose sender died.
///
/// ```
/// use memo_core::weak::Signal;
/// use std::sync::{Arc, Mutex};
///
/// struct Model(&'static str);
///
/// #[derive(Default)]
/// struct SearchIndex {
///     titles: Mutex<Vec<String>>,
/// }
///
/// impl SearchIndex {
///     fn add(self: &Arc<Self>, title: &str) {
///         self.titles.lock().unwrap().push(title.to_owned());
///     }
/// }
///
/// static POST_SAVE: Signal<str> = Signal::new();
///
/// let (articles, comments) = (Arc::new(Model("article")), Arc::new(Model("comment")));
/// let index = Arc::new(SearchIndex::default());
/// POST_SAVE.from(&articles).connect(&index, SearchIndex::add);
/// POST_SAVE.connect_strong(|title| assert!(!title.is_empty()));
///
/// assert_eq!(POST_SAVE.send(&articles, "On anchors").len(), 2);
/// assert_eq!(POST_SAVE.send(&comments, "Well said").len(), 1); // the index listens to articles only
/// assert_eq!(*index.titles.lock().unwrap(), ["On anchors"]);
///
/// drop(index); // the last owner: the index is dropped, and so is the receiver
/// assert_eq!(POST_SAVE.send(&articles, "On death").len(), 1);
/// ```
///
/// # Guarantees
///
/// * **Nothing is kept alive**: no sender, and no receiver except the functions of [`connect_strong`](Self::connect_strong) and the captures of
///   a method's closure. A dispatch holds a receiving object only while calling it. If it is then the last owner, the object is dropped after
///   the call.
/// * **No lock is held while user code runs**: receivers, their destructors, and those of their captures. All of these may send, connect and
///   disconnect, on this signal and any other.
/// * **A dispatch calls the receivers that were connected when it began**, in the order of connection. Receivers connected meanwhile are called
///   from the next dispatch on. Receivers disconnected meanwhile, or dead, are no longer called: once [`disconnect`](Self::disconnect) has
///   returned, no call of the receiver begins on any thread. Calls that have begun go on.
/// * **A receiver's panic propagates from [`send`](Self::send)**, and later receivers are not called. Nothing is poisoned.
///   [`send_robust`](Self::send_robust) calls all.
/// * **Removed receivers are dropped** before `disconnect` returns or, if a dispatch is under way, at its end. Dead receivers, with their
///   captures, are removed by the dispatch that meets them. Each dispatch also checks two of all receivers, in turn, and `connect` removes
///   the others once there may be more dead than living.
///
/// # Arguments
///
/// Arguments are passed by reference and may be unsized (`Signal<str>`, `Signal<dyn Event>`). The sender and the signal are not passed: put
/// what receivers should know into the arguments. `Args` may borrow (`Signal<Saved<'_>>`) if the signal lives no longer than the borrow. For a
/// `static`, use owned arguments, or unsized ones (`str`, `[u8]`).
///
/// # When two receivers are the same
///
/// As in Django, the same method of the same object, for the same sender, is connected once: the second call returns the [`ReceiverId`] of the
/// first. A function, or a closure without captures, is identified by its type, also in a loop. A closure with captures is a new receiver each
/// time, unless you name it with [`id`](Self::id): then it is connected once, too. The first receiver stays unless it is dead; the second is
/// dropped.
///
/// # Cost
///
/// Without receivers, a send reads one number. Otherwise it holds a lock for as long as it takes to count a reference, and looks up the
/// receivers of its sender, a `#[weak_memo]` of the list and the sender: a hit, however many receivers other senders have. Threads that send
/// the same signal at once take turns at both. Added to that are one upgrade of a `Weak` per called receiver, and a `Vec` of the return values.
///
/// Connecting takes a search by name; disconnecting takes a search, and moves the words behind the receiver. While a dispatch is under way,
/// both also copy the list (two words and a count per receiver). Both drop the remembered lists of all senders, so the next send of each checks
/// every receiver once. A sender's first signal costs a miss, if the signal has receivers for single senders. An `Arc` is then watched through a
/// `Weak`, which shows in `Arc::weak_count` and makes `Arc::get_mut` return `None`. If no receiver listens to a single sender, senders are
/// not looked at.
///
/// # Django and blinker
///
/// Compared with the sources of Django 6.1.3 (`django/dispatch/dispatcher.py`, sync receivers only) and blinker 1.9.0
/// (`src/blinker/base.py`), and tested.
///
/// | | here | Django | blinker |
/// |---|---|---|---|
/// | a receiver is held | weakly by `connect`, else `connect_strong` | weakly, unless `weak=False` | weakly, unless `weak=False` |
/// | a method | object and method, not the pair | the same | the same |
/// | a receiver without another owner | a temporary object dies at once; a closure is kept | dies at once | dies at once |
/// | senders are distinguished | by identity | by `id` | by `id`; `str` and `int` by equality |
/// | a new sender at the address of a dead one | is another sender | is another; before 6.0 it had the receivers of the dead one | is another |
/// | the death of a sender | removes its receivers | removes them | ends the pair; a strong receiver is kept |
/// | no sender | [`NoSender`](super::sender::NoSender) | `None` | `None` |
/// | a receiver of all senders and of one | is called twice for that one | twice | once |
/// | the same receiver again | connected once, with the first id | once | once; the last `weak` counts |
/// | explicit ids | `id("..")`, the first stays | `dispatch_uid`, the first stays | none |
/// | order | of connection | of connection | none, unless `set_class` has one |
/// | return values | `Vec<(ReceiverId, R)>` | pairs of receiver and response | the same |
/// | a receiver fails | a panic propagates, later ones are not called; an `Err` is a return value, or ends [`try_send`](Signal::try_send) | an exception propagates, later ones are not called | the same |
/// | call all despite failures | [`send_robust`](Signal::send_robust): panics and errors among the return values | `send_robust`: an `Exception` among the responses, logged; other exceptions propagate | none |
/// | connected during a dispatch | not called by it | not called | not called |
/// | disconnected during a dispatch | no longer called | still called | not called; still called if disconnected from one sender only |
/// | died during a dispatch | not called | kept alive, and called | not called |
/// | receivers by sender | remembered by a weak memo, by identity | cached if `use_caching`, by equality of senders | a set for each sender |
/// | invalidation of these | by each change, which replaces the anchor | by each `connect` and `disconnect`; bypassed while a receiver is known to be dead | not needed |
/// | dead receivers are removed | by a dispatch that meets or checks them, by a later `connect` | by the next `connect`, `disconnect`, or look at all receivers | by the callback of their weak reference |
/// | `disconnect` returns | whether there was one, alive | the same | nothing |
/// | disconnecting from one sender | ends that connection | the same | a strong receiver is kept even if that was its last sender |
/// | has receivers? | living ones only | living ones only | also dead ones, and yes for a sender that once had some |
/// | an event when a receiver is removed | none; its captures are dropped | none | `receiver_disconnected`, on request and not on death |
/// | temporary connection | [`connect_scoped`](Self::connect_scoped): ends its own connection | none | `connected_to`: at its end the receiver is disconnected from all |
/// | muting | left out: signals sent meanwhile by others would be lost | none | `muted`; the end of an inner one ends the outer |
/// | threads | any; receivers run without a lock | any; receivers run without a lock | no lock |
/// | asynchronous receivers | none: pass the event on | `asend` | `send_async` |
pub struct Signal<Args: ?Sized, R = ()> {
    receivers: Receivers<Args, R>,
}

impl<Args: ?Sized, R> Signal<Args, R> {
    /// Creates a signal without receivers.
    ///
    /// ```
    /// use memo_core::weak::{NoSender, Signal};
    ///
    /// static CLOSED: Signal<str> = Signal::new();
    /// assert!(!CLOSED.has_receivers(&NoSender));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { receivers: Receivers::new() }
    }

    /// Connects a method of an object, without keeping the object alive.
    ///
    /// It listens to all senders; for one sender see [`from`](Self::from). The captures of `call` are kept until the object is found dead, so
    /// they should not hold the object itself. A receiver that is already connected is not connected again, and its id is returned: see
    /// [above](Self#when-two-receivers-are-the-same).
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// # use std::sync::Arc;
    /// let asked: Signal<str, String> = Signal::new();
    /// let (me, you) = (Arc::new("me"), Arc::new("you"));
    /// for name in [&me, &you] {
    ///     asked.connect(name, |name, question| format!("{question} {name}"));
    /// }
    /// asked.connect(&me, |name, _| name.to_uppercase());
    /// drop(you);
    /// let answers = asked.send(&NoSender, "who?").into_iter().map(|(_, answer)| answer);
    /// assert!(answers.eq(["who? me", "ME"]));
    /// ```
    ///
    /// An object without another owner is dropped at once:
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// # use std::sync::Arc;
    /// let asked: Signal<str> = Signal::new();
    /// asked.connect(&Arc::new("a temporary"), |_, _| unreachable!());
    /// assert!(!asked.has_receivers(&NoSender));
    /// ```
    pub fn connect<T, F>(&self, receiver: &Arc<T>, call: F) -> ReceiverId
    where
        T: Send + Sync + ?Sized + 'static,
        F: Fn(&Arc<T>, &Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect(receiver, call)
    }

    /// Connects a function, and keeps it until it is disconnected.
    ///
    /// Its captures are kept too: a strong reference among them keeps its object alive.
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// let measured: Signal<str, usize> = Signal::new();
    /// let id = measured.connect_strong(str::len);
    /// assert_eq!(measured.send(&NoSender, "abc"), [(id, 3)]);
    /// assert_eq!(measured.connect_strong(str::len), id); // once
    /// assert!(measured.disconnect(id));
    /// ```
    pub fn connect_strong<F>(&self, call: F) -> ReceiverId
    where
        F: Fn(&Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect_strong(call)
    }

    /// Connects a function for the lifetime of the returned guard.
    ///
    /// It is connected even if the same function is connected already. Dropping the guard disconnects this connection and no other.
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// # use std::sync::atomic::{AtomicUsize, Ordering};
    /// # use std::sync::Arc;
    /// static SAVED: Signal<str> = Signal::new();
    ///
    /// let times = Arc::new(AtomicUsize::new(0));
    /// let counted = times.clone();
    /// let listening = SAVED.connect_scoped(move |_| _ = counted.fetch_add(1, Ordering::Relaxed));
    /// SAVED.send(&NoSender, "seen");
    /// drop(listening);
    /// SAVED.send(&NoSender, "unseen");
    /// assert_eq!(times.load(Ordering::Relaxed), 1);
    /// ```
    pub fn connect_scoped<F>(&self, call: F) -> Scoped<'_, Args, R>
    where
        F: Fn(&Args) -> R + Send + Sync + 'static,
    {
        Connect::new(&self.receivers).connect_scoped(call)
    }

    /// Begins to connect a receiver that listens to this sender only, by identity.
    ///
    /// ```
    /// # use memo_core::weak::Signal;
    /// # use std::sync::Arc;
    /// let saved: Signal<str, usize> = Signal::new();
    /// let (articles, comments) = (Arc::new(0), Arc::new(0));
    /// let id = saved.from(&articles).connect_strong(|title| title.len());
    /// assert_eq!(saved.send(&articles, "abc"), [(id, 3)]);
    /// assert_eq!(saved.send(&comments, "abc"), []);
    /// ```
    pub fn from<S: Sender + ?Sized>(&self, sender: &S) -> Connect<'_, Args, R> {
        Connect::new(&self.receivers).from(sender)
    }

    /// Begins to connect a named receiver: one receiver per name and sender.
    ///
    /// ```
    /// # use memo_core::weak::Signal;
    /// let saved: Signal<str> = Signal::new();
    /// let log = |prefix: String| move |title: &str| println!("{prefix}: {title}");
    /// let first = saved.id("log").connect_strong(log("saved".into()));
    /// let second = saved.id("log").connect_strong(log("saved again".into()));
    /// assert_eq!(first, second); // and the second function was dropped
    /// assert!(saved.disconnect_id("log"));
    /// ```
    pub fn id(&self, id: impl Into<Arc<str>>) -> Connect<'_, Args, R> {
        Connect::new(&self.receivers).id(id)
    }

    /// Disconnects a receiver, and returns whether it was connected and alive.
    ///
    /// No call of it begins after this has returned. Its function is dropped before that or, if a dispatch is under way, at the end of the
    /// dispatch. A panic of its destructor propagates from this call.
    pub fn disconnect(&self, id: ReceiverId) -> bool {
        self.receivers.remove(id)
    }

    /// Disconnects the receiver of this name that listens to all senders, and returns whether there was one, alive.
    ///
    /// For the receiver of one sender, write `signal.from(&sender).disconnect_id(..)`.
    pub fn disconnect_id(&self, id: &str) -> bool {
        Connect::new(&self.receivers).disconnect_id(id)
    }

    /// Calls all receivers of this sender, one after the other, and returns what they return.
    ///
    /// If there is no sender, pass [`NoSender`](super::sender::NoSender): it calls the receivers that listen to all senders.
    ///
    /// # Panics
    ///
    /// If a receiver panics. Later receivers are not called.
    pub fn send<S: Sender + ?Sized>(&self, sender: &S, args: &Args) -> Vec<(ReceiverId, R)> {
        let mut answers = Answers(Vec::new());
        self.receivers.each(sender, |id, receiver| {
            answers.0.push((id, receiver.tell(args)?));
            Some(ControlFlow::<()>::Continue(()))
        });
        answers.take()
    }

    /// Calls all receivers of this sender, and catches their panics: the payload is returned in place of the return value.
    ///
    /// A receiver that returns a `Result` thus has three outcomes. Data that a panicking receiver was changing may be left half changed, as
    /// with [`catch_unwind`].
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// # std::panic::set_hook(Box::new(|_| ()));
    /// let saved: Signal<str, Result<usize, String>> = Signal::new();
    /// saved.connect_strong(|title| Ok(title.len()));
    /// saved.connect_strong(|title| Err(format!("no room for {title}")));
    /// saved.connect_strong(|title| panic!("what is {title}?"));
    ///
    /// let (mut indexed, mut errors, mut panics) = (0, 0, 0);
    /// for (_receiver, answer) in saved.send_robust(&NoSender, "a title") {
    ///     match answer {
    ///         Ok(Ok(_)) => indexed += 1,
    ///         Ok(Err(_)) => errors += 1,
    ///         Err(_payload) => panics += 1,
    ///     }
    /// }
    /// assert_eq!((indexed, errors, panics), (1, 1, 1));
    /// ```
    pub fn send_robust<S: Sender + ?Sized>(&self, sender: &S, args: &Args) -> Vec<(ReceiverId, thread::Result<R>)> {
        let mut answers = Answers(Vec::new());
        self.receivers.each(sender, |id, receiver| {
            let answer = catch_unwind(AssertUnwindSafe(|| receiver.tell(args)));
            answers.0.push((id, answer.transpose()?));
            Some(ControlFlow::<()>::Continue(()))
        });
        answers.take()
    }

    /// Returns whether this sender has a living receiver.
    #[must_use]
    pub fn has_receivers<S: Sender + ?Sized>(&self, sender: &S) -> bool {
        let first = self.receivers.each(sender, |_, receiver| receiver.is_told().then_some(ControlFlow::Break(())));
        first.is_some()
    }

    /// Returns the living receivers of this sender, in the order in which they are called.
    #[must_use]
    pub fn receivers_for<S: Sender + ?Sized>(&self, sender: &S) -> Vec<ReceiverId> {
        let mut ids = Vec::new();
        self.receivers
            .each(sender, |id, receiver| receiver.is_told().then(|| ids.push(id)).map(ControlFlow::<()>::Continue));
        ids
    }
}

impl<Args: ?Sized, T, E> Signal<Args, Result<T, E>> {
    /// Calls the receivers of this sender one after the other, up to the first error.
    ///
    /// ```
    /// # use memo_core::weak::{NoSender, Signal};
    /// let may_save: Signal<str, Result<(), &str>> = Signal::new();
    /// may_save.connect_strong(|title| if title.is_empty() { Err("it has no title") } else { Ok(()) });
    /// let last = may_save.connect_strong(|_| Err("it is too late"));
    /// assert_eq!(may_save.try_send(&NoSender, "").unwrap_err().1, "it has no title");
    /// assert_eq!(may_save.try_send(&NoSender, "a title"), Err((last, "it is too late")));
    /// ```
    ///
    /// # Errors
    ///
    /// The first error that a receiver returns, with the id of that receiver. Later receivers are not called, and earlier return values are
    /// dropped.
    pub fn try_send<S: Sender + ?Sized>(
        &self,
        sender: &S,
        args: &Args,
    ) -> Result<Vec<(ReceiverId, T)>, (ReceiverId, E)> {
        let mut answers = Answers(Vec::new());
        let error = self.receivers.each(sender, |id, receiver| {
            match receiver.tell(args)? {
                Ok(answer) => answers.0.push((id, answer)),
                Err(error) => return Some(ControlFlow::Break((id, error))),
            }
            Some(ControlFlow::Continue(()))
        });
        match error {
            None => Ok(answers.take()),
            Some(error) => Err(OnItsWay::new(error).past(answers)),
        }
    }
}

/// Those so far. If they do not arrive, since a receiver panics or fails, all of them are dropped, whichever's destructor panics.
struct Answers<R>(Vec<(ReceiverId, R)>);

impl<R> Answers<R> {
    fn take(mut self) -> Vec<(ReceiverId, R)> {
        mem::take(&mut self.0)
    }
}

impl<R> Drop for Answers<R> {
    fn drop(&mut self) {
        drop_all(mem::take(&mut self.0));
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
