//! Who asks: the threads and what they share, from the start of a run to its end, at which all is counted.

pub(crate) mod audit;
pub(crate) mod course;
pub(crate) mod figures;
pub(crate) mod pool;
pub(crate) mod things;
pub(crate) mod watchdog;
pub(crate) mod worker;
