//! Who is answered, and with which headers.

pub(crate) mod control;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod patience;
pub(crate) mod refusal;
pub(crate) mod token;
