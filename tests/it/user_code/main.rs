//! User code that panics and goes back in (laws 7, 8, 9 and 14): all combinations of
//!
//! * where it runs ([`parts::trap::Place`]),
//! * what it does there ([`parts::rules::Behaviour`]): it panics, goes back in by each of [`parts::again::Again`], or both,
//! * the operation during which it does so ([`parts::acts::Op`]),
//! * the memo and its kind of owner (`parts::subjects`), and how keys behave ([`parts::things::Manners`]),
//!
//! but for those that cannot be, by one of the rules with a name in `parts::rules`. What must hold after each is in `audit`.

mod audit;
mod cases;
mod parts;
mod thread_end;
mod waiters;
mod watch;

use memo_tests::alone;

use cases::{Part, run};
use parts::acts::Op;
use parts::again::Again;
use parts::rules::{Behaviour, Counted, RULES, TRUTHFUL};
use parts::subjects::{self, Only};
use parts::trap::Place;

/// The last pointer to an object is gone when the object is dropped; and no memo has both a key by hand and a second weak argument.
const NEVER: [(Place, Again); 3] = [
    (Place::DropOwner, Again::DropClone),
    (Place::KeyByHand, Again::DropSecond),
    (Place::KeyExpression, Again::DropSecond),
];

#[test]
fn no_combination_is_missing() {
    let counted = Counted::of::<subjects::All>();
    let left_out: u64 = counted.left_out.values().sum();
    let behaviours = 1 + 2 * Again::ALL.len();
    assert_eq!(Behaviour::all().count(), behaviours);
    let each = TRUTHFUL.len() * Op::ALL.len() * Place::ALL.len() * behaviours;
    assert_eq!((counted.memos, counted.ran + left_out), (4 * 12, 48 * each as u64));
    for behaviour in Behaviour::all() {
        for op in Op::ALL.into_iter().filter(|op| !op.is_the_end_of_the_object()) {
            assert!(counted.during.contains(&(op, behaviour)), "nothing {behaviour:?} during {op:?}");
        }
        for place in Place::ALL {
            let never = behaviour.again().is_some_and(|again| NEVER.contains(&(place, again)));
            assert_eq!(counted.at.contains(&(place, behaviour)), !never, "{behaviour:?} at {place:?}");
        }
    }
    for rule in RULES {
        assert!(counted.left_out.contains_key(rule), "nothing is left out because {rule}");
    }
    assert_eq!(counted.left_out.len(), RULES.len());
}

/// The whole matrix, memo by memo: each takes a second or less, also on a machine with much else to do.
macro_rules! everything {
    ($group:ident $($test:ident: $memo:ident),*) => {
        mod everything {
            use super::*;

            #[test]
            fn no_memo_is_missing() {
                assert_eq!([$(stringify!($test)),*].len() as u64, Counted::of::<subjects::$group::All>().memos);
            }

            $(
                #[test]
                fn $test() {
                    alone(|| run::<Only<subjects::$group::$memo>>(Part::Everything));
                }
            )*
        }
    };
}

/// Each group in a process of its own: `clear_all` and `sweep` reach everything.
macro_rules! groups {
    ($($group:ident)*) => {$(
        mod $group {
            use super::*;

            everything!($group bare: Bare, racing: Racing, keyed: KeyedMemo, racing_keyed: RacingKeyed,
                hand_keyed: HandKeyed, second: SecondMemo, racing_second: RacingSecond, second_arc: SecondArc,
                lent: Lent, racing_lent: RacingLent, lent_keyed: LentKeyed, lent_second: LentSecond);

            #[test]
            fn with_keys_that_lie() {
                alone(|| run::<subjects::$group::All>(Part::Lies));
            }

            #[test]
            fn with_two_panics() {
                alone(|| run::<subjects::$group::All>(Part::TwoPanics));
            }

            #[test]
            fn late() {
                alone(|| run::<subjects::$group::All>(Part::Late));
            }
        }
    )*};
}

groups!(inside anchored arc rc);
