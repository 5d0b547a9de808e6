//! Whether what happened could have happened one step at a time: Wing and Gong's search, with a memory of where it was.
//!
//! The steps, and what the library looks like to them, are the specification; it is told in words in `main`. A command is one
//! step or a few, each at a moment between two that the record tells: asked, body begun, body ended, answered. Memos know
//! nothing of each other, so each is looked at alone.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use memo_core::Stats;

use crate::memos::{Memo, Version};
use crate::record::{self, Event, Key, Outcome, Time, World};
use crate::script::{Act, Script};

/// A compute, named by its event.
type Flight = usize;

#[derive(Clone, Copy, Debug)]
enum Effect {
    /// What is stored is seen, or, of `shared`, a flight whose result this is.
    Observe {
        key: usize,
        version: Option<Version>,
        shared: bool,
    },
    Claim {
        key: usize,
        flight: Flight,
    },
    Publish {
        key: usize,
        flight: Flight,
        version: Version,
    },
    Fail {
        key: usize,
        flight: Flight,
    },
    /// A racer begins: what is asked to go from now on, it must not bring back.
    RaceAsk {
        racer: usize,
    },
    RaceMiss {
        key: usize,
    },
    RacePublish {
        key: usize,
        racer: usize,
        version: Version,
        answer: Version,
    },
    Replace {
        key: usize,
        flight: Flight,
    },
    Store {
        key: usize,
        version: Version,
    },
    /// Room is made, if there is too much.
    Room {
        key: usize,
    },
    Forget {
        key: usize,
        flag: bool,
    },
    /// One object's results. `clear` is not one step over all of them.
    Clear {
        cell: usize,
        clear: usize,
        most: usize,
    },
    /// While nothing else is going on. `nth`: of all such steps.
    Len {
        results: usize,
        nth: usize,
    },
    /// An argument has died, and what it had is gone some time after.
    Die {
        key: usize,
    },
}

#[derive(Clone, Debug)]
struct Step {
    earliest: Time,
    latest: Time,
    /// A step of the same command that comes before.
    after: Option<usize>,
    effect: Effect,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Place {
    stored: Option<Version>,
    flight: Option<Flight>,
}

/// What a racer knows of the commands that came since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Racer {
    key: usize,
    running: bool,
    /// Its key was asked to go: it is not stored.
    asked: bool,
    /// It may look like that.
    perhaps: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    places: Vec<Place>,
    racers: Vec<Racer>,
    cleared: Vec<usize>,
}

struct Search<'a> {
    steps: Vec<Step>,
    /// The cell of each key.
    cells: Vec<usize>,
    living: Vec<Vec<bool>>,
    totals: Vec<usize>,
    makers: HashMap<Version, Flight>,
    room: usize,
    seen: HashSet<(u128, State)>,
    world: &'a World,
}

impl<'a> Search<'a> {
    fn of(memo: Memo, world: &'a World) -> (Self, State) {
        let events: Vec<(usize, &Event)> =
            world.events.iter().enumerate().filter(|(_, event)| event.key.memo == memo).collect();
        let mut keys: Vec<Key> = events
            .iter()
            .filter(|(_, event)| matches!(event.act, Act::Call | Act::Get | Act::Insert | Act::Refresh | Act::Forget))
            .map(|(_, event)| event.key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let mut owners: Vec<usize> = keys.iter().map(|key| key.owner).collect();
        owners.dedup();
        let cells =
            keys.iter().map(|key| owners.iter().position(|owner| *owner == key.owner).expect("from there")).collect();
        let mut search = Self {
            steps: Vec::new(),
            cells,
            living: Vec::new(),
            totals: Vec::new(),
            makers: HashMap::new(),
            room: memo.room(),
            seen: HashSet::new(),
            world,
        };
        let mut state = State { places: vec![Place::default(); keys.len()], racers: Vec::new(), cleared: Vec::new() };
        for (index, event) in &events {
            if let Some((_, _, version)) = event.body {
                search.makers.insert(version, *index);
            }
        }
        for (index, event) in &events {
            let key = keys.binary_search(&event.key).unwrap_or(usize::MAX);
            search.add(*index, event, key, memo, owners.len(), &keys, &mut state);
        }
        for (at, key) in keys.iter().enumerate() {
            if let Some(earliest) = world.died(key) {
                search.step(earliest, Time::MAX, None, Effect::Die { key: at });
            }
        }
        (search, state)
    }

    fn step(&mut self, earliest: Time, latest: Time, after: Option<usize>, effect: Effect) -> Option<usize> {
        self.steps.push(Step { earliest, latest, after, effect });
        Some(self.steps.len() - 1)
    }

    #[allow(clippy::too_many_arguments, reason = "one table of the commands")]
    fn add(
        &mut self,
        index: usize,
        event: &Event,
        key: usize,
        memo: Memo,
        owners: usize,
        keys: &[Key],
        state: &mut State,
    ) {
        let (asked, answered) = (event.asked, event.answered);
        match (event.act, event.body, event.outcome) {
            (Act::Call, None, Outcome::Value(version)) => {
                self.step(asked, answered, None, Effect::Observe { key, version: Some(version), shared: true });
            }
            // A ring.
            (Act::Call | Act::Refresh, None, _) => {}
            (Act::Call, Some((began, ended, version)), outcome) if memo.races() => {
                let racer = state.racers.len();
                state.racers.push(Racer { key, ..Racer::default() });
                let ask = self.step(asked, began, None, Effect::RaceAsk { racer });
                let miss = self.step(asked, began, ask, Effect::RaceMiss { key });
                if let Outcome::Value(answer) = outcome {
                    self.step(ended, answered, miss, Effect::RacePublish { key, racer, version, answer });
                }
            }
            (Act::Call, Some((began, ended, version)), outcome) => {
                let claim = self.step(asked, began, None, Effect::Claim { key, flight: index });
                self.end(index, key, claim, ended, answered, version, outcome);
            }
            (Act::Refresh, Some((began, ended, version)), outcome) => {
                let claim = self.step(asked, began, None, Effect::Replace { key, flight: index });
                self.end(index, key, claim, ended, answered, version, outcome);
            }
            (Act::Get, _, Outcome::Found(version)) => {
                self.step(asked, answered, None, Effect::Observe { key, version, shared: false });
            }
            (Act::Insert, ..) => {
                let store = self.step(asked, answered, None, Effect::Store { key, version: event.inserted });
                if self.room < usize::MAX {
                    self.step(asked, answered, store, Effect::Room { key });
                }
            }
            (Act::Forget, _, Outcome::Flag(flag)) => {
                self.step(asked, answered, None, Effect::Forget { key, flag });
            }
            (Act::Clear, _, Outcome::Count(total)) => {
                let clear = self.totals.len();
                self.totals.push(total);
                state.cleared.push(0);
                for cell in 0..owners {
                    self.step(asked, answered, None, Effect::Clear { cell, clear, most: total });
                }
            }
            (Act::Len, _, Outcome::Count(results)) => {
                let alone = self.world.events.iter().all(|other| {
                    std::ptr::eq(other, event) || other.answered < event.asked || event.answered < other.asked
                });
                if alone {
                    self.living.push(keys.iter().map(|key| self.world.lived(key, asked)).collect());
                    let nth = self.living.len() - 1;
                    self.step(asked, answered, None, Effect::Len { results, nth });
                }
            }
            (Act::Len | Act::Stats | Act::Sweep | Act::Drop | Act::Renew, ..) => {}
            (_, _, outcome) => panic!("{:?} cannot end in {outcome:?}", event.act),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "what the record tells of a compute")]
    fn end(
        &mut self,
        flight: Flight,
        key: usize,
        claim: Option<usize>,
        ended: Time,
        answered: Time,
        version: Version,
        outcome: Outcome,
    ) {
        match outcome {
            Outcome::Value(answer) => {
                assert_eq!(answer, version, "who computes gets what it computed");
                self.step(ended, answered, claim, Effect::Publish { key, flight, version });
            }
            _ => {
                self.step(ended, answered, claim, Effect::Fail { key, flight });
            }
        }
    }

    /// All states that a step leads to; none, if it cannot come here.
    fn apply(&self, state: &State, effect: Effect) -> Vec<State> {
        let mut next = state.clone();
        match effect {
            Effect::Observe { key, version, shared } => {
                let place = &state.places[key];
                let maker = version.and_then(|version| self.makers.get(&version));
                let is_there = place.stored == version || shared && maker.is_some() && place.flight.as_ref() == maker;
                if is_there { vec![next] } else { Vec::new() }
            }
            Effect::Claim { key, flight } => {
                let place = &mut next.places[key];
                if place.stored.is_some() || place.flight.is_some() {
                    return Vec::new();
                }
                place.flight = Some(flight);
                vec![next]
            }
            Effect::Publish { key, flight, version } => {
                if next.places[key].flight != Some(flight) {
                    return vec![next];
                }
                next.places[key] = Place { stored: Some(version), flight: None };
                self.make_room(next, key)
            }
            Effect::Fail { key, flight } => {
                if next.places[key].flight == Some(flight) {
                    next.places[key].flight = None;
                }
                vec![next]
            }
            Effect::RaceAsk { racer } => {
                next.racers[racer].running = true;
                vec![next]
            }
            Effect::RaceMiss { key } => {
                if state.places[key].stored.is_none() {
                    vec![next]
                } else {
                    Vec::new()
                }
            }
            Effect::RacePublish { key, racer, version, answer } => {
                let known = next.racers[racer];
                next.racers[racer] = Racer { key: known.key, ..Racer::default() };
                let place = state.places[key].clone();
                if answer != version {
                    let maker = self.makers.get(&answer);
                    let theirs = place.stored == Some(answer) || maker.is_some() && place.flight.as_ref() == maker;
                    return if theirs { vec![next] } else { Vec::new() };
                }
                let mut all = Vec::new();
                if place.flight.is_some() || place.stored.is_none() && (known.asked || known.perhaps) {
                    all.push(next.clone());
                }
                if place == Place::default() && !known.asked {
                    next.places[key].stored = Some(version);
                    all.push(next);
                }
                all
            }
            Effect::Replace { key, flight } => {
                let was = std::mem::replace(&mut next.places[key], Place { stored: None, flight: Some(flight) });
                self.disturb(&mut next, |racer| racer == key, was != Place::default());
                vec![next]
            }
            Effect::Store { key, version } => {
                let was = std::mem::replace(&mut next.places[key], Place { stored: Some(version), flight: None });
                self.disturb(&mut next, |racer| racer == key, was != Place::default());
                vec![next]
            }
            Effect::Room { key } => self.make_room(next, key),
            Effect::Forget { key, flag } => {
                if state.places[key].stored.is_some() != flag {
                    return Vec::new();
                }
                next.places[key] = Place::default();
                self.disturb(&mut next, |racer| racer == key, true);
                vec![next]
            }
            Effect::Clear { cell, clear, most } => {
                for (place, of) in next.places.iter_mut().zip(&self.cells) {
                    if *of == cell {
                        next.cleared[clear] += usize::from(place.stored.is_some());
                        *place = Place::default();
                    }
                }
                self.disturb(&mut next, |racer| self.cells[racer] == cell, true);
                if next.cleared[clear] <= most { vec![next] } else { Vec::new() }
            }
            Effect::Die { key } => {
                next.places[key].stored = None;
                vec![next]
            }
            Effect::Len { results, nth } => {
                let there = state.places.iter().zip(&self.living[nth]);
                let there = there.filter(|(place, alive)| **alive && place.stored.is_some()).count();
                if there == results { vec![next] } else { Vec::new() }
            }
        }
    }

    fn disturb(&self, state: &mut State, asked: impl Fn(usize) -> bool, sure: bool) {
        for racer in state.racers.iter_mut().filter(|racer| racer.running && asked(racer.key)) {
            racer.perhaps = true;
            racer.asked |= sure;
        }
    }

    /// One goes, any but the newest, if there are too many.
    fn make_room(&self, state: State, newest: usize) -> Vec<State> {
        let cell = self.cells[newest];
        let stored = |state: &State| -> Vec<usize> {
            (0..state.places.len()).filter(|at| self.cells[*at] == cell && state.places[*at].stored.is_some()).collect()
        };
        let there = stored(&state);
        if there.len() <= self.room {
            return vec![state];
        }
        let others = there.into_iter().filter(|at| *at != newest);
        others
            .map(|at| {
                let mut next = state.clone();
                next.places[at].stored = None;
                next
            })
            .collect()
    }

    fn search(&mut self, done: u128, state: &State) -> bool {
        let all = self.steps.len();
        let open: Vec<usize> = (0..all).filter(|step| done & 1 << step == 0).collect();
        if open.is_empty() {
            return state.cleared == self.totals;
        }
        if !self.seen.insert((done, state.clone())) {
            return false;
        }
        let first_end = open.iter().map(|step| self.steps[*step].latest).min().expect("not empty");
        for step in open {
            let Step { earliest, after, effect, .. } = self.steps[step];
            let ready = after.is_none_or(|after| done & 1 << after != 0);
            if !ready || earliest > first_end {
                continue;
            }
            for next in self.apply(state, effect) {
                if self.search(done | 1 << step, &next) {
                    return true;
                }
            }
        }
        false
    }
}

/// Checks the record of a run.
pub(crate) fn check(script: &Script) {
    record::with(|world| {
        for memo in Memo::ALL {
            let (mut search, state) = Search::of(memo, world);
            assert!(search.steps.len() <= 128, "a script is small");
            assert!(
                search.search(0, &state),
                "{memo:?}: no order of steps explains this\n{}\n{script:#?}",
                told(world, memo)
            );
        }
    });
}

/// The record of one memo, for people.
fn told(world: &World, memo: Memo) -> String {
    let mut text = String::new();
    for event in world.events.iter().filter(|event| event.key.memo == memo) {
        let Event { thread, act, key, asked, body, inserted, answered, outcome } = event;
        let _ = writeln!(
            text,
            "thread {thread}: {asked:>4}..{answered:<4} {act:?} object {} peer {} name {}: {outcome:?}; body {body:?}, put in {inserted}",
            key.owner, key.peer, key.name
        );
    }
    text
}

/// Counters only grow.
pub(crate) fn assert_grown(before: &Stats, after: &Stats) {
    let of = |stats: &Stats| {
        [
            stats.hits,
            stats.misses,
            stats.computes,
            stats.waits,
            stats.inserts,
            stats.dropped,
            stats.evicted,
            stats.cleared,
            stats.replaced,
            stats.rejected,
        ]
    };
    for (before, after) in of(before).into_iter().zip(of(after)) {
        assert!(before <= after, "counters only grow");
    }
}

/// At rest, with all objects gone, every event was counted once.
pub(crate) fn check_stats(memo: Memo, before: &Stats, now: &Stats, world: &World) {
    assert_grown(before, now);
    let of = |act: Act| world.events.iter().filter(move |event| event.key.memo == memo && event.act == act);
    let history = || told(world, memo);
    let bodies = of(Act::Call).chain(of(Act::Refresh)).filter(|event| event.body.is_some()).count() as u64;
    assert_eq!(now.computes - before.computes, bodies, "{memo:?}: computes\n{}", history());
    assert_eq!(now.inserts - before.inserts, of(Act::Insert).count() as u64, "{memo:?}: inserts\n{}", history());
    let forgotten = of(Act::Forget).filter(|event| event.outcome == Outcome::Flag(true)).count() as u64;
    let cleared = of(Act::Clear).map(|event| match event.outcome {
        Outcome::Count(count) => count as u64,
        _ => 0,
    });
    assert_eq!(now.cleared - before.cleared, forgotten + cleared.sum::<u64>(), "{memo:?}: cleared\n{}", history());
    assert_eq!(now.entries, 0, "{memo:?}: entries of no object\n{}", history());
    assert_eq!(now.computes + now.inserts, memo_tests::gone(now), "{memo:?}: what came has gone\n{}", history());
    let rings = of(Act::Call).any(|event| event.body.is_none() && event.outcome == Outcome::Panicked);
    if !rings {
        let calls = of(Act::Call).count() as u64;
        let answered = (now.hits - before.hits) + (now.misses - before.misses);
        assert_eq!(answered, calls, "{memo:?}: each call is a hit or a miss\n{}", history());
    }
}
