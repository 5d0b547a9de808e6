//! Two scripts run at once on the same objects: every answer is one of the object's, and the books agree at the end.

use std::panic::resume_unwind;
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread;

use memo_core::{Anchored, Stats};

use super::command::{Arguments, Command, Pick};
use super::decode;
use super::memos::{Args, Doc, Extra, Kind, Memo};

/// Few, so that the threads meet.
const PLACES: usize = 4;

/// Takes the bytes for two scripts, one half each, and runs both at once up to the end of all objects.
///
/// # Panics
///
/// If an answer is none of its object's, or the books do not agree at the end.
pub fn run(bytes: &[u8]) {
    let (one, other) = bytes.split_at(bytes.len() / 2);
    let scripts = [decode::<Command>(one).0, decode::<Command>(other).0];
    memo_core::sweep();
    let before = Memo::ALL.map(|memo| (memo.stats(), memo.tally().alive()));
    let shared = Shared::default();
    let start = Barrier::new(scripts.len());
    thread::scope(|scope| {
        let threads = scripts.each_ref().map(|script| {
            scope.spawn(|| {
                let mut hand = Hand { shared: &shared, arcs: Vec::new(), objects: Vec::new() };
                start.wait();
                script.iter().for_each(|command| hand.step(*command));
            })
        });
        // A scope does not wait for what its threads do after their closures: a leak check in between finds what they still hold.
        for thread in threads {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    });
    // Once with the objects that are left, once without.
    memo_core::sweep();
    audit(&before);
    drop(shared);
    memo_core::sweep();
    audit(&before);
    for (memo, (stats, alive)) in Memo::ALL.into_iter().zip(&before) {
        assert_eq!(memo.tally().alive(), *alive, "answers of {memo:?} outlive all objects");
        assert_eq!(memo.stats().entries, stats.entries, "entries of {memo:?} outlive all objects");
        assert_eq!(memo.len() as u64, stats.entries, "{memo:?} lists results of dead objects");
    }
}

/// At rest: what came is there or has gone, and every entry is one living answer.
fn audit(before: &[(Stats, usize); Memo::ALL.len()]) {
    for (memo, (before, alive_before)) in Memo::ALL.into_iter().zip(before) {
        let stats = memo.stats();
        assert_eq!(came(&stats), stats.entries + gone(&stats), "the identity of {memo:?}: {stats:?}");
        assert_eq!(stats.abandoned, before.abandoned, "{memo:?} abandoned results");
        let alive = (memo.tally().alive() - alive_before) as u64;
        assert_eq!(stats.awaiting_sweep, 0, "{memo:?}: it was swept");
        assert_eq!(alive, stats.entries - before.entries, "answers of {memo:?} that are alive, and entries");
    }
}

fn came(stats: &Stats) -> u64 {
    stats.computes + stats.inserts
}

fn gone(stats: &Stats) -> u64 {
    let Stats { dropped, evicted, expired, cleared, replaced, rejected, abandoned, .. } = stats;
    dropped + evicted + expired + cleared + replaced + rejected + abandoned
}

type Place<P> = Mutex<Option<P>>;

/// The objects that both threads see. No memo is called, and no object dropped, under one of these locks.
#[derive(Default)]
struct Shared {
    arcs: [Place<Arc<Doc>>; PLACES],
    objects: [Place<Arc<Anchored<Doc>>>; PLACES],
}

/// One thread, and the handles that it alone keeps.
struct Hand<'a> {
    shared: &'a Shared,
    arcs: Vec<Arc<Doc>>,
    objects: Vec<Arc<Anchored<Doc>>>,
}

impl Hand<'_> {
    fn step(&mut self, command: Command) {
        let Shared { arcs, objects } = self.shared;
        match command {
            Command::Open(Kind::Object) => {
                put(free(objects), Arc::new(Anchored::new(Doc { content: 1 })));
            }
            Command::Open(_) => put(free(arcs), Arc::new(Doc { content: 1 })),
            Command::CloneHandle(Kind::Object, pick) => self.objects.extend(see(objects, pick)),
            Command::CloneHandle(_, pick) => self.arcs.extend(see(arcs, pick)),
            Command::Drop(Kind::Object, pick) => drop(take(objects, pick)),
            Command::Drop(Kind::Arc, pick) => drop(take(arcs, pick)),
            // One of those kept aside: the object may end here, after it went from its place.
            Command::Drop(Kind::Rc, _) => {
                self.arcs.pop();
                self.objects.pop();
            }
            Command::Move(pick) => self.move_object(pick),
            Command::Change(pick) => self.change(pick),
            Command::MakeMut(pick) => self.make_mut(pick),
            Command::Clear(memo) if !memo.lends() => drop(memo.clear()),
            Command::Clear(_) => {}
            Command::ClearAll => memo_core::clear_all(),
            Command::Len(memo) => drop(memo.len()),
            Command::Sweep => drop(memo_core::sweep()),
            Command::Call(arguments)
            | Command::Get(arguments)
            | Command::Insert(arguments, _)
            | Command::Refresh(arguments)
            | Command::Forget(arguments) => self.ask(command, arguments),
        }
    }

    /// The object goes to another address, if no other thread holds it.
    fn move_object(&self, pick: Pick) {
        if let Some(object) = take(&self.shared.objects, pick) {
            let moved = Arc::try_unwrap(object).map_or_else(|shared| shared, Arc::new);
            put(place(&self.shared.objects, pick), moved);
        }
    }

    fn change(&self, pick: Pick) {
        if let Some(mut object) = take(&self.shared.objects, pick) {
            if let Some(object) = Arc::get_mut(&mut object) {
                object.content += 1;
            }
            put(place(&self.shared.objects, pick), object);
        }
    }

    fn make_mut(&self, pick: Pick) {
        if let Some(mut arc) = take(&self.shared.arcs, pick) {
            Arc::make_mut(&mut arc).content += 1;
            put(place(&self.shared.arcs, pick), arc);
        }
    }

    fn ask(&self, command: Command, arguments: Arguments) {
        let Arguments { memo, owner, extra } = arguments;
        let Shared { arcs, objects } = self.shared;
        let number = match memo.extra() {
            Extra::Number(many) => u64::from(extra.0 % many),
            _ => 0,
        };
        match memo {
            Memo::Plain | Memo::LentArc | Memo::Keyed | Memo::Bounded => {
                let Some(doc) = see(arcs, owner) else { return };
                let args = match memo {
                    Memo::Plain => Args::Plain(&doc),
                    Memo::LentArc => Args::LentArc(&doc),
                    Memo::Keyed => Args::Keyed(&doc, number),
                    _ => Args::Bounded(&doc, number),
                };
                ask(command, memo, &args, memo.number(doc.content, number));
            }
            Memo::Object | Memo::Lent => {
                let Some(doc) = see(objects, owner) else { return };
                let args = if memo == Memo::Object { Args::Object(&doc) } else { Args::Lent(&doc) };
                ask(command, memo, &args, memo.number(doc.content, 0));
            }
            Memo::Pair => {
                let (Some(doc), Some(other)) = (see(arcs, owner), see(arcs, extra)) else { return };
                ask(command, memo, &Args::Pair(&doc, &other), memo.number(doc.content, other.content));
            }
            Memo::Beside => {
                let (Some(doc), Some(other)) = (see(arcs, owner), see(objects, extra)) else { return };
                ask(command, memo, &Args::Beside(&doc, &other), memo.number(doc.content, other.content));
            }
            Memo::LentPair => {
                let (Some(doc), Some(other)) = (see(objects, owner), see(objects, extra)) else { return };
                ask(command, memo, &Args::LentPair(&doc, &other), memo.number(doc.content, other.content));
            }
            Memo::Under => {
                let (Some(doc), Some(other)) = (see(objects, owner), see(arcs, extra)) else { return };
                ask(command, memo, &Args::Under(&doc, &other), memo.number(doc.content, other.content));
            }
            // No two threads share an `Rc`: the model test is for those.
            Memo::Rc => {}
        }
    }
}

/// What is inserted is what the body says: so there is one right answer, whoever came first.
fn ask(command: Command, memo: Memo, args: &Args<'_>, answer: u64) {
    match command {
        Command::Call(_) => assert_eq!(args.call(), answer, "{memo:?}"),
        Command::Get(_) => assert!(args.get().is_none_or(|found| found == answer), "{memo:?}"),
        _ if memo.lends() => {}
        Command::Insert(..) => args.insert(memo.answer(answer)),
        Command::Refresh(_) => assert_eq!(args.refresh(), answer, "{memo:?}"),
        Command::Forget(_) => drop(args.forget()),
        _ => unreachable!("a question"),
    }
}

fn lock<P>(place: &Place<P>) -> std::sync::MutexGuard<'_, Option<P>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

fn place<P>(places: &[Place<P>; PLACES], pick: Pick) -> &Place<P> {
    &places[usize::from(pick.0) % PLACES]
}

/// The first empty place, or the first.
fn free<P>(places: &[Place<P>; PLACES]) -> &Place<P> {
    places.iter().find(|place| lock(place).is_none()).unwrap_or(&places[0])
}

fn see<P: Clone>(places: &[Place<P>; PLACES], pick: Pick) -> Option<P> {
    lock(place(places, pick)).clone()
}

fn take<P>(places: &[Place<P>; PLACES], pick: Pick) -> Option<P> {
    lock(place(places, pick)).take()
}

/// What lay there is dropped after the lock has opened.
fn put<P>(place: &Place<P>, new: P) {
    let old = lock(place).replace(new);
    drop(old);
}
