//! Law 1: a memoized call returns what the bare body would.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use crate::Random;

fn bare(numbers: &[u64], n: u32, text: &str) -> String {
    format!("{}{text}{n}", numbers.iter().sum::<u64>())
}

#[test]
fn every_kind_of_owner_gives_the_results_of_the_bare_body() {
    #[weak_memo]
    fn of_arc(numbers: &Arc<Vec<u64>>, n: u32, text: &str) -> String {
        bare(numbers, n, text)
    }
    #[weak_memo]
    fn of_rc(numbers: &Rc<Vec<u64>>, n: u32, text: &str) -> String {
        bare(numbers, n, text)
    }
    #[weak_memo(capacity = 3)]
    fn in_object(numbers: &Anchored<Vec<u64>>, n: u32, text: &str) -> String {
        bare(numbers, n, text)
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(numbers: &Arc<Vec<u64>>, n: u32, text: &str) -> &str {
        bare(numbers, n, text)
    }

    let mut random = Random(1);
    let object = |random: &mut Random| (0..random.below(4)).map(|_| random.below(100)).collect::<Vec<_>>();
    let mut arcs: Vec<_> = (0..8).map(|_| Arc::new(object(&mut random))).collect();
    let mut rcs: Vec<_> = (0..8).map(|_| Rc::new(object(&mut random))).collect();
    let mut objects: Vec<_> = (0..8).map(|_| Anchored::new(object(&mut random))).collect();
    for _ in 0..5_000 {
        let at = random.below(8) as usize;
        let (n, text) = (random.below(5) as u32, ["", "a", "bb"][random.below(3) as usize]);
        assert_eq!(of_arc(&arcs[at], n, text), bare(&arcs[at], n, text));
        assert_eq!(lent(&arcs[at], n, text), bare(&arcs[at], n, text));
        assert_eq!(of_rc(&rcs[at], n, text), bare(&rcs[at], n, text));
        assert_eq!(in_object(&objects[at], n, text), bare(&objects[at], n, text));
        assert_eq!(of_arc_memo().compute((&arcs[at], n, text)), bare(&arcs[at], n, text));
        // Objects come and go, and change.
        match random.below(20) {
            0 => arcs[at] = Arc::new(object(&mut random)),
            1 => rcs[at] = Rc::new(object(&mut random)),
            2 => objects[at] = Anchored::new(object(&mut random)),
            3 => objects[at].push(1),
            4 => Arc::make_mut(&mut arcs[at]).push(2),
            _ => {}
        }
    }
    assert!(of_arc_memo().stats().hits > 1_000, "the test must be about remembered answers");
}

#[test]
fn unit_none_and_zero_are_remembered_too() {
    // Refused where it is written out, since it is hardly meant.
    type Nothing = ();
    #[weak_memo]
    fn unit(_: &Arc<u8>) -> Nothing {}
    #[weak_memo]
    fn none(_: &Arc<u8>) -> Option<u32> {
        None
    }
    #[weak_memo]
    fn zero(_: &Arc<u8>) -> u32 {
        0
    }
    let object = Arc::new(1);
    for _ in 0..3 {
        unit(&object);
        assert_eq!(none(&object), None);
        assert_eq!(zero(&object), 0);
    }
    assert_eq!((unit_memo().stats().computes, none_memo().stats().computes, zero_memo().stats().computes), (1, 1, 1));
    assert_eq!(none_memo().get(&object), Some(None));
}

#[test]
fn an_argument_is_part_of_the_key_however_it_is_marked() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Width(u32);
    #[weak_memo]
    fn copied(text: &Arc<str>, #[memo(value)] width: &Width) -> String {
        text.repeat(width.0 as usize)
    }
    #[weak_memo]
    fn computed(text: &Arc<str>, #[memo(key = width / 10)] width: u32) -> String {
        text.repeat(width as usize / 10)
    }
    let text: Arc<str> = Arc::from("ab");
    for _ in 0..2 {
        for width in 0..4 {
            let answer = "ab".repeat(width as usize);
            assert_eq!(copied(&text, &Width(width)), answer);
            assert_eq!(computed(&text, 10 * width), answer);
            assert_eq!(
                computed(&text, 10 * width + 9),
                answer,
                "what the key leaves out makes no difference to the body"
            );
        }
    }
    assert_eq!((copied_memo().stats().computes, computed_memo().stats().computes), (4, 4));
}

/// An object that changes behind its `&`: its identity owns the results, and its version tells them apart.
#[test]
fn a_version_key_on_the_owner_distinguishes_its_states() {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    struct Text {
        version: AtomicU64,
        text: std::sync::Mutex<String>,
    }
    impl Text {
        fn set(&self, text: &str) {
            *self.text.lock().unwrap() = text.to_owned();
            self.version.fetch_add(1, SeqCst);
        }
    }
    #[weak_memo(capacity = 1)]
    fn length(#[memo(key = text.version.load(SeqCst))] text: &Arc<Text>) -> usize {
        text.text.lock().unwrap().len()
    }
    #[weak_memo]
    fn from(start: usize, #[memo(key = text.borrow().0, owner)] text: &Rc<RefCell<(u32, String)>>) -> String {
        text.borrow().1[start..].to_owned()
    }
    let new = || Arc::new(Text { version: AtomicU64::new(0), text: std::sync::Mutex::default() });
    let (one, other) = (new(), new());
    for text in ["a", "ab", "abc"] {
        one.set(text);
        for _ in 0..2 {
            assert_eq!((length(&one), length(&other)), (text.len(), 0));
        }
    }
    assert_eq!((length_memo().stats().computes, length_memo().len()), (4, 2), "the last version of each");
    assert_eq!(length_memo().get(&one), Some(3));
    assert!(length_memo().forget(&one));
    drop((one, other));
    assert_eq!(length_memo().len(), 0);

    let text = Rc::new(RefCell::new((0, "abc".to_owned())));
    assert_eq!((from(1, &text), from(2, &text)), ("bc".to_owned(), "c".to_owned()));
    *text.borrow_mut() = (1, "xyz".to_owned());
    assert_eq!((from(1, &text), from(1, &text)), ("yz".to_owned(), "yz".to_owned()));
    assert_eq!((from_memo().stats().hits, from_memo().len()), (1, 3));
    drop(text);
    assert_eq!(from_memo().len(), 0);
}

#[test]
fn an_inserted_value_is_the_result() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        unreachable!("{n} {m} was put in")
    }
    let n = Arc::new(1);
    (0..5).for_each(|m| f_memo().insert((&n, m), m * 100));
    (0..5).for_each(|m| assert_eq!(f(&n, m), m * 100));
    let stats = f_memo().stats();
    assert_eq!((stats.inserts, stats.hits, stats.computes), (5, 5, 0));
}

#[test]
fn a_skipped_argument_is_no_part_of_the_key_and_a_key_expression_is() {
    thread_local! {
        static LOCALE: Cell<u32> = const { Cell::new(1) };
    }
    #[weak_memo]
    fn f(owner: &Rc<u32>, #[memo(skip)] verbose: bool, #[memo(key = LOCALE.get() * width)] width: u32) -> u32 {
        let _ = verbose;
        **owner + LOCALE.get() * width
    }
    let owner = Rc::new(1);
    assert_eq!((f(&owner, true, 10), f(&owner, false, 10), f_memo().stats().computes), (11, 11, 1));
    LOCALE.set(2);
    assert_eq!((f(&owner, true, 10), f_memo().stats().computes), (21, 2));
    assert_eq!((f(&owner, true, 5), f_memo().stats().computes), (11, 2), "the expression is the key, not the argument");
}
