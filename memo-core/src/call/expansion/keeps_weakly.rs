//! `weak_value`: asks whether what is kept of a result can be kept weakly.

use super::type_questions::{Never, No, Yes, answers};
use crate::call::kept::result_is_argument::{Checked, Pointer};
use crate::call::kept::weak_value::Weakly;
use crate::call::kept::what_is_compared::Opened;
use crate::call::kept::what_is_kept::Keeping;

/// Whether what is kept of a result can be kept weakly.
#[diagnostic::on_unimplemented(
    message = "`weak_value` cannot keep a `{Self}` weakly",
    label = "not an `Arc` or an `Rc`",
    note = "return `Arc<{Self}>`, or `Rc<{Self}>` where the owner is an `Rc`, also in an `Option` or a `Result`; or remove `weak_value`"
)]
pub trait HeldWeakly<A> {
    /// How results are kept.
    type Keeping<H>;
    /// How results are kept.
    fn pass<H>(keeping: H) -> Self::Keeping<H>;
}

answers! { [P: Pointer] HeldWeakly [] for P, never P {
    type Keeping<H> = Weakly<H>;
    #[inline(always)]
    fn pass<H>(keeping: H) -> Weakly<H> {
        Weakly::new(keeping)
    }
} }

/// The place, and how results are kept there.
#[inline(always)]
pub fn weakly<'w, R, H, O: ?Sized, S, A>(checked: Checked<'w, R, H, O, S>) -> Opened<'w, R, KeptWeakly<R, H, A>, O, S>
where
    H: Keeping<R>,
    H::Kept: HeldWeakly<A>,
{
    let (place, keeping) = checked.__memo_held().into_parts();
    Opened::new(place, H::Kept::pass(keeping))
}

type KeptWeakly<R, H, A> = <<H as Keeping<R>>::Kept as HeldWeakly<A>>::Keeping<H>;
