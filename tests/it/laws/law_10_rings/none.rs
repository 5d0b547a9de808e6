//! Law 10: where nobody waits in a ring, no call panics with one.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, weak_memo};
use memo_tests::{in_time, watchdog};

use crate::{Random, answers};

/// Two bodies wait for the same third one, and then one of them for the other.
#[test]
fn a_diamond_of_waits_is_no_ring() {
    static ALL: Barrier = Barrier::new(3);
    #[weak_memo]
    fn bottom(n: &Arc<u32>) -> u32 {
        ALL.wait();
        in_time(|| bottom_memo().stats().waits == 2);
        **n
    }
    #[weak_memo]
    fn left(n: &Anchored<u32>, #[memo(skip)] below: &Arc<u32>) -> u32 {
        ALL.wait();
        **n + bottom(below)
    }
    #[weak_memo]
    fn right(n: &Arc<u32>, _: u32, #[memo(skip)] other: &Anchored<u32>) -> u32 {
        ALL.wait();
        bottom(n) + left(other, n)
    }
    watchdog(|| {
        let (n, other) = (Arc::new(1), Anchored::new(10));
        let got = answers(3, |number| match number {
            0 => bottom(&n),
            1 => left(&other, &n),
            _ => right(&n, 1, &other),
        });
        assert_eq!(got, [1, 11, 12]);
    });
}

/// Each thread waits for keys that are in the other one's hands, by turns, and all keys are of one memo.
#[test]
fn a_memo_that_calls_itself_on_other_keys_is_no_ring() {
    const DEPTH: u32 = 40;
    #[weak_memo]
    fn f(steps: &Arc<u32>, n: u32) -> u32 {
        thread::yield_now();
        if n < 2 { **steps } else { f(steps, n - 1).max(f(steps, n - 2)) + 1 }
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(steps: &Arc<u32>, n: u32) -> &u32 {
        thread::yield_now();
        if n < 2 { **steps } else { *lent(steps, n - 2).max(lent(steps, n - 1)) + 1 }
    }
    watchdog(|| {
        for _ in 0..200 {
            let steps = Arc::new(1);
            // One thread begins at the top, the other in the middle of the same keys.
            let asks = |number: u32| f(&steps, DEPTH / (number + 1)) + lent(&steps, DEPTH / (2 - number));
            assert_eq!(answers(2, |number| asks(number as u32)), [DEPTH + DEPTH / 2; 2]);
        }
        assert!(f_memo().stats().waits + lent_memo().stats().waits > 0, "some did wait");
    });
}

/// A thread that has computed `a` asks for `b`, whose body on the other thread has just been waiting for that `a`: it may not be
/// awake yet.
#[test]
fn two_threads_that_alternate_close_no_ring() {
    const ROUNDS: usize = 3_000;
    struct Node {
        turn: Barrier,
        /// Until somebody waits for it; a few give way sooner.
        patience: AtomicU32,
    }
    fn give_way(node: &Node) {
        while node.patience.load(SeqCst) > 0 {
            node.patience.fetch_sub(1, SeqCst);
            thread::yield_now();
        }
    }
    #[weak_memo]
    fn a(node: &Arc<Node>) -> u32 {
        node.turn.wait();
        give_way(node);
        1
    }
    #[weak_memo]
    fn lent_a(node: &Arc<Node>) -> &u32 {
        node.turn.wait();
        give_way(node);
        1
    }
    #[weak_memo]
    fn b(node: &Arc<Node>, lends: bool) -> u32 {
        node.turn.wait();
        1 + if lends { *lent_a(node) } else { a(node) }
    }
    watchdog(|| {
        let node = |round: usize| Arc::new(Node { turn: Barrier::new(2), patience: AtomicU32::new(round as u32 % 4) });
        let nodes: Vec<_> = (0..ROUNDS).map(node).collect();
        let got = answers(2, |me| {
            nodes.iter().enumerate().all(|(round, node)| {
                let lends = round % 3 == 0;
                if round % 2 == me {
                    let first = if lends { *lent_a(node) } else { a(node) };
                    first == 1 && b(node, lends) == 2
                } else {
                    b(node, lends) == 2
                }
            })
        });
        assert_eq!(got, [true; 2]);
        assert!(a_memo().stats().waits + lent_a_memo().stats().waits > 0, "some did wait");
    });
}

/// Random graphs in which each node asks for lower ones only, with bodies that fail or panic the first time.
#[test]
fn a_graph_without_rings_causes_no_panic() {
    const THREADS: usize = 4;
    const NODES: usize = 24;
    const ROUNDS: u64 = 150;
    struct Graph {
        below: Vec<[usize; 2]>,
        inside: Vec<Anchored<usize>>,
        came: Vec<AtomicBool>,
    }
    impl Graph {
        fn body(self: &Arc<Self>, n: usize) -> Result<usize, String> {
            let first = !self.came[n].swap(true, SeqCst);
            let mut sum = 1;
            for &below in self.below[n].iter().filter(|_| n > 0) {
                sum += self.ask(below).unwrap_or(0);
            }
            match n % 8 {
                3 if first => Err("the first time it fails".to_owned()),
                5 if first => panic!("the first time it panics"),
                _ => Ok(sum),
            }
        }

        fn ask(self: &Arc<Self>, n: usize) -> Result<usize, String> {
            match n % 3 {
                0 => keyed(self, n),
                1 => inside(&self.inside[n], self),
                _ => lent(self, n).copied(),
            }
        }
    }
    #[weak_memo]
    fn keyed(graph: &Arc<Graph>, n: usize) -> Result<usize, String> {
        graph.body(n)
    }
    #[weak_memo]
    fn inside(n: &Anchored<usize>, #[memo(skip)] graph: &Arc<Graph>) -> Result<usize, String> {
        graph.body(**n)
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(graph: &Arc<Graph>, n: usize) -> Result<&usize, String> {
        graph.body(n)
    }
    watchdog(|| {
        for round in 0..ROUNDS {
            let mut random = Random(round);
            let mut below = |n: usize| [0; 2].map(|_: u8| random.below(n.max(1) as u64) as usize);
            let graph = Arc::new(Graph {
                below: (0..NODES).map(&mut below).collect(),
                inside: (0..NODES).map(Anchored::new).collect(),
                came: (0..NODES).map(|_| AtomicBool::new(false)).collect(),
            });
            answers(THREADS, |me| {
                for n in (0..NODES).rev().map(|n| (n + me * 5) % NODES) {
                    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| graph.ask(n)));
                    if let Err(panic) = end {
                        assert_eq!(memo_tests::message(&*panic), "the first time it panics");
                    }
                }
            });
        }
        let waits = keyed_memo().stats().waits + inside_memo().stats().waits + lent_memo().stats().waits;
        assert!(waits > 0, "some did wait");
    });
}
