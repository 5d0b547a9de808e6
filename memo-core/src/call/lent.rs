//! Results by reference: what the call of such a memo does, from the anchor to the value.
//!
//! # Why a reference may go out
//!
//! 1. A result of a lending memo is taken away by nothing but the death, or `&mut` access, of its owner or of another weak
//!    argument: such memos have no clear, forget, refresh or capacity, and `clear_all` skips them.
//! 2. The reference is bound to the borrow of the owner, and of every other weak argument: while it lives, none of them
//!    can die or be changed. Values in the key are plain, and bind nothing. A key cannot name others than it borrows: see
//!    [`Probe`](crate::argument::key::Probe).
//! 3. The value does not move: it lies in a cell or an entry on the heap that is reached through raw or counted
//!    pointers, never through a `Box` (moving a lent box is undefined).
//! 4. From a thread's own table only results of `Rc`s are lent: such an owner can neither leave its thread nor be
//!    borrowed by another. If it outlives the table's guard (leaked), the table stays.

use std::convert::Infallible;
use std::ptr::NonNull;

use crate::anchor::anchor::Anchor;
use crate::anchor::cell::{self, AnyCell};
use crate::anchor::side_table::made::Made;
use crate::anchor::side_table::node::Room;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::cell::counted::{CountedCell, Keys};
use crate::compute::flight::{self, Running, Task};
use crate::compute::job::{self, Begun, Job, Published, begin, note_miss};
use crate::compute::notes::Notes;
use crate::compute::wait_graph;
use crate::memo::core::{Core, Where};
use crate::memo::count::Count;
use crate::memo::counters;
use crate::memo::head::CellHead;
use crate::memo::list;
use crate::memo::vtable::CellVtable;
use crate::reclaim::audit;
use crate::reclaim::call::Call;
use crate::reclaim::hits;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::OnItsWay;
use crate::sys::thread;
use crate::value::slot::{Look, NoValue, Slot, Waited};
use crate::value::store::{Counted, Meta, Store};

/// The cell of a lending memo without extra key: the object's alone, enumerated by nobody.
#[repr(C)]
struct LentCell<V> {
    head: CellHead,
    slot: Slot<V>,
}

impl<V> LentCell<V> {
    fn task(&self, races: bool) -> Task {
        Task { slot: flight::slot_address(&self.slot), cell: 0, hash: 0, races }
    }

    /// Fills the slot that the caller claimed, unless a computation of the same thread has taken that over: then the value comes
    /// back once theirs is there.
    fn fill_claimed(&self, value: V) -> Option<V> {
        if self.slot.is_still_claimed(thread::number()) {
            self.slot.fill(value);
            return None;
        }
        // Who took over does nothing else before.
        while self.slot.get().is_none() {
            std::hint::spin_loop();
        }
        Some(value)
    }
}

impl<V: 'static> LentCell<V> {
    const VTABLE: CellVtable = CellVtable {
        release: cell::release::<Self>,
        end: <Self as AnyCell>::end,
        ready: cell::ready::<Self>,
        living: cell::living::<Self>,
        inert: !std::mem::needs_drop::<V>(),
        is_quiet: |_| false,
        shared: None,
    };
}

// SAFETY: `repr(C)`, the head first.
unsafe impl<V: 'static> AnyCell for LentCell<V> {
    type Handle = NonNull<Self>;

    fn into_raw(handle: NonNull<Self>) -> NonNull<CellHead> {
        handle.cast()
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> NonNull<Self> {
        let cell = cell.cast::<Self>();
        // SAFETY: made by `Box::leak` in `find_or_add`, given back once.
        drop(unsafe { Box::from_raw(cell.as_ptr()) });
        cell
    }

    unsafe fn end(cell: NonNull<CellHead>, why: Count) -> usize {
        // SAFETY: the caller's: nobody else reaches a cell that is not counted.
        let this = unsafe { &mut *cell.cast::<Self>().as_ptr() };
        let Some(value) = this.slot.take() else { return 0 };
        counters::count(this.head.memo(), why, 1);
        drop(value);
        1
    }

    fn ready(&self) -> usize {
        usize::from(self.slot.get().is_some())
    }
}

/// Where a lending memo finds the place of its result, for one kind of key.
#[doc(hidden)]
#[allow(private_interfaces, private_bounds, reason = "implemented here only, for all keys")]
pub trait LendKey<S: Scope>: KeySet<S> {
    fn find_lent<'w, V: 'static>(&self, core: &'static Core, anchor: Option<&'w Anchor>) -> Option<&'w V>;

    #[track_caller]
    fn begin_lent<'w, V: 'static, O: Locate<S> + ?Sized>(
        &self,
        core: &'static Core,
        place: Place<'w, O, S>,
        anchor: Option<&'w Anchor>,
    ) -> Begin<'w, V, O, S, Self>
    where
        Self: Sized;
}

#[doc(hidden)]
#[allow(private_interfaces, private_bounds, reason = "as for `LendKey`")]
pub enum Begin<'w, V: 'static, O: Locate<S> + ?Sized, S: Scope, K: KeySet<S>> {
    Done(&'w V),
    Bare(BareJob<'w, V, O, S>),
    Keyed(Job<'w, O, S, K::Store<V>>),
}

#[inline]
fn lent_cell<'w, V: 'static>(core: &'static Core, anchor: &'w Anchor) -> Option<&'w LentCell<V>> {
    let cell = anchor.cells().find(core)?;
    // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
    Some(unsafe { cell::cast::<LentCell<V>>(cell) })
}

/// The cell of `core` on `anchor`, made on first use: with `slot`, and the look comes back that its maker has of it.
fn lent_cell_or_add<'w, V: 'static>(
    core: &'static Core,
    place: Where,
    Made { anchor, room, .. }: Made<'w>,
    slot: impl FnOnce() -> (Slot<V>, Look),
) -> (&'w LentCell<V>, Option<Look>) {
    if let Some(cell) = lent_cell(core, anchor) {
        return (cell, None);
    }
    if !core.has_cells() {
        list::register(core);
        core.set_cells(const { &LentCell::<V>::VTABLE }, place);
    }
    let (slot, look) = slot();
    let cell = LentCell::<V> { head: CellHead::vacant(core), slot };
    // A small first result lies with its anchor: no allocation of its own.
    let raw = match room {
        // SAFETY: room was asked for since it fits, and this call made the node.
        Some(room) => unsafe { room.put(cell) },
        None => LentCell::into_raw(NonNull::from(Box::leak(Box::new(cell)))),
    };
    let (there, look) = match anchor.cells().add(raw) {
        Ok(()) => (raw, Some(look)),
        Err(there) => {
            if room.is_none() {
                // SAFETY: not published: still ours.
                unsafe { cell::release::<LentCell<V>>(raw) };
            }
            (there, None)
        }
    };
    // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
    (unsafe { cell::cast::<LentCell<V>>(there) }, look)
}

#[allow(private_interfaces, private_bounds, reason = "as for the trait")]
impl<S: Scope> LendKey<S> for () {
    #[inline]
    fn find_lent<'w, V: 'static>(&self, core: &'static Core, anchor: Option<&'w Anchor>) -> Option<&'w V> {
        let cell = anchor?.cells().find_filled(core)?;
        // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
        let cell = unsafe { cell::cast::<LentCell<V>>(cell) };
        // SAFETY: a head of this memo that is not vacant was set so after its slot was filled, and was read with `Acquire`.
        Some(unsafe { cell.slot.value_ref() })
    }

    #[track_caller]
    fn begin_lent<'w, V: 'static, O: Locate<S> + ?Sized>(
        &self,
        core: &'static Core,
        place: Place<'w, O, S>,
        anchor: Option<&'w Anchor>,
    ) -> Begin<'w, V, O, S, Self> {
        let call = Call::enter();
        let me = thread::number();
        let mut single_flight = core.site().single_flight;
        let small = const { Room::fits::<LentCell<V>, V>() };
        let made = anchor.map_or_else(|| place.make_roomy(small), |anchor| Made { anchor, room: None, fresh: false });
        // Who makes the cell has its claim from the start: nobody else has seen it.
        let (cell, mut made) = lent_cell_or_add::<V>(core, Place::<O, S>::WHERE, made, || {
            if single_flight { (Slot::claimed(me), Look::Claimed) } else { (Slot::empty(), Look::Over) }
        });
        let mut missed = false;
        loop {
            let claim = match made.take() {
                Some(look) => look,
                None if single_flight => cell.slot.claim(me),
                None => cell.slot.look(),
            };
            if !missed && claim != Look::Ready {
                missed = true;
                note_miss(core);
            }
            let lead = match claim {
                Look::Ready => {
                    if !missed {
                        counters::count(core, Count::Hits, 1);
                    }
                    return Begin::Done(cell.slot.get().expect("seen ready"));
                }
                Look::Claimed => true,
                Look::Busy(flight) if single_flight => {
                    if flight.thread == me {
                        flight::refuse_ring(core, cell.task(false));
                        single_flight = false;
                        continue;
                    }
                    counters::count(core, Count::Waits, 1);
                    single_flight = wait_graph::wait(core, &cell.slot, flight) != Waited::Alone;
                    continue;
                }
                // Empty, or somebody is at it and this call does not wait.
                Look::Busy(_) | Look::Over => {
                    flight::guard_depth(core, cell.task(true));
                    false
                }
            };
            return Begin::Bare(BareJob { place, cell, lead, running: None, done: false, _call: call });
        }
    }
}

/// A call that computes the result of a [`LentCell`].
#[doc(hidden)]
#[allow(private_bounds, reason = "as for `LendKey`")]
pub struct BareJob<'w, V, O: Locate<S> + ?Sized, S: Scope> {
    place: Place<'w, O, S>,
    cell: &'w LentCell<V>,
    /// From the begin of its body to the end.
    running: Option<Running>,
    /// Whether the slot is claimed for this call.
    lead: bool,
    /// Whether its end has been told.
    done: bool,
    _call: Call,
}

impl<'w, V: 'static, O: Locate<S> + ?Sized, S: Scope> BareJob<'w, V, O, S> {
    fn core(&self) -> &'static Core {
        self.cell.head.memo()
    }

    /// The body is about to run, on the stack that this job lies on.
    #[inline(never)]
    fn start(&mut self) {
        let strong = if audit::may_hold::<V>(self.core()) { self.place.strong() } else { None };
        let here = std::ptr::from_ref(self).addr();
        self.running = Some(job::start_bare(self.core(), self.cell.task(!self.lead), here, strong));
    }

    /// The body has returned.
    fn stop(&mut self) -> Notes {
        let running = self.running.take().expect("a job is started before it is stopped");
        job::stop(self.core(), running)
    }

    fn publish(mut self, value: V) -> &'w V {
        let notes = self.stop();
        let core = self.core();
        let late = match self.lead {
            true => self.cell.fill_claimed(value),
            false => fill_or_return(core, &self.cell.slot, value),
        };
        self.cell.head.set_filled();
        self.done = true;
        counters::count(core, Count::Computes, 1);
        match late {
            None => audit::look_at_owner(core, &self.place, notes.strong, None),
            Some(_) => {
                counters::count(core, Count::Rejected, 1);
            }
        }
        let slot = &self.cell.slot;
        // Another was first; this one's value goes, outside of every lock.
        drop(late);
        slot.get().expect("filled, by this call or another")
    }

    /// Ends without a value; those who wait go on by themselves.
    fn reject(mut self) {
        self.stop();
        self.end(NoValue::Rejected);
    }
}

impl<V, O: Locate<S> + ?Sized, S: Scope> BareJob<'_, V, O, S> {
    fn end(&mut self, why: NoValue) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        if self.lead && self.cell.slot.is_still_claimed(thread::number()) {
            self.cell.slot.release(why);
        }
        counters::count(self.cell.head.memo(), Count::Computes, 1);
        counters::count(self.cell.head.memo(), Count::Rejected, 1);
    }
}

/// A job that ends here ended in a panic of the body.
impl<V, O: Locate<S> + ?Sized, S: Scope> Drop for BareJob<'_, V, O, S> {
    fn drop(&mut self) {
        self.running = None;
        self.end(NoValue::Panicked);
    }
}

/// Fills a slot unless another call does: then the value comes back once theirs is there.
fn fill_or_return<V>(core: &'static Core, slot: &Slot<V>, value: V) -> Option<V> {
    let me = thread::number();
    loop {
        match slot.claim(me) {
            Look::Claimed => {
                slot.fill(value);
                return None;
            }
            Look::Ready => return Some(value),
            // What it computes below this call has ended: one that is suspended, which this one is faster than.
            Look::Busy(flight) if flight.thread == me => {
                if slot.overtake(me) {
                    slot.fill(value);
                    return None;
                }
            }
            Look::Busy(flight) => drop(wait_graph::wait(core, slot, flight)),
            Look::Over => unreachable!("the slot of a cell is never over"),
        }
    }
}

/// The value of an entry, for as long as the weak arguments are borrowed.
fn lend<'w, St: Store>(entry: &Counted<St>, _cell: &'w CountedCell<impl Scope, St>) -> Option<&'w St::Value> {
    let value = NonNull::from(entry.slot.get()?);
    // SAFETY: the entry is ready and was found in, or added to, a lending memo's cell, which holds a count of it until
    // the owner or another weak argument dies; all of them are borrowed for `'w`. The value does not move.
    Some(unsafe { value.as_ref() })
}

fn find_keyed<'w, V, S, K>(core: &'static Core, anchor: &'w Anchor, key: &K) -> Option<&'w V>
where
    V: 'static,
    S: Scope,
    K: KeySet<S>,
{
    let _deeper = (!K::TRUSTED).then(DepthGuard::enter);
    let cell = CountedCell::<S, K::Store<V>>::find(anchor, core)?;
    let entry = cell.seek(key.hash(), const { Keys::of::<S, K>() }, |stored| key.matches(stored))?;
    lend(&entry, cell)
}

#[track_caller]
fn begin_keyed<'w, V, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: &K,
) -> Begin<'w, V, O, S, K>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    match begin::<O, S, K, V>(core, place, anchor, key, key.hash()) {
        Begun::Ready { entry, cell, hit, call: _call } => {
            entry.meta.visit();
            if hit {
                counters::count(core, Count::Hits, 1);
            }
            Begin::Done(lend(&entry, cell).expect("begin hands out ready entries"))
        }
        Begun::Compute(job) => Begin::Keyed(job),
    }
}

macro_rules! lend_by_key {
    ($($($name:ident)+;)+) => {$(
        #[allow(private_interfaces, private_bounds, reason = "as for the trait")]
        impl<S: Scope, $($name),+> LendKey<S> for ($($name,)+)
        where
            Self: KeySet<S>,
        {
            #[inline]
            fn find_lent<'w, V: 'static>(&self, core: &'static Core, anchor: Option<&'w Anchor>) -> Option<&'w V> {
                find_keyed(core, anchor?, self)
            }

            #[track_caller]
            fn begin_lent<'w, V: 'static, Z: Locate<S> + ?Sized>(
                &self,
                core: &'static Core,
                place: Place<'w, Z, S>,
                anchor: Option<&'w Anchor>,
            ) -> Begin<'w, V, Z, S, Self> {
                begin_keyed(core, place, anchor, self)
            }
        }
    )+};
}

lend_by_key! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

/// Where a call stands after looking; one that asks for something else than the result, by an `E`, has done that.
#[allow(private_bounds, reason = "made and taken apart by expansions, without naming it")]
pub enum LentStep<'w, V, O, S, St, E = Infallible>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    /// There is a result.
    Done(&'w V),
    /// The caller has to compute it.
    Compute(LentTicket<'w, V, O, S, St>),
    /// The result is not there, or not asked for.
    Else(E),
}

/// The duty to compute a result that will be lent. It stays where it was made until that is done, as [`Ticket`](crate::call::owned::Ticket).
#[allow(private_bounds, reason = "as for `LentStep`")]
pub struct LentTicket<'w, V, O, S, St>(Option<Duty<'w, V, O, S, St>>)
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>, Value = V> + 'static;

enum Duty<'w, V: 'static, O: Locate<S> + ?Sized, S: Scope, St: Store<Key: StoredKey<S>, Value = V> + 'static> {
    Bare(BareJob<'w, V, O, S>),
    Keyed(Job<'w, O, S, St>),
}

const UNDONE: &str = "a ticket's duty is done once";

/// A memoized call of a lending memo: the result, or the duty to compute it.
///
/// Where nothing is optimised a call of its own: what is inlined is in the frame of the caller, below the body.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub(crate) fn begin_lent<'w, V, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
) -> LentStep<'w, V, O, S, K::Store<V>>
where
    V: Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: LendKey<S>,
{
    let anchor = place.find();
    if let Some(value) = key.find_lent(core, anchor) {
        hits::count_hit(core);
        return LentStep::Done(value);
    }
    begin_slowly(core, place, anchor, &key)
}

#[cold]
#[inline(never)]
#[track_caller]
fn begin_slowly<'w, V, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: &K,
) -> LentStep<'w, V, O, S, K::Store<V>>
where
    V: Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: LendKey<S>,
{
    match key.begin_lent(core, place, anchor) {
        Begin::Done(value) => LentStep::Done(value),
        Begin::Bare(job) => LentStep::Compute(LentTicket(Some(Duty::Bare(job)))),
        Begin::Keyed(job) => LentStep::Compute(LentTicket(Some(Duty::Keyed(job)))),
    }
}

/// The result, if it is there; neither a hit nor a miss.
pub(crate) fn get_lent<'w, V, O, S, K>(core: &'static Core, place: Place<'w, O, S>, key: K) -> Option<&'w V>
where
    V: Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: LendKey<S>,
{
    key.find_lent(core, place.find())
}

#[allow(private_bounds, reason = "as for `LentStep`")]
impl<'w, V, O, S, St> LentTicket<'w, V, O, S, St>
where
    V: Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    /// The body is about to run.
    #[inline]
    pub fn start(&mut self) {
        match self.0.as_mut().expect(UNDONE) {
            Duty::Bare(job) => job.start(),
            Duty::Keyed(job) => job.start(),
        }
    }

    /// The body has returned `value`: stores and lends it. Never inlined: what it needs is not on the stack while the body runs.
    #[cold]
    #[inline(never)]
    pub fn end(&mut self, value: V) -> &'w V {
        match self.0.take().expect(UNDONE) {
            Duty::Bare(job) => job.publish(value),
            Duty::Keyed(job) => publish_keyed(job, value),
        }
    }

    /// The body has failed. An error is not stored: it goes to this caller, and those who waited compute by themselves, side by
    /// side.
    #[cold]
    #[inline(never)]
    pub fn reject<E>(&mut self, error: E) -> E {
        let error = OnItsWay::new(error);
        match self.0.take().expect(UNDONE) {
            Duty::Bare(job) => {
                job.reject();
                error.arrive()
            }
            Duty::Keyed(mut job) => {
                job.stop();
                job.reject(error, |_| None)
            }
        }
    }
}

fn publish_keyed<'w, O, S, St>(mut job: Job<'w, O, S, St>, value: St::Value) -> &'w St::Value
where
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>> + 'static,
{
    let cell = job.cell();
    let notes = job.stop();
    match job.publish(value, &notes, None) {
        Published::Ours(entry) => lend(&entry, cell).expect("filled by this call"),
        Published::Theirs(entry) => lend(&entry, cell).expect("a racer's entry is ready"),
    }
}

/// From what is stored to what is lent.
pub mod lend {
    /// `&V` from `V`.
    #[inline]
    pub fn as_ref<V>(value: &V) -> &V {
        value
    }

    /// `&str` from `String`.
    #[inline]
    pub fn as_str(value: &String) -> &str {
        value
    }

    /// `&[T]` from `Vec<T>`.
    #[inline]
    pub fn as_slice<T>(value: &Vec<T>) -> &[T] {
        value
    }

    /// `Option<&V>` from `Option<V>`.
    #[inline]
    pub fn option_ref<V>(value: &Option<V>) -> Option<&V> {
        value.as_ref()
    }

    /// `Option<&str>` from `Option<String>`.
    #[inline]
    pub fn option_str(value: &Option<String>) -> Option<&str> {
        value.as_deref()
    }

    /// `Option<&[T]>` from `Option<Vec<T>>`.
    #[inline]
    pub fn option_slice<T>(value: &Option<Vec<T>>) -> Option<&[T]> {
        value.as_deref()
    }

    /// `Result<&V, &E>` from `Result<V, E>`, each side in its form.
    ///
    /// # Errors
    ///
    /// The error that was kept.
    #[inline]
    pub fn result<'w, V, E, U, F>(
        result: &'w Result<V, E>,
        value: impl FnOnce(&'w V) -> U,
        error: impl FnOnce(&'w E) -> F,
    ) -> Result<U, F> {
        match result {
            Ok(kept) => Ok(value(kept)),
            Err(kept) => Err(error(kept)),
        }
    }
}
