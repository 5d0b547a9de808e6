//! What tests of users find out about the calls that they make themselves, whatever other tests do at the same time.
//!
//! Both [`scope`] and the macros ([`expect`]) put a [watch](crate::memo::counting::watch) on the thread.

pub(crate) mod expect;
pub(crate) mod scope;
