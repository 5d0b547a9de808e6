//! Dropping the results of one living object.

use std::sync::Arc;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::CellRef;
use crate::anchor::back_link;
use crate::anchor::side_table::local;
use crate::anchor::side_table::object::Subject;
use crate::argument::owner::{Internal, Owner};
use crate::argument::scope::Scope;
use crate::memo::cells::vtable::EntryId;
use crate::memo::counting::counter_block::Count;
use crate::sys::depth::DepthGuard;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;

/// Drops every result of one living object, and returns how many there were.
///
/// As [`clear`](crate::Memo::clear), but for one object and all memos that return by clone: the results that it owns, and those in
/// which it is a further weak argument. They count as cleared. Each is dropped before this returns or, if another call is copying it,
/// when that copy is done. The result of a compute in flight for this object is not stored. The object stays usable as an argument.
///
/// Lent results stay, since they may be borrowed: they are dropped with their objects, or on `&mut` access to them.
/// [Finalizers](crate::weak::finalize) stay as well, since they are not results.
///
/// In memos of `Rc` owners and in those marked `local`, only the results of this thread are dropped. For an `Rc` these are all.
///
/// # Panics
///
/// If the destructor of a result panics, once all results are dropped.
///
/// # Cost
///
/// Proportional to the number of memos called with this object and of its results, and to nothing else: the object's anchor lists them.
///
/// # Examples
///
/// ```
/// use memo_core::{forget_object, weak_memo};
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn words(text: &Arc<String>) -> usize {
///     text.split_whitespace().count()
/// }
///
/// #[weak_memo]
/// fn starts_with(text: &Arc<String>, other: &Arc<String>) -> bool {
///     text.starts_with(&***other)
/// }
///
/// let (long, short) = (Arc::new(String::from("to be or")), Arc::new(String::from("to")));
/// words(&long);
/// words(&short);
/// starts_with(&long, &short);
///
/// assert_eq!(forget_object(&short), 2);
/// assert_eq!(words_memo().get(&short), None);
/// assert_eq!(words_memo().get(&long), Some(3));
/// assert!(starts_with_memo().is_empty());
/// ```
pub fn forget_object<O: Owner + ?Sized>(object: &O) -> usize {
    // Results run user code as they go: no sweep starts below it, and no table of this thread ends.
    let _deeper = DepthGuard::enter();
    let mut results = Results::default();
    if let Some(anchor) = object.find_anchor_surely(Internal) {
        results.add(anchor);
        // An object with an anchor inside has another one for what it takes part in on this thread.
        let peer = back_link::find(anchor).map(|peer| Arc::as_ptr(peer) as usize);
        if let Some(here) = peer.and_then(|peer| local::find(Subject::of_peer(peer))) {
            results.add(here);
        }
    }
    // And so does an `Arc`.
    if !O::Scope::LOCAL {
        if let Some(here) = object.life().and_then(|(subject, _)| local::find(subject)) {
            results.add(here);
        }
    }
    results.drop_all()
}

/// The results that are to go: counted first, since what is dropped may do anything.
#[derive(Default)]
struct Results {
    cells: Vec<CellRef>,
    entries: Vec<(CellRef, EntryId)>,
}

impl Results {
    fn add(&mut self, anchor: &Anchor) {
        anchor.cells().each(|cell| {
            // SAFETY: the anchor is borrowed.
            let memo = unsafe { cell.as_ref() }.memo();
            if memo.vtable().shared.is_some() && !memo.site().lends {
                // SAFETY: the anchor is borrowed, and the cell is one that can be counted.
                self.cells.push(unsafe { CellRef::retain(cell) });
            }
        });
        if let Some(peer) = back_link::find(anchor) {
            self.entries.extend(peer.forget().into_iter().filter(|(cell, _)| !cell.memo().site().lends));
        }
    }

    fn drop_all(self) -> usize {
        let (mut panics, mut batch) = (Panics::default(), Batch::default());
        let mut dropped = 0;
        for cell in self.cells {
            dropped += cell.empty(Count::Cleared, &mut batch, &mut panics);
            panics.drop(cell);
        }
        for (cell, entry) in self.entries {
            dropped += usize::from(panics.run(|| cell.remove(entry, Count::Cleared)) == Some(true));
            panics.drop(cell);
        }
        batch.finish(&mut panics);
        panics.resume();
        dropped
    }
}
