//! The numbered cases collected from the suites of the best systems of this kind (`BEHAVIOURS.md`), written afresh for
//! this library's laws. A test says its number in its name: `b34_...`.
//!
//! These numbers have no test of their own:
//!
//! | number | why |
//! | --- | --- |
//! | 8 | the weak toolbox: no memo hands out a weak handle; `std`'s `Weak` is the user's own |
//! | 9 | the weak toolbox: as 8 |
//! | 17 | a compile error, so a case of `tests/ui`: an argument that is neither weak nor a known value |
//! | 36 | cannot occur: a function without a weak argument is refused (`tests/ui`) |
//! | 68 | the weak toolbox (`WeakKeyMap`): a memo does not list its keys |
//! | 69 | cannot occur: there is no hook that explains misses; `stats()` and `report()` say how many |
//! | 70 | the weak toolbox (`finalize`): a memo has no listeners; a result's own `Drop` is told (law 4) |
//! | 71 | the weak toolbox (`finalize`); a result's panicking `Drop` is law 8 |
//! | 72 | the weak toolbox (`Signal`): there are no events |
//! | 77 | the weak toolbox (`WeakKeyMap`): a memo is not iterated |
//! | 79 | the weak toolbox (`WeakKeyMap`): a memo is not iterated |
//! | 80 | the weak toolbox (`WeakKeyMap`): a memo is not iterated |
//! | 81 | the weak toolbox (`WeakKeyMap`): a memo is not iterated |
//! | 82 | the weak toolbox (`WeakKeyMap`): a memo is a static, and not copied |
//! | 103 | the weak toolbox (`Interner`) |
//! | 104 | asynchronous memos |
//! | 109 | the weak toolbox (`Signal`) |
//! | 111 | the weak toolbox (`Signal`) |
//! | 112 | the weak toolbox (`Instances`) |
//! | 114 | `weak_value` |
//! | 115 | `weak_value` |

mod contract;
mod cycles;
mod death_and_identity;
mod edges;
mod many_arguments;
mod reentrancy;
mod removal_and_stats;
mod reports;
mod threads;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;

/// Runs what is to panic, and returns what it said.
#[track_caller]
fn panic_of<R>(act: impl FnOnce() -> R) -> String {
    let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)) else {
        panic!("it should have panicked")
    };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("panics say something")
}

/// Every number there is.
const NUMBERS: &[u32] = &[
    1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 16, 17, 18, // death and identity
    19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 31, 32, 33, // memoization contract
    34, 35, 36, 37, 39, 40, 41, 43, 44, 45, // multiple arguments
    46, 47, 48, 51, 52, 54, // ephemerons and cycles
    56, 57, 58, 59, 60, 62, 63, 64, 65, 67, 68, 69, 70, 71, 72, 74, 75, 76, // removal, len, stats
    77, 79, 80, 81, 82, // iteration
    84, 85, 86, 87, 89, 90, 92, // reentrancy and drop-time code
    94, 95, 96, 97, 99, 102, 103, 104, // threads
    106, 107, 109, 111, 112, 114, 115, // lifetime edges and extras
];

#[test]
fn every_number_is_a_test_or_a_row_of_the_table() {
    let tests = [
        include_str!("contract.rs"),
        include_str!("cycles.rs"),
        include_str!("death_and_identity.rs"),
        include_str!("edges.rs"),
        include_str!("many_arguments.rs"),
        include_str!("reentrancy.rs"),
        include_str!("removal_and_stats.rs"),
        include_str!("threads.rs"),
    ];
    let number_of = |name: &str| name.split('_').next().and_then(|digits| digits.parse::<u32>().ok());
    let tested: Vec<u32> = tests
        .iter()
        .flat_map(|text| text.split("#[test]\nfn ").skip(1))
        .map(|test| test.strip_prefix('b').and_then(number_of).unwrap_or_else(|| panic!("no number: {test:.40}")))
        .collect();
    let table: Vec<u32> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.split(' ').next()?.parse().ok())
        .collect();
    for number in NUMBERS {
        let (test, row) = (tested.contains(number), table.contains(number));
        assert!(test != row, "{number} is in a test: {test}, in the table: {row}");
    }
    let unknown: Vec<_> = tested.iter().chain(&table).filter(|number| !NUMBERS.contains(number)).collect();
    assert!(unknown.is_empty(), "no such numbers: {unknown:?}");
}
