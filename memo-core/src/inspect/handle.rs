//! The companion of a memoized function: look at its results, and remove them.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::anchor::any_cell::{self, CellRef};
use crate::anchor::side_table::local;
use crate::argument;
use crate::argument::scope::Scope;
use crate::call::handle_op::{Op, Reply};
use crate::inspect::listener::{Listener, Removal};
use crate::inspect::stats::Stats;
use crate::inspect::walk;
use crate::memo::all_memos;
use crate::memo::cells::head::CellHead;
use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counter_block::Sums;
use crate::memo::counters;
use crate::memo::names;
use crate::reclaim::leak_audit;
use crate::sys::depth::DepthGuard;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::{OnItsWay, Panics};

/// A memoized function's signature, as a type: `dyn for<'w, 'a> Sig<'w, 'a, Args = .., Owner = .., Out = .., Value = ..>`.
///
/// Nothing implements it. The `dyn` is a function from lifetimes to types, which lets a handle take the arguments as
/// the function does, borrowed anew at each call.
pub trait Sig<'w, 'a> {
    /// The arguments of the handle's methods: one alone, or several as a tuple.
    type Args;
    /// A reference to the owner, for the methods that take it alone.
    type Owner;
    /// The function's return type.
    type Out;
    /// The type of its body.
    type Value;
}

/// The handle's memo returns by clone.
#[derive(Clone, Copy, Debug)]
pub enum Owned {}

/// The handle's memo lends its results.
#[derive(Clone, Copy, Debug)]
pub enum Lent {}

/// Memos whose results may be removed.
#[diagnostic::on_unimplemented(
    message = "a memo that lends its results only grows",
    label = "`clear`, `forget`, `forget_owner`, `insert` and `refresh` would take results back, and a `&` to one may be out",
    note = "lent results go with their objects, or with `&mut` access to them; for these, return the result by value (or as `Arc<..>`)"
)]
pub trait Revocable {}

impl Revocable for Owned {}

type Args<'w, 'a, S> = <S as Sig<'w, 'a>>::Args;
type Owner<'w, 'a, S> = <S as Sig<'w, 'a>>::Owner;
type Out<'w, 'a, S> = <S as Sig<'w, 'a>>::Out;
type Value<'w, 'a, S> = <S as Sig<'w, 'a>>::Value;

/// A reference to an owner, as the methods take it that want nothing else.
pub trait OneOwner {
    /// Its cell of this memo. It stands as long as the owner is borrowed, and this thread is in a call.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "implemented here only")]
    fn cell(self, core: &'static Core) -> Option<NonNull<CellHead>>;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<O: argument::owner::Owner + ?Sized> OneOwner for &O {
    fn cell(self, core: &'static Core) -> Option<NonNull<CellHead>> {
        let anchor =
            if core.is_local() && !O::Scope::LOCAL { local::find(self.life()?.0)? } else { self.find_anchor()? };
        anchor.cells().find(core)
    }
}

type Asked<'w, 'a, S> = Op<Value<'w, 'a, S>>;
type Answer<'w, 'a, S> = Reply<Out<'w, 'a, S>, Value<'w, 'a, S>>;

type Run<S> = for<'w, 'a> fn(&'static Core, Asked<'w, 'a, S>, Args<'w, 'a, S>, &mut Answer<'w, 'a, S>);

/// The handle of a memo: `f_memo()` for a function `f`.
///
/// It looks at the memo of one function, or of one instantiation of a generic one (`parse_memo::<Json>()`). It is
/// `Copy`, two words, and costs nothing to make.
///
/// Methods that name one result take the function's arguments by value: one alone, several as a tuple, also those that
/// are not part of the key.
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn repeat(text: &Arc<String>, times: usize) -> String {
///     text.repeat(times)
/// }
///
/// let ab = Arc::new(String::from("ab"));
/// assert_eq!(repeat_memo().get((&ab, 2)), None);
/// repeat(&ab, 2);
/// assert_eq!(repeat_memo().get((&ab, 2)).as_deref(), Some("abab"));
/// assert!(repeat_memo().forget((&ab, 2)));
/// assert!(repeat_memo().is_empty());
/// ```
#[must_use = "a handle does nothing by itself"]
pub struct Memo<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P> {
    core: &'static Core,
    run: Run<S>,
    kind: PhantomData<fn() -> P>,
    // Cells are found by memo and cast to their type, so a handle must not be coerced to one of other types (rule 7).
    invariant: PhantomData<fn(PhantomData<S>) -> PhantomData<S>>,
}

impl<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P> Clone for Memo<S, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P> Copy for Memo<S, P> {}

impl<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P> fmt::Debug for Memo<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("name", &self.name()).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// The handle of a memo, which is of the kind that the expansion says.
#[inline(always)]
pub fn handle<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P>(core: &'static Core, run: Run<S>) -> Memo<S, P> {
    Memo { core, run, kind: PhantomData, invariant: PhantomData }
}

impl<S: for<'w, 'a> Sig<'w, 'a> + ?Sized, P> Memo<S, P> {
    #[doc(hidden)]
    #[inline(always)]
    pub fn __core(&self) -> &'static Core {
        self.core
    }

    fn ask<'w, 'a>(&self, op: Asked<'w, 'a, S>, args: Args<'w, 'a, S>) -> Answer<'w, 'a, S> {
        let mut reply = Reply::Nothing;
        (self.run)(self.core, op, args, &mut reply);
        reply
    }

    /// The name in reports: `module::function`, or the one given by `name = ".."`.
    ///
    /// It is unique in the process: for a nested function, a second version of a crate or another closure's instantiation, its place or a
    /// number is appended, in the order in which the names are asked for or listed. It never changes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        names::name(self.core)
    }

    /// What this memo has done so far. From then on [`memos`](crate::memos) lists it, called or not.
    ///
    /// Cost: a walk over the counters of all threads, and over some thousand objects of the side table for `pinned_bytes`, which is an
    /// estimate if there are more.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats_of(self.core, walk::pinned_bytes(self.core))
    }

    /// How many results there are, not counting those of dead objects; exact when no call is in flight.
    ///
    /// It only reads. For memos of `Rc` owners and `local` ones: on this thread.
    ///
    /// Cost: a walk over the side table (some 10 ms for a million objects), a shard of it locked at a time.
    #[must_use]
    pub fn len(&self) -> usize {
        all_memos::register(self.core);
        if self.core.is_local() {
            return walk::living_entries_here(self.core);
        }
        match entries(&counters::sum(self.core)) {
            0 => 0,
            _ if self.core.is_tabled() => walk::living_entries(self.core),
            // Owners with an anchor inside are listed nowhere; dead `Arc`s among the other arguments are in the side table.
            entries => entries.saturating_sub(walk::dead_entries(self.core)),
        }
    }

    /// Whether there are no results; as [`len`](Memo::len).
    ///
    /// Cost: a few loads if there never was a result, or if one of the first objects of the side table has one; at worst a
    /// walk.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        all_memos::register(self.core);
        if self.core.is_local() {
            return !walk::sees_living(self.core);
        }
        let entries = entries(&counters::sum(self.core));
        let here = || match self.core.is_tabled() {
            true => walk::sees_living(self.core),
            // Only other arguments can be dead, and these are few; without a key there are none.
            false => !self.core.site().keyed || entries > walk::dead_entries(self.core),
        };
        entries == 0 || !here()
    }

    /// The result for these arguments, if it is there. Neither a hit nor a miss; waits for nobody.
    #[must_use]
    pub fn get<'w, 'a>(&self, args: Args<'w, 'a, S>) -> Option<Out<'w, 'a, S>> {
        match self.ask(Op::Get, args) {
            Reply::Out(out) => Some(out),
            _ => None,
        }
    }

    /// The result of the bare body for these arguments. Stores and counts nothing.
    pub fn compute<'w, 'a>(&self, args: Args<'w, 'a, S>) -> Value<'w, 'a, S> {
        match self.ask(Op::Compute, args) {
            Reply::Value(value) => value,
            _ => unreachable!("the body yields a value"),
        }
    }

    /// Computes the result anew and stores it in place of the old one.
    ///
    /// The old one is gone from the start: concurrent callers wait for the new one. If the body panics, there is none.
    ///
    /// # Panics
    ///
    /// If it is called by the very computation that it would repeat: that would never end. The panic names the line of this call.
    #[track_caller]
    pub fn refresh<'w, 'a>(&self, args: Args<'w, 'a, S>) -> Value<'w, 'a, S>
    where
        P: Revocable,
    {
        match self.ask(Op::Refresh, args) {
            Reply::Value(value) => value,
            Reply::Ring(ring) => panic!("{ring}"),
            _ => unreachable!("the body yields a value"),
        }
    }

    /// Stores `value` as the result for these arguments; the old one is dropped before this returns.
    ///
    /// `cache_if` and the like do not apply: an `Err` is stored, too, except one that cannot be cloned: then only the old result is
    /// dropped.
    pub fn insert<'w, 'a>(&self, args: Args<'w, 'a, S>, value: Value<'w, 'a, S>)
    where
        P: Revocable,
    {
        self.ask(Op::Insert(OnItsWay::new(value)), args);
    }

    /// Drops the result for these arguments; whether there was one.
    ///
    /// It is dropped before this returns or, if another call is copying it, when that is done. The result of a compute in
    /// flight for them is not stored.
    pub fn forget<'w, 'a>(&self, args: Args<'w, 'a, S>) -> bool
    where
        P: Revocable,
    {
        matches!(self.ask(Op::Forget, args), Reply::Flag(true))
    }

    /// Drops every result of one owner, whatever the other arguments, as [`forget`](Memo::forget) does one; how many there were.
    ///
    /// It takes a reference to the owner alone, wherever it stands among the parameters. For all memos at once: [`forget_object`](crate::forget_object).
    ///
    /// For memos of `Rc` owners and `local` ones: those of this thread.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, when all are dropped.
    ///
    /// ```
    /// # use memo_core::weak_memo;
    /// # use std::sync::Arc;
    /// #[weak_memo]
    /// fn repeat(times: usize, text: &Arc<String>) -> String {
    ///     text.repeat(times)
    /// }
    /// let (a, b) = (Arc::new(String::from("a")), Arc::new(String::from("b")));
    /// for times in 0..3 {
    ///     repeat(times, &a);
    ///     repeat(times, &b);
    /// }
    /// assert_eq!(repeat_memo().forget_owner(&a), 3);
    /// assert_eq!(repeat_memo().len(), 3);
    /// ```
    pub fn forget_owner<'w, 'a>(&self, owner: Owner<'w, 'a, S>) -> usize
    where
        P: Revocable,
        Owner<'w, 'a, S>: OneOwner,
    {
        // Results run user code as they go: no table of this thread ends meanwhile.
        let _deeper = DepthGuard::enter();
        let Some(cell) = owner.cell(self.core) else { return 0 };
        // SAFETY: the owner is borrowed, and the cells of a memo that is `Revocable` can be counted.
        empty([unsafe { CellRef::retain(cell) }])
    }

    /// The results of one owner: the other arguments of each as they are kept, written down, in no particular order.
    ///
    /// One line for each result that a call would find: not those in flight, nor those of dead arguments. It takes a reference to the
    /// owner alone, wherever it stands among the parameters.
    ///
    /// Values are written by their `Debug`; one marked `#[memo(value)]` whose `Debug` is not known where the function is written (a type parameter
    /// without that bound), or in a field of a derived key, by the name of its type in `<..>`. Weak arguments are written as `@` and an address
    /// that tells them apart, ranges as their ends. Where nothing but the owner counts, it is `()`. For looking at, not for reading back.
    ///
    /// For memos of `Rc` owners and `local` ones: those of this thread.
    ///
    /// ```
    /// # use memo_core::weak_memo;
    /// # use std::sync::Arc;
    /// #[weak_memo]
    /// fn pad(text: &Arc<String>, width: usize, with: &str) -> String {
    ///     format!("{}{text}", with.repeat(width))
    /// }
    /// let text = Arc::new(String::from("a"));
    /// pad(&text, 3, "-");
    /// assert_eq!(pad_memo().entries_of(&text), [r#"(3, "-")"#]);
    /// ```
    #[must_use]
    pub fn entries_of<'w, 'a>(&self, owner: Owner<'w, 'a, S>) -> Vec<String>
    where
        Owner<'w, 'a, S>: OneOwner,
    {
        let _deeper = DepthGuard::enter();
        let Some(cell) = owner.cell(self.core) else { return Vec::new() };
        // SAFETY: the vtable is that of the cell's memo, and the owner is borrowed.
        unsafe { (self.core.vtable().entries)(cell) }
    }

    /// From now on `listener` is told of every result of this memo that goes, and why.
    ///
    /// It is called once for each, on the thread that takes it out, when that is done and before the value is dropped: where an object with
    /// an anchor inside dies, inside its drop; where an `Arc` or `Rc` does, by the sweep that finds it. Of what was not stored, and of what
    /// is detached while in flight, it is told nothing. No lock is held: it may call memos, this handle, and sweep.
    ///
    /// Several may listen to one memo; they are called in the order in which they came. What is returned can stop this one. Dropped, it
    /// changes nothing.
    ///
    /// A listener lives as long as the process, or until it is stopped: what it owns is kept alive.
    ///
    /// # Panics
    ///
    /// Not here. If `listener` panics, it is as if the value's destructor had: the others are told, the value is dropped, the rest goes, too, and
    /// then the panic comes out of what has removed it. It is swallowed, and counted in the [`report`](crate::report), in a sweep that runs in
    /// passing, and while the thread is already unwinding.
    ///
    /// # Cost
    ///
    /// Hits pay nothing. Without a listener, what removes a result reads one flag; with one, it takes a lock for a moment and calls it, and
    /// results of dead `Arc`s wait for the end of an outermost call, as those with a destructor do.
    ///
    /// ```
    /// # use memo_core::{Anchored, RemovalCause, weak_memo};
    /// # use std::sync::{Arc, Mutex};
    /// #[weak_memo(capacity = 1)]
    /// fn repeat(text: &Anchored<String>, times: usize) -> String {
    ///     text.repeat(times)
    /// }
    /// let log = Arc::new(Mutex::new(Vec::new()));
    /// let noted = Arc::clone(&log);
    /// repeat_memo().on_removal(move |removal| {
    ///     noted.lock().unwrap().push((removal.cause(), removal.value().cloned()));
    /// });
    ///
    /// let text = Anchored::new(String::from("ab"));
    /// repeat(&text, 1);
    /// repeat(&text, 2);
    /// drop(text);
    /// let [evicted, gone] = &log.lock().unwrap()[..] else { unreachable!() };
    /// assert_eq!(*evicted, (RemovalCause::Evicted, Some(String::from("ab"))));
    /// assert_eq!(*gone, (RemovalCause::ObjectGone, Some(String::from("abab"))));
    /// ```
    pub fn on_removal(
        &self,
        listener: impl Fn(Removal<'_, Value<'static, 'static, S>>) + Send + Sync + 'static,
    ) -> Listener
    where
        Value<'static, 'static, S>: 'static,
    {
        Listener::new(self.core, listener)
    }

    /// Drops every result of this memo, as [`forget`](Memo::forget) does one; how many there were.
    ///
    /// For memos of `Rc` owners and `local` ones: those of this thread. The counters go on.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, when all are dropped.
    pub fn clear(&self) -> usize
    where
        P: Revocable,
    {
        clear(self.core)
    }
}

fn entries(sums: &Sums) -> usize {
    usize::try_from(sums.entries()).unwrap_or(usize::MAX)
}

/// Drops every result of a memo that can be cleared.
pub(crate) fn clear(core: &'static Core) -> usize {
    let cells = if core.is_local() { local::listed(core) } else { any_cell::listed(core) };
    empty(cells)
}

fn empty(cells: impl IntoIterator<Item = CellRef>) -> usize {
    let (mut panics, mut batch) = (Panics::default(), Batch::default());
    let mut cleared = 0;
    for cell in cells {
        cleared += cell.empty(Count::Cleared, &mut batch, &mut panics);
        panics.run(|| drop(cell));
    }
    batch.finish(&mut panics);
    panics.resume();
    cleared
}

pub(crate) fn stats_of(core: &'static Core, pinned_bytes: u64) -> Stats {
    all_memos::register(core);
    let sums = counters::sum(core);
    Stats::new(&sums, pinned_bytes, leak_audit::figure(core, sums.get(Count::Dropped)))
}
