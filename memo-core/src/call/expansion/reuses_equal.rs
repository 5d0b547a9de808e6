//! `reuse_equal`: asks whether a result can be replaced by an equal one.

use std::marker::PhantomData;

use super::type_questions::{Never, No, Yes, answers};
use crate::call::kept::reuse_equal::{Reused, Reusing};

/// Whether a result can be replaced by an equal one.
#[diagnostic::on_unimplemented(
    message = "`reuse_equal` cannot compare a `{Self}` with the one before",
    label = "not an `Arc` of what is `PartialEq`",
    note = "return an `Arc<V>`, also in an `Option` or a `Result`, of a `V` that is `PartialEq`, `Send` and `Sync`; or remove `reuse_equal`"
)]
pub trait ReusesEqual<A> {
    /// How results are kept.
    type Keeping<H>;
    /// How results are kept.
    fn pass<H>(keeping: H) -> Self::Keeping<H>;
}

answers! { [R: Reused] ReusesEqual [] for R, never R {
    type Keeping<H> = Reusing<H>;
    #[inline(always)]
    fn pass<H>(keeping: H) -> Reusing<H> {
        Reusing::new(keeping)
    }
} }

/// How results of type `R` are kept.
#[inline(always)]
pub fn reusing<R: ReusesEqual<A>, A, H>(_result: PhantomData<R>, keeping: H) -> R::Keeping<H> {
    R::pass(keeping)
}
