//! Running the cases, one after the other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use crate::acts::{Op, World};
use crate::again::{Again, RING, Ring, enter, set_world};
use crate::audit;
use crate::rules::{Behaviour, behaviour_left_out, op_left_out, place_left_out};
use crate::subjects::{Kind, Memo, Visit};
use crate::things::{Manners, behave};
use crate::trap::{Place, Thrown, Trap, during};

/// One combination, but for the memo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) manners: Manners,
    pub(crate) op: Op,
    pub(crate) place: Place,
    pub(crate) behaviour: Behaviour,
}

/// How many of the cases are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The last time that a place is reached in an operation, and all up to there; not only the first.
    pub(crate) every_time: bool,
    /// Going in again and panicking then; not only one of the two.
    pub(crate) both: bool,
}

impl Extent {
    pub(crate) const ALL_OF_IT: Self = Self { every_time: true, both: true };
    pub(crate) const ONCE_EACH: Self = Self { every_time: false, both: false };
}

/// What is running, for the message if it fails.
static RUNNING: Mutex<Option<(Kind, Case, u32)>> = Mutex::new(None);
/// Cases begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

fn note(kind: Kind, case: Case, nth: u32) {
    *RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((kind, case, nth));
    BEGUN.fetch_add(1, SeqCst);
}

/// Says which case fails, whatever panics: a check, or the process, which is about to end. Traps run no hook.
fn name_the_case_that_fails() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if !said.contains(RING) {
            let running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            eprintln!("in {running:?}:");
            before(panic);
        }
    }));
}

/// Runs the cases of some memos.
pub(crate) fn run(each: fn(&mut Runner), extent: Extent) {
    name_the_case_that_fails();
    let mut runner = Runner { extent, ran: 0, swallowed: 0 };
    let before = memo_core::report().swallowed_panics;
    each(&mut runner);
    assert_eq!(memo_core::report().swallowed_panics - before, runner.swallowed, "panics that had nowhere to go");
    println!("{} cases", BEGUN.load(SeqCst));
}

pub(crate) struct Runner {
    extent: Extent,
    pub(crate) ran: u64,
    swallowed: u64,
}

impl Visit for Runner {
    fn visit<M: Memo>(&mut self) {
        for manners in [Manners::Honest, Manners::Colliding] {
            for op in Op::ALL {
                if op_left_out(&M::KIND, manners, op).is_none() {
                    self.operation::<M>(manners, op);
                }
            }
        }
    }
}

impl Runner {
    fn operation<M: Memo>(&mut self, manners: Manners, op: Op) {
        let visits = rehearse::<M>(manners, op);
        for place in Place::ALL {
            let left_out = place_left_out(&M::KIND, manners, op, place);
            let reached = visits[place as usize];
            assert_eq!(reached == 0, left_out.is_some(), "{place:?} is reached {reached} times: {left_out:?}");
            if left_out.is_some() {
                continue;
            }
            for behaviour in Behaviour::all() {
                if behaviour_left_out(&M::KIND, op, place, behaviour).is_some() {
                    continue;
                }
                self.ran += 1;
                if matches!(behaviour, Behaviour::EntersThenPanics(_)) && !self.extent.both {
                    continue;
                }
                let times = if self.extent.every_time { reached } else { 1 };
                for nth in 1..=times {
                    self.swallowed += case::<M>(Case { manners, op, place, behaviour }, nth);
                }
            }
        }
    }
}

/// Runs an operation with no trap; how often it reaches each place.
fn rehearse<M: Memo>(manners: Manners, op: Op) -> [u32; Place::ALL.len()] {
    note(M::KIND, Case { manners, op, place: Place::Body, behaviour: Behaviour::Enters(Again::Look) }, 0);
    behave(manners, 1);
    let world = World::<M>::new(op, Ring::Never, true);
    let (end, visits, _) = during(None, None, || world.perform(op));
    let number = end.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    assert_eq!(number.is_some(), op.computes() || matches!(op, Op::Hit | Op::Get), "whether there is an answer");
    audit::after(world, None);
    visits
}

/// Whether asking for the key in question is a ring.
fn ring(kind: &Kind, case: &Case) -> Ring {
    let computing =
        case.op.computes() && matches!(case.place, Place::Body | Place::CacheIf | Place::CloneResult);
    match case.behaviour.again() {
        _ if !computing => Ring::Never,
        _ if kind.single_flight => Ring::Must,
        // A refresh is claimed for this thread, also where nobody waits for it.
        Some(Again::Refresh) if case.op == Op::Refresh => Ring::May,
        _ => Ring::Never,
    }
}

/// Runs one case; how many panics had nowhere to go.
fn case<M: Memo>(case: Case, nth: u32) -> u64 {
    let Case { manners, op, place, behaviour } = case;
    note(M::KIND, case, nth);
    behave(manners, 1);
    let world = World::<M>::new(op, ring(&M::KIND, &case), true);
    let trap = Trap {
        place,
        nth,
        first: None,
        enter: behaviour.again().map(|again| (again, enter::<M> as _)),
        panics: behaviour.panics(),
    };
    set_world(Some(world.clone()));
    let (end, _, sprung) = during(Some(trap), None, || world.perform(op));
    set_world(None);
    assert!(sprung.first, "the operation reaches the place as it did before");
    let swallowed = behaviour.panics() && op == Op::Amortised;
    match end {
        Ok(number) => {
            assert!(!behaviour.panics() || swallowed, "law 8: the caller does not see the panic");
            let removed = behaviour.again().is_some_and(Again::removes);
            assert!(number.is_some() || op != Op::Get || removed, "a result that was there is not found");
            if let Some(number) = number {
                world.assert_right(&world.owner(), &crate::things::Key::new(world.key), number);
            }
        }
        Err(panic) => match panic.downcast::<Thrown>() {
            Ok(thrown) => {
                assert!(behaviour.panics() && !swallowed, "law 8: a panic comes out that was not thrown to here");
                assert_eq!(*thrown, Thrown(place));
            }
            Err(other) => std::panic::resume_unwind(other),
        },
    }
    let there = (behaviour == Behaviour::Panics).then(|| audit::expected_after_panic(op, place, nth)).flatten();
    audit::after(world, there);
    swallowed.into()
}
