//! Law 11: what is asked to go while it is computed, for each kind of owner: by whom it is still seen, and by whom not. And what
//! is asked of another key disturbs nobody.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, Stats, clear_all, weak_memo};
use memo_tests::{alone, in_time};

use Key::{Other, This};

/// What the bodies compute from, and where the first of them wait.
struct World {
    config: AtomicU32,
    computing: AtomicUsize,
    /// The first bodies wait at both of theirs: it has started, and it may end.
    gates: Vec<[Barrier; 2]>,
}

thread_local! {
    /// What the first body of this thread does before it ends.
    static INSIDE: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

impl World {
    fn new(gates: usize) -> Self {
        let gates = (0..gates).map(|_| [Barrier::new(2), Barrier::new(2)]).collect();
        Self { config: AtomicU32::new(1), computing: AtomicUsize::new(0), gates }
    }

    fn body(&self, key: Key) -> u32 {
        let seen = self.config.load(SeqCst);
        if key == This {
            let number = self.computing.fetch_add(1, SeqCst);
            if let Some([started, go_on]) = self.gates.get(number) {
                started.wait();
                go_on.wait();
            }
            let inside = if number == 0 { INSIDE.take() } else { None };
            if let Some(act) = inside {
                act();
            }
        }
        seen
    }
}

/// The key that is being computed, and another: an extra key where the memo has one, else the owner.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    This,
    Other,
}

/// One way to write a memo.
struct Memo<O> {
    call: fn(&[O; 2], Key, &World) -> u32,
    get: fn(&[O; 2], Key, &World) -> Option<u32>,
    refresh: fn(&[O; 2], Key, &World) -> u32,
    insert: fn(&[O; 2], Key, &World, u32),
    forget: fn(&[O; 2], Key, &World) -> bool,
    clear: fn() -> usize,
    stats: fn() -> Stats,
    waits: bool,
}

impl<O> Clone for Memo<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Memo<O> {}

macro_rules! memo {
    (bare [$($option:tt)*] $owner:ty) => {{
        #[weak_memo($($option)*)]
        fn f(owner: &$owner, #[memo(skip)] key: Key, #[memo(skip)] world: &World) -> u32 {
            let _ = owner;
            world.body(key)
        }
        memo!(@table f f_memo [$($option)*] |owners, key, world| (&owners[key as usize], key, world))
    }};
    (keyed [$($option:tt)*] $owner:ty) => {{
        #[weak_memo($($option)*)]
        fn f(owner: &$owner, text: &str, #[memo(skip)] key: Key, #[memo(skip)] world: &World) -> u32 {
            let _ = (owner, text);
            world.body(key)
        }
        memo!(@table f f_memo [$($option)*] |owners, key, world|
            (&owners[0], ["this", "other"][key as usize], key, world))
    }};
    (@table $f:ident $memo:ident [$($option:tt)*] |$owners:ident, $key:ident, $world:ident| ($($argument:expr),+)) => {
        Memo {
            call: |$owners, $key, $world| $f($($argument),+),
            get: |$owners, $key, $world| $memo().get(($($argument),+)),
            refresh: |$owners, $key, $world| $memo().refresh(($($argument),+)),
            insert: |$owners, $key, $world, value| $memo().insert(($($argument),+), value),
            forget: |$owners, $key, $world| $memo().forget(($($argument),+)),
            clear: || $memo().clear(),
            stats: || $memo().stats(),
            waits: !stringify!($($option)*).contains("false"),
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ask {
    Clear,
    ClearAll,
    Forget(Key),
    Refresh(Key),
    Insert(Key),
    InsertAndForget,
}

const ASKS: [Ask; 9] = [
    Ask::Clear,
    Ask::ClearAll,
    Ask::Forget(This),
    Ask::Forget(Other),
    Ask::Refresh(This),
    Ask::Refresh(Other),
    Ask::Insert(This),
    Ask::Insert(Other),
    Ask::InsertAndForget,
];

const INSERTED: u32 = 9;

impl Ask {
    fn of<O>(self, memo: Memo<O>, owners: &[O; 2], world: &World) {
        match self {
            Self::Clear => _ = (memo.clear)(),
            Self::ClearAll => clear_all(),
            Self::Forget(key) => _ = (memo.forget)(owners, key, world),
            Self::Refresh(key) => _ = (memo.refresh)(owners, key, world),
            Self::Insert(key) => (memo.insert)(owners, key, world, INSERTED),
            Self::InsertAndForget => {
                (memo.insert)(owners, This, world, INSERTED);
                assert!((memo.forget)(owners, This, world));
            }
        }
    }

    /// What a call gets that comes after it, while the first computes with the old configuration.
    fn later(self) -> u32 {
        match self {
            Self::Forget(Other) | Self::Refresh(Other) | Self::Insert(Other) => 1,
            Self::Insert(This) => INSERTED,
            _ => 2,
        }
    }

    /// What is stored then, if nobody comes later.
    fn stored(self) -> Option<u32> {
        match self {
            Self::Clear | Self::ClearAll | Self::Forget(This) | Self::InsertAndForget => None,
            _ => Some(self.later()),
        }
    }

    fn is_of_another_key(self) -> bool {
        self.later() == 1
    }
}

/// A call computes; others wait for it; something is asked; so many others come; it ends.
fn overtaken<O: Sync>(memo: Memo<O>, owners: &[O; 2], ask: Ask, later: usize) {
    let world = &World::new(1);
    let call = || (memo.call)(owners, This, world);
    // So that what is asked of the other key meets a result.
    (memo.call)(owners, Other, world);
    let before = (memo.stats)();
    thread::scope(|scope| {
        let first = scope.spawn(call);
        world.gates[0][0].wait();
        // Racers would publish at once.
        let waiters: Vec<_> = (0..if memo.waits { 2 } else { 0 }).map(|_| scope.spawn(call)).collect();
        in_time(|| (memo.stats)().waits == before.waits + waiters.len() as u64);
        world.config.store(2, SeqCst);
        ask.of(memo, owners, world);
        if ask.is_of_another_key() {
            // A racer who comes now computes anew and is the first to publish; who waits gets what is on its way.
            let later: Vec<_> = (0..if memo.waits { later } else { 0 }).map(|_| scope.spawn(call)).collect();
            in_time(|| (memo.stats)().waits == before.waits + (waiters.len() + later.len()) as u64);
            world.gates[0][1].wait();
            later.into_iter().for_each(|one| assert_eq!(one.join().unwrap(), 1, "{ask:?} is nothing to this key"));
        } else {
            for _ in 0..later {
                assert_eq!(call(), ask.later(), "after {ask:?}, while the first computes");
            }
            world.gates[0][1].wait();
        }
        let old = first.join().unwrap();
        assert!(old == 1 || !memo.waits && old == ask.later(), "{ask:?}: its own, or what a racer published first");
        waiters.into_iter().for_each(|one| assert_eq!(one.join().unwrap(), 1, "who waited before {ask:?}"));
    });
    let stored = if later > 0 { Some(ask.later()) } else { ask.stored() };
    assert_eq!((memo.get)(owners, This, world), stored, "what is stored after {ask:?}, with {later} later calls");
    let computes = (memo.stats)().computes + u64::from(stored.is_none());
    assert_eq!(call(), ask.later(), "after {ask:?} and all ends");
    assert_eq!((memo.stats)().computes, computes, "computes after {ask:?}");
    (memo.clear)();
    memo_tests::assert_balanced(&(memo.stats)());
}

/// The same in one thread: the body itself asks, and so do the later calls.
fn overtaken_from_inside<O: 'static>(memo: Memo<O>, make: fn() -> O, ask: Ask) {
    if memo.waits && ask == Ask::Refresh(This) {
        // That is a ring, see law 10.
        return;
    }
    let here = Rc::new(([make(), make()], World::new(0)));
    let (owners, world) = &*here;
    (memo.call)(owners, Other, world);
    let inside = Rc::clone(&here);
    INSIDE.set(Some(Box::new(move || {
        let (owners, world) = &*inside;
        world.config.store(2, SeqCst);
        ask.of(memo, owners, world);
        // Of another key: a call for this one would be a ring, or a racer that is first.
        for _ in 0..if ask.is_of_another_key() { 0 } else { 2 } {
            assert_eq!((memo.call)(owners, This, world), ask.later(), "after {ask:?}, while the first computes");
        }
    })));
    let old = (memo.call)(owners, This, world);
    assert!(old == 1 || !memo.waits && old == ask.later(), "{ask:?}: its own, or what a racer published first");
    assert_eq!((memo.get)(owners, This, world), Some(ask.later()), "what is stored after {ask:?}");
    (memo.clear)();
    memo_tests::assert_balanced(&(memo.stats)());
}

/// Cleared while it computes, and cleared again while the next one does; these end in either order.
fn cleared_twice<O: Sync>(memo: Memo<O>, owners: &[O; 2], second_first: bool) {
    let world = &World::new(2);
    let call = || (memo.call)(owners, This, world);
    thread::scope(|scope| {
        let first = scope.spawn(call);
        world.gates[0][0].wait();
        world.config.store(2, SeqCst);
        (memo.clear)();
        let second = scope.spawn(call);
        world.gates[1][0].wait();
        world.config.store(3, SeqCst);
        (memo.clear)();
        let mut running = [(0, first), (1, second)];
        if second_first {
            running.reverse();
        }
        for (gate, call) in running {
            world.gates[gate][1].wait();
            assert_eq!(call.join().unwrap(), gate as u32 + 1, "its own");
            assert_eq!((memo.get)(owners, This, world), None, "neither is stored");
        }
    });
    assert_eq!((call(), (memo.get)(owners, This, world)), (3, Some(3)));
    (memo.clear)();
    memo_tests::assert_balanced(&(memo.stats)());
}

/// Runs everything for one kind of owner, whose results all threads see.
fn of_all_threads<O: Sync + 'static>(make: fn() -> O, memos: [Memo<O>; 4]) {
    for memo in memos {
        for ask in ASKS {
            overtaken(memo, &[make(), make()], ask, 0);
            overtaken(memo, &[make(), make()], ask, 2);
            overtaken_from_inside(memo, make, ask);
        }
        cleared_twice(memo, &[make(), make()], false);
        cleared_twice(memo, &[make(), make()], true);
    }
}

/// The same where each thread has its own.
fn of_one_thread<O: 'static>(make: fn() -> O, memos: [Memo<O>; 4]) {
    for memo in memos {
        ASKS.into_iter().for_each(|ask| overtaken_from_inside(memo, make, ask));
    }
}

/// In processes of their own: `clear_all` is for all.
macro_rules! overtaken_by_everything {
    ($($test:ident: $run:ident, [$($option:tt)*] $owner:ty, $make:expr;)+) => {$(
        #[test]
        fn $test() {
            alone(|| {
                let make: fn() -> $owner = || $make;
                $run(make, [
                    memo!(bare [$($option)*] $owner),
                    memo!(keyed [$($option)*] $owner),
                    memo!(bare [$($option)* single_flight = false] $owner),
                    memo!(keyed [$($option)* single_flight = false] $owner),
                ]);
            });
        }
    )+};
}

overtaken_by_everything! {
    of_arcs: of_all_threads, [] Arc<u32>, Arc::new(0);
    of_objects: of_all_threads, [] Anchored<u32>, Anchored::new(0);
    of_rcs: of_one_thread, [] Rc<u32>, Rc::new(0);
    of_arcs_in_local_memos: of_one_thread, [local,] Arc<u32>, Arc::new(0);
}
