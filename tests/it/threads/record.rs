//! The record of one run of a script: what was asked, when, and what came of it.
//!
//! All threads of a schedule take turns on one thread of the system, so that the recorder is a thread-local of it, and the
//! order of what it notes is the order in which it happened.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use memo_core::{Anchored, Stats};
use memo_tests::Tally;

use crate::memos::{Doc, Memo, Object, Version};
use crate::script::{Act, Command};

pub(crate) type Time = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value(Version),
    /// What `get` found.
    Found(Option<Version>),
    Flag(bool),
    Count(usize),
    Done,
    /// A body's own panic, or a ring.
    Panicked,
}

/// One command that was carried out.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) thread: usize,
    pub(crate) act: Act,
    pub(crate) key: Key,
    pub(crate) asked: Time,
    /// When its body began and ended, and the version it made.
    pub(crate) body: Option<(Time, Time, Version)>,
    /// What was put in.
    pub(crate) inserted: Version,
    pub(crate) answered: Time,
    pub(crate) outcome: Outcome,
}

/// Whose result. Objects by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) memo: Memo,
    pub(crate) owner: usize,
    pub(crate) peer: usize,
    pub(crate) name: u8,
}

/// The handles of one thread.
pub(crate) type Handles = std::rc::Rc<RefCell<Vec<Option<(usize, Object)>>>>;

/// A call of a thread that runs, and what its body is to do.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) event: usize,
    pub(crate) thread: usize,
    pub(crate) handles: Handles,
    pub(crate) command: Command,
}

pub(crate) struct World {
    pub(crate) tally: Tally,
    pub(crate) events: Vec<Event>,
    now: Time,
    versions: Version,
    pub(crate) running: HashMap<usize, Vec<Running>>,
    /// All objects there were, by number, and when each was seen dead.
    objects: Vec<(Weak<Anchored<Doc>>, Option<Time>)>,
    pub(crate) begin: Vec<Stats>,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

pub(crate) fn with<R>(act: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with(|world| act(world.borrow_mut().as_mut().expect("within a run")))
}

/// A new record. Everything that runs from here on is noted in it.
pub(crate) fn begin(tally: Tally) {
    let begin = Memo::ALL.map(Memo::stats).to_vec();
    let (events, running, objects) = (Vec::new(), HashMap::new(), Vec::new());
    WORLD.set(Some(World { tally, events, now: 0, versions: 0, running, objects, begin }));
}

/// The record, complete.
pub(crate) fn end() -> World {
    WORLD.take().expect("within a run")
}

impl World {
    pub(crate) fn tick(&mut self) -> Time {
        self.now += 1;
        self.now
    }

    pub(crate) fn version(&mut self) -> Version {
        self.versions += 1;
        self.versions
    }

    pub(crate) fn object(&mut self) -> (usize, Object) {
        let object = Arc::new(Anchored::new(Doc));
        self.objects.push((Arc::downgrade(&object), None));
        (self.objects.len() - 1, object)
    }

    pub(crate) fn note_deaths(&mut self) {
        let now = self.now;
        for (object, dead) in &mut self.objects {
            if object.strong_count() == 0 {
                dead.get_or_insert(now);
            }
        }
    }

    /// From when on an argument may have been dead: its last handle went then, or later.
    pub(crate) fn died(&self, key: &Key) -> Option<Time> {
        let dead = [key.owner, key.peer].into_iter().filter(|object| self.objects[*object].1.is_some());
        let last = dead.filter_map(|object| {
            let drops = self.events.iter().filter(|event| matches!(event.act, Act::Drop | Act::Renew));
            drops.filter(|event| event.key.owner == object).map(|event| event.asked).max()
        });
        last.min()
    }

    /// Whether both arguments were alive then.
    pub(crate) fn lived(&self, key: &Key, at: Time) -> bool {
        [key.owner, key.peer].into_iter().all(|object| self.objects[object].1.is_none_or(|dead| dead >= at))
    }
}
