//! All that an expansion may name. Not for use by hand; it changes without notice.

pub use crate::argument::key::{
    Composite, Computed, Derived, DerivedProbe, Either, Fields, Kept, KeySet, PlainKey, Probe, Shown, Shows, StoredKey,
    Value, Visit,
};
pub use crate::argument::owner::clone_owner;
pub use crate::argument::scope::{Local, Scope, Shared};
pub use crate::call::by_clone::ticket::Step;
pub use crate::call::by_reference::{LentStep, lend};
pub use crate::call::expansion::call_or_handle::{
    AskLent, AskOwned, Call, Through, ask_lent, ask_owned, begin_lent, begin_owned, call_owned,
};
pub use crate::call::expansion::carries::{carries_lent, carries_owned, carry, has_clones};
pub use crate::call::expansion::common_mistakes::{bounded, context, hashed, ordered};
pub use crate::call::expansion::futures::{
    answer, finish_lent_async, finish_owned_async, poll_rest, search_lent, search_owned, try_finish_lent_async,
};
pub use crate::call::expansion::keeps_weakly::weakly;
pub use crate::call::expansion::lends::{finish_lent, start_lent, try_finish_lent};
pub use crate::call::expansion::result_holds_owner::inside;
pub use crate::call::expansion::returns::{finish_owned, in_ring_by, ring, start_owned};
pub use crate::call::expansion::reuses_equal::reusing;
pub use crate::call::expansion::task_or_handle::{
    AskLentAsTask, AskOwnedAsTask, AtOnce, CallAsTask, Known, LentAtOnce, ThroughAtOnce, ToldAsTask, at_once_lent,
    at_once_owned,
};
pub use crate::call::expansion::type_questions::{
    check_kept, check_owned, computed, key, lent_key, local_lent_place, local_place, place, plain_computed, plain_key,
    plain_part, value,
};
pub use crate::call::kept::what_is_kept::{Keep, KeepAll, for_a_time, keep_if, keep_some, tested};
pub use crate::call::last::{
    LastOf, Looked, NewLast, arrived, begin_last, bits_differ, differs, last_value, look_at_last, no_body, on_its_way,
    path_differs, value_differs,
};
pub use crate::inspect::calls::AsksAsTask;
pub use crate::inspect::handle::{Memo, handle, handle_of_task, last_of};
pub use crate::inspect::signature::Sig;
pub use crate::memo::core::Core;
pub use crate::memo::family::Family;
pub use crate::memo::site::{DEFAULT_CAPACITY, Site, Times, capacity, jitter};

/// For the test of the whole library under a scheduler.
#[cfg(memo_shuttle)]
pub mod scheduled {
    pub use crate::sys::sync::{Scheduler, run_under};
    pub use crate::sys::thread::{Guard, LateGuard};
}

/// The traits that answer by type: imported as a whole, by no name. A trait of the user's for all types comes before them where it has
/// a method of the same name, hence `__memo_` before theirs.
pub mod by_type {
    pub use crate::argument::key::ShowsAny as _;
    pub use crate::call::expansion::result_holds_owner::{Held as _, HeldNowhere as _};
    pub use crate::call::kept::result_is_argument::WithoutMarks as _;
    pub use crate::call::kept::what_is_compared::{AnyKept as _, AnyLent as _};
    pub use crate::call::kept::what_is_kept::{KeepAny as _, KeepAnyOk as _};
}
