//! What is advised where a weak argument changes behind its `&`.

use memo_core::{Anchored, weak_memo};
use std::cell::{Cell, OnceCell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

struct Doc {
    version: AtomicU64,
    text: Mutex<String>,
}

impl Doc {
    fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

// A version: on the only one that can own, or with the word.
#[weak_memo]
fn words(#[memo(key = doc.version())] doc: &Arc<Doc>) -> usize {
    doc.text.lock().unwrap().split(' ').count()
}

fn version_of(doc: &Mutex<(u64, String)>) -> u64 {
    doc.lock().unwrap().0
}

#[weak_memo(capacity = 1)]
fn locked(#[memo(key = version_of(doc))] doc: &Arc<Mutex<(u64, String)>>) -> usize {
    doc.lock().unwrap().1.len()
}

#[weak_memo]
fn both(font: &Arc<String>, #[memo(owner, key = doc.version())] doc: &Arc<Doc>) -> usize {
    font.len() + doc.text.lock().unwrap().len()
}

#[weak_memo]
fn other(doc: &Arc<String>, #[memo(key = count.load(Ordering::Relaxed))] count: &Arc<AtomicU64>) -> u64 {
    doc.len() as u64 + count.load(Ordering::Relaxed)
}

#[weak_memo]
fn skipped(doc: &Arc<String>, #[memo(skip)] log: &Arc<Mutex<Vec<usize>>>) -> usize {
    log.lock().unwrap().push(doc.len());
    doc.len()
}

// An `Arc` that is replaced.
#[weak_memo]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

// The word.
#[weak_memo(interior_mutability)]
fn address(doc: &Rc<RefCell<String>>) -> usize {
    Rc::as_ptr(doc).addr()
}

// What is set once, and what is nothing of the object.
#[weak_memo]
fn once(doc: &Arc<(OnceLock<u8>, PhantomData<fn(&Cell<u8>)>, fn(&Cell<u8>))>) -> usize {
    size_of_val(doc)
}

#[weak_memo]
fn once_here(doc: &Rc<OnceCell<u8>>) -> usize {
    size_of_val(doc)
}

struct Node(Cell<u32>);

impl Node {
    #[weak_memo(capacity = unbounded)]
    fn twice(#[memo(key = self.0.get())] self: &Rc<Self>) -> &String {
        (2 * self.0.get()).to_string()
    }
}

#[weak_memo]
fn in_object(#[memo(key = doc.get())] doc: &Anchored<Versions>) -> u32 {
    doc.get() + 1
}

struct Versions(AtomicU64);

impl Versions {
    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed) as u32
    }
}

fn main() {
    let doc = Arc::new(Doc { version: AtomicU64::new(0), text: Mutex::new("a".to_owned()) });
    let font = Arc::new(String::new());
    assert_eq!((words(&doc), both(&font, &doc)), (1, 1));
    doc.text.lock().unwrap().push_str(" b");
    doc.version.fetch_add(1, Ordering::Relaxed);
    assert_eq!((words(&doc), both(&font, &doc)), (2, 3));
    assert_eq!(locked(&Arc::new(Mutex::new((0, "ab".to_owned())))), 2);
    assert_eq!((other(&font, &Arc::new(AtomicU64::new(3))), skipped(&font, &Arc::default())), (3, 0));
    let shared = RwLock::new(Arc::new(String::from("abc")));
    assert_eq!(length(&shared.read().unwrap().clone()), 3);
    assert_ne!(address(&Rc::default()), 0);
    assert_ne!(once_here(&Rc::default()), 0);
    fn nothing(_: &Cell<u8>) {}
    assert_ne!(once(&Arc::new((OnceLock::new(), PhantomData, nothing))), 0);
    let node = Rc::new(Node(Cell::new(1)));
    let old = node.twice();
    node.0.set(2);
    assert_eq!((old.as_str(), node.twice().as_str()), ("2", "4"));
    assert_eq!(in_object(&Anchored::new(Versions(AtomicU64::new(1)))), 2);
}
