//! A handle lists the results of one owner, and drops them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, sweep, weak_memo};
use memo_tests::{Tally, Token, panic_of, watchdog};

fn sorted(mut entries: Vec<String>) -> Vec<String> {
    entries.sort_unstable();
    entries
}

macro_rules! of_one_owner {
    ($test:ident, $owner:ty, $make:expr, $($option:ident)?) => {
        #[test]
        fn $test() {
            #[weak_memo($($option)?)]
            fn single(owner: &$owner) -> String {
                let _ = owner;
                String::from("single")
            }
            #[weak_memo($($option)?)]
            fn keyed(width: u32, owner: &$owner, name: &str) -> String {
                let _ = owner;
                name.repeat(width as usize)
            }
            #[weak_memo($($option)?)]
            fn pair(owner: &$owner, other: &$owner) -> u32 {
                let _ = (owner, other);
                1
            }
            let (owner, other, third) = ($make, $make, $make);
            assert_eq!((single_memo().entries_of(&owner), keyed_memo().forget_owner(&owner)), (vec![], 0));
            for owner in [&owner, &other] {
                single(owner);
                keyed(1, owner, "a");
                keyed(2, owner, "b");
                pair(owner, &third);
            }
            assert_eq!(single_memo().entries_of(&owner), ["()"]);
            assert_eq!(sorted(keyed_memo().entries_of(&owner)), [r#"(1, "a")"#, r#"(2, "b")"#]);
            assert_eq!(pair_memo().entries_of(&owner), pair_memo().entries_of(&other), "the same object");
            assert!(pair_memo().entries_of(&owner)[0].starts_with('@'));
            assert!(pair_memo().entries_of(&third).is_empty(), "a further argument is no owner");

            assert_eq!((keyed_memo().forget_owner(&owner), keyed_memo().forget_owner(&owner)), (2, 0));
            assert!(keyed_memo().entries_of(&owner).is_empty());
            assert_eq!((keyed_memo().entries_of(&other).len(), keyed_memo().stats().cleared), (2, 2));
            assert_eq!((single_memo().forget_owner(&owner), single_memo().len()), (1, 1));

            drop(third);
            assert!(pair_memo().entries_of(&owner).is_empty(), "of a dead argument");
        }
    };
}

of_one_owner!(of_an_arc, Arc<u8>, Arc::new(1),);
of_one_owner!(of_an_rc, Rc<u8>, Rc::new(1),);
of_one_owner!(of_an_object_with_an_anchor_inside, Anchored<u8>, Anchored::new(1),);
of_one_owner!(of_an_arc_on_this_thread, Arc<u8>, Arc::new(1), local);

#[test]
fn owners_are_passed_by_reference_however_the_function_takes_them() {
    #[derive(Default, HasAnchor)]
    struct Doc {
        anchor: Anchor,
    }
    impl Doc {
        #[weak_memo]
        fn by_reference(&self, n: u32) -> u32 {
            n
        }
        #[weak_memo]
        fn counted(self: &Arc<Self>, n: u32) -> u32 {
            n
        }
        #[weak_memo]
        fn by_value(self: Arc<Self>, n: u32) -> u32 {
            n
        }
        #[weak_memo(associated)]
        fn associated(n: u32, doc: &Self) -> u32 {
            let _ = doc;
            n
        }
    }
    #[weak_memo]
    fn taken(n: u32, doc: Arc<Doc>) -> u32 {
        let _ = doc;
        n
    }
    #[weak_memo]
    fn marked(first: &Arc<Doc>, #[memo(owner)] second: &Arc<Doc>) -> u32 {
        let _ = (first, second);
        1
    }
    let (doc, other) = (Arc::new(Doc::default()), Arc::new(Doc::default()));
    let _ = (doc.by_reference(1), doc.counted(2), Arc::clone(&doc).by_value(3), Doc::associated(4, &doc));
    let _ = (taken(5, Arc::clone(&doc)), marked(&other, &doc));
    assert_eq!(Doc::by_reference_memo().entries_of(&doc), ["1"]);
    assert_eq!(Doc::counted_memo().entries_of(&doc), ["2"]);
    assert_eq!(Doc::by_value_memo().entries_of(&doc), ["3"]);
    assert_eq!(Doc::associated_memo().entries_of(&doc), ["4"]);
    assert_eq!(taken_memo().entries_of(&doc), ["5"]);
    assert_eq!((marked_memo().entries_of(&doc).len(), marked_memo().entries_of(&other).len()), (1, 0));
    assert_eq!(Doc::by_reference_memo().forget_owner(&doc), 1);
    assert_eq!(Doc::by_value_memo().forget_owner(&doc), 1);
    assert_eq!((taken_memo().forget_owner(&doc), marked_memo().forget_owner(&doc)), (1, 1));
}

#[test]
fn generic_memos_and_trait_objects_have_owners_too() {
    trait Node: HasAnchor {}
    impl Node for Anchored<u8> {}

    #[weak_memo]
    fn of_trait(node: &dyn Node, n: u32) -> u32 {
        let _ = node;
        n
    }
    #[weak_memo]
    fn of_any<T: HasAnchor, K: MemoKey>(owner: &T, key: &K) -> u32 {
        let _ = (owner, key);
        1
    }
    fn entries<T: HasAnchor, K: MemoKey>(owner: &T) -> Vec<String> {
        let entries = of_any_memo::<T, K>().entries_of(owner);
        assert_eq!(of_any_memo::<T, K>().forget_owner(owner), entries.len());
        entries
    }
    let object = Anchored::new(1);
    of_trait(&object, 3);
    assert_eq!(of_trait_memo().entries_of(&object), ["3"]);
    let node: &dyn Node = &object;
    assert_eq!(of_trait_memo().forget_owner(node), 1);
    of_any(&object, &true);
    of_any(&object, &String::from("a"));
    assert_eq!(entries::<_, bool>(&object), ["true"]);
    assert_eq!(of_any_memo::<Anchored<u8>, String>().entries_of(&object), [r#""a""#], "of another instance");
    assert_eq!(of_any_memo::<Anchored<u8>, bool>().entries_of(&object).len(), 0);
}

#[test]
fn keys_are_written_by_their_debug() {
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    struct Mode(u8);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Silent;
    #[derive(MemoKey)]
    struct Point {
        x: f64,
        y: i8,
        #[memo(skip)]
        _cache: u8,
        #[memo(value)]
        _mode: Mode,
    }
    #[derive(MemoKey)]
    enum Shape {
        Dot,
        Circle(u32),
        Line { from: u8, to: u8 },
    }
    type Sides = (Option<u8>, Result<u8, char>);

    #[weak_memo]
    fn plain(owner: &Arc<u8>, float: f32, path: &Path, list: &[u16], sides: Sides) -> u8 {
        let _ = (float, path, list, sides);
        **owner
    }
    #[weak_memo]
    fn copied(
        owner: &Arc<u8>,
        #[memo(value)] mode: &Mode,
        #[memo(value)] silent: &Silent,
        #[memo(value)] all: &[Mode],
    ) -> u8 {
        let _ = (mode, silent, all);
        **owner
    }
    #[weak_memo]
    fn derived(owner: &Arc<u8>, point: &Point, shape: &Shape) -> u8 {
        let _ = (point, shape);
        **owner
    }
    #[weak_memo]
    fn computed(owner: &Arc<u8>, #[memo(key = map.len())] map: &BTreeMap<u8, u8>) -> u8 {
        let _ = map;
        **owner
    }
    #[weak_memo]
    fn any<T: Clone + Eq + std::hash::Hash + Send + Sync + 'static>(owner: &Arc<u8>, #[memo(value)] value: &T) -> u8 {
        let _ = value;
        **owner
    }
    let owner = Arc::new(1);
    plain(&owner, 1.5, Path::new("a/b"), &[1, 2], (Some(3), Err('x')));
    assert_eq!(plain_memo().entries_of(&owner), [r#"(1.5, "a/b", [1, 2], (Some(3), Err('x')))"#]);
    copied(&owner, &Mode(1), &Silent, &[Mode(2), Mode(3)]);
    let silent = format!("<{}>", std::any::type_name::<Silent>());
    assert_eq!(copied_memo().entries_of(&owner), [format!("(Mode(1), {silent}, [Mode(2), Mode(3)])")]);
    let mode = format!("<{}>", std::any::type_name::<Mode>());
    for (shape, shown) in [
        (Shape::Dot, "Dot"),
        (Shape::Circle(7), "Circle(7)"),
        (Shape::Line { from: 1, to: 2 }, "Line { from: 1, to: 2 }"),
    ] {
        derived(&owner, &Point { x: -0.0, y: -1, _cache: 0, _mode: Mode(1) }, &shape);
        let point = format!("Point {{ x: -0.0, y: -1, _mode: {mode} }}");
        assert_eq!(derived_memo().entries_of(&owner), [format!("({point}, {shown})")]);
        derived_memo().forget_owner(&owner);
    }
    computed(&owner, &BTreeMap::from([(1, 1)]));
    assert_eq!(computed_memo().entries_of(&owner), ["1"]);
    any(&owner, &Mode(1));
    assert_eq!(any_memo::<Mode>().entries_of(&owner), [mode]);
}

#[test]
fn lent_results_are_listed_and_stay() {
    #[weak_memo]
    fn single(owner: &Arc<u8>) -> &String {
        owner.to_string()
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(owner: &Arc<u8>, n: u32) -> &u32 {
        let _ = owner;
        n
    }
    let owner = Arc::new(1);
    assert!(single_memo().entries_of(&owner).is_empty());
    let _ = (single(&owner), keyed(&owner, 3));
    assert_eq!(
        (single_memo().entries_of(&owner), keyed_memo().entries_of(&owner)),
        (vec!["()".into()], vec!["3".into()])
    );
}

/// A key that looks at its own memo as it is written down, or panics.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Curious(u32);

impl fmt::Debug for Curious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = OWNER.with(Arc::clone);
        assert_ne!(self.0, 13, "unlucky");
        curious(&owner, &Curious(1_000 + self.0), &Tally::new());
        curious_memo().forget((&owner, self, &Tally::new()));
        sweep();
        self.0.fmt(f)
    }
}

thread_local! {
    static OWNER: Arc<u8> = Arc::new(1);
}

#[weak_memo]
fn curious(owner: &Arc<u8>, #[memo(value)] key: &Curious, #[memo(skip)] tally: &Tally) -> Arc<Token> {
    let _ = (owner, key);
    Arc::new(tally.token())
}

#[test]
fn a_debug_runs_under_no_lock_and_may_do_anything() {
    watchdog(|| {
        let (owner, tally) = (OWNER.with(Arc::clone), Tally::new());
        for key in 1..4 {
            curious(&owner, &Curious(key), &tally);
        }
        assert_eq!(sorted(curious_memo().entries_of(&owner)), ["1", "2", "3"]);
        assert_eq!(tally.alive(), 0, "it has forgotten them, and the list has let go of them");
        assert_eq!(curious_memo().forget_owner(&owner), 3);
        curious(&owner, &Curious(13), &tally);
        assert!(panic_of(|| curious_memo().entries_of(&owner)).contains("unlucky"));
        assert_eq!((curious_memo().forget_owner(&owner), tally.alive()), (1, 0));
    });
}

#[test]
fn what_is_in_flight_is_not_listed_and_is_detached() {
    #[weak_memo]
    fn slow(owner: &Arc<u8>, n: u32, #[memo(skip)] body: &(dyn Fn() + Sync)) -> u32 {
        let _ = owner;
        body();
        n
    }
    watchdog(|| {
        let (owner, inside, go_on) = (Arc::new(1), Barrier::new(2), Barrier::new(2));
        let hold = || {
            inside.wait();
            go_on.wait();
        };
        thread::scope(|scope| {
            let running = scope.spawn(|| slow(&owner, 1, &hold));
            inside.wait();
            slow(&owner, 2, &|| ());
            assert_eq!(slow_memo().entries_of(&owner), ["2"]);
            assert_eq!(slow_memo().forget_owner(&owner), 1);
            go_on.wait();
            assert_eq!(running.join().unwrap(), 1);
        });
        assert!(slow_memo().entries_of(&owner).is_empty());
    });
}

#[test]
fn a_panic_of_a_destructor_comes_out_when_all_are_dropped() {
    struct Bad(Token);
    impl Drop for Bad {
        fn drop(&mut self) {
            let _ = &self.0;
            panic!("a result");
        }
    }
    #[weak_memo]
    fn bad(owner: &Arc<u8>, key: u32, #[memo(skip)] tally: &Tally) -> Arc<Bad> {
        let _ = (owner, key);
        Arc::new(Bad(tally.token()))
    }
    let (owner, tally) = (Arc::new(1), Tally::new());
    for key in 0..3 {
        bad(&owner, key, &tally);
    }
    assert_eq!(panic_of(|| bad_memo().forget_owner(&owner)), "a result");
    assert_eq!((tally.alive(), bad_memo().len(), bad_memo().stats().cleared), (0, 0, 3));
}
