//! The hazard registry: what every thread is reading without a lock, for writers.
//!
//! Two things that a hit reads are not protected by the caller's borrow of the object: the slot array of
//! the side table, and a value that `clear` may remove from the living object. So every thread has a [`Reader`] with marks that
//! only it writes: *looking* while it is inside a slot array, and *holding* the address of the entry whose value it
//! copies ([`protect`](super::protect)). [`Readers`] is the list of them all.
//!
//! # Invariants
//!
//! 1. A reader is on the list from before its first use until its thread no longer uses it. It is written by its own thread
//!    only, with plain stores.
//! 2. *Looking*: the mark is set, and a light fence passed, before the pointer to the array is loaded; it is cleared
//!    (`Release`) after the last read of the array. So after an array was unpublished and a heavy fence passed, a reader
//!    that is not marked (`Acquire`) has left it, or will only find its successor.
//! 3. *Holding*: the address is written, and a light fence passed, before the place where it was found is read *again*; it is held
//!    only if it is still there. So after an entry was unpublished and a heavy fence passed, a reader that does not hold it never
//!    will.
//! 4. No user code runs while *looking*. While *holding* it may (`Clone`), and hit again. So a reader has two hazard pointers: one for
//!    values whose copy runs no user code, which is never set twice; and one for all others, inside which further hits count their entries.
//! 5. A thread that is not on the list (it is ending) takes the lock of what it reads instead.
//! 6. In a forked process only one of the listed threads exists. It removes the others from the list when it finds one of
//!    them in its way: they no longer read anything.

use std::ptr::NonNull;

use crate::sys::fence;
use crate::sys::sync::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, const_fn, unpoisoned};

/// One thread's marks, on a cache line of their own: every hit writes them. (Two lines, since some processors fetch pairs.)
#[repr(align(128))]
pub(crate) struct Reader {
    looking: AtomicBool,
    /// Whether an entry that this reader may hold was retired. Set by the retiring call.
    wanted: AtomicBool,
    /// Hazard pointer for copies that run no user code.
    copying: Hazard,
    /// Hazard pointer for copies by the user's `Clone`.
    cloning: Hazard,
}

/// A hazard pointer: the address of an entry that is held, or 0.
pub(crate) struct Hazard(AtomicUsize);

impl Hazard {
    const_fn! {
        fn new() -> Self {
            Self(AtomicUsize::new(0))
        }
    }

    /// `Release`: a thread that sees it comes after what was done under the mark before.
    #[inline(always)]
    pub(crate) fn set(&self, address: usize) {
        self.0.store(address, Ordering::Release);
    }

    /// The same with a full fence: what is read with `SeqCst` after it is read after it was announced.
    #[inline(always)]
    pub(crate) fn set_fenced(&self, address: usize) {
        // An exchange costs less than a store and a fence.
        self.0.swap(address, Ordering::SeqCst);
        #[cfg(memo_loom)]
        fence::full();
    }

    /// `Release`: a thread that sees it free comes after what its holder did.
    #[inline(always)]
    pub(crate) fn free(&self) {
        self.0.store(0, Ordering::Release);
    }

    /// For its own thread: it is not free inside a user's `Clone`.
    #[inline(always)]
    pub(crate) fn is_free(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    #[inline]
    fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Reader {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self {
                looking: AtomicBool::new(false),
                wanted: AtomicBool::new(false),
                copying: Hazard::new(),
                cloning: Hazard::new(),
            }
        }
    }

    /// Runs `look`. No array that `look` finds is freed meanwhile. `look` must not run user code or panic.
    #[inline(always)]
    pub(crate) fn look<R>(&self, fence: impl FnOnce(), look: impl FnOnce() -> R) -> R {
        Self::look_by(|| self, fence, look)
    }

    /// The same by a reader that is asked for again after the look, which costs a hit less than to keep it in a register.
    #[inline(always)]
    pub(crate) fn look_by<'r, R>(mine: impl Fn() -> &'r Self, fence: impl FnOnce(), look: impl FnOnce() -> R) -> R {
        // One inside it would end this one.
        #[cfg(not(memo_loom))]
        debug_assert!(!mine().looking.load(Ordering::Relaxed), "looks are not nested");
        mine().looking.store(true, Ordering::Relaxed);
        fence();
        let found = look();
        mine().looking.store(false, Ordering::Release);
        found
    }

    /// The hazard pointer for copies that run no user code.
    #[inline(always)]
    pub(crate) fn copying(&self) -> &Hazard {
        &self.copying
    }

    /// The hazard pointer for copies by the user's `Clone`.
    #[inline(always)]
    pub(crate) fn cloning(&self) -> &Hazard {
        &self.cloning
    }

    /// Whether it is not looking, or stops soon.
    fn leaves(&self) -> bool {
        // A look takes some ten steps, unless its thread was preempted in the middle.
        const PATIENCE: u32 = if cfg!(memo_loom) { 1 } else { 300 };
        (0..PATIENCE).any(|_| {
            std::hint::spin_loop();
            !self.looking.load(Ordering::Acquire)
        })
    }

    #[inline]
    pub(crate) fn holds(&self, address: usize) -> bool {
        self.hazards().contains(&address)
    }

    /// Whether the user's `Clone` copies what is at `address`, or a hit is about to find that it is not what it sought. The
    /// other hazard pointer says nothing about values with drop glue: a late hit may set it to an address that was reused, and
    /// reclaims nothing.
    pub(crate) fn clones(&self, address: usize) -> bool {
        self.cloning.get() == address
    }

    #[inline]
    pub(crate) fn hazards(&self) -> [usize; 2] {
        [self.copying.get(), self.cloning.get()]
    }

    /// Whether what was held must be reclaimed.
    #[inline(always)]
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Set by retiring calls before their heavy fence; reset under the lock of their list.
    pub(crate) fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }
}

/// A reader's address.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ReaderPtr(NonNull<Reader>);

// SAFETY: a reader has only atomics, and is followed only under the list's lock, while it is on the list.
unsafe impl Send for ReaderPtr {}

impl ReaderPtr {
    /// # Safety
    /// It is on the list, whose lock is held for `'a`.
    unsafe fn get<'a>(self) -> &'a Reader {
        // SAFETY: the caller's, and invariant 1.
        unsafe { self.0.as_ref() }
    }
}

/// Readers of ended threads, for reuse. A reader is never freed: see `thread`.
#[cfg(not(memo_loom))]
static SPARE: Mutex<Vec<&'static Reader>> = Mutex::new(Vec::new());

/// A reader for a thread.
#[cfg(not(memo_loom))]
pub(crate) fn lend() -> &'static Reader {
    let spare = unpoisoned(SPARE.lock()).pop();
    spare.unwrap_or_else(|| Box::leak(Box::new(Reader::new())))
}

/// Takes back a reader that is on no list. One that is still marked (the process ends in the middle of a copy) is not reused.
#[cfg(not(memo_loom))]
pub(crate) fn give_back(reader: &'static Reader) {
    if reader.hazards() == [0, 0] && !reader.looking.load(Ordering::Relaxed) {
        reader.want(false);
        unpoisoned(SPARE.lock()).push(reader);
    }
}

/// A listed reader.
struct Entry {
    reader: ReaderPtr,
    /// The process in which it was listed.
    process: u32,
}

impl Entry {
    fn is(&self, reader: &Reader) -> bool {
        self.reader.0 == NonNull::from(reader)
    }
}

/// The readers of all threads.
pub(crate) struct Readers {
    list: Mutex<Vec<Entry>>,
    /// The length of the list.
    len: AtomicUsize,
}

/// Those of this process.
#[cfg(not(memo_loom))]
pub(crate) static READERS: Readers = Readers::new();

impl Readers {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self { list: Mutex::new(Vec::new()), len: AtomicUsize::new(0) }
        }
    }

    /// Puts a reader on the list.
    ///
    /// # Safety
    /// It stays where it is until it is removed.
    pub(crate) unsafe fn add(&self, reader: &Reader) {
        let entry = Entry { reader: ReaderPtr(NonNull::from(reader)), process: std::process::id() };
        let mut list = unpoisoned(self.list.lock());
        list.push(entry);
        self.len.store(list.len(), Ordering::Relaxed);
        drop(list);
        // Pairs with the one in `is_only`: a writer that does not see this reader has unpublished before this reader's first look.
        fence::full();
    }

    /// Removes a reader from the list. It is no longer used.
    pub(crate) fn remove(&self, reader: &Reader) {
        let mut list = unpoisoned(self.list.lock());
        list.retain(|entry| !entry.is(reader));
        self.len.store(list.len(), Ordering::Relaxed);
    }

    pub(crate) fn lock(&self) -> Listed<'_> {
        Listed(unpoisoned(self.list.lock()), &self.len)
    }

    /// Whether only `me`, the caller's, is on the list, or none. What the caller has unpublished before is found by no reader that is
    /// listed later: the fences here and in [`add`](Self::add) are passed one after the other.
    #[inline]
    pub(crate) fn is_only(&self, me: Option<&Reader>) -> bool {
        let alone = || self.len.load(Ordering::Relaxed) <= usize::from(me.is_some());
        // What counts is the second answer: the first only saves the fence.
        alone() && {
            fence::full();
            alone()
        }
    }

    /// Whether all readers have left everything unpublished before. `me` is the caller's, which is not looking.
    ///
    /// No lock is held across the fence, which takes long.
    pub(crate) fn have_left(&self, me: Option<&Reader>) -> bool {
        if self.is_only(me) {
            return true;
        }
        if !fence::heavy() {
            return false;
        }
        let mut listed = self.lock();
        listed.others_leave(me) || listed.forget_gone(me) && listed.others_leave(me)
    }
}

/// Waiting for readers. Not in models, where it would not end.
#[cfg(not(memo_loom))]
impl Readers {
    /// Waits until every other reader was seen outside a look, and so has left everything unpublished before. `false`: the kernel refuses
    /// the fence, or a thread was kept from running inside a look for longer than a scheduler does by itself.
    pub(crate) fn wait(&self, me: Option<&Reader>) -> bool {
        if !fence::heavy() {
            return false;
        }
        let mut inside: Vec<NonNull<Reader>> = {
            let mut listed = self.lock();
            listed.forget_gone(me);
            listed.others(me).map(NonNull::from).collect()
        };
        // Each is seen outside once; all at one moment may never be.
        for _ in 0..TURNS {
            {
                let listed = self.lock();
                // One that is no longer listed has left.
                inside.retain(|reader| listed.each().any(|other| NonNull::from(other) == *reader && !other.leaves()));
            }
            if inside.is_empty() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }
}

/// How often others are given the processor before a thread that stays inside a look is left for later: some tens of milliseconds.
#[cfg(not(memo_loom))]
const TURNS: u32 = 20_000;

/// The readers of all threads, with the list locked.
pub(crate) struct Listed<'a>(MutexGuard<'a, Vec<Entry>>, &'a AtomicUsize);

impl Listed<'_> {
    pub(crate) fn each(&self) -> impl Iterator<Item = &Reader> {
        // SAFETY: they are on the list, and its lock is held.
        self.0.iter().map(|entry| unsafe { entry.reader.get() })
    }

    fn others(&self, me: Option<&Reader>) -> impl Iterator<Item = &Reader> {
        self.each().filter(move |reader| me.is_none_or(|me| !std::ptr::eq(me, *reader)))
    }

    fn others_leave(&self, me: Option<&Reader>) -> bool {
        self.others(me).all(Reader::leaves)
    }

    /// If this process was forked after `me`, the caller's, was listed: removes the readers whose threads are not in this process.
    /// Returns whether there were any.
    pub(crate) fn forget_gone(&mut self, me: Option<&Reader>) -> bool {
        let Some(me) = me else { return false };
        let process = std::process::id();
        let Some(mine) = self.0.iter_mut().find(|entry| entry.is(me)) else { return false };
        if std::mem::replace(&mut mine.process, process) == process {
            return false;
        }
        let before = self.0.len();
        self.0.retain(|entry| entry.process == process);
        self.1.store(self.0.len(), Ordering::Relaxed);
        self.0.len() < before
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_the_way_for_a_moment_is_waited_for_and_who_stays_is_not() {
        let (readers, mine, other) = (Readers::new(), Reader::new(), Reader::new());
        for reader in [&mine, &other] {
            // SAFETY: it outlives the list.
            unsafe { readers.add(reader) };
        }
        assert!(readers.have_left(Some(&mine)));
        other.look(fence::full, || assert!(!readers.have_left(Some(&mine))));
        mine.look(fence::full, || {
            assert!(readers.have_left(Some(&mine)));
            assert!(!readers.have_left(Some(&other)));
        });
        assert!(readers.have_left(None));
    }

    #[test]
    fn a_forked_process_forgets_the_readers_that_stayed_behind() {
        let (readers, mine, stuck, new) = (Readers::new(), Reader::new(), Reader::new(), Reader::new());
        for reader in [&mine, &stuck, &new] {
            // SAFETY: it outlives the list.
            unsafe { readers.add(reader) };
        }
        // As if the first two had come before a fork.
        for entry in &mut readers.lock().0[..2] {
            entry.process ^= 1;
        }
        stuck.look(fence::full, || {
            // This one cannot know which of the others are here.
            assert!(!readers.have_left(Some(&new)));
            assert!(readers.have_left(Some(&mine)));
            assert!(readers.have_left(Some(&new)));
        });
        assert_eq!(readers.lock().each().count(), 2);
        // A reader of this process is not forgotten.
        new.look(fence::full, || assert!(!readers.have_left(Some(&mine))));
    }

    #[test]
    fn a_reader_has_lines_of_its_own() {
        assert_eq!((align_of::<Reader>(), size_of::<Reader>()), (128, 128));
    }
}
