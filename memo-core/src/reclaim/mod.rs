//! reclaim

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod hits;
pub(crate) mod plain_data;
pub(crate) mod sweep;
pub(crate) mod sweeper;
pub(crate) mod table_end;
