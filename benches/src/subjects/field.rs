//! A `OnceLock` field written by hand: the floor.

use std::sync::{Arc, OnceLock};

use crate::Subject;
use crate::doc::{Doc, Object};

#[derive(Debug)]
pub(crate) struct FieldDoc {
    doc: Doc,
    derived: OnceLock<u64>,
}

impl Object for Arc<FieldDoc> {
    fn create(seed: u64, text_len: usize) -> Self {
        Arc::new(FieldDoc { doc: Doc::new(seed, text_len), derived: OnceLock::new() })
    }
}

#[derive(Debug)]
pub(crate) struct Field;

impl Subject for Field {
    const NAME: &'static str = "field";
    type Object = Arc<FieldDoc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, object: &Arc<FieldDoc>) -> u64 {
        *object.derived.get_or_init(|| object.doc.derived())
    }
}

/// In a storm: `OnceLock` computes once by itself.
#[derive(Debug)]
pub(crate) struct Storm;

impl Subject for Storm {
    const NAME: &'static str = "field, storm";
    const COLUMN: &'static str = Field::COLUMN;
    type Object = Arc<FieldDoc>;

    fn new(_room: usize) -> Self {
        Self
    }

    fn call(&self, object: &Arc<FieldDoc>) -> u64 {
        *object.derived.get_or_init(|| object.doc.derived_slowly())
    }
}
