//! One version of a source file: what the results belong to.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Never changed once it is made: an edit makes another one.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    /// The same for equal texts, so that an answer shows which text it is of.
    pub(crate) number: u32,
    pub(crate) text: Arc<str>,
}

/// For those who go by content.
impl Hash for SourceFile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
