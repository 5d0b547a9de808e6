//! The attribute `#[weak_memo]` and the derives `HasAnchor`, `HasLocalAnchor` and `MemoKey`. Use them through memo-core, which
//! re-exports them; and the derive `ContentKey` through memo-store.
//!
//! # Where things are
//!
//! An annotated function passes through these stages; each imports only from earlier ones:
//!
//! * `parse` reads the attribute and the function.
//! * `check` turns them into a memo (`model.rs`), or reports every mistake at once.
//! * `expand` emits its code and cannot fail. After mistakes, `fallback.rs` emits the function alone, so that the rest of
//!   the user's code still compiles.
//! * `derive` has the derives.

mod check;
mod derive;
mod expand;
mod fallback;
mod model;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

use parse::Errors;
use parse::function::{Declaration, Function};
use parse::options::{Handle, Options};
use quote::ToTokens;

/// Memoizes a function: each result lives exactly as long as the objects it came from.
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// struct Document {
///     text: String,
/// }
///
/// #[weak_memo]
/// fn word_count(doc: &Arc<Document>) -> usize {
///     doc.text.split_whitespace().count()
/// }
///
/// /// Lent: callers see the signature, the body returns the owned value.
/// #[weak_memo(capacity = unbounded)]
/// fn words_from<'d>(doc: &'d Arc<Document>, from: usize) -> &'d [String] {
///     doc.text.split_whitespace().skip(from).map(str::to_owned).collect()
/// }
///
/// let doc = Arc::new(Document { text: "one two three".to_owned() });
/// assert_eq!(word_count(&doc), 3); // computed
/// assert_eq!(word_count(&doc), 3); // remembered
/// assert_eq!(words_from(&doc, 1), ["two", "three"]);
/// assert_eq!(word_count_memo().stats().hits, 1);
/// drop(doc); // the results die with it: nothing kept it alive
/// assert_eq!(word_count_memo().len(), 0);
/// ```
///
/// # The owner
///
/// One argument owns the results: the one marked `#[memo(owner)]` or, without a mark, the first written as `&Arc<T>`,
/// `&Rc<T>`, `&Anchored<T>`, any other `&T` (which needs `#[derive(HasAnchor)]`), `&self`, or `Arc<T>` by value.
///
/// The written type decides. The attribute cannot see a pointer behind an alias (`type Shared = Arc<Doc>`), nor a borrow in
/// a type with hidden lifetimes (`Name` for `Name<'a>`). Mark such owners, and write `Name<'_>`. A container
/// (`Option<&Arc<T>>`) is never the owner.
///
/// An owner that changes behind its `&` (a `Mutex`, a `Cell` or an atomic in its written type) is rejected, since its results
/// would become stale. Write the part of it that counts: `#[memo(key = doc.version())] doc: &Arc<Doc>`. If no other argument
/// can be the owner, this one still is, by its identity and the key. With `capacity = 1`, a new version drops the results of
/// the old one at once.
///
/// All other arguments form the extra key, at most 12 of them; skipped ones do not count. Weak arguments take part by identity, and
/// end the result when they die; values take part by a copy.
///
/// | mark on a parameter | the parameter takes part |
/// |---|---|
/// | none | by its type (`MemoKey`): weak, or a known value |
/// | `#[memo(owner)]` | as the owner of the results |
/// | `#[memo(value)]` | by a copy: `Hash + Eq + Clone` |
/// | `#[memo(key = expr)]` | by the value of the expression, itself a `MemoKey`. The expression sees the parameters by reference. Its locks and temporaries end before the next key is evaluated and before the body runs, so its value may borrow only from the parameters. It can neither leave (`?`, `return`) nor `.await` |
/// | `#[memo(owner, key = expr)]` | as the owner, by its identity and the value of the expression |
/// | `#[memo(skip)]` | not at all; `&mut` parameters must be skipped, but for the owner with [`last`](#last) |
/// | `#[memo(old)]` | not at all: with [`last`](#last) the body gets the old result, and no caller passes it |
///
/// The same may be said in the attribute, where a macro copies the parameters and does not know their marks: `owner = doc`, `value(mode)`,
/// `key(opts = opts.width())`, `skip(log, trace)`. Both ways at once for one parameter are rejected.
///
/// If the memo is conditional, so are its marks: write `#[cfg_attr(memoized, weak_memo)]` on the function and
/// `#[cfg_attr(memoized, memo(skip))]` on a parameter. A mark that is inactive while the memo is active is rejected.
///
/// # The result
///
/// A result is returned by clone, or lent as `&V`, `&str` (the body returns a `String`), `&[T]` (a `Vec<T>`), `&Path` (a
/// `PathBuf`), `&OsStr` or `&CStr`, or as an `Option` or `Result` of these. The `Err` of a lent `Result` is returned by value; with `cache_err` it is lent too, as
/// `Result<&V, &E>` or `&Result<V, E>`.
///
/// An elided lifetime in the result is bound to every weak argument. In a trait, where Rust binds it to `&self` alone,
/// name the lifetime if there are several weak arguments. Lent results cannot be cleared or evicted, so with an extra key
/// you must spell out `capacity = unbounded`. The memo owns what it lends: it cannot lend a reference into the argument.
/// Return an index, a range or an `Arc` instead.
///
/// A result by clone may be the owner itself, or another weak argument of the same type, also in an `Option` or a `Result`:
/// `simplify(&Arc<Expr>) -> Arc<Expr>`. The memo records which argument it is, and does not keep it alive.
///
/// # Async functions
///
/// An `async fn` is memoized like any other function. Each call is a future that borrows its arguments. Callers of one missing result, in
/// tasks and threads, wait for one of them; if that one is dropped, another computes. What that means is in the documentation of memo-core.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// # async fn read(text: &str) -> String { text.to_owned() }
/// #[weak_memo]
/// async fn contents(path: &Arc<String>) -> String {
///     read(path).await
/// }
///
/// #[weak_memo]
/// async fn lines(path: &Arc<String>) -> &[String] {
///     contents(path).await.lines().map(str::to_owned).collect()
/// }
/// ```
///
/// A function that returns a future, or that another attribute has made one (`async_trait`), is refused: put the body into an `async fn`, and
/// await that.
///
/// # Options
///
/// ## `owner = doc`, `value(mode)`, `key(opts = ..)`, `skip(log)`
///
/// What the marks say, by the names of the parameters: see [above](#the-owner).
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(owner = text, key(cut = cut.len()), skip(log))]
/// fn shortened(log: &mut Vec<usize>, cut: &Arc<String>, text: &Arc<String>) -> String {
///     text[..cut.len()].to_owned()
/// }
/// ```
///
/// ## `capacity = 256`, `capacity = unbounded`
///
/// At most so many results per owner, for functions with an extra key; 1024 by default. What was not asked for lately is evicted (SIEVE).
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(capacity = 16)]
/// fn page(text: &Arc<String>, number: usize) -> String {
///     text.chars().skip(number * 80).take(80).collect()
/// }
/// ```
///
/// ## `context = expr`
///
/// The value of the expression, evaluated at each call, is part of the key: what the body reads that is no argument, such as a locale, a feature
/// switch or a version. It sees the parameters by reference, as `key = ..` does, and must be a `MemoKey`; several are a tuple. It counts as one
/// of the 12 arguments.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc; use std::cell::Cell;
/// # thread_local!(static LOCALE: Cell<&'static str> = const { Cell::new("en") });
/// #[weak_memo(context = LOCALE.get())]
/// fn greeting(name: &Arc<String>) -> String {
///     if LOCALE.get() == "de" { format!("Hallo {name}") } else { format!("Hello {name}") }
/// }
/// # let ada = Arc::new("Ada".to_owned());
/// # assert_eq!(greeting(&ada), "Hello Ada");
/// # LOCALE.set("de");
/// # assert_eq!((greeting(&ada), greeting_memo().len()), ("Hallo Ada".to_owned(), 2));
/// ```
///
/// ## `cache_if = |value| ..`
///
/// Keeps only results that pass the test, which sees the result and not the parameters.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(cache_if = |lines| lines.len() > 100)]
/// fn lines(text: &Arc<String>) -> Vec<String> {
///     text.lines().map(str::to_owned).collect()
/// }
/// ```
///
/// ## `cache_err`
///
/// Keeps an `Err`, too. By clone, it must then be `Clone`.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(cache_err)]
/// fn number(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
/// ```
///
/// ## `some_only`
///
/// Does not keep `None`.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(some_only)]
/// fn title(text: &Arc<String>) -> Option<String> {
///     text.lines().find(|line| line.starts_with("# ")).map(str::to_owned)
/// }
/// ```
///
/// ## `single_flight = false`
///
/// Callers of one missing result compute in parallel instead of waiting for each other. All get the result that is published first. For bodies that join on
/// a work-stealing pool.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(single_flight = false)]
/// fn total(parts: &Arc<Vec<Vec<u64>>>) -> u64 {
///     parts.iter().map(|part| part.iter().sum::<u64>()).sum() // `par_iter` of rayon, say
/// }
/// ```
///
/// ## `cycle = value`, `cycle = |cycle| ..`
///
/// The result of a call that would wait for itself, instead of a panic: for functions of a graph that may have rings. The expression sees the
/// parameters by reference, and the closure gets the `Cycle`, with the calls of the ring.
///
/// Only the first call of the ring stores its result. The results of the other calls depend on where the ring was entered, so they are not
/// stored. A ring may be entered at any of its memos: give each of them the option. Where a ring goes around several threads, one of them gets
/// the value, and stores nothing until its outermost call has returned. A ring panics all the same if one of its other memos lends, since what is
/// lent must be stored. Closing a ring costs some tens of microseconds: on Linux the call reads the memory map, to tell a ring from a body that is
/// suspended on another stack.
///
/// Not for an `async fn`, with `single_flight = false`, or where the result is lent: these are compile errors.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::{Arc, OnceLock};
/// # struct Node { name: char, next: OnceLock<Vec<Arc<Node>>> }
/// #[weak_memo(cycle = String::new())]
/// fn reached(node: &Arc<Node>) -> String {
///     node.next.get().unwrap().iter().fold(node.name.to_string(), |all, next| all + &reached(next))
/// }
/// # let (a, b) = (Arc::new(Node { name: 'a', next: OnceLock::new() }), Arc::new(Node { name: 'b', next: OnceLock::new() }));
/// # (a.next.set(vec![Arc::clone(&b)]).ok().unwrap(), b.next.set(vec![Arc::clone(&a)]).ok().unwrap());
/// assert_eq!((reached(&a), reached_memo().len()), ("ab".to_owned(), 1)); // `a` calls `b`, and that calls `a`
/// ```
///
/// ## `local`
///
/// Results of this thread only, which need not be `Send`. Implied when the owner is an `Rc`.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(local)]
/// fn words(text: &Arc<String>) -> std::rc::Rc<[String]> {
///     text.split_whitespace().map(str::to_owned).collect()
/// }
/// ```
///
/// ## `associated`
///
/// For an associated function without `self` whose signature does not mention `Self`: an attribute cannot tell it from a free function.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// # struct Parser;
/// impl Parser {
///     #[weak_memo(associated)]
///     fn tokens(text: &Arc<String>) -> usize {
///         text.split_whitespace().count()
///     }
/// }
/// ```
///
/// ## `name = "..."`
///
/// The name in reports; by default the path of the function.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(name = "editor: length")]
/// fn length(text: &Arc<String>) -> usize {
///     text.chars().count()
/// }
/// # assert_eq!(length_memo().name(), "editor: length");
/// ```
///
/// ## `handle = other_name`, `handle = pub(crate) other_name`, `handle = none`
///
/// The name of the companion function, `f_memo` by default, and its visibility, by default that of the function. With `none` there is no companion, and the body stays in place: for the `impl` of a trait, and for
/// default bodies. A declaration without a body is passed over: a macro that makes a trait of an `impl` copies the attribute to both.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// trait Measured {
///     fn length(self: &Arc<Self>) -> usize;
/// }
/// # struct Text(String);
/// impl Measured for Text {
///     #[weak_memo(handle = none)]
///     fn length(self: &Arc<Self>) -> usize {
///         self.0.chars().count()
///     }
/// }
/// ```
///
/// ## `weak_value`
///
/// Keeps a result only while somebody else holds it: for large results that are shared while they are in use. It is returned as `Arc<R>` or
/// `Rc<R>`, also in an `Option` or a `Result`. All callers get the same object while it lives, and the death of either, object or result,
/// ends the entry. What a dead result leaves behind, an allocation without its content, is freed when the result is computed again, by
/// `sweep()`, or with the owner. The result may hold its owner.
///
/// Who waits for another call's result gets it if somebody still holds it by then. Otherwise it is gone, and the waiting call computes: so calls that
/// use the result for a moment only, in tasks above all, may compute one after another. Let one of them hold it for the others.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(weak_value)]
/// fn pixels(name: &Arc<String>) -> Arc<Vec<u8>> {
///     Arc::new(vec![0; name.len() << 20])
/// }
/// # let name = Arc::new("a".to_owned());
/// let image = pixels(&name);
/// assert!(Arc::ptr_eq(&image, &pixels(&name)));
/// drop(image);
/// assert_eq!(pixels_memo().len(), 0); // the memo did not keep it
/// ```
///
/// ## `carry`
///
/// A clone of the object takes a clone of the result along: in `Anchored::clone_with_results`, and in a `Clone` written by hand with
/// `Anchor::with_results_of`. Without, a clone is another object and has no results. For objects with an anchor inside, memos without an extra key, and
/// results that are `Clone`.
///
/// The promise: *the clone equals the original in all that the body looks at*. A body that looks at a field which a `Clone` of yours changes, at an
/// address, or behind a lock that the clone does not share would be answered with the result of another object.
///
/// ```
/// # use memo_core::{Anchored, weak_memo};
/// #[weak_memo(carry)]
/// fn words(text: &Anchored<String>) -> &[String] {
///     text.split_whitespace().map(str::to_owned).collect()
/// }
/// let text = Anchored::new(String::from("two words"));
/// words(&text);
/// let clone = text.clone_with_results();
/// assert_eq!(words_memo().get(&clone).map(<[_]>::len), Some(2));
/// assert!(words_memo().get(&text.clone()).is_none());
/// ```
///
/// ## `last`
///
/// Keeps one result of an object, for the last arguments, and has the object by `&mut`: the layout of a line for the width of the window, say, which
/// is asked for again and again, and then for another width. A call with other arguments takes the old result out, and a parameter marked
/// `#[memo(old)]` hands it to the body, whose memory may be used again: it is an `Option`, and no parameter of the function that callers see.
///
/// The owner is `&mut self`, or the first other parameter that is written `&mut`: an object with an anchor inside. The result is lent. The key is the
/// parameters by value, in their owned form (a `String` for a `&str`), compared by `Eq`; `f32` and `f64` by their bits, and a `Path` by its spelling, where
/// that is the type as it is written. With `#[memo(value)]` a type's own `Eq` decides, also for a `Path` that is another's. A tuple with floats is no key: pass them one by one. Nor are weak arguments: skip them, and pass what counts
/// of them, such as a version.
///
/// The handle has the last key and its result, as a `Last`, for whoever has the object by `&`: `get(&line)`. With `&mut` there are `take`,
/// `replace` and `clear_owner`. What the body changes in the object is up to it: the result is that for the object as the body leaves it. If the
/// body panics, or returns an `Err`, the object has no result. Hits are not verified (`memo_core::verify`), since the body may change the
/// object. A body that asks for results of its own object, each inside the other, is told as a ring after a thousand of them or more.
///
/// A hit is a look at the object, and a comparison; nothing is locked.
///
/// ```
/// # use memo_core::{Anchor, HasAnchor, weak_memo};
/// #[derive(HasAnchor)]
/// struct Line {
///     text: String,
///     anchor: Anchor,
/// }
///
/// impl Line {
///     #[weak_memo(last)]
///     fn layout(&mut self, width: usize, #[memo(old)] old: Option<Vec<usize>>) -> &[usize] {
///         let mut ends = old.unwrap_or_default();
///         ends.clear();
///         ends.extend((width..self.text.len()).step_by(width).chain([self.text.len()]));
///         ends
///     }
/// }
///
/// let mut line = Line { text: "abcde".into(), anchor: Anchor::new() };
/// assert_eq!(line.layout(2), [2, 4, 5]);
/// let memory = line.layout(2).as_ptr(); // a hit
/// assert_eq!(line.layout(3), [3, 5]);
/// assert_eq!(line.layout(3).as_ptr(), memory);
/// assert_eq!(Line::layout_memo().get(&line).unwrap().key(), &(3,));
/// ```
///
/// ## `reuse_equal`
///
/// A new result that equals the one before is replaced by that one: early cut-off. It is for results whose identity others are keyed by, `Arc<V>`
/// (not `Rc<V>`) where `V` is `PartialEq + Send + Sync`, also in an `Option` or a `Result`: what is remembered of the old one is found again. The
/// result before is the last one with the same extra key, of any owner. Give the memo a key that survives an edit, such as the path.
///
/// The one before is remembered weakly, so the new one is kept if nobody holds the old one any longer. Each compute compares once, by `PartialEq`.
/// `docs/early-cut-off.md` in the repository is about the subject.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// # struct File { path: String, text: String }
/// # fn file(text: &str) -> Arc<File> { Arc::new(File { path: "a".to_owned(), text: text.to_owned() }) }
/// #[weak_memo(reuse_equal, key(file = file.path.as_str()))]
/// fn words(file: &Arc<File>) -> Arc<Vec<String>> {
///     Arc::new(file.text.split_whitespace().map(str::to_owned).collect())
/// }
/// #[weak_memo]
/// fn longest(words: &Arc<Vec<String>>) -> usize {
///     words.iter().map(String::len).max().unwrap_or(0)
/// }
/// let before = words(&file("to be"));
/// let after = words(&file("to  be")); // another file of the same path, edited
/// assert!(Arc::ptr_eq(&before, &after)); // so `longest` is remembered
/// # assert_eq!((longest(&before), longest(&after), longest_memo().stats().computes), (2, 2, 1));
/// ```
///
/// ## `may_return_owner`
///
/// The result may hold a pointer of the owner's type, in a collection say. You promise that it is never the owner itself, which would stay alive forever.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(may_return_owner)]
/// fn neighbours(node: &Arc<String>) -> Vec<Arc<String>> {
///     vec![Arc::new(format!("{node}+")), Arc::new(format!("{node}-"))]
/// }
/// ```
///
/// ## `ttl = "30s"`, `idle = "5m"`
///
/// How long a result serves: from when it is stored, and from when it was last used. Text is a number with its unit (`"500ms"`, `"1h 30m"`),
/// checked at compile time. Any other expression is one that yields a `Duration`, asked for each time a result is stored; it sees no parameter, type
/// parameter or `Self`. `"0s"` is refused.
///
/// ```
/// # use memo_core::weak_memo;
/// # use std::sync::Arc;
/// #[weak_memo(ttl = "10m", idle = "1m")]
/// fn resolve(host: &Arc<String>, port: u16) -> String {
///     format!("{host}:{port}")
/// }
/// ```
///
/// A result that is over is found by no call. It is dropped by the next call for the same arguments, by an eviction, or by
/// [`sweep`](../memo_core/fn.sweep.html); each compute of the memo also examines some results of another owner. A program that may become idle keeps a
/// [`Sweeper`](../memo_core/struct.Sweeper.html). Deadlines are as exact as the clock, which is a coarse one:
/// see [`set_clock`](../memo_core/fn.set_clock.html). The handle's `get` is no use in the sense of `idle`. A memo that lends cannot have them. A memo
/// without them pays nothing for them.
///
/// ## `stale = "10s"`
///
/// After `ttl`, callers still get the old result for so long, while the first of them computes it again. If that fails (an `Err`, a panic,
/// a result refused by `cache_if`), the old result stays as long as it is stale, and the caller gets it too, unless there was a panic. The handle's
/// `get` returns a stale result as well.
///
/// ```
/// # use memo_core::weak_memo;
/// # use std::sync::Arc;
/// #[weak_memo(ttl = "30s", stale = "10s")]
/// fn status(host: &Arc<String>) -> Result<String, String> {
///     Ok(format!("{host} is up"))
/// }
/// ```
///
/// ## `jitter = 0.1`
///
/// Shortens each `ttl` by up to this share, by chance: so results that were stored together are not computed again together. The share is a constant,
/// more than 0.0 and at most 1.0.
///
/// ```
/// # use memo_core::weak_memo;
/// # use std::sync::Arc;
/// #[weak_memo(ttl = "1h", jitter = 0.1)]
/// fn rates(currency: &Arc<String>) -> Vec<u32> {
///     vec![1; currency.len()]
/// }
/// ```
///
/// ## `store = expr`, `version = 1`
///
/// A second tier, of the crate memo-store: before a call computes, it asks the store whether another process, or an earlier run, has done so, and what it
/// computes is written there. The expression is a `Store`, a reference to one, a `LazyLock` or `OnceLock` of one, or an `Option`: with `None`, this is a
/// memo like any other. It is evaluated at each miss, and sees the parameters by reference. A hit asks nobody.
///
/// With a `static STORE: OnceLock<Store>`, write `#[weak_memo(store = STORE, version = 1)]` on a function of an `Arc<Document>`, and
/// `#[derive(ContentKey)]` on `Document`. The docs of memo-store have that as a program.
///
/// A result is found by the path and the name of the function, the version, the types that it is generic over, the type of the result, the secret of the
/// store, and the **content** of the arguments: so all but the skipped ones are `memo_store::ContentKey`, which can be derived. Weak arguments take part by
/// content, too. For `#[memo(key = expr)]`, the value of the expression stands for the parameter, and the owner takes part by its content beside it; the value of
/// `context` comes last. These expressions are evaluated once more on a miss. The result is `serde::Serialize` and `serde::Deserialize`; so a result
/// from the store is an equal one, and never the argument itself.
///
/// Raise the version, a constant, whenever the function computes something else, and whenever a type in its result changes.
/// A function that is generic over a closure has no second tier: two closures cannot be told apart.
///
/// What is not kept is not written: no `Err` without `cache_err`, no `None` with `some_only`, nothing that `cache_if` refuses. Its test then runs
/// twice on a miss. A result is held in the store as long as the owner and the weak arguments live in this process, whether or not it was evicted, and goes some
/// time after nobody holds it. For that there is one more memo, `leases of f`. A weak argument that does not look like one, in a struct passed by value for example, ends nothing
/// in the store before the owner does.
///
/// The handle's `refresh` and `renew` call the body as a miss does, and so get what the store has: what is to be computed anew has another version or
/// another content. `forget`, `clear` and `insert` say nothing to the store.
///
/// The crate is `::memo_store`, also with `crate = path`.
///
/// ## `interior_mutability`
///
/// A weak argument may hold a `Mutex`, a `Cell` or the like. You promise that no result depends on it.
///
/// ```
/// # use memo_core::weak_memo; use std::sync::Arc;
/// #[weak_memo(interior_mutability)]
/// fn size(log: &Arc<(u32, std::sync::Mutex<Vec<String>>)>) -> u32 {
///     log.0 * 2 // and not of the lines so far
/// }
/// ```
///
/// ## `crate = path`
///
/// The path of memo-core, if it is renamed or re-exported; `::memo_core` by default.
///
/// ```
/// # extern crate memo_core as memo; use std::sync::Arc;
/// // In Cargo.toml: memo = { package = "memo-core", version = "0.1" }
/// #[memo::weak_memo(crate = ::memo)]
/// fn length(text: &Arc<String>) -> usize {
///     text.len()
/// }
/// # fn main() {}
/// ```
///
/// # What cannot be combined
///
/// | option | refused with |
/// |---|---|
/// | `cache_if`, `cache_err`, `some_only` | each other |
/// | `cache_if`, `some_only`, `weak_value`, `reuse_equal`, `cycle`, `ttl`, `idle` | a lent result |
/// | `cache_err` | a lent result that is no `Result` |
/// | `capacity` | no extra key |
/// | `capacity = 256` | a lent result |
/// | `stale`, `jitter` | no `ttl` |
/// | `cycle` | `single_flight = false`, an `async fn` |
/// | `carry` | an extra key, `weak_value`, `ttl`, `idle`, `store`, an `Arc` or `Rc` as owner, a result that is not `Clone` |
/// | `last` | `capacity`, `context`, `single_flight`, `store`, `handle = none`, `#[memo(key = ..)]`, an `async fn`, an owner by `&`, or in an `Arc` or `Rc`, a result that is not lent, no extra key |
/// | `store` | `cycle`, `ttl`, `handle = none`, no `version` |
/// | `version` | no `store` |
///
/// A memo that lends needs `capacity = unbounded` where it has an extra key, but not with `last`. `context` counts as one.
///
/// # What is emitted
///
/// The attribute emits the function, a companion `f_memo()` that returns the handle, and hidden functions: one with the body, with the
/// visibility of the function; one that function and companion call, which reports each type mistake once; and for `cache_if` one with the
/// test; for `store` one that asks the store before the body, and one with the memo of leases. Names that begin with `__memo` are reserved.
///
/// The type of the handle is that of the function, as a function pointer: `Memo<fn(&Arc<Document>, usize) -> usize>`. The module `handle` of
/// memo-core says what is added where results are lent, or the owner is not the first parameter.
///
/// The handle's methods take the arguments of the function, including skipped ones: a single one as it is, several as a tuple. The type
/// has two lifetimes, that of the weak arguments and one for all others. Arguments that need more, such as `&Cell<&str>` next to another
/// reference, may not fit.
///
/// With `last` the function looks by itself, and the handle is that of the memo which keeps the result, of the object alone: `Memo<fn(&Line) ->
/// &Last<(usize,), Vec<usize>>, LastOnly<..>>`. Its methods take the object.
///
/// `#[track_caller]` applies to the body too: `Location::caller()`, panics of the body and the panic of a ring of memos report the caller's
/// line. A remembered result keeps the line of its first caller. Through the handle (`call`, `compute`, `refresh`) the body sees the attribute's
/// line, since the handle calls it through a function pointer, which does not pass on the caller. The panic of a ring that `refresh`
/// closes reports the line of the `refresh` call, with or without `#[track_caller]`.
///
/// The `impl` of a trait cannot declare a companion: on the error "method `f_memo` is not a member of trait", write `handle = none`. In an
/// `impl`, on the error "cannot find function", write `associated`. The hidden function names in these errors say the same.
///
/// # Other attributes on the function
///
/// One above this has changed the body, and acts on misses alone. One below is on the function that callers call, and acts in every call, also on
/// those parameters whose attributes it reads. A function whose result is lent takes others below: above, they would see the type that the
/// body does not yield. The chapter `other_attributes` of memo-core's guide has a table of those that were tried.
#[proc_macro_attribute]
pub fn weak_memo(options: TokenStream, item: TokenStream) -> TokenStream {
    memoized(options.into(), item.into()).into()
}

fn memoized(options: Tokens, item: Tokens) -> Tokens {
    let mut errors = Errors::default();
    let options = Options::parse(options, &mut errors);
    if let (Some(Handle::None), Ok(declaration)) = (&options.handle, syn::parse2::<Declaration>(item.clone())) {
        return match errors.or(()) {
            Ok(()) => declaration.to_token_stream(),
            Err(error) => fallback::beside(declaration, &error),
        };
    }
    let function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            return errors.or(item.clone()).unwrap_or_else(|error| fallback::beside(item, &error));
        }
    };
    match check::check(options, function.clone(), errors) {
        Ok(memo) => expand::expand(&memo),
        Err(error) => fallback::beside(fallback::function(function), &error),
    }
}

/// Implements `HasAnchor`, so that objects of the struct have an anchor of their own.
///
/// The anchor is the field of type `Anchor`, or the one marked `#[memo(anchor)]` if the type has another name, or if there are several.
/// Results are dropped within the object's own drop. `HasAnchorMut` is implemented along with it, where the field's type is written as `Anchor`.
///
/// **An anchor does not see the fields beside it.** When an object changes, its results stay unless you call
/// `self.anchor.clear()`. And the anchor moves like any other field: `Doc { words: 8, ..old }` and `Doc { words: 8, anchor }`
/// move the results of the old content into the new object. Give the new object a new anchor:
/// `Doc { words: 8, anchor: Anchor::new(), ..old }`. To rule out both mistakes, keep the data in an `Anchored<T>`: its
/// `DerefMut` drops the results, and they cannot be moved to other data.
///
/// As a key, the object is weak, also in containers (`Option<&Own>`). `#[memo(crate = path)]` on the struct sets the path of
/// memo-core.
///
/// ```
/// use memo_core::{Anchor, HasAnchor, weak_memo};
///
/// #[derive(HasAnchor)]
/// struct Document {
///     text: String,
///     title: String,
///     anchor: Anchor,
/// }
///
/// impl Document {
///     #[weak_memo]
///     fn outline(&self) -> &[String] {
///         self.text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect()
///     }
/// }
///
/// let mut doc = Document { text: "# one\ntext\n# two".to_owned(), title: "A".to_owned(), anchor: Anchor::new() };
/// assert_eq!(doc.outline(), ["# one", "# two"]);
/// doc.text.push_str("\n# three");
/// doc.anchor.clear();
/// assert_eq!(doc.outline().len(), 3);
///
/// let other = Document { text: "# another".to_owned(), anchor: Anchor::new(), ..doc };
/// assert_eq!((other.title.as_str(), other.outline()), ("A", &["# another".to_owned()][..]));
/// ```
#[proc_macro_derive(HasAnchor, attributes(memo))]
pub fn derive_has_anchor(input: TokenStream) -> TokenStream {
    derive::has_anchor::derive(derive::has_anchor::Kind::Shared, input.into()).into()
}

/// Implements `HasLocalAnchor`, so that objects of the struct have an anchor of their own, for results of one thread.
///
/// As `HasAnchor`, with a field of type `LocalAnchor`, or the one marked `#[memo(anchor)]`: the struct is neither `Send` nor `Sync`, and
/// its results need not be. A struct derives one of the two. As a key, the object is weak in memos of one thread.
///
/// ```
/// use memo_core::{HasLocalAnchor, LocalAnchor, weak_memo};
/// use std::rc::Rc;
///
/// #[derive(HasLocalAnchor)]
/// struct Node {
///     children: Vec<Rc<Node>>,
///     anchor: LocalAnchor,
/// }
///
/// impl Node {
///     /// All nodes below this one.
///     #[weak_memo]
///     fn below(&self) -> &[Rc<Node>] {
///         self.children.iter().flat_map(|child| [child].into_iter().chain(child.below())).cloned().collect()
///     }
/// }
///
/// let leaf = Rc::new(Node { children: Vec::new(), anchor: LocalAnchor::new() });
/// let root = Node { children: vec![leaf.clone(), leaf], anchor: LocalAnchor::new() };
/// assert_eq!(root.below().len(), 2);
/// ```
#[proc_macro_derive(HasLocalAnchor, attributes(memo))]
pub fn derive_has_local_anchor(input: TokenStream) -> TokenStream {
    derive::has_anchor::derive(derive::has_anchor::Kind::Local, input.into()).into()
}

/// Implements `MemoKey` for a struct or an enum, field by field: weak fields by identity, values by a copy.
///
/// The type needs no `Hash`, `Eq` or `Clone`, but each field must be a key. `#[memo(value)]` uses the `Hash + Eq + Clone` of
/// a field, `#[memo(skip)]` leaves the field out. The derive does not support types that contain themselves
/// (`Option<Box<Self>>`). `#[memo(crate = path)]` on the type sets the path of memo-core.
///
/// A key made only of plain values is plain itself: a memo that lends may take it by value.
///
/// ```
/// use memo_core::{MemoKey, weak_memo};
/// use std::sync::Arc;
///
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// enum Wrap {
///     Words,
///     Letters,
/// }
///
/// #[derive(MemoKey)]
/// struct Options<'a> {
///     font: &'a Arc<String>, // weak
///     width: f32,            // by its bits
///     #[memo(value)]
///     wrap: Wrap,
///     #[memo(skip)]
///     verbose: bool,
/// }
///
/// #[weak_memo]
/// fn lines(text: &Arc<String>, options: &Options<'_>) -> usize {
///     assert!(options.wrap == Wrap::Words || !options.verbose);
///     (text.len() as f32 / options.width).ceil() as usize + options.font.len()
/// }
///
/// let text = Arc::new("some words".to_owned());
/// let font = Arc::new(String::new());
/// let options = Options { font: &font, width: 5.0, wrap: Wrap::Words, verbose: false };
/// assert_eq!(lines(&text, &options), 2);
/// assert_eq!(lines(&text, &Options { verbose: true, ..options }), 2);
/// assert_eq!(lines_memo().stats().computes, 1);
/// ```
#[proc_macro_derive(MemoKey, attributes(memo))]
pub fn derive_memo_key(input: TokenStream) -> TokenStream {
    derive::memo_key::derive(input.into()).into()
}

/// Implements `ContentKey` for a struct or an enum: the path of the type, the name of the variant, and the name and content of each field.
///
/// All fields must have a content, but for those marked `#[content(skip)]`. What is skipped must be such that no result depends on it. The names of fields
/// and their order are part of the content. The derive supports types that contain themselves. In a type with type parameters, those that the fields name must have a content, too.
#[proc_macro_derive(ContentKey, attributes(content))]
pub fn derive_content_key(input: TokenStream) -> TokenStream {
    derive::content_key::derive(input.into()).into()
}
