//! The rules of soundness, and the attacks they come from: each was broken once in a toy.
//!
//! | rule | here | does not compile (`ui/`) |
//! |---|---|---|
//! | 1 what is shared is `Send + Sync + 'static` | `rule_1` | `soundness/rule_1_*`, `results/not_sendable`, `results/borrowing` |
//! | 2 lent from a thread's table for `Rc` only | `rule_2` | `lending/local_arc` |
//! | 3 a fence after a count of 0 | `rule_3` | |
//! | 4 slot arrays | `rule_4` | |
//! | 5 cells are reached through a counted header | `rule_5` | |
//! | 6 `HasAnchor` may be wrong | `rule_6` | |
//! | 7 handles are invariant | | `soundness/rule_7_*` |
//! | 8 lent values do not move | `rule_8` | |
//! | 9 no two anchors' locks at once | `rule_9` | |
//!
//! | attack | where |
//! |---|---|
//! | A1 a second weak argument goes while the result is lent | `ui/soundness/a1_*` |
//! | A2 a relaxed strong count | `rule_3` |
//! | A3 the slot array under a reader | `rule_4` |
//! | A4 `local`, an `Arc` owner, by reference | `rule_2`, `ui/lending/local_arc` |
//! | A5 thread-bound things on an anchor that is `Send` | `rule_1`, `ui/soundness/rule_1_*` |
//! | A6 covariant handles | `ui/soundness/rule_7_*` |
//! | A7 results that are not `'static` | `ui/soundness/rule_1_borrowing_*` |
//! | A8 memos found by an address that is used again | `attacks`; the toolbox that makes memos at run time is to come |
//! | A9 enumerators against death | `attacks` |
//! | A10 the address of an in-object anchor | `rule_5` |
//! | A11 the node of a living object | `attacks` |
//! | A12 a lent `Box` that moves | `rule_8` |
//! | A13 two cells for one memo | `rule_8` |
//!
//! Keys written by hand are attacked in `keys_by_hand` and in the second example of `MemoKey`, lent results of failing flights in
//! `lent_races`, anchors of many memos in `many_memos`.
//!
//! Run it under AddressSanitizer too: most of what it would find is silent otherwise. `rule_2` and `rule_5` leak on purpose;
//! without them (`--skip rule_2 --skip rule_5`) nothing leaks.

mod attacks;
mod document;
mod keys_by_hand;
mod lent_races;
mod many_memos;
mod panicking_drops;
mod rules;
mod stale_results;
mod thread_end;
mod traps;
mod two_at_once;
mod unwinding;
