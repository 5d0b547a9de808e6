//! Search and job for a lending memo without an extra key: one result, in the slot of the cell itself.

use std::marker::PhantomData;
use std::panic::Location;

use super::as_task::body::{self, Duty};
use super::as_task::search::to_end;
use super::before_body::Notes;
use super::explained::{self, Met};
use super::frames::{self, Task};
use super::job::{self, note_miss};
use super::rings;
use super::search::{Search, parked};
use super::way::{TaskCall, Way};
use crate::anchor::anchor::Anchor;
use crate::anchor::side_table::found_or_made::Made;
use crate::anchor::side_table::node::Room;
use crate::cell::lent_cell::{self, LentCell};
use crate::cell::memo_types::{At, Spec, ValueOf};
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::cycle::Cycle;
use crate::memo::explain::spot::Went;
use crate::reclaim::leak_audit;
use crate::reclaim::outermost_call::Call;
use crate::sys::panics::OnItsWay;
use crate::sys::thread;
use crate::value::slot::{Flight, Look, NoValue, Slot, Waited};

/// The outcome of a search.
pub(crate) enum Begun<'w, M: Spec, W: Way = Call> {
    /// With whether it was found at once.
    Ready(&'w ValueOf<M>, bool),
    Compute(BareJob<'w, M, W>),
}

/// The search for the one result.
struct Only<'w, M: Spec, W: Way = Call> {
    place: At<'w, M>,
    cell: &'w LentCell<ValueOf<M>>,
    /// A search in a thread's own table does not leave that thread.
    scope: PhantomData<M::Scope>,
    me: u32,
    single_flight: bool,
    missed: bool,
    /// Whether this call has made the cell.
    fresh: bool,
    /// The look at the slot of a new cell, if this call made it.
    made: Option<Look>,
    awaited: Option<Flight>,
    /// `None` once it is handed to the job.
    call: Option<W>,
}

/// Finds the result, waits for it, or leaves it to this call to compute. `anchor` is the owner's, if it was found.
#[inline(always)]
#[track_caller]
pub(crate) fn begin<'w, M: Spec>(core: &'static Core, place: At<'w, M>, anchor: Option<&'w Anchor>) -> Begun<'w, M> {
    let call = Some(Call::enter());
    let me = thread::number();
    let single_flight = core.site().single_flight;
    let small = const { Room::fits::<LentCell<ValueOf<M>>, ValueOf<M>>() };
    let made = anchor.map_or_else(|| place.make_roomy(small), |anchor| Made { anchor, room: None, fresh: false });
    // The maker of a cell has claimed its slot from the start: nobody else has seen it.
    let (cell, made) = lent_cell::find_or_add::<ValueOf<M>>(core, At::<M>::WHERE, made, || {
        if single_flight { (Slot::claimed(me), Look::Claimed) } else { (Slot::empty(), Look::Over) }
    });
    let (fresh, scope) = (made.is_some(), PhantomData);
    parked(Only { place, cell, scope, me, single_flight, missed: false, fresh, made, awaited: None, call })
}

/// The same search as a future.
pub(crate) async fn begin_as_task<'w, M: Spec>(core: &'static Core, place: At<'w, M>) -> Begun<'w, M, TaskCall> {
    let search = {
        let _call = Call::enter();
        let call = TaskCall::new();
        let small = const { Room::fits::<LentCell<ValueOf<M>>, ValueOf<M>>() };
        let made = match place.find() {
            Some(anchor) => Made { anchor, room: None, fresh: false },
            None => place.make_roomy(small),
        };
        let (cell, made) =
            lent_cell::find_or_add::<ValueOf<M>>(core, At::<M>::WHERE, made, || (Slot::empty(), Look::Over));
        let (scope, me, single_flight) = (PhantomData, call.number(), core.site().single_flight);
        let (missed, fresh, made, awaited) = (false, made.is_some(), None, None);
        Only { place, cell, scope, me, single_flight, missed, fresh, made, awaited, call: Some(call) }
    };
    to_end(search).await
}

fn task_of<V>(cell: &LentCell<V>, races: bool) -> Task {
    Task { slot: frames::slot_address(&cell.slot), flight: 0, cell: 0, hash: 0, races, hold_key: None }
}

impl<'w, M: Spec, W: Way> Search for Only<'w, M, W> {
    type Found = Begun<'w, M, W>;
    type Value = ValueOf<M>;

    #[inline(always)]
    #[track_caller]
    fn step(&mut self) -> Option<Begun<'w, M, W>> {
        let core = self.cell.head.memo();
        loop {
            let look = match self.made.take() {
                Some(look) => look,
                None if self.single_flight => self.cell.slot.claim(self.me),
                None => self.cell.slot.look(),
            };
            if look != Look::Ready && !std::mem::replace(&mut self.missed, true) {
                note_miss(core);
                if core.explanation().is_on() {
                    // A task is polled by its executor.
                    let at = if W::IS_TASK { None } else { Some(Location::caller()) };
                    explained::missed_at(core, self.cell.spot(), self.met(look), at, &|| None);
                }
            }
            let lead = match look {
                Look::Ready => {
                    if !self.missed {
                        counters::count(core, Count::Hits, 1);
                    }
                    return Some(Begun::Ready(self.cell.slot.get().expect("seen ready"), !self.missed));
                }
                Look::Claimed => true,
                Look::Busy(flight) if self.single_flight => {
                    if flight.thread == self.me {
                        // A memo that lends has no value for a ring.
                        let _none = rings::refuse_ring(core, task_of(self.cell, false));
                        self.single_flight = false;
                        continue;
                    }
                    self.awaited = Some(flight);
                    return None;
                }
                // Empty, or in flight, and this call does not wait.
                Look::Busy(_) | Look::Over => {
                    rings::guard_depth(core, task_of(self.cell, true));
                    false
                }
            };
            let call = self.call.take().expect("a search ends once");
            let job = BareJob {
                place: self.place,
                cell: self.cell,
                scope: PhantomData,
                lead,
                running: None,
                done: false,
                way: call,
            };
            return Some(Begun::Compute(job));
        }
    }

    fn awaited(&self) -> (&'static Core, &Slot<ValueOf<M>>, Flight) {
        (self.cell.head.memo(), &self.cell.slot, self.awaited.expect("a step has said so"))
    }

    fn waited(&mut self, how: Waited) {
        self.single_flight = how != Waited::Alone;
    }

    fn closes(&mut self, ring: Cycle) -> Begun<'w, M, W> {
        ring.raise()
    }
}

impl<M: Spec, W: Way> Only<'_, M, W> {
    /// What this first look means.
    fn met(&self, look: Look) -> Met {
        match look {
            _ if self.fresh => Met::NewObject,
            Look::Busy(_) => Met::InFlight,
            _ => Met::Nothing,
        }
    }
}

/// A call that computes the result of a [`LentCell`].
pub(crate) struct BareJob<'w, M: Spec, W: Way = Call> {
    place: At<'w, M>,
    cell: &'w LentCell<ValueOf<M>>,
    /// As for a search.
    scope: PhantomData<M::Scope>,
    /// From `start` to `stop`.
    running: Option<W::Running>,
    /// Whether the slot is claimed for this call.
    lead: bool,
    /// Whether waiters have been notified.
    done: bool,
    way: W,
}

impl<'w, M: Spec, W: Way> BareJob<'w, M, W> {
    pub(crate) fn core(&self) -> &'static Core {
        self.cell.head.memo()
    }

    /// The body is about to run, on the same stack as this job.
    #[inline(never)]
    pub(crate) fn start(&mut self) {
        let strong = if leak_audit::may_hold::<ValueOf<M>>(self.core()) { self.place.strong() } else { None };
        let here = std::ptr::from_ref(self).addr();
        self.running = Some(job::start_bare::<W>(self.core(), &task_of(self.cell, !self.lead), here, strong));
    }

    /// The body has returned.
    fn stop(&mut self) -> Option<Notes> {
        let running = self.running.take().expect("a job is started before it is stopped");
        job::stop::<W>(self.core(), running)
    }

    /// Stores the value, unless another call was faster: then `false`, and that call's comes back. The caller then drops the job.
    #[inline(always)]
    pub(crate) fn publish(&mut self, value: ValueOf<M>) -> (&'w ValueOf<M>, bool) {
        let notes = self.stop();
        let core = self.core();
        let late = match self.lead {
            true => self.cell.fill_claimed(value, W::still_claims(&self.cell.slot)),
            false => fill_or_return(&self.way, &self.cell.slot, OnItsWay::new(value)),
        };
        self.cell.head.set_filled();
        self.done = true;
        W::ended(&self.cell.slot, self.way.number());
        counters::count(core, Count::Computes, 1);
        match late {
            None => {
                if let Some(notes) = notes {
                    leak_audit::look_at_owner(core, &self.place, notes.strong, None);
                }
            }
            Some(_) => {
                counters::count(core, Count::Rejected, 1);
            }
        }
        let (slot, first) = (&self.cell.slot, late.is_none());
        // Another call was first: this one's value is dropped, with no lock held.
        drop(late);
        (slot.get().expect("filled, by this call or another"), first)
    }

    /// Ends without a value; waiters compute by themselves.
    pub(crate) fn reject(mut self) {
        self.stop();
        self.end(NoValue::Rejected);
    }
}

impl<M: Spec, W: Way> BareJob<'_, M, W> {
    fn end(&mut self, why: NoValue) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        let went = if why == NoValue::Rejected { Went::Rejected } else { Went::Unfinished };
        self.core().explanation().went(self.cell.spot(), went);
        if self.lead && W::still_claims(&self.cell.slot) {
            self.cell.slot.release(why);
        }
        W::ended(&self.cell.slot, self.way.number());
        counters::count(self.cell.head.memo(), Count::Computes, 1);
        counters::count(self.cell.head.memo(), Count::Rejected, 1);
    }
}

impl<M: Spec> Duty for BareJob<'_, M, TaskCall> {
    fn start(&mut self) {
        self.start();
    }

    fn flight(&self) -> Option<body::Flight> {
        // Who waits for the flight that this call computes beside waits for this call as well: the first value counts.
        let flight = match self.cell.slot.look() {
            Look::Busy(flight) => flight.thread,
            _ => self.way.number(),
        };
        Some(body::Flight { core: self.core(), task: Task { flight, ..task_of(self.cell, !self.lead) } })
    }

    /// As for a `LentTicket`.
    fn runs(&mut self, _: bool) {}

    fn strong(&self) -> Option<usize> {
        self.running.as_ref()?.notes?.strong.and_then(|_| self.place.strong())
    }

    fn raised_strong(&mut self, by: isize) {
        if let Some(notes) = self.running.as_mut().and_then(|running| running.notes.as_mut()) {
            notes.found_strong(self.place.strong(), by);
        }
    }

    /// A ring with a value around a result to be lent is refused.
    fn met_ring(&mut self) {}
}

/// An unfinished job has panicked in the body, or its future was dropped.
impl<M: Spec, W: Way> Drop for BareJob<'_, M, W> {
    fn drop(&mut self) {
        self.running = None;
        self.end(NoValue::Panicked);
    }
}

/// Fills a slot. If another call fills it first, the value comes back once the other's is there.
pub(crate) fn fill_or_return<V, W: Way>(way: &W, slot: &Slot<V>, value: OnItsWay<V>) -> Option<V> {
    loop {
        match slot.claim(way.number()) {
            Look::Claimed => {
                slot.fill(value.arrive());
                return None;
            }
            Look::Ready => return Some(value.arrive()),
            Look::Busy(flight) if way.meet(slot, flight) => {
                slot.fill(value.arrive());
                W::ended(slot, flight.thread);
                return None;
            }
            Look::Busy(_) => {}
            Look::Over => unreachable!("the slot of a cell is never over"),
        }
    }
}
