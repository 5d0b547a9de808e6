//! The handle of a memoized function: inspects its results and removes them.
//!
//! # Invariants
//!
//! 1. The function behind a `Memo<F, P>` is one for all lifetimes, and takes at least the arguments that `F` takes, for the same results.
//!    Its type is not to be had from `F`, which has no names for its lifetimes, so it is kept without. [`handle`] checks that `F` takes all
//!    arguments that the function takes. That `F` takes no others is up to the expansion, which writes both from one signature.

use std::fmt;
use std::marker::PhantomData;

use crate::anchor::any_cell::{self, CellRef};
use crate::anchor::side_table::local;
use crate::argument::owner::Internal;
use crate::argument::owner_mut::OwnerMut;
use crate::call::exclusive;
use crate::call::handle_op::{Op, Prepared, Reply};
use crate::call::last::{Last, LastOf};
use crate::inspect::calls::{AsksAsTask, Calls};
use crate::inspect::exclusive::{Exclusive, MakesKey, sealed};
use crate::inspect::listener::{Listener, Removal};
use crate::inspect::signature::{
    Agrees, Async, Kind, LastOnly, Lends, Lent, OneOwner, Owned, Position, Revocable, RunsBody, Sig, Signature,
};
use crate::inspect::statistics::awaiting::{self, Awaiting};
use crate::inspect::statistics::stats::Stats;
use crate::inspect::walk;
use crate::memo::all_memos;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::{Count, Sums};
use crate::memo::counting::counters;
use crate::memo::names;
use crate::reclaim::leak_audit;
use crate::sys::depth::DepthGuard;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::{OnItsWay, Panics};

type Args<'w, 'a, S> = <S as Sig<'w, 'a>>::Args;
type Out<'w, 'a, S> = <S as Sig<'w, 'a>>::Out;
type Value<P, Out> = <P as Kind>::Value<Out>;
type Owner<'o, F, P, A, N> = <<P as Kind>::Position as Position<'o, <F as Signature<A, N>>::List>>::Owner;

/// The function behind the methods of a handle, for one set of arguments.
type RunWith<V, A, R> = fn(&'static Core, Op<V>, A, &mut Reply<R, V>);

/// The same for all lifetimes.
type Run<S, P> = for<'w, 'a, 'r> fn(
    &'static Core,
    Op<Value<P, Out<'w, 'a, S>>>,
    Args<'w, 'a, S>,
    &'r mut Reply<Out<'w, 'a, S>, Value<P, Out<'w, 'a, S>>>,
);

/// The handle of a memo: `f_memo()` for a function `f`.
///
/// It stands for the memo of one function, or of one instantiation of a generic function (`parse_memo::<Json>()`). It is
/// `Copy`, two words, and free to create. `F` is the function's type, and `P` says how it returns its results and where its owner is: see
/// [`handle`](crate::handle).
///
/// Methods that concern one result take all of the function's arguments, including skipped ones: a single argument as it is,
/// several as a tuple.
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
pub struct Memo<F, P = Owned> {
    core: &'static Core,
    /// A `Run<S, P>`, without its type (invariant 1).
    run: fn(),
    kind: PhantomData<fn() -> P>,
    // Cells are found by memo and cast to their type, so a handle must not be coerced to one of other types (rule 7).
    invariant: PhantomData<fn(PhantomData<F>) -> PhantomData<F>>,
}

impl<F, P> Clone for Memo<F, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F, P> Copy for Memo<F, P> {}

impl<F, P: Kind> fmt::Debug for Memo<F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("name", &self.name()).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// Makes the handle of a memo, for expansions: they write `S` and `F` from one signature (invariant 1).
#[inline(always)]
pub fn handle<S, F, P, N>(core: &'static Core, run: Run<S, P>) -> Memo<F, P>
where
    S: for<'w, 'a> Sig<'w, 'a> + ?Sized,
    F: for<'w, 'a> Agrees<Args<'w, 'a, S>, N, Out<'w, 'a, S>>,
    P: Kind,
{
    // SAFETY: function pointers are of one size, and this one is called only as what it was.
    let run = unsafe { std::mem::transmute::<Run<S, P>, fn()>(run) };
    Memo { core, run, kind: PhantomData, invariant: PhantomData }
}

/// The same of an `async fn`, with the function that makes the futures of its calls.
#[inline(always)]
pub fn handle_of_task<S, F, P, N, A, C>(core: &'static Core, run: Run<S, P>, _call: C) -> Memo<F, Async<P, C>>
where
    S: for<'w, 'a> Sig<'w, 'a> + ?Sized,
    F: for<'w, 'a> Agrees<Args<'w, 'a, S>, N, Out<'w, 'a, S>>,
    P: Kind,
    C: AsksAsTask<A>,
{
    handle::<S, F, P, N>(core, run).marked()
}

type Keeping<K, V, P> = LastOnly<Lent<Last<K, V>, P>>;

/// The memo behind the handle of one with `last`, for expansions. The type says what its cells keep.
#[inline(always)]
pub fn last_of<F, K, V, P>(memo: Memo<F, Keeping<K, V, P>>) -> LastOf<K, V> {
    LastOf::new(memo.core)
}

impl<F, P> Memo<F, P> {
    /// The same handle, said to be a `Q`, whose results are as those of a `P`.
    #[inline(always)]
    fn marked<Q>(self) -> Memo<F, Q> {
        Memo { core: self.core, run: self.run, kind: PhantomData, invariant: PhantomData }
    }
}

impl<F, P: Kind> Memo<F, P> {
    #[doc(hidden)]
    #[inline(always)]
    pub fn __core(&self) -> &'static Core {
        self.core
    }

    #[inline]
    fn ask<A, N>(&self, op: Op<Value<P, F::Out>>, args: A) -> Reply<F::Out, Value<P, F::Out>>
    where
        F: Signature<A, N>,
    {
        // SAFETY: invariant 1.
        let run = unsafe { std::mem::transmute::<fn(), RunWith<Value<P, F::Out>, A, F::Out>>(self.run) };
        let mut reply = Reply::Nothing;
        run(self.core, op, args, &mut reply);
        reply
    }

    /// Returns the name in reports: `module::function`, or the one given by `name = ".."`.
    ///
    /// It is unique in the process. For a nested function, a second version of a crate or an instantiation with another closure, its
    /// place or a number is appended, in the order in which names are first requested or listed. A name never changes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        names::name(self.core)
    }

    /// Returns the statistics of this memo so far.
    ///
    /// From this call on, [`memos`](crate::memos) lists the memo even if it is never called.
    ///
    /// Cost: a walk over the counters of all threads, and for `awaiting_sweep` and `pinned_bytes` over a few thousand objects of the
    /// side table, and as many results of dead ones. If there are more, these two are estimates.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats_of(self.core, awaiting::estimate(self.core))
    }

    /// What was counted of the results that this thread can see: of those in its own objects by this thread alone.
    fn sums(&self) -> Sums {
        if self.core.is_local() { counters::own_sums(self.core) } else { counters::sum(self.core) }
    }

    /// Returns the number of results, not counting those of dead objects.
    ///
    /// Exact when no call is in flight. It only reads. Memos of `Rc` owners and `local` memos count the results of this thread.
    ///
    /// Cost: a walk over the side table (about 10 ms for a million objects) that locks one shard at a time.
    #[must_use]
    pub fn len(&self) -> usize {
        all_memos::register(self.core);
        if self.core.is_local() && self.core.is_tabled() {
            return walk::living_entries_here(self.core);
        }
        match entries(&self.sums()) {
            0 => 0,
            _ if self.core.is_tabled() => walk::living_entries(self.core),
            // Some are gone without a trace in the counters.
            _ if self.core.ends_unseen() => walk::listed_entries(self.core),
            // Owners with an anchor inside are listed nowhere; dead `Arc`s among the other arguments are in the side table.
            entries => entries.saturating_sub(awaiting::results(self.core)),
        }
    }

    /// Returns `true` if there are no results, counted as by [`len`](Memo::len).
    ///
    /// Cost: a few loads if there never was a result, or if one of the first objects in the side table has one. At worst a walk over
    /// the table.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        all_memos::register(self.core);
        if self.core.is_local() && self.core.is_tabled() {
            return !walk::sees_living(self.core);
        }
        if self.core.has_weak_values() {
            return self.len() == 0;
        }
        let entries = entries(&self.sums());
        let here = || match self.core.is_tabled() {
            true => walk::sees_living(self.core),
            false if self.core.ends_unseen() => walk::listed_entries(self.core) > 0,
            // Only other arguments can be dead, and these are few; without a key there are none.
            false => !self.core.site().is_keyed() || entries > awaiting::results(self.core),
        };
        entries == 0 || !here()
    }

    /// Returns the result for these arguments if there is one.
    ///
    /// It never computes and never waits, and counts as neither a hit nor a miss.
    #[inline]
    #[must_use]
    pub fn get<A, N>(&self, args: A) -> Option<F::Out>
    where
        F: Signature<A, N>,
    {
        match self.ask(Op::Get, args) {
            Reply::Out(out) => Some(out),
            _ => None,
        }
    }

    /// Calls the function: what it returns, and how that came to be.
    ///
    /// It waits, computes, stores and counts as the function does. So who wants to tell a hit from a miss need not compare statistics
    /// before and after, which other threads change too.
    ///
    /// Of an `async fn` it is a future, as a call of the function is: it borrows the arguments, may be dropped at any point, and is `Send` where the
    /// function's own is. Nothing is boxed or spawned. All calls through one handle that is kept in a variable have arguments of one lifetime, so
    /// write `f_memo()` for each.
    ///
    /// # Panics
    ///
    /// As the function does: if the body panics, and if the call closes a ring. A future panics when it is polled.
    ///
    /// # Cost
    ///
    /// That of the function, called through a pointer where it is not `async`. A hit takes no lock.
    ///
    /// ```
    /// # use memo_core::{Hit, weak_memo};
    /// # use std::sync::Arc;
    /// #[weak_memo(capacity = unbounded)]
    /// fn words_from(text: &Arc<String>, from: usize) -> &[String] {
    ///     text.split_whitespace().skip(from).map(str::to_owned).collect()
    /// }
    /// let text = Arc::new(String::from("one two"));
    /// let (words, how) = words_from_memo().call((&text, 1));
    /// assert_eq!((words, how), (&["two".to_owned()][..], Hit::Computed));
    /// assert_eq!(words_from_memo().call((&text, 1)).1, Hit::Remembered);
    /// ```
    ///
    /// ```
    /// # use memo_core::{Hit, weak_memo};
    /// # use std::sync::Arc;
    /// # async fn fetch(url: &str) -> String { url.to_owned() }
    /// #[weak_memo]
    /// async fn page(server: &Arc<String>, path: &str) -> String {
    ///     fetch(&format!("{server}/{path}")).await
    /// }
    /// # futures_lite::future::block_on(async {
    /// let server = Arc::new(String::from("host"));
    /// let (page, how) = page_memo().call((&server, "a")).await;
    /// assert_eq!((&*page, how), ("host/a", Hit::Computed));
    /// assert_eq!(page_memo().call((&server, "a")).await.1, Hit::Remembered);
    /// # });
    /// ```
    pub fn call<A, N>(&self, args: A) -> P::Told
    where
        F: Signature<A, N>,
        P: Calls<A, F::Out>,
    {
        P::call(self.core, args, |args| match self.ask(Op::Call, args) {
            Reply::Told(out, hit) => (out, hit),
            _ => unreachable!("a call tells how its result came to be"),
        })
    }

    /// Runs the bare body with these arguments. Stores and counts nothing. Not that of an `async fn`.
    pub fn compute<A, N>(&self, args: A) -> P::Value<F::Out>
    where
        F: Signature<A, N>,
        P: RunsBody,
    {
        match self.ask(Op::Compute, args) {
            Reply::Value(value) => value,
            _ => unreachable!("the body yields a value"),
        }
    }

    /// Recomputes the result and stores it in place of the old one.
    ///
    /// The old result is removed first, so concurrent callers wait for the new one. If the body panics, no result is left.
    /// Not for an `async fn`: call [`forget`](Memo::forget), and await the function.
    ///
    /// # Panics
    ///
    /// If it is called from the very compute that it would repeat, which would never end, whether or not the memo has `cycle = ..`. The
    /// payload is a [`Cycle`](crate::Cycle), and the panic reports the line of this call.
    #[track_caller]
    pub fn refresh<A, N>(&self, args: A) -> P::Value<F::Out>
    where
        F: Signature<A, N>,
        P: Revocable + RunsBody,
    {
        match self.ask(Op::Refresh, args) {
            Reply::Told(out, _) => P::value(out).expect("what can be removed is returned as the body returned it"),
            Reply::Ring(ring) => ring.raise(),
            _ => unreachable!("the body yields a value"),
        }
    }

    /// Recomputes the result, while callers still get the old one, and then stores it in place of that.
    ///
    /// If the body panics, or yields what is not kept, the old result stays. If it is removed meanwhile, by `forget` or the like, the new
    /// one is returned but not stored; if `insert` replaced it meanwhile, that result stays and is returned. Without an old result, calls
    /// for these arguments compute beside this one.
    ///
    /// ```
    /// # use memo_core::weak_memo;
    /// # use std::sync::Arc;
    /// # use std::sync::atomic::{AtomicU32, Ordering};
    /// # static READ: AtomicU32 = AtomicU32::new(0);
    /// #[weak_memo]
    /// fn load(path: &Arc<String>) -> Result<u32, String> {
    ///     match READ.fetch_add(1, Ordering::Relaxed) {
    ///         1 => Err(String::from("not now")),
    ///         n => Ok(n),
    ///     }
    /// }
    /// let path = Arc::new(String::from("settings"));
    /// assert_eq!(load(&path), Ok(0));
    /// assert!(load_memo().renew(&path).is_err());
    /// assert_eq!(load(&path), Ok(0));
    /// assert_eq!(load_memo().renew(&path), Ok(2));
    /// assert_eq!(load(&path), Ok(2));
    /// ```
    pub fn renew<A, N>(&self, args: A) -> P::Value<F::Out>
    where
        F: Signature<A, N>,
        P: Revocable + RunsBody,
    {
        match self.ask(Op::Renew, args) {
            Reply::Told(out, _) => P::value(out).expect("what can be removed is returned as the body returned it"),
            _ => unreachable!("the body yields a value"),
        }
    }

    /// Stores `value` as the result for these arguments, and drops the old one before returning.
    ///
    /// `cache_if` and similar options do not apply: an `Err` is stored too. An `Err` that cannot be cloned is not stored; the old
    /// result is dropped all the same.
    pub fn insert<A, N>(&self, args: A, value: P::Value<F::Out>)
    where
        F: Signature<A, N>,
        P: Revocable,
    {
        self.ask(Op::Insert(OnItsWay::new(value)), args);
    }

    /// Drops the result for these arguments, and returns whether there was one.
    ///
    /// It is dropped before this returns or, if another call is copying it, when that copy is done. The result of a compute in
    /// flight for these arguments is not stored.
    pub fn forget<A, N>(&self, args: A) -> bool
    where
        F: Signature<A, N>,
        P: Revocable,
    {
        matches!(self.ask(Op::Forget, args), Reply::Flag(true))
    }

    /// Drops every result of one owner, whatever the extra key, and returns how many there were.
    ///
    /// Each is dropped as by [`forget`](Memo::forget). The method takes only a reference to the owner, whatever its position among the
    /// parameters. [`forget_object`](crate::forget_object) does the same for all memos.
    ///
    /// Memos of `Rc` owners and `local` memos drop the results of this thread.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, once all results are dropped.
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
    pub fn forget_owner<'o, A, N>(&self, owner: Owner<'o, F, P, A, N>) -> usize
    where
        F: Signature<A, N>,
        P: Revocable,
        P::Position: Position<'o, F::List, Owner: OneOwner>,
    {
        // Results run user code as they go: no table of this thread ends meanwhile.
        let _deeper = DepthGuard::enter();
        let Some(cell) = owner.cell(self.core) else { return 0 };
        // SAFETY: the owner is borrowed, and the cells of a memo that is `Revocable` can be counted.
        empty([unsafe { CellRef::retain(cell) }])
    }

    /// Returns the extra keys of one owner's results as text, in no particular order.
    ///
    /// There is one string for each result that a call would find, so none for computes in flight or results with a dead argument.
    /// The method takes only a reference to the owner, whatever its position among the parameters.
    ///
    /// Values are formatted with `Debug`, weak arguments as `@` and an address that distinguishes them, ranges as their ends, and an
    /// empty extra key as `()`. A value marked `#[memo(value)]` is formatted as its type name in `<..>` if the function does not know its
    /// `Debug` (a type parameter without that bound), or if it is a field of a derived key. The format is for people, not for parsing.
    ///
    /// Memos of `Rc` owners and `local` memos list the results of this thread.
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
    pub fn entries_of<'o, A, N>(&self, owner: Owner<'o, F, P, A, N>) -> Vec<String>
    where
        F: Signature<A, N>,
        P::Position: Position<'o, F::List, Owner: OneOwner>,
    {
        let _deeper = DepthGuard::enter();
        let Some(cell) = owner.cell(self.core) else { return Vec::new() };
        // SAFETY: the vtable is that of the cell's memo, and the owner is borrowed.
        unsafe { (self.core.vtable().entries)(cell) }
    }

    /// Calls `listener` for every result of this memo that is removed from now on, with the cause.
    ///
    /// It is called once for each result, on the thread that removes it, after the removal and before the value is dropped. If an object
    /// with an anchor inside dies, that is inside its drop; if an `Arc` or `Rc` dies, it is in the sweep that finds it. Results that were
    /// never stored, or were detached in flight, are not reported. No lock is held: the listener may call memos and this handle, and sweep.
    ///
    /// A memo may have several listeners; they are called in the order in which they were added. The returned [`Listener`] stops this
    /// one. Dropping it changes nothing.
    ///
    /// A listener lives as long as the process, or until it is stopped, and keeps alive what it owns.
    ///
    /// # Panics
    ///
    /// Never by itself. A panic in `listener` is treated as one in the value's destructor: the other listeners are notified, the value
    /// and all further removed results are dropped, and the operation that removed them panics. In an amortised sweep, and while the
    /// thread is already unwinding, the panic is swallowed and counted in the [`report`](crate::report).
    ///
    /// # Cost
    ///
    /// Hits pay nothing. Without a listener, a removal reads one flag. With one, it takes a lock for a moment and calls the listener, and
    /// results of dead `Arc`s wait for the end of an outermost call, as results with a destructor do.
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
    pub fn on_removal<A, N>(&self, listener: impl Fn(Removal<'_, P::Value<F::Out>>) + Send + Sync + 'static) -> Listener
    where
        F: Signature<A, N>,
        P::Value<F::Out>: 'static,
    {
        Listener::new(self.core, listener)
    }

    /// Drops every result of this memo, and returns how many there were.
    ///
    /// Each is dropped as by [`forget`](Memo::forget). Memos of `Rc` owners and `local` memos drop the results of this thread. The
    /// counters are not reset.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, once all results are dropped.
    pub fn clear(&self) -> usize
    where
        P: Revocable,
    {
        clear(self.core)
    }
}

/// Of an `async fn`, whose handle has a type that cannot be written.
impl<F, P: Kind, C> Memo<F, Async<P, C>> {
    /// The same handle without [`call`](Memo::call), so that its type can be written: to be kept in a struct.
    ///
    /// ```
    /// # use memo_core::{Memo, weak_memo};
    /// # use std::sync::Arc;
    /// use memo_core::handle::Async;
    ///
    /// #[weak_memo]
    /// async fn length(text: &Arc<String>) -> usize {
    ///     text.len()
    /// }
    ///
    /// let kept: Memo<fn(&Arc<String>) -> usize, Async> = length_memo().storable();
    /// assert_eq!(kept.get(&Arc::new(String::new())), None);
    /// ```
    pub fn storable(self) -> Memo<F, Async<P>> {
        self.marked()
    }
}

/// Add a result where there is none (`set`), or change one with `&mut` to its owner, which proves that nobody borrows it.
///
/// Memos that lend have these methods instead of `insert`, `forget` and `clear`.
///
/// `&mut` is proof where the owner has its anchor inside: [`Anchored`](crate::Anchored), or a struct that derives
/// [`HasAnchor`](derive@crate::HasAnchor) or [`HasLocalAnchor`](derive@crate::HasLocalAnchor). A `&mut Arc<T>` or `&mut Rc<T>` is none: another
/// pointer to the object may have lent the same result. `Arc::get_mut` does not help either, as the side table holds a `Weak`.
///
/// These methods take the arguments of the function, with `&mut` before the owner: a single one as it is, several as a tuple.
///
/// ```
/// use memo_core::{Anchor, HasAnchor, weak_memo};
///
/// #[derive(HasAnchor)]
/// struct Line {
///     text: String,
///     anchor: Anchor,
/// }
///
/// /// Depends on the text.
/// #[weak_memo]
/// fn shape(line: &Line) -> &[char] {
///     line.text.chars().collect()
/// }
///
/// /// Depends on the width, too, and so does what has to be dropped when that changes.
/// #[weak_memo(capacity = unbounded)]
/// fn layout(line: &Line, width: usize) -> &[String] {
///     shape(line).chunks(width).map(|chunk| chunk.iter().collect()).collect()
/// }
///
/// let mut line = Line { text: "abcd".into(), anchor: Anchor::new() };
/// assert_eq!(layout(&line, 2), ["ab", "cd"]);
/// // The old rows are there to be used again.
/// let mut rows = layout_memo().take((&mut line, 2)).unwrap();
/// rows.truncate(1);
/// rows[0].push_str("cd");
/// assert_eq!(layout_memo().replace((&mut line, 4), rows), None);
/// assert_eq!(layout(&line, 4), ["abcd"]);
/// assert_eq!(layout_memo().clear_owner(&mut line), 1);
/// assert_eq!(shape_memo().get(&line).map(<[char]>::len), Some(4)); // still there
/// ```
///
/// The option [`last`](macro@crate::weak_memo#last) does that by itself: it keeps the result for the last width, and hands the old one to the body.
impl<F, P: Kind> Memo<F, P> {
    /// Stores `value` as the result for these arguments, unless there is one: then `value` comes back.
    ///
    /// For results that are known when the object is made. It takes the arguments as [`get`](Memo::get) does, and any owner. It counts as an
    /// insert.
    ///
    /// If another thread computes the result, this waits for it. In a body that computes the same result, this comes first, and what the
    /// body returns is dropped. So it is where a task computes the result of an `async fn`: who waits for that has this one.
    ///
    /// # Errors
    ///
    /// `value`, if there is a result, or if it is an `Err` that the memo would not keep.
    ///
    /// ```
    /// # use memo_core::weak_memo;
    /// # use std::sync::Arc;
    /// #[weak_memo]
    /// fn upper(text: &Arc<String>) -> &str {
    ///     text.to_uppercase()
    /// }
    /// let text = Arc::new(String::from("a"));
    /// assert_eq!(upper_memo().set(&text, String::from("A")), Ok(()));
    /// assert_eq!(upper_memo().set(&text, String::from("B")), Err(String::from("B")));
    /// assert_eq!((upper(&text), upper_memo().stats().computes), ("A", 0));
    /// ```
    ///
    /// # A clone that keeps results
    ///
    /// A clone of an object is another object, and its anchor a fresh one. The option `carry` lets it take a result without an extra key along: see
    /// [`Anchor::with_results_of`](crate::Anchor::with_results_of). Those with one it takes key by key, if the body of the memo looks at nothing but what
    /// the clone shares:
    ///
    /// ```
    /// # use memo_core::{Anchor, HasAnchor, weak_memo};
    /// #[derive(HasAnchor)]
    /// struct Doc {
    ///     text: String,
    ///     anchor: Anchor,
    /// }
    ///
    /// #[weak_memo(capacity = unbounded)]
    /// fn words(doc: &Doc, from: usize) -> &[String] {
    ///     doc.text.split_whitespace().skip(from).map(str::to_owned).collect()
    /// }
    ///
    /// impl Clone for Doc {
    ///     fn clone(&self) -> Self {
    ///         let clone = Self { text: self.text.clone(), anchor: Anchor::new() };
    ///         if let Some(there) = words_memo().get((self, 0)) {
    ///             words_memo().set((&clone, 0), there.to_vec()).expect("a new object has no results");
    ///         }
    ///         clone
    ///     }
    /// }
    ///
    /// let doc = Doc { text: "two words".into(), anchor: Anchor::new() };
    /// words(&doc, 0);
    /// let clone = doc.clone();
    /// drop(doc);
    /// assert_eq!((words(&clone, 0).len(), words_memo().stats().computes), (2, 1));
    /// ```
    pub fn set<A, N>(&self, args: A, value: P::Value<F::Out>) -> Result<(), P::Value<F::Out>>
    where
        F: Signature<A, N>,
        P: Lends,
    {
        match self.ask(Op::Set(OnItsWay::new(value)), args) {
            Reply::Value(back) => Err(back),
            _ => Ok(()),
        }
    }

    /// Takes the result for these arguments out of its owner, and returns it. It counts as cleared.
    ///
    /// See [above](#impl-Memo%3CF,+P%3E-1) for which owners have this method.
    pub fn take<A, N>(&self, args: A) -> Option<P::Taken>
    where
        F: Exclusive<A, N, P::Position, Owner: OwnerMut>,
        P: Lends,
    {
        F::change(self, args, <F::Owner as OwnerMut>::owned_anchor, None)
    }

    /// Stores `value` as the result for these arguments, and returns the old one. It counts as an insert.
    ///
    /// An `Err` that the memo would not keep is dropped; the old result is taken out all the same. See [above](#impl-Memo%3CF,+P%3E-1)
    /// for which owners have this method.
    pub fn replace<A, N>(&self, args: A, value: P::Taken) -> Option<P::Taken>
    where
        F: Exclusive<A, N, P::Position, Owner: OwnerMut>,
        P: Lends,
    {
        F::change(self, args, <F::Owner as OwnerMut>::owned_anchor, Some(OnItsWay::new(value)))
    }

    /// Drops every result of one owner, whatever the extra key, and returns how many there were.
    ///
    /// The method takes only `&mut` to the owner, whatever its position among the parameters. See [above](#impl-Memo%3CF,+P%3E-1) for which
    /// owners have it.
    ///
    /// # Panics
    ///
    /// If the destructor of a result panics, once all results are dropped.
    pub fn clear_owner<'o, O, A, N>(&self, owner: &'o mut O) -> usize
    where
        F: Signature<A, N>,
        P: Kind<Position: Position<'o, F::List, Owner = &'o O>> + Lends,
        O: OwnerMut + ?Sized + 'o,
    {
        exclusive::clear(self.core, owner.owned_anchor(Internal))
    }
}

impl<F, P> sealed::Sealed for Memo<F, P> {}

#[allow(private_interfaces, reason = "as for the trait")]
impl<F, P: Kind> MakesKey<F, P::Taken> for Memo<F, P> {
    fn prepare<A, N>(&self, args: A) -> Prepared<P::Taken>
    where
        F: Signature<A, N>,
    {
        match self.ask(Op::Prepare, args) {
            Reply::Prepared(change) => P::taken::<F::Out>(change).expect("asked of memos that lend only"),
            _ => unreachable!("a key is made of all arguments"),
        }
    }
}

fn entries(sums: &Sums) -> usize {
    usize::try_from(sums.entries()).unwrap_or(usize::MAX)
}

/// Drops every result of a memo that can be cleared.
pub(crate) fn clear(core: &'static Core) -> usize {
    let cells = if core.is_local() && core.is_tabled() { local::listed(core) } else { any_cell::listed(core) };
    empty(cells)
}

fn empty(cells: impl IntoIterator<Item = CellRef>) -> usize {
    let (mut panics, mut batch) = (Panics::default(), Batch::default());
    let mut cleared = 0;
    for cell in cells {
        cleared += cell.empty(Count::Cleared, &mut batch, &mut panics);
        panics.drop(cell);
    }
    batch.finish(&mut panics);
    panics.resume();
    cleared
}

pub(crate) fn stats_of(core: &'static Core, awaiting: Awaiting) -> Stats {
    all_memos::register(core);
    let sums = counters::sum(core);
    Stats::new(core, &sums, awaiting, leak_audit::figure(core, sums.get(Count::Dropped)))
}
