//! What an expansion asks of the user's types. Each question is asked once, and a wrong type is told once.
//!
//! The compiler reports a bound that does not hold wherever it is asked for: at the check, at the call behind it, at the
//! method behind that. It keeps silent only where an error is in the type already. So each question here is a trait with
//! an impl for the types that fit ([`Yes`]) and one for no type at all ([`No`]). With two candidates the compiler looks
//! into their bounds before it picks one; where neither holds it picks none, says what this trait has to say, and takes
//! the trait's associated type for an error: whatever is built from it is in error, and silent.

use std::hash::Hash;

use crate::key::{ComputedPart, KeySet, MemoKey, Part, PlainKey, ValuePart};
use crate::memo::Core;
use crate::owned::{self, Applied, Op, Step};
use crate::owner::{self, Locate, Owner, Place, ThreadBound};
use crate::scope::{Local, Scope, Shared, Storable};

/// The answer of the types that fit.
#[derive(Debug)]
pub enum Yes {}

/// The answer of no type.
#[derive(Debug)]
pub enum No {}

/// No type has this.
pub trait Never {
    fn never(&self) -> !;
}

/// Whether an argument can carry the results. `A` is the answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot carry the results of a memo",
    label = "not an `Arc`, an `Rc`, or an object with an anchor",
    note = "pass it as `&Arc<{Self}>`, wrap it in `memo_core::Anchored`, or give it a field of type `memo_core::Anchor` and derive `HasAnchor`",
    note = "if another argument should carry the results, write `#[memo(owner)]` before that one, and `#[memo(value)]` or `#[memo(skip)]` before this"
)]
pub trait Carries<A> {
    /// Where it looks for them.
    type Scope: Scope;
    /// Where it has them.
    fn place(&self) -> Place<'_, Self, Self::Scope>;
}

impl<O: Owner + ?Sized> Carries<Yes> for O {
    type Scope = <O as Owner>::Scope;
    #[inline]
    fn place(&self) -> Place<'_, O, Self::Scope> {
        owner::place(self)
    }
}

impl<O: Never + ?Sized> Carries<No> for O {
    type Scope = Shared;
    fn place(&self) -> Place<'_, O, Shared> {
        self.never()
    }
}

/// The place that the owner's type says.
#[inline]
pub fn place<O: Carries<A> + ?Sized, A>(owner: &O) -> Place<'_, O, <O as Carries<A>>::Scope> {
    owner.place()
}

/// Whether an argument can carry results of this thread alone.
#[diagnostic::on_unimplemented(
    message = "the results of `{Self}` cannot be `local`",
    label = "neither an `Rc` nor an `Arc`",
    note = "an object with an anchor inside may move to another thread, and its results with it: remove `local`, or take the owner as `&Rc<..>` or `&Arc<..>`"
)]
pub trait CarriesLocally<A> {
    /// Where it looks for them.
    type Scope: Scope;
    /// Where it has them.
    fn place(&self) -> Place<'_, Self, Self::Scope>;
}

impl<O: Locate<Local> + ?Sized> CarriesLocally<Yes> for O {
    type Scope = Local;
    #[inline]
    fn place(&self) -> Place<'_, O, Local> {
        owner::local_place(self)
    }
}

impl<O: Never + ?Sized> CarriesLocally<No> for O {
    type Scope = Local;
    fn place(&self) -> Place<'_, O, Local> {
        self.never()
    }
}

/// This thread's place, for `local` memos that return by value.
#[inline]
pub fn local_place<O: CarriesLocally<A> + ?Sized, A>(owner: &O) -> Place<'_, O, <O as CarriesLocally<A>>::Scope> {
    owner.place()
}

/// Whether an argument can lend results of this thread alone.
#[diagnostic::on_unimplemented(
    message = "results of `{Self}` cannot be lent from a thread's own table",
    label = "not an `Rc`: it may be borrowed for longer than the thread lives that lends",
    note = "return the result by value, or take the owner as `&Rc<..>`, or remove `local`"
)]
pub trait LendsLocally<A> {
    /// Where it looks for them.
    type Scope: Scope;
    /// Where it has them.
    fn place(&self) -> Place<'_, Self, Self::Scope>;
}

impl<O: Locate<Local> + ThreadBound + ?Sized> LendsLocally<Yes> for O {
    type Scope = Local;
    #[inline]
    fn place(&self) -> Place<'_, O, Local> {
        owner::local_lent_place(self)
    }
}

impl<O: Never + ?Sized> LendsLocally<No> for O {
    type Scope = Local;
    fn place(&self) -> Place<'_, O, Local> {
        self.never()
    }
}

/// This thread's place, for `local` memos that lend.
#[inline]
pub fn local_lent_place<O: LendsLocally<A> + ?Sized, A>(owner: &O) -> Place<'_, O, <O as LendsLocally<A>>::Scope> {
    owner.place()
}

/// Whether an argument can take part in a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of this memo",
    label = "neither a weak argument nor a known value",
    note = "write `#[memo(value)]` before the parameter to keep a copy of it (`Hash + Eq + Clone`), or derive `MemoKey` for the type",
    note = "pass it as `&Arc<{Self}>` or derive `HasAnchor` for it to use its identity, or write `#[memo(skip)]` to leave it out of the key",
    note = "an `Rc` beside an `Arc` owner needs `#[weak_memo(local)]`"
)]
pub trait InKey<S, A> {
    /// The type itself.
    type Key: ?Sized;
    /// Its part.
    fn part(&self) -> Part<'_, Self::Key>;
    /// Its part, where it was computed.
    fn computed(self) -> ComputedPart<Self::Key>
    where
        Self: Sized,
        Self::Key: Sized;
}

impl<S: Scope, T: MemoKey<S> + ?Sized> InKey<S, Yes> for T {
    type Key = T;
    #[inline]
    fn part(&self) -> Part<'_, T> {
        Part(self)
    }
    #[inline]
    fn computed(self) -> ComputedPart<T>
    where
        T: Sized,
    {
        ComputedPart(self)
    }
}

impl<S, T: Never + ?Sized> InKey<S, No> for T {
    type Key = T;
    fn part(&self) -> Part<'_, T> {
        self.never()
    }
    fn computed(self) -> ComputedPart<T>
    where
        T: Sized,
    {
        self.never()
    }
}

/// An argument's part in the key.
#[inline]
pub fn key<'k, T, O, S, A>(_place: Place<'_, O, S>, key: &'k T) -> Part<'k, T::Key>
where
    T: InKey<S, A> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// The part of an argument that is weak, or may be, in a memo that lends: it bounds the result.
#[inline]
pub fn lent_key<'w, T, O, S, A>(_place: Place<'w, O, S>, key: &'w T) -> Part<'w, T::Key>
where
    T: InKey<S, A> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// The part of an argument that does not bound a lent result, and so must not be weak.
#[inline]
pub fn plain_key<'k, T, O, S, A>(_place: Place<'_, O, S>, key: &'k T) -> Part<'k, T::Key>
where
    T: InKey<S, A> + PlainKey + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// What `#[memo(key = ..)]` computed.
#[inline]
pub fn computed<T, O, S, A>(_place: Place<'_, O, S>, key: T) -> ComputedPart<T::Key>
where
    T: InKey<S, A, Key: Sized>,
    O: ?Sized,
{
    key.computed()
}

/// What `#[memo(key = ..)]` computed, in a memo that lends.
#[inline]
pub fn plain_computed<T, O, S, A>(_place: Place<'_, O, S>, key: T) -> ComputedPart<T::Key>
where
    T: InKey<S, A, Key: Sized> + PlainKey,
    O: ?Sized,
{
    key.computed()
}

/// Whether an argument can be copied into a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be copied into the key of this memo",
    label = "not `Hash + Eq + Clone`, or not for all threads",
    note = "`#[memo(value)]` keeps a copy by the type's own `Hash`, `Eq` and `Clone`: derive them; in memos of `Arc` and in-object owners it must be `Send + Sync + 'static` too",
    note = "`#[derive(MemoKey)]` on the type needs none of them, and no mark: it goes field by field"
)]
pub trait Copied<S, A> {
    /// The type itself.
    type Key;
    /// Its part.
    fn part(&self) -> ValuePart<'_, Self::Key>;
}

impl<S, T: Hash + Eq + Clone + Storable<S>> Copied<S, Yes> for T {
    type Key = T;
    #[inline]
    fn part(&self) -> ValuePart<'_, T> {
        ValuePart(self)
    }
}

impl<S, T: Never> Copied<S, No> for T {
    type Key = T;
    fn part(&self) -> ValuePart<'_, T> {
        self.never()
    }
}

/// The part of an argument marked `#[memo(value)]`.
#[inline]
pub fn value<'k, T: Copied<S, A>, O: ?Sized, S, A>(_place: Place<'_, O, S>, value: &'k T) -> ValuePart<'k, T::Key> {
    value.part()
}

/// Whether a result can be handed out by clone.
#[diagnostic::on_unimplemented(
    message = "the result `{Self}` cannot be cloned for each caller",
    label = "not `Clone`",
    note = "return `&{Self}` to lend it, return `Arc<{Self}>`, or derive `Clone` for it"
)]
pub trait Cloned<S, A> {
    /// The scope asked about.
    type Scope: Scope;
    /// The place asked about.
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, Self::Scope>;
}

impl<S: Scope, R: Clone> Cloned<S, Yes> for R {
    type Scope = S;
    #[inline]
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, S> {
        place
    }
}

impl<S: Scope, R: Never> Cloned<S, No> for R {
    type Scope = S;
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, S> {
        place
    }
}

/// Whether a result can be kept. What is asked for is [`Storable`].
#[diagnostic::on_unimplemented(
    message = "the result `{Self}` cannot be kept by this memo",
    label = "results for all threads must be `Send + Sync + 'static`",
    note = "memos of `Arc` and in-object owners are shared by all threads: return what all of them may have (`Arc` instead of `Rc`, ..)",
    note = "for results of one thread, take the owner as `&Rc<..>`, or write `#[weak_memo(local)]` with an `Arc` owner"
)]
pub trait Kept<S, A> {
    /// The scope asked about.
    type Scope: Scope;
    /// The place asked about.
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, Self::Scope>;
}

impl<S: Scope, R: Storable<S>> Kept<S, Yes> for R {
    type Scope = S;
    #[inline]
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, S> {
        place
    }
}

impl<S: Scope, R: Never> Kept<S, No> for R {
    type Scope = S;
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, S> {
        place
    }
}

/// The place, if the result can be cloned.
#[inline]
pub fn check_clone<R, O, S, A>(place: Place<'_, O, S>) -> Place<'_, O, <R as Cloned<S, A>>::Scope>
where
    R: Cloned<S, A>,
    O: ?Sized,
{
    R::pass(place)
}

/// The place, if the result can be kept.
#[inline]
pub fn check_kept<R, O, S, A>(place: Place<'_, O, S>) -> Place<'_, O, <R as Kept<S, A>>::Scope>
where
    R: Kept<S, A>,
    O: ?Sized,
{
    R::pass(place)
}

/// What both say. A bound that speaks of the scope is silent where the scope is in error.
pub trait Returned<S>: Clone + Storable<S> {}

impl<S, R: Clone + Storable<S>> Returned<S> for R {}

/// A memoized call: the result, or the duty to compute it.
#[inline]
pub fn begin_owned<'w, R, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
) -> Step<'w, R, O, S, K::Store<R>>
where
    R: Returned<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    owned::begin_owned(core, place, key)
}

/// Carries out what the handle asks.
#[inline]
pub fn apply_owned<'w, R, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    op: Op<R>,
) -> Applied<'w, R, O, S, K::Store<R>>
where
    R: Returned<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    owned::apply_owned(core, place, key, op)
}
