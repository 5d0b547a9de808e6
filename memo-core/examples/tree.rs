//! A tree whose nodes know their parents: children strong, parent weak, and remembered paths.
//!
//! ```text
//!              /            ──  owns (Arc)
//!            ╱ ┆ ╲          ┄┄  knows (Weak)
//!         src  ┆  doc
//!        ╱   ╲
//!    parse   check
//! ```
//!
//! Each node has one owner, the folder that contains it. The way up is only a `Weak`, so no node keeps
//! its own parent alive, and dropping a folder drops everything below it.
//!
//! A path depends on all folders above, and any of them may be moved. Still, nothing has to be
//! invalidated. Besides the folder, a path depends on its parent's path, so that is a weak part of its
//! key. A moved folder has a new path, and with the old path everything remembered below it is dropped.
//!
//! ```text
//! cargo run --example tree
//! ```

use memo_core::weak_memo;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

struct Folder {
    name: &'static str,
    parent: Mutex<Weak<Folder>>,
    children: Mutex<Vec<Arc<Folder>>>,
}

impl Folder {
    fn root() -> Arc<Self> {
        Arc::new(Folder { name: "", parent: Mutex::default(), children: Mutex::default() })
    }

    fn add(self: &Arc<Self>, name: &'static str) -> Arc<Self> {
        let parent = Mutex::new(Arc::downgrade(self));
        let folder = Arc::new(Folder { name, parent, children: Mutex::default() });
        self.children().push(Arc::clone(&folder));
        folder
    }

    /// `None` for the root, and for a node that outlived its parent.
    fn parent(&self) -> Option<Arc<Self>> {
        self.parent.lock().expect("no holder panics").upgrade()
    }

    fn children(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.children.lock().expect("no holder panics")
    }

    /// Takes the folder out of its parent.
    fn detach(&self) {
        if let Some(parent) = self.parent() {
            parent.children().retain(|child| !std::ptr::eq(&**child, self));
        }
        *self.parent.lock().expect("no holder panics") = Weak::new();
    }

    fn move_to(self: &Arc<Self>, parent: &Arc<Self>) {
        self.detach();
        *self.parent.lock().expect("no holder panics") = Arc::downgrade(parent);
        parent.children().push(Arc::clone(self));
    }
}

/// What a path depends on besides the folder.
fn above(folder: &Arc<Folder>) -> Option<Arc<str>> {
    folder.parent().map(|parent| path(&parent))
}

/// A folder has one path at a time, so one is enough to remember.
#[weak_memo(capacity = 1)]
fn path(#[memo(key = above(folder))] folder: &Arc<Folder>) -> Arc<str> {
    above(folder).map_or(folder.name.into(), |above| format!("{above}/{}", folder.name).into())
}

/// How many paths were computed since the last call.
fn computed() -> u64 {
    static BEFORE: Mutex<u64> = Mutex::new(0);
    let now = path_memo().stats().computes;
    now - std::mem::replace(&mut *BEFORE.lock().expect("no holder panics"), now)
}

fn main() {
    let root = Folder::root();
    let (src, doc) = (root.add("src"), root.add("doc"));
    let (parse, check) = (src.add("parse"), src.add("check"));

    println!("{} and {}", path(&parse), path(&check));
    assert_eq!((&*path(&parse), &*path(&check)), ("/src/parse", "/src/check"));
    assert_eq!(computed(), 4); // these two, `src` and the root
    println!("{}, again", path(&parse));
    assert_eq!(computed(), 0);

    src.move_to(&doc);
    println!("\n`src` is moved: {} and {}", path(&parse), path(&check));
    assert_eq!((&*path(&parse), &*path(&check)), ("/doc/src/parse", "/doc/src/check"));
    assert_eq!(computed(), 4); // these two, `src`, and `doc` for the first time
    assert_eq!(path_memo().len(), 5); // one for each folder: the results for the old path are gone
    println!("{} paths are remembered, one for each folder", path_memo().len());

    // A node that only its parent owns has one owner: there is no cycle.
    drop(check);
    assert!(src.children().iter().any(|child| Arc::strong_count(child) == 1));

    drop(src); // the tree has it
    let left = path_memo().len();
    root.children().clear();
    drop(doc); // and with it `src` and `check`; but we own `parse`
    memo_core::sweep(); // dead results are never served; this frees their memory at once
    println!("\n`doc` is dropped: of {left} paths {} is left, the root's", path_memo().len());
    assert_eq!(path_memo().len(), 1); // the path of `parse` was dropped with the path above it
    println!("`parse` lives on, without a parent, and its path is {:?}", path(&parse));
    assert_eq!(&*path(&parse), "parse");

    drop((root, parse));
    assert!(path_memo().is_empty());
    println!("all folders are gone, and so are their paths");
}
