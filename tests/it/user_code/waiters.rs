//! Another thread waits for the very result whose compute misbehaves (law 2): it gets that one, or computes next.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::thread;

use memo_tests::in_time;

use crate::audit;
use crate::cases::assert_thrown;
use crate::parts::acts::Op;
use crate::parts::case::Case;
use crate::parts::enter::set_world;
use crate::parts::rules::{Behaviour, behaviour_left_out, op_left_out, place_left_out};
use crate::parts::subjects::{Kind, Memo};
use crate::parts::things::{Key, Manners};
use crate::parts::trap::{Place, during};
use crate::watch::{note, watched};

/// Where the waiter stands.
static STAGE: AtomicUsize = AtomicUsize::new(0);
const NOT_ASKED: usize = 0;
const MAY_ASK: usize = 1;
const ANSWERED: usize = 2;
/// Waits before the case.
static WAITS: AtomicU64 = AtomicU64::new(0);

/// Lets the waiter come, and goes on when it waits.
fn let_it_wait<M: Memo>() {
    STAGE.store(MAY_ASK, SeqCst);
    in_time(|| M::stats().waits > WAITS.load(SeqCst));
}

fn one<M: Memo<Owner: Sync>>(case: Case) {
    note(M::KIND, case, 1);
    STAGE.store(NOT_ASKED, SeqCst);
    WAITS.store(M::stats().waits, SeqCst);
    let world = case.world::<M>();
    set_world(Some(world.clone()));
    let mut trap = case.trap::<M>(1);
    trap.first = Some(let_it_wait::<M>);
    let (owner, second, key) = (world.owner(), world.second(), world.key);
    let (waiters_owner, waiters_second) = (&*owner, &*second);
    thread::scope(|scope| {
        let waiter = scope.spawn(move || {
            in_time(|| STAGE.load(SeqCst) == MAY_ASK);
            let answer =
                catch_unwind(std::panic::AssertUnwindSafe(|| M::call(waiters_owner, waiters_second, &Key::new(key))));
            STAGE.store(ANSWERED, SeqCst);
            answer
        });
        let (end, _, sprung) = during(Some(trap), None, || world.perform(case.op));
        assert!(sprung.first, "the operation reaches the place");
        match end {
            Ok(number) => world.assert_right(&owner, &Key::new(key), number.expect("an answer")),
            Err(panic) => assert_thrown(panic, case.behaviour.panics().then_some(case.place)),
        }
        let answer = waiter.join().expect("its panics are caught");
        let number = answer.expect("law 8: the panic is the other thread's");
        world.assert_right(&owner, &Key::new(key), number);
    });
    set_world(None);
    drop((owner, second));
    audit::after(world, None);
}

fn all_of<M: Memo<Owner: Sync>>() {
    for op in [Op::Miss, Op::Refused, Op::Refresh] {
        if op_left_out(&M::KIND, Manners::Honest, op).is_some() {
            continue;
        }
        for place in [Place::Body, Place::CacheIf, Place::CloneResult] {
            for behaviour in Behaviour::all() {
                if !is_left_out(&M::KIND, op, place, behaviour) {
                    one::<M>(Case { manners: Manners::Honest, op, place, behaviour, second: None });
                }
            }
        }
    }
}

fn is_left_out(kind: &Kind, op: Op, place: Place, behaviour: Behaviour) -> bool {
    place_left_out(kind, Manners::Honest, op, place).is_some()
        || behaviour_left_out(kind, op, place, behaviour).is_some()
}

/// All memos of a kind of owner that wait at all. The test has the name of their module.
macro_rules! waiting {
    ($($test:ident)*) => {$(
        #[test]
        fn $test() {
            memo_tests::alone(|| watched(|| {
                use crate::parts::subjects::$test::*;
                all_of::<Bare>();
                all_of::<KeyedMemo>();
                all_of::<HandKeyed>();
                all_of::<SecondMemo>();
                all_of::<SecondArc>();
                all_of::<Lent>();
                all_of::<LentKeyed>();
                all_of::<LentSecond>();
            }));
        }
    )*};
}

waiting!(inside anchored arc);
