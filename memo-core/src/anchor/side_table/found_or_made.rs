//! The anchor that a call looked up, and whether the call made it.

use std::ptr::NonNull;

use super::node::{Node, Room};
use crate::anchor::anchor::Anchor;

/// An anchor that was found or made.
pub(crate) struct Made<'a> {
    pub(crate) anchor: &'a Anchor,
    /// Where this call may put a first result, if it made the node and the node is a roomy one.
    pub(crate) room: Option<&'a Room>,
    /// Whether this call made the node.
    pub(crate) fresh: bool,
}

impl Made<'_> {
    /// # Safety
    /// The node's object is alive, and borrowed for the lifetime.
    pub(super) unsafe fn of(node: NonNull<Node>, fresh: bool) -> Self {
        Self {
            // SAFETY: the caller's: the node of a living object stays.
            anchor: unsafe { (*node.as_ptr()).anchor() },
            // SAFETY: as above.
            room: if fresh { unsafe { Node::room(node) } } else { None },
            fresh,
        }
    }
}
