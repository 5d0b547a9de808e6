//! Weak arguments that change behind their `&`.

use memo_core::{Anchored, weak_memo};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

#[weak_memo]
fn locked(doc: &Arc<Mutex<String>>) -> usize {
    doc.lock().unwrap().len()
}

#[weak_memo]
fn read(doc: &Arc<(u32, RwLock<String>)>) -> usize {
    doc.1.read().unwrap().len()
}

#[weak_memo]
fn borrowed(doc: &Rc<RefCell<String>>) -> usize {
    doc.borrow().len()
}

#[weak_memo]
fn counted(doc: &Arc<String>, count: &Arc<AtomicU64>) -> u64 {
    doc.len() as u64 + count.load(std::sync::atomic::Ordering::Relaxed)
}

#[weak_memo(handle = none)]
fn inside(doc: &Anchored<std::cell::Cell<u32>>) -> u32 {
    doc.get()
}

fn main() {}
