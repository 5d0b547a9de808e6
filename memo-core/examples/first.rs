//! The shortest use: a function of an object, computed once for as long as the object lives.
//!
//! ```text
//! cargo run --example first
//! ```

use memo_core::weak_memo;
use std::sync::Arc;

struct Document {
    text: String,
}

#[weak_memo]
fn word_count(doc: &Arc<Document>) -> usize {
    println!("  (counting)");
    doc.text.split_whitespace().count()
}

fn main() {
    let doc = Arc::new(Document { text: "to be or not to be".into() });
    println!("{} words", word_count(&doc));
    println!("{} words, and nothing was counted", word_count(&doc));

    let same_text = Arc::new(Document { text: doc.text.clone() });
    println!("{} words: an equal document is another object", word_count(&same_text));

    let stats = word_count_memo().stats();
    println!("\n{stats}");
    assert_eq!((stats.hits, stats.computes, stats.entries), (1, 2, 2));

    println!("\nnothing keeps the document alive but ourselves: {} owner", Arc::strong_count(&doc));
    assert_eq!(Arc::strong_count(&doc), 1);
    drop(doc);
    println!("with one document gone: {} result remembered", word_count_memo().len());
    assert_eq!(word_count_memo().len(), 1);
    drop(same_text);
    println!("with both gone: {} results remembered", word_count_memo().len());
    assert!(word_count_memo().is_empty());
}
