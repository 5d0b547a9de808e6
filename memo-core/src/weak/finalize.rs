//! Finalizers: code that runs when an object dies.
//!
//! The first finalizer of an object adds a cell to its anchor, next to the cells of memos. The cell has the list of finalizers: the
//! closures, numbered in the order in which they were added. Handles share the list, and hold the number of their closure.
//!
//! # Invariants
//!
//! 1. A closure is removed from its list once, under the list's lock. Whoever removed it runs or drops it with no lock held.
//! 2. The cell ends with the object, or with the table of an `Rc`'s thread. `&mut` access leaves it in place: a finalizer watches the
//!    object's end, not its content.
//! 3. The list of an `Rc` stays on its thread: its cell is in the thread's table, and its handles are not `Send`.
//! 4. All closures of a list run before its cell is freed, so the end of a cell with an empty list runs no user code.
//! 5. A handle holds the list, and nothing of the object: neither its life nor its memory.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::anchor::attached::{self, Attached};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::side_table::local;
use crate::anchor::side_table::node::Node;
use crate::argument::owner::{Internal, Owner};
use crate::argument::scope::{Local, Scope, Shared};
use crate::memo::core::Core;
use crate::memo::listeners::Why;
use crate::memo::site::Site;
use crate::reclaim::outermost_call::Call;
use crate::reclaim::{account, thread_table_end};
use crate::sys::panics::{OnItsWay, Panics};
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;

/// Runs `f` once, when the object dies.
///
/// The object is an `Arc`, an `Rc`, or one with an anchor inside ([`Anchored`](crate::Anchored), [`HasAnchor`](crate::HasAnchor)), and is not kept
/// alive. `f` must be `'static` and, except for an `Rc`, `Send`. It receives the reason why it runs, and cannot see the object. Several finalizers
/// of one object run one after the other, the newest first. The returned handle can detach `f` or run it early; dropping the handle changes nothing.
///
/// # When it runs
///
/// * *An anchor inside*: inside the object's own drop, on that thread, along with the drop of its results, before the outermost such drop returns.
///   `&mut` access and [`Anchor::clear`](crate::Anchor::clear) drop the results but leave `f`. The finalizer belongs to the anchor: if the anchor
///   is moved into another object (`Doc { text, ..old }`), `f` moves with it; if it is overwritten or
///   [removed](crate::Anchored::into_inner), `f` runs.
/// * *An `Arc`*: not in its drop, but when a sweep finds it dead: in [`sweep`](crate::sweep()), in a [`Sweeper`](crate::Sweeper), or in an
///   amortised sweep at the end of an outermost memo call or call of `finalize`. It runs on the thread of that sweep. The crate's docs say
///   after how many calls.
/// * *An `Rc`*: likewise, on its own thread. If it is still alive when that thread ends and its table is freed (it was leaked, or a later
///   destructor holds it), `f` runs then, with [`Reason::ThreadEnded`], and the `Rc` is no longer watched. If finalizers keep adding
///   further ones, that is repeated up to four times.
///
/// `f` never runs for an object that never dies: one that is leaked, alive when the process ends, or held by `f` itself.
///
/// # What it may do
///
/// Anything: call memos, add finalizers to other objects, sweep. No lock is held. If it drops other objects, even long chains of them, their
/// finalizers run after it has returned.
///
/// A closure that owns the object, such as an `Arc` of it, keeps it alive forever and never runs. Let it own only what it needs.
///
/// # Panics
///
/// `finalize` itself panics only if [`HasAnchor::anchor`](crate::HasAnchor::anchor) does. If `f` panics, the other finalizers still run, and the first
/// panic then resumes from the object's drop or from `sweep`. In an amortised sweep, at a thread's end, and while the thread is already
/// unwinding, it is swallowed and counted in the [`report`](crate::report).
///
/// # Cost
///
/// Time: a lookup of the anchor, plus the logarithm of the number of the object's finalizers. Memory: the closure and about 40 bytes, and about
/// 500 bytes for the first finalizer of an object. When a finalizer was detached or has run, only the empty list is left, about 100 bytes.
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
    let anchor = object.find_anchor(Internal).unwrap_or_else(|| object.make_anchor(false).anchor);
    let life = || if O::Scope::LOCAL { object.life().map(|(_, life)| Arc::new(life)) } else { None };
    let list = Arc::clone(&attached::of(anchor, || Finalizers::<O::Scope>::new(life())).list);
    let number = list.add(Closure::new(f.arrive()));
    Finalizer { list, number }
}

/// Why a finalizer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The object is dead.
    Gone,
    /// [`Finalizer::run`] was called. The object may be alive.
    Called,
    /// The thread of an `Rc` ended while the `Rc` was alive: leaked, or held by a later destructor.
    ThreadEnded,
}

/// A closure that may run where an object of scope `S` dies.
///
/// For `Arc`s and objects with an anchor inside: `Send + 'static`. For `Rc`s: `'static`. No other crate can implement it, which it could for
/// closures that are not `Send`.
pub trait Finalizing<S>: sealed::Finalizing<S> {}

impl<F: sealed::Finalizing<S>, S> Finalizing<S> for F {}

mod sealed {
    use super::{Local, Shared};

    pub trait Finalizing<S>: 'static {}

    impl<F: Send + 'static> Finalizing<Shared> for F {}
    impl<F: 'static> Finalizing<Local> for F {}
}

/// A handle of a finalizer added by [`finalize`].
///
/// Dropping it changes nothing: the finalizer stays, and runs when the object dies. The handle keeps neither the object alive nor its memory
/// allocated. That of an `Rc`, a `Finalizer<Local>`, stays on its thread.
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
    /// Returns whether the finalizer is still to run: `false` once it has begun to run or was detached.
    ///
    /// An `Arc` or `Rc` awaiting the sweep still has its finalizers.
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

    /// Removes the finalizer, and returns whether it was still to run.
    ///
    /// It will not run, and its closure is dropped before this returns.
    ///
    /// # Panics
    ///
    /// If dropping the closure panics.
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

    /// Runs the finalizer now, and returns whether it was still to run.
    ///
    /// It runs on this thread with [`Reason::Called`], and not again when the object dies.
    ///
    /// # Panics
    ///
    /// If the closure panics.
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
