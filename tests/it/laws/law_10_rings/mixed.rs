//! Law 10: rings around several threads, of memos of every kind, closed from every place where user code can ask.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Condvar, Mutex, Weak};

use memo_core::{Anchored, weak_memo};
use memo_tests::{in_time, message, watchdog};

/// The memo that has a node's result.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Single,
    Keyed,
    Inside,
    InsideKeyed,
    Lent,
    LentKeyed,
    InsideLent,
}

const KINDS: [Kind; 7] =
    [Kind::Single, Kind::Keyed, Kind::Inside, Kind::InsideKeyed, Kind::Lent, Kind::LentKeyed, Kind::InsideLent];

/// From where a node's body asks for the next one's result.
#[derive(Clone, Copy, Debug)]
enum Way {
    Body,
    Clone,
    Eq,
    Hash,
    Drop,
    MemoOfRc,
    LendingMemo,
    BareBody,
}

const WAYS: [Way; 8] =
    [Way::Body, Way::Clone, Way::Eq, Way::Hash, Way::Drop, Way::MemoOfRc, Way::LendingMemo, Way::BareBody];

/// Each node asks for the next, and the last for the first.
struct Ring {
    nodes: Vec<Arc<Node>>,
    /// All threads of the ring compute, and nobody has asked yet.
    all_at_it: Barrier,
}

struct Node {
    ring: Weak<Ring>,
    number: usize,
    kind: Kind,
    way: Way,
    inside: Anchored<usize>,
    started: AtomicBool,
}

/// With the ring's first panic it is open: whose body runs again has another way, and answers.
const ANOTHER_WAY: usize = 1;

fn body(node: &Node) -> usize {
    if node.started.swap(true, SeqCst) {
        return ANOTHER_WAY;
    }
    let ring = node.ring.upgrade().expect("the test has it");
    ring.all_at_it.wait();
    let next = &ring.nodes[(node.number + 1) % ring.nodes.len()];
    1 + match node.way {
        Way::Body => ask(next),
        Way::Clone => Asks::new(next).clone().answer.get(),
        Way::Eq => {
            let owner = Arc::new(0);
            of_key(&owner, Key { asks: None });
            of_key(&owner, Key { asks: Some((Place::Eq, Arc::clone(next))) })
        }
        Way::Hash => of_key(&Arc::new(0), Key { asks: Some((Place::Hash, Arc::clone(next))) }),
        Way::Drop => {
            drop(Asks::new(next));
            0
        }
        Way::MemoOfRc => through_rc(&Rc::new(To(Arc::clone(next)))),
        Way::LendingMemo => *through_lent(&Arc::new(To(Arc::clone(next)))),
        Way::BareBody => through_rc_memo().compute(&Rc::new(To(Arc::clone(next)))),
    }
}

#[weak_memo(name = "single of the ring")]
fn single(node: &Arc<Node>) -> usize {
    body(node)
}
#[weak_memo(name = "keyed of the ring")]
fn keyed(node: &Arc<Node>, _: &str) -> usize {
    body(node)
}
#[weak_memo(name = "inside of the ring")]
fn inside(number: &Anchored<usize>, #[memo(skip)] node: &Node) -> usize {
    let _ = number;
    body(node)
}
#[weak_memo(name = "inside, keyed, of the ring")]
fn inside_keyed(number: &Anchored<usize>, _: u8, #[memo(skip)] node: &Node) -> usize {
    let _ = number;
    body(node)
}
#[weak_memo(name = "lent of the ring")]
fn lent(node: &Arc<Node>) -> &usize {
    body(node)
}
#[weak_memo(name = "lent, keyed, of the ring", capacity = unbounded)]
fn lent_keyed(node: &Arc<Node>, _: u8) -> &usize {
    body(node)
}
#[weak_memo(name = "inside, lent, of the ring")]
fn inside_lent<'a>(number: &'a Anchored<usize>, #[memo(skip)] node: &Node) -> &'a usize {
    let _ = number;
    body(node)
}

fn ask(node: &Arc<Node>) -> usize {
    match node.kind {
        Kind::Single => single(node),
        Kind::Keyed => keyed(node, "key"),
        Kind::Inside => inside(&node.inside, node),
        Kind::InsideKeyed => inside_keyed(&node.inside, 1, node),
        Kind::Lent => *lent(node),
        Kind::LentKeyed => *lent_keyed(node, 1),
        Kind::InsideLent => *inside_lent(&node.inside, node),
    }
}

/// As the handle does it, where it can.
fn refresh(node: &Arc<Node>) -> usize {
    match node.kind {
        Kind::Single => single_memo().refresh(node),
        Kind::Keyed => keyed_memo().refresh((node, "key")),
        Kind::Inside => inside_memo().refresh((&node.inside, node)),
        Kind::InsideKeyed => inside_keyed_memo().refresh((&node.inside, 1, node)),
        Kind::Lent | Kind::LentKeyed | Kind::InsideLent => ask(node),
    }
}

fn name(kind: Kind) -> String {
    let name = match kind {
        Kind::Single => single_memo().name(),
        Kind::Keyed => keyed_memo().name(),
        Kind::Inside => inside_memo().name(),
        Kind::InsideKeyed => inside_keyed_memo().name(),
        Kind::Lent => lent_memo().name(),
        Kind::LentKeyed => lent_keyed_memo().name(),
        Kind::InsideLent => inside_lent_memo().name(),
    };
    format!("`{name}` at {}:", file!())
}

/// Asks in its `Clone`, and in its `Drop` unless it has asked.
struct Asks {
    node: Arc<Node>,
    answer: Cell<usize>,
}

impl Asks {
    fn new(node: &Arc<Node>) -> Self {
        Self { node: Arc::clone(node), answer: Cell::new(0) }
    }

    fn ask(&self) {
        if self.answer.get() == 0 {
            // Once: not again in the `Drop`, while the panic of the ring unwinds.
            self.answer.set(usize::MAX);
            self.answer.set(ask(&self.node));
        }
    }
}

impl Clone for Asks {
    fn clone(&self) -> Self {
        self.ask();
        Self { node: Arc::clone(&self.node), answer: self.answer.clone() }
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        self.ask();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Hash,
    Eq,
}

/// All keys are equal and hash to nothing; one of them asks while that is found out.
#[derive(Clone)]
struct Key {
    asks: Option<(Place, Arc<Node>)>,
}

impl Key {
    fn ask(&self, here: Place) {
        let Some((place, node)) = &self.asks else { return };
        if *place == here {
            ask(node);
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {
        self.ask(Place::Hash);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.ask(Place::Eq);
        other.ask(Place::Eq);
        true
    }
}

impl Eq for Key {}

#[weak_memo]
fn of_key(owner: &Arc<usize>, #[memo(value)] key: Key) -> usize {
    let _ = key;
    **owner
}

/// An object of its own on the way to the next node.
struct To(Arc<Node>);

#[weak_memo]
fn through_rc(next: &Rc<To>) -> usize {
    ask(&next.0)
}

#[weak_memo]
fn through_lent(next: &Arc<To>) -> &usize {
    ask(&next.0)
}

/// How the threads of a ring begin.
type Begin = fn(&Arc<Node>) -> usize;

/// A ring of so many threads, of all kinds from `first` on, with as many strangers who ask for some of its results while it
/// closes. What became of each of the ring's threads.
fn close(threads: usize, first: usize, way: Way, begin: Begin) -> Vec<Result<usize, String>> {
    let ring = Arc::new_cyclic(|ring| Ring {
        nodes: (0..threads)
            .map(|number| {
                Arc::new(Node {
                    ring: ring.clone(),
                    number,
                    kind: KINDS[(first + number) % KINDS.len()],
                    way,
                    inside: Anchored::new(number),
                    started: AtomicBool::new(false),
                })
            })
            .collect(),
        all_at_it: Barrier::new(2 * threads),
    });
    std::thread::scope(|scope| {
        let strangers: Vec<_> = ring
            .nodes
            .iter()
            .map(|node| {
                let ring = &ring;
                scope.spawn(move || {
                    ring.all_at_it.wait();
                    ask(node)
                })
            })
            .collect();
        let asked: Vec<_> = ring
            .nodes
            .iter()
            .map(|node| {
                scope.spawn(|| catch_unwind(AssertUnwindSafe(|| begin(node))).map_err(|panic| message(&*panic)))
            })
            .collect();
        for stranger in strangers {
            assert!(stranger.join().expect("who is no part of the ring goes on") >= ANOTHER_WAY);
        }
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn in_a_ring_of_any_kinds_closed_from_anywhere_one_call_panics_and_all_others_continue() {
    watchdog(|| {
        for (way, begin) in WAYS.map(|way| (way, ask as Begin)).into_iter().chain([(Way::Body, refresh as Begin)]) {
            for threads in [2, 5] {
                for first in 0..KINDS.len() {
                    let ends = close(threads, first, way, begin);
                    let (good, bad): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
                    let [Err(said)] = &bad[..] else { panic!("{way:?} from {first}: {bad:?}, {good:?}") };
                    assert!(said.contains(&format!("a ring of {threads} threads")), "{way:?}: {said}");
                    for number in 0..threads {
                        let name = name(KINDS[(first + number) % KINDS.len()]);
                        assert!(said.contains(&name), "{way:?}: no {name} in {said}");
                    }
                    let through = match way {
                        Way::MemoOfRc => "::through_rc` at ",
                        Way::LendingMemo => "::through_lent` at ",
                        _ => " -> ",
                    };
                    assert!(said.matches(through).count() >= threads, "{way:?}: {said}");
                }
            }
        }
    });
}

/// A result that is not stored is cloned for those who wait, and that `Clone` asks for what one of them computes.
#[test]
fn a_ring_through_the_clone_for_the_waiters_names_the_memo_that_clones() {
    struct Meeting {
        both: Barrier,
        computed: AtomicBool,
        waits_before: u64,
    }
    struct Failure(Arc<Meeting>);
    impl Clone for Failure {
        fn clone(&self) -> Self {
            waiting(&self.0);
            Self(Arc::clone(&self.0))
        }
    }
    #[weak_memo(name = "failing")]
    fn failing(meeting: &Arc<Meeting>) -> Result<u32, Failure> {
        if !meeting.computed.swap(true, SeqCst) {
            meeting.both.wait();
            in_time(|| failing_memo().stats().waits > meeting.waits_before);
        }
        Err(Failure(Arc::clone(meeting)))
    }
    #[weak_memo(name = "waiting")]
    fn waiting(meeting: &Arc<Meeting>) -> bool {
        meeting.both.wait();
        failing(meeting).is_err()
    }
    /// What the ring said; nothing if the one who was about to wait came too late for a clone.
    fn round() -> Option<String> {
        let waits_before = failing_memo().stats().waits;
        let meeting = Arc::new(Meeting { both: Barrier::new(2), computed: AtomicBool::new(false), waits_before });
        let (first, waited) = std::thread::scope(|scope| {
            let first = scope.spawn(|| catch_unwind(AssertUnwindSafe(|| failing(&meeting))));
            let second = scope.spawn(|| waiting(&meeting));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert!(waited, "it went on, by itself if need be");
        assert_eq!((failing_memo().get(&meeting).is_none(), waiting_memo().get(&meeting)), (true, Some(true)));
        first.err().map(|panic| message(&*panic))
    }
    watchdog(|| {
        let mut said = None;
        in_time(|| {
            said = round();
            said.is_some()
        });
        let said = said.expect("it came true");
        for part in ["`failing` at ", "`waiting` at ", "a ring of 2 threads"] {
            assert!(said.contains(part), "no {part} in {said}");
        }
    });
}

/// Two threads, each of which refreshes what the other one computes: so neither ever waits, nor finds its own flight where it
/// was. Both would go on until their stacks end.
#[test]
fn two_threads_that_refresh_each_others_results_forever_end_in_a_panic() {
    #[derive(Default)]
    struct Pace {
        /// How many steps each of the two has done.
        steps: Mutex<[u32; 2]>,
        stepped: Condvar,
    }
    impl Pace {
        /// One step further; not before the other one has done as many.
        fn step(&self) {
            let me = usize::from(std::thread::current().name() == Some("second"));
            let mut steps = self.steps.lock().unwrap();
            steps[me] += 1;
            self.stepped.notify_all();
            let mine = steps[me];
            drop(self.stepped.wait_while(steps, |steps| steps[1 - me] < mine).unwrap());
        }

        /// No more steps of this thread.
        fn end(&self, me: usize) {
            self.steps.lock().unwrap()[me] = u32::MAX;
            self.stepped.notify_all();
        }
    }
    #[weak_memo]
    fn f(pace: &Arc<Pace>) -> u32 {
        pace.step();
        g_memo().refresh((pace, 1))
    }
    #[weak_memo]
    fn g(pace: &Arc<Pace>, _: u32) -> u32 {
        pace.step();
        f_memo().refresh(pace)
    }
    // Without the panic this would run out of its stack, and end the process.
    memo_tests::alone(|| {
        let pace = Arc::new(Pace::default());
        let run = |me: usize, name: &str, start: fn(&Arc<Pace>) -> u32| {
            let pace = Arc::clone(&pace);
            let act = move || {
                let end = catch_unwind(AssertUnwindSafe(|| start(&pace)));
                pace.end(me);
                message(&*end.unwrap_err())
            };
            std::thread::Builder::new().name(name.to_owned()).spawn(act).unwrap()
        };
        let first = run(0, "first", f);
        let second = run(1, "second", |pace| g(pace, 1));
        for said in [first.join().unwrap(), second.join().unwrap()] {
            assert!(
                said.contains("::f` at ") && said.contains("::g` at ") && said.contains("its own computation"),
                "{said}"
            );
        }
        assert_eq!((f_memo().len(), g_memo().len()), (0, 0));
        memo_tests::assert_balanced(&f_memo().stats());
        memo_tests::assert_balanced(&g_memo().stats());
    });
}

/// In one thread: what it computes is asked to go, and asked for again, without end.
#[test]
fn a_body_that_clears_its_flight_and_calls_again_forever_ends_in_a_panic() {
    #[weak_memo]
    fn cleared(n: &Arc<u32>) -> u32 {
        cleared_memo().clear();
        cleared(n)
    }
    #[weak_memo]
    fn forgotten(n: &Anchored<u32>, m: u32) -> u32 {
        forgotten_memo().forget((n, m));
        forgotten(n, m)
    }
    #[weak_memo]
    fn local(n: &Rc<u32>, m: u32) -> u32 {
        local_memo().clear();
        local(n, m)
    }
    // As above.
    memo_tests::alone(|| {
        let (arc, object, rc) = (Arc::new(1), Anchored::new(1), Rc::new(1));
        for said in [
            memo_tests::panic_of(|| cleared(&arc)),
            memo_tests::panic_of(|| forgotten(&object, 1)),
            memo_tests::panic_of(|| local(&rc, 1)),
        ] {
            assert!(said.starts_with("memo_core: ") && said.contains("its own computation"), "{said}");
        }
    });
}

/// A body that has its flight cleared and asks again has an answer if it does so a few times only; and a recursion over
/// thousands of keys, each of which is cleared on the way, is none for ever.
#[test]
fn a_body_that_clears_its_flight_and_calls_again_a_few_times_is_no_ring() {
    const TIMES: u32 = 10;
    #[weak_memo]
    fn again(n: &Arc<u32>, #[memo(skip)] left: u32) -> u32 {
        if left == 0 {
            return **n;
        }
        again_memo().clear();
        again(n, left - 1)
    }
    #[weak_memo(capacity = unbounded)]
    fn down(n: &Arc<u32>, m: u32) -> u32 {
        down_memo().clear();
        if m == 0 { **n } else { down(n, m - 1) }
    }
    watchdog(|| {
        let big = std::thread::Builder::new().stack_size(256 << 20);
        let ask = || (again(&Arc::new(7), TIMES), down(&Arc::new(7), 5_000));
        assert_eq!(big.spawn(ask).unwrap().join().unwrap(), (7, 7));
    });
}
