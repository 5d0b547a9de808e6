//! User code that misbehaves while the table of a thread that ends is given up (law 14).

use std::cell::RefCell;
use std::thread;

use crate::audit;
use crate::parts::acts::{Op, World};
use crate::parts::again::Ring;
use crate::parts::case::Case;
use crate::parts::enter::set_world;
use crate::parts::rules::{Behaviour, behaviour_left_out, place_left_out};
use crate::parts::subjects::{Group, Memo, Visit, rc};
use crate::parts::things::{Manners, behave};
use crate::parts::trap::{Place, collect, leave};
use crate::watch::{note, watched};

/// Whether the `Rc` is alive when its thread's table goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Dead,
    /// A thread-local that goes later holds it.
    Alive,
}

/// Runs after the end of the table: looks at the trap, and drops what the case was about.
struct Later(Option<Box<dyn FnOnce()>>);

impl Drop for Later {
    fn drop(&mut self) {
        if let Some(act) = self.0.take() {
            act();
        }
    }
}

thread_local!(static LATER: RefCell<Later> = const { RefCell::new(Later(None)) });

#[derive(Default)]
struct Ends {
    cases: u64,
    swallowed: u64,
}

impl Visit for Ends {
    fn visit<M: Memo>(&mut self) {
        for object in [Object::Dead, Object::Alive] {
            for place in [Place::DropResult, Place::DropKey] {
                for behaviour in Behaviour::all() {
                    // Swept, or the same at the thread's end: the object is dead or out of reach.
                    let case = Case { manners: Manners::Honest, op: Op::Sweep, place, behaviour, second: None };
                    let no_place = place_left_out(&M::KIND, case.manners, case.op, place);
                    let no_behaviour = behaviour_left_out(&M::KIND, case.op, place, behaviour);
                    // What is lent of an `Rc` that lives on stays: `laws/law_14_late_is_safe.rs`.
                    let stays = M::KIND.lends && object == Object::Alive;
                    if !stays && no_place.or(no_behaviour).is_none() {
                        self.case::<M>(object, case);
                    }
                }
            }
        }
    }
}

impl Ends {
    fn case<M: Memo>(&mut self, object: Object, case: Case) {
        note(M::KIND, case, 1);
        self.cases += 1;
        self.swallowed += u64::from(case.behaviour.panics());
        let sprung = thread::spawn(move || {
            let (tell, told) = std::sync::mpsc::channel();
            behave(case.manners, 1);
            // Registered before the table's, so run after.
            LATER.with_borrow_mut(|later| {
                later.0 = Some(Box::new(move || {
                    let _ = tell.send(collect());
                    set_world(None);
                }));
            });
            let world = World::<M>::new(Op::Hit, Ring::Never, true);
            world.another.take();
            if object == Object::Dead {
                world.owner.take();
            }
            set_world(Some(world));
            leave(case.trap::<M>(1));
            told
        });
        let told = sprung.join().expect("law 14: the thread ends as any other");
        assert!(told.recv().expect("it is told in any case"), "the place is reached");
        audit::nothing_is_left::<M>();
    }
}

#[test]
fn of_rcs() {
    memo_tests::alone(|| {
        watched(|| {
            let mut ends = Ends::default();
            rc::All::each(&mut ends);
            assert_eq!(memo_core::report().swallowed_panics, ends.swallowed, "destructor panics that were swallowed");
            assert_eq!(ends.cases, 468, "a rule leaves out more, or less, than it did");
        });
    });
}
