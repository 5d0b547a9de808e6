//! The memoization contract.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};

use crate::panic_of;

#[test]
fn b19_same_answers_also_of_nothing_at_one_call_each() {
    // Refused where it is written out, since it is hardly meant.
    type Nothing = ();
    #[weak_memo]
    fn unit(_: &Rc<u32>) -> Nothing {}
    #[weak_memo]
    fn option(n: &Rc<u32>) -> Option<u32> {
        (**n > 5).then_some(**n)
    }
    #[weak_memo]
    fn number(n: &Rc<u32>) -> u32 {
        **n
    }
    for n in [0, 7] {
        let n = Rc::new(n);
        for _ in 0..3 {
            unit(&n);
            assert_eq!((option(&n), number(&n)), (option_memo().compute(&n), number_memo().compute(&n)));
        }
    }
    assert_eq!([unit_memo().stats().computes, option_memo().stats().computes, number_memo().stats().computes], [2; 3]);
}

#[test]
fn b20_one_call_for_each_living_argument_in_the_order_first_seen() {
    thread_local! {
        static SEEN: std::cell::RefCell<Vec<u32>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    #[weak_memo]
    fn f(n: &Rc<u32>) -> u32 {
        SEEN.with_borrow_mut(|seen| seen.push(**n));
        **n
    }
    let all: Vec<_> = (0..5).map(Rc::new).collect();
    for at in [3, 1, 3, 4, 1, 0, 0, 2, 4, 3] {
        assert_eq!(f(&all[at]), at as u32);
    }
    assert_eq!(SEEN.take(), [3, 1, 4, 0, 2]);
}

#[test]
fn b21_a_panic_or_an_err_is_not_cached_and_the_next_call_runs_again() {
    static GOOD: AtomicBool = AtomicBool::new(false);
    #[weak_memo]
    fn panics(n: &Arc<u32>) -> u32 {
        assert!(GOOD.load(SeqCst), "not yet");
        **n
    }
    #[weak_memo]
    fn fails(n: &Arc<u32>) -> Result<u32, &'static str> {
        if GOOD.load(SeqCst) { Ok(**n) } else { Err("not yet") }
    }
    let n = Arc::new(1);
    for _ in 0..2 {
        assert_eq!((panic_of(|| panics(&n)).as_str(), fails(&n)), ("not yet", Err("not yet")));
    }
    GOOD.store(true, SeqCst);
    for _ in 0..2 {
        assert_eq!((panics(&n), fails(&n)), (1, Ok(1)));
    }
    assert_eq!((panics_memo().stats().computes, fails_memo().stats().computes), (3, 3));
}

#[test]
fn b22_earlier_good_results_survive_a_later_panic() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        assert!(m < 2, "too much");
        **n + m
    }
    let n = Arc::new(1);
    assert_eq!((f(&n, 0), f(&n, 1)), (1, 2));
    assert_eq!(panic_of(|| f(&n, 2)), "too much");
    assert_eq!((f(&n, 0), f(&n, 1), f_memo().stats().hits), (1, 2, 2));
}

#[test]
fn b23_errors_are_cached_on_request() {
    #[weak_memo(cache_err)]
    fn f(n: &Arc<u32>, m: u32) -> Result<u32, String> {
        n.checked_div(m).ok_or_else(|| format!("{n} by zero"))
    }
    let n = Arc::new(6);
    for _ in 0..2 {
        assert_eq!((f(&n, 0), f(&n, 2)), (Err("6 by zero".to_owned()), Ok(3)));
    }
    assert_eq!(f_memo().stats().computes, 2);
}

/// Its docs, name, visibility and generics are those of the function as written.
mod kept {
    use super::*;

    #[must_use]
    #[weak_memo]
    pub(super) fn sized<T, const N: usize>(text: &Arc<T>) -> usize
    where
        T: AsRef<str> + Send + Sync + ?Sized,
    {
        text.as_ref().as_ref().len() + N
    }
}

#[test]
fn b25_name_visibility_and_generics_are_kept_and_the_body_can_be_reached() {
    let text: Arc<str> = Arc::from("abc");
    let as_written: fn(&Arc<str>) -> usize = kept::sized::<str, 4>;
    assert_eq!((as_written(&text), kept::sized::<str, 5>(&text)), (7, 8));
    assert_eq!(kept::sized_memo::<str, 4>().compute(&text), 7);
    assert_eq!(kept::sized_memo::<str, 4>().stats().computes, 1, "the bare body is not counted");
    assert!(kept::sized_memo::<str, 4>().name().contains("kept::sized"));
}

#[test]
fn b26_the_forms_of_the_attribute_agree() {
    #[weak_memo]
    fn bare(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo()]
    fn empty(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(capacity = 1024, single_flight = true)]
    fn defaults(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Arc::new(1);
    for m in (0..2_000).chain(1_990..2_000) {
        assert_eq!((bare(&n, m), empty(&n, m), defaults(&n, m)), (1 + m, 1 + m, 1 + m));
    }
    let [a, b, c] = [bare_memo().stats(), empty_memo().stats(), defaults_memo().stats()]
        .map(|stats| (stats.hits, stats.computes, stats.entries, stats.evicted));
    assert!(a == b && b == c && a == (10, 2_000, 1_024, 976), "{a:?} {b:?} {c:?}");
}

#[test]
fn b27_what_was_put_in_beforehand_is_consulted() {
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
fn b28_recursion_over_other_keys_works() {
    #[weak_memo]
    fn fib(unit: &Rc<u64>, n: u32) -> u64 {
        if n < 2 { u64::from(n) * **unit } else { fib(unit, n - 1) + fib(unit, n - 2) }
    }
    struct Node(Option<Arc<Node>>);
    #[weak_memo]
    fn depth(node: &Arc<Node>) -> u32 {
        node.0.as_ref().map_or(0, |next| depth(next) + 1)
    }
    assert_eq!((fib(&Rc::new(1), 50), fib_memo().stats().computes), (12_586_269_025, 51));
    let three = Arc::new(Node(Some(Arc::new(Node(Some(Arc::new(Node(Some(Arc::new(Node(None)))))))))));
    assert_eq!((depth(&three), depth_memo().stats().computes), (3, 4));
}

#[test]
fn b29_recursion_on_the_same_key_panics_naming_the_function_and_the_table_is_usable_after() {
    static RING: AtomicBool = AtomicBool::new(true);
    #[weak_memo]
    fn round_and_round(n: &Arc<u32>) -> u32 {
        if RING.load(SeqCst) { round_and_round(n) } else { **n }
    }
    let n = Arc::new(1);
    assert!(panic_of(|| round_and_round(&n)).contains("round_and_round"));
    RING.store(false, SeqCst);
    assert_eq!((round_and_round(&n), round_and_round(&n), round_and_round_memo().stats().hits), (1, 1, 1));
}

struct Object(u32);

impl Object {
    #[weak_memo]
    fn by_rc(self: &Rc<Self>, m: u32) -> u32 {
        self.0 + m
    }
    #[weak_memo]
    fn by_arc(self: &Arc<Self>) -> &u32 {
        self.0
    }
    #[weak_memo]
    fn by_value(self: Rc<Self>, m: u32) -> u32 {
        self.0 + m
    }
}

#[derive(HasAnchor)]
struct Own(u32, Anchor);

impl Own {
    #[weak_memo]
    fn twice(&self) -> u32 {
        self.0 * 2
    }
}

#[test]
fn b31_methods_keep_no_instance_alive_and_instances_are_separate() {
    let (a, b) = (Rc::new(Object(1)), Rc::new(Object(2)));
    for _ in 0..2 {
        assert_eq!((a.by_rc(1), b.by_rc(1), Rc::clone(&a).by_value(1), Rc::clone(&b).by_value(1)), (2, 3, 2, 3));
    }
    assert_eq!((Rc::strong_count(&a), Rc::strong_count(&b)), (1, 1));
    assert_eq!((Object::by_rc_memo().len(), Object::by_value_memo().len()), (2, 2));
    drop(a);
    assert_eq!((Object::by_rc_memo().len(), Object::by_value_memo().len()), (1, 1));

    let (a, b) = (Arc::new(Object(1)), Arc::new(Object(2)));
    assert_eq!((*a.by_arc(), *b.by_arc(), Arc::strong_count(&a)), (1, 2, 1));

    let (a, b) = (Own(1, Anchor::new()), Own(2, Anchor::new()));
    assert_eq!((a.twice(), b.twice(), Own::twice_memo().len()), (2, 4, 2));
    drop(a);
    assert_eq!(Own::twice_memo().len(), 1);
}

#[test]
fn b32_many_memos_on_a_few_objects_share_nothing() {
    /// Each length of digits is a memo of its own.
    #[weak_memo]
    fn f<const A: u64, const B: u64>(n: &Arc<u64>) -> u64 {
        **n * 100 + A * 10 + B
    }
    macro_rules! hundred {
        ($n:expr, $($a:literal)+) => { $(hundred!(@ $n, $a, 0 1 2 3 4 5 6 7 8 9);)+ };
        (@ $n:expr, $a:literal, $($b:literal)+) => { $(assert_eq!(f::<$a, $b>($n), **$n * 100 + $a * 10 + $b);)+ };
    }
    let objects: Vec<_> = (0..6).map(Arc::new).collect();
    for _ in 0..3 {
        for n in &objects {
            hundred!(n, 0 1 2 3 4 5 6 7 8 9);
        }
    }
    assert_eq!((f_memo::<4, 2>().stats().computes, f_memo::<4, 2>().stats().hits), (6, 12));
}

/// A memo is a static and cannot go; the anchor can, before the other arguments.
#[test]
fn b33_an_anchor_may_go_while_other_arguments_live_and_their_death_afterwards_is_harmless() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, a: &Anchored<u32>, b: &Arc<u32>) -> u32 {
        **owner + **a + **b
    }
    let (mut owner, a, b) = (Anchored::new(1), Anchored::new(2), Arc::new(3));
    f(&owner, &a, &b);
    owner.clear();
    assert_eq!(f_memo().stats().cleared, 1);
    f(&owner, &a, &b);
    drop(owner);
    assert_eq!(f_memo().stats().dropped, 1);
    drop(a);
    drop(b);
    memo_core::sweep();
    assert_eq!((f_memo().len(), f_memo().stats().dropped), (0, 1));
}
