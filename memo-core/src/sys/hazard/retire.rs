//! Entries that were removed from living objects and are to be dropped: retired. The protocol is in [`protect`](super::protect).

use std::ptr::NonNull;

#[cfg(not(memo_loom))]
use super::own;
#[cfg(not(memo_loom))]
use super::registry::READERS;
use super::registry::{Listed, Reader, Readers};
use crate::sys::arc::Content;
use crate::sys::depth::DepthGuard;
use crate::sys::fence;
use crate::sys::panics::Panics;
#[cfg(not(memo_loom))]
use crate::sys::panics::drop_all;
use crate::sys::sync::{Mutex, const_fn, unpoisoned};

/// One count of an entry that no cell publishes any longer.
pub(crate) struct Retired {
    entry: NonNull<()>,
    /// Releases the count.
    drop: unsafe fn(NonNull<()>),
    held_by: HeldBy,
    /// Its size on the heap, if it is dropless.
    size: usize,
    /// The only reader that can hold it; null: any. Compared, never followed.
    home: *const Reader,
}

// SAFETY: an entry of a memo for all threads is `Send + Sync`. One of a `Local` memo is retired, listed, removed and
// dropped by its own thread: `home` says so.
unsafe impl Send for Retired {}

impl Retired {
    pub(crate) fn new<T: Content>(entry: crate::sys::arc::Arc<T>, held_by: HeldBy) -> Self {
        let raw = crate::sys::arc::Arc::into_raw(entry).cast_mut().cast::<()>();
        let drop = |raw: NonNull<()>| {
            // SAFETY: it is dropped once, and holds what `into_raw` gave.
            drop(unsafe { crate::sys::arc::Arc::from_raw(raw.cast::<T>().as_ptr()) });
        };
        let entry = NonNull::new(raw).expect("an allocation is not null");
        Self { entry, drop, held_by, size: size_of::<T>(), home: std::ptr::null() }
    }

    fn address(&self) -> usize {
        self.entry.addr().get()
    }

    fn is_dropless(&self) -> bool {
        self.held_by == HeldBy::AnyHazard
    }
}

impl Drop for Retired {
    fn drop(&mut self) {
        // SAFETY: `entry` is what `drop` was made for.
        unsafe { (self.drop)(self.entry) };
    }
}

/// How hits hold an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldBy {
    /// By the hazard pointer for the user's `Clone`, announced by a light fence.
    Hazard,
    /// By either hazard pointer. Dropping it has no visible effect, and may wait.
    AnyHazard,
    /// By the hazard pointer for the user's `Clone`, announced by a full fence: the writer needs no heavy one.
    FencedHazard,
}

/// Retired entries that cannot be dropped yet.
pub(crate) struct RetireList {
    /// Held by a reader, which drops them.
    held: Mutex<Vec<Retired>>,
    /// Dropless ones, kept while they are held, or until a heavy fence is worth its price.
    deferred: Mutex<Vec<Retired>>,
    /// Retired when the kernel refused the fence: it is unknown whether they are held, so they are never freed.
    unknown: Mutex<Vec<Retired>>,
}

/// Upper bounds of the deferred entries: their number and their bytes.
const DEFERRED: usize = 64;
const DEFERRED_BYTES: usize = 64 << 10;

impl RetireList {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self { held: Mutex::new(Vec::new()), deferred: Mutex::new(Vec::new()), unknown: Mutex::new(Vec::new()) }
        }
    }
}

/// Readers, and the entries that were retired while held.
#[derive(Clone, Copy)]
pub(crate) struct Domain<'a> {
    pub(crate) readers: &'a Readers,
    pub(crate) retired: &'a RetireList,
}

#[cfg(not(memo_loom))]
static RETIRED: RetireList = RetireList::new();

/// The domain of this process.
#[cfg(not(memo_loom))]
#[inline(always)]
pub(crate) fn domain() -> Domain<'static> {
    Domain { readers: &READERS, retired: &RETIRED }
}

impl Domain<'_> {
    /// Moves the entries of `retired` that a reader holds to the retire list. The rest stay in `retired`; drop them with no lock held.
    /// All must already be unpublished. `me` is the caller's reader.
    ///
    /// If the kernel refuses the fence (it did not when this process began), nothing is known about any reader, and all are kept forever.
    /// From then on nothing is published, so no more will follow.
    pub(crate) fn scan(self, me: Option<&Reader>, retired: &mut Vec<Retired>) {
        let alone = self.readers.is_only(me);
        if !(alone || fence::heavy()) {
            unpoisoned(self.retired.unknown.lock()).append(retired);
            return;
        }
        let mut hazards = Hazards::of(&self.readers.lock());
        if retired.iter().any(|one| hazards.protect(one)) && self.readers.lock().forget_gone(me) {
            hazards = Hazards::of(&self.readers.lock());
        }
        let held = take_those(retired, |one| hazards.protect(one));
        let (dropless, others): (Vec<_>, Vec<_>) = held.into_iter().partition(|one| one.is_dropless());
        if !dropless.is_empty() {
            unpoisoned(self.retired.deferred.lock()).extend(dropless);
        }
        if !others.is_empty() {
            self.leave_to_holders(alone, others, retired);
        }
    }

    /// The same for one that readers announce with a full fence. It comes back if no reader holds it, which nearly always is so.
    ///
    /// # Errors
    ///
    /// It is left to its holders. Returned are others of the list that are no longer held.
    pub(crate) fn scan_fenced(self, me: Option<&Reader>, retired: Retired) -> Result<Retired, Vec<Retired>> {
        fence::full();
        let mut held = self.readers.lock().each().any(|reader| reader.clones(retired.address()));
        if held && self.readers.lock().forget_gone(me) {
            held = self.readers.lock().each().any(|reader| reader.clones(retired.address()));
        }
        if !held {
            return Ok(retired);
        }
        let mut free = Vec::new();
        self.leave_to_holders(false, vec![retired], &mut free);
        Err(free)
    }

    /// Lists `held` for the readers that hold it. Entries that they have released meanwhile move to `free`.
    #[cold]
    fn leave_to_holders(self, alone: bool, held: Vec<Retired>, free: &mut Vec<Retired>) {
        {
            let mut list = unpoisoned(self.retired.held.lock());
            // All readers: a late hit may mark an entry for a moment, and a holder that is done meanwhile leaves it to that one.
            self.readers.lock().each().for_each(|reader| reader.want(true));
            list.extend(held);
        }
        // If the fence is refused, readers may not see that they are wanted: what they hold stays on the list.
        let _ = alone || fence::heavy();
        let mut list = unpoisoned(self.retired.held.lock());
        let readers = self.readers.lock();
        let hazards = Hazards::of(&readers);
        // Entries of other calls, too: no reader begins to hold an entry that is on the list.
        free.extend(take_those(&mut list, |one| one.home.is_null() && !hazards.protect(one)));
        if list.is_empty() {
            readers.each().for_each(|reader| reader.want(false));
        }
    }

    /// Drops the entry that `reader`, this thread's, held until now, if it was retired and no other reader holds it.
    #[cold]
    #[inline(never)]
    pub(crate) fn reclaim_own(self, reader: &Reader, address: usize) {
        let own = self.take_own(reader, address);
        if own.is_some() {
            let _deeper = DepthGuard::enter();
            let mut panics = Panics::default();
            panics.drop(own);
            // The copy may have panicked itself.
            panics.resume();
        }
    }

    fn take_own(self, reader: &Reader, address: usize) -> Option<Retired> {
        let mut list = unpoisoned(self.retired.held.lock());
        // The mark may be of an earlier entry at this address: a late hit marks, for a moment, an entry that it will not find. So an entry
        // of one thread is left to that thread, and no other reader is asked about it.
        let is_mine = |one: &Retired| one.home.is_null() || std::ptr::eq(one.home, reader);
        let at = list.iter().position(|one| one.address() == address && is_mine(one));
        let is_held = |one: &Retired| match one.home.is_null() {
            true => self.readers.lock().each().any(|reader| reader.clones(address)),
            false => reader.clones(address),
        };
        let at = at.filter(|&at| !is_held(&list[at]));
        let own = at.map(|at| list.swap_remove(at));
        // It may still hold another: this was a hit inside a `Clone`.
        reader.want(list.iter().any(|one| reader.clones(one.address())));
        own
    }

    /// Lists an entry that only `me`, this thread's reader, can hold. Returns it if it is not held.
    fn scan_own(self, me: Option<&Reader>, mut retired: Retired) -> Option<Retired> {
        match me.filter(|me| me.clones(retired.address())) {
            Some(me) => {
                retired.home = me;
                unpoisoned(self.retired.held.lock()).push(retired);
                me.want(true);
                None
            }
            None => Some(retired),
        }
    }

    /// Keeps a dropless entry for later. If there are too many, returns all of them, to be scanned.
    fn defer(self, dropless: Retired) -> Vec<Retired> {
        let mut deferred = unpoisoned(self.retired.deferred.lock());
        deferred.push(dropless);
        let bytes: usize = deferred.iter().map(|one| one.size).sum();
        if deferred.len() < DEFERRED && bytes < DEFERRED_BYTES { Vec::new() } else { std::mem::take(&mut deferred) }
    }

    #[cfg(memo_loom)]
    pub(crate) fn flush(self, me: Option<&Reader>) {
        let mut deferred = std::mem::take(&mut *unpoisoned(self.retired.deferred.lock()));
        self.scan(me, &mut deferred);
    }
}

/// Removes the entries that match, in order; the rest stay in order. Nearly always there are none, and nothing moves.
fn take_those(all: &mut Vec<Retired>, is_one: impl Fn(&Retired) -> bool) -> Vec<Retired> {
    if !all.iter().any(&is_one) {
        return Vec::new();
    }
    let (those, rest) = std::mem::take(all).into_iter().partition(is_one);
    *all = rest;
    those
}

/// The hazard pointers of all readers, sorted.
struct Hazards {
    copied: Vec<usize>,
    cloned: Vec<usize>,
}

impl Hazards {
    fn of(readers: &Listed<'_>) -> Self {
        let hazards = readers.each().map(Reader::hazards).map(|[copying, cloning]| (copying, cloning));
        let (mut copied, mut cloned): (Vec<usize>, Vec<usize>) = hazards.filter(|held| *held != (0, 0)).unzip();
        copied.sort_unstable();
        cloned.sort_unstable();
        Self { copied, cloned }
    }

    fn protect(&self, retired: &Retired) -> bool {
        let address = retired.address();
        // `Reader::clones` says why not both.
        self.cloned.binary_search(&address).is_ok()
            || (retired.is_dropless() && self.copied.binary_search(&address).is_ok())
    }
}

/// Whose hits read an entry without the lock, and may hold it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadBy {
    All,
    ThisThread,
}

/// Whether a hit of any thread may look at the entry at this address, which was removed from a living object: not if no other thread
/// is listed, and this one holds it not.
#[cfg(not(memo_loom))]
#[inline]
pub(crate) fn may_be_seen(address: usize) -> bool {
    let me = own::listed();
    !READERS.is_only(me) || me.is_some_and(|me| me.holds(address))
}

/// In models always.
#[cfg(memo_loom)]
pub(crate) fn may_be_seen(_: usize) -> bool {
    true
}

/// Drops a ready entry that was removed from a living object, and that [may be seen](may_be_seen): now, or when the copy in progress is
/// done.
#[cfg(not(memo_loom))]
#[cold]
#[inline(never)]
pub(crate) fn retire(retired: Retired, read_by: ReadBy) {
    let me = own::listed();
    if read_by == ReadBy::ThisThread {
        drop(domain().scan_own(me, retired));
        return;
    }
    if retired.held_by == HeldBy::FencedHazard {
        match domain().scan_fenced(me, retired) {
            Ok(free) => drop(free),
            Err(free) => drop_all(free),
        }
        return;
    }
    let mut all = if retired.is_dropless() { domain().defer(retired) } else { vec![retired] };
    if !all.is_empty() {
        domain().scan(me, &mut all);
    }
    drop_all(all);
}

/// Models have no readers but their own.
#[cfg(memo_loom)]
pub(crate) fn retire(retired: Retired, _read_by: ReadBy) {
    drop(retired);
}

/// Many retired entries, for one heavy fence. Those that are not held are dropped by [`Batch::finish`].
#[derive(Default)]
pub(crate) struct Batch(Vec<Retired>);

/// How many share one fence: few enough not to pile up, and enough to make its cost for each small.
const BATCH: usize = 1024;

impl Batch {
    pub(crate) fn add(&mut self, retired: Retired, panics: &mut Panics) {
        self.0.push(retired);
        if self.0.len() >= BATCH {
            self.finish(panics);
        }
    }

    pub(crate) fn finish(&mut self, panics: &mut Panics) {
        #[cfg(not(memo_loom))]
        if !self.0.is_empty() {
            domain().scan(own::listed(), &mut self.0);
        }
        for retired in std::mem::take(&mut self.0) {
            panics.drop(retired);
        }
    }
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts the drops.
    struct Dropped(Arc<AtomicUsize>);

    impl Content for Dropped {}

    struct Plain<T>(T);

    impl<T> Content for Plain<T> {}

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Another thread's late hit may mark, for a moment, the address of an earlier entry: it will find that entry no longer published.
    #[test]
    fn what_is_a_threads_own_is_dropped_by_that_thread() {
        let (mine, late) = (Box::leak(Box::new(Reader::new())), Box::leak(Box::new(Reader::new())));
        for reader in [&*mine, &*late] {
            // SAFETY: leaked.
            unsafe { READERS.add(reader) };
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        let address = crate::sys::arc::Arc::as_ptr(&entry).addr();
        // This thread copies it, and forgets it meanwhile.
        mine.cloning().set(address);
        assert!(domain().scan_own(Some(mine), Retired::new(entry, HeldBy::Hazard)).is_none());
        // The other thread is late, is done, and is wanted for something else.
        late.cloning().set(address);
        mine.cloning().free();
        late.cloning().free();
        domain().reclaim_own(late, address);
        assert_eq!(drops.load(Ordering::SeqCst), 0, "dropped by the other thread");
        domain().reclaim_own(mine, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }

    /// The same, but the late one is not done when this thread is.
    #[test]
    fn what_is_a_threads_own_is_left_to_no_other() {
        let (mine, late) = (Box::leak(Box::new(Reader::new())), Box::leak(Box::new(Reader::new())));
        for reader in [&*mine, &*late] {
            // SAFETY: leaked.
            unsafe { READERS.add(reader) };
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        let address = crate::sys::arc::Arc::as_ptr(&entry).addr();
        mine.cloning().set(address);
        assert!(domain().scan_own(Some(mine), Retired::new(entry, HeldBy::Hazard)).is_none());
        late.cloning().set(address);
        mine.cloning().free();
        domain().reclaim_own(mine, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        late.cloning().free();
    }

    /// A late hit on a plain value marks, for a moment, an address where another memo's value with drop glue now lies, and reclaims
    /// nothing.
    #[test]
    fn a_late_copy_of_ours_holds_no_value_with_drop_glue() {
        let readers = Readers::new();
        let late = Reader::new();
        // SAFETY: it outlives the list.
        unsafe { readers.add(&late) };
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        late.copying().set(crate::sys::arc::Arc::as_ptr(&entry).addr());
        let mut retired = vec![Retired::new(entry, HeldBy::Hazard)];
        Domain { readers: &readers, retired: &RetireList::new() }.scan(None, &mut retired);
        drop(retired);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        assert!(!late.is_wanted());
        late.copying().free();
    }

    /// Dropless entries are deferred until there are enough for one fence: not for long, and not large ones.
    #[test]
    fn what_nobody_sees_dropped_is_bounded_in_number_and_in_bytes() {
        fn kept<T>(value: impl Fn() -> T) -> usize {
            let (readers, retired) = (Readers::new(), RetireList::new());
            let domain = Domain { readers: &readers, retired: &retired };
            let add = |_: &usize| {
                domain.defer(Retired::new(crate::sys::arc::Arc::new(Plain(value())), HeldBy::AnyHazard)).is_empty()
            };
            (0..usize::MAX).take_while(add).count()
        }
        assert_eq!(kept(|| 7_u64), DEFERRED - 1);
        assert_eq!(kept(|| [0_u8; 3 << 10]), DEFERRED_BYTES / (3 << 10));
        assert_eq!(kept(|| [0_u8; DEFERRED_BYTES]), 0);
    }

    /// Another thread's late hit marks the address for an earlier entry while the holder finishes.
    #[test]
    fn what_is_held_is_dropped_by_the_last_who_seems_to_hold_it() {
        let (readers, list) = (Readers::new(), RetireList::new());
        let domain = Domain { readers: &readers, retired: &list };
        let (holder, late) = (Reader::new(), Reader::new());
        for reader in [&holder, &late] {
            // SAFETY: it outlives the list.
            unsafe { readers.add(reader) };
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        let address = crate::sys::arc::Arc::as_ptr(&entry).addr();
        holder.cloning().set(address);
        let mut retired = vec![Retired::new(entry, HeldBy::Hazard)];
        domain.scan(None, &mut retired);
        assert!(retired.is_empty() && holder.is_wanted() && late.is_wanted());
        late.cloning().set(address);
        holder.cloning().free();
        domain.reclaim_own(&holder, address);
        assert_eq!(drops.load(Ordering::SeqCst), 0, "the late one answers for it");
        late.cloning().free();
        domain.reclaim_own(&late, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        assert!(!holder.is_wanted() && !late.is_wanted());
    }
}
