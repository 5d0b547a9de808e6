//! Results that live exactly as long as the objects they came from.
//!
//! `#[weak_memo]` makes a function remember its results. When the argument object is dropped, its results are gone: no leak, no invalidation, no
//! hashing of the object.
//!
//! ```
//! use memo_core::weak_memo;
//! use std::sync::Arc;
//!
//! struct Document {
//!     text: String,
//! }
//!
//! #[weak_memo]
//! fn word_count(doc: &Arc<Document>) -> usize {
//!     doc.text.split_whitespace().count()
//! }
//!
//! let doc = Arc::new(Document { text: "results that live as long".into() });
//! assert_eq!(word_count(&doc), 5); // computed
//! assert_eq!(word_count(&doc), 5); // remembered
//! assert_eq!(word_count_memo().stats().hits, 1);
//! assert_eq!(Arc::strong_count(&doc), 1); // nothing keeps the document alive
//!
//! drop(doc);
//! assert!(word_count_memo().is_empty()); // gone with its document
//! ```
//!
//! [`weak_memo`] has all options, the [`guide`] a page for each task. [`weak`] is the same idea for data that you store yourself: maps, sets, an interner, signals, finalizers.
//!
//! # What to know before you rely on it
//!
//! * **Replace** objects instead of changing them behind a `&`. A result is computed once, from what the object was then. An object with a
//!   `Mutex` or a `Cell` inside needs a version in the key, `#[memo(key = doc.version())] doc: &Arc<Doc>`, or must be cleared by hand. Where the
//!   written type shows it, it is rejected, unless you write `interior_mutability`.
//! * **Wrap** objects that change in [`Anchored`]: every `&mut` access drops their results. A derived anchor does not see the fields next to
//!   it, nor that `..old` moved it into another object. Call [`Anchor::clear`] there.
//! * **Return** nothing that owns the argument: a result that owns an `Arc` of its owner keeps it, and itself, alive forever. Return an id,
//!   a copy or a `Weak`. The owner itself may be returned by clone (`simplify(&Arc<Expr>) -> Arc<Expr>`, also in an `Option` or a
//!   `Result`): the memo records that it is the owner, and holds nothing. What the attribute cannot reject is counted at run time, in
//!   [`Stats::suspected_leaks`], and [`report`] names the owner's type. It cannot see two results that hold each other's owners, if neither
//!   owner was an argument of the other's call.
//! * **Expect** a held `Weak`. Once an `Arc` has been memoized, `Arc::weak_count` is not 0, `Arc::get_mut` returns `None`, and
//!   `Arc::make_mut` moves the value to a new allocation, which is a new object. A dead `Arc` keeps its allocation, not its contents, until the
//!   next sweep. Large inline objects are better off with an anchor inside. An `unsafe impl Send` for a graph of `Rc`s is unsound
//!   once one of them has been memoized.
//! * **Avoid** joining inside a body on a work-stealing pool. Concurrent callers of a missing result wait for one compute. If the pool runs a
//!   stranger inside the body, and the stranger requests the same result, the call panics: "`f` requests a result that it is computing". Write
//!   `single_flight = false`: callers then compute side by side. A ring of memo calls panics likewise, on one thread or around
//!   several, with a [`Cycle`], unless `cycle = value` is written. A ring through a lock, channel or join of your own cannot be seen.
//! * **Handle** errors as usual: an `Err` is not remembered, a `None` is. `cache_err`, `some_only` and `cache_if` change that. An error that is not
//!   kept needs no trait, so `io::Result<V>` works where `V: Clone`. Callers that waited for it get a clone if it is `Clone`; others compute.
//! * **Drop** anywhere: results of dead `Arc`s are dropped by the thread that sweeps, which is any thread at the end of an outermost memo call. If a
//!   result's `Drop` takes a lock that you hold while you call memos, keep a [`Sweeper`]. Inside a body nothing of yours is dropped: a body that makes
//!   and drops many `Arc`s gets their allocations back as it runs, but their results with a destructor only when it ends.
//! * **Sweep** if memory must be back at once: [`sweep`] reclaims all that is dead. Otherwise, with `n` objects in the side table, a dead one is found
//!   after at most `n / 4 + 1,100` further misses of any memo, and 256 more for each further thread that misses, or after some `32 n` hits and 171
//!   more for each dead object. While objects are added, at most as many dead as living ones of their size class are not found yet, and a few per
//!   shard. One call ends a bounded number of dead objects, each with all its results.
//! * **Grow** the stack for recursion as deep as the data, say by `stacker::maybe_grow` inside the body. A level through a memo takes some 250
//!   bytes of stack on top of the body's own, up to 900 without optimisation. Return large results as `Arc<V>` or `Box<V>`, or lend them:
//!   by clone they are moved a few times.
//! * **Suspend** bodies freely (coroutines with stacks of their own): they may end in any order and on another thread. A call that requests what a
//!   suspended body of its own thread computes does not wait, but computes beside it. While a body is suspended, its thread sweeps only on
//!   request. A `Hash`, `Eq`, `Clone` or `Drop` must not move to another thread.
//! * **Link** one version of this crate: two are two registries and two side tables. On `wasm32-unknown-unknown` there is no clock
//!   and no thread: computes are not timed, and [`Sweeper::every`] panics.
//!
//! # How do I ...
//!
//! * **... invalidate by hand?** `word_count_memo().forget(&doc)` for one result, `.forget_owner(&doc)` for all of one owner, `.clear()` for all;
//!   [`forget_object`] for one object in all memos, [`clear_all`] for everything. See [`Memo`].
//! * **... use several objects?** `fn diff(new: &Arc<Doc>, old: &Arc<Doc>) -> Diff`. The first owns the results. When *any* of them dies, the result
//!   goes. Mark another owner with `#[memo(owner)]`.
//! * **... add a parameter that is no object?** Just add it: numbers, strings, paths, collections and tuples are keys, see [`MemoKey`]. For a type of your
//!   own, `#[memo(value)] mode: Mode` keeps a copy, or derive [`MemoKey`](derive@MemoKey). `#[memo(skip)]` leaves a parameter out.
//! * **... return a reference?** Write it: `fn outline(doc: &Arc<Doc>) -> &Outline`. The body returns the owned value, and a hit clones nothing. Such
//!   results go with their objects only, so there is no `clear`, and with an extra key you must write `capacity = unbounded`.
//! * **... memoize a method?** The same way, on `&self` of a type with [`HasAnchor`](derive@HasAnchor), or on `self: &Arc<Self>`. In a trait's `impl`,
//!   write `handle = none`.
//! * **... memoize an `async fn`?** The same way. A call is a future that borrows its arguments, and tasks that ask for the same wait for one of
//!   them. See [below](#async-functions).
//! * **... use `Rc`?** Just use it: results are then those of this thread. `local` does the same for other owners.
//! * **... remember what is not `Send`?** Take the owner as `&Rc<..>`, or put a [`LocalAnchor`] into it ([`LocalAnchored`]): its results are lent, too.
//! * **... change one lent result?** With `&mut` access to an object that has its anchor inside: `outline_memo().take(&mut doc)`, `.replace(..)`,
//!   `.clear_owner(..)`. With `&` to any owner, `.set(..)` adds a result that is known. See [`Memo::take`].
//! * **... keep the last result only, and use its memory again?** `#[weak_memo(last)] fn layout(&mut self, width: usize, #[memo(old)] old: Option<Rows>)
//!   -> &Rows`: see the option [`last`](macro@weak_memo#last).
//! * **... keep results in a clone?** A clone starts without: it is another object. [`Anchored::clone_with_results`], and
//!   [`Anchor::with_results_of`] in a `Clone` of your own, take along those of memos with the option `carry`.
//! * **... keep what borrows what the object borrows?** A result must be `'static`: it may be dropped slightly after its object. For one that
//!   borrows, use a field `OnceCell<V<'a>>`, or keep indices and ranges.
//! * **... see what it does?** `word_count_memo().stats()` for one memo, [`report`] for a table of all, [`memos`] for the figures.
//!   `word_count_memo().call(&doc)` is a call that says how its result came to be: a [`Hit`].
//!   [`on_removal`](Memo::on_removal) is notified of every result that goes, and why.
//! * **... find out what a hung program waits for?** [`in_flight`] lists what is being computed, for how long, and who waits. See [`guide::hangs`].
//! * **... test code that is memoized?** Make the object anew: a new object has no results. Or call the bare body, `word_count_memo().compute(&doc)`.
//!   `assert_computed!(word_count(&doc))`, [`assert_remembered!`] and a [`testing::scope`] see what happens in one test alone.
//! * **... find a body that depends on something else than its key?** [`verify`]`(0.01)`, or `MEMO_VERIFY=0.01 cargo test`: one hit in a hundred is
//!   computed again and compared.
//! * **... share results of equal objects?** Intern the objects first: [`weak::Interner`].
//! * **... run the destructors elsewhere?** `let _sweeper = Sweeper::every(Duration::from_secs(1));` see [`Sweeper`].
//! * **... speed up a debug build?** `[profile.dev.package.memo-core]` with `opt-level = 3`.
//!
//! The [`guide`] has longer answers.
//!
//! # Async functions
//!
//! ```
//! use memo_core::weak_memo;
//! use std::sync::Arc;
//!
//! struct Server {
//!     address: String,
//! }
//! # async fn fetch(server: &Server, page: u32) -> std::io::Result<String> { Ok(format!("{}/{page}", server.address)) }
//!
//! #[weak_memo]
//! async fn page(server: &Arc<Server>, number: u32) -> std::io::Result<String> {
//!     fetch(server, number).await
//! }
//!
//! // Lent: a hit clones nothing.
//! #[weak_memo]
//! async fn banner(server: &Arc<Server>) -> &str {
//!     fetch(server, 0).await.unwrap_or_default()
//! }
//!
//! # futures_lite::future::block_on(async {
//! let server = Arc::new(Server { address: "host".into() });
//! assert_eq!(page(&server, 1).await?, "host/1"); // computed
//! assert_eq!(page(&server, 1).await?, "host/1"); // remembered
//! assert_eq!(banner(&server).await, "host/0");
//! # std::io::Result::Ok(())
//! # }).unwrap();
//! ```
//!
//! The future borrows its arguments; nothing is boxed or spawned. It runs on any executor, and is `Send` where its arguments and its body are. A hit
//! is ready when it is polled first, and allocates nothing.
//!
//! * **Drop** a call at any point (a timeout, `select!`, an abort): its body is dropped, and one of those that wait for it computes. The time that was
//!   spent is lost: where every caller gives up before the body is done, nobody gets a result. Then spawn the body as a task of its own.
//! * **Poll** what you have begun, or drop it. A task that sets a call aside and asks for the same computes beside it. Another task waits
//!   for it as for one that is slow.
//! * **Yield** in loops that only hit: a hit never gives way to other tasks.
//! * **Expect** the context of the call that computes: its task-locals, its span, its deadline. Let a value that is bound to a runtime be owned by an
//!   object of that runtime.
//! * **Mind** slow failures: an `Err` is not kept, so callers after one each try again. Keep it with `cache_err`; or remember only the successes by
//!   hand, in a cell that the object owns and a memo finds: `#[weak_memo] fn cell(of: &Arc<C>) -> &OnceCell<T>`, and
//!   `cell(&of).get_or_try_init(..).await`.
//! * **Prefer** an `async fn` where a body waits: a synchronous memo parks its thread as long as another one computes. Called by a task, that is a
//!   thread of the executor. If the other body needs that very thread to go on, both wait forever.
//!
//! The handle's `call` is a future, too. It has all but `compute`, `refresh` and `renew`, which would have to be awaited: `forget`, then call; or put
//! the body into a function of its own.
//!
//! # Which argument
//!
//! An **anchor** is the place where an object's results live. It dies with the object, and takes the results with it.
//!
//! | the argument | where its anchor is | when its results go | changes to your types |
//! |---|---|---|---|
//! | `&Arc<T>`, `&Rc<T>` | in a side table | out of reach at once; freed at the next sweep | none, but `get_mut` fails |
//! | `&Anchored<T>` | inside the object | inside the object's drop, and on every `&mut` access | a wrapper |
//! | `&T` with `#[derive(HasAnchor)]` | inside the object | inside the object's drop; after a change, call [`Anchor::clear`] | a field |
//! | `&LocalAnchored<T>`, `&T` with `#[derive(HasLocalAnchor)]` | inside an object of one thread: results need not be `Send` | as above | a wrapper, or a field |
//!
//! The written type of the parameter decides: `&Arc<T>` is the side table, even if `T` has an anchor of its own. Start with `Arc`. Put an anchor
//! inside for cheaper hits, to free results at the moment of the drop, for types that are large themselves, for long chains of objects that
//! own each other through results, and where `Arc::get_mut` must go on working.
//!
//! # More
//!
//! In the repository, GUARANTEES.md has the laws, PERFORMANCE.md the figures, SOUNDNESS.md the arguments, and docs/DESIGN.md follows a hit, a miss and a
//! death through the source.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The toolbox uses the attribute as anybody else does.
extern crate self as memo_core;

#[doc(hidden)]
pub mod __private;
mod anchor;
mod argument;
mod call;
mod cell;
mod compute;
pub mod guide;
mod inspect;
mod memo;
mod reclaim;
mod sys;
mod value;
pub mod weak;

pub use anchor::anchor::{Anchor, HasAnchor, HasAnchorMut};
pub use anchor::anchored::{Anchored, LocalAnchored};
pub use anchor::local_anchor::LocalAnchor;
pub use argument::has_local_anchor::{HasLocalAnchor, HasLocalAnchorMut};
pub use argument::key::MemoKey;
pub use call::last::Last;
pub use call::source::Hit;
pub use call::verify::verify;
pub use inspect::any_memo::AnyMemo;
pub use inspect::forget_object::forget_object;
pub use inspect::handle::Memo;
pub use inspect::in_flight::{Computing, InFlight, RunBy, ThreadLabel, Waiting, in_flight};
pub use inspect::listener::{Listener, Removal};
pub use inspect::owners::{OwnerInfo, Owners};
pub use inspect::statistics::compute_times::ComputeTimes;
pub use inspect::statistics::figures::{Figure, FigureKind};
pub use inspect::statistics::memos::{MemoInfo, clear_all, memos};
#[cfg(feature = "metrics")]
pub use inspect::statistics::metrics::publish_metrics;
#[cfg(feature = "opentelemetry")]
pub use inspect::statistics::opentelemetry::observe_metrics;
pub use inspect::statistics::report::{Report, overview, report};
pub use inspect::statistics::reporter::{Reporter, add_reporter};
pub use inspect::statistics::stats::Stats;
pub use inspect::statistics::verdict::Verdict;
pub use memo::clock::set_clock;
pub use memo::cycle::{Cycle, CycleCall};
pub use memo::explain::miss::{Miss, MissReason};
pub use memo::listeners::RemovalCause;
pub use memo_macros::{HasAnchor, HasLocalAnchor, MemoKey, weak_memo};
pub use reclaim::sweep::sweep;
pub use reclaim::sweeper::Sweeper;

/// What the type of a memo's handle is made of.
///
/// The companion `f_memo()` of a function `f` returns a [`Memo`] with the type of `f` as a function pointer:
///
/// ```
/// use memo_core::handle::{First, Lent, Next, Owned};
/// use memo_core::{Memo, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn repeat(text: &Arc<String>, times: usize) -> String {
///     text.repeat(times)
/// }
/// // What the body returns, where the function returns a reference.
/// #[weak_memo]
/// fn trimmed(text: &Arc<String>) -> &str {
///     text.trim().to_owned()
/// }
/// // The position of the owner, where it is not the first parameter.
/// #[weak_memo]
/// fn pad(width: usize, text: &Arc<String>) -> String {
///     format!("{text:width$}")
/// }
///
/// let _: Memo<fn(&Arc<String>, usize) -> String> = repeat_memo();
/// let _: Memo<fn(&Arc<String>) -> &str, Lent<String>> = trimmed_memo();
/// let _: Memo<fn(usize, &Arc<String>) -> String, Owned<Next<First>>> = pad_memo();
/// ```
///
/// A lifetime is written where two places share it: `Memo<for<'a> fn(&Arc<String>, &'a str, &'a str) -> usize>`. More than 16 parameters are
/// one tuple, and the methods that take the owner alone are missing.
///
/// The handle of an `async fn` has in its type what makes the futures of [`call`](Memo::call), which has no name. Where the type is to be written,
/// [`storable`](Memo::storable) leaves that out: `Memo<fn(&Arc<String>) -> usize, Async>`.
pub mod handle {
    pub use crate::inspect::calls::Calls;
    pub use crate::inspect::exclusive::{Exclusive, MakesKey};
    pub use crate::inspect::signature::{
        Arity, Async, ByValue, First, Fixed, Kind, LastOnly, Lends, Lent, Next, OneOwner, Owned, Position, Revocable,
        RunsBody, Signature,
    };
}

/// What takes part in the key of a result: the owner, in its scope, and further arguments.
///
/// A [`MemoKey`](trait@MemoKey) is written by the derive or by [`key_as!`]. Its parts are named here, for bounds on type parameters:
///
/// ```
/// use memo_core::key::{Local, Owner};
/// use memo_core::{MemoKey, weak_memo};
/// use std::rc::Rc;
///
/// // Beside an `Rc` owner, keys are those of one thread.
/// #[weak_memo]
/// fn same<K: MemoKey<Local> + PartialEq>(of: &Rc<K>, key: K) -> bool {
///     **of == key
/// }
///
/// fn is_owner(_: &impl Owner) {}
///
/// let of = Rc::new(3);
/// is_owner(&of);
/// assert!(same(&of, 3));
/// ```
pub mod key {
    pub use crate::argument::key::{Probe, StoredKey};
    pub use crate::argument::owner::{Locate, Owner};
    pub use crate::argument::owner_mut::OwnerMut;
    pub use crate::argument::scope::{Local, Scope, Shared};
}

/// For your tests: what memos do in one test, whatever other tests do at the same time.
///
/// Statistics are those of the whole process, and tests run side by side. What a test wants to know is told apart by thread:
///
/// * [`assert_computed!`](crate::assert_computed) and [`assert_remembered!`](crate::assert_remembered) are about one expression.
/// * [`scope`](testing::scope) counts what happens in a closure, on this thread and on those that [adopt](testing::Scope::adopt) the scope.
/// * [`Memo::call`](crate::Memo::call) is a call that says how its result came to be.
///
/// None of them resets anything: an object that is new has no results. To run the bare body, call [`Memo::compute`](crate::Memo::compute).
///
/// ```
/// use memo_core::{assert_computed, assert_remembered, testing, weak_memo};
/// use std::sync::Arc;
///
/// struct Document {
///     lines: Vec<Arc<String>>,
/// }
///
/// #[weak_memo]
/// fn words(line: &Arc<String>) -> usize {
///     line.split_whitespace().count()
/// }
///
/// #[weak_memo]
/// fn total(doc: &Arc<Document>) -> usize {
///     doc.lines.iter().map(words).sum()
/// }
///
/// let old = Arc::new(Document { lines: vec![Arc::new("one two".into()), Arc::new("three".into())] });
/// assert_eq!(assert_computed!(total(&old)), 3);
/// assert_eq!(assert_remembered!(total(&old)), 3);
///
/// // A new version of the document shares the lines that have not changed.
/// let new = Arc::new(Document { lines: vec![Arc::clone(&old.lines[0]), Arc::new("four five six".into())] });
/// testing::scope(|| {
///     assert_eq!(total(&new), 5);
///     let calls = testing::calls(words_memo());
///     assert_eq!((calls.hits, calls.computes), (1, 1));
/// });
/// ```
pub mod testing {
    #[doc(hidden)]
    pub use crate::inspect::testing::expect::Expect as __Expect;
    pub use crate::inspect::testing::scope::{Calls, Scope, calls, scope};
}
