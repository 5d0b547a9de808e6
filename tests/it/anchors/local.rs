//! Objects of one thread: `LocalAnchor`, `LocalAnchored`. The laws hold for them, and their results need not be `Send`.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::{
    Anchored, HasLocalAnchor, LocalAnchor, LocalAnchored, RemovalCause, clear_all, forget_object, sweep, weak_memo,
};
use memo_tests::{Tally, Token, alone, in_time, watchdog};

/// Not `Send`, and counted.
type Bound = (Token, Rc<Cell<u32>>);

#[derive(HasLocalAnchor)]
struct Tree {
    tally: Tally,
    calls: Rc<Cell<u32>>,
    anchor: LocalAnchor,
}

impl Tree {
    fn new(tally: &Tally) -> Self {
        Self { tally: tally.clone(), calls: Rc::default(), anchor: LocalAnchor::new() }
    }

    fn bound(&self) -> Bound {
        self.calls.set(self.calls.get() + 1);
        (self.tally.token(), self.calls.clone())
    }
}

#[test]
fn lend_and_clone_what_is_not_send_and_drop_it_with_the_object() {
    #[weak_memo]
    fn lent(tree: &Tree) -> &Bound {
        tree.bound()
    }
    #[weak_memo]
    fn cloned(tree: &Tree) -> Rc<Bound> {
        Rc::new(tree.bound())
    }
    #[weak_memo(capacity = unbounded)]
    fn lent_with(tree: &Tree, n: u32, with: &Rc<String>) -> &Bound {
        let _ = (n, with);
        tree.bound()
    }
    #[weak_memo]
    fn cloned_with(tree: &Tree, n: u32, with: &Rc<String>) -> Rc<Bound> {
        let _ = (n, with);
        Rc::new(tree.bound())
    }
    let tally = Tally::new();
    let tree = Tree::new(&tally);
    let with = Rc::new(String::new());
    for _ in 0..3 {
        assert!(std::ptr::eq(lent(&tree), lent(&tree)));
        assert!(Rc::ptr_eq(&cloned(&tree), &cloned(&tree)));
        for n in 0..2 {
            assert!(std::ptr::eq(lent_with(&tree, n, &with), lent_with(&tree, n, &with)));
            assert!(Rc::ptr_eq(&cloned_with(&tree, n, &with), &cloned_with(&tree, n, &with)));
        }
    }
    assert_eq!((tree.calls.get(), tally.alive(), Rc::strong_count(&with)), (6, 6, 1));
    assert_eq!(
        (lent_memo().len(), cloned_memo().len(), lent_with_memo().len(), cloned_with_memo().len()),
        (1, 1, 2, 2)
    );
    // The owner moves, and its results with it.
    let moved = Box::new(tree);
    lent(&moved);
    assert_eq!(tally.alive(), 6);
    drop(moved);
    assert_eq!(tally.alive(), 0, "before the drop returns");
    assert_eq!(lent_memo().stats().dropped + cloned_with_memo().stats().dropped, 3);
}

#[test]
fn of_any_type_in_a_wrapper() {
    #[weak_memo]
    fn parts(text: &LocalAnchored<String>) -> &[Rc<str>] {
        text.split(' ').map(Rc::from).collect()
    }
    #[weak_memo]
    fn longest(list: &LocalAnchored<[String]>) -> Rc<str> {
        list.iter().max_by_key(|text| text.len()).map_or("", String::as_str).into()
    }
    let mut text = LocalAnchored::new(String::from("a b"));
    let first: *const Rc<str> = &parts(&text)[0];
    assert!(std::ptr::eq(first, &parts(&text)[0]));
    text.push_str(" c");
    assert_eq!((parts(&text).len(), parts_memo().stats().cleared), (3, 1));
    let other = text.clone();
    assert_eq!((parts_memo().get(&other), text == other), (None, true), "a clone is another object");
    let unsized_list: &mut LocalAnchored<[String]> = &mut LocalAnchored::new([String::from("a"), String::from("bc")]);
    assert_eq!(&*longest(unsized_list), "bc");
    for text in &mut *unsized_list {
        text.insert(0, '!');
    }
    assert_eq!(&*longest(unsized_list), "!bc");
    assert_eq!(text.into_inner(), "a b c");
    assert_eq!(parts_memo().len(), 0);
}

/// As of `Rc` owners, the word changes nothing.
#[test]
fn the_word_local_may_be_written() {
    #[weak_memo(local)]
    fn lent(tree: &Tree) -> &Bound {
        tree.bound()
    }
    #[weak_memo(local)]
    fn cloned(tree: &Tree) -> Rc<Bound> {
        Rc::new(tree.bound())
    }
    let tree = Tree::new(&Tally::new());
    assert!(std::ptr::eq(lent(&tree), lent(&tree)));
    assert!(Rc::ptr_eq(&cloned(&tree), &cloned(&tree)));
}

/// Law 5, whatever the kind of the argument and wherever it dies.
#[test]
fn any_weak_argument_ends_the_entry() {
    #[weak_memo]
    fn of_all(
        tree: &Tree,
        arc: &Arc<u8>,
        rc: &Rc<u8>,
        shared: &Anchored<u8>,
        own: &LocalAnchored<u8>,
        same: &Tree,
    ) -> Rc<Bound> {
        let _ = (arc, rc, shared, own, same);
        Rc::new(tree.bound())
    }
    alone(|| {
        let tally = Tally::new();
        let tree = Tree::new(&tally);
        let (mut arc, mut rc) = (Arc::new(0), Rc::new(0));
        let (mut shared, mut own, mut same) = (Anchored::new(0), LocalAnchored::new(0), Tree::new(&tally));
        let mut calls = 0;
        let mut call = |arc: &_, rc: &_, shared: &_, own: &_, same: &_| {
            calls += 1;
            of_all(&tree, arc, rc, shared, own, same);
            of_all(&tree, arc, rc, shared, own, same);
            assert_eq!((tree.calls.get(), of_all_memo().len(), tally.alive()), (calls, 1, 1));
        };
        let ended_after_a_sweep = || {
            assert_eq!(of_all_memo().len(), 0);
            sweep();
            assert_eq!((of_all_memo().stats().entries, tally.alive()), (0, 0));
        };
        let ended_at_once = || assert_eq!((of_all_memo().stats().entries, tally.alive()), (0, 0));

        call(&arc, &rc, &shared, &own, &same);
        drop(std::mem::replace(&mut arc, Arc::new(1)));
        ended_after_a_sweep();
        call(&arc, &rc, &shared, &own, &same);
        drop(std::mem::replace(&mut rc, Rc::new(1)));
        ended_after_a_sweep();
        call(&arc, &rc, &shared, &own, &same);
        drop(std::mem::replace(&mut shared, Anchored::new(1)));
        ended_at_once();
        call(&arc, &rc, &shared, &own, &same);
        *own = 1;
        ended_at_once();
        call(&arc, &rc, &shared, &own, &same);
        same.anchor.clear();
        ended_at_once();
        call(&arc, &rc, &shared, &own, &same);
        drop(same);
        ended_at_once();
        let same = Tree::new(&tally);
        call(&arc, &rc, &shared, &own, &same);
        let there = std::mem::replace(&mut shared, Anchored::new(2));
        thread::spawn(move || drop(there)).join().expect("nothing panics");
        assert_eq!(tally.alive(), 1, "an entry of this thread is dropped by this thread");
        ended_after_a_sweep();
        call(&arc, &rc, &shared, &own, &same);
        let there = std::mem::replace(&mut arc, Arc::new(2));
        thread::spawn(move || drop(there)).join().expect("nothing panics");
        ended_after_a_sweep();
    });
}

/// An object of one thread is a weak argument beside every owner of that thread.
#[test]
fn take_part_beside_an_rc_and_beside_an_arc_by_word() {
    #[weak_memo]
    fn of_rc(owner: &Rc<Tally>, tree: &Tree) -> Rc<Token> {
        let _ = tree;
        Rc::new(owner.token())
    }
    #[weak_memo(local)]
    fn of_arc(owner: &Arc<Tally>, tree: Option<&Tree>) -> Rc<Token> {
        let _ = tree;
        Rc::new(owner.token())
    }
    let tally = Tally::new();
    let (rc, arc, tree) = (Rc::new(tally.clone()), Arc::new(tally.clone()), Tree::new(&tally));
    assert!(Rc::ptr_eq(&of_rc(&rc, &tree), &of_rc(&rc, &tree)));
    assert!(Rc::ptr_eq(&of_arc(&arc, Some(&tree)), &of_arc(&arc, Some(&tree))));
    assert_eq!(tally.alive(), 2);
    drop(tree);
    assert_eq!(tally.alive(), 0);
}

/// `clear`, `len` and the like mean this thread's objects.
#[test]
fn what_is_asked_for_all_objects_is_asked_for_those_of_this_thread() {
    #[weak_memo]
    fn cloned(tree: &Tree) -> Rc<Bound> {
        Rc::new(tree.bound())
    }
    #[weak_memo]
    fn with(tree: &Tree, n: u32) -> Rc<Bound> {
        let _ = n;
        Rc::new(tree.bound())
    }
    #[weak_memo]
    fn lent(tree: &Tree) -> &Bound {
        tree.bound()
    }
    watchdog(|| {
        let tally = Tally::new();
        let trees: Vec<_> = (0..300).map(|_| Tree::new(&tally)).collect();
        let call = |trees: &[Tree]| {
            for tree in trees {
                cloned(tree);
                with(tree, 1);
                with(tree, 2);
                lent(tree);
            }
        };
        call(&trees);
        assert_eq!((cloned_memo().len(), with_memo().len(), lent_memo().len(), tally.alive()), (300, 600, 300, 1200));
        thread::scope(|scope| {
            scope.spawn(|| {
                let tally = Tally::new();
                let tree = Tree::new(&tally);
                assert_eq!((cloned_memo().clear(), with_memo().len(), lent_memo().len()), (0, 0, 0));
                assert!(cloned_memo().is_empty());
                call(std::slice::from_ref(&tree));
                assert_eq!((cloned_memo().len(), with_memo().len(), lent_memo().len()), (1, 2, 1));
                assert_eq!((cloned_memo().clear(), with_memo().clear(), tally.alive()), (1, 2, 1));
                call(std::slice::from_ref(&tree));
            });
        });
        assert_eq!((cloned_memo().len(), with_memo().len(), tally.alive()), (300, 600, 1200));
        // Out of order, so that the lists are filled up from their ends.
        let mut trees = trees;
        for at in [7, 0, 290, 100, 5] {
            trees.swap_remove(at);
        }
        assert_eq!((cloned_memo().clear(), with_memo().clear(), tally.alive()), (295, 590, 295));
        call(&trees);
        assert_eq!((forget_object(&trees[3]), with_memo().forget_owner(&trees[4])), (3, 2));
        let mut keys = with_memo().entries_of(&trees[5]);
        keys.sort();
        assert_eq!(keys, ["1", "2"]);
        assert_eq!(tally.alive(), 295 * 4 - 5);
        drop(trees);
        assert_eq!((tally.alive(), cloned_memo().len(), with_memo().len(), lent_memo().len()), (0, 0, 0, 0));
        assert_eq!((cloned_memo().clear(), cloned_memo().is_empty()), (0, true));
    });
}

#[test]
fn clear_all_clears_them() {
    #[weak_memo]
    fn cloned(tree: &Tree) -> Rc<Bound> {
        Rc::new(tree.bound())
    }
    #[weak_memo]
    fn lent(tree: &Tree) -> &Bound {
        tree.bound()
    }
    alone(|| {
        let tally = Tally::new();
        let tree = Tree::new(&tally);
        cloned(&tree);
        lent(&tree);
        clear_all();
        assert_eq!((cloned_memo().len(), lent_memo().len(), tally.alive()), (0, 1, 1));
    });
}

/// Law 17, and who is told.
#[test]
fn their_results_are_bounded_and_their_removals_told() {
    #[weak_memo(capacity = 2)]
    fn with(tree: &Tree, n: u32) -> Rc<Bound> {
        let _ = n;
        Rc::new(tree.bound())
    }
    thread_local! {
        static HEARD: RefCell<Vec<RemovalCause>> = const { RefCell::new(Vec::new()) };
    }
    with_memo().on_removal(|removal| {
        assert!(removal.value().is_some());
        HEARD.with_borrow_mut(|heard| heard.push(removal.cause()));
    });
    let tally = Tally::new();
    let tree = Tree::new(&tally);
    for n in 0..3 {
        with(&tree, n);
    }
    assert_eq!((with_memo().len(), tally.alive()), (2, 2));
    assert!(with_memo().forget((&tree, 2)));
    with_memo().insert((&tree, 1), Rc::new(tree.bound()));
    with_memo().refresh((&tree, 1));
    drop(tree);
    assert_eq!(tally.alive(), 0);
    let heard = HEARD.take();
    assert_eq!(heard[..2], [RemovalCause::Evicted, RemovalCause::Cleared]);
    assert_eq!(heard.len(), 5);
    assert!(heard[2..].contains(&RemovalCause::ObjectGone));
}

/// Laws 8 and 9.
#[test]
fn a_body_may_panic_and_call_itself() {
    #[weak_memo]
    fn depth(tree: &Tree, n: u32) -> Rc<u32> {
        assert_ne!(n, 77, "as asked");
        if n == 0 { Rc::new(0) } else { Rc::new(*depth(tree, n - 1) + 1) }
    }
    #[weak_memo]
    fn fails_once(tree: &Tree) -> &Bound {
        let made = tree.bound();
        assert_ne!(tree.calls.get(), 1, "as asked");
        made
    }
    watchdog(|| {
        let tally = Tally::new();
        let tree = Tree::new(&tally);
        assert_eq!(*depth(&tree, 50), 50);
        assert!(catch_unwind(AssertUnwindSafe(|| depth(&tree, 100))).is_err());
        assert_eq!((*depth(&tree, 76), depth_memo().len()), (76, 77));
        assert!(catch_unwind(AssertUnwindSafe(|| fails_once(&tree))).is_err());
        assert_eq!((tally.alive(), fails_once_memo().len()), (0, 0));
        fails_once(&tree);
        assert_eq!(tally.alive(), 1);
    });
}

/// Law 10: a ring is told, and nobody waits for ever.
#[test]
fn a_ring_panics() {
    #[weak_memo]
    fn ring(tree: &Tree) -> &Bound {
        ring(tree);
        tree.bound()
    }
    watchdog(|| {
        let tree = Tree::new(&Tally::new());
        let end = catch_unwind(AssertUnwindSafe(|| ring(&tree).1.get()));
        assert!(end.is_err());
    });
}

/// A chain of objects that own each other through their results (law 4) is dropped one by one.
#[test]
fn a_long_chain_is_dropped_on_a_small_stack() {
    struct Link(u32);

    #[weak_memo(may_return_owner)]
    fn next(link: &LocalAnchored<Link>) -> &Option<Rc<LocalAnchored<Link>>> {
        (link.0 > 0).then(|| Rc::new(LocalAnchored::new(Link(link.0 - 1))))
    }
    let run = || {
        let first = Rc::new(LocalAnchored::new(Link(100_000)));
        let mut at = first.clone();
        while let Some(next) = next(&at).clone() {
            at = next;
        }
        drop(at);
        drop(first);
        assert_eq!(next_memo().len(), 0);
    };
    watchdog(|| {
        let small = thread::Builder::new().stack_size(128 << 10);
        thread::scope(|scope| small.spawn_scoped(scope, run).expect("a thread").join().expect("no overflow"));
    });
}

/// Law 14: the destructor of a thread-local runs after the thread's own table has gone.
#[test]
fn an_object_in_a_thread_local_works_until_the_end() {
    #[weak_memo]
    fn lent(tree: &Tree) -> &Bound {
        tree.bound()
    }
    #[weak_memo]
    fn cloned(tree: &Tree, rc: &Rc<u8>) -> Rc<Bound> {
        let _ = rc;
        Rc::new(tree.bound())
    }
    struct Late(Tree, Rc<u8>);
    impl Late {
        fn call(&self) {
            lent(&self.0);
            cloned(&self.0, &self.1);
        }
    }
    impl Drop for Late {
        fn drop(&mut self) {
            self.call();
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<Late>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    watchdog(|| {
        let tally = Tally::new();
        // Joined by hand: the end of the scope alone does not wait for the destructors of thread-locals.
        thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let late = || Late(Tree::new(&tally), Rc::new(0));
                // One is registered before the library's own, and one after it.
                FIRST.set(Some(late()));
                late().call();
                LAST.set(Some(late()));
                FIRST.with_borrow(|late| late.as_ref().map(Late::call));
                LAST.with_borrow(|late| late.as_ref().map(Late::call));
            });
            thread.join().expect("nothing panics");
        });
        assert_eq!((tally.alive(), tally.made() >= 6), (0, true));
        in_time(|| lent_memo().stats().entries == 0 && cloned_memo().stats().entries == 0);
    });
}

/// Rule 6: an implementation may lie; what it gives out is still this thread's.
#[test]
fn an_anchor_of_another_object_is_only_wrong() {
    use memo_core::key::{Local, Owner};

    /// `Send` and `Sync`: each thread finds another anchor.
    struct Everywhere;

    thread_local! {
        static ANCHOR: &'static LocalAnchor = Box::leak(Box::new(LocalAnchor::new()));
    }

    impl Owner for Everywhere {
        type Scope = Local;
    }

    impl HasLocalAnchor for Everywhere {
        fn local_anchor(&self) -> &LocalAnchor {
            ANCHOR.with(|anchor| *anchor)
        }
    }

    #[weak_memo]
    fn whose(_of: &Everywhere) -> &Rc<thread::ThreadId> {
        Rc::new(thread::current().id())
    }

    watchdog(|| {
        static OBJECT: Everywhere = Everywhere;
        let check = || {
            for _ in 0..3 {
                assert_eq!(**whose(&OBJECT), thread::current().id());
            }
        };
        check();
        thread::scope(|scope| [(); 4].map(|()| scope.spawn(check)).map(|thread| thread.join().expect("no panic")));
    });
}

/// A trait object, a type parameter, an object that borrows.
#[test]
fn of_every_kind_of_type() {
    use memo_core::key::{Local, Owner};

    trait Node {
        fn own(&self) -> &LocalAnchor;
        fn name(&self) -> String;
    }
    impl Owner for dyn Node + '_ {
        type Scope = Local;
    }
    impl HasLocalAnchor for dyn Node + '_ {
        fn local_anchor(&self) -> &LocalAnchor {
            self.own()
        }
    }
    memo_core::key_as!(local dyn Node + '_ => LocalAnchor, |node| node.local_anchor());

    #[derive(HasLocalAnchor)]
    struct Leaf<'a, T: ?Sized>(LocalAnchor, &'a T);
    impl Node for Leaf<'_, str> {
        fn own(&self) -> &LocalAnchor {
            &self.0
        }
        fn name(&self) -> String {
            self.1.to_owned()
        }
    }

    #[weak_memo]
    fn name(node: &dyn Node) -> &Rc<str> {
        node.name().into()
    }
    #[weak_memo]
    fn both(node: &dyn Node, other: &dyn Node) -> Rc<str> {
        (node.name() + &other.name()).into()
    }
    #[weak_memo]
    fn any<T: HasLocalAnchor>(of: &T, n: u8) -> Rc<u8> {
        let _ = of;
        Rc::new(n)
    }
    #[weak_memo]
    fn length(leaf: &Leaf<'_, str>) -> &Rc<usize> {
        Rc::new(leaf.1.len())
    }

    let text = String::from("ab");
    let (a, b) = (Leaf(LocalAnchor::new(), &*text), Leaf(LocalAnchor::new(), "c"));
    assert!(std::ptr::eq(name(&a), name(&a)));
    assert_eq!((&**name(&a), &*both(&a, &b), **length(&a)), ("ab", "abc", 2));
    assert!(Rc::ptr_eq(&any(&a, 1), &any(&a, 1)));
    drop(b);
    assert_eq!(both_memo().len(), 0);
}
