//! All living objects of a type: to notify each of them, and to find out which are left over and where
//! they were made.
//!
//! A list of them would keep them alive, and a list of numbers would have to learn of each end.
//! `Instances` only needs the constructor to register each object. A dropped object is no longer in it.
//!
//! ```text
//! cargo run --example instances
//! ```

use memo_core::weak::Instances;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// An open document, with the settings of the program.
struct Document {
    name: String,
    tab_width: Mutex<usize>,
}

static DOCUMENTS: Instances<Document> = Instances::new();

impl Document {
    /// `#[track_caller]`: the reported place is the caller's line, not this one.
    #[track_caller]
    fn open(name: &str) -> Arc<Self> {
        DOCUMENTS.register(Arc::new(Document { name: name.to_owned(), tab_width: Mutex::new(8) }))
    }
}

/// No other code has to know who has documents open.
fn set_tab_width(width: usize) {
    for document in DOCUMENTS.iter() {
        *document.tab_width.lock().expect("no holder panics") = width;
    }
}

fn names() -> Vec<String> {
    let mut names: Vec<_> = DOCUMENTS.iter().map(|document| document.name.clone()).collect();
    names.sort();
    names
}

/// A window, which shows one document, and has looked into others.
struct Window {
    shows: Arc<Document>,
    recent: HashMap<String, Arc<Document>>,
}

impl Window {
    fn new(name: &str) -> Self {
        Window { shows: Document::open(name), recent: HashMap::new() }
    }

    fn preview(&mut self, name: &str) -> usize {
        let document = Document::open(name);
        self.recent.insert(name.to_owned(), Arc::clone(&document)); // ... and it stays forever
        document.name.len()
    }
}

fn main() {
    let (left, mut right) = (Window::new("main.rs"), Window::new("lib.rs"));
    println!("open:  {:?}", names());
    assert_eq!(names(), ["lib.rs", "main.rs"]);

    set_tab_width(4);
    assert!([&left, &right].iter().all(|window| *window.shows.tab_width.lock().expect("free") == 4));
    println!("       all of them have tabs of 4 now");

    drop(left);
    println!("open:  {:?}, with one window closed", names());
    assert_eq!(names(), ["lib.rs"]);

    for n in 1..=3 {
        right.preview(&format!("found-{n}.rs"));
    }
    println!("open:  {:?}", names());
    assert_eq!(names(), ["found-1.rs", "found-2.rs", "found-3.rs", "lib.rs"]);

    // Three documents too many. Who made them?
    println!("\nmade where, and how many are alive:");
    for (place, alive) in DOCUMENTS.places() {
        println!("  {alive} at {place}");
    }
    let counts: Vec<_> = DOCUMENTS.places().into_iter().map(|(_, alive)| alive).collect();
    assert_eq!(counts, [1, 3]);

    // This leads to `preview`, and to the map that is never emptied.
    right.recent.clear();
    assert_eq!(names(), ["lib.rs"]);

    // At the end of a test this line checks that nothing is left, or panics with the list above.
    drop(right);
    DOCUMENTS.assert_none_alive();
    println!("\nopen:  none");
}
