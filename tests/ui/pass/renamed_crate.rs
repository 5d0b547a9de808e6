//! The runtime under another name.

use std::sync::Arc;

mod reexported {
    pub mod deep {
        pub use memo_core as runtime;
    }
}

use reexported::deep::runtime;

#[derive(runtime::HasAnchor)]
#[memo(crate = reexported::deep::runtime)]
struct Doc {
    anchor: runtime::Anchor,
    text: String,
}

#[derive(runtime::MemoKey)]
#[memo(crate = crate::reexported::deep::runtime)]
struct Options {
    width: usize,
}

#[runtime::weak_memo(crate = runtime, capacity = 8)]
fn words(doc: &Arc<String>, options: &Options) -> usize {
    doc.split(' ').count() / options.width
}

impl Doc {
    #[runtime::weak_memo(crate = crate::reexported::deep::runtime)]
    fn lower(&self) -> &str {
        self.text.to_lowercase()
    }
}

fn main() {
    let text = Arc::new(String::from("A b"));
    assert_eq!(words(&text, &Options { width: 2 }), 1);
    let doc = Doc { anchor: runtime::Anchor::new(), text: String::from("A b") };
    assert_eq!(doc.lower(), "a b");
    assert_eq!(words_memo().len() + Doc::lower_memo().len(), 2);
}
