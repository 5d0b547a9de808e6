//! No remembering at all: what an object's life costs without it.

use std::rc::Rc;
use std::sync::Arc;

use crate::Subject;
use crate::doc::Doc;

/// The bare body on an `Arc`.
#[derive(Debug)]
pub(crate) struct Bare;

impl Subject for Bare {
    const NAME: &'static str = "bare";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        doc.derived()
    }
}

/// The bare body on an `Rc`.
#[derive(Debug)]
pub(crate) struct BareRc;

impl Subject for BareRc {
    const NAME: &'static str = "bare Rc";
    type Object = Rc<Doc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Rc<Doc>) -> u64 {
        doc.derived()
    }
}
