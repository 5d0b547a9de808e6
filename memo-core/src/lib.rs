//! Results that live exactly as long as the objects they came from.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod anchor;
mod anchored;
mod cell;
mod counted;
mod counters;
mod flight;
mod grave;
mod handle;
mod job;
mod keep;
mod key;
mod lent;
mod lent_op;
mod life;
mod list;
mod memo;
mod owned;
mod owner;
mod panics;
mod peer;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod registry;
mod report;
mod retained;
mod scope;
mod side_table;
mod slot;
mod stats;
mod store;
mod sweep;
mod sweeper;
mod sync;
mod thread;

pub use anchor::{Anchor, HasAnchor};
pub use anchored::Anchored;
pub use handle::{Lent, Memo, Owned, Sig};
pub use key::MemoKey;
pub use memo_macros::{HasAnchor, MemoKey, weak_memo};
pub use owner::Owner;
pub use registry::{MemoInfo, clear_all, memos};
pub use report::{Report, report};
pub use scope::{Local, Scope, Shared};
pub use stats::Stats;
pub use sweep::sweep;
pub use sweeper::Sweeper;
