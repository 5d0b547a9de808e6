//! Law 9 for recursion: what a level costs of the stack, and what a large result does.
//!
//! Without optimisation a value is written down wherever it is passed on, so the bounds are different there.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::thread;

use memo_core::{Anchor, HasAnchor, weak_memo};

/// How deep the recursions go.
const LEVELS: usize = 500;

/// What one level may cost.
const LEVEL: usize = if cfg!(debug_assertions) { 900 } else { 250 };

thread_local! {
    static DEEPEST: Cell<usize> = const { Cell::new(0) };
}

fn here() -> usize {
    let mark = 0_u8;
    black_box(std::ptr::from_ref(&mark)).addr()
}

fn note() -> u64 {
    DEEPEST.set(here());
    0
}

/// How many bytes a level takes of `recursion`.
fn level(recursion: impl FnOnce() + Send) -> usize {
    thread::scope(|scope| {
        let run = || {
            let top = here();
            recursion();
            (top - DEEPEST.get()) / LEVELS
        };
        thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

struct Node(Option<Arc<Node>>);

#[derive(HasAnchor)]
struct Own {
    next: Option<Box<Own>>,
    anchor: Anchor,
}

#[weak_memo]
fn by_clone(node: &Arc<Node>) -> u64 {
    node.0.as_ref().map_or_else(note, |next| 1 + by_clone(next))
}

#[weak_memo]
fn lent(node: &Arc<Node>) -> &u64 {
    node.0.as_ref().map_or_else(note, |next| 1 + *lent(next))
}

#[weak_memo]
fn keyed(node: &Arc<Node>, n: u32) -> u64 {
    node.0.as_ref().map_or_else(note, |next| 1 + keyed(next, n))
}

#[weak_memo]
fn of_object(own: &Own) -> u64 {
    own.next.as_ref().map_or_else(note, |next| 1 + of_object(next))
}

#[weak_memo]
fn lent_of_object(own: &Own) -> &u64 {
    own.next.as_ref().map_or_else(note, |next| 1 + *lent_of_object(next))
}

#[test]
fn a_level_of_recursion_takes_little_stack() {
    let node = (0..LEVELS).fold(Arc::new(Node(None)), |node, _| Arc::new(Node(Some(node))));
    let own = (0..LEVELS).fold(Own { next: None, anchor: Anchor::new() }, |own, _| Own {
        next: Some(Box::new(own)),
        anchor: Anchor::new(),
    });
    let levels = [
        ("by clone", level(|| drop(black_box(by_clone(&node).to_string())))),
        ("lent", level(|| drop(black_box(lent(&node).to_string())))),
        ("keyed", level(|| drop(black_box(keyed(&node, 1).to_string())))),
        ("of an object", level(|| drop(black_box(of_object(&own).to_string())))),
        ("lent of an object", level(|| drop(black_box(lent_of_object(&own).to_string())))),
    ];
    for (memo, level) in levels {
        assert!(level <= LEVEL, "{memo}: {level} bytes a level");
    }
}

/// So large that it shows.
const LARGE: usize = 64 << 10;

#[weak_memo]
fn large(text: &Arc<String>) -> [u8; LARGE] {
    [u8::try_from(text.len()).unwrap_or(0); LARGE]
}

#[weak_memo]
fn large_keyed(text: &Arc<String>, n: u8) -> [u8; LARGE] {
    [u8::try_from(text.len()).unwrap_or(0) + n; LARGE]
}

#[weak_memo]
fn large_lent(text: &Arc<String>) -> &[u8; LARGE] {
    [u8::try_from(text.len()).unwrap_or(0); LARGE]
}

/// Optimised: a few times the result. Not so: what threads have where nothing else is said.
const STACK: usize = if cfg!(debug_assertions) { 2 << 20 } else { 6 * LARGE };

fn on_a_thread(stack: usize, text: &Arc<String>, call: fn(&Arc<String>) -> u8) -> u8 {
    thread::scope(|scope| {
        thread::Builder::new().stack_size(stack).spawn_scoped(scope, || call(text)).unwrap().join().unwrap()
    })
}

#[test]
fn a_large_result_fits_on_a_threads_stack() {
    let text = Arc::new("ab".to_owned());
    for _ in 0..2 {
        assert_eq!(on_a_thread(STACK, &text, |text| large(text)[0]), 2);
        assert_eq!(on_a_thread(STACK, &text, |text| large_keyed(text, 1)[0]), 3);
        assert_eq!(on_a_thread(STACK, &text, |text| large_lent(text)[0]), 2);
    }
}

/// A handle passes results on inside its answers: that takes more.
#[test]
fn through_the_handle_a_large_result_takes_at_most_twice_as_much() {
    let text = Arc::new("ab".to_owned());
    for _ in 0..2 {
        assert_eq!(on_a_thread(2 * STACK, &text, |text| large_memo().call(text).0[0]), 2);
        assert_eq!(on_a_thread(2 * STACK, &text, |text| large_keyed_memo().call((text, 1)).0[0]), 3);
        assert_eq!(on_a_thread(2 * STACK, &text, |text| large_lent_memo().call(text).0[0]), 2);
    }
}
