//! Running the cases, one after the other.

use std::cell::RefCell;
use std::panic::{catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::audit;
use crate::parts::acts::Op;
use crate::parts::again::Again;
use crate::parts::case::Case;
use crate::parts::enter::set_world;
use crate::parts::rules::{Behaviour, Counted, TRUTHFUL, behaviour_left_out, op_left_out, place_left_out};
use crate::parts::subjects::{Group, Memo, Owner, Visit};
use crate::parts::things::{Doc, Key, Manners};
use crate::parts::trap::{Place, Thrown, during};
use crate::watch::{note, watched};

/// What is run of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it; and where it panics or goes in again, each time that the place is reached, not only the first.
    Everything,
    /// With keys that lie.
    Lies,
    /// A destructor of what was in a memo panics, too.
    TwoPanics,
    /// In the destructor of a thread-local, after that of ours.
    Late,
}

impl Part {
    fn manners(self) -> &'static [Manners] {
        match self {
            Self::Everything | Self::TwoPanics => &TRUTHFUL,
            Self::Lies => &[Manners::NeverEqual, Manners::AlwaysEqual, Manners::Random],
            Self::Late => &[Manners::Honest],
        }
    }

    fn takes(self, behaviour: Behaviour) -> bool {
        match behaviour {
            Behaviour::Panics => true,
            Behaviour::Enters(_) => self != Self::TwoPanics,
            Behaviour::EntersThenPanics(again) => match self {
                Self::Everything => true,
                Self::TwoPanics => matches!(again, Again::Forget | Again::ClearAll | Again::DropSecond),
                Self::Lies | Self::Late => false,
            },
        }
    }

    /// How many of the times that a place is reached.
    fn times(self, behaviour: Behaviour, reached: u32) -> u32 {
        match behaviour {
            Behaviour::Panics => reached,
            Behaviour::Enters(_) if self == Self::Everything => reached,
            Behaviour::EntersThenPanics(_) if self == Self::TwoPanics => reached,
            _ => 1,
        }
    }

    fn seconds(self) -> &'static [Option<Place>] {
        match self {
            Self::TwoPanics => &[Some(Place::DropKey), Some(Place::DropResult)],
            _ => &[None],
        }
    }
}

/// Runs a part of the matrix for a group of memos.
pub(crate) fn run<G: Group>(part: Part) {
    watched(|| match part {
        Part::Late => at_the_end_of_a_thread(|| counted_run::<G>(Part::Late)),
        _ => counted_run::<G>(part),
    });
}

fn counted_run<G: Group>(part: Part) {
    let mut runner = Runner { part, ran: 0, seconds: 0, swallowed: 0 };
    let before = memo_core::report().swallowed_panics;
    G::each(&mut runner);
    assert_eq!(memo_core::report().swallowed_panics - before, runner.swallowed, "law 8: swallowed destructor panics");
    if part == Part::Everything {
        assert_eq!(runner.ran, Counted::of::<G>().ran, "all that no rule leaves out, and nothing else");
    }
    assert!(part != Part::TwoPanics || runner.seconds > 100, "second panics: {}", runner.seconds);
}

/// Runs `act` in the destructor of a thread-local that runs after ours.
fn at_the_end_of_a_thread(act: fn()) {
    struct Late(fn(), Sender<thread::Result<()>>);
    impl Drop for Late {
        fn drop(&mut self) {
            let _ = self.1.send(catch_unwind(self.0));
        }
    }
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });
    let (done, end) = channel();
    let thread = thread::spawn(move || {
        // Registered first, so run last.
        LATE.set(Some(Late(act, done)));
        Arc::new(Doc::new(1)).ask_beside();
        Rc::new(Doc::new(1)).ask_beside();
        memo_core::sweep();
    });
    let end = end.recv().expect("it is sent whatever happens");
    thread.join().expect("the thread itself panics nowhere");
    end.unwrap_or_else(|panic| resume_unwind(panic));
}

pub(crate) struct Runner {
    part: Part,
    /// Combinations.
    ran: u64,
    /// Second panics.
    seconds: u64,
    /// Destructor panics that were swallowed.
    swallowed: u64,
}

impl Visit for Runner {
    fn visit<M: Memo>(&mut self) {
        for &manners in self.part.manners() {
            for op in Op::ALL {
                if op_left_out(&M::KIND, manners, op).is_none() {
                    self.operation::<M>(manners, op);
                    audit::beside::<M>();
                }
            }
        }
    }
}

impl Runner {
    fn operation<M: Memo>(&mut self, manners: Manners, op: Op) {
        let visits = rehearse::<M>(manners, op);
        for place in Place::ALL {
            let reached = visits[place as usize];
            if manners.tell_the_truth() {
                let left_out = place_left_out(&M::KIND, manners, op, place);
                assert_eq!(reached == 0, left_out.is_some(), "{place:?} is reached {reached} times: {left_out:?}");
            }
            let part = self.part;
            for behaviour in Behaviour::all().filter(|&behaviour| part.takes(behaviour)) {
                if reached == 0 || behaviour_left_out(&M::KIND, op, place, behaviour).is_some() {
                    continue;
                }
                self.ran += 1;
                for nth in 1..=part.times(behaviour, reached) {
                    for &second in self.part.seconds() {
                        self.case::<M>(Case { manners, op, place, behaviour, second }, nth);
                    }
                }
            }
        }
    }

    fn case<M: Memo>(&mut self, case: Case, nth: u32) {
        note(M::KIND, case, nth);
        let Case { manners, op, place, behaviour, second } = case;
        let world = case.world::<M>();
        set_world(Some(world.clone()));
        let (end, _, sprung) = during(Some(case.trap::<M>(nth)), second, || world.perform(op));
        set_world(None);
        assert!(sprung.first, "the operation reaches the place as it did before");
        let nowhere_to_go = behaviour.panics() && op == Op::Amortised;
        self.swallowed += u64::from(nowhere_to_go) + u64::from(sprung.second);
        self.seconds += u64::from(sprung.second);
        match end {
            Ok(number) => {
                assert!(!behaviour.panics() || nowhere_to_go, "law 8: the caller does not see the panic");
                let removed = behaviour.again().is_some_and(Again::removes);
                let there = number.is_some() || op != Op::Get || removed;
                assert!(there || !manners.tell_the_truth(), "a result that was there is not found");
                if let Some(number) = number {
                    world.assert_right(&world.owner(), &Key::new(world.key), number);
                }
            }
            Err(panic) => assert_thrown(panic, (behaviour.panics() && !nowhere_to_go).then_some(place)),
        }
        let there = match behaviour {
            Behaviour::Panics if second.is_none() => audit::expected_after_panic(op, place, nth),
            // Law 11: what is computed across that is not stored.
            Behaviour::Enters(Again::Forget | Again::Clear | Again::ClearAll)
                if case.is_in_a_compute() && !M::KIND.lends =>
            {
                Some(false)
            }
            _ => None,
        };
        audit::after(world, there);
    }
}

/// Checks that it is the panic that was thrown.
pub(crate) fn assert_thrown(panic: Box<dyn std::any::Any + Send>, from: Option<Place>) {
    match panic.downcast::<Thrown>() {
        Ok(thrown) => assert_eq!(Some(thrown.0), from, "law 8: which panic the caller sees"),
        // A check that failed.
        Err(other) => resume_unwind(other),
    }
}

/// Runs an operation with no trap; how often it reaches each place.
fn rehearse<M: Memo>(manners: Manners, op: Op) -> [u32; Place::ALL.len()] {
    let case = Case { manners, op, place: Place::Body, behaviour: Behaviour::Enters(Again::Look), second: None };
    note(M::KIND, case, 0);
    let world = case.world::<M>();
    let (end, visits, _) = during(None, None, || world.perform(op));
    let number = end.unwrap_or_else(|panic| resume_unwind(panic));
    let answers = op.computes() || matches!(op, Op::Hit | Op::Get);
    assert!(number.is_some() == answers || !manners.tell_the_truth(), "whether there is an answer");
    audit::after(world, None);
    visits
}
