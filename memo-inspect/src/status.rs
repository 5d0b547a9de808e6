//! A line of the program's own: how far it is, what it is at.

use std::fmt;
use std::sync::Arc;

/// Asked for whenever the figures are.
#[derive(Clone)]
pub(crate) struct Status(Arc<dyn Fn() -> String + Send + Sync>);

impl Status {
    pub(crate) fn new(tell: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn now(&self) -> String {
        (self.0)()
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
