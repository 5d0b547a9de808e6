//! The index of a table, searched by address.
//!
//! *No stale match.* A reader searches for the address of an object that it borrows. By the invariants of the [table](super) the
//! address of a removed node is overwritten before its `Weak` is released. Only after that can the allocator reuse the
//! address, and both hand-overs order what was done before. So no node can show a reader an address from before its own
//! object was made. And as its object is alive, the node that does show the address is the object's own, and stays.

use std::ptr::NonNull;

use super::node::Node;
use super::object::hash_of;
use crate::sys::index::{Guess, Index};

/// The search of a hit.
///
/// # Safety
/// The caller is marked as looking, or is the writer.
#[inline(always)]
pub(super) unsafe fn guess(index: &Index<Node>, address: usize) -> Guess<NonNull<Node>> {
    // SAFETY: nothing that the index leads to is freed meanwhile.
    let is = |node| unsafe { Node::address(node) } == address;
    // SAFETY: the caller's.
    unsafe { index.guess(hash_of(address), is) }
}

/// The node at `address`.
///
/// # Safety
/// The caller is marked as looking, or is the writer.
pub(super) unsafe fn find(index: &Index<Node>, address: usize) -> Option<NonNull<Node>> {
    // SAFETY: as above.
    let is = |node| unsafe { Node::address(node) } == address;
    // SAFETY: the caller's.
    unsafe { index.find(hash_of(address), is) }
}
