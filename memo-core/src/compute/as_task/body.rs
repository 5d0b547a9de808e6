//! The body of a call that is a future: it is polled, moved to other threads, and may be dropped before it ends.
//!
//! # Invariants
//!
//! 1. The frame of a computation is on a thread exactly while that thread runs code of it: while it makes the future of its body, polls it, and
//!    drops it, and while the user's code makes of the result what is kept (`Job::ending`). So what a call meets there is around it, and
//!    other parts of the same task are not.
//! 2. The future is dropped before its claim ends: no two bodies of one key are there at a time, unless the second was to compute beside
//!    the first.
//! 3. The body borrows from its caller's future. Nothing of it is moved to another task.
//! 4. A body that runs again to verify a hit is no computation: it has no frame, but a place aside.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};

use super::waiting;
use crate::compute::frames::{Running, Task};
use crate::memo::clock;
use crate::memo::core::Core;
use crate::memo::traced::{Entered, Span};
use crate::reclaim::outermost_call::Call;

/// A computation by a task.
#[derive(Clone, Copy)]
pub(crate) struct Flight {
    pub(crate) core: &'static Core,
    pub(crate) task: Task,
}

/// Code of the body runs on this thread. Its fields are dropped in this order.
struct Inside {
    frame: Running,
    _call: Call,
}

impl Flight {
    #[inline(never)]
    fn enter(&self) -> Inside {
        let call = Call::enter();
        let here = std::ptr::from_ref(&call).addr();
        Inside { frame: Running::begin(self.core, self.task, here), _call: call }
    }
}

/// Where code of a body runs on this thread: inside its computation, or aside.
enum Place<A> {
    Inside(Inside),
    #[allow(dead_code, reason = "dropped at its end")]
    Aside(A),
}

impl<A> Place<A> {
    fn enter(flight: Option<Flight>, aside: impl FnOnce() -> A) -> Self {
        flight.map_or_else(|| Self::Aside(aside()), |flight| Self::Inside(flight.enter()))
    }

    fn is_inside_ring(&self) -> bool {
        matches!(self, Self::Inside(inside) if inside.frame.is_inside_ring())
    }
}

/// The future of a body, which is dropped where it runs.
struct Body<'p, F, A> {
    flight: Option<Flight>,
    aside: fn() -> A,
    span: Span,
    future: Pin<&'p mut Option<F>>,
}

impl<F, A> Drop for Body<'_, F, A> {
    fn drop(&mut self) {
        if self.future.is_some() {
            let _place = Place::enter(self.flight, self.aside);
            let _entered = Entered::new(&self.span);
            self.future.set(None);
        }
    }
}

/// The duty of a call that is a future.
pub(crate) trait Duty {
    /// The body is about to run.
    fn start(&mut self);

    /// What its body is polled as; none if that runs aside.
    fn flight(&self) -> Option<Flight>;

    /// User code of the computation runs from here on, or is parked: then its future may be dropped.
    fn runs(&mut self, runs: bool);

    /// The owner's strong count, if the result may hold the owner.
    fn strong(&self) -> Option<usize>;

    /// The body has raised that count by so much.
    fn raised_strong(&mut self, by: isize);

    /// A poll of the body got a value of `cycle = ..` that stands for a computation around it.
    fn met_ring(&mut self);
}

/// Runs a body to its end. As long as what `aside` returns lives, it runs on this thread, aside.
pub(crate) async fn run<F: Future, A>(duty: &mut impl Duty, aside: fn() -> A, body: impl FnOnce() -> F) -> F::Output {
    duty.start();
    let flight = duty.flight();
    let begun = clock::coarse();
    let span = flight.map_or(Span::none(), |flight| Span::of_compute(flight.core));
    let future = {
        let _place = Place::enter(flight, aside);
        let _entered = Entered::new(&span);
        Some(body())
    };
    let mut body = Body { flight, aside, span, future: pin!(future) };
    // What the body itself does, poll by poll: others may take and drop handles while it is parked.
    let mut raised = 0_isize;
    let result = poll_fn(|context| {
        let polled = {
            let place = Place::enter(flight, aside);
            let entered = Entered::new(&body.span);
            let before = duty.strong();
            duty.runs(true);
            let polled = body.future.as_mut().as_pin_mut().expect("polled until it is ready").poll(context);
            if polled.is_ready() {
                body.future.set(None);
            } else {
                duty.runs(false);
            }
            drop(entered);
            if place.is_inside_ring() {
                duty.met_ring();
            }
            if let (Some(before), Some(now)) = (before, duty.strong()) {
                raised = raised.wrapping_add_unsigned(now).wrapping_sub_unsigned(before);
            }
            polled
        };
        // Nobody waits for a call that computes beside others, or aside.
        if let (Some(Flight { core, task }), true) = (flight, polled.is_pending()) {
            if !task.races {
                waiting::flight_goes_on(core, task.slot, task.flight, begun, context.waker());
            }
        }
        polled
    })
    .await;
    drop(body);
    duty.raised_strong(raised);
    result
}
