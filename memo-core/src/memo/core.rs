//! A memo as data: its site, its counters, its cells' vtable, and the cells that can be enumerated.
//!
//! Its identity is its address: it is never freed and has a size.

use std::any::{Any, TypeId};
use std::ptr::NonNull;
use std::sync::OnceLock;

use once_cell::race::OnceRef;

use super::cells::head::CellHead;
use super::cells::listed::{SEATS, Seat};
use super::cells::vtable::CellVtable;
use super::counting::compute_times::Histogram;
use super::counting::counter_block::{Block, Share};
use super::counting::value_bytes::ValueBytes;
use super::explain::explanation::Explanation;
use super::listeners::{Listeners, Why};
use super::site::Site;
use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// Where the cells of a memo lie. All of them lie in the same kind of place.
#[derive(Clone, Copy)]
pub(crate) struct Where {
    /// In threads' own tables.
    pub(crate) local: bool,
    /// In the side table, not in the owners themselves.
    pub(crate) tabled: bool,
}

/// The memo of one function and one set of type arguments.
pub struct Core {
    pub(super) site: Site,
    pub(super) instance: Option<Instance>,
    /// Whether a call that closes a ring has a value for that.
    pub(super) cycle: bool,
    /// Its index in the list of memos and in every thread's counters; [`UNREGISTERED`] until first used.
    index: AtomicU32,
    /// The offset of its share in every thread's counters; out of range until first used.
    counters_offset: AtomicUsize,
    vtable: OnceRef<'static, CellVtable>,
    /// See [`Where`].
    local: AtomicBool,
    tabled: AtomicBool,
    name: OnceLock<String>,
    gone: Block,
    /// See [`Core::audit`].
    audit: OnceLock<Box<dyn Any + Send + Sync>>,
    listeners: Listeners,
    explanation: Explanation,
    value_bytes: ValueBytes,
    compute_times: Histogram,
    /// See [`Core::is_gone`].
    weak_values: OnceLock<IsGone>,
    /// See [`Core::carry`].
    carry: OnceLock<Carry>,
    /// See [`Core::results_before`].
    before: OnceLock<Box<dyn Any + Send + Sync>>,
    /// The shared cells that can be enumerated, each from before its publication until its object's death.
    pub(crate) cells: [Seat; SEATS],
    /// How often some of its results were examined for those that have expired.
    visits: AtomicUsize,
}

/// Makes a cell for a clone of the object, which has a clone of the result, if there is one. On no anchor yet.
///
/// # Safety
/// Called with a cell of its memo, on an anchor that is borrowed.
pub(crate) type Carry = unsafe fn(NonNull<CellHead>) -> Option<NonNull<CellHead>>;

/// Whether a stored value is gone by itself.
type IsGone = fn(&dyn Any) -> bool;

#[derive(Clone, Copy)]
pub(super) struct Instance {
    pub(super) id: TypeId,
    pub(super) path: &'static str,
    /// The next older instance.
    pub(super) older: Option<&'static Core>,
}

const UNREGISTERED: u32 = u32::MAX;

impl Core {
    pub(crate) const fn new(site: Site) -> Self {
        Self::with_instance(site, None)
    }

    pub(super) const fn with_instance(site: Site, instance: Option<Instance>) -> Self {
        Self {
            site,
            instance,
            cycle: false,
            index: AtomicU32::new(UNREGISTERED),
            counters_offset: AtomicUsize::new(usize::MAX),
            vtable: OnceRef::new(),
            local: AtomicBool::new(false),
            tabled: AtomicBool::new(false),
            name: OnceLock::new(),
            gone: Block::new(),
            audit: OnceLock::new(),
            listeners: Listeners::new(),
            explanation: Explanation::new(),
            value_bytes: ValueBytes::new(),
            compute_times: Histogram::new(),
            weak_values: OnceLock::new(),
            carry: OnceLock::new(),
            before: OnceLock::new(),
            cells: [const { Seat::new() }; SEATS],
            visits: AtomicUsize::new(0),
        }
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    /// Whether a call that closes a ring has a value for that.
    pub(crate) fn has_cycle(&self) -> bool {
        self.cycle
    }

    #[inline]
    pub(crate) fn index(&self) -> u32 {
        self.index.load(Ordering::Relaxed)
    }

    #[inline(always)]
    pub(crate) fn counters_offset(&self) -> usize {
        self.counters_offset.load(Ordering::Relaxed)
    }

    pub(crate) fn gone(&self) -> &Block {
        &self.gone
    }

    /// The leak audit's record. Only the audit knows its type.
    pub(crate) fn audit<T: Any + Send + Sync>(&self, first: fn() -> T) -> &T {
        let kept = self.audit.get_or_init(|| Box::new(first()));
        kept.downcast_ref().expect("one type is kept here")
    }

    /// What calls remember of earlier results. Only they know its type.
    pub(crate) fn results_before(&self) -> &OnceLock<Box<dyn Any + Send + Sync>> {
        &self.before
    }

    /// For memos that keep their results weakly: how to see that one is gone.
    pub(crate) fn set_weak_values(&self, is_gone: IsGone) {
        let _ = self.weak_values.set(is_gone);
    }

    /// Whether it keeps its results weakly.
    pub(crate) fn has_weak_values(&self) -> bool {
        self.weak_values.get().is_some()
    }

    /// Whether this stored value is gone by itself. Runs no user code.
    pub(crate) fn is_gone(&self, value: &dyn Any) -> bool {
        self.weak_values.get().is_some_and(|is_gone| is_gone(value))
    }

    /// For memos whose results clones of their objects take along: how. It is for cells of this memo's type.
    pub(crate) fn set_carry(&self, carry: Carry) {
        let _ = self.carry.set(carry);
    }

    /// How a clone of an object takes a result along, if it does.
    pub(crate) fn carry(&self) -> Option<Carry> {
        self.carry.get().copied()
    }

    pub(crate) fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    pub(crate) fn explanation(&self) -> &Explanation {
        &self.explanation
    }

    /// How long its computes took.
    pub(crate) fn compute_times(&self) -> &Histogram {
        &self.compute_times
    }

    /// What its results own.
    #[inline(always)]
    pub(crate) fn value_bytes(&self) -> &ValueBytes {
        &self.value_bytes
    }

    /// What an entry takes by itself; 0 before the first.
    pub(crate) fn entry_size(&self) -> usize {
        self.vtable.get().map_or(0, |vtable| vtable.entry_size)
    }

    /// Whether anyone is notified when a result is dropped.
    #[inline(always)]
    pub(crate) fn is_listened(&self) -> bool {
        self.listeners.any()
    }

    /// Whether anyone is notified when a result is dropped for this reason.
    #[inline(always)]
    pub(crate) fn tells(&self, why: Why) -> bool {
        why.told && self.is_listened()
    }

    /// Notifies the listeners that a result with this value is dropped. The value still exists, outside its cell.
    #[inline]
    pub(crate) fn tell(&self, why: Why, value: &dyn Any, panics: &mut Panics) {
        if self.tells(why) {
            self.listeners.tell(why.count, value, panics);
        }
    }

    /// Takes its index in the list of all memos. `false`: it already has one.
    pub(super) fn take_index(&self, index: u32) -> bool {
        if self.index() != UNREGISTERED {
            return false;
        }
        self.index.store(index, Ordering::Relaxed);
        self.counters_offset.store(index as usize * size_of::<Share>(), Ordering::Relaxed);
        true
    }

    pub(super) fn is_listed(&self) -> bool {
        self.index() != UNREGISTERED
    }

    /// Sets the vtable of this memo's cells, known from the first one on. All its cells are of one type and in one kind of place.
    pub(crate) fn set_cells(&self, vtable: &'static CellVtable, place: Where) {
        self.local.store(place.local, Ordering::Relaxed);
        self.tabled.store(place.tabled, Ordering::Relaxed);
        let _ = self.vtable.set(vtable);
    }

    /// Whether there has been a cell. If so, the memo is registered, too.
    pub(crate) fn has_cells(&self) -> bool {
        self.vtable.get().is_some()
    }

    /// Whether its results expire, and there has been one.
    pub(crate) fn expires(&self) -> bool {
        self.vtable.get().and_then(|vtable| vtable.shared.as_ref()).is_some_and(|shared| shared.expire.is_some())
    }

    /// Whether its results end in other ways than by being taken out: in time, or with what they point to.
    pub(crate) fn ends_unseen(&self) -> bool {
        self.expires() || self.has_weak_values()
    }

    /// The number of the next visit to its results that may have expired.
    pub(crate) fn next_visit(&self) -> usize {
        self.visits.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether this memo's cells are per thread: its owners are `Rc`s, or it is marked `local`.
    pub(crate) fn is_local(&self) -> bool {
        self.local.load(Ordering::Relaxed)
    }

    /// Whether its owners' anchors are in the side table.
    pub(crate) fn is_tabled(&self) -> bool {
        self.tabled.load(Ordering::Relaxed)
    }

    pub(crate) fn vtable(&self) -> &'static CellVtable {
        self.vtable.get().expect("a cell exists only after its memo's vtable is set")
    }

    /// The name in reports, as [`names`](super::names) makes it.
    pub(super) fn name_cell(&self) -> &OnceLock<String> {
        &self.name
    }

    /// For an instance, the source of its name: the path of a closure in its function.
    pub(super) fn instance_path(&self) -> Option<&'static str> {
        Some(self.instance?.path)
    }

    /// Whether this is the instance of the type.
    #[inline]
    pub(super) fn is_of(&self, id: TypeId) -> bool {
        self.instance.is_some_and(|instance| instance.id == id)
    }

    /// This instance and all older ones.
    pub(super) fn chain(&'static self) -> impl Iterator<Item = &'static Core> {
        std::iter::successors(Some(self), |core| core.instance?.older)
    }

    /// The function's site.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.site.file, self.site.line)
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("name", &self.site.function).finish_non_exhaustive()
    }
}
