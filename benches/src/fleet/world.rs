//! The events of a fleet, in the order of simulated time.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;
use std::time::Duration;

use memo_store::__private::Leases;
use memo_store::engine::Memory;
use rand::rngs::Xoshiro256PlusPlus as Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::load::{Load, body};
use super::network::Network;
use super::process::{Pending, Process, Settings, Slot, Turns, holder};
use super::time::{Time, micros};
use super::traffic::Traffic;

/// As between the looks of a real call that waits.
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 50_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    /// The order of those at one time.
    number: u64,
    who: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// The store's thread has its turn.
    Turn,
    /// The object of this slot dies, and another one is born.
    Birth(u32),
    /// A call that waits looks again.
    Look(u32),
    /// A body has run.
    Computed(u32),
}

/// What the calls of a fleet saw.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calls {
    pub(super) all: u64,
    pub(super) found: u64,
    pub(super) computed: u64,
    /// Calls that waited for another process, and those of them that waited in vain.
    pub(super) waited: u64,
    pub(super) in_vain: u64,
    /// Answers that are not what the body computes.
    pub(super) wrong: u64,
    /// Microseconds of the longest call, without its body.
    pub(super) longest: u64,
}

/// All that was counted until some time.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: u64,
    pub(super) traffic: Traffic,
    pub(super) calls: Calls,
    /// Turns of the processes' threads, and passes of their collectors.
    pub(super) turns: u64,
    pub(super) passes: u64,
}

/// What a fleet is to be like.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) settings: Settings,
    pub(super) load: Load,
    /// Objects of a process that are simulated.
    pub(super) objects: usize,
    /// How long a body runs.
    pub(super) body: Duration,
}

pub(super) struct World {
    pub(super) network: Network,
    pub(super) plan: Plan,
    pub(super) rng: Rng,
    /// By their numbers; none is used twice. `None`: it has ended.
    pub(super) processes: Vec<Option<Process>>,
    /// Calls of processes of each number, where somebody wants to know those of some.
    pub(super) calls: Calls,
    pub(super) computed_by: Vec<u64>,
    events: BinaryHeap<Reverse<Event>>,
    number: u64,
    turns: u64,
    passes: u64,
}

impl World {
    pub(super) fn new(plan: Plan, seed: u64) -> Self {
        Self {
            network: Network::new(&Time::new(), seed ^ 0x5eed),
            plan,
            rng: Rng::seed_from_u64(seed),
            processes: Vec::new(),
            calls: Calls::default(),
            computed_by: Vec::new(),
            events: BinaryHeap::new(),
            number: 0,
            turns: 0,
            passes: 0,
        }
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.network.memory
    }

    pub(super) fn now(&self) -> u64 {
        self.network.time.now()
    }

    pub(super) fn mark(&self) -> Mark {
        let (traffic, calls) = (self.network.traffic(), self.calls);
        Mark { at: self.now(), traffic, calls, turns: self.turns, passes: self.passes }
    }

    fn after(&mut self, micros: u64, who: usize, what: What) {
        let at = self.now() + micros;
        self.number += 1;
        self.events.push(Reverse(Event { at, number: self.number, who: who as u32, what }));
    }

    fn within(&mut self, span: Duration) -> u64 {
        (self.rng.random::<f64>() * micros(span) as f64) as u64
    }

    /// Starts a process whose objects are born within that time. Returns its number.
    pub(super) fn start(&mut self, version: u64, within: Duration) -> usize {
        let who = self.processes.len();
        let mut process = Process::new(&self.network, who as u64, version, self.plan.objects, self.plan.settings);
        process.turns.next = self.now();
        self.processes.push(Some(process));
        self.computed_by.push(0);
        self.after(0, who, What::Turn);
        for slot in 0..self.plan.objects {
            let at = self.within(within);
            self.after(at, who, What::Birth(slot as u32));
        }
        who
    }

    /// Starts so many, one after the other, within about that time.
    pub(super) fn start_all(&mut self, processes: usize, within: Duration) {
        for _ in 0..processes {
            self.start(1, within);
            let step = self.within(within * 2 / processes as u32);
            self.run(Duration::from_micros(step));
        }
    }

    /// Ends it as a program ends that returns from `main`.
    pub(super) fn close(&mut self, who: usize) {
        let Some(Process { simulated, slots, .. }) = self.processes[who].take() else { return };
        simulated.close(self.network.time.instant(0));
        drop(slots);
    }

    /// Ends it at once: nobody is told.
    pub(super) fn kill(&mut self, who: usize) {
        self.processes[who] = None;
    }

    /// All objects of all processes die.
    pub(super) fn drop_objects(&mut self) {
        let slots = self.processes.iter_mut().flatten().flat_map(|process| &mut process.slots);
        slots.for_each(|slot| *slot = Slot::default());
        (0..self.processes.len()).for_each(|who| self.wake(who));
    }

    /// How many keys the processes hold in the engine and do not count, and how many they count and do not hold.
    pub(super) fn differences(&self) -> [usize; 2] {
        let (mut over, mut lost) = (0, 0);
        for (who, process) in self.processes.iter().enumerate().filter_map(|(who, one)| Some((who, one.as_ref()?))) {
            let counted: BTreeSet<_> = process.simulated.held().into_iter().collect();
            let held: BTreeSet<_> = self.memory().held_by(holder(who as u64)).into_iter().collect();
            over += held.difference(&counted).count();
            lost += counted.difference(&held).count();
        }
        [over, lost]
    }

    /// How many keys the processes count as held.
    pub(super) fn held(&self) -> u64 {
        self.processes.iter().flatten().map(|process| process.simulated.store().stats().held).sum()
    }

    /// The numbers of those that run.
    pub(super) fn running(&self) -> Vec<usize> {
        (0..self.processes.len()).filter(|who| self.processes[*who].is_some()).collect()
    }

    /// Lets all happen that happens within that time.
    pub(super) fn run(&mut self, span: Duration) {
        let until = self.now() + micros(span);
        while let Some(Reverse(event)) = self.events.peek().copied().filter(|Reverse(event)| event.at <= until) {
            self.events.pop();
            self.network.time.set(event.at);
            self.does(event.who as usize, event.what);
        }
        self.network.time.set(until);
    }

    fn does(&mut self, who: usize, what: What) {
        match what {
            What::Turn => self.turn(who),
            What::Birth(slot) => self.birth(who, slot),
            What::Look(slot) => self.look(who, slot),
            What::Computed(slot) => self.computed(who, slot),
        }
    }

    fn turn(&mut self, who: usize) {
        self.network.deliver();
        let (now, instant) = (self.now(), self.network.time.instant(0));
        // One that has ended, or a turn in whose place an earlier one came.
        let Some(process) = self.processes[who].as_mut().filter(|process| process.turns.next == now) else { return };
        let due = self.network.time.of(process.simulated.turn(instant));
        let Turns { last, tick, .. } = process.turns;
        self.turns += (now - last).checked_div(tick).unwrap_or(1).max(1);
        self.passes += u64::from(process.line.has_collected());
        let rests_until = self.network.time.of(process.simulated.rests_until(instant));
        // A thread that waited for answers is late.
        let turns = Turns { last: now, due: due + process.line.take_spent(), tick: due - now, next: 0 };
        process.turns = Turns { next: turns.at(rests_until), ..turns };
        let next = process.turns.next;
        self.after(next - now, who, What::Turn);
    }

    /// Something is let go or computed: the next turn is not left out.
    fn wake(&mut self, who: usize) {
        let now = self.now();
        let Some(Process { turns, .. }) = &mut self.processes[who] else { return };
        let next = turns.at(now);
        if turns.tick > 0 && next < turns.next {
            turns.next = next;
            self.after(next - now, who, What::Turn);
        }
    }

    fn birth(&mut self, who: usize, slot: u32) {
        let (began, content) = (self.now(), self.plan.load.content(&mut self.rng));
        let Some(process) = &mut self.processes[who] else { return };
        process.slots[slot as usize] = Slot::default();
        let object = Arc::<Leases>::default();
        let look = process.look(content, &object);
        let pending = Pending { look, began, pause: FIRST_PAUSE, took: 0 };
        process.slots[slot as usize] = Slot { content, object: Some(object), pending: Some(pending) };
        self.calls.all += 1;
        self.wake(who);
        self.look(who, slot);
    }

    fn look(&mut self, who: usize, at: u32) {
        let (now, wait) = (self.now(), micros(self.plan.settings.wait));
        let Some(process) = &mut self.processes[who] else { return };
        let slot = &mut process.slots[at as usize];
        let Some(pending) = &mut slot.pending else { return };
        _ = process.line.take_spent();
        let found = pending.look.find();
        let spent = process.line.take_spent();
        pending.took += spent;
        if let Some(value) = found {
            self.calls.found += 1;
            self.calls.wrong += u64::from(value != body(slot.content, process.version));
            self.calls.longest = self.calls.longest.max(pending.took);
            slot.pending = None;
            return self.lives(who, at);
        }
        if process.line.is_busy() && wait > 0 {
            self.calls.waited += u64::from(pending.pause == FIRST_PAUSE);
            let pause = pending.pause;
            pending.pause = (pause * 2).min(LONGEST_PAUSE);
            if now + spent + pause <= pending.began + wait {
                pending.took += pause;
                return self.after(spent + pause, who, What::Look(at));
            }
            self.calls.in_vain += 1;
        }
        self.after(spent + micros(self.plan.body), who, What::Computed(at));
    }

    fn computed(&mut self, who: usize, at: u32) {
        let Some(process) = &mut self.processes[who] else { return };
        let slot = &mut process.slots[at as usize];
        let Some(Pending { look, took, .. }) = slot.pending.take() else { return };
        look.end(&body(slot.content, process.version));
        process.simulated.write();
        self.calls.computed += 1;
        self.computed_by[who] += 1;
        self.calls.longest = self.calls.longest.max(took);
        self.lives(who, at);
    }

    fn lives(&mut self, who: usize, slot: u32) {
        self.wake(who);
        let life = self.plan.load.life(&mut self.rng);
        self.after(life, who, What::Birth(slot));
    }
}
