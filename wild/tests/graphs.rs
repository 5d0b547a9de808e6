//! Graphs of dependencies: what they do with an `Arc` that is computed again and is equal.

use std::cell::Cell;
use std::sync::Arc;

use memo_wild::carries;
use reactive_graph::computed::ArcMemo;
use reactive_graph::owner::Owner;
use reactive_graph::signal::ArcRwSignal;
use reactive_graph::traits::{Get, Set};
use salsa::{Database, Setter};

#[salsa::input]
struct Source {
    text: String,
}

#[salsa::tracked]
fn words(db: &dyn Database, source: Source) -> Arc<Vec<String>> {
    Arc::new(source.text(db).split_whitespace().map(str::to_owned).collect())
}

thread_local! {
    static COUNTED: Cell<u32> = const { Cell::new(0) };
}

#[salsa::tracked]
fn count(db: &dyn Database, source: Source) -> usize {
    COUNTED.set(COUNTED.get() + 1);
    words(db, source).len()
}

#[test]
fn salsa_spares_the_dependents_and_gives_out_another_arc() {
    let mut db = salsa::DatabaseImpl::new();
    let source = Source::new(&db, "one two".to_owned());
    let (before, _) = (Arc::clone(words(&db, source)), count(&db, source));
    source.set_text(&mut db).to("one  two".to_owned());
    let (after, _) = (Arc::clone(words(&db, source)), count(&db, source));
    assert_eq!(before, after);
    assert_eq!(COUNTED.get(), 1);
    assert!(!carries(&before, &after));
}

#[test]
fn reactive_graph_spares_the_dependents_and_gives_out_another_arc() {
    let _owner = Owner::new();
    let text = ArcRwSignal::new(String::from("one two"));
    let read = text.clone();
    let words = ArcMemo::new(move |_| Arc::new(read.get().split_whitespace().map(str::to_owned).collect::<Vec<_>>()));
    let counted = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let (read, runs) = (words.clone(), Arc::clone(&counted));
    let count = ArcMemo::new(move |_| {
        runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        read.get().len()
    });
    let (before, _) = (words.get(), count.get());
    text.set(String::from("one  two"));
    let (after, _) = (words.get(), count.get());
    assert_eq!(before, after);
    assert_eq!(counted.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert!(!carries(&before, &after));
}
