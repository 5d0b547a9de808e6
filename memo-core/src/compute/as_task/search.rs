//! A search that is a future: where it has to wait for another call, its task sleeps.

use std::future::poll_fn;
use std::task::Poll;

use super::rings;
use super::waiting::{Found, Wait};
use crate::compute::frames;
use crate::compute::search::Search;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::traced::{self, What};
use crate::reclaim::outermost_call::Call;
use crate::value::slot::{Flight, Slot, Waited};

/// Searches to the end.
pub(crate) async fn to_end<S: Search>(mut search: S) -> S::Found {
    loop {
        let found = {
            // A step may sweep when it is done, as other calls do; what this call owes is not kept until its task is polled again.
            let _call = Call::enter();
            search.step()
        };
        if let Some(found) = found {
            return found;
        }
        let how = {
            let (core, slot, flight) = search.awaited();
            wait(core, slot, flight).await
        };
        search.waited(how);
    }
}

/// Waits for the end of a flight, unless this task itself has set it aside. It is counted when the flight knows of it, as where a thread waits.
async fn wait<V>(core: &'static Core, slot: &Slot<V>, flight: Flight) -> Waited {
    let mut wait = Wait::new(slot, flight);
    let (mut recorded, mut counted) = (None, false);
    poll_fn(|context| {
        // Before the task sleeps.
        let number = wait.number();
        recorded.get_or_insert_with(|| rings::record(number, (frames::slot_address(slot), flight.thread)));
        let found = wait.look(context);
        if wait.is_listed() && !std::mem::replace(&mut counted, true) {
            counters::count(core, Count::Waits, 1);
            traced::event(core, What::Waits, 1);
        }
        match found {
            Found::Ended(how) => Poll::Ready(how),
            Found::SetAside => Poll::Ready(Waited::Alone),
            Found::Asleep => Poll::Pending,
            Found::Looking => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}
