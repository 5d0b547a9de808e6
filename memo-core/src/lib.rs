//! Results that live exactly as long as the objects they came from.
//!
//! `#[weak_memo]` makes a function remember its results. When the argument object is dropped, its results are gone:
//! nothing to invalidate, no clock, no leak, no hashing of the object's content.
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
//! assert_eq!(word_count(&doc), 5); // remembered: the text was not looked at, the argument not cloned
//! assert_eq!(word_count_memo().stats().hits, 1);
//!
//! drop(doc); // and with the document its results go; nothing kept the document alive
//! assert!(word_count_memo().is_empty());
//! ```
//!
//! # The anchor
//!
//! > An **anchor** is the place where an object's results live. It dies with the object, and takes the results with it.
//!
//! Everything else sees only anchors, and one call is one straight walk:
//!
//! ```text
//!   word_count(&doc)                                 the argument
//!        |
//!        |  &Arc<T>, &Rc<T>    the side table: address -> (Weak, anchor)        no lock
//!        |  &Anchored<T>, &T   inside the object
//!        v
//!     anchor --> cell of memo A --> cell of memo B --> ...            found by the memo's address, no lock:
//!                   |                                                 by walking, past a few cells by an index
//!                   +-- by reference, no extra key:  the slot of the result, in the cell itself
//!                   +-- otherwise:  entries, counted, one for each extra key  -->  slot  -->  value
//! ```
//!
//! Three facts make this simpler and faster than a general cache, each with a boundary that the code keeps to:
//!
//! 1. *The caller's borrow is the hazard pointer.* While `f(&arc)` runs, `arc` is alive, so its anchor and its lent results
//!    cannot go. It protects nothing else: not another object's anchor, not a value that `clear` takes away. What a hit
//!    copies it therefore holds, by one word that its thread shows to others; who takes a value away looks there.
//! 2. *A held `Weak` pins the address.* Address and `Weak` in one node are a true identity; an address alone would be a
//!    wrong answer waiting to happen. The node's slot goes first, its `Weak` after.
//! 3. *Death is exclusive*, for cells that nothing enumerates: when the object is dead nobody can be reading them. Cells that
//!    `clear` or another argument's death can reach are counted instead, and their entries are taken out once each.
//!
//! # Which front door: `Arc` or an anchor inside
//!
//! | the argument | where its anchor is | when results go | changes to your types |
//! |---|---|---|---|
//! | `&Anchored<T>`, or `&T` with `#[derive(HasAnchor)]` | inside the object | inside the object's own drop | one wrapper, or one field |
//! | `&Arc<T>`, `&Rc<T>` | in the side table | logically at once; memory at the next sweep | none |
//!
//! The written type of the parameter decides: `&Arc<T>` is the side table, also where `T` has an anchor of its own.
//!
//! [`Anchored`] cannot go wrong: `&mut` access drops the results. A derived anchor does not see the fields beside it: assigned to, or moved into
//! another object with the anchor (`Doc { words: 8, ..old }`), they have the results of the old content. Call [`Anchor::clear`] where
//! you assign, and give the new object a new anchor: `Doc { words: 8, anchor: Anchor::new(), ..old }`.
//!
//! # Arguments
//!
//! * The **owner** is the first parameter that is written like a weak one, or the one marked `#[memo(owner)]`. Results
//!   live on its anchor.
//! * Further **weak** arguments (`Arc`, `Rc`, [`Anchored`], [`HasAnchor`], also inside options, tuples and slices) take
//!   part by identity. When any of them dies the result goes.
//! * **Values** (numbers, strings, paths, ranges, collections, tuples, ..., see [`MemoKey`]) take part by a stored copy; lookups borrow.
//!   `#[memo(value)]` keeps a copy of any `Hash + Eq + Clone`; `#[derive(MemoKey)]` goes field by field; [`key_as!`] says it by hand.
//! * `#[memo(skip)]` leaves an argument out; `#[memo(key = opts.width())] opts: &Options` says what counts of it.
//!
//! Identity, not equality: two equal objects are two objects. `Hash` and `Eq` of weak arguments are never called.
//!
//! # Results by clone or by reference
//!
//! `fn outline(doc: &Arc<Doc>) -> &Outline` lends: the body yields the owned `Outline`, and callers get a reference that is
//! bound to every weak argument. A hit clones nothing. Such memos only grow: their results go with their objects (or with
//! `&mut` access to them), so they cannot be cleared, and with an extra key you must spell out `capacity = unbounded`.
//!
//! # What to know before you rely on it
//!
//! * **Interior mutability is not seen.** A result is computed once from what the object was. Objects that change
//!   behind a `&` (a `Mutex`, a `Cell`) need a version, `#[memo(key = doc.version())] doc: &Arc<Doc>`, or must be replaced or cleared by hand. What is
//!   seen in the written type is refused unless `interior_mutability` is written.
//! * **`&mut` is seen by [`Anchored`]**, which drops its results on every `DerefMut`. A derived anchor cannot see a field
//!   assigned past it: call [`Anchor::clear`] there. Nor can it see that `..old` moved it into an object of other content.
//! * **A result must not hold its own argument.** A value that owns an `Arc` of its owner keeps it, and itself, alive for
//!   ever. What is of the owner's own pointer type (`simplify(&Arc<Expr>) -> Arc<Expr>`, also in an `Option` or a `Result`) may be returned by
//!   clone: where it is the owner itself, or another weak argument, it is remembered as such, and not held. In anything else the attribute refuses the
//!   owner's pointer, by type where it is spelt otherwise (`may_return_owner` says you know); [`Stats::retained`] counts what looks
//!   like it at run time, by the strong counts, and [`report`] names the owner's type. It cannot see an object that was no argument: two results that hold each other's owners, neither of
//!   which was given to the other's call, are not reported. Ids, a copy or a `Weak` in the result are the ways out.
//! * **A held `Weak` shows.** Once an `Arc` was memoized, `Arc::weak_count` is not 0, `Arc::get_mut` returns `None`, and
//!   `Arc::make_mut` on a unique `Arc` moves the value to a new allocation, which is a new object: never a stale result,
//!   but an allocation. A dead `Arc` keeps its allocation (not its contents) until the next sweep; for large inline
//!   objects prefer an anchor inside. An `unsafe impl Send` for a graph of `Rc`s is no longer sound once one of them was
//!   memoized: its first thread's table holds a `Weak`.
//! * **One compute per key.** Concurrent callers of a missing result wait for one compute. A ring of memo calls, on one thread
//!   or around several (`f` waits for `g` there, `g` for `f` here), panics in the call that closes it, with the chain of memos;
//!   the others go on. We cannot see a ring through a lock, channel or join of your own inside a body, or one that a
//!   work-stealing pool makes by running a stranger inside it: use `single_flight = false` there.
//! * **Bodies may be suspended** (coroutines with stacks of their own) and end in any order. A call that asks for what a suspended
//!   body of its own thread computes does not wait, which would be for ever, but computes beside it. As long as a body is suspended, its
//!   thread sweeps only on request. A body may go on on another thread; a suspended `Hash`, `Eq`, `Clone` or `Drop` may not.
//! * **An `Err` is not remembered, a `None` is.** See `cache_err`, `some_only`, `cache_if` at [`weak_memo`]. Nothing is asked of an error that is
//!   not kept: `io::Result<V>` works by clone where `V: Clone`. Callers who waited for an error that is `Clone` get it, too; others compute.
//! * **Recursion takes stack.** A level through a memo takes some 250 bytes beside what the body takes, without optimisation up to 900; and a
//!   large result by clone is moved a few times on its way, without optimisation often: return it as `Arc<V>` or `Box<V>`, or lend it. For recursion
//!   as deep as the data, go on in a larger stack from inside the body: `stacker::maybe_grow`, or a thread with a stack of that size.
//! * **A drop may run on any thread.** Results of dead `Arc`s are dropped by the thread that sweeps: at the end of an outermost memo
//!   call, by [`sweep`], or on the thread of a [`Sweeper`]. If a result's `Drop` takes a lock that you hold while you call
//!   memos, use a `Sweeper`. Inside a body nothing of yours is dropped: a memoized driver that makes, asks and drops many `Arc`s
//!   gives their allocations back as it goes, and results without a destructor, while results with one wait for its end.
//! * **When memory is back.** With `n` objects in the side table, what has died is found after at most `n / 4 + 1,100` further misses of
//!   any memo, and 256 more for each further thread that makes some of them, or after some `32 n` hits and 171 more for each dead
//!   object. While objects come, the dead that are not found yet are at most as many as the living of their size (by power of two),
//!   and a few for each part of the table. A call ends a bounded number of dead objects, each with all its results, which may be many
//!   where it was the second argument of many owners (what the allocator does with them is not in that); [`sweep`] ends all, and
//!   handles what was dead when it began.
//! * **`wasm32-unknown-unknown` has no clock and no threads.** Computes are not timed there, and [`Sweeper::every`] panics: call [`sweep`]. Nothing
//!   else needs either: a call waits only for what another thread computes, and what is owed is paid by calls.
//! * **One version.** Two versions of this crate in one program are two registries and two side tables.
//!
//! # Where things are
//!
//! For a reader of the source: its folders are rooms, in the order of a call's walk. A file imports from its own room and from those
//! before it.
//!
//! * `sys`: atomics, locks, fences, hazard pointers, threads: no word of memos.
//! * `memo`: a memo as data: its site, its counters, the list of all memos.
//! * `value`: the inside of a cell: slots, entries by key, eviction.
//! * `anchor`: the place on an object: its cells, where the anchor is (inside, or in the side table), the end of both.
//! * `reclaim`: finding what is dead, and what is owed for it.
//! * `argument`: how the arguments of a call take part: the owner, the key, the scope.
//! * `weak`: the toolbox: maps, sets, signals, finalizers. It knows nothing of calls.
//! * `cell`: a memo's cell on an anchor, with its type.
//! * `compute`: a miss: who computes, who waits, who is told; rings.
//! * `call`: what a call does; what an expansion asks.
//! * `inspect`: statistics, reports, handles.
//!
//! Each begins with what it is, each file with its invariants. Beside the README, `docs/walk.md` follows a hit, a miss and a death from
//! file to file; `SOUNDNESS.md` has the arguments, `docs/soundness` the tests.

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
mod inspect;
mod memo;
mod reclaim;
mod sys;
mod value;
pub mod weak;

pub use anchor::anchor::{Anchor, HasAnchor};
pub use anchor::anchored::Anchored;
pub use argument::key::MemoKey;
pub use argument::owner::Owner;
pub use argument::scope::{Local, Scope, Shared};
pub use inspect::forget_object::forget_object;
pub use inspect::handle::{Lent, Memo, Owned, Sig};
pub use inspect::listener::{Listener, Removal};
pub use inspect::memos::{MemoInfo, clear_all, memos};
pub use inspect::report::{Report, report};
pub use inspect::stats::Stats;
pub use memo::listeners::RemovalCause;
pub use memo_macros::{HasAnchor, MemoKey, weak_memo};
pub use reclaim::sweep::sweep;
pub use reclaim::sweeper::Sweeper;
