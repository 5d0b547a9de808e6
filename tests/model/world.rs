//! The objects of one script, and every command on them.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, Stats};

use super::command::{Arguments, Command, Pick};
use super::memos::{Args, Doc, Extra, Kind, Memo, ROOM};
use super::oracle::{End, Id, Key, Oracle, Part};

/// An object, and all handles to it; without one it has ended.
struct Held<P> {
    id: Id,
    handles: Vec<P>,
}

#[derive(Default)]
pub(crate) struct World {
    arcs: Vec<Held<Arc<Doc>>>,
    rcs: Vec<Held<Rc<Doc>>>,
    objects: Vec<Held<Box<Anchored<Doc>>>>,
    oracle: Oracle,
    next: u64,
    /// What the memos had counted before: they are the process's, and a script is not its first.
    before: Vec<(Stats, usize)>,
}

/// Many at once would leave the interesting cases rare.
const MOST: usize = 12;

impl World {
    pub(crate) fn new() -> Self {
        memo_core::sweep();
        let before = Memo::ALL.map(|memo| (memo.stats(), memo.tally().alive())).to_vec();
        Self { before, ..Self::default() }
    }

    pub(crate) fn step(&mut self, step: usize, command: Command) {
        match command {
            Command::Open(kind) => self.open(kind),
            Command::CloneHandle(kind, pick) => self.clone_handle(kind, pick),
            Command::Drop(kind, pick) => self.drop_handle(kind, pick),
            Command::Move(pick) => self.move_object(pick),
            Command::Change(pick) => self.change(pick),
            Command::MakeMut(pick) => self.make_mut(pick),
            Command::Call(arguments) => self.call(arguments),
            Command::Get(arguments) => self.get(arguments),
            Command::Insert(arguments, number) => self.insert(arguments, number),
            Command::Refresh(arguments) => self.refresh(arguments),
            Command::Forget(arguments) => self.forget(arguments),
            Command::Clear(memo) => self.clear(memo),
            Command::ClearAll => self.clear_all(),
            Command::Len(memo) => self.len(memo),
            Command::Sweep => self.sweep(),
        }
        self.check(step, command);
    }

    /// The end of every object: then nothing is left.
    pub(crate) fn end(mut self) {
        self.arcs.clear();
        self.rcs.clear();
        self.objects.clear();
        memo_core::sweep();
        for (memo, (_, alive_before)) in Memo::ALL.into_iter().zip(&self.before) {
            assert_eq!(memo.tally().alive(), *alive_before, "answers of {memo:?} outlive all objects");
            assert_eq!(memo.len(), *alive_before, "entries of {memo:?} outlive all objects");
        }
    }

    /// After every step: nothing that happens to one memo may show in another.
    fn check(&mut self, step: usize, command: Command) {
        for (memo, (before, alive_before)) in Memo::ALL.into_iter().zip(&self.before) {
            // A walk over the side table for each: where nothing can have gone, one memo in turn is enough.
            let quiet = matches!(command, Command::Call(_) | Command::Get(_) | Command::Open(_));
            if quiet
                && !matches!(command, Command::Call(Arguments { memo: called, .. }) if called == memo)
                && step % Memo::ALL.len() != memo as usize
            {
                continue;
            }
            let stats = since(before, memo.stats());
            self.oracle.check(memo, &stats, memo.tally().alive() - alive_before);
        }
    }

    fn new_doc(&mut self) -> (Id, Doc) {
        self.next += 1;
        // Two objects out of three are equal to another one: equality must not matter.
        (Id(self.next), Doc { content: self.next / 3 })
    }

    fn open(&mut self, kind: Kind) {
        let (id, doc) = self.new_doc();
        match kind {
            Kind::Arc if self.arcs.len() < MOST => self.arcs.push(Held { id, handles: vec![Arc::new(doc)] }),
            Kind::Rc if self.rcs.len() < MOST => self.rcs.push(Held { id, handles: vec![Rc::new(doc)] }),
            Kind::Object if self.objects.len() < MOST => {
                self.objects.push(Held { id, handles: vec![Box::new(Anchored::new(doc))] });
            }
            _ => {}
        }
    }

    fn clone_handle(&mut self, kind: Kind, pick: Pick) {
        match kind {
            Kind::Arc => clone_one(&mut self.arcs, pick),
            Kind::Rc => clone_one(&mut self.rcs, pick),
            Kind::Object => {}
        }
    }

    fn drop_handle(&mut self, kind: Kind, pick: Pick) {
        let (ended, end) = match kind {
            Kind::Arc => (drop_one(&mut self.arcs, pick), End::Late),
            Kind::Rc => (drop_one(&mut self.rcs, pick), End::Late),
            Kind::Object => (drop_one(&mut self.objects, pick), End::Exact),
        };
        if let Some(id) = ended {
            self.oracle.end(id, end);
        }
    }

    fn move_object(&mut self, pick: Pick) {
        let Some(at) = at(&self.objects, pick) else { return };
        let boxed = self.objects[at].handles.remove(0);
        let object = *boxed;
        // The next object may come to lie where this one was.
        let elsewhere = Box::new(object);
        self.objects[at].handles.push(elsewhere);
    }

    fn change(&mut self, pick: Pick) {
        let Some(at) = at(&self.objects, pick) else { return };
        let held = &mut self.objects[at];
        held.handles[0].content += 1;
        let id = held.id;
        self.oracle.end(id, End::Exact);
    }

    /// Uniquely held it moves to a new allocation, otherwise it is cloned: another object in either case.
    fn make_mut(&mut self, pick: Pick) {
        let Some(at) = at(&self.arcs, pick) else { return };
        let mut handle = self.arcs[at].handles.remove(0);
        Arc::make_mut(&mut handle).content += 1;
        if self.arcs[at].handles.is_empty() {
            let ended = self.arcs.remove(at).id;
            self.oracle.end(ended, End::Late);
        }
        self.next += 1;
        let id = Id(self.next);
        self.arcs.push(Held { id, handles: vec![handle] });
    }

    /// The arguments, and the name of their result.
    fn resolve(&self, arguments: Arguments) -> Option<(Args<'_>, Key, u64)> {
        let Arguments { memo, owner, extra } = arguments;
        let arc = |pick| at(&self.arcs, pick).map(|at| &self.arcs[at]);
        let object = |pick| at(&self.objects, pick).map(|at| &self.objects[at]);
        let number = match memo.extra() {
            Extra::Number(many) => u64::from(extra.0 % many),
            _ => 0,
        };
        let (args, owner, content, extra, extra_content) = match memo {
            Memo::Plain | Memo::LentArc | Memo::Keyed | Memo::Bounded => {
                let owner = arc(owner)?;
                let doc = owner.handle(extra);
                let args = match memo {
                    Memo::Plain => Args::Plain(doc),
                    Memo::LentArc => Args::LentArc(doc),
                    Memo::Keyed => Args::Keyed(doc, number),
                    _ => Args::Bounded(doc, number),
                };
                let extra = if memo.extra() == Extra::None { Part::None } else { Part::Number(number) };
                (args, owner.id, doc.content, extra, number)
            }
            Memo::Object | Memo::Lent => {
                let owner = object(owner)?;
                let doc = &*owner.handles[0];
                let args = if memo == Memo::Object { Args::Object(doc) } else { Args::Lent(doc) };
                (args, owner.id, doc.content, Part::None, 0)
            }
            Memo::Pair => {
                let (owner, other) = (arc(owner)?, arc(extra)?);
                let (doc, extra) = (owner.handle(extra), other.handle(extra));
                (Args::Pair(doc, extra), owner.id, doc.content, Part::Weak(other.id), extra.content)
            }
            Memo::Beside => {
                let (owner, other) = (arc(owner)?, object(extra)?);
                let (doc, extra) = (owner.handle(extra), &*other.handles[0]);
                (Args::Beside(doc, extra), owner.id, doc.content, Part::Weak(other.id), extra.content)
            }
            Memo::LentPair => {
                let (owner, other) = (object(owner)?, object(extra)?);
                let (doc, extra) = (&*owner.handles[0], &*other.handles[0]);
                (Args::LentPair(doc, extra), owner.id, doc.content, Part::Weak(other.id), extra.content)
            }
            Memo::Under => {
                let (owner, other) = (object(owner)?, arc(extra)?);
                let (doc, extra) = (&*owner.handles[0], other.handle(extra));
                (Args::Under(doc, extra), owner.id, doc.content, Part::Weak(other.id), extra.content)
            }
            Memo::Rc => {
                let owner = &self.rcs[at(&self.rcs, owner)?];
                let other = object(extra)?;
                let (doc, extra) = (owner.handle(extra), &*other.handles[0]);
                (Args::Rc(doc, extra), owner.id, doc.content, Part::Weak(other.id), extra.content)
            }
        };
        Some((args, Key { memo, owner, extra }, memo.number(content, extra_content)))
    }

    fn call(&mut self, arguments: Arguments) {
        let Some((args, key, computed)) = self.resolve(arguments) else { return };
        let expected = self.oracle.get(key);
        let answer = args.call();
        assert_eq!(answer, expected.unwrap_or(computed), "{key:?}");
        let counts = self.oracle.counts(key.memo);
        if expected.is_some() {
            counts.hits += 1;
            return;
        }
        counts.misses += 1;
        counts.computes += 1;
        self.oracle.put(key, computed);
        self.make_room(arguments, key);
    }

    fn get(&mut self, arguments: Arguments) {
        let Some((args, key, _)) = self.resolve(arguments) else { return };
        assert_eq!(args.get(), self.oracle.get(key), "{key:?}");
    }

    fn insert(&mut self, arguments: Arguments, number: u64) {
        let Some((args, key, _)) = self.resolve(arguments) else { return };
        if key.memo.lends() {
            return;
        }
        args.insert(key.memo.answer(number));
        let replaced = self.oracle.put(key, number);
        let counts = self.oracle.counts(key.memo);
        counts.inserts += 1;
        counts.replaced += u64::from(replaced);
        self.make_room(arguments, key);
    }

    fn refresh(&mut self, arguments: Arguments) {
        let Some((args, key, computed)) = self.resolve(arguments) else { return };
        if key.memo.lends() {
            return;
        }
        assert_eq!(args.refresh(), computed, "{key:?}");
        let replaced = self.oracle.put(key, computed);
        let counts = self.oracle.counts(key.memo);
        counts.computes += 1;
        counts.replaced += u64::from(replaced);
        self.make_room(arguments, key);
    }

    fn forget(&mut self, arguments: Arguments) {
        let Some((args, key, _)) = self.resolve(arguments) else { return };
        if !key.memo.lends() {
            assert_eq!(args.forget(), self.oracle.forget(key), "{key:?}");
        }
    }

    /// Which one went is the memo's choice: ask it, and see that it was no more than had to go.
    fn make_room(&mut self, arguments: Arguments, newest: Key) {
        if newest.memo != Memo::Bounded {
            return;
        }
        let Extra::Number(many) = newest.memo.extra() else { unreachable!("`Bounded` has a number") };
        let were = self.oracle.of_owner(newest.memo, newest.owner);
        let mut evicted = Vec::new();
        for number in 0..many {
            let asked = Arguments { extra: Pick(number), ..arguments };
            let (args, key, _) = self.resolve(asked).expect("the owner is there");
            match args.get() {
                Some(found) => assert_eq!(Some(found), self.oracle.get(key), "{key:?}"),
                None if were.contains(&key) => evicted.push(key),
                None => {}
            }
        }
        assert!(!evicted.contains(&newest), "the newest went");
        assert_eq!(evicted.len(), were.len().saturating_sub(ROOM), "of {were:?} went {evicted:?}");
        for key in &evicted {
            self.oracle.forget(*key);
        }
        self.oracle.counts(newest.memo).evicted += evicted.len() as u64;
    }

    fn clear(&mut self, memo: Memo) {
        if memo.lends() {
            return;
        }
        let (least, most) = self.oracle.size(memo);
        let cleared = memo.clear();
        assert!((least..=most).contains(&cleared), "{memo:?}: {cleared} cleared, of {least} to {most}");
        self.oracle.cleared(memo);
    }

    fn clear_all(&mut self) {
        memo_core::clear_all();
        Memo::ALL.into_iter().filter(|memo| !memo.lends()).for_each(|memo| self.oracle.cleared(memo));
    }

    fn len(&mut self, memo: Memo) {
        let before = self.before[memo as usize].1;
        let (live, _) = self.oracle.size(memo);
        let alive = memo.tally().alive();
        assert_eq!(memo.len() - before, live, "{memo:?}");
        assert_eq!(memo.is_empty(), live + before == 0, "{memo:?}");
        assert_eq!(memo.tally().alive(), alive, "{memo:?}: `len` runs no destructor");
    }

    fn sweep(&mut self) {
        memo_core::sweep();
        self.oracle.swept();
        assert_eq!(memo_core::sweep(), 0, "something was left to sweep");
    }
}

impl<P> Held<P> {
    /// Any of the handles: they are all the same object.
    fn handle(&self, pick: Pick) -> &P {
        &self.handles[usize::from(pick.0) % self.handles.len()]
    }
}

fn at<P>(all: &[Held<P>], pick: Pick) -> Option<usize> {
    (!all.is_empty()).then(|| usize::from(pick.0) % all.len())
}

fn clone_one<P: Clone>(all: &mut [Held<P>], pick: Pick) {
    if let Some(at) = at(all, pick) {
        let handle = all[at].handles[0].clone();
        all[at].handles.push(handle);
    }
}

/// Drops one handle; the object, if that was its last.
fn drop_one<P>(all: &mut Vec<Held<P>>, pick: Pick) -> Option<Id> {
    let at = at(all, pick)?;
    all[at].handles.pop();
    all[at].handles.is_empty().then(|| all.remove(at).id)
}

/// What was counted since then.
fn since(before: &Stats, mut stats: Stats) -> Stats {
    stats.hits -= before.hits;
    stats.misses -= before.misses;
    stats.computes -= before.computes;
    stats.waits -= before.waits;
    stats.inserts -= before.inserts;
    stats.entries -= before.entries;
    stats.awaiting_sweep -= before.awaiting_sweep;
    stats.dropped -= before.dropped;
    stats.evicted -= before.evicted;
    stats.expired -= before.expired;
    stats.cleared -= before.cleared;
    stats.replaced -= before.replaced;
    stats.rejected -= before.rejected;
    stats.abandoned -= before.abandoned;
    stats.suspected_leaks -= before.suspected_leaks;
    stats
}
