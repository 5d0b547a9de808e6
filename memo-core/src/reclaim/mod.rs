//! Reclaiming the results of dead objects, amortised over calls.
//!
//! Every miss and some of the [`hits`] owe a little sweeping to an [`account`], which is settled when an outermost [`call`] ends; a
//! [`sweep`] reclaims all that is dead, on request or at intervals ([`sweeper`]); a thread's own table ends with it ([`table_end`]).
//! The [`audit`] reports results that seem to hold their own argument, except types that are [`plain_data`].

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod hits;
pub(crate) mod plain_data;
pub(crate) mod sweep;
pub(crate) mod sweeper;
pub(crate) mod table_end;
