//! A signal: who wants to know is told.

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
use crate::sys::panics::drop_all;

/// Tells those who want to know that something happened, and keeps none of them alive.
///
/// A receiver is a method of an object that is held weakly, or a function that is kept. It hears everybody, or one sender, by identity.
/// Receivers that died are not told, and are removed; so are those whose sender died.
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
/// assert_eq!(POST_SAVE.send(&comments, "Well said").len(), 1); // the index hears articles only
/// assert_eq!(*index.titles.lock().unwrap(), ["On anchors"]);
///
/// drop(index); // nobody else holds it: it is gone, and so is the receiver
/// assert_eq!(POST_SAVE.send(&articles, "On death").len(), 1);
/// ```
///
/// # What it promises
///
/// * **Nothing is kept alive**: no sender, and no receiver but the functions of [`connect_strong`](Self::connect_strong) and what a method's
///   closure captures. A dispatch holds a receiver during its own call only; if it is the last owner then, the receiver ends after the call.
/// * **No lock is held while your code runs**: receivers, destructors of receivers, and of what their functions capture. So they may send, connect and
///   disconnect, on this signal and any other.
/// * **One dispatch goes through the receivers as they were when it began**, in the order in which they were connected. Who is connected
///   meanwhile is told the next time. Who is disconnected meanwhile, or dies, is not told any more: once [`disconnect`](Self::disconnect) has
///   returned, no call of the receiver begins on any thread; those that have begun go on.
/// * **A panic comes out of [`send`](Self::send)**, and the receivers after it are not told. Nothing is poisoned.
///   [`send_robust`](Self::send_robust) tells all.
/// * **What is removed is dropped**: before `disconnect` returns, or, where a dispatch is under way, at its end. The dead, with what
///   their functions have captured, are removed by the dispatch that meets them; each dispatch looks at two more of all receivers, in turn; and
///   whoever connects finds the others when there may be more dead than living.
///
/// # Arguments
///
/// They are passed by reference, and may be unsized (`Signal<str>`, `Signal<dyn Event>`). The sender and the signal are not passed along: put into
/// the arguments what receivers should know. `Args` may borrow (`Signal<Saved<'_>>`) where the signal lives no longer than that; for a
/// `static`, take arguments that own, or are lent as a whole (`str`, `[u8]`).
///
/// # What is the same receiver
///
/// As in Django, the same method of the same object, for the same sender, is connected once: the second call returns the
/// [`ReceiverId`] of the first. A function or closure that captures nothing is known by its type, also in a loop. One that captures is
/// another each time; name it with [`id`](Self::id), and it is connected once as well. The first stays, as long as it is not dead; the second is dropped.
///
/// # What it costs
///
/// Without receivers, a send reads one number. Otherwise it takes a lock for as long as it takes to count a reference, and looks up the
/// receivers of its sender, which are a `#[weak_memo]` of the list and the sender: a hit, whatever the number of receivers of other senders.
/// Threads that send one signal at a time take turns at both.
/// To it come one upgrade of a `Weak` for each receiver that is told, and a `Vec` of the answers.
///
/// To connect takes a search by name, to disconnect a search and a move of the words behind; while a dispatch is under way, a copy of the
/// list comes to it (two words and a count a receiver). Both end what is remembered for all senders, so the next send of each looks at every receiver once. A sender that is
/// met for the first time by a signal with choosy receivers costs a miss; an `Arc` is then watched through a `Weak`, which shows in
/// `Arc::weak_count`, and in `Arc::get_mut`, which refuses. Where no receiver is choosy, senders are not looked at.
///
/// # Django and blinker
///
/// Read in the sources of Django 6.1.3 (`django/dispatch/dispatcher.py`; only sync receivers are compared) and blinker 1.9.0
/// (`src/blinker/base.py`), and tried.
///
/// | | here | Django | blinker |
/// |---|---|---|---|
/// | a receiver is held | weakly by `connect`, else `connect_strong` | weakly, unless `weak=False` | weakly, unless `weak=False` |
/// | a method | object and method, not the pair | the same | the same |
/// | a receiver that nobody else holds | a temporary object is gone at once; a closure is kept | gone at once | gone at once |
/// | senders are told apart | by identity | by `id` | by `id`; `str` and `int` by equality |
/// | a new sender where a dead one lay | is another | is another; before 6.0 it had the receivers of the dead one | is another |
/// | the death of a sender | removes its receivers | removes them | ends the pair; a strong receiver is kept |
/// | no sender | [`NoSender`](super::sender::NoSender) | `None` | `None` |
/// | who hears all, and one sender besides | is told twice by that one | twice | once |
/// | the same receiver again | once, and the first one's id | once | once; `weak` as said last |
/// | an id against that | `id("..")`, the first stays | `dispatch_uid`, the first stays | none |
/// | order | of connection | of connection | none, unless `set_class` has one |
/// | answers | `Vec<(ReceiverId, R)>` | pairs of receiver and answer | the same |
/// | a receiver fails | a panic comes out, later ones are not told; an `Err` is an answer, or ends [`try_send`](Signal::try_send) | an exception comes out, later ones are not told | the same |
/// | all are told, whoever fails | [`send_robust`](Signal::send_robust): panics and errors beside answers | `send_robust`: an `Exception` beside answers, logged; what is none comes out | none |
/// | connected during a dispatch | not told by it | not told | not told |
/// | disconnected during a dispatch | not told any more | still told | not told; still told if disconnected from one sender only |
/// | died during a dispatch | not told | kept alive, and told | not told |
/// | receivers by sender | remembered by a weak memo, by identity | cached if `use_caching`, by equality of senders | a set for each sender |
/// | that is invalidated | by each change: its anchor goes | by each `connect` and `disconnect`; passed by while somebody is known to be dead | it is none |
/// | the dead are removed | by a dispatch that meets them or looks at them, by a later `connect` | by the next `connect`, `disconnect`, or look at all receivers | by their weak reference's callback |
/// | `disconnect` says | whether there was one, alive | the same | nothing |
/// | to disconnect from one sender | ends that connection | the same | a strong receiver is kept even if that was its last sender |
/// | has it receivers? | living ones only | living ones only | also dead ones, and yes for a sender that once had some |
/// | an event when a receiver goes | none; what it captured is dropped | none | `receiver_disconnected`, if asked for and not by death |
/// | for a while | [`connect_scoped`](Self::connect_scoped): ends its own connection | none | `connected_to`: at its end the receiver is disconnected from all |
/// | muted | not taken: what others send meanwhile would be lost | none | `muted`; the end of an inner one ends the outer |
/// | threads | any; receivers without a lock | any; receivers without a lock | no lock |
/// | asynchronous receivers | none: hand on what you are told | `asend` | `send_async` |
pub struct Signal<Args: ?Sized, R = ()> {
    receivers: Receivers<Args, R>,
}

impl<Args: ?Sized, R> Signal<Args, R> {
    /// A signal without receivers.
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

    /// Connects a method of an object, which is not kept alive.
    ///
    /// It hears everybody; see [`from`](Self::from). What `call` captures is kept until the object is found dead, so it should not hold
    /// the object itself. Connected already, it is so once, and its id is returned: see [above](Self#what-is-the-same-receiver).
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
    /// An object that nobody else holds is gone at once:
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

    /// Connects a function, which is kept until it is disconnected.
    ///
    /// And so is what it captures: a strong reference in it keeps its object alive.
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

    /// Connects a function as long as the guard is held.
    ///
    /// It is connected beside what there is, also beside the same one, and the end of the guard disconnects it and nothing else.
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

    /// Goes on to connect a receiver that hears this sender only, by identity.
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

    /// Goes on to connect a receiver under a name: of one name, and for one sender, one receiver is connected.
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

    /// Disconnects a receiver; whether it was connected, and alive.
    ///
    /// No call of it begins after this has returned. Its function is dropped before that, or, if a dispatch is under way, at the end of that;
    /// a panic of its destructor comes out here.
    pub fn disconnect(&self, id: ReceiverId) -> bool {
        self.receivers.remove(id)
    }

    /// Disconnects the receiver of that name that hears everybody; whether there was one, alive.
    ///
    /// Those of a sender: `signal.from(&sender).disconnect_id(..)`.
    pub fn disconnect_id(&self, id: &str) -> bool {
        Connect::new(&self.receivers).disconnect_id(id)
    }

    /// Tells all who hear this sender, one after the other, and returns what they answer.
    ///
    /// Where there is no sender, pass [`NoSender`](super::sender::NoSender): those hear it who hear everybody.
    ///
    /// # Panics
    ///
    /// If a receiver does; those after it are not told.
    pub fn send<S: Sender + ?Sized>(&self, sender: &S, args: &Args) -> Vec<(ReceiverId, R)> {
        let mut answers = Answers(Vec::new());
        self.receivers.each(sender, |id, receiver| {
            answers.0.push((id, receiver.tell(args)?));
            Some(ControlFlow::<()>::Continue(()))
        });
        answers.take()
    }

    /// Tells all who hear this sender, also after one has panicked: its panic stands where its answer would.
    ///
    /// Receivers that return a `Result` have three ways to answer. What one that panics was changing may be half changed, as with
    /// [`catch_unwind`].
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

    /// Whether anybody hears this sender, who is alive.
    #[must_use]
    pub fn has_receivers<S: Sender + ?Sized>(&self, sender: &S) -> bool {
        let first = self.receivers.each(sender, |_, receiver| receiver.is_told().then_some(ControlFlow::Break(())));
        first.is_some()
    }

    /// Who hears this sender and is alive, in the order in which they are told.
    #[must_use]
    pub fn receivers_for<S: Sender + ?Sized>(&self, sender: &S) -> Vec<ReceiverId> {
        let mut ids = Vec::new();
        self.receivers
            .each(sender, |id, receiver| receiver.is_told().then(|| ids.push(id)).map(ControlFlow::<()>::Continue));
        ids
    }
}

impl<Args: ?Sized, T, E> Signal<Args, Result<T, E>> {
    /// Tells one after the other who hears this sender, up to the first error, which is returned with who it is from.
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
    /// The first receiver's that returns one; those after it are not told, and the answers before are dropped.
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
        error.map_or_else(|| Ok(answers.take()), Err)
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
