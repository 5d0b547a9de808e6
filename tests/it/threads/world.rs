//! One run of a script: what was asked, when, and what came of it.
//!
//! All threads of a schedule take turns on one thread of the system, so that the recorder is a thread-local of it, and the
//! order of what it notes is the order in which it happened.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Weak};

use memo_core::{Anchored, Stats};
use memo_tests::Tally;

use crate::checker;
use crate::memos::{Args, Doc, Memo, Object, Version, point, tally};
use crate::script::{Act, Command, OBJECTS, Script};

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

/// A call of a thread that runs, and what its body is to do.
#[derive(Clone)]
struct Running {
    event: usize,
    thread: usize,
    handles: Handles,
    command: Command,
}

pub(crate) struct World {
    pub(crate) tally: Tally,
    pub(crate) events: Vec<Event>,
    now: Time,
    versions: Version,
    running: HashMap<usize, Vec<Running>>,
    /// All objects there were, by number, and when each was seen dead.
    objects: Vec<(Weak<Anchored<Doc>>, Option<Time>)>,
    begin: Vec<Stats>,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

pub(crate) fn with<R>(act: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with(|world| act(world.borrow_mut().as_mut().expect("within a run")))
}

impl World {
    pub(crate) fn tick(&mut self) -> Time {
        self.now += 1;
        self.now
    }

    fn version(&mut self) -> Version {
        self.versions += 1;
        self.versions
    }

    fn object(&mut self) -> (usize, Object) {
        let object = Arc::new(Anchored::new(Doc));
        self.objects.push((Arc::downgrade(&object), None));
        (self.objects.len() - 1, object)
    }

    fn note_deaths(&mut self) {
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

/// The handles of one thread.
type Handles = std::rc::Rc<RefCell<Vec<Option<(usize, Object)>>>>;

/// rc's do not leave the system's thread, which all threads of a schedule share.
struct Shared<T>(T);

// SAFETY: the scheduler runs all its threads on one thread of the system.
unsafe impl<T> Send for Shared<T> {}

fn task() -> usize {
    shuttle::current::me().into()
}

/// What every body does: it notes that it runs, carries out what its call is to do inside, and says which run it was.
pub(crate) fn run_body() -> Version {
    let (running, version, began) = with(|world| {
        let running = world.running.get(&task()).and_then(|all| all.last()).expect("a body runs in a call").clone();
        let version = world.version();
        let began = world.tick();
        assert!(world.events[running.event].body.is_none(), "one call, one body: {:#?}", world.events);
        world.events[running.event].body = Some((began, 0, version));
        (running, version, began)
    });
    point();
    let inside = catch_unwind(AssertUnwindSafe(|| {
        for command in &running.command.inside {
            carry_out(running.thread, &running.handles, command, true);
        }
    }));
    point();
    with(|world| {
        let ended = world.tick();
        world.events[running.event].body = Some((began, ended, version));
    });
    if let Err(panic) = inside {
        resume_unwind(panic);
    }
    if running.command.panics {
        // No hook is run for it.
        resume_unwind(Box::new("a body"));
    }
    version
}

/// Carries a command out, if its arguments are still there.
fn carry_out(thread: usize, handles: &Handles, command: &Command, nested: bool) {
    let owner = handles.borrow()[command.object].clone();
    let peer = handles.borrow()[1 - command.object].clone();
    let needs_owner = !matches!(command.act, Act::Clear | Act::Len | Act::Stats | Act::Sweep);
    if needs_owner && owner.is_none() || needs_owner && command.memo.has_peer() && peer.is_none() {
        return;
    }
    let key = {
        let owner = owner.as_ref().map_or(0, |owner| owner.0);
        let peer = if command.memo.has_peer() { peer.as_ref().map_or(owner, |peer| peer.0) } else { owner };
        Key { memo: command.memo, owner, peer, name: if command.memo.has_name() { command.name } else { 0 } }
    };
    let (index, inserted) = with(|world| {
        let inserted = if command.act == Act::Insert { world.version() } else { 0 };
        let asked = world.tick();
        let (act, body, outcome) = (command.act, None, Outcome::Done);
        world.events.push(Event { thread, act, key, asked, body, inserted, answered: Time::MAX, outcome });
        let index = world.events.len() - 1;
        let running = Running { event: index, thread, handles: handles.clone(), command: command.clone() };
        world.running.entry(task()).or_default().push(running);
        (index, inserted)
    });
    let attempt = catch_unwind(AssertUnwindSafe(|| act(command, handles, owner, peer, inserted)));
    with(|world| {
        let answered = world.tick();
        world.running.get_mut(&task()).expect("it was put in").pop();
        world.note_deaths();
        let event = &mut world.events[index];
        event.answered = answered;
        event.outcome = *attempt.as_ref().unwrap_or(&Outcome::Panicked);
    });
    if let Err(panic) = attempt {
        let known = panic.downcast_ref::<&str>() == Some(&"a body")
            || panic.downcast_ref::<String>().is_some_and(|text| text.contains("asks for a result"));
        if nested || !known {
            resume_unwind(panic);
        }
    }
}

fn act(
    command: &Command,
    handles: &Handles,
    owner: Option<(usize, Object)>,
    peer: Option<(usize, Object)>,
    inserted: Version,
) -> Outcome {
    let memo = command.memo;
    let args = || {
        let owner = owner.as_ref().expect("there").1.clone();
        let peer = peer.as_ref().map_or_else(|| owner.clone(), |peer| peer.1.clone());
        Args { memo, owner, peer, name: command.name }
    };
    match command.act {
        Act::Call => Outcome::Value(args().call()),
        Act::Get => Outcome::Found(args().get()),
        Act::Insert => {
            args().insert(inserted);
            Outcome::Done
        }
        Act::Refresh => Outcome::Value(args().refresh()),
        Act::Forget => Outcome::Flag(args().forget()),
        Act::Clear => Outcome::Count(memo.clear()),
        Act::Len => Outcome::Count(memo.len()),
        Act::Stats => {
            let before = memo.stats();
            let after = memo.stats();
            checker::assert_grown(&before, &after);
            Outcome::Done
        }
        Act::Sweep => {
            memo_core::sweep();
            Outcome::Done
        }
        Act::Drop | Act::Renew => {
            let new = (command.act == Act::Renew).then(|| with(World::object));
            let old = std::mem::replace(&mut handles.borrow_mut()[command.object], new);
            drop(old);
            drop((owner, peer));
            Outcome::Done
        }
    }
}

fn carry_out_all(thread: usize, handles: &Handles, commands: &[Command]) {
    for command in commands {
        carry_out(thread, handles, command, false);
        point();
    }
}

/// Runs a script once and checks all there is to check.
pub(crate) fn run(script: &Script) {
    let world = World {
        tally: tally(),
        events: Vec::new(),
        now: 0,
        versions: 0,
        running: HashMap::new(),
        objects: Vec::new(),
        begin: Memo::ALL.map(Memo::stats).to_vec(),
    };
    WORLD.with(|at| *at.borrow_mut() = Some(world));
    let handles: Handles = Handles::new(RefCell::new((0..OBJECTS).map(|_| Some(with(World::object))).collect()));
    carry_out_all(0, &handles, &script.first);
    let threads: Vec<_> = (1..)
        .zip(&script.threads)
        .map(|(thread, commands)| {
            let copies = Handles::new(RefCell::new(handles.borrow().clone()));
            let work = Shared((copies, commands.clone()));
            shuttle::thread::spawn(move || {
                let Shared((handles, commands)) = { work };
                carry_out_all(thread, &handles, &commands);
                drop_all(thread, &handles);
            })
        })
        .collect();
    if !script.keep {
        drop_all(0, &handles);
    }
    for thread in threads {
        thread.join().expect("only panics that are meant");
    }
    if script.keep {
        look_at_all(&handles);
    }
    checker::check(script);
    drop_all(0, &handles);
    memo_core::sweep();
    let world = WORLD.with(|world| world.borrow_mut().take()).expect("within a run");
    assert_eq!(world.tally.alive(), 0, "every answer is dropped: {:#?}", world.events);
    for (memo, begin) in Memo::ALL.into_iter().zip(&world.begin) {
        checker::check_stats(memo, begin, &memo.stats(), &world);
    }
}

fn drop_all(thread: usize, handles: &Handles) {
    for object in 0..OBJECTS {
        carry_out(thread, handles, &Command::new(Act::Drop, Memo::Plain, object), false);
    }
}

/// What is stored in the end, into the record.
fn look_at_all(handles: &Handles) {
    let mut keys: Vec<Key> = with(|world| world.events.iter().map(|event| event.key).collect());
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let object = handles.borrow().iter().position(|handle| handle.as_ref().is_some_and(|it| it.0 == key.owner));
        let Some(object) = object else { continue };
        let peer = handles.borrow()[1 - object].as_ref().map(|peer| peer.0);
        if !key.memo.has_peer() || peer == Some(key.peer) {
            carry_out(0, handles, &Command::new(Act::Get, key.memo, object).named(key.name), false);
        }
    }
    for memo in Memo::ALL {
        carry_out(0, handles, &Command::new(Act::Len, memo, 0), false);
    }
}
