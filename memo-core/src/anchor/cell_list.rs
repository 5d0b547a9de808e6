//! The cells of one anchor: an append-only list, and past a few cells an index in front of it. Searched without a lock.
//!
//! # Invariants
//!
//! 1. A cell is never removed while the list is shared: only [`CellList::take`], through `&mut`, ends it.
//!    So a reader walks without protection, and a cell that it found stays as long as the anchor is borrowed.
//! 2. `next` is written before the store (`Release`) that publishes the cell and never again while shared; readers
//!    start from an `Acquire` load.
//! 3. One cell for each memo: a writer searches again from *the very head that its compare-exchange expects*. If it searched
//!    first and loaded the head afterwards, two threads could add the same memo's cell.
//! 4. A list grows to [`WALKED`] cells. The compare-exchange that would add another makes a [`Directory`] of all of them,
//!    including the new one, the head instead. The head then stays a directory as long as the list is shared.
//! 5. The writer of a directory holds the lock of its list's stripe, and searches the directory that it reads from the head
//!    *under that lock*. So (3) holds there too, and an index has one writer at a time. Readers take no lock.
//! 6. A full directory is replaced by a larger one, which has all cells before it is stored (`Release`) as the head. The
//!    outgrown one is kept unchanged until `take`, since a reader may be inside.
//! 7. All cells are linked, including those of a directory, from its `newest`: `take` and `each_memo` reach each cell once.
//! 8. The head is never null: an empty list has that of [`NO_CELL`], which is no memo's, is never linked, and is never written.

use std::ptr::NonNull;

use crate::memo::cells::head::CellHead;
use crate::memo::core::Core;
use crate::sys::hash_index::Index;
use crate::sys::index::Guess;
use crate::sys::prefetch;
use crate::sys::sync::{AtomicPtr, Mutex, Ordering, const_fn, unpoisoned};

/// How many cells are found by walking: few enough for a walk to cost no more than a probe.
#[cfg(not(memo_loom))]
const WALKED: usize = 8;
#[cfg(memo_loom)]
const WALKED: usize = 1;

pub(crate) struct CellList {
    /// The newest cell, or a directory; [`none`] if there is neither.
    head: AtomicPtr<CellHead>,
}

/// Stands for a list's first cell where there is none: the head of no memo. So a hit need not ask whether there is one.
#[cfg(not(memo_loom))]
struct NoCell(CellHead);

// SAFETY: it is never written.
#[cfg(not(memo_loom))]
unsafe impl Sync for NoCell {}

#[cfg(not(memo_loom))]
static NO_CELL: NoCell = NoCell(CellHead::of_none());

const_fn! {
    /// The head of an empty list. Null in models, whose atomics cannot be static.
    fn none() -> *mut CellHead {
        #[cfg(not(memo_loom))]
        let none = (&raw const NO_CELL.0).cast_mut();
        #[cfg(memo_loom)]
        let none = std::ptr::null_mut();
        none
    }
}

/// The first cell of a list with this head, which is no directory's; null if it has none.
#[inline]
fn chain(head: *mut CellHead) -> *mut CellHead {
    if std::ptr::eq(head, none()) { std::ptr::null_mut() } else { head }
}

/// The head of a list that is too long to walk.
#[repr(C)]
struct Directory {
    /// A directory's head. Its `next` is null.
    head: CellHead,
    cells: Index<CellHead>,
    /// The directory that this one replaced, or null.
    outgrown: *mut CellHead,
    /// The newest cell, from which all others are linked.
    newest: AtomicPtr<CellHead>,
}

impl Directory {
    /// A directory of all the cells linked from `newest`.
    ///
    /// # Safety
    /// Those cells stay valid as long as the directory can be read, and their links do not change.
    unsafe fn new(outgrown: *mut CellHead, newest: NonNull<CellHead>) -> Box<Self> {
        let chain = || {
            std::iter::successors(Some(newest), |cell| {
                // SAFETY: the caller's.
                NonNull::new(unsafe { cell.as_ref() }.next())
            })
        };
        let cells = Index::with_room(chain().count());
        for cell in chain() {
            // SAFETY: the caller's.
            let memo = unsafe { cell.as_ref() }.memo();
            // SAFETY: the caller's, and nothing else has this index yet.
            unsafe { cells.insert(hash_of(memo), cell) };
        }
        Box::new(Self { head: CellHead::directory(), cells, outgrown, newest: AtomicPtr::new(newest.as_ptr()) })
    }

    fn into_raw(directory: Box<Self>) -> *mut CellHead {
        Box::into_raw(directory).cast()
    }

    /// The directory that this head belongs to, if any.
    ///
    /// # Safety
    /// `head` is [`none`], or the head of a cell or directory that stays valid for `'a`.
    #[inline(always)]
    unsafe fn at<'a>(head: *mut CellHead) -> Option<&'a Self> {
        // SAFETY: the caller's.
        let is_directory = unsafe { head.as_ref() }?.is_directory();
        // SAFETY: a directory begins with its head, and was made into this pointer as a whole.
        is_directory.then(|| unsafe { &*head.cast::<Self>() })
    }

    /// Frees a directory and those it replaced, and returns the cells.
    ///
    /// # Safety
    /// `head` is that of a directory that nothing else can reach.
    unsafe fn end(head: *mut CellHead) -> *mut CellHead {
        let mut outgrown = head;
        let mut newest = None;
        while !outgrown.is_null() {
            // SAFETY: made by `into_raw`, unreachable, and reached once.
            let directory = unsafe { Box::from_raw(outgrown.cast::<Self>()) };
            newest = newest.or(Some(directory.newest.load(Ordering::Relaxed)));
            outgrown = directory.outgrown;
        }
        newest.unwrap_or(std::ptr::null_mut())
    }
}

/// Memos are at least 128 bytes apart, so the low bits of their addresses carry no information.
#[inline(always)]
fn hash_of(memo: &'static Core) -> u64 {
    (std::ptr::from_ref(memo).addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

impl CellList {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self { head: AtomicPtr::new(none()) }
        }
    }

    /// The cell of `memo`.
    #[inline(always)]
    pub(crate) fn find(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        self.find_where::<false>(memo)
    }

    /// The cell of `memo`, if it has its result.
    #[inline(always)]
    pub(crate) fn find_filled(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        self.find_where::<true>(memo)
    }

    #[inline(always)]
    fn find_where<const FILLED: bool>(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        let first = self.head.load(Ordering::Acquire);
        #[cfg(memo_loom)]
        let first = NonNull::new(first)?;
        #[cfg(not(memo_loom))]
        // SAFETY: invariant 8.
        let first = unsafe { NonNull::new_unchecked(first) };
        // SAFETY: static, or invariant 1, the anchor is borrowed, so its cells stay valid, and its directories too (invariant 6).
        let head = unsafe { first.as_ref() };
        // Neither a directory's head nor that of no cell matches a memo, so the first cell needs no further check.
        if is::<FILLED>(head, memo) {
            return Some(first);
        }
        if std::ptr::eq(first.as_ptr(), none()) {
            return None;
        }
        find_behind::<FILLED>(first, memo)
    }

    /// The cell of `memo` if it has its result, unless a directory leads to it. In line, so that a hit which is a function of its own calls
    /// nothing.
    #[inline(always)]
    pub(crate) fn walk_to_filled(&self, memo: &'static Core) -> Guess<NonNull<CellHead>> {
        let first = self.head.load(Ordering::Acquire);
        #[cfg(memo_loom)]
        let Some(mut at) = NonNull::new(first) else { return Guess::Nothing };
        #[cfg(not(memo_loom))]
        // SAFETY: invariant 8.
        let mut at = unsafe { NonNull::new_unchecked(first) };
        loop {
            // SAFETY: static, or invariants 1 and 6.
            let head = unsafe { at.as_ref() };
            if head.is_filled_of(memo) {
                return Guess::Node(at);
            }
            if head.is_directory() {
                return Guess::Unsure;
            }
            let Some(next) = NonNull::new(head.next()) else { return Guess::Nothing };
            at = next;
        }
    }

    /// Adds `cell`. If its memo already has a cell here, returns that one, and `cell` stays the caller's.
    pub(crate) fn add(&self, cell: NonNull<CellHead>) -> Result<(), NonNull<CellHead>> {
        // SAFETY: the caller's cell is alive and not shared yet.
        let mine = unsafe { cell.as_ref() };
        let memo = mine.memo();
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            // SAFETY: invariants 1 and 6.
            if unsafe { Directory::at(head) }.is_some() {
                return self.add_to_directory(cell);
            }
            let cells = chain(head);
            let (there, passed) = walk::<false>(cells, memo);
            if let Some(there) = there {
                return Err(there);
            }
            // SAFETY: invariant 2, it is not published yet.
            unsafe { mine.set_next(cells) };
            let added =
                if passed < WALKED { self.replace(head, cell.as_ptr()) } else { self.put_directory(head, cell) };
            match added {
                Ok(()) => return Ok(()),
                Err(now) => head = now,
            }
        }
    }

    #[inline]
    fn replace(&self, head: *mut CellHead, new: *mut CellHead) -> Result<(), *mut CellHead> {
        self.head.compare_exchange(head, new, Ordering::Release, Ordering::Acquire).map(|_| ())
    }

    /// Replaces `head`, which `cell` links to and whose list has grown too long to walk, by a directory.
    #[cold]
    #[inline(never)]
    fn put_directory(&self, head: *mut CellHead, cell: NonNull<CellHead>) -> Result<(), *mut CellHead> {
        // SAFETY: invariants 1 and 2; if the new cell stays the caller's, nothing reads the directory.
        let new = Directory::into_raw(unsafe { Directory::new(std::ptr::null_mut(), cell) });
        self.replace(head, new).inspect_err(|_| {
            // SAFETY: a directory that was not published.
            unsafe { Directory::end(new) };
        })
    }

    #[cold]
    #[inline(never)]
    fn add_to_directory(&self, cell: NonNull<CellHead>) -> Result<(), NonNull<CellHead>> {
        with_stripe(std::ptr::from_ref(self).addr(), || {
            let head = self.head.load(Ordering::Acquire);
            // SAFETY: invariants 1 and 6.
            let directory = unsafe { Directory::at(head) }.expect("a directory stays at the head");
            // SAFETY: the caller's cell is alive and not shared yet.
            let mine = unsafe { cell.as_ref() };
            let hash = hash_of(mine.memo());
            if let Some(there) = directory.cells.find(hash, |head| head.is_of(mine.memo())) {
                return Err(there);
            }
            // SAFETY: invariant 2, it is not published yet.
            unsafe { mine.set_next(directory.newest.load(Ordering::Relaxed)) };
            if directory.cells.has_room() {
                directory.newest.store(cell.as_ptr(), Ordering::Release);
                // SAFETY: invariant 1; invariant 5, the stripe is locked.
                unsafe { directory.cells.insert(hash, cell) };
            } else {
                // SAFETY: invariants 1 and 2.
                let larger = unsafe { Directory::new(head, cell) };
                self.head.store(Directory::into_raw(larger), Ordering::Release);
            }
            Ok(())
        })
    }

    /// Visits the memos that have a cell here.
    pub(crate) fn each_memo(&self, mut visit: impl FnMut(&'static Core)) {
        // SAFETY: invariant 1.
        self.each(|cell| visit(unsafe { cell.as_ref() }.memo()));
    }

    /// Visits the cells.
    pub(crate) fn each(&self, mut visit: impl FnMut(NonNull<CellHead>)) {
        let head = self.head.load(Ordering::Acquire);
        // SAFETY: invariants 1 and 6.
        let directory = unsafe { Directory::at(head) };
        let mut at = directory.map_or(chain(head), |directory| directory.newest.load(Ordering::Acquire));
        while let Some(cell) = NonNull::new(at) {
            // SAFETY: invariant 1.
            let next = unsafe { cell.as_ref() }.next();
            visit(cell);
            at = next;
        }
    }

    /// Prefetches the newest cell, which is read first.
    pub(crate) fn prefetch(&self) {
        let cell = self.head.load(Ordering::Relaxed).cast::<[u8; 64]>();
        // It takes one line or two.
        prefetch::line(cell);
        prefetch::line(cell.wrapping_add(1));
    }

    /// Whether no memo has a cell here.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        std::ptr::eq(self.head.load(Ordering::Relaxed), none())
    }

    /// Takes all cells, as a chain.
    #[inline]
    pub(crate) fn take(&mut self) -> *mut CellHead {
        // `&mut self`: every borrow has ended, and ending it ordered this thread after it.
        let head = self.head.load(Ordering::Acquire);
        if std::ptr::eq(head, none()) {
            return std::ptr::null_mut();
        }
        self.head.store(none(), Ordering::Relaxed);
        // SAFETY: invariants 1 and 6: it was valid until now, and it is this thread's.
        if unsafe { Directory::at(head) }.is_none() {
            return head;
        }
        // SAFETY: taken above, and no reader is left inside.
        unsafe { Directory::end(head) }
    }
}

/// Removes the cells that `goes` accepts from a chain, and passes each to `take`. Returns the rest, in order.
///
/// # Safety
/// The chain was taken from its list, and is the caller's.
pub(crate) unsafe fn take_from(
    chain: *mut CellHead,
    goes: impl Fn(NonNull<CellHead>) -> bool,
    mut take: impl FnMut(NonNull<CellHead>),
) -> *mut CellHead {
    let (mut rest, mut before, mut at) = (chain, None::<NonNull<CellHead>>, chain);
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: the caller's.
        at = unsafe { cell.as_ref() }.next();
        if !goes(cell) {
            before = Some(cell);
            continue;
        }
        match before {
            Some(before) => {
                // SAFETY: the caller's.
                let before = unsafe { before.as_ref() };
                // SAFETY: the caller's.
                unsafe { before.set_next(at) };
            }
            None => rest = at,
        }
        take(cell);
    }
    rest
}

/// Whether this head matches: any head of the memo, or a filled one.
#[inline(always)]
fn is<const FILLED: bool>(head: &CellHead, memo: &'static Core) -> bool {
    if FILLED { head.is_filled_of(memo) } else { head.is_of(memo) }
}

/// Searches all but the first, which the caller has checked.
///
/// Never inlined: with a loop inside, the caller would be too long to be inlined itself, and a hit on the first cell would pay
/// for the loop's registers.
#[inline(never)]
fn find_behind<const FILLED: bool>(first: NonNull<CellHead>, memo: &'static Core) -> Option<NonNull<CellHead>> {
    // SAFETY: invariants 1 and 6.
    if let Some(directory) = unsafe { Directory::at(first.as_ptr()) } {
        return directory.cells.find(hash_of(memo), |head| is::<FILLED>(head, memo));
    }
    // SAFETY: invariant 1.
    walk::<FILLED>(unsafe { first.as_ref() }.next(), memo).0
}

/// Returns the matching cell, and how many come before it.
#[inline(always)]
fn walk<const FILLED: bool>(mut at: *mut CellHead, memo: &'static Core) -> (Option<NonNull<CellHead>>, usize) {
    let mut passed = 0;
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: invariant 1, the anchor is borrowed, so its cells stay valid.
        let head = unsafe { cell.as_ref() };
        if is::<FILLED>(head, memo) {
            return (Some(cell), passed);
        }
        passed += 1;
        at = head.next();
    }
    (None, passed)
}

/// The writers of directories share a few locks. No user code runs under them.
#[cfg(not(memo_loom))]
fn with_stripe<R>(address: usize, act: impl FnOnce() -> R) -> R {
    const STRIPES: usize = 64;
    static ALL: [Mutex<()>; STRIPES] = [const { Mutex::new(()) }; STRIPES];
    let _one_at_a_time = unpoisoned(ALL[(address >> 4) % STRIPES].lock());
    act()
}

#[cfg(memo_loom)]
fn with_stripe<R>(_: usize, act: impl FnOnce() -> R) -> R {
    loom::lazy_static! {
        static ref ONLY: Mutex<()> = Mutex::new(());
    }
    let _one_at_a_time = unpoisoned(ONLY.lock());
    act()
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::memo::site::Site;

    const MEMOS: usize = 200;

    static ALL: [Core; MEMOS] = [const { Core::new(Site::built_in("many")) }; MEMOS];

    fn cell(memo: &'static Core) -> NonNull<CellHead> {
        NonNull::from(Box::leak(Box::new(CellHead::new(memo))))
    }

    /// Adds a cell of `memo`, or finds one: its address either way.
    fn place(list: &CellList, memo: &'static Core) -> usize {
        let mine = cell(memo);
        match list.add(mine) {
            Ok(()) => mine.as_ptr().addr(),
            Err(there) => {
                // SAFETY: leaked by `cell`, and in no list.
                drop(unsafe { Box::from_raw(mine.as_ptr()) });
                there.as_ptr().addr()
            }
        }
    }

    fn free(list: &mut CellList) -> usize {
        let mut at = list.take();
        let mut cells = 0;
        while let Some(cell) = NonNull::new(at) {
            // SAFETY: leaked by `cell`, taken, reached once.
            at = unsafe { Box::from_raw(cell.as_ptr()) }.next();
            cells += 1;
        }
        assert!(list.is_empty());
        cells
    }

    #[test]
    fn lists_are_made_at_compile_time() {
        #[allow(clippy::declare_interior_mutable_const)]
        const EMPTY: CellList = CellList::new();
        static LISTS: [CellList; 2] = [EMPTY; 2];
        assert!(LISTS.iter().all(|list| list.is_empty() && list.find(&ALL[0]).is_none()));
        let added = cell(&ALL[0]);
        LISTS[0].add(added).unwrap();
        assert_eq!((LISTS[0].find(&ALL[0]), LISTS[1].is_empty()), (Some(added), true));
    }

    #[test]
    fn a_list_of_any_length_has_each_memo_once() {
        for length in [0, 1, WALKED - 1, WALKED, WALKED + 1, 2 * WALKED, 2 * WALKED + 1, MEMOS] {
            let mut list = CellList::new();
            let cells: Vec<usize> = ALL[..length].iter().map(|memo| place(&list, memo)).collect();
            for (at, memo) in ALL.iter().enumerate() {
                assert_eq!(list.find(memo).map(|cell| cell.as_ptr().addr()), cells.get(at).copied());
                assert_eq!(list.find_filled(memo), list.find(memo));
            }
            let again: Vec<usize> = ALL[..length].iter().map(|memo| place(&list, memo)).collect();
            assert_eq!(cells, again);
            let mut visited = HashSet::new();
            list.each_memo(|memo| assert!(visited.insert(std::ptr::from_ref(memo))));
            assert_eq!(visited.len(), length);
            assert_eq!(free(&mut list), length);
        }
    }

    #[test]
    fn a_vacant_cell_is_found_as_one_that_is_not_filled() {
        let mut list = CellList::new();
        for memo in &ALL {
            let vacant = NonNull::from(Box::leak(Box::new(CellHead::vacant(memo))));
            list.add(vacant).unwrap();
            assert_eq!((list.find(memo), list.find_filled(memo)), (Some(vacant), None));
        }
        for memo in &ALL {
            let cell = list.find(memo).unwrap();
            // SAFETY: in the list.
            unsafe { cell.as_ref() }.set_filled();
            assert_eq!(list.find_filled(memo), Some(cell));
        }
        assert_eq!(free(&mut list), MEMOS);
    }
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;
    use crate::memo::site::Site;
    use crate::sys::sync::UnsafeCell;
    use crate::value::slot::Slot;

    static ONE: Core = Core::new(Site::built_in("one"));
    static TWO: Core = Core::new(Site::built_in("two"));
    static THREE: Core = Core::new(Site::built_in("three"));
    static FOUR: Core = Core::new(Site::built_in("four"));

    /// A cell with content that was written before it was added.
    #[repr(C)]
    struct Full {
        head: CellHead,
        value: UnsafeCell<u32>,
    }

    fn cell(memo: &'static Core) -> NonNull<CellHead> {
        let cell = Full { head: CellHead::new(memo), value: UnsafeCell::new(0) };
        // SAFETY: nothing else has it yet.
        cell.value.with_mut(|value| unsafe { *value = 7 });
        NonNull::from(Box::leak(Box::new(cell))).cast()
    }

    /// The content of a cell that was found.
    fn value(cell: NonNull<CellHead>) -> u32 {
        // SAFETY: made by `cell`, and found in its list, which is still valid.
        unsafe { cell.cast::<Full>().as_ref() }.value.with(|value| {
            // SAFETY: written before it was added.
            unsafe { *value }
        })
    }

    /// Like lent cells: only the head is checked before the value is read.
    #[repr(C)]
    struct Lent {
        head: CellHead,
        slot: Slot<u32>,
    }

    #[test]
    fn loom_a_filled_head_has_its_value() {
        loom::model(|| {
            let lent =
                NonNull::from(Box::leak(Box::new(Lent { head: CellHead::vacant(&ONE), slot: Slot::claimed(1) })));
            let list = Arc::new(CellList::new());
            list.add(lent.cast()).unwrap();
            assert_eq!(list.find(&ONE), Some(lent.cast()));
            let theirs = Arc::clone(&list);
            let reader = thread::spawn(move || {
                theirs.find_filled(&ONE).is_none_or(|cell| {
                    // SAFETY: the only cell of the list, filled, and freed after this thread has ended.
                    let value = unsafe { cell.cast::<Lent>().as_ref().slot.value_ref() };
                    *value == 7
                })
            });
            // SAFETY: freed below.
            let cell = unsafe { lent.as_ref() };
            cell.slot.fill(7);
            cell.head.set_filled();
            assert!(reader.join().unwrap());
            // SAFETY: leaked above; the reader has ended.
            drop(unsafe { Box::from_raw(lent.as_ptr()) });
        });
    }

    fn free(cell: NonNull<CellHead>) {
        // SAFETY: leaked by `cell`, and no longer in a list.
        drop(unsafe { Box::from_raw(cell.cast::<Full>().as_ptr()) });
    }

    /// Adds a cell of `memo`, or finds one: its address either way.
    fn place(list: &CellList, memo: &'static Core) -> usize {
        let mine = cell(memo);
        let there = match list.add(mine) {
            Ok(()) => mine,
            Err(there) => {
                free(mine);
                there
            }
        };
        assert_eq!(list.find(memo), Some(there));
        assert_eq!(value(there), 7);
        there.as_ptr() as usize
    }

    /// Takes all cells. Returns their memos.
    fn clear(list: Arc<CellList>) -> Vec<*const Core> {
        let mut list = Arc::try_unwrap(list).ok().expect("the other threads have ended");
        let mut at = list.take();
        let mut memos = Vec::new();
        while let Some(cell) = NonNull::new(at) {
            // SAFETY: taken, this thread's.
            let head = unsafe { cell.as_ref() };
            memos.push(std::ptr::from_ref(head.memo()));
            at = head.next();
            free(cell);
        }
        memos
    }

    #[test]
    fn loom_two_threads_agree_on_the_cell_of_a_memo() {
        loom::model(|| {
            let list = Arc::new(CellList::new());
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || (place(&theirs, &TWO), place(&theirs, &ONE)));
            let mine = (place(&list, &ONE), place(&list, &TWO));
            let (two, one) = other.join().unwrap();
            assert_eq!(mine, (one, two));
            assert_eq!(clear(list).len(), 2);
        });
    }
    #[test]
    fn loom_two_threads_that_begin_a_list_agree_on_its_cell() {
        loom::model(|| {
            let list = list_of(&[]);
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || place(&theirs, &ONE));
            let mine = place(&list, &ONE);
            assert_eq!(other.join().unwrap(), mine);
            assert_eq!(clear(list).len(), 1);
        });
    }

    /// A list with a cell of each of these memos.
    fn list_of(memos: &[&'static Core]) -> Arc<CellList> {
        let list = Arc::new(CellList::new());
        for memo in memos {
            place(&list, memo);
        }
        list
    }

    /// A list of one is walked, one of two has a directory; that is full, and with three it is outgrown.
    fn has_directory(list: &CellList) -> bool {
        // SAFETY: the list is valid.
        unsafe { Directory::at(list.head.load(Ordering::Acquire)) }.is_some()
    }

    #[test]
    fn loom_a_list_that_becomes_a_directory_keeps_one_cell_a_memo() {
        loom::model(|| {
            let list = list_of(&[&ONE]);
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || (place(&theirs, &TWO), place(&theirs, &THREE)));
            let mine = (place(&list, &TWO), place(&list, &THREE));
            assert_eq!(other.join().unwrap(), mine);
            assert!(has_directory(&list));
            assert!(list.find(&ONE).is_some());
            assert_eq!(clear(list).len(), 3);
        });
    }

    #[test]
    fn loom_a_directory_that_grows_keeps_one_cell_a_memo() {
        loom::model(|| {
            let list = list_of(&[&ONE, &TWO]);
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || (place(&theirs, &FOUR), place(&theirs, &THREE)));
            let mine = (place(&list, &THREE), place(&list, &FOUR));
            let (four, three) = other.join().unwrap();
            assert_eq!(mine, (three, four));
            assert!(list.find(&ONE).is_some() && list.find(&TWO).is_some());
            assert_eq!(clear(list).len(), 4);
        });
    }

    /// Readers run while a writer adds `added` to a list of `before`. They find the old cells, and only complete cells.
    fn read_beside(before: &[&'static Core], added: &[&'static Core]) {
        let (before, added) = (before.to_vec(), added.to_vec());
        loom::model(move || {
            let list = list_of(&before);
            let theirs = (Arc::clone(&list), before.clone(), added.clone());
            let other = thread::spawn(move || {
                let (list, before, added) = theirs;
                for memo in added {
                    assert!(list.find(memo).is_none_or(|cell| value(cell) == 7));
                }
                for memo in before {
                    assert!(list.find(memo).is_some_and(|cell| value(cell) == 7));
                }
            });
            for memo in &added {
                place(&list, memo);
            }
            other.join().unwrap();
            assert_eq!(clear(list).len(), before.len() + added.len());
        });
    }

    #[test]
    fn loom_a_reader_of_a_new_directory_sees_whole_cells() {
        read_beside(&[&ONE], &[&TWO]);
    }

    #[test]
    fn loom_a_reader_of_a_directory_that_grows_sees_whole_cells() {
        read_beside(&[&ONE, &TWO], &[&THREE]);
    }

    #[test]
    fn loom_a_reader_of_a_directory_sees_whole_cells() {
        read_beside(&[&ONE, &TWO, &THREE], &[&FOUR]);
    }

    #[test]
    fn loom_a_walk_over_all_memos_sees_whole_cells() {
        loom::model(|| {
            let list = list_of(&[&ONE, &TWO, &THREE]);
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || {
                let mut memos = 0;
                theirs.each_memo(|_| memos += 1);
                memos
            });
            place(&list, &FOUR);
            assert!((3..=4).contains(&other.join().unwrap()));
            assert_eq!(clear(list).len(), 4);
        });
    }
}
