//! A memo: one annotated function, or one instantiation of a generic one.
//!
//! The attribute emits one `static` [`Family`] a function. A static inside a method cannot name `Self`, and one in a
//! generic function is shared by all its instantiations, so the static is untyped: it leads to one [`Core`] for each
//! type of a closure written in that function, since a closure's type carries every parameter of the function, its
//! impl and its trait (law 12). A memo's identity is the address of its `Core`, which is never freed and has a size.
//!
//! # Invariants
//!
//! 1. An instance stands from when it is added on, and its link to the older ones is never changed.
//! 2. Who adds holds a lock and has searched under it: one instance a type. Readers take no lock.
//! 3. A few instances are walked, the newest first. Past [`WALKED`] there is an index of all of them, and a new one is put
//!    into it before it is linked. An index that is full gives way to a larger one; outgrown ones stay, since a reader may be
//!    inside.

use std::any::TypeId;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::OnceLock;

use crate::anchor::cell::{CellVtable, Seated};
use crate::memo::counters::Block;
use crate::memo::names;
use crate::reclaim::audit::Suspicions;
use crate::sys::hash_index::Index;
use crate::sys::sync::plain::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;
use crate::sys::thread;

/// The entries one living owner may have, unless `capacity` says otherwise.
pub const DEFAULT_CAPACITY: usize = 1024;

/// Checks a written capacity, at compile time.
#[must_use]
pub const fn capacity(entries: usize) -> usize {
    assert!(entries > 0, "`capacity` must be at least 1; to switch a memo off, call its body");
    entries
}

/// What the attribute knows about a function.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// `module_path!()`
    pub module: &'static str,
    /// The function's name.
    pub function: &'static str,
    /// The name given by option.
    pub name: Option<&'static str>,
    /// `file!()`
    pub file: &'static str,
    /// `line!()`
    pub line: u32,
    /// `column!()`
    pub column: u32,
    /// The options as written.
    pub options: &'static str,
    /// Entries under one owner; `usize::MAX` is unbounded.
    pub capacity: usize,
    /// Whether concurrent callers wait for one compute.
    pub single_flight: bool,
    /// Whether results are lent.
    pub lends: bool,
    /// Whether the word `local` was written.
    pub local: bool,
    /// Whether an argument besides the owner takes part in the key.
    pub keyed: bool,
}

impl Site {
    /// For cells that are on anchors for a purpose of our own.
    pub(crate) const fn built_in(function: &'static str) -> Self {
        Self {
            module: "memo_core",
            function,
            name: None,
            file: file!(),
            line: line!(),
            column: column!(),
            options: "",
            capacity: usize::MAX,
            single_flight: false,
            lends: false,
            local: false,
            keyed: false,
        }
    }
}

/// Cells that `clear` must find are listed in a few places, so that threads making them seldom meet.
pub(crate) const SEATS: usize = 8;

/// Where the cells of a memo lie: all of one memo's alike.
#[derive(Clone, Copy)]
pub(crate) struct Where {
    /// In threads' own tables.
    pub(crate) local: bool,
    /// In the side table, not in the owners themselves.
    pub(crate) tabled: bool,
}

/// One of them, on a line of its own.
#[repr(align(64))]
pub(crate) struct Seat(Mutex<Seated>);

impl Seat {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Seated> {
        unpoisoned(self.0.lock())
    }
}

/// The memo of one function and one set of type arguments.
pub struct Core {
    site: Site,
    instance: Option<Instance>,
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
    suspicions: Suspicions,
    /// The shared cells that can be enumerated, each listed from before it is published until its object's death.
    pub(crate) cells: [Seat; SEATS],
}

#[derive(Clone, Copy)]
struct Instance {
    id: TypeId,
    path: &'static str,
    /// The instance that was added before it.
    older: Option<&'static Core>,
}

const UNREGISTERED: u32 = u32::MAX;

impl Core {
    pub(crate) const fn new(site: Site) -> Self {
        Self::with_instance(site, None)
    }

    const fn with_instance(site: Site, instance: Option<Instance>) -> Self {
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
            suspicions: Suspicions::new(),
            cells: [const { Seat(Mutex::new(Seated::new())) }; SEATS],
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

    /// What it is suspected of (law 16).
    pub(crate) fn suspicions(&self) -> &Suspicions {
        &self.suspicions
    }

    /// Enters the registry on first use.
    pub(crate) fn register(&'static self) -> u32 {
        if self.index() == UNREGISTERED {
            crate::inspect::memos::add(self, |index| {
                // Only one caller gets here first: the registry's lock is held.
                if self.index() == UNREGISTERED {
                    self.index.store(index, Ordering::Relaxed);
                    self.counters_offset.store(index as usize * size_of::<Block>(), Ordering::Relaxed);
                    true
                } else {
                    false
                }
            });
        }
        self.index()
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

    /// The seat that this thread lists its new cells under.
    pub(crate) fn seat() -> usize {
        thread::with(thread::Thread::number) as usize % SEATS
    }

    /// The name in reports: `module::function`, with the type for methods and the type arguments for instantiations. No
    /// other memo has it.
    pub(crate) fn name(&'static self) -> &'static str {
        self.name.get_or_init(|| names::unique(self))
    }

    /// The same, as it is before others are looked at: in messages, which say the place too.
    pub(crate) fn own_name(&self) -> String {
        match (self.instance, self.site.name) {
            (None, Some(name)) => name.to_owned(),
            (None, None) => format!("{}::{}", self.site.module, self.site.function),
            (Some(instance), name) => names::of_instance(instance.path, self.site.function, name),
        }
    }

    /// Whether this is the instance of the type.
    #[inline]
    fn is_of(&self, id: TypeId) -> bool {
        self.instance.is_some_and(|instance| instance.id == id)
    }

    /// This instance and all older ones.
    fn chain(&'static self) -> impl Iterator<Item = &'static Core> {
        std::iter::successors(Some(self), |core| core.instance?.older)
    }

    /// Where the function stands.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.site.file, self.site.line)
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("name", &self.own_name()).finish_non_exhaustive()
    }
}

/// How many instances are found by walking.
const WALKED: usize = 8;

/// The memos of one annotated function: the only static an expansion holds.
#[derive(Debug)]
pub struct Family {
    core: Core,
    /// The instance that was added last, from which the others are linked.
    instances: AtomicPtr<Core>,
    many: AtomicPtr<Many>,
}

/// The instances of a function that has many, by the hash of their type.
struct Many {
    index: Index<Core>,
    /// The one that this took the place of.
    _outgrown: *mut Many,
}

impl Family {
    /// The family of the function at `site`.
    #[must_use]
    pub const fn new(site: Site) -> Self {
        Self {
            core: Core::new(site),
            instances: AtomicPtr::new(std::ptr::null_mut()),
            many: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// The memo of a function without parameters.
    #[inline(always)]
    pub const fn only(&'static self) -> &'static Core {
        &self.core
    }

    /// The memo of the instantiation that `_closure` was written in.
    #[inline]
    pub fn instance<F>(&'static self, _closure: &F) -> &'static Core {
        let id = type_id_of::<F>();
        self.find(id).unwrap_or_else(|| self.add(id, std::any::type_name::<F>()))
    }

    #[inline]
    fn find(&'static self, id: TypeId) -> Option<&'static Core> {
        let newest = self.newest()?;
        if newest.is_of(id) { Some(newest) } else { self.find_behind(newest, id) }
    }

    #[inline]
    fn newest(&'static self) -> Option<&'static Core> {
        // SAFETY: null, or an instance (invariant 1) that was published with `Release`.
        unsafe { self.instances.load(Ordering::Acquire).as_ref() }
    }

    fn many(&'static self) -> Option<&'static Many> {
        // SAFETY: null, or never freed (invariant 3) and published with `Release`.
        unsafe { self.many.load(Ordering::Acquire).as_ref() }
    }

    /// Searches all but the newest.
    #[inline(never)]
    fn find_behind(&'static self, newest: &'static Core, id: TypeId) -> Option<&'static Core> {
        let Some(many) = self.many() else { return newest.chain().skip(1).find(|core| core.is_of(id)) };
        let core = many.index.find(hash_of(id), |core| core.is_of(id))?;
        // SAFETY: invariant 1.
        Some(unsafe { core.as_ref() })
    }

    #[cold]
    fn add(&'static self, id: TypeId, path: &'static str) -> &'static Core {
        static ADDING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = unpoisoned(ADDING.lock());
        if let Some(core) = self.find(id) {
            return core;
        }
        let newest = self.newest();
        let core = Core::with_instance(self.core.site, Some(Instance { id, path, older: newest }));
        let core: &'static Core = Box::leak(Box::new(core));
        match self.many() {
            None if newest.map_or(0, |newest| newest.chain().count()) < WALKED => {}
            Some(many) if many.index.has_room() => {
                // SAFETY: invariants 1 and 2.
                unsafe { many.index.insert(hash_of(id), NonNull::from(core)) };
            }
            outgrown => {
                let larger = Many::new(core, outgrown);
                self.many.store(Box::into_raw(Box::new(larger)), Ordering::Release);
            }
        }
        self.instances.store(std::ptr::from_ref(core).cast_mut(), Ordering::Release);
        core
    }
}

impl Many {
    fn new(newest: &'static Core, outgrown: Option<&'static Self>) -> Self {
        let index = Index::with_room(newest.chain().count());
        for core in newest.chain() {
            let id = core.instance.expect("instances only are linked").id;
            // SAFETY: invariant 1, and nobody else has this index yet.
            unsafe { index.insert(hash_of(id), NonNull::from(core)) };
        }
        Self { index, _outgrown: outgrown.map_or(std::ptr::null_mut(), |many| std::ptr::from_ref(many).cast_mut()) }
    }
}

/// What a `TypeId` gives to a hasher: a hash already.
#[inline]
fn hash_of(id: TypeId) -> u64 {
    struct Given(u64);
    impl Hasher for Given {
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = self.0.rotate_left(8) ^ u64::from(byte);
            }
        }
        fn write_u64(&mut self, hash: u64) {
            self.0 ^= hash;
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut given = Given(0);
    id.hash(&mut given);
    given.finish()
}

/// The `TypeId` of a type that may contain lifetimes, which are erased.
///
/// Two instantiations that differ in lifetimes only share a memo. That is harmless: results and stored keys are
/// `'static`, so their types do not depend on those lifetimes.
#[inline]
fn type_id_of<T>() -> TypeId {
    trait Identify {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T> Identify for PhantomData<T> {
        #[inline]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let marker = PhantomData::<T>;
    let marker: &dyn Identify = &marker;
    // SAFETY: only the lifetime bound of the trait object changes; `id` looks at the type, never at data.
    let marker = unsafe { std::mem::transmute::<&dyn Identify, &(dyn Identify + 'static)>(marker) };
    marker.id()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct N<const N: usize>;

    fn row<const A: usize>() -> [TypeId; 16] {
        macro_rules! ids {
            ($($b:literal)*) => { [$(TypeId::of::<(N<A>, N<$b>)>()),*] };
        }
        ids!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    }

    fn types() -> Vec<TypeId> {
        [row::<0>(), row::<1>(), row::<2>(), row::<3>(), row::<4>(), row::<5>(), row::<6>(), row::<7>()].concat()
    }

    #[test]
    fn every_type_has_one_instance_however_many_there_are() {
        static FAMILY: Family = Family::new(Site::built_in("many"));
        let (family, types) = (&FAMILY, types());
        let mut cores = Vec::new();
        for (at, &id) in types.iter().enumerate() {
            assert!(family.find(id).is_none());
            cores.push(family.add(id, ""));
            for (&id, &core) in types.iter().zip(&cores) {
                assert!(family.find(id).is_some_and(|found| std::ptr::eq(found, core)));
                assert!(std::ptr::eq(family.add(id, ""), core));
            }
            assert_eq!(family.newest().unwrap().chain().count(), at + 1);
        }
    }

    #[test]
    fn threads_agree_on_the_instance_of_a_type() {
        static FAMILY: Family = Family::new(Site::built_in("many"));
        let (family, types) = (&FAMILY, types());
        let start = std::sync::Barrier::new(4);
        let seen = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|turn| {
                    let (types, start) = (&types, &start);
                    scope.spawn(move || {
                        start.wait();
                        let mut cores = vec![0; types.len()];
                        for at in (0..types.len()).map(|at| (at * 5 + turn * 3) % types.len()) {
                            let core = family.find(types[at]).unwrap_or_else(|| family.add(types[at], ""));
                            cores[at] = std::ptr::from_ref(core).addr();
                        }
                        cores
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(seen.iter().all(|cores| *cores == seen[0]));
        assert_eq!(family.newest().unwrap().chain().count(), types.len());
    }
}
