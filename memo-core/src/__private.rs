//! All that an expansion may name. Not for use by hand; it changes without notice.

pub use crate::asked_first::{bounded, hashed, ordered};
pub use crate::asks::{AskLent, AskOwned, Call, Through};
pub use crate::checked::{
    ask_lent, ask_owned, begin_lent, begin_owned, call_owned, check_kept, check_owned, computed, end_lent, end_owned,
    finish_lent, finish_owned, key, lent_key, local_lent_place, local_place, place, plain_computed, plain_key,
    plain_part, start_lent, start_owned, try_end_lent, try_finish_lent, value,
};
pub use crate::handle::{Memo, lent_memo, owned_memo};
pub use crate::inside::inside;
pub use crate::keep::{Keep, KeepAll, keep_if, keep_some, tested};
pub use crate::key::{
    Asked, Composite, ComputedPart, Either, Fields, Kept, KeyPart, KeySet, Part, PlainKey, StoredKey, Value, ValuePart,
    Visit, is_faithful,
};
pub use crate::lent::{LentStep, lend};
pub use crate::memo::{Core, DEFAULT_CAPACITY, Family, Site, capacity};
pub use crate::owned::Step;
pub use crate::owner::clone_owner;
pub use crate::scope::{Local, Scope, Shared};

/// The traits that answer by type: imported as a whole, by no name.
pub mod by_type {
    pub use crate::inside::{Held as _, HeldNowhere as _};
    pub use crate::keep::{KeepAny as _, KeepAnyOk as _};
    pub use crate::mark::WithoutMarks as _;
}
