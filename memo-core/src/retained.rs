//! A leak is reported (law 16): results suspected of holding their own argument.
//!
//! A result that owns its owner can never be dropped. What can be seen is the owner's strong count: if it is higher
//! after the call than before, something kept a clone. The returned value, or a value of the caller's, may be it; so
//! the first look waits for the outermost call of the thread to end. A clone on another thread looks the same, so that
//! look is only a suspicion: it is noted on the object's own anchor, where it dies with the object, and counts for as long
//! as the strong count stays up. A note whose count was seen down again is taken back.

use std::ptr::NonNull;

use crate::anchor::Anchor;
use crate::cell::{self, AnyCell, CellHead, CellVtable};
use crate::counters::Count;
use crate::life::Life;
use crate::memo::{Core, Site};
use crate::side_table::{self, Subject};
use crate::sync::plain::{AtomicBool, Mutex, Ordering};
use crate::sync::unpoisoned;
use crate::thread;

/// An owner whose strong count went up in a call that may not be the outermost.
pub(crate) struct Suspect {
    pub(crate) core: &'static Core,
    pub(crate) before: usize,
    pub(crate) subject: Subject,
    /// Keeps the address from being used again until the look is taken.
    pub(crate) life: Life,
}

/// Notes a suspect, to be looked at when the outermost call has ended.
pub(crate) fn suspect(suspect: Suspect) {
    thread::with(|thread| {
        if thread.suspects.get().is_null() {
            thread.suspects.set(Box::into_raw(Box::default()));
        }
        // SAFETY: this thread's alone, and pushing runs no user code.
        unsafe { &mut *thread.suspects.get() }.push(suspect);
    });
}

/// Ends the outermost call: whose count is still up?
pub(crate) fn check() {
    let suspects = thread::with(|thread| thread.suspects.replace(std::ptr::null_mut()));
    if suspects.is_null() {
        return;
    }
    // SAFETY: made by `Box::into_raw` above, and taken out.
    let suspects = unsafe { Box::from_raw(suspects) };
    for suspect in *suspects {
        if suspect.life.strong() > suspect.before {
            let add = |anchor: &Anchor| note(anchor, suspect.core, suspect.before);
            if suspect.core.is_local() {
                side_table::local::with_anchor(suspect.subject, add);
            } else {
                side_table::shared::with_anchor(suspect.subject, add);
            }
        }
    }
}

/// Lets go of the suspects of a thread that is ending: they pin their objects' allocations.
pub(crate) fn forget_suspects() {
    let suspects = thread::with(|thread| thread.suspects.replace(std::ptr::null_mut()));
    if !suspects.is_null() {
        // SAFETY: as in `check`.
        drop(unsafe { Box::from_raw(suspects) });
    }
}

/// The cell of the built-in memo that holds an object's notes.
#[repr(C)]
struct NoteCell {
    head: CellHead,
    notes: Mutex<Vec<Note>>,
}

struct Note {
    core: &'static Core,
    before: usize,
}

// SAFETY: `repr(C)`, the head first.
unsafe impl AnyCell for NoteCell {
    type Handle = Box<Self>;

    fn into_raw(handle: Box<Self>) -> NonNull<CellHead> {
        NonNull::from(Box::leak(handle)).cast()
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> Box<Self> {
        // SAFETY: the caller's.
        unsafe { Box::from_raw(cell.cast::<Self>().as_ptr()) }
    }

    unsafe fn end(_: NonNull<CellHead>, _: Count) -> usize {
        0
    }
}

static NOTES: Core = Core::new(Site::built_in("notes"));

static VTABLE: CellVtable =
    CellVtable { release: cell::release::<NoteCell>, end: <NoteCell as AnyCell>::end, inert: false, shared: None };

/// Whether any object has notes: until then nobody looks for them.
static ANY: AtomicBool = AtomicBool::new(false);

fn find(anchor: &Anchor) -> Option<&NoteCell> {
    let cell = anchor.cells().find(&NOTES)?;
    // SAFETY: a cell of `NOTES`, and the anchor is borrowed.
    Some(unsafe { cell::cast::<NoteCell>(cell) })
}

fn note(anchor: &Anchor, core: &'static Core, before: usize) {
    ANY.store(true, Ordering::Relaxed);
    NOTES.set_cells(&VTABLE, false);
    if find(anchor).is_none() {
        let cell = Box::new(NoteCell { head: CellHead::new(&NOTES), notes: Mutex::default() });
        let raw = NoteCell::into_raw(cell);
        if anchor.cells().add(raw).is_err() {
            // SAFETY: not published: still ours.
            unsafe { cell::release::<NoteCell>(raw) };
        }
    }
    let Some(cell) = find(anchor) else { return };
    let mut notes = unpoisoned(cell.notes.lock());
    match notes.iter_mut().find(|note| std::ptr::eq(note.core, core)) {
        Some(note) => note.before = before,
        None => notes.push(Note { core, before }),
    }
}

/// Visits the memos suspected of keeping an object of this strong count, and takes back what it speaks against.
pub(crate) fn each(anchor: &Anchor, strong: usize, mut visit: impl FnMut(&'static Core)) {
    if !ANY.load(Ordering::Relaxed) {
        return;
    }
    let Some(cell) = find(anchor) else { return };
    let mut notes = unpoisoned(cell.notes.lock());
    notes.retain(|note| strong > note.before);
    notes.iter().for_each(|note| visit(note.core));
}
