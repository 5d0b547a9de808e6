//! User code at its worst (laws 7, 8, 9 and 14): all combinations of
//!
//! * where it runs ([`trap::Place`]),
//! * what it does there ([`rules::Behaviour`]): it panics, goes back in by each of [`again::Again`], or both,
//! * the operation during which it does so ([`acts::Op`]),
//! * the memo and its kind of owner (`subjects.rs`), and how keys behave ([`things::Manners`]),
//!
//! but for those that cannot be, by one of the rules with a name in `rules.rs`. What must hold after each is in `audit.rs`.

mod acts;
mod again;
mod audit;
mod cases;
mod rules;
mod subjects;
mod things;
mod thread_end;
mod trap;
mod waiters;
mod watch;

use memo_tests::alone;

use acts::Op;
use cases::{Part, run};
use rules::{Behaviour, Counted, RULES, TRUTHFUL};
use subjects::Only;
use trap::Place;

#[test]
fn no_combination_is_missing() {
    let counted = Counted::of::<subjects::All>();
    let left_out: u64 = counted.left_out.values().sum();
    let behaviours = Behaviour::all().count();
    assert_eq!(behaviours, 1 + 2 * 16);
    let each = TRUTHFUL.len() * Op::ALL.len() * Place::ALL.len() * behaviours;
    assert_eq!((counted.memos, counted.ran + left_out), (4 * 12, 48 * each as u64));
    assert_eq!(counted.ran, 85_403, "a rule leaves out more, or less, than it did: {:#?}", counted.left_out);
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
