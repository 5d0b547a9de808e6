//! Rings of calls (law 10): told by call, not by task.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use futures_lite::future::block_on;
use memo_core::{Anchored, weak_memo};
use memo_tests::{panic_of, watchdog};

use crate::parts::{Load, Task, pause, plain};

#[weak_memo]
async fn asks_itself(of: &Arc<Load>) -> usize {
    pause().await;
    of.begun() + Box::pin(asks_itself(of)).await
}

#[weak_memo]
async fn lends_itself(of: &Arc<Load>) -> &usize {
    of.begun() + *Box::pin(lends_itself(of)).await
}

#[weak_memo]
async fn ping(of: &Arc<Load>) -> usize {
    pause().await;
    pong(of, 1).await
}

#[weak_memo]
async fn pong(of: &Arc<Load>, key: usize) -> usize {
    pause().await;
    Box::pin(ping(of)).await + key
}

fn panics<R>(mut task: Task<'_, R>) -> String {
    panic_of(|| while task.poll().is_pending() {})
}

#[test]
fn case_21_a_call_that_asks_for_its_own_result_panics() {
    let load = Load::new();
    let said = panics(Task::new(asks_itself(&load)));
    assert!(said.contains("asks_itself` requests a result that it is computing: `"), "{said}");
    assert_eq!(said.matches("asks_itself").count(), 3, "{said}");
    let said = panics(Task::new(lends_itself(&load)));
    assert!(said.contains("lends_itself` requests a result that it is computing: `"), "{said}");
}

#[test]
fn case_21_also_through_another_memo() {
    let load = Load::new();
    let said = panics(Task::new(ping(&load)));
    assert!(said.contains("ping` requests a result that it is computing: "), "{said}");
    let (ping, pong) = (said.find("::ping` at"), said.find("::pong` at"));
    assert!(ping < pong && ping.is_some(), "{said}");
}

/// Also in a body that blocks its thread.
#[test]
fn case_21_also_where_the_body_blocks() {
    #[weak_memo]
    async fn blocks(of: &Arc<Load>) -> usize {
        block_on(blocks_too(of))
    }
    #[weak_memo]
    async fn blocks_too(of: &Arc<Load>) -> usize {
        block_on(blocks(of))
    }
    let load = Load::new();
    let said = panics(Task::new(blocks(&load)));
    assert!(said.contains("blocks` requests a result that it is computing: "), "{said}");
}

type Ask = fn(&Arc<Load>);

/// What asks for the result that it is made for, on its way into the memo, in this thread.
struct Asks(usize);

thread_local! {
    static ASKS: Cell<Option<Ask>> = const { Cell::new(None) };
    static OF: RefCell<Option<Arc<Load>>> = const { RefCell::new(None) };
}

impl Asks {
    fn ask() {
        if let Some(ask) = ASKS.take() {
            ask(&OF.take().expect("what is asked for is of a load"));
        }
    }
}

impl Clone for Asks {
    fn clone(&self) -> Self {
        Self::ask();
        Self(self.0)
    }
}

#[weak_memo]
async fn cloned_at_last(of: &Arc<Load>) -> Asks {
    Asks(of.body().await)
}

#[weak_memo(cache_if = |_| { Asks::ask(); true })]
async fn judged_at_last(of: &Arc<Load>) -> usize {
    of.body().await
}

struct Compared;

impl PartialEq for Compared {
    fn eq(&self, _: &Self) -> bool {
        Asks::ask();
        true
    }
}

#[weak_memo(reuse_equal)]
async fn compared_at_last(of: &Arc<Load>) -> Arc<Compared> {
    of.body().await;
    Arc::new(Compared)
}

/// What ends a call is part of the computation, too. And of no other: afterwards the result is there.
#[test]
fn case_21_also_where_what_follows_the_body_asks() {
    fn said(ask: Ask) -> String {
        let load = Load::opened();
        OF.set(Some(Arc::clone(&load)));
        ASKS.set(Some(ask));
        let said = panic_of(|| ask(&load));
        ask(&load);
        said
    }
    watchdog(|| {
        let cloned = said(|of| _ = block_on(cloned_at_last(of)));
        assert!(cloned.contains("cloned_at_last` requests a result that it is computing: "), "{cloned}");
        let judged = said(|of| _ = block_on(judged_at_last(of)));
        assert!(judged.contains("judged_at_last` requests a result that it is computing: "), "{judged}");
        // An equal one is there from before, and once that has gone.
        let (before, _same) = (Load::opened(), block_on(compared_at_last(&Load::opened())));
        drop(block_on(compared_at_last(&before)));
        let compared = said(|of| drop(block_on(compared_at_last(of))));
        assert!(compared.contains("compared_at_last` requests a result that it is computing: "), "{compared}");
    });
}

/// A result that goes because the call fails.
struct Leaves;

impl Clone for Leaves {
    fn clone(&self) -> Self {
        panic!("no copy")
    }
}

impl Drop for Leaves {
    fn drop(&mut self) {
        Asks::ask();
    }
}

#[weak_memo]
async fn dropped_at_last(of: &Arc<Load>) -> Leaves {
    of.body().await;
    Leaves
}

#[test]
fn case_21_also_where_a_destructor_asks() {
    watchdog(|| {
        let load = Load::opened();
        OF.set(Some(Arc::clone(&load)));
        ASKS.set(Some(|of| drop(block_on(dropped_at_last(of)))));
        assert_eq!(panic_of(|| drop(block_on(dropped_at_last(&load)))), "no copy");
        assert!(ASKS.take().is_none(), "it has asked");
        assert_eq!(load.begun(), 1);
    });
}

/// A part of the same task that waits for the other is no ring, also inside a body.
#[test]
fn case_21_siblings_of_one_task_are_innocent() {
    #[weak_memo]
    async fn joins(of: &Arc<Load>) -> usize {
        let (a, b) = futures::join!(plain(of), plain(of));
        a + b
    }
    let load = Load::new();
    let mut task = Task::begun(joins(&load));
    assert!(task.poll().is_pending());
    load.open();
    while task.poll().is_pending() {}
    assert_eq!(load.begun(), 1);
}

#[derive(Default)]
struct Node {
    next: OnceLock<Arc<Node>>,
}

#[weak_memo]
async fn walks(of: &Arc<Node>) -> usize {
    pause().await;
    match of.next.get() {
        Some(next) => Box::pin(walks(next)).await + 1,
        None => 0,
    }
}

#[weak_memo]
async fn lends_along(of: &Arc<Node>) -> &usize {
    pause().await;
    match of.next.get() {
        Some(next) => *Box::pin(lends_along(next)).await + 1,
        None => 0,
    }
}

/// Each of several tasks computes one node, and waits for the next one's.
#[test]
fn case_22_a_ring_over_several_tasks_panics_in_one_of_them_and_the_others_go_on() {
    for length in [2, 3, 5] {
        let nodes: Vec<_> = (0..length).map(|_| Arc::<Node>::default()).collect();
        for (at, node) in nodes.iter().enumerate() {
            node.next.set(Arc::clone(&nodes[(at + 1) % length])).ok().unwrap();
        }
        let mut tasks: Vec<_> = nodes.iter().map(|node| Task::begun(walks(node))).collect();
        let mut panics = Vec::new();
        while panics.is_empty() {
            for task in &mut tasks {
                let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| task.poll()));
                if let Err(panic) = polled {
                    panics.push(memo_tests::message(&*panic).to_owned());
                    break;
                }
            }
        }
        let expected = format!("requests a result that waits for it, in a ring of {length} calls: ");
        assert!(panics[0].contains(&expected), "{}", panics[0]);
        assert_eq!(panics[0].matches("::walks` at").count(), length, "{}", panics[0]);
        // The others are woken, and find the ring again: nobody sleeps forever.
        drop(tasks);
    }
}

/// The same where one task computes several of them, one inside the other.
#[test]
fn case_22_a_ring_through_nested_computations() {
    let nodes: Vec<_> = (0..4).map(|_| Arc::<Node>::default()).collect();
    for (at, node) in nodes.iter().enumerate() {
        node.next.set(Arc::clone(&nodes[(at + 1) % 4])).ok().unwrap();
    }
    // The first computes the nodes 0 and 1, and waits for the second, which computes 2 and 3.
    let (mut second, mut first) = (Task::begun(lends_along(&nodes[2])), Task::begun(lends_along(&nodes[0])));
    for _ in 0..3 {
        assert!(first.poll().is_pending());
    }
    let said = panic_of(|| while second.poll().is_pending() {});
    assert!(said.contains("in a ring of 2 calls: "), "{said}");
    assert_eq!(said.matches("lends_along` at").count(), 4, "{said}");
    assert_eq!(first.woken(), 3, "its own pauses, and the end of the flight it waited for");
}

/// Many that wait for one, inside bodies of their own, are no ring.
#[test]
fn case_22_callers_of_one_result_are_no_ring() {
    #[weak_memo]
    async fn through(of: &Arc<(Arc<Load>, u32)>) -> usize {
        plain(&of.0).await + 1
    }
    let load = Load::new();
    let owners: Vec<_> = (0..10).map(|at| Arc::new((Arc::clone(&load), at))).collect();
    let mut tasks: Vec<_> = owners.iter().flat_map(|of| [through(of), through(of)]).map(Task::begun).collect();
    load.open();
    for task in &mut tasks {
        assert_eq!(task.end(), 2);
    }
    assert_eq!(load.begun(), 1);
}

/// A ring is also told where a call of it was cancelled and began again.
#[test]
fn case_22_an_edge_goes_with_its_call() {
    let nodes: Vec<_> = (0..2).map(|_| Arc::<Node>::default()).collect();
    nodes[0].next.set(Arc::clone(&nodes[1])).ok().unwrap();
    let mut second = Task::begun(walks(&nodes[1]));
    let mut first = Task::begun(walks(&nodes[0]));
    assert!(first.poll().is_pending(), "it waits for the second");
    first.cancel();
    // Now the other way round: no ring is left of the call that was dropped.
    assert_eq!(second.poll(), Poll::Ready(0));
    assert_eq!(Task::begun(walks(&nodes[0])).poll(), Poll::Ready(1));
}

/// The edge of a call that was leaked is no ring with what is at the same addresses later.
#[test]
fn case_22_an_edge_of_a_leaked_call_is_of_no_later_flight() {
    #[weak_memo]
    async fn goes_along(of: &Anchored<usize>, #[memo(skip)] next: Option<&Anchored<usize>>) -> &usize {
        pause().await;
        match next {
            Some(next) => *Box::pin(goes_along(next, None)).await + 1,
            None => **of,
        }
    }
    // Each has a room of its own size, which the next round gets again.
    for _ in 0..100 {
        let (first, second) = (Anchored::new(1), Anchored::new(2));
        let last = Task::begun(goes_along(&second, None));
        let mut waits = Task::begun(goes_along(&first, Some(&second)));
        assert!(waits.poll().is_pending(), "it waits for the other");
        std::mem::forget((last, waits));
    }
    for _ in 0..100 {
        let (first, second) = (Anchored::new(1), Anchored::new(2));
        let mut last = Task::begun(goes_along(&first, None));
        let mut waits = Task::begun(goes_along(&second, Some(&first)));
        assert!(waits.poll().is_pending(), "it waits for the other");
        assert_eq!(*last.end(), 1);
        assert_eq!(*waits.end(), 2);
    }
}

/// Who waits for a future that was set aside waits for the call that computes beside it as well.
#[test]
fn case_22_a_call_beside_one_that_was_set_aside_may_close_the_ring() {
    #[weak_memo]
    async fn first(of: &Anchored<usize>, #[memo(skip)] through: Option<&Anchored<usize>>) -> &usize {
        pause().await;
        match through {
            Some(through) => *Box::pin(second(through, of)).await,
            None => **of,
        }
    }
    #[weak_memo]
    async fn second(of: &Anchored<usize>, #[memo(skip)] waits_for: &Anchored<usize>) -> &usize {
        pause().await;
        **of + *first(waits_for, None).await
    }
    let (one, other) = (Anchored::new(1), Anchored::new(2));
    let mut waits = Task::begun(second(&other, &one));
    let mut beside = Task::begun(async {
        let mut aside = Box::pin(first(&one, None));
        assert!(futures::poll!(&mut aside).is_pending());
        *first(&one, Some(&other)).await
    });
    assert!(waits.poll().is_pending(), "it waits for what is set aside");
    let said = panic_of(|| (0..10).for_each(|_| assert!(beside.poll().is_pending())));
    assert!(said.contains("in a ring of 2 calls: "), "{said}");
}
