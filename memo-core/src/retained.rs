//! A leak is reported (law 16): results suspected of holding their own argument.
//!
//! A result that owns its owner can never be dropped, and one that owns another of its arguments keeps it as long as the owner
//! lives. What can be seen is the argument's strong count: if it is higher after the call than before, something kept a clone.
//! The returned value, or a value of the caller's, may be it; so the first look waits for the outermost call of the thread to
//! end. A clone on another thread looks the same, so that look is only a suspicion: it is noted on the object's own anchor,
//! where it dies with the object, and counts for as long as the strong count stays up. A note whose count was seen down again
//! is taken back.
//!
//! That would also take back a true one when the caller's own clone goes. Where the result is copied for the caller there is
//! better evidence: if the copy takes a count of the owner, the result has one. Such a note counts as long as there is a result.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::ptr::NonNull;
use std::sync::Weak;

use crate::anchor::Anchor;
use crate::cell::{self, AnyCell, CellHead, CellVtable};
use crate::counters::Count;
use crate::life::Life;
use crate::memo::{Core, Site, Where};
use crate::peer::Peer;
use crate::side_table::{self, Subject};
use crate::sync::plain::{AtomicBool, Mutex, Ordering};
use crate::sync::unpoisoned;
use crate::thread;

/// An argument whose strong count went up in a call that may not be the outermost.
pub(crate) struct Suspect {
    pub(crate) core: &'static Core,
    pub(crate) of: Argument,
    pub(crate) evidence: Evidence,
}

pub(crate) enum Argument {
    /// Its life keeps the address from being used again until the look is taken.
    Owner { subject: Subject, life: Life },
    /// Another one, which all threads see.
    Other(Weak<Peer>),
}

/// What speaks for it.
#[derive(Clone, Copy)]
pub(crate) enum Evidence {
    /// The strong count is above that of before the call.
    CountAbove(usize),
    /// A copy of the result took a count.
    Copy,
}

impl Evidence {
    /// Whether it still speaks for it, of a living object of this strong count.
    fn stands(self, strong: usize) -> bool {
        match self {
            Self::CountAbove(before) => strong > before,
            Self::Copy => strong > 0,
        }
    }
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
    for Suspect { core, of, evidence } in *suspects {
        match of {
            Argument::Owner { subject, life } if evidence.stands(life.strong()) => {
                let add = |anchor: &Anchor| note(anchor, core, evidence);
                if core.is_local() {
                    side_table::local::with_anchor(subject, add);
                } else {
                    side_table::shared::with_anchor(subject, add);
                }
            }
            Argument::Owner { .. } => {}
            Argument::Other(peer) => note_other(peer, core, evidence),
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
    evidence: Evidence,
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

    fn ready(&self) -> usize {
        0
    }
}

static NOTES: Core = Core::new(Site::built_in("notes"));

static VTABLE: CellVtable = CellVtable {
    release: cell::release::<NoteCell>,
    end: <NoteCell as AnyCell>::end,
    ready: cell::ready::<NoteCell>,
    living: cell::living::<NoteCell>,
    inert: false,
    // Ending notes is nothing.
    is_quiet: |_| true,
    shared: None,
};

/// Whether any object has notes: until then nobody looks for them.
static ANY: AtomicBool = AtomicBool::new(false);

fn find(anchor: &Anchor) -> Option<&NoteCell> {
    let cell = anchor.cells().find(&NOTES)?;
    // SAFETY: a cell of `NOTES`, and the anchor is borrowed.
    Some(unsafe { cell::cast::<NoteCell>(cell) })
}

fn note(anchor: &Anchor, core: &'static Core, evidence: Evidence) {
    ANY.store(true, Ordering::Relaxed);
    NOTES.set_cells(&VTABLE, Where { local: false, tabled: false });
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
        Some(note) => note.evidence = evidence,
        None => notes.push(Note { core, evidence }),
    }
}

/// Visits the memos suspected of keeping an object of this strong count, and takes back what it speaks against.
pub(crate) fn each(anchor: &Anchor, strong: usize, mut visit: impl FnMut(&'static Core)) {
    if !ANY.load(Ordering::Relaxed) {
        return;
    }
    let Some(cell) = find(anchor) else { return };
    let mut notes = unpoisoned(cell.notes.lock());
    notes.retain(|note| note.evidence.stands(strong) && has_results(anchor, note.core));
    notes.iter().for_each(|note| visit(note.core));
}

/// Whether a memo has results there. Those that lend always do: nothing takes them out.
fn has_results(anchor: &Anchor, core: &'static Core) -> bool {
    let Some(cell) = anchor.cells().find(core) else { return false };
    // SAFETY: the vtable is that of the cell's memo, and the anchor is borrowed.
    core.vtable().shared.as_ref().is_none_or(|shared| unsafe { (shared.has_results)(cell) })
}

/// A further argument under suspicion, and of which memo. There are few: what would hold an anchor for the note is the user's.
struct Other {
    /// Only the peer's own memory is pinned, not the object's.
    peer: Weak<Peer>,
    note: Note,
}

/// By peer and memo: a note pins the peer, and so its address.
type Others = HashMap<(usize, usize), Other, BuildHasherDefault<DefaultHasher>>;

static OTHERS: Mutex<Others> = Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

fn note_other(peer: Weak<Peer>, core: &'static Core, evidence: Evidence) {
    let Some(strong) = peer.upgrade().and_then(|peer| peer.strong_count()) else { return };
    if !evidence.stands(strong) {
        return;
    }
    let name = (peer.as_ptr().addr(), std::ptr::from_ref(core).addr());
    let mut others = unpoisoned(OTHERS.lock());
    if others.len() == others.capacity() {
        others.retain(|_, other| other.peer.strong_count() > 0);
    }
    others.insert(name, Other { peer, note: Note { core, evidence } });
}

/// As [`each`], for the arguments besides the owners.
pub(crate) fn each_other(mut visit: impl FnMut(&'static Core)) {
    // Ours may be the last: then what goes with it goes when the lock is open.
    let mut peers = Vec::new();
    let mut others = unpoisoned(OTHERS.lock());
    others.retain(|_, other| {
        let Some(peer) = other.peer.upgrade() else { return false };
        let strong = peer.strong_count().unwrap_or(0);
        let stands = strong > 0 && other.note.evidence.stands(strong) && peer.has_entries_of(other.note.core);
        peers.push(peer);
        stands
    });
    others.values().for_each(|other| visit(other.note.core));
    drop(others);
}
