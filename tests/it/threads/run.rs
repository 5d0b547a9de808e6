//! One run of a script, and what is looked at when it is over.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use memo_tests::Tally;

use crate::checker;
use crate::memos::{self, Args, Memo, Object, Run, Version, point};
use crate::record::{self, Event, Handles, Key, Outcome, Running, Time, World, with};
use crate::script::{Act, Command, OBJECTS, Script};

fn task() -> usize {
    shuttle::current::me().into()
}

/// rc's do not leave the system's thread, which all threads of a schedule share.
struct Shared<T>(T);

// SAFETY: the scheduler runs all its threads on one thread of the system.
unsafe impl<T> Send for Shared<T> {}

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
        let known = panic.downcast_ref::<&str>() == Some(&"a body") || panic.is::<memo_core::Cycle>();
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
    let tally = Tally::new();
    memos::begin(Run { body: run_body, tally: tally.clone() });
    record::begin(tally);
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
    let world = record::end();
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
