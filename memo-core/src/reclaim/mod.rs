//! Reclaiming the results of dead objects, amortised over calls.
//!
//! Every miss adds a little sweeping to an [`account`], and so do every few thousand hits ([`paid_by_hits`]). The work is done when an
//! [`outermost_call`] ends. A [`sweep`] reclaims everything dead, on request or at intervals ([`sweeper`]). The table of a thread ends with
//! the thread ([`thread_table_end`]). Shared weak maps are [`tables`] of their own, swept along with the side table, and so are results that have expired ([`expiry`]). The [`leak_audit`]
//! reports results that seem to hold their own argument, except those of a type that [`holds_nothing`].

pub(crate) mod account;
pub(crate) mod expiry;
pub(crate) mod holds_nothing;
pub(crate) mod leak_audit;
pub(crate) mod outermost_call;
pub(crate) mod paid_by_hits;
pub(crate) mod sweep;
pub(crate) mod sweeper;
pub(crate) mod tables;
pub(crate) mod thread_table_end;
