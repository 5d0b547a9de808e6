//! Values that were taken from living objects, on their way to be dropped. The protocol is in [`protect`](super::protect).

use std::ptr::NonNull;

#[cfg(not(memo_loom))]
use super::own;
#[cfg(not(memo_loom))]
use super::registry::READERS;
use super::registry::{Listed, Reader, Readers};
use crate::sys::depth::DepthGuard;
use crate::sys::fence;
use crate::sys::panics::Panics;
#[cfg(not(memo_loom))]
use crate::sys::panics::drop_all;
use crate::sys::sync::{Mutex, unpoisoned};

/// One count of an entry that no cell shows any more.
pub(crate) struct Victim {
    entry: NonNull<()>,
    /// Gives the count back.
    drop: unsafe fn(NonNull<()>),
    /// Nobody can tell when.
    dropless: bool,
    /// What it takes on the heap, if it is that.
    size: usize,
    /// The only reader that can hold it, or null: any. Compared, never followed.
    home: *const Reader,
}

// SAFETY: an entry of a memo for all threads is `Send + Sync`. Of a `Local` one a victim is made, listed, taken off and
// dropped by its own thread: `home` says so.
unsafe impl Send for Victim {}

impl Victim {
    /// `dropless`: the entry has no drop glue of the user's.
    pub(crate) fn new<T>(entry: crate::sys::arc::Arc<T>, dropless: bool) -> Self {
        let raw = crate::sys::arc::Arc::into_raw(entry).cast_mut().cast::<()>();
        // SAFETY: a victim is dropped once, and holds what `into_raw` gave.
        let drop = |raw: NonNull<()>| drop(unsafe { crate::sys::arc::Arc::from_raw(raw.cast::<T>().as_ptr()) });
        let entry = NonNull::new(raw).expect("an allocation is not null");
        Self { entry, drop, dropless, size: size_of::<T>(), home: std::ptr::null() }
    }

    fn address(&self) -> usize {
        self.entry.addr().get()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // SAFETY: `entry` is what `drop` was made for.
        unsafe { (self.drop)(self.entry) };
    }
}

/// What was taken out while somebody held it.
pub(crate) struct Handed {
    held: Mutex<Vec<Victim>>,
    /// What nobody can see dropped, kept until a heavy fence is worth its price, or while it is held.
    unnoticed: Mutex<Vec<Victim>>,
    /// What was shown before the kernel began to refuse the fence: nobody knows whether it is held. Kept for good.
    unknown: Mutex<Vec<Victim>>,
}

/// So many of those that nobody can see dropped at most, and so many bytes of them.
const UNNOTICED: usize = 64;
const UNNOTICED_BYTES: usize = 64 << 10;

/// That of this process.
#[cfg(not(memo_loom))]
pub(crate) static HANDED: Handed = Handed::new();

impl Handed {
    #[cfg(not(memo_loom))]
    const fn new() -> Self {
        Self { held: Mutex::new(Vec::new()), unnoticed: Mutex::new(Vec::new()), unknown: Mutex::new(Vec::new()) }
    }

    #[cfg(memo_loom)]
    pub(crate) fn new() -> Self {
        Self { held: Mutex::new(Vec::new()), unnoticed: Mutex::new(Vec::new()), unknown: Mutex::new(Vec::new()) }
    }

    /// Takes over what is held of `victims`; the rest stays, for the caller to drop with no lock held. They are shown nowhere
    /// any more. `me` is the caller's reader.
    ///
    /// If the kernel refuses the fence (it did not when this process began), nothing is known, and all is kept for good. From then on
    /// nothing is shown, so that is all that ever will be.
    pub(crate) fn take_over(&self, readers: &Readers, me: Option<&Reader>, victims: &mut Vec<Victim>) {
        // Who comes on the list later passes its lock first, and finds what is shown by now.
        let alone = readers.lock().is_only(me);
        if !(alone || fence::heavy()) {
            unpoisoned(self.unknown.lock()).append(victims);
            return;
        }
        let mut marks = Marks::of(&readers.lock());
        if victims.iter().any(|victim| marks.hold(victim)) && readers.lock().forget_gone(me) {
            marks = Marks::of(&readers.lock());
        }
        let held = take_those(victims, |victim| marks.hold(victim));
        let (unnoticed, noticed): (Vec<_>, Vec<_>) = held.into_iter().partition(|victim| victim.dropless);
        if !unnoticed.is_empty() {
            unpoisoned(self.unnoticed.lock()).extend(unnoticed);
        }
        if !noticed.is_empty() {
            self.hand_over(readers, alone, noticed, victims);
        }
    }

    /// Hands what is held to those who hold it. What they are done with meanwhile comes back.
    #[cold]
    fn hand_over(&self, readers: &Readers, alone: bool, held: Vec<Victim>, done_with: &mut Vec<Victim>) {
        {
            let mut list = unpoisoned(self.held.lock());
            // All: a late hit may mark, for a moment, what it will not find, and who is done meanwhile leaves it to that one.
            readers.lock().each().for_each(|reader| reader.want(true));
            list.extend(held);
        }
        // If it is refused, those who are wanted may not see it: what they hold stays on the list.
        let _ = alone || fence::heavy();
        let mut list = unpoisoned(self.held.lock());
        let readers = readers.lock();
        let marks = Marks::of(&readers);
        // Those of others, too: nobody begins to hold what is on the list.
        done_with.extend(take_those(&mut list, |victim| victim.home.is_null() && !marks.hold(victim)));
        if list.is_empty() {
            readers.each().for_each(|reader| reader.want(false));
        }
    }

    /// Drops what `reader`, who is this thread's, held until now, if it was taken out and nobody else holds it.
    #[cold]
    #[inline(never)]
    pub(crate) fn look_after(&self, readers: &Readers, reader: &Reader, address: usize) {
        let victim = self.take_back(readers, reader, address);
        if victim.is_some() {
            let _deeper = DepthGuard::enter();
            let mut panics = Panics::default();
            panics.run(|| drop(victim));
            // The copy may have panicked itself.
            panics.resume();
        }
    }

    fn take_back(&self, readers: &Readers, reader: &Reader, address: usize) -> Option<Victim> {
        let mut list = unpoisoned(self.held.lock());
        // A mark may be of an entry that was here before: a late hit holds for a moment what it will not find. So a victim of one
        // thread is left to that one, and asks nobody else.
        let is_mine = |victim: &Victim| victim.home.is_null() || std::ptr::eq(victim.home, reader);
        let at = list.iter().position(|victim| victim.address() == address && is_mine(victim));
        let is_held = |victim: &Victim| match victim.home.is_null() {
            true => readers.lock().each().any(|reader| reader.clones(address)),
            false => reader.clones(address),
        };
        let at = at.filter(|&at| !is_held(&list[at]));
        let victim = at.map(|at| list.swap_remove(at));
        // It may still hold another: this was a hit inside a `Clone`.
        reader.want(list.iter().any(|victim| reader.clones(victim.address())));
        victim
    }

    /// Takes over a victim that only `me`, this thread's reader, can hold; or gives it back.
    fn take_over_here(&self, me: Option<&Reader>, mut victim: Victim) -> Option<Victim> {
        match me.filter(|me| me.clones(victim.address())) {
            Some(me) => {
                victim.home = me;
                unpoisoned(self.held.lock()).push(victim);
                me.want(true);
                None
            }
            None => Some(victim),
        }
    }

    /// Takes over what nobody can see dropped; what it has too many of comes back, still to be taken over.
    fn take_unnoticed(&self, victim: Victim) -> Vec<Victim> {
        let mut unnoticed = unpoisoned(self.unnoticed.lock());
        unnoticed.push(victim);
        let bytes: usize = unnoticed.iter().map(|victim| victim.size).sum();
        if unnoticed.len() < UNNOTICED && bytes < UNNOTICED_BYTES { Vec::new() } else { std::mem::take(&mut unnoticed) }
    }

    #[cfg(memo_loom)]
    pub(crate) fn flush(&self, readers: &Readers, me: Option<&Reader>) {
        let mut unnoticed = std::mem::take(&mut *unpoisoned(self.unnoticed.lock()));
        self.take_over(readers, me, &mut unnoticed);
    }
}

/// Takes those out, in their order; the rest stays in its own. Nearly always there are none, and nothing moves.
fn take_those(all: &mut Vec<Victim>, is_one: impl Fn(&Victim) -> bool) -> Vec<Victim> {
    if !all.iter().any(&is_one) {
        return Vec::new();
    }
    let (those, rest) = std::mem::take(all).into_iter().partition(is_one);
    *all = rest;
    those
}

/// What all readers hold.
struct Marks {
    copied: Vec<usize>,
    cloned: Vec<usize>,
}

impl Marks {
    fn of(readers: &Listed<'_>) -> Self {
        let holding = readers.each().map(Reader::holding).map(|[copying, cloning]| (copying, cloning));
        let (mut copied, mut cloned): (Vec<usize>, Vec<usize>) = holding.filter(|held| *held != (0, 0)).unzip();
        copied.sort_unstable();
        cloned.sort_unstable();
        Self { copied, cloned }
    }

    fn hold(&self, victim: &Victim) -> bool {
        let address = victim.address();
        // Why not in both: see `Reader::clones`.
        self.cloned.binary_search(&address).is_ok() || (victim.dropless && self.copied.binary_search(&address).is_ok())
    }
}

/// Whose hits may hold a victim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    ByAll,
    /// By this thread's alone.
    Here,
}

/// Drops a ready entry that was taken from a living object: now, or when the copy in progress is done.
#[cfg(not(memo_loom))]
pub(crate) fn let_go(victim: Victim, seen: Seen) {
    let me = own::listed();
    if seen == Seen::Here {
        drop(HANDED.take_over_here(me, victim));
        return;
    }
    if READERS.lock().is_only(me) && me.is_none_or(|me| !me.holds(victim.address())) {
        drop(victim);
        return;
    }
    let mut victims = if victim.dropless { HANDED.take_unnoticed(victim) } else { vec![victim] };
    if !victims.is_empty() {
        HANDED.take_over(&READERS, me, &mut victims);
    }
    drop_all(victims);
}

/// In models everything that is not theirs is alone.
#[cfg(memo_loom)]
pub(crate) fn let_go(victim: Victim, _seen: Seen) {
    drop(victim);
}

/// Many victims, for one heavy fence. Those that are left are dropped by [`Batch::finish`].
#[derive(Default)]
pub(crate) struct Batch(Vec<Victim>);

/// So many wait for one fence: it costs little for each, and they do not pile up.
const BATCH: usize = 1024;

impl Batch {
    pub(crate) fn add(&mut self, victim: Victim, panics: &mut Panics) {
        self.0.push(victim);
        if self.0.len() >= BATCH {
            self.finish(panics);
        }
    }

    pub(crate) fn finish(&mut self, panics: &mut Panics) {
        #[cfg(not(memo_loom))]
        if !self.0.is_empty() {
            HANDED.take_over(&READERS, own::listed(), &mut self.0);
        }
        for victim in std::mem::take(&mut self.0) {
            panics.run(|| drop(victim));
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

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// A hit of another thread may hold an address for a moment where something else lay before: it looked at a front, was
    /// late, and will find that it shows nothing any more.
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
        assert!(HANDED.take_over_here(Some(mine), Victim::new(entry, false)).is_none());
        // The other thread is late, is done, and wanted for something else.
        late.cloning().set(address);
        mine.cloning().free();
        late.cloning().free();
        HANDED.look_after(&READERS, late, address);
        assert_eq!(drops.load(Ordering::SeqCst), 0, "dropped by the other thread");
        HANDED.look_after(&READERS, mine, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }

    /// The same where the late one is not done when this thread is.
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
        assert!(HANDED.take_over_here(Some(mine), Victim::new(entry, false)).is_none());
        late.cloning().set(address);
        mine.cloning().free();
        HANDED.look_after(&READERS, mine, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        late.cloning().free();
    }

    /// A late hit that copies by code of ours marks, for a moment, an address where another memo's value with drop glue lies by
    /// now, and looks after nothing.
    #[test]
    fn a_late_copy_of_ours_holds_no_value_with_drop_glue() {
        let readers = Readers::new();
        let late = Reader::new();
        // SAFETY: it outlives the list.
        unsafe { readers.add(&late) };
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        late.copying().set(crate::sys::arc::Arc::as_ptr(&entry).addr());
        let mut victims = vec![Victim::new(entry, false)];
        Handed::new().take_over(&readers, None, &mut victims);
        drop(victims);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        assert!(!late.is_wanted());
        late.copying().free();
    }

    /// What nobody can see dropped waits for others of its kind, so that a fence is paid for once; not for long, and not if it is
    /// large.
    #[test]
    fn what_nobody_sees_dropped_is_bounded_in_number_and_in_bytes() {
        fn kept<T>(value: impl Fn() -> T) -> usize {
            let handed = Handed::new();
            let add =
                |_: &usize| handed.take_unnoticed(Victim::new(crate::sys::arc::Arc::new(value()), true)).is_empty();
            (0..usize::MAX).take_while(add).count()
        }
        assert_eq!(kept(|| 7_u64), UNNOTICED - 1);
        assert_eq!(kept(|| [0_u8; 3 << 10]), UNNOTICED_BYTES / (3 << 10));
        assert_eq!(kept(|| [0_u8; UNNOTICED_BYTES]), 0);
    }

    /// A hit of another thread is late for something else that lay where the victim lies, while who holds that is done with it.
    #[test]
    fn what_is_held_is_dropped_by_the_last_who_seems_to_hold_it() {
        let (readers, handed) = (Readers::new(), Handed::new());
        let (holder, late) = (Reader::new(), Reader::new());
        for reader in [&holder, &late] {
            // SAFETY: it outlives the list.
            unsafe { readers.add(reader) };
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let entry = crate::sys::arc::Arc::new(Dropped(Arc::clone(&drops)));
        let address = crate::sys::arc::Arc::as_ptr(&entry).addr();
        holder.cloning().set(address);
        let mut victims = vec![Victim::new(entry, false)];
        handed.take_over(&readers, None, &mut victims);
        assert!(victims.is_empty() && holder.is_wanted() && late.is_wanted());
        late.cloning().set(address);
        holder.cloning().free();
        handed.look_after(&readers, &holder, address);
        assert_eq!(drops.load(Ordering::SeqCst), 0, "the late one answers for it");
        late.cloning().free();
        handed.look_after(&readers, &late, address);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        assert!(!holder.is_wanted() && !late.is_wanted());
    }
}
