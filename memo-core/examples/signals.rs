//! Signals, as in Django: when a model is saved, its receivers are notified. A search index is held weakly, an audit is kept, and a
//! quota may refuse. The index is closed, and nobody has to disconnect it.
//!
//! ```text
//! cargo run --example signals
//! ```

use memo_core::weak::{NoSender, Signal};
use std::sync::{Arc, Mutex};

/// A model that is saved. Articles and comments are of one type: a sender is an object, and goes by its identity.
struct Model {
    name: &'static str,
}

struct Saved {
    model: &'static str,
    title: String,
}

/// Sent before saving: the first error stops it.
static PRE_SAVE: Signal<Saved, Result<(), String>> = Signal::new();
/// Sent afterwards.
static POST_SAVE: Signal<Saved, usize> = Signal::new();

impl Model {
    /// Returns how many were told; `None` if it was refused.
    fn save(self: &Arc<Self>, title: &str) -> Option<usize> {
        let saved = Saved { model: self.name, title: title.to_owned() };
        if let Err((_receiver, error)) = PRE_SAVE.try_send(self, &saved) {
            println!("  {title:?} is not saved: {error}");
            return None;
        }
        let told = POST_SAVE.send_robust(self, &saved);
        let panics = told.iter().filter(|(_, answer)| answer.is_err()).count();
        println!("  {title:?} is saved, {} told, of whom {panics} panicked", told.len());
        Some(told.len())
    }
}

/// An object like any other: it does not know that a signal notifies it.
#[derive(Default)]
struct SearchIndex {
    titles: Mutex<Vec<String>>,
}

impl SearchIndex {
    fn add(self: &Arc<Self>, saved: &Saved) -> usize {
        let mut titles = self.titles.lock().expect("nothing panics under it");
        titles.push(saved.title.clone());
        println!("    the index notes: {} {:?}, its number {}", saved.model, saved.title, titles.len());
        titles.len()
    }
}

/// A function that captures nothing: kept, and connected once, however often.
fn audit(saved: &Saved) -> usize {
    println!("    the audit notes: {} {:?}", saved.model, saved.title);
    saved.title.len()
}

fn main() {
    std::panic::set_hook(Box::new(|_| println!("    a receiver panics")));
    let (articles, comments) = (Arc::new(Model { name: "article" }), Arc::new(Model { name: "comment" }));
    let index = Arc::new(SearchIndex::default());

    println!("the index hears articles, the audit hears everybody");
    POST_SAVE.from(&articles).connect(&index, SearchIndex::add);
    POST_SAVE.connect_strong(audit);
    POST_SAVE.connect_strong(audit);
    assert_eq!(articles.save("On anchors"), Some(2));
    assert_eq!(articles.save("On identity"), Some(2));
    assert_eq!(comments.save("Well said"), Some(1));

    println!("one of them panics: the others are told all the same");
    let broken = POST_SAVE.id("webhook").connect_strong(|saved| panic!("no route for {}", saved.title));
    assert_eq!(articles.save("On panics"), Some(3));
    POST_SAVE.disconnect(broken);

    println!("who is asked before may refuse");
    PRE_SAVE.from(&comments).connect_strong(|saved| match saved.title.len() {
        ..=20 => Ok(()),
        long => Err(format!("{long} letters are too many for a {}", saved.model)),
    });
    assert_eq!(comments.save("What I always wanted to say about that"), None);
    assert_eq!(articles.save("What I always wanted to say about that"), Some(2));
    assert_eq!(index.titles.lock().expect("nothing panics under it").len(), 4);

    println!("nobody but us keeps the index: {} owner. It is closed", Arc::strong_count(&index));
    assert_eq!(Arc::strong_count(&index), 1);
    drop(index);
    assert_eq!(articles.save("On death"), Some(1));
    println!("{} receiver is left, which hears everybody", POST_SAVE.receivers_for(&NoSender).len());
    assert_eq!(POST_SAVE.receivers_for(&NoSender).len(), 1);

    println!("\nwho hears whom is remembered by memos of the library's own:");
    for memo in memo_core::memos().into_iter().filter(|memo| memo.name.contains("signal")) {
        println!("  {}: {} computes, {} hits", memo.name, memo.stats.computes, memo.stats.hits);
        assert!(memo.stats.computes > 0);
    }
}
