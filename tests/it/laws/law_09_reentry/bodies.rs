//! Law 9: a body may call memos, its own on other keys too, and may clear and sweep.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use memo_core::{Anchor, Anchored, HasAnchor, sweep, weak_memo};
use memo_tests::watchdog;

#[test]
fn recursion_over_an_extra_key() {
    #[weak_memo]
    fn fibonacci(seed: &Arc<u64>, n: u32) -> u64 {
        if n < 2 { **seed * u64::from(n) } else { fibonacci(seed, n - 1) + fibonacci(seed, n - 2) }
    }
    #[weak_memo]
    fn local(seed: &Rc<u64>, n: u32) -> u64 {
        if n < 2 { **seed * u64::from(n) } else { local(seed, n - 1) + local(seed, n - 2) }
    }
    watchdog(|| {
        assert_eq!(fibonacci(&Arc::new(1), 80), 23_416_728_348_467_685);
        assert_eq!(local(&Rc::new(1), 80), 23_416_728_348_467_685);
        assert_eq!((fibonacci_memo().stats().computes, local_memo().stats().computes), (81, 81));
    });
}

#[derive(HasAnchor)]
struct Tree {
    weight: u64,
    children: Vec<Tree>,
    anchor: Anchor,
}

fn tree(depth: u32) -> Tree {
    let children = if depth == 0 { Vec::new() } else { (0..3).map(|_| tree(depth - 1)).collect() };
    Tree { weight: 1, children, anchor: Anchor::new() }
}

#[test]
fn recursion_over_a_tree() {
    #[weak_memo]
    fn sum(tree: &Tree) -> u64 {
        tree.weight + tree.children.iter().map(sum).sum::<u64>()
    }
    #[weak_memo]
    fn all(tree: &Tree) -> &[u64] {
        std::iter::once(tree.weight).chain(tree.children.iter().flat_map(|child| all(child).iter().copied())).collect()
    }
    watchdog(|| {
        let root = tree(6);
        assert_eq!((sum(&root), sum(&root), all(&root).len()), (1_093, 1_093, 1_093));
        assert_eq!((sum_memo().stats().computes, all_memo().stats().computes), (1_093, 1_093));
        drop(root);
        assert_eq!((sum_memo().stats().dropped, all_memo().stats().dropped), (1_093, 1_093));
    });
}

#[test]
fn a_body_may_use_every_operation_of_every_handle() {
    #[weak_memo]
    fn other(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        other(n, m);
        other_memo().insert((n, m + 1), 7);
        other_memo().forget((n, m));
        other_memo().refresh((n, m));
        other_memo().clear();
        f_memo().insert((n, m + 100), 1);
        assert_eq!(f(n, m + 100), 1);
        f_memo().forget((n, m + 100));
        assert_eq!(f_memo().get((n, m)), None);
        other(&Arc::new(5), 1);
        sweep();
        let _ = (f_memo().len(), f_memo().stats());
        **n * m
    }
    watchdog(|| {
        let n = Arc::new(3);
        assert_eq!((f(&n, 2), f(&n, 2)), (6, 6));
        assert_eq!(f_memo().stats().computes, 1);
    });
}

#[test]
fn a_body_that_clears_its_own_memo_returns_and_is_not_stored() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        f_memo().clear();
        **n
    }
    #[weak_memo]
    fn g(n: &Anchored<u32>, m: u32) -> u32 {
        g_memo().forget((n, m));
        **n + m
    }
    watchdog(|| {
        let (n, o) = (Arc::new(3), Anchored::new(3));
        assert_eq!((f(&n), f(&n)), (3, 3));
        assert_eq!((f_memo().len(), f_memo().stats().rejected), (0, 2), "law 11");
        assert_eq!((g(&o, 1), g(&o, 1)), (4, 4));
        assert_eq!((g_memo().len(), g_memo().stats().rejected), (0, 2));
    });
}

#[test]
fn a_body_may_drop_the_last_handle_of_another_object_with_results() {
    #[weak_memo(may_return_owner)]
    fn inner(n: &Anchored<u32>) -> Arc<Anchored<u32>> {
        Arc::new(Anchored::new(**n + 1))
    }
    #[weak_memo]
    fn outer(n: &Anchored<u32>) -> u32 {
        let scratch = Anchored::new(**n);
        let next = inner(&scratch);
        inner(&next);
        drop(scratch);
        inner(&next);
        **next
    }
    let n = Anchored::new(1);
    assert_eq!((outer(&n), outer(&n)), (2, 2));
    assert_eq!((inner_memo().stats().dropped, inner_memo().stats().entries), (2, 0));
}

#[test]
fn a_result_may_call_its_own_memo() {
    #[weak_memo]
    fn f(n: &Rc<u32>) -> fn() -> usize {
        let _ = n;
        || f_memo().len()
    }
    let n = Rc::new(1);
    let count = f(&n);
    assert_eq!((count(), f(&n)()), (1, 1));
    drop(n);
    assert_eq!(count(), 0);
}

/// The old value was dropped while its own thread held the new flight: a ring where no body ran.
#[test]
fn the_drop_of_a_replaced_value_may_request_the_new_one() {
    thread_local!(static SEEN: Cell<u32> = const { Cell::new(0) });
    #[derive(Clone)]
    struct Value(u32, Weak<Cell2>);
    struct Cell2(std::sync::atomic::AtomicU32);
    impl Drop for Value {
        fn drop(&mut self) {
            if self.0 != 1 {
                return;
            }
            if let Some(owner) = self.1.upgrade() {
                SEEN.set(f_memo().get(&owner).map_or(0, |value| value.0));
            }
        }
    }
    #[weak_memo]
    fn f(owner: &Arc<Cell2>) -> Value {
        Value(owner.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1, Arc::downgrade(owner))
    }
    let owner = Arc::new(Cell2(std::sync::atomic::AtomicU32::new(0)));
    std::mem::forget(f(&owner));
    assert_eq!(f_memo().refresh(&owner).0, 2);
    assert_eq!(SEEN.get(), 2);
}
