//! reclaim

pub(crate) mod audit;
pub(crate) mod plain_data;
pub(crate) mod sweep;
pub(crate) mod sweeper;
