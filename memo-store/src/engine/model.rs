//! All that two processes, a collector and a clock can do with one entry in so many steps.
//!
//! What a process asks for is sent in one step and done in another one, in any order, or after the process has given it up: so each process pauses
//! at every step, and may be killed at each. Two things hold in every state that is reached:
//!
//! 1. What a process has found or written, and has not let go, is there, as long as its lease has not run out since.
//! 2. If all processes are killed, nothing is left in the end.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use super::memory::Table;
use super::rules::{self, Rows};
use super::{Found, Hold, Holder, Renewed};
use crate::key::Key;

const KEY: Key = Key::from_bytes([1; 16]);
/// Something else, which each process writes once at most.
const OTHER: Key = Key::from_bytes([2; 16]);
/// The unit of time is a millisecond.
const LEASE: Duration = Duration::from_millis(2);
const CLAIM: Duration = Duration::from_millis(1);
const GRACE: Duration = Duration::from_millis(1);
const LAST: u64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Request {
    Get(u64),
    Put(u64),
    Release(u64),
    Other,
    /// With what is held, if the lease was told to have lapsed.
    Renew(Option<u64>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Process {
    dead: bool,
    number: u64,
    /// It looks for the result, and has not given up.
    looks: Option<u64>,
    /// It is told to compute, or has waited long enough.
    computes: bool,
    /// It has the result, and its object lives.
    has: bool,
    /// Its lease has not run out since it has the result, or took hold of it again.
    in_time: bool,
    /// A renewal came too late.
    lapsed: bool,
    wrote_other: bool,
    sent: Vec<Request>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct World {
    table: Table,
    now: u64,
    processes: [Process; 2],
}

fn surely<T>(done: Result<T, Infallible>) -> T {
    match done {
        Ok(done) => done,
        Err(never) => match never {},
    }
}

fn hold(who: usize, number: u64) -> Hold {
    Hold { holder: Holder(who as u128), number, lease: LEASE, claim: CLAIM }
}

impl Process {
    fn number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn send(&mut self, request: Request) {
        self.sent.push(request);
        self.sent.sort();
    }
}

impl World {
    /// All worlds that are one step away.
    fn next(&self) -> Vec<Self> {
        let mut next = Vec::new();
        let mut step = |change: &dyn Fn(&mut Self)| {
            let mut world = self.clone();
            change(&mut world);
            world.see();
            next.push(world);
        };
        if self.now < LAST {
            step(&|world| world.now += 1);
        }
        step(&|world| _ = surely(rules::collect(&mut world.table, 1, GRACE, world.now)));
        for (who, process) in self.processes.iter().enumerate().filter(|(_, process)| !process.dead) {
            let mut does = |act: &dyn Fn(&mut Process)| step(&|world| act(&mut world.processes[who]));
            does(&|it| it.dead = true);
            let idle = process.looks.is_none() && !process.computes && !process.has;
            let on_its_way = |is: fn(&Request) -> bool| process.sent.iter().any(is);
            if idle && !on_its_way(|request| matches!(request, Request::Get(_) | Request::Put(_))) {
                does(&|it| {
                    let number = it.number();
                    it.looks = Some(number);
                    it.send(Request::Get(number));
                });
            }
            if process.looks.is_some() {
                // It timed out: what it asked for may be done later. It computes, or its call ends and what it counted is released.
                does(&|it| (it.looks, it.computes) = (None, true));
                does(&|it| {
                    it.looks = None;
                    let number = it.number();
                    it.send(Request::Release(number));
                });
            }
            if process.computes {
                does(&|it| {
                    it.computes = false;
                    let number = it.number();
                    it.send(Request::Put(number));
                });
            }
            if process.has {
                does(&|it| {
                    it.has = false;
                    let number = it.number();
                    it.send(Request::Release(number));
                });
            }
            if !process.wrote_other {
                does(&|it| {
                    it.wrote_other = true;
                    it.send(Request::Other);
                });
            }
            if !on_its_way(|request| matches!(request, Request::Renew(_))) {
                does(&|it| {
                    let number = it.number();
                    let again = (it.lapsed && it.has).then_some(number);
                    it.send(Request::Renew(again));
                });
            }
        }
        // Also what a process had sent before it was killed.
        for (who, process) in self.processes.iter().enumerate() {
            for at in 0..process.sent.len() {
                step(&|world| {
                    let request = world.processes[who].sent.remove(at);
                    world.serve(who, request);
                });
            }
        }
        next
    }

    fn serve(&mut self, who: usize, request: Request) {
        let (table, now, holder) = (&mut self.table, self.now, Holder(who as u128));
        let process = &mut self.processes[who];
        match request {
            Request::Get(number) => {
                let found = surely(rules::get(table, KEY, hold(who, number), now));
                if process.looks == Some(number) {
                    process.looks = None;
                    match found {
                        Found::Entry(_) => (process.has, process.in_time) = (true, true),
                        Found::Nothing => process.computes = true,
                        Found::Busy => {}
                    }
                }
            }
            Request::Put(number) => {
                surely(rules::put(table, KEY, b"entry", hold(who, number), now));
                (process.has, process.in_time) = (true, true);
            }
            Request::Other => surely(rules::put(table, OTHER, b"other", hold(who, 0), now)),
            Request::Release(number) => surely(rules::release(table, holder, &[(KEY, number)], now)),
            Request::Renew(again) => {
                let holds: Vec<_> = again.map(|number| (KEY, number)).into_iter().collect();
                let renewed = surely(rules::renew(table, holder, LEASE, &holds, now));
                if again.is_some() {
                    // What had gone meanwhile is computed once more when it is asked for.
                    process.in_time = process.has && surely(table.has_entry(KEY));
                    process.lapsed = false;
                } else if renewed == Renewed::Lapsed {
                    process.lapsed = true;
                } else if !process.lapsed {
                    // It takes it from there that it has all that it had.
                    process.in_time = process.has;
                }
            }
        }
    }

    /// Notes whose leases have run out.
    fn see(&mut self) {
        for (who, process) in self.processes.iter_mut().enumerate() {
            let lease = surely(self.table.lease(Holder(who as u128)));
            if lease.is_none_or(|lease| lease.until <= self.now) {
                process.in_time = false;
            }
        }
    }

    fn check(&self) {
        for (who, process) in self.processes.iter().enumerate() {
            if process.has && process.in_time && !process.dead {
                let held = surely(self.table.held(KEY, Holder(who as u128))).is_some();
                assert!(held && surely(self.table.has_entry(KEY)), "lost, though {who} held it in time: {self:#?}");
            }
        }
        let (mut table, mut now) = (self.table.clone(), self.now);
        for _ in 0..6 {
            now += 10;
            surely(rules::collect(&mut table, 2, GRACE, now));
        }
        assert_eq!(table, Table::default(), "never deleted: {self:#?}");
    }
}

/// Two processes that were started just now; one has the result already, perhaps.
fn first(has: bool) -> World {
    let mut world = World::default();
    for who in 0..2 {
        surely(rules::renew(&mut world.table, Holder(who), LEASE, &[], 0));
    }
    if has {
        world.serve(0, Request::Put(0));
    }
    world
}

/// How many worlds are seen in so many steps.
fn search(first: World, steps: usize) -> usize {
    let (mut seen, mut last) = (HashSet::new(), vec![first]);
    for _ in 0..steps {
        let mut next = Vec::new();
        for world in last.iter().flat_map(World::next) {
            if seen.insert(world.clone()) {
                world.check();
                next.push(world);
            }
        }
        last = next;
    }
    seen.len()
}

#[test]
fn nothing_that_is_held_is_deleted_and_nothing_stays_for_ever() {
    let seen = search(first(false), 7) + search(first(true), 7);
    assert!(seen > 20_000, "{seen}");
}

/// Some more steps.
#[test]
#[ignore = "it takes half a minute in a release build: `cargo test --locked --release -p memo-store --lib -- --ignored model`"]
fn nothing_is_lost_in_more_steps() {
    eprintln!("{} worlds", search(first(false), 10) + search(first(true), 9));
}
