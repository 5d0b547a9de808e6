//! A thread: it does one thing after another.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use memo_core::Sweeper;

use crate::books::act::Act;
use crate::books::dice::{self, Injected};
use crate::books::id::Id;
use crate::books::seat;
use crate::books::tally::{Count, count};
use crate::books::violation::violation;
use crate::memos::args::Args;
use crate::memos::ask::{How, ask, change, compute, get, twice};
use crate::memos::face::{FACES, Face, Kind};
use crate::memos::noisy::noisy;
use crate::memos::object::{Bundle, Object};
use crate::memos::value::Value;
use crate::run::pool::{Parcel, Pool, Turn, joined};
use crate::run::things::{Things, any_size, mostly_small, pick, pick_mut};

/// A guest does so much, and leaves so many `Rc`s with results behind.
const VISIT: u64 = 3_000;
const LEFT_BEHIND: usize = 5;

/// A thread of a few calls makes at most so many that miss, or so many that may hit: fewer than any count that a sweep waits for.
const FEW_MISSES: usize = 7;
const FEW_HITS: usize = 100;

/// Bundles of a crowd, at most.
const CROWD: usize = 4_000;

thread_local! {
    /// `Rc`s with results that live until the thread's destructors run.
    static HELD: RefCell<Vec<Rc<Object>>> = const { RefCell::new(Vec::new()) };
}

pub(crate) struct Worker<'p> {
    pool: &'p Arc<Pool>,
    random: fastrand::Rng,
    /// `None` for a guest.
    inbox: Option<&'p Receiver<Parcel>>,
    things: Things,
    guests: Vec<JoinHandle<()>>,
    sweeper: Option<Sweeper>,
    /// Last: what is dropped before it is counted at our seat.
    _seat: seat::Taken,
}

/// Runs what may panic where that is meant, and only there.
fn guarded(act: impl FnOnce()) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { return };
    if !panic.is::<Injected>() {
        violation!("a panic: {}", memo_tests::message(&*panic));
    }
    seat::panicked();
}

fn any_face(random: &mut fastrand::Rng) -> &'static Face {
    pick(&FACES, random)
}

/// A memo whose owner may be shared, or one of `Rc`s.
fn face_where(random: &mut fastrand::Rng, wanted: impl Fn(&Face) -> bool) -> &'static Face {
    loop {
        let face = any_face(random);
        if wanted(face) {
            return face;
        }
    }
}

impl<'p> Worker<'p> {
    pub(crate) fn new(pool: &'p Arc<Pool>, seed: u64, inbox: Option<&'p Receiver<Parcel>>) -> Self {
        let seat = seat::take().unwrap_or_else(|| violation!("more threads than seats"));
        dice::seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut random = fastrand::Rng::with_seed(seed);
        let things = Things::new(pool, &mut random);
        Self { pool, inbox, things, random, guests: Vec::new(), sweeper: None, _seat: seat }
    }

    /// Works, drops what is its own, and gives back the `Rc`s, with results.
    pub(crate) fn run(mut self, operations: u64) -> Vec<Rc<Object>> {
        let end = seat::mine().steps().saturating_add(operations);
        while seat::mine().steps() < end && !self.pool.stops() {
            let act = Act::random(&mut self.random);
            seat::doing(act);
            guarded(|| self.act(act));
        }
        self.end()
    }

    fn end(self) -> Vec<Rc<Object>> {
        seat::doing(Act::Begin);
        self.guests.into_iter().for_each(joined);
        drop(self.sweeper);
        // One by one: each may panic by what is dropped with it.
        self.things.own.into_iter().for_each(|own| guarded(|| drop(own)));
        self.things.grips.into_iter().for_each(|grip| guarded(|| drop(grip)));
        self.things.rcs
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Hot => self.hot(),
            Act::Duel => self.duel(),
            Act::Pool => self.any(),
            Act::Own => self.own(),
            Act::Rc => _ = ask(face_where(&mut self.random, Face::is_of_rcs), &self.things.own(&mut self.random)),
            Act::Get => get(any_face(&mut self.random), &self.things.hot(&mut self.random)),
            Act::Receive => self.receive(),
            Act::ChangeOwn => self.change_own(),
            Act::ChangeHot => self.change_hot(),
            Act::Grip => self.grip(),
            Act::ReplaceOwn => self.replace_own(),
            Act::Mutate => self.mutate(),
            Act::ReplaceRc => drop(std::mem::replace(self.rc(), Rc::new(Object::new()))),
            Act::ReplaceHot => self.replace_hot(),
            Act::ReplacePool => self.replace_pool(),
            Act::Twice => twice(face_where(&mut self.random, Face::lends), &self.things.hot(&mut self.random)),
            Act::Tide => self.tide(),
            Act::Compute => compute(any_face(&mut self.random), &self.things.hot(&mut self.random)),
            Act::Chain => self.chain(),
            Act::Guest => self.guest(),
            Act::Brief => self.brief(),
            Act::Crowd => self.crowd(),
            Act::Clear => self.clear(),
            Act::Sweep => _ = memo_core::sweep(),
            Act::Sweeper => self.sweeper(),
            Act::Stats => self.stats(),
            Act::Len => _ = (any_face(&mut self.random).len)(),
            Act::ClearAll => memo_core::clear_all(),
            Act::Report => drop(memo_core::report().to_string()),
            Act::Begin | Act::End => unreachable!("not by chance"),
        }
    }

    /// A few calls on one object, or of one memo: with another thread at the same, they meet.
    fn hot(&mut self) {
        let args = self.things.hot(&mut self.random);
        let same = any_face(&mut self.random);
        let one = self.random.bool();
        for _ in 0..self.random.u32(1..=8) {
            let face = if one { same } else { any_face(&mut self.random) };
            ask(face, &Args { key: self.random.u32(..), ..args });
        }
    }

    /// The threads get in each other's way as often as they can: a flight is detached, a result copied while it goes.
    fn duel(&mut self) {
        let (face, bundle, key) = self.pool.duel(&mut self.random);
        let args = Args { own: &bundle, other: &bundle, ..self.things.own(&mut self.random) };
        for _ in 0..64 {
            // Two keys, so that one is in the other's way.
            let args = Args { key: key ^ self.random.u32(..2), ..args };
            match self.random.u32(..16) {
                0..4 => change(face, &args, How::random(&mut self.random)),
                4 => get(face, &args),
                _ => _ = ask(face, &args),
            }
        }
    }

    fn any(&mut self) {
        let Some(bundle) = self.pool.any(&mut self.random) else { return self.hot() };
        let face = face_where(&mut self.random, |face| !face.is_of_rcs());
        ask(face, &Args { own: &bundle, ..self.things.hot(&mut self.random) });
    }

    /// What is this thread's alone is held by nobody else, also not after the call.
    fn own(&mut self) {
        let args = self.things.own(&mut self.random);
        let face = any_face(&mut self.random);
        ask(face, &args);
        let padded = [&args.own.padded, &args.other.padded].map(Arc::strong_count);
        let counts = [Arc::strong_count(&args.own.arc), Arc::strong_count(&args.other.arc), Rc::strong_count(args.rc)];
        if (counts, padded) != ([1; 3], [1; 2]) {
            violation!("`{}` keeps an argument alive: strong counts {counts:?}, {padded:?}", face.name);
        }
    }

    fn receive(&mut self) {
        let Some(parcel) = self.inbox.and_then(|inbox| inbox.try_recv().ok()) else { return };
        seat::step(0);
        match parcel {
            Parcel::Own(bundle) => drop(bundle),
            Parcel::Shared(bundles) => bundles.into_iter().for_each(|bundle| guarded(|| drop(bundle))),
        }
    }

    fn change_own(&mut self) {
        let args = self.things.own(&mut self.random);
        change(any_face(&mut self.random), &args, How::random(&mut self.random));
    }

    fn change_hot(&mut self) {
        let args = self.things.hot(&mut self.random);
        change(any_face(&mut self.random), &args, How::random(&mut self.random));
    }

    fn grip(&mut self) {
        let hot = self.pool.hot(&mut self.random);
        *pick_mut(&mut self.things.grips, &mut self.random) = hot;
    }

    /// A bundle over some branches that are there already.
    fn make(&mut self) -> Bundle {
        let count = self.random.usize(..3);
        let children: Vec<_> =
            (0..count).map(|_| Arc::clone(&pick(&self.things.grips, &mut self.random).branch)).collect();
        seat::step(0);
        Bundle::above(children, mostly_small(&mut self.random))
    }

    fn replace_own(&mut self) {
        let new = self.make();
        let old = std::mem::replace(pick_mut(&mut self.things.own, &mut self.random), new);
        match self.random.u32(..3) {
            0 => drop(old),
            1 => self.pool.send(&mut self.random, Parcel::Own(Box::new(old))),
            // Takes the anchor off: its results go, the object stays.
            _ => drop(old.anchored.into_inner()),
        }
    }

    fn rc(&mut self) -> &mut Rc<Object> {
        seat::step(0);
        pick_mut(&mut self.things.rcs, &mut self.random)
    }

    fn replace_hot(&mut self) {
        let new = Arc::new(self.make());
        let old = self.pool.replace_hot(&mut self.random, new);
        self.let_go(old);
    }

    fn replace_pool(&mut self) {
        let new = Arc::new(self.make());
        let Some(old) = self.pool.replace_any(&mut self.random, new) else { return };
        self.let_go(old);
    }

    fn let_go(&mut self, old: Arc<Bundle>) {
        if self.random.bool() {
            self.pool.send(&mut self.random, Parcel::Shared(vec![old]));
        }
    }

    /// Changes what is ours alone by `&mut`: no memo answers from before.
    fn mutate(&mut self) {
        let index = self.random.usize(..self.things.own.len());
        let bundle = &mut self.things.own[index];
        bundle.anchored.change_alone();
        bundle.node.anchor.clear();
        bundle.node.object.change_alone();
        let args = self.things.own(&mut self.random);
        ask(any_face(&mut self.random), &Args { own: &self.things.own[index], ..args });
    }

    fn tide(&mut self) {
        match self.pool.turn() {
            Turn::Rest => {}
            Turn::Shrink(count) => {
                let taken = self.pool.take(&mut self.random, count);
                self.pool.send(&mut self.random, Parcel::Shared(taken));
            }
            Turn::Grow(count) => {
                for _ in 0..count {
                    let new = Arc::new(self.make());
                    for _ in 0..3 {
                        let face = face_where(&mut self.random, |face| !face.is_of_rcs());
                        let args = Args { own: &new, ..self.things.hot(&mut self.random) };
                        guarded(|| _ = ask(face, &args));
                    }
                    self.pool.add(&mut self.random, new);
                }
            }
        }
    }

    /// Each value owns the next object: they go one after the other.
    fn chain(&mut self) {
        let face = Face::of(Id::Noisy);
        let mut object = Arc::clone(&pick(&self.things.own, &mut self.random).arc);
        for _ in 0..self.random.u32(1..6) {
            seat::step(face.id as usize);
            let floor = object.floor(face.id);
            count(face.id, Count::Calls);
            let value = noisy(&object);
            count(face.id, Count::Answered);
            object.check(face.id, 0, floor, value.number());
            object = Arc::clone(&value.next);
        }
    }

    /// A thread that comes, does a little of everything, and goes while its `Rc`s are alive.
    fn guest(&mut self) {
        if self.inbox.is_none() {
            return;
        }
        if self.guests.len() > 2 {
            joined(self.guests.remove(0));
        }
        let (pool, seed) = (Arc::clone(self.pool), self.random.u64(..));
        let visit = move || {
            let mut left = Worker::new(&pool, seed, None).run(VISIT);
            left.truncate(LEFT_BEHIND);
            // After the calls: so they are dropped before the thread's table is.
            HELD.with_borrow_mut(|held| *held = left);
        };
        self.guests
            .push(thread::Builder::new().name("guest".to_owned()).spawn(visit).expect("a thread can be started"));
    }

    /// A thread that comes for one request, and has done what it came for before any count of calls is full.
    fn brief(&mut self) {
        let seed = self.random.u64(..);
        let shared = self.pool.any(&mut self.random);
        let visit = move || {
            let _seat = seat::take().unwrap_or_else(|| violation!("more threads than seats"));
            dice::seed(seed);
            let mut random = fastrand::Rng::with_seed(seed);
            let rc = Rc::new(Object::new());
            let mut a_call = |bundle: &Bundle| {
                let args = Args { own: bundle, other: bundle, rc: &rc, key: random.u32(..) };
                guarded(|| _ = ask(any_face(&mut random), &args));
            };
            match shared {
                Some(bundle) if seed % 2 == 0 => (0..FEW_HITS).for_each(|_| a_call(&bundle)),
                _ => {
                    let mut sizes = fastrand::Rng::with_seed(seed);
                    for _ in 0..sizes.usize(1..=FEW_MISSES) {
                        let new = Bundle::above([], any_size(&mut sizes));
                        a_call(&new);
                        guarded(|| drop(new));
                    }
                }
            }
        };
        joined(thread::Builder::new().name("brief".to_owned()).spawn(visit).expect("a thread can be started"));
    }

    /// All of them are alive at once, and then none: here, or on another thread.
    fn crowd(&mut self) {
        let count = self.random.usize(CROWD / 8..=CROWD);
        let mut crowd = Vec::with_capacity(count);
        for _ in 0..count {
            let new = Arc::new(Bundle::above([], mostly_small(&mut self.random)));
            for _ in 0..2 {
                let face = face_where(&mut self.random, |face| !face.is_of_rcs());
                // On both sides: as the owner, and beside one that lives on.
                let own = self.things.own(&mut self.random);
                let args = if self.random.bool() { Args { own: &new, ..own } } else { Args { other: &new, ..own } };
                guarded(|| _ = ask(face, &args));
            }
            crowd.push(new);
        }
        if self.random.bool() {
            self.pool.send(&mut self.random, Parcel::Shared(crowd));
        } else {
            crowd.into_iter().for_each(|bundle| guarded(|| drop(bundle)));
        }
    }

    fn clear(&mut self) {
        let Kind::Owned { clear, .. } = any_face(&mut self.random).kind else { return };
        clear();
    }

    fn sweeper(&mut self) {
        self.sweeper = match self.sweeper.take() {
            Some(_) => None,
            None => Some(Sweeper::every(Duration::from_millis(self.random.u64(1..50)))),
        };
    }

    /// What holds at any time.
    fn stats(&mut self) {
        let face = any_face(&mut self.random);
        let stats = (face.stats)();
        if stats.entries > stats.computes + stats.inserts || stats.abandoned > 0 || stats.expired > 0 {
            violation!("`{}` miscounts: {stats:?}", face.name);
        }
    }
}
