//! Law 16: a result that *is* its owner, or another weak argument of its type, holds nothing.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use memo_core::{memos, weak_memo};
use memo_tests::alone;

#[derive(Debug, PartialEq)]
enum Expr {
    Number(i64),
    Negative(Arc<Expr>),
}

/// The commonest function of a compiler.
fn simplified(expr: &Arc<Expr>) -> Arc<Expr> {
    match &**expr {
        Expr::Negative(inner) => match &**inner {
            Expr::Negative(innermost) => simplified(innermost),
            Expr::Number(n) => Arc::new(Expr::Number(-n)),
        },
        Expr::Number(_) => Arc::clone(expr),
    }
}

fn suspected_leaks(name: &str) -> u64 {
    memos().into_iter().find(|memo| memo.name == name).map_or(0, |memo| memo.stats.suspected_leaks)
}

#[test]
fn a_result_that_is_its_owner_is_remembered_and_holds_nothing() {
    #[weak_memo(name = "itself: simplify")]
    fn simplify(expr: &Arc<Expr>) -> Arc<Expr> {
        simplified(expr)
    }
    alone(|| {
        let number = Arc::new(Expr::Number(3));
        for _ in 0..3 {
            assert!(Arc::ptr_eq(&simplify(&number), &number));
            assert_eq!(Arc::strong_count(&number), 1);
        }
        let negative = Arc::new(Expr::Negative(Arc::clone(&number)));
        let result = simplify(&negative);
        assert_eq!(*result, Expr::Number(-3));
        assert!(Arc::ptr_eq(&simplify(&negative), &result), "any other result is kept");
        let stats = simplify_memo().stats();
        assert_eq!((stats.computes, stats.hits, stats.entries, stats.suspected_leaks), (2, 3, 2, 0));
        assert_eq!(suspected_leaks("itself: simplify"), 0);
        let (dead, kept) = (Arc::downgrade(&negative), Arc::downgrade(&result));
        drop((number, negative, result));
        assert_eq!((dead.strong_count(), simplify_memo().len()), (0, 0), "nothing was held");
        memo_core::sweep();
        assert_eq!(kept.strong_count(), 0, "and what was kept has gone with its owner");
    });
}

#[test]
fn a_result_that_is_its_owner_is_recognized_by_type_and_not_by_spelling() {
    trait Array: Send + Sync {}
    impl Array for [u8; 2] {}
    type ArrayRef = Arc<dyn Array>;
    type Fallible<T> = Result<T, String>;

    #[weak_memo]
    fn plain(column: &ArrayRef) -> ArrayRef {
        Arc::clone(column)
    }
    #[weak_memo]
    fn spelt_otherwise(column: &ArrayRef) -> Arc<dyn Array> {
        Arc::clone(column)
    }
    #[weak_memo]
    fn fallible(column: &Arc<dyn Array>) -> Fallible<ArrayRef> {
        Ok(Arc::clone(column))
    }
    #[weak_memo]
    fn normalize(text: &Arc<str>) -> Arc<str> {
        if text.is_ascii() { text.clone() } else { text.chars().filter(char::is_ascii).collect::<String>().into() }
    }
    #[weak_memo]
    fn slice(text: &Arc<[u8]>) -> Option<Arc<[u8]>> {
        (!text.is_empty()).then(|| Arc::clone(text))
    }
    #[weak_memo]
    fn by_value(text: Arc<str>) -> Arc<str> {
        text
    }
    #[weak_memo]
    fn generic<T: Send + Sync + 'static>(object: &Arc<T>) -> Arc<T> {
        Arc::clone(object)
    }
    struct Node;
    impl Node {
        #[weak_memo]
        fn root(self: &Arc<Self>) -> Arc<Node> {
            Arc::clone(self)
        }
        #[weak_memo]
        fn leaf(self: Arc<Self>) -> Option<Arc<Self>> {
            Some(self)
        }
    }
    trait Simplify {
        fn simplify(&self) -> Self;
    }
    impl Simplify for Arc<Node> {
        #[weak_memo(handle = none)]
        fn simplify(&self) -> Self {
            Arc::clone(self)
        }
    }
    fn check<O: ?Sized>(object: Arc<O>, f: impl Fn(&Arc<O>) -> Option<Arc<O>>) {
        for _ in 0..2 {
            assert!(f(&object).is_none_or(|result| Arc::ptr_eq(&result, &object)));
            assert_eq!(Arc::strong_count(&object), 1);
        }
        let dead = Arc::downgrade(&object);
        drop(object);
        assert_eq!(dead.strong_count(), 0);
    }
    let column = || -> ArrayRef { Arc::new([1_u8, 2]) };
    check(column(), |column| Some(plain(column)));
    check(column(), |column| Some(spelt_otherwise(column)));
    check(column(), |column| fallible(column).ok());
    check("plain".into(), |text| Some(normalize(text)));
    assert_eq!(&*normalize(&"naïve".into()), "nave");
    check([1].into(), slice);
    check([].into(), slice);
    check("by value".into(), |text| Some(by_value(Arc::clone(text))));
    check(Arc::new(7), |object| Some(generic(object)));
    check(Arc::new(Node), |node| Some(node.root()));
    check(Arc::new(Node), |node| Arc::clone(node).leaf());
    check(Arc::new(Node), |node| Some(node.simplify()));
    assert_eq!(fallible_memo().stats().hits, 1);
}

#[test]
fn an_rc_may_be_its_own_result_but_never_an_arcs() {
    #[weak_memo]
    fn itself(n: &Rc<u32>) -> Rc<u32> {
        Rc::clone(n)
    }
    #[weak_memo(local)]
    fn arc(n: &Arc<u32>) -> Arc<u32> {
        Arc::clone(n)
    }
    #[weak_memo(local)]
    fn crossed(n: &Arc<u32>) -> Rc<u32> {
        Rc::new(**n)
    }
    #[weak_memo(local)]
    fn crossed_inside(n: &Arc<u32>) -> Vec<Rc<u32>> {
        vec![Rc::new(**n)]
    }
    let (rc, arc_owner) = (Rc::new(1), Arc::new(2));
    for _ in 0..2 {
        assert!(Rc::ptr_eq(&itself(&rc), &rc));
        assert!(Arc::ptr_eq(&arc(&arc_owner), &arc_owner));
    }
    assert_eq!((Rc::strong_count(&rc), Arc::strong_count(&arc_owner)), (1, 1));
    assert!(Rc::ptr_eq(&crossed(&arc_owner), &crossed(&arc_owner)));
    assert_eq!(crossed_inside(&arc_owner), [Rc::new(2)]);
    drop((rc, arc_owner));
    assert_eq!((itself_memo().len(), arc_memo().len(), crossed_memo().len()), (0, 0, 0));
}

#[test]
fn another_weak_argument_of_the_same_type_is_not_held_either() {
    #[weak_memo]
    fn larger(a: &Arc<u32>, b: &Arc<u32>) -> Arc<u32> {
        Arc::clone(a.max(b))
    }
    #[weak_memo]
    fn last(first: &Arc<u32>, others: &[Arc<u32>], by_value: Option<Arc<u32>>) -> Arc<u32> {
        by_value.or_else(|| others.last().cloned()).unwrap_or_else(|| Arc::clone(first))
    }
    #[weak_memo]
    fn chosen(a: &Arc<u32>, #[memo(key = b.1.clone())] b: &(u8, Arc<u32>)) -> Arc<u32> {
        assert!(**a > 0);
        Arc::clone(&b.1)
    }
    let (small, large) = (Arc::new(1), Arc::new(2));
    for _ in 0..2 {
        assert!(Arc::ptr_eq(&larger(&small, &large), &large));
        assert!(Arc::ptr_eq(&last(&small, std::slice::from_ref(&large), None), &large));
        assert!(Arc::ptr_eq(&last(&small, &[], Some(Arc::clone(&large))), &large));
        assert!(Arc::ptr_eq(&last(&small, &[], None), &small));
        let pair = (0, Arc::clone(&large));
        assert!(Arc::ptr_eq(&chosen(&small, &pair), &large));
    }
    assert_eq!((larger_memo().stats().hits, last_memo().stats().hits, chosen_memo().stats().hits), (1, 3, 1));
    assert_eq!((Arc::strong_count(&small), Arc::strong_count(&large)), (1, 1));
    assert_eq!(larger_memo().stats().suspected_leaks, 0);
    drop(large);
    assert_eq!((larger_memo().len(), chosen_memo().len()), (0, 0), "the entry went with the one that it is");
    // Another small one at the same address is another object.
    let another = Arc::new(0);
    assert!(Arc::ptr_eq(&larger(&small, &another), &small));
}

#[test]
fn the_handle_knows_marks() {
    #[weak_memo]
    fn itself(n: &Arc<u32>, m: u32) -> Option<Arc<u32>> {
        (m > 0).then(|| Arc::clone(n))
    }
    let (n, other) = (Arc::new(1), Arc::new(2));
    let memo = itself_memo();
    assert_eq!(memo.get((&n, 1)), None);
    itself(&n, 1);
    assert!(memo.get((&n, 1)).flatten().is_some_and(|result| Arc::ptr_eq(&result, &n)));
    assert!(memo.compute((&n, 1)).is_some_and(|result| Arc::ptr_eq(&result, &n)));
    assert!(memo.refresh((&n, 1)).is_some_and(|result| Arc::ptr_eq(&result, &n)));
    memo.insert((&n, 2), Some(Arc::clone(&n)));
    memo.insert((&n, 3), Some(Arc::clone(&other)));
    memo.insert((&n, 4), None);
    assert_eq!((Arc::strong_count(&n), Arc::strong_count(&other)), (1, 2));
    assert!(itself(&n, 2).is_some_and(|result| Arc::ptr_eq(&result, &n)));
    assert!(itself(&n, 3).is_some_and(|result| Arc::ptr_eq(&result, &other)));
    assert_eq!(itself(&n, 4), None);
    assert_eq!(memo.len(), 4);
    assert!(memo.forget((&n, 1)));
    assert!(!memo.forget((&n, 1)));
    assert_eq!(memo.clear(), 3);
    assert_eq!((Arc::strong_count(&n), Arc::strong_count(&other)), (1, 1));
    let stats = memo.stats();
    assert_eq!((stats.entries, stats.suspected_leaks, stats.hits), (0, 0, 3));
}

#[test]
fn a_waiter_gets_a_clone_of_its_own_argument() {
    static COMPUTES: AtomicUsize = AtomicUsize::new(0);
    #[weak_memo]
    fn itself(n: &Arc<u32>, #[memo(skip)] there: &Barrier) -> Arc<u32> {
        COMPUTES.fetch_add(1, Ordering::Relaxed);
        there.wait();
        while itself_memo().stats().waits < 3 {
            std::thread::yield_now();
        }
        Arc::clone(n)
    }
    #[weak_memo(single_flight = false)]
    fn racing(n: &Arc<u32>, #[memo(skip)] there: &Barrier) -> Arc<u32> {
        there.wait();
        Arc::clone(n)
    }
    memo_tests::watchdog(|| {
        let n = Arc::new(5);
        let (there, together) = (Barrier::new(2), Barrier::new(4));
        std::thread::scope(|scope| {
            let first = scope.spawn(|| assert!(Arc::ptr_eq(&itself(&n, &there), &n)));
            there.wait();
            for _ in 0..3 {
                scope.spawn(|| assert!(Arc::ptr_eq(&itself(&n, &there), &n)));
            }
            first.join().unwrap();
        });
        assert_eq!((COMPUTES.load(Ordering::Relaxed), Arc::strong_count(&n)), (1, 1));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(Arc::ptr_eq(&racing(&n, &together), &n)));
            }
        });
        assert_eq!((racing_memo().len(), Arc::strong_count(&n)), (1, 1));
    });
}

/// What is not kept is shared with those who waited, and is no mark.
#[test]
fn options_also_decide_which_of_these_results_are_kept() {
    #[weak_memo]
    fn positive(n: &Arc<i32>) -> Result<Arc<i32>, String> {
        if **n > 0 { Ok(Arc::clone(n)) } else { Err("negative".to_owned()) }
    }
    #[weak_memo(cache_err)]
    fn either(n: &Arc<i32>) -> Result<Arc<i32>, String> {
        if **n > 0 { Ok(Arc::clone(n)) } else { Err("negative".to_owned()) }
    }
    #[weak_memo(cache_if = |result| **result > 1)]
    fn large(n: &Arc<i32>) -> Arc<i32> {
        Arc::clone(n)
    }
    #[weak_memo(some_only)]
    fn some(n: &Arc<i32>) -> Option<Arc<i32>> {
        (**n > 0).then(|| Arc::clone(n))
    }
    let (one, two, negative) = (Arc::new(1), Arc::new(2), Arc::new(-1));
    for n in [&one, &two, &negative] {
        for _ in 0..2 {
            let _ = (positive(n), either(n), large(n), some(n));
        }
    }
    assert_eq!((positive_memo().len(), either_memo().len(), large_memo().len(), some_memo().len()), (2, 3, 1, 2));
    assert_eq!((positive_memo().stats().hits, either_memo().stats().hits), (2, 3));
    let counts = [&one, &two, &negative].map(Arc::strong_count);
    assert_eq!(counts, [1; 3]);
}

/// Of an error that is not kept nothing is asked, also where an `Ok` may be a mark.
#[test]
fn an_ok_is_a_mark_whatever_the_error_is() {
    struct NotClone;
    #[weak_memo]
    fn positive(n: &Arc<i32>) -> Result<Arc<i32>, NotClone> {
        if **n > 0 { Ok(Arc::clone(n)) } else { Err(NotClone) }
    }
    let (one, negative) = (Arc::new(1), Arc::new(-1));
    for _ in 0..2 {
        assert!(positive(&one).is_ok_and(|result| Arc::ptr_eq(&result, &one)));
        assert!(positive(&negative).is_err());
    }
    positive_memo().insert(&negative, Ok(Arc::clone(&one)));
    assert!(positive(&negative).is_ok_and(|result| Arc::ptr_eq(&result, &one)));
    positive_memo().insert(&negative, Ok(Arc::clone(&negative)));
    assert_eq!((Arc::strong_count(&one), Arc::strong_count(&negative)), (1, 1));
    positive_memo().insert(&one, Err(NotClone));
    assert_eq!((positive_memo().stats().hits, positive_memo().len()), (2, 1));
}

/// The body consumes the argument that it returns, and a racer was faster: its mark may have nothing left to give.
#[test]
fn a_mark_whose_argument_the_body_consumed_yields_to_the_calls_own_result() {
    #[weak_memo(single_flight = false)]
    fn second(owner: &Arc<u32>, #[memo(key = other.clone())] other: Arc<u32>, #[memo(skip)] nested: bool) -> Arc<u32> {
        if nested {
            second(owner, Arc::clone(&other), false);
        }
        let result = Arc::new(*other);
        if nested { result } else { other }
    }
    let owner = Arc::new(1);
    assert_eq!(*second(&owner, Arc::new(2), true), 2);
    assert_eq!(second_memo().len(), 0, "its argument is dead");
}
