//! From the argument to its anchor: the first step of every call.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use crate::anchor::anchor::{Anchor, HasAnchor};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::side_table::found_or_made::Made;
use crate::anchor::side_table::object::Subject;
use crate::anchor::side_table::{local, shared};
use crate::argument::scope::{Local, Scope, Shared};
use crate::memo::core::Where;
use crate::memo::counting::counters::LooksHere;
use crate::reclaim::{account, leak_audit};
use crate::sys::index::Guess;

/// The argument that owns the results: an `Arc`, an `Rc`, or an object with an anchor inside.
///
/// Implemented for `Arc<T>` and `Rc<T>` of any `T`, and for every [`HasAnchor`] and [`HasLocalAnchor`](crate::HasLocalAnchor). The written
/// type decides where the results live: `&Arc<T>` uses the side table, even if `T` has an anchor of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot own the results of a memo",
    label = "not an `Arc`, an `Rc`, or an object with an anchor",
    note = "pass it as `&Arc<{Self}>`, wrap it in `memo_core::Anchored`, or give it a field of type `memo_core::Anchor` and derive `HasAnchor`",
    note = "if another argument should own the results, write `#[memo(owner)]` before that one, and `#[memo(value)]` or `#[memo(skip)]` before this one"
)]
pub trait Owner: Locate<Self::Scope> {
    /// The scope of its results.
    type Scope: Scope;
}

impl<T: ?Sized> Owner for Arc<T> {
    type Scope = Shared;
}

impl<T: ?Sized> Owner for Rc<T> {
    type Scope = Local;
}

// So that the compiler says what there is to say of owners.
#[diagnostic::do_not_recommend]
impl<T: HasAnchor + ?Sized> Owner for T {
    type Scope = Shared;
}

/// Shows that the caller is this crate: for methods of public traits that give out a plain anchor.
///
/// A bound `T: Owner` makes such methods callable everywhere, hidden as they are, and the anchor may be one whose results are bound to their
/// thread. The compiler rejects every use, by name or by inference, of a method with another crate's private type in its signature: this one
/// must not become `pub`.
#[derive(Clone, Copy)]
pub(crate) struct Internal;

/// How an owner's anchor is found in scope `S`.
///
/// A bound `T: Owner` makes these methods callable, so none has the name of a method of std's traits.
#[allow(private_interfaces, private_bounds, reason = "sealed in effect: the hidden types cannot be named outside")]
#[diagnostic::on_unimplemented(
    message = "the results of `{Self}` cannot be `local`",
    label = "an object with an anchor inside may move to another thread, and its results with it",
    note = "remove `local`, take the owner as `&Rc<..>` or `&Arc<..>`, or give the object a `LocalAnchor` instead"
)]
// Each method that gives out an anchor, or a `Weak`, has a private type in its signature, if only `Internal`: nobody outside can call it.
pub trait Locate<S> {
    /// Whether its anchor is in the side table.
    #[doc(hidden)]
    const TABLED: bool;
    /// A first look for its anchor, by a thread that may look into the side table.
    #[doc(hidden)]
    fn look(&self, here: LooksHere<'_>) -> Guess<&Anchor>;
    /// What `act` makes of a first look. This thread is marked as looking until `act` returns, unless the scope is its own. `act` neither runs
    /// user code nor panics.
    #[doc(hidden)]
    fn look_on<'s, R>(&'s self, here: LooksHere<'_>, act: impl FnOnce(Guess<&'s Anchor>) -> R) -> R;
    /// The same by any thread.
    #[doc(hidden)]
    #[inline(always)]
    fn guess_anchor(&self) -> Guess<&Anchor> {
        self.find_anchor(Internal).map_or(Guess::Nothing, Guess::Node)
    }
    /// Its anchor, if it has one already. It may be missed: a call that misses searches again as it makes one.
    #[doc(hidden)]
    fn find_anchor(&self, _: Internal) -> Option<&Anchor>;
    /// The same, and it is not missed.
    #[doc(hidden)]
    #[inline]
    fn find_anchor_surely(&self, internal: Internal) -> Option<&Anchor> {
        self.find_anchor(internal)
    }
    /// Its anchor, made on first use; a new one has room for a small result if `roomy`.
    #[doc(hidden)]
    fn make_anchor(&self, roomy: bool) -> Made<'_>;
    /// Its strong count.
    #[doc(hidden)]
    fn strong(&self) -> Option<usize>;
    /// Its identity in the side table.
    #[doc(hidden)]
    fn life(&self) -> Option<(Subject, AnyWeak)>;
}

#[allow(private_interfaces, private_bounds, reason = "as for the trait")]
impl<T: ?Sized> Locate<Shared> for Arc<T> {
    const TABLED: bool = true;

    #[inline(always)]
    fn look(&self, here: LooksHere<'_>) -> Guess<&Anchor> {
        shared::guess(self, here)
    }
    #[inline(always)]
    fn look_on<'s, R>(&'s self, here: LooksHere<'_>, act: impl FnOnce(Guess<&'s Anchor>) -> R) -> R {
        shared::look_on(self, here, act)
    }
    #[inline]
    fn find_anchor(&self, _: Internal) -> Option<&Anchor> {
        shared::find(self)
    }
    fn find_anchor_surely(&self, _: Internal) -> Option<&Anchor> {
        shared::find_surely(self)
    }
    fn make_anchor(&self, roomy: bool) -> Made<'_> {
        account::shared_anchor(self, roomy)
    }
    fn strong(&self) -> Option<usize> {
        Some(Arc::strong_count(self))
    }
    fn life(&self) -> Option<(Subject, AnyWeak)> {
        Some((Subject::of(&**self), AnyWeak::new(Arc::downgrade(self))))
    }
}

macro_rules! in_this_threads_table {
    ($pointer:ident) => {
        #[allow(private_interfaces, private_bounds, reason = "as for the trait")]
        impl<T: ?Sized> Locate<Local> for $pointer<T> {
            const TABLED: bool = true;

            #[inline(always)]
            fn look(&self, _: LooksHere<'_>) -> Guess<&Anchor> {
                Locate::<Local>::guess_anchor(self)
            }
            #[inline(always)]
            fn look_on<'s, R>(&'s self, _: LooksHere<'_>, act: impl FnOnce(Guess<&'s Anchor>) -> R) -> R {
                act(Locate::<Local>::guess_anchor(self))
            }
            #[inline(always)]
            fn guess_anchor(&self) -> Guess<&Anchor> {
                local::guess(Subject::of(&**self))
            }
            #[inline]
            fn find_anchor(&self, _: Internal) -> Option<&Anchor> {
                local::find(Subject::of(&**self))
            }
            fn make_anchor(&self, roomy: bool) -> Made<'_> {
                account::local_anchor(Subject::of(&**self), roomy, || AnyWeak::new($pointer::downgrade(self)))
            }
            fn strong(&self) -> Option<usize> {
                Some($pointer::strong_count(self))
            }
            fn life(&self) -> Option<(Subject, AnyWeak)> {
                Some((Subject::of(&**self), AnyWeak::new($pointer::downgrade(self))))
            }
        }
    };
}

in_this_threads_table!(Rc);
in_this_threads_table!(Arc);

#[allow(private_interfaces, private_bounds, reason = "as for the trait")]
impl<T: HasAnchor + ?Sized> Locate<Shared> for T {
    const TABLED: bool = false;

    #[inline(always)]
    fn look(&self, _: LooksHere<'_>) -> Guess<&Anchor> {
        Locate::<Shared>::guess_anchor(self)
    }
    #[inline(always)]
    fn look_on<'s, R>(&'s self, here: LooksHere<'_>, act: impl FnOnce(Guess<&'s Anchor>) -> R) -> R {
        // The user's code, so before the mark.
        let guess = Locate::<Shared>::guess_anchor(self);
        here.look(|| act(guess))
    }
    #[inline(always)]
    fn guess_anchor(&self) -> Guess<&Anchor> {
        Guess::Node(self.anchor())
    }
    #[inline(always)]
    fn find_anchor(&self, _: Internal) -> Option<&Anchor> {
        Some(self.anchor())
    }
    fn make_anchor(&self, _: bool) -> Made<'_> {
        unreachable!("an anchor inside is always found")
    }
    fn strong(&self) -> Option<usize> {
        None
    }
    fn life(&self) -> Option<(Subject, AnyWeak)> {
        None
    }
}

/// An owner whose thread-local results may be lent: where they lie cannot leave its thread, nor be borrowed by another.
#[diagnostic::on_unimplemented(
    message = "results of `{Self}` cannot be lent from a thread's own table",
    label = "it may outlive the thread that lends",
    note = "return the result by value, or take the owner as `&Rc<..>`, or remove `local`"
)]
pub trait ThreadBound {}

impl<T: ?Sized> ThreadBound for Rc<T> {}

/// The owner of one call, and its scope: where the call looks.
#[derive(Debug)]
pub struct Place<'w, O: ?Sized, S> {
    owner: &'w O,
    scope: PhantomData<fn(S) -> S>,
    /// Invariant: with a covariant lifetime, an argument could end before a result that is lent from it.
    borrow: PhantomData<fn(&'w ()) -> &'w ()>,
}

impl<O: ?Sized, S> Clone for Place<'_, O, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O: ?Sized, S> Copy for Place<'_, O, S> {}

/// The place that the owner's type says.
#[inline(always)]
pub(crate) fn place<O: Owner + ?Sized>(owner: &O) -> Place<'_, O, O::Scope> {
    Place { owner, scope: PhantomData, borrow: PhantomData }
}

/// This thread's place, for `local` memos that return by value.
#[inline(always)]
pub(crate) fn local_place<O: Locate<Local> + ?Sized>(owner: &O) -> Place<'_, O, Local> {
    Place { owner, scope: PhantomData, borrow: PhantomData }
}

/// This thread's place, for `local` memos that lend.
#[inline(always)]
pub(crate) fn local_lent_place<O: Locate<Local> + ThreadBound + ?Sized>(owner: &O) -> Place<'_, O, Local> {
    Place { owner, scope: PhantomData, borrow: PhantomData }
}

/// A clone of a by-value owner for the body, on a miss only: the call itself needs the owner until the end.
#[inline]
pub fn clone_owner<O: Clone>(owner: &O) -> O {
    owner.clone()
}

impl<'w, O: Locate<S> + ?Sized, S: Scope> Place<'w, O, S> {
    /// Where the cells of a memo of such owners lie.
    pub(crate) const WHERE: Where = Where { local: S::LOCAL, tabled: O::TABLED };

    /// Whether a hit asks for its counters before it looks for the anchor: where they answer for the thread's reader, too.
    pub(crate) const COUNTS_FIRST: bool = O::TABLED && !S::LOCAL;

    /// A first look, without what a hit rarely needs.
    #[inline(always)]
    pub(crate) fn look(self, here: LooksHere<'_>) -> Guess<&'w Anchor> {
        self.owner.look(here)
    }

    /// What `act` makes of it: see [`Locate::look_on`].
    #[inline(always)]
    pub(crate) fn look_on<R>(self, here: LooksHere<'_>, act: impl FnOnce(Guess<&'w Anchor>) -> R) -> R {
        self.owner.look_on(here, act)
    }

    /// The same, unless [`COUNTS_FIRST`](Self::COUNTS_FIRST).
    #[inline(always)]
    pub(crate) fn guess(self) -> Guess<&'w Anchor> {
        Locate::<S>::guess_anchor(self.owner)
    }

    #[inline(always)]
    pub(crate) fn find(self) -> Option<&'w Anchor> {
        self.owner.find_anchor(Internal)
    }

    pub(crate) fn find_surely(self) -> Option<&'w Anchor> {
        self.owner.find_anchor_surely(Internal)
    }

    /// The anchor, made on first use.
    pub(crate) fn make(self) -> &'w Anchor {
        self.owner.make_anchor(false).anchor
    }

    /// The same, with room for a small result if `roomy`.
    pub(crate) fn make_roomy(self, roomy: bool) -> Made<'w> {
        self.owner.make_anchor(roomy)
    }

    pub(crate) fn strong(self) -> Option<usize> {
        self.owner.strong()
    }

    pub(crate) fn life(self) -> Option<(Subject, AnyWeak)> {
        self.owner.life()
    }
}

impl<O: Locate<S> + ?Sized, S: Scope> leak_audit::Counted for Place<'_, O, S> {
    fn strong(&self) -> Option<usize> {
        Self::strong(*self)
    }

    fn life(&self) -> Option<(Subject, AnyWeak)> {
        Self::life(*self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<O>()
    }
}
