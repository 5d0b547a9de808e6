//! The attribute `#[weak_memo]` and the derives `HasAnchor` and `MemoKey` of memo-core, which re-exports them: use them
//! through it.
//!
//! # Where things are
//!
//! How an annotated function is processed; imports go from later stages to earlier ones only:
//!
//! * `parse` reads what is written.
//! * `check` turns it into a memo (`model.rs`), or reports every mistake at once.
//! * `expand` emits its code and cannot fail; after mistakes, `fallback.rs` keeps the function for the rest of the
//!   user's code.
//! * `derive` has the two derives.

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
use parse::function::Function;
use parse::options::Options;

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
/// /// Lent: the signature is what callers see, the body yields the owned value.
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
/// drop(doc); // and the results go with it: nothing kept it alive
/// assert_eq!(word_count_memo().len(), 0);
/// ```
///
/// # The owner
///
/// One argument carries the results: the first that is written like a weak one, `&Arc<T>`, `&Rc<T>`, `&Anchored<T>`, any
/// other `&T` (which needs `#[derive(HasAnchor)]`), `&self`, or `Arc<T>` by value; or the one that is marked
/// `#[memo(owner)]`. The written type decides: behind an alias (`type Shared = Arc<Doc>`) or in a type with hidden
/// lifetimes (`Name` for `Name<'a>`) the attribute sees neither a pointer nor a borrow. Write `Name<'_>`, and mark owners
/// that do not look like one. A container (`Option<&Arc<T>>`) is never the owner.
///
/// An owner that changes behind its `&` (a `Mutex`, a `Cell`, an atomic in its written type) is refused: its results would
/// be stale. Say what counts of it, `#[memo(key = doc.version())] doc: &Arc<Doc>`: if no other argument can own the results
/// this one does, by its identity and the key. With `capacity = 1` a new version drops the results of the old one at once.
///
/// All other arguments are the key. Weak ones take part by identity and end the result when they die; values by a copy.
///
/// | mark on a parameter | meaning |
/// |---|---|
/// | none | by its type (`MemoKey`): weak, or a known value |
/// | `#[memo(owner)]` | this one carries the results |
/// | `#[memo(value)]` | by a copy of it: `Hash + Eq + Clone` |
/// | `#[memo(key = expr)]` | by the value of the expression, itself a `MemoKey`; it sees the parameters by reference. Its locks and temporaries end before the next key is evaluated and before the body runs, so its value may borrow from the parameters only |
/// | `#[memo(owner, key = expr)]` | the owner, by its identity and by the value of the expression |
/// | `#[memo(skip)]` | not at all; `&mut` parameters must be skipped |
///
/// If the memo is under a condition, so are its marks: `#[cfg_attr(memoized, weak_memo)]` and, on a parameter,
/// `#[cfg_attr(memoized, memo(skip))]`. A mark whose condition does not hold where the memo's does is refused.
///
/// # The result
///
/// By clone, or lent as `&V`, `&str` (the body yields a `String`), `&[T]` (a `Vec<T>`), an `Option` of these or a `Result`
/// of these (the `Err` is returned by value; with `cache_err` it is lent as well: `Result<&V, &E>` or `&Result<V, E>`). An elided lifetime in the result is bound to every weak argument;
/// in a trait, where Rust binds it to `&self` alone, several weak arguments need a name for it. What is lent
/// cannot be cleared or evicted, so with further arguments you must spell out `capacity = unbounded`. The memo owns what it lends: a
/// reference into the argument cannot be lent, an index, a range or an `Arc` of it can be returned.
///
/// A result by clone may be the owner itself, or another weak argument of its type: `simplify(&Arc<Expr>) -> Arc<Expr>`,
/// also in an `Option` or a `Result`. The memo remembers that it is this argument, and does not keep it alive.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `capacity = 256`, `capacity = unbounded` | results per owner; 1024 by default |
/// | `cache_if = \|value\| ..` | keep only results that pass; it sees the result alone, not the parameters |
/// | `cache_err` | keep an `Err` too; by clone it must be `Clone` then |
/// | `some_only` | keep no `None` |
/// | `single_flight = false` | callers of one missing result compute side by side instead of waiting for each other |
/// | `local` | results of this thread only; implied when the owner is an `Rc` |
/// | `associated` | for an associated function without `self`, unless its signature says `Self` |
/// | `name = "..."` | the name in reports |
/// | `handle = other_name` | the name of the companion function; `f_memo` by default |
/// | `handle = none` | no companion, the body in place: for the `impl` of a trait and for default bodies |
/// | `may_return_owner` | the result may hold a pointer of the owner's type, which is never the owner itself |
/// | `interior_mutability` | no result depends on what changes behind the `&` of a weak argument |
/// | `crate = path` | where memo-core is, if not at `::memo_core` |
///
/// # What is emitted
///
/// The function; a hidden one with the body, as visible as it is; a companion `f_memo()` that returns the handle; a hidden one that both of
/// these call, which reports each mistake about types once; for `cache_if` a hidden one with the test. Names that begin with `__memo` are
/// reserved. The handle's methods take the arguments of the function, also skipped ones: one alone, several as a tuple. The handle knows two
/// lifetimes, that of the weak arguments and one for all others: arguments that need more (`&Cell<&str>` beside another) may not fit it.
///
/// `#[track_caller]` applies to the body, too: it, its panics and the panic of a ring of memos report the caller's
/// line. A remembered result keeps the line of its first caller. Through the handle (`compute`, `refresh`) such a body
/// sees the attribute's line, since the handle calls it through a function pointer, which does not pass the caller on.
/// The panic of a ring that `refresh` closes reports the line of the `refresh`, with `#[track_caller]` or without.
///
/// The `impl` of a trait cannot declare a companion: after "method `f_memo` is not a member of trait" write
/// `handle = none`. In an `impl`, after "cannot find function" write `associated`. The names of the hidden functions, which the
/// compiler reports there, say so too.
#[proc_macro_attribute]
pub fn weak_memo(options: TokenStream, item: TokenStream) -> TokenStream {
    memoized(options.into(), item.into()).into()
}

fn memoized(options: Tokens, item: Tokens) -> Tokens {
    let mut errors = Errors::default();
    let options = Options::parse(options, &mut errors);
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

/// Gives a struct's objects an anchor of their own: the field of type `Anchor`, or the one marked `#[memo(anchor)]` if
/// the type has another name.
///
/// Results are then dropped within the object's own drop.
///
/// **An anchor does not know the fields beside it.** Where an object changes, its results stay, unless you call
/// `self.anchor.clear()`. And the anchor is a field that moves like any other: `Doc { words: 8, ..old }` and
/// `Doc { words: 8, anchor }` take the results of the old content along. Give the new object a new anchor,
/// `Doc { words: 8, anchor: Anchor::new(), ..old }`. To rule both out, keep the data in an `Anchored<T>`: its `DerefMut` drops
/// the results, and they cannot be moved to other data.
///
/// As a key the object is weak, also in containers (`Option<&Own>`). `#[memo(crate = path)]` on the struct says where
/// memo-core is.
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
    derive::has_anchor::derive(input.into()).into()
}

/// Makes a struct or an enum a key, field by field: weak fields by identity, values by a copy.
///
/// It needs neither `Hash` nor `Eq` nor `Clone`; each field must be a key. `#[memo(value)]` on a field takes it by its own
/// `Hash + Eq + Clone`, `#[memo(skip)]` leaves it out. A type that holds itself (`Option<Box<Self>>`) cannot be derived.
/// `#[memo(crate = path)]` on the type says where memo-core is.
///
/// A key of plain values only is plain itself, and may stand by value beside a lent result.
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
