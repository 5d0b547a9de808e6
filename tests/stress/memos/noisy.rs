//! A result that asks a memo when it is cloned and when it is dropped, and the memos that have it.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::weak_memo;

use super::functions::{ask_plain, body};
use super::object::{Node, Object};
use super::value::{Counted, Value};
use crate::books::id::Id;
use crate::books::tally::{Count, count};

/// A value that asks a memo when it is cloned and when it is dropped, and that owns the object it asks about.
#[derive(Debug)]
pub(crate) struct Noisy {
    counted: Counted,
    pub(crate) next: Arc<Object>,
}

impl Value for Noisy {
    fn make(id: Id, number: u64) -> Self {
        Self { counted: Counted::make(id, number), next: Arc::new(Object::new()) }
    }

    fn number(&self) -> u64 {
        self.counted.number()
    }
}

impl Clone for Noisy {
    fn clone(&self) -> Self {
        let stopped = StoppedByPanic(self.counted.id());
        ask_plain(&self.next);
        std::mem::forget(stopped);
        Self { counted: self.counted.clone(), next: Arc::clone(&self.next) }
    }
}

/// Counts a call that another memo's panic stops while this one's result is copied.
struct StoppedByPanic(Id);

impl Drop for StoppedByPanic {
    fn drop(&mut self) {
        count(self.0, Count::Stopped);
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        ask_plain(&self.next);
    }
}

#[weak_memo]
pub(crate) fn noisy(object: &Arc<Object>) -> Noisy {
    body(Id::Noisy, object, 0)
}

#[weak_memo]
pub(crate) fn node_noisy(node: &Node) -> Noisy {
    body(Id::NodeNoisy, &node.object, 0)
}

#[weak_memo]
pub(crate) fn rc_noisy(object: &Rc<Object>) -> Noisy {
    body(Id::RcNoisy, object, 0)
}
