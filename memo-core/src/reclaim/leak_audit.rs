//! The leak audit (law 16): which results are suspected of holding their own argument.
//!
//! A result that owns its owner can never be dropped, and one that owns another of its arguments keeps that one alive as long as the
//! owner lives. The only evidence is the argument's strong count.
//!
//! # Evidence for a leak
//!
//! * The count is higher after the call than before: something kept a clone. That may be the returned value, or another clone of the
//!   caller's, so the count is read again when the thread's outermost call ends. A rise caused by an inner memo call is not held
//!   against the outer one.
//! * A copy of the result raised the count: then the result holds a strong handle.
//!
//! A clone made by another thread at that moment looks the same. So both are only suspicions, weighed when they are read.
//!
//! # Evidence against
//!
//! * A result without drop glue, or of a type known to own only plain data ([`plain_data`](super::holds_nothing)): it is not even
//!   examined.
//! * *An object that dies with its result*: the result did not hold it. No foreign clone can fake this. If the object was under
//!   suspicion, this kind of evidence is void for this memo from then on.
//! * The result was removed.
//!
//! # Weighing
//!
//! * A memo used by one thread alone that raised the count whenever it stored a result is reported at once, and as long as object and
//!   result exist. So is a copy that raised the count.
//! * Otherwise a suspect is reported when its count is no higher than what suspected results would hold: no other owner is left.
//!   From then on it is a real leak.
//! * For a memo of several threads, these are reported only if they outnumber the results that were dropped with their objects. If
//!   some of its results did not raise the count, there must also be more than a few.
//!
//! # Limits
//!
//! * A leak is missed if other clones were dropped during the very call, so that the count did not rise.
//! * A clone that a body stores permanently, in a table of its own, looks like a leak until such an object dies.
//! * A memo of several threads that leaks few of its objects and releases most of them is missed.
//! * A memo that leaks only some of its objects is missed once a suspicion caused by foreign clones was disproved.
//! * Threads that have released nothing yet look like a leak as long as only one of them has the objects.
//! * For each memo, [`MOST`] suspects are watched; for each call, the owner and a few arguments.
//!
//! # Invariants
//!
//! 1. Notes on an object are withdrawn ([`forget`]) before its anchor releases its cells. So while a note is on its memo's list,
//!    the cells that it names are alive. And it pins the object's allocation no longer than the object's own node does.
//! 2. A note of a thread's own table is touched only by that thread. Others skip it.
//! 3. Locks: the object's notes before the memo's list before a cell's entries or a peer's links. No user code runs below them.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::mem;
use std::ptr::NonNull;
use std::sync::{OnceLock, Weak};

use once_cell::race::OnceBool;

use crate::anchor::anchor::{self, Anchor};
use crate::anchor::any_cell::{self, AnyCell};
use crate::anchor::back_link::{self, Peer};
use crate::anchor::liveness::AnyWeak;
use crate::anchor::side_table;
use crate::anchor::side_table::object::Subject;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::vtable::CellVtable;
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::listeners::Why;
use crate::memo::site::Site;
use crate::memo::traced::{self, What};
use crate::reclaim::holds_nothing::holds_nothing;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::plain::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;
use crate::sys::thread::{self, Step};

/// The most suspects of a memo, which bounds the time to read them.
const MOST: usize = 2048;

/// With foreign clones in between, this many results may look like a leak for a moment, when their objects' last owners are about
/// to be dropped.
const FEW: u64 = 8;

/// The most arguments other than the owner that are watched in a call.
pub(crate) const OTHERS: usize = 4;

/// A kind of evidence. Each has a record of its own: a memo's effect on its second argument says nothing about the first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind(usize);

impl Kind {
    /// A copy of the result took a count of the owner.
    const COPY: Self = Self(0);
    /// The owner's count is higher than before the call.
    const COUNT: Self = Self(1);

    /// The same for another argument.
    const fn other(position: usize) -> Self {
        Self(2 + position)
    }
}

/// The record of one kind of evidence in a memo's calls so far.
struct Record {
    /// Whether a stored result did not raise the count.
    mixed: AtomicBool,
    /// Whether a suspected object died with its result.
    disproved: AtomicBool,
}

impl Record {
    const fn new() -> Self {
        Self { mixed: AtomicBool::new(false), disproved: AtomicBool::new(false) }
    }

    fn note_mixed(&self) {
        // Read first: a store would take the cache line from other threads at every miss.
        if !self.mixed.load(Ordering::Relaxed) {
            self.mixed.store(true, Ordering::Relaxed);
        }
    }

    fn is_mixed(&self) -> bool {
        self.mixed.load(Ordering::Relaxed)
    }

    fn disprove(&self) {
        self.disproved.store(true, Ordering::Relaxed);
    }

    fn is_disproved(&self) -> bool {
        self.disproved.load(Ordering::Relaxed)
    }
}

/// The suspicions against a memo.
pub(crate) struct Suspicions {
    /// Whether its results may hold anything, known from the first one on.
    may_hold: OnceBool,
    /// The thread that stored the first result, and whether others use the memo, too.
    first: AtomicU32,
    several: AtomicBool,
    records: [Record; 2 + OTHERS],
    /// The type of its owner, from the first suspicion on.
    owner: OnceLock<&'static str>,
    /// How many results were dropped with an argument other than their owner.
    went_with_others: AtomicU64,
    notes: Mutex<Notes>,
    /// How many suspects there were, until `tracing` is told of one.
    untold: AtomicU64,
}

impl Suspicions {
    pub(crate) const fn new() -> Self {
        Self {
            may_hold: OnceBool::new(),
            first: AtomicU32::new(0),
            several: AtomicBool::new(false),
            records: [const { Record::new() }; 2 + OTHERS],
            owner: OnceLock::new(),
            went_with_others: AtomicU64::new(0),
            notes: Mutex::new(Notes::new()),
            untold: AtomicU64::new(0),
        }
    }

    fn record(&self, kind: Kind) -> &Record {
        &self.records[kind.0]
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        unpoisoned(self.notes.lock())
    }

    /// Records which thread uses the memo.
    fn used_here(&self) {
        if self.several.load(Ordering::Relaxed) {
            return;
        }
        let me = thread::number();
        match self.first.load(Ordering::Relaxed) {
            0 => self.first.store(me, Ordering::Relaxed),
            first if first == me => {}
            _ => self.several.store(true, Ordering::Relaxed),
        }
    }

    /// Whether several threads use the memo, including those that only found results or waited for them.
    fn is_of_several(&self, core: &'static Core) -> bool {
        if !self.several.load(Ordering::Relaxed) && counters::users(core) > 1 {
            self.several.store(true, Ordering::Relaxed);
        }
        self.several.load(Ordering::Relaxed)
    }
}

per_thread! {
    struct OwnSuspects {
        /// Suspects to examine when the outermost call of this thread has ended.
        suspects: Cell<*mut Vec<Suspect>> = Cell::new(std::ptr::null_mut()),
    }
}

/// Whether this thread has suspects to examine.
#[inline]
pub(crate) fn has_suspects() -> bool {
    !OwnSuspects::here().suspects.get().is_null()
}

fn suspicions_of(core: &'static Core) -> &'static Suspicions {
    core.audit(Suspicions::new)
}

/// Whether a memo's results, of type `V`, may hold an argument.
pub(crate) fn may_hold<V: 'static>(core: &'static Core) -> bool {
    mem::needs_drop::<V>()
        && suspicions_of(core).may_hold.get_or_init(|| {
            let may = !holds_nothing::<V>();
            if may {
                back_link::when_results_die(died_with);
            }
            may
        })
}

/// An argument whose strong count went up in a call that may not be the outermost.
pub(crate) struct Suspect {
    core: &'static Core,
    of: Argument,
    kind: Kind,
    /// The count before the call.
    before: usize,
    /// By how much it went up.
    raise: usize,
}

enum Argument {
    /// The life pins the address until the suspect is examined.
    Owner { subject: Subject, life: AnyWeak, owner: &'static str },
    /// Another argument, shared by all threads.
    Other(Weak<Peer>),
}

impl Argument {
    fn address(&self) -> usize {
        match self {
            Self::Owner { subject, .. } => subject.address,
            Self::Other(peer) => peer.as_ptr().addr(),
        }
    }

    fn strong(&self) -> usize {
        match self {
            Self::Owner { life, .. } => life.strong(),
            Self::Other(peer) => strong(peer),
        }
    }
}

fn strong(peer: &Weak<Peer>) -> usize {
    peer.upgrade().and_then(|peer| peer.strong_count()).unwrap_or(0)
}

/// An owner, as the audit sees it.
pub(crate) trait Counted {
    /// Its strong count, if it has one.
    fn strong(&self) -> Option<usize>;
    /// Its identity in the side table.
    fn life(&self) -> Option<(Subject, AnyWeak)>;
    fn type_name(&self) -> &'static str;
}

/// Compares the owner's strong count with the one before the call, whose result was stored. `copied`: how many counts a copy of the
/// result took, if one was made.
pub(crate) fn look_at_owner(core: &'static Core, owner: &impl Counted, before: Option<usize>, copied: Option<usize>) {
    let (Some(before), Some(now)) = (before, owner.strong()) else { return };
    let suspicions = suspicions_of(core);
    suspicions.used_here();
    let (kind, raise) = match copied {
        Some(taken) if taken > 0 => (Kind::COPY, taken),
        _ => (Kind::COUNT, now.saturating_sub(before)),
    };
    if copied == Some(0) {
        suspicions.record(Kind::COPY).note_mixed();
    }
    if raise == 0 {
        suspicions.record(kind).note_mixed();
    } else if let Some((subject, life)) = owner.life() {
        let of = Argument::Owner { subject, life, owner: owner.type_name() };
        suspect(Suspect { core, of, kind, before, raise });
    }
}

/// The same for another argument that all threads share: while the owner lives, its result would keep that argument alive.
pub(crate) fn look_at_other(core: &'static Core, peer: &std::sync::Arc<Peer>, position: usize, before: usize) {
    let Some(now) = peer.strong_count() else { return };
    let kind = Kind::other(position);
    if now > before {
        let of = Argument::Other(std::sync::Arc::downgrade(peer));
        suspect(Suspect { core, of, kind, before, raise: now - before });
    } else {
        suspicions_of(core).record(kind).note_mixed();
    }
}

/// Records a suspect, to be examined when the outermost call has ended.
fn suspect(suspect: Suspect) {
    let here = OwnSuspects::here();
    if here.suspects.get().is_null() {
        here.suspects.set(Box::into_raw(Box::default()));
        thread::at_end(Step::ForgetSuspects, forget_suspects);
    }
    // SAFETY: only this thread's, and pushing runs no user code.
    unsafe { &mut *here.suspects.get() }.push(suspect);
}

/// Checks, at the end of the outermost call, which counts are still raised.
pub(crate) fn check() {
    let suspects = OwnSuspects::here().suspects.replace(std::ptr::null_mut());
    if suspects.is_null() {
        return;
    }
    // SAFETY: made by `Box::into_raw` above, and taken.
    let suspects = unsafe { Box::from_raw(suspects) };
    let mut below = Below::default();
    for Suspect { core, of, kind, before, raise } in *suspects {
        let strong = of.strong();
        let raise = match kind {
            Kind::COPY => raise.min(strong),
            // The second look: by now the caller's own copy of the result is gone.
            _ => raise.min(strong.saturating_sub(before)).saturating_sub(below.raised(&of, before)),
        };
        if raise == 0 {
            suspicions_of(core).record(kind).note_mixed();
            continue;
        }
        below.add(&of, before, raise);
        ANY.store(true, Ordering::Relaxed);
        anchor::before_cells_go(forget);
        match of {
            Argument::Owner { subject, life, owner } => {
                let _ = suspicions_of(core).owner.set(owner);
                let add = |anchor: &Anchor| note(anchor, core, life, kind, raise);
                if core.is_local() {
                    side_table::local::with_anchor(subject, add);
                } else {
                    side_table::shared::with_anchor(subject, add);
                }
            }
            Argument::Other(peer) => note_other(peer, core, kind, raise),
        }
        if cfg!(feature = "tracing") {
            tell(core);
        }
    }
}

/// How many suspects there are of a memo of which `tracing` was told.
const TOLD: u64 = u64::MAX / 2;

/// Tells `tracing` of a memo whose results seem to hold an argument, once. It takes a walk over all suspects, so not each of them is a reason to look.
fn tell(core: &'static Core) {
    let untold = &suspicions_of(core).untold;
    let suspects = untold.fetch_add(1, Ordering::Relaxed) + 1;
    if suspects > TOLD || !suspects.is_power_of_two() {
        return;
    }
    let standing = figure(core, counters::sum(core).get(Count::Dropped));
    if standing > 0 {
        untold.store(TOLD, Ordering::Relaxed);
        traced::event(core, What::Retained, standing);
    }
}

/// The raises of the last few calls. A call is preceded by its inner calls, which began at its count or a higher one, and by earlier
/// calls outside it, which raised the count before it began, and so began at a lower one.
#[derive(Default)]
struct Below {
    last: [Option<(usize, usize, usize)>; 16],
    next: usize,
}

impl Below {
    fn raised(&self, of: &Argument, before: usize) -> usize {
        let same = |&&(address, began, _): &&(usize, usize, usize)| address == of.address() && began >= before;
        self.last.iter().flatten().filter(same).map(|&(.., raise)| raise).sum()
    }

    fn add(&mut self, of: &Argument, before: usize, raise: usize) {
        self.last[self.next % self.last.len()] = Some((of.address(), before, raise));
        self.next += 1;
    }
}

/// Drops the suspects of an ending thread: they pin their objects' allocations.
fn forget_suspects() {
    let suspects = OwnSuspects::here().suspects.replace(std::ptr::null_mut());
    if !suspects.is_null() {
        // SAFETY: as in `check`.
        drop(unsafe { Box::from_raw(suspects) });
    }
}

/// The suspects of one memo.
struct Notes {
    owners: Vec<Option<Note>>,
    /// Free places in `owners`.
    free: Vec<usize>,
    /// If all are taken: the next note to check for whether it is still needed.
    hand: usize,
    /// By the peer's address, which a note pins.
    others: HashMap<usize, Other, BuildHasherDefault<DefaultHasher>>,
}

/// How many counts suspected results would hold, and how many such results there are.
#[derive(Clone, Copy, Default)]
struct Counts {
    counts: usize,
    results: usize,
}

impl Counts {
    fn add(&mut self, more: Self) {
        self.counts += more.counts;
        self.results += more.results;
    }
}

/// The suspicion against a memo and one object.
struct Held {
    kind: Kind,
    counts: Counts,
}

impl Held {
    const fn new(kind: Kind) -> Self {
        Self { kind, counts: Counts { counts: 0, results: 0 } }
    }

    fn add(&mut self, kind: Kind, raise: usize) {
        if kind == Kind::COPY {
            self.kind = kind;
        }
        self.counts.add(Counts { counts: raise, results: 1 });
    }

    /// Whether the suspicion stands, for a living object with this strong count whose result is stored. `all`: the counts of the object
    /// that suspected results of any memo would hold.
    fn stands(&self, suspicions: &Suspicions, several: bool, strong: usize, all: Counts) -> bool {
        let record = suspicions.record(self.kind);
        let mixed = record.is_mixed();
        if record.is_disproved() {
            false
        } else if !several && (self.kind == Kind::COPY || !mixed) {
            true
        } else if several && mixed {
            // There were foreign clones in between, so the raise may be theirs: assume one count for each result, the usual case.
            strong <= all.results
        } else {
            strong <= all.counts
        }
    }
}

/// An owner under suspicion.
struct Note {
    held: Held,
    life: AnyWeak,
    /// The thread, if the object is in its own table; 0 otherwise.
    thread: u32,
    /// The memo's cell on the object.
    results: NonNull<CellHead>,
    /// How many results it had at the last suspicion.
    ready: usize,
    /// All notes of the object.
    all: NonNull<NoteCell>,
}

// SAFETY: the life and the cells of a shared object may be touched by all threads. Other notes are skipped except by their own
// thread (invariant 2).
unsafe impl Send for Note {}

impl Note {
    fn is_here(&self) -> bool {
        self.thread == 0 || self.thread == thread::number()
    }

    /// How many results there are.
    fn ready(&self, core: &'static Core) -> usize {
        // SAFETY: the vtable is that of the cell's memo, and the cell is alive (invariant 1).
        unsafe { (core.vtable().ready)(self.results) }
    }

    /// The counts of the object that suspected results of any memo would hold.
    fn all_counts(&self) -> Counts {
        // SAFETY: it is alive (invariant 1).
        let all = unsafe { self.all.as_ref() };
        Counts { counts: all.counts.load(Ordering::Relaxed), results: all.results.load(Ordering::Relaxed) }
    }

    /// Whether the object died with its result.
    fn is_disproof(&self, core: &'static Core) -> bool {
        // If some results were dropped, the one that held the object may be among them.
        !self.life.is_alive() && self.ready >= 1 && self.ready(core) >= self.ready
    }
}

/// Another argument under suspicion. Only a strong pointer would lead to its anchor, so the note is kept only here.
struct Other {
    held: Held,
    /// This pins only the peer's own memory, not the object's.
    peer: Weak<Peer>,
}

impl Notes {
    const fn new() -> Self {
        Self { owners: Vec::new(), free: Vec::new(), hand: 0, others: HashMap::with_hasher(BuildHasherDefault::new()) }
    }

    /// The note at this place, if it is still this object's.
    fn at(&mut self, place: usize, all: NonNull<NoteCell>) -> Option<&mut Note> {
        self.owners[place].as_mut().filter(|note| note.all == all)
    }

    fn take(&mut self, place: usize) -> Option<Note> {
        let taken = self.owners[place].take();
        if taken.is_some() {
            self.free.push(place);
        }
        taken
    }

    /// Stores a note. `Err`: there is no place for it.
    fn put(&mut self, core: &'static Core, note: Note) -> Result<usize, Note> {
        if self.free.is_empty() && self.owners.len() == MOST {
            self.hand = (self.hand + 1) % MOST;
            let at = &self.owners[self.hand];
            if at.as_ref().is_some_and(|note| note.is_here() && note.ready(core) == 0) {
                self.take(self.hand);
            }
        }
        match self.free.pop() {
            Some(place) => {
                self.owners[place] = Some(note);
                Ok(place)
            }
            None if self.owners.len() < MOST => {
                self.owners.push(Some(note));
                Ok(self.owners.len() - 1)
            }
            None => Err(note),
        }
    }
}

/// The cell, of a built-in memo, that records where an object's notes are.
#[repr(C)]
struct NoteCell {
    head: CellHead,
    places: Mutex<Vec<(&'static Core, usize)>>,
    /// The counts of all suspected results of the object.
    counts: AtomicUsize,
    results: AtomicUsize,
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

    unsafe fn end(_: NonNull<CellHead>, _: Why) -> usize {
        0
    }

    fn ready(&self) -> usize {
        0
    }
}

static NOTES: Core = Core::new(Site::built_in("notes"));

static VTABLE: CellVtable = CellVtable {
    release: any_cell::release::<NoteCell>,
    end: <NoteCell as AnyCell>::end,
    ready: any_cell::ready::<NoteCell>,
    living: any_cell::living::<NoteCell>,
    entries: any_cell::entries::<NoteCell>,
    entry_size: 0,
    inert: false,
    // Ending it does nothing.
    is_quiet: |_| true,
    stays: false,
    shared: None,
};

/// Whether anything was ever noted. Until then nothing searches for notes.
static ANY: AtomicBool = AtomicBool::new(false);

fn find(anchor: &Anchor) -> Option<NonNull<NoteCell>> {
    // A cell of `NOTES` is a `NoteCell`, and was made into this pointer as a whole.
    anchor.cells().find(&NOTES).map(NonNull::cast)
}

fn find_or_add(anchor: &Anchor) -> Option<NonNull<NoteCell>> {
    NOTES.set_cells(&VTABLE, Where { local: false, tabled: false });
    if let Some(there) = find(anchor) {
        return Some(there);
    }
    let head = CellHead::new(&NOTES);
    let cell = Box::new(NoteCell {
        head,
        places: Mutex::default(),
        counts: AtomicUsize::new(0),
        results: AtomicUsize::new(0),
    });
    let raw = NoteCell::into_raw(cell);
    if anchor.cells().add(raw).is_err() {
        // SAFETY: not published: still this call's.
        unsafe { any_cell::release::<NoteCell>(raw) };
    }
    find(anchor)
}

fn note(anchor: &Anchor, core: &'static Core, life: AnyWeak, kind: Kind, raise: usize) {
    let (Some(results), Some(all)) = (anchor.cells().find(core), find_or_add(anchor)) else { return };
    // SAFETY: the anchor is borrowed.
    let cell = unsafe { all.as_ref() };
    let mut places = unpoisoned(cell.places.lock());
    let mut counts = Counts { counts: raise, results: 1 };
    let mut gone = Vec::new();
    // A memo without results on this object holds nothing.
    places.retain(|&(core, place)| {
        let mut notes = suspicions_of(core).lock();
        let Some(note) = notes.at(place, all) else { return false };
        if note.ready(core) > 0 {
            counts.add(note.held.counts);
            return true;
        }
        gone.extend(notes.take(place));
        false
    });
    let mut notes = suspicions_of(core).lock();
    let there = places.iter().find(|(other, _)| std::ptr::eq(*other, core)).map(|&(_, place)| place);
    if let Some(note) = there.and_then(|place| notes.at(place, all)) {
        note.held.add(kind, raise);
        note.ready = note.ready(core);
        gone.push(Note { held: Held::new(kind), life, thread: 0, results, ready: 0, all });
    } else {
        let thread = if core.is_local() { thread::number() } else { 0 };
        let mut note = Note { held: Held::new(kind), life, thread, results, ready: 0, all };
        note.held.add(kind, raise);
        note.ready = note.ready(core);
        match notes.put(core, note) {
            Ok(place) => places.push((core, place)),
            Err(note) => gone.push(note),
        }
    }
    cell.counts.store(counts.counts, Ordering::Relaxed);
    cell.results.store(counts.results, Ordering::Relaxed);
    drop(notes);
    drop(places);
    drop(gone);
}

fn note_other(peer: Weak<Peer>, core: &'static Core, kind: Kind, raise: usize) {
    if let Some(peer) = peer.upgrade() {
        peer.set_suspected();
    }
    let mut notes = suspicions_of(core).lock();
    let others = &mut notes.others;
    if others.len() == others.capacity() {
        others.retain(|_, other| other.peer.strong_count() > 0);
    }
    let full = others.len() >= MOST;
    match others.get_mut(&peer.as_ptr().addr()) {
        Some(other) => other.held.add(kind, raise),
        None if full => {}
        None => {
            let other = Other { held: Held::new(kind), peer };
            others.entry(other.peer.as_ptr().addr()).or_insert(other).held.add(kind, raise);
        }
    }
}

/// Withdraws the notes on an object: its anchor is about to release its cells.
#[cold]
fn forget(anchor: &Anchor) {
    let Some(all) = find(anchor) else { return };
    // SAFETY: the anchor is borrowed.
    let places = mem::take(&mut *unpoisoned(unsafe { all.as_ref() }.places.lock()));
    for (core, place) in places {
        let suspicions = suspicions_of(core);
        let note = {
            let mut notes = suspicions.lock();
            notes.at(place, all).is_some().then(|| notes.take(place)).flatten()
        };
        match note {
            Some(note) if note.is_disproof(core) => suspicions.record(note.held.kind).disprove(),
            _ => {}
        }
    }
}

/// Records that another argument died with a result of this memo.
fn died_with(peer: &Peer, core: &'static Core) {
    let suspicions = suspicions_of(core);
    suspicions.went_with_others.fetch_add(1, Ordering::Relaxed);
    if !peer.is_suspected() {
        return;
    }
    let other = suspicions.lock().others.remove(&std::ptr::from_ref(peer).addr());
    if let Some(other) = other {
        suspicions.record(other.held.kind).disprove();
    }
}

/// Suspicions that stand.
#[derive(Clone, Copy, Default)]
struct Standing {
    sure: u64,
    /// Suspicions that foreign clones may have caused, and their results.
    unsure: u64,
    results: u64,
    /// Whether there is a sign that they did.
    mixed: bool,
}

impl Standing {
    fn add(self, suspicions: &Suspicions, held: &Held, sure: bool) -> Self {
        if sure {
            return Self { sure: self.sure + 1, ..self };
        }
        Self {
            sure: self.sure,
            unsure: self.unsure + 1,
            results: self.results + held.counts.results as u64,
            mixed: self.mixed || suspicions.record(held.kind).is_mixed(),
        }
    }

    /// `gone`: how many results were dropped with their arguments. The suspicious results must outnumber them.
    fn weighed(self, gone: u64) -> u64 {
        let enough = gone + if self.mixed { FEW } else { 0 };
        self.sure + if self.results > enough { self.unsure } else { 0 }
    }
}

/// How many living arguments results of this memo seem to hold. `dropped`: how many results were dropped with an argument.
pub(crate) fn figure(core: &'static Core, dropped: u64) -> u64 {
    if !ANY.load(Ordering::Relaxed) {
        return 0;
    }
    let suspicions = suspicions_of(core);
    let several = suspicions.is_of_several(core);
    let gone_with_others = suspicions.went_with_others.load(Ordering::Relaxed);
    // This may be the last count of a peer, which is dropped after unlocking.
    let mut peers = Vec::new();
    let mut notes = suspicions.lock();
    let here = || notes.owners.iter().flatten().filter(|note| note.is_here());
    // A death may be seen here before the sweep finds it.
    here().filter(|note| note.is_disproof(core)).for_each(|note| suspicions.record(note.held.kind).disprove());
    let owners = here().fold(Standing::default(), |sum, note| {
        let strong = note.life.strong();
        // No other thread has a clone of an `Rc`.
        let several = several && !note.life.is_thread_bound();
        match strong > 0 && note.held.stands(suspicions, several, strong, note.all_counts()) && note.ready(core) > 0 {
            true => sum.add(suspicions, &note.held, !several),
            false => sum,
        }
    });
    notes.others.retain(|_, other| other.peer.strong_count() > 0);
    let others = notes.others.values().fold(Standing::default(), |sum, other| {
        let Some(peer) = other.peer.upgrade() else { return sum };
        let strong = peer.strong_count().unwrap_or(0);
        let stands = strong > 0
            && other.held.stands(suspicions, several, strong, other.held.counts)
            && peer.has_entries_of(core);
        peers.push(peer);
        if stands { sum.add(suspicions, &other.held, !several) } else { sum }
    });
    drop(notes);
    owners.weighed(dropped.saturating_sub(gone_with_others)) + others.weighed(gone_with_others)
}

/// The type of the owner that results of this memo are suspected of holding.
pub(crate) fn owner_type(core: &'static Core) -> Option<&'static str> {
    suspicions_of(core).owner.get().copied()
}
