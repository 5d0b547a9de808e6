//! Finalizers: what runs when an object goes.
//!
//! An object with finalizers has a cell for them on its anchor, beside those of its memos, made for the first one. It has their list:
//! the closures, numbered as they came. The handles share the list, and know the number of their closure.
//!
//! # Invariants
//!
//! 1. A closure leaves its list once, under the list's lock. Whoever took it runs or drops it, with no lock held.
//! 2. The cell ends with the object, or with the table of an `Rc`'s thread. `&mut` access leaves it where it is: a finalizer watches the
//!    object's end, and not its content.
//! 3. The list of an `Rc` stays on its thread: its cell is in the thread's table, and its handles are not `Send`.
//! 4. All closures of a list run before its cell is gone. So the end of a cell whose list is empty runs no user code.
//! 5. A handle holds the list, and nothing of the object: neither its life nor its memory.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::anchor::attached::{self, Attached};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::side_table::local;
use crate::anchor::side_table::node::Node;
use crate::argument::owner::Owner;
use crate::argument::scope::{Local, Scope, Shared};
use crate::memo::core::Core;
use crate::memo::listeners::Why;
use crate::memo::site::Site;
use crate::reclaim::outermost_call::Call;
use crate::reclaim::{account, thread_table_end};
use crate::sys::panics::{OnItsWay, Panics};
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;

/// Runs `f` once, when the object goes.
///
/// `f` is `'static`, and `Send` too except for an `Rc`. The object is an `Arc`, an `Rc`, or one with an anchor inside ([`Anchored`](crate::Anchored), [`HasAnchor`](crate::HasAnchor)), and is not
/// kept alive. `f` is told why it runs, and does not see the object any more. Several of one object run one after the other, the newest
/// first. What is returned can take `f` back or run it early; dropped, it leaves `f` where it is.
///
/// # When it runs
///
/// * *An anchor inside*: inside the object's own drop, on that thread, beside its results: before the outermost such drop returns.
///   `&mut` access and [`Anchor::clear`](crate::Anchor::clear) end the results and not the object, so `f` stays. It is the anchor's: where that is
///   moved into another object (`Doc { text, ..old }`), `f` goes with it; where it is overwritten or
///   [taken off](crate::Anchored::into_inner), `f` runs.
/// * *An `Arc`*: not in its drop, but when a sweep finds it dead: [`sweep`](crate::sweep()), a [`Sweeper`](crate::Sweeper), or in passing, at
///   the end of an outermost memo call or call of `finalize`. It runs on the thread of that sweep. The crate's docs say how many calls later.
/// * *An `Rc`*: likewise, on its own thread. If it is still alive when that thread ends, and its table goes (it was leaked, or a later
///   destructor has it), `f` runs then, with [`Reason::ThreadEnded`], and nobody watches the `Rc` any more. A finalizer that adds
///   another one each time is followed four times.
///
/// Not at all where there is no end: of a leaked object, of one that is alive when the process ends, or of one that `f` itself holds.
///
/// # What it may do
///
/// Everything: call memos, add finalizers to other objects, sweep. No lock is held. Where it drops other objects, also long chains of them,
/// their finalizers run when it is done.
///
/// A closure that owns the object, an `Arc` of it, keeps it alive for ever, and never runs: let it own what it needs instead.
///
/// # Panics
///
/// In `finalize` itself, only if [`HasAnchor::anchor`](crate::HasAnchor::anchor) does. If `f` panics the others run all the same; then the first panic
/// comes out of the object's drop, or of `sweep`. It is swallowed, and counted in the [`report`](crate::report), in a sweep that runs in passing, at a
/// thread's end, and while the thread is already unwinding.
///
/// # Cost
///
/// Time: a lookup of the anchor, and a logarithm of the number of the object's finalizers. Memory: the closure, some 40 bytes, and some 500 for the
/// first one of an object. A finalizer that was taken back, or has run, leaves nothing but the empty list, some 100 bytes.
///
/// # Examples
///
/// ```
/// use memo_core::Anchored;
/// use memo_core::weak::{Reason, finalize};
/// use std::sync::mpsc::channel;
///
/// let (send, received) = channel();
/// let page = Anchored::new("a page");
/// let name = *page;
/// finalize(&page, move |why| send.send((name, why)).unwrap());
///
/// drop(page);
/// assert_eq!(received.try_recv(), Ok(("a page", Reason::Gone)));
/// ```
///
/// Of an `Arc`:
///
/// ```
/// use memo_core::{sweep, weak::finalize};
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static OPEN: AtomicU32 = AtomicU32::new(1);
///
/// let file = Arc::new(String::from("some file"));
/// finalize(&file, |_| {
///     OPEN.fetch_sub(1, Ordering::Relaxed);
/// });
/// drop(file);
/// sweep();
/// assert_eq!(OPEN.load(Ordering::Relaxed), 0);
/// ```
pub fn finalize<O, F>(object: &O, f: F) -> Finalizer<O::Scope>
where
    O: Owner + ?Sized,
    F: FnOnce(Reason) + Finalizing<O::Scope>,
{
    let _call = Call::enter();
    account::owe();
    let f = OnItsWay::new(f);
    let anchor = object.find_anchor().unwrap_or_else(|| object.make_anchor(false).anchor);
    let life = || if O::Scope::LOCAL { object.life().map(|(_, life)| Arc::new(life)) } else { None };
    let list = Arc::clone(&attached::of(anchor, || Finalizers::<O::Scope>::new(life())).list);
    let number = list.add(Closure::new(f.arrive()));
    Finalizer { list, number }
}

/// Why a finalizer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The object is gone.
    Gone,
    /// [`Finalizer::run`] was called. The object may be alive.
    Called,
    /// The thread of an `Rc` ends, which is alive: leaked, or held by a later destructor.
    ThreadEnded,
}

/// A closure that may run where an object of scope `S` ends.
///
/// For `Arc`s and objects with an anchor inside: `Send + 'static`. For `Rc`s: `'static`. Not to be named by users, who could say so of what is not
/// `Send`.
pub trait Finalizing<S>: 'static {}

impl<F: Send + 'static> Finalizing<Shared> for F {}
impl<F: 'static> Finalizing<Local> for F {}

/// A finalizer that [`finalize`] has hung on an object.
///
/// Dropping this changes nothing: the finalizer stays, and runs when the object goes. It keeps neither the object nor its memory. That of an
/// `Rc`, `Finalizer<Local>`, stays on its thread.
///
/// # Examples
///
/// ```
/// use memo_core::weak::finalize;
/// use std::sync::Arc;
///
/// let object = Arc::new(0);
/// let finalizer = finalize(&object, |_| unreachable!());
/// assert!(finalizer.is_alive());
/// assert!(finalizer.detach());
/// assert!(!finalizer.is_alive());
/// drop(object);
/// memo_core::sweep();
/// ```
pub struct Finalizer<S = Shared> {
    list: Arc<List<S>>,
    number: u64,
}

// SAFETY: all that is reached through it is a list of closures behind a lock, and those of scope `Shared` are `Send`: `Closure::new` takes
// what is `Finalizing<Shared>`.
unsafe impl Send for Finalizer<Shared> {}
// SAFETY: as above.
unsafe impl Sync for Finalizer<Shared> {}

impl<S> Finalizer<S> {
    /// Whether it is still to run: `false` from when it begins to, and once it was taken back.
    ///
    /// An `Arc` or `Rc` that is dead, and was not found by a sweep yet, still has its finalizers.
    ///
    /// ```
    /// use memo_core::{Anchored, weak::finalize};
    ///
    /// let object = Anchored::new(0);
    /// let finalizer = finalize(&object, |_| ());
    /// drop(object);
    /// assert!(!finalizer.is_alive());
    /// ```
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.list.lock().closures.contains_key(&self.number)
    }

    /// Takes it back: it will not run, and its closure is dropped before this returns. Whether it was still to run.
    ///
    /// # Panics
    ///
    /// If dropping the closure does.
    ///
    /// ```
    /// use memo_core::{Anchored, weak::finalize};
    ///
    /// let object = Anchored::new(0);
    /// let finalizer = finalize(&object, |_| unreachable!());
    /// assert!(finalizer.detach());
    /// assert!(!finalizer.detach());
    /// ```
    pub fn detach(&self) -> bool {
        self.list.take(self.number).is_some()
    }

    /// Runs it now, on this thread, with [`Reason::Called`], and not again when the object goes. Whether it was still to run.
    ///
    /// # Panics
    ///
    /// If the closure does.
    ///
    /// ```
    /// use memo_core::{Anchored, weak::{Reason, finalize}};
    ///
    /// let object = Anchored::new(0);
    /// let finalizer = finalize(&object, |why| assert_eq!(why, Reason::Called));
    /// assert!(finalizer.run());
    /// assert!(!finalizer.run());
    /// ```
    pub fn run(&self) -> bool {
        let Some(closure) = self.list.take(self.number) else { return false };
        (closure.run)(Reason::Called);
        true
    }
}

impl<S> fmt::Debug for Finalizer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finalizer").field("is_alive", &self.is_alive()).finish_non_exhaustive()
    }
}

/// A closure of an object of scope `S`.
struct Closure<S> {
    run: Box<dyn FnOnce(Reason)>,
    scope: PhantomData<S>,
}

impl<S> Closure<S> {
    fn new(f: impl FnOnce(Reason) + Finalizing<S>) -> Self {
        Self { run: Box::new(f), scope: PhantomData }
    }
}

/// The finalizers of one object.
struct List<S>(Mutex<Waiting<S>>);

struct Waiting<S> {
    /// By their numbers, so that one is found to be taken back, and the newest is the last.
    closures: BTreeMap<u64, Closure<S>>,
    /// The number of the next one.
    next: u64,
}

impl<S> List<S> {
    fn new() -> Self {
        Self(Mutex::new(Waiting { closures: BTreeMap::new(), next: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<S>> {
        unpoisoned(self.0.lock())
    }

    fn add(&self, closure: Closure<S>) -> u64 {
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.closures.insert(number, closure);
        number
    }

    fn take(&self, number: u64) -> Option<Closure<S>> {
        self.lock().take(number)
    }

    /// The newest of those with smaller numbers.
    fn take_before(&self, number: u64) -> Option<Closure<S>> {
        let mut waiting = self.lock();
        let newest = *waiting.closures.range(..number).next_back()?.0;
        waiting.take(newest)
    }

    fn is_empty(&self) -> bool {
        self.lock().closures.is_empty()
    }

    /// Runs those that there are, and none that is added meanwhile. Returns how many.
    fn run_all(&self, why: impl Fn() -> Reason, panics: &mut Panics) -> usize {
        let end = self.lock().next;
        let mut ran = 0;
        while let Some(closure) = self.take_before(end) {
            panics.run(|| (closure.run)(why()));
            ran += 1;
        }
        ran
    }
}

impl<S> Waiting<S> {
    fn take(&mut self, number: u64) -> Option<Closure<S>> {
        let closure = self.closures.remove(&number);
        if self.closures.is_empty() {
            // An empty one keeps a node.
            self.closures = BTreeMap::new();
        }
        closure
    }
}

/// The finalizers that an anchor has.
struct Finalizers<S> {
    list: Arc<List<S>>,
    /// Watches an `Rc`, whose thread's table may go before it does.
    life: Option<Arc<AnyWeak>>,
}

static SHARED: Core = Core::new(Site::built_in("finalizers"));
static LOCAL: Core = Core::new(Site::built_in("finalizers of this thread"));

// SAFETY: each scope's has its own memo.
unsafe impl<S: Scope> Attached for Finalizers<S> {
    const STAYS: bool = true;
    const LOCAL: bool = S::LOCAL;

    fn memo() -> &'static Core {
        if S::LOCAL { &LOCAL } else { &SHARED }
    }
    fn on_end(&self, _: Why) -> usize {
        let mut panics = Panics::default();
        self.list.run_all(|| reason(self.life.as_deref()), &mut panics);
        panics.resume();
        0
    }
    fn ends_quietly(&self) -> bool {
        self.list.is_empty()
    }
}

impl<S: Scope> Finalizers<S> {
    fn new(life: Option<Arc<AnyWeak>>) -> Self {
        if S::LOCAL {
            thread_table_end::before_table_goes(run_all_here);
        }
        Self { list: Arc::new(List::new()), life }
    }
}

/// Why the finalizers of an object run that has, or had, this life.
fn reason(life: Option<&AnyWeak>) -> Reason {
    if life.is_some_and(AnyWeak::is_alive) { Reason::ThreadEnded } else { Reason::Gone }
}

/// Runs the finalizers of what is in this thread's table, which is about to go: also those of an `Rc` that may have lent a result, and
/// whose node stays.
fn run_all_here(panics: &mut Panics) -> usize {
    let mut all = Vec::new();
    local::each(&mut |node: &Node| {
        if let Some(finalizers) = attached::find::<Finalizers<Local>>(node.anchor()) {
            all.push((Arc::clone(&finalizers.list), finalizers.life.clone()));
        }
    });
    all.iter().map(|(list, life)| list.run_all(|| reason(life.as_deref()), panics)).sum()
}
