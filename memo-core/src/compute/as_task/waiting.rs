//! Tasks that wait for a flight: one call that is a future computes, others are woken when it ends.
//!
//! # Invariants
//!
//! 1. *No wake-up is lost.* A task is listed under the lock of its slot's list, after it has seen there that the flight is still going on.
//!    Who ends a flight first ends the claim and then takes the waiting tasks out, under the same lock.
//! 2. *Everybody is woken*, however the flight ended. If there is no result (it panicked, or its future was dropped), the task that is
//!    polled first computes, and the others wait for that one. So nothing is handed to a task that may never be polled again, and a task
//!    that is dropped after it was woken has nothing to pass on.
//! 3. *Wakers are cloned, woken and dropped with no lock held*: they are user code, which may call memos. One that panics when a flight wakes
//!    it, or when it is dropped, disturbs nobody: a call that waits may itself be dropped by a panic, and two at once would end the process.
//!    One that panics when it is cloned is listed nowhere.
//! 4. *A task never waits for a future that it has set aside.* A flight has a record from the first poll of its body that is not the last to
//!    the end of its call, also where another call has ended it before: which task polled it, and how often. If a task that waits is the very one
//!    that polls the flight, it does not sleep: it asks to be polled again, [`MOST_LOOKS`] times, and goes on waiting as soon as the flight was
//!    polled, too (both are parts of one `join!`). If it was not, the flight is set aside, and the call computes beside it. Not seen is a flight
//!    that was polled after the call in each round, and is not any more in the round that its own wake-up began: to see that, bodies would have
//!    to be polled with a waker of this library's.
//! 5. A task that waits holds its slot. What a leaked future leaves behind is a waker, which may be woken for nothing.
//!
//! # Why this and nothing else
//!
//! To wake one waiting task instead of all would cost less where many wait and flight after flight is cancelled. But then all would depend on
//! that one being polled, which it may never be: it may itself be set aside. What a flight costs a program otherwise is a lock at its end,
//! and one for each poll of the body that is not the last.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::task::{Context, Waker};

use super::rings;
use crate::compute::frames;
use crate::memo::clock;
use crate::memo::core::Core;
use crate::sys::panics::{OnItsWay, drop_quietly, quietly};
use crate::sys::sync::plain::{AtomicU64, Ordering};
#[cfg(not(memo_loom))]
use crate::sys::sync::try_unpoisoned;
use crate::sys::sync::{Mutex, MutexGuard, unpoisoned};
use crate::value::slot::{Flight, Slot, Waited};

/// So often a task that polls the flight it waits for looks whether it still does. At two parts of one task, either may be polled first, so
/// one look may see nothing although both are polled each time.
const MOST_LOOKS: u32 = 3;

/// A flight whose body was polled and goes on.
struct Flying {
    number: u32,
    /// The task that polled it last.
    task: TaskId,
    /// How often it was polled.
    polls: u32,
    /// For who looks in from outside: its memo, since when it goes on and when it was polled last, by [`clock::coarse`].
    core: &'static Core,
    begun: u64,
    polled: u64,
}

/// A task that waits.
struct Sleeper {
    waker: Waker,
    /// By [`clock::coarse`].
    since: u64,
}

/// Which task a waker wakes, as far as one can tell: what it points to.
///
/// As `Waker::will_wake` compares, but for the functions, which may lie in several places. Two tasks that are taken for one cost a compute
/// at most.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TaskId(usize);

impl TaskId {
    fn of(waker: &Waker) -> Self {
        Self(waker.data().addr())
    }
}

/// The flights and the waiting tasks of some slots, both by the address of the slot.
struct Waiting {
    flights: HashMap<usize, Flying, BuildHasherDefault<DefaultHasher>>,
    /// With the number of the wait.
    tasks: BTreeMap<(usize, u64), Sleeper>,
}

impl Waiting {
    const fn new() -> Self {
        Self { flights: HashMap::with_hasher(BuildHasherDefault::new()), tasks: BTreeMap::new() }
    }
}

const LISTS: usize = 64;

/// The slots share a few lists.
#[cfg(not(memo_loom))]
static ALL: [Mutex<Waiting>; LISTS] = [const { Mutex::new(Waiting::new()) }; LISTS];

#[cfg(not(memo_loom))]
fn list(slot: usize) -> MutexGuard<'static, Waiting> {
    unpoisoned(ALL[(slot >> 4) % LISTS].lock())
}

#[cfg(memo_loom)]
fn list(slot: usize) -> MutexGuard<'static, Waiting> {
    loom::lazy_static! {
        static ref ONLY: Mutex<Waiting> = Mutex::new(Waiting::new());
    }
    let _ = slot % LISTS;
    unpoisoned(ONLY.lock())
}

/// The body of a flight was polled with this waker, and goes on.
pub(super) fn flight_goes_on(core: &'static Core, slot: usize, number: u32, begun: u64, waker: &Waker) {
    let task = TaskId::of(waker);
    let new = Flying { number, task, polls: 0, core, begun, polled: clock::coarse() };
    let mut list = list(slot);
    let polls = match list.flights.get(&slot) {
        Some(flying) if flying.number == number => flying.polls,
        // None, or left behind by a future that leaked.
        _ => 0,
    };
    list.flights.insert(slot, Flying { polls: polls.wrapping_add(1), ..new });
}

/// A flight that was polled and goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParkedFlight {
    pub(crate) core: &'static Core,
    pub(crate) slot: usize,
    pub(crate) number: u32,
    pub(crate) polls: u32,
    /// By [`clock::coarse`], as the other.
    pub(crate) begun: u64,
    pub(crate) polled: u64,
}

/// A task that waits for the flight in this slot, since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WaitingTask {
    pub(crate) slot: usize,
    pub(crate) since: u64,
}

/// What goes on in tasks. `false`: some lists were locked by other threads just now, which is never for long.
#[cfg(not(memo_loom))]
pub(crate) fn look_at_all(parked: &mut Vec<ParkedFlight>, waiting: &mut Vec<WaitingTask>) -> bool {
    let mut all_seen = true;
    for list in &ALL {
        let Some(list) = try_unpoisoned(list.try_lock()) else {
            all_seen = false;
            continue;
        };
        parked.extend(list.flights.iter().map(|(&slot, flying)| {
            let &Flying { core, number, polls, begun, polled, .. } = flying;
            ParkedFlight { core, slot, number, polls, begun, polled }
        }));
        waiting.extend(list.tasks.iter().map(|(&(slot, _), sleeper)| WaitingTask { slot, since: sleeper.since }));
    }
    all_seen
}

/// As [`look_at_all`] outside of models.
#[cfg(memo_loom)]
pub(crate) fn look_at_all(_: &mut Vec<ParkedFlight>, _: &mut Vec<WaitingTask>) -> bool {
    true
}

/// A flight has ended, and its claim with it: wakes all that wait for this slot.
///
/// The slot may be gone, and another at its address: whose waiting tasks are woken for nothing.
pub(crate) fn flight_ended(slot: usize, number: u32) {
    let mut woken = Vec::new();
    {
        let mut list = list(slot);
        if list.flights.get(&slot).is_some_and(|flying| flying.number == number) {
            list.flights.remove(&slot);
        }
        while let Some((&wait, _)) = list.tasks.range((slot, 0)..=(slot, u64::MAX)).next() {
            woken.extend(list.tasks.remove(&wait).map(|sleeper| (wait.1, sleeper.waker)));
        }
    }
    rings::flight_ended((slot, number), woken.iter().map(|(wait, _)| *wait));
    for (_, waker) in woken {
        // A panic of one waker must not leave the others asleep, nor undo what has been published.
        quietly(|| waker.wake());
    }
}

/// A call that waits for a flight, until it is dropped.
pub(super) struct Wait<'s, V> {
    slot: &'s Slot<V>,
    flight: Flight,
    /// Names it in the list, and among the edges of rings.
    number: u64,
    listed: bool,
    /// How often the flight had been polled when this task last looked.
    polls: Option<u32>,
    /// How often in turn it found that this very task polls the flight, and had not.
    looks: u32,
}

/// What a waiting task found.
pub(super) enum Found {
    /// The flight has ended.
    Ended(Waited),
    /// It goes on: the task is woken at its end.
    Asleep,
    /// This task polls it, or has set it aside: the task is to be polled again at once.
    Looking,
    /// This task has set it aside.
    SetAside,
}

impl<'s, V> Wait<'s, V> {
    pub(super) fn new(slot: &'s Slot<V>, flight: Flight) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { slot, flight, number, listed: false, polls: None, looks: 0 }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the flight wakes it.
    pub(super) fn is_listed(&self) -> bool {
        self.listed
    }

    fn address(&self) -> usize {
        frames::slot_address(self.slot)
    }

    pub(super) fn look(&mut self, context: &Context<'_>) -> Found {
        if let Some(end) = self.slot.end_of(self.flight) {
            return Found::Ended(end);
        }
        let (slot, waker) = (self.address(), context.waker());
        // Whatever is left of it is dropped quietly.
        let mut own: Option<OnItsWay<Waker>> = None;
        loop {
            let mut list = list(slot);
            if let Err(end) = self.slot.announce(self.flight) {
                return Found::Ended(end);
            }
            let there = list.tasks.get(&(slot, self.number));
            if !there.is_some_and(|there| there.waker.will_wake(waker)) {
                let since = there.map(|there| there.since);
                let Some(clone) = own.take() else {
                    drop(list);
                    own = Some(OnItsWay::new(waker.clone()));
                    continue;
                };
                // The old one is dropped with no lock held.
                let sleeper = Sleeper { waker: clone.arrive(), since: since.unwrap_or_else(clock::coarse) };
                own = list.tasks.insert((slot, self.number), sleeper).map(|old| OnItsWay::new(old.waker));
                self.listed = true;
            }
            let found = self.judge(list.flights.get(&slot), TaskId::of(waker));
            drop(list);
            drop(own);
            return found;
        }
    }

    /// Invariant 4.
    fn judge(&mut self, flying: Option<&Flying>, me: TaskId) -> Found {
        let flying = flying.filter(|flying| flying.number == self.flight.thread && flying.task == me);
        let Some(flying) = flying else {
            (self.polls, self.looks) = (None, 0);
            return Found::Asleep;
        };
        match self.polls.replace(flying.polls) {
            Some(before) if before != flying.polls => {
                self.looks = 0;
                Found::Asleep
            }
            _ if self.looks == MOST_LOOKS => Found::SetAside,
            _ => {
                self.looks += 1;
                Found::Looking
            }
        }
    }
}

impl<V> Drop for Wait<'_, V> {
    fn drop(&mut self) {
        if self.listed {
            let slot = self.address();
            let sleeper = list(slot).tasks.remove(&(slot, self.number));
            drop_quietly(sleeper);
        }
    }
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use loom::sync::Arc;
    use loom::thread;

    use super::*;
    use crate::compute::frames::slot_address;
    use crate::value::slot::{Look, NoValue};

    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }

    /// A task looks while the flight ends: it sees the end, or it is woken.
    fn beside(end: fn(&Slot<u32>)) {
        loom::model(move || {
            let slot = Arc::new(Slot::<u32>::claimed(1));
            let theirs = Arc::clone(&slot);
            let ends = thread::spawn(move || {
                end(&theirs);
                flight_ended(slot_address(&*theirs), 1);
            });
            let woken = std::sync::Arc::new(Woken(AtomicUsize::new(0)));
            let waker = Waker::from(std::sync::Arc::clone(&woken));
            let asleep = match slot.look() {
                Look::Busy(flight) => {
                    let mut wait = Wait::new(&*slot, flight);
                    let asleep = matches!(wait.look(&Context::from_waker(&waker)), Found::Asleep);
                    ends.join().unwrap();
                    asleep
                }
                _ => {
                    ends.join().unwrap();
                    false
                }
            };
            assert_eq!(woken.0.load(std::sync::atomic::Ordering::SeqCst), usize::from(asleep));
        });
    }

    #[test]
    fn loom_case_14_a_task_that_begins_to_wait_as_the_result_comes_is_woken() {
        beside(|slot| {
            slot.fill(7);
        });
    }

    #[test]
    fn loom_case_14_a_task_that_begins_to_wait_as_the_leader_is_dropped_is_woken() {
        beside(|slot| slot.end(NoValue::Panicked));
    }

    /// Of three that wait, the one in the middle is dropped as the flight ends.
    #[test]
    fn loom_case_13_a_task_that_is_dropped_takes_no_wake_up_along() {
        loom::model(|| {
            let slot = Arc::new(Slot::<u32>::claimed(1));
            let theirs = Arc::clone(&slot);
            let Look::Busy(flight) = slot.look() else { unreachable!() };
            let woken: Vec<_> = (0..3).map(|_| std::sync::Arc::new(Woken(AtomicUsize::new(0)))).collect();
            let mut waits: Vec<_> = woken
                .iter()
                .map(|woken| {
                    let mut wait = Wait::new(&*slot, flight);
                    let waker = Waker::from(std::sync::Arc::clone(woken));
                    assert!(matches!(wait.look(&Context::from_waker(&waker)), Found::Asleep));
                    wait
                })
                .collect();
            let ends = thread::spawn(move || {
                theirs.end(NoValue::Panicked);
                flight_ended(slot_address(&*theirs), 1);
            });
            drop(waits.remove(1));
            ends.join().unwrap();
            for at in [0, 2] {
                assert_eq!(woken[at].0.load(std::sync::atomic::Ordering::SeqCst), 1);
            }
        });
    }
}
