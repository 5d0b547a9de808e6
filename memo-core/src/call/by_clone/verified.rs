//! Hits that are drawn for verification.

use super::ticket::{Cloning, Duty, Step, Ticket};
use crate::call::kept::what_is_kept::Keeping;
use crate::call::verify::{self, Again, Verifying};
use crate::cell::memo_types::{KeyOf, ValueOf};
use crate::compute::way::Way;
use crate::memo::core::Core;
use crate::sys::panics::OnItsWay;

/// Makes a hit that is drawn the duty to verify it.
#[inline(always)]
pub(crate) fn draw<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>, W: Way>(
    core: &'static Core,
    step: &mut Step<'_, R, M, W>,
    key: &K,
    keeping: &H,
) {
    if verify::ON && H::SAME.is_some() && matches!(step, Step::Done(_)) && verify::draws(core) {
        to_verify::<R, H, M, K, W>(core, step, key, keeping);
    }
}

#[cold]
#[inline(never)]
fn to_verify<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>, W: Way>(
    core: &'static Core,
    step: &mut Step<'_, R, M, W>,
    key: &K,
    keeping: &H,
) {
    let Some(on) = verify::ENABLED else { return };
    // A call that waited may have got an error that is not kept.
    if !matches!(step, Step::Done(result) if keeping.keeps(result)) {
        return;
    }
    let verifying = (!W::IS_TASK).then(Verifying::begin);
    let key = OnItsWay::new(key.to_stored());
    let Step::Done(result) = std::mem::replace(step, Step::Compute(Ticket(Duty::Nothing))) else {
        unreachable!("just seen")
    };
    let found = OnItsWay::new(H::stored(result).expect("what was kept can be"));
    *step = Step::Compute(Ticket(Duty::Verify(on, Box::new(Again { core, found, key, verifying }))));
}
