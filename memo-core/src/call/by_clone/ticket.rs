//! The duty to compute a result: what a call that found none has, until the result is stored and returned.

use crate::call::kept::what_is_kept::Keeping;
use crate::call::source::Hit;
use crate::call::verify::{self, Again, Verifying};
use crate::cell::memo_types::{KeyIn, Spec, ValueOf};
use crate::compute::as_task::body::{self, Flight};
use crate::compute::frames::Running;
use crate::compute::job::{Job, Published};
use crate::compute::way::{TaskCall, Way};
use crate::memo::cycle::Cycle;
use crate::reclaim::outermost_call::Call;
use crate::sys::panics::OnItsWay;
use crate::value::store::Store;

/// The state of a call after the lookup.
#[allow(private_bounds, reason = "made and taken apart by expansions, without naming it")]
pub enum Step<'w, R, M: Spec, W: Way = Call> {
    /// The call has its reply.
    Done(R),
    /// The caller has to compute the result.
    Compute(Ticket<'w, M, W>),
}

/// The duty to compute a result. Dropped without [`end`](Ticket::end), or by a panic, it lets the next caller try.
///
/// Its type names the stored key only, not the borrowed one: the body may consume the arguments. It is not moved until
/// the body has returned: a recursion has one on the stack at each level, not two.
#[allow(private_bounds, reason = "as for `Step`")]
pub struct Ticket<'w, M: Spec, W: Way = Call>(pub(super) Duty<'w, M, W>);

/// As large as a job.
pub(super) enum Duty<'w, M: Spec, W: Way> {
    /// Only the body is to run.
    Nothing,
    Compute(Job<'w, M, W>),
    /// The body must not run: the call closes a ring, and its memo has a value for that.
    Ring(Box<Cycle>),
    /// A hit is to be verified.
    Verify(verify::Enabled, Box<Again<ValueOf<M>, KeyIn<M>>>),
    /// It is done: how the result came to be.
    Done(Hit),
}

/// Memos that return by clone.
pub(crate) trait Cloning: Spec<Store: Store<Value: Clone>> {}

impl<M: Spec<Store: Store<Value: Clone>>> Cloning for M {}

#[allow(private_bounds, reason = "as for `Step`")]
impl<M: Cloning, W: Way> Ticket<'_, M, W> {
    /// The body is about to run.
    #[inline]
    pub fn start(&mut self) {
        if let Duty::Compute(job) = &mut self.0 {
            job.start();
        }
    }

    /// The ring that the call would close, if it does.
    #[inline]
    pub(crate) fn ring(&mut self) -> Option<Cycle> {
        match &self.0 {
            Duty::Ring(_) => self.take_ring(),
            _ => None,
        }
    }

    #[cold]
    fn take_ring(&mut self) -> Option<Cycle> {
        match std::mem::replace(&mut self.0, Duty::Done(Hit::NotStored)) {
            Duty::Ring(ring) => Some(*ring),
            _ => None,
        }
    }

    /// How the result came to be, once the duty is done, if there was one.
    pub(crate) fn told(&self) -> Option<Hit> {
        if let Duty::Done(hit) = self.0 { Some(hit) } else { None }
    }

    /// The body has returned `result`: stores it if it is to be kept, and returns it.
    ///
    /// The copy for the caller is made before anything is published: a panic in `Clone` leaves no trace. Never inlined,
    /// so that its locals take no stack while the body runs.
    #[cold]
    #[inline(never)]
    pub fn end<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, result: R, keeping: &H) -> R {
        // Whatever panics, the result is dropped first: its destructor is the user's, too.
        let ending = self.ending();
        let result = OnItsWay::new(result);
        if self.stores::<R, H>(&result, keeping) {
            keep::<R, H, M, W>(self, ending, result)
        } else {
            self.end_unstored::<R, H>(ending, result)
        }
    }

    #[inline]
    fn ending(&self) -> Option<Running> {
        if let Duty::Compute(job) = &self.0 { job.ending() } else { None }
    }

    /// Whether the result is to be stored.
    #[inline]
    fn stores<R, H: Keeping<R, Kept = ValueOf<M>>>(&self, result: &R, keeping: &H) -> bool {
        matches!(&self.0, Duty::Compute(job) if !job.is_inside_ring()) && keeping.keeps(result)
    }

    /// A function of its own for the sake of large results: see [`keep`].
    #[inline]
    fn end_unstored<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, ending: Option<Running>, result: OnItsWay<R>) -> R {
        // The job stays where it is: moving it costs more than most of what follows.
        let job = match &mut self.0 {
            Duty::Compute(job) => job,
            Duty::Verify(..) => return self.end_verified::<R, H>(result.arrive()),
            Duty::Nothing | Duty::Ring(_) | Duty::Done(_) => return result.arrive(),
        };
        let inside_ring = job.is_inside_ring();
        // The old result serves until its time is over.
        let old = match job.stale().and_then(H::copy) {
            Some(old) if !H::is_gone(&old) => Some(OnItsWay::new(old)),
            _ => None,
        };
        drop(ending);
        job.stop();
        let Duty::Compute(job) = std::mem::replace(&mut self.0, Duty::Done(Hit::NotStored)) else {
            unreachable!("just seen")
        };
        if let Some(old) = old {
            drop(job.reject(result, |_| None));
            return H::result(old.arrive());
        }
        // Those who waited are not in the ring, or close it elsewhere: each computes for itself.
        if inside_ring { job.reject(result, |_| None) } else { job.reject(result, H::shared) }
    }
}

impl<M: Cloning> body::Duty for Ticket<'_, M, TaskCall> {
    fn start(&mut self) {
        self.start();
    }

    fn flight(&self) -> Option<Flight> {
        match &self.0 {
            Duty::Compute(job) => job.flight(),
            Duty::Verify(..) => None,
            Duty::Nothing | Duty::Ring(_) | Duty::Done(_) => unreachable!("there is a duty"),
        }
    }

    fn runs(&mut self, runs: bool) {
        if let Duty::Compute(job) = &mut self.0 {
            job.runs(runs);
        }
    }

    fn strong(&self) -> Option<usize> {
        if let Duty::Compute(job) = &self.0 { job.strong() } else { None }
    }

    fn raised_strong(&mut self, by: isize) {
        if let Duty::Compute(job) = &mut self.0 {
            job.raised_strong(by);
        }
    }

    fn met_ring(&mut self) {
        if let Duty::Compute(job) = &mut self.0 {
            job.met_ring();
        }
    }
}

#[allow(private_bounds, reason = "as for `Step`")]
impl<M: Cloning, W: Way> Ticket<'_, M, W> {
    /// Compares the remembered result with a new one, and returns the remembered one.
    #[cold]
    #[inline(never)]
    fn end_verified<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, fresh: R) -> R {
        let Duty::Verify(_, again) = std::mem::replace(&mut self.0, Duty::Nothing) else { unreachable!("just seen") };
        let Again { core, found, key, verifying } = *again;
        let verifying = verifying.unwrap_or_else(Verifying::begin);
        let same = H::SAME.expect("only what can be compared is verified");
        verify::compare::<M::Scope, _, _>(core, &*key, same, &*found, H::stored(fresh));
        drop(verifying);
        drop(key.arrive());
        H::result(found.arrive())
    }
}

/// Stores a result that is to be kept, and returns it.
///
/// Its steps are separate functions for the sake of large results: in unoptimised builds, each move takes room in the
/// frame of its function.
#[inline]
fn keep<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    ticket: &mut Ticket<'_, M, W>,
    ending: Option<Running>,
    result: OnItsWay<R>,
) -> R {
    let Duty::Compute(job) = &mut ticket.0 else { unreachable!("there is a duty") };
    let mut value = stored::<R, H, M, W>(result, job);
    let before = job.strong_before_copy();
    let copied = copied(&*value);
    let mut taken = job.taken_by_copy(before);
    drop(ending);
    let mut notes = job.stop();
    if H::mark(&mut value, |address| job.has_argument(address)) {
        (notes, taken) = (None, None);
    }
    job.cell().core().value_bytes().look(&*value);
    let when = job.when();
    let published = job.publish(value.arrive(), &when, notes.as_ref(), taken);
    let (Published::Ours { stored: is_stored, .. } | Published::Theirs { stored: is_stored, .. }) = published;
    ticket.0 = Duty::Done(if is_stored { Hit::Computed } else { Hit::NotStored });
    returned::<R, H>(first_of::<R, H, M, W>(published, copied, ticket))
}

/// The stored form of a result that is to be kept, or of the equal one before.
#[inline]
fn stored<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    result: OnItsWay<R>,
    job: &Job<'_, M, W>,
) -> OnItsWay<H::Kept> {
    let result = H::reuse(result.arrive(), job.cell().core(), job.hash());
    OnItsWay::new(H::stored(result).expect("what is to be kept can be"))
}

/// The result made from a copy.
#[inline]
pub(super) fn returned<R, H: Keeping<R>>(copy: OnItsWay<H::Kept>) -> R {
    H::result(copy.arrive())
}

#[inline]
pub(super) fn copied<V: Clone>(value: &V) -> OnItsWay<V> {
    OnItsWay::new(value.clone())
}

/// A copy of a faster racer's value, or else the own. A detached result's destructor runs here.
#[inline]
fn first_of<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    published: Published<M::Store>,
    own: OnItsWay<ValueOf<M>>,
    ticket: &mut Ticket<'_, M, W>,
) -> OnItsWay<ValueOf<M>> {
    match faster::<R, H, M>(published) {
        None => own,
        Some(first) => {
            ticket.0 = Duty::Done(Hit::Overtaken);
            drop(own.arrive());
            first
        }
    }
}

#[inline]
fn faster<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    published: Published<M::Store>,
) -> Option<OnItsWay<ValueOf<M>>> {
    let first = match &published {
        Published::Ours { .. } | Published::Theirs { stored: true, .. } => None,
        // None yet: a refresh that is still in flight.
        Published::Theirs { entry, stored: false } => entry.slot.get().and_then(H::copy).map(OnItsWay::new),
    };
    // As in `ready`.
    drop(published);
    first
}
