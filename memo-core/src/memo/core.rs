//! A memo as data: the site it stands at, its counters, how to handle its cells, and the cells that can be enumerated.
//!
//! Its identity is its address: it is never freed and has a size.

use std::any::{Any, TypeId};
use std::sync::OnceLock;

use super::count::Block;
use super::seats::{SEATS, Seat};
use super::site::Site;
use super::vtable::CellVtable;
use crate::sys::sync::plain::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// Where the cells of a memo lie: all of one memo's alike.
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
    /// Its place in the registry and in every thread's counters; [`UNREGISTERED`] until first used.
    index: AtomicU32,
    /// The offset of its block in every thread's counters; beyond all of them until first used.
    counters_offset: AtomicUsize,
    vtable: OnceLock<&'static CellVtable>,
    /// See [`Where`].
    local: AtomicBool,
    tabled: AtomicBool,
    name: OnceLock<String>,
    gone: Block,
    /// See [`Core::audit`].
    audit: OnceLock<Box<dyn Any + Send + Sync>>,
    /// The shared cells that can be enumerated, each listed from before it is published until its object's death.
    pub(crate) cells: [Seat; SEATS],
}

#[derive(Clone, Copy)]
pub(super) struct Instance {
    pub(super) id: TypeId,
    pub(super) path: &'static str,
    /// The instance that was added before it.
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
            index: AtomicU32::new(UNREGISTERED),
            counters_offset: AtomicUsize::new(usize::MAX),
            vtable: OnceLock::new(),
            local: AtomicBool::new(false),
            tabled: AtomicBool::new(false),
            name: OnceLock::new(),
            gone: Block::new(),
            audit: OnceLock::new(),
            cells: [const { Seat::new() }; SEATS],
        }
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
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

    /// What the leak audit keeps of it: one type, which it alone knows.
    pub(crate) fn audit<T: Any + Send + Sync>(&self, first: fn() -> T) -> &T {
        let kept = self.audit.get_or_init(|| Box::new(first()));
        kept.downcast_ref().expect("one type is kept here")
    }

    /// Takes its place in the list of all memos. `false`: it has one.
    pub(super) fn take_index(&self, index: u32) -> bool {
        if self.index() != UNREGISTERED {
            return false;
        }
        self.index.store(index, Ordering::Relaxed);
        self.counters_offset.store(index as usize * size_of::<Block>(), Ordering::Relaxed);
        true
    }

    pub(super) fn is_listed(&self) -> bool {
        self.index() != UNREGISTERED
    }

    /// How to handle this memo's cells, known from the first one on. All its cells are of one type and in one kind of place.
    pub(crate) fn set_cells(&self, vtable: &'static CellVtable, place: Where) {
        self.local.store(place.local, Ordering::Relaxed);
        self.tabled.store(place.tabled, Ordering::Relaxed);
        let _ = self.vtable.set(vtable);
    }

    /// Whether there has been one: then it is registered, too.
    pub(crate) fn has_cells(&self) -> bool {
        self.vtable.get().is_some()
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

    /// What it is named after if it is an instance: the path of a closure in its function.
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

    /// Where the function stands.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.site.file, self.site.line)
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("name", &self.site.function).finish_non_exhaustive()
    }
}
