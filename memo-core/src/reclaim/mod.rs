//! Finding what is dead, and what is owed for it.
//!
//! Every miss and some of the [`hits`] pay a little into an [`account`], which is settled when an outermost [`call`] ends; a
//! [`sweep`] ends all that is dead, on request or now and then ([`sweeper`]); a thread's own table ends with it ([`table_end`]). Results
//! that seem to hold their own argument are told by the [`audit`], but for types that are [`plain_data`].

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod hits;
pub(crate) mod plain_data;
pub(crate) mod sweep;
pub(crate) mod sweeper;
pub(crate) mod table_end;
