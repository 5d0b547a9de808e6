//! The questions of an expansion about the user's types. Each is asked once, and a wrong type is reported once.
//!
//! The compiler reports an unsatisfied bound wherever it meets it: at the check, at the call behind it, at the method
//! behind that. It stays silent about types that an earlier error left unknown. So each question here is a trait with one
//! impl for the types that fit ([`Yes`]) and one for no type at all ([`No`]). With two candidates, the compiler first looks
//! at their bounds. If neither holds, it chooses none, prints the trait's message, and leaves the trait's associated types
//! unknown. Later questions are asked about these: the owner, the scope, the parts of the key. That is why the questions
//! about results are traits of the scope.

use std::marker::PhantomData;

use crate::argument::key::{Computed, MemoKey, PlainKey, Value};
use crate::argument::owner::{self, Locate, Owner, Place, ThreadBound};
use crate::argument::scope::{Local, Scope, Storable};
use crate::call::kept::result_is_argument::Checked;
use crate::call::kept::what_is_compared::Lending;
use crate::call::kept::what_is_kept::Keeping;

/// The answer of the types that fit.
#[derive(Debug)]
pub enum Yes {}

/// The answer of no type.
#[derive(Debug)]
pub enum No {}

/// What no type is.
pub trait Never {}

/// The impls of a question: for the types that fit, and the same for none.
macro_rules! answers {
    ($(#[$said:meta])* [$($generics:tt)*] $question:ident [$($of:ident),*] for $asked:ident, never $never:ident
        $(where [$($fits:tt)*])? { $($items:tt)* }) => {
        $(#[$said])*
        impl<$($generics)*> $question<$($of,)* Yes> for $asked $(where $($fits)*)? { $($items)* }

        $(#[$said])*
        impl<$($generics)*> $question<$($of,)* No> for $asked where $never: Never, $($($fits)*)? { $($items)* }
    };
}
pub(super) use answers;

/// A question about the owner: one that `$fits` has a `$place`, in `$scope`.
macro_rules! about_owner {
    ($(#[$said:meta])* $question:ident, $($fits:ident $(<$of:ident>)?)+, $scope:ty, $place:path) => {
        $(#[$said])*
        pub trait $question<A> {
            /// The type itself.
            type Owner: ?Sized;
            /// Where it looks for the results.
            type Scope: Scope;
            /// Where it has them.
            fn place(&self) -> Place<'_, Self::Owner, Self::Scope>;
        }

        answers! { [O: $($fits $(<$of>)? +)+ ?Sized] $question [] for O, never O {
            type Owner = O;
            type Scope = $scope;
            #[inline(always)]
            fn place(&self) -> Place<'_, O, $scope> {
                $place(self)
            }
        } }
    };
}

about_owner! {
    /// Whether an argument can carry the results.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot own the results of a memo",
        label = "not an `Arc`, an `Rc`, or an object with an anchor",
        note = "pass it as `&Arc<{Self}>`, wrap it in `memo_core::Anchored`, or give it a field of type `memo_core::Anchor` and derive `HasAnchor`",
        note = "if another argument should own the results, write `#[memo(owner)]` before that one, and `#[memo(value)]` or `#[memo(skip)]` before this one"
    )]
    Carries, Owner, <O as Owner>::Scope, owner::place
}

/// The place that the owner's type says.
#[inline(always)]
pub fn place<O: Carries<A> + ?Sized, A>(owner: &O) -> Place<'_, O::Owner, O::Scope> {
    owner.place()
}

about_owner! {
    /// Whether an argument can carry results of this thread alone.
    #[diagnostic::on_unimplemented(
        message = "the results of `{Self}` cannot be `local`",
        label = "neither an `Rc` nor an `Arc`",
        note = "an object with an anchor inside may move to another thread, and its results with it: remove `local` if the result is `Send + Sync`; otherwise give the object a `LocalAnchor` instead of its `Anchor` (`LocalAnchored` instead of `Anchored`), take the owner as `&Rc<..>`, or as `&Arc<..>` and return by clone"
    )]
    CarriesLocally, Locate<Local>, Local, owner::local_place
}

/// This thread's place, for `local` memos that return by value.
#[inline(always)]
pub fn local_place<O: CarriesLocally<A> + ?Sized, A>(owner: &O) -> Place<'_, O::Owner, O::Scope> {
    owner.place()
}

about_owner! {
    /// Whether an argument can lend results of this thread alone.
    #[diagnostic::on_unimplemented(
        message = "results of `{Self}` cannot be lent from a thread's own table",
        label = "not an `Rc`: it may outlive the thread that lends",
        note = "only an `Rc` owner and an object with a `LocalAnchor` lend results of one thread: take such an owner, return the result by clone, or remove `local` if the result is `Send + Sync`"
    )]
    LendsLocally, Locate<Local> ThreadBound, Local, owner::local_lent_place
}

/// This thread's place, for `local` memos that lend.
#[inline(always)]
pub fn local_lent_place<O: LendsLocally<A> + ?Sized, A>(owner: &O) -> Place<'_, O::Owner, O::Scope> {
    owner.place()
}

/// Whether an argument can take part in a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of this memo",
    label = "neither a weak argument nor a known value",
    note = "write `#[memo(value)]` before the parameter to keep a copy of it (`Hash + Eq + Clone`), or derive `MemoKey` for the type, if all its fields are keys",
    note = "pass it as `&Arc<{Self}>` or derive `HasAnchor` for it to use its identity, or write `#[memo(skip)]` to leave it out of the key",
    note = "if you implemented `HasAnchor` by hand, add `memo_core::key_as!({Self} => memo_core::Anchor, |this| this.anchor());`; for trait objects, use `dyn Trait + '_`",
    note = "an `Rc` next to an `Arc` owner needs `#[weak_memo(local)]`; a type parameter next to an `Rc` owner needs the bound `MemoKey<memo_core::key::Local>`"
)]
pub trait InKey<S, A> {
    /// The type itself.
    type Key: ?Sized;
    /// Its part.
    type Part<'k>
    where
        Self: 'k;
    /// Its part.
    fn part(&self) -> Self::Part<'_>;
    /// Its part, where it was computed.
    fn computed(self) -> Computed<Self::Key>
    where
        Self: Sized,
        Self::Key: Sized;
}

answers! { [S: Scope, T: MemoKey<S> + ?Sized] InKey [S] for T, never T {
    type Key = T;
    type Part<'k>
        = T::Probe<'k>
    where
        T: 'k;
    #[inline(always)]
    fn part(&self) -> T::Probe<'_> {
        self.probe_key()
    }
    #[inline(always)]
    fn computed(self) -> Computed<T>
    where
        T: Sized,
    {
        Computed::new(self)
    }
} }

/// Whether an argument of a memo that lends borrows nothing weak.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may be weak, and its borrow would end before that of the result",
    label = "put a `&` before the whole type, so that the lent result is bound to it",
    note = "a lent result lives as long as all weak arguments: pass `&{Self}` instead of `{Self}`; a `&` inside does not count, since the value that holds it ends with the call"
)]
pub trait Plain<A> {}

answers! { [T: PlainKey + ?Sized] Plain [] for T, never T {} }

/// The same of a part of a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may be weak, and its borrow would end before that of the result",
    label = "put a `&` before the whole tuple, so that the lent result is bound to it",
    note = "a lent result lives as long as all weak arguments: take the tuple by reference, `&(..)`; a `&` inside does not count, since the tuple that holds it ends with the call"
)]
pub trait PlainInside<A> {}

answers! { [T: PlainKey + ?Sized] PlainInside [] for T, never T {} }

/// An argument's part in the key.
#[inline(always)]
pub fn key<'k, T, O, S, A>(_place: Place<'_, O, S>, key: &'k T) -> T::Part<'k>
where
    T: InKey<S, A> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// The part of an argument that is weak, or may be, in a memo that lends: it bounds the result.
#[inline(always)]
pub fn lent_key<'w, T, O, S, A>(_place: Place<'w, O, S>, key: &'w T) -> T::Part<'w>
where
    T: InKey<S, A> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// The part of an argument that does not bound a lent result, and so must not be weak.
#[inline(always)]
pub fn plain_key<'k, T, O, S, A, B>(_place: Place<'_, O, S>, key: &'k T) -> T::Part<'k>
where
    T: InKey<S, A, Key: Plain<B>> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// The same of a part of a tuple.
#[inline(always)]
pub fn plain_part<'k, T, O, S, A, B>(_place: Place<'_, O, S>, key: &'k T) -> T::Part<'k>
where
    T: InKey<S, A, Key: PlainInside<B>> + ?Sized,
    O: ?Sized,
{
    key.part()
}

/// What `#[memo(key = ..)]` computed.
#[inline(always)]
pub fn computed<T, O, S, A>(_place: Place<'_, O, S>, key: T) -> Computed<T::Key>
where
    T: InKey<S, A, Key: Sized>,
    O: ?Sized,
{
    key.computed()
}

/// What `#[memo(key = ..)]` computed, in a memo that lends.
#[inline]
pub fn plain_computed<T, O, S, A, B>(_place: Place<'_, O, S>, key: T) -> Computed<T::Key>
where
    T: InKey<S, A, Key: Plain<B> + Sized>,
    O: ?Sized,
{
    key.computed()
}

/// Whether an argument can be copied into a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be copied into the key of this memo",
    label = "not `Hash + Eq + Clone`, or not for all threads",
    note = "`#[memo(value)]` keeps a copy by the type's own `Hash`, `Eq` and `Clone`: derive them; in memos of `Arc` and in-object owners it must be `Send + Sync + 'static` too",
    note = "`#[derive(MemoKey)]` on the type needs none of them, and no mark: it works field by field"
)]
pub trait Copied<S, D, A> {
    /// Its part.
    type Part<'k>
    where
        Self: 'k;
    /// Its part.
    fn part(&self) -> Self::Part<'_>;
}

answers! { [S: Scope, D: 'static, T: ?Sized] Copied [S, D] for T, never T where [Value<T, D>: MemoKey<S>] {
    type Part<'k>
        = <Value<T, D> as MemoKey<S>>::Probe<'k>
    where
        T: 'k;
    #[inline(always)]
    fn part(&self) -> Self::Part<'_> {
        Value::<T, D>::from_ref(self).probe_key()
    }
} }

/// The part of an argument marked `#[memo(value)]`, whose `Debug` may be known.
#[inline(always)]
pub fn value<'k, T, O, S, D, A>(_place: Place<'_, O, S>, value: &'k T, _shows: PhantomData<D>) -> T::Part<'k>
where
    T: Copied<S, D, A> + ?Sized,
    O: ?Sized,
{
    value.part()
}

/// Whether a result can be handed out by clone. Asked of the scope, whatever it is.
#[diagnostic::on_unimplemented(
    message = "the result `{R}` cannot be cloned for each caller",
    label = "not `Clone`",
    note = "lend it, as `&V`, or as `Result<&V, E>` if the call may fail, or as `Result<&V, &E>` with `cache_err`",
    note = "or return it as `Arc<V>` or `Result<Arc<V>, E>`, or derive `Clone` for `{R}`"
)]
pub trait Clones<R, A> {
    /// How results are kept.
    type Keeping<H>;
    /// How results are kept.
    fn pass<H>(keeping: H) -> Self::Keeping<H>;
}

answers! { [S: Scope, R: Clone] Clones [R] for S, never R {
    type Keeping<H> = H;
    #[inline(always)]
    fn pass<H>(keeping: H) -> H {
        keeping
    }
} }

/// Whether a scope can keep a result.
#[diagnostic::on_unimplemented(
    message = "the result `{R}` cannot be kept by this memo",
    label = "results shared by all threads must be `Send + Sync + 'static`",
    note = "memos of `Arc` and in-object owners are shared by all threads: return a type that they can share, such as an `Arc` instead of an `Rc`",
    note = "an `Rc` owner keeps results of one thread, and so does an object with a `LocalAnchor` (or in a `LocalAnchored`), and an `Arc` owner by clone, with `#[weak_memo(local)]`; an object with an `Anchor` does not"
)]
pub trait Keeps<R, A>: Sized {
    /// The scope itself.
    type Scope: Scope;
    /// The owner itself.
    type Owner<O: ?Sized>: ?Sized;
    /// The place itself.
    fn pass<O: ?Sized>(place: Place<'_, O, Self>) -> Place<'_, Self::Owner<O>, Self::Scope>;
}

answers! { [S: Scope, R: Storable<S>] Keeps [R] for S, never R {
    type Scope = S;
    type Owner<O: ?Sized> = O;
    #[inline(always)]
    fn pass<O: ?Sized>(place: Place<'_, O, S>) -> Place<'_, O, S> {
        place
    }
} }

/// A scope that can keep a `V`: the same where it was asked before, of the scope too, which is unknown then if the answer was no.
pub trait Stores<V>: Scope {}

impl<S: Scope, V: Storable<S>> Stores<V> for S {}

/// The place, if the result can be kept. Then only how it is compared may be added.
#[inline(always)]
pub fn check_kept<'w, R, S: Keeps<R, A>, O: ?Sized, A>(
    place: Place<'w, O, S>,
) -> Lending<'w, R, S::Owner<O>, <S as Keeps<R, A>>::Scope>
where
    S::Owner<O>: 'w,
{
    Lending::new(S::pass(place))
}

/// The place, if what is kept of a result that is returned by clone can be cloned, and kept. Then only marks,
/// and how it is compared, may be added to how it is.
#[inline(always)]
pub fn check_owned<'w, R, S, O: ?Sized, A, B, H>(
    place: Place<'w, O, S>,
    keeping: H,
) -> Owning<'w, R, H, H::Kept, S, O, A, B>
where
    H: Keeping<R>,
    S: Clones<H::Kept, A> + Keeps<H::Kept, B>,
    S::Owner<O>: 'w,
{
    Checked::new(<S as Keeps<_, B>>::pass(place), <S as Clones<_, A>>::pass(keeping))
}

/// Known where both questions about a `V` have an answer.
type Owning<'w, R, H, V, S, O, A, B> =
    Checked<'w, R, <S as Clones<V, A>>::Keeping<H>, <S as Keeps<V, B>>::Owner<O>, <S as Keeps<V, B>>::Scope>;
