//! `carry`: results that a clone of their object takes along.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, HasLocalAnchor, LocalAnchor, LocalAnchored, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, panic_of, watchdog};

/// A value whose `Clone` runs what a test says.
struct Value {
    token: Token,
    on_clone: Arc<dyn Fn() + Send + Sync>,
}

impl Clone for Value {
    fn clone(&self) -> Self {
        (self.on_clone)();
        Self { token: self.token.clone(), on_clone: Arc::clone(&self.on_clone) }
    }
}

/// What the values of an object are made of.
#[derive(Clone)]
struct Source {
    tally: Tally,
    on_clone: Arc<dyn Fn() + Send + Sync>,
}

impl Source {
    fn new(on_clone: impl Fn() + Send + Sync + 'static) -> Self {
        Self { tally: Tally::new(), on_clone: Arc::new(on_clone) }
    }

    fn value(&self) -> Value {
        Value { token: self.tally.token(), on_clone: Arc::clone(&self.on_clone) }
    }
}

#[test]
fn those_that_carry_are_there_and_no_others() {
    #[weak_memo(carry)]
    fn lent(text: &Anchored<String>) -> &str {
        text.to_uppercase()
    }
    #[weak_memo(carry)]
    fn cloned(text: &Anchored<String>) -> Result<String, String> {
        Ok(text.to_lowercase())
    }
    #[weak_memo(carry, cache_if = |length| *length > 0)]
    fn plain(text: &Anchored<String>) -> usize {
        text.len()
    }
    #[weak_memo(carry)]
    async fn of_a_task(text: &Anchored<String>) -> Option<&str> {
        text.get(1..).map(str::to_owned)
    }
    #[weak_memo]
    fn stays(text: &Anchored<String>) -> usize {
        text.len()
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(text: &Anchored<String>, times: usize) -> &str {
        text.repeat(times)
    }
    #[weak_memo(carry)]
    #[allow(dead_code, reason = "its handle is asked")]
    fn never_asked(text: &Anchored<String>) -> usize {
        text.len()
    }
    let ask = |text: &Anchored<String>| {
        let lent = lent(text).to_owned();
        let of_a_task = futures::executor::block_on(of_a_task(text)).map(str::to_owned);
        (lent, cloned(text), plain(text), of_a_task, stays(text), keyed(text, 2).len())
    };
    let text = Anchored::new(String::from("aB"));
    let before = ask(&text);
    let clone = text.clone_with_results();
    drop(text);
    assert_eq!(never_asked_memo().get(&clone), None);
    assert_eq!((lent_memo().len(), cloned_memo().len(), plain_memo().len(), of_a_task_memo().len()), (1, 1, 1, 1));
    assert_eq!(ask(&clone), before);
    let computes = [lent_memo().stats().computes, cloned_memo().stats().computes, plain_memo().stats().computes];
    assert_eq!((computes, of_a_task_memo().stats().computes), ([1; 3], 1));
    assert_eq!((stays_memo().stats().computes, keyed_memo().stats().computes), (2, 2));
    for stats in [lent_memo().stats(), cloned_memo().stats(), plain_memo().stats(), of_a_task_memo().stats()] {
        assert_eq!((stats.inserts, stats.entries, stats.dropped), (1, 1, 1));
        assert_balanced(&stats);
    }
    // A clone of a clone, and a clone as ever.
    assert_eq!(lent_memo().get(&clone.clone_with_results()), Some("AB"));
    assert_eq!(lent_memo().get(&clone.clone()), None);
}

#[derive(HasAnchor)]
struct Doc<T> {
    text: T,
    anchor: Anchor,
}

impl<T: Clone> Clone for Doc<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), anchor: Anchor::with_results_of(&self.anchor) }
    }
}

trait Lines {
    fn lines(&self) -> &[String];
    fn first(&self) -> String;
}

impl<T: AsRef<str> + Send + Sync> Lines for Doc<T> {
    #[weak_memo(carry, handle = none)]
    fn lines(&self) -> &[String] {
        LINES.fetch_add(1, Ordering::Relaxed);
        self.text.as_ref().lines().map(str::to_owned).collect()
    }

    #[weak_memo(carry, handle = none)]
    fn first(&self) -> String {
        FIRST.fetch_add(1, Ordering::Relaxed);
        self.lines()[0].clone()
    }
}

static LINES: AtomicUsize = AtomicUsize::new(0);
static FIRST: AtomicUsize = AtomicUsize::new(0);

#[test]
fn of_methods_of_a_struct_with_an_anchor() {
    let doc = Doc { text: String::from("a\nb"), anchor: Anchor::new() };
    let borrowed = Doc { text: "c", anchor: Anchor::new() };
    assert_eq!((doc.first(), borrowed.first()), ("a".to_owned(), "c".to_owned()));
    let (doc, borrowed) = (doc.clone(), borrowed.clone());
    assert_eq!((doc.first(), doc.lines().len(), borrowed.first()), ("a".to_owned(), 2, "c".to_owned()));
    assert_eq!((LINES.load(Ordering::Relaxed), FIRST.load(Ordering::Relaxed)), (2, 2));
}

#[test]
fn of_objects_of_one_thread() {
    #[derive(HasLocalAnchor)]
    struct Tree {
        text: String,
        anchor: LocalAnchor,
    }
    #[weak_memo(carry)]
    fn words(tree: &Tree) -> &[Rc<str>] {
        tree.text.split(' ').map(Rc::from).collect()
    }
    #[weak_memo(carry)]
    fn first(text: &LocalAnchored<String>) -> Rc<str> {
        text[..1].into()
    }
    let tree = Tree { text: String::from("a b"), anchor: LocalAnchor::new() };
    let word = Rc::clone(&words(&tree)[0]);
    let clone = Tree { text: tree.text.clone(), anchor: LocalAnchor::with_results_of(&tree.anchor) };
    drop(tree);
    assert!(Rc::ptr_eq(&words(&clone)[0], &word));
    let text = LocalAnchored::new(String::from("a"));
    let of_text = first(&text);
    let clone = text.clone_with_results();
    drop(text);
    assert!(Rc::ptr_eq(&first(&clone), &of_text));
    assert_eq!((first_memo().len(), first_memo().clear(), first_memo().len()), (1, 1, 0));
    assert_balanced(&first_memo().stats());
    assert_balanced(&words_memo().stats());
}

#[test]
fn what_the_handle_brought_is_carried_too() {
    #[weak_memo(carry)]
    fn lent(of: &Anchored<u32>) -> &u32 {
        **of
    }
    #[weak_memo(carry)]
    fn cloned(of: &Anchored<u32>) -> u32 {
        **of
    }
    #[weak_memo(carry)]
    fn replaced(of: &Anchored<u32>) -> &u32 {
        **of
    }
    let mut of = Anchored::new(1);
    assert_eq!(lent_memo().set(&of, 10), Ok(()));
    cloned_memo().insert(&of, 20);
    assert_eq!(replaced_memo().replace(&mut of, 30), None);
    let clone = of.clone_with_results();
    assert_eq!((lent(&clone), cloned(&clone), replaced(&clone)), (&10, 20, &30));
}

/// Each has its own from then on.
#[test]
fn a_change_of_one_leaves_the_other_alone() {
    #[weak_memo(carry)]
    fn length(text: &Anchored<String>) -> usize {
        text.len()
    }
    let mut text = Anchored::new(String::from("a"));
    length(&text);
    let mut clone = text.clone_with_results();
    text.push('b');
    assert_eq!((length_memo().get(&text), length_memo().get(&clone)), (None, Some(1)));
    clone.push('c');
    assert_eq!((length_memo().get(&clone), length(&text), length(&clone)), (None, 2, 2));
    let another = text.clone_with_results();
    assert!(length_memo().forget(&another));
    assert_eq!((length_memo().get(&text), length_memo().len()), (Some(2), 2));
    assert_balanced(&length_memo().stats());
}

#[weak_memo(carry)]
fn lent_value(of: &Anchored<Source>) -> &Value {
    of.value()
}

#[weak_memo(carry)]
fn cloned_value(of: &Anchored<Source>) -> Value {
    of.value()
}

#[test]
fn a_panic_in_a_clone_leaves_nothing_behind() {
    let fails = Arc::new(AtomicUsize::new(usize::MAX));
    let counted = Arc::clone(&fails);
    let of = Anchored::new(Source::new(move || {
        assert_ne!(counted.fetch_sub(1, Ordering::SeqCst), 0, "no clone");
    }));
    lent_value(&of);
    cloned_value(&of);
    let (tally, alive) = (of.tally.clone(), of.tally.alive());
    for at in 0..2 {
        fails.store(at, Ordering::SeqCst);
        assert!(panic_of(|| of.clone_with_results()).contains("no clone"));
        assert_eq!(tally.alive(), alive, "{at}");
    }
    fails.store(usize::MAX, Ordering::SeqCst);
    let clone = of.clone_with_results();
    assert_eq!(tally.alive(), 2 * alive);
    assert!(lent_value_memo().get(&clone).is_some() && cloned_value_memo().get(&clone).is_some());
    drop((of, clone));
    assert_eq!(tally.alive(), 0);
    for stats in [lent_value_memo().stats(), cloned_value_memo().stats()] {
        assert_eq!(stats.entries, 0);
        assert_balanced(&stats);
    }
}

/// It runs under no lock.
#[test]
fn a_clone_may_call_memos_of_the_object_and_clear_them() {
    #[weak_memo(carry)]
    fn cloned(of: &Anchored<Source>) -> Value {
        of.value()
    }
    #[weak_memo(carry)]
    fn lent(of: &Anchored<Source>) -> &Value {
        of.value()
    }
    #[weak_memo]
    fn other<const N: usize>(of: &Anchored<Source>) -> &usize {
        let _ = of;
        N
    }
    thread_local! {
        static OBJECT: Cell<Option<&'static Anchored<Source>>> = const { Cell::new(None) };
    }
    watchdog(|| {
        let object: &'static Anchored<Source> = Box::leak(Box::new(Anchored::new(Source::new(|| {
            let Some(object) = OBJECT.take() else { return };
            // Cells are added, past the few that are walked, and the very result is taken away.
            other::<1>(object);
            other::<2>(object);
            other::<3>(object);
            other::<4>(object);
            other::<5>(object);
            other::<6>(object);
            other::<7>(object);
            other::<8>(object);
            other::<9>(object);
            assert_eq!(cloned_memo().clear(), 1);
            memo_core::sweep();
            cloned(object);
            lent(object);
        }))));
        cloned(object);
        lent(object);
        OBJECT.set(Some(object));
        let clone = object.clone_with_results();
        assert!(lent_memo().get(&clone).is_some() && cloned_memo().get(&clone).is_some());
        assert_eq!((lent_memo().stats().computes, cloned_memo().stats().computes), (1, 2));
        assert_balanced(&cloned_memo().stats());
    });
}

#[test]
fn what_is_being_computed_is_not_carried() {
    struct Gate {
        begun: Barrier,
        ends: Barrier,
    }
    #[weak_memo(carry)]
    fn lent(of: &Anchored<Arc<Gate>>) -> &u32 {
        of.begun.wait();
        of.ends.wait();
        1
    }
    #[weak_memo(carry)]
    fn cloned(of: &Anchored<Arc<Gate>>) -> u32 {
        of.begun.wait();
        of.ends.wait();
        2
    }
    watchdog(|| {
        let of = Anchored::new(Arc::new(Gate { begun: Barrier::new(3), ends: Barrier::new(3) }));
        thread::scope(|scope| {
            scope.spawn(|| lent(&of));
            scope.spawn(|| cloned(&of));
            of.begun.wait();
            let clone = of.clone_with_results();
            of.ends.wait();
            assert_eq!((lent_memo().get(&clone), cloned_memo().get(&clone)), (None, None));
        });
        assert_eq!((lent_memo().len(), cloned_memo().len()), (1, 1));
    });
}

/// Under hits, clears and deaths of other threads.
#[test]
fn an_object_is_cloned_while_others_use_it() {
    #[weak_memo(carry)]
    fn cloned(of: &Anchored<Source>) -> Value {
        of.value()
    }
    #[weak_memo(carry)]
    fn lent(of: &Anchored<Source>) -> &Value {
        of.value()
    }
    alone(|| {
        let (of, ended) = (Anchored::new(Source::new(|| {})), AtomicBool::new(false));
        let tally = of.tally.clone();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    cloned_memo().clear();
                    thread::yield_now();
                }
            });
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    cloned(&of);
                    lent(&of);
                }
            });
            for _ in 0..2_000 {
                let clone = of.clone_with_results();
                let (one, other) = (cloned(&clone), lent(&clone));
                assert!(tally.alive() > 1 && one.token == other.token);
            }
            ended.store(true, Ordering::Relaxed);
        });
        drop(of);
        assert_eq!(tally.alive(), 0);
        assert_balanced(&cloned_memo().stats());
        assert_balanced(&lent_memo().stats());
        assert_eq!((cloned_memo().stats().entries, lent_memo().stats().entries), (0, 0));
    });
}
